"""Base58 as Bitcoin writes it. https://datatracker.ietf.org/doc/html/draft-msporny-base58-03"""

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
VALUES = {sign: value for value, sign in enumerate(ALPHABET)}
LONGEST = 1500  # characters: an RSA key of 8192 bits


def encode(octets: bytes) -> str:
    """Bytes as base58 text."""
    number, signs = int.from_bytes(octets), ""
    while number:
        number, rest = divmod(number, 58)
        signs = ALPHABET[rest] + signs
    return "1" * (len(octets) - len(octets.lstrip(b"\0"))) + signs


def decode(text: str) -> bytes:
    """The bytes again.

    Raises:
        ValueError: it is no base58, or very long.
    """
    if len(text) > LONGEST:
        raise ValueError("too long")
    number = 0
    for sign in text:
        if sign not in VALUES:
            raise ValueError("not base58")
        number = number * 58 + VALUES[sign]
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)

"""Codes that people write down, tell each other and type: no two of their signs look alike."""

import hashlib
import secrets

import rfc8785

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # https://www.crockford.com/base32.html
ALIKE = str.maketrans("OIL", "011")
PRINTED, TOLD = 25, 8  # signs: 125 bits to keep for years, 40 to tell a guardian
NUMBERS = range(10, 100)
CHOICES = 3


def new_code(length: int, group: int) -> str:
    """A new code in groups, such as 7GQ4X-…"""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(length))
    return "-".join(signs[at : at + group] for at in range(0, length, group))


def typed(text: str) -> str:
    """A code as it was typed, in its one form: spaces, dashes and case do not count."""
    plain = "".join(text.upper().split()).replace("-", "").replace("–", "")
    return ascii(plain.translate(ALIKE))[1:-1][: 2 * PRINTED]


def new_signs() -> str:
    """Numbers to compare two screens by: the right one, then others that it could have been."""
    return " ".join(map(str, secrets.SystemRandom().sample(NUMBERS, CHOICES)))


def digest_of(account: str, recovery: str, *, credential: bytes, key: bytes, until: str) -> bytes:
    """What guardians sign: whose account, for which new key, in which request, until when."""
    said = {
        "purpose": "asklepion recovery 1",
        "account": account,
        "request": recovery,
        "credential": credential.hex(),
        "key": key.hex(),
        "until": until,
    }
    return hashlib.sha256(rfc8785.dumps(said)).digest()

"""A transaction's signature, looked at without an EVM."""

from collections.abc import Generator

from asklepion.kit.errors import Incorrect

HALF_N = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0  # of secp256k1
TYPED_MOST = 0x7F  # the first byte of a transaction of a type; others are a list in RLP
TEXT, LIST = 0x80, 0xC0  # https://ethereum.org/en/developers/docs/data-structures-and-encoding/rlp/
SHORT = 55  # bytes whose number stands in the first one


def refuse_malleable(raw: bytes) -> None:
    """Refuse the other of the two signatures that fit. https://eips.ethereum.org/EIPS/eip-2

    Raises:
        Incorrect: it is that one, or none at all.
    """
    try:
        ((start, end),) = _items(raw, raw[0] <= TYPED_MOST, len(raw))
        *_, (first, last) = _items(raw, start, end)
    except (ValueError, IndexError) as error:
        raise Incorrect("That is no signed transaction.") from error
    if last > len(raw) or not 0 < int.from_bytes(raw[first:last], "big") <= HALF_N:
        raise Incorrect("The transaction's signature is malleable.", hint="Sign it with a low s.")


def _items(raw: bytes, at: int, end: int) -> Generator[tuple[int, int]]:
    """Where the contents of each item of a list in RLP begin and end."""
    while at < end:
        first = raw[at]
        if first < TEXT:
            yield at, at + 1
            at += 1
            continue
        length = first - (LIST if first >= LIST else TEXT)
        start = at + 1
        if length > SHORT:
            start += length - SHORT
            length = int.from_bytes(raw[at + 1 : start], "big")
        yield start, start + length
        at = start + length

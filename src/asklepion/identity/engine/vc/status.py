"""Lists that say which credentials still stand, without saying whose they are.

One row of bits, published in two forms: as W3C Bitstring Status Lists, one for each purpose, and
as an IETF Token Status List with two bits for each entry.
https://www.w3.org/TR/vc-bitstring-status-list/ · https://datatracker.ietf.org/doc/draft-ietf-oauth-status-list/
"""

import gzip
import secrets
import zlib
from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from typing import Any

from . import base64url
from .errors import Unproven

LENGTH = 131_072  # entries: the least that hides one among many
LARGEST = 1 << 22  # bytes that a list may unpack to
PACKED = 1 << 21  # characters it may have packed
FILLED = 0.5  # of a list; then another is begun, so that a random place is soon found
WIDTHS = (1, 2, 4, 8)  # bits of an entry


class Status(IntEnum):
    """What became of a credential. draft-ietf-oauth-status-list, section 7.1"""

    VALID = 0
    REVOKED = 1
    SUSPENDED = 2


def bits_of(entries: Iterable[int], length: int = LENGTH) -> bytes:
    """A bitstring with these entries set; the first is the leftmost bit."""
    bits = bytearray(length // 8)
    for entry in entries:
        bits[entry // 8] |= 0x80 >> entry % 8
    return bytes(bits)


def encode(bits: bytes) -> str:
    """`encodedList`: gzip, base64url, multibase. No moment is told within."""
    return "u" + base64url.encode(gzip.compress(bits, 9, mtime=0))


def decode(encoded: str) -> bytes:
    """The bits of an `encodedList`; whatever would unpack to more than is sane is not unpacked.

    Raises:
        Unproven: it cannot be read.
    """
    wrong = Unproven("status", "A status list cannot be read.")
    if not encoded.startswith("u"):
        raise wrong
    return _unpack(encoded[1:], zlib.MAX_WBITS | 16, wrong)


def is_set(bits: bytes, entry: int) -> bool:
    """Whether an entry's bit is set.

    Raises:
        Unproven: the list is too short for it, or for hiding anybody.
    """
    if len(bits) * 8 < LENGTH or not 0 <= entry < len(bits) * 8:
        raise Unproven("status", "A status list has no such entry, or too few.")
    return bool(bits[entry // 8] & 0x80 >> entry % 8)


def pack(statuses: Mapping[int, int], length: int = LENGTH) -> bytes:
    """Two bits for each entry; the first are the lowest of the first byte."""
    octets = bytearray(length // 4)
    for entry, status in statuses.items():
        octets[entry // 4] |= status << 2 * (entry % 4)
    return bytes(octets)


def encode_tokens(octets: bytes) -> dict[str, Any]:
    """`status_list` of a Token Status List."""
    return {"bits": 2, "lst": base64url.encode(zlib.compress(octets, 9))}


def read_token(found: Any, entry: int) -> int:
    """The status of one entry of a `status_list`.

    Raises:
        Unproven: it cannot be read, or has no such entry.
    """
    wrong = Unproven("status", "A status list cannot be read.")
    if not isinstance(found, dict):
        raise wrong
    width, text = found.get("bits"), found.get("lst")  # pyright: ignore
    if width not in WIDTHS or not isinstance(text, str):
        raise wrong
    octets = _unpack(text, zlib.MAX_WBITS, wrong)
    per_byte = 8 // width
    if not 0 <= entry < len(octets) * per_byte:
        raise Unproven("status", "A status list has no such entry.")
    return octets[entry // per_byte] >> width * (entry % per_byte) & ((1 << width) - 1)


def _unpack(text: str, form: int, wrong: Unproven) -> bytes:
    if len(text) > PACKED:
        raise wrong
    try:
        unpacking = zlib.decompressobj(form)
        octets = unpacking.decompress(base64url.decode(text), LARGEST)
    except (ValueError, zlib.error) as error:
        raise wrong from error
    if not unpacking.eof:  # more than is sane, or cut off
        raise wrong
    return octets


def free_entry(
    taken: frozenset[int] | set[int],
    length: int = LENGTH,
    below: Callable[[int], int] = secrets.randbelow,
) -> int | None:
    """A random entry that is free; nothing once the list is so full that another is due."""
    if len(taken) >= length * FILLED:
        return None
    while (entry := below(length)) in taken:
        pass
    return entry

"""The form in which texts are stored: compressed with a known dictionary, sealed under one key.

    1 byte    form, always 1
    1 byte    number of the dictionary; 0 for none
    8 bytes   number of the key, big-endian
    12 bytes  nonce
    the rest  AES-256-GCM of a zstd frame (RFC 8878), with its tag of 16 bytes

The header and the context (what it is, whose, at which version) are authenticated with it: a body
that was altered, or put in another's place, does not open.
"""

import threading
from functools import cache
from importlib.resources import files
from struct import Struct
from typing import Any

import zstandard

from asklepion.kit.errors import Fault
from asklepion.kit.vault import DataKey

FORM = 1
LEVEL = 3
DICTIONARY = 1  # with which new texts are compressed
DICTIONARIES = (1,)  # which are known; made by tools/train_dictionary.py
MOST = 1 << 30  # bytes that one text may unpack to
HEADER = Struct(">BBQ")
_own = threading.local()  # a compressor belongs to one thread


@cache
def _dictionary(number: int) -> zstandard.ZstdCompressionDict:
    held = (files(f"{__package__}.tables") / f"bodies-{number}.zdict").read_bytes()
    dictionary: Any = zstandard.ZstdCompressionDict(held)
    dictionary.precompute_compress(level=LEVEL)
    return dictionary


def _compressor() -> zstandard.ZstdCompressor:
    if not hasattr(_own, "compressor"):
        dictionary = _dictionary(DICTIONARY)
        _own.compressor = zstandard.ZstdCompressor(level=LEVEL, dict_data=dictionary)
    return _own.compressor


def _decompressor(number: int) -> zstandard.ZstdDecompressor:
    known: dict[int, zstandard.ZstdDecompressor] = _own.__dict__.setdefault("decompressors", {})
    if number not in known:
        dictionary = _dictionary(number) if number else None
        known[number] = zstandard.ZstdDecompressor(dict_data=dictionary)
    return known[number]


def seal(key: DataKey, text: bytes, context: str) -> bytes:
    """The text as it is stored; opens only with the same context."""
    header = HEADER.pack(FORM, DICTIONARY, key.id)
    return header + key.seal(_compressor().compress(text), header + context.encode())


def is_sealed(blob: bytes) -> bool:
    """Whether this has the form of something sealed; JSON texts never do."""
    return len(blob) > HEADER.size and blob[0] == FORM


def key_of(blob: bytes) -> int:
    """The number of the key that opens it.

    Raises:
        Fault: it is nothing sealed.
    """
    if not is_sealed(blob):
        raise Fault("Something stored is not sealed.", hint="Run `asklepion verify --all`.")
    return HEADER.unpack_from(blob)[2]


def open_sealed(key: DataKey, blob: bytes, context: str) -> bytes:
    """The text again.

    Raises:
        Fault: it was altered, or belongs elsewhere.
    """
    header = blob[: HEADER.size]
    number = HEADER.unpack(header)[1]
    packed = key.open(blob[HEADER.size :], header + context.encode())
    if number not in (0, *DICTIONARIES):
        raise Fault(f"There is no dictionary {number}.", hint="Start the newer program.")
    return _decompressor(number).decompress(packed, max_output_size=MOST)

"""A snapshot without some of those who are in it: for the few who are apart from somebody."""

import struct
from collections.abc import Collection

import numpy as np

from ..wire import COARSE_BYTES, ENTRY_BYTES, HEADER_BYTES, TRACKED_ENTRY_BYTES

HEADER = struct.Struct("<BBHHHI")  # as `pack_snapshot` writes it


def veil(frame: bytes, hidden: Collection[int]) -> bytes:
    """The same snapshot, with not one byte of the poses of these slots."""
    kind, whole, *groups, tick = HEADER.unpack_from(frame)
    kept: list[bytes] = []
    counts: list[int] = []
    at = HEADER_BYTES
    for count, size in zip(groups, (ENTRY_BYTES, TRACKED_ENTRY_BYTES, COARSE_BYTES), strict=True):
        end = at + count * size
        rows = np.frombuffer(frame[at:end], np.uint8).reshape(count, size)
        slots = rows[:, 0] | rows[:, 1].astype(np.uint16) << 8
        rest = np.logical_and.reduce([slots != slot for slot in hidden])
        kept.append(rows[rest].tobytes())
        counts.append(int(rest.sum()))
        at = end
    return HEADER.pack(kind, whole, *counts, tick) + b"".join(kept)


def is_empty(frame: bytes) -> bool:
    """Whether nobody is in a snapshot."""
    return len(frame) == HEADER_BYTES


def tick_of(frame: bytes) -> int:
    """The number of a snapshot's tick."""
    return HEADER.unpack_from(frame)[5]

"""A snapshot without some of those who are in it: for the few who are apart from somebody."""

import struct
from collections.abc import Collection

from ..wire import HEADER_BYTES, POSE_BYTES, SLOT_BYTES, TRACKED_BYTES

HEADER = struct.Struct("<BBHHI")  # as `pack_snapshot` writes it
SLOT = struct.Struct("<H")


def veil(frame: bytes, hidden: Collection[int]) -> bytes:
    """The same snapshot, with not one byte of the poses of these slots."""
    kind, whole, flat, tracked, tick = HEADER.unpack_from(frame)
    kept: list[bytes] = []
    counts = [0, 0]
    at = HEADER_BYTES
    for is_tracked, count, size in ((0, flat, POSE_BYTES), (1, tracked, TRACKED_BYTES)):
        for _ in range(count):
            end = at + SLOT_BYTES + size
            if SLOT.unpack_from(frame, at)[0] not in hidden:
                kept.append(frame[at:end])
                counts[is_tracked] += 1
            at = end
    return HEADER.pack(kind, whole, *counts, tick) + b"".join(kept)


def is_empty(frame: bytes) -> bool:
    """Whether nobody is in a snapshot."""
    return len(frame) == HEADER_BYTES


def tick_of(frame: bytes) -> int:
    """The number of a snapshot's tick."""
    return HEADER.unpack_from(frame)[4]

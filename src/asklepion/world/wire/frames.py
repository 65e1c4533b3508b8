"""Poses and snapshots: small, frequent, and bytes. Layout: see `wire/__init__.py`."""

import struct
from dataclasses import dataclass
from enum import IntEnum, IntFlag

import numpy as np
from numpy.typing import NDArray

TICKS_PER_S = 20
POSE_BYTES = 12
TRACKED_BYTES = 34
HEADER_BYTES = 10
SLOT_BYTES = 2
METRE_STEPS = 256


class Kind(IntEnum):
    """The first byte of a frame."""

    CONTROL = 0
    POSE = 1
    SNAPSHOT = 2
    HANDS = 8


class Flag(IntFlag):
    """What a pose says beside where.

    JUMP: came here at once, do not glide. LEFT, RIGHT: that hand is tracked. MOVING: more steps
    follow; without it the pose is where somebody came to rest.
    """

    JUMP = 1
    SEATED = 2
    TALKING = 4
    LEFT = 8
    RIGHT = 16
    MOVING = 32


_FLAT = [
    ("x", "<i2"),
    ("y", "<i2"),
    ("z", "<i2"),
    ("yaw", "<u2"),
    ("pitch", "i1"),
    ("flags", "u1"),
    ("at", "<u2"),
]
_TRACKED = [
    ("head_y", "<u2"),
    ("head_turn", "<u4"),
    ("left", "<u4"),
    ("left_turn", "<u4"),
    ("right", "<u4"),
    ("right_turn", "<u4"),
]
POSE = np.dtype([*_FLAT, *_TRACKED])  # a flat pose is the first 12 bytes, the rest zero
FLAGS_BYTE = 9  # where in a pose the flags are
AT_BYTE = 10  # where in a pose the sender's own time begins; it ends the flat part
_HEADER = struct.Struct("<BBHHI")  # kind, whole, flat entries, tracked entries, tick
Entries = NDArray[np.uint8]  # shape (n, 36): a slot and a pose, as bytes


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A snapshot taken apart: whose pose, as bytes of 12 or 34."""

    tick: int
    whole: bool
    poses: dict[int, bytes]


def pack_snapshot(tick: int, flat: Entries, tracked: Entries, *, whole: bool) -> bytes:
    """One frame for everybody in a place.

    Args:
        tick: number of the tick, 20 a second.
        flat: entries of people without a headset; only their first 14 bytes are sent.
        tracked: entries of people with one.
        whole: all are in it, not only those who moved.
    """
    head = _HEADER.pack(Kind.SNAPSHOT, whole, len(flat), len(tracked), tick & 0xFFFFFFFF)
    return head + flat[:, : SLOT_BYTES + POSE_BYTES].tobytes() + tracked.tobytes()


def read_snapshot(frame: bytes) -> Snapshot:
    """Take a snapshot apart, as a client does."""
    _, whole, flat, tracked, tick = _HEADER.unpack_from(frame)
    poses: dict[int, bytes] = {}
    at = HEADER_BYTES
    for size in [POSE_BYTES] * flat + [TRACKED_BYTES] * tracked:
        (slot,) = struct.unpack_from("<H", frame, at)
        poses[slot] = frame[at + SLOT_BYTES : at + SLOT_BYTES + size]
        at += SLOT_BYTES + size
    return Snapshot(tick=tick, whole=bool(whole), poses=poses)

"""Poses and snapshots: small, frequent, and bytes. Layout: see `wire/__init__.py`."""

import struct
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag

import numpy as np
from numpy.typing import NDArray

TICKS_PER_S = 20
POSE_BYTES = 12
TRACKED_BYTES = 34
HEADER_BYTES = 12
SLOT_BYTES = 2
COARSE_BYTES = 12
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
ENTRY_BYTES = SLOT_BYTES + POSE_BYTES
TRACKED_ENTRY_BYTES = SLOT_BYTES + TRACKED_BYTES
# Which bytes of an entry a coarse one keeps: slot, x, y, z, the upper half of the yaw, flags, at.
_COARSE = np.array([0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 12, 13])
_FAR = struct.Struct("<HhhhBBH")
_HEADER = struct.Struct("<BBHHHI")  # kind, whole, flat, tracked and coarse entries, tick
Entries = NDArray[np.uint8]  # shape (n, 36): a slot and a pose, as bytes
NO_ENTRIES: Entries = np.zeros((0, TRACKED_ENTRY_BYTES), np.uint8)


@dataclass(frozen=True, kw_only=True)
class Coarse:
    """Somebody far away: where [m], which way they face [1/256 turn], at which of their own ms."""

    position: tuple[float, float, float]
    yaw: int
    flags: Flag
    at: int


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A snapshot taken apart: whose pose, as bytes of 12 or 34, and who is far away."""

    tick: int
    whole: bool
    poses: dict[int, bytes]
    far: dict[int, Coarse] = field(default_factory=dict[int, Coarse])


def pack_snapshot(
    tick: int, flat: Entries, tracked: Entries, far: Entries = NO_ENTRIES, *, whole: bool
) -> bytes:
    """One frame for all who see alike.

    Args:
        tick: number of the tick, 20 a second.
        flat: entries of people without a headset; only their first 14 bytes are sent.
        tracked: entries of people with one.
        far: entries of people of whom only 12 bytes are sent.
        whole: all are in it, not only those who moved.
    """
    counts = len(flat), len(tracked), len(far)
    head = _HEADER.pack(Kind.SNAPSHOT, whole, *counts, tick & 0xFFFFFFFF)
    coarse = far[:, _COARSE].tobytes() if len(far) else b""
    return head + flat[:, :ENTRY_BYTES].tobytes() + tracked.tobytes() + coarse


Shares = tuple[Entries, NDArray[np.int64]]  # entries, and how many of them are for which frame


def pack_snapshots(
    tick: int, flat: Shares, tracked: Shares, far: Shares, *, whole: bool
) -> list[bytes]:
    """Many frames at once; the arguments are those of `pack_snapshot`, in the frames' order."""
    parts = [
        flat[0][:, :ENTRY_BYTES].tobytes(),
        tracked[0].tobytes(),
        far[0][:, _COARSE].tobytes() if len(far[0]) else b"",
    ]
    counts = [share[1].tolist() for share in (flat, tracked, far)]
    frames: list[bytes] = []
    a = b = c = 0
    for some, more, rest in zip(*counts, strict=True):
        head = _HEADER.pack(Kind.SNAPSHOT, whole, some, more, rest, tick & 0xFFFFFFFF)
        a_end, b_end = a + some * ENTRY_BYTES, b + more * TRACKED_ENTRY_BYTES
        c_end = c + rest * COARSE_BYTES
        frames.append(head + parts[0][a:a_end] + parts[1][b:b_end] + parts[2][c:c_end])
        a, b, c = a_end, b_end, c_end
    return frames


def read_snapshot(frame: bytes) -> Snapshot:
    """Take a snapshot apart, as a client does."""
    _, whole, flat, tracked, coarse, tick = _HEADER.unpack_from(frame)
    poses: dict[int, bytes] = {}
    at = HEADER_BYTES
    for size in [POSE_BYTES] * flat + [TRACKED_BYTES] * tracked:
        (slot,) = struct.unpack_from("<H", frame, at)
        poses[slot] = frame[at + SLOT_BYTES : at + SLOT_BYTES + size]
        at += SLOT_BYTES + size
    far: dict[int, Coarse] = {}
    rows = _FAR.iter_unpack(frame[at : at + coarse * COARSE_BYTES])
    for slot, x, y, z, yaw, flags, ms in rows:
        position = x / METRE_STEPS, y / METRE_STEPS, z / METRE_STEPS
        far[slot] = Coarse(position=position, yaw=yaw, flags=Flag(flags), at=ms)
    return Snapshot(tick=tick, whole=bool(whole), poses=poses, far=far)

"""Poses as numbers, and back: the twin of the client's `poses.ts`; golden bytes hold both to it."""

import struct
from dataclasses import dataclass, field
from math import pi, sqrt, tau
from typing import TypeAlias

from .frames import METRE_STEPS, POSE_BYTES, TRACKED_BYTES, Flag, Kind

Vec3: TypeAlias = tuple[float, float, float]
Turn: TypeAlias = tuple[float, float, float, float]  # quaternion x y z w

UPRIGHT: Turn = (0.0, 0.0, 0.0, 1.0)
HAND_STEPS = 400  # a metre
HAND_REACH = 511  # steps to either side
NO_FLAGS = Flag(0)
TURN_STEPS = 1023  # from −√½ to +√½
_FLAT = struct.Struct("<hhhHbBH")
_TRACKED = struct.Struct("<HIIIII")


@dataclass(frozen=True, kw_only=True)
class Hand:
    """A hand: its offset from the head [m] along the world's axes, and its rotation."""

    offset: Vec3 = (0.0, 0.0, 0.0)
    turn: Turn = UPRIGHT


@dataclass(frozen=True, kw_only=True)
class Tracked:
    """What a headset adds: the head's height above the floor [m], its rotation, the hands."""

    head_y: float
    head: Turn = UPRIGHT
    left: Hand = field(default_factory=Hand)
    right: Hand = field(default_factory=Hand)


@dataclass(frozen=True, kw_only=True)
class Pose:
    """Where somebody stands [m], which way they face and look [rad], at which of their own ms."""

    position: Vec3
    yaw: float = 0.0
    pitch: float = 0.0
    flags: Flag = NO_FLAGS
    at: int = 0
    tracked: Tracked | None = None


def pack_pose(pose: Pose) -> bytes:
    """A pose as 12 bytes, or 34 with a headset. What does not fit is bent to what does."""
    x, y, z = (bend(v * METRE_STEPS, -32768, 32767) for v in pose.position)
    yaw = _round(pose.yaw / tau * 65536) & 0xFFFF
    pitch = bend(pose.pitch / (pi / 2) * 127, -127, 127)
    flat = _FLAT.pack(x, y, z, yaw, pitch, pose.flags, pose.at & 0xFFFF)
    if not (more := pose.tracked):
        return flat
    return flat + _TRACKED.pack(
        bend(more.head_y * 1000, 0, 65535),
        pack_turn(more.head),
        _pack_offset(more.left.offset),
        pack_turn(more.left.turn),
        _pack_offset(more.right.offset),
        pack_turn(more.right.turn),
    )


def pose_frame(pose: Pose) -> bytes:
    """A pose as the frame a visitor sends."""
    return bytes([Kind.POSE]) + pack_pose(pose)


def read_pose(body: bytes) -> Pose:
    """The pose that 12 or 34 bytes hold.

    Raises:
        ValueError: it is neither 12 nor 34 bytes.
    """
    if len(body) not in (POSE_BYTES, TRACKED_BYTES):
        raise ValueError(f"A pose has {POSE_BYTES} or {TRACKED_BYTES} bytes, not {len(body)}.")
    x, y, z, yaw, pitch, flags, at = _FLAT.unpack_from(body)
    tracked = None
    if len(body) == TRACKED_BYTES:
        head_y, head, left, left_turn, right, right_turn = _TRACKED.unpack_from(body, POSE_BYTES)
        tracked = Tracked(
            head_y=head_y / 1000,
            head=read_turn(head),
            left=Hand(offset=_read_offset(left), turn=read_turn(left_turn)),
            right=Hand(offset=_read_offset(right), turn=read_turn(right_turn)),
        )
    return Pose(
        position=(x / METRE_STEPS, y / METRE_STEPS, z / METRE_STEPS),
        yaw=yaw / 65536 * tau,
        pitch=pitch / 127 * (pi / 2),
        flags=Flag(flags),
        at=at,
        tracked=tracked,
    )


def _round(value: float) -> int:
    """To the nearest, halves upward: as Math.round does in the client."""
    return int((value + 0.5) // 1)


def bend(value: float, low: int, high: int) -> int:
    """The nearest step that can be told."""
    return max(low, min(high, _round(value)))


def _pack_offset(offset: Vec3) -> int:
    x, y, z = (bend(v * HAND_STEPS, -HAND_REACH, HAND_REACH) + HAND_REACH for v in offset)
    return x | y << 10 | z << 20


def _read_offset(packed: int) -> Vec3:
    x, y, z = (((packed >> shift & 0x3FF) - HAND_REACH) / HAND_STEPS for shift in (0, 10, 20))
    return x, y, z


def pack_turn(turn: Turn) -> int:
    """The three smallest parts; the largest follows from them, once its sign is made plus."""
    length = sqrt(sum(part * part for part in turn)) or 1.0
    largest = max(range(4), key=lambda i: abs(turn[i]))
    sign = -1.0 if turn[largest] < 0 else 1.0
    packed = largest << 30
    small = [turn[i] for i in range(4) if i != largest]
    for shift, part in zip((0, 10, 20), small, strict=True):
        share = sign * part / length * sqrt(0.5) + 0.5  # −√½…√½ → 0…1
        packed |= bend(share * TURN_STEPS, 0, TURN_STEPS) << shift
    return packed


def read_turn(packed: int) -> Turn:
    """The rotation that three parts tell."""
    shares = ((packed >> shift & 0x3FF) / TURN_STEPS for shift in (0, 10, 20))
    parts = [(share - 0.5) / sqrt(0.5) for share in shares]
    rest = sqrt(max(0.0, 1.0 - sum(part * part for part in parts)))
    parts.insert(packed >> 30, rest)
    length = sqrt(sum(part * part for part in parts))
    x, y, z, w = (part / length for part in parts)
    return x, y, z, w

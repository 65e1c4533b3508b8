"""Hands as a headset sees them, finely enough to sign with: the twin of the client's `hands.ts`.

A hand is 30 bytes: how the thumb's first bone and the four first finger bones are turned from the
wrist (five rotations as in a pose, u32), then how far ten joints are bent (u8): the thumb's second
and third, and of each finger, from index to little, the second and third.
"""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntFlag

from .frames import Kind
from .poses import UPRIGHT, Turn, pack_turn, read_turn

HAND_TURNS = 5
HAND_BENDS = 10
HAND_BYTES = 4 * HAND_TURNS + HAND_BENDS
BENT_LEAST, BENT_MOST = -0.8, 2.2  # [rad]; a joint that goes back a little to one wholly bent
_HAND = struct.Struct(f"<{HAND_TURNS}I{HAND_BENDS}B")
_ENTRY = struct.Struct("<HB")


class Side(IntFlag):
    """Which hands follow, in this order."""

    LEFT = 1
    RIGHT = 2


HANDS_FRAMES = {  # how long a visitor's frame is, by the hands that are in it
    side: 2 + HAND_BYTES * count
    for side, count in ((Side.LEFT, 1), (Side.RIGHT, 1), (Side.LEFT | Side.RIGHT, 2))
}


@dataclass(frozen=True, kw_only=True)
class Fingers:
    """How the fingers of one hand are held: rotations from the wrist, and bends [rad]."""

    turns: tuple[Turn, ...] = (UPRIGHT,) * HAND_TURNS
    bends: tuple[float, ...] = (0.0,) * HAND_BENDS


def pack_fingers(fingers: Fingers) -> bytes:
    """One hand as 30 bytes. What does not fit is bent to what does."""
    return _HAND.pack(*map(pack_turn, fingers.turns), *map(_pack_bend, fingers.bends))


def read_fingers(body: bytes) -> Fingers:
    """The hand that 30 bytes hold."""
    parts = _HAND.unpack(body)
    steps = (BENT_MOST - BENT_LEAST) / 255
    return Fingers(
        turns=tuple(read_turn(part) for part in parts[:HAND_TURNS]),
        bends=tuple(BENT_LEAST + part * steps for part in parts[HAND_TURNS:]),
    )


def hands_frame(*, left: Fingers | None = None, right: Fingers | None = None) -> bytes:
    """Hands as the frame a visitor sends."""
    side = (Side.LEFT if left else Side(0)) | (Side.RIGHT if right else Side(0))
    return bytes([Kind.HANDS, side]) + b"".join(pack_fingers(f) for f in (left, right) if f)


def is_hands_frame(frame: bytes) -> bool:
    """Whether a frame tells of hands, and is as long as it must be."""
    if len(frame) < 2 or frame[0] != Kind.HANDS or not 1 <= frame[1] <= 3:
        return False
    return len(frame) == HANDS_FRAMES[Side(frame[1])]


def pack_hands(hands: Iterable[tuple[int, bytes]]) -> bytes:
    """The hands of those near somebody, as one frame: of each the slot, and what they sent."""
    entries = [_ENTRY.pack(slot, frame[1]) + frame[2:] for slot, frame in hands]
    return bytes([Kind.HANDS, len(entries)]) + b"".join(entries)


def read_hands(frame: bytes) -> Mapping[int, tuple[Fingers | None, Fingers | None]]:
    """Take such a frame apart: the left and the right hand by slot."""
    found: dict[int, tuple[Fingers | None, Fingers | None]] = {}
    at = 2
    for _ in range(frame[1]):
        slot, flags = _ENTRY.unpack_from(frame, at)
        at += _ENTRY.size
        pair: list[Fingers | None] = [None, None]
        for i, side in enumerate((Side.LEFT, Side.RIGHT)):
            if flags & side:
                pair[i] = read_fingers(frame[at : at + HAND_BYTES])
                at += HAND_BYTES
        found[slot] = (pair[0], pair[1])
    return found


def _pack_bend(bend: float) -> int:
    share = (bend - BENT_LEAST) / (BENT_MOST - BENT_LEAST)
    return max(0, min(255, int((share * 255 + 0.5) // 1)))

"""Which steps are possible: fast legs are, walls and wishes are not."""

import struct
from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import NDArray

from ..model import CALM_M, Ground
from ..wire import METRE_STEPS, POSE_BYTES, TICKS_PER_S, Flag

Poses = NDArray[np.void]  # dtype POSE, shape (n,)
Slots = NDArray[np.intp]

SPEED_M_S = 6.0  # a run is 4.5; the rest is for clocks that do not agree
LEEWAY_M = 3.0  # what may be walked at once after standing still: half a second of late packets
JUMP_M = 12.0  # how far a comfort jump reaches: across a room, not across the sea
JUMP_EVERY_TICKS = 5
OVER_M = 1.3  # one jumps past what one can look over
FLOOR_M = 0.75  # how far feet may be from the floor
_FLAT = struct.Struct("<hhhHbBH")
HEAD_MM = (300, 2600)  # lying on the floor, reaching from tiptoe


@dataclass(frozen=True, kw_only=True)
class Legs:
    """What the last steps of everybody in a place left for the next; arrays by slot."""

    x: NDArray[np.float64]
    z: NDArray[np.float64]
    leeway: NDArray[np.float64]
    jumped: NDArray[np.int64]  # tick of the last jump

    @classmethod
    def of(cls, capacity: int) -> "Legs":
        """Legs for so many."""
        return cls(
            x=np.zeros(capacity),
            z=np.zeros(capacity),
            leeway=np.zeros(capacity),
            jumped=np.zeros(capacity, np.int64),
        )

    def put(self, slot: int, x: float, z: float) -> None:
        """Somebody new stands here."""
        self.x[slot], self.z[slot] = x, z
        self.leeway[slot], self.jumped[slot] = LEEWAY_M, -JUMP_EVERY_TICKS

    def rest(self) -> None:
        """A tick passes."""
        np.minimum(self.leeway + SPEED_M_S / TICKS_PER_S, LEEWAY_M, out=self.leeway)


def walk(ground: Ground, legs: Legs, slot: int, body: bytes) -> bool:
    """Take one short step on calm ground, and say so; False where `judge` has to look closer.

    Whatever this allows, `judge` would: it is the same rule for the many easy cases.
    """
    raw_x, raw_y, raw_z, _, _, flags, _ = _FLAT.unpack_from(body)
    x, y, z = raw_x / METRE_STEPS, raw_y / METRE_STEPS, raw_z / METRE_STEPS
    x0, z0 = float(legs.x[slot]), float(legs.z[slot])
    way = hypot(x - x0, z - z0)
    floor = ground.calm(x0, z0)
    if floor is None or flags & Flag.JUMP or way > CALM_M or way > legs.leeway[slot]:
        return False
    head_mm = int.from_bytes(body[POSE_BYTES : POSE_BYTES + 2], "little")
    if abs(y - floor) > FLOOR_M or (head_mm and not HEAD_MM[0] <= head_mm <= HEAD_MM[1]):
        return False
    legs.x[slot], legs.z[slot] = x, z
    legs.leeway[slot] -= way
    return True


def judge(ground: Ground, legs: Legs, slots: Slots, poses: Poses, tick: int) -> NDArray[np.bool_]:
    """Which of these steps are possible, one of each person; those are then taken."""
    x, z = poses["x"] / METRE_STEPS, poses["z"] / METRE_STEPS
    x0, z0 = legs.x[slots], legs.z[slots]
    way = np.hypot(x - x0, z - z0)
    jumps = (poses["flags"] & Flag.JUMP) != 0
    good = _is_upright(poses) & (abs(ground.floor(x, z) - poses["y"] / METRE_STEPS) <= FLOOR_M)
    moving = way > 0.0
    if moving.any():
        walks = (way <= legs.leeway[slots]) & ~ground.is_blocked(x0, z0, x, z, 0.0)
        leaps = np.zeros(len(slots), bool)
        if jumps.any():
            leaps = jumps & (way <= JUMP_M) & (tick - legs.jumped[slots] >= JUMP_EVERY_TICKS)
            leaps &= ~ground.is_blocked(x0, z0, x, z, OVER_M) & ground.is_floored(x0, z0, x, z)
            leaps &= ground.is_free(x, z)
        good &= ~moving | np.where(jumps, leaps, walks)
    taken = slots[good]
    legs.x[taken], legs.z[taken] = x[good], z[good]
    legs.leeway[taken] -= np.where(jumps, 0.0, way)[good]
    legs.jumped[slots[good & jumps & moving]] = tick
    return good


def _is_upright(poses: Poses) -> NDArray[np.bool_]:
    """Whether heads are where heads can be; a flat pose has none."""
    head = poses["head_y"]
    return (head == 0) | ((head >= HEAD_MM[0]) & (head <= HEAD_MM[1]))

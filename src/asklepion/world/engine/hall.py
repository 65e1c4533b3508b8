"""One place with the people in it: who stands where, and what changed since the last tick."""

from dataclasses import dataclass, field
from math import pi, sqrt

import numpy as np
from numpy.typing import NDArray

from asklepion.kit.errors import Busy

from ..model import Ground, Place, Spot
from ..wire import (
    AT_BYTE,
    FLAGS_BYTE,
    POSE,
    POSE_BYTES,
    SLOT_BYTES,
    TICKS_PER_S,
    TRACKED_BYTES,
    TRACKED_ENTRY_BYTES,
    Flag,
    Pose,
    pack_pose,
    pack_snapshot,
    read_pose,
)
from .interest import Everybody, Frames, Interest
from .judge import Legs, judge, walk

ALL_SEEN = 48  # up to so many see each other in every tick; fewer bytes a second than the budget
CROWD = 12  # from so many on, it is quicker to judge all together
MOST_ROUNDS = 8  # poses of one person in one tick, after a hiccup; later ones replace the last
HEARTBEAT_TICKS = TICKS_PER_S  # a still place says every second that it is there
ELBOW_M = 0.7  # two who appear at once stand at least so far apart
GOLDEN_ANGLE = pi * (3.0 - sqrt(5.0))  # a spiral of spots, none before another
SPOTS = 48
UPRIGHT_FLAGS = Flag(0)


@dataclass
class Turn:
    """What one tick brought: frames with those who are to see them, and who was stopped."""

    frames: Frames = field(default_factory=Frames)
    stopped: list[int] = field(default_factory=list[int])


class Hall:
    """A place, or one of the many copies of it. Waits for nothing and reads no clock."""

    def __init__(self, place: Place, ground: Ground | None = None) -> None:
        self.place = place
        self.ground = ground or Ground(place)
        self.capacity = place.capacity
        self.tick_number = 0
        self._octets = bytearray(self.capacity * TRACKED_ENTRY_BYTES)
        self._rows = np.frombuffer(self._octets, np.uint8).reshape(-1, TRACKED_ENTRY_BYTES)
        self._rows[:, :SLOT_BYTES] = np.arange(self.capacity, dtype="<u2")[:, None].view(np.uint8)
        self._is_here = np.zeros(self.capacity, bool)
        self._is_tracked = np.zeros(self.capacity, bool)
        self._changed_at = np.full(self.capacity, -1)
        self._is_jumping = np.zeros(self.capacity, bool)
        self._legs = Legs.of(self.capacity)
        self._interest = Interest(
            Everybody(
                rows=self._rows,
                x=self._legs.x,
                z=self._legs.z,
                is_here=self._is_here,
                is_tracked=self._is_tracked,
                changed_at=self._changed_at,
            )
        )
        self._is_crowded = False
        self._rounds: list[dict[int, bytes]] = []
        self._said = [0] * self.capacity  # poses of each in this tick
        self._free = list(range(self.capacity - 1, -1, -1))

    @property
    def count(self) -> int:
        """How many are here."""
        return self.capacity - len(self._free)

    @property
    def legs(self) -> Legs:
        """Where everybody stands; for reading."""
        return self._legs

    @property
    def is_full(self) -> bool:
        """Whether nobody else fits in."""
        return not self._free

    def enter(self, at: Spot | None = None) -> tuple[int, Spot]:
        """Take a slot and a spot near `at`, or near where one appears who comes through no door.

        Raises:
            Busy: the place is full.
        """
        if not self._free:
            raise Busy(f"{self.place.id} is full.", hint="Come back when somebody has left.")
        slot = self._free.pop()
        spot = self._find_room(at)
        self._is_here[slot] = True
        self._stand(slot, spot)
        return slot, self.spot(slot)

    def leave(self, slot: int) -> None:
        """Give the slot back; what was still to come of it is forgotten."""
        self._is_here[slot] = self._is_tracked[slot] = False
        self._changed_at[slot] = -1
        self._interest.forget(slot)
        self._rows[slot, SLOT_BYTES:] = 0
        for heard in self._rounds:
            heard.pop(slot, None)
        self._said[slot] = 0
        self._free.append(slot)

    def put(self, slot: int, spot: Spot, flags: Flag = UPRIGHT_FLAGS) -> None:
        """Have somebody stand or sit there, whatever they said before."""
        old = read_pose(self._rows[slot, SLOT_BYTES : SLOT_BYTES + POSE_BYTES].tobytes())
        self._stand(slot, spot)
        body = pack_pose(Pose(position=spot.position, yaw=spot.yaw, flags=flags, at=old.at))
        self._rows[slot, SLOT_BYTES : SLOT_BYTES + POSE_BYTES] = np.frombuffer(body, np.uint8)
        for heard in self._rounds:
            heard.pop(slot, None)

    def hear(self, slot: int, body: bytes) -> None:
        """Take in a pose of 12 or 34 bytes; the next tick judges it."""
        said = self._said[slot]
        if said < MOST_ROUNDS:
            self._said[slot] = said + 1
        else:
            said -= 1
        if said == len(self._rounds):
            self._rounds.append({})
        self._rounds[said][slot] = body

    def tick(self) -> Turn:
        """Judge what was heard and pack what changed, once for everybody."""
        self.tick_number += 1
        self._legs.rest()
        stopped: dict[int, None] = {}
        for heard in self._rounds:
            is_crowd = len(heard) > CROWD
            rest = heard if is_crowd else {s: b for s, b in heard.items() if not self._walk(s, b)}
            if rest:
                self._judge(rest, stopped)
        self._rounds = []
        self._said = [0] * self.capacity
        self._is_jumping[:] = False
        return Turn(self._show(), list(stopped))

    def spots(self) -> list[tuple[int, float, float]]:
        """The slot of everybody, and where they stand: x, z [m]."""
        here = np.flatnonzero(self._is_here)
        x, z = self._legs.x[here].tolist(), self._legs.z[here].tolist()
        return list(zip(here.tolist(), x, z, strict=True))

    def whole(self, slot: int) -> bytes:
        """A frame with everybody here, for one who has seen none or missed some."""
        if self.count <= ALL_SEEN:
            return self._pack(self._is_here, whole=True)
        return self._interest.whole(slot, self.tick_number)

    def _show(self) -> Frames:
        """Who sees what of this tick: all the same, or in a crowd each what is near."""
        everybody = np.flatnonzero(self._is_here).tolist()
        was_crowded, self._is_crowded = self._is_crowded, len(everybody) > ALL_SEEN
        if self._is_crowded:
            return self._interest.frames(self.tick_number)
        if was_crowded:  # now all see all, as they have not so far
            self._interest.restart()
            return [(self._pack(self._is_here, whole=True), everybody)]
        is_changed = self._changed_at == self.tick_number
        if not is_changed.any() and self.tick_number % HEARTBEAT_TICKS:
            return []
        return [(self._pack(is_changed, whole=False), everybody)]

    def spot(self, slot: int) -> Spot:
        """Where somebody stands."""
        pose = read_pose(self._rows[slot, SLOT_BYTES : SLOT_BYTES + POSE_BYTES].tobytes())
        return Spot(position=pose.position, yaw=pose.yaw)

    def _walk(self, slot: int, body: bytes) -> bool:
        """Take a plain step on calm ground; False where it needs a closer look."""
        if not walk(self.ground, self._legs, slot, body):
            return False
        start = slot * TRACKED_ENTRY_BYTES + SLOT_BYTES
        row = bytes(self._octets[start : start + TRACKED_BYTES])
        is_tracked = len(body) == TRACKED_BYTES
        body = body.ljust(TRACKED_BYTES, b"\0")
        is_same = row[:AT_BYTE] == body[:AT_BYTE] and row[POSE_BYTES:] == body[POSE_BYTES:]
        if not is_same or self._is_tracked[slot] != is_tracked:
            self._changed_at[slot] = self.tick_number
        self._is_tracked[slot] = is_tracked
        self._octets[start : start + TRACKED_BYTES] = body
        self._octets[start + FLAGS_BYTE] |= int(self._is_jumping[slot])
        return True

    def _judge(self, heard: dict[int, bytes], stopped: dict[int, None]) -> None:
        slots = np.fromiter(heard, np.intp, len(heard))
        packed = b"".join(body.ljust(TRACKED_BYTES, b"\0") for body in heard.values())
        bodies = np.frombuffer(packed, np.uint8).reshape(len(heard), TRACKED_BYTES)
        good = judge(self.ground, self._legs, slots, bodies.view(POSE)[:, 0], self.tick_number)
        stopped.update(dict.fromkeys(slots[~good].tolist()))
        slots, bodies = slots[good], bodies[good]
        differs = self._rows[slots, SLOT_BYTES:] != bodies
        differs[:, AT_BYTE:POSE_BYTES] = False  # only the sender's time passed
        tracked = np.fromiter((len(b) == TRACKED_BYTES for b in heard.values()), bool)[good]
        is_changed = differs.any(axis=1) | (self._is_tracked[slots] != tracked)
        self._changed_at[slots[is_changed]] = self.tick_number
        self._is_tracked[slots] = tracked
        self._rows[slots, SLOT_BYTES:] = bodies
        self._is_jumping[slots] |= (bodies[:, FLAGS_BYTE] & Flag.JUMP) != 0
        self._rows[slots, SLOT_BYTES + FLAGS_BYTE] |= self._is_jumping[
            slots
        ]  # even if steps followed

    def _pack(self, chosen: NDArray[np.bool_], *, whole: bool) -> bytes:
        flat = self._rows[chosen & ~self._is_tracked]
        tracked = self._rows[chosen & self._is_tracked]
        return pack_snapshot(self.tick_number, flat, tracked, whole=whole)

    def _stand(self, slot: int, spot: Spot) -> None:
        body = pack_pose(Pose(position=spot.position, yaw=spot.yaw))
        self._rows[slot, SLOT_BYTES:] = 0
        self._rows[slot, SLOT_BYTES : SLOT_BYTES + POSE_BYTES] = np.frombuffer(body, np.uint8)
        self._changed_at[slot] = self.tick_number + 1
        exact = self.spot(slot).position
        self._legs.put(slot, exact[0], exact[2])

    def _find_room(self, at: Spot | None) -> Spot:
        """The first free spot of a spiral around a point; where all is taken, the point itself.

        Where many are, that around the place's own point is as wide as they need, and only its
        outer turns are looked at.
        """
        spawn = self.place.spawn
        center, yaw = (at.position, at.yaw) if at else (spawn.position, spawn.yaw)
        widest, total = (2.0 if at else spawn.radius), SPOTS
        if not at and 2 * self.count > SPOTS:
            total = 2 * self.count
            widest = max(widest, ELBOW_M * sqrt(total))
        steps = np.arange(total - SPOTS, total)
        radius = widest * np.sqrt(steps / total)
        x = center[0] + radius * np.cos(steps * GOLDEN_ANGLE)
        z = center[2] + radius * np.sin(steps * GOLDEN_ANGLE)
        others = np.flatnonzero(self._is_here)
        gaps = np.hypot(x[:, None] - self._legs.x[others], z[:, None] - self._legs.z[others])
        is_good = self.ground.is_free(x, z) & (gaps >= ELBOW_M).all(axis=1)
        if not is_good.any():
            floor = self.ground.floor(np.array([center[0]]), np.array([center[2]]))[0]
            return Spot(position=(center[0], float(floor), center[2]), yaw=yaw)
        best = int(is_good.argmax())
        y = float(self.ground.floor(x, z)[best])
        return Spot(position=(float(x[best]), y, float(z[best])), yaw=yaw)

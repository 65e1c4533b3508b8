"""Who sits where in one place: one to a seat, and whoever sits does not walk."""

from math import cos, sin

import numpy as np

from asklepion.kit.errors import Conflict, NotFound

from ..model import Ground, Place, Seat, Spot
from ..wire import FLAGS_BYTE, METRE_STEPS, Flag

SEATED = int(Flag.SEATED)  # a plain number: every pose of everybody is asked
UP_M = (0.75, 0.95, 1.2)  # how far before a seat one stands up
TURNS = (0.0, 0.6, -0.6, 1.2, -1.2, 1.6, -1.6)


class Seats:
    """The seats of a place. Waits for nothing and reads no clock."""

    def __init__(self, place: Place, ground: Ground) -> None:
        self._place = place
        self._ground = ground
        self._by_id = {seat.id: seat for seat in place.seats}
        self._by_slot: dict[int, Seat] = {}

    def taken(self) -> dict[int, str]:
        """Who sits where."""
        return {slot: seat.id for slot, seat in self._by_slot.items()}

    def of(self, slot: int) -> Seat | None:
        """Where somebody sits."""
        return self._by_slot.get(slot)

    def sit(self, slot: int, id: str) -> Seat:
        """Take a seat; whoever sits already changes over.

        Raises:
            NotFound: there is no such seat.
            Conflict: somebody else sits there.
        """
        seat = self._by_id.get(id)
        if seat is None:
            raise NotFound("There is no such seat here.", hint="The place's file lists them.")
        if any(other is seat and who != slot for who, other in self._by_slot.items()):
            raise Conflict("Somebody sits there.", hint="Choose another seat.")
        self._by_slot[slot] = seat
        return seat

    def stand(self, slot: int) -> Spot | None:
        """Give the seat back; where one stands then, None for one who did not sit."""
        seat = self._by_slot.pop(slot, None)
        return self._before(seat) if seat else None

    def judge(self, slot: int, body: bytes) -> bytes:
        """A pose as it may be: on the seat for one who sits, and seated only there."""
        seat = self._by_slot.get(slot)
        flags = body[FLAGS_BYTE]
        if seat is None:
            if not flags & SEATED:
                return body
            return body[:FLAGS_BYTE] + bytes([flags & ~Flag.SEATED]) + body[FLAGS_BYTE + 1 :]
        steps = [round(v * METRE_STEPS) for v in seat.position]
        at = b"".join(step.to_bytes(2, "little", signed=True) for step in steps)
        flags = flags & ~(Flag.JUMP | Flag.MOVING) | Flag.SEATED
        return at + body[6:FLAGS_BYTE] + bytes([flags]) + body[FLAGS_BYTE + 1 :]

    def _before(self, seat: Seat) -> Spot:
        """The nearest free ground before a seat."""
        x, _, z = seat.position
        ways = [(seat.yaw + turn, far) for far in UP_M for turn in TURNS]
        xs = np.array([x - far * sin(yaw) for yaw, far in ways])
        zs = np.array([z - far * cos(yaw) for yaw, far in ways])
        free = self._ground.is_free(xs, zs)
        if not free.any():
            spawn = self._place.spawn
            return Spot(position=spawn.position, yaw=spawn.yaw)
        best = int(free.argmax())
        y = float(self._ground.floor(xs, zs)[best])
        return Spot(position=(float(xs[best]), y, float(zs[best])), yaw=seat.yaw)

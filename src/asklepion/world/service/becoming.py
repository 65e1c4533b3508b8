"""Places that have just become others: what goes on in them, and who is still to come in anew."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .gathering import Gathering
from .standing import WAITS_S, Stood, stood_of
from .visit import Visit


@dataclass
class _Former:
    gathering: Gathering
    asides: int  # the highest number of one
    awaited: dict[str, Stood]  # by account
    until: datetime


class Becoming:
    """Keeps what a place was like until those who were in it have come into the new one."""

    def __init__(self, tell_time: Callable[[], datetime]) -> None:
        self._time = tell_time
        self._former: dict[str, _Former] = {}

    def note(self, gathering: Gathering) -> None:
        """A place is about to become another: await everybody who is in it."""
        before = self._find(gathering.key)
        awaited = {v.account: stood_of(gathering, v) for v in gathering.visits.values()}
        if before:
            awaited = before.awaited | awaited
        until = self._time() + timedelta(seconds=WAITS_S)
        self._former[gathering.key] = _Former(gathering, gathering.asides.count, awaited, until)

    def awaits(self, key: str) -> bool:
        """Whether somebody who was in that place is still to come in."""
        return self._find(key) is not None

    def resume(self, new: Gathering) -> None:
        """Let the new place go on with what went on in the old one."""
        if not (former := self._find(new.key)):
            return
        old = former.gathering
        new.ring, new.hands = old.ring, old.hands
        new.asides.begin_after(former.asides)
        if old.is_stage != old.hall.place.is_stage:  # as a host wanted, and not as its file says
            new.is_stage = old.is_stage

    def take(self, visit: Visit, key: str) -> Stood | None:
        """As what somebody comes in who was there before, once."""
        former = self._find(key)
        found = former.awaited.pop(visit.account, None) if former else None
        self.settle(visit.account)
        return found

    def settle(self, account: str) -> None:
        """Await somebody nowhere any more."""
        for key, former in list(self._former.items()):
            former.awaited.pop(account, None)
            if not former.awaited:
                del self._former[key]

    def _find(self, key: str) -> _Former | None:
        former = self._former.get(key)
        if former and former.until < self._time():
            del self._former[key]
            return None
        return former

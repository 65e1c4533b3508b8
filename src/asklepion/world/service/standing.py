"""Where people stood in a place whose worker is gone: they come back there, to another worker."""

from collections.abc import Callable, Mapping

import msgspec

from ..model import Spot
from ..store.leases import Taken
from ..wire import Gestured, Motion, Moved, Worded
from .gathering import Gathering
from .visit import Visit

WAITS_S = 30.0  # as long as a body waits whose line broke


class Stood(msgspec.Struct, frozen=True, array_like=True):
    """Where one person stood, or sat."""

    who: str
    account: str
    spot: Spot
    seat: str = ""
    hand: int = 0
    has_word: bool = False


def standing_in(gathering: Gathering, seats: Mapping[int, str]) -> str:
    """Where everybody stands, as it is kept."""
    hall = gathering.hall
    return msgspec.json.encode(
        [
            Stood(
                visit.who,
                visit.account,
                hall.spot(slot),
                seats.get(slot, ""),
                visit.hand,
                visit.has_word,
            )
            for slot, visit in gathering.visits.items()
        ]
    ).decode()


class Standing:
    """Who is awaited where, in the places that were taken from a worker that is gone."""

    def __init__(self, tell_time: Callable[[], float]) -> None:
        self._time = tell_time
        self._awaited: dict[str, dict[str, Stood]] = {}
        self._until: dict[str, float] = {}

    def expect(self, hall: str, taken: Taken) -> None:
        """Await those who stood there when the last holder was seen alive, if that was just now."""
        idle_us = taken.idle_us
        if not taken.standing or idle_us is None or idle_us > WAITS_S * 1_000_000:
            return
        found = msgspec.json.decode(taken.standing, type=list[Stood])
        self._awaited[hall] = {stood.who: stood for stood in found}
        self._until[hall] = self._time() + WAITS_S

    def take(self, visit: Visit, hall: str) -> Stood | None:
        """Where somebody stood who comes back, once; None for whoever was not there."""
        if self._time() > self._until.get(hall, 0.0):
            self.forget(hall)
            return None
        found = self._awaited.get(hall, {}).pop(visit.who, None)
        return found if found and found.account == visit.account else None

    def forget(self, hall: str) -> None:
        """Await nobody there any more."""
        self._awaited.pop(hall, None)
        self._until.pop(hall, None)


def stand_up(visit: Visit, stood: Stood) -> None:
    """Have somebody who came back stand where they stood, with the hand and the word they had."""
    here = visit.gathering
    if not here:
        return
    if here.hall.spot(visit.slot) != stood.spot:
        here.hall.put(visit.slot, stood.spot)
        visit.tell(Moved(spot=stood.spot))
    if stood.hand:
        visit.hand, here.hands = stood.hand, max(here.hands, stood.hand)
        here.tell(Gestured(slot=visit.slot, motion=Motion.HAND_UP), by=visit)
    if stood.has_word and here.is_stage:
        visit.has_word = True
        here.tell(Worded(slot=visit.slot, has_word=True), by=visit)

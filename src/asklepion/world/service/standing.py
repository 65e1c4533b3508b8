"""Where people stood in a place whose worker is gone: they come back there, to another worker."""

from collections.abc import Callable, Mapping

import msgspec

from asklepion.kit.log import get_log

from ..model import Spot
from ..store.leases import Taken
from ..wire import Moved
from .gathering import Gathering
from .visit import Visit

log = get_log(__name__)

WAITS_S = 30.0  # as long as a body waits whose line broke


class Stood(msgspec.Struct, frozen=True, array_like=True):
    """Where one person stood, or sat, and as what."""

    who: str
    account: str
    spot: Spot
    seat: str = ""
    hand: int = 0
    has_word: bool = False
    aside: int = 0


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """What a place was like, and everybody in it."""

    people: list[Stood]
    is_stage: bool = False
    hands: int = 0  # were raised so far
    asides: int = 0  # the highest number of one so far


def stood_of(gathering: Gathering, visit: Visit, seat: str = "") -> Stood:
    """Where and as what somebody is in a place."""
    return Stood(
        visit.who,
        visit.account,
        gathering.hall.spot(visit.slot),
        seat,
        visit.hand,
        visit.has_word,
        gathering.asides.of(visit.slot),
    )


def standing_in(gathering: Gathering, seats: Mapping[int, str]) -> str:
    """Where everybody stands, as it is kept."""
    people = [stood_of(gathering, v, seats.get(slot, "")) for slot, v in gathering.visits.items()]
    kept = Kept(people, gathering.is_stage, gathering.hands, gathering.asides.count)
    return msgspec.json.encode(kept).decode()


class Standing:
    """Who is awaited where, in the places that were taken from a worker that is gone."""

    def __init__(self, tell_time: Callable[[], float]) -> None:
        self._time = tell_time
        self._kept: dict[str, Kept] = {}
        self._awaited: dict[str, dict[str, Stood]] = {}
        self._until: dict[str, float] = {}

    def expect(self, hall: str, taken: Taken) -> None:
        """Await those who stood there when the last holder was seen alive, if that was just now."""
        idle_us = taken.idle_us
        if not taken.standing or idle_us is None or idle_us > WAITS_S * 1_000_000:
            return
        try:
            kept = msgspec.json.decode(taken.standing, type=Kept)
        except msgspec.MsgspecError as error:  # of another version of this program
            return log.fault("nobody is awaited where a place was taken", error)
        self._kept[hall] = kept
        self._awaited[hall] = {stood.who: stood for stood in kept.people}
        self._until[hall] = self._time() + WAITS_S

    def awaits(self, hall: str) -> bool:
        """Whether somebody who stood there is still to come back."""
        if self._time() > self._until.get(hall, 0.0):
            self.forget(hall)
        return bool(self._awaited.get(hall))

    def resume(self, gathering: Gathering) -> None:
        """Let a place that opens again be what it was, as long as somebody is awaited there."""
        if self.awaits(gathering.key):
            kept = self._kept[gathering.key]
            gathering.is_stage, gathering.hands = kept.is_stage, kept.hands
            gathering.asides.begin_after(kept.asides)

    def take(self, visit: Visit, hall: str) -> Stood | None:
        """Where somebody stood who comes back, once; None for whoever was not there."""
        if not self.awaits(hall):
            return None
        found = self._awaited[hall].pop(visit.who, None)
        return found if found and found.account == visit.account else None

    def forget(self, hall: str) -> None:
        """Await nobody there any more."""
        for known in (self._kept, self._awaited, self._until):
            known.pop(hall, None)


def stand_up(visit: Visit, stood: Stood) -> None:
    """Have somebody who came back stand exactly where they stood."""
    here = visit.gathering
    if here and here.hall.spot(visit.slot) != stood.spot:
        here.hall.put(visit.slot, stood.spot)
        visit.tell(Moved(spot=stood.spot))

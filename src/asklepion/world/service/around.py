"""Who is in the world, in this process and in others, and what is told to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from asklepion.identity import Caller
from asklepion.kit.clock import Clock

from ..model import Place, Ties
from ..wire import FromWorld, Silenced, control
from .allowing import take_stand
from .atlas import Atlas
from .gathering import Gathering
from .passing import Remembered, Tell, Tie
from .tying import Found
from .visit import Visit

if TYPE_CHECKING:
    from .presence import Afar
    from .workers import Workers


class Around:
    """The people of the world, wherever they are; what it does with them stands in `World`."""

    def __init__(
        self,
        clock: Clock,
        tell_time: Callable[[], float],
        atlas: Atlas,
        gatherings: dict[str, Gathering],
        visits: dict[str, Visit],
        ties: Ties,
    ) -> None:
        self.ties = ties
        self.others: Workers | None = None  # where the world is in more than one process
        self._clock = clock
        self._time = tell_time
        self._atlas = atlas
        self._gatherings = gatherings
        self._visits = visits

    def accounts_in(self, place: str) -> list[str]:
        """The accounts of those in a place: for other rooms, never for visitors."""
        return [visit.account for visit in self.visits_in(place)]

    def visits_in(self, place: str) -> list[Visit | Afar]:
        """Those in a place, in all of its copies, wherever they live."""
        here = [g for g in self._gatherings.values() if g.hall.place.id == place]
        near = [visit for gathering in here for visit in gathering.visits.values()]
        return [*near, *self.others.presence.people_in(place)] if self.others else [*near]

    def visit_of(self, account: str) -> Visit | Afar | None:
        """Somebody who is in the world, in whichever worker."""
        found = self._visits.get(account)
        return found or (self.others.presence.find(account) if self.others else None)

    def visit_here(self, account: str) -> Visit | None:
        """The visit of somebody who is in the world of this process."""
        return self._visits.get(account)

    def find(self, caller: Caller, who: str) -> Visit | Afar | None:
        """Whom somebody sees, by what stands for them; None for those who are gone to them."""
        found = next((v for v in self._visits.values() if v.who == who), None)
        found = found or (self.others.presence.find_who(who) if self.others else None)
        is_gone = found and self.ties.are_apart(caller.account, found.account)
        return None if is_gone else found

    def tell(self, account: str, message: FromWorld) -> None:
        """Say something to somebody, if they are in the world, in whichever worker."""
        if visit := self._visits.get(account):
            visit.tell(message)
        elif self.others:
            self.others.decide(Tell(account=account, frame=control(message)))

    def place_of(self, visit: Visit | Afar) -> Place | None:
        """The place that somebody is in."""
        return self._atlas.get(visit.place_id)

    def around(self, visit: Visit | Afar) -> list[Visit | Afar]:
        """Those in the place where somebody is, they too, wherever it lives."""
        if isinstance(visit, Visit):
            return [*visit.gathering.visits.values()] if visit.gathering else []
        there = self.others.presence.people_in(visit.place_id) if self.others else []
        return [other for other in there if other.hall == visit.hall]

    async def last_minute(self, account: str, who: str) -> Remembered:
        """What happened in the last minute where an account is, if the other is there.

        Raises:
            Busy: it lives in another worker, which does not answer.
        """
        found = self.remember(account, who)
        return await self.others.minute(account, who) if self.others and not found.about else found

    def tie(self, change: Tie) -> None:
        """Change how people stand to each other or to a place, here and in every worker."""
        change.apply(self.ties)
        if self.others:
            self.others.decide(change)

    def look_again(self, account: str, other: str) -> None:
        """Two went apart, or came together again: if both are in one place, they see it."""
        one, two = self._visits.get(account), self._visits.get(other)
        if one and two and one.gathering and one.gathering is two.gathering:
            one.gathering.part_or_meet(one, two)

    def stand_again(self, visit: Visit | Afar) -> None:
        """Something was decided about somebody: tell them, and those around them.

        Those who are elsewhere hear it from their worker, which heard of it by `tie`.
        """
        here = visit.gathering if isinstance(visit, Visit) else None
        if not here or not isinstance(visit, Visit):
            return
        was_silent = visit.is_silent
        visit.tell(take_stand(visit, here.hall.place, self.ties, self._clock.now()))
        here.apartness.look()
        if visit.is_silent != was_silent:
            here.tell(Silenced(slot=visit.slot, is_silent=visit.is_silent), by=visit)

    def know_anew(self, found: Found) -> None:
        """Take in how people stand to each other as it is kept, also what was never heard here."""
        if found.is_known(self.ties):
            return
        found.fill(self.ties)
        for here in self.gatherings():
            before = here.apartness.pairs
            here.apartness.look()
            for one, other in before ^ here.apartness.pairs:
                here.part_or_meet(here.visits[one], here.visits[other])
            for visit in list(here.visits.values()):
                self.stand_again(visit)

    def remember(self, account: str, who: str) -> Remembered:
        """The last minute where an account is, if the other is there."""
        visit = self._visits.get(account)
        here = visit.gathering if visit else None
        other = next((v for v in here.visits.values() if v.who == who), None) if here else None
        if not here or not other or other is visit:
            return Remembered()
        parts = msgspec.json.encode(here.ring.parts(self._time(), account))
        return Remembered(place=here.hall.place.id, about=other.account, parts=parts)

    def gatherings(self) -> list[Gathering]:
        """Every place that somebody is in, in this process."""
        return list(self._gatherings.values())

    def places(self) -> list[Place]:
        """Every place."""
        return list(self._atlas)

    def read_place(self, caller: Caller, place: str) -> Place:
        """One place, as its file describes it.

        Raises:
            Unauthenticated: a stranger asks.
            NotFound: there is no such place.
        """
        return self._atlas.read(caller, place)

    def place(self, id: str) -> Place | None:
        """A place that is there now."""
        return self._atlas.get(id)

    def place_ids(self) -> list[str]:
        """The ids of the places that are there now."""
        return list(self._atlas.places)

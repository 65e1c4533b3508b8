"""Coming into places and leaving them: asked at the gate, shown in, led from one to the next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from asklepion.kit.clock import Clock
from asklepion.kit.errors import Busy

from ..engine import Asides, Hall
from ..model import Place, Spot, Ties, in_front_of
from ..wire import Code, Expelled, Onward, PlaceChanged, Standing
from .allowing import take_stand
from .atlas import HINT, Atlas, hall_of
from .becoming import Becoming
from .gates import Gates
from .gathering import Gathering
from .relays import Relays
from .sfu import Voices
from .signboards import Signboards
from .things import LooseThings
from .visit import Visit

if TYPE_CHECKING:
    from .workers import Workers

Leaving: TypeAlias = Callable[[str, str], None]

MOST_TURNS = 3  # so often it is asked anew where a place becomes another meanwhile
FULL_HINT = "Come back when somebody has left."


class Entering:
    """Who is in which place, in this process."""

    def __init__(self, *, atlas: Atlas, ties: Ties, things: LooseThings, clock: Clock) -> None:
        self.gatherings: dict[str, Gathering] = {}
        self.gates = Gates(clock, ties)
        self.signboards = Signboards(atlas.places, self.gatherings, ties)
        self.others: Workers | None = None
        self.voices: Voices | None = None  # where they go through an SFU
        self.relays: Relays | None = None  # where there are STUN or TURN servers
        self._atlas = atlas
        self._ties = ties
        self._things = things
        self._clock = clock
        self._leaving: dict[str, list[Leaving]] = {}
        self._becoming = Becoming(clock.now)

    def listen(self, place: str, listener: Leaving) -> None:
        """Have somebody told whenever one has left a place."""
        self._leaving.setdefault(place, []).append(listener)

    async def enter(self, visit: Visit, wanted: str) -> None:
        """Let a visitor into a place, if that can be; they hear of it."""
        for turn in range(MOST_TURNS + 1):
            place = self._atlas.get(wanted)
            if place and turn < MOST_TURNS:
                if await self._enter(visit, place):
                    return
                continue
            if turn:
                self._note_left(visit.account, wanted)  # was let in, and does not come
            refusal = (Code.BUSY, "Ask again in a moment.") if place else (Code.UNKNOWN_PLACE, HINT)
            return visit.refuse(*refusal, place=wanted)

    async def _enter(self, visit: Visit, place: Place) -> bool:
        """The same for a place as it is now; false where it became another while we asked."""
        key = hall_of(place, visit.account)
        if self.others and not await self.others.bring(key):
            self._send_on(visit, place, key)
            return True
        if self._turns_away(visit, place, key):
            return True
        try:
            refusal = await self.gates.refusal(visit.caller, place)
        except asyncio.CancelledError:  # the line closed while we asked
            self._note_left(visit.account, place.id)
            raise
        if not (refusal or visit.is_over) and self._atlas.get(place.id) is not place:
            return False
        self._answer(visit, place, key, refusal)
        return True

    def _turns_away(self, visit: Visit, place: Place, key: str) -> bool:
        there = self.gatherings.get(key)
        if there and there is not visit.gathering and there.hall.is_full:
            visit.refuse(Code.FULL, FULL_HINT, place=place.id)
            return True
        if visit.turned_away == place.id:  # the page did not know when it asked
            visit.turned_away = ""
            visit.refuse(Code.KICKED, "A host sent you out.", place=place.id)
            return True
        return False

    def _answer(
        self, visit: Visit, place: Place, key: str, refusal: tuple[Code, str] | None
    ) -> None:
        if refusal:
            if visit.is_back:  # their page shows no place, so nobody stands there
                self.part(visit)
            visit.refuse(*refusal, place=place.id)
            return self._note_left(visit.account, place.id)
        if visit.is_over:  # while we waited
            return self._note_left(visit.account, place.id)
        try:
            self._move(visit, place, key)
        except Busy:  # others were faster while we waited
            visit.refuse(Code.FULL, FULL_HINT, place=place.id)
            self._note_left(visit.account, place.id)

    async def change(self, place: Place, inside: list[Visit]) -> None:
        """Let a place be another from now on: who is in it stands where they stood.

        What goes on in it goes on: private talk, the stage, raised hands, the last minute.
        """
        for gathering in {v.gathering.key: v.gathering for v in inside if v.gathering}.values():
            self._becoming.note(gathering)
            gathering.asides = Asides()  # nobody is told that they are with everybody again
        for visit in inside:
            self.part(visit)
        for visit in inside:
            await self._come_anew(visit, place)

    def part(self, visit: Visit) -> None:
        """Take somebody out of the place they are in, if any."""
        if gathering := visit.gathering:
            slot, visit.gathering, visit.slot = visit.slot, None, -1
            self._let_go(gathering, slot, visit)

    def drop(self, key: str) -> list[Visit]:
        """Forget a place that lives in another worker now; those who were in it, untold of it."""
        gathering = self.gatherings.pop(key, None)
        self._things.drop(key)
        visits = list(gathering.visits.values()) if gathering else []
        for visit in visits:
            visit.gathering, visit.slot = None, -1
        return visits

    def tell_left(self, account: str, place: str) -> None:
        """Tell whoever listens that somebody is in a place no more, or did not come."""
        for listener in self._leaving.get(place, ()):
            listener(account, place)

    def _send_on(self, visit: Visit, place: Place, key: str) -> None:
        """Have somebody go to the worker that a place lives in, unless they would not be let in."""
        there = self.others.presence.inside(key) if self.others else ()
        refusal = self.gates.kept_out(visit.caller, place)
        if not refusal and len(there) >= place.capacity:
            refusal = Code.FULL, FULL_HINT
        if refusal:
            return visit.refuse(*refusal, place=place.id)
        visit.tell(Onward(place=place.id))

    def _move(self, visit: Visit, place: Place, key: str) -> None:
        came_from = visit.place_id or visit.came_from
        if visit.gathering and visit.gathering.key == key:
            if visit.is_back:
                return self._take_up(visit, place)
            self.part(visit)
        gathering = self.gatherings.get(key) or self._open_hall(place, key)
        left, slot = visit.gathering, visit.slot
        signs = self.signboards.over_doors(place, visit.account)
        standing = take_stand(visit, place, self._ties, self._clock.now())
        stood = self.others.stood(visit, key) if self.others else None
        before = self._becoming.take(visit, key)
        came_as = stood or before
        at = came_as.spot if came_as else _before_door(place, came_from)
        gathering.join(visit, at, signs, came_as)
        self._tell_standing(visit, standing)
        self.gatherings[key] = gathering
        if left:
            self._let_go(left, slot, visit)
        self._things.come(visit)
        if self.others and stood:
            self.others.settle(visit, stood)

    def _take_up(self, visit: Visit, place: Place) -> None:
        visit.is_back = False
        standing = take_stand(visit, place, self._ties, self._clock.now())
        if visit.gathering:
            visit.gathering.take_up(visit, self.signboards.over_doors(place, visit.account))
        self._tell_standing(visit, standing)
        self._things.come(visit)

    def _tell_standing(self, visit: Visit, standing: Standing) -> None:
        visit.tell(standing)
        if self.relays:
            self.relays.meet(visit)

    async def _come_anew(self, visit: Visit, place: Place) -> None:
        if visit.away_since is None and not visit.gathering:
            visit.tell(PlaceChanged(place=place.id))
            await self.enter(visit, place.id)
            if not visit.gathering and not visit.is_over:
                visit.tell(Expelled(place=place.id, code=Code.ENDED, to=place.exit or "plaza"))
        if visit.away_since is None or visit.is_over:
            self._becoming.settle(visit.account)

    def _open_hall(self, place: Place, key: str) -> Gathering:
        served = partial(self.others.holds, key) if self.others else None
        hall = Hall(place, self._atlas.ground(place))
        gathering = Gathering(key=key, hall=hall, ties=self._ties, is_served=served)
        gathering.is_awaited = partial(self._awaits, key)
        self._becoming.resume(gathering)
        if self.others:
            self.others.resume(gathering)
        return gathering

    def _awaits(self, key: str) -> bool:
        elsewhere = self.others is not None and self.others.awaits(key)
        return elsewhere or self._becoming.awaits(key)

    def _let_go(self, gathering: Gathering, slot: int, visit: Visit) -> None:
        gathering.let_go(slot)
        self._things.go(gathering, visit, slot)
        if not gathering.visits:
            self.gatherings.pop(gathering.key, None)
            if self.voices:
                self.voices.close(gathering)
        self._note_left(visit.account, gathering.hall.place.id)

    def _note_left(self, account: str, place: str) -> None:
        self.tell_left(account, place)
        if self.others:
            self.others.left(account, place)


def _before_door(place: Place, came_from: str) -> Spot | None:
    """Before the door one came through, None if it was none."""
    doors = [door for door in place.doors if door.to and door.to == came_from]
    return in_front_of(doors[0]) if doors else None

"""The verbs of the world: enter, say, show, hand on; and what other rooms ask of it."""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from asklepion.identity import Caller
from asklepion.kit.clock import Clock
from asklepion.kit.db import Tx
from asklepion.kit.errors import Busy
from asklepion.kit.ids import Ids

from ..engine import Allowance
from ..model import Deed, Look, Place, Ties, may_know
from ..wire import (
    Away,
    Close,
    Code,
    Dressed,
    Enter,
    Expelled,
    PlaceCard,
)
from .around import Around
from .atlas import Atlas
from .entering import Entering, Leaving
from .gates import Gatekeeper
from .gathering import Gathering
from .hearing import Hearing
from .keeping import Keeping
from .lines import Lines
from .looks import default_look
from .passing import Dismiss, Dress, Erase, Guest, Merge
from .pulse import Pulse
from .relays import Relays
from .sfu import Voices
from .shelf import Cellar
from .talking import Talking
from .things import LooseThings
from .tying import Found
from .uploads import Uploads
from .visit import Line, Visit

if TYPE_CHECKING:
    from .workers import Workers

BACK_S = 30.0  # how long a body waits whose line broke
SILENCE_S = 90.0  # a browser lets a hidden page speak once a minute
STALL_S = 10.0  # a frame that is not taken in by then never will be


class World(Around):
    """Places with people in them, 20 times a second. What is said is gone; what is made stays."""

    def __init__(
        self,
        *,
        clock: Clock,
        tell_time: Callable[[], float] = time.monotonic,
        places: Mapping[str, Place] | None = None,
        ties: Ties | None = None,
        cellar: Cellar | None = None,
    ) -> None:
        """Args:
        cellar: where the things of a place are kept; without one they go with those who leave.
        """
        ties, visits, atlas = ties or Ties(), dict[str, Visit](), Atlas(places)
        new_id, keeping = Ids(clock).new, Keeping(cellar.db) if cellar else None
        self.things = LooseThings(
            clock, visits, new_id=new_id, keeping=keeping, tell_time=tell_time
        )
        self._entering = Entering(atlas=atlas, ties=ties, things=self.things, clock=clock)
        self._talking = Talking(clock, ties)
        self._hearing = Hearing(self._talking, self.things, tell_time, self._finish)
        super().__init__(clock, tell_time, atlas, self._entering.gatherings, visits, ties)
        self.uploads = cellar and Uploads(
            cellar, things=self.things, find_place=atlas.find, new_id=new_id
        )
        self._openings: dict[str, Allowance] = {}
        self.lines = Lines(atlas)
        self._pulse = Pulse(
            served=self._served,
            sweep=self._sweep,
            things=self.things,
            talking=self._talking,
            signboards=self._entering.signboards,
        )

    def join(self, others: "Workers") -> None:
        """Be one of several processes from now on."""
        self.others = self._entering.others = self._hearing.others = others
        self.lines.others = others

    # --- what other rooms ask

    def guard(self, place: str, gatekeeper: Gatekeeper) -> None:
        """Have a gatekeeper asked before anybody enters a guarded place.

        Args:
            gatekeeper: is given the caller and the place's id; raises Forbidden to keep them out.

        Raises:
            NotFound: there is no such place.
        """
        self._atlas.find(place)
        self._entering.gates.guard(place, gatekeeper)

    def when_left(self, place: str, listener: Leaving) -> None:
        """Be told whenever somebody is in a place no more, or was let in and did not come.

        Args:
            listener: is given the account and the place's id; does not wait. Whoever comes in
                again at that moment may already be there: `accounts_in` tells.

        Raises:
            NotFound: there is no such place.
        """
        self._atlas.find(place)
        self._entering.listen(place, listener)

    def expel(self, account: str, place: str, code: Code = Code.ENDED) -> bool:
        """Send somebody out of a place; whether they were in it."""
        visit = self._visits.get(account)
        if not visit or not visit.gathering or visit.gathering.hall.place.id != place:
            return self.others is not None and self.others.expel(account, place, code)
        to = visit.gathering.hall.place.exit  # the place itself may be gone already
        self._entering.part(visit)
        if visit.away_since is not None:
            visit.turned_away = place
        visit.tell(Expelled(place=place, code=code, to=to))
        return True

    def dress(self, account: str, look: Look) -> None:
        """Show everybody around them what somebody looks like now."""
        if self.others:
            self.others.decide(Dress(account=account, look=look.code))
        if visit := self._visits.get(account):
            visit.look = look.code
            if visit.gathering:
                visit.gathering.tell(Dressed(slot=visit.slot, look=visit.seen_look), by=visit)

    async def forget(self, tx: Tx, patient: str) -> dict[str, int]:
        """Take away what a patient made who is erased; returns how many rows of which table."""
        if others := self.others:
            tx.after_commit(lambda: others.decide(Erase(patient=patient)))
        if self.uploads:
            await self.uploads.forget(tx, patient)
        return await self.things.forget(tx, patient)

    async def follow(
        self, tx: Tx, old: str, new: str, only: Sequence[str] | None = None
    ) -> Sequence[str]:
        """Let what one patient made be another's, whose record she is part of now, or again.

        Args:
            only: what followed before, and nothing else.
        """
        if others := self.others:
            named = None if only is None else tuple(only)
            tx.after_commit(lambda: others.decide(Merge(old=old, new=new, only=named)))
        return await self.things.follow(tx, old, new, only)

    def list_places(self, caller: Caller) -> list[PlaceCard]:
        """All places with what their signs tell, for whoever does not walk.

        Raises:
            Unauthenticated: a stranger asks.
        """
        caller.require_known()
        return [
            PlaceCard(
                id=place.id,
                name_key=place.name_key,
                about_key=place.about_key,
                capacity=place.capacity,
                sign=place.sign,
                presence=self._entering.signboards.before(place, caller.account),
            )
            for place in self._atlas
            if may_know(place, caller)
        ]

    async def show_place(self, place: Place) -> None:
        """Let a place be there, or be another from now on: who is in it stands where they stood."""
        await self._atlas.put(place)
        inside = [visit for visit in self.visits_in(place.id) if isinstance(visit, Visit)]
        await self._entering.change(place, inside)

    def hide_place(self, place: str) -> None:
        """Let a place be there no more; who is in it goes to where its file says."""
        for visit in self.visits_in(place):
            self.expel(visit.account, place)
        self._atlas.drop(place)

    def voices_through(self, voices: Voices) -> None:
        """Let voices go through an SFU where it is worth it."""
        self._talking.voices = self._entering.voices = voices

    def ways_by(self, relays: Relays) -> None:
        """Give those who may talk ways through NAT and firewalls."""
        self._talking.relays = self._entering.relays = relays

    def time(self) -> float:
        """Seconds on the clock by which steps are judged."""
        return self._time()

    # --- what a visitor does

    def open(
        self, caller: Caller, *, key: str = "", look: str = "", line: Line | None = None
    ) -> Visit:
        """Begin a visit. Whoever visits already, in another window, ends that visit by this one.

        Args:
            key: of the visit whose line broke; its body goes on in this one.
            look: what they look like, as `Look.code` has it; empty: as their account has it.
            line: see `Visit`.

        Raises:
            Unauthenticated: a stranger asks.
            Busy: this account opens lines faster than a person does.
        """
        caller.require_known()
        now = self._time()
        openings = self._openings.setdefault(
            caller.account, Allowance(burst=20, per_s=1 / 3, now=now)
        )
        if not openings.spend(now):
            raise Busy("Too many lines were opened at once.", hint="Wait a few seconds.")
        visit = Visit(caller, self._time, line, look or default_look(caller).code)
        if older := self._visits.get(caller.account):
            if secrets.compare_digest(older.key.encode(), key.encode(errors="replace")):
                self._go_on(older, visit)
            self._finish(older, Close.ELSEWHERE, Code.ELSEWHERE)
        self._visits[caller.account] = visit
        if self.others:
            self.others.opened(visit, key)
        return visit

    def _go_on(self, older: Visit, visit: Visit) -> None:
        """Let a visit go on where another's line broke, and hear what was said to them alone."""
        visit.turned_away = older.turned_away
        for frame in older.missed:
            visit.send(frame)
        if older.gathering:
            older.gathering.hand_over(older, visit)
            self.things.pass_on(older, visit)

    def dismiss(self, account: str) -> None:
        """End all that an account does here: it is closed, or whom it spoke as is erased."""
        self.lines.drop(account)
        if self.others:
            self.others.decide(Dismiss(account=account))
        if visit := self._visits.get(account):
            self._finish(visit, Close.STRANGER, Code.STRANGER)

    def lose(self, visit: Visit) -> None:
        """The line broke without a goodbye: the body waits a while for another line.

        Nothing happens the second time.
        """
        if visit.is_over or not visit.gathering:
            return self.shut(visit)
        if visit.away_since is not None:
            return
        self.things.lose(visit)
        visit.away_since, visit.sending_since = self._time(), None
        visit.outbox.clear_view()
        visit.gathering.tell(Away(slot=visit.slot, is_away=True), by=visit, but=visit)

    def shut(self, visit: Visit) -> None:
        """End a visit: the avatar leaves. Nothing happens the second time."""
        self._entering.part(visit)
        if self._visits.get(visit.account) is visit:
            del self._visits[visit.account]
        visit.end(Close.RESTART, Code.ENDED)

    async def hear(self, visit: Visit, frame: bytes) -> None:
        """Take in one frame of a visitor; nothing that stands in it makes this raise."""
        if enter := self.hear_at_once(visit, frame):
            await self._entering.enter(visit, enter.place)

    async def enter(self, visit: Visit, wanted: Enter) -> None:
        """Let a visitor into a place, if that can be; they hear of it."""
        if not visit.is_over:
            await self._entering.enter(visit, wanted.place)

    def hear_at_once(self, visit: Visit, frame: bytes) -> Enter | None:
        """Take in a frame; the answer is the wish to enter, the only one that has to wait."""
        return self._hearing.hear(visit, frame)

    # --- the pulse

    async def start(self) -> None:
        """Look at the ground of every place, then begin to tick."""
        await self._atlas.survey()
        if self.uploads:
            await self.uploads.start()
        await self.things.start()
        self._pulse.start(self.tick)

    async def stop(self) -> None:
        """End every visit and tick no more."""
        for visit in list(self._visits.values()):
            self._finish(visit, Close.RESTART, Code.RESTART)
        await self._pulse.stop()
        await self.things.stop()

    def tick(self) -> None:
        """Let a twentieth of a second pass in every place."""
        self._pulse.tick(self._time())

    def _served(self) -> list[Gathering]:
        """The places that live in this process at this very moment."""
        found, others = list(self._entering.gatherings.values()), self.others
        return [g for g in found if others.holds(g.key)] if others else found

    def _sweep(self, now: float) -> None:
        for visit in list(self._visits.values()):
            away = visit.away_since
            if visit.is_over or (away is not None and now - away > BACK_S):
                self.shut(visit)
            elif now - visit.heard_at > SILENCE_S:
                self._finish(visit, Close.SILENT, Code.SILENT)
            elif visit.sending_since is not None and now - visit.sending_since > STALL_S:
                self._finish(visit, Close.SLOW, Code.SLOW)
        for act in self.ties.expire(self._clock.now()):
            for visit in self.visits_in(act.place):
                if act.account in ("", visit.account):
                    self.stand_again(visit)
        whole = [account for account, a in self._openings.items() if a.is_whole(now)]
        for account in whole:
            del self._openings[account]

    # --- the parts

    def _finish(self, visit: Visit, close: Close, code: Code) -> None:
        """End a visit from our side, and say why."""
        if not visit.is_over:
            visit.refuse(code)
            visit.end(close, code)
        self.shut(visit)

    # --- what other workers ask

    def tell_left(self, account: str, place: str) -> None:
        """Tell whoever listens that somebody is in a place no more, or did not come."""
        self._entering.tell_left(account, place)

    def show_elsewhere(self, inside: Callable[[str], Sequence[Guest]]) -> None:
        """Let signs tell also of those who are in other workers."""
        self._entering.signboards.elsewhere = inside

    async def admit(self, caller: Caller, place: str) -> tuple[Code, str] | None:
        """Why a caller may not enter a place, None if they may."""
        return await self._entering.gates.refusal(caller, self._atlas.find(place))

    def know_anew(self, found: Found) -> None:
        """Take in how people stand to each other; whoever is banned leaves."""
        super().know_anew(found)
        for gathering in self.gatherings():
            place = gathering.hall.place.id
            for visit in list(gathering.visits.values()):
                if self.ties.standing(Deed.BAN, place, visit.account, self._clock.now()):
                    self.expel(visit.account, place, Code.BANNED)

    def drop_hall(self, key: str) -> None:
        """A place lives in another worker now: those who are here are sent there, untold of it."""
        for visit in self._entering.drop(key):
            self.shut(visit)

    def leave_for(self, account: str, at_us: int) -> None:
        """An account opened a line in another worker: what it opened here before ends."""
        visit = self._visits.get(account)
        if visit and visit.opened_us < at_us:
            self._finish(visit, Close.ELSEWHERE, Code.ELSEWHERE)

    async def erase_here(self, patient: str) -> None:
        """Take away what a patient made who is erased, also what was still to be kept."""
        async with self.things.writing() as tx:
            await self.forget(tx, patient)

    async def merge_here(self, old: str, new: str, only: Sequence[str] | None) -> None:
        """Let what one patient made be another's, also what was still to be kept."""
        async with self.things.writing() as tx:
            await self.follow(tx, old, new, only)

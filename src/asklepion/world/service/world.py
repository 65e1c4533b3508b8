"""The verbs of the world: enter, say, show, hand on; and what other rooms ask of it."""

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TypeAlias

import msgspec

from asklepion.identity import Caller
from asklepion.kit.clock import Clock
from asklepion.kit.db import Tx
from asklepion.kit.errors import Busy, NotFound
from asklepion.kit.ids import Ids
from asklepion.kit.log import get_log

from ..engine import Allowance, Hall
from ..model import Access, Ground, Look, Place, Spot, Ties, in_front_of
from ..wire import (
    ITEM_KIND,
    MAX_FRAME_BYTES,
    POINT_KIND,
    POSE_BYTES,
    TICKS_PER_S,
    TRACKED_BYTES,
    Away,
    Close,
    Code,
    Dressed,
    Enter,
    Expelled,
    FromHands,
    Kind,
    LineOffer,
    PlaceCard,
    Silenced,
    is_hands_frame,
    read_control,
)
from .allowing import take_stand
from .files import load_ground, load_places
from .gates import Gatekeeper, Gates
from .gathering import Gathering
from .keeping import Keeping
from .looks import default_look
from .sfu import Voices
from .signboards import Signboards
from .talking import Talking
from .things import LooseThings
from .tickets import Tickets
from .uploads import Cellar, Uploads
from .visit import Line, Visit

log = get_log(__name__)

Leaving: TypeAlias = Callable[[str, str], None]

BACK_S = 30.0  # how long a body waits whose line broke
SILENCE_S = 90.0  # a browser lets a hidden page speak once a minute
STALL_S = 10.0  # a frame that is not taken in by then never will be
FULL_HINT = "Come back when somebody has left."
VOICES_TICKS = 4  # how often we look who may hear whom, beside whenever it is decided
POSE_FRAMES = (1 + POSE_BYTES, 1 + TRACKED_BYTES)
HAND_KINDS = (ITEM_KIND, POINT_KIND)


class World:
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
        self.ties = ties or Ties()
        self._clock = clock
        self._time = tell_time
        self._places = dict(places) if places else load_places()
        self._grounds: dict[object, Ground] = {}
        self._gates = Gates(clock, self.ties)
        self._talking = Talking(clock, self.ties)
        self._leaving: dict[str, list[Leaving]] = {}
        self._gatherings: dict[str, Gathering] = {}
        self._signboards = Signboards(self._places, self._gatherings, self.ties)
        self._visits: dict[str, Visit] = {}
        self._openings: dict[str, Allowance] = {}
        new_id, keeping = Ids(clock).new, Keeping(cellar.db) if cellar else None
        self.things = LooseThings(
            clock, self._visits, new_id=new_id, keeping=keeping, tell_time=tell_time
        )
        self.uploads = cellar and Uploads(
            cellar, things=self.things, find_place=self._find, new_id=new_id
        )
        self._gateway: tuple[str, Tickets] | None = None
        self._ticks = 0
        self._task: asyncio.Task[None] | None = None

    # --- what other rooms ask

    def guard(self, place: str, gatekeeper: Gatekeeper) -> None:
        """Have a gatekeeper asked before anybody enters a guarded place.

        Args:
            gatekeeper: is given the caller and the place's id; raises Forbidden to keep them out.

        Raises:
            NotFound: there is no such place.
        """
        self._find(place)
        self._gates.guard(place, gatekeeper)

    def when_left(self, place: str, listener: Leaving) -> None:
        """Be told whenever somebody is in a place no more, or was let in and did not come.

        Args:
            listener: is given the account and the place's id; does not wait. Whoever comes in
                again at that moment may already be there: `accounts_in` tells.

        Raises:
            NotFound: there is no such place.
        """
        self._find(place)
        self._leaving.setdefault(place, []).append(listener)

    def expel(self, account: str, place: str, code: Code = Code.ENDED) -> bool:
        """Send somebody out of a place; whether they were in it."""
        visit = self._visits.get(account)
        if not visit or not visit.gathering or visit.gathering.hall.place.id != place:
            return False
        self._part(visit)
        if visit.away_since is not None:
            visit.turned_away = place
        visit.tell(Expelled(place=place, code=code, to=self._find(place).exit))
        return True

    def dress(self, account: str, look: Look) -> None:
        """Show everybody around them what somebody looks like now."""
        if visit := self._visits.get(account):
            visit.look = look.code
            if visit.gathering:
                visit.gathering.tell(Dressed(slot=visit.slot, look=look.code), by=visit)

    def accounts_in(self, place: str) -> list[str]:
        """The accounts of those in a place: for other rooms, never for visitors."""
        return [visit.account for visit in self.visits_in(place)]

    def visits_in(self, place: str) -> list[Visit]:
        """Those in a place, in all of its copies."""
        here = [g for g in self._gatherings.values() if g.hall.place.id == place]
        return [visit for gathering in here for visit in gathering.visits.values()]

    def visit_of(self, account: str) -> Visit | None:
        """The visit of somebody who is in the world."""
        return self._visits.get(account)

    def find(self, caller: Caller, who: str) -> Visit | None:
        """Whom somebody sees, by what stands for them; None for those who are gone to them."""
        found = next((v for v in self._visits.values() if v.who == who), None)
        is_gone = found and self.ties.are_apart(caller.account, found.account)
        return None if is_gone else found

    def stand_again(self, visit: Visit) -> None:
        """Something was decided about somebody: tell them, and those around them."""
        here = visit.gathering
        if not here:
            return
        was_silent = visit.is_silent
        visit.tell(take_stand(visit, here.hall.place, self.ties, self._clock.now()))
        here.apartness.look()
        if visit.is_silent != was_silent:
            here.tell(Silenced(slot=visit.slot, is_silent=visit.is_silent), by=visit)

    async def forget(self, tx: Tx, patient: str) -> dict[str, int]:
        """Take away what a patient made who is erased; returns how many rows of which table."""
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
        return await self.things.follow(tx, old, new, only)

    def read_place(self, caller: Caller, place: str) -> Place:
        """One place, as its file describes it.

        Raises:
            Unauthenticated: a stranger asks.
            NotFound: there is no such place.
        """
        caller.require_known()
        return self._find(place)

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
                presence=self._signboards.before(place, caller.account),
            )
            for place in self._places.values()
        ]

    def lines_at(self, url: str, tickets: Tickets) -> None:
        """Send visitors to another door, with a ticket; empty: to our own again."""
        self._gateway = (url, tickets) if url else None

    def offer_line(self, caller: Caller, origin: str, look: str = "") -> LineOffer:
        """Where a visitor's line goes.

        Args:
            origin: of the page that asks.
            look: see `open`.

        Raises:
            Unauthenticated: a stranger asks.
        """
        caller.require_known()
        if not self._gateway:
            return LineOffer()
        url, tickets = self._gateway
        return LineOffer(url=url, ticket=tickets.give(caller, origin, look))

    def voices_through(self, voices: Voices) -> None:
        """Let voices go through an SFU where it is worth it."""
        self._talking.voices = voices

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
        if self._gateway:
            self._gateway[1].drop(account)
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
        self._part(visit)
        if self._visits.get(visit.account) is visit:
            del self._visits[visit.account]
        visit.end(Close.RESTART, Code.ENDED)

    async def hear(self, visit: Visit, frame: bytes) -> None:
        """Take in one frame of a visitor; nothing that stands in it makes this raise."""
        if enter := self.hear_at_once(visit, frame):
            await self._enter(visit, enter.place)

    async def enter(self, visit: Visit, wanted: Enter) -> None:
        """Let a visitor into a place, if that can be; they hear of it."""
        if not visit.is_over:
            await self._enter(visit, wanted.place)

    def hear_at_once(self, visit: Visit, frame: bytes) -> Enter | None:
        """Take in a frame; the answer is the wish to enter, the only one that has to wait."""
        if visit.is_over:
            return None
        now = visit.heard_at = self._time()
        if len(frame) in POSE_FRAMES and frame[0] == Kind.POSE:
            self._hear_pose(visit, frame, now)
            return None
        if is_hands_frame(frame):
            self._hear_hands(visit, frame, now)
            return None
        if frame and frame[0] in HAND_KINDS:
            if not visit.gathering or not self.things.hear_frame(visit, frame):
                self._try_patience(visit, now)
            return None
        if not visit.messages.spend(now):
            visit.refuse(Code.TOO_FAST, "Send fewer messages a second.")
            self._try_patience(visit, now)
            return None
        if not frame or frame[0] != Kind.CONTROL or len(frame) > MAX_FRAME_BYTES:
            self._count_mistake(visit, "This is no frame of this world.", now)
            return None
        try:
            message = read_control(frame)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            self._count_mistake(visit, "This is no message of this world.", now)
            return None
        if isinstance(message, Enter):
            return message
        if isinstance(message, FromHands):
            self.things.hear(visit, message)
        else:
            self._talking.hear(visit, message, now)
        return None

    # --- the pulse

    async def start(self) -> None:
        """Look at the ground of every place, then begin to tick."""
        grounds = [self._ground(place) for place in self._places.values()]
        await asyncio.to_thread(lambda: [ground.survey() for ground in grounds])
        if self.uploads:
            await self.uploads.start()
        await self.things.start()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End every visit and tick no more."""
        for visit in list(self._visits.values()):
            self._finish(visit, Close.RESTART, Code.RESTART)
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self.things.stop()

    def tick(self) -> None:
        """Let a twentieth of a second pass in every place."""
        now = self._time()
        self._ticks += 1
        for gathering in list(self._gatherings.values()):
            gathering.tick(now)
            self.things.tick(gathering)
            if (voices := self._talking.voices) and self._ticks % VOICES_TICKS == 0:
                voices.look(gathering)
        if self._ticks % TICKS_PER_S == 0:
            self._sweep(now)
            for gathering in self._gatherings.values():
                gathering.remember(now)
                self._talking.look(gathering)
                gathering.hang(self._signboards.over_doors)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due = max(due + 1 / TICKS_PER_S, loop.time() - 0.25)  # after a pause, no catching up
            await asyncio.sleep(due - loop.time())
            try:
                self.tick()
            except Exception as error:  # one bad tick must not stop the world
                log.fault("tick failed", error)

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

    def _find(self, place: str) -> Place:
        found = self._places.get(place)
        if not found:
            raise NotFound("There is no such place.", hint="GET /api/world/places lists them.")
        return found

    def _hear_pose(self, visit: Visit, frame: bytes, now: float) -> None:
        if not visit.poses.spend(now):
            self._try_patience(visit, now)
        elif visit.gathering:
            visit.gathering.hear(visit, self.things.judged(visit, frame[1:]), now)

    def _hear_hands(self, visit: Visit, frame: bytes, now: float) -> None:
        if not visit.hands.spend(now):
            self._try_patience(visit, now)
        elif visit.gathering:
            visit.gathering.signing.hear(visit.slot, frame)

    def _try_patience(self, visit: Visit, now: float) -> None:
        if not visit.patience.spend(now):
            self._finish(visit, Close.HURRIED, Code.TOO_FAST)

    def _count_mistake(self, visit: Visit, hint: str, now: float) -> None:
        if visit.mistakes.spend(now):
            return visit.refuse(Code.GARBAGE, hint)
        self._finish(visit, Close.GARBAGE, Code.GARBAGE)

    def _finish(self, visit: Visit, close: Close, code: Code) -> None:
        """End a visit from our side, and say why."""
        if not visit.is_over:
            visit.refuse(code)
            visit.end(close, code)
        self.shut(visit)

    async def _enter(self, visit: Visit, wanted: str) -> None:
        place = self._places.get(wanted)
        if not place:
            hint = "GET /api/world/places lists them."
            return visit.refuse(Code.UNKNOWN_PLACE, hint, place=wanted)
        key = f"{place.id}:{visit.account}" if place.access is Access.OWNER else place.id
        there = self._gatherings.get(key)
        if there and there is not visit.gathering and there.hall.is_full:
            return visit.refuse(Code.FULL, FULL_HINT, place=wanted)
        if visit.turned_away == wanted:  # the page did not know when it asked
            visit.turned_away = ""
            return visit.refuse(Code.KICKED, "A host sent you out.", place=wanted)
        try:
            refusal = await self._gates.refusal(visit.caller, place)
        except asyncio.CancelledError:  # the line closed while we asked
            self._tell_left(visit.account, place.id)
            raise
        if refusal:
            if visit.is_back:  # their page shows no place, so nobody stands there
                self._part(visit)
            visit.refuse(*refusal, place=wanted)
            return self._tell_left(visit.account, place.id)
        if visit.is_over:  # while we waited
            return self._tell_left(visit.account, place.id)
        try:
            self._move(visit, place, key)
        except Busy:  # others were faster while we waited
            visit.refuse(Code.FULL, FULL_HINT, place=wanted)
            self._tell_left(visit.account, place.id)

    def _move(self, visit: Visit, place: Place, key: str) -> None:
        came_from = visit.gathering.hall.place.id if visit.gathering else ""
        if visit.gathering and visit.gathering.key == key:
            if visit.is_back:
                return self._take_up(visit, place)
            self._part(visit)
        gathering = self._gatherings.get(key) or self._open_hall(place, key)
        left, slot = visit.gathering, visit.slot
        signs = self._signboards.over_doors(place, visit.account)
        standing = take_stand(visit, place, self.ties, self._clock.now())
        gathering.join(visit, self._arrival(place, came_from), signs)
        visit.tell(standing)
        self._gatherings[key] = gathering
        if left:
            self._let_go(left, slot, visit)
        self.things.come(visit)

    def _take_up(self, visit: Visit, place: Place) -> None:
        visit.is_back = False
        standing = take_stand(visit, place, self.ties, self._clock.now())
        if visit.gathering:
            visit.gathering.take_up(visit, self._signboards.over_doors(place, visit.account))
        visit.tell(standing)
        self.things.come(visit)

    def _open_hall(self, place: Place, key: str) -> Gathering:
        return Gathering(key=key, hall=Hall(place, self._ground(place)), ties=self.ties)

    def _ground(self, place: Place) -> Ground:
        if load_places().get(place.id) is place:
            return load_ground(place.id)
        shape = place.bounds, place.obstacles  # places of one kind have one ground
        if shape not in self._grounds:
            self._grounds[shape] = Ground(place)
        return self._grounds[shape]

    def _part(self, visit: Visit) -> None:
        """Take somebody out of the place they are in, if any."""
        if gathering := visit.gathering:
            slot, visit.gathering, visit.slot = visit.slot, None, -1
            self._let_go(gathering, slot, visit)

    def _let_go(self, gathering: Gathering, slot: int, visit: Visit) -> None:
        gathering.let_go(slot)
        self.things.go(gathering, visit, slot)
        if not gathering.visits:
            self._gatherings.pop(gathering.key, None)
            if voices := self._talking.voices:
                voices.close(gathering)
        self._tell_left(visit.account, gathering.hall.place.id)

    def _tell_left(self, account: str, place: str) -> None:
        for listener in self._leaving.get(place, ()):
            listener(account, place)

    @staticmethod
    def _arrival(place: Place, came_from: str) -> Spot | None:
        """Before the door one came through, None if it was none."""
        doors = [door for door in place.doors if door.to and door.to == came_from]
        return in_front_of(doors[0]) if doors else None

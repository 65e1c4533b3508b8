"""The verbs of the world: enter, say, show, hand on; and what other rooms ask of it."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import TypeAlias

import msgspec

from asklepion.identity import Caller
from asklepion.kit.clock import Clock, to_iso
from asklepion.kit.db import Tx
from asklepion.kit.errors import Busy, HouseError, NotFound
from asklepion.kit.ids import Ids
from asklepion.kit.log import get_log

from ..engine import Allowance, Hall
from ..model import Access, Ground, Place, Sign, Spot, in_front_of
from ..wire import (
    ITEM_KIND,
    MAX_CHAT_CHARS,
    MAX_FRAME_BYTES,
    MAX_SIGNAL_CHARS,
    POINT_KIND,
    POSE_BYTES,
    TICKS_PER_S,
    TRACKED_BYTES,
    Away,
    Close,
    Code,
    Enter,
    Expelled,
    FromVisitor,
    Gesture,
    Gestured,
    Kind,
    LineOffer,
    Motion,
    PlaceCard,
    Presence,
    Said,
    Say,
    Signal,
    Signalled,
    read_control,
)
from .files import load_ground, load_places
from .gathering import Gathering
from .keeping import Keeping
from .things import LooseThings
from .tickets import Tickets
from .uploads import Cellar, Uploads
from .visit import Line, Visit, tidy

log = get_log(__name__)

Gatekeeper: TypeAlias = Callable[[Caller, str], Awaitable[None]]
Leaving: TypeAlias = Callable[[str, str], None]

BACK_S = 30.0  # how long a body waits whose line broke
SILENCE_S = 90.0  # a browser lets a hidden page speak once a minute
STALL_S = 10.0  # a frame that is not taken in by then never will be
GATE_S = 5.0
NAMES_ON_A_SIGN = 12
FULL_HINT = "Come back when somebody has left."
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
        cellar: Cellar | None = None,
    ) -> None:
        """Args:
        cellar: where the things of a place are kept; without one they go with those who leave.
        """
        self._clock = clock
        self.tell_time = self._time = tell_time
        self._places = dict(places) if places else load_places()
        self._grounds: dict[object, Ground] = {}
        self._gates: dict[str, Gatekeeper] = {}
        self._leaving: dict[str, list[Leaving]] = {}
        self._gatherings: dict[str, Gathering] = {}
        self._visits: dict[str, Visit] = {}
        self._openings: dict[str, Allowance] = {}
        new_id, keeping = Ids(clock).new, Keeping(cellar.db) if cellar else None
        self.things = LooseThings(new_id=new_id, keeping=keeping, tell_time=tell_time)
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
        self._gates[place] = gatekeeper

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
        visit.tell(Expelled(place=place, code=code, to=self._find(place).exit))
        return True

    def accounts_in(self, place: str) -> list[str]:
        """The accounts of those in a place: for other rooms, never for visitors."""
        return [
            visit.account
            for gathering in self._gatherings.values()
            if gathering.hall.place.id == place
            for visit in gathering.visits.values()
        ]

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
                presence=self._presence(place),
            )
            for place in self._places.values()
        ]

    def lines_at(self, url: str, tickets: Tickets) -> None:
        """Send visitors to another door, with a ticket; empty: to our own again."""
        self._gateway = (url, tickets) if url else None

    def offer_line(self, caller: Caller, origin: str) -> LineOffer:
        """Where a visitor's line goes.

        Args:
            origin: of the page that asks.

        Raises:
            Unauthenticated: a stranger asks.
        """
        caller.require_known()
        if not self._gateway:
            return LineOffer()
        url, tickets = self._gateway
        return LineOffer(url=url, ticket=tickets.give(caller, origin))

    # --- what a visitor does

    def open(self, caller: Caller, *, key: str = "", line: Line | None = None) -> Visit:
        """Begin a visit. Whoever visits already, in another window, ends that visit by this one.

        Args:
            key: of the visit whose line broke; its body goes on in this one.
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
        visit = Visit(caller, self._time, line)
        if older := self._visits.get(caller.account):
            if older.gathering and secrets.compare_digest(older.key, key):
                older.gathering.hand_over(older, visit)
            self._finish(older, Close.ELSEWHERE, Code.ELSEWHERE)
        self._visits[caller.account] = visit
        return visit

    def lose(self, visit: Visit) -> None:
        """The line broke without a goodbye: the body waits a while for another line."""
        if visit.is_over or not visit.gathering:
            return self.shut(visit)
        visit.away_since = self._time()
        visit.outbox.clear_view()
        visit.gathering.tell(Away(slot=visit.slot, is_away=True), but=visit)

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
        if frame and frame[0] in HAND_KINDS:
            if not self.things.hear_frame(visit, frame):
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
        return self._hear_message(visit, message, now)

    def _hear_message(self, visit: Visit, message: FromVisitor, now: float) -> Enter | None:
        match message:
            case Enter():
                return message
            case Say():
                self._say(visit, message.text, now)
            case Gesture():
                self._gesture(visit, message.motion)
            case Signal():
                self._signal(visit, message)
            case _:
                self.things.hear(visit, message)
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
        if self._ticks % TICKS_PER_S == 0:
            self._sweep(now)
            for gathering in self._gatherings.values():
                gathering.hang(self._signs(gathering.hall.place))

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
            visit.gathering.hall.hear(visit.slot, self.things.judged(visit, frame[1:]))

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
            return visit.refuse(Code.UNKNOWN_PLACE, "GET /api/world/places lists them.")
        key = f"{place.id}:{visit.account}" if place.access is Access.OWNER else place.id
        there = self._gatherings.get(key)
        if there and there is not visit.gathering and there.hall.is_full:
            return visit.refuse(Code.FULL, FULL_HINT, place=wanted)
        if refusal := await self._ask_gatekeeper(visit.caller, place):
            visit.refuse(*refusal, place=wanted)
            return self._tell_left(visit.account, place.id)
        if visit.is_over:  # while we waited
            return self._tell_left(visit.account, place.id)
        try:
            self._move(visit, place, key)
        except Busy:  # others were faster while we waited
            visit.refuse(Code.FULL, FULL_HINT, place=wanted)
            self._tell_left(visit.account, place.id)

    async def _ask_gatekeeper(self, caller: Caller, place: Place) -> tuple[Code, str] | None:
        """Why this caller may not enter, None if they may."""
        if place.access is not Access.GUARDED:
            return None
        gatekeeper = self._gates.get(place.id)
        if not gatekeeper:
            return Code.FORBIDDEN, "Nobody keeps this gate, so nobody passes it."
        try:
            async with asyncio.timeout(GATE_S):
                await gatekeeper(caller, place.id)
        except (TimeoutError, Busy):
            return Code.BUSY, "Ask again in a moment."
        except HouseError as error:
            return Code.FORBIDDEN, error.hint
        except Exception as error:
            log.fault("gatekeeper failed", error, place=place.id)
            return Code.BUSY, "Ask again in a moment."
        return None

    def _move(self, visit: Visit, place: Place, key: str) -> None:
        came_from = visit.gathering.hall.place.id if visit.gathering else ""
        if visit.gathering and visit.gathering.key == key:
            if visit.is_back:
                visit.is_back = False
                visit.gathering.take_up(visit)
                return self.things.come(visit)
            self._part(visit)
        gathering = self._gatherings.get(key) or self._open_hall(place, key)
        left, slot = visit.gathering, visit.slot
        gathering.join(visit, self._arrival(place, came_from), self._signs(place))
        self._gatherings[key] = gathering
        if left:
            self._let_go(left, slot, visit)
        self.things.come(visit)

    def _open_hall(self, place: Place, key: str) -> Gathering:
        return Gathering(key=key, hall=Hall(place, self._ground(place)))

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
        self._tell_left(visit.account, gathering.hall.place.id)

    def _tell_left(self, account: str, place: str) -> None:
        for listener in self._leaving.get(place, ()):
            listener(account, place)

    @staticmethod
    def _arrival(place: Place, came_from: str) -> Spot | None:
        """Before the door one came through, None if it was none."""
        doors = [door for door in place.doors if door.to and door.to == came_from]
        return in_front_of(doors[0]) if doors else None

    def _say(self, visit: Visit, text: str, now: float) -> None:
        if not visit.gathering:
            return visit.refuse(Code.NOWHERE, "Enter a place first.")
        if len(text) > MAX_CHAT_CHARS:
            return visit.refuse(Code.TOO_LONG, f"At most {MAX_CHAT_CHARS} characters.")
        if not visit.lines.spend(now):
            return visit.refuse(Code.TOO_FAST, "Wait a moment before the next line.")
        if line := tidy(text):
            at = to_iso(self._clock.now())
            visit.gathering.tell(Said(slot=visit.slot, name=visit.name, text=line, at=at))

    def _gesture(self, visit: Visit, motion: Motion) -> None:
        if not visit.gathering:
            return visit.refuse(Code.NOWHERE, "Enter a place first.")
        if motion is not Motion.WAVE:
            visit.is_hand_up = motion is Motion.HAND_UP
        visit.gathering.tell(Gestured(slot=visit.slot, motion=motion))

    def _signal(self, visit: Visit, message: Signal) -> None:
        if len(message.data) > MAX_SIGNAL_CHARS:
            return visit.refuse(Code.TOO_LONG, f"At most {MAX_SIGNAL_CHARS} characters.")
        other = visit.gathering.visits.get(message.to) if visit.gathering else None
        if not other or other is visit:
            return visit.refuse(Code.NOT_HERE, "Nobody else here has that slot.")
        other.tell(Signalled(slot=visit.slot, data=message.data))

    def _signs(self, place: Place) -> tuple[Presence, ...]:
        """What the signs over a place's doors tell."""
        there = [self._places[door.to] for door in place.doors if door.to]
        return tuple(told for other in there if (told := self._presence(other)))

    def _presence(self, place: Place) -> Presence | None:
        if place.sign is Sign.NOTHING:
            return None
        gathering = self._gatherings.get(place.id)
        names = tuple(gathering.names()) if gathering else ()
        shown = names[:NAMES_ON_A_SIGN] if place.sign is Sign.NAMES else ()
        return Presence(place=place.id, count=len(names), names=shown)

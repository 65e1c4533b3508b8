"""The world in more than one process: which worker a place lives in, and what they tell each other.

One process, the front, answers HTTP and decides; the workers have the places and the people in
them. What the front decides is told to all; who is where, the workers tell. Neither knows poses of
the other.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from asklepion.kit.clock import Clock, to_us
from asklepion.kit.db import Database
from asklepion.kit.errors import Busy
from asklepion.kit.log import get_log

from ..wire import Code, LineOffer
from .bus import FRONT, Bus
from .gathering import Gathering
from .holding import Holding
from .leases import Leases, end_leases, holder_of, steady, sweep_leases
from .passing import (
    Admit,
    Admitted,
    Alive,
    Brought,
    Bye,
    Expel,
    Guest,
    Held,
    Hello,
    Here,
    Hold,
    Minute,
    Missed,
    Opened,
    Passed,
    Remembered,
    Tie,
)
from .presence import Presence
from .routing import find_worker, keep_gates
from .sealing import SealedTickets, Secret
from .standing import Standing, Stood, stand_up
from .taking import take_in
from .tickets import Shown
from .tying import Knowing
from .visit import Visit

if TYPE_CHECKING:
    from .world import World

log = get_log(__name__)

TELL_S = 0.2  # how late others hear who came and went
SWEEP_S = 60.0
HELLO_S = 1.0
AGAIN_S = 0.25
MOST_WAITING = 100  # messages, before it is said no more that one lives


class Workers:
    """One end of the world in several processes: the front's, or a worker's.

    Args:
        leases: the places that live here; without them this is the front.
        bus_url: of NATS.
    """

    def __init__(
        self,
        world: World,
        *,
        db: Database,
        clock: Clock,
        secret: Secret,
        bus_url: str,
        leases: Leases | None = None,
    ) -> None:
        self._world = world
        self._db = db
        self._clock = clock
        self._secret = secret
        self._leases = leases
        self.name = leases.worker if leases else FRONT
        self.url = ""  # where browsers reach this worker
        self.tickets = SealedTickets(secret, clock, self.name)
        self._bus = Bus(bus_url, secret, self.name, lambda: to_us(clock.now()))
        self._queue: asyncio.Queue[Passed] = asyncio.Queue()
        missed = _ignore if leases else world.tell_left
        self.presence = Presence(steady, self.pass_on, missed)
        self._standing = Standing(steady)
        self._holding = Holding(world, leases, self._standing) if leases else None
        self._told: dict[str, tuple[Guest, ...]] = {}
        self._missed: list[Missed] = []
        self._asked_at = 0.0
        self._knowing = Knowing(world, db, clock)
        self._tasks: list[asyncio.Task[None]] = []
        world.join(self)
        if leases:
            world.things.hold_to(leases)
        world.show_elsewhere(self.presence.inside)
        if world.uploads:
            world.uploads.is_worker = not self.is_front
            world.uploads.elsewhere = self._hall_of
            world.uploads.brought = self._tell_brought

    @property
    def is_front(self) -> bool:
        """Whether this one answers HTTP, and no place lives in it."""
        return self._leases is None

    async def start(self) -> None:
        """Begin to hear, to hold and to tell.

        Raises:
            Fault: the bus does not answer.
        """
        await self._bus.open(self._hear, self._answer, self._come_back)
        if self._leases:
            await self._knowing.read()
        more = (self._tell, self._holding.run) if self._holding else (self._sweep,)
        self._tasks = [asyncio.create_task(loop()) for loop in (self._pass, *more)]
        self._say_hello()
        if self._leases:
            keep_gates(self._world, self._bus)
            self._say_alive()

    async def settle_down(self) -> None:
        """Keep where everybody stands: the world is about to close, and others take the places."""
        if self._holding:
            with suppress(Exception):
                await self._holding.renew()

    async def stop(self) -> None:
        """Give every place back, tell the others, and leave; the world is closed by then."""
        self._knowing.stop()
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        if self._leases:
            with suppress(Exception):
                await end_leases(self._db, self.name)
            with suppress(Exception):
                await self._bus.tell(Bye(worker=self.name))
        await self._bus.close()

    # --- what the world asks

    def holds(self, hall: str) -> bool:
        """Whether a place lives here at this very moment."""
        return self._leases is not None and self._leases.holds(hall)

    def serves(self, visit: Visit) -> bool:
        """Whether this visitor may be heard and told anything here."""
        return visit.gathering is None or self.holds(visit.gathering.key)

    async def bring(self, hall: str) -> bool:
        """Whether a place lives here; one that lives nowhere may from now on."""
        if self._holding is None:
            return False
        if self.holds(hall):
            return True
        holder = await holder_of(self._db, hall) or self.presence.choose()
        return holder in ("", self.name) and await self._holding.take(hall)

    def opened(self, visit: Visit, key: str) -> None:
        """Somebody opened a line here, with this key of theirs; what they have elsewhere ends."""
        if not visit.gathering and (who := self._secret.who_of(visit.account, key)):
            visit.who = who
        visit.key = self._secret.key_of(visit.account, visit.who)
        visit.opened_us = to_us(self._clock.now())
        self.pass_on(Opened(account=visit.account, at_us=visit.opened_us))

    def stood(self, visit: Visit, hall: str) -> Stood | None:
        """Where somebody stood there who comes back from a worker that is gone."""
        return self._standing.take(visit, hall)

    def awaits(self, hall: str) -> bool:
        """Whether somebody who stood there is still to come back from a worker that is gone."""
        return self._standing.awaits(hall)

    def resume(self, gathering: Gathering) -> None:
        """Let a place that opens be what it was in a worker that is gone."""
        self._standing.resume(gathering)
        gathering.went_aside = self._holding.stir if self._holding else None

    def settle(self, visit: Visit, stood: Stood) -> None:
        """Have them stand or sit there again."""
        if not (stood.seat and self._world.things.sit_again(visit, stood.seat)):
            stand_up(visit, stood)

    def left(self, account: str, place: str) -> None:
        """Somebody is in a place no more, or was let in and did not come."""
        self._missed.append(Missed(account=account, place=place))

    def pass_on(self, message: Passed) -> None:
        """Tell all others, in order."""
        self._queue.put_nowait(message)

    def decide(self, message: Passed) -> None:
        """Tell the workers what was decided; they decide nothing themselves."""
        if self.is_front:
            self.pass_on(message)

    def expel(self, account: str, place: str, code: Code) -> bool:
        """Send somebody out of a place that lives elsewhere; whether they were in it."""
        found = self.presence.find(account)
        if not self.is_front or not found or found.place_id != place:
            return False
        self.pass_on(Expel(account=account, place=place, code=code))
        return True

    def _hall_of(self, account: str) -> str:
        found = self.presence.find(account)
        return found.hall if found else ""

    def _tell_brought(self, id: str, hall: str) -> None:
        self.decide(Brought(id=id, hall=hall))

    async def minute(self, account: str, who: str) -> Remembered:
        """What happened where somebody is, in the last minute.

        Raises:
            Busy: their worker does not answer.
        """
        worker = self.presence.worker_of(account)
        said = await self._bus.ask(worker, Minute(account=account, who=who)) if worker else None
        return said if isinstance(said, Remembered) else Remembered()

    # --- where a line goes

    async def offer(self, shown: Shown, hall: str, origin: str) -> LineOffer:
        """Where a visitor's line goes who wants to that place, or to any where `hall` is empty.

        Raises:
            Unauthenticated: a stranger asks.
            Busy: no worker can have the place.
        """
        shown.caller.require_known()
        worker, url = await find_worker(hall, self._db, self._bus, self.presence)
        return LineOffer(url=url, ticket=self.tickets.give(worker, shown, origin))

    # --- what others say and ask

    def _come_back(self) -> None:
        """The bus was gone, and what was said meanwhile is lost."""
        self._say_hello()
        if self._leases:
            self._knowing.read_again()

    def _say_hello(self) -> None:
        self._told.clear()
        self.pass_on(Hello())

    def _hear(self, message: Passed) -> None:
        match message:
            case Hello():
                self._told.clear()  # all is told anew in a moment, and only then that we live
                if self._leases:
                    self._knowing.read_again()
            case Alive():
                if self.presence.hear_alive(message):
                    self._ask_anew()
            case Here():
                self.presence.hear_here(message)
            case Bye():
                self.presence.forget(message.worker)
            case Missed():
                self._world.tell_left(message.account, message.place)
            case _:
                if self._leases:
                    self._knowing.heard += isinstance(message, Tie)
                    take_in(self._world, self, message)

    def _ask_anew(self) -> None:
        """Some word was lost: ask who is where, but not again and again."""
        if steady() - self._asked_at > HELLO_S:
            self._asked_at = steady()
            self.pass_on(Hello())

    async def _answer(self, message: Passed) -> Passed:
        match message:
            case Hold() if self._holding:
                is_held = not message.hall or await self._holding.take(message.hall)
                return Held(url=self.url if is_held else "")
            case Admit():
                refusal = await self._world.admit(message.caller, message.place)
                return Admitted(code=refusal[0], hint=refusal[1]) if refusal else Admitted()
            case Minute():
                return self._world.remember(message.account, message.who)
            case _:
                return Held()

    # --- the pulse

    async def _pass(self) -> None:
        while True:
            message = await self._queue.get()
            while not await self._told_all(message):  # noqa: ASYNC110 - no event says when
                await asyncio.sleep(AGAIN_S)

    async def _told_all(self, message: Passed) -> bool:
        """Tell it; false where the bus takes nothing now, and what is to be told must wait."""
        try:
            await self._bus.tell(message)
        except Busy:
            return isinstance(message, Alive)  # which is said again anyway
        except Exception as error:
            log.fault("others were not told", error, what=type(message).__name__)
        return True

    async def _tell(self) -> None:
        """Tell who came and went, and only then who is missed."""
        while True:
            await asyncio.sleep(TELL_S)
            missed, self._missed = self._missed, []
            there = {
                gathering.key: tuple(_guest(visit) for visit in gathering.visits.values())
                for gathering in self._world.gatherings()
                if self.holds(gathering.key)
            }
            for hall in {*there, *self._told}:
                guests = there.get(hall, ())
                if guests != self._told.get(hall):
                    self.pass_on(Here(worker=self.name, hall=hall, guests=guests))
            self._told = there
            for message in missed:
                self.pass_on(message)
            self._say_alive()
            self.presence.sweep()

    def _say_alive(self) -> None:
        if not self._leases:
            return
        halls = tuple(hall for hall, guests in self._told.items() if guests)
        people = sum(map(len, self._told.values())) + len(self._leases.halls)
        self.presence.hear_alive(Alive(worker=self.name, people=people))  # chosen as others are
        if self._queue.qsize() < MOST_WAITING:
            self.pass_on(Alive(worker=self.name, halls=halls, people=people))

    async def _sweep(self) -> None:
        while True:
            for _ in range(int(SWEEP_S)):
                await asyncio.sleep(1.0)
                self.presence.sweep()
            try:
                await sweep_leases(self._db)
            except Exception as error:
                log.fault("old leases were not swept", error)


def _ignore(account: str, place: str) -> None:
    """Workers tell nobody who is missed elsewhere."""


def _guest(visit: Visit) -> Guest:
    return Guest(
        account=visit.account,
        who=visit.who,
        name=visit.name,
        is_host=visit.is_host,
        is_silent=visit.is_silent,
    )

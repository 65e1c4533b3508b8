"""What hosts plan in their places, and who comes."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from asklepion.identity import Caller, Identity
from asklepion.kit.clock import Clock
from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import Conflict, Forbidden, Incorrect, NotFound
from asklepion.kit.ids import Ids

from ..engine import calendar_of
from ..model import Access, Audience, Event, Place, Right, rights_of
from ..store import calendar as store
from .visit import tidy
from .world import World

LONGEST_TITLE = 120
AHEAD = timedelta(days=366)
KEPT = timedelta(days=30)
SHORTEST, LONGEST = 5, 480  # [minutes]
MOST_PLANNED = 50  # in one place
NO_EVENT = "There is no such event."


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a host wants to take place."""

    place: str
    title: str
    starts_at: datetime
    minutes: int
    audience: Audience = Audience.ALL
    capacity: int = 0


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An event as one person sees it."""

    event: Event
    by: str  # the name of who planned it
    coming: int
    is_coming: bool
    is_ours: bool  # one may cancel it


class Calendar:
    """The verbs of what is planned."""

    def __init__(
        self, *, db: Database, clock: Clock, ids: Ids, world: World, identity: Identity
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._world = world
        self._ties = world.ties
        self._identity = identity

    async def plan(self, caller: Caller, plan: Plan) -> Event:
        """Let something take place.

        Raises:
            Forbidden: the caller is no host there, or nothing is planned there.
            NotFound: there is no such place.
            Incorrect: something about it cannot be.
            Conflict: too much is planned there already.
        """
        caller.require_known()
        place = self._world.read_place(caller, plan.place)
        if not _is_host(place, caller):
            raise Forbidden("Only a host plans something there.", hint="Ask a host of the place.")
        now = self._clock.now()
        event = Event(
            id=self._ids.new(),
            place=place.id,
            title=_title(plan.title),
            starts_at=_start(plan.starts_at, now),
            minutes=plan.minutes,
            audience=plan.audience,
            capacity=plan.capacity,
            account=caller.account,
            at=now,
        )
        if not SHORTEST <= plan.minutes <= LONGEST:
            raise Incorrect("It is too short or too long.", hint="From 5 minutes to 8 hours.")
        if not 0 <= plan.capacity <= place.capacity:
            hint = f"From 1 to {place.capacity}; 0 for as many as the place holds."
            raise Incorrect("So many cannot come.", hint=hint)
        async with self._db.begin() as tx:
            await tx.lock(f"world events {place.id}")
            await store.drop_before(tx, now - KEPT)
            planned = [e for e in await store.to_come(tx, now) if e.place == place.id]
            if len(planned) >= MOST_PLANNED:
                raise Conflict("Too much is planned there.", hint="Cancel something, or wait.")
            await store.keep(tx, event)
        return event

    async def list_events(self, caller: Caller) -> list[Listed]:
        """What is to come and meant for the caller, the next first."""
        caller.require_known()
        now = self._clock.now()
        async with self._db.read() as tx:
            events = await store.to_come(tx, now)
            coming = await store.coming(tx, now)
        return [
            await self._listed(caller, event, coming.get(event.id, set()))
            for event in events
            if self._may_see(caller, event)
        ]

    async def _listed(self, caller: Caller, event: Event, coming: set[str]) -> Listed:
        planner = await self._identity.find(event.account)
        return Listed(
            event=event,
            by=planner.name if planner else "",
            coming=len(coming),
            is_coming=caller.account in coming,
            is_ours=self._may_change(caller, event),
        )

    async def come(self, caller: Caller, id: str) -> None:
        """Say that one comes.

        Raises:
            NotFound: there is no such event for the caller.
            Conflict: it was cancelled, or is full.
        """
        event = await self._read(caller, id)
        now = self._clock.now()
        async with self._db.begin() as tx:
            await tx.lock(f"world event {id}")
            fresh = await store.find(tx, id)
            if fresh is None or fresh.cancelled_at:
                raise Conflict("It was cancelled.", hint="Look for another one.")
            others = (await store.coming(tx, now)).get(id, set()) - {caller.account}
            most = event.capacity or self._world.read_place(caller, event.place).capacity
            if len(others) >= most:
                raise Conflict("It is full.", hint="Somebody may still say that they do not come.")
            await store.come(tx, id, caller.account, now)

    async def stay_away(self, caller: Caller, id: str) -> None:
        """Say that one does not come.

        Raises:
            NotFound: there is no such event for the caller.
        """
        await self._read(caller, id)
        async with self._db.begin() as tx:
            await store.stay_away(tx, id, caller.account)

    async def cancel(self, caller: Caller, id: str, *, off: bool) -> None:
        """Cancel something, or take that back before it is over.

        Raises:
            NotFound: there is no such event for the caller.
            Forbidden: the caller is no host there and did not plan it.
        """
        event = await self._read(caller, id)
        if not self._may_change(caller, event):
            raise Forbidden("Only a host does that.", hint="Ask a host of the place.")
        now = self._clock.now()
        async with self._db.begin() as tx:
            if not await store.change(tx, id, at=now, cancelled_at=now if off else None):
                raise NotFound(NO_EVENT, hint="It has just gone.")

    async def one_as_file(self, caller: Caller, id: str, root: str) -> bytes:
        """One event for a calendar program.

        Raises:
            NotFound: there is no such event for the caller.
        """
        event = await self._read(caller, id)
        return calendar_of([event], name=event.title, root=root)

    async def open_feed(self, caller: Caller) -> str:
        """A secret by which a program reads what the caller comes to; ends the one before."""
        caller.require_known()
        secret = secrets.token_urlsafe(24)
        async with self._db.begin() as tx:
            await store.keep_feed(tx, caller.account, _hash(secret), self._clock.now())
        return secret

    async def read_feed(self, secret: str, root: str) -> bytes:
        """What whoever has this secret comes to, or planned.

        Raises:
            NotFound: the secret is good for nothing, or its account is closed.
        """
        async with self._db.read() as tx:
            account = await store.feed_of(tx, _hash(secret))
        caller = await self._identity.caller_of(account) if account else None
        if caller is None:
            raise NotFound("There is no such calendar.", hint="Make a new link.")
        mine = [
            each.event
            for each in await self.list_events(caller)
            if each.is_coming or each.event.account == caller.account
        ]
        return calendar_of(mine, name="Asklepion", root=root)

    async def forget(self, tx: Tx, account: str) -> dict[str, int]:
        """Take away all of an account that goes."""
        return await store.forget(tx, account)

    # The parts

    async def _read(self, caller: Caller, id: str) -> Event:
        caller.require_known()
        async with self._db.read() as tx:
            event = await store.find(tx, id)
        is_over = event is not None and event.ends_at <= self._clock.now()
        if event is None or is_over or not self._may_see(caller, event):
            raise NotFound(NO_EVENT, hint="It may be over.")
        return event

    def _may_change(self, caller: Caller, event: Event) -> bool:
        place = self._world.read_place(caller, event.place)
        return event.account == caller.account or _is_host(place, caller)

    def _may_see(self, caller: Caller, event: Event) -> bool:
        """Whether it is for them; nobody hears of one from whom they are apart."""
        try:
            place = self._world.read_place(caller, event.place)
        except NotFound:  # the house has this place no more
            return False
        if self._may_change(caller, event):
            return True
        is_child = self._ties.self_of(caller.account).is_child
        if self._ties.are_apart(caller.account, event.account):
            return False
        if Right.ENTER not in rights_of(place, caller) or (is_child and not place.is_child_safe):
            return False
        match event.audience:
            case Audience.ALL:
                return True
            case Audience.FRIENDS:
                return self._ties.are_friends(caller.account, event.account)
            case role:
                return any(str(each) == role for each in caller.roles)


def _is_host(place: Place, caller: Caller) -> bool:
    """Nothing is planned in homes and guarded rooms: who meets there is nobody's business."""
    return place.access is Access.ALL and Right.MODERATE in rights_of(place, caller)


def _title(words: str) -> str:
    title = tidy(words)
    if not title or len(title) > LONGEST_TITLE:
        raise Incorrect("It needs a name.", hint=f"At most {LONGEST_TITLE} characters.")
    return title


def _start(at: datetime, now: datetime) -> datetime:
    if at.tzinfo is None:
        raise Incorrect("That moment has no time zone.", hint="2026-03-01T18:30:00+01:00 has one.")
    if not now < at < now + AHEAD:
        raise Incorrect("It begins too early or too late.", hint="Within a year from now.")
    return at.astimezone(UTC)


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()

"""The verbs of a visit: walk in, attend, ask, grant, take back, write, leave."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from asklepion.identity import Caller, Identity, Role
from asklepion.kit.clock import Clock
from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import Conflict, Forbidden, Incorrect, NotFound
from asklepion.kit.events import Events
from asklepion.kit.ids import Ids
from asklepion.records import Category, ConsentEnded, Forgotten, Overtaken, Records

from .. import store
from ..model import LONGEST_NOTE, ROOMS, Answer, Ask, Company, Room, Visit, VisitChanged
from .attending import Attending
from .keeping import NOTHING_STANDS, Keeping, asking_of
from .notes import note_of
from .presence import Presence
from .watching import Watching

NO_ROOM = "There is no such consulting room."
NO_VISIT = "There is no such visit."
ATTEMPTS = 5  # where a consent is changed at the same moment on another path


class Clinic:
    """Brings a patient and a doctor together; what he may see stands in records, not here."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        ids: Ids,
        events: Events,
        identity: Identity,
        records: Records,
    ) -> None:
        self._db = db
        self._clock = clock
        self._identity = identity
        self._records = records
        self._watching = Watching()
        self._presence = Presence(clock)
        self._keeping = Keeping(db=db, events=events, records=records)
        self._attending = Attending(
            clock=clock,
            ids=ids,
            events=events,
            identity=identity,
            keeping=self._keeping,
            presence=self._presence,
        )
        self._looking: asyncio.Task[None] | None = None
        events.on(VisitChanged, self._watching.hear)
        events.on(ConsentEnded, self._hear_ended)

    async def start(self) -> None:
        """Wait for those who attended before, and begin to look into the rooms."""
        await self._attending.mark_leftovers()
        self._looking = asyncio.create_task(self._attending.look_for_ever())

    async def stop(self) -> None:
        """Look no more."""
        if self._looking:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking

    # What the world asks, and tells

    def meet_in(self, company: Company) -> None:
        """Learn who is where from whoever draws the rooms."""
        self._presence.meet_in(company)

    async def admit(self, caller: Caller, room: str) -> None:
        """Let somebody through the door of a room, once all are out who do not belong there.

        Raises: as `enter`.
        """
        await self.enter(caller, room)
        await self._attending.clear(room)

    def miss(self, account: str, room: str) -> None:
        """Somebody is in the room no more, or never came; a doctor has a minute to come back."""
        self._presence.miss(account, room)

    async def look(self) -> None:
        """End the attendance of who is gone too long, and send out who does not belong."""
        await self._attending.look()

    # The rooms

    async def rooms(self, caller: Caller) -> list[Room]:
        """Every consulting room, with who attends it and is there."""
        caller.require_known()
        async with self._db.read() as tx:
            attending = await store.attendances(tx)
            visits = {room: await store.find_open_in_room(tx, room) for room in ROOMS}
        rooms: list[Room] = []
        for id, visit in visits.items():
            clinician, account = attending.get(id, (None, None))
            if not self._presence.is_there(account, id):
                clinician, account = None, None
            room = Room(id=id, clinician=clinician, clinician_account=account)
            rooms.append(replace(room, visit=visit.id) if visit else room)
        return rooms

    async def enter(self, caller: Caller, room: str) -> Visit | None:
        """Come into a consulting room: a patient's visit opens, a clinician attends.

        Raises:
            Forbidden: the caller is neither, or has no person in the records.
            Conflict: the room is taken.
        """
        _require_room(room)
        caller.require(Role.PATIENT, Role.CLINICIAN)
        if caller.person is None:
            raise Forbidden("This account speaks for nobody yet.", hint="Bring in a record first.")
        if caller.has(Role.CLINICIAN) and caller.person.startswith("Practitioner/"):
            return await self._attending.attend(caller, caller.person, room)
        return await self._attending.walk_in(caller, caller.person, room)

    async def leave(self, caller: Caller) -> None:
        """A clinician attends no room any more; an open visit must be closed first.

        Raises:
            Conflict: his visit is still open.
        """
        caller.require(Role.CLINICIAN)
        await self._attending.leave(caller)

    async def release(self, caller: Caller, room: str) -> None:
        """Make a room free again: its visit is closed, whosever it is, and nobody attends it.

        Raises:
            Forbidden: somebody else than an operator asks.
        """
        caller.require(Role.OPERATOR)
        _require_room(room)
        await self._attending.release(caller, room)

    # The visit

    async def current(self, caller: Caller) -> Visit | None:
        """The caller's open visit."""
        caller.require_known()
        async with self._db.read() as tx:
            return await store.find_open_of_account(tx, caller.account)

    async def ask(self, caller: Caller, visit: str, ask: Ask) -> Visit:
        """The doctor says what he needs to see; what was granted before stands until answered."""

        async def change(_: Tx, held: Visit) -> Visit:
            _require_clinician(caller, held)
            return replace(held, ask=ask, answer=Answer.OPEN)

        return await self._change(caller, visit, change)

    async def grant(
        self, caller: Caller, visit: str, categories: Iterable[Category], until: datetime
    ) -> Visit:
        """The patient allows some or all of what was asked, until a moment.

        Raises:
            Incorrect: more than was asked, nothing at all, or too long.
            Conflict: no doctor is there to allow it to.
        """
        allowed = tuple(sorted(set(categories)))

        async def change(tx: Tx, held: Visit) -> Visit:
            _require_patient(caller, held)
            clinician = held.needs_clinician()
            held.ask.require_covers(allowed, until - self._clock.now())
            await self._keeping.end_access(tx, caller, held)
            consent = await self._records.grant(
                asking_of(caller, held),
                patient=held.patient,
                actor=clinician,
                categories=allowed,
                until=until,
                visit=held.id,
                tx=tx,
            )
            return replace(
                held, answer=Answer.GRANTED, consent=consent, granted=allowed, until=until
            )

        return await self._change(caller, visit, change)

    async def refuse(self, caller: Caller, visit: str) -> Visit:
        """The patient says no; it is written down, and nothing that stood before remains."""

        async def change(tx: Tx, held: Visit) -> Visit:
            _require_patient(caller, held)
            clinician = held.needs_clinician()
            await self._keeping.end_access(tx, caller, held)
            await self._records.refuse(
                asking_of(caller, held),
                patient=held.patient,
                actor=clinician,
                categories=held.ask.categories,
                visit=held.id,
                tx=tx,
            )
            return replace(held, **NOTHING_STANDS | {"answer": Answer.REFUSED})

        return await self._change(caller, visit, change)

    async def revoke(self, caller: Caller, visit: str) -> Visit:
        """The patient takes back all that she allowed; it ends before this returns.

        Raises:
            Conflict: nothing stands.
        """

        async def change(tx: Tx, held: Visit) -> Visit:
            _require_patient(caller, held)
            if not await self._keeping.end_access(tx, caller, held) and held.consent is None:
                raise Conflict("Nothing is allowed in this visit.", hint="There is nothing to end.")
            return replace(held, **NOTHING_STANDS)

        return await self._change(caller, visit, change)

    async def write_note(self, caller: Caller, visit: str, text: str) -> str:
        """Keep the doctor's note as a FHIR DocumentReference; returns its reference."""
        if not text.strip() or len(text) > LONGEST_NOTE:
            raise Incorrect("The note is empty or too long.", hint="Write 1 to 20,000 characters.")
        async with self._db.read() as tx:
            held = await _find_mine(tx, caller, visit)
        _require_clinician(caller, held)
        kept = await self._records.create(
            asking_of(caller, held), note_of(held, caller, text, self._clock.now())
        )
        return kept.reference

    async def close(self, caller: Caller, visit: str) -> Visit:
        """End the visit, and with it whatever was allowed for it."""

        async def change(tx: Tx, held: Visit) -> Visit:
            await self._keeping.end_access(tx, caller, held, why="visit closed")
            return replace(held, closed_at=self._clock.now(), **NOTHING_STANDS)

        return await self._change(caller, visit, change)

    async def forget(self, tx: Tx, patient: str) -> Forgotten:
        """Take away the visits of a patient who is erased; whoever is in one is told."""
        return Forgotten(rows={"clinic_visit": await self._keeping.forget(tx, patient)})

    async def names(self, *accounts: str | None) -> dict[str, str]:
        """What the people behind these accounts are called."""
        found = [await self._identity.find(account) for account in accounts if account]
        return {account.id: account.name for account in found if account}

    async def watch(self, caller: Caller) -> AsyncGenerator[Visit | None]:
        """The caller's visit now, and again at every change; only the newest state is kept.

        Raises:
            Busy: the account watches too often at once.
        """
        caller.require_known()
        with self._watching.news(caller.account) as news:
            while True:
                await news.wait()
                news.clear()
                yield await self.current(caller)

    async def _change(
        self, caller: Caller, visit: str, change: Callable[[Tx, Visit], Awaitable[Visit]]
    ) -> Visit:
        """Change an open visit of the caller's, one at a time; with it all that stands on it.

        What is kept in records goes into the same transaction, so that nothing is ever allowed
        that the visit does not know of.
        """
        for attempt in range(ATTEMPTS):
            try:
                async with self._keeping.changing() as tx:
                    held = await _find_mine(tx, caller, visit)
                    changed = await change(tx, held)
                    await self._keeping.keep(tx, changed)
                return changed
            except Overtaken:  # she changed a consent on another path at that very moment
                if attempt + 1 == ATTEMPTS:
                    raise
        raise AssertionError  # not reached

    async def _hear_ended(self, event: ConsentEnded) -> None:
        """A consent of ours ended elsewhere: by the clock, or on the patient's list of consents."""
        async with self._keeping.changing() as tx:
            held = await store.find_by_consent(tx, event.consent)  # none if a newer one stands
            if held and held.closed_at is None:
                await self._keeping.keep(tx, replace(held, **NOTHING_STANDS))


async def _find_mine(tx: Tx, caller: Caller, visit: str) -> Visit:
    caller.require_known()
    held = await store.find(tx, visit)
    if held is None or caller.account not in (held.patient_account, held.clinician_account):
        raise NotFound(NO_VISIT)
    if held.closed_at:
        raise Conflict("This visit is closed.", hint="Walk in again to open a new one.")
    return held


def _require_clinician(caller: Caller, visit: Visit) -> None:
    if visit.clinician_account != caller.account:
        raise Forbidden("Only the clinician of this visit may do that.")


def _require_patient(caller: Caller, visit: Visit) -> None:
    if visit.patient_account != caller.account:
        raise Forbidden("Only the patient of this visit may do that.")


def _require_room(room: str) -> None:
    if room not in ROOMS:
        raise NotFound(NO_ROOM, hint=f"Choose one of {', '.join(ROOMS)}.")

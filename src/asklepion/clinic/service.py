"""The verbs of a visit: walk in, attend, ask, grant, take back, write, leave."""

import asyncio
import base64
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from asklepion.identity import Caller, Identity, Role
from asklepion.kit.clock import Clock, to_iso
from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import Conflict, Forbidden, Incorrect, NotFound
from asklepion.kit.events import Events
from asklepion.kit.ids import Ids
from asklepion.records import Asking, Category, ConsentEnded, Forgotten, Records

from . import store
from .model import LONGEST, LONGEST_NOTE, ROOMS, Answer, Ask, Room, Visit, VisitChanged

NO_ROOM = "There is no such consulting room."
NO_VISIT = "There is no such visit."


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
        self._ids = ids
        self._events = events
        self._identity = identity
        self._records = records
        self._watchers: dict[str, set[asyncio.Event]] = {}
        events.on(VisitChanged, self._wake)
        events.on(ConsentEnded, self._end_access)

    async def rooms(self, caller: Caller) -> list[Room]:
        """Every consulting room, with who attends it."""
        caller.require_known()
        async with self._db.read() as tx:
            attending = await store.attendances(tx)
            visits = {room: await store.find_open_in_room(tx, room) for room in ROOMS}
        rooms: list[Room] = []
        for id, visit in visits.items():
            clinician, account = attending.get(id, (None, None))
            room = Room(id=id, clinician=clinician, clinician_account=account)
            rooms.append(replace(room, visit=visit.id) if visit else room)
        return rooms

    async def enter(self, caller: Caller, room: str) -> Visit | None:
        """Come into a consulting room: a patient's visit opens, a clinician attends.

        Raises:
            Forbidden: the caller is neither, or has no person in the records.
            Conflict: the room is taken.
        """
        if room not in ROOMS:
            raise NotFound(NO_ROOM, hint=f"Choose one of {', '.join(ROOMS)}.")
        caller.require(Role.PATIENT, Role.CLINICIAN)
        if caller.person is None:
            raise Forbidden("This account speaks for nobody yet.", hint="Bring in a record first.")
        if caller.has(Role.CLINICIAN) and caller.person.startswith("Practitioner/"):
            return await self._attend(caller, caller.person, room)
        return await self._walk_in(caller, caller.person, room)

    async def _attend(self, caller: Caller, clinician: str, room: str) -> Visit | None:
        async with self._db.begin() as tx:
            await tx.lock("clinic")
            mine = await store.find_open_of_account(tx, caller.account)
            if mine and mine.room != room:
                raise Conflict("Your visit goes on in another room.", hint="Close it first.")
            if not await store.attend(tx, room, clinician, caller.account):
                raise Conflict("Another clinician attends this room.", hint="Take a free one.")
            visit = await store.find_open_in_room(tx, room)
            if visit and visit.clinician is None:
                visit = replace(visit, clinician=clinician, clinician_account=caller.account)
                await self._keep(tx, visit)
        return visit

    async def _walk_in(self, caller: Caller, patient: str, room: str) -> Visit:
        async with self._db.begin() as tx:
            await tx.lock("clinic")
            visit = await store.find_open_of_account(tx, caller.account)
            if visit and visit.room == room:
                return visit
            if visit:
                raise Conflict("Your visit goes on in another room.", hint="Close it first.")
            if await store.find_open_in_room(tx, room):
                raise Conflict("Another visit goes on in this room.", hint="Choose a free room.")
            clinician, account = (await store.attendances(tx)).get(room, (None, None))
            visit = Visit(
                id=self._ids.new(),
                room=room,
                patient=patient,
                patient_account=caller.account,
                clinician=clinician,
                clinician_account=account,
                opened_at=self._clock.now(),
            )
            await self._keep(tx, visit)
        return visit

    async def leave(self, caller: Caller) -> None:
        """A clinician attends no room any more; an open visit must be closed first.

        Raises:
            Conflict: his visit is still open.
        """
        caller.require(Role.CLINICIAN)
        async with self._db.begin() as tx:
            if await store.find_open_of_account(tx, caller.account):
                raise Conflict("Your visit is still open.", hint="Close it first.")
            await store.leave(tx, caller.account)

    async def current(self, caller: Caller) -> Visit | None:
        """The caller's open visit."""
        caller.require_known()
        async with self._db.read() as tx:
            return await store.find_open_of_account(tx, caller.account)

    async def ask(self, caller: Caller, visit: str, ask: Ask) -> Visit:
        """The doctor says what he needs to see; what was granted before stands until answered."""
        async with self._db.begin() as tx:
            held = await self._as_clinician(tx, caller, visit)
            changed = replace(held, ask=ask, answer=Answer.OPEN)
            await self._keep(tx, changed)
        return changed

    async def grant(
        self, caller: Caller, visit: str, categories: Iterable[Category], until: datetime
    ) -> Visit:
        """The patient allows some or all of what was asked, until a moment.

        Raises:
            Incorrect: more than was asked, nothing at all, or too long.
            Conflict: no doctor is there to allow it to.
        """
        held = await self._as_patient(caller, visit)
        clinician = held.needs_clinician()
        allowed = tuple(sorted(set(categories)))
        now = self._clock.now()
        if not allowed or not set(allowed) <= set(held.ask.categories):
            raise Incorrect("These are not the categories asked for.", hint="Choose among them.")
        if not now < until <= now + LONGEST:
            raise Incorrect("The end lies in the past or too far off.", hint="Allow up to 8 hours.")
        if held.consent:
            await self._take_back(caller, held.consent)
        consent = await self._records.grant(
            self._asking(caller, held),
            patient=held.patient,
            actor=clinician,
            categories=allowed,
            until=until,
            visit=held.id,
        )
        return await self._change(
            visit, answer=Answer.GRANTED, consent=consent, granted=allowed, until=until
        )

    async def refuse(self, caller: Caller, visit: str) -> Visit:
        """The patient says no; it is written down, and nothing that stood before remains."""
        held = await self._as_patient(caller, visit)
        if held.consent:
            await self._take_back(caller, held.consent)
        await self._records.refuse(
            self._asking(caller, held),
            patient=held.patient,
            actor=held.needs_clinician(),
            categories=held.ask.categories,
            visit=held.id,
        )
        return await self._change(
            visit, answer=Answer.REFUSED, consent=None, granted=(), until=None
        )

    async def revoke(self, caller: Caller, visit: str) -> Visit:
        """The patient takes back what she allowed; it ends before this returns.

        Raises:
            Conflict: nothing stands.
        """
        held = await self._as_patient(caller, visit)
        if held.consent is None:
            raise Conflict("Nothing is allowed in this visit.", hint="There is nothing to end.")
        await self._take_back(caller, held.consent)
        return await self._change(visit, **NOTHING_STANDS)

    async def write_note(self, caller: Caller, visit: str, text: str) -> str:
        """Keep the doctor's note as a FHIR DocumentReference; returns its reference."""
        if not text.strip() or len(text) > LONGEST_NOTE:
            raise Incorrect("The note is empty or too long.", hint="Write 1 to 20,000 characters.")
        async with self._db.read() as tx:
            held = await self._as_clinician(tx, caller, visit)
        kept = await self._records.create(
            self._asking(caller, held), _note(held, caller, text, self._clock.now())
        )
        return kept.reference

    async def close(self, caller: Caller, visit: str) -> Visit:
        """End the visit, and with it whatever was allowed for it."""
        async with self._db.read() as tx:
            held = await self._find_mine(tx, caller, visit)
        if held.consent:
            patient = await self._identity.find(held.patient_account)
            if patient is None:
                raise NotFound(NO_VISIT)
            await self._records.end(self._asking(caller, held), held.consent, why="visit closed")
        return await self._change(visit, closed_at=self._clock.now(), **NOTHING_STANDS)

    async def forget(self, tx: Tx, patient: str) -> Forgotten:
        """Take away the visits of a patient who is erased; whoever is in one is told."""
        await tx.lock("clinic")
        gone = await store.drop_of_patient(tx, patient)
        for visit in gone:
            if visit.closed_at is None:
                event = VisitChanged(visit.id, visit.patient_account, visit.clinician_account)
                await self._events.tell(tx, event)
        return Forgotten(rows={"clinic_visit": len(gone)})

    async def names(self, *accounts: str | None) -> dict[str, str]:
        """What the people behind these accounts are called."""
        found = [await self._identity.find(account) for account in accounts if account]
        return {account.id: account.name for account in found if account}

    async def watch(self, caller: Caller) -> AsyncIterator[Visit | None]:
        """The caller's visit now, and again at every change; only the newest state is kept."""
        caller.require_known()
        news = asyncio.Event()
        news.set()
        watchers = self._watchers.setdefault(caller.account, set())
        watchers.add(news)
        try:
            while True:
                await news.wait()
                news.clear()
                yield await self.current(caller)
        finally:
            watchers.discard(news)

    async def _keep(self, tx: Tx, visit: Visit) -> None:
        await store.keep(tx, visit)
        event = VisitChanged(visit.id, visit.patient_account, visit.clinician_account)
        await self._events.tell(tx, event)

    async def _change(self, visit: str, **changes: Any) -> Visit:
        async with self._db.begin() as tx:
            await tx.lock("clinic")
            held = await store.find(tx, visit)
            if held is None:
                raise NotFound(NO_VISIT)
            changed = replace(held, **changes)
            await self._keep(tx, changed)
        return changed

    async def _find_mine(self, tx: Tx, caller: Caller, visit: str) -> Visit:
        caller.require_known()
        held = await store.find(tx, visit)
        if held is None or caller.account not in (held.patient_account, held.clinician_account):
            raise NotFound(NO_VISIT)
        if held.closed_at:
            raise Conflict("This visit is closed.", hint="Walk in again to open a new one.")
        return held

    async def _as_clinician(self, tx: Tx, caller: Caller, visit: str) -> Visit:
        held = await self._find_mine(tx, caller, visit)
        if held.clinician_account != caller.account:
            raise Forbidden("Only the clinician of this visit may do that.")
        return held

    async def _as_patient(self, caller: Caller, visit: str) -> Visit:
        async with self._db.read() as tx:
            held = await self._find_mine(tx, caller, visit)
        if held.patient_account != caller.account:
            raise Forbidden("Only the patient of this visit may do that.")
        return held

    async def _take_back(self, caller: Caller, consent: str) -> None:
        await self._records.revoke(Asking(caller=caller, via="visit"), consent)

    @staticmethod
    def _asking(caller: Caller, visit: Visit) -> Asking:
        mine = caller.account == visit.patient_account
        purpose = "PATRQT" if mine else "TREAT"
        return Asking(caller=caller, purpose=purpose, visit=visit.id, via="visit")

    async def _wake(self, event: VisitChanged) -> None:
        for account in (event.patient_account, event.clinician_account):
            for news in self._watchers.get(account or "", ()):
                news.set()

    async def _end_access(self, event: ConsentEnded) -> None:
        """A consent of ours ended elsewhere: by the clock, or on the patient's list of consents."""
        async with self._db.read() as tx:
            held = await store.find_by_consent(tx, event.consent)
        if held and held.closed_at is None:
            await self._change(held.id, **NOTHING_STANDS)


NOTHING_STANDS: dict[str, Any] = {
    "answer": Answer.ENDED,
    "consent": None,
    "granted": (),
    "until": None,
}
LOINC_NOTE = {"system": "http://loinc.org", "code": "11488-4", "display": "Consult note"}


def _note(visit: Visit, caller: Caller, text: str, now: datetime) -> dict[str, Any]:
    """The note as FHIR. https://hl7.org/fhir/R4/documentreference.html"""
    data = base64.b64encode(text.strip().encode()).decode()
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "docStatus": "final",
        "type": {"coding": [LOINC_NOTE]},
        "category": [{"coding": [CLINICAL_NOTE]}],
        "subject": {"reference": visit.patient},
        "date": to_iso(now),
        "author": [{"reference": caller.person, "display": caller.name}],
        "content": [{"attachment": {"contentType": "text/plain; charset=utf-8", "data": data}}],
        "context": {
            "related": [
                {"identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{visit.id}"}}
            ],
            "period": {"start": to_iso(visit.opened_at), "end": to_iso(max(now, visit.opened_at))},
        },
    }


CLINICAL_NOTE = {
    "system": "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
    "code": "clinical-note",
}

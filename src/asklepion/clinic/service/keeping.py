"""How a visit is changed: one at a time, in one transaction with all that stands on it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from asklepion.identity import Caller
from asklepion.kit.db import Database, Tx
from asklepion.kit.events import Events
from asklepion.records import Asking, Records

from .. import store
from ..model import Answer, Visit, VisitChanged

NOTHING_STANDS: dict[str, Any] = {
    "answer": Answer.ENDED,
    "consent": None,
    "granted": (),
    "until": None,
}


class Keeping:
    """Opens the clinic's transactions, and writes visits in them."""

    def __init__(self, *, db: Database, events: Events, records: Records) -> None:
        self._db = db
        self._events = events
        self._records = records

    @asynccontextmanager
    async def changing(self) -> AsyncGenerator[Tx]:
        """A transaction in which nobody else changes anything of the clinic's."""
        async with self._db.begin() as tx:
            await tx.lock("clinic")
            yield tx

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[Tx]:
        """One unchanging view of everything."""
        async with self._db.read() as tx:
            yield tx

    async def keep(self, tx: Tx, visit: Visit, *, before: Visit | None = None) -> None:
        """Keep a visit as it is now, and tell both.

        Args:
            before: as it was, where somebody is not part of it any more.
        """
        await store.keep(tx, visit)
        for clinician in {(before or visit).clinician_account, visit.clinician_account}:
            event = VisitChanged(visit.id, visit.patient_account, clinician, visit.room)
            await self._events.tell(tx, event)

    async def forget(self, tx: Tx, patient: str) -> int:
        """Take away every visit of a patient, and tell whoever is in one; returns how many."""
        await tx.lock("clinic")
        gone = await store.drop_of_patient(tx, patient)
        for it in (visit for visit in gone if visit.closed_at is None):
            event = VisitChanged(it.id, it.patient_account, it.clinician_account, it.room)
            await self._events.tell(tx, event)
        return len(gone)

    async def end_access(
        self, tx: Tx, caller: Caller, visit: Visit, *, why: str = "revoked"
    ) -> int:
        """End all that was allowed for this visit; returns how many consents stood."""
        asking = asking_of(caller, visit)
        return await self._records.end_visit(asking, visit.id, why=why, tx=tx)


def asking_of(caller: Caller, visit: Visit) -> Asking:
    """What the caller asks of records in this visit."""
    purposes = {visit.clinician_account: "TREAT", visit.patient_account: "PATRQT"}
    purpose = purposes.get(caller.account, "HOPERAT")
    return Asking(caller=caller, purpose=purpose, visit=visit.id, via="visit")

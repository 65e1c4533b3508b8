"""The records room on a real database, with what stands below it and nothing above."""

from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from asklepion import ledger, records
from asklepion.kit import events as outbox
from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Database, connect_database
from asklepion.kit.events import Events
from asklepion.kit.ids import Ids
from asklepion.kit.keys import Keys
from asklepion.ledger import Ledger
from asklepion.records import (
    Asking,
    Category,
    ConsentEnded,
    ConsentGranted,
    Limits,
    RecordImported,
    Records,
    ResourceKept,
)
from tests.tables import fill

from . import people, serving
from .people import AMARA, JONAS, MEI, MEI_ASKS, OPERATOR_ASKS, VISIT

TOLD = (ResourceKept, RecordImported, ConsentGranted, ConsentEnded)
MIGRATIONS = {
    "kit": outbox.MIGRATIONS,
    "ledger": ledger.MIGRATIONS,
    "records": records.MIGRATIONS,
}


@dataclass(kw_only=True)
class Office:
    """The room, its neighbours below, and what was told."""

    clock: StoppedClock
    db: Database
    events: Events
    ledger: Ledger
    records: Records
    told: list[Any]
    folder: Path

    async def keep(self, *resources: dict[str, Any]) -> None:
        """Have an operator keep these under their own ids."""
        entries = [
            {
                "resource": it,
                "request": {"method": "PUT", "url": f"{it['resourceType']}/{it['id']}"},
            }
            for it in resources
        ]
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
        await self.records.transact(OPERATOR_ASKS, bundle)

    async def allow(
        self,
        categories: Iterable[Category],
        *,
        minutes: float = 30,
        actor: str = AMARA,
        asking: Asking = MEI_ASKS,
        visit: str | None = VISIT,
    ) -> str:
        """Have a patient allow an actor something; returns the Consent's id."""
        return await self.records.grant(
            asking,
            patient=asking.caller.person or "",
            actor=actor,
            categories=categories,
            until=self.clock.now() + timedelta(minutes=minutes),
            visit=visit,
        )

    def wait(self, minutes: float) -> None:
        """Let time pass."""
        self.clock.at += timedelta(minutes=minutes)

    async def hear(self) -> list[Any]:
        """Everything told since the last time."""
        while await self.events.deliver():
            pass
        told, self.told[:] = list(self.told), []
        return told

    async def count(self, table: str) -> int:
        async with self.db.read() as tx:
            row = await tx.one(f"SELECT count(*) FROM {table}")
        return row[0] if row else 0


def url_in(folder: Path) -> str:
    """Of the database of an office that keeps it in a folder."""
    return f"sqlite:///{folder}/records.sqlite"


async def open_office(
    url: str,
    folder: Path,
    clock: StoppedClock,
    limits: Limits | None = None,
    retention_years: int = 0,
    deletes_most: int = 1,
) -> Office:
    db = connect_database(url or url_in(folder), durable=False)
    await db.migrate(MIGRATIONS, folder / "backups", clock)
    keys, events = Keys(folder / "keys"), Events(db, clock)
    log = Ledger(db=db, clock=clock, keys=keys)
    room = Records(
        db=db,
        clock=clock,
        ids=Ids(clock),
        keys=keys,
        events=events,
        ledger=log,
        limits=limits,
        uploads=folder / "uploads",
        retention_years=retention_years,
        deletes_most=deletes_most,
        hook_hosts=("127.0.0.1",),
    )
    room.subscriptions.know_callers(people.find_caller)
    told: list[Any] = []

    async def listen(event: object) -> None:
        told.append(event)

    for kind in TOLD:
        events.on(kind, listen)
    return Office(
        clock=clock, db=db, events=events, ledger=log, records=room, told=told, folder=folder
    )


@pytest.fixture
async def office(database_url: str, tmp_path: Path, clock: StoppedClock) -> AsyncGenerator[Office]:
    """Empty, on SQLite and on PostgreSQL."""
    await fill(database_url or url_in(tmp_path), MIGRATIONS)
    office = await open_office(database_url, tmp_path, clock)
    yield office
    await office.records.stop()
    await office.db.close()


@pytest.fixture
async def full(office: Office) -> Office:
    """With two patients, what is known of them, and two practitioners."""
    await office.keep(
        people.organization(),
        people.practitioner(),
        people.practitioner(people.BORIS, "987"),
        people.patient(MEI),
        people.patient(JONAS, "Weber", "1955-12-24"),
        people.observation("pulse-1", value=72, at="2026-02-01"),
        people.observation("pulse-2", value=91, at="2026-02-03"),
        people.observation("sodium", kind="laboratory", value=140, at="2026-02-02"),
        people.condition("pressure"),
        people.observation("jonas-pulse", JONAS, value=64, at="2026-02-04"),
        people.condition("jonas-gout", JONAS, "90560007"),
    )
    await office.hear()
    return office


# The room's own front door, in place of the whole house's.
callers, app, client_of = serving.callers, serving.app, serving.client_of
mei, amara, operator, stranger = serving.mei, serving.amara, serving.operator, serving.stranger

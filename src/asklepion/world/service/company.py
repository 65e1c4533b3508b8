"""Everything that people decide about each other, together."""

from datetime import datetime

from asklepion.identity import AccountClosed, Identity
from asklepion.kit.clock import Clock
from asklepion.kit.db import Database, Tx
from asklepion.kit.events import Events
from asklepion.kit.ids import Ids
from asklepion.kit.vault import Vault
from asklepion.records import Forgotten, Records

from ..store import people as store
from ..store import reports
from .calendar import Calendar
from .order import Order
from .passing import Closed
from .people import People
from .reports import Reports
from .tying import find_ties
from .world import World


class Company:
    """What a place needs beside poses so that people are safe in it."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        ids: Ids,
        events: Events,
        vault: Vault,
        world: World,
        identity: Identity,
        records: Records,
        marks: bytes,
    ) -> None:
        self._db = db
        self._clock = clock
        self._world = world
        self._identity = identity
        self.world = world
        self.people = People(
            db=db,
            clock=clock,
            ids=ids,
            world=world,
            identity=identity,
            records=records,
            marks=marks,
        )
        self.order = Order(db=db, clock=clock, ids=ids, world=world)
        self.calendar = Calendar(db=db, clock=clock, ids=ids, world=world, identity=identity)
        self.reports = Reports(db=db, clock=clock, ids=ids, vault=vault, world=world)
        events.on(AccountClosed, self._hear_closed)

    def now(self) -> datetime:
        """The present moment."""
        return self._clock.now()

    async def start(self) -> None:
        """Bring what is kept to where people are moved twenty times a second."""
        (await find_ties(self._db, self._clock.now())).fill(self._world.ties)

    async def stop(self) -> None:
        """Nothing runs."""

    async def forget(self, tx: Tx, patient: str) -> Forgotten:
        """Take away all that is kept of a patient who is erased."""
        rows: dict[str, int] = {}
        for account in await self._identity.speaking_as(tx, patient):
            for table, count in (await self._forget_account(tx, account.id)).items():
                rows[table] = rows.get(table, 0) + count
        return Forgotten(rows=rows)

    async def _hear_closed(self, event: AccountClosed) -> None:
        async with self._db.begin() as tx:
            await self._forget_account(tx, event.account)

    def _let_go(self, account: str) -> None:
        self._world.dismiss(account)
        self._world.tie(Closed(account=account))

    async def _forget_account(self, tx: Tx, account: str) -> dict[str, int]:
        rows = await store.forget(tx, account) | await reports.forget(tx, account)
        rows |= await self.calendar.forget(tx, account)
        tx.after_commit(lambda: self._let_go(account))
        return rows

"""Facts told upwards: kept with the change, delivered after it, at least once."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from alembic.operations import Operations

from .clock import Clock, from_us, to_us
from .db import Database, Serial, Step, Tx
from .log import get_log

log = get_log(__name__)

E = TypeVar("E", bound=object)
Listener = Callable[[Any], Awaitable[None]]

PATIENCE = 5  # attempts before an event is set aside, until the next start
RETRY_S = 1.0  # between attempts, when nothing new wakes us earlier


def _create(op: Operations) -> None:
    op.create_table(
        "kit_outbox",
        sa.Column("position", Serial, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("told_at", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.BigInteger, nullable=False),
    )


MIGRATIONS: tuple[Step, ...] = (_create,)


@dataclass(frozen=True, kw_only=True)
class SetAside:
    """An event that not everybody who listens could take."""

    position: int
    kind: str
    told_at: datetime


class Events:
    """The outbox of the house: `tell` inside a transaction, `on` to listen."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._listeners: dict[str, list[Listener]] = {}
        self._kinds: dict[str, type[Any]] = {}
        self._news = asyncio.Event()
        self._delivering = asyncio.Lock()

    def on(self, kind: type[E], listener: Callable[[E], Awaitable[None]]) -> None:
        """Call `listener` with every later event of this kind, at least once."""
        name = _name(kind)
        self._kinds[name] = kind
        self._listeners.setdefault(name, []).append(listener)

    async def tell(self, tx: Tx, event: object) -> None:
        """Keep one event (a frozen dataclass of plain values) with the change it tells of."""
        await self.tell_all(tx, [event])

    async def tell_all(self, tx: Tx, events: Sequence[object]) -> None:
        """Keep several, in this order."""
        at = to_us(self._clock.now())
        await tx.many(
            "INSERT INTO kit_outbox (kind, body, told_at, attempts) VALUES (:kind, :body, :at, 0)",
            [
                {"kind": _name(type(it)), "body": msgspec.json.encode(it).decode(), "at": at}
                for it in events
            ],
        )
        if events:
            tx.after_commit(self._news.set)

    async def forget(self, tx: Tx, name: str) -> int:
        """Take away what waits and holds this name as one of its values; returns how many."""
        word = json.dumps(name)
        waiting = await tx.all("SELECT position, body FROM kit_outbox")
        gone = [{"position": position} for position, body in waiting if word in body]
        await tx.many("DELETE FROM kit_outbox WHERE position = :position", gone)
        return len(gone)

    async def waiting(self) -> int:
        """How many events are kept and not delivered yet."""
        async with self._db.read() as tx:
            row = await tx.one(
                "SELECT count(*) FROM kit_outbox WHERE attempts < :patience", patience=PATIENCE
            )
        return row[0] if row else 0

    async def deliver(self) -> int:
        """Hand over everything that waits, oldest first; returns how many events went out."""
        async with self._delivering:
            async with self._db.read() as tx:
                waiting = await tx.all(
                    "SELECT position, kind, body FROM kit_outbox"
                    " WHERE attempts < :patience ORDER BY position LIMIT 1000",
                    patience=PATIENCE,
                )
            delivered = [row[0] for row in waiting if await self._hand_over(*row)]
            async with self._db.begin() as tx:
                rows = [{"position": position} for position in delivered]
                await tx.many("DELETE FROM kit_outbox WHERE position = :position", rows)
            return len(delivered)

    async def _hand_over(self, position: int, kind: str, body: str) -> bool:
        try:
            listeners = self._listeners.get(kind, ())
            event = msgspec.json.decode(body, type=self._kinds[kind]) if listeners else None
            for listener in listeners:
                await listener(event)
        except Exception as error:
            log.fault("event not delivered", error, kind=kind, position=position)
            async with self._db.begin() as tx:
                sql = "UPDATE kit_outbox SET attempts = attempts + 1 WHERE position = :position"
                await tx.run(sql, position=position)
            return False
        return True

    async def set_aside(self) -> list[SetAside]:
        """What could not be delivered and waits for the next start, oldest first."""
        async with self._db.read() as tx:
            rows = await tx.all(
                "SELECT position, kind, told_at FROM kit_outbox"
                " WHERE attempts >= :patience ORDER BY position",
                patience=PATIENCE,
            )
        return [
            SetAside(position=position, kind=kind, told_at=from_us(told))
            for position, kind, told in rows
        ]

    async def _take_up_again(self) -> None:
        async with self._db.begin() as tx:
            sql = "UPDATE kit_outbox SET attempts = 0 WHERE attempts >= :patience"
            await tx.run(sql, patience=PATIENCE)

    async def run(self) -> None:
        """Deliver for ever: at once when something is told, and again later what failed.

        What was set aside before is tried again, once more with patience.
        """
        await self._take_up_again()
        while True:
            self._news.clear()
            while await self.deliver():
                pass
            # Not wait_for: in Python 3.11 it may swallow the cancellation that closes the house.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RETRY_S):
                    await self._news.wait()


def _name(kind: type[object]) -> str:
    room = kind.__module__.split(".")[1]
    return f"{room}.{kind.__name__}"

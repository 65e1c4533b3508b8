"""What is planned, who comes, and the secrets of calendar programs as hashes."""

from datetime import datetime

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.identity import owned_by
from asklepion.kit.backup import Owned
from asklepion.kit.clock import from_us, to_us
from asklepion.kit.db import Row, Step, Tx

from ..model import Audience, Event


def _create(op: Operations) -> None:
    op.create_table(
        "world_event",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("starts_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("minutes", sa.BigInteger, nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("capacity", sa.BigInteger, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("cancelled_at", sa.BigInteger),
    )
    op.create_table(
        "world_coming",
        sa.Column("event", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "world_feed",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("world_event_ends", "world_event", ["ends_at"])
    op.create_index("world_event_account", "world_event", ["account"])
    op.create_index("world_coming_account", "world_coming", ["account"])


MIGRATIONS: tuple[Step, ...] = (_create,)
OWNED: dict[str, Owned | None] = {
    "world_event": owned_by(),
    "world_coming": owned_by(),
    "world_feed": owned_by(),
}
EVENT = "id, place, title, starts_at, minutes, audience, capacity, account, at, cancelled_at"


async def keep(tx: Tx, event: Event) -> None:
    await tx.run(
        f"INSERT INTO world_event ({EVENT}, ends_at) VALUES (:id, :place, :title, :starts,"
        " :minutes, :audience, :capacity, :account, :at, :cancelled, :ends)",
        id=event.id,
        place=event.place,
        title=event.title,
        starts=to_us(event.starts_at),
        ends=to_us(event.ends_at),
        minutes=event.minutes,
        audience=str(event.audience),
        capacity=event.capacity,
        account=event.account,
        at=to_us(event.at),
        cancelled=event.cancelled_at and to_us(event.cancelled_at),
    )


async def change(tx: Tx, id: str, *, at: datetime, cancelled_at: datetime | None) -> bool:
    """Let an event be cancelled, or not any more; whether it is still there."""
    sql = "UPDATE world_event SET at = :at, cancelled_at = :cancelled WHERE id = :id"
    cancelled = cancelled_at and to_us(cancelled_at)
    return await tx.run(sql, id=id, at=to_us(at), cancelled=cancelled) == 1


async def find(tx: Tx, id: str) -> Event | None:
    row = await tx.one(f"SELECT {EVENT} FROM world_event WHERE id = :id", id=id)
    return _event(row) if row else None


async def to_come(tx: Tx, now: datetime) -> list[Event]:
    """What is not over, the next first."""
    sql = f"SELECT {EVENT} FROM world_event WHERE ends_at > :now ORDER BY starts_at, id"
    return [_event(row) for row in await tx.all(sql, now=to_us(now))]


async def coming(tx: Tx, now: datetime) -> dict[str, set[str]]:
    """Which accounts come to each event that is not over."""
    rows = await tx.all(
        "SELECT c.event, c.account FROM world_coming c JOIN world_event e ON e.id = c.event"
        " WHERE e.ends_at > :now",
        now=to_us(now),
    )
    found: dict[str, set[str]] = {}
    for event, account in rows:
        found.setdefault(event, set()).add(account)
    return found


async def come(tx: Tx, event: str, account: str, at: datetime) -> None:
    await tx.run(
        "INSERT INTO world_coming (event, account, at) VALUES (:event, :account, :at)"
        " ON CONFLICT (event, account) DO NOTHING",
        event=event,
        account=account,
        at=to_us(at),
    )


async def stay_away(tx: Tx, event: str, account: str) -> None:
    sql = "DELETE FROM world_coming WHERE event = :event AND account = :account"
    await tx.run(sql, event=event, account=account)


async def keep_feed(tx: Tx, account: str, hash: bytes, at: datetime) -> None:
    """Give an account's calendar this secret; the one before is good no more."""
    await tx.run(
        "INSERT INTO world_feed (account, hash, at) VALUES (:account, :hash, :at)"
        " ON CONFLICT (account) DO UPDATE SET hash = excluded.hash, at = excluded.at",
        account=account,
        hash=hash,
        at=to_us(at),
    )


async def feed_of(tx: Tx, hash: bytes) -> str | None:
    row = await tx.one("SELECT account FROM world_feed WHERE hash = :hash", hash=hash)
    return row[0] if row else None


async def drop_before(tx: Tx, before: datetime) -> None:
    """Take away what was over before a moment, and who came to it."""
    old = "SELECT id FROM world_event WHERE ends_at < :before"
    await tx.run(f"DELETE FROM world_coming WHERE event IN ({old})", before=to_us(before))
    await tx.run("DELETE FROM world_event WHERE ends_at < :before", before=to_us(before))


async def forget(tx: Tx, account: str) -> dict[str, int]:
    """Take away what somebody planned, to what they come, and their calendar's secret."""
    mine = "SELECT id FROM world_event WHERE account = :a"
    gone = await tx.run(f"DELETE FROM world_coming WHERE account = :a OR event IN ({mine})",
                        a=account)  # fmt: skip
    events = await tx.run("DELETE FROM world_event WHERE account = :a", a=account)
    feeds = await tx.run("DELETE FROM world_feed WHERE account = :a", a=account)
    return {"world_coming": gone, "world_event": events, "world_feed": feeds}


def _event(row: Row) -> Event:
    id, place, title, starts, minutes, audience, capacity, account, at, cancelled = row
    return Event(
        id=id,
        place=place,
        title=title,
        starts_at=from_us(starts),
        minutes=minutes,
        audience=Audience(audience),
        capacity=capacity,
        account=account,
        at=from_us(at),
        cancelled_at=None if cancelled is None else from_us(cancelled),
    )

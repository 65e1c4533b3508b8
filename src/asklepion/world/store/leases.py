"""Which worker a place lives in, until when, and where everybody stood a moment ago.

The database's own clock counts, so that it does not matter whose clock is wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.db import Step, Tx


def _create(op: Operations) -> None:
    op.create_table(
        "world_lease",
        sa.Column("hall", sa.Text, primary_key=True),  # a place, or a home with its account
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("term", sa.BigInteger, nullable=False),  # grows with every change of hands
        sa.Column("until_at", sa.BigInteger, nullable=False),
        sa.Column("standing", sa.Text, nullable=False),
    )
    op.create_index("world_lease_worker", "world_lease", ["worker"])


MIGRATIONS: tuple[Step, ...] = (_create,)
OWNED: dict[str, Owned | None] = {"world_lease": None}  # true for seconds: no backup has it

NOW = {  # [µs]
    "sqlite": "CAST((julianday('now') - 2440587.5) * 86400000000.0 AS BIGINT)",
    "postgresql": "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)",
}


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A lease that was taken, and what the last holder left."""

    standing: str = ""
    idle_us: int | None = None  # since the last holder's ended; None: there was none


async def take(tx: Tx, hall: str, worker: str, for_us: int) -> Taken | None:
    """Take a place that nobody holds, or hold on to one's own; None where another holds it."""
    await tx.lock(f"world lease {hall}")
    now = NOW[tx.dialect]
    before = await tx.one(
        f"SELECT standing, {now} - until_at FROM world_lease WHERE hall = :hall", hall=hall
    )
    rows = await tx.all(
        "INSERT INTO world_lease (hall, worker, term, until_at, standing)"
        f" VALUES (:hall, :worker, 1, {now} + :for_us, '')"
        " ON CONFLICT (hall) DO UPDATE SET worker = excluded.worker,"
        " term = world_lease.term + CASE WHEN world_lease.worker = excluded.worker THEN 0 ELSE 1"
        " END, until_at = excluded.until_at"
        f" WHERE world_lease.until_at < {now} OR world_lease.worker = excluded.worker"
        " RETURNING term",
        hall=hall,
        worker=worker,
        for_us=for_us,
    )
    if not rows:
        return None
    standing, idle_us = before or ("", None)
    return Taken(standing=standing, idle_us=idle_us)


async def renew(tx: Tx, worker: str, for_us: int) -> set[str]:
    """Hold on to all that is still one's own; returns which places that are."""
    rows = await tx.all(
        f"UPDATE world_lease SET until_at = {NOW[tx.dialect]} + :for_us"
        " WHERE worker = :worker RETURNING hall",
        worker=worker,
        for_us=for_us,
    )
    return {str(row[0]) for row in rows}


async def keep_standing(tx: Tx, worker: str, standing: Mapping[str, str]) -> None:
    """Keep where everybody stands, in the places that are still one's own."""
    await tx.many(
        "UPDATE world_lease SET standing = :standing WHERE hall = :hall AND worker = :worker",
        [{"hall": hall, "worker": worker, "standing": body} for hall, body in standing.items()],
    )


async def let_go(tx: Tx, worker: str, hall: str) -> None:
    """Give a place back that is empty."""
    sql = "DELETE FROM world_lease WHERE hall = :hall AND worker = :worker"
    await tx.run(sql, hall=hall, worker=worker)


async def end(tx: Tx, worker: str) -> int:
    """Let others take the places of a worker that is known to be dead; returns how many."""
    now = NOW[tx.dialect]
    sql = f"UPDATE world_lease SET until_at = {now} - 1 WHERE worker = :worker AND until_at > {now}"
    return await tx.run(sql, worker=worker)


async def holder(tx: Tx, hall: str) -> str:
    """The worker that a place lives in; empty where it lives in none."""
    row = await tx.one(
        f"SELECT worker FROM world_lease WHERE hall = :hall AND until_at > {NOW[tx.dialect]}",
        hall=hall,
    )
    return str(row[0]) if row else ""


async def sweep(tx: Tx, idle_us: int) -> int:
    """Forget the places that nobody has held for so long; returns how many."""
    sql = f"DELETE FROM world_lease WHERE until_at < {NOW[tx.dialect]} - :idle_us"
    return await tx.run(sql, idle_us=idle_us)

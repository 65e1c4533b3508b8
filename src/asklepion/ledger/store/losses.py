"""What operators acknowledged as lost: each a leaf of the log, which names it and nothing else."""

from typing import NamedTuple

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.db import Serial, Tx

OWNED: dict[str, Owned | None] = {"ledger_loss": Owned()}


def create(op: Operations) -> None:
    """The table; a step of the room's migrations."""
    op.create_table(
        "ledger_loss",
        sa.Column("leaf", Serial, primary_key=True, autoincrement=False),
        sa.Column("event", sa.LargeBinary, nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
    )


class LossRow(NamedTuple):
    """One acknowledgement."""

    leaf: int
    event: bytes  # canonical JSON
    key: bytes


async def add(tx: Tx, row: LossRow) -> None:
    """Keep what was acknowledged."""
    sql = "INSERT INTO ledger_loss (leaf, event, key) VALUES (:leaf, :event, :key)"
    await tx.run(sql, **row._asdict())


async def all_of(tx: Tx) -> list[LossRow]:
    """Every acknowledgement, in order; they are few."""
    rows = await tx.all("SELECT leaf, event, key FROM ledger_loss ORDER BY leaf")
    return [LossRow(*row) for row in rows]


async def leaves(tx: Tx, low: int, high: int) -> set[int]:
    """Which leaves from one place up to, and without, another are acknowledgements."""
    sql = "SELECT leaf FROM ledger_loss WHERE leaf >= :low AND leaf < :high"
    return {leaf for (leaf,) in await tx.all(sql, low=low, high=high)}

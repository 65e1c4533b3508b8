"""Tables of a witness, in a file of its own: which logs it follows, and the last it saw of each.

A backup never holds them: a house that is put back must not forget what it has seen of others.
"""

from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.db import Step, Tx

from ..model import Followed


def _create(op: Operations) -> None:
    op.create_table(
        "witness_self",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
    )
    op.create_table(
        "witness_log",
        sa.Column("origin", sa.Text, primary_key=True),
        sa.Column("verifier", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("note", sa.Text, nullable=False),  # empty: nothing was cosigned yet
        sa.Column("seen_at", sa.BigInteger, nullable=False),  # [s since 1970]
    )


MIGRATIONS: tuple[Step, ...] = (_create,)
COLUMNS = "origin, verifier, size, root, note, seen_at"


async def name(tx: Tx) -> str | None:
    """What this witness calls itself."""
    row = await tx.one("SELECT name FROM witness_self WHERE id = 1")
    return row[0] if row else None


async def keep_name(tx: Tx, name: str) -> None:
    """Call it so from now on."""
    await tx.run("INSERT INTO witness_self (id, name) VALUES (1, :name)", name=name)


async def find(tx: Tx, origin: str) -> Followed | None:
    """One log that is followed."""
    sql = f"SELECT {COLUMNS} FROM witness_log WHERE origin = :origin"
    row = await tx.one(sql, origin=origin)
    return _followed(row) if row else None


async def everything(tx: Tx) -> list[Followed]:
    """Every log that is followed."""
    rows = await tx.all(f"SELECT {COLUMNS} FROM witness_log ORDER BY origin")
    return [_followed(row) for row in rows]


async def keep(tx: Tx, log: Followed) -> None:
    """Keep what was last seen of a log."""
    await tx.run(
        f"INSERT INTO witness_log ({COLUMNS})"
        " VALUES (:origin, :verifier, :size, :root, :note, :seen_at)"
        " ON CONFLICT (origin) DO UPDATE SET verifier = excluded.verifier, size = excluded.size,"
        " root = excluded.root, note = excluded.note, seen_at = excluded.seen_at",
        origin=log.origin,
        verifier=log.verifier,
        size=log.size,
        root=log.root,
        note=log.note,
        seen_at=log.seen_at,
    )


async def drop(tx: Tx, origin: str) -> int:
    """Forget a log; returns how many there were."""
    return await tx.run("DELETE FROM witness_log WHERE origin = :origin", origin=origin)


def _followed(row: Any) -> Followed:
    origin, verifier, size, root, note, seen_at = row
    return Followed(
        origin=origin, verifier=verifier, size=size, root=root, note=note, seen_at=seen_at
    )

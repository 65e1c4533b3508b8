"""The house's side of witnessing: what its witnesses cosigned, and what each said last."""

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.db import Tx

from ..model import Cosignature, WitnessState


def create(op: Operations) -> None:
    """The tables."""
    op.create_table(
        "ledger_cosignature",
        sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("witness", sa.Text, primary_key=True),  # its key, as name+hash+key
        sa.Column("line", sa.Text, nullable=False),  # to be added to that checkpoint's note
    )
    op.create_table(
        "ledger_witness",
        sa.Column("witness", sa.Text, primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),  # that it cosigned last
        sa.Column("refused", sa.Text, nullable=False),  # why, where it refused
        sa.Column("evidence", sa.Text, nullable=False),  # a note that it showed
        sa.Column("told_at", sa.BigInteger, nullable=False),  # when it said so [us since 1970]
    )


async def add_cosignature(tx: Tx, row: Cosignature) -> None:
    """Keep a cosignature; the first one stands."""
    await tx.run(
        "INSERT INTO ledger_cosignature (size, witness, line) VALUES (:size, :witness, :line)"
        " ON CONFLICT (size, witness) DO NOTHING",
        size=row.size,
        witness=row.witness,
        line=row.line,
    )


async def cosignatures(tx: Tx, size: int) -> list[Cosignature]:
    """Of the checkpoint of one size."""
    rows = await tx.all(
        "SELECT size, witness, line FROM ledger_cosignature WHERE size = :size ORDER BY witness",
        size=size,
    )
    return [Cosignature(*row) for row in rows]


async def cosignatures_after(tx: Tx, size: int, witness: str, count: int) -> list[Cosignature]:
    """The next ones, in the order of their sizes."""
    rows = await tx.all(
        "SELECT size, witness, line FROM ledger_cosignature"
        " WHERE size > :size OR (size = :size AND witness > :witness)"
        " ORDER BY size, witness LIMIT :count",
        size=size,
        witness=witness,
        count=count,
    )
    return [Cosignature(*row) for row in rows]


async def newest_size(tx: Tx, above: int, quorum: int) -> int | None:
    """The largest size, above another, that so many witnesses cosigned."""
    row = await tx.one(
        "SELECT size FROM ledger_cosignature WHERE size > :above"
        " GROUP BY size HAVING count(*) >= :quorum ORDER BY size DESC LIMIT 1",
        above=above,
        quorum=quorum,
    )
    return row[0] if row else None


async def states(tx: Tx) -> dict[str, WitnessState]:
    """What each witness said last, by its key."""
    rows = await tx.all("SELECT witness, size, refused, evidence, told_at FROM ledger_witness")
    return {row[0]: WitnessState(*row) for row in rows}


async def keep_state(tx: Tx, state: WitnessState) -> None:
    """Keep what a witness said."""
    await tx.run(
        "INSERT INTO ledger_witness (witness, size, refused, evidence, told_at)"
        " VALUES (:witness, :size, :refused, :evidence, :told_at)"
        " ON CONFLICT (witness) DO UPDATE SET size = excluded.size, refused = excluded.refused,"
        " evidence = excluded.evidence, told_at = excluded.told_at",
        witness=state.witness,
        size=state.size,
        refused=state.refused,
        evidence=state.evidence,
        told_at=state.told_at,
    )

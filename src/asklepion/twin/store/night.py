"""What was computed of each patient last night; sealed but for whose and when."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.clock import to_us
from asklepion.kit.db import Tx
from asklepion.kit.lists import chunks, in_list, in_values


def create(op: Operations) -> None:
    """The table of last nights."""
    op.create_table(
        "twin_night",
        sa.Column("patient", sa.Text, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False, index=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )


OWNED: dict[str, Owned | None] = {"twin_night": Owned("t.patient")}


async def find(tx: Tx, patient: str) -> bytes | None:
    """What is kept of a patient."""
    row = await tx.one("SELECT sealed FROM twin_night WHERE patient = :patient", patient=patient)
    return bytes(row[0]) if row else None


async def present(tx: Tx, patients: Sequence[str]) -> set[str]:
    """Of which of these something is kept."""
    found: set[str] = set()
    for part in chunks(patients):
        sql = f"SELECT patient FROM twin_night WHERE patient IN {in_list('p', len(part))}"
        found |= {row[0] for row in await tx.all(sql, **in_values("p", part))}
    return found


async def keep(tx: Tx, nights: Mapping[str, bytes], at: datetime) -> None:
    """Keep these in place of what was."""
    await tx.many(
        "INSERT INTO twin_night (patient, at, sealed) VALUES (:patient, :at, :sealed)"
        " ON CONFLICT (patient) DO UPDATE SET at = excluded.at, sealed = excluded.sealed",
        [{"patient": who, "at": to_us(at), "sealed": sealed} for who, sealed in nights.items()],
    )


async def drop_older(tx: Tx, at: datetime, *, but: Collection[str] = ()) -> int:
    """Take away what no run has renewed since, but of some; returns how many."""
    sql = "SELECT patient FROM twin_night WHERE at < :at ORDER BY patient"
    older = [row[0] for row in await tx.all(sql, at=to_us(at))]
    return await remove(tx, [patient for patient in older if patient not in but])


async def remove(tx: Tx, patients: Sequence[str]) -> int:
    """Take away what is kept of these; returns how many."""
    sql = "DELETE FROM twin_night WHERE patient = :patient"
    return sum([await tx.run(sql, patient=patient) for patient in patients])

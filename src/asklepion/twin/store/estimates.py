"""What clinicians thought before they saw a number, and what came of it; sealed but for whose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.clock import from_us, to_us
from asklepion.kit.db import Row, Tx


def create(op: Operations) -> None:
    op.create_table(
        "twin_estimate",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("patient", sa.Text, nullable=False, index=True),
        sa.Column("clinician", sa.Text, nullable=False, index=True),
        sa.Column("card", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("outcome", sa.LargeBinary),
    )


OWNED: dict[str, Owned | None] = {"twin_estimate": Owned("t.patient")}
COLUMNS = "id, patient, clinician, card, at, sealed, outcome"


@dataclass(frozen=True, kw_only=True)
class EstimateRow:
    """One estimate as it is kept.

    Args:
        clinician: who gave it, a reference such as "Practitioner/1".
        sealed: what was thought and what the model said.
        outcome: what came of it, sealed, once somebody knows.
    """

    id: str
    patient: str
    clinician: str
    card: str
    at: datetime
    sealed: bytes
    outcome: bytes | None = None


async def insert(tx: Tx, row: EstimateRow) -> None:
    await tx.run(
        "INSERT INTO twin_estimate (id, patient, clinician, card, at, sealed)"
        " VALUES (:id, :patient, :clinician, :card, :at, :sealed)",
        id=row.id,
        patient=row.patient,
        clinician=row.clinician,
        card=row.card,
        at=to_us(row.at),
        sealed=row.sealed,
    )


async def of_patient(tx: Tx, patient: str, clinician: str = "") -> list[EstimateRow]:
    """Everything that was thought of a patient, by anybody or by one clinician; newest first."""
    whose = " AND clinician = :clinician" if clinician else ""
    sql = (
        f"SELECT {COLUMNS} FROM twin_estimate WHERE patient = :patient{whose} ORDER BY at DESC, id"
    )
    values = {"clinician": clinician} if clinician else {}
    return [_row(row) for row in await tx.all(sql, patient=patient, **values)]


async def of_clinician(tx: Tx, clinician: str) -> list[EstimateRow]:
    """Everything that one clinician thought, oldest first."""
    sql = f"SELECT {COLUMNS} FROM twin_estimate WHERE clinician = :clinician ORDER BY at, id"
    return [_row(row) for row in await tx.all(sql, clinician=clinician)]


async def keep_outcome(tx: Tx, id: str, outcome: bytes) -> None:
    sql = "UPDATE twin_estimate SET outcome = :outcome WHERE id = :id"
    await tx.run(sql, id=id, outcome=outcome)


async def hand_over(tx: Tx, old: str, new: str, only: Sequence[str] | None) -> list[str]:
    """Let estimates be about another patient, all or only these; returns their ids."""
    sql = "SELECT id FROM twin_estimate WHERE patient = :old ORDER BY id"
    found = [row[0] for row in await tx.all(sql, old=old)]
    moved = [id for id in found if only is None or id in only]
    sql = "UPDATE twin_estimate SET patient = :new WHERE id = :id"
    await tx.many(sql, [{"new": new, "id": id} for id in moved])
    return moved


async def remove_all(tx: Tx, patient: str) -> int:
    """Take away everything that was thought of a patient; returns how many."""
    return await tx.run("DELETE FROM twin_estimate WHERE patient = :patient", patient=patient)


def _row(row: Row) -> EstimateRow:
    id, patient, clinician, card, at, sealed, outcome = row
    return EstimateRow(
        id=id,
        patient=patient,
        clinician=clinician,
        card=card,
        at=from_us(at),
        sealed=bytes(sealed),
        outcome=None if outcome is None else bytes(outcome),
    )

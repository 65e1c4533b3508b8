"""The clinic's tables: who attends which room, and its visits. Ids only; what is said is FHIR."""

import json
from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.clock import from_us, to_us
from asklepion.kit.db import Row, Step, Tx
from asklepion.records import Category

from .model import Answer, Ask, Visit


def _create(op: Operations) -> None:
    op.create_table(
        "clinic_attendance",
        sa.Column("room", sa.Text, primary_key=True),
        sa.Column("clinician", sa.Text, nullable=False),
        sa.Column("account", sa.Text, nullable=False, unique=True),
    )
    op.create_table(
        "clinic_visit",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("room", sa.Text, nullable=False),
        sa.Column("patient", sa.Text, nullable=False),
        sa.Column("patient_account", sa.Text, nullable=False),
        sa.Column("clinician", sa.Text),
        sa.Column("clinician_account", sa.Text),
        sa.Column("ask", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("consent", sa.Text),
        sa.Column("granted", sa.Text, nullable=False),
        sa.Column("until_at", sa.BigInteger),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("closed_at", sa.BigInteger),
    )
    is_open = sa.text("closed_at IS NULL")
    for column in ("room", "patient_account"):  # one visit at a time in a room, and for a person
        op.create_index(
            f"clinic_visit_open_{column}",
            "clinic_visit",
            [column],
            unique=True,
            sqlite_where=is_open,
            postgresql_where=is_open,
        )
    op.create_index("clinic_visit_consent", "clinic_visit", ["consent"])


def _say_why_alone(op: Operations) -> None:
    column = sa.Column("why_alone", sa.Text, nullable=False, server_default="")
    op.add_column("clinic_visit", column)


MIGRATIONS: tuple[Step, ...] = (_create, _say_why_alone)

# Whose the rows of each table are, for backups: see kit/backup.py.
OWNED: dict[str, Owned | None] = {
    "clinic_attendance": Owned(),
    "clinic_visit": Owned("t.patient"),
}

COLUMNS = (
    "id, room, patient, patient_account, clinician, clinician_account,"
    " ask, answer, consent, granted, until_at, opened_at, closed_at, why_alone"
)


async def keep(tx: Tx, visit: Visit) -> None:
    """Keep the visit as it is now."""
    names = COLUMNS.split(", ")
    changes = ", ".join(f"{name} = excluded.{name}" for name in names[4:])
    await tx.run(
        f"INSERT INTO clinic_visit ({COLUMNS}) VALUES ({', '.join(':' + name for name in names)})"
        f" ON CONFLICT (id) DO UPDATE SET {changes}",
        **_values(visit),
    )


async def find(tx: Tx, visit: str) -> Visit | None:
    return _visit(await tx.one(f"SELECT {COLUMNS} FROM clinic_visit WHERE id = :id", id=visit))


async def find_open_of_account(tx: Tx, account: str) -> Visit | None:
    """The open visit in which this account is the patient or the clinician."""
    sql = (
        f"SELECT {COLUMNS} FROM clinic_visit WHERE closed_at IS NULL"
        " AND (patient_account = :account OR clinician_account = :account)"
    )
    return _visit(await tx.one(sql, account=account))


async def find_open_in_room(tx: Tx, room: str) -> Visit | None:
    sql = f"SELECT {COLUMNS} FROM clinic_visit WHERE closed_at IS NULL AND room = :room"
    return _visit(await tx.one(sql, room=room))


async def find_by_consent(tx: Tx, consent: str) -> Visit | None:
    sql = f"SELECT {COLUMNS} FROM clinic_visit WHERE consent = :consent"
    return _visit(await tx.one(sql, consent=consent))


async def drop_of_patient(tx: Tx, patient: str) -> list[Visit]:
    """Take away every visit of a patient; returns them."""
    sql = f"DELETE FROM clinic_visit WHERE patient = :patient RETURNING {COLUMNS}"
    found = [_visit(row) for row in await tx.all(sql, patient=patient)]
    return [visit for visit in found if visit]


async def attend(tx: Tx, room: str, clinician: str, account: str) -> bool:
    """Put the clinician in the room, out of any other; false if somebody else attends it."""
    await tx.run("DELETE FROM clinic_attendance WHERE account = :account", account=account)
    sql = (
        "INSERT INTO clinic_attendance (room, clinician, account)"
        " VALUES (:room, :clinician, :account) ON CONFLICT (room) DO NOTHING"
    )
    return await tx.run(sql, room=room, clinician=clinician, account=account) == 1


async def leave(tx: Tx, account: str) -> None:
    await tx.run("DELETE FROM clinic_attendance WHERE account = :account", account=account)


async def attendances(tx: Tx) -> dict[str, tuple[str, str]]:
    """Clinician and account by room."""
    rows = await tx.all("SELECT room, clinician, account FROM clinic_attendance")
    return {room: (clinician, account) for room, clinician, account in rows}


def _values(visit: Visit) -> dict[str, Any]:
    ask = {"categories": list(visit.ask.categories), "minutes": visit.ask.minutes}
    return {
        "id": visit.id,
        "room": visit.room,
        "patient": visit.patient,
        "patient_account": visit.patient_account,
        "clinician": visit.clinician,
        "clinician_account": visit.clinician_account,
        "ask": json.dumps({**ask, "reason": visit.ask.reason}),
        "answer": str(visit.answer),
        "consent": visit.consent,
        "granted": json.dumps(list(visit.granted)),
        "until_at": visit.until and to_us(visit.until),
        "opened_at": to_us(visit.opened_at),
        "closed_at": visit.closed_at and to_us(visit.closed_at),
        "why_alone": visit.why_alone,
    }


def _visit(row: Row | None) -> Visit | None:
    if row is None:
        return None
    values = dict(zip(COLUMNS.split(", "), row, strict=True))
    ask = json.loads(values.pop("ask"))
    until, opened, closed = (values.pop(k) for k in ("until_at", "opened_at", "closed_at"))
    return Visit(
        **{k: v for k, v in values.items() if k not in ("answer", "granted")},
        ask=Ask(
            categories=tuple(map(Category, ask["categories"])),
            minutes=ask["minutes"],
            reason=ask["reason"],
        ),
        answer=Answer(values["answer"]),
        granted=tuple(map(Category, json.loads(values["granted"]))),
        until=None if until is None else from_us(until),
        opened_at=from_us(opened),
        closed_at=None if closed is None else from_us(closed),
    )

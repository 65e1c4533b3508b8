"""Alerts: whose, since when, and whether somebody looks; what they say is sealed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.clock import from_us, to_us
from asklepion.kit.db import Row, Tx


def create(op: Operations) -> None:
    """The tables of alerts."""
    op.create_table(
        "twin_alert",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("patient", sa.Text, nullable=False, index=True),
        sa.Column("mark", sa.LargeBinary, nullable=False),  # keyed: of which rule, nobody can tell
        sa.Column("told", sa.LargeBinary, nullable=False),  # sealed: rule, severity, Observations
        sa.Column("tier", sa.BigInteger, nullable=False),
        sa.Column("raised_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("escalates_at", sa.BigInteger),
        sa.Column("answered_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
    )
    is_open = sa.text("ended_at IS NULL")
    op.create_index(
        "twin_alert_open",
        "twin_alert",
        ["patient", "mark"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_table(
        "twin_alert_answer",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("alert", sa.Text, nullable=False, index=True),
        sa.Column("patient", sa.Text, nullable=False, index=True),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),  # looking, no_problem, snooze
        sa.Column("told", sa.LargeBinary, nullable=False),  # sealed: name, note
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("until_at", sa.BigInteger),
    )
    op.create_table(
        "twin_alert_wish",
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("wish", sa.Text, nullable=False),
    )
    op.create_table(
        "twin_alert_day",
        sa.Column("patient", sa.Text, primary_key=True),
        sa.Column("day", sa.BigInteger, primary_key=True),
    )


OWNED: dict[str, Owned | None] = {
    "twin_alert": Owned("t.patient"),
    "twin_alert_answer": Owned("t.patient"),
    "twin_alert_wish": Owned("CASE WHEN t.person LIKE 'Patient/%' THEN t.person ELSE '' END"),
    "twin_alert_day": Owned("t.patient"),
}
TABLES = tuple(OWNED)
COLUMNS = (
    "id, patient, mark, told, tier, raised_at, changed_at, escalates_at, answered_at, ended_at"
)
ANSWERS = "id, alert, patient, account, act, told, made_at, until_at"
DAY_US = 86_400_000_000
KEPT_DAYS = 400  # of the days on which somebody was watched over


@dataclass(frozen=True, kw_only=True)
class AlertRow:
    """One alert as it is stored."""

    id: str
    patient: str
    mark: bytes
    told: bytes
    tier: int
    raised_at: datetime
    changed_at: datetime
    escalates_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class AnswerRow:
    """What somebody said to an alert, as it is stored."""

    id: str
    alert: str
    patient: str
    account: str
    act: str
    told: bytes
    at: datetime
    until: datetime | None = None


async def keep(tx: Tx, row: AlertRow) -> None:
    """Keep an alert as it is now."""
    names = COLUMNS.split(", ")
    changes = ", ".join(f"{name} = excluded.{name}" for name in names[3:])
    await tx.run(
        f"INSERT INTO twin_alert ({COLUMNS}) VALUES ({', '.join(':' + name for name in names)})"
        f" ON CONFLICT (id) DO UPDATE SET {changes}",
        id=row.id,
        patient=row.patient,
        mark=row.mark,
        told=row.told,
        tier=row.tier,
        raised_at=to_us(row.raised_at),
        changed_at=to_us(row.changed_at),
        escalates_at=_us(row.escalates_at),
        answered_at=_us(row.answered_at),
        ended_at=_us(row.ended_at),
    )


async def find(tx: Tx, id: str) -> AlertRow | None:
    row = await tx.one(f"SELECT {COLUMNS} FROM twin_alert WHERE id = :id", id=id)
    return None if row is None else _alert(row)


async def find_open(tx: Tx, patient: str, mark: bytes) -> AlertRow | None:
    sql = (
        f"SELECT {COLUMNS} FROM twin_alert"
        " WHERE patient = :patient AND mark = :mark AND ended_at IS NULL"
    )
    row = await tx.one(sql, patient=patient, mark=mark)
    return None if row is None else _alert(row)


async def all_open(tx: Tx, patient: str) -> list[AlertRow]:
    """What is open of one patient, newest first."""
    sql = (
        f"SELECT {COLUMNS} FROM twin_alert WHERE ended_at IS NULL AND patient = :patient"
        " ORDER BY raised_at DESC, id"
    )
    return [_alert(row) for row in await tx.all(sql, patient=patient)]


async def patients_open(tx: Tx) -> list[str]:
    """Everybody of whom something is open; who may see it is decided for each."""
    sql = "SELECT DISTINCT patient FROM twin_alert WHERE ended_at IS NULL ORDER BY patient"
    return [row[0] for row in await tx.all(sql)]


async def ended_since(tx: Tx, patient: str, since: datetime) -> list[AlertRow]:
    """What ended lately, of one patient."""
    sql = (
        f"SELECT {COLUMNS} FROM twin_alert WHERE patient = :patient AND ended_at >= :since"
        " ORDER BY ended_at DESC, id LIMIT 50"
    )
    return [_alert(row) for row in await tx.all(sql, patient=patient, since=to_us(since))]


async def unanswered(tx: Tx, now: datetime) -> list[AlertRow]:
    """What is open and should go on to the next people."""
    sql = (
        f"SELECT {COLUMNS} FROM twin_alert WHERE ended_at IS NULL AND answered_at IS NULL"
        " AND escalates_at <= :now ORDER BY escalates_at LIMIT 100"
    )
    return [_alert(row) for row in await tx.all(sql, now=to_us(now))]


async def unheard(tx: Tx, before: datetime) -> list[AlertRow]:
    """What is open although nothing was read for long."""
    sql = (
        f"SELECT {COLUMNS} FROM twin_alert WHERE ended_at IS NULL AND changed_at < :before"
        " ORDER BY changed_at LIMIT 1000"
    )
    return [_alert(row) for row in await tx.all(sql, before=to_us(before))]


async def answer(tx: Tx, row: AnswerRow) -> None:
    names = ANSWERS.split(", ")
    await tx.run(
        f"INSERT INTO twin_alert_answer ({ANSWERS})"
        f" VALUES ({', '.join(':' + name for name in names)})",
        id=row.id,
        alert=row.alert,
        patient=row.patient,
        account=row.account,
        act=row.act,
        told=row.told,
        made_at=to_us(row.at),
        until_at=_us(row.until),
    )


async def answers_of(tx: Tx, patient: str) -> list[AnswerRow]:
    """What was said to a patient's alerts, oldest first."""
    sql = f"SELECT {ANSWERS} FROM twin_alert_answer WHERE patient = :patient ORDER BY made_at, id"
    return [_answer(row) for row in await tx.all(sql, patient=patient)]


async def find_wish(tx: Tx, person: str) -> str | None:
    row = await tx.one("SELECT wish FROM twin_alert_wish WHERE person = :person", person=person)
    return None if row is None else row[0]


async def keep_wish(tx: Tx, person: str, wish: str) -> None:
    sql = (
        "INSERT INTO twin_alert_wish (person, wish) VALUES (:person, :wish)"
        " ON CONFLICT (person) DO UPDATE SET wish = excluded.wish"
    )
    await tx.run(sql, person=person, wish=wish)


async def note_day(tx: Tx, patient: str, day: int) -> None:
    """Somebody was watched over on this day, counted from 1970."""
    sql = "INSERT INTO twin_alert_day (patient, day) VALUES (:patient, :day) ON CONFLICT DO NOTHING"
    await tx.run(sql, patient=patient, day=day)
    sql = "DELETE FROM twin_alert_day WHERE patient = :patient AND day < :old"
    await tx.run(sql, patient=patient, old=day - KEPT_DAYS)


async def count(tx: Tx, since: datetime, patient: str = "") -> tuple[int, int, int, int]:
    """Since a moment: days watched, alerts raised, answered, and called no problem."""
    whose = " AND patient = :patient" if patient else ""
    values: dict[str, object] = {"patient": patient} if patient else {}
    first = to_us(since)
    days = f"SELECT count(*) FROM twin_alert_day WHERE day >= :day{whose}"
    said = "sum(CASE WHEN EXISTS (SELECT 1 FROM twin_alert_answer a WHERE a.alert = twin_alert.id"
    raised = (
        f"SELECT count(*), {said} AND a.act IN ('looking', 'no_problem')) THEN 1 ELSE 0 END),"
        f" {said} AND a.act = 'no_problem') THEN 1 ELSE 0 END)"
        f" FROM twin_alert WHERE raised_at >= :since{whose}"
    )
    watched = await tx.one(days, day=first // DAY_US, **values)
    counted = await tx.one(raised, since=first, **values)
    assert watched
    assert counted
    return watched[0], counted[0], int(counted[1] or 0), int(counted[2] or 0)


async def forget(tx: Tx, patient: str) -> dict[str, int]:
    """Take away everything of a patient; how many rows of each table."""
    gone: dict[str, int] = {}
    for table in TABLES:
        column = "person" if table == "twin_alert_wish" else "patient"
        gone[table] = await tx.run(f"DELETE FROM {table} WHERE {column} = :p", p=patient)
    return {table: number for table, number in gone.items() if number}


async def of_patient(
    tx: Tx, patient: str, only: Sequence[str] | None = None
) -> tuple[list[AlertRow], list[AnswerRow]]:
    """A patient's alerts, all or only these, with their answers."""
    sql = f"SELECT {COLUMNS} FROM twin_alert WHERE patient = :patient ORDER BY id"
    rows = [_alert(row) for row in await tx.all(sql, patient=patient)]
    rows = [row for row in rows if only is None or row.id in only]
    ids = {row.id for row in rows}
    return rows, [one for one in await answers_of(tx, patient) if one.alert in ids]


async def hand_over(tx: Tx, rows: Iterable[AlertRow], answers: Iterable[AnswerRow]) -> None:
    """Keep these as another patient's, sealed anew."""
    sql = (
        "UPDATE twin_alert SET patient = :patient, mark = :mark, told = :told,"
        " ended_at = :ended WHERE id = :id"
    )
    for row in rows:
        await tx.run(
            sql,
            id=row.id,
            patient=row.patient,
            mark=row.mark,
            told=row.told,
            ended=_us(row.ended_at),
        )
    sql = "UPDATE twin_alert_answer SET patient = :patient, told = :told WHERE id = :id"
    for one in answers:
        await tx.run(sql, id=one.id, patient=one.patient, told=one.told)


def _us(moment: datetime | None) -> int | None:
    return None if moment is None else to_us(moment)


def _moment(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)


def _alert(row: Row) -> AlertRow:
    id, patient, mark, told, tier, raised, changed, escalates, answered, ended = row
    return AlertRow(
        id=id,
        patient=patient,
        mark=bytes(mark),
        told=bytes(told),
        tier=tier,
        raised_at=from_us(raised),
        changed_at=from_us(changed),
        escalates_at=_moment(escalates),
        answered_at=_moment(answered),
        ended_at=_moment(ended),
    )


def _answer(row: Row) -> AnswerRow:
    id, alert, patient, account, act, told, made, until = row
    return AnswerRow(
        id=id,
        alert=alert,
        patient=patient,
        account=account,
        act=act,
        told=bytes(told),
        at=from_us(made),
        until=_moment(until),
    )

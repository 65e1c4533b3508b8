"""Reports, and the sealed minute of each: one row for each person in it, so that each can go."""

from datetime import datetime

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.identity import owned_by
from asklepion.kit.backup import Owned
from asklepion.kit.clock import from_us, to_us
from asklepion.kit.db import Row, Step, Tx

from ..model import Outcome, Report, Why


def _create(op: Operations) -> None:
    op.create_table(
        "world_report",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("number", sa.Text, nullable=False, unique=True),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("reporter", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("answered_at", sa.BigInteger),
    )
    op.create_table(
        "world_minute",
        sa.Column("report", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("key", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("world_report_reporter", "world_report", ["reporter"])
    op.create_index("world_report_about", "world_report", ["about"])
    op.create_index("world_minute_account", "world_minute", ["account"])


def _add_typed(op: Operations) -> None:
    op.create_table(
        "world_minute_typed",
        sa.Column("report", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("speaker", sa.Text, primary_key=True),
        sa.Column("key", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("world_minute_typed_account", "world_minute_typed", ["account"])
    op.create_index("world_minute_typed_speaker", "world_minute_typed", ["speaker"])


MIGRATIONS: tuple[Step, ...] = (_create,)
LATER: tuple[Step, ...] = (_add_typed,)  # after those of the other tables
OWNED: dict[str, Owned | None] = {
    "world_report": owned_by("reporter"),
    "world_minute": owned_by(),
    "world_minute_typed": owned_by("speaker"),
}
REPORT = "id, number, place, reporter, about, why, at, outcome, answer, answered_at"


async def add(tx: Tx, report: Report) -> None:
    await tx.run(
        f"INSERT INTO world_report ({REPORT}) VALUES (:id, :number, :place, :reporter, :about,"
        " :why, :at, :outcome, :answer, NULL)",
        id=report.id,
        number=report.number,
        place=report.place,
        reporter=report.reporter,
        about=report.about,
        why=str(report.why),
        at=to_us(report.at),
        outcome=str(report.outcome),
        answer=report.answer,
    )


async def add_minute(tx: Tx, report: str, parts: dict[str, tuple[int, bytes]]) -> None:
    """Keep the sealed part of each account, with the number of the key."""
    await tx.many(
        "INSERT INTO world_minute (report, account, key, sealed)"
        " VALUES (:report, :account, :key, :sealed)",
        [
            {"report": report, "account": account, "key": key, "sealed": sealed}
            for account, (key, sealed) in parts.items()
        ],
    )


async def add_typed(tx: Tx, report: str, parts: dict[tuple[str, str], tuple[int, bytes]]) -> None:
    """Keep what each account typed for each other, sealed, with the number of the key."""
    await tx.many(
        "INSERT INTO world_minute_typed (report, account, speaker, key, sealed)"
        " VALUES (:report, :account, :speaker, :key, :sealed)",
        [
            {"report": report, "account": one, "speaker": of, "key": key, "sealed": sealed}
            for (one, of), (key, sealed) in parts.items()
        ],
    )


async def typed_in(tx: Tx, report: str) -> list[tuple[str, str, int, bytes]]:
    """Who typed, for whom, and the sealed lines with the number of their key."""
    sql = (
        "SELECT account, speaker, key, sealed FROM world_minute_typed WHERE report = :report"
        " ORDER BY account, speaker"
    )
    rows = await tx.all(sql, report=report)
    return [(account, speaker, key, bytes(sealed)) for account, speaker, key, sealed in rows]


async def minute_of(tx: Tx, report: str) -> list[tuple[str, int, bytes]]:
    sql = "SELECT account, key, sealed FROM world_minute WHERE report = :report ORDER BY account"
    rows = await tx.all(sql, report=report)
    return [(account, key, bytes(sealed)) for account, key, sealed in rows]


async def find(tx: Tx, id: str) -> Report | None:
    row = await tx.one(f"SELECT {REPORT} FROM world_report WHERE id = :id", id=id)
    return _report(row) if row else None


async def newest(tx: Tx, count: int) -> list[Report]:
    sql = f"SELECT {REPORT} FROM world_report ORDER BY at DESC, id DESC LIMIT :n"
    return [_report(row) for row in await tx.all(sql, n=count)]


async def by(tx: Tx, reporter: str, count: int) -> list[Report]:
    sql = (
        f"SELECT {REPORT} FROM world_report WHERE reporter = :r ORDER BY at DESC, id DESC LIMIT :n"
    )
    return [_report(row) for row in await tx.all(sql, r=reporter, n=count)]


async def count_since(tx: Tx, reporter: str, since: datetime) -> int:
    sql = "SELECT count(*) FROM world_report WHERE reporter = :r AND at > :since"
    row = await tx.one(sql, r=reporter, since=to_us(since))
    return row[0] if row else 0


async def answer(tx: Tx, report: Report) -> None:
    await tx.run(
        "UPDATE world_report SET outcome = :outcome, answer = :answer, answered_at = :at"
        " WHERE id = :id",
        id=report.id,
        outcome=str(report.outcome),
        answer=report.answer,
        at=report.answered_at and to_us(report.answered_at),
    )


async def forget(tx: Tx, account: str) -> dict[str, int]:
    """Take away the reports by and of somebody, and their part in every minute."""
    sql = "SELECT id FROM world_report WHERE reporter = :a OR about = :a"
    reports = [row[0] for row in await tx.all(sql, a=account)]
    gone = await tx.run("DELETE FROM world_minute WHERE account = :a", a=account)
    sql = "DELETE FROM world_minute_typed WHERE account = :a OR speaker = :a"
    typed = await tx.run(sql, a=account)
    for report in reports:
        gone += await tx.run("DELETE FROM world_minute WHERE report = :r", r=report)
        typed += await tx.run("DELETE FROM world_minute_typed WHERE report = :r", r=report)
        await tx.run("DELETE FROM world_report WHERE id = :r", r=report)
    return {
        "world_report": len(reports),
        "world_minute": gone,
        "world_minute_typed": typed,
    }


def _report(row: Row) -> Report:
    id, number, place, reporter, about, why, at, outcome, answer, answered = row
    return Report(
        id=id,
        number=number,
        place=place,
        reporter=reporter,
        about=about,
        why=Why(why),
        at=from_us(at),
        outcome=Outcome(outcome),
        answer=answer,
        answered_at=None if answered is None else from_us(answered),
    )

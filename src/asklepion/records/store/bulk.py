"""Bulk jobs: what was asked, how far each has come, and which versions its files hold.

A file is rows that name versions, never texts: what leaves is decided, and opened, when it is
fetched.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.db import Tx

from .rows import FIELDS, Row, columns_of
from .sealed import HIST
from .sight import Sight

GOING, DONE, FAILED = 0, 1, 2
DELETED = "deleted"  # stands for the type of a file that tells what is no more


class JobRow(NamedTuple):
    """One job as it is stored."""

    id: str
    kind: str  # export or import
    account: str
    person: str  # as whom it was started
    state: int
    turn: int  # counts its steps: whoever takes the same one twice is told so
    step: int  # the search, or the pass, it is at
    cursor: str
    counts: str  # JSON
    made_at: int
    ended_at: int
    expires_at: int
    has_text: int  # what was asked may hold somebody's words
    asked: bytes  # sealed


class LineRow(NamedTuple):
    """One line of a file: a version, and how many bytes it has as it was asked for."""

    job: str
    type: str
    n: int  # its place among the lines of its type; some may be missing
    rid: int
    version: int
    patient: str
    size: int


class RefusalRow(NamedTuple):
    """Something that an import did not take."""

    job: str
    n: int
    file: str
    entry: int
    reference: str
    reason: str


JOB = ", ".join(JobRow._fields)
LINE = ", ".join(LineRow._fields)
REFUSAL = ", ".join(RefusalRow._fields)
TABLES = ("records_bulk_line", "records_bulk_patient", "records_bulk_refusal")


def create(op: Operations) -> None:
    """Make the tables of bulk jobs."""

    def column(name: str, kind: Any) -> sa.Column[Any]:
        return sa.Column(name, kind, nullable=False)

    whole = sa.BigInteger
    op.create_table(
        "records_bulk",
        sa.Column("id", sa.Text, primary_key=True),
        *(column(name, sa.Text) for name in ("kind", "account", "person")),
        *(column(name, whole) for name in ("state", "turn", "step")),
        *(column(name, sa.Text) for name in ("cursor", "counts")),
        *(column(name, whole) for name in ("made_at", "ended_at", "expires_at", "has_text")),
        column("asked", sa.LargeBinary),
    )
    op.create_index("records_bulk_account", "records_bulk", ["account"])
    op.create_table(
        "records_bulk_line",
        sa.Column("job", sa.Text, primary_key=True),
        sa.Column("type", sa.Text, primary_key=True),
        sa.Column("n", whole, primary_key=True),
        *(column(name, whole) for name in ("rid", "version")),
        column("patient", sa.Text),
        column("size", whole),
        sqlite_with_rowid=False,
    )
    op.create_index("records_bulk_line_rid", "records_bulk_line", ["job", "rid"], unique=True)
    op.create_index("records_bulk_line_patient", "records_bulk_line", ["patient"])
    op.create_table(  # whom a job is about, where it names them
        "records_bulk_patient",
        sa.Column("job", sa.Text, primary_key=True),
        sa.Column("patient", sa.Text, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("records_bulk_patient_of", "records_bulk_patient", ["patient"])
    op.create_table(
        "records_bulk_refusal",
        sa.Column("job", sa.Text, primary_key=True),
        sa.Column("n", whole, primary_key=True, autoincrement=False),
        column("file", sa.Text),
        column("entry", whole),
        *(column(name, sa.Text) for name in ("reference", "reason")),
        sqlite_with_rowid=False,
    )


# Jobs


async def add(tx: Tx, job: JobRow, patients: Iterable[str] = ()) -> None:
    """Keep a new job, and whom it names."""
    names = ", ".join(f":{name}" for name in JobRow._fields)
    await tx.run(f"INSERT INTO records_bulk ({JOB}) VALUES ({names})", **job._asdict())
    sql = "INSERT INTO records_bulk_patient VALUES (:job, :patient)"
    await tx.many(sql, [{"job": job.id, "patient": patient} for patient in sorted(set(patients))])


async def find(tx: Tx, id: str) -> JobRow | None:
    """One job."""
    row = await tx.one(f"SELECT {JOB} FROM records_bulk WHERE id = :id", id=id)
    return JobRow(*row) if row else None


async def going(tx: Tx, kind: str) -> list[JobRow]:
    """What is not finished, in the order in which it was asked for."""
    sql = (
        f"SELECT {JOB} FROM records_bulk WHERE state = {GOING} AND kind = :kind"
        " ORDER BY made_at, id"
    )
    return [JobRow(*row) for row in await tx.all(sql, kind=kind)]


async def count_of(tx: Tx, account: str) -> tuple[int, int]:
    """How many jobs an account has: those not finished, and all."""
    row = await tx.one(
        f"SELECT coalesce(sum(CASE WHEN state = {GOING} THEN 1 ELSE 0 END), 0), count(*)"
        " FROM records_bulk WHERE account = :account",
        account=account,
    )
    return (int(row[0]), int(row[1])) if row else (0, 0)


async def patients_of(tx: Tx, job: str) -> list[str]:
    """Whom a job names."""
    sql = "SELECT patient FROM records_bulk_patient WHERE job = :job ORDER BY patient"
    return [row[0] for row in await tx.all(sql, job=job)]


async def go_on(tx: Tx, job: JobRow) -> bool:
    """Keep how far a job has come by its next turn; False if somebody else has taken that turn."""
    names = ("state", "step", "cursor", "counts", "ended_at")
    sql = (
        f"UPDATE records_bulk SET turn = turn + 1, {', '.join(f'{n} = :{n}' for n in names)}"
        f" WHERE id = :id AND turn = :turn AND state = {GOING}"
    )
    return await tx.run(sql, **{n: getattr(job, n) for n in (*names, "id", "turn")}) == 1


async def drop(tx: Tx, jobs: Sequence[str]) -> None:
    """Take jobs away with everything beside them."""
    for job in jobs:
        for table in TABLES:
            await tx.run_long(f"DELETE FROM {table} WHERE job = :job", job=job)
        await tx.run("DELETE FROM records_bulk WHERE id = :job", job=job)


async def expired(tx: Tx, at: int) -> list[JobRow]:
    """Jobs whose time is over."""
    sql = f"SELECT {JOB} FROM records_bulk WHERE expires_at <= :at ORDER BY id"
    return [JobRow(*row) for row in await tx.all(sql, at=at)]


async def forget(tx: Tx, patient: str) -> int:
    """Take away what jobs keep of a patient, and jobs whose words may be about her."""
    count = 0
    for table in ("records_bulk_line", "records_bulk_patient"):
        sql = f"DELETE FROM {table} WHERE patient = :patient"
        count += await tx.run_long(sql, patient=patient)
    sql = "DELETE FROM records_bulk_refusal WHERE reference = :patient"
    count += await tx.run(sql, patient=patient)
    sql = "SELECT id FROM records_bulk WHERE person = :patient OR has_text = 1"
    jobs = [row[0] for row in await tx.all(sql, patient=patient)]
    await drop(tx, jobs)
    return count + len(jobs)


# Lines


async def add_lines(tx: Tx, lines: Sequence[LineRow]) -> None:
    """Keep lines; what a job has already is not taken twice."""
    names = ", ".join(f":{name}" for name in LineRow._fields)
    sql = (
        f"INSERT INTO records_bulk_line ({LINE}) VALUES ({names}) ON CONFLICT (job, rid) DO NOTHING"
    )
    await tx.many(sql, [line._asdict() for line in lines])


async def line_counts(tx: Tx, job: str) -> dict[str, tuple[int, int]]:
    """For each type the greatest place, and how many lines there are."""
    sql = "SELECT type, max(n), count(*) FROM records_bulk_line WHERE job = :job GROUP BY type"
    return {row[0]: (row[1], row[2]) for row in await tx.all(sql, job=job)}


BARE = ("digest", "body")


def _bare(alias: str, old: str = "") -> str:
    """The columns of a `Row` without its text; `old` where the version is not the present one."""
    of = {"key": alias, "type": alias, "id": alias}
    columns = [f"{of.get(f, old or alias)}.{f}" for f in FIELDS if f not in BARE]
    return ", ".join(columns)


_HERE = "l.job = :job AND l.type = :type AND l.n >= :first AND l.n < :end"
_NOW = "JOIN records_res r ON r.rid = l.rid AND r.version = l.version"
_THEN = (
    "JOIN records_res r ON r.rid = l.rid"
    " JOIN records_hist h ON h.rid = l.rid AND h.version = l.version"
)


async def find_bare(
    tx: Tx, job: str, type: str, first: int, end: int
) -> list[tuple[int, int, Row]]:
    """Place, size and version of the lines of one part, without texts, in their order."""
    sql = (
        f"SELECT l.n, l.size, {_bare('r')} FROM records_bulk_line l {_NOW} WHERE {_HERE}"
        f" UNION ALL SELECT l.n, l.size, {_bare('r', 'h')} FROM records_bulk_line l {_THEN}"
        f" WHERE {_HERE} ORDER BY 1"
    )
    found = await tx.all(sql, job=job, type=type, first=first, end=end)
    return [(n, size, Row._make((*rest, b"", b""))) for n, size, *rest in found]


async def find_whole(tx: Tx, job: str, type: str, first: int, end: int) -> list[tuple[int, Row]]:
    """Place and version of lines, with their texts as they are stored, in their order."""
    sql = (
        f"SELECT l.n, {columns_of('r')} FROM records_bulk_line l {_NOW} WHERE {_HERE}"
        f" UNION ALL SELECT l.n, {HIST} FROM records_bulk_line l {_THEN} WHERE {_HERE}"
        " ORDER BY 1"
    )
    found = await tx.all(sql, job=job, type=type, first=first, end=end)
    return [(n, Row(*rest)) for n, *rest in found]


async def find_at(tx: Tx, rid: int, at: int) -> Row | None:
    """The version of a resource that was in force at a moment [µs], if an older one was."""
    sql = (
        f"SELECT {HIST} FROM records_hist h JOIN records_res r ON r.rid = h.rid"
        " WHERE h.rid = :rid AND h.updated_at <= :at ORDER BY h.version DESC LIMIT 1"
    )
    row = await tx.one(sql, rid=rid, at=at)
    return Row(*row) if row else None


async def find_deleted(
    tx: Tx, sight: Sight, *, since: int, until: int, after: int, limit: int
) -> list[Row]:
    """What was deleted between two moments [µs] and may be known of, in the order of `rid`."""
    sql = (
        f"{sight.prelude}SELECT {columns_of('r')} FROM records_res r WHERE r.deleted = 1"
        " AND r.updated_at >= :since AND r.updated_at <= :until AND r.rid > :after"
        f" AND {sight.condition.format(r='r')} ORDER BY r.rid LIMIT :limit"
    )
    values = {"since": since, "until": until, "after": after, "limit": limit}
    return [Row(*row) for row in await tx.all(sql, **values, **sight.values)]


# Refusals


async def add_refusals(tx: Tx, rows: Sequence[RefusalRow]) -> None:
    """Keep what an import refused; the same place twice is the same refusal."""
    names = ", ".join(f":{name}" for name in RefusalRow._fields)
    sql = (
        f"INSERT INTO records_bulk_refusal ({REFUSAL}) VALUES ({names})"
        " ON CONFLICT (job, n) DO NOTHING"
    )
    await tx.many(sql, [row._asdict() for row in rows])


async def drop_refusals(tx: Tx, job: str) -> None:
    """Forget what an import refused: it begins again."""
    await tx.run("DELETE FROM records_bulk_refusal WHERE job = :job", job=job)


async def refusals(tx: Tx, job: str) -> list[RefusalRow]:
    """What an import refused, in order."""
    sql = f"SELECT {REFUSAL} FROM records_bulk_refusal WHERE job = :job ORDER BY n"
    return [RefusalRow(*row) for row in await tx.all(sql, job=job)]

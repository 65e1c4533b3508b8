"""Links that patients gave away, their files and who opened them; what is personal is sealed."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.db import Tx

OPEN, REVOKED, USED, LOCKED = "open", "revoked", "used", "locked"
WHOLE = sa.BigInteger
TABLES = ("records_link_opening", "records_link_file", "records_link")
OWNED: dict[str, Owned | None] = {table: Owned("t.patient") for table in reversed(TABLES)}


def _column(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def tables(op: Operations) -> None:
    """The three tables; a step of the room's migrations."""
    op.create_table(
        "records_link",
        sa.Column("id", sa.Text, primary_key=True),
        _column("mark", sa.LargeBinary),  # SHA-256 of the secret in its address
        _column("patient", sa.Text),
        _column("state", sa.Text),
        _column("made_at", WHOLE),
        _column("until_at", WHOLE),
        _column("ended_at", WHOLE),  # 0: not yet; when its time is over is not written here
        _column("opens_most", WHOLE),
        _column("opens", WHOLE),
        _column("wrong", WHOLE),  # passcodes that were tried and not found right
        _column("body", sa.LargeBinary),  # its name, a hash of its passcode, what is in it
    )
    op.create_index("records_link_mark", "records_link", ["mark"], unique=True)
    op.create_index("records_link_patient", "records_link", ["patient", "made_at"])
    _beside(op)


def _beside(op: Operations) -> None:
    op.create_table(
        "records_link_file",
        sa.Column("link", sa.Text, primary_key=True),
        sa.Column("number", WHOLE, primary_key=True, autoincrement=False),
        _column("patient", sa.Text),
        _column("size", WHOLE),  # characters of the file as it is handed out
        _column("body", sa.LargeBinary),
    )
    op.create_index("records_link_file_patient", "records_link_file", ["patient"])
    op.create_table(
        "records_link_opening",
        sa.Column("id", sa.Text, primary_key=True),
        _column("link", sa.Text),
        _column("patient", sa.Text),
        _column("at", WHOLE),
        _column("body", sa.LargeBinary),  # who said to open it, and whether it was opened
    )
    op.create_index("records_link_opening_link", "records_link_opening", ["link", "at"])
    op.create_index("records_link_opening_patient", "records_link_opening", ["patient"])


class LinkRow(NamedTuple):
    """One link as it is stored; moments are microseconds."""

    id: str
    mark: bytes
    patient: str
    state: str
    made_at: int
    until_at: int
    ended_at: int
    opens_most: int
    opens: int
    wrong: int
    body: bytes


class FileRow(NamedTuple):
    """One file of a link."""

    link: str
    number: int
    patient: str
    size: int
    body: bytes


class OpeningRow(NamedTuple):
    """One time that somebody opened a link, or tried."""

    id: str
    link: str
    patient: str
    at: int
    body: bytes


LINK, FILE, OPENING = (", ".join(kind._fields) for kind in (LinkRow, FileRow, OpeningRow))


def _into(table: str, columns: str) -> str:
    values = ", ".join(f":{name}" for name in columns.split(", "))
    return f"INSERT INTO {table} ({columns}) VALUES ({values})"


async def insert(tx: Tx, row: LinkRow, files: Sequence[FileRow]) -> None:
    """Write a link and its files."""
    await tx.run(_into("records_link", LINK), **row._asdict())
    await tx.many(_into("records_link_file", FILE), [file._asdict() for file in files])


async def insert_opening(tx: Tx, row: OpeningRow) -> None:
    """Write down that somebody opened a link, or tried."""
    await tx.run(_into("records_link_opening", OPENING), **row._asdict())


async def find(tx: Tx, *, mark: bytes = b"", id: str = "") -> LinkRow | None:
    """One link, by the mark of its secret or by its id."""
    where, value = ("mark = :value", mark) if mark else ("id = :value", id)
    row = await tx.one(f"SELECT {LINK} FROM records_link WHERE {where}", value=value)
    return LinkRow(*row) if row else None


async def find_of_patient(tx: Tx, patient: str, limit: int) -> list[LinkRow]:
    """A patient's links, newest first."""
    sql = (
        f"SELECT {LINK} FROM records_link WHERE patient = :patient"
        " ORDER BY made_at DESC, id DESC LIMIT :limit"
    )
    return [LinkRow(*row) for row in await tx.all(sql, patient=patient, limit=limit)]


async def count_open(tx: Tx, patient: str, now: int) -> int:
    """How many links of a patient can be opened at present."""
    sql = (
        "SELECT count(*) FROM records_link WHERE patient = :patient AND state = :state"
        " AND until_at > :now"
    )
    row = await tx.one(sql, patient=patient, state=OPEN, now=now)
    return row[0] if row else 0


async def openings_of(tx: Tx, link: str, limit: int) -> list[OpeningRow]:
    """Who opened a link, newest first."""
    sql = (
        f"SELECT {OPENING} FROM records_link_opening WHERE link = :link"
        " ORDER BY at DESC, id DESC LIMIT :limit"
    )
    return [OpeningRow(*row) for row in await tx.all(sql, link=link, limit=limit)]


async def files_of(tx: Tx, link: str, number: int | None = None) -> list[FileRow]:
    """A link's files, or one of them."""
    sql = f"SELECT {FILE} FROM records_link_file WHERE link = :link"
    if number is None:
        rows = await tx.all(f"{sql} ORDER BY number", link=link)
    else:
        rows = await tx.all(f"{sql} AND number = :number", link=link, number=number)
    return [FileRow(*row) for row in rows]


# What can happen to a link at the same time in several places is decided by one UPDATE


async def count_try(tx: Tx, id: str, now: int, most: int) -> bool:
    """Count a passcode as wrong before it is looked at; false if no try is left."""
    sql = (
        "UPDATE records_link SET wrong = wrong + 1 WHERE id = :id AND state = :state"
        " AND until_at > :now AND wrong < :most"
    )
    return await tx.run(sql, id=id, state=OPEN, now=now, most=most) == 1


async def count_opening(tx: Tx, id: str, now: int, *, forgiven: int) -> bool:
    """Count one opening; the last one that is allowed ends the link. False if it is over.

    Args:
        forgiven: tries that were counted as wrong and were right.
    """
    sql = (
        "UPDATE records_link SET opens = opens + 1, wrong = wrong - :forgiven,"
        " state = CASE WHEN opens + 1 >= opens_most THEN :used ELSE state END,"
        " ended_at = CASE WHEN opens + 1 >= opens_most THEN :now ELSE ended_at END"
        " WHERE id = :id AND state = :state AND until_at > :now"
        " AND opens < opens_most"
    )
    values = {"forgiven": forgiven, "used": USED, "state": OPEN, "now": now}
    return await tx.run(sql, id=id, **values) == 1


async def end(tx: Tx, id: str, state: str, now: int) -> bool:
    """End a link and take its files away; false if it was over before, otherwise than by time."""
    sql = (
        "UPDATE records_link SET state = :state, ended_at = :now WHERE id = :id"
        " AND state IN (:open, :used)"
    )
    is_ended = await tx.run(sql, id=id, state=state, now=now, open=OPEN, used=USED) == 1
    if is_ended:
        await tx.run("DELETE FROM records_link_file WHERE link = :id", id=id)
    return is_ended


async def sweep(tx: Tx, now: int, used_before: int) -> int:
    """Take away the files of links that nobody can open any more; returns how many."""
    sql = (
        "DELETE FROM records_link_file WHERE link IN (SELECT id FROM records_link"
        " WHERE until_at <= :now OR (state = :used AND ended_at <= :before))"
    )
    return await tx.run_long(sql, now=now, used=USED, before=used_before)


async def is_any_over(tx: Tx, now: int, used_before: int) -> bool:
    """Whether there is something to sweep."""
    sql = (
        "SELECT 1 FROM records_link_file f JOIN records_link l ON l.id = f.link"
        " WHERE l.until_at <= :now OR (l.state = :used AND l.ended_at <= :before) LIMIT 1"
    )
    return await tx.one(sql, now=now, used=USED, before=used_before) is not None


async def forget(tx: Tx, patient: str) -> dict[str, int]:
    """Take away everything about a patient's links; returns how many rows of which table."""
    counts: dict[str, int] = {}
    for table in TABLES:
        sql = f"DELETE FROM {table} WHERE patient = :patient"
        counts[table] = await tx.run_long(sql, patient=patient)
    return counts

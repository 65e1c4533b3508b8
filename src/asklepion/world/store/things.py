"""The world's tables: the loose things of a place, what is drawn on boards, and their files.

Nothing that was said is kept, nor who was where. A mark on a board has a row of its own: it belongs
to whoever drew it, and goes with them.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.db import Step, Tx


def _text(name: str, **more: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, **more)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _create(op: Operations) -> None:
    op.create_table(
        "world_item",
        _text("place", primary_key=True),  # the place's id; a home's with the account behind it
        _text("id", primary_key=True),
        _text("account"),  # who made it; empty: the house
        _text("patient"),  # whom that account spoke as: Patient/…, or empty
        _text("host"),  # whose home it stands in: Patient/…, or empty
        _text("maker"),  # as others saw them
        _text("body"),  # kind, state and spot, without the marks
        _text("ops"),  # the last wishes that were granted
        _number("revision"),
        _number("is_locked"),
    )
    op.create_table(
        "world_mark",
        _text("place", primary_key=True),
        _text("item", primary_key=True),
        _text("id", primary_key=True),
        _text("account"),
        _text("patient"),
        _text("host"),
        _text("body"),
        _number("seq"),
    )
    op.create_table(
        "world_file",
        _text("id", primary_key=True),
        _text("account"),
        _text("patient"),
        _text("place"),  # where it was brought: whoever may be there may look
        _text("type"),
        _number("size"),
        _number("stored_at"),
    )
    for table in TABLES:
        op.create_index(f"{table}_patient", table, ["patient"])


TABLES = ("world_item", "world_mark", "world_file")
MIGRATIONS: tuple[Step, ...] = (_create,)

_MAKER = "CASE WHEN t.patient <> '' THEN t.patient ELSE t.host END"

# Whose the rows of each table are, for backups: see kit/backup.py.
OWNED: dict[str, Owned | None] = {
    "world_item": Owned(_MAKER),
    "world_mark": Owned(_MAKER),
    "world_file": Owned("t.patient"),
}


class ItemRow(NamedTuple):
    """One loose thing as it is kept."""

    place: str
    id: str
    account: str
    patient: str
    host: str
    maker: str
    body: str
    ops: str
    revision: int
    is_locked: int


class MarkRow(NamedTuple):
    """One mark on a board as it is kept."""

    place: str
    item: str
    id: str
    account: str
    patient: str
    host: str
    body: str
    seq: int


class FileRow(NamedTuple):
    """One file that things show; its bytes lie sealed in a file of that id."""

    id: str
    account: str
    patient: str
    place: str
    type: str
    size: int
    stored_at: int


def _upsert(table: str, fields: Sequence[str], key: Sequence[str]) -> str:
    names = ", ".join(fields)
    values = ", ".join(f":{name}" for name in fields)
    changes = ", ".join(f"{name} = excluded.{name}" for name in fields if name not in key)
    return (
        f"INSERT INTO {table} ({names}) VALUES ({values})"
        f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}"
    )


KEEP_ITEM = _upsert("world_item", ItemRow._fields, ("place", "id"))
KEEP_MARK = _upsert("world_mark", MarkRow._fields, ("place", "item", "id"))


async def keep_items(tx: Tx, rows: Iterable[ItemRow]) -> None:
    """Keep things as they are now."""
    await tx.many(KEEP_ITEM, [row._asdict() for row in rows])


async def keep_marks(tx: Tx, rows: Iterable[MarkRow]) -> None:
    """Keep marks as they are now."""
    await tx.many(KEEP_MARK, [row._asdict() for row in rows])


async def drop_items(tx: Tx, place: str, ids: Iterable[str]) -> None:
    """Take things away, with all that is drawn on them."""
    rows = [{"place": place, "id": id} for id in ids]
    await tx.many("DELETE FROM world_mark WHERE place = :place AND item = :id", rows)
    await tx.many("DELETE FROM world_item WHERE place = :place AND id = :id", rows)


async def drop_marks(tx: Tx, rows: Iterable[tuple[str, str, str]]) -> None:
    """Take marks away: place, item and id of each."""
    await tx.many(
        "DELETE FROM world_mark WHERE place = :place AND item = :item AND id = :id",
        [{"place": place, "item": item, "id": id} for place, item, id in rows],
    )


async def items_in(tx: Tx, place: str) -> list[ItemRow]:
    """The things of a place, in the order in which they were made."""
    sql = f"SELECT {', '.join(ItemRow._fields)} FROM world_item WHERE place = :place ORDER BY id"
    return [ItemRow._make(row) for row in await tx.all(sql, place=place)]


async def marks_in(tx: Tx, place: str) -> list[MarkRow]:
    """What is drawn in a place, from the undermost to the topmost."""
    names = ", ".join(MarkRow._fields)
    sql = f"SELECT {names} FROM world_mark WHERE place = :place ORDER BY item, seq"
    return [MarkRow._make(row) for row in await tx.all(sql, place=place)]


async def forget(tx: Tx, patient: str) -> dict[str, int]:
    """Take away what a patient made, drew, brought, and what stood in her home."""
    gone: dict[str, int] = {}
    sql = (
        "DELETE FROM world_mark WHERE patient = :patient OR host = :patient OR EXISTS"
        " (SELECT 1 FROM world_item i WHERE i.place = world_mark.place AND i.id = world_mark.item"
        " AND i.patient = :patient)"
    )
    gone["world_mark"] = await tx.run(sql, patient=patient)
    sql = "DELETE FROM world_item WHERE patient = :patient OR host = :patient"
    gone["world_item"] = await tx.run(sql, patient=patient)
    gone["world_file"] = await tx.run(
        "DELETE FROM world_file WHERE patient = :patient", patient=patient
    )
    return gone


async def follow(tx: Tx, old: str, new: str, only: Sequence[str] | None) -> list[str]:
    """Let what one patient made be another's, all or only this; returns what followed.

    What followed is told by the table and column, and the account or the home that it is of.
    """
    followed: list[str] = []
    for table, column, by in FOLLOWING:
        sql = f"SELECT DISTINCT {by} FROM {table} WHERE {column} = :old ORDER BY {by}"
        found = [row[0] for row in await tx.all(sql, old=old)]
        moved = [one for one in found if only is None or f"{table}.{column}:{one}" in only]
        sql = f"UPDATE {table} SET {column} = :new WHERE {column} = :old AND {by} = :one"
        await tx.many(sql, [{"new": new, "old": old, "one": one} for one in moved])
        followed += [f"{table}.{column}:{one}" for one in moved]
    return followed


FOLLOWING = (
    *((table, "patient", "account") for table in TABLES),
    ("world_item", "host", "place"),
    ("world_mark", "host", "place"),
)


# Files


async def add_file(tx: Tx, row: FileRow) -> None:
    """Write down a file that is there."""
    fields = FileRow._fields
    sql = (
        f"INSERT INTO world_file ({', '.join(fields)})"
        f" VALUES ({', '.join(':' + name for name in fields)})"
    )
    await tx.run(sql, **row._asdict())


async def find_file(tx: Tx, id: str) -> FileRow | None:
    """One file by its id."""
    row = await tx.one(f"SELECT {', '.join(FileRow._fields)} FROM world_file WHERE id = :id", id=id)
    return FileRow._make(row) if row else None


async def drop_file(tx: Tx, id: str) -> None:
    """Take a file away."""
    await tx.run("DELETE FROM world_file WHERE id = :id", id=id)


async def files_of(tx: Tx, account: str) -> tuple[int, int]:
    """How many files an account brought, and how many bytes."""
    sql = "SELECT count(*), coalesce(sum(size), 0) FROM world_file WHERE account = :account"
    row = await tx.one(sql, account=account)
    return (int(row[0]), int(row[1])) if row else (0, 0)


async def files_before(tx: Tx, account: str, moment: int) -> list[str]:
    """The ids of what an account brought before a moment."""
    sql = "SELECT id FROM world_file WHERE account = :account AND stored_at < :moment"
    return [row[0] for row in await tx.all(sql, account=account, moment=moment)]


async def all_files(tx: Tx) -> list[FileRow]:
    """Every file."""
    rows = await tx.all(f"SELECT {', '.join(FileRow._fields)} FROM world_file")
    return [FileRow._make(row) for row in rows]


async def file_ids_of(tx: Tx, patient: str) -> list[str]:
    """The ids of the files that a patient brought."""
    sql = "SELECT id FROM world_file WHERE patient = :patient"
    return [row[0] for row in await tx.all(sql, patient=patient)]


async def drop_files_in(tx: Tx, place: str) -> list[str]:
    """Take away every file that was brought to a place; returns their ids."""
    sql = "DELETE FROM world_file WHERE place = :place RETURNING id"
    return [row[0] for row in await tx.all(sql, place=place)]


async def shown_in(tx: Tx) -> set[str]:
    """The files that things show, out of all that is written about things."""
    found: set[str] = set()
    kinds = "body LIKE '%\"slides\"%' OR body LIKE '%\"model\"%'"
    for (body,) in await tx.all(f"SELECT body FROM world_item WHERE {kinds}"):
        found.update(FILE_ID.findall(body))
    return found


FILE_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

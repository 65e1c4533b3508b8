"""Stored texts one after the other, to be sealed anew; and chores that go on after a stop."""

from collections.abc import Sequence
from typing import NamedTuple

from asklepion.kit.db import Tx

from .access import COLUMNS as ACCESS_COLUMNS
from .access import AccessRow
from .rows import COLUMNS, FIELDS, Row

HIST = ", ".join(f"r.{f}" if f in ("key", "type", "id") else f"h.{f}" for f in FIELDS)


class Place(NamedTuple):
    """Where a walk over rows stands."""

    number: int  # rid or leaf
    version: int = 0


def _of(patients: Sequence[str] | None, alias: str) -> tuple[str, dict[str, str]]:
    """The condition that a row is of one of these; of anybody where nothing is said."""
    if patients is None:
        return "", {}
    names = {f"patient{number}": patient for number, patient in enumerate(patients)}
    return f" AND {alias}.patient IN ({', '.join(':' + n for n in names)})", names


async def resources_after(
    tx: Tx, place: Place, limit: int, patients: Sequence[str] | None = None
) -> list[Row]:
    """What is, in the order of `rid`."""
    condition, names = _of(patients, "records_res")
    sql = f"SELECT {COLUMNS} FROM records_res WHERE rid > :rid{condition} ORDER BY rid LIMIT :limit"
    return [Row(*row) for row in await tx.all(sql, rid=place.number, limit=limit, **names)]


async def versions_after(
    tx: Tx, place: Place, limit: int, patients: Sequence[str] | None = None
) -> list[Row]:
    """What was, in the order of `rid` and version."""
    condition, names = _of(patients, "h")
    sql = (
        f"SELECT {HIST} FROM records_hist h JOIN records_res r ON r.rid = h.rid"
        " WHERE (h.rid > :rid OR (h.rid = :rid AND h.version > :version))"
        f"{condition} ORDER BY h.rid, h.version LIMIT :limit"
    )
    found = await tx.all(sql, rid=place.number, version=place.version, limit=limit, **names)
    return [Row(*row) for row in found]


async def lines_after(
    tx: Tx, place: Place, limit: int, patients: Sequence[str] | None = None
) -> list[AccessRow]:
    """The access log, in the order of its leaves."""
    condition, names = _of(patients, "records_access")
    sql = (
        f"SELECT {ACCESS_COLUMNS} FROM records_access WHERE leaf > :leaf{condition}"
        " ORDER BY leaf LIMIT :limit"
    )
    return [AccessRow(*row) for row in await tx.all(sql, leaf=place.number, limit=limit, **names)]


async def keep_bodies(tx: Tx, rows: Sequence[Row], *, is_old: bool) -> None:
    """Keep the bodies and digests of rows as they are now, of what is or of what was."""
    table = "records_hist" if is_old else "records_res"
    sql = (
        f"UPDATE {table} SET body = :body, digest = :digest WHERE rid = :rid AND version = :version"
    )
    names = ("body", "digest", "rid", "version")
    await tx.many(sql, [{name: getattr(row, name) for name in names} for row in rows])


async def keep_lines(tx: Tx, rows: Sequence[AccessRow]) -> None:
    """Keep events and keys of lines as they are now."""
    sql = "UPDATE records_access SET event = :event, key = :key WHERE id = :id"
    await tx.many(sql, [{"event": r.event, "key": r.key, "id": r.id} for r in rows])


async def chores(tx: Tx) -> dict[str, int]:
    """What is still to be done, and how far each has come."""
    return {name: at for name, at in await tx.all("SELECT name, position FROM records_chore")}


async def begin_chore(tx: Tx, name: str) -> None:
    """Remember something to be done; nothing happens where it is begun."""
    sql = "INSERT INTO records_chore VALUES (:name, -1) ON CONFLICT (name) DO NOTHING"
    await tx.run(sql, name=name)


async def keep_chore(tx: Tx, name: str, position: int) -> None:
    """Remember how far it has come."""
    sql = "UPDATE records_chore SET position = :position WHERE name = :name"
    await tx.run(sql, name=name, position=position)


async def end_chore(tx: Tx, name: str) -> None:
    """It is done."""
    await tx.run("DELETE FROM records_chore WHERE name = :name", name=name)

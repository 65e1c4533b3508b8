"""Searches carried out: a page of rows, what comes along with it, a history, a total."""

from collections.abc import Sequence
from typing import Any

from asklepion.kit.db import Tx
from asklepion.kit.lists import chunks, in_list, in_values, padded

from ..wire import Include, Query
from .plans import include_values, select_each, select_included, select_page, select_total, shape_of
from .rows import COLUMNS, FIELDS, Row, columns_of
from .sight import Sight

INCLUDED_MOST = 1000  # rows that come along with one page


async def find_page(
    tx: Tx, query: Query, sight: Sight
) -> tuple[list[Row], list[tuple[Any, ...]], bool]:
    """One page of what may be seen.

    Returns:
        The rows in order; for each its rid and sort keys; whether there is more.
    """
    sql = sight.prelude + select_page(query.shape, sight.condition)
    values = {**query.values, **sight.values, "limit": query.count + 1}
    keys = await tx.all(sql, **values)
    page = keys[: query.count]
    by_rid = await find_rows(tx, [key[0] for key in page])
    rows = [by_rid[key[0]] for key in page]
    return rows, page, len(keys) > query.count


async def find_each(
    tx: Tx, query: Query, sight: Sight, codes: Sequence[int], most: int
) -> list[tuple[Any, ...]]:
    """Of what may be seen under each of these keys, the first so many; all of it in order.

    Returns:
        The key, then rid and sort keys.
    """
    sql = sight.prelude + select_each(query.shape, in_list("code", len(codes)), sight.condition)
    values = {**query.values, **sight.values, **in_values("code", codes)}
    return await tx.all(sql, **values, limit=most)


async def find_rows(tx: Tx, rids: Sequence[int]) -> dict[int, Row]:
    """Resources by their numbers."""
    found: dict[int, Row] = {}
    for part in chunks(rids):
        sql = f"SELECT {COLUMNS} FROM records_res WHERE rid IN {in_list('r', len(part))}"
        found.update((v[0], Row(*v)) for v in await tx.all(sql, **in_values("r", part)))
    return found


async def count_all(tx: Tx, query: Query, sight: Sight) -> int:
    """How many resources meet the search and may be seen."""
    sql = sight.prelude + select_total(query.shape, sight.condition)
    row = await tx.one(sql, **query.values, **sight.values)
    return int(row[0]) if row else 0


async def find_all(
    tx: Tx, query: Query, sight: Sight, most: int, bytes_most: int | None = None
) -> list[Row] | None:
    """Everything that meets the search and may be seen, in no order; None if that is too much.

    Args:
        bytes_most: of all their bodies together, as they are stored.
    """
    sql = sight.prelude + select_page(query.shape, sight.condition)
    values = {**query.values, **sight.values, "limit": most + 1}
    keys = await tx.all(sql, **values)
    if len(keys) > most:
        return None
    found: list[Row] = []
    size = 0
    for part in chunks([key[0] for key in keys]):
        some = (await find_rows(tx, part)).values()
        size += sum(len(row.body) for row in some)
        if bytes_most is not None and size > bytes_most:
            return None
        found += some
    return found


async def find_included(
    tx: Tx, includes: Sequence[Include], page: Sequence[int], sight: Sight
) -> tuple[list[Row], bool]:
    """What comes along with a page and may be seen; nothing that is on the page, nothing twice.

    Returns:
        The rows, and whether there would be more than may come along.
    """
    known = set(page)
    found: dict[int, None] = {}
    wave: Sequence[int] = page
    asked = includes
    while wave and asked and len(found) <= INCLUDED_MOST:
        new: dict[int, None] = {}
        for include in asked:
            new.update((rid, None) for rid in await _include(tx, include, wave, sight))
        wave = [rid for rid in new if rid not in known and rid not in found]
        found.update((rid, None) for rid in wave)
        asked = [include for include in includes if include.is_iterate]
    rows = await find_rows(tx, list(found)[:INCLUDED_MOST])
    return list(rows.values()), len(found) > INCLUDED_MOST


async def _include(tx: Tx, include: Include, page: Sequence[int], sight: Sight) -> list[int]:
    rids: list[int] = []
    for part in chunks(page):
        count = padded(len(part))
        sql = sight.prelude + select_included(shape_of(include, count), sight.condition)
        among = [part[min(i, len(part) - 1)] for i in range(count)]
        values = {**include_values(include, among), **sight.values, "limit": INCLUDED_MOST + 1}
        rids += [row[0] for row in await tx.all(sql, **values)]
    return rids


# Made before the span ends, and no later version was there before it began.
_IN_FORCE = (
    "v.updated_at <= :last"
    " AND NOT EXISTS (SELECT 1 FROM records_res n WHERE n.rid = v.rid"
    " AND n.version = v.version + 1 AND n.updated_at <= :first)"
    " AND NOT EXISTS (SELECT 1 FROM records_hist n WHERE n.rid = v.rid"
    " AND n.version = v.version + 1 AND n.updated_at <= :first)"
)


async def count_seen(tx: Tx, sight: Sight, patient: str) -> list[tuple[int, int, int]]:
    """For each category of a patient's own facts, how many may be seen, and out of how many."""
    seen = f"CASE WHEN {sight.condition.format(r='r')} THEN 1 ELSE 0 END"
    sql = (
        f"{sight.prelude}SELECT r.category, sum({seen}), count(*) FROM records_res r"
        " WHERE r.patient = :patient AND r.deleted = 0 GROUP BY r.category ORDER BY r.category"
    )
    rows = await tx.all(sql, patient=patient, **sight.values)
    return [(row[0], int(row[1]), int(row[2])) for row in rows]


async def find_history(
    tx: Tx,
    sight: Sight,
    *,
    key: int | None,
    type: str | None,
    before: tuple[int, int, int] | None,
    since: int | None,
    current: tuple[int, int] | None,
    limit: int,
) -> list[Row]:
    """Versions that may be seen, newest first, each held to who may see it as it was then.

    Args:
        key: of one resource only.
        type: of one type only.
        before: moment, rid and version of the last one of the page before.
        since: made at this moment [µs] or later.
        current: in force at some time between these moments [µs].
    """
    old = ", ".join(
        f"r.{field}" if field in ("key", "type", "id") else f"h.{field}" for field in FIELDS
    )
    conditions = ["1 = 1"]
    if key is not None:
        conditions.append("v.key = :key")
    if type is not None:
        conditions.append("v.type = :type")
    if before is not None:
        conditions.append(
            "(v.updated_at < :at OR (v.updated_at = :at AND (v.rid < :rid"
            " OR (v.rid = :rid AND v.version < :version))))"
        )
    if since is not None:
        conditions.append("v.updated_at >= :since")
    if current is not None:
        conditions.append(_IN_FORCE)
    sql = (
        f"{sight.prelude}SELECT {columns_of('v')} FROM (SELECT {columns_of('r')} FROM records_res r"
        f" UNION ALL SELECT {old} FROM records_hist h JOIN records_res r ON r.rid = h.rid) v"
        f" WHERE {' AND '.join(conditions)} AND {sight.condition.format(r='v')}"
        " ORDER BY v.updated_at DESC, v.rid DESC, v.version DESC LIMIT :limit"
    )
    first, last = current or (None, None)
    values = {"key": key, "type": type, "limit": limit, "since": since}
    values |= {"first": first, "last": last}
    if before is not None:
        values |= dict(zip(("at", "rid", "version"), before, strict=True))
    named = {name: value for name, value in values.items() if value is not None}
    return [Row(*row) for row in await tx.all(sql, **named, **sight.values)]

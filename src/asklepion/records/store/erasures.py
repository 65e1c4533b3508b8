"""What an erasure takes away, table by table, and the rows that say it did."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from asklepion.kit.db import Tx
from asklepion.kit.lists import chunks, in_list, in_values

from .access import COLUMNS as ACCESS_COLUMNS
from .access import AccessHead, AccessRow
from .rows import Row, Writing, columns_of, rewrite
from .sealed import HIST

DUE, GONE, DONE = 0, 1, 2  # asked for; her rows are gone; her keys too, and it is in the ledger
INDEXES = ("tok", "ref", "date", "str", "num", "tok_num")
PERSONAL = (
    "records_hist",
    "records_permit",
    "records_mark",
    "records_party",
    "records_glass",
)


class ErasureRow(NamedTuple):
    """One erasure as it is stored; moments are microseconds, 0 where it has not come yet."""

    id: str
    state: int
    patient: str
    ground: str
    asked_by: str
    actor: str
    asked_at: int
    due_at: int
    done_at: int = 0
    swept_at: int = 0
    keys: str = "[]"
    destroyed: str = "{}"
    leaf: int = -1
    event: bytes = b""
    key: bytes = b""


COLUMNS = ", ".join(ErasureRow._fields)


async def keep(tx: Tx, row: ErasureRow) -> None:
    """Keep an erasure as it is now."""
    names = ErasureRow._fields
    changes = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
    await tx.run(
        f"INSERT INTO records_erasure ({COLUMNS}) VALUES ({', '.join(':' + n for n in names)})"
        f" ON CONFLICT (id) DO UPDATE SET {changes}",
        **row._asdict(),
    )


async def find(tx: Tx, id: str) -> ErasureRow | None:
    """One erasure."""
    row = await tx.one(f"SELECT {COLUMNS} FROM records_erasure WHERE id = :id", id=id)
    return ErasureRow(*row) if row else None


async def find_all(tx: Tx, *, after: str = "", limit: int = 1000) -> list[ErasureRow]:
    """Every erasure, in the order in which they were asked for."""
    sql = f"SELECT {COLUMNS} FROM records_erasure WHERE id > :after ORDER BY id LIMIT :limit"
    return [ErasureRow(*row) for row in await tx.all(sql, after=after, limit=limit)]


async def find_unfinished(tx: Tx, at: int) -> list[ErasureRow]:
    """Those that are due and not done."""
    sql = (
        f"SELECT {COLUMNS} FROM records_erasure WHERE state = {GONE}"
        f" OR (state = {DUE} AND due_at <= :at) ORDER BY id"
    )
    return [ErasureRow(*row) for row in await tx.all(sql, at=at)]


async def find_of_patient(tx: Tx, patient: str) -> ErasureRow | None:
    """The one that is asked for and not begun."""
    sql = f"SELECT {COLUMNS} FROM records_erasure WHERE patient = :patient AND state = {DUE}"
    row = await tx.one(sql, patient=patient)
    return ErasureRow(*row) if row else None


async def drop(tx: Tx, id: str) -> bool:
    """Take back one that was not begun."""
    sql = f"DELETE FROM records_erasure WHERE id = :id AND state = {DUE}"
    return await tx.run(sql, id=id) == 1


async def oldest_unswept(tx: Tx) -> int | None:
    """When the first was done whose traces were not swept out yet."""
    sql = f"SELECT min(done_at) FROM records_erasure WHERE state = {DONE} AND swept_at = 0"
    row = await tx.one(sql)
    return row[0] if row else None


async def keep_swept(tx: Tx, at: int, done_before: int) -> None:
    """The traces of everything done before a moment are out of the files."""
    await tx.run(
        f"UPDATE records_erasure SET swept_at = :at WHERE state = {DONE} AND swept_at = 0"
        " AND done_at <= :before",
        at=at,
        before=done_before,
    )


# What there is of somebody


async def last_entry(tx: Tx, patient: str) -> int | None:
    """When something was last written about a patient; nothing where nothing ever was."""
    row = await tx.one(
        "SELECT max(updated_at) FROM records_res WHERE patient = :patient", patient=patient
    )
    return row[0] if row else None


async def shared_with(tx: Tx, patient: str) -> list[Row]:
    """What is, or was, about this patient among others."""
    sql = (
        f"SELECT {columns_of('r')} FROM records_party p JOIN records_res r ON r.rid = p.rid"
        " WHERE p.patient = :patient AND r.patient <> :patient ORDER BY r.rid"
    )
    return [Row(*row) for row in await tx.all(sql, patient=patient)]


async def pointing_to(tx: Tx, target: int, params: Sequence[int], patient: str) -> list[Row]:
    """What is about others and points to this patient by some search parameter."""
    found: dict[int, Row] = {}
    for part in chunks(params):
        sql = (
            f"SELECT {columns_of('r')} FROM records_ref x JOIN records_res r ON r.rid = x.rid"
            f" WHERE x.param IN {in_list('p', len(part))} AND x.target = :target"
            " AND r.patient <> :patient"
        )
        rows = await tx.all(sql, target=target, patient=patient, **in_values("p", part))
        found |= {row[0]: Row(*row) for row in rows}
    return list(found.values())


async def versions_of(tx: Tx, rids: Sequence[int]) -> list[Row]:
    """Every older version of these."""
    found: list[Row] = []
    for part in chunks(rids):
        sql = (
            f"SELECT {HIST} FROM records_hist h JOIN records_res r ON r.rid = h.rid"
            f" WHERE h.rid IN {in_list('r', len(part))}"
        )
        found += [Row(*row) for row in await tx.all(sql, **in_values("r", part))]
    return found


async def rewrite_version(tx: Tx, row: Row) -> None:
    """Keep an older version as it reads without somebody."""
    sql = (
        "UPDATE records_hist SET patient = :patient, digest = :digest, body = :body"
        " WHERE rid = :rid AND version = :version"
    )
    names = ("patient", "digest", "body", "rid", "version")
    await tx.run(sql, **{name: getattr(row, name) for name in names})


async def rewrite_present(tx: Tx, writing: Writing, patient: str) -> None:
    """Keep the present version as it reads without somebody, who is no party to it any more."""
    await rewrite(tx, writing)
    sql = "DELETE FROM records_party WHERE rid = :rid AND patient = :patient"
    await tx.run(sql, rid=writing.row.rid, patient=patient)


# Taking away


async def destroy_version(tx: Tx, row: Row) -> None:
    """Take one older version away."""
    sql = "DELETE FROM records_hist WHERE rid = :rid AND version = :version"
    await tx.run(sql, rid=row.rid, version=row.version)


async def destroy_resources(tx: Tx, rids: Sequence[int]) -> dict[str, int]:
    """Take resources away with everything beside them; returns how many rows of which table."""
    counts: dict[str, int] = {}
    for part in chunks(rids):
        for table in (*INDEXES, "mark", "party", "hist", "res"):
            sql = f"DELETE FROM records_{table} WHERE rid IN {in_list('r', len(part))}"
            name = f"records_{table}"
            counts[name] = counts.get(name, 0) + await tx.run_long(sql, **in_values("r", part))
    return counts


async def rids_of(tx: Tx, patient: str) -> list[int]:
    """Every resource that is this patient's alone."""
    sql = "SELECT rid FROM records_res WHERE patient = :patient ORDER BY rid"
    return [row[0] for row in await tx.all(sql, patient=patient)]


async def destroy_rest(tx: Tx, patient: str) -> dict[str, int]:
    """Take away older versions, permits, chores and parties that name this patient."""
    counts: dict[str, int] = {}
    for table in PERSONAL:
        sql = f"DELETE FROM {table} WHERE patient = :patient"
        counts[table] = await tx.run_long(sql, patient=patient)
    sql = "DELETE FROM records_permit WHERE actor = :patient"  # where she stands in for others
    counts["records_permit"] += await tx.run_long(sql, patient=patient)
    await tx.run("DELETE FROM records_chore WHERE name = :name", name=f"rotate {patient}")
    return counts


async def lines_of(tx: Tx, patient: str, accounts: Sequence[str]) -> list[AccessRow]:
    """Lines of the access log about a patient, and those about nobody that say she looked."""
    sql = f"SELECT {ACCESS_COLUMNS} FROM records_access WHERE patient = :patient"
    found = await tx.all(sql, patient=patient)
    for account in accounts:
        sql = f"SELECT {ACCESS_COLUMNS} FROM records_access WHERE patient = '' AND actor = :account"
        found += await tx.all(sql, account=account)
    return [AccessRow(*row) for row in found]


async def bury(tx: Tx, rows: Sequence[AccessRow], head: AccessHead | None, patient: str) -> None:
    """Put what is left of lines in their places, and the head that counts them."""
    names = ("id", "patient", "actor", "made_at", "event", "key")
    sql = f"UPDATE records_access SET {', '.join(f'{n} = :{n}' for n in names)} WHERE leaf = :leaf"
    await tx.many(sql, [{n: getattr(row, n) for n in (*names, "leaf")} for row in rows])
    if head:
        await tx.run("DELETE FROM records_access_head WHERE patient = :patient", patient=patient)
        sql = "INSERT INTO records_access_head VALUES (:patient, :number, :leaf, :seal)"
        await tx.run(sql, **head._asdict())


async def drop_orphans(tx: Tx) -> int:
    """Take away what belongs to resources that a backup did not give back; returns how many."""
    count = 0
    for table in ("party", "hist", "mark"):
        sql = (
            f"DELETE FROM records_{table} WHERE NOT EXISTS"
            f" (SELECT 1 FROM records_res r WHERE r.rid = records_{table}.rid)"
        )
        count += await tx.run_long(sql)
    return count


def add(counts: dict[str, int], more: Mapping[str, int]) -> None:
    """Count in."""
    for name, count in more.items():
        counts[name] = counts.get(name, 0) + count

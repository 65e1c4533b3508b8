"""Who looked at what: rows beside their leaves in the ledger, and a sealed head per patient."""

from collections.abc import Sequence
from typing import NamedTuple

from asklepion.kit.db import Tx
from asklepion.kit.lists import chunks, in_list, in_values

WHOLE_HOUSE = "*"  # the head that counts every entry
DAY_US = 86_400_000_000
COLUMNS = "id, leaf, patient, number, actor, made_at, event, key"


class AccessRow(NamedTuple):
    """One entry as it is stored."""

    id: str
    leaf: int
    patient: str
    number: int
    actor: str
    made_at: int
    event: bytes  # canonical JSON
    key: bytes


class AccessHead(NamedTuple):
    """How many entries a patient has, and where the newest stands in the ledger."""

    patient: str
    number: int
    leaf: int
    seal: bytes


async def insert(tx: Tx, rows: Sequence[AccessRow], heads: Sequence[AccessHead]) -> None:
    """Write entries, and the heads that count them."""
    names = [f":{name}" for name in COLUMNS.split(", ")]
    sql = f"INSERT INTO records_access ({COLUMNS}) VALUES ({', '.join(names)})"
    await tx.many(sql, [row._asdict() for row in rows])
    await tx.many(
        "INSERT INTO records_access_head (patient, number, leaf, seal)"
        " VALUES (:patient, :number, :leaf, :seal) ON CONFLICT (patient)"
        " DO UPDATE SET number = excluded.number, leaf = excluded.leaf, seal = excluded.seal",
        [head._asdict() for head in heads],
    )


async def find_heads(tx: Tx, patients: Sequence[str]) -> dict[str, AccessHead]:
    """The heads of these patients, as far as they have any."""
    found: dict[str, AccessHead] = {}
    for part in chunks(patients):
        sql = (
            "SELECT patient, number, leaf, seal FROM records_access_head"
            f" WHERE patient IN {in_list('p', len(part))}"
        )
        for row in await tx.all(sql, **in_values("p", part)):
            found[row[0]] = AccessHead(*row)
    return found


async def all_heads(tx: Tx) -> list[AccessHead]:
    """Every head."""
    sql = "SELECT patient, number, leaf, seal FROM records_access_head ORDER BY patient"
    return [AccessHead(*row) for row in await tx.all(sql)]


async def counts(tx: Tx) -> dict[str, tuple[int, int, int]]:
    """For each patient how many entries there are, the greatest number and the last leaf."""
    sql = "SELECT patient, count(*), max(number), max(leaf) FROM records_access GROUP BY patient"
    return {row[0]: (row[1], row[2], row[3]) for row in await tx.all(sql)}


async def find_of_patient(
    tx: Tx, patient: str, *, before: int | None, limit: int
) -> list[AccessRow]:
    """A patient's entries, newest first.

    Args:
        before: only those with a smaller number.
    """
    sql = (
        f"SELECT {COLUMNS} FROM records_access WHERE patient = :patient AND number < :before"
        " ORDER BY number DESC LIMIT :limit"
    )
    newest = before if before is not None else 1 << 62
    rows = await tx.all(sql, patient=patient, before=newest, limit=limit)
    return [AccessRow(*row) for row in rows]


async def find(tx: Tx, id: str) -> AccessRow | None:
    """One entry."""
    row = await tx.one(f"SELECT {COLUMNS} FROM records_access WHERE id = :id", id=id)
    return AccessRow(*row) if row else None


async def find_after(tx: Tx, leaf: int, limit: int) -> list[AccessRow]:
    """Entries of all patients in the order of their leaves, after one."""
    sql = f"SELECT {COLUMNS} FROM records_access WHERE leaf > :leaf ORDER BY leaf LIMIT :limit"
    return [AccessRow(*row) for row in await tx.all(sql, leaf=leaf, limit=limit)]


async def find_span(
    tx: Tx, patient: str, *, before: int, since: int, until: int, limit: int
) -> list[AccessRow]:
    """A patient's entries of some time, newest first.

    Args:
        before: only those with a smaller number.
        since: the first moment that counts [microseconds since 1970].
        until: the first that does not.
    """
    sql = (
        f"SELECT {COLUMNS} FROM records_access WHERE patient = :patient AND number < :before"
        " AND made_at >= :since AND made_at < :until ORDER BY number DESC LIMIT :limit"
    )
    rows = await tx.all(sql, patient=patient, before=before, since=since, until=until, limit=limit)
    return [AccessRow(*row) for row in rows]


async def find_following(
    tx: Tx, patient: str, *, after: int, upto: int, limit: int
) -> list[AccessRow]:
    """A patient's entries in the order of their numbers, after one and up to another."""
    sql = (
        f"SELECT {COLUMNS} FROM records_access WHERE patient = :patient AND number > :after"
        " AND number <= :upto ORDER BY number LIMIT :limit"
    )
    rows = await tx.all(sql, patient=patient, after=after, upto=upto, limit=limit)
    return [AccessRow(*row) for row in rows]


async def tally(
    tx: Tx, patient: str, *, since: int, offset: int
) -> list[tuple[str, int, int, int]]:
    """How many entries each account made on each day: account, day, count, the newest's number.

    Args:
        since: the first moment that counts [microseconds since 1970].
        offset: how far the days begin before those of UTC [microseconds].
    """
    sql = (
        "SELECT actor, day, count(*), max(number) FROM ("
        f"SELECT actor, number, (made_at + :offset) / {DAY_US} AS day FROM records_access"
        " WHERE patient = :patient AND made_at >= :since) AS lines GROUP BY actor, day"
    )
    rows = await tx.all(sql, patient=patient, since=since, offset=offset)
    return [(row[0], int(row[1]), row[2], row[3]) for row in rows]


async def find_numbered(tx: Tx, patient: str, numbers: Sequence[int]) -> list[AccessRow]:
    """Some entries of a patient by their numbers."""
    found: list[AccessRow] = []
    for part in chunks(numbers):
        sql = (
            f"SELECT {COLUMNS} FROM records_access WHERE patient = :patient"
            f" AND number IN {in_list('n', len(part))}"
        )
        rows = await tx.all(sql, patient=patient, **in_values("n", part))
        found += [AccessRow(*row) for row in rows]
    return found


async def find_recent(tx: Tx, *, since: int, before: int, limit: int) -> list[AccessRow]:
    """Entries of all patients since a moment, the newest first, before a leaf."""
    sql = (
        f"SELECT {COLUMNS} FROM records_access WHERE leaf < :before AND made_at >= :since"
        " ORDER BY leaf DESC LIMIT :limit"
    )
    rows = await tx.all(sql, before=before, since=since, limit=limit)
    return [AccessRow(*row) for row in rows]

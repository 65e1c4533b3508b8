"""Pairs of Patients that may be one person, and merges with everything they moved."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.db import Tx
from asklepion.kit.lists import chunks, in_list, in_values

from .rows import Row, columns_of

OPEN, DISMISSED, JOINED = 0, 1, 2  # of a pair
STANDS, UNDONE = 0, 1  # of a merge
MOVED, ENDED, SURVIVOR, MERGED = "moved", "ended", "survivor", "merged"  # what a merge did to a row


class PairRow(NamedTuple):
    """Two Patients that may be one; `one` is the smaller number."""

    id: str
    one: int
    other: int
    one_patient: str
    other_patient: str
    probability: float
    grade: str
    levels: str  # JSON: how far they agree about what
    state: int
    decided_by: str
    decided_at: int


class MergeRow(NamedTuple):
    """One merge."""

    id: str
    survivor: str
    merged: str
    reason: str  # a code
    actor: str
    followed: str  # JSON: ids of what followed in other rooms, such as accounts
    state: int
    made_at: int
    undone_at: int


class MovedRow(NamedTuple):
    """What a merge did to one resource."""

    merge: str
    rid: int
    patient: str  # the survivor
    before: int  # version
    after: int
    how: str


PAIR, MERGE, MOVE = (", ".join(it._fields) for it in (PairRow, MergeRow, MovedRow))


def create(op: Operations) -> None:
    """Make the tables of duplicates and merges."""
    whole = sa.BigInteger

    def column(name: str, kind: Any) -> sa.Column[Any]:
        return sa.Column(name, kind, nullable=False)

    is_patient = sa.text("type = 'Patient'")
    op.create_index(  # Patients in the order in which they were changed
        "records_res_people",
        "records_res",
        ["updated_at", "rid"],
        sqlite_where=is_patient,
        postgresql_where=is_patient,
    )
    op.create_table(
        "records_duplicate",
        sa.Column("id", sa.Text, primary_key=True),
        *(column(name, whole) for name in ("one", "other")),
        *(column(name, sa.Text) for name in ("one_patient", "other_patient")),
        column("probability", sa.Double),
        *(column(name, sa.Text) for name in ("grade", "levels")),
        column("state", whole),
        column("decided_by", sa.Text),
        column("decided_at", whole),
    )
    op.create_index("records_duplicate_pair", "records_duplicate", ["one", "other"], unique=True)
    op.create_index("records_duplicate_other", "records_duplicate", ["other"])
    op.create_table(  # how far the looking has come
        "records_duplicate_scan",
        sa.Column("name", sa.Text, primary_key=True),
        *(column(name, whole) for name in ("updated_at", "rid")),
    )
    op.create_table(
        "records_merge",
        sa.Column("id", sa.Text, primary_key=True),
        *(column(n, sa.Text) for n in ("survivor", "merged", "reason", "actor", "followed")),
        *(column(name, whole) for name in ("state", "made_at", "undone_at")),
    )
    op.create_table(
        "records_moved",
        sa.Column("merge", sa.Text, primary_key=True),
        sa.Column("rid", whole, primary_key=True, autoincrement=False),
        column("patient", sa.Text),
        *(column(name, whole) for name in ("before", "after")),
        column("how", sa.Text),
        sqlite_with_rowid=False,
    )


# Looking for pairs


async def position(tx: Tx) -> tuple[int, int]:
    """Moment and number of the last Patient that was compared."""
    row = await tx.one("SELECT updated_at, rid FROM records_duplicate_scan WHERE name = 'scan'")
    return (row[0], row[1]) if row else (-1, -1)


async def forget_position(tx: Tx) -> None:
    """Begin anew."""
    await tx.run("DELETE FROM records_duplicate_scan")


async def keep_position(tx: Tx, updated_at: int, rid: int) -> None:
    """Remember how far it has come."""
    await tx.run(
        "INSERT INTO records_duplicate_scan VALUES ('scan', :at, :rid) ON CONFLICT (name)"
        " DO UPDATE SET updated_at = excluded.updated_at, rid = excluded.rid",
        at=updated_at,
        rid=rid,
    )


async def patients_after(tx: Tx, updated_at: int, rid: int, limit: int) -> list[Row]:
    """Patients in the order in which they were last changed."""
    sql = (
        f"SELECT {columns_of('r')} FROM records_res r WHERE r.type = 'Patient'"
        " AND r.updated_at >= :at AND (r.updated_at > :at OR r.rid > :rid)"
        " ORDER BY r.updated_at, r.rid LIMIT :limit"
    )
    return [Row(*row) for row in await tx.all(sql, at=updated_at, rid=rid, limit=limit)]


class Blocks(NamedTuple):
    """By what a Patient's likely doubles are found: parameters, and keys of what is hers alone."""

    birth: int
    family: int
    given: int
    name: int


_SAME_DAY = (
    "SELECT o.rid FROM records_date m JOIN records_date o ON o.param = m.param AND o.lo = m.lo"
    " AND o.hi = m.hi WHERE m.rid = :rid AND m.param = :birth AND o.rid <> :rid LIMIT :limit"
)
_SAME_NAMES = (
    "SELECT o.rid FROM records_str m JOIN records_str o ON o.param = m.param AND o.value = m.value"
    " WHERE m.rid = :rid AND m.param = :family AND o.rid <> :rid"
    " AND EXISTS (SELECT 1 FROM records_str g JOIN records_str h ON h.param = g.param"
    " AND h.value = g.value WHERE g.rid = :rid AND g.param = :given AND h.rid = o.rid) LIMIT :limit"
)
_SAME_WHOLE = (  # in either order
    "SELECT o.rid FROM records_str m JOIN records_str o ON o.param = m.param AND o.value = m.value"
    " WHERE m.rid = :rid AND m.param = :name AND m.value LIKE '% %' AND o.rid <> :rid LIMIT :limit"
)


async def find_alike(tx: Tx, rid: int, by: Blocks, keys: Sequence[int], limit: int) -> list[int]:
    """Numbers of what shares birth date, whole name, a telephone or a number with a Patient.

    Args:
        limit: of each kind; where more share it, it tells little.
    """
    found: dict[int, None] = {}
    for sql, names in (
        (_SAME_DAY, ("birth",)),
        (_SAME_NAMES, ("family", "given")),
        (_SAME_WHOLE, ("name",)),
    ):
        values = {name: getattr(by, name) for name in names}
        found |= dict.fromkeys(r[0] for r in await tx.all(sql, rid=rid, limit=limit, **values))
    for part in chunks(keys):
        sql = (
            f"SELECT rid FROM records_tok WHERE k IN {in_list('k', len(part))} AND rid <> :rid"
            " LIMIT :limit"
        )
        rows = await tx.all(sql, rid=rid, limit=limit, **in_values("k", part))
        found |= dict.fromkeys(row[0] for row in rows)
    return list(found)


# Pairs


async def keep_pairs(tx: Tx, rid: int, pairs: Sequence[PairRow]) -> None:
    """Keep what one Patient was found to be like now, in place of what was open before."""
    sql = f"DELETE FROM records_duplicate WHERE (one = :rid OR other = :rid) AND state = {OPEN}"
    await tx.run(sql, rid=rid)
    names = ", ".join(f":{name}" for name in PairRow._fields)
    await tx.many(
        f"INSERT INTO records_duplicate ({PAIR}) VALUES ({names})"
        " ON CONFLICT (one, other) DO NOTHING",
        [pair._asdict() for pair in pairs],
    )


_BOTH_THERE = (
    " AND EXISTS (SELECT 1 FROM records_res r WHERE r.rid = d.one AND r.deleted = 0)"
    " AND EXISTS (SELECT 1 FROM records_res r WHERE r.rid = d.other AND r.deleted = 0)"
)


async def open_pairs(tx: Tx, limit: int) -> list[PairRow]:
    """Pairs that nobody decided about, the likeliest first."""
    columns = ", ".join(f"d.{name}" for name in PairRow._fields)
    sql = (
        f"SELECT {columns} FROM records_duplicate d WHERE d.state = {OPEN}{_BOTH_THERE}"
        " ORDER BY d.probability DESC, d.id LIMIT :limit"
    )
    return [PairRow(*row) for row in await tx.all(sql, limit=limit)]


async def find_pair(tx: Tx, id: str) -> PairRow | None:
    """One pair."""
    row = await tx.one(f"SELECT {PAIR} FROM records_duplicate WHERE id = :id", id=id)
    return PairRow(*row) if row else None


async def decide(tx: Tx, one: int, other: int, state: int, by: str, at: int) -> int:
    """Keep what was decided about two; returns how many pairs that were."""
    return await tx.run(
        "UPDATE records_duplicate SET state = :state, decided_by = :by, decided_at = :at"
        " WHERE one = :one AND other = :other",
        one=min(one, other),
        other=max(one, other),
        state=state,
        by=by,
        at=at,
    )


async def count_of(tx: Tx, patient: str) -> int:
    """How many resources are about this patient alone."""
    sql = "SELECT count(*) FROM records_res WHERE patient = :patient AND deleted = 0"
    row = await tx.one(sql, patient=patient)
    return row[0] if row else 0


# Merges


async def rows_of(tx: Tx, patient: str) -> list[Row]:
    """Everything that is about this patient alone and not deleted."""
    sql = (
        f"SELECT {columns_of('r')} FROM records_res r WHERE r.patient = :patient"
        " AND r.deleted = 0 ORDER BY r.rid"
    )
    return [Row(*row) for row in await tx.all(sql, patient=patient)]


async def add_merge(tx: Tx, merge: MergeRow, moved: Sequence[MovedRow]) -> None:
    """Keep a merge and what it moved."""
    names = ", ".join(f":{name}" for name in MergeRow._fields)
    await tx.run(f"INSERT INTO records_merge ({MERGE}) VALUES ({names})", **merge._asdict())
    names = ", ".join(f":{name}" for name in MovedRow._fields)
    sql = f"INSERT INTO records_moved ({MOVE}) VALUES ({names})"
    await tx.many(sql, [row._asdict() for row in moved])


async def find_merge(tx: Tx, id: str) -> MergeRow | None:
    """One merge."""
    row = await tx.one(f"SELECT {MERGE} FROM records_merge WHERE id = :id", id=id)
    return MergeRow(*row) if row else None


async def merges(tx: Tx, limit: int) -> list[MergeRow]:
    """Merges, newest first."""
    sql = f"SELECT {MERGE} FROM records_merge ORDER BY made_at DESC, id DESC LIMIT :limit"
    return [MergeRow(*row) for row in await tx.all(sql, limit=limit)]


async def standing_merges(tx: Tx, patient: str) -> list[MergeRow]:
    """Merges that stand and in which this patient takes part."""
    sql = (
        f"SELECT {MERGE} FROM records_merge WHERE (survivor = :patient OR merged = :patient)"
        f" AND state = {STANDS} ORDER BY made_at, id"
    )
    return [MergeRow(*row) for row in await tx.all(sql, patient=patient)]


async def merged_with(tx: Tx, patient: str) -> list[str]:
    """Everybody whose record is one with this patient's, by merges that stand."""
    known, waiting = {patient}, [patient]
    while waiting:
        for merge in await standing_merges(tx, waiting.pop()):
            new = {merge.survivor, merge.merged} - known
            known |= new
            waiting += sorted(new)
    return sorted(known - {patient})


async def moved_by(tx: Tx, merge: str) -> list[MovedRow]:
    """What a merge moved."""
    sql = f"SELECT {MOVE} FROM records_moved WHERE merge = :merge ORDER BY rid"
    return [MovedRow(*row) for row in await tx.all(sql, merge=merge)]


async def end_merge(tx: Tx, id: str, at: int) -> bool:
    """Keep that a merge was undone; False if it was before."""
    sql = (
        f"UPDATE records_merge SET state = {UNDONE}, undone_at = :at"
        f" WHERE id = :id AND state = {STANDS}"
    )
    return await tx.run(sql, id=id, at=at) == 1


async def drop_party(tx: Tx, rids: Sequence[int], patient: str) -> None:
    """Somebody is no party to these any more."""
    for part in chunks(rids):
        sql = (
            "DELETE FROM records_party WHERE patient = :patient"
            f" AND rid IN {in_list('r', len(part))}"
        )
        await tx.run(sql, patient=patient, **in_values("r", part))


async def forget(tx: Tx, patient: str) -> dict[str, int]:
    """Take away what is kept here of a patient who is erased; returns how many rows."""
    one_of = "WHERE survivor = :patient OR merged = :patient"
    mine = f"DELETE FROM records_moved WHERE merge IN (SELECT id FROM records_merge {one_of})"
    pairs = "DELETE FROM records_duplicate WHERE one_patient = :patient OR other_patient = :patient"
    return {
        "records_moved": await tx.run(mine, patient=patient),
        "records_merge": await tx.run(f"DELETE FROM records_merge {one_of}", patient=patient),
        "records_duplicate": await tx.run(pairs, patient=patient),
    }

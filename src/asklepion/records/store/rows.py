"""Resources as rows: what is, what was, and the index rows beside them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeVar

from asklepion.kit.db import Tx
from asklepion.kit.lists import chunks, in_list, in_values

# What `patient` holds where it is no reference.
NOBODY = ""  # about no patient: an organisation, a medicine
UNKNOWN = "?"  # about a patient nobody named: for operators alone
SEVERAL = "*"  # about each patient in records_party

COLUMNS = (
    "rid, key, type, id, version, updated_at, patient, category, author, labels, deleted, digest,"
    " body"
)
FIELDS = COLUMNS.split(", ")
OLD = ", ".join(field for field in FIELDS if field not in ("key", "type", "id"))
T = TypeVar("T")


class Row(NamedTuple):
    """One resource at one version, as it is stored."""

    rid: int
    key: int
    type: str
    id: str
    version: int
    updated_at: int
    patient: str
    category: int
    author: str
    labels: int  # mask of model.Label; 0 where an older program kept it
    deleted: int
    digest: bytes
    body: bytes

    @property
    def reference(self) -> str:
        """How others refer to it."""
        return f"{self.type}/{self.id}"


class IndexRows(Protocol):
    """What one resource is found by, in the order of the tables' columns, without `rid`."""

    @property
    def tokens(self) -> Sequence[int]: ...
    @property
    def references(self) -> Sequence[tuple[int, int]]: ...
    @property
    def dates(self) -> Sequence[tuple[int, int, int]]: ...
    @property
    def strings(self) -> Sequence[tuple[int, str]]: ...
    @property
    def numbers(self) -> Sequence[tuple[int, float]]: ...
    @property
    def quantities(self) -> Sequence[tuple[int, float]]: ...


@dataclass(frozen=True, slots=True)
class Writing:
    """One version to be written, with its index rows and everybody it is about."""

    row: Row
    index: IndexRows | None  # none of what is deleted
    parties: Sequence[str] = ()


def columns_of(alias: str) -> str:
    """The columns of a `Row`, for a SELECT."""
    return ", ".join(f"{alias}.{field}" for field in FIELDS)


async def find(tx: Tx, keys: Sequence[int]) -> dict[int, Row]:
    """Those of these resources that are there, deleted ones too, by their key."""
    found: dict[int, Row] = {}
    for part in chunks(keys):
        sql = f"SELECT {COLUMNS} FROM records_res WHERE key IN {in_list('k', len(part))}"
        for values in await tx.all(sql, **in_values("k", part)):
            row = Row(*values)
            found[row.key] = row
    return found


async def find_of_type(tx: Tx, patient: str, type: str) -> list[Row]:
    """A patient's resources of one type that were not deleted."""
    sql = (
        f"SELECT {COLUMNS} FROM records_res"
        " WHERE patient = :patient AND type = :type AND deleted = 0 ORDER BY rid"
    )
    return [Row(*row) for row in await tx.all(sql, patient=patient, type=type)]


async def is_about(tx: Tx, patient: str) -> bool:
    """Whether anything that is or was here is about this patient."""
    tables = ("records_res", "records_hist", "records_party")
    asked = " OR ".join(f"EXISTS (SELECT 1 FROM {t} WHERE patient = :patient)" for t in tables)
    found = await tx.one(f"SELECT CASE WHEN {asked} THEN 1 ELSE 0 END", patient=patient)
    return bool(found and found[0])


async def find_version(tx: Tx, key: int, version: int) -> Row | None:
    """One version of one resource, the present one or an older."""
    values = await tx.one(
        f"SELECT {COLUMNS} FROM records_res WHERE key = :key AND version = :version",
        key=key,
        version=version,
    ) or await tx.one(
        "SELECT h.rid, r.key, r.type, r.id, h.version, h.updated_at, h.patient, h.category,"
        " h.author, h.labels, h.deleted, h.digest, h.body"
        " FROM records_res r JOIN records_hist h ON h.rid = r.rid"
        " WHERE r.key = :key AND h.version = :version",
        key=key,
        version=version,
    )
    return Row(*values) if values else None


async def find_parties(tx: Tx, rids: Sequence[int]) -> dict[int, frozenset[str]]:
    """Everybody that resources of several patients are about."""
    found: dict[int, set[str]] = {}
    for part in chunks(rids):
        sql = f"SELECT rid, patient FROM records_party WHERE rid IN {in_list('r', len(part))}"
        for rid, patient in await tx.all(sql, **in_values("r", part)):
            found.setdefault(rid, set()).add(patient)
    return {rid: frozenset(patients) for rid, patients in found.items()}


async def find_old_digests(tx: Tx, rids: Sequence[int]) -> set[tuple[int, bytes]]:
    """Number and digest of every older version of these resources."""
    found: set[tuple[int, bytes]] = set()
    for part in chunks(rids):
        sql = f"SELECT rid, digest FROM records_hist WHERE rid IN {in_list('r', len(part))}"
        found.update((row[0], row[1]) for row in await tx.all(sql, **in_values("r", part)))
    return found


async def insert(tx: Tx, writings: Sequence[Writing]) -> None:
    """Write resources that were not there; their rows' `rid` is given by the database."""
    if not writings:
        return
    fields = FIELDS[1:]
    sql = (
        f"INSERT INTO records_res ({', '.join(fields)})"
        f" VALUES ({', '.join(f':{field}' for field in fields)})"
    )
    await tx.many(sql, [_without_rid(w.row) for w in writings])
    numbers = await _numbers(tx, [w.row.key for w in writings])
    await _insert_beside(tx, [(numbers[w.row.key], w) for w in writings])


def _without_rid(row: Row) -> dict[str, Any]:
    return dict(zip(FIELDS[1:], row[1:], strict=True))


async def _numbers(tx: Tx, keys: Sequence[int]) -> dict[int, int]:
    numbers: dict[int, int] = {}
    for part in chunks(keys):
        sql = f"SELECT key, rid FROM records_res WHERE key IN {in_list('k', len(part))}"
        numbers.update({key: rid for key, rid in await tx.all(sql, **in_values("k", part))})
    return numbers


async def replace(tx: Tx, writings: Sequence[Writing]) -> bool:
    """Write the next version of resources, keeping the one before; `row.rid` says which.

    Returns:
        False if one was changed by somebody else meanwhile: then roll back.
    """
    if not writings:
        return True
    for part in chunks([w.row.rid for w in writings]):
        await tx.run(
            f"INSERT INTO records_hist ({OLD}) SELECT {OLD} FROM records_res"
            f" WHERE rid IN {in_list('r', len(part))}",
            **in_values("r", part),
        )
    await _drop_index(tx, [w.row.rid for w in writings])
    changed = (
        "version",
        "updated_at",
        "patient",
        "category",
        "author",
        "labels",
        "deleted",
        "digest",
        "body",
    )
    sql = (
        f"UPDATE records_res SET {', '.join(f'{field} = :{field}' for field in changed)}"
        " WHERE rid = :rid AND version = :version - 1"
    )
    for writing in writings:
        values = {field: getattr(writing.row, field) for field in (*changed, "rid")}
        if await tx.run(sql, **values) != 1:
            return False
    await _insert_beside(tx, [(w.row.rid, w) for w in writings])
    return True


async def rewrite(tx: Tx, writing: Writing) -> None:
    """Write the present version of a resource otherwise than it was, under the same number."""
    row = writing.row
    await tx.run(
        "UPDATE records_res SET patient = :patient, digest = :digest, body = :body"
        " WHERE rid = :rid AND version = :version",
        **{name: getattr(row, name) for name in ("patient", "digest", "body", "rid", "version")},
    )
    await _drop_index(tx, [row.rid])
    await _insert_beside(tx, [(row.rid, writing)])


async def _drop_index(tx: Tx, rids: Sequence[int]) -> None:
    for part in chunks(rids):
        for table in ("tok", "ref", "date", "str", "num", "tok_num"):
            sql = f"DELETE FROM records_{table} WHERE rid IN {in_list('r', len(part))}"
            await tx.run(sql, **in_values("r", part))


async def _insert_beside(tx: Tx, numbered: Sequence[tuple[int, Writing]]) -> None:
    """Write index rows and parties; parties are never taken away: they guard old versions too."""
    found = [(rid, w.index) for rid, w in numbered if w.index]
    tables: tuple[tuple[str, tuple[str, ...], Iterable[tuple[Any, ...]]], ...] = (
        ("tok", ("k",), ((k, rid) for rid, index in found for k in index.tokens)),
        ("ref", ("param", "target"), ((*x, rid) for rid, index in found for x in index.references)),
        ("date", ("param", "lo", "hi"), ((*x, rid) for rid, index in found for x in index.dates)),
        ("str", ("param", "value"), ((*x, rid) for rid, index in found for x in index.strings)),
        ("num", ("param", "value"), ((*x, rid) for rid, index in found for x in index.numbers)),
        ("tok_num", ("k", "value"), ((*x, rid) for rid, index in found for x in index.quantities)),
    )
    for table, columns, rows in tables:
        names = (*columns, "rid")
        sql = (
            f"INSERT INTO records_{table} ({', '.join(names)})"
            f" VALUES ({', '.join(f':{name}' for name in names)})"
        )
        # In the order of the table's own key, which is how a B-tree likes to grow.
        await tx.many(sql, [dict(zip(names, row, strict=True)) for row in sorted(rows)])
    await tx.many(
        "INSERT INTO records_party (rid, patient) VALUES (:rid, :patient)"
        " ON CONFLICT (rid, patient) DO NOTHING",
        [{"rid": rid, "patient": patient} for rid, w in numbered for patient in w.parties],
    )


async def count_by_type(tx: Tx) -> Mapping[str, int]:
    """How many resources of each type there are."""
    sql = "SELECT type, count(*) FROM records_res WHERE deleted = 0 GROUP BY type"
    return {type: count for type, count in await tx.all(sql)}

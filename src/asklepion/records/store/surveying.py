"""Many records at once, for the house's own work: whose there are, and what is in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from asklepion.kit.db import Tx

from .rows import FIELDS, Row, columns_of, in_list, in_values
from .sealed import HIST


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is read of each record.

    Args:
        types: of the resources.
        owners: numbers of the parameters by which those name their patient.
        dates: numbers of the parameters that they are sorted by.
        coded: the type of which only some codes are read.
        codes: the keys of those.
        without: keys of what is left out of that type.
        most: the newest so many of that type are read of each code.
    """

    types: Sequence[str]
    owners: Sequence[int]
    dates: Sequence[int]
    coded: str
    codes: Sequence[int]
    without: Sequence[int]
    most: int


async def find_patients(tx: Tx, after: str, limit: int) -> list[str]:
    """The next patients who are there, in the order of their names."""
    sql = (
        "SELECT DISTINCT patient FROM records_res WHERE type = 'Patient' AND deleted = 0"
        " AND patient LIKE 'Patient/%' AND patient > :after ORDER BY patient LIMIT :limit"
    )
    return [row[0] for row in await tx.all(sql, after=after, limit=limit)]


async def find_present(tx: Tx, patients: Sequence[str]) -> set[str]:
    """Which of these patients are there."""
    sql = (
        "SELECT patient FROM records_res WHERE type = 'Patient' AND deleted = 0"
        f" AND patient IN {in_list('who', len(patients))}"
    )
    return {row[0] for row in await tx.all(sql, **in_values("who", patients))}


async def find_replaced(tx: Tx, patient: str, since: int) -> list[tuple[Row, Row]]:
    """What was a patient's at or after a moment [µs] and is so no more, each beside what it is now.

    Only what was changed or deleted after that moment; what came after it and stands is no change.
    """
    sql = (
        f"SELECT {HIST}, {columns_of('r')} FROM records_hist h JOIN records_res r ON r.rid = h.rid"
        " WHERE h.patient = :patient AND h.deleted = 0 AND r.updated_at > :since"
        " AND NOT EXISTS (SELECT 1 FROM records_hist n WHERE n.rid = h.rid"
        " AND n.version > h.version AND n.updated_at <= :since) ORDER BY h.rid, h.version"
    )
    found = await tx.all(sql, patient=patient, since=since)
    return [(Row(*one[: len(FIELDS)]), Row(*one[len(FIELDS) :])) for one in found]


async def find_all(
    tx: Tx, plan: Plan, patients: Mapping[int, str]
) -> list[tuple[str, Row, int | None, int | None]]:
    """What is in these records, each with its latest beginning and end [µs].

    Only what is a patient's alone; whether it may leave is decided for each. What is not among
    the newest of its code is not looked at, however much there is: the index tells its place.

    Args:
        patients: by the key of each.
    """
    start, end = (
        f"(SELECT max(o.{name}) FROM records_date o WHERE o.rid = r.rid"
        f" AND o.param IN {in_list('date', len(plan.dates))})"
        for name in ("lo", "hi")
    )
    hers = f"r.deleted = 0 AND r.patient IN {in_list('who', len(patients))}"
    types = ", ".join(f"'{type}'" for type in plan.types)  # letters alone: FHIR's
    out = in_list("out", len(plan.without)) if plan.without else "(NULL)"
    sql = (
        f"WITH hers AS (SELECT d.target AS target, r.rid AS rid, r.type AS type,"
        f" r.updated_at AS updated_at, {start} AS lo, {end} AS hi"
        f" FROM records_ref d CROSS JOIN records_res r"
        f" WHERE d.param IN {in_list('owner', len(plan.owners))}"
        f" AND d.target IN {in_list('key', len(patients))} AND r.rid = d.rid AND {hers}"
        f" AND r.type IN ({types})),"
        f" placed AS (SELECT h.rid AS rid, row_number() OVER"
        f" (PARTITION BY h.target, t.k, h.lo IS NULL"
        f" ORDER BY h.lo DESC, h.updated_at DESC, h.rid) AS place"
        f" FROM hers h JOIN records_tok t ON t.rid = h.rid"
        f" WHERE h.type = '{plan.coded}' AND +t.k IN {in_list('code', len(plan.codes))}"
        f" AND NOT EXISTS (SELECT 1 FROM records_tok u WHERE u.rid = h.rid AND +u.k IN {out}))"
        f" SELECT h.target, {columns_of('r')}, h.lo, h.hi FROM hers h"
        f" JOIN records_res r ON r.rid = h.rid WHERE h.type <> '{plan.coded}'"
        f" OR h.rid IN (SELECT p.rid FROM placed p WHERE p.place <= :most)"
        f" UNION ALL SELECT r.key, {columns_of('r')}, {start}, {end} FROM records_res r"
        f" WHERE r.key IN {in_list('key', len(patients))} AND {hers}"
    )
    values = {
        **in_values("who", list(patients.values())),
        **in_values("key", list(patients)),
        **in_values("owner", plan.owners),
        **in_values("date", plan.dates),
        **in_values("code", plan.codes),
        **(in_values("out", plan.without) if plan.without else {}),
        "most": plan.most,
    }
    found: dict[int, tuple[str, Row, int | None, int | None]] = {}
    for key, *row, start, end in await tx.all(sql, **values):
        one = Row(*row[: len(FIELDS)])
        if patients.get(key) == one.patient:
            found[one.rid] = one.patient, one, start, end
    return [found[rid] for rid in sorted(found)]

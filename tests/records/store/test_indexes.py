"""The searches that matter most go by an index on both databases."""

import re
from collections.abc import Mapping

import pytest

from asklepion.records.engine import compile_search
from asklepion.records.store.plans import include_values, select_included, select_page, shape_of
from asklepion.records.wire import Value

from .shelf import NOON, Shelf

SEEN = "{r}.patient = ''"
SHAPES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "read": ("Patient", [("_id", "1")]),
    "name": ("Patient", [("name", "ann")]),
    "born between": ("Patient", [("birthdate", "ge1950"), ("birthdate", "lt1980")]),
    "patient and code, newest first": (
        "Observation",
        [("patient", "Patient/1"), ("code", "a|b"), ("_sort", "-date")],
    ),
    "patient, category and date": (
        "Observation",
        [("patient", "Patient/1"), ("category", "vital-signs"), ("date", "ge2012")],
    ),
    "code and date": ("Observation", [("code", "a|b"), ("date", "ge2015")]),
    "code and value": ("Observation", [("code-value-quantity", "b$gt70")]),
    "code with the patient": (
        "Condition",
        [("code", "a|b"), ("_include", "Condition:subject")],
    ),
    "chained name": ("Observation", [("patient.name", "ann")]),
    "patients with a code": ("Patient", [("_has:Observation:patient:code", "a|b")]),
    "all of one patient": ("", [("_count", "20")]),
    "near": ("Location", [("near", "48|16|5|km")]),
    "inside a house": ("Encounter", [("location:below", "Location/1")]),
}


@pytest.mark.parametrize("name", SHAPES)
async def test_a_search_reads_no_table_from_end_to_end(shelf: Shelf, name: str) -> None:
    type, params = SHAPES[name]
    compartment = None if type else ("Patient", "1")
    query = compile_search(type, params, indexer=shelf.indexer, now=NOON, compartment=compartment)
    wanted: list[tuple[str, Mapping[str, Value]]] = [
        (select_page(query.shape, SEEN), {**query.values, "type": type, "limit": 20})
    ]
    for include in query.includes:
        values = {**include_values(include, [1, 2]), "limit": 20}
        wanted.append((select_included(shape_of(include, 2), SEEN), values))

    for sql, values in wanted:
        for line in await plan(shelf, sql, values):
            assert not re.search(r"SCAN records|SCAN (d|r|t|x|u|p)\d*\b|Seq Scan", line), line


async def plan(shelf: Shelf, sql: str, values: Mapping[str, Value]) -> list[str]:
    """What the database says it will do; a table that is empty is no reason to scan it."""
    async with shelf.db.begin() as tx:
        if tx.dialect == "sqlite":
            return [row[3] for row in await tx.all(f"EXPLAIN QUERY PLAN {sql}", **values)]
        await tx.run("SET LOCAL enable_seqscan = off")
        return [row[0] for row in await tx.all(f"EXPLAIN {sql}", **values)]

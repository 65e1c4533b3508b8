"""IHE's examples of audits are accepted, kept and found again; told alike with and without SQL."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from asklepion.records.engine import compile_search, validate
from asklepion.records.engine.holds import holds

from .shelf import NOON, Shelf
from .test_examples import questions

Json = dict[str, Any]


@pytest.fixture(scope="session")
def audits(test_data: Path) -> list[Json]:
    """Every AuditEvent among IHE's examples."""
    found = [orjson.loads(it.read_bytes()) for it in (test_data / "fhir" / "balp").rglob("*.json")]
    return [it for it in found if it["resourceType"] == "AuditEvent"]


async def test_all_46_examples_are_accepted_kept_and_found_by_all_that_speaks_of_them(
    shelf: Shelf, audits: list[Json]
) -> None:
    assert len(audits) == 46
    assert [it["id"] for it in audits if validate(it)] == []
    await shelf.put(*audits)
    asked = 0
    for example in audits:
        for name, value in questions(example):
            asked += 1
            assert example["id"] in await shelf.find("AuditEvent", (name, value)), (name, value)
    assert asked > 46 * 10


async def test_a_search_without_a_database_finds_the_same(shelf: Shelf, audits: list[Json]) -> None:
    await shelf.put(*audits)
    indexes = {it["id"]: shelf.indexer.index(it) for it in audits}
    params = {question for it in audits for question in questions(it)}
    params |= {
        ("action:not", "R"),
        ("type:missing", "true"),
        ("agent-name", "j"),
        ("agent-name:contains", "OH_"),
        ("entity-name:missing", "false"),
        ("date", "ge2021"),
        ("date", "lt2021-12"),
        ("outcome", "0,8"),
        ("_id", audits[0]["id"]),
        ("subtype:text", "sear"),
    }

    for name, value in sorted(params):
        query = compile_search("AuditEvent", [(name, value)], indexer=shelf.indexer, now=NOON)
        held = {
            id
            for id, index in indexes.items()
            if holds(query, index, {"id": id, "key": shelf.indexer.key_of("AuditEvent", id)})
        }
        assert held == set(await shelf.find("AuditEvent", (name, value))), (name, value)
    assert len(params) > 100

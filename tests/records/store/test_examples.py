"""Every official example of FHIR R4 is kept, and found again by all that it can be searched by."""

from collections.abc import Iterator
from typing import Any

import pytest

from asklepion.kit.errors import Incorrect
from asklepion.records.engine import compile_search, validate
from asklepion.records.engine.parameters import Parameter, own_rows, parameters_of
from asklepion.records.engine.values import (
    UCUM,
    codings_of,
    numbers_of,
    reference_of,
    strings_of,
    uris_of,
)
from asklepion.records.engine.walk import compile_way
from asklepion.records.store.plans import select_page
from tools import fhir_tables

from .shelf import NOON, Resource, Shelf

DEFINITIONS = frozenset(
    {"StructureDefinition", "SearchParameter", "OperationDefinition", "ConceptMap"}
    | {"ValueSet", "CodeSystem"}
)
LARGE = 500_000  # characters: bundles of definitions, not examples


@pytest.fixture(scope="session")
def examples() -> list[Resource]:
    """One of each id, as the official package has them."""
    if not fhir_tables.package_path(fhir_tables.DEFINITIONS).exists():
        pytest.fail("The official examples are not here: run `python3 tools/setup.py --for-work`.")
    found: dict[tuple[str, str], Resource] = {}
    for name, resource in fhir_tables.resources(fhir_tables.DEFINITIONS, most=LARGE):
        type = resource["resourceType"]
        is_example = type not in DEFINITIONS or "example" in name
        if is_example and "id" in resource and not validate(resource):
            found.setdefault((type, resource["id"]), resource)
    return list(found.values())


def escaped(text: str) -> str:
    for sign in "\\,|$":
        text = text.replace(sign, f"\\{sign}")
    return text


def asked(parameter: Parameter, value: Any, end: str) -> Iterator[str]:
    """How somebody would ask for this value."""
    match parameter.kind:
        case "token":
            for system, code in codings_of(value, end):
                text = escaped(code)
                yield f"{escaped(system)}|{text}" if system and end != "ContactPoint" else text
        case "string":
            yield from (escaped(text) for words, text in strings_of(value, end) if len(words) < 150)
        case "date":
            yield from asked_date(value, end)
        case "reference":
            yield from (escaped(text) for text in reference_of(value, end, ""))
        case "uri":
            yield from (escaped(text) for text in uris_of(value, end))
        case "special":
            yield f"{value['latitude']}|{value['longitude']}|1|m"
        case "number":
            yield from (repr(amount) for amount, _ in numbers_of(value, end))
        case _:
            for amount, units in numbers_of(value, end):
                yield repr(amount)
                for unit in units:
                    system, _, code = unit.rpartition("|")
                    yield f"{amount!r}|{escaped(system or UCUM)}|{escaped(code)}"


def asked_date(value: Any, end: str) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        yield f"le{value}"
    elif end == "Period" and "start" in value:
        yield f"ge{value['start']}"
    elif end == "Period" and "end" in value:
        yield f"le{value['end']}"


def questions(resource: Resource) -> Iterator[tuple[str, str]]:
    """Everything that somebody could find this resource by."""
    for parameter in parameters_of(resource["resourceType"]).values():
        if parameter.code in ("_id", "_lastUpdated"):
            continue
        if parameter.kind == "composite":
            yield from ((parameter.code, text) for text in pairs(resource, parameter))
            continue
        texts: list[str] = []
        for row in own_rows(parameter):
            for way in row.ways:
                keep = (*way[:2], parameter.only) if parameter.only else way
                found = compile_way((keep[0], keep[1], keep[2] if len(keep) > 2 else None))
                for value in found(resource):
                    texts += asked(parameter, value, way[1])
        if texts:
            yield f"{parameter.code}:missing", "false"
        yield from ((parameter.code, text) for text in dict.fromkeys(texts) if text)


def pairs(resource: Resource, parameter: Parameter) -> Iterator[str]:
    for one in own_rows(parameter):
        for root in one.roots:
            nodes = compile_way((root, "", None))(resource) if root else [resource]
            for node in nodes:
                sides: list[list[str]] = []
                for part in one.parts:
                    start = resource if part.is_outside else node
                    side = Parameter("", "", part.kind, "", 0)
                    sides.append(
                        [
                            text
                            for way in part.ways
                            for value in compile_way(way)(start)
                            for text in asked(side, value, way[1])
                        ]
                    )
                if all(sides) and not sides[0][0].endswith("|"):
                    yield "$".join(side[0] for side in sides)


async def test_each_example_is_found_by_every_parameter_that_speaks_of_it(
    shelf: Shelf, examples: list[Resource]
) -> None:
    await shelf.put(*examples)
    lost: list[str] = []
    count = 0

    async with shelf.db.read() as tx:
        names = {row[0]: row[1] for row in await tx.all("SELECT rid, id FROM records_res")}
        for resource in examples:
            type = resource["resourceType"]
            for name, value in questions(resource):
                try:
                    query = compile_search(type, [(name, value)], indexer=shelf.indexer, now=NOON)
                except Incorrect as error:
                    lost.append(f"{type}/{resource['id']} {name}: {error.message}")
                    continue
                values = {**query.values, "type": type, "limit": 5000}
                rows = await tx.all(select_page(query.shape), **values)
                count += 1
                if resource["id"] not in {names[row[0]] for row in rows}:
                    lost.append(f"{type}/{resource['id']} {name}")

    assert len(examples) >= 718
    assert count > 10_000
    assert lost == []

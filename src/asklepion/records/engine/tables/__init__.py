"""What the official definitions of FHIR R4 say, as tables; made by tools/fhir_tables.py."""

import gzip
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import orjson

Systems = dict[str, list[str]]  # codes by system
Way = tuple[tuple[str, ...], str, Any]  # JSON keys, type at the end, filter (see walk.py)


class Element(NamedTuple):
    """One element of one type, as its StructureDefinition has it."""

    name: str  # with [x] where its type is a choice
    least: int  # how many there must be
    is_many: bool
    types: list[str]  # `@Patient.contact` is a node of its own, `Reference:Patient,Group` a target
    binding: str = ""  # value set that its code must come from
    is_summary: bool = False


def _read(name: str) -> Any:
    return orjson.loads(gzip.decompress((files(__name__) / f"{name}.json.gz").read_bytes()))


@cache
def nodes() -> dict[str, list[Element]]:
    """The elements of every type and of every element that has elements of its own."""
    table: dict[str, list[list[Any]]] = _read("elements")["nodes"]
    return {
        name: [
            Element(row[0], row[1], bool(row[2]), row[3], *row[4:5], *map(bool, row[5:6]))
            for row in rows
        ]
        for name, rows in table.items()
    }


@cache
def resource_types() -> frozenset[str]:
    """Every resource type one can keep."""
    return frozenset(_read("elements")["resources"])


@cache
def codes() -> dict[str, Systems]:
    """The codes of every value set that some element must take its code from."""
    return _read("codes")


@cache
def invariants() -> dict[str, list[tuple[str, int, str, str]]]:
    """By element path, its invariants: key, 1 if it only warns, what it says, its expression."""
    table: dict[str, list[list[Any]]] = _read("invariants")
    return {
        path: [(row[0], row[1], row[2], row[3]) for row in rows] for path, rows in table.items()
    }


@cache
def extensible() -> dict[str, str]:
    """By element path, the value set its code should come from if one there fits."""
    return _read("extensible")["elements"]


@cache
def extensible_codes() -> dict[str, Systems]:
    """The codes of those value sets, by URL."""
    return _read("extensible")["codes"]


@cache
def terms() -> dict[str, dict[str, Any]]:
    """Code systems, value sets and concept maps by URL, under systems, sets and maps."""
    return _read("terms")


@cache
def search() -> dict[str, dict[str, Any]]:
    """The search parameters of every type; those of every resource under Resource."""
    return _read("search")


@cache
def compartments() -> dict[str, dict[str, list[str]]]:
    """By compartment and type, the search parameters that put a resource into it."""
    return _read("compartments")


def compartment() -> dict[str, list[str]]:
    """By type, the search parameters that put a resource into a patient's compartment."""
    return compartments()["Patient"]

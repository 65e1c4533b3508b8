"""What a resource can be found by: rows for the index tables."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from asklepion.kit.errors import Incorrect

from . import tables
from .composites import Composite, add_composite, composites_of
from .keys import IDENTIFIER, TokenKeys
from .parameters import Parameter, number_of, own_rows, parameters_of
from .rows import Index, Rows
from .values import (
    Json,
    codings_of,
    numbers_of,
    point_of,
    reference_of,
    roots_of,
    spans_of,
    strings_of,
    texts_of,
    types_of,
    uris_of,
)
from .walk import Walk, compile_way
from .words import narrative_words, prose_of, words_of

OWN = ("_id", "_lastUpdated")  # found by the resource's own row
AXES = ("near.x", "near.y", "near.z")  # parameters of our own, for the place on a sphere


class Indexer:
    """Makes index rows; two with the same key make the same rows."""

    def __init__(self, key: bytes, base: str = "") -> None:
        """Args:
        key: 32 secret bytes; without them nobody can tell which code a token key stands for.
        base: our own FHIR address; absolute references below it count as relative.
        """
        self.secret = key
        self.keys = TokenKeys(key)
        self._adders: dict[str, Adder] = {
            "token": self._add_tokens,
            "reference": self._add_references,
            "date": self._add_dates,
            "string": self._add_strings,
            "quantity": self._add_numbers,
            "number": self._add_numbers,
            "uri": self._add_uris,
            "url": self._add_url,
            "special": self._add_place,
            "only": self._add_presence,
        }
        self.base = base.rstrip("/") + "/" if base else ""

    def index(self, resource: dict[str, Any]) -> Index:
        """Every row the resource is found by; it must have been found valid.

        Raises:
            Incorrect: its type is none of FHIR R4's.
        """
        type = resource.get("resourceType")
        if not isinstance(type, str) or type not in tables.resource_types():
            raise Incorrect("The resource has no type of FHIR R4.", hint="Set resourceType.")
        rows = Rows()
        plan = _plan(type)
        for name in resource:
            for kind, number, walk, end in plan.by_element.get(name, ()):
                found = walk(resource)
                if found:
                    self._adders[kind](rows, number, end, found)
            for composite in plan.composites.get(name, ()):
                for node in composite.root(resource):
                    add_composite(self.keys, self.base, rows, composite, node, resource)
        for kind, number, walk, end in plan.always:
            self._adders[kind](rows, number, end, walk(resource))
        self._add_words(rows, type, resource)
        return rows.index()

    def key_of(self, type: str, id: str) -> int:
        """What `records_res.key` and `records_ref.target` hold for one resource."""
        return self.keys.target(f"{type}/{id}")

    def _add_tokens(self, rows: Rows, number: int, end: str, found: list[Json]) -> None:
        codings, tokens = self.keys.codings, rows.tokens
        for value in found:
            for system, code in codings_of(value, end):
                tokens.update(codings(number, system, code))
            if end in ("CodeableConcept", "Coding", "Identifier"):
                for text in texts_of(value, end):
                    rows.words.update(words_of(text))
                    tokens.update(self.keys.text(number, text))
            if end == "Identifier" and "type" in value:
                of = value.get("value", "")
                tokens.update(self.keys.of_type(number, *it, of) for it in types_of(value))

    def _add_references(self, rows: Rows, number: int, end: str, found: list[Json]) -> None:
        for value in found:
            targets = [self.keys.target(text) for text in reference_of(value, end, self.base)]
            rows.references.update((number, target) for target in targets)
            if not targets:  # something contained, or known by an identifier alone
                rows.tokens.add(self.keys.present(number))
            if end == "Reference" and "identifier" in value:
                for system, code in codings_of(value["identifier"], "Identifier"):
                    rows.tokens.update(self.keys.codings(number, system, code, IDENTIFIER))

    def _add_presence(self, rows: Rows, number: int, end: str, found: list[Json]) -> None:
        rows.tokens.add(self.keys.present(number))

    def _add_dates(self, rows: Rows, number: int, end: str, found: list[Json]) -> None:
        for lo, hi in spans_of(found, end):
            rows.dates.add((number, lo, hi))

    def _add_strings(self, rows: Rows, number: int, end: str, found: list[Json]) -> None:
        for value in found:
            for words, text in strings_of(value, end):
                rows.strings.add((number, words))
                rows.tokens.add(self.keys.exact(number, text))
                rows.words.update(words_of(text))
                rows.tokens.update(self.keys.words(number, words_of(text)))

    def _add_numbers(self, rows: Rows, number: int, end: str, found: list[Json]) -> None:
        for value in found:
            for amount, units in numbers_of(value, end):
                rows.numbers.add((number, amount))
                for unit in units:
                    rows.quantities.add((self.keys.unit(number, unit), amount))

    def _add_uris(self, rows: Rows, number: int, end: str, found: list[Json]) -> None:
        for value in found:
            for uri in uris_of(value, end):
                rows.tokens.add(self.keys.uri(number, uri))
                rows.tokens.update(self.keys.below(number, root) for root in roots_of(uri))
        rows.tokens.add(self.keys.present(number))

    def _add_url(self, rows: Rows, number: int, end: str, found: list[Json]) -> None:
        """A canonical address, under the key of those that refer to it."""
        for url in found:
            rows.tokens.add(self.keys.target(url))

    def _add_place(self, rows: Rows, number: int, end: str, found: list[Json]) -> None:
        for position in found:
            point = point_of(float(position["latitude"]), float(position["longitude"]))
            rows.numbers.update(zip(axes(), point, strict=True))

    def _add_words(self, rows: Rows, type: str, resource: dict[str, Any]) -> None:
        narrative = resource.get("text")
        if isinstance(narrative, dict) and "div" in narrative:
            words = narrative_words(narrative["div"])  # pyright: ignore[reportUnknownArgumentType]
            rows.words.update(words)
            rows.tokens.update(self.keys.words(number_of(type, "_text"), words))
        number = number_of(type, "_content")
        for text in prose_of(resource):
            if not rows.words.issuperset(words_of(text)):
                rows.tokens.update(self.keys.text(number, text))


Adder = Callable[[Rows, int, str, list[Json]], None]
Step = tuple[str, int, Walk, str]  # kind, number, way, type at its end


@cache
def axes() -> tuple[int, int, int]:
    """The numbers under which a Location's place is kept."""
    x, y, z = (number_of("Location", axis) for axis in AXES)
    return x, y, z


@dataclass(frozen=True)
class _Plan:
    """What to look for in one type, by the element where the way begins."""

    by_element: dict[str, list[Step]]
    always: list[Step]
    composites: dict[str, list[Composite]]


@cache
def _plan(type: str) -> _Plan:
    plan = _Plan({}, [], {})
    for parameter in parameters_of(type).values():
        if parameter.code in OWN:
            continue
        for kind, way in _ways(parameter):
            step = (kind, parameter.number, compile_way(way), way[1])
            if way[1] == "@exists":
                plan.always.append(step)
            else:
                plan.by_element.setdefault(way[0][0].removesuffix("[0]"), []).append(step)
        for name, composite in composites_of(parameter):
            plan.composites.setdefault(name, []).append(composite)
    return plan


def _ways(parameter: Parameter) -> list[tuple[str, tables.Way]]:
    """What is looked for on behalf of one parameter."""
    ways = [(parameter.kind, way) for way in parameter.ways]
    if parameter.code == "url":
        ways += [("url", way) for way in parameter.ways]
    if parameter.only:  # that there is one of this type, since its rows are another's
        for other in own_rows(parameter):
            ways += [("only", (way[0], way[1], parameter.only)) for way in other.ways]
    return ways

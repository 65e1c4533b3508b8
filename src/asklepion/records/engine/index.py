"""What a resource can be found by: rows for the index tables."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from asklepion.kit.errors import Incorrect

from . import tables
from .keys import IDENTIFIER, TokenKeys
from .parameters import Parameter, parameters_of
from .values import Json, codings_of, numbers_of, reference_of, spans_of, strings_of, uris_of
from .walk import Walk, compile_way

OWN = ("_id", "_lastUpdated")  # found by the resource's own row


@dataclass(frozen=True, slots=True)
class Index:
    """The rows of one resource, without its `rid`; no row twice."""

    tokens: list[int]  # k
    strings: list[tuple[int, str]]  # param, value
    dates: list[tuple[int, int, int]]  # param, lo, hi in microseconds since 1970, hi inclusive
    numbers: list[tuple[int, float]]  # param, value
    references: list[tuple[int, int]]  # param, target
    quantities: list[tuple[int, float]]  # k, value


class _Rows:
    """Rows while they are gathered."""

    __slots__ = ("dates", "numbers", "quantities", "references", "strings", "tokens")

    def __init__(self) -> None:
        self.tokens: set[int] = set()
        self.strings: set[tuple[int, str]] = set()
        self.dates: set[tuple[int, int, int]] = set()
        self.numbers: set[tuple[int, float]] = set()
        self.references: set[tuple[int, int]] = set()
        self.quantities: set[tuple[int, float]] = set()


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
        rows = _Rows()
        plan = _plan(type)
        for name in resource:
            for kind, number, walk, end in plan.by_element.get(name, ()):
                found = walk(resource)
                if found:
                    self._adders[kind](rows, number, end, found)
            for composite, root in plan.composites.get(name, ()):
                for node in root(resource):
                    self._add_composite(rows, composite, node)
        for kind, number, walk, end in plan.always:
            self._adders[kind](rows, number, end, walk(resource))
        return Index(
            list(rows.tokens),
            list(rows.strings),
            list(rows.dates),
            list(rows.numbers),
            list(rows.references),
            list(rows.quantities),
        )

    def key_of(self, type: str, id: str) -> int:
        """What `records_res.key` and `records_ref.target` hold for one resource."""
        return self.keys.target(f"{type}/{id}")

    def _add_tokens(self, rows: _Rows, number: int, end: str, found: list[Json]) -> None:
        codings, tokens = self.keys.codings, rows.tokens
        for value in found:
            for system, code in codings_of(value, end):
                tokens.update(codings(number, system, code))

    def _add_references(self, rows: _Rows, number: int, end: str, found: list[Json]) -> None:
        for value in found:
            for text in reference_of(value, end, self.base):
                rows.references.add((number, self.keys.target(text)))
            if end == "Reference" and "identifier" in value:
                for system, code in codings_of(value["identifier"], "Identifier"):
                    rows.tokens.update(self.keys.codings(number, system, code, IDENTIFIER))

    def _add_dates(self, rows: _Rows, number: int, end: str, found: list[Json]) -> None:
        for lo, hi in spans_of(found, end):
            rows.dates.add((number, lo, hi))

    def _add_strings(self, rows: _Rows, number: int, end: str, found: list[Json]) -> None:
        for value in found:
            for words, text in strings_of(value, end):
                rows.strings.add((number, words))
                rows.tokens.add(self.keys.exact(number, text))

    def _add_numbers(self, rows: _Rows, number: int, end: str, found: list[Json]) -> None:
        for value in found:
            for amount, units in numbers_of(value, end):
                rows.numbers.add((number, amount))
                for unit in units:
                    rows.quantities.add((self.keys.unit(number, unit), amount))

    def _add_uris(self, rows: _Rows, number: int, end: str, found: list[Json]) -> None:
        for value in found:
            rows.tokens.update(self.keys.uri(number, uri) for uri in uris_of(value, end))
        rows.tokens.add(self.keys.present(number))

    def _add_composite(self, rows: _Rows, it: "_Composite", node: dict[str, Any]) -> None:
        # The second component first: it is the one that most resources do not have.
        second = [(value, end) for walk, end in it.second for value in walk(node)]
        if not second:
            return
        number = it.number
        values = [(value, end) for walk, end in it.first for value in walk(node)]
        first = {code for value, end in values for _, code in codings_of(value, end) if code}
        for value, end in second:
            if it.is_quantity:
                for amount, units in numbers_of(value, end):
                    keys = [self.keys.pair(number, a, b) for a in first for b in ("", *units)]
                    rows.quantities.update((key, amount) for key in keys)
            else:
                if end == "Reference":
                    others = list(reference_of(value, end, self.base))
                else:
                    others = [code.lower() for _, code in codings_of(value, end) if code]
                rows.tokens.update(self.keys.pair(number, a, b) for a in first for b in others)


Adder = Callable[[_Rows, int, str, list[Json]], None]
Step = tuple[str, int, Walk, str]  # kind, number, way, type at its end


@dataclass(frozen=True)
class _Composite:
    """A composite parameter of two components, of which the first is a token."""

    number: int
    first: tuple[tuple[Walk, str], ...]
    second: tuple[tuple[Walk, str], ...]
    is_quantity: bool


@dataclass(frozen=True)
class _Plan:
    """What to look for in one type, by the element where the way begins."""

    by_element: dict[str, list[Step]]
    always: list[Step]
    composites: dict[str, list[tuple[_Composite, Walk]]]


@cache
def _plan(type: str) -> _Plan:
    plan = _Plan({}, [], {})
    for parameter in parameters_of(type).values():
        if parameter.code in OWN:
            continue
        for way in parameter.ways:
            step = (parameter.kind, parameter.number, compile_way(way), way[1])
            if way[1] == "@exists":
                plan.always.append(step)
            else:
                plan.by_element.setdefault(way[0][0].removesuffix("[0]"), []).append(step)
        if is_indexed_composite(parameter):
            _add_to(plan, parameter)
    return plan


def is_indexed_composite(parameter: Parameter) -> bool:
    """True for composites of a token with a token, reference or quantity; others have no rows."""
    kinds = [part.kind for part in parameter.parts]
    return kinds in (["token", "token"], ["token", "reference"], ["token", "quantity"])


def _add_to(plan: _Plan, parameter: Parameter) -> None:
    first, second = (
        tuple((compile_way(way), way[1]) for way in part.ways) for part in parameter.parts
    )
    is_quantity = parameter.parts[1].kind == "quantity"
    composite = _Composite(parameter.number, first, second, is_quantity)
    for root in parameter.roots:
        walk = compile_way((root, "", None)) if root else _itself
        names = {root[0]} if root else {way[0][0] for way in parameter.parts[1].ways}
        for name in names:
            plan.composites.setdefault(name, []).append((composite, walk))


def _itself(resource: dict[str, Any]) -> list[Json]:
    return [resource]

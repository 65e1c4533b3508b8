"""Composite parameters as clauses: values that must stand together in one element."""

import math

from asklepion.kit.errors import Unsupported

from ..wire import AllOf, Clause, Match, Table
from .asked import Asked, Bound, date_bounds, number_bounds, quantity_parts, split, unescape
from .composites import forms
from .kept import Kept, any_of
from .keys import TokenKeys
from .kinds import Kinds
from .parameters import Parameter, own_rows, parameters_of


class Pairs:
    """Writes clauses for composites."""

    def __init__(self, kept: Kept, keys: TokenKeys, kinds: Kinds) -> None:
        self._kept = kept
        self._keys = keys
        self._kinds = kinds

    def clause(self, parameter: Parameter, asked: Asked) -> Clause:
        """Values with $ between them. https://hl7.org/fhir/R4/search.html#combining"""
        if asked.modifier:
            raise asked.refuse_modifier()
        return any_of(
            self._one(it, asked, text)
            for it in own_rows(parameter)
            for text in asked.alternatives()
        )

    def _one(self, it: Parameter, asked: Asked, text: str) -> Clause:
        values = split(text, "$")
        if len(values) != len(it.parts) or not all(values):
            raise asked.wrong(f"Write {len(it.parts)} values with $ between them.")
        first = component_of(it, 0)
        system, code, has_bar = self._kinds.coding(first, asked, values[0])
        if not code:
            raise asked.wrong("Write a code before the $.")
        kind = it.parts[1].kind
        if len(values) == 3 or kind in ("string", "date"):
            param = self._keys.beside(it.number, forms(system, code)[1] if has_bar else code)
            if len(values) == 3:
                return self._range(param, asked, values[1], values[2])
            return self._beside(param, kind, asked, values[1])
        clauses = self._pair(it, kind, asked, code, values[1])
        if has_bar:  # pairs are kept without systems, so the system is asked for beside
            clauses.append(self._kinds.token(first, Asked(asked.name, "", values[0])))
        return clauses[0] if len(clauses) == 1 else AllOf(tuple(clauses))

    def _pair(self, it: Parameter, kind: str, asked: Asked, code: str, text: str) -> list[Clause]:
        if kind == "quantity":
            amount, unit = quantity_parts(asked, text)
            key = self._keys.pair(it.number, code, unit or "")
            bounds = number_bounds(asked, amount)
            return [self._kept.rows(Table.TOKEN_NUMBER, "k", [key], bounds)]
        second = component_of(it, 1)
        others = self._seconds(second, asked, text)
        keys = [self._keys.pair(it.number, code, other) for other in others]
        clauses: list[Clause] = [Match(Table.TOKEN, (self._kept.test("k", keys),))]
        if kind == "token" and "|" in text:
            clauses.append(self._kinds.token(second, Asked(asked.name, "", text)))
        return clauses

    def _seconds(self, second: Parameter, asked: Asked, text: str) -> list[str]:
        if second.kind == "reference":
            return self._kinds.targets(second, asked, unescape(text))
        _, code, _ = self._kinds.coding(second, asked, text)
        if not code:
            raise asked.wrong("Write a code after the $.")
        return [code.lower()]

    def _beside(self, param: int, kind: str, asked: Asked, text: str) -> Clause:
        if kind == "date":
            bounds = date_bounds(asked, text, self._kinds.now_us)
            return self._kept.rows(Table.DATE, "param", [param], bounds)
        words = self._kinds.normal(asked, unescape(text))
        own = self._kept.test("param", [param])
        return Match(Table.STRING, (own, *self._kept.prefix("value", words)))

    def _range(self, param: int, asked: Asked, low: str, high: str) -> Clause:
        """First and last place, each with a prefix of its own."""
        own = self._kept.test("param", [param])
        return any_of(
            Match(Table.DATE, (own, *map(self._kept.bound, (*first, *last))))
            for first in _whole(number_bounds(asked, low), "lo")
            for last in _whole(number_bounds(asked, high), "hi")
        )


def _whole(either: list[list[Bound]], column: str) -> list[list[Bound]]:
    """Bounds of a column that holds whole numbers."""
    found: list[list[Bound]] = []
    for way in either:
        bounds: list[Bound] = []
        for _, op, value in way:
            whole = math.floor(value) if op in ("<=", ">") else math.ceil(value)
            bounds.append((column, op, max(-(2**62), min(2**62, whole))))
        found.append(bounds)
    return found


def component_of(parameter: Parameter, number: int) -> Parameter:
    """The parameter of its own that finds a component of a composite one."""
    part = parameter.parts[number]
    roots = [()] if part.is_outside else parameter.roots
    ways = {(*root, *keys) for root in roots for keys, _, _ in part.ways}
    for other in parameters_of(parameter.type).values():
        if other.kind == part.kind and {keys for keys, _, _ in other.ways} & ways:
            return other
    raise Unsupported(
        f"{parameter.code} is not searched by here.", hint="Use its components one by one."
    )

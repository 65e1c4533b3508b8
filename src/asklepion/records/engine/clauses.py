"""One search parameter as a clause of the plan."""

from collections.abc import Callable
from datetime import datetime

from asklepion.kit.clock import to_us
from asklepion.kit.errors import Unsupported

from ..wire import AllOf, AnyOf, Chain, Clause, Has, Match, Not, Op, Table, Test
from .asked import (
    Asked,
    NotUnderstood,
    date_bounds,
    number_bounds,
    one_of,
    quantity_parts,
    shown,
    split,
    unescape,
)
from .index import Indexer, is_indexed_composite
from .kept import Kept, any_of
from .keys import IDENTIFIER
from .parameters import (
    Parameter,
    component_of,
    find_parameter,
    is_type,
    own_rows,
    parameter_names,
)
from .words import normalise

STEPS_MOST = 4  # of a chain
WITHOUT_SYSTEM = frozenset({"code", "boolean", "id", "string", "uri"})  # types at a way's end

# Where a parameter of a kind leaves a row, whatever its value.
ROWS = {
    "reference": Table.REFERENCE,
    "date": Table.DATE,
    "string": Table.STRING,
    "number": Table.NUMBER,
    "quantity": Table.NUMBER,
}


class Clauses:
    """Writes clauses; their values are kept aside, named in the order they came."""

    def __init__(self, indexer: Indexer, now: datetime) -> None:
        self.kept = Kept()
        self._keys = indexer.keys
        self._key_of = indexer.key_of
        self._base = indexer.base
        self._now_us = to_us(now)
        self._kinds: dict[str, Callable[[Parameter, Asked], Clause]] = {
            "token": self._token,
            "reference": self._reference,
            "date": self._date,
            "string": self._string,
            "number": self._number,
            "quantity": self._quantity,
            "uri": self._uri,
            "composite": self._composite,
        }

    # ------------------------------------------------------------ by name

    def clause(self, type: str, name: str, value: str, *, steps: int = STEPS_MOST) -> Clause:
        """One parameter with all that may hang on its name: modifier, chain, _has."""
        if steps == 0:
            raise NotUnderstood(f"{shown(name)} goes too far.", hint="Use fewer steps.")
        if name.startswith("_has:"):
            return self._has(type, name, value, steps)
        head, dot, rest = name.partition(".")
        code, _, modifier = head.partition(":")
        parameter = find_parameter(type, code)
        if dot:
            return self._chain(parameter, modifier, rest, value, steps)
        asked = Asked(name, modifier, value)
        if modifier == "missing":
            return self._missing(parameter, asked)
        if code == "_id":
            return self._id(type, asked)
        if code == "_lastUpdated":
            return self._last_updated(asked)
        return self._kinds[parameter.kind](parameter, asked)

    def _chain(self, parameter: Parameter, type: str, rest: str, value: str, steps: int) -> Clause:
        """The other resource may be of several types: each that has the parameter is looked at."""
        if parameter.kind != "reference":
            raise NotUnderstood(
                f"{shown(parameter.code)} is no reference.", hint="Chain only references."
            )
        types = [type] if type else parameter.targets
        wanted = rest.partition(".")[0].partition(":")[0]
        types = [it for it in types if wanted in ("_has", *parameter_names(it))]
        if not types:
            raise NotUnderstood(
                f"{shown(parameter.code)}.{shown(rest)} is not understood.",
                hint="Name the type of the other resource: subject:Patient.name.",
            )
        names = tuple(self.kept.hold(it.number) for it in own_rows(parameter))
        return any_of(
            Chain(names, self._of_type(it, self.clause(it, rest, value, steps=steps - 1)))
            for it in types
        )

    def _has(self, type: str, name: str, value: str, steps: int) -> Clause:
        parts = name.split(":", 3)
        if len(parts) < 4 or not is_type(parts[1]):
            raise NotUnderstood(
                f"{shown(name)} is not understood.", hint="Write _has:Observation:patient:code."
            )
        _, other, code, rest = parts
        parameter = find_parameter(other, code)
        targets = parameter.targets or (type,)
        if parameter.kind != "reference" or type not in targets:
            raise NotUnderstood(f"{shown(name)} cannot refer to {type}.", hint="Check the name.")
        inner = self._of_type(other, self.clause(other, rest, value, steps=steps - 1))
        return any_of(Has(self.kept.hold(it.number), inner) for it in own_rows(parameter))

    def _of_type(self, type: str, inner: Clause) -> Clause:
        own = Match(Table.RESOURCE, (Test("type", Op.EQ, (self.kept.hold(type),)),))
        return AllOf((inner, own))

    # ------------------------------------------------------------ by kind

    def _token(self, parameter: Parameter, asked: Asked) -> Clause:
        if asked.modifier not in ("", "not"):
            raise asked.refuse_modifier()
        keys = [
            self._token_key(it, asked, text)
            for it in own_rows(parameter)
            for text in asked.alternatives()
        ]
        match = Match(Table.TOKEN, (self.kept.test("k", keys),))
        return Not(match) if asked.modifier else match

    def _token_key(self, parameter: Parameter, asked: Asked, text: str, mark: str = "") -> int:
        number = parameter.number
        system, code, has_bar = self._coding(parameter, asked, text)
        if not has_bar:
            return self._keys.code(number, code, mark)
        if code:
            return self._keys.coding(number, system, code, mark)
        return self._keys.system(number, system, mark)

    @staticmethod
    def _coding(parameter: Parameter, asked: Asked, text: str) -> tuple[str, str, bool]:
        parts = [unescape(part) for part in split(text, "|")]
        if len(parts) > 2 or not any(parts):
            raise asked.wrong("Write a code, system|code, |code or system|.")
        ends = {end for _, end, _ in parameter.ways}
        if len(parts) == 2 and parts[1] and parameter.kind == "token" and ends <= WITHOUT_SYSTEM:
            return "", parts[1], False  # its system is known from the element alone
        return (parts[0], parts[1], True) if len(parts) == 2 else ("", parts[0], False)

    def _uri(self, parameter: Parameter, asked: Asked) -> Clause:
        if asked.modifier:
            raise asked.refuse_modifier()
        texts = [unescape(text) for text in asked.alternatives()]
        keys = [self._keys.uri(it.number, text) for it in own_rows(parameter) for text in texts]
        return Match(Table.TOKEN, (self.kept.test("k", keys),))

    def _reference(self, parameter: Parameter, asked: Asked) -> Clause:
        rows = own_rows(parameter)
        if asked.modifier == "identifier":
            keys = [
                self._token_key(it, asked, text, IDENTIFIER)
                for it in rows
                for text in asked.alternatives()
            ]
            return Match(Table.TOKEN, (self.kept.test("k", keys),))
        if asked.modifier and not is_type(asked.modifier):
            raise asked.refuse_modifier()
        targets = [
            self._keys.target(target)
            for text in asked.alternatives()
            for target in self._targets(parameter, asked, unescape(text))
        ]
        if not targets:
            return AnyOf(())
        param = self.kept.test("param", [it.number for it in rows])
        return Match(Table.REFERENCE, (param, self.kept.test("target", targets)))

    def _targets(self, parameter: Parameter, asked: Asked, text: str) -> list[str]:
        """What a reference may be written as in the index; an id alone may be of several types."""
        text = text.removeprefix(self._base).partition("/_history/")[0]
        if "/" not in text and ":" not in text:
            types = [asked.modifier] if asked.modifier else list(parameter.targets)
            if not types:
                raise asked.wrong("Write the type as well: Patient/1.")
            return [f"{type}/{text}" for type in types]
        type, _, rest = text.partition("/")
        is_here = is_type(type) and "/" not in rest
        wanted = asked.modifier or parameter.only
        return [] if is_here and wanted and type != wanted else [text]

    def _date(self, parameter: Parameter, asked: Asked) -> Clause:
        if asked.modifier:
            raise asked.refuse_modifier()
        each = [date_bounds(asked, text, self._now_us) for text in asked.alternatives()]
        numbers = [it.number for it in own_rows(parameter)]
        return self.kept.rows(Table.DATE, "param", numbers, [way for it in each for way in it])

    def _string(self, parameter: Parameter, asked: Asked) -> Clause:
        numbers = [it.number for it in own_rows(parameter)]
        texts = [unescape(text) for text in asked.alternatives()]
        if asked.modifier == "exact":
            keys = [self._keys.exact(number, text) for number in numbers for text in texts]
            return Match(Table.TOKEN, (self.kept.test("k", keys),))
        words = [normalise(text) for text in texts]
        if not all(words):
            raise asked.wrong("Give at least one letter or digit.")
        if asked.modifier == "contains":
            tests = [self.kept.contains("value", word) for word in words]
        elif asked.modifier == "":
            tests = [self.kept.prefix("value", word) for word in words]
        else:
            raise asked.refuse_modifier()
        param = self.kept.test("param", numbers)
        return any_of(Match(Table.STRING, (param, *them)) for them in tests)

    def _number(self, parameter: Parameter, asked: Asked) -> Clause:
        if asked.modifier:
            raise asked.refuse_modifier()
        each = [number_bounds(asked, unescape(text)) for text in asked.alternatives()]
        numbers = [it.number for it in own_rows(parameter)]
        return self.kept.rows(
            Table.NUMBER, "param", numbers, [way for ways in each for way in ways]
        )

    def _quantity(self, parameter: Parameter, asked: Asked) -> Clause:
        if asked.modifier:
            raise asked.refuse_modifier()
        numbers = [it.number for it in own_rows(parameter)]
        clauses: list[Clause] = []
        for text in asked.alternatives():
            number, unit = quantity_parts(asked, text)
            bounds = number_bounds(asked, number)
            if unit is None:
                clauses.append(self.kept.rows(Table.NUMBER, "param", numbers, bounds))
            else:
                keys = [self._keys.unit(it, unit) for it in numbers]
                clauses.append(self.kept.rows(Table.TOKEN_NUMBER, "k", keys, bounds))
        return any_of(clauses)

    def _composite(self, parameter: Parameter, asked: Asked) -> Clause:
        if asked.modifier:
            raise asked.refuse_modifier()
        if not is_indexed_composite(parameter):
            raise Unsupported(
                f"{asked.name} is not searched by here.", hint="Use its components one by one."
            )
        return any_of(
            self._pair(it, asked, text)
            for it in own_rows(parameter)
            for text in asked.alternatives()
        )

    def _pair(self, parameter: Parameter, asked: Asked, text: str) -> Clause:
        parts = split(text, "$")
        if len(parts) != 2 or not all(parts):
            raise asked.wrong("Write two values with $ between them.")
        first = component_of(parameter, 0)
        _, code, _ = self._coding(first, asked, parts[0])
        if not code:
            raise asked.wrong("Write a code before the $.")
        kind, number = parameter.parts[1].kind, parameter.number
        clauses: list[Clause] = []
        if kind == "quantity":
            amount, unit = quantity_parts(asked, parts[1])
            key = self._keys.pair(number, code, unit or "")
            bounds = number_bounds(asked, amount)
            clauses.append(self.kept.rows(Table.TOKEN_NUMBER, "k", [key], bounds))
        else:
            second = component_of(parameter, 1)
            others = self._seconds(second, asked, parts[1])
            keys = [self._keys.pair(number, code, other) for other in others]
            clauses.append(Match(Table.TOKEN, (self.kept.test("k", keys),)))
            if kind == "token" and "|" in parts[1]:
                clauses.append(self._token(second, Asked(asked.name, "", parts[1])))
        if "|" in parts[0]:  # pairs are kept without systems, so the system is asked for beside
            clauses.append(self._token(first, Asked(asked.name, "", parts[0])))
        return clauses[0] if len(clauses) == 1 else AllOf(tuple(clauses))

    def _seconds(self, second: Parameter, asked: Asked, text: str) -> list[str]:
        if second.kind == "reference":
            return self._targets(second, asked, unescape(text))
        _, code, _ = self._coding(second, asked, text)
        if not code:
            raise asked.wrong("Write a code after the $.")
        return [code.lower()]

    # ------------------------------------------------------------ of every resource

    def _id(self, type: str, asked: Asked) -> Clause:
        if asked.modifier:
            raise asked.refuse_modifier()
        keys = [self._key_of(type, unescape(text)) for text in asked.alternatives()]
        return Match(Table.RESOURCE, (self.kept.test("key", keys),))

    def _last_updated(self, asked: Asked) -> Clause:
        if asked.modifier:
            raise asked.refuse_modifier()
        each = [date_bounds(asked, text, self._now_us) for text in asked.alternatives()]
        return any_of(
            Match(
                Table.RESOURCE,
                tuple(self.kept.bound(("updated_at", op, value)) for _, op, value in way),
            )
            for ways in each
            for way in ways
        )

    def _missing(self, parameter: Parameter, asked: Asked) -> Clause:
        is_missing = one_of(asked, ("true", "false")) == "true"
        if parameter.kind == "composite" or parameter.only or parameter.code.startswith("_"):
            raise asked.refuse_modifier()
        rows = own_rows(parameter)
        table = ROWS.get(parameter.kind)
        if table is None:
            keys = [self._keys.present(it.number) for it in rows]
            match = Match(Table.TOKEN, (self.kept.test("k", keys),))
        else:
            match = Match(table, (self.kept.test("param", [it.number for it in rows]),))
        return Not(match) if is_missing else match

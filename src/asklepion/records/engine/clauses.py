"""One search parameter as a clause of the plan, with all that may hang on its name."""

import math
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation

from asklepion.kit.clock import to_us
from asklepion.kit.errors import Unsupported

from ..wire import AllOf, AnyOf, Chain, Clause, Has, Match, Near, Not, Op, Table, Test
from .asked import Asked, NotUnderstood, date_bounds, one_of, shown, split, unescape
from .index import Indexer, axes
from .kept import Kept, any_of
from .kinds import Kinds
from .pairs import Pairs
from .parameters import (
    Parameter,
    common_parameter,
    find_parameter,
    is_type,
    number_of,
    own_rows,
    parameter_names,
    written_in,
)
from .values import point_of
from .valuesets import ValueSets
from .words import words_of

STEPS_MOST = 4  # of a chain
KEYS_MOST = 4096  # ids times types that are looked up one by one
EARTH_KM = 6371.0088  # mean radius
NEAR_KM = 50.0  # how far is near, when nobody says
UNITS_KM = {"km": 1.0, "m": 0.001, "[mi_us]": 1.609347, "[mi_i]": 1.609344, "mi": 1.609344}

# Where a parameter of a kind leaves a row, whatever its value.
ROWS = {
    "date": Table.DATE,
    "string": Table.STRING,
    "number": Table.NUMBER,
    "quantity": Table.NUMBER,
}
# Of every type, beside those of the definitions: name and kind.
EVERYWHERE = (("_content", "string"), ("_list", "reference"), ("_text", "string"))

Types = Sequence[str]


class Clauses:
    """Writes clauses; their values are kept aside, named in the order they came."""

    def __init__(self, indexer: Indexer, now: datetime, value_sets: ValueSets) -> None:
        self.kept = Kept()
        self._keys = indexer.keys
        self._key_of = indexer.key_of
        self._now_us = to_us(now)
        kinds = Kinds(self.kept, indexer, self._now_us, value_sets)
        self._kinds: dict[str, Callable[[Parameter, Asked], Clause]] = {
            "token": kinds.token,
            "reference": kinds.reference,
            "date": kinds.date,
            "string": kinds.string,
            "number": kinds.number,
            "quantity": kinds.quantity,
            "uri": kinds.uri,
            "composite": Pairs(self.kept, self._keys, kinds).clause,
            "special": self._near,
        }

    def clause(self, types: Types, name: str, value: str, *, steps: int = STEPS_MOST) -> Clause:
        """One parameter with all that may hang on its name: modifier, chain, _has."""
        if steps == 0:
            raise NotUnderstood(f"{shown(name)} goes too far.", hint="Use fewer steps.")
        if name.startswith("_has:"):
            return self._has(types, name, value, steps)
        head, dot, rest = name.partition(".")
        code, _, modifier = head.partition(":")
        asked = Asked(name, modifier, value)
        if code in ("_text", "_content", "_list"):
            return self._everywhere(types, code, asked)
        parameter = common_parameter(types, code)
        if dot:
            return self._chain(parameter, modifier, rest, value, steps)
        if modifier == "missing":
            return self._missing(parameter, asked)
        if code == "_id":
            return self._id(types, asked)
        if code == "_lastUpdated":
            return self._last_updated(asked)
        return self._kinds[parameter.kind](parameter, asked)

    def of_types(self, types: Types) -> Clause:
        """The resource is of one of these types."""
        return Match(Table.RESOURCE, (self.kept.test("type", list(types)),))

    def in_compartment(self, numbers: Sequence[int], of: str, id: str) -> Clause:
        """The resource refers by one of these parameters to whose compartment it is."""
        params = self.kept.test("param", list(numbers))
        return Match(Table.REFERENCE, (params, self.kept.test("target", [self._key_of(of, id)])))

    def itself(self, type: str, id: str) -> Clause:
        """The resource is this one."""
        return Match(Table.RESOURCE, (self.kept.test("key", [self._key_of(type, id)]),))

    def during(self, numbers: Sequence[int], start: int, end: int) -> Clause:
        """One of these dates lies at least partly between two moments, or there is none."""
        params = self.kept.test("param", list(numbers))
        first, last = self.kept.bound(("lo", "<=", end)), self.kept.bound(("hi", ">=", start))
        dated = Match(Table.DATE, (params,))
        return AnyOf((Not(dated), Match(Table.DATE, (params, first, last))))

    @staticmethod
    def any(clauses: Sequence[Clause]) -> Clause:
        """At least one of these."""
        return any_of(clauses)

    # ------------------------------------------------------------ through other resources

    def _chain(self, parameter: Parameter, type: str, rest: str, value: str, steps: int) -> Clause:
        """The other resource may be of several types: each that has the parameter is looked at."""
        if parameter.kind != "reference":
            raise NotUnderstood(
                f"{shown(parameter.code)} is no reference.", hint="Chain only references."
            )
        types = [type] if type else parameter.targets
        wanted = rest.partition(".")[0].partition(":")[0]
        anywhere = {"_has", *(name for name, _ in EVERYWHERE)}
        types = [it for it in types if wanted in (*anywhere, *parameter_names(it))]
        if not types:
            raise NotUnderstood(
                f"{shown(parameter.code)}.{shown(rest)} is not understood.",
                hint="Name the type of the other resource: subject:Patient.name.",
            )
        rows = own_rows(parameter)
        names = tuple(self.kept.hold(it.number) for it in rows)
        by_url = all(it.is_canonical for it in rows)
        each = [(it, self.clause((it,), rest, value, steps=steps - 1)) for it in types]
        return any_of(Chain(names, self._of_type(*one), by_url) for one in each)

    def _has(self, types: Types, name: str, value: str, steps: int) -> Clause:
        parts = name.split(":", 3)
        if len(parts) < 4 or not is_type(parts[1]):
            raise NotUnderstood(
                f"{shown(name)} is not understood.", hint="Write _has:Observation:patient:code."
            )
        _, other, code, rest = parts
        parameter = find_parameter(other, code)
        targets = parameter.targets or types
        if parameter.kind != "reference" or not set(targets) & set(types):
            raise NotUnderstood(f"{shown(name)} cannot refer to these.", hint="Check the name.")
        if parameter.is_canonical:
            raise Unsupported(f"{shown(name)} goes by addresses.", hint="Ask by a chain.")
        inner = self._of_type(other, self.clause((other,), rest, value, steps=steps - 1))
        return any_of(Has(self.kept.hold(it.number), inner) for it in own_rows(parameter))

    def _of_type(self, type: str, inner: Clause) -> Clause:
        own = Match(Table.RESOURCE, (Test("type", Op.EQ, (self.kept.hold(type),)),))
        return AllOf((inner, own))

    # ------------------------------------------------------------ of every resource

    def _everywhere(self, types: Types, code: str, asked: Asked) -> Clause:
        if asked.name != code:
            raise asked.refuse_modifier()
        if code == "_list":
            return self._list(asked)
        if code == "_text":
            numbers = [number_of(type, code) for type in types]
        else:
            numbers = [number for type in types for number in written_in(type)]
        if len(numbers) > KEYS_MOST:
            raise NotUnderstood(f"{code} is not for all types at once.", hint="Name some by _type.")
        return any_of(
            AllOf(tuple(self._word(numbers, word) for word in self._words(asked, text)))
            for text in asked.alternatives()
        )

    def _word(self, numbers: Sequence[int], word: str) -> Clause:
        keys = [key for number in numbers for key in self._keys.words(number, (word,))]
        return Match(Table.TOKEN, (self.kept.test("k", keys),))

    @staticmethod
    def _words(asked: Asked, text: str) -> tuple[str, ...]:
        return asked.words(words_of(unescape(text)))

    def _list(self, asked: Asked) -> Clause:
        """What stands in a List. https://hl7.org/fhir/R4/search.html#list"""
        ids = [unescape(text).removeprefix("List/") for text in asked.alternatives()]
        if any(id.startswith("$") for id in ids):
            raise Unsupported("_list knows no functional lists.", hint="Name a List by its id.")
        keys = [self._key_of("List", id) for id in ids]
        inner = Match(Table.RESOURCE, (self.kept.test("key", keys),))
        return Has(self.kept.hold(number_of("List", "item")), inner)

    def _id(self, types: Types, asked: Asked) -> Clause:
        if asked.modifier:
            raise asked.refuse_modifier()
        ids = [unescape(text) for text in asked.alternatives()]
        if len(ids) * len(types) > KEYS_MOST:
            return Match(Table.RESOURCE, (self.kept.test("id", ids),))
        keys = [self._key_of(type, id) for type in types for id in ids]
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
        if parameter.kind == "composite":
            raise asked.refuse_modifier()
        if parameter.code in ("_id", "_lastUpdated"):
            return AnyOf(()) if is_missing else AllOf(())
        each = parameter.of_types or (parameter,)
        match = any_of(clause for it in each for clause in self._present(it))
        return Not(match) if is_missing else match

    def _present(self, parameter: Parameter) -> list[Clause]:
        """The resource has something that this parameter finds."""
        rows = own_rows(parameter)
        numbers = [it.number for it in rows]
        if parameter.only:
            keys = [self._keys.present(parameter.number)]
            return [Match(Table.TOKEN, (self.kept.test("k", keys),))]
        if parameter.kind == "special":
            return [Match(Table.NUMBER, (self.kept.test("param", [axes()[0]]),))]
        if parameter.kind == "reference":  # also one by an identifier alone
            keys = [self._keys.present(number) for number in numbers]
            by_identifier = Match(Table.TOKEN, (self.kept.test("k", keys),))
            return [
                Match(Table.REFERENCE, (self.kept.test("param", numbers),)),
                by_identifier,
            ]
        table = ROWS.get(parameter.kind)
        if table is None:
            keys = [self._keys.present(number) for number in numbers]
            return [Match(Table.TOKEN, (self.kept.test("k", keys),))]
        return [Match(table, (self.kept.test("param", numbers),))]

    # ------------------------------------------------------------ of places

    def _near(self, parameter: Parameter, asked: Asked) -> Clause:
        """Within a distance of a place. https://hl7.org/fhir/R4/location.html#positional"""
        if asked.modifier:
            raise asked.refuse_modifier()
        return any_of(self._near_one(asked, text) for text in asked.alternatives())

    def _near_one(self, asked: Asked, text: str) -> Clause:
        north, east, distance, unit = (*split(text, "|"), "", "", "", "")[:4]
        try:
            latitude, longitude = float(Decimal(north)), float(Decimal(east))
            far = float(Decimal(distance)) if distance else NEAR_KM
        except (InvalidOperation, ValueError):  # ValueError: a NaN that signals
            raise asked.wrong("Write latitude|longitude|distance|km.") from None
        if not (abs(latitude) <= 90 and abs(longitude) <= 180 and 0 <= far < 1e9):
            raise asked.wrong("Write latitude|longitude|distance|km.")
        if unit and unit not in UNITS_KM:
            raise asked.wrong(f"Give the distance in {', '.join(UNITS_KM)}.")
        angle = min(far * UNITS_KM[unit or "km"] / EARTH_KM, math.pi)
        line = 2 * math.sin(angle / 2) + 1e-12
        point = point_of(latitude, longitude)
        hold = self.kept.hold
        parts = tuple(
            (hold(number), hold(at), hold(at - line), hold(at + line))
            for number, at in zip(axes(), point, strict=True)
        )
        return Near(parts, hold(line * line))

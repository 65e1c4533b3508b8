"""Functions from one type to another. Source: https://hl7.org/fhirpath/N1/#conversion"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ..equality import quantity_of
from ..moments import Moment
from ..running import Items, Run, kept, single, text
from ..syntax import wrong
from ..units import CALENDAR, Quantity
from .registry import simple

TRUE = {"true", "t", "yes", "y", "1", "1.0"}
FALSE = {"false", "f", "no", "n", "0", "0.0"}
INTEGER = re.compile(r"[+-]?\d{1,10}", re.ASCII)
DECIMAL = re.compile(r"[+-]?\d{1,40}(?:\.\d{1,40})?", re.ASCII)
QUANTITY = re.compile(r"([+-]?\d{1,40}(?:\.\d{1,40})?)(?:\s*'([^']*)'|\s+([a-z]+))?", re.ASCII)


def _boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        word = value.lower()
        return True if word in TRUE else False if word in FALSE else None
    if isinstance(value, (int, Decimal)):
        return bool(value) if value in (0, 1) else None
    return None


def _integer(value: Any) -> int | None:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value
    if isinstance(value, str) and INTEGER.fullmatch(value):
        found = int(value)
        return found if -(2**31) <= found < 2**31 else None
    return None


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, (bool, int, Decimal)):
        return Decimal(value)
    if isinstance(value, str) and DECIMAL.fullmatch(value):
        return Decimal(value)
    return None


def _string(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, (str, int, Moment, Quantity)):
        return str(value)
    return None


def _moment(kind: str) -> Callable[[Any], Moment | None]:
    def convert(value: Any) -> Moment | None:
        if isinstance(value, str):
            return Moment.parse(value, kind)
        if not isinstance(value, Moment):
            return None
        if value.kind == kind:
            return value
        if kind == "date" and value.kind == "dateTime":
            return Moment("date", value.parts[:3])
        return Moment("dateTime", value.parts) if value.kind == "date" != kind != "time" else None

    return convert


def _quantity(value: Any) -> Quantity | None:
    if isinstance(value, bool):
        return Quantity(Decimal(value), "1")
    if isinstance(value, str):
        match = QUANTITY.fullmatch(value)
        if match is None or (match[3] and match[3] not in CALENDAR):
            return None
        return Quantity.named(Decimal(match[1]), match[2] or match[3] or "1")
    return quantity_of(value)


def _declare(name: str, convert: Callable[[Any], Any]) -> None:
    @simple("to" + name)
    def to(run: Run, at: int, items: Items) -> Items:  # pyright: ignore
        value = single(items, at)
        return [] if value is None else kept(convert(value))

    @simple("convertsTo" + name)
    def converts(run: Run, at: int, items: Items) -> Items:  # pyright: ignore
        value = single(items, at)
        return [] if value is None else [convert(value) is not None]


_declare("Boolean", _boolean)
_declare("Integer", _integer)
_declare("Decimal", _decimal)
_declare("String", _string)
_declare("Date", _moment("date"))
_declare("DateTime", _moment("dateTime"))
_declare("Time", _moment("time"))


@simple("toQuantity", 0, 1)
def _to_quantity(run: Run, at: int, items: Items, unit: Items | None = None) -> Items:
    found = _quantity_in(items, at, unit)
    return [] if found is None else [found]


@simple("convertsToQuantity", 0, 1)
def _converts_to_quantity(run: Run, at: int, items: Items, unit: Items | None = None) -> Items:
    return [_quantity_in(items, at, unit) is not None] if items else []


def _quantity_in(items: Items, at: int, unit: Items | None) -> Quantity | None:
    value = single(items, at)
    found = None if value is None else _quantity(value)
    wanted = None if unit is None else text(unit, at)
    if found is None or wanted is None:
        return found
    other = Quantity.named(Decimal(1), wanted)
    both, measure = found.common(other), other.measure()
    if both is None:
        return None
    if both[0] == found.value and found.unit == wanted:
        return found
    return Quantity(both[0] / measure.factor - measure.offset, wanted, other.is_calendar)


@simple("comparable", 1)
def _comparable(run: Run, at: int, items: Items, other: Items) -> Items:
    one, two = single(items, at), single(other, at)
    if one is None or two is None:
        return []
    if not isinstance(one, Quantity) or not isinstance(two, Quantity):
        raise wrong(at, "amounts are expected here.")
    return [one.common(two) is not None]

"""Functions of numbers, and what a value may be at least and at most.

Source: https://hl7.org/fhirpath/#math, https://hl7.org/fhirpath/#boundary-functions
"""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from ..moments import Moment
from ..running import Items, Run, clock, kept, number, single, whole
from ..syntax import wrong
from ..units import Quantity
from .registry import simple

DIGITS_MOST = 28  # behind the point
DEFAULT_DIGITS = 8


@simple("abs")
def _abs(run: Run, at: int, items: Items) -> Items:
    value = single(items, at)
    if isinstance(value, Quantity):
        return [Quantity(abs(value.value), value.unit, value.is_calendar)]
    amount = number(items, at)
    return [] if amount is None else kept(abs(amount))


def _rounded(name: str, way: str) -> None:
    @simple(name)
    def function(run: Run, at: int, items: Items) -> Items:  # pyright: ignore
        value = number(items, at)
        return [] if value is None else kept(int(Decimal(value).to_integral_value(way)))


_rounded("ceiling", ROUND_CEILING)
_rounded("floor", ROUND_FLOOR)
_rounded("truncate", ROUND_DOWN)


@simple("round", 0, 1)
def _round(run: Run, at: int, items: Items, digits: Items | None = None) -> Items:
    value = number(items, at)
    count = 0 if digits is None else whole(digits, at)
    if value is None or count is None:
        return []
    if count < 0:
        raise wrong(at, "round() takes digits behind the point, none or more.")
    if isinstance(value, int) or count > DIGITS_MOST:
        return [value]
    try:
        return kept(value.quantize(Decimal(1).scaleb(-count), ROUND_HALF_UP))
    except ArithmeticError:  # it has fewer digits than it is rounded to
        return [value]


def _computed(name: str, function: Callable[[Decimal], Decimal | None]) -> None:
    @simple(name)
    def compute(run: Run, at: int, items: Items) -> Items:  # pyright: ignore
        value = number(items, at)
        if value is None:
            return []
        try:
            return kept(function(Decimal(value)))
        except ArithmeticError:
            return []


_computed("sqrt", lambda it: it.sqrt() if it >= 0 else None)
_computed("exp", lambda it: it.exp() if abs(it) < 200 else None)
_computed("ln", lambda it: it.ln() if it > 0 else None)


@simple("log", 1)
def _log(run: Run, at: int, items: Items, base: Items) -> Items:
    value, of = number(items, at), number(base, at)
    if value is None or of is None or value <= 0 or of <= 0 or of == 1:
        return []
    found = Decimal(value).ln() / Decimal(of).ln()
    near = found.to_integral_value()
    return kept(near if abs(found - near) < Decimal("1e-20") else found)


@simple("power", 1)
def _power(run: Run, at: int, items: Items, exponent: Items) -> Items:
    value, by = number(items, at), number(exponent, at)
    if value is None or by is None:
        return []
    try:
        found = Decimal(value) ** Decimal(by)
    except ArithmeticError:
        return []
    both_whole = isinstance(value, int) and isinstance(by, int) and by >= 0
    if both_whole and found.is_finite() and found.adjusted() < 10:
        return kept(int(found))
    return kept(found)


def _boundary(name: str, *, is_high: bool) -> None:
    @simple(name, 0, 1)
    def function(  # pyright: ignore
        run: Run, at: int, items: Items, digits: Items | None = None
    ) -> Items:
        value = single(items, at)
        count = None if digits is None else whole(digits, at)
        if value is None or (digits is not None and count is None):
            return []
        if isinstance(value, Moment):
            most = {"date": 8, "dateTime": 17, "time": 9}[value.kind]
            return kept(value.boundary(count or most, is_high=is_high))
        if isinstance(value, Quantity):
            limit = _limit(value.value, count, is_high=is_high)
            made = limit is not None
            return [Quantity(limit, value.unit, value.is_calendar)] if made else []
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            raise wrong(at, "a number, an amount, a date or a time is expected here.")
        return kept(_limit(Decimal(value), count, is_high=is_high))


def _limit(value: Decimal, digits: int | None, *, is_high: bool) -> Decimal | None:
    """The least or greatest number that rounds to this one, in so many digits."""
    count = DEFAULT_DIGITS if digits is None else digits
    if not 0 <= count <= DIGITS_MOST:
        return None
    exponent = value.as_tuple().exponent
    half = Decimal(5).scaleb((exponent if isinstance(exponent, int) else 0) - 1)
    limit = value + half if is_high else value - half
    way = ROUND_CEILING if is_high else ROUND_FLOOR
    try:
        return limit.quantize(Decimal(1).scaleb(-count), way)
    except ArithmeticError:
        return None


_boundary("lowBoundary", is_high=False)
_boundary("highBoundary", is_high=True)


@simple("precision")
def _precision(run: Run, at: int, items: Items) -> Items:
    value: Any = single(items, at)
    if value is None:
        return []
    if isinstance(value, Moment):
        return [value.precision]
    amount = number(items, at)
    exponent = Decimal(amount or 0).as_tuple().exponent
    return [max(0, -exponent) if isinstance(exponent, int) else 0]


def _now(name: str, kind: str) -> None:
    @simple(name)
    def function(run: Run, at: int, items: Items) -> Items:  # pyright: ignore
        return [clock(run, kind, at)]


_now("now", "dateTime")
_now("today", "date")
_now("timeOfDay", "time")

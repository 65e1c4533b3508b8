"""What stands between two expressions. Source: https://hl7.org/fhirpath/N1/#operations"""

from collections.abc import Callable
from decimal import ROUND_DOWN, Decimal
from typing import Any, cast

from .equality import alike, alike_lists, same, same_lists
from .moments import Moment
from .running import (
    TEXT_MOST,
    Expr,
    Items,
    Run,
    Step,
    compared,
    distinct,
    kept,
    single,
    truth,
)
from .syntax import wrong
from .units import BY_UCUM, CALENDAR, Quantity

TRUE: Items = [True]
FALSE: Items = [False]
NOTHING: Items = []


def _answer(value: bool | None) -> Items:
    return NOTHING if value is None else TRUE if value else FALSE


def _equal(run: Run, left: Items, right: Items, at: int) -> bool | None:
    if not left or not right:
        return None
    if len(left) == 1 == len(right):
        return same(left[0], right[0])
    run.spend(len(left))
    return same_lists(left, right)


def _unequal(run: Run, left: Items, right: Items, at: int) -> bool | None:
    found = _equal(run, left, right, at)
    return None if found is None else not found


def _alike(run: Run, left: Items, right: Items, at: int) -> bool | None:
    if len(left) == 1 == len(right):
        return alike(left[0], right[0])
    run.spend(len(left) * len(right))
    return alike_lists(left, right)


def _unlike(run: Run, left: Items, right: Items, at: int) -> bool | None:
    return not _alike(run, left, right, at)


def _ordered(test: Callable[[int], bool]) -> Callable[[Run, Items, Items, int], bool | None]:
    def operator(run: Run, left: Items, right: Items, at: int) -> bool | None:
        if not left or not right:
            return None
        found = compared(single(left, at), single(right, at), at)
        return None if found is None else test(found)

    return operator


def _inside(run: Run, left: Items, right: Items, at: int) -> bool | None:
    if not left:
        return None
    single(left, at)
    run.spend(len(right))
    return any(same(left[0], it) for it in right)


def _holds(run: Run, left: Items, right: Items, at: int) -> bool | None:
    return _inside(run, right, left, at)


TESTS: dict[str, Callable[[Run, Items, Items, int], bool | None]] = {
    "=": _equal,
    "!=": _unequal,
    "~": _alike,
    "!~": _unlike,
    "<": _ordered(lambda it: it < 0),
    "<=": _ordered(lambda it: it <= 0),
    ">": _ordered(lambda it: it > 0),
    ">=": _ordered(lambda it: it >= 0),
    "in": _inside,
    "contains": _holds,
}


def union(run: Run, left: Items, right: Items) -> Items:
    """Both, each kind of equal items once."""
    return run.bounded(distinct(run, left + right))


def _and(left: bool | None, right: bool | None) -> bool | None:
    return False if right is False else left if right else None


def _or(left: bool | None, right: bool | None) -> bool | None:
    return True if right else left if right is False else None


def _xor(left: bool | None, right: bool | None) -> bool | None:
    return None if left is None or right is None else left is not right


def _implies(left: bool | None, right: bool | None) -> bool | None:
    return True if right else None if left is None or right is None else False


# With what decides it at the left, whatever the right may be.
LOGIC: dict[str, tuple[Callable[[bool | None, bool | None], bool | None], object, Items]] = {
    "and": (_and, False, FALSE),
    "or": (_or, True, TRUE),
    "xor": (_xor, NOTHING, NOTHING),
    "implies": (_implies, False, TRUE),
}


def operation(op: str, at: int, right: Expr) -> Step:
    """The step through an operator with what stands at its right."""
    if op in LOGIC:
        return _logic(op, at, right)
    if op in TESTS:
        test = TESTS[op]
        return lambda run, left, this: _answer(test(run, left, right(run, this), at))
    if op == "|":
        return lambda run, left, this: union(run, left, right(run, this))
    if op == "&":
        return lambda run, left, this: _joined(run, left, right(run, this), at)
    compute = ARITHMETIC[op]

    def arithmetic(run: Run, left: Items, this: Items) -> Items:
        a, b = single(left, at), single(right(run, this), at)
        if a is None or b is None:
            return NOTHING
        try:
            return kept(compute(a, b, at))
        except ArithmeticError:  # what is too great or too small for a number
            return NOTHING

    return arithmetic


def _logic(op: str, at: int, right: Expr) -> Step:
    decide, deciding, answer = LOGIC[op]

    def logic(run: Run, left: Items, this: Items) -> Items:
        first = truth(left, at)
        if first is deciding:
            return answer
        return _answer(decide(first, truth(right(run, this), at)))

    return logic


def _joined(run: Run, left: Items, right: Items, at: int) -> Items:
    parts = [single(it, at) for it in (left, right)]
    if any(not isinstance(it, str) for it in parts if it is not None):
        raise wrong(at, "text is expected on both sides.")
    return [checked_text(run, "".join(it for it in parts if it is not None))]


def checked_text(run: Run, found: str) -> str:
    """A text that was made, counted.

    Raises:
        Incorrect: it is longer than TEXT_MOST.
    """
    if len(found) > TEXT_MOST:
        raise wrong(0, "this makes too long a text.")
    run.spend(len(found) // 64)
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def _plus(a: Any, b: Any, at: int) -> Any:
    if _is_number(a) and _is_number(b):
        return a + b
    if isinstance(a, str) and isinstance(b, str):
        if len(a) + len(b) > TEXT_MOST:
            raise wrong(at, "this makes too long a text.")
        return a + b
    if isinstance(a, Moment) and isinstance(b, Quantity):
        return a.plus(b.value, _duration(b, at))
    if isinstance(a, Quantity) and isinstance(b, Quantity):
        return _summed(a, b, 1)
    raise wrong(at, "these two cannot be added.")


def _minus(a: Any, b: Any, at: int) -> Any:
    if _is_number(a) and _is_number(b):
        return a - b
    if isinstance(a, Moment) and isinstance(b, Quantity):
        return a.plus(-b.value, _duration(b, at))
    if isinstance(a, Quantity) and isinstance(b, Quantity):
        return _summed(a, b, -1)
    raise wrong(at, "these two cannot be subtracted.")


def _duration(amount: Quantity, at: int) -> str:
    """The word for a duration that can be added to a date: UCUM's month is no calendar's."""
    word = CALENDAR.get(amount.unit) if amount.is_calendar else BY_UCUM.get(amount.unit)
    if word is None:
        raise wrong(at, "a calendar's duration is expected, or one of weeks and less.")
    return word


def _summed(a: Quantity, b: Quantity, sign: int) -> Quantity | None:
    values = a.common(b)
    if values is None or a.measure().offset:
        return None
    mine = a.measure().factor if values[0] != a.value else Decimal(1)
    return Quantity((values[0] + sign * values[1]) / mine, a.unit, a.is_calendar)


def _times(a: Any, b: Any, at: int) -> Any:
    if _is_number(a) and _is_number(b):
        return a * b
    return _amounts(a, b, at).times(_amounts(b, a, at), 1)


def _over(a: Any, b: Any, at: int) -> Any:
    if _is_number(a) and _is_number(b):
        return Decimal(a) / Decimal(b) if b else None
    return _amounts(a, b, at).times(_amounts(b, a, at), -1)


def _amounts(a: Any, b: Any, at: int) -> Quantity:
    if isinstance(a, Quantity) and (isinstance(b, Quantity) or _is_number(b)):
        return a
    if _is_number(a) and isinstance(b, Quantity):
        return Quantity(Decimal(cast(Any, a)), "1")
    raise wrong(at, "numbers or amounts are expected.")


def _div(a: Any, b: Any, at: int) -> Any:
    _numbers(a, b, at)
    return int((Decimal(a) / Decimal(b)).to_integral_value(ROUND_DOWN)) if b else None


def _mod(a: Any, b: Any, at: int) -> Any:
    _numbers(a, b, at)
    if not b:
        return None
    if isinstance(a, int) and isinstance(b, int):
        return a - b * int(Decimal(a) / Decimal(b))
    return Decimal(a) % Decimal(b)


def _numbers(a: Any, b: Any, at: int) -> None:
    if not (_is_number(a) and _is_number(b)):
        raise wrong(at, "numbers are expected.")


ARITHMETIC: dict[str, Callable[[Any, Any, int], Any]] = {
    "+": _plus,
    "-": _minus,
    "*": _times,
    "/": _over,
    "div": _div,
    "mod": _mod,
}


def negative(items: Items, at: int) -> Items:
    """The same number or amount with the other sign.

    Raises:
        Incorrect: it is none.
    """
    value = single(items, at)
    if value is None:
        return NOTHING
    if isinstance(value, Quantity):
        return [Quantity(-value.value, value.unit, value.is_calendar)]
    if not _is_number(value):
        raise wrong(at, "a number is expected after the sign.")
    return kept(-value)


def positive(items: Items, at: int) -> Items:
    """The same number or amount.

    Raises:
        Incorrect: it is none.
    """
    negative(items, at)
    return items

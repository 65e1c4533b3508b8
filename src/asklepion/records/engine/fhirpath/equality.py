"""Equal, equivalent, before and after. Source: https://hl7.org/fhirpath/N1/#operations"""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, cast

from .moments import Moment
from .nodes import Node, TypeInfo
from .units import CALENDAR, Quantity

Items = list[Any]
SPACES = re.compile(r"\s+")


class Incomparable(Exception):
    """Two values that have no order."""


def plain(item: Any) -> Any:
    """An item as it is computed with."""
    return item.system() if item.__class__ is Node else item


def same(a: Any, b: Any) -> bool | None:
    """Whether two items are equal; None if that cannot be told."""
    a, b = plain(a), plain(b)
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b if isinstance(a, bool) and isinstance(b, bool) else False
    if isinstance(a, (int, Decimal)) and isinstance(b, (int, Decimal)):
        return a == b
    if isinstance(a, Quantity) or isinstance(b, Quantity):
        return _same_quantity(a, b)
    if isinstance(a, Moment) and isinstance(b, Moment):
        if (a.kind == "time") != (b.kind == "time"):
            return False
        order = a.compare(b)
        return None if order is None else order == 0
    if isinstance(a, Node) and isinstance(b, Node):
        return _same_node(a, b)
    return type(a) is type(b) and a == b


def _same_quantity(a: Any, b: Any) -> bool | None:
    one, other = quantity_of(a), quantity_of(b)
    if one is None or other is None:
        return False
    if _is_vague(one, other):
        return None
    values = one.common(other)
    return None if values is None else values[0] == values[1]


def _is_vague(a: Quantity, b: Quantity) -> bool:
    """True for a calendar's year or month beside UCUM's, which is a mean one."""
    words = [CALENDAR.get(it.unit) if it.is_calendar else it.unit for it in (a, b)]
    return a.is_calendar != b.is_calendar and set(words) in ({"year", "a"}, {"month", "mo"})


def quantity_of(value: Any) -> Quantity | None:
    """A number or an amount as an amount."""
    if isinstance(value, Quantity):
        return value
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return Quantity(Decimal(value), "1")
    return None


def _same_node(a: Node, b: Node) -> bool | None:
    if a.value is b.value and a.beside is b.beside:
        return True
    if a.shape is not b.shape:
        return False
    return _same_json(a, b, same_lists)


def _same_json(a: Node, b: Node, compare: Callable[[Items, Items], bool | None]) -> bool | None:
    """By their children, name by name."""
    if a.shape.is_primitive:
        return a.value == b.value and a.beside == b.beside
    names = {it: None for node in (a, b) for it in _names(node)}
    result: bool | None = True
    for name in names:
        mine: list[Node] = []
        theirs: list[Node] = []
        a.child(name, mine)
        b.child(name, theirs)
        if not mine or not theirs:
            return False
        here = compare(cast(Items, mine), cast(Items, theirs))
        if here is False:
            return False
        result = result and here
    return result


def _names(node: Node) -> list[str]:
    keys: list[str] = list(node.value) if isinstance(node.value, dict) else []  # pyright: ignore
    known = (node.shape.by_property.get(key.removeprefix("_")) for key in keys)
    return [it[0].name for it in known if it is not None]


def same_lists(a: Items, b: Items) -> bool | None:
    """Whether two collections hold equal items in the same order."""
    if len(a) != len(b):
        return False
    result: bool | None = True
    for one, other in zip(a, b, strict=True):
        here = same(one, other)
        if here is False:
            return False
        result = result and here
    return result


def alike(a: Any, b: Any) -> bool:
    """Whether two items are equivalent."""
    a, b = plain(a), plain(b)
    if isinstance(a, str) and isinstance(b, str):
        return _words(a) == _words(b)
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, (int, Decimal)) and isinstance(b, (int, Decimal)):
        return _rounded_alike(Decimal(a), Decimal(b))
    if isinstance(a, Quantity) or isinstance(b, Quantity):
        return _alike_quantity(a, b)
    if isinstance(a, Moment) and isinstance(b, Moment):
        return a.kind == b.kind and len(a.parts) == len(b.parts) and a.compare(b) == 0
    if isinstance(a, Node) and isinstance(b, Node):
        return a.shape is b.shape and bool(_same_json(a, b, _alike_lists))
    return bool(same(a, b))


def _words(text: str) -> str:
    return SPACES.sub(" ", text).casefold()


def _alike_quantity(a: Any, b: Any) -> bool:
    one, other = quantity_of(a), quantity_of(b)
    if one is None or other is None:
        return False
    if one.is_calendar or other.is_calendar:
        one, other = one.definite(), other.definite()
    if one.unit == other.unit:
        return _rounded_alike(one.value, other.value)
    mine, theirs = one.measure(), other.measure()
    if mine.dimension != theirs.dimension:
        return False
    # In the unit of the coarser one, so that its digits say what counts.
    value = (other.value + theirs.offset) * theirs.factor / mine.factor - mine.offset
    back = (one.value + mine.offset) * mine.factor / theirs.factor - theirs.offset
    return _rounded_alike(one.value, value) or _rounded_alike(back, other.value)


def _rounded_alike(a: Decimal, b: Decimal) -> bool:
    digits = min(_digits(a), _digits(b))
    step = Decimal(1).scaleb(-digits)
    try:
        one, other = (it.quantize(step, ROUND_HALF_UP) for it in (a, b))
    except ArithmeticError:
        return a == b
    return one == other


def _digits(value: Decimal) -> int:
    """Digits behind the point, zeros at the end not counted."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _alike_lists(a: Items, b: Items) -> bool | None:
    return alike_lists(a, b)


def alike_lists(a: Items, b: Items) -> bool:
    """Whether two collections hold equivalent items, in any order."""
    if len(a) != len(b):
        return False
    left = list(b)
    for one in a:
        found = next((at for at, other in enumerate(left) if alike(one, other)), None)
        if found is None:
            return False
        del left[found]
    return True


def order(a: Any, b: Any) -> int | None:
    """Below, at or above zero as one comes before the other; None if that cannot be told.

    Raises:
        Incomparable: they have no order.
    """
    a, b = plain(a), plain(b)
    if isinstance(a, bool) or isinstance(b, bool):
        raise Incomparable
    if isinstance(a, (int, Decimal)) and isinstance(b, (int, Decimal)):
        return (a > b) - (a < b)
    if isinstance(a, str) and isinstance(b, str):
        return (a > b) - (a < b)
    if isinstance(a, Moment) and isinstance(b, Moment):
        if (a.kind == "time") != (b.kind == "time"):
            raise Incomparable
        return a.compare(b)
    one, other = quantity_of(a), quantity_of(b)
    if one is None or other is None:
        raise Incomparable
    values = None if _is_vague(one, other) else one.common(other)
    return None if values is None else (values[0] > values[1]) - (values[0] < values[1])


def key_of(item: Any) -> Any:
    """Something hashable that equal items share; None where only comparing helps."""
    value = plain(item)
    if isinstance(value, bool):
        return ("b", value)
    if isinstance(value, (int, Decimal)):
        return ("n", Decimal(value))
    return value if isinstance(value, (str, TypeInfo)) else None

"""One evaluation: what it may ask its surroundings, and how much it may do."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from ....kit.errors import Incorrect
from .equality import Incomparable, key_of, order, plain, same
from .moments import Moment
from .nodes import Node
from .syntax import wrong
from .units import Quantity

Items = list[Any]
Expr = Callable[["Run", Items], Items]  # from $this to what the expression finds
Step = Callable[["Run", Items, Items], Items]  # from what was found so far, and $this

TEXT_MOST = 1_000_000  # characters in one text
ADJUSTED_MOST = 60  # digits before the point of a number; more is an overflow


class Budget:
    """Steps that may still be taken, by one evaluation or by several together."""

    __slots__ = ("left",)

    def __init__(self, steps: int) -> None:
        self.left = steps


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What an expression may ask for; what is not given cannot be asked."""

    now: datetime | None = None  # for now(), today() and timeOfDay()
    resource: Any = None  # %resource: a Node or JSON; what is evaluated on, if it is a resource
    root: Any = None  # %rootResource, the one that contains it
    variables: Mapping[str, Any] = field(default_factory=dict[str, Any])  # items or lists of them
    resolve: Callable[[str], Any] | None = None  # JSON of what a reference points to, or None
    member_of: Callable[[Any, str], bool | None] | None = None  # item's JSON, value set
    conforms_to: Callable[[Node, str], bool | None] | None = None  # None: no such profile here
    trace: Callable[[str, Items], None] | None = None
    steps_most: int = 1_000_000
    budget: Budget | None = None  # instead of steps_most, when several evaluations share it
    items_most: int = 100_000  # in one collection


class Run:
    """The state of one evaluation."""

    __slots__ = ("budget", "environment", "focus", "index", "items_most", "total")

    def __init__(self, environment: Environment, focus: Items) -> None:
        self.environment = environment
        self.focus = focus  # %context
        self.budget = environment.budget or Budget(environment.steps_most)
        self.items_most = environment.items_most
        self.index: Items = []
        self.total: Items = []

    def spend(self, steps: int) -> None:
        """Count work done.

        Raises:
            Incorrect: it is more than this evaluation may do.
        """
        self.budget.left -= steps
        if self.budget.left < 0:
            raise Incorrect(
                "This FHIRPath expression takes too many steps.",
                hint="Write it so that it looks at fewer elements.",
            )

    def bounded(self, items: Items) -> Items:
        """The same items, counted."""
        if len(items) > self.items_most:
            raise Incorrect("This FHIRPath expression collects too many items.")
        self.spend(len(items) + 1)
        return items


class Seen:
    """Items met so far, each kind of equal ones once."""

    __slots__ = ("_keys", "_others", "_run")

    def __init__(self, run: Run, items: Iterable[Any] = ()) -> None:
        self._run = run
        self._keys: set[Any] = set()
        self._others: Items = []
        for item in items:
            self.add(item)

    def __contains__(self, item: Any) -> bool:
        key = key_of(item)
        if key is not None:
            return key in self._keys
        self._run.spend(len(self._others))
        return any(same(item, other) for other in self._others)

    def add(self, item: Any) -> bool:
        """Take it in; False if an equal one was here."""
        key = key_of(item)
        if key is not None:
            if key in self._keys:
                return False
            self._keys.add(key)
            return True
        if item in self:
            return False
        self._others.append(item)
        return True


def distinct(run: Run, items: Items) -> Items:
    """Each kind of equal items once, in their order."""
    if len(items) < 2:
        return items
    seen = Seen(run)
    return [it for it in items if seen.add(it)]


def truth(items: Items, at: int) -> bool | None:
    """A collection as a condition: none is None, and one that is no boolean is true.

    Raises:
        Incorrect: there are several.
    """
    if not items:
        return None
    value = single(items, at)
    return value if isinstance(value, bool) else True


def single(items: Items, at: int) -> Any:
    """The one item as it is computed with; None if there is none.

    Raises:
        Incorrect: there are several.
    """
    if not items:
        return None
    if len(items) > 1:
        raise wrong(at, "one item is expected here, not several.")
    return plain(items[0])


def text(items: Items, at: int) -> str | None:
    """The one text; None if there is none.

    Raises:
        Incorrect: there are several, or it is no text.
    """
    value = single(items, at)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Node) and value.shape.is_primitive:
        return None  # only extensions
    raise wrong(at, "text is expected here.")


def whole(items: Items, at: int) -> int | None:
    """The one integer; None if there is none.

    Raises:
        Incorrect: there are several, or it is no integer.
    """
    value = single(items, at)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise wrong(at, "an integer is expected here.")


def number(items: Items, at: int) -> int | Decimal | None:
    """The one number; None if there is none.

    Raises:
        Incorrect: there are several, or it is no number.
    """
    value = single(items, at)
    if value is None or (isinstance(value, (int, Decimal)) and not isinstance(value, bool)):
        return value
    raise wrong(at, "a number is expected here.")


def kept(value: Any) -> Items:
    """A result as a collection: nothing for None and for what overflows."""
    if value is None:
        return []
    if isinstance(value, int) and not isinstance(value, bool):
        return [value] if -(2**31) <= value < 2**31 else []
    if isinstance(value, (Decimal, Quantity)):
        amount = value.value if isinstance(value, Quantity) else value
        is_kept = amount.is_finite() and abs(amount.adjusted()) <= ADJUSTED_MOST
        return [value] if is_kept or (amount.is_finite() and not amount) else []
    return [value]


def compared(a: Any, b: Any, at: int) -> int | None:
    """Their order; None if it cannot be told.

    Raises:
        Incorrect: they have none.
    """
    try:
        return order(a, b)
    except Incomparable:
        raise wrong(at, "these two have no order.") from None


def clock(run: Run, kind: str, at: int) -> Moment:
    """The moment of this evaluation.

    Raises:
        Incorrect: it was given none.
    """
    if run.environment.now is None:
        raise wrong(at, "there is no clock here.")
    return Moment.of(run.environment.now, kind)

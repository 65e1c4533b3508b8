"""The values of a plan, kept beside it under names."""

from collections.abc import Iterable, Sequence
from itertools import count

from ..wire import AnyOf, Clause, Match, Op, Table, Test, Value
from .asked import Bound, Either

LAST_CHAR = "\U0010ffff"  # after every text with the same beginning


class Kept:
    """Gives each value a name, and writes the tests that speak of it."""

    def __init__(self) -> None:
        self.values: dict[str, Value] = {}
        self._numbers = count()

    def hold(self, value: Value) -> str:
        """Keep a value and give its name."""
        name = f"v{next(self._numbers)}"
        self.values[name] = value
        return name

    def test(self, column: str, values: Sequence[Value], op: Op = Op.EQ) -> Test:
        """One value is compared, several are a list filled up to a power of two.

        So there are few lengths of lists, and few texts of SQL.
        """
        distinct = list(dict.fromkeys(values))
        if len(distinct) == 1:
            return Test(column, op, (self.hold(distinct[0]),))
        length = 1 << (len(distinct) - 1).bit_length()
        distinct += [distinct[-1]] * (length - len(distinct))
        return Test(column, Op.IN, tuple(self.hold(value) for value in distinct))

    def prefix(self, column: str, text: str) -> tuple[Test, ...]:
        """The column begins with the text."""
        return self.test(column, [text], Op.GE), self.test(column, [text + LAST_CHAR], Op.LT)

    def contains(self, column: str, text: str) -> tuple[Test, ...]:
        """The column contains the text, whatever signs are in it."""
        literal = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return (Test(column, Op.LIKE, (self.hold(f"%{literal}%"),)),)

    def bound(self, bound: Bound) -> Test:
        """One bound of a span or an amount."""
        column, op, value = bound
        return Test(column, Op(op), (self.hold(value),))

    def rows(self, table: Table, column: str, keys: Sequence[int], either: Either) -> Clause:
        """Any row under these keys that keeps the bounds of one alternative."""
        key = self.test(column, keys)
        return any_of(
            Match(table, (key, *(self.bound(bound) for bound in bounds))) for bounds in either
        )


def any_of(clauses: Iterable[Clause]) -> Clause:
    """One clause where one is enough."""
    parts = tuple(clauses)
    return parts[0] if len(parts) == 1 else AnyOf(parts)

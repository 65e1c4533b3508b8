"""Rows out of resources, with an end to what one run may take."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from asklepion.kit.errors import HouseError, Incorrect, Unsupported

from ..fhirpath import Budget, Environment, Moment, Node, plain
from .definition import ROW_INDEX, Column, Select, View

Row = tuple[Any, ...]
STEPS_MOST = 2_000_000  # of FHIRPath, for one resource
DEPTH_MOST = 64  # elements within each other that `repeat` follows
ROWS_MOST = 10_000  # of one resource


class Spent(Unsupported):
    """The run takes more than it may."""


class Runner:
    """Runs one view on one resource after another.

    Args:
        now: for now() and today().
        rows_most: of all resources together.
        is_over: asked before each resource; true ends the run.
        member_of: for memberOf(): whether an item's JSON is of a value set, if that is known.
    """

    def __init__(
        self,
        view: View,
        *,
        now: datetime | None = None,
        rows_most: int = 1_000_000,
        is_over: Callable[[], bool] | None = None,
        member_of: Callable[[Any, str], bool | None] | None = None,
    ) -> None:
        self.view = view
        self._now = now
        self._left = rows_most
        self._rows_most = rows_most
        self._is_over = is_over
        self._member_of = member_of
        self._variables: dict[str, Any] = dict(view.constants)
        self._environment = Environment()

    def rows(self, resource: dict[str, Any]) -> list[Row]:
        """The rows of one resource; none if it is of another type.

        Raises:
            Incorrect: a path finds here what its column cannot hold.
            Spent: it takes too long, or makes too many rows.
        """
        if self._is_over is not None and self._is_over():
            raise Spent("The view takes too long.", hint="Ask for fewer resources or columns.")
        if resource.get("resourceType") != self.view.resource:
            return []
        node = Node.of(resource)
        self._variables[ROW_INDEX] = 0
        self._environment = Environment(
            now=self._now,
            resource=node,
            variables=self._variables,
            member_of=self._member_of,
            budget=Budget(STEPS_MOST),
        )
        if not all(self._holds(place, path, node) for place, path in self.view.where):
            return []
        rows = self._select(self.view.whole, node, 0)
        self._left -= len(rows)
        if self._left < 0:
            raise Spent(
                f"The view makes more than {self._rows_most} rows.",
                hint="Ask for fewer resources, or narrow it with where.",
            )
        return rows

    def _holds(self, place: str, path: Any, node: Node) -> bool:
        found = self._find(place, path, node)
        if not found:
            return False
        value = plain(found[0])
        if len(found) > 1 or not isinstance(value, bool):
            raise Incorrect(f"{place}: a condition is expected, which is true or false.")
        return value

    def _find(self, place: str, path: Any, focus: Any) -> list[Any]:
        try:
            return path.evaluate(focus, self._environment)
        except HouseError as error:
            raise Incorrect(f"{place}: {error.message}", hint=error.hint) from error

    def _select(self, select: Select, node: Node, index: int) -> list[Row]:
        if select.each is None and not select.repeat:
            return self._at(select, node, index)
        if select.repeat:
            foci: Sequence[Any] = list(self._repeated(select, node, 1))
        else:
            foci = self._find(select.place, select.each, node)
        if not foci and select.or_null:
            return [self._nothing(select)]
        found: list[Row] = []
        for number, focus in enumerate(foci):
            found += self._at(select, focus, number)
            _bounded(found)
        return found

    def _at(self, select: Select, focus: Any, index: int) -> list[Row]:
        """The rows of one element: all its parts beside each other, in every combination."""
        variables = self._variables
        variables[ROW_INDEX] = index
        rows: list[Row] = [tuple([self._cell(column, focus) for column in select.own])]
        for inner in select.selects:
            rows = _beside(rows, self._select(inner, focus, index))
            variables[ROW_INDEX] = index
        if select.unions:
            below: list[Row] = []
            for branch in select.unions:
                below += self._select(branch, focus, index)
                variables[ROW_INDEX] = index
            rows = _beside(rows, below)
        return rows

    def _nothing(self, select: Select) -> Row:
        """One row where forEachOrNull found nothing; its place in the list is the first."""
        self._variables[ROW_INDEX] = 0
        return tuple([self._cell(it, []) if it.asks_index else None for it in select.columns])

    def _repeated(self, select: Select, node: Any, depth: int) -> Iterator[Any]:
        """What the paths find, and what they find in that, from above downwards."""
        if depth > DEPTH_MOST:
            raise Spent(f"{select.place}.repeat: it leads more than {DEPTH_MOST} levels down.")
        for number, path in enumerate(select.repeat):
            for item in self._find(f"{select.place}.repeat[{number}]", path, node):
                yield item
                yield from self._repeated(select, item, depth + 1)

    def _cell(self, column: Column, focus: Any) -> Any:
        found = self._find(column.place, column.path, focus)
        if column.is_many:
            values = [_value(column, it) for it in found]
            return [it for it in values if it is not None]
        if not found:
            return None
        if len(found) > 1:
            raise Incorrect(
                f"{column.place}: it finds several values for {column.name}.",
                hint="Say collection, or take one of them, as with first().",
            )
        return _value(column, found[0])


def _beside(rows: list[Row], others: list[Row]) -> list[Row]:
    if len(rows) * len(others) > ROWS_MOST:
        raise _many()
    return [(*row, *other) for row in rows for other in others]


def _bounded(rows: list[Row]) -> None:
    if len(rows) > ROWS_MOST:
        raise _many()


def _many() -> Spent:
    return Spent(f"The view makes more than {ROWS_MOST} rows of one resource.")


def _value(column: Column, item: Any) -> Any:
    """One value as it stands in a table; what FHIR writes as text stays that text."""
    value: Any = item
    if isinstance(item, Node):
        if not item.shape.is_primitive:
            raise _misfit(column, "an element with parts; name one of them")
        value = item.value
    elif isinstance(item, Moment):
        value = str(item)
    if isinstance(value, bool) or value is None:
        fits = value is None or column.kind in ("boolean", "string")
    elif isinstance(value, (int, float, Decimal)):
        fits = column.kind != "boolean" and (column.kind != "integer" or value == int(value))
    else:
        fits = isinstance(value, str) and column.kind == "string"
    if not fits:
        raise _misfit(column, f"what is no {column.kind}")
    return value


def _misfit(column: Column, what: str) -> Incorrect:
    return Incorrect(f"{column.place}: for {column.name} it finds {what}.")

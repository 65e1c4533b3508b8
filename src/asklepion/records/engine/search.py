"""From the parameters of a search request to a plan."""

from collections.abc import Callable, Sequence
from datetime import datetime

from asklepion.kit.errors import Incorrect, Unsupported

from ..wire import Include, Query, Shape, SortKey, Table, Value
from . import tables
from .asked import Asked, NotUnderstood, one_of, shown
from .clauses import Clauses
from .cursors import seal, unseal
from .dates import END
from .index import Indexer, is_indexed_composite
from .kept import LAST_CHAR
from .parameters import find_parameter, own_rows, parameters_of

COUNT = 50  # on a page, when the caller does not say
COUNT_MOST = 1000
PARAMETERS_MOST = 50
PASSED_OVER = ("_format", "_pretty")  # say how to answer, not what
NOT_DONE = frozenset(
    {"_contained", "_containedType", "_content", "_elements", "_filter", "_list", "_query"}
    | {"_text", "_type", "near"}
)

# What can be sorted by: where, the column, and what comes last going up and going down.
SORTABLE: dict[str, tuple[Table, str, Value, Value]] = {
    "date": (Table.DATE, "lo", END, -END),
    "string": (Table.STRING, "value", LAST_CHAR, ""),
    "number": (Table.NUMBER, "value", 1e308, -1e308),
    "quantity": (Table.NUMBER, "value", 1e308, -1e308),
}
OWN_SORT = {"_id": "id", "_lastUpdated": "updated_at"}


def compile_search(
    type: str,
    params: Sequence[tuple[str, str]],
    *,
    indexer: Indexer,
    now: datetime,
    is_lenient: bool = False,
) -> Query:
    """The plan for one search in one type.

    Args:
        type: resource type to search in.
        params: names (with modifiers) and values as in the URL, decoded; `_format` and `_pretty`
            are nobody's business here and passed over. `_cursor` goes on after an earlier page.
        indexer: the one the rows were made with.
        now: for `ap` (approximately) on dates.
        is_lenient: leave out what is not understood and name it, instead of refusing
            (Prefer: handling=lenient).

    Raises:
        Incorrect: a parameter, modifier, prefix or value is not understood; the message names
            the parameter, never its value.
        Unsupported: understood, but not done by this server.
    """
    if type not in tables.resource_types():
        raise Incorrect(f"{shown(type)} is no resource type of FHIR R4.", hint="Check the address.")
    if len(params) > PARAMETERS_MOST:
        raise Incorrect("The search has too many parameters.", hint=f"At most {PARAMETERS_MOST}.")
    search = _Search(type, indexer, now)
    left_out: list[str] = []
    for name, value in params:
        try:
            search.take(name, value)
        except (NotUnderstood, Unsupported):
            if not is_lenient:
                raise
            left_out.append(name)
    return search.query(tuple(left_out))


def next_cursor(query: Query, indexer: Indexer, last: Sequence[Value]) -> str:
    """The `_cursor` that goes on after a row.

    Args:
        last: of the last row on the page: its `rid`, then its sort keys as selected.

    Returns:
        Text for a URL; sealed, since sort keys may be names or birth dates.
    """
    return seal(indexer.secret, _order(query.type, query.shape.sort), last)


def search_parameters(type: str) -> list[tuple[str, str, str]]:
    """Name, kind and definition's URL of every parameter a type can be searched by, by name."""
    return [
        (it.code, it.kind, it.definition)
        for it in parameters_of(type).values()
        if it.kind != "composite" or is_indexed_composite(it)
    ]


class _Search:
    """A search while its parameters are taken in."""

    def __init__(self, type: str, indexer: Indexer, now: datetime) -> None:
        self._type = type
        self._secret = indexer.secret
        self._clauses = Clauses(indexer, now)
        self._shape = Shape()
        self._count = COUNT
        self._wants_total = self._only_total = False
        self._includes: list[Include] = []
        self._cursor = ""
        self._results: dict[str, Callable[[Asked], None]] = {
            "_count": self._take_count,
            "_total": self._take_total,
            "_summary": self._take_summary,
            "_sort": self._take_sort,
            "_include": self._take_include,
            "_revinclude": self._take_revinclude,
            "_cursor": self._take_cursor,
        }

    def take(self, name: str, value: str) -> None:
        """One parameter of the request."""
        code, _, modifier = name.partition(":")
        if code in PASSED_OVER:
            return
        if code in NOT_DONE:
            raise Unsupported(f"{code} is not done by this server.", hint="Leave it out.")
        if code in self._results:
            asked = Asked(name, modifier, value)
            if modifier:
                raise asked.refuse_modifier()
            self._results[code](asked)
            return
        clause = self._clauses.clause(self._type, name, value)
        self._shape = Shape((*self._shape.clauses, clause), self._shape.sort)

    def query(self, left_out: tuple[str, ...]) -> Query:
        """The plan of all that was taken."""
        if self._cursor:
            order = _order(self._type, self._shape.sort)
            rid, *keys = unseal(self._secret, order, self._cursor)
            self._clauses.kept.values["after_rid"] = rid
            self._clauses.kept.values.update({f"after{i}": key for i, key in enumerate(keys)})
        return Query(
            type=self._type,
            shape=Shape(self._shape.clauses, self._shape.sort, bool(self._cursor)),
            values=self._clauses.kept.values,
            count=self._count,
            wants_total=self._wants_total,
            only_total=self._only_total,
            includes=tuple(self._includes),
            left_out=left_out,
        )

    def _take_count(self, asked: Asked) -> None:
        if not asked.value.isascii() or not asked.value.isdigit() or len(asked.value) > 9:
            raise asked.wrong("Write a whole number.")
        self._count = min(int(asked.value), COUNT_MOST)
        self._only_total = self._only_total or self._count == 0

    def _take_total(self, asked: Asked) -> None:
        self._wants_total = one_of(asked, ("none", "estimate", "accurate")) != "none"

    def _take_summary(self, asked: Asked) -> None:
        if asked.value in ("true", "text", "data"):
            raise Unsupported("_summary is done for count only.", hint="Leave it out.")
        if one_of(asked, ("count", "false")) == "count":
            self._only_total = True

    def _take_cursor(self, asked: Asked) -> None:
        self._cursor = asked.value

    def _take_sort(self, asked: Asked) -> None:
        keys = tuple(self._sort_key(text) for text in asked.alternatives())
        self._shape = Shape(self._shape.clauses, keys)

    def _sort_key(self, text: str) -> SortKey:
        code, is_descending = text.removeprefix("-"), text.startswith("-")
        if code in OWN_SORT:
            return SortKey(Table.RESOURCE, OWN_SORT[code], is_descending)
        parameter = find_parameter(self._type, code)
        rows = own_rows(parameter)
        if parameter.kind not in SORTABLE or len(rows) != 1:
            raise Unsupported(
                f"{self._type} is not sorted by {code} here.",
                hint="Sort by a date, a string, a number, a quantity, _id or _lastUpdated.",
            )
        table, column, up, down = SORTABLE[parameter.kind]
        param = self._clauses.kept.hold(rows[0].number)
        missing = self._clauses.kept.hold(down if is_descending else up)
        return SortKey(table, column, is_descending, param, missing)

    def _take_include(self, asked: Asked) -> None:
        type, code, target = _include_parts(asked)
        if type not in (self._type, "*"):
            raise asked.wrong(f"Begin with {self._type}, the type that is searched.")
        if code == "*":
            self._includes.append(Include(False, None, target, self._type))
            return
        parameter = find_parameter(self._type, code)
        self._require_reference(asked, parameter.kind)
        target = target or parameter.only or None
        for it in own_rows(parameter):
            self._includes.append(Include(False, it.number, target, self._type))

    def _take_revinclude(self, asked: Asked) -> None:
        type, code, target = _include_parts(asked)
        if type not in tables.resource_types() or target not in (None, self._type):
            raise asked.wrong("Write the type that refers: Observation:subject.")
        if code == "*":
            self._includes.append(Include(True, None, type, type))
            return
        parameter = find_parameter(type, code)
        self._require_reference(asked, parameter.kind)
        for it in own_rows(parameter):
            self._includes.append(Include(True, it.number, None, type))

    @staticmethod
    def _require_reference(asked: Asked, kind: str) -> None:
        if kind != "reference":
            raise asked.wrong("Name a parameter that is a reference.")


def _include_parts(asked: Asked) -> tuple[str, str, str | None]:
    parts = asked.value.split(":")
    if parts == ["*"]:
        return "*", "*", None
    if len(parts) not in (2, 3) or not all(parts):
        raise asked.wrong("Write Observation:subject, or Observation:subject:Patient.")
    return parts[0], parts[1], parts[2] if len(parts) == 3 else None


def _order(type: str, sort: Sequence[SortKey]) -> str:
    """What a cursor belongs to: it goes on only in the order it was made in."""
    keys = (f"{'-' if it.is_descending else ''}{it.table}.{it.column}" for it in sort)
    return " ".join([type, *keys])

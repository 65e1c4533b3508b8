"""From the parameters of a search request to a plan."""

from collections.abc import Callable, Sequence
from datetime import datetime

from asklepion.kit.errors import Incorrect, Unsupported

from ..wire import Clause, Query, Shape, SortKey, Table, Value, View
from . import tables
from .asked import Asked, NotUnderstood, one_of, shown
from .clauses import EVERYWHERE, Clauses
from .cursors import seal, unseal
from .dates import END
from .includes import includes_asked
from .index import Indexer
from .kept import LAST_CHAR
from .parameters import common_parameter, own_rows, parameters_of
from .valuesets import ValueSets

COUNT = 50  # on a page, when the caller does not say
COUNT_MOST = 1000
PARAMETERS_MOST = 50
PASSED_OVER = ("_format", "_pretty")  # say how to answer, not what
NOT_DONE = frozenset({"_containedType", "_filter", "_query"})

# What the index sorts by: where, the column, and what comes last going up and going down.
SORTABLE: dict[str, tuple[Table, str, Value, Value]] = {
    "date": (Table.DATE, "lo", END, -END),
    "string": (Table.STRING, "value", LAST_CHAR, ""),
    "number": (Table.NUMBER, "value", 1e308, -1e308),
    "quantity": (Table.NUMBER, "value", 1e308, -1e308),
}
OWN_SORT = {"_id": "id", "_lastUpdated": "updated_at"}
SORTED_BY_HAND = ("token", "reference", "uri")  # the index has only their hashes
SORT_KEYS_MOST = 8

# Parameters that say when care took place, rather than when something was written down.
CARE_DATES = (
    *("date", "onset-date", "period", "effective", "authoredon", "authored", "occurrence"),
    *("performed", "started", "created", "sent", "effective-time", "whenhandedover"),
    *("recorded-date", "datewritten"),
)

Compartment = tuple[str, str]  # whose, such as Patient, and the id


def compile_search(
    type: str,
    params: Sequence[tuple[str, str]],
    *,
    indexer: Indexer,
    now: datetime,
    is_lenient: bool = False,
    compartment: Compartment | None = None,
    value_sets: ValueSets | None = None,
    during: tuple[int, int] | None = None,
) -> Query:
    """The plan for one search.

    Args:
        type: resource type to search in; empty for all, or those that `_type` names.
        params: names (with modifiers) and values as in the URL, decoded; `_format` and `_pretty`
            are nobody's business here and passed over. `_cursor` goes on after an earlier page.
        indexer: the one the rows were made with.
        now: for `ap` (approximately) on dates.
        is_lenient: leave out what is not understood and name it, instead of refusing
            (Prefer: handling=lenient).
        compartment: only what lies in it.
        value_sets: those that are kept here, for `:in` and `:not-in`.
        during: first and last microsecond; care that says it was at another time is left out.

    Raises:
        Incorrect: a parameter, modifier, prefix or value is not understood; the message names
            the parameter, never its value.
        Unsupported: understood, but not done by this server.
    """
    if type and type not in tables.resource_types():
        raise Incorrect(f"{shown(type)} is no resource type of FHIR R4.", hint="Check the address.")
    if len(params) > PARAMETERS_MOST:
        raise Incorrect("The search has too many parameters.", hint=f"At most {PARAMETERS_MOST}.")
    types = (type,) if type else _types_asked(params)
    clauses = Clauses(indexer, now, value_sets or ValueSets())
    search = _Search(types, indexer, clauses)
    left_out: list[str] = []
    for name, value in params:
        if name == "_type" and not type:
            continue
        try:
            search.take(name, value)
        except (NotUnderstood, Unsupported):
            if not is_lenient:
                raise
            left_out.append(name)
    if not type and len(types) < len(tables.resource_types()):
        search.narrow(clauses.of_types(types))
    if compartment:
        search.narrow(_inside(clauses, types, *compartment))
    if during:
        search.narrow(_during(clauses, types, *during))
    return search.query(type, tuple(left_out))


def _types_asked(params: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The types that a search of all types is narrowed to."""
    types = sorted(tables.resource_types())
    for name, value in params:
        if name == "_type":
            asked = Asked(name, "", value)
            wanted = set(asked.alternatives())
            if not wanted <= tables.resource_types():
                raise asked.wrong("Write resource types of FHIR R4, with commas between them.")
            types = [type for type in types if type in wanted]
    return tuple(types)


def _inside(clauses: Clauses, types: Sequence[str], of: str, id: str) -> Clause:
    """In a compartment. https://hl7.org/fhir/R4/compartmentdefinition.html"""
    members = tables.compartments()[of]
    numbers = [
        row.number
        for type in types
        for code in members.get(type, ())
        for row in own_rows(parameters_of(type)[code])
    ]
    return clauses.any(
        [
            *([clauses.in_compartment(numbers, of, id)] if numbers else []),
            *([clauses.itself(of, id)] if of in types else []),
        ]
    )


def _during(clauses: Clauses, types: Sequence[str], start: int, end: int) -> Clause:
    """At some time of care between two moments, or at no time that is known."""
    numbers = [
        row.number
        for type in types
        for code in CARE_DATES
        if (parameter := parameters_of(type).get(code)) and parameter.kind == "date"
        for row in own_rows(parameter)
    ]
    return clauses.during(numbers, start, end) if numbers else clauses.any(())


def next_cursor(query: Query, indexer: Indexer, last: Sequence[Value | None]) -> str:
    """The `_cursor` that goes on after a row.

    Args:
        last: of the last row on the page: its `rid`, then its sort keys as selected.

    Returns:
        Text for a URL; sealed, since sort keys may be names or birth dates.
    """
    return seal(indexer.secret, _order(query.type, query.shape.sort, query.own_sort), last)


def search_parameters(type: str) -> list[tuple[str, str, str]]:
    """Name, kind and definition's URL of every parameter a type can be searched by, by name."""
    known = [(it.code, it.kind, it.definition) for it in parameters_of(type).values()]
    return sorted([*known, *((code, kind, "") for code, kind in EVERYWHERE)])


class _Search:
    """A search while its parameters are taken in."""

    def __init__(self, types: Sequence[str], indexer: Indexer, clauses: Clauses) -> None:
        self._types = types
        self._secret = indexer.secret
        self._clauses = clauses
        self._shape = Shape()
        self._own_sort: tuple[tuple[str, bool], ...] = ()
        self._count = COUNT
        self._wants_total = self._only_total = False
        self._includes: list[Asked] = []
        self._view = View()
        self._cursor = ""
        self._results: dict[str, Callable[[Asked], None]] = {
            "_count": self._take_count,
            "_total": self._take_total,
            "_summary": self._take_summary,
            "_elements": self._take_elements,
            "_sort": self._take_sort,
            "_include": self._take_include,
            "_revinclude": self._take_include,
            "_contained": self._take_contained,
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
            is_include = code in ("_include", "_revinclude")
            if modifier and not (is_include and modifier in ("iterate", "recurse")):
                raise asked.refuse_modifier()
            self._results[code](asked)
            return
        self.narrow(self._clauses.clause(self._types, name, value))

    def narrow(self, clause: Clause) -> None:
        """Only what also meets this."""
        self._shape = Shape((*self._shape.clauses, clause), self._shape.sort)

    def query(self, type: str, left_out: tuple[str, ...]) -> Query:
        """The plan of all that was taken."""
        after: tuple[Value | None, ...] = ()
        values = self._clauses.kept.values
        if self._cursor:
            order = _order(type, self._shape.sort, self._own_sort)
            after = tuple(unseal(self._secret, order, self._cursor))
            if not self._own_sort:
                names = ["after_rid", *(f"after{i}" for i in range(len(after) - 1))]
                values.update((k, v) for k, v in zip(names, after, strict=True) if v is not None)
        has_after = bool(self._cursor) and not self._own_sort
        return Query(
            type=type,
            shape=Shape(self._shape.clauses, self._shape.sort, has_after, type),
            values=values,
            count=self._count,
            wants_total=self._wants_total,
            only_total=self._only_total,
            includes=includes_asked(self._types, self._includes),
            left_out=left_out,
            view=self._view,
            own_sort=self._own_sort,
            after=after,
        )

    def _take_count(self, asked: Asked) -> None:
        if not asked.value.isascii() or not asked.value.isdigit() or len(asked.value) > 9:
            raise asked.wrong("Write a whole number.")
        self._count = min(int(asked.value), COUNT_MOST)
        self._only_total = self._only_total or self._count == 0

    def _take_total(self, asked: Asked) -> None:
        self._wants_total = one_of(asked, ("none", "estimate", "accurate")) != "none"

    def _take_summary(self, asked: Asked) -> None:
        match one_of(asked, ("true", "text", "data", "count", "false")):
            case "count":
                self._only_total = True
            case "false":
                pass
            case summary:
                self._view = View(summary, self._view.elements)

    def _take_elements(self, asked: Asked) -> None:
        self._view = View(self._view.summary, view_elements(asked))

    def _take_contained(self, asked: Asked) -> None:
        if asked.value != "false":
            raise Unsupported("_contained is done for false only.", hint="Leave it out.")

    def _take_cursor(self, asked: Asked) -> None:
        self._cursor = asked.value

    def _take_include(self, asked: Asked) -> None:
        includes_asked(self._types, [asked])  # what is wrong with it is said at once
        self._includes.append(asked)

    def _take_sort(self, asked: Asked) -> None:
        texts = asked.alternatives()
        if len(texts) > SORT_KEYS_MOST:
            raise asked.wrong(f"Sort by at most {SORT_KEYS_MOST}.")
        keys = [(text.removeprefix("-"), text.startswith("-")) for text in texts]
        kinds = {code: self._kind(code) for code, _ in keys}
        self._own_sort, sort = (), tuple[SortKey, ...]()
        if any(kind in SORTED_BY_HAND for kind in kinds.values()):
            self._own_sort = tuple(keys)
        else:
            sort = tuple(self._sort_key(*key) for key in keys)
        self._shape = Shape(self._shape.clauses, sort)

    def _kind(self, code: str) -> str:
        if code in OWN_SORT:
            return ""
        kind = common_parameter(self._types, code).kind
        if kind not in SORTABLE and kind not in SORTED_BY_HAND:
            raise Unsupported(f"Nothing is sorted by {code}.", hint="Sort by one value.")
        return kind

    def _sort_key(self, code: str, is_descending: bool) -> SortKey:
        if code in OWN_SORT:
            return SortKey(Table.RESOURCE, OWN_SORT[code], is_descending)
        parameter = common_parameter(self._types, code)
        table, column, up, down = SORTABLE[parameter.kind]
        kept = self._clauses.kept
        params = kept.test("param", [it.number for it in own_rows(parameter)]).names
        return SortKey(
            table, column, is_descending, params, kept.hold(down if is_descending else up)
        )


def view_elements(asked: Asked) -> tuple[str, ...]:
    """The names of elements that are to be shown."""
    names = tuple(asked.alternatives())
    if not all(name.isascii() and name.replace(".", "").isalnum() for name in names):
        raise asked.wrong("Write names of elements, with commas between them.")
    return names


def _order(type: str, sort: Sequence[SortKey], own_sort: Sequence[tuple[str, bool]]) -> str:
    """What a cursor belongs to: it goes on only in the order it was made in."""
    keys = (f"{'-' if it.is_descending else ''}{it.table}.{it.column}" for it in sort)
    return " ".join([type, *keys, *(f"{code} {is_down}" for code, is_down in own_sort)])

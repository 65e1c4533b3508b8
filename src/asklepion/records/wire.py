"""What a search asks of the index tables, as a tree without values: the store writes SQL from it.

A tree holds the *names* of values, the values travel beside it. So every search of one shape is
one tree, equal and hashable, and its SQL text is written once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Value = int | float | str


class Table(StrEnum):
    """Where a clause looks, with the columns it may test."""

    RESOURCE = "res"  # key, type, id, updated_at: of the resource's own row
    TOKEN = "tok"  # k
    REFERENCE = "ref"  # param, target
    DATE = "date"  # param, lo, hi
    STRING = "str"  # param, value
    NUMBER = "num"  # param, value
    TOKEN_NUMBER = "tok_num"  # k, value


class Op(StrEnum):
    """How a column is compared."""

    EQ = "="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    IN = "IN"  # one of several values
    LIKE = "LIKE"  # with \\ before a %, _ or \\ that is meant literally


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison of one column; `names` are keys of `Query.values` (several for IN only)."""

    column: str
    op: Op
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """The resource has a row in this table that passes every test."""

    table: Table
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Clause", ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple["Clause", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Clause"


@dataclass(frozen=True, slots=True)
class Chain:
    """The resource refers, by one of these parameters, to another one that meets `inner`.

    The store must hold the other to the same rule of who may see it, or a chain would tell what
    a search may not.
    """

    params: tuple[str, ...]  # names of parameter numbers
    inner: "Clause"
    by_url: bool = False  # what is referred to goes by its canonical address, not by its id


@dataclass(frozen=True, slots=True)
class Has:
    """Another one that meets `inner` refers to this resource by this parameter; as with Chain."""

    param: str  # name of a parameter number
    inner: "Clause"


@dataclass(frozen=True, slots=True)
class Within:
    """The resource refers to one of these, or to what is part of one, however deep (or above it).

    Each step of the way is held to who may see it, as with Chain.
    """

    params: tuple[str, ...]  # names of the numbers by which the resource refers
    part_of: str  # name of the number by which a part refers to its whole
    roots: tuple[str, ...]  # names of the keys to begin at
    is_above: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """The resource lies within a straight line of a point on the unit sphere.

    Each axis is the name of a parameter number, and names of the point's coordinate and of the
    least and greatest one that is near enough.
    """

    axes: tuple[tuple[str, str, str, str], ...]  # x, y, z
    reach: str  # name of the square of the length of the line


Clause = Match | AnyOf | AllOf | Not | Chain | Has | Within | Near


@dataclass(frozen=True, slots=True)
class SortKey:
    """One key to sort by; a resource with several values counts by its least or its greatest.

    RESOURCE sorts by its own column; the others by the rows of `params`. A resource without any
    comes last: it counts as the value named `missing`.
    """

    table: Table
    column: str
    is_descending: bool
    params: tuple[str, ...] = ()
    missing: str | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """A search without its values. Rows come in the order of `sort`, then of `rid` ascending.

    With `has_after`, only rows after the one whose sort keys are `after0`, `after1`, … and whose
    `rid` is `after_rid`. Always there: `limit`.

    Args:
        type: of the resources; empty for several types, which then stand among the clauses. It is
            part of the text: compared with a value, SQLite would plan each search anew, to see
            whether an index of one type alone is of use.
    """

    clauses: tuple[Clause, ...] = ()  # every one must hold
    sort: tuple[SortKey, ...] = ()
    has_after: bool = False
    type: str = ""


@dataclass(frozen=True, slots=True)
class Include:
    """Resources to bring along: those the page refers to, or (reverse) those that refer to it."""

    is_reverse: bool
    param: int | None  # number of the search parameter; None is every reference
    target_type: str | None  # only of this type
    is_iterate: bool = False  # also from what came along
    by_url: bool = False  # as with Chain


@dataclass(frozen=True, slots=True)
class View:
    """How much of each resource is shown."""

    summary: str = ""  # true, text, data; empty is everything
    elements: tuple[str, ...] = ()  # these and what must be there; empty is everything


@dataclass(frozen=True, kw_only=True)
class Query:
    """A search, ready for the store."""

    type: str  # empty: of several types, which then stand among the clauses
    shape: Shape
    values: Mapping[str, Value]
    count: int  # how many on a page
    wants_total: bool = False  # the total was asked for
    only_total: bool = False  # nothing but the total was asked for
    includes: tuple[Include, ...] = ()
    left_out: tuple[str, ...] = field(default=())  # not understood, and the caller was lenient
    view: View = View()
    # Sorted by what the index does not tell: codes and names of these parameters, each with
    # whether it goes down. The service sorts by the resources themselves; `shape` has no sort.
    own_sort: tuple[tuple[str, bool], ...] = ()
    after: tuple[Value | None, ...] = ()  # with own_sort: rid and keys of the last row before

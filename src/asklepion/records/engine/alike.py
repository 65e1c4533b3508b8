"""Searches that differ only in their codes, and in how many are wanted: one statement does them.

Whoever reads a record asks for the newest of each of thirty measures. Each by itself goes through
all that the patient has; together they go through it once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from asklepion.kit.clock import from_us

from ..wire import Match, Op, Table
from .clauses import Clauses
from .index import Indexer
from .search import COUNT, COUNT_MOST
from .valuesets import ValueSets

CODE, HOW_MANY = "code", "_count"
# What says how to answer, and is not done together.
APART = frozenset(
    {"_contained", "_cursor", "_elements", "_include", "_revinclude", "_summary", "_total"}
)

Params = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Apart:
    """A search taken apart.

    Args:
        frame: all of it but codes and count.
        count: resources on its page.
    """

    frame: Params
    codes: str
    count: int


def take_apart(params: Sequence[tuple[str, str]]) -> Apart | None:
    """A search as a frame, its codes and its count; nothing where it goes by itself."""
    frame: list[tuple[str, str]] = []
    codes, count = "", COUNT
    for name, value in params:
        if name.partition(":")[0] in APART or (name == CODE and codes):
            return None
        if name == CODE:
            codes = value
        elif name == HOW_MANY:
            if not value.isascii() or not value.isdigit() or len(value) > 9 or int(value) == 0:
                return None
            count = min(int(value), COUNT_MOST)
        else:
            frame.append((name, value))
    return Apart(frame=tuple(frame), codes=codes, count=count) if codes else None


@lru_cache(maxsize=4096)
def code_keys(indexer: Indexer, type: str, codes: str, by: str = CODE) -> frozenset[int]:
    """The keys under which a resource of a type is found by one of these codes; none if by others.

    Args:
        by: the parameter that they are values of.

    Raises:
        Incorrect: they cannot be read, or the type has no codes.
    """
    clauses = Clauses(indexer, from_us(0), ValueSets())
    match clauses.clause((type,), by, codes):
        case Match(table=Table.TOKEN, tests=(test,)) if test.op in (Op.EQ, Op.IN):
            return frozenset(int(clauses.kept.values[name]) for name in test.names)
        case _:
            return frozenset()

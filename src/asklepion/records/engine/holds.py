"""Whether one resource is what a search looks for, told from its index rows without a database.

For what is derived when it is asked for and stands in no table: the same plan, held against the
same rows as `store/plans.py` would find in the tables.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from operator import eq, ge, gt, le, lt
from typing import Any

from asklepion.kit.errors import Unsupported

from ..wire import AllOf, AnyOf, Clause, Match, Not, Op, Query, Table, Test, Value
from .rows import Index

Line = dict[str, Any]  # one row by its columns
COMPARE: dict[Op, Callable[[Any, Any], bool]] = {
    Op.EQ: eq,
    Op.LT: lt,
    Op.LE: le,
    Op.GT: gt,
    Op.GE: ge,
}


def holds(query: Query, index: Index, own: Mapping[str, Value]) -> bool:
    """Whether a resource meets every clause of a search.

    Args:
        index: its rows.
        own: what its own row would hold: key, type, id, updated_at.

    Raises:
        Unsupported: the search asks about other resources as well.
    """
    return all(_meets(clause, query.values, index, own) for clause in query.shape.clauses)


def _meets(
    clause: Clause, values: Mapping[str, Value], index: Index, own: Mapping[str, Value]
) -> bool:
    match clause:
        case Match():
            lines = _lines(clause.table, index, own)
            return any(all(_passes(it, line, values) for it in clause.tests) for line in lines)
        case AnyOf():
            return any(_meets(it, values, index, own) for it in clause.parts)
        case AllOf():
            return all(_meets(it, values, index, own) for it in clause.parts)
        case Not():
            return not _meets(clause.part, values, index, own)
        case _:
            raise Unsupported(
                "What is asked here leads through other resources.", hint="Ask without chains."
            )


def _lines(table: Table, index: Index, own: Mapping[str, Value]) -> Iterator[Line]:
    match table:
        case Table.RESOURCE:
            yield dict(own)
        case Table.TOKEN:
            yield from ({"k": k} for k in index.tokens)
        case Table.REFERENCE:
            yield from ({"param": p, "target": t} for p, t in index.references)
        case Table.DATE:
            yield from ({"param": p, "lo": lo, "hi": hi} for p, lo, hi in index.dates)
        case Table.STRING:
            yield from ({"param": p, "value": text} for p, text in index.strings)
        case Table.NUMBER:
            yield from ({"param": p, "value": amount} for p, amount in index.numbers)
        case Table.TOKEN_NUMBER:
            yield from ({"k": k, "value": amount} for k, amount in index.quantities)


def _passes(test: Test, line: Line, values: Mapping[str, Value]) -> bool:
    held = line[test.column]
    match test.op:
        case Op.IN:
            return held in [values[name] for name in test.names]
        case Op.LIKE:
            return _pattern(str(values[test.names[0]])).fullmatch(str(held)) is not None
        case _:
            return COMPARE[test.op](held, values[test.names[0]])


@lru_cache(maxsize=64)
def _pattern(like: str) -> re.Pattern[str]:
    r"""SQL's LIKE as a pattern: % is anything, _ one sign, and \ takes the next one literally."""
    parts: list[str] = []
    signs = iter(like)
    for sign in signs:
        if sign == "\\":
            parts.append(re.escape(next(signs, "\\")))
        else:
            parts.append({"%": ".*", "_": "."}.get(sign) or re.escape(sign))
    return re.compile("".join(parts), re.DOTALL)

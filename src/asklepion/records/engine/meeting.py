"""Whether one resource meets clauses about itself, told from its index rows without a database."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..wire import AllOf, AnyOf, Clause, Match, Not, Op, Table, Test, Value
from .rows import Index

COLUMNS = {
    Table.TOKEN: ("k",),
    Table.REFERENCE: ("param", "target"),
    Table.DATE: ("param", "lo", "hi"),
    Table.STRING: ("param", "value"),
    Table.NUMBER: ("param", "value"),
    Table.TOKEN_NUMBER: ("k", "value"),
}


def is_about_itself(clause: Clause) -> bool:
    """Whether the clause asks about no other resource."""
    match clause:
        case Match():
            return True
        case AnyOf() | AllOf():
            return all(is_about_itself(part) for part in clause.parts)
        case Not():
            return is_about_itself(clause.part)
        case _:
            return False


def meets(
    clause: Clause, values: Mapping[str, Value], index: Index, own: Mapping[str, Value]
) -> bool:
    """Whether a resource meets a clause that is about itself alone.

    Args:
        own: the columns of its own row: key, type, id, updated_at.
    """
    match clause:
        case Match(table=Table.RESOURCE):
            return all(_passes(test, values, own) for test in clause.tests)
        case Match():
            columns, rows = COLUMNS[clause.table], _rows(clause.table, index)
            named = (dict(zip(columns, row, strict=True)) for row in rows)
            return any(all(_passes(test, values, row) for test in clause.tests) for row in named)
        case AnyOf():
            return any(meets(part, values, index, own) for part in clause.parts)
        case AllOf():
            return all(meets(part, values, index, own) for part in clause.parts)
        case Not():
            return not meets(clause.part, values, index, own)
        case _:
            raise ValueError("the clause asks about another resource")


def _rows(table: Table, index: Index) -> Iterable[tuple[Any, ...]]:
    match table:
        case Table.TOKEN:
            return ((k,) for k in index.tokens)
        case Table.REFERENCE:
            return index.references
        case Table.DATE:
            return index.dates
        case Table.STRING:
            return index.strings
        case Table.NUMBER:
            return index.numbers
        case _:
            return index.quantities


def _passes(test: Test, values: Mapping[str, Value], row: Mapping[str, Any]) -> bool:
    has: Any = row[test.column]
    wanted: list[Any] = [values[name] for name in test.names]
    match test.op:
        case Op.EQ:
            return has == wanted[0]
        case Op.LT:
            return has < wanted[0]
        case Op.LE:
            return has <= wanted[0]
        case Op.GT:
            return has > wanted[0]
        case Op.GE:
            return has >= wanted[0]
        case Op.IN:
            return has in wanted
        case Op.LIKE:
            return _like(wanted[0]).fullmatch(has) is not None


def _like(pattern: str) -> re.Pattern[str]:
    r"""A LIKE pattern, with \ before what is meant literally, as an expression."""
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    turned = {"%": ".*", "_": "."}
    return re.compile(
        "".join(turned.get(part) or re.escape(part.removeprefix("\\") or "\\") for part in parts),
        re.DOTALL,
    )

"""Rows with names and kinds: what a view makes, before anybody asks about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..views import View

SQL_TYPES = {"boolean": "BOOLEAN", "integer": "BIGINT", "decimal": "DOUBLE", "string": "VARCHAR"}


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows under a name; each column with its type in SQL, such as VARCHAR or DOUBLE[]."""

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: Sequence[Sequence[Any]]


def table_of(view: View, rows: Sequence[Sequence[Any]], name: str = "") -> Table:
    """What a view made, as a table. Dates stay text, as FHIR writes them: some are only a year."""
    columns = tuple(
        (column.name, SQL_TYPES[column.kind] + ("[]" if column.is_many else ""))
        for column in view.columns
    )
    return Table(name=name or view.name or view.resource.lower(), columns=columns, rows=rows)

"""What an app's scopes leave of what a person may see, as a condition on every row.

It only ever narrows: the text stands behind an AND, beside the condition of `Sight`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asklepion.kit.db import Tx
from asklepion.kit.lists import chunks, in_list, in_values

from ..wire import Clause, Value
from .plans import condition_of
from .rows import NOBODY, Row

ANY_TYPE = "*"
NAME = re.compile(r":v(\d+)")


@dataclass(frozen=True, slots=True)
class Part:
    """What one scope leaves."""

    type: str  # or * for every one
    but: tuple[str, ...] = ()  # types that * does not mean
    is_pinned: bool = False  # only what is about the app's patient, or about nobody
    clauses: tuple[Clause, ...] = ()  # which the row meets as well
    values: tuple[tuple[str, Value], ...] = ()  # that the clauses name

    def takes(self, type: str, patient: str, pinned: str) -> bool:
        """Whether type and patient are right, whatever the clauses say."""
        if self.type != type and (self.type != ANY_TYPE or type in self.but):
            return False
        return not self.is_pinned or patient in (NOBODY, pinned or NOBODY)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What an app may touch in one way: any part will do; none is nothing."""

    parts: tuple[Part, ...]
    patient: str = ""  # Patient/…: the app's

    @property
    def condition(self) -> str:
        """The text, with {r} for the alias of the row."""
        return "(" + (" OR ".join(_part(n, part) for n, part in self._numbered()) or "1 = 0") + ")"

    @property
    def values(self) -> dict[str, Any]:
        """The values the text names."""
        values: dict[str, Any] = {}
        if any(part.is_pinned for part in self.parts):
            values["scope_patient"] = self.patient
        for number, part in self._numbered():
            values |= {_name(number, name): value for name, value in part.values}
        return values

    def _numbered(self) -> Sequence[tuple[int, Part]]:
        return list(enumerate(self.parts))

    def is_plainly_in(self, row: Row) -> bool:
        """Some part without clauses takes the row."""
        return any(
            part.takes(row.type, row.patient, self.patient) and not part.clauses
            for part in self.parts
        )

    def is_plainly_out(self, row: Row) -> bool:
        """No part takes the row, whatever its clauses say."""
        return not any(part.takes(row.type, row.patient, self.patient) for part in self.parts)


def _part(number: int, part: Part) -> str:
    # Types are letters alone, since each was found among those of FHIR.
    conditions = [] if part.type == ANY_TYPE else [f"{{r}}.type = '{part.type}'"]
    if part.type == ANY_TYPE and part.but:
        conditions.append(f"{{r}}.type NOT IN ({', '.join(repr(it) for it in part.but)})")
    if part.is_pinned:
        conditions.append(f"{{r}}.patient IN ('{NOBODY}', :scope_patient)")
    for clause in part.clauses:
        text = condition_of(clause)
        conditions.append(NAME.sub(lambda match: f":{_name(number, f'v{match[1]}')}", text))
    return f"({' AND '.join(conditions)})" if conditions else "1 = 1"


def _name(number: int, name: str) -> str:
    return f"scope{number}_{name}"


async def find_inside(
    tx: Tx, narrowing: Narrowing, found: Sequence[Row]
) -> tuple[Mapping[int, int], set[int]]:
    """Of these rows' resources, the present version of each, and which are within it now."""
    rids = sorted({row.rid for row in found})
    versions: dict[int, int] = {}
    inside: set[int] = set()
    for part in chunks(rids):
        which = f"FROM records_res r WHERE r.rid IN {in_list('r', len(part))}"
        values = in_values("r", part)
        versions.update(
            (row[0], row[1]) for row in await tx.all(f"SELECT r.rid, r.version {which}", **values)
        )
        sql = f"SELECT r.rid {which} AND {narrowing.condition.format(r='r')}"
        inside.update(row[0] for row in await tx.all(sql, **values, **narrowing.values))
    return versions, inside

"""Apps: what their scopes leave of what a person may see and write.

`store/scoping.py` puts the same on every row that a search touches; here it is applied once more to
each row before it leaves, and to what would be written. It gives nobody anything.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from asklepion.identity import App, Caller, Scope
from asklepion.kit.clock import Clock, to_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import HouseError

from ..engine import Index, Indexer, compile_search, is_type
from ..engine.categories import BY_TYPE, NOTE_REPORTS, OBSERVATIONS, REPORTS
from ..engine.meeting import is_about_itself, meets
from ..model import Category
from ..store.rows import Row
from ..store.scoping import ANY_TYPE, Narrowing, Part, find_inside
from .drafting import Draft
from .sources import decode

Look = Callable[[Sequence[Row]], Awaitable[list[Row]]]

WRITES = "cud"
# What an app writes only where its scope names the type: "everything" does not mean them.
BY_NAME = ("Consent", "RelatedPerson")
# And what it never writes: it would go on when the app's token is over.
NEVER = ("Subscription",)
# Parameters about the resource itself: no chains, nothing about other resources, nothing that says
# how to answer.
PLAIN = re.compile(
    r"(?:[a-z][a-z-]*|_id|_lastUpdated|_profile|_security|_source|_tag)(?::[a-z-]+)?"
)
PINNED = "patient"  # the context of scopes that are about the app's patient alone


class Scoping:
    """Turns scopes into what they leave."""

    def __init__(self, indexer: Indexer, clock: Clock) -> None:
        self.indexer = indexer
        self._clock = clock

    def judge(self, scope: Scope) -> tuple[str, ...] | None:
        """The categories that a scope speaks of; nothing where it cannot be kept."""
        if all(self._part(scope, act) is None for act in scope.acts):
            return None
        return tuple(category.name.lower() for category in _categories(scope))

    def narrowing(self, caller: Caller, act: str) -> Narrowing | None:
        """What the caller's app may do in one way (c, r, u, d or s); nothing without an app."""
        app = caller.app
        if app is None:
            return None
        parts = [self._part(scope, act) for scope in _sorted(app) if act in scope.acts]
        if any(part and part.is_pinned for part in parts) and not app.patient:
            parts = [part for part in parts if part and not part.is_pinned]
        return Narrowing(tuple(part for part in parts if part), app.patient)

    def _part(self, scope: Scope, act: str) -> Part | None:
        """What one scope leaves; nothing where it is not understood."""
        if scope.type != ANY_TYPE and not is_type(scope.type):
            return None
        is_pinned = scope.context == PINNED
        if act in WRITES and scope.type in NEVER:
            return None
        if not scope.params:
            but = (*BY_NAME, *NEVER) if act in WRITES and scope.type == ANY_TYPE else ()
            return Part(scope.type, but, is_pinned)
        if scope.type == ANY_TYPE or not all(PLAIN.fullmatch(name) for name, _ in scope.params):
            return None
        try:
            query = compile_search(
                scope.type, scope.params, indexer=self.indexer, now=self._clock.now()
            )
        except HouseError:
            return None
        clauses = query.shape.clauses
        if not clauses or not all(is_about_itself(clause) for clause in clauses):
            return None
        return Part(scope.type, (), is_pinned, clauses, tuple(query.values.items()))

    async def outside(
        self, tx: Tx, narrowing: Narrowing | None, found: Sequence[Row], look: Look
    ) -> frozenset[tuple[int, int]]:
        """Rid and version of those rows that the app may not touch.

        An older version is within a scope that is narrowed by a search if it meets it, and the
        present one does too.

        Args:
            look: opens rows, to decide about them; nothing of them is handed out.
        """
        if narrowing is None:
            return frozenset()
        out = {(row.rid, row.version) for row in found if narrowing.is_plainly_out(row)}
        asked = [
            row
            for row in found
            if (row.rid, row.version) not in out and not narrowing.is_plainly_in(row)
        ]
        if not asked:
            return frozenset(out)
        versions, inside = await find_inside(tx, narrowing, asked)
        out |= {(row.rid, row.version) for row in asked if row.rid not in inside}
        older = [row for row in asked if row.rid in inside and row.version != versions[row.rid]]
        opened = await look([row for row in older if not row.deleted])
        met = {(row.rid, row.version) for row in opened if self._meets(narrowing, row)}
        out |= {(row.rid, row.version) for row in older} - met
        return frozenset(out)

    def _meets(self, narrowing: Narrowing, row: Row) -> bool:
        index = self.indexer.index(decode(row.body))
        own = {"key": row.key, "type": row.type, "id": row.id, "updated_at": row.updated_at}
        return _is_in(narrowing, row.type, row.patient, index, own)

    def takes(
        self,
        narrowing: Narrowing | None,
        type: str,
        patient: str,
        index: Index,
        own: dict[str, Any],
    ) -> bool:
        """Whether the app may see what stands in no table, by the index that it would have."""
        return narrowing is None or _is_in(narrowing, type, patient, index, own)

    def why_not_write(self, caller: Caller, draft: Draft, row: Row | None) -> str:
        """Why the app may not write this; empty when it may, or there is none.

        Args:
            row: as it is, if it is there; whether that one may be touched is asked elsewhere.
        """
        act = "u" if row and not row.deleted else "c"
        narrowing = self.narrowing(caller, act)
        if narrowing is None:
            return ""
        now: datetime = self._clock.now()
        own = {"key": draft.key, "type": draft.type, "id": draft.id, "updated_at": to_us(now)}
        of = draft.thing
        if any(part.is_pinned for part in narrowing.parts) and not of.patients:
            parts = tuple(part for part in narrowing.parts if not part.is_pinned)
            narrowing = Narrowing(parts, narrowing.patient)
        is_in = _is_in(narrowing, of.type, of.patient, draft.index, own)
        return "" if is_in else "the app was not given that"


def _is_in(
    narrowing: Narrowing, type: str, patient: str, index: Index, own: dict[str, Any]
) -> bool:
    return any(
        part.takes(type, patient, narrowing.patient)
        and all(meets(clause, dict(part.values), index, own) for clause in part.clauses)
        for part in narrowing.parts
    )


def _sorted(app: App) -> list[Scope]:
    """In one order, so that the same scopes make the same text of SQL."""
    return sorted(app.scopes, key=lambda it: (it.context, it.type, it.acts, it.params))


def _categories(scope: Scope) -> list[Category]:
    if scope.type == ANY_TYPE:
        return list(Category)
    codes = {
        value.rpartition("|")[2]
        for name, text in scope.params
        if name == "category"
        for value in text.split(",")
    }
    if scope.type == "Observation":
        found = {OBSERVATIONS[code] for code in codes if code in OBSERVATIONS}
        return sorted(found or {*OBSERVATIONS.values(), Category.OTHER})
    if scope.type == "DiagnosticReport":
        found = {REPORTS[code] for code in codes if code in REPORTS}
        found |= {Category.NOTES} if codes & NOTE_REPORTS else set()
        return sorted(found or {Category.LABORATORY, Category.NOTES, *REPORTS.values()})
    return [BY_TYPE.get(scope.type, Category.OTHER)]

"""Read, vread, history: find what may be seen, and release it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from asklepion.kit.db import Tx
from asklepion.kit.errors import Gone, Incorrect

from ..engine import View, is_type
from ..engine.dates import span_of
from ..model import Act, Asking, Because, Explained
from ..store import Sight, permits, rows, search
from ..store.permits import ANY_PURPOSE
from ..store.rows import Row
from .absent import not_found
from .deciding import RELATIVES
from .parts import Parts
from .releasing import Weighed
from .searching import ID, Page

CURSOR = re.compile(r"(\d+)-(\d+)-(\d+)")
HISTORY_MOST = 1000
HISTORY_COUNT = 50


@dataclass(frozen=True, kw_only=True)
class When:
    """Which versions of a history are meant."""

    since: int | None = None  # made at or after, microseconds
    current: tuple[int, int] | None = None  # in force at some time of this span

    @staticmethod
    def read(since: str | None, at: str | None) -> "When":
        """From what was asked.

        Raises:
            Incorrect: one is no date.
        """
        spans = [span_of(text) if text else None for text in (since, at)]
        if (since and not spans[0]) or (at and not spans[1]):
            raise Incorrect("_since or _at cannot be read.", hint="Write 2026-03-01T12:00:00Z.")
        return When(since=spans[0][0] if spans[0] else None, current=spans[1])


ANY_TIME = When()
EVERYTHING = View()


class Reader:
    """Looks at single resources and at what they were."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def read(self, asking: Asking, type: str, id: str, version: int | None = None) -> Row:
        """One resource, at its present version or another.

        Raises:
            NotFound: it is not there, or not for this caller.
            Gone: it was deleted.
        """
        found, weighed = await self._weigh_one(asking, type, id, version)
        allowed = await self._parts.releasing.release("read", weighed)
        if found is None or not allowed:
            raise not_found(type)
        if found.deleted:
            raise Gone(f"This {type} was deleted.", hint="Its history has the versions before.")
        return allowed[0]

    async def wrote(self, asking: Asking, type: str, ids: Sequence[str]) -> frozenset[str]:
        """Those of these ids under which the caller wrote something, also if it is gone by now."""
        asking.caller.require_known()
        keys = [self._parts.indexer.key_of(type, id) for id in ids]
        async with self._parts.db.read() as tx:
            found = await rows.find(tx, keys)
        mine = {row.id for row in found.values() if row.author == asking.caller.account}
        return frozenset(mine.intersection(ids))

    async def _weigh_one(
        self, asking: Asking, type: str, id: str, version: int | None = None, act: str = "r"
    ) -> tuple[Row | None, Weighed]:
        sight = self._parts.releasing.sight(asking, act)
        async with self._parts.db.read() as tx:
            found = await self._find(tx, type, id, version)
            weighed = await self._parts.releasing.weigh(tx, asking, sight, [found] if found else [])
        return found, weighed

    async def _find(self, tx: Tx, type: str, id: str, version: int | None) -> Row | None:
        if not is_type(type) or not ID.fullmatch(id):
            return None
        key = self._parts.indexer.key_of(type, id)
        if version is None:
            row = (await rows.find(tx, [key])).get(key)
        else:
            row = await rows.find_version(tx, key, version)
        return row if row and (row.type, row.id) == (type, id) else None

    async def explain(self, asking: Asking, type: str, id: str) -> Explained:
        """Why a resource is shown to the caller; to who decides, also to whom else and why.

        Raises:
            NotFound: it is not there, or not for this caller.
        """
        found, weighed = await self._weigh_one(asking, type, id)
        allowed = await self._parts.releasing.release("read", weighed)
        if found is None or not allowed:
            raise not_found(type)
        thing, standing = weighed.thing(found), weighed.standing
        others: list[tuple[str, Because]] = []
        for patient in sorted(thing.patients):
            if standing.acts(patient) & Act.DECIDE:
                others += await self._others(asking, found, patient, standing.sight)
        return Explained(because=standing.because(thing), others=others)

    async def _others(
        self, asking: Asking, row: Row, patient: str, sight: Sight
    ) -> list[tuple[str, Because]]:
        """Everybody named in a patient's Consents to whom a row is shown, for what he may ask."""
        found: dict[tuple[str, str], Because] = {}
        async with self._parts.db.read() as tx:
            rules = await permits.find_of_patient(tx, patient)
            for actor, purpose in sorted({(r.actor, r.purpose) for r in rules if not r.is_denial}):
                his = Sight(
                    actor=actor,
                    purpose="TREAT" if purpose == ANY_PURPOSE else purpose,
                    at=sight.at,
                    is_clinician=not actor.startswith(RELATIVES),
                )
                things, standing = await self._parts.releasing.consider(tx, his, [row])
                for because in standing.because(things[row.rid, row.version]):
                    if because.patient == patient:
                        found.setdefault((actor, because.consent), because)
        return [(actor, because) for (actor, _), because in found.items()]

    async def find_unseen(self, type: str, id: str) -> Row | None:
        """A row for an operator to change without seeing it; never shown to anybody."""
        async with self._parts.db.read() as tx:
            return await self._find(tx, type, id, None)

    async def find_to_change(self, asking: Asking, action: str, type: str, id: str) -> Row:
        """The row a change is meant for, if the caller may know of it.

        Raises:
            NotFound: it is not there, or not for this caller; the attempt is in the log.
        """
        act = "d" if action == "delete" else "u"
        found, weighed = await self._weigh_one(asking, type, id, act=act)
        if found is None or not weighed.allowed:
            await self._parts.books.keep(weighed.entries(action))
            raise not_found(type)
        return found

    async def history(
        self,
        asking: Asking,
        type: str | None = None,
        id: str | None = None,
        *,
        count: int = HISTORY_COUNT,
        cursor: str | None = None,
        when: When = ANY_TIME,
        view: View = EVERYTHING,
    ) -> Page:
        """Versions, newest first.

        Raises:
            NotFound: of one resource, none may be seen.
            Incorrect: the cursor is not ours.
        """
        parts = self._parts
        sight = parts.releasing.sight(asking, "s" if id is None else "r")
        if type is not None and not is_type(type):
            raise not_found("resource type")
        count = max(1, min(count, HISTORY_MOST))
        before = _position(cursor) if cursor else None
        async with parts.db.read() as tx:
            one = await self._find(tx, type, id, None) if type and id else None
            found: list[Row] = []
            if id is None or one:
                found = await search.find_history(
                    tx,
                    sight,
                    key=one.key if one else None,
                    type=type,
                    before=before,
                    since=when.since,
                    current=when.current,
                    limit=count + 1,
                )
            hidden = [one] if one and not found else []
            weighed = await parts.releasing.weigh(tx, asking, sight, [*found[:count], *hidden])
        released = await parts.releasing.release("read", weighed)
        if id is not None and not released:
            raise not_found(type or "resource")
        page = released if found else []  # it had no version at that time
        last = found[count - 1] if len(found) > count else None
        following = f"{last.updated_at}-{last.rid}-{last.version}" if last else None
        return Page(rows=page, next=following, view=view)


def _position(cursor: str) -> tuple[int, int, int]:
    match = CURSOR.fullmatch(cursor)
    if match is None:
        raise Incorrect("The cursor cannot be read.", hint="Follow the next link as it is.")
    at, rid, version = map(int, match.groups())
    return at, rid, version

"""Read, vread, history, search: find what may be seen, and release it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from asklepion.kit.db import Tx
from asklepion.kit.errors import Gone, Incorrect, NotFound

from ..engine import Query, compile_search, is_type, next_cursor
from ..model import Asking
from ..store import Sight, rows, search
from ..store.rows import Row
from .deciding import PATIENT
from .parts import Parts
from .releasing import Weighed

Params = Sequence[tuple[str, str]]

ABOUT = ("patient", "subject", "beneficiary")  # parameters by which a request names a patient
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
CURSOR = re.compile(r"(\d+)-(\d+)-(\d+)")
HISTORY_MOST = 1000
HISTORY_COUNT = 50


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of an answer, as stored."""

    rows: list[Row]
    included: list[Row] = field(default_factory=list[Row])
    total: int | None = None
    next: str | None = None
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Look:
    """What one search found, before anybody decided what of it may leave."""

    rows: list[Row]
    included: list[Row]
    last: tuple[int, ...] | None  # sort keys of the last row, where more would follow
    total: int | None


async def _look(tx: Tx, query: Query, sight: Sight) -> _Look:
    page: list[Row] = []
    keys: list[tuple[int, ...]] = []
    has_more, total = False, None
    if not query.only_total:
        page, keys, has_more = await search.find_page(tx, query, sight)
    rids = [row.rid for row in page]
    included = await search.find_included(tx, query.includes, rids, sight) if rids else []
    if query.wants_total or query.only_total:
        total = await search.count_all(tx, query, sight)
    return _Look(rows=page, included=included, last=keys[-1] if has_more else None, total=total)


class Reader:
    """Everything that only looks."""

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

    async def _weigh_one(
        self, asking: Asking, type: str, id: str, version: int | None = None
    ) -> tuple[Row | None, Weighed]:
        sight = self._parts.releasing.sight(asking)
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

    async def find_unseen(self, type: str, id: str) -> Row | None:
        """A row for an operator to change without seeing it; never shown to anybody."""
        async with self._parts.db.read() as tx:
            return await self._find(tx, type, id, None)

    async def find_to_change(self, asking: Asking, action: str, type: str, id: str) -> Row:
        """The row a change is meant for, if the caller may know of it.

        Raises:
            NotFound: it is not there, or not for this caller; the attempt is in the log.
        """
        found, weighed = await self._weigh_one(asking, type, id)
        if found is None or not weighed.allowed:
            await self._parts.books.keep(weighed.entries(action))
            raise not_found(type)
        return found

    async def search(
        self, asking: Asking, type: str, params: Params, *, is_lenient: bool = False
    ) -> Page:
        """One page of what matches and may be seen; nothing else is counted, sorted or included.

        Raises:
            NotFound: FHIR R4 has no such type.
            Incorrect: a parameter is not understood.
            Unsupported: it is understood, but not done here.
        """
        (page,) = await self.search_all(asking, [(type, params)], is_lenient=is_lenient)
        return page

    async def search_all(
        self, asking: Asking, searches: Sequence[tuple[str, Params]], *, is_lenient: bool = False
    ) -> list[Page]:
        """Several searches as one look: the same moment, and one entry in each patient's log.

        Raises:
            NotFound, Incorrect, Unsupported: as `search`.
        """
        parts = self._parts
        sight = parts.releasing.sight(asking)
        queries = [self._compile(*one, is_lenient=is_lenient) for one in searches]
        async with parts.db.read() as tx:
            looks = [await _look(tx, query, sight) for query in queries]
            asked = [who for one in searches for who in await self._asked(tx, *one)]
            found = [row for look in looks for row in (*look.rows, *look.included)]
            asked = list(dict.fromkeys(asked))
            weighed = await parts.releasing.weigh(tx, asking, sight, found, asked)
        allowed = {row.rid: row for row in await parts.releasing.release("search", weighed)}
        return [
            Page(
                rows=[allowed[row.rid] for row in look.rows if row.rid in allowed],
                included=[allowed[row.rid] for row in look.included if row.rid in allowed],
                total=look.total,
                next=next_cursor(query, parts.indexer, look.last) if look.last else None,
                left_out=query.left_out,
            )
            for query, look in zip(queries, looks, strict=True)
        ]

    def _compile(self, type: str, params: Params, *, is_lenient: bool) -> Query:
        if not is_type(type):
            raise not_found("resource type")
        parts = self._parts
        now = parts.clock.now()
        return compile_search(type, params, indexer=parts.indexer, now=now, is_lenient=is_lenient)

    async def _asked(self, tx: Tx, type: str, params: Params) -> list[str]:
        """Patients whom the request names and whom we know: a look at nothing is a look."""
        named: dict[int, str] = {}
        for name, value in params:
            for each in value.split(","):
                is_about = name.partition(":")[0] in ABOUT or (name == "_id" and type == "Patient")
                id = each.removeprefix(PATIENT)
                if is_about and ID.fullmatch(id):
                    named[self._parts.indexer.key_of("Patient", id)] = PATIENT + id
        known = await rows.find(tx, list(named)) if named else {}
        return [named[key] for key in known]

    async def history(
        self,
        asking: Asking,
        type: str | None,
        id: str | None,
        *,
        count: int = HISTORY_COUNT,
        cursor: str | None = None,
    ) -> Page:
        """Versions, newest first.

        Raises:
            NotFound: of one resource, none may be seen.
            Incorrect: the cursor is not ours.
        """
        parts = self._parts
        sight = parts.releasing.sight(asking)
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
                    limit=count + 1,
                )
            hidden = [one] if one and not found else []
            weighed = await parts.releasing.weigh(tx, asking, sight, [*found[:count], *hidden])
        page = await parts.releasing.release("read", weighed)
        if id is not None and not page:
            raise not_found(type or "resource")
        last = found[count - 1] if len(found) > count else None
        following = f"{last.updated_at}-{last.rid}-{last.version}" if last else None
        return Page(rows=page, next=following)


def _position(cursor: str) -> tuple[int, int, int]:
    match = CURSOR.fullmatch(cursor)
    if match is None:
        raise Incorrect("The cursor cannot be read.", hint="Follow the next link as it is.")
    at, rid, version = map(int, match.groups())
    return at, rid, version


def not_found(type: str) -> NotFound:
    """The one answer for what is not there and for what may not be seen."""
    name = type if is_type(type) else "resource"
    return NotFound(f"There is no such {name}.", hint="Check its id, or ask the patient.")

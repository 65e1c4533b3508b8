"""A patient's AuditEvents as FHIR: those the log is told as, and those kept here from elsewhere.

Both are one list, newest first. The log stands in no index, since its lines are sealed: its events
are made, indexed in memory and held against the search one by one, so many for each page that an
answer stays quick. A page may therefore hold fewer than were asked for, and say where it goes on.
"""

import asyncio
import re
from dataclasses import replace
from typing import Any, NamedTuple

import orjson

from asklepion.kit.clock import from_us, to_us
from asklepion.kit.errors import Incorrect, Unsupported

from ...engine import Index, Query
from ...engine.balp import House, events_of, line_of
from ...engine.dates import span_of
from ...engine.holds import holds
from ...model import AccessEntry, Asking, Category
from ...store.rows import Row
from ...store.scoping import Narrowing
from ..drafting import encode
from ..parts import Parts
from ..searching import Page, Params, Searcher, Wanted
from .reading import END, LineReader

READ_MOST = 1000  # lines looked through for one page
CURSOR = re.compile(r"(\d{1,19})-(\d{1,19})-([A-Za-z0-9.\-]{0,64})")
COUNT_MOST = 500  # on a page
TIES_MOST = 50  # kept ones of the same moment


class _Place(NamedTuple):
    """Where a page begins."""

    position: int = END  # in the log: twice the line's number, and one more for its access
    at: int = END  # the moment of the last kept one that was shown
    id: str = ""  # and which it was

    def __str__(self) -> str:
        return f"{self.position}-{self.at}-{self.id}"


class _Made(NamedTuple):
    """One event of the log."""

    row: Row
    position: int


class _Scan(NamedTuple):
    """What was found in the log, and how far it was read."""

    made: list[_Made]
    position: int  # everything from here on was looked through
    at: int  # the moment of the last line that was
    is_whole: bool  # nothing is left


class EventSearcher:
    """Searches the log and what is kept, as one."""

    def __init__(self, parts: Parts, searcher: Searcher, lines: LineReader) -> None:
        self._parts = parts
        self._searcher = searcher
        self._lines = lines

    async def read(self, asking: Asking, id: str, house: House) -> Row | None:
        """One event of the log, whosever it is; nothing where the caller's app may not have it."""
        entry = await self._lines.one(line_of(id))
        if entry is None:
            return None
        narrowing = self._parts.releasing.scoping.narrowing(asking.caller, "r")
        for event in events_of(entry, house):
            index, own = self._found_by(entry, event)
            if event["id"] == id and self._is_given(narrowing, entry, index, own):
                return _row(entry, event)
        return None

    async def search(
        self, asking: Asking, patient: str, params: Params, house: House, is_lenient: bool
    ) -> Page:
        """One page, newest first."""
        place = _place(params)
        _require_newest_first(params)
        asked = [(name, value) for name, value in params if name not in ("_cursor", "_sort")]
        parts = self._parts
        wanted = Wanted(type="AuditEvent", params=asked, is_lenient=is_lenient)
        async with parts.db.read() as tx:
            query = await self._searcher.compile(tx, wanted, parts.releasing.sight(asking))
        if query.wants_total or query.only_total or query.includes:
            raise Unsupported(
                "Your access log is neither counted nor followed.",
                hint="Leave _total, _summary=count, _include and _revinclude out.",
            )
        count = max(1, min(query.count, COUNT_MOST))
        narrowing = parts.releasing.scoping.narrowing(asking.caller, "s")
        scan = await self._scan(patient, query, count, house, place.position, narrowing)
        kept = await self._kept(asking, wanted, count, place)
        rows, following = _merged(count, kept, scan, place)
        return Page(
            rows=rows,
            next=str(following) if following else None,
            left_out=query.left_out,
            view=query.view,
        )

    async def _kept(self, asking: Asking, wanted: Wanted, count: int, place: _Place) -> list[Row]:
        """The next kept ones, newest first; one more than asked for tells that there are more."""
        params = [(name, value) for name, value in wanted.params if name != "_count"]
        params += [("_sort", "-date"), ("_count", str(count + TIES_MOST))]
        if place.at < END:
            latest = from_us(place.at + 1).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            params.append(("date", f"lt{latest}"))
        (page,) = await self._searcher.search_all(asking, [replace(wanted, params=params)])
        ids = [row.id for row in page.rows]
        if place.id in ids:
            return page.rows[ids.index(place.id) + 1 :][: count + 1]
        return [row for row in page.rows if place.at == END or _moment(row) < place.at][: count + 1]

    async def _scan(
        self,
        patient: str,
        query: Query,
        count: int,
        house: House,
        position: int,
        narrowing: Narrowing | None,
    ) -> _Scan:
        """Look through the log from a position on, until there is enough for a page."""
        made: list[_Made] = []
        read, last, at = 0, position, END
        async for page in self._lines.newest_first(patient, before=(position + 1) // 2):
            found = await asyncio.to_thread(self._fitting, page, query, house, narrowing)
            made += [it for it in found if it.position < position]
            read, last, at = read + len(page), 2 * page[-1].number, to_us(page[-1].at)
            if len(made) > count or read >= READ_MOST:
                return _Scan(made, last, at, is_whole=False)
        return _Scan(made, last, at, is_whole=True)

    def _fitting(
        self, page: list[AccessEntry], query: Query, house: House, narrowing: Narrowing | None
    ) -> list[_Made]:
        found: list[_Made] = []
        for entry in page:
            for number, event in enumerate(events_of(entry, house)):  # the decision came before
                index, own = self._found_by(entry, event)
                if holds(query, index, own) and self._is_given(narrowing, entry, index, own):
                    found.append(_Made(_row(entry, event), 2 * entry.number + 1 - number))
        return found

    def _found_by(self, entry: AccessEntry, event: dict[str, Any]) -> tuple[Index, dict[str, Any]]:
        """By what an event would be found if it were kept."""
        key = self._parts.indexer.key_of("AuditEvent", event["id"])
        own = {"key": key, "type": "AuditEvent", "id": event["id"], "updated_at": to_us(entry.at)}
        return self._parts.indexer.index(event), own

    def _is_given(
        self, narrowing: Narrowing | None, entry: AccessEntry, index: Index, own: dict[str, Any]
    ) -> bool:
        """Whether the caller's app may have it; without an app, yes."""
        scoping = self._parts.releasing.scoping
        return scoping.takes(narrowing, "AuditEvent", entry.patient, index, own)


def _merged(
    count: int, kept: list[Row], scan: _Scan, place: _Place
) -> tuple[list[Row], _Place | None]:
    """The newest of both, and where the next page begins."""
    positions = {id(made.row): made.position for made in scan.made}
    older = scan.at if not scan.is_whole else -END  # before it, the log may still have something
    rows = [row for row in kept if _moment(row) >= older] + [made.row for made in scan.made]
    rows.sort(key=lambda row: (-_moment(row), id(row) in positions))
    shown, rest = rows[:count], rows[count:]
    for row in shown:
        if id(row) in positions:
            place = place._replace(position=positions[id(row)])
        else:
            place = place._replace(at=_moment(row), id=row.id)
    if not any(id(row) in positions for row in rest):
        place = place._replace(position=scan.position)
    return shown, None if scan.is_whole and not rest and len(kept) <= count else place


def _moment(row: Row) -> int:
    """When an AuditEvent was recorded [microseconds since 1970]."""
    span = span_of(orjson.loads(row.body)["recorded"])
    return span[0] if span else -END


def _row(entry: AccessEntry, event: dict[str, Any]) -> Row:
    """An event of the log as if it were kept."""
    return Row(
        rid=0,
        key=0,
        type="AuditEvent",
        id=event["id"],
        version=1,
        updated_at=to_us(entry.at),
        patient=entry.patient,
        category=Category.OTHER,
        author="",
        deleted=0,
        digest=b"",
        labels=0,
        body=encode(event),
    )


def _place(params: Params) -> _Place:
    text = dict(params).get("_cursor")
    if text is None:
        return _Place()
    match = CURSOR.fullmatch(text)
    if match is None:
        raise Incorrect("The cursor cannot be read.", hint="Follow the next link as it is.")
    position, at, id = match.groups()
    return _Place(min(int(position), END), min(int(at), END), id)


def _require_newest_first(params: Params) -> None:
    if any(name == "_sort" and value != "-date" for name, value in params):
        raise Unsupported("Your access log comes newest first.", hint="Sort by -date, or leave it.")

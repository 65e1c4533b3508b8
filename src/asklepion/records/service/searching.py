"""Searches: find what matches and may be seen, and release it."""

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from asklepion.kit.db import Tx
from asklepion.kit.errors import Unsupported

from ..engine import (
    Apart,
    Ordering,
    Query,
    ValueSets,
    View,
    code_keys,
    compile_search,
    is_type,
    next_cursor,
    take_apart,
    value_sets_asked,
    value_sets_inside,
)
from ..engine.profiles import Library
from ..engine.question import Question
from ..model import Asking
from ..store import Sight, rows, search
from ..store.rows import Row
from .absent import not_found
from .deciding import PATIENT
from .parts import Parts

EVERYTHING = View()

Params = Sequence[tuple[str, str]]
Alike = tuple[str, tuple[tuple[str, str], ...]]  # type, and all parameters but code and count

ABOUT = ("patient", "subject", "beneficiary")  # parameters by which a request names a patient
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
SORT_MOST = 10_000  # resources sorted by what the index does not tell
VALUE_SETS_MOST = 50  # read for one search
CODES_MOST = 1024  # looked for by one statement


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One search as it is asked for."""

    type: str  # empty: of all types, or those that `_type` names
    params: Params
    compartment: tuple[str, str] | None = None  # whose, such as Patient, and the id
    is_lenient: bool = False
    during: tuple[int, int] | None = None  # microseconds: leave out care at other times


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of an answer, as stored."""

    rows: list[Row]
    included: list[Row] = field(default_factory=list[Row])
    total: int | None = None
    next: str | None = None
    left_out: tuple[str, ...] = ()
    is_cut: bool = False  # more would have come along
    view: View = EVERYTHING


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one search found, before anybody decided what of it may leave."""

    query: Query
    rows: list[Row]
    included: list[Row]
    last: Sequence[Any] | None  # rid and sort keys of the last row, where more would follow
    total: int | None
    is_cut: bool


class Searcher:
    """Everything that looks for many."""

    def __init__(self, parts: Parts, library: Callable[[], Library] = Library) -> None:
        self._parts = parts
        self._library = library

    async def search(
        self, asking: Asking, type: str, params: Params, *, is_lenient: bool = False
    ) -> Page:
        """One page of what matches and may be seen; nothing else is counted, sorted or included.

        Raises:
            NotFound: FHIR R4 has no such type.
            Incorrect: a parameter is not understood.
            Unsupported: it is understood, but not done here.
        """
        wanted = Wanted(type=type, params=params, is_lenient=is_lenient)
        return (await self.search_all(asking, [wanted]))[0]

    async def search_all(
        self, asking: Asking, wanted: Sequence[Wanted], *, action: str = "search"
    ) -> list[Page]:
        """Several searches as one look: the same moment, and one entry in each patient's log.

        Raises:
            NotFound, Incorrect, Unsupported: as `search`.
        """
        parts = self._parts
        sight = parts.releasing.sight(asking)
        async with parts.db.read() as tx:
            looks = await self._looks(tx, wanted, sight)
            rows_found = (row for look in looks for row in (*look.rows, *look.included))
            found = list({row.rid: row for row in rows_found}.values())  # each is seen once
            asked = await self._asked(tx, wanted)
            weighed = await parts.releasing.weigh(tx, asking, sight, found, asked)
        asked_for = [Question(one.type, one.params, one.compartment) for one in wanted]
        released = await parts.releasing.release(action, weighed, asked_for)
        allowed = {row.rid: row for row in released}
        return [
            Page(
                rows=[allowed[row.rid] for row in look.rows if row.rid in allowed],
                included=[allowed[row.rid] for row in look.included if row.rid in allowed],
                total=look.total,
                next=self.cursor_after(look),
                left_out=look.query.left_out,
                is_cut=look.is_cut,
                view=look.query.view,
            )
            for look in looks
        ]

    async def _looks(self, tx: Tx, wanted: Sequence[Wanted], sight: Sight) -> list[Look]:
        """What each search finds; those that differ only in their codes are one statement."""
        groups: dict[Alike, list[tuple[int, Apart]]] = {}
        for at, one in enumerate(wanted):
            apart = _apart(one)
            if apart is not None:
                groups.setdefault((one.type, apart.frame), []).append((at, apart))
        found: dict[int, Look] = {}
        for (type, frame), members in groups.items():
            if len(members) > 1:
                found |= await self._abreast(tx, type, frame, dict(members), sight)
        return [
            found[at] if at in found else await self.look(tx, one, sight)
            for at, one in enumerate(wanted)
        ]

    async def _abreast(
        self, tx: Tx, type: str, frame: Params, apart: Mapping[int, Apart], sight: Sight
    ) -> dict[int, Look]:
        """What each of these searches finds, by one statement; nothing where it cannot be one."""
        indexer = self._parts.indexer
        keys = {at: code_keys(indexer, type, one.codes) for at, one in apart.items()}
        every = sorted(frozenset[int]().union(*keys.values()))
        query = await self.compile(tx, Wanted(type=type, params=frame), sight)
        if query.own_sort or len(every) > CODES_MOST or not all(keys.values()):
            return {}
        most = max(one.count for one in apart.values()) + 1
        told = await search.find_each(tx, query, sight, every, most)
        pages = {at: _first(told, keys[at], one.count + 1) for at, one in apart.items()}
        whole = {at: page[: apart[at].count] for at, page in pages.items()}
        rids = dict.fromkeys(key[0] for page in whole.values() for key in page)
        by_rid = await search.find_rows(tx, list(rids))
        return {
            at: Look(
                query=query,
                rows=[by_rid[key[0]] for key in page],
                included=[],
                last=page[-1] if len(pages[at]) > len(page) else None,
                total=None,
                is_cut=False,
            )
            for at, page in whole.items()
        }

    async def look(self, tx: Tx, wanted: Wanted, sight: Sight) -> Look:
        """What one search finds among what may be seen; it may not leave before it is released."""
        query = await self.compile(tx, wanted, sight)
        page: list[Row] = []
        last: Sequence[Any] | None = None
        total = None
        if query.own_sort and not query.only_total:
            page, last, total = await self._sorted(tx, query, sight)
        elif not query.only_total:
            page, keys, has_more = await search.find_page(tx, query, sight)
            last = keys[-1] if has_more else None
        rids = [row.rid for row in page]
        included, is_cut = await search.find_included(tx, query.includes, rids, sight)
        if not (query.wants_total or query.only_total):
            total = None
        elif total is None:
            total = await search.count_all(tx, query, sight)
        return Look(
            query=query, rows=page, included=included, last=last, total=total, is_cut=is_cut
        )

    def cursor_after(self, look: "Look") -> str | None:
        """Where the next page of a look begins, if there is one."""
        return next_cursor(look.query, self._parts.indexer, look.last) if look.last else None

    async def _sorted(
        self, tx: Tx, query: Query, sight: Sight
    ) -> tuple[list[Row], Sequence[Any] | None, int]:
        """A page in an order that only the resources themselves tell; and how many there are."""
        found = await search.find_all(tx, query, sight, SORT_MOST)
        if found is None:
            names = ", ".join(code for code, _ in query.own_sort)
            raise Unsupported(
                f"There are too many to sort by {names}.",
                hint=f"Search more narrowly: at most {SORT_MOST}.",
            )
        by_rid = {row.rid: row for row in found}
        base = self._parts.indexer.base
        opened = await self._parts.releasing.look(found)
        page, last = await asyncio.to_thread(_in_order, query, opened, base)
        return [by_rid[rid] for rid in page], last, len(found)

    async def compile(self, tx: Tx, wanted: Wanted, sight: Sight) -> Query:
        """The plan of one search, with the value sets that it names.

        Raises:
            NotFound, Incorrect, Unsupported: as `search`.
        """
        if wanted.type and not is_type(wanted.type):
            raise not_found("resource type")
        urls = value_sets_asked(wanted.params)
        kept = await self._value_sets(tx, urls, sight) if urls else {}
        value_sets = ValueSets(kept, self._library())
        return compile_search(
            wanted.type,
            wanted.params,
            indexer=self._parts.indexer,
            now=self._parts.clock.now(),
            is_lenient=wanted.is_lenient,
            compartment=wanted.compartment,
            value_sets=value_sets,
            during=wanted.during,
        )

    async def _value_sets(
        self, tx: Tx, urls: Sequence[str], sight: Sight
    ) -> dict[str, dict[str, Any]]:
        """The value sets kept here that a search needs, by their addresses."""
        found: dict[str, dict[str, Any]] = {}
        waiting = list(urls)
        while waiting and len(found) < VALUE_SETS_MOST:
            url = waiting.pop()
            if url in found:
                continue
            plain, _, version = url.replace("\\", "\\\\").replace(",", "\\,").partition("|")
            params = [("url", plain), ("_sort", "-_lastUpdated"), ("_count", "1")]
            params += [("version", version)] if version else []
            query = compile_search(
                "ValueSet", params, indexer=self._parts.indexer, now=self._parts.clock.now()
            )
            page, _, _ = await search.find_page(tx, query, sight)
            for row in await self._parts.releasing.look(page):
                found[url] = orjson.loads(row.body)
                waiting += value_sets_inside(found[url])
        return found

    async def _asked(self, tx: Tx, wanted: Sequence[Wanted]) -> list[str]:
        """Patients whom the request names and whom we know: a look at nothing is a look."""
        ids = dict.fromkeys(id for one in wanted for id in _named(one))
        key_of = self._parts.indexer.key_of
        named = {key_of("Patient", id): PATIENT + id for id in ids if ID.fullmatch(id)}
        known = await rows.find(tx, list(named)) if named else {}
        return [patient for key, patient in named.items() if key in known]


def _apart(wanted: Wanted) -> Apart | None:
    """A search that may be carried out together with others, taken apart."""
    if not wanted.type or wanted.compartment or wanted.during or wanted.is_lenient:
        return None
    return take_apart(wanted.params) if is_type(wanted.type) else None


def _first(
    told: Sequence[tuple[Any, ...]], keys: frozenset[int], most: int
) -> list[tuple[Any, ...]]:
    """Rid and sort keys of the first so many under any of these keys, each once."""
    found: dict[int, tuple[Any, ...]] = {}
    for key, *rest in told:
        if key in keys and rest[0] not in found:
            found[rest[0]] = tuple(rest)
            if len(found) == most:
                break
    return list(found.values())


def _named(wanted: Wanted) -> Iterator[str]:
    """The ids by which a request names patients."""
    of, whose = wanted.compartment or ("", "")
    if of == "Patient":
        yield whose
    for name, value in wanted.params:
        is_patient = name == "_id" and wanted.type == "Patient"
        if name.partition(":")[0] in ABOUT or is_patient:
            yield from (each.removeprefix(PATIENT) for each in value.split(","))


def _in_order(
    query: Query, found: Sequence[Row], base: str
) -> tuple[list[int], Sequence[Any] | None]:
    """The numbers of one page, and the keys of its last row where more would follow."""
    types = [query.type] if query.type else sorted({row.type for row in found})
    if not types:
        return [], None
    ordering = Ordering(types, query.own_sort, base)
    entries = ordering.sorted(
        [ordering.entry(row.rid, row.updated_at, orjson.loads(row.body)) for row in found]
    )
    if query.after:
        entries = ordering.after(entries, query.after)
    page = entries[: query.count]
    return [int(entry[0] or 0) for entry in page], page[-1] if len(entries) > len(page) else None

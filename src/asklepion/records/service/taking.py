"""A patient takes her whole record with her: one zip, written while it is read."""

import asyncio
import zipfile
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Sequence,
)
from contextlib import ExitStack, aclosing, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

from asklepion.kit.clock import to_iso
from asklepion.kit.errors import Busy
from asklepion.ledger import Ledger

from ..engine.compartment import PERSONAL
from ..engine.takeout import README, Line, files_in, line_of, missing_from, page_of
from ..model import AccessEntry, Along, Asking, Resource
from ..store import access
from ..store.access import AccessRow
from ..store.rows import NOBODY, SEVERAL, Row, find_parties
from .books import code_of, entry_of
from .deciding import PATIENT
from .granting import Granter
from .parts import Parts
from .reading import Reader
from .searching import Params, Searcher, Wanted
from .spool import Spool
from .zipping import Members, Sink

PAGE = "200"  # resources read at once
HISTORY_PAGE = 1000
LOG_PAGE = 500
BUNDLE_BYTES = 16 * 1024 * 1024  # of one Bundle, so that an import takes it whole
LINES_MOST = 20_000  # of the index; the others are in the files beside it
SHOWN_MOST = 200  # accesses on the index
AT_ONCE = 4  # in the whole house

Gone = Callable[[], Awaitable[bool]]
Bring = Callable[[Asking, str], Awaitable[Along | None]]


@dataclass(kw_only=True)
class Gathered:
    """Everything that will be written, sealed on the disk but for the index."""

    stack: ExitStack
    folder: Path
    types: dict[str, Spool] = field(default_factory=dict[str, Spool])
    history: dict[str, Spool] = field(default_factory=dict[str, Spool])
    files: Spool
    names: list[str] = field(default_factory=list[str])  # of the files
    lines: dict[str, list[Line]] = field(default_factory=dict[str, list[Line]])
    references: set[str] = field(default_factory=set[str])
    along: list[Along] = field(default_factory=list[Along])  # of other rooms
    missing: int = 0  # pages of which not all that they refer to came along

    @property
    def count(self) -> int:
        """How many resources there are."""
        return sum(spool.count for spool in self.types.values())

    def counts(self) -> dict[str, int]:
        """How many of each type."""
        return {type: spool.count for type, spool in self.types.items()}

    def spool(self, of: dict[str, Spool], type: str) -> Spool:
        """Where resources of a type go."""
        if type not in of:
            of[type] = self.stack.enter_context(closing(Spool(self.folder)))
        return of[type]


@dataclass(frozen=True)
class Taken:
    """A record on its way out."""

    count: int  # of its resources
    pieces: AsyncGenerator[bytes]  # of the zip
    stack: ExitStack

    def close(self) -> None:
        """Whatever became of it, nothing of the record stays behind."""
        self.stack.close()


class Taking:
    """Hands a patient all that is hers."""

    def __init__(
        self,
        parts: Parts,
        searcher: Searcher,
        reader: Reader,
        granter: Granter,
        ledger: Ledger,
        folder: Path,
    ) -> None:
        self._parts = parts
        self._searcher = searcher
        self._reader = reader
        self._granter = granter
        self._ledger = ledger
        self._folder = folder
        self._taking: set[str] = set()
        self._rooms: list[Bring] = []

    def also(self, bring: Bring) -> None:
        """Have another room give what it keeps of a patient, as far as the caller may see it."""
        self._rooms.append(bring)

    async def take(
        self,
        asking: Asking,
        patient: str,
        *,
        with_history: bool = False,
        is_gone: Gone | None = None,
    ) -> Taken:
        """Her whole record as a zip, piece by piece.

        Everything is released, and written down in her log, before this returns. Whoever asked has
        to close it.

        Args:
            with_history: also every version that was.
            is_gone: whether nobody waits for it any more.

        Raises:
            NotFound: somebody else asks.
            Busy: she is taking it already, or too many others are.
        """
        await self._parts.releasing.require(asking, patient)
        asking = replace(asking, via="take-out")
        if patient in self._taking or len(self._taking) >= AT_ONCE:
            raise Busy("A copy is being made already.", hint="Try again in a minute.")
        stack = ExitStack()
        self._taking.add(patient)
        stack.callback(self._taking.discard, patient)
        try:
            gathered = Gathered(
                stack=stack,
                folder=self._folder,
                files=stack.enter_context(closing(Spool(self._folder))),
            )
            await self._gather(asking, patient, gathered, is_gone)
            if with_history:
                await self._gather_history(asking, patient, gathered, is_gone)
            found = [await bring(asking, patient) for bring in self._rooms]
            gathered.along += [one for one in found if one]
        except BaseException:
            stack.close()
            raise
        return Taken(gathered.count, self._zip(asking, patient, gathered), stack)

    # Gathered

    async def _gather(
        self, asking: Asking, patient: str, gathered: Gathered, is_gone: Gone | None
    ) -> None:
        id = patient.removeprefix(PATIENT)
        herself = Wanted(type="Patient", params=[("_id", id), ("_include", "*")])
        compartment = Wanted(type="", params=[("_include", "*")], compartment=("Patient", id))
        beside = Wanted(type="", params=[("_type", ",".join(sorted(PERSONAL)))])
        for wanted in (herself, compartment, beside):
            async for rows, is_cut in self._pages(asking, wanted, is_gone):
                gathered.missing += is_cut
                hers = await self._hers(patient, rows)
                if wanted is beside:
                    hers = [row for row in hers if row.patient != NOBODY]
                await asyncio.to_thread(_spool, hers, gathered)

    async def _hers(self, patient: str, found: Sequence[Row]) -> list[Row]:
        """Without what is about others alone, also where whoever takes it along may see it."""
        several = [row.rid for row in found if row.patient == SEVERAL]
        async with self._parts.db.read() as tx:
            parties = await find_parties(tx, several)
        return [
            row
            for row in found
            if row.patient in (NOBODY, patient) or patient in parties.get(row.rid, ())
        ]

    async def _pages(
        self, asking: Asking, wanted: Wanted, is_gone: Gone | None
    ) -> AsyncIterator[tuple[list[Row], bool]]:
        cursor: Params = []
        while True:
            if is_gone and await is_gone():
                raise Busy("Nobody waits for it any more.")
            asked = replace(wanted, params=[*wanted.params, ("_count", PAGE), *cursor])
            (page,) = await self._searcher.search_all(asking, [asked], action="export")
            yield [*page.rows, *page.included], page.is_cut
            if page.next is None:
                return
            cursor = [("_cursor", page.next)]

    async def _gather_history(
        self, asking: Asking, patient: str, gathered: Gathered, is_gone: Gone | None
    ) -> None:
        for type in sorted(gathered.types):
            cursor: str | None = None
            while True:
                if is_gone and await is_gone():
                    raise Busy("Nobody waits for it any more.")
                page = await self._reader.history(asking, type, count=HISTORY_PAGE, cursor=cursor)
                rows = [
                    row
                    for row in page.rows
                    if not row.deleted
                    and (row.patient == patient or row.reference in gathered.references)
                ]
                await asyncio.to_thread(_spool_versions, rows, type, gathered)
                cursor = page.next
                if cursor is None:
                    break

    # Written

    async def _zip(self, asking: Asking, patient: str, gathered: Gathered) -> AsyncGenerator[bytes]:
        now = self._parts.clock.now()
        sink = Sink()
        archive = zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, allowZip64=True)
        moment = (now.year, now.month, now.day, now.hour, now.minute, now.second)
        members = Members(archive, sink, moment)
        readme = README.format(key=self._ledger.verifier_key).encode()
        fixed: list[tuple[str, Iterable[bytes]]] = [("README.txt", [readme])]
        if lacking := missing_from(gathered.missing, gathered.along):
            fixed.append(("MISSING.txt", [lacking.encode()]))
        for type, spool in sorted(gathered.types.items()):
            fixed.append((f"fhir/{type}.ndjson", _ndjson(spool)))
        for type, spool in sorted(gathered.history.items()):
            fixed.append((f"history/{type}.ndjson", _ndjson(spool)))
        fixed += [(f"more/{one.name}.json", [one.content]) for one in gathered.along]
        for name, parts in fixed:
            async for piece in members.write(name, parts):
                yield piece
        async for piece in members.write_all(_bundles(gathered)):
            yield piece
        async for piece in members.write_all(_files(gathered)):
            yield piece
        shown: list[Line] = []
        async with aclosing(self._log(patient, members, shown)) as pieces:
            async for piece in pieces:
                yield piece
        permits = [_permit(it) for it in await self._granter.given(asking, patient)]
        page = page_of(
            f"{now:%Y-%m-%d}",
            gathered.lines,
            gathered.counts(),
            gathered.names,
            shown,
            gathered.along,
        )
        last: list[tuple[str, Iterable[bytes]]] = [
            ("consents.json", [orjson.dumps(permits, option=orjson.OPT_INDENT_2)]),
            ("index.html", (part.encode() for part in page)),
        ]
        for name, parts in last:
            async for piece in members.write(name, parts):
                yield piece
        await asyncio.to_thread(archive.close)
        yield sink.taken()

    async def _log(
        self, patient: str, members: Members, shown: list[Line]
    ) -> AsyncGenerator[bytes]:
        """Her access log, each line with its receipt; no more of it than there was at first."""
        with closing(Spool(self._folder)) as lines:
            before: int | None = None
            while True:
                rows = await self._log_page(patient, before)
                for row in rows:
                    entry = entry_of(row)
                    if len(shown) < SHOWN_MOST:
                        shown.append(_shown(entry))
                    lines.add(orjson.dumps(_told(entry)))
                    receipt = await self._ledger.receipt(row.leaf, orjson.loads(row.event), row.key)
                    name = f"receipts/{row.number:06}.json"
                    async for piece in members.write(name, [orjson.dumps(receipt)]):
                        yield piece
                if len(rows) < LOG_PAGE:
                    break
                before = rows[-1].number
            async for piece in members.write("access-log.ndjson", _ndjson(lines)):
                yield piece

    async def _log_page(self, patient: str, before: int | None) -> list[AccessRow]:
        async with self._parts.db.read() as tx:
            found = await access.find_of_patient(tx, patient, before=before, limit=LOG_PAGE)
        return list(await self._parts.books.open(found))


def _spool(rows: Iterable[Row], gathered: Gathered) -> None:
    for row in rows:
        if row.reference in gathered.references or row.deleted:
            continue
        gathered.references.add(row.reference)
        gathered.spool(gathered.types, row.type).add(row.body)
        resource: Resource = orjson.loads(row.body)
        lines = gathered.lines.setdefault(row.type, [])
        if sum(map(len, gathered.lines.values())) < LINES_MOST:
            lines.append(line_of(resource))
        for file in files_in(resource):
            gathered.names.append(file.name)
            gathered.files.add(file.name.encode() + b"\0" + file.data)


def _spool_versions(rows: Iterable[Row], type: str, gathered: Gathered) -> None:
    for row in rows:
        gathered.spool(gathered.history, type).add(row.body)


def _ndjson(spool: Spool) -> Iterator[bytes]:
    return (record + b"\n" for record in spool.records())


def _files(gathered: Gathered) -> Iterator[tuple[str, Iterable[bytes]]]:
    for record in gathered.files.records():
        name, _, data = record.partition(b"\0")
        yield name.decode(), [data]


def _bundles(gathered: Gathered) -> Iterator[tuple[str, Iterable[bytes]]]:
    """The record as Bundles: each is as large as an import takes, and good by itself."""
    records = _ordered(gathered)
    number = 1
    following = next(records, None)
    while following is not None:
        parts = [b'{"resourceType":"Bundle","type":"collection","entry":[']
        size = 0
        while following is not None and (not size or size + len(following) < BUNDLE_BYTES):
            parts += [b',\n{"resource":' if size else b'\n{"resource":', following, b"}"]
            size += len(following)
            following = next(records, None)
        yield f"bundle/record-{number:03}.json", [*parts, b"\n]}\n"]
        number += 1


def _ordered(gathered: Gathered) -> Iterator[bytes]:
    """The patient first, so that whoever imports it knows whose it is."""
    for type in sorted(gathered.types, key=lambda t: (t != "Patient", t)):
        yield from gathered.types[type].records()


def _told(entry: AccessEntry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "at": to_iso(entry.at),
        "action": entry.action,
        "outcome": entry.outcome,
        "who": entry.actor_name,
        "person": entry.actor_person,
        "purpose": entry.purpose,
        "via": entry.via,
        "visit": entry.visit,
        "consent": entry.consent,
        "what": dict(entry.what),
        "categories": [code_of(category) for category in entry.categories],
        "refs": list(entry.refs),
        "receipt": f"receipts/{entry.number:06}.json",
    }


def _shown(entry: AccessEntry) -> Line:
    what = ", ".join(f"{count} {type}" for type, count in entry.what.items())
    detail = "; ".join(part for part in (entry.purpose, entry.via, what) if part)
    return Line(
        f"{entry.at:%Y-%m-%d %H:%M}",
        f"{entry.actor_name}: {entry.action} ({entry.outcome})",
        detail,
    )


def _permit(permit: Any) -> dict[str, Any]:
    return {
        "consent": permit.consent or None,
        "actor": permit.actor,
        "categories": [code_of(category) for category in sorted(permit.categories)],
        "until": to_iso(permit.until),
        "visit": permit.visit,
        "purpose": permit.purpose,
    }

"""Bulk export: pages of searches become lines of files; each is decided again on its way out.

asked ──► searched page by page ──► lines that name versions ──► a manifest
                                                                     │ fetched
                                     decided afresh, written down ◄──┘
                                     ──► opened and sent, some lines at a time

The files hold no texts. So nothing that was exported outlives a consent, an erasure, or the job.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from asklepion.kit.clock import from_us, to_iso, to_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Gone, HouseError, Incorrect, NotFound
from asklepion.kit.log import get_log

from ...engine.dates import span_of
from ...model import Asking, Resource
from ...store import bulk, rows
from ...store.bulk import DELETED, DONE, JobRow, LineRow
from ...store.rows import NOBODY, SEVERAL, Row
from ..bundles import shown
from ..drafting import encode
from ..parts import Parts
from ..reading import Reader
from ..releasing import Weighed
from ..searching import Params, Searcher, Wanted
from .asked import Ask, read_asked, searches
from .jobs import VIA, Jobs, asking_of, no_such_job

log = get_log(__name__)

PART = 10_000  # lines of one file
LINES_MOST = 1_000_000  # of one job
PATIENTS_MOST = 1_000  # that one job may name
PLANS_MOST = 16  # jobs whose searches are remembered
STEP = 200  # lines that are opened at a time
ACTION = "export"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a job is."""

    job: JobRow
    lines: int
    step: int
    steps: int  # 0: not known


@dataclass(frozen=True, kw_only=True)
class File:
    """One file, decided upon and written down, ready to be sent."""

    size: int  # bytes
    etag: str
    expires_at: int
    job: JobRow
    ask: Ask
    asking: Asking
    type: str
    lines: Sequence[tuple[int, int]]  # place and bytes of each


class Exports:
    """Answers `$export`. https://hl7.org/fhir/uv/bulkdata/STU2/export.html"""

    def __init__(self, parts: Parts, searcher: Searcher, reader: Reader, jobs: Jobs) -> None:
        self._parts = parts
        self._searcher = searcher
        self._reader = reader
        self._jobs = jobs
        self._plans: dict[str, list[Wanted]] = {}  # by job

    # Asked for

    async def begin(
        self,
        asking: Asking,
        level: str,
        params: Params,
        *,
        request: str,
        group: str = "",
        is_lenient: bool = False,
    ) -> tuple[JobRow, tuple[str, ...]]:
        """Begin an export of what the caller may see.

        Args:
            level: system, patient or group; or one, where `group` is a patient's id.
            request: the address that was asked, for the manifest.

        Returns:
            The job, and the parameters that were left out because the caller is lenient.

        Raises:
            NotFound: the group is not there, or not for this caller.
            Incorrect, Unsupported: a parameter is not understood, or not done here.
        """
        asking.caller.require_known()
        asking = replace(asking, via=VIA)
        read = read_asked(params, is_lenient=is_lenient)
        patients = await self._patients(asking, level, group, read.patients)
        ask = Ask(
            caller=asking.caller,
            purpose=asking.purpose,
            visit=asking.visit,
            request=request,
            level=level if level == "system" else "patient",
            types=tuple(dict.fromkeys(read.types)),
            filters=tuple(read.filters),
            since=read.since,
            elements=tuple(read.elements),
            names_patients=patients is not None,
            left_out=tuple(dict.fromkeys(read.left_out)),
        )
        named = patients or []
        weighed = await self._require_searchable(asking, ask, named)
        job = await self._jobs.begin(
            asking,
            ACTION,
            ask,
            patients=named,
            # A filter may hold a name, the address an id.
            has_text=bool(ask.filters or read.patients or level == "one"),
            entries=weighed.entries(ACTION),
        )
        log.info("export begun", job=job.id)
        return job, ask.left_out

    async def _patients(
        self, asking: Asking, level: str, group: str, named: Sequence[str]
    ) -> list[str] | None:
        """Whom it is about; nothing where it is everybody whom the caller may see."""
        if named and level in ("system", "one"):
            raise Incorrect(
                "patient is not for this address.", hint="Ask Patient/$export or a Group."
            )
        found: list[str] | None = list(dict.fromkeys(named)) or None
        if level == "one":
            found = [f"Patient/{group}"]
        if level == "group":
            members = _members(json.loads(await self._group(asking, group)))
            if found and not set(found) <= set(members):
                raise Incorrect("A patient is no member of the group.", hint="Leave it out.")
            found = found or members
        if found is not None and len(found) > PATIENTS_MOST:
            raise Incorrect("It names too many patients.", hint=f"Name at most {PATIENTS_MOST}.")
        return found

    async def _group(self, asking: Asking, group: str) -> bytes:
        return (await self._reader.read(asking, "Group", group)).body

    async def _require_searchable(
        self, asking: Asking, ask: Ask, patients: Sequence[str]
    ) -> Weighed:
        """Every search of it can be read; and the patients it names, as a look at them."""
        parts = self._parts
        sight = parts.releasing.sight(asking)
        async with parts.db.read() as tx:
            for wanted in searches(ask, patients[:1] or ["Patient/x"]):
                await self._searcher.compile(tx, wanted, sight)
            known = await self._known(tx, patients)
            return await parts.releasing.weigh(tx, asking, sight, [], known)

    async def _known(self, tx: Tx, patients: Sequence[str]) -> list[str]:
        keys = {self._parts.indexer.key_of(*who.split("/", 1)): who for who in patients}
        return [keys[key] for key in await rows.find(tx, list(keys))] if keys else []

    # Carried out

    async def step(self, job: JobRow) -> bool:
        """Take the next page of a job; whether that changed anything."""
        ask = await self._jobs.asked(job, Ask)
        if ask is None:
            return False
        try:
            return await self._step(job, ask)
        except HouseError as error:
            async with self._parts.db.begin() as tx:
                return await self._jobs.end(tx, job, error.message) is not None

    async def _step(self, job: JobRow, ask: Ask) -> bool:
        asking = asking_of(Asking(caller=ask.caller), purpose=ask.purpose, visit=ask.visit)
        async with self._parts.db.read() as tx:
            steps = await self._searches(tx, job, ask)
            is_last = job.step >= len(steps)
            if is_last:
                found, cursor = await self._deleted(tx, job, ask, asking)
            else:
                found, cursor = await self._page(tx, job, ask, asking, steps[job.step])
        lines = await self._lines(job, ask, found, is_deleted=is_last)
        counts: dict[str, int] = json.loads(job.counts)
        placed = [line._replace(n=_next(counts, line.type)) for line in lines]
        if sum(counts.values()) > LINES_MOST:
            hint = f"more than {LINES_MOST} resources; ask for fewer types or a later _since"
            async with self._parts.db.begin() as tx:
                return await self._jobs.end(tx, job, hint) is not None
        async with self._parts.db.begin() as tx:
            step = job.step if cursor else job.step + 1
            changes: dict[str, Any] = {"step": step, "cursor": cursor, "counts": counts}
            end = self._jobs.end if is_last and not cursor else self._jobs.go_on
            went_on = await end(tx, job, **changes)
            if went_on is not None:
                await bulk.add_lines(tx, placed)
        return went_on is not None

    async def _searches(self, tx: Tx, job: JobRow, ask: Ask) -> list[Wanted]:
        """The searches of a job; remembered, since each page asks for them."""
        found = self._plans.get(job.id)
        if found is None:
            named = await bulk.patients_of(tx, job.id) if ask.names_patients else []
            found = await asyncio.to_thread(searches, ask, named)
            while len(self._plans) >= PLANS_MOST:
                self._plans.pop(next(iter(self._plans)))
            self._plans[job.id] = found
        return found

    async def _page(
        self, tx: Tx, job: JobRow, ask: Ask, asking: Asking, wanted: Wanted
    ) -> tuple[list[Row], str]:
        """One page of what may be seen, as it was when the job was begun; and where to go on."""
        releasing = self._parts.releasing
        sight = releasing.sight(asking)
        if job.cursor:
            wanted = replace(wanted, params=[*wanted.params, ("_cursor", job.cursor)])
        page = await self._searcher.look(tx, wanted, sight)
        then = [
            row if row.updated_at <= job.made_at else await bulk.find_at(tx, row.rid, job.made_at)
            for row in page.rows
        ]
        filtered = {type for type, _ in ask.filters} if not wanted.type else set[str]()
        found = [
            row
            for row in then
            if row and not row.deleted and row.type not in filtered
            and ask.keeps(row.type, row.patient != NOBODY)
        ]  # fmt: skip
        weighed = await releasing.weigh(tx, asking, sight, found)
        return weighed.allowed, self._searcher.cursor_after(page) or ""

    async def _deleted(
        self, tx: Tx, job: JobRow, ask: Ask, asking: Asking
    ) -> tuple[list[Row], str]:
        """One page of what was deleted since the moment that was asked for."""
        since = _since(ask)
        if since is None:
            return [], ""
        releasing = self._parts.releasing
        sight = releasing.sight(asking)
        found = await bulk.find_deleted(
            tx,
            sight,
            since=since,
            until=job.made_at,
            after=int(job.cursor or -1),
            limit=STEP,
        )
        cursor = str(found[-1].rid) if len(found) == STEP else ""
        named = set(await bulk.patients_of(tx, job.id)) if ask.names_patients else None
        kept = [
            row
            for row in found
            if ask.keeps(row.type, row.patient != NOBODY)
            and (named is None or row.patient in named)
        ]
        return (await releasing.weigh(tx, asking, sight, kept)).allowed, cursor

    async def _lines(
        self, job: JobRow, ask: Ask, found: Sequence[Row], *, is_deleted: bool
    ) -> list[LineRow]:
        """Lines, with how long each will be; the texts are looked at and handed to nobody."""
        if is_deleted:
            sized = [(row, len(_gone(row))) for row in found]
        else:
            opened = await self._parts.releasing.look(found)
            texts = await asyncio.to_thread(_texts, ask, opened)
            sized = [(row, len(text)) for row, text in zip(opened, texts, strict=True)]
        return [
            LineRow(
                job=job.id,
                type=DELETED if is_deleted else row.type,
                n=0,
                rid=row.rid,
                version=row.version,
                patient="" if row.patient == SEVERAL else row.patient,
                size=size + 1,
            )
            for row, size in sized
        ]

    # Shown

    async def progress(self, asking: Asking, id: str) -> Progress:
        """How far a job of the caller's is.

        Raises:
            NotFound: there is none.
        """
        job = await self._jobs.mine(asking, id)
        counts = json.loads(job.counts)
        lines = sum(value for value in counts.values() if isinstance(value, int))
        steps = 0
        if job.kind == ACTION and (ask := await self._jobs.asked(job, Ask)):
            async with self._parts.db.read() as tx:
                steps = len(await self._searches(tx, job, ask)) + 1
        return Progress(job=job, lines=lines, step=min(job.step + 1, steps), steps=steps)

    async def manifest(self, asking: Asking, id: str, where: str) -> dict[str, Any]:
        """Which files there are; only what may be seen now is counted.

        Args:
            where: the address below which the files are.

        Raises:
            NotFound: there is no such job, or it is not done.
        """
        job, ask, asking = await self._done(asking, id)
        async with self._parts.db.read() as tx:
            places = await bulk.line_counts(tx, id)
        output: list[dict[str, Any]] = []
        deleted: list[dict[str, Any]] = []
        for type in sorted(places):
            for part in range(places[type][0] // PART + 1):
                weighed, _ = await self._weigh(job, asking, type, part)
                if weighed.allowed:
                    url = f"{where}/{type}/{part}"
                    told = {
                        "type": "Bundle" if type == DELETED else type,
                        "url": url,
                        "count": len(weighed.allowed),
                    }
                    (deleted if type == DELETED else output).append(told)
        return {
            "transactionTime": to_iso(from_us(job.made_at)),
            "request": ask.request,
            "requiresAccessToken": True,
            "output": output,
            "deleted": deleted,
            "error": [],
        }

    async def _done(self, asking: Asking, id: str) -> tuple[JobRow, Ask, Asking]:
        job = await self._jobs.mine(asking, id, ACTION)
        ask = await self._jobs.asked(job, Ask)
        if job.state != DONE or ask is None:
            raise no_such_job()
        return job, ask, asking_of(asking, purpose=ask.purpose, visit=ask.visit)

    async def _weigh(
        self, job: JobRow, asking: Asking, type: str, part: int
    ) -> tuple[Weighed, dict[tuple[int, int], tuple[int, int]]]:
        """The lines of one part, decided upon now; place and bytes of each by rid and version."""
        releasing = self._parts.releasing
        sight = releasing.sight(asking)
        async with self._parts.db.read() as tx:
            found = await bulk.find_bare(tx, job.id, type, part * PART, (part + 1) * PART)
            weighed = await releasing.weigh(tx, asking, sight, [row for *_, row in found])
        return weighed, {(row.rid, row.version): (n, size) for n, size, row in found}

    # Fetched

    async def file(self, asking: Asking, id: str, type: str, part: int) -> File:
        """One file as the caller may see it now: each look is in the log before this returns,
        one line for each patient.

        Raises:
            NotFound: there is none, or none any more that may be seen.
        """
        job, ask, asking = await self._done(asking, id)
        weighed, places = await self._weigh(job, asking, type, part)
        if not places:
            raise no_such_file()
        await self._parts.books.keep(weighed.entries(ACTION))
        if not weighed.allowed:
            raise no_such_file()
        lines = sorted(places[row.rid, row.version] for row in weighed.allowed)
        names = sorted((row.rid, row.version) for row in weighed.allowed)
        digest = hashlib.blake2b(json.dumps([id, names]).encode(), digest_size=16).hexdigest()
        return File(
            size=sum(size for _, size in lines),
            etag=f'"{digest}"',
            expires_at=job.expires_at,
            job=job,
            ask=ask,
            asking=asking,
            type=type,
            lines=lines,
        )

    async def send(
        self, file: File, start: int = 0, end: int | None = None
    ) -> AsyncGenerator[bytes]:
        """The bytes of a file, some lines at a time, each decided once more just before it goes.

        Args:
            start: first byte.
            end: first byte after the last.

        Raises:
            Gone: something in it may not be seen any more; what was sent is not the whole.
        """
        end = file.size if end is None else end
        wanted, at = list[tuple[int, int]](), 0
        for n, size in file.lines:
            if at < end and at + size > start:
                wanted.append((n, max(0, start - at)))
            at += size
        left = end - start
        bounds = [*range(0, len(wanted), STEP), len(wanted)]
        for first, last in pairwise(bounds):
            some = wanted[first:last]
            texts = await self._open(file, [n for n, _ in some])
            block = b"".join(text[skip:] for text, (_, skip) in zip(texts, some, strict=True))
            yield block[:left]
            left -= len(block)

    async def _open(self, file: File, places: Sequence[int]) -> list[bytes]:
        releasing = self._parts.releasing
        sight = releasing.sight(file.asking)
        known = set(places)
        async with self._parts.db.read() as tx:
            job = await bulk.find(tx, file.job.id)
            numbered = await bulk.find_whole(tx, file.job.id, file.type, places[0], places[-1] + 1)
            found = [row for n, row in numbered if n in known]
            weighed = await releasing.weigh(tx, file.asking, sight, found)
        over = job is None or job.expires_at <= to_us(self._parts.clock.now())
        opened = [] if over else await releasing.hand_on(weighed)
        if len(opened) != len(places):
            raise Gone("Something in this file may not be seen any more.", hint="Fetch it again.")
        return await asyncio.to_thread(_lines_of, file, opened)


def _texts(ask: Ask, opened: Sequence[Row]) -> list[bytes]:
    return [shown(row.body, ask.view_of(row.type)) for row in opened]


def _lines_of(file: File, opened: Sequence[Row]) -> list[bytes]:
    if file.type == DELETED:
        return [_gone(row) + b"\n" for row in opened]
    return [text + b"\n" for text in _texts(file.ask, opened)]


def _gone(row: Row) -> bytes:
    """That a resource is no more, as a transaction that would delete it."""
    entry = {"request": {"method": "DELETE", "url": row.reference}}
    bundle: Resource = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    return encode(bundle)


def _next(counts: dict[str, int], type: str) -> int:
    place = counts.get(type, 0)
    counts[type] = place + 1
    return place


def _since(ask: Ask) -> int | None:
    span = span_of(ask.since) if ask.since else None
    return span[0] if span else None


def _members(group: Resource) -> list[str]:
    """The patients in a group, without those who have left it."""
    members = [m for m in group.get("member", ()) if not m.get("inactive")]
    found = [m.get("entity", {}).get("reference", "") for m in members]
    return [who for who in dict.fromkeys(found) if who.startswith("Patient/")]


def no_such_file() -> NotFound:
    """The one answer for a file that is not there and for one that may not be seen."""
    return NotFound("There is no such file.", hint="Take its address from the manifest.")

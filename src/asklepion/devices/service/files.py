"""Files of apps and trackers: read while they come, kept some hundred at a time."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from asklepion.kit.clock import Clock
from asklepion.kit.errors import Incorrect
from asklepion.records import Asking, Brought, Meter, Overtaken, Records, Refused, read_streams

from ..engine.files import FHIR, Filed, Found, Gatherer, read_stream
from ..engine.files.units import zone_of
from ..engine.observations import make_filed

AT_ONCE = 500  # Observations kept together
LOOKED_AT = 2000  # entries after which progress is told, also where none of them is taken
ATTEMPTS = 3
BLOCK = 1024 * 1024
BATCH_DIGITS = 32

Chunk: TypeAlias = "list[tuple[Filed, list[dict[str, Any]]]]"


@dataclass(frozen=True, kw_only=True)
class FileStep:
    """How far a file has come; the counts are those so far.

    Args:
        kind: progress, done or failed.
        deleted: of these, how many were here, were deleted, and so stay away.
        by_kind: readings in the record now, of each kind, new or not.
        unknown: what nobody here understands, and how often it stands in the file.
        refused: what could not be taken, and why in a word.
        first: when the earliest of the readings was taken, and `last` the latest.
        batch: of the tag that everything new carries.
    """

    kind: str = "progress"
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    by_kind: Mapping[str, int] = field(default_factory=dict[str, int])
    unknown: Mapping[str, int] = field(default_factory=dict[str, int])
    refused: tuple[tuple[str, str, int], ...] = ()
    first: datetime | None = None
    last: datetime | None = None
    bytes_done: int = 0
    bytes_total: int = 0
    batch: str = ""
    reason: str = ""


@dataclass(kw_only=True)
class _Tally:
    batch: str
    gatherer: Gatherer
    meter: Meter = field(default_factory=Meter)
    states: Counter[str] = field(default_factory=Counter[str])
    kinds: Counter[str] = field(default_factory=Counter[str])
    span: tuple[datetime, datetime] | None = None

    def count(self, filed: Filed, n: int = 1) -> None:
        """One reading that is, or would be, in the record."""
        self.kinds[filed.kind.name] += n
        at = filed.reading.at
        first, last = self.span or (at, at)
        self.span = (min(first, at), max(last, at))

    def step(self, kind: str = "progress") -> FileStep:
        refused = self.gatherer.refused
        return FileStep(
            kind=kind,
            new=self.states["new"],
            changed=self.states["changed"],
            unchanged=self.states["same"],
            deleted=self.states["deleted"],
            by_kind=dict(self.kinds.most_common()),
            unknown=dict(self.gatherer.unknown.most_common()),
            refused=tuple((*key, count) for key, count in refused.most_common()),
            first=self.span and self.span[0],
            last=self.span and self.span[1],
            bytes_done=self.meter.done,
            bytes_total=self.meter.total,
            batch=self.batch,
        )


class FileDesk:
    """Takes files in; memory is bounded by one chunk, whatever the file's size."""

    def __init__(self, *, clock: Clock, records: Records) -> None:
        self._clock = clock
        self._records = records

    async def take_in(
        self, asking: Asking, patient: str, source: Path, *, name: str = "", zone: str = ""
    ) -> AsyncGenerator[FileStep]:
        """Take in a file of an app or a tracker, or a zip of such, step by step.

        Each chunk is kept as a whole. Taking the same file in again completes what was broken
        off, and adds nothing that is there.

        Args:
            patient: whose it is.
            zone: of moments that name none, such as Asia/Shanghai or +08:00.

        Raises:
            NotFound: the record is not for the caller to write.
            Incorrect: there is no such zone.
        """
        await self._records.bringing.require(asking, patient)
        tally, made = await self._open(patient, source, name, zone)
        with closing(made):
            while (chunk := await asyncio.to_thread(next, made, None)) is not None:
                await self._keep(asking, chunk, tally)
                yield tally.step()
        if not tally.states and tally.gatherer.unknown[FHIR]:
            async for step in self._hand_on(asking, source, name):
                yield step
            return
        yield tally.step("done")

    async def look_through(
        self, asking: Asking, patient: str, source: Path, *, name: str = "", zone: str = ""
    ) -> AsyncGenerator[FileStep]:
        """What a file would bring, step by step; nothing is kept, and no record is looked at.

        So nothing of it is counted as new: what is there already is told when it is taken in.
        What the records room takes in itself, such as FHIR, is named under `unknown`.

        Raises:
            NotFound: the record is not for the caller to write.
            Incorrect: there is no such zone.
        """
        await self._records.bringing.require(asking, patient)
        tally, made = await self._open(patient, source, name, zone)
        with closing(made):
            while (chunk := await asyncio.to_thread(next, made, None)) is not None:
                for filed, resources in chunk:
                    tally.count(filed, len(resources))
                yield tally.step()
        yield tally.step("done")

    async def _open(
        self, patient: str, source: Path, name: str, zone: str
    ) -> tuple[_Tally, Generator[Chunk]]:
        where = _zone(zone)
        batch = await asyncio.to_thread(_batch_of, patient, source)
        tally = _Tally(batch=batch, gatherer=Gatherer(now=self._clock.now()))
        found = read_streams(
            source,
            name or source.name,
            self._records.limits,
            lambda file, inner, _: read_stream(file, inner, where),
            tally.meter,
        )
        return tally, chunks(found, tally.gatherer, partial(make_filed, patient, batch=batch))

    async def _keep(self, asking: Asking, chunk: Chunk, tally: _Tally) -> None:
        """One chunk; what stands in it twice is kept once."""
        resources = {resource["id"]: resource for _, made in chunk for resource in made}
        if not resources:
            return
        states = dict((await self._bring(asking, [*resources.values()])).states)
        for filed, made in chunk:
            for resource in made:
                state = states[resource["id"]]
                if state == "refused":
                    tally.gatherer.refuse(filed.kind.name, "unkept")
                    continue
                tally.states[state] += 1
                if state == "deleted":
                    continue
                tally.count(filed)
                states[resource["id"]] = "same"

    async def _bring(self, asking: Asking, resources: list[dict[str, Any]]) -> Brought:
        for _ in range(ATTEMPTS - 1):
            try:
                return await self._records.bringing.keep(asking, resources)
            except Overtaken:
                await asyncio.sleep(0)  # somebody else wrote one of them just now
        return await self._records.bringing.keep(asking, resources)

    async def _hand_on(self, asking: Asking, source: Path, name: str) -> AsyncGenerator[FileStep]:
        """FHIR and its like: the records room takes these in itself."""
        refused: Counter[tuple[str, str]] = Counter()
        async for step in self._records.take_in(asking, source, name=name):
            if step.kind == "refused":
                refused[step.reference.partition("/")[0] or "*", step.reason] += 1
            if step.kind in ("progress", "done"):
                yield FileStep(
                    kind=step.kind,
                    new=step.new,
                    changed=step.changed,
                    unchanged=step.unchanged,
                    by_kind=step.by_type,
                    refused=tuple((*key, count) for key, count in refused.most_common(200)),
                    bytes_done=step.bytes_done,
                    bytes_total=step.bytes_total,
                )


def _zone(text: str) -> tzinfo | None:
    try:
        return zone_of(text)
    except ValueError as error:
        hint = "Give one such as Asia/Shanghai or +08:00."
        raise Incorrect("There is no such time zone.", hint=hint) from error


def _batch_of(patient: str, source: Path) -> str:
    """The same for the same file, which may come again after it was broken off."""
    digest = hashlib.sha256(patient.encode())
    with source.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()[:BATCH_DIGITS]


def chunks(found: Generator[Found | Refused], gatherer: Gatherer, make: Any) -> Generator[Chunk]:
    """What is kept together; an empty one where nothing of much was taken."""
    with closing(found):
        while looked := list(islice(found, LOOKED_AT)):
            yield from _made(gatherer.take(_without(looked, gatherer)), make)
        yield from _made(gatherer.totals(), make)


def _made(filed: Iterator[Filed], make: Any) -> Iterator[Chunk]:
    is_first = True
    while (chunk := list(islice(filed, AT_ONCE))) or is_first:
        is_first = False
        yield [(each, make(each)) for each in chunk]


def _without(found: list[Found | Refused], gatherer: Gatherer) -> Iterator[Found]:
    """Only what was read; whole files that were not are counted."""
    for each in found:
        if isinstance(each, Refused):
            gatherer.refuse("file", each.reason)
        else:
            yield each

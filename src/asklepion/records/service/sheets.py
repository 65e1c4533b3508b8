"""Spreadsheets of measurements: looked at first, then kept, and taken back where that was wrong."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import orjson

from asklepion.identity import Role

from ..engine.foreign.model import Unreadable
from ..engine.foreign.sheet import (
    MEASURES,
    Mapping,
    Row,
    Sheet,
    guess,
    observations,
    open_sheet,
    read_mapping,
)
from ..engine.foreign.sheet.reading import BATCH
from ..model import Act, Asking
from .absent import not_found
from .changing import Changer
from .importing import Importer, ImportStep
from .parts import Parts
from .searching import Searcher, Wanted
from .translating import Translator

SAMPLES = 5  # rows shown
PROBLEMS_MOST = 50  # told in a preview
AT_ONCE = 200  # rows kept together
UNDONE_PAGE = "200"


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a table seems to say, before anything is kept."""

    header: list[str]
    samples: list[list[str]]  # the first rows, as they are
    mapping: dict[str, Any]
    separator: str
    rows: int
    understood: int  # observations that would come of it
    problems: list[dict[str, Any]]  # row and reason, of the first that have any
    problem_count: int
    first: str  # the earliest and the latest moment
    last: str
    measures: dict[str, int]  # how many of each, by the words that stand in them


class Sheets:
    """Takes tables of measurements in."""

    def __init__(
        self,
        parts: Parts,
        translator: Translator,
        importer: Importer,
        searcher: Searcher,
        changer: Changer,
    ) -> None:
        self._parts = parts
        self._translator = translator
        self._importer = importer
        self._searcher = searcher
        self._changer = changer

    async def preview(
        self, asking: Asking, patient: str, text: bytes, mapping: Mapping | None, *, zone: str = ""
    ) -> Preview:
        """What a table would bring.

        Args:
            mapping: what its columns mean; guessed where nobody says.
            zone: of its times, such as +08:00, for the guess.

        Raises:
            NotFound: it is for another's record.
            Unreadable: it is no table.
        """
        await self._require_own(asking, patient)
        read_mapping({"columns": [], "zone": zone})
        return await asyncio.to_thread(self._preview, patient, text, mapping, zone)

    def _preview(self, patient: str, text: bytes, mapping: Mapping | None, zone: str) -> Preview:
        sheet = open_sheet(text)
        mapping = mapping or guess(sheet, zone)
        _require_fitting(sheet, mapping)
        samples = [cells for _, cells in islice(sheet.rows(), SAMPLES)]
        rows = understood = bad = 0
        problems: list[dict[str, Any]] = []
        moments: list[str] = []
        measures: dict[str, int] = {}
        for row in self._rows(sheet, mapping, patient, "preview"):
            rows += 1
            understood += len(row.resources)
            for it in row.resources:
                name = it["code"]["text"]
                measures[name] = measures.get(name, 0) + 1
                at = it["effectiveDateTime"]
                moments = [min([at, *moments]), max([at, *moments])]
            if row.problem:
                bad += 1
                if len(problems) < PROBLEMS_MOST:
                    problems.append({"row": row.number, "reason": row.problem})
        return Preview(
            header=sheet.header,
            samples=samples,
            mapping=mapping.as_json(),
            separator=sheet.separator,
            rows=rows,
            understood=understood,
            problems=problems,
            problem_count=bad,
            first=moments[0] if moments else "",
            last=moments[-1] if moments else "",
            measures=measures,
        )

    async def take_in(
        self, asking: Asking, patient: str, text: bytes, mapping: Mapping, *, name: str
    ) -> AsyncGenerator[ImportStep]:
        """Keep what a table says, step by step; the last step's `reference` is what to undo it by.

        Raises:
            NotFound: it is for another's record.
            Unreadable: it is no table.
        """
        await self._require_own(asking, patient)
        asking = replace(asking, via="import")
        sheet = await asyncio.to_thread(open_sheet, text)
        _require_fitting(sheet, mapping)
        told = orjson.dumps(mapping.as_json()).hex()
        batch = self._translator.id_for(f"{patient} {told} {hashlib.sha256(text).hexdigest()}")
        rows = self._rows(sheet, mapping, patient, batch)
        async for step in self._importer.take_rows(asking, _chunks(rows), name, len(text)):
            yield replace(step, reference=batch) if step.kind == "done" else step

    def _rows(self, sheet: Sheet, mapping: Mapping, patient: str, batch: str) -> Iterator[Row]:
        return observations(sheet, mapping, self._translator.id_for, subject=patient, batch=batch)

    async def undo(self, asking: Asking, patient: str, batch: str) -> int:
        """Delete what one table brought; returns how many. What was there before stays.

        Raises:
            NotFound: it is another's record, or nothing came so. An operator sees no record, and
                so finds nothing either.
        """
        await self._require_own(asking, patient)
        asking = replace(asking, via="import")
        params = [("_tag", f"{BATCH}|{batch}"), ("subject", patient), ("_count", UNDONE_PAGE)]
        count = 0
        while True:
            wanted = Wanted(type="Observation", params=params)
            (page,) = await self._searcher.search_all(asking, [wanted])
            for row in page.rows:
                await self._changer.delete(asking, row.type, row.id)
            count += len(page.rows)
            if not page.rows:
                break
        if not count:
            raise not_found("Observation")
        return count

    async def _require_own(self, asking: Asking, patient: str) -> None:
        """Her own, or at this machine's command line."""
        if not asking.caller.has(Role.OPERATOR):
            await self._parts.releasing.require(asking, patient, Act.CORRECT)


def known_measures() -> list[dict[str, Any]]:
    """What a column may mean, with the units it may be in."""
    return [
        {"key": it.key, "names": list(it.names), "units": list(it.codes)}
        for it in MEASURES.values()
    ]


def _require_fitting(sheet: Sheet, mapping: Mapping) -> None:
    if len(mapping.columns) != len(sheet.header):
        raise Unreadable("has another number of columns than the mapping")


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, AT_ONCE)):
        yield chunk

"""A patient's access log to take along: as AuditEvents, with the proof of every line, and to read.

Everything but `receipts.ndjson` is derived from it and from `manifest.json`, always byte for byte
the same, so that whoever checks the export sees any change in any of the files.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import orjson

from asklepion.kit.clock import to_iso
from asklepion.kit.errors import Busy
from asklepion.ledger import Checkpoint, Ledger

from ...engine.balp import House, events_of
from ...model import AccessEntry, Asking
from ...store import access
from ..books import Entry, entry_of
from ..drafting import encode
from ..parts import Parts
from . import page

FORMAT = "asklepion-audit/1"
MANIFEST, RECEIPTS, EVENTS = "manifest.json", "receipts.ndjson", "audit-events.ndjson"
README, INDEX = "README.txt", "index.html"
NAMES = (MANIFEST, README, RECEIPTS, EVENTS, INDEX)
SHARED = ("format", "checkpoint", "verifier")  # of all receipts; they stand once, in the manifest
PAGE = 250


class ExportFile(NamedTuple):
    """A piece of one file."""

    name: str
    piece: bytes


Manifest = Mapping[str, Any]


class Exporter:
    """Writes exports."""

    def __init__(self, parts: Parts, ledger: Ledger) -> None:
        self._parts = parts
        self._ledger = ledger
        self._under_way: set[str] = set()

    def require_room(self, patient: str) -> None:
        """Let nobody write the same list twice at once.

        Raises:
            Busy: it is being written.
        """
        if patient in self._under_way:
            raise Busy("This list is being taken along already.", hint="Wait until it is there.")

    async def export(
        self, asking: Asking, patient: str, house: House
    ) -> AsyncGenerator[ExportFile]:
        """The files, in pieces; the log as it stands now, with this export as its last line."""
        self.require_room(patient)
        self._under_way.add(patient)
        try:
            async for file in self._files(asking, patient, house):
                yield file
        finally:
            self._under_way.discard(patient)

    async def _files(
        self, asking: Asking, patient: str, house: House
    ) -> AsyncGenerator[ExportFile]:
        parts = self._parts
        taken = Entry(asking=replace(asking, via="export"), action="export", patient=patient)
        taken.detail["taken"] = "access log"
        await parts.books.keep([taken])
        async with parts.db.read() as tx:
            head = (await access.find_heads(tx, [patient])).get(patient)
        upto = head.number if head else 0
        checkpoint = await self._ledger.checkpoint()
        manifest = self._manifest(asking, patient, house, upto, checkpoint)
        yield ExportFile(MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2) + b"\n")
        yield ExportFile(README, page.readme(manifest).encode())
        async for rows in self._rows(patient, upto):
            yield ExportFile(RECEIPTS, await self._receipts(rows, checkpoint))
        for name, write in WRITERS.items():
            yield ExportFile(name, write.before(manifest))
            async for rows in self._rows(patient, upto):
                entries = [entry_of(row) for row in rows]
                yield ExportFile(name, await asyncio.to_thread(_lines, write, entries, manifest))
            yield ExportFile(name, write.after(manifest))

    def _manifest(
        self, asking: Asking, patient: str, house: House, upto: int, checkpoint: Checkpoint
    ) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "patient": patient,
            "lines": upto,
            "made_at": to_iso(self._parts.clock.now()),
            "language": "zh" if asking.caller.language.startswith("zh") else "en",
            "house": {"base": house.base, "name": house.name},
            "checkpoint": checkpoint.note,
            "verifier": self._ledger.verifier_key,
        }

    async def _rows(self, patient: str, upto: int) -> AsyncGenerator[list[access.AccessRow]]:
        """Every line up to one, opened, oldest first."""
        after = 0
        while True:
            async with self._parts.db.read() as tx:
                rows = await access.find_following(tx, patient, after=after, upto=upto, limit=PAGE)
            if not rows:
                return
            after = rows[-1].number
            yield await self._parts.books.open(rows)

    async def _receipts(self, rows: list[access.AccessRow], checkpoint: Checkpoint) -> bytes:
        events = [(row.leaf, orjson.loads(row.event), row.key) for row in rows]
        receipts = await self._ledger.receipts(events, checkpoint)
        for receipt in receipts:
            for name in SHARED:
                del receipt[name]
        return b"".join(orjson.dumps(receipt) + b"\n" for receipt in receipts)


class Writer(NamedTuple):
    """How a file is derived from the lines."""

    before: Callable[[Manifest], bytes]
    line: Callable[[AccessEntry, Manifest], bytes]
    after: Callable[[Manifest], bytes]


def _nothing(_: Manifest) -> bytes:
    return b""


def _events(entry: AccessEntry, manifest: Manifest) -> bytes:
    house = House(manifest["house"]["base"], manifest["house"]["name"])
    return b"".join(encode(event) + b"\n" for event in events_of(entry, house))


WRITERS: dict[str, Writer] = {
    EVENTS: Writer(_nothing, _events, _nothing),
    INDEX: Writer(page.before, page.row, page.after),
}


def _lines(write: Writer, entries: list[AccessEntry], manifest: Manifest) -> bytes:
    return b"".join(write.line(entry, manifest) for entry in entries)

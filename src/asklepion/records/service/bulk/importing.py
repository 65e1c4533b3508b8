"""Bulk import: a file that was handed in is taken in as a job, and told of line by line.

Files come in the request, never from an address that somebody names: a house that fetches what
it is told to is a way into the network it stands in.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from asklepion.identity import Caller, Role
from asklepion.kit.clock import from_us, to_iso
from asklepion.kit.db import Tx
from asklepion.kit.errors import HouseError
from asklepion.kit.log import get_log

from ...model import Asking
from ...store import bulk
from ...store.bulk import DONE, JobRow, RefusalRow
from ..importing import Importer, ImportStep
from ..parts import Parts
from .jobs import Jobs, no_such_job

log = get_log(__name__)

ACTION = "import"
SHOWN = (
    "entries",
    "accepted",
    "new",
    "changed",
    "unchanged",
    "refused",
    "bytes_done",
    "bytes_total",
)
REFUSALS_MOST = 10_000  # that are kept by name; the others are counted
OFTEN = 20  # steps after which progress is kept


@dataclass(frozen=True, kw_only=True)
class Handed:
    """One import as it was asked for."""

    caller: Caller
    purpose: str
    file: str  # its name in the folder of imports
    request: str


class Imports:
    """Answers `$import`.

    Args:
        folder: where files wait; it stays when the house stops, so that a job can begin again.
    """

    def __init__(self, parts: Parts, importer: Importer, jobs: Jobs, folder: Path) -> None:
        self._parts = parts
        self._importer = importer
        self._jobs = jobs
        self.folder = folder

    async def begin(self, asking: Asking, file: Path, *, request: str) -> JobRow:
        """Begin to take in a file that lies in our folder; the file is the job's from now on.

        Raises:
            Forbidden: the caller is no operator.
        """
        asking.caller.require(Role.OPERATOR)
        handed = Handed(
            caller=asking.caller, purpose=asking.purpose, file=file.name, request=request
        )
        job = await self._jobs.begin(asking, ACTION, handed)
        log.info("import begun", job=job.id)
        return job

    async def step(self, job: JobRow) -> bool:
        """Take a file in, from its beginning: what is there already is not taken twice."""
        handed = await self._jobs.asked(job, Handed)
        if handed is None:
            return False
        path = self.folder / handed.file
        asking = Asking(caller=handed.caller, purpose=handed.purpose, via=ACTION)
        why = ""
        try:
            job = await self._take_in(job, asking, path)
        except HouseError as error:
            why = error.message
        except FileNotFoundError:
            why = "The file is not here any more."
        async with self._parts.db.begin() as tx:
            done = await self._jobs.end(tx, job, why)
        await asyncio.to_thread(path.unlink, missing_ok=True)
        return done is not None

    async def _take_in(self, job: JobRow, asking: Asking, path: Path) -> JobRow:
        refused: list[RefusalRow] = []
        count, seen = 0, 0
        async with self._parts.db.begin() as tx:
            await bulk.drop_refusals(tx, job.id)  # of a run that was stopped
        async for step in self._importer.take_in(asking, path):
            if step.kind == "refused" and count < REFUSALS_MOST:
                refused.append(_refusal(job, count, step))
                count += 1
            seen += 1
            if seen % OFTEN == 0 or step.kind == "done":
                job = await self._keep(job, step, refused)
                refused = []
        return job

    async def _keep(self, job: JobRow, step: ImportStep, refused: Sequence[RefusalRow]) -> JobRow:
        """Keep how far it is.

        Raises:
            NotFound: it was cancelled; what was taken in so far stays.
        """
        told = asdict(step)
        counts = {name: told[name] for name in SHOWN} | {"by_type": told["by_type"]}
        async with self._parts.db.begin() as tx:
            went_on = await self._jobs.go_on(tx, job, counts=counts)
            if went_on is None:
                raise no_such_job()
            await bulk.add_refusals(tx, refused)
        return went_on

    async def report(self, asking: Asking, id: str, where: str) -> dict[str, Any]:
        """What an import came to.

        Raises:
            NotFound: there is no such job, or it is not done.
        """
        job = await self._jobs.mine(asking, id, ACTION)
        handed = await self._jobs.asked(job, Handed)
        if job.state != DONE or handed is None:
            raise no_such_job()
        counts: dict[str, Any] = json.loads(job.counts)
        by_type: dict[str, int] = counts.get("by_type", {})
        refused = counts.get("refused", 0)
        error = {"type": "OperationOutcome", "url": f"{where}/refused/0", "count": refused}
        return {
            "transactionTime": to_iso(from_us(job.made_at)),
            "request": handed.request,
            "requiresAccessToken": True,
            "output": [{"type": type, "count": count} for type, count in sorted(by_type.items())],
            "error": [error] if refused else [],
            "extension": {name: counts.get(name, 0) for name in SHOWN},
        }

    async def refusals(self, asking: Asking, id: str) -> bytes:
        """What was refused, one OperationOutcome a line.

        Raises:
            NotFound: there is no such job.
        """
        await self._jobs.mine(asking, id, ACTION)
        async with self._parts.db.read() as tx:
            rows = await bulk.refusals(tx, id)
        return b"".join(json.dumps(_outcome(row)).encode() + b"\n" for row in rows)

    async def discard(self, job: JobRow) -> None:
        """Remove the file of a job that was cancelled."""
        handed = await self._jobs.asked(job, Handed)
        if handed:
            await asyncio.to_thread((self.folder / handed.file).unlink, missing_ok=True)

    async def end_all(self, tx: Tx) -> Callable[[], None]:
        """End every import that goes on; returns what removes their files, once that is kept."""
        going = await bulk.going(tx, ACTION)
        asked = [await self._jobs.asked(job, Handed) for job in going]
        await bulk.drop(tx, [job.id for job in going])
        files = [self.folder / it.file for it in asked if it]

        def remove() -> None:
            for path in files:
                path.unlink(missing_ok=True)

        return remove

    async def clear(self) -> int:
        """Remove files whose jobs are gone or over; returns how many."""
        async with self._parts.db.read() as tx:
            going = await bulk.going(tx, ACTION)
        asked = [await self._jobs.asked(job, Handed) for job in going]
        kept = {it.file for it in asked if it}
        paths = [path for path in _files(self.folder) if path.name not in kept]
        for path in paths:
            await asyncio.to_thread(path.unlink, missing_ok=True)
        return len(paths)


def _files(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _refusal(job: JobRow, n: int, step: ImportStep) -> RefusalRow:
    return RefusalRow(job.id, n, step.file, step.entry, step.reference, step.reason)


def _outcome(row: RefusalRow) -> dict[str, Any]:
    issue: dict[str, Any] = {
        "severity": "error",
        "code": "processing",
        "diagnostics": f"{row.reference or 'Entry'} {row.reason}",
        "location": [f"{row.file}:{row.entry}" if row.entry else row.file],
    }
    return {"resourceType": "OperationOutcome", "issue": [issue]}

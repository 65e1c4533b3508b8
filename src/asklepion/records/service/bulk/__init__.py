"""Much at once: exports and imports as jobs that go on after a stop."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

from asklepion.kit.clock import to_us
from asklepion.kit.db import Tx
from asklepion.kit.log import get_log

from ...model import Asking, Forgotten
from ...store import bulk
from ...store.bulk import JobRow
from ..importing import Importer
from ..parts import Parts
from ..reading import Reader
from ..sealing import Lines
from ..searching import Searcher
from . import exporting, importing
from .exporting import Exports, File, Progress
from .importing import Imports
from .jobs import Jobs

log = get_log(__name__)

IDLE_S = 0.5  # how often somebody looks whether there is something to do
FAULTS_MOST = 5  # of ours that one job outlives
PAUSE_S = 0.002  # between two pages, for whoever waits for the database

__all__ = ["Bulk", "Exports", "File", "Imports", "Progress"]


class Bulk:
    """Exports and imports, and whoever carries them out."""

    def __init__(
        self,
        parts: Parts,
        searcher: Searcher,
        reader: Reader,
        importer: Importer,
        lines: Lines,
        uploads: Path,
    ) -> None:
        self._parts = parts
        self._jobs = Jobs(parts, lines)
        self._faults: Counter[str] = Counter()  # of each job, one after the other
        self.exports = Exports(parts, searcher, reader, self._jobs)
        self.imports = Imports(parts, importer, self._jobs, uploads.parent / "imports")

    async def cancel(self, asking: Asking, id: str) -> None:
        """End a job of the caller's; what an import took in so far stays.

        Raises:
            NotFound: there is none.
        """
        job = await self._jobs.cancel(asking, id)
        if job.kind == importing.ACTION:
            await self.imports.discard(job)
        log.info("job cancelled", job=job.id)

    async def forget(self, tx: Tx, patient: str) -> Forgotten:
        """Take away what jobs keep of a patient who is erased.

        An import that goes on may bring her back: whoever asked for it has to begin it again.
        """
        tx.after_commit(await self.imports.end_all(tx))
        return Forgotten(rows={"records_bulk": await bulk.forget(tx, patient)})

    # Carried out

    async def run(self) -> None:
        """Carry out whatever is asked for, for ever; what was stopped goes on where it was."""
        await self.imports.clear()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._for_ever(self.export_some))
            tasks.create_task(self._for_ever(self.import_some))
            tasks.create_task(self._for_ever(self.tidy))

    async def _for_ever(self, work: Callable[[], Awaitable[bool]]) -> None:
        while True:
            try:
                is_more = await work()
            except Exception as error:  # tried again in a moment
                log.fault("bulk job not carried out", error)
                is_more = False
            await asyncio.sleep(PAUSE_S if is_more else IDLE_S)

    async def work(self) -> None:
        """Carry out everything that is asked for now, then return."""
        while await self.export_some() or await self.import_some():
            continue
        await self.tidy()

    async def export_some(self) -> bool:
        """One page of each export; whether there was one."""
        jobs = await self._going(exporting.ACTION)
        took = [await self._guarded(self.exports.step, job) for job in jobs]
        return any(took)

    async def import_some(self) -> bool:
        """One import, the oldest; whether there was one."""
        jobs = await self._going(importing.ACTION)
        return bool(jobs) and await self._guarded(self.imports.step, jobs[0])

    async def _guarded(self, step: Callable[[JobRow], Awaitable[bool]], job: JobRow) -> bool:
        """One step; a job that goes wrong on our side again and again ends, and holds up none."""
        try:
            done = await step(job)
        except Exception as error:
            log.fault("bulk job not carried out", error, job=job.id)
            self._faults[job.id] += 1
            if self._faults[job.id] < FAULTS_MOST:
                return False
            async with self._parts.db.begin() as tx:
                now = await bulk.find(tx, job.id)
                if now:
                    await self._jobs.end(tx, now, "something went wrong on our side")
            done = True
        self._faults.pop(job.id, None)
        return done

    async def tidy(self) -> bool:
        """Take away jobs whose time is over, and files nobody will take in."""
        at = to_us(self._parts.clock.now())
        async with self._parts.db.read() as tx:
            over = await bulk.expired(tx, at)
        if over:
            async with self._parts.db.begin() as tx:
                await bulk.drop(tx, [job.id for job in over])
        return bool(over)

    async def _going(self, kind: str) -> list[JobRow]:
        async with self._parts.db.read() as tx:
            return await bulk.going(tx, kind)

"""Computes everybody's cards, scores and predictions overnight, and tells what changed.

It reads in each patient's own name, which stands in her log. What it notes is of all that is hers;
so it is shown only to whoever may see every kind of entry that it could rest on.
"""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from asklepion.identity import Caller, Role
from asklepion.kit.clock import Clock, to_iso
from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import Conflict, Fault
from asklepion.kit.log import get_log
from asklepion.kit.vault import Vault
from asklepion.records import Asking, Forgotten, Records

from ...engine.night.change import compare
from ...engine.night.chunk import Flat, write
from ...engine.night.numbers import Number
from ...engine.night.work import Task
from ...store import night as store
from ...wire import Night, Overnight
from ..estimating import Estimates
from ..sealing import Sealing
from .folder import Folder
from .reading import survey
from .telling import Kept, Telling
from .workers import Workers, open_workers

log = get_log(__name__)

NIGHTLY = "nightly"  # who the house is in her log meanwhile
NEVER = -1  # the hour of a house that does not
AT_ONCE = 50  # patients in one chunk
HELD = 2  # chunks for each worker that wait on the disk
TICK_S = 30.0


@dataclass(frozen=True, kw_only=True)
class Nights:
    """How a house computes overnight.

    Args:
        folder: where its files lie meanwhile.
        hour: of the day (UTC) at which it begins by itself; -1 for never.
        ray: address of a Ray cluster that does the work; empty: processes of this machine.
    """

    folder: Path
    hour: int = NEVER
    ray: str = ""


@dataclass(frozen=True, kw_only=True)
class Done:
    """One run."""

    patients: int
    skipped: int  # of whom something could not be read or computed: they keep what they had
    seconds: float


@dataclass(kw_only=True)
class _Run:
    """One run while it is under way.

    Args:
        key: of this run alone, and never written down.
        reading: one chunk is read at a time; the others are computed meanwhile.
    """

    folder: Path
    now: datetime
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    count: int = 0
    skipped: set[str] = field(default_factory=set[str])


class Nightly:
    """Runs over the house, and answers what it found."""

    def __init__(
        self,
        *,
        nights: Nights,
        db: Database,
        clock: Clock,
        vault: Vault,
        records: Records,
        estimates: Estimates,
    ) -> None:
        self._nights = nights
        self._db = db
        self._clock = clock
        self._records = records
        self.telling = Telling(db=db, sealing=Sealing(vault), records=records, estimates=estimates)
        self._folder = Folder(nights.folder)

    # By itself

    async def run(self) -> None:
        """Run every night at the house's hour, for ever; first remove what a crash has left."""
        await asyncio.to_thread(self._folder.clean)
        done: datetime | None = None
        while self._nights.hour != NEVER:
            try:
                now = self._clock.now()
                today = now.replace(hour=self._nights.hour, minute=0, second=0, microsecond=0)
                if today <= now < today + timedelta(hours=1) and done != today:
                    done = today
                    await self.over_all()
            except Exception as error:
                log.fault("not computed overnight", error)
            await asyncio.sleep(TICK_S)

    # One run

    async def over_all(self, *, at_once: int = AT_ONCE) -> Done:
        """Compute everything of everybody now.

        Raises:
            Conflict: it is being done already.
        """
        began = self._clock.now()
        with self._folder.open() as folder:
            if folder is None:
                raise Conflict("It is being computed already.", hint="Wait until that is done.")
            run = _Run(folder=folder, now=began)
            async with open_workers(self._nights.ray) as workers:
                waiting: set[asyncio.Task[None]] = set()
                try:
                    after = ""
                    while patients := await self._records.survey.patients(after, at_once):
                        after = patients[-1]
                        if len(waiting) >= HELD * workers.count:
                            done, waiting = await asyncio.wait(
                                waiting, return_when=asyncio.FIRST_COMPLETED
                            )
                            for one in done:
                                one.result()
                        waiting.add(asyncio.create_task(self._compute(run, workers, patients)))
                    await asyncio.gather(*waiting)
                finally:
                    for one in waiting:
                        one.cancel()
                    await asyncio.gather(*waiting, return_exceptions=True)
        async with self._db.begin() as tx:
            await store.drop_older(tx, began, but=run.skipped)
        seconds = (self._clock.now() - began).total_seconds()
        return Done(patients=run.count, skipped=len(run.skipped), seconds=seconds)

    async def _compute(self, run: _Run, workers: Workers, patients: Sequence[str]) -> None:
        """Have some computed; where one spoils that, each alone, and skip whoever still does.

        Raises:
            BrokenExecutor: nobody is left to compute.
        """
        path = run.folder / f"{secrets.token_hex(8)}.parquet"
        try:
            async with run.reading:
                await self._write(path, patients, run)
            found = await workers.work(Task(patients=patients, file=path, key=run.key, now=run.now))
            noted = {who: one for who, one in found if not isinstance(one, str)}
            await self._keep(noted, run.now)
        except BrokenExecutor:
            raise
        except Exception as error:
            if len(patients) == 1:
                log.fault("not computed overnight", error, patient=patients[0])
                run.skipped.add(patients[0])
                return
            log.warn("not computed together", count=len(patients), why=type(error).__name__)
            for patient in patients:
                await self._compute(run, workers, [patient])
            return
        finally:
            with suppress(OSError):
                path.unlink()
        run.count += len(noted)
        for patient, why in found:
            if isinstance(why, str):
                log.warn("not computed overnight", patient=patient, why=why)
                run.skipped.add(patient)

    async def _write(self, path: Path, patients: Sequence[str], run: _Run) -> None:
        askings = [in_her_name(patient) for patient in patients]
        gathered = await self._records.survey.gather(askings, survey(run.now))
        place = {patient: at for at, patient in enumerate(patients)}
        flat = (
            Flat(
                patient=place[one.patient],
                type=one.type,
                number=one.number,
                start=one.start,
                end=one.end,
                updated_at=one.updated_at,
                body=one.body,
            )
            for one in gathered
        )
        await asyncio.to_thread(write, path, flat, run.key)

    async def _keep(self, found: Mapping[str, list[Number]], at: datetime) -> None:
        async with self._db.begin() as tx:
            present = await self._records.survey.present(tx, list(found))
            nights: dict[str, bytes] = {}
            for patient in sorted(present):
                kept = _kept(found[patient], await self._before(tx, patient), at)
                nights[patient] = msgspec.json.encode(kept)
            await self.telling.keep(tx, nights, at)

    async def _before(self, tx: Tx, patient: str) -> Kept | None:
        """What was kept of her; what cannot be read any more is replaced like nothing."""
        try:
            return await self.telling.read(tx, patient)
        except (Fault, msgspec.MsgspecError) as error:
            log.fault("what was computed before is unreadable", error, patient=patient)
            return None

    # What it found

    async def of(self, asking: Asking, patient: str) -> Night:
        """What was computed of her last, and how it changed; that somebody looked is in her log.

        Probabilities come to a clinician only beside her own estimate, scores that speak of the
        same likewise; learned models speak to clinicians alone.

        Raises:
            NotFound: there is no such patient, or something that a number may rest on is closed to
                the caller or was changed since; or nothing was computed.
        """
        return await self.telling.of(asking, patient)

    async def overnight(self, asking: Asking) -> Overnight:
        """Whose numbers changed overnight, of all who named this clinician; who did most, first.

        Each of them has a line in her log, and none of their records is opened.

        Raises:
            Forbidden: the caller is no clinician, or an app.
        """
        return await self.telling.overnight(asking)

    # What other rooms ask

    async def forget(self, tx: Tx, patient: str) -> Forgotten:
        """Take away what is kept of a patient who is erased."""
        return Forgotten(rows={"twin_night": await store.remove(tx, [patient])})

    async def follow(
        self, tx: Tx, old: str, new: str, only: Sequence[str] | None = None
    ) -> Sequence[str]:
        """Two records became one, or two again: what was computed of each is true of neither."""
        await store.remove(tx, [old, new])
        return ()


def in_her_name(patient: str) -> Asking:
    """The house computes for a patient herself: it sees what she sees, and she sees that."""
    roles = frozenset({Role.PATIENT})
    caller = Caller(account=NIGHTLY, name=NIGHTLY, roles=roles, person=patient)
    return Asking(caller=caller, purpose="PATRQT", via="risk cards")


def _kept(found: Sequence[Number], before: Kept | None, at: datetime) -> Kept:
    return Kept(
        at=to_iso(at),
        before_at=before.at if before else None,
        found=compare(found, [one.now for one in before.found] if before else []),
    )

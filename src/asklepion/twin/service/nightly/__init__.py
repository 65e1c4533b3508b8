"""Computes everybody's cards, scores and predictions overnight, and tells what changed.

It reads in each patient's own name, which stands in her log. What it notes is of all that is hers;
so it is shown only to whoever may see every kind of entry that it could rest on.
"""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from asklepion.identity import Caller, Role
from asklepion.kit.clock import Clock, to_iso
from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import Conflict, Fault, NotFound
from asklepion.kit.log import get_log
from asklepion.kit.vault import Vault
from asklepion.records import Asking, Forgotten, Records, Survey

from ...engine.card_scores import ASKED_FIRST
from ...engine.estimates import SHARE
from ...engine.futures.choices import CARD
from ...engine.night.chunk import Flat, write
from ...engine.night.work import READ_BY, Task, codes
from ...store import night as store
from ...wire import Night, Noted, Since
from ..estimating import Estimates, is_asked
from ..looking import Looking
from ..predicting import foretells
from ..sealing import Sealing
from .folder import Folder
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


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What is sealed of a patient."""

    at: str
    before_at: str | None
    found: list[Since]


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
        self._sealing = Sealing(vault)
        self._records = records
        self._looking = Looking(records)
        self._estimates = estimates
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
        wanted = Survey(sorted_by=READ_BY, coded="Observation", codes=codes(run.now))
        askings = [in_her_name(patient) for patient in patients]
        gathered = await self._records.survey.gather(askings, wanted)
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

    async def _keep(self, found: Mapping[str, list[Noted]], at: datetime) -> None:
        async with self._db.begin() as tx:
            present = await self._records.survey.present(tx, list(found))
            sealed: dict[str, bytes] = {}
            for patient in sorted(present):
                kept = _kept(found[patient], await self._before(tx, patient), at)
                text = msgspec.json.encode(kept)
                sealed[patient] = await self._sealing.seal(patient, text, _context(patient))
            await store.keep(tx, sealed, at)

    async def _before(self, tx: Tx, patient: str) -> Kept | None:
        """What was kept of her; what cannot be read any more is replaced like nothing."""
        try:
            return await self._read(tx, patient)
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
        asking = replace(asking, via="risk cards")
        await self._records.read(asking, *patient.split("/", 1))
        async with self._db.read() as tx:
            kept = await self._read(tx, patient)
            if kept and await self._records.survey.is_changed(
                tx, patient, datetime.fromisoformat(kept.at)
            ):
                kept = None  # it may rest on what was taken back
        if kept is None or not await self._looking.sees_all(asking, patient):
            raise NotFound("Nothing was computed overnight.", hint="Read the cards.")
        found = [one for one in kept.found if await self._may_see(asking, patient, one.now)]
        return Night(
            patient=patient,
            at=kept.at,
            before_at=kept.before_at,
            found=sorted(found, key=_change, reverse=True),
        )

    async def _may_see(self, asking: Asking, patient: str, one: Noted) -> bool:
        is_learned = one.kind == "card" and one.name not in EVERYBODYS
        if is_learned and not foretells(asking.caller):
            return False
        if not is_asked(asking.caller, patient):
            return True
        card = one.name if one.kind == "card" else CARD
        is_held = one.unit == SHARE if one.kind == "card" else one.name in ASKED_FIRST
        return not is_held or await self._estimates.opens(asking, patient, card)

    async def _read(self, tx: Tx, patient: str) -> Kept | None:
        blob = await store.find(tx, patient)
        text = blob and await self._sealing.open(blob, _context(patient))
        return msgspec.json.decode(text, type=Kept) if text else None

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


# Cards that everybody is told; those of learned models are for clinicians.
EVERYBODYS = frozenset({"news2", "egfr", "prevent10", "prevent30"})


def in_her_name(patient: str) -> Asking:
    """The house computes for a patient herself: it sees what she sees, and she sees that."""
    roles = frozenset({Role.PATIENT})
    caller = Caller(account=NIGHTLY, name=NIGHTLY, roles=roles, person=patient)
    return Asking(caller=caller, purpose="PATRQT", via="risk cards")


def _context(patient: str) -> str:
    return f"twin/night/{patient}"


def _kept(found: Sequence[Noted], before: Kept | None, at: datetime) -> Kept:
    was = {(one.now.kind, one.now.name): one.now.value for one in before.found} if before else {}
    return Kept(
        at=to_iso(at),
        before_at=before.at if before else None,
        found=[Since(now=one, before=was.get((one.kind, one.name))) for one in found],
    )


def _change(one: Since) -> float:
    """How much a number changed, as a share of what it was."""
    if one.before is None:
        return 0.0
    return abs(one.now.value - one.before) / max(abs(one.before), abs(one.now.value), 1e-9)

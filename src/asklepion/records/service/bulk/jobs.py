"""Bulk jobs: begun, shown to whoever began them, ended; what was asked is kept sealed."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import msgspec

from asklepion.kit.clock import to_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Busy, NotFound

from ...engine.bodies import seal
from ...model import Asking
from ...store import bulk
from ...store.bulk import DONE, FAILED, GOING, JobRow
from ..books import Entry
from ..deciding import me_of
from ..parts import Parts
from ..sealing import Lines

KEPT = timedelta(hours=24)  # how long a job and its files can be fetched
AT_ONCE = 2  # jobs of one account that are not finished
MOST = 20  # jobs of one account that are kept
VIA = "bulk"
T = TypeVar("T")


class TooMany(Busy):
    """So many jobs at once are more than one account may have."""

    status, issue = 429, "throttled"


class Jobs:
    """The jobs of everybody, each for the account that began it alone."""

    def __init__(self, parts: Parts, lines: Lines) -> None:
        self._parts = parts
        self._lines = lines

    async def begin(
        self,
        asking: Asking,
        kind: str,
        asked: Any,
        *,
        patients: Iterable[str] = (),
        has_text: bool = False,
        entries: Iterable[Entry] = (),
    ) -> JobRow:
        """Keep a new job, and that it was asked for.

        Args:
            asked: a dataclass that says everything the job needs.
            patients: whom it names.
            has_text: it may hold somebody's words, so that it goes with anybody's erasure.
            entries: what is written in the log of accesses with it.

        Raises:
            TooMany: the account has as many as it may.
        """
        parts, account = self._parts, asking.caller.account
        now, id, me = parts.clock.now(), parts.ids.new(), me_of(asking.caller)
        key = (await self._lines.keys({me}))[me]
        job = JobRow(
            id=id,
            kind=kind,
            account=account,
            person=asking.caller.person or "",
            state=GOING,
            turn=0,
            step=0,
            cursor="",
            counts="{}",
            made_at=to_us(now),
            ended_at=0,
            expires_at=to_us(now + KEPT),
            has_text=int(has_text),
            asked=seal(key, msgspec.json.encode(asked), f"bulk/{id}"),
        )
        async with parts.db.begin() as tx:
            await tx.lock(f"records.bulk {account}")
            unfinished, kept = await bulk.count_of(tx, account)
            if unfinished >= AT_ONCE:
                raise TooMany("Other jobs of yours are under way.", hint="Wait, or cancel one.")
            if kept >= MOST:
                raise TooMany("Too many jobs of yours are kept.", hint="Delete one.")
            await bulk.add(tx, job, patients)
            await parts.books.write(tx, list(entries))
        return job

    async def asked(self, job: JobRow, kind: type[T]) -> T | None:
        """What a job was asked for; nothing where its key was destroyed meanwhile."""
        (text,) = await self._lines.open([(job.asked, f"bulk/{job.id}")])
        return None if text is None else msgspec.json.decode(text, type=kind)

    async def mine(self, asking: Asking, id: str, kind: str = "") -> JobRow:
        """A job of the caller's.

        Raises:
            NotFound: there is none, or it is another's, or its time is over.
        """
        asking.caller.require_known()
        async with self._parts.db.read() as tx:
            job = await bulk.find(tx, id)
        is_mine = job is not None and job.account == asking.caller.account
        # Whoever speaks as somebody else now did not begin it as that person.
        is_mine = is_mine and job is not None and job.person == (asking.caller.person or "")
        at = to_us(self._parts.clock.now())
        if job is None or not is_mine or job.expires_at <= at or (kind and job.kind != kind):
            raise no_such_job()
        return job

    async def cancel(self, asking: Asking, id: str) -> JobRow:
        """End a job of the caller's, and take away what it made. Raises as `mine`."""
        job = await self.mine(asking, id)
        async with self._parts.db.begin() as tx:
            await bulk.drop(tx, [job.id])
        return job

    async def go_on(self, tx: Tx, job: JobRow, **changes: Any) -> JobRow | None:
        """Keep how far a job has come; nothing where it was cancelled or another took the turn."""
        if "counts" in changes:
            changes["counts"] = json.dumps(changes["counts"])
        next = job._replace(**changes)
        return next._replace(turn=next.turn + 1) if await bulk.go_on(tx, next) else None

    async def end(self, tx: Tx, job: JobRow, why: str = "", **changes: Any) -> JobRow | None:
        """Keep that a job is over; with a reason where it failed."""
        at = to_us(self._parts.clock.now())
        counts = changes.pop("counts", json.loads(job.counts))
        if why:
            counts = {**counts, "why": why}
        state = FAILED if why else DONE
        return await self.go_on(tx, job, state=state, ended_at=at, counts=counts, **changes)


def no_such_job() -> NotFound:
    """The one answer for a job that is not there, another's, or over."""
    return NotFound("There is no such job.", hint="Ask for a new one; they are kept for a day.")


def asking_of(asking: Asking, *, purpose: str, visit: str | None) -> Asking:
    """The caller of now, for the purpose of then."""
    return replace(asking, purpose=purpose, visit=visit, via=VIA)

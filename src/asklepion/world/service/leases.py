"""The places that live in this worker: each in one at any moment, whatever happens to workers.

A lease is good for two seconds and renewed four times as often. Here it ends a little earlier than
in the database: a worker that was stopped, or cannot reach the database, serves nobody in a place
before another may take it. Who wakes and finds that nobody did goes on; else all is let go.
"""

import asyncio
import time
from collections.abc import Callable, Mapping

from asklepion.kit.db import Database, Tx

from ..store import leases as store
from ..store.leases import Taken

TERM_S = 2.0
EARLY_S = 0.25  # before it ends in the database, it has ended here
IDLE_S = 60.0  # so long what an abandoned place was like is known


def steady() -> float:
    """Seconds that go on also while a machine sleeps."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class Leases:
    """What one worker holds.

    Args:
        worker: its id, of this start alone.
    """

    def __init__(
        self,
        db: Database,
        *,
        worker: str,
        term_s: float = TERM_S,
        tell_time: Callable[[], float] = steady,
    ) -> None:
        self.worker = worker
        self._db = db
        self._term_s = term_s
        self._time = tell_time
        self._until: dict[str, float] = {}
        self._turn = asyncio.Lock()

    @property
    def halls(self) -> list[str]:
        """The places that were held when the database was asked last."""
        return list(self._until)

    def holds(self, hall: str) -> bool:
        """Whether a place lives here, at this very moment."""
        return self._until.get(hall, 0.0) > self._time()

    async def take(self, hall: str) -> Taken | None:
        """Have a place live here from now on; None where it lives in another worker."""
        async with self._turn:
            if self.holds(hall):
                return Taken()
            good_until = self._good_until()
            async with self._db.begin() as tx:
                taken = await store.take(tx, hall, self.worker, self._for_us)
            if taken:
                self._until[hall] = good_until
            return taken

    async def renew(self, standing: Mapping[str, str]) -> set[str]:
        """Hold on to every place, and keep where everybody stands; returns what others have now.

        Raises:
            whatever the database raises; then nothing is lost, and nothing longer held.
        """
        if not self._until:
            return set()
        async with self._turn:
            good_until = self._good_until()
            async with self._db.begin() as tx:
                mine = await store.renew(tx, self.worker, self._for_us)
                await store.keep_standing(tx, self.worker, standing)
            lost = set(self._until) - mine
            self._until = {hall: good_until for hall in self._until if hall in mine}
            return lost

    async def let_go(self, hall: str) -> None:
        """Give a place back."""
        async with self._turn:
            self._until.pop(hall, None)
            async with self._db.begin() as tx:
                await store.let_go(tx, self.worker, hall)

    async def fence(self, tx: Tx) -> set[str]:
        """The places that are ours as long as this transaction is open."""
        return await store.renew(tx, self.worker, self._for_us)

    def _good_until(self) -> float:
        return self._time() + self._term_s - EARLY_S

    @property
    def _for_us(self) -> int:
        return int(self._term_s * 1_000_000)


async def holder_of(db: Database, hall: str) -> str:
    """The worker that a place lives in; empty where it lives in none."""
    async with db.read() as tx:
        return await store.holder(tx, hall)


async def end_leases(db: Database, worker: str) -> None:
    """Let others take at once what a worker held that is known to be dead."""
    async with db.begin() as tx:
        await store.end(tx, worker)


async def sweep_leases(db: Database) -> None:
    """Forget what was left of places long ago."""
    async with db.begin() as tx:
        await store.sweep(tx, int(IDLE_S * 1_000_000))

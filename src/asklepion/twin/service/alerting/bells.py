"""Who listens for alerts now: one bell for each open screen."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from asklepion.kit.errors import Busy

MOST_STREAMS = 16  # open at once for one account
TICK_S = 15.0  # so often a quiet line shows that it is alive


class Bell:
    """One open line: whose alerts it has still to look at."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self._patients: dict[str, None] = {}

    def ring(self, patient: str) -> None:
        """Something changed there; twice is told once."""
        self._patients[patient] = None
        self._rung.set()

    async def wait(self) -> list[str]:
        """Whose alerts changed; nobody's, if nothing happened for a while."""
        with suppress(TimeoutError):
            async with asyncio.timeout(TICK_S):
                await self._rung.wait()
        patients, self._patients = list(self._patients), {}
        self._rung.clear()
        return patients


class Bells:
    """Every open line."""

    def __init__(self) -> None:
        self._bells: set[Bell] = set()
        self._streams: dict[str, int] = {}  # by account

    def ring(self, patient: str) -> None:
        """Have everybody look whether this concerns them."""
        for bell in self._bells:
            bell.ring(patient)

    @asynccontextmanager
    async def open(self, account: str) -> AsyncGenerator[Bell]:
        """A bell for as long as it is held.

        Raises:
            Busy: the account listens too often at once.
        """
        if self._streams.get(account, 0) >= MOST_STREAMS:
            raise Busy("Too many streams are open.", hint="Close some of your windows.")
        bell = Bell()
        self._bells.add(bell)
        self._streams[account] = self._streams.get(account, 0) + 1
        try:
            yield bell
        finally:
            self._bells.discard(bell)
            self._streams[account] -= 1
            if not self._streams[account]:
                del self._streams[account]

"""Who follows the own visit, and must hear that it changed."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager

from asklepion.kit.errors import Busy

from ..model import VisitChanged

MOST_STREAMS = 32  # open at once for one account


class Watching:
    """Wakes whoever watches."""

    def __init__(self) -> None:
        self._watchers: dict[str, set[asyncio.Event]] = {}

    @contextmanager
    def news(self, account: str) -> Generator[asyncio.Event]:
        """Is set now, and whenever a visit of this account changed.

        Raises:
            Busy: the account watches too often at once.
        """
        watchers = self._watchers.setdefault(account, set())
        if len(watchers) >= MOST_STREAMS:
            raise Busy("Too many streams are open.", hint="Close some of your windows.")
        news = asyncio.Event()
        news.set()
        watchers.add(news)
        try:
            yield news
        finally:
            watchers.discard(news)
            if not watchers:
                self._watchers.pop(account, None)

    @property
    def count(self) -> int:
        """How many accounts watch."""
        return len(self._watchers)

    async def hear(self, event: VisitChanged) -> None:
        """A visit changed."""
        for account in (event.patient_account, event.clinician_account):
            for news in self._watchers.get(account or "", ()):
                news.set()

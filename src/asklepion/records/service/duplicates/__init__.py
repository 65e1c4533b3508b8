"""Records that may be one person's: found, looked at, made one, made two again."""

import asyncio
from collections.abc import Iterable

from asklepion.kit.db import Tx
from asklepion.kit.log import get_log

from ...model import Asking, Forgotten, Resource
from ...store import duplicates
from ..parts import Parts
from ..searching import Searcher
from .finding import COUNT, COUNT_MOST, Finder, Match
from .merging import Follow, HasAccount, Merge, Merger, Reason
from .queue import Pair, Person, Queue

log = get_log(__name__)

IDLE_S = 5.0  # how often somebody looks whether a Patient is new

__all__ = ["COUNT_MOST", "Duplicates", "Match", "Merge", "Pair", "Person", "Reason"]


class Duplicates:
    """Everything about records that may be one person's."""

    def __init__(self, parts: Parts, searcher: Searcher) -> None:
        self._parts = parts
        self._finder = Finder(parts, searcher)
        self._queue = Queue(parts)
        self._merger = Merger(parts)
        self._has_account: HasAccount | None = None

    def introduce(self, follow: Follow, has_account: HasAccount) -> None:
        """Let accounts follow a merge, and hear whether somebody can sign in as a person."""
        self._has_account = has_account
        self._merger.introduce(follow, has_account)

    def also_follow(self, room: str, follow: Follow) -> None:
        """Have another room let what it keeps of one patient be another's, in one transaction."""
        self._merger.also_follow(room, follow)

    async def match(
        self,
        asking: Asking,
        described: Resource,
        *,
        is_certain_only: bool = False,
        count: int = COUNT,
    ) -> list[Match]:
        """Patients whom the caller may see and who may be the one described. See `Finder.match`."""
        return await self._finder.match(
            asking, described, is_certain_only=is_certain_only, count=count
        )

    async def pairs(self, asking: Asking) -> list[Pair]:
        """Pairs that nobody decided about, the likeliest first; for operators."""
        return await self._queue.pairs(asking)

    async def look(self, asking: Asking, id: str) -> tuple[Pair, list[Person]]:
        """Who the two of a pair are; both read in their lists that it was looked at.

        Raises:
            NotFound: there is no such pair.
        """
        known: dict[str, bool] = {}
        both = await self._queue.patients_of(asking, id)
        if self._has_account:
            async with self._parts.db.read() as tx:
                known = {who: await self._has_account(tx, who) for who in both}
        return await self._queue.look(asking, id, known)

    async def dismiss(self, asking: Asking, id: str) -> None:
        """Keep that two are two people. Raises as `look`."""
        await self._queue.dismiss(asking, id)

    async def merge(
        self,
        asking: Asking,
        survivor: str,
        merged: str,
        reason: str,
        *,
        has_confirmed_accounts: bool = False,
    ) -> Merge:
        """Make one record of two; by an operator. See `Merger.merge`."""
        return await self._merger.merge(
            asking, survivor, merged, reason, has_confirmed_accounts=has_confirmed_accounts
        )

    async def unmerge(self, asking: Asking, id: str, *, take: Iterable[str] = ()) -> Merge:
        """Make two of one again. See `Merger.unmerge`."""
        return await self._merger.unmerge(asking, id, take=take)

    async def merges(self, asking: Asking) -> list[Merge]:
        """Merges, newest first; for operators."""
        return await self._merger.merges(asking)

    async def forget(self, tx: Tx, patient: str) -> Forgotten:
        """Take away what is kept here of a patient who is erased."""
        return Forgotten(rows=await duplicates.forget(tx, patient))

    # In the background

    async def scan(self) -> None:
        """Compare every Patient that is new or changed with those like her."""
        while await self._queue.scan():
            continue

    async def run(self) -> None:
        """Do that for ever; from the beginning at each start, for what was kept out of order."""
        async with self._parts.db.begin() as tx:
            await duplicates.forget_position(tx)
        while True:
            is_more = False
            try:
                is_more = await self._queue.scan()
            except Exception as error:  # tried again in a moment
                log.fault("duplicates not looked for", error)
            await asyncio.sleep(0 if is_more else IDLE_S)

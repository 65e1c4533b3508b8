"""What contracts told and which blocks came, asked once or again and again by a filter."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from asklepion.kit.errors import Incorrect

from ...engine.evm.finding import find_logs
from ...engine.evm.frames import load_describing
from . import questions as q
from .desk import Desk
from .filters import Filter, Filters, Wanted
from .questions import RpcError

MOST_BLOCKS = 10_000  # that one question may reach over
MOST_LOGS = 5_000
MOST_NEW = 1_000  # blocks of which one question is told

Look = Callable[[Callable[[Desk], Any]], Awaitable[Any]]
At = Callable[[Any], Awaitable[int | None]]


class Telling:
    """Answers what JSON-RPC asks of logs and filters.

    Args:
        look: reads in the chain.
        at: the number of the block that is meant.
    """

    def __init__(self, look: Look, at: At, filters: Filters) -> None:
        self._look = look
        self._at = at
        self._filters = filters

    async def logs(self, told: Any) -> list[Any]:
        """Those that match. https://ethereum.github.io/execution-apis/api-documentation/"""
        given = _filter(told)
        if given.get("blockHash") is None:
            return await self._all(await self._wanted(given))
        at = await self._at({"blockHash": given["blockHash"]})
        bare = {name: it for name, it in given.items() if name not in ("fromBlock", "toBlock")}
        wanted = await self._wanted(bare)
        return await self._found(wanted, at or 0, at or 0)

    async def new_filter(self, who: str, told: Any) -> str:
        """Leave a filter for log entries, which is told of what comes from now on."""
        given = _filter(told)
        if given.get("blockHash") is not None:
            raise q.wrong("a filter that stays has no blockHash")
        wanted = await self._wanted(given)
        return self._filters.add(who, wanted, max(await self._newest() + 1, wanted.first or 0))

    async def new_block_filter(self, who: str) -> str:
        """Leave one for blocks."""
        return self._filters.add(who, None, await self._newest() + 1)

    async def changes(self, name: Any) -> list[Any]:
        """What came since it was asked last: log entries, or the hashes of blocks."""
        found = self._filters.find(name)
        async with found.asking:
            newest = await self._newest()
            if found.wanted is None:
                return await self._blocks(found, newest)
            return await self._entries(found, found.wanted, newest)

    async def filter_logs(self, name: Any) -> list[Any]:
        """Everything that matches, whatever was told before."""
        found = self._filters.find(name)
        if found.wanted is None:
            raise q.wrong("that filter is for blocks")
        return await self._all(found.wanted)

    async def uninstall(self, name: Any) -> bool:
        """Take a filter away."""
        return self._filters.drop(name)

    async def _newest(self) -> int:
        return (await self._look(lambda desk: desk.store.newest())).number

    async def _wanted(self, given: dict[str, Any]) -> Wanted:
        return Wanted(
            topics=[q.places(each, 32) for each in q.many(given.get("topics"), 4)],
            addresses=q.places(given.get("address"), 20),
            first=await self._at(given.get("fromBlock")),
            last=await self._at(given.get("toBlock")),
        )

    async def _all(self, wanted: Wanted) -> list[Any]:
        newest = await self._newest()
        first = newest if wanted.first is None else wanted.first
        last = newest if wanted.last is None else wanted.last
        if last - first >= MOST_BLOCKS:
            raise RpcError(q.TOO_MUCH, f"At most {MOST_BLOCKS} blocks may be asked for at once.")
        return await self._found(wanted, first, last)

    async def _found(self, wanted: Wanted, first: int, last: int) -> list[Any]:
        def describe(desk: Desk) -> Any:
            with desk.store.snapshot():
                it = (wanted.addresses, wanted.topics)
                found = find_logs(desk.store, *it, first, last, MOST_LOGS)
                return load_describing().describe_logs(desk.store, found)

        return await self._look(describe)

    async def _entries(self, found: Filter, wanted: Wanted, newest: int) -> list[Any]:
        """The next entries: of fewer blocks, where those of all would be too many."""
        last = newest if wanted.last is None else min(wanted.last, newest)
        last = min(last, found.next + MOST_BLOCKS - 1)
        while found.next <= last:
            try:
                entries = await self._found(wanted, found.next, last)
            except Incorrect:
                if last == found.next:
                    raise
                last = (found.next + last) // 2
                continue
            found.next = last + 1
            return entries
        return []

    async def _blocks(self, found: Filter, newest: int) -> list[str]:
        last = min(newest, found.next + MOST_NEW - 1)

        def hashes(desk: Desk) -> list[str]:
            with desk.store.snapshot():
                rows = [desk.store.block_by_number(n) for n in range(found.next, last + 1)]
            return [f"0x{row.hash.hex()}" for row in rows if row]

        told = await self._look(hashes)
        found.next = last + 1
        return told


def _filter(told: Any) -> dict[str, Any]:
    if not isinstance(told, dict):
        raise q.wrong("a filter is an object")
    return cast(dict[str, Any], told)

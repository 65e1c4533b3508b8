"""Conditions: the resources that a search names, where others name them by an id."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from asklepion.kit.db import Tx
from asklepion.kit.errors import Conflict, Incorrect

from ..model import Asking, Stale
from ..store.rows import Row
from .parts import Parts
from .searching import Params, Searcher, Wanted

TRIES = 3
# Parameters that say how to answer, and so name nothing.
OF_ANSWERS = frozenset(
    {"_count", "_cursor", "_elements", "_format", "_include", "_pretty", "_revinclude", "_sort"}
    | {"_summary", "_total"}
)
NARROW = "Search more narrowly."
T = TypeVar("T")


class Appeared(Conflict):
    """What a search did not find a moment ago is there now."""


class Matching:
    """Finds what conditions name, among what the caller may see."""

    def __init__(self, parts: Parts, searcher: Searcher) -> None:
        self._parts = parts
        self._searcher = searcher

    async def find_one(self, asking: Asking, type: str, params: Params) -> Row | None:
        """The one resource that matches, if any.

        Raises:
            Stale: several match.
            Incorrect: the search names nothing, or cannot be read.
        """
        found = await self.find(asking, type, params, 1)
        return found[0] if found else None

    async def find(self, asking: Asking, type: str, params: Params, most: int) -> list[Row]:
        """All that match, at most so many. Raises as `find_one`."""
        page = await self._searcher.search(asking, type, _narrowed(params, most + 1))
        if len(page.rows) > most:
            told = "one resource matches" if most == 1 else f"{most} resources match"
            raise Stale(f"More than {told}.", hint=NARROW)
        return page.rows

    async def require_none(self, tx: Tx, asking: Asking, type: str, params: Params) -> None:
        """Nobody kept something that matches since it was looked for; nobody can until the end.

        Raises:
            Appeared: somebody did.
        """
        await tx.lock(f"records.condition.{type}")
        wanted = Wanted(type=type, params=_narrowed(params, 1))
        sight = self._parts.releasing.sight(asking)
        if (await self._searcher.look(tx, wanted, sight)).rows:
            raise Appeared("It was kept by somebody else meanwhile.", hint="Try again.")

    async def repeat(self, work: Callable[[], Awaitable[T]], *, is_ours: bool = True) -> T:
        """Do it again if somebody else was faster.

        Args:
            is_ours: the version that was meant is one we read ourselves, not the caller's.
        """
        for _ in range(TRIES - 1):
            try:
                return await work()
            except Appeared:
                continue
            except Changed:
                if not is_ours:
                    raise
        return await work()


class Changed(Stale):
    """It is another version now than the one that was meant."""


def _narrowed(params: Params, count: int) -> Params:
    meant = [(name, value) for name, value in params if name.partition(":")[0] not in OF_ANSWERS]
    if not meant:
        raise Incorrect("The condition names nothing.", hint="Write a search, as identifier=….")
    return [*meant, ("_count", str(count))]

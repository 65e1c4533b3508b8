"""Reads every stored row for the audit, a page at a time, inside one unchanging view."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from asklepion.kit.db import Tx

from .. import store
from ..engine import audit
from ..engine.note import Verifier
from ..engine.seal import Seals
from ..model import Head
from ..store import cosigning, losses, outbox

PAGE = 4096  # rows held at a time
Places = Callable[[Tx, int, int], Awaitable[set[int]]]


class Auditor:
    """Carries one audit out.

    Args:
        places: what rooms have rows for; where no room said so, nobody asks for rows.
    """

    def __init__(
        self,
        tx: Tx,
        seals: Seals,
        verifier: Verifier,
        findings: audit.Findings,
        places: Sequence[Places] = (),
    ) -> None:
        self._tx = tx
        self._seals = seals
        self._verifier = verifier
        self._findings = findings
        self._places = (*places, outbox.head_leaves, losses.leaves) if places else ()

    async def run(self) -> None:
        """Look at all four tables."""
        head, stored = await self._head()
        tree = audit.Audit(self._seals, self._findings)
        for low in range(0, max(head.size, 1), PAGE):
            page = await self._page(low, min(low + PAGE, head.size))
            await asyncio.to_thread(tree.page, page)
            await self._orphans(page)
        if stored:
            tree.end(stored, is_ours=stored is head)
        await self._strays(head.size)
        await self._checkpoints(head)
        await self._cosignatures()

    async def _head(self) -> tuple[Head, Head | None]:
        """How far the log should have come, guessed where its own row is spoilt; and that row."""
        for other in await store.stray_heads(self._tx):
            self._findings.add(audit.HEAD, other, audit.ADDED)
        found = await store.head(self._tx)
        if found and found[1] == self._seals.head(found[0]):
            return found[0], found[0]
        if found is None and await store.is_empty(self._tx):
            return Head(), None
        if found is None:
            self._findings.add(audit.HEAD, 1, audit.MISSING)
        size = _likely(*await store.extent(self._tx, "leaves"))
        checkpoints = _likely(*await store.extent(self._tx, "checkpoints"))
        guessed = replace(Head(), size=size, checkpoints=checkpoints)
        return guessed, found[0] if found else None

    async def _page(self, low: int, high: int) -> audit.Page:
        page = audit.Page(low, high, await store.leaves(self._tx, (low, high)))
        nodes: dict[Any, Any] = {}
        for level, first, end in audit.nodes_completed(low, high):
            nodes |= await store.nodes(self._tx, level, (first, end))
        page.nodes = nodes
        above = low if low else -1
        page.checkpoints = await store.checkpoints_of_sizes(self._tx, above, high)
        return page

    async def _orphans(self, page: audit.Page) -> None:
        """Leaves of which no room has a row: whoever took it away cannot take the leaf along."""
        if not self._places:
            return
        left = set(page.leaves)
        for places in self._places:
            left -= await places(self._tx, page.low, page.high)
        for index in sorted(left):
            self._findings.add(audit.LEAF, index, audit.ORPHAN)

    async def _strays(self, size: int) -> None:
        after = store.LOWEST
        while places := await store.stray_leaves(self._tx, size, after, PAGE):
            self._add_all(audit.LEAF, places)
            after = places[-1]
        for level in await store.levels(self._tx):
            is_known = isinstance(level, int) and 1 <= level < size.bit_length()
            span = (0, size >> level if is_known else 0)
            skip = 0
            while places := await store.stray_nodes(self._tx, level, span, (skip, PAGE)):
                self._add_all(audit.NODE, places, f"{level}:")
                skip += len(places)

    def _add_all(self, table: str, places: Iterable[Any], level: str = "") -> None:
        for place in places:
            if isinstance(place, int):
                self._findings.add(table, place, audit.ADDED, level=level)
            else:
                self._findings.tell(table, f"{level}{place}", audit.ADDED)

    async def _checkpoints(self, head: Head) -> None:
        checkpoints = audit.CheckpointAudit(self._seals, self._verifier, self._findings)
        after = store.LOWEST
        while rows := await store.checkpoints_after(self._tx, after, PAGE // 4):
            await asyncio.to_thread(checkpoints.rows, rows, head)
            after = rows[-1][0].number
        checkpoints.end(head)

    async def _cosignatures(self) -> None:
        size, witness = -1, ""
        while rows := await cosigning.cosignatures_after(self._tx, size, witness, PAGE // 4):
            for row in rows:
                found = await store.checkpoint_of_size(self._tx, row.size)
                audit.look_at_cosignature(row, found[0] if found else None, self._findings)
            size, witness = rows[-1].size, rows[-1].witness


def _likely(count: int, highest: int) -> int:
    """How many rows there should be: up to the highest, unless that is out of all proportion."""
    return highest + 1 if highest < 2 * count + PAGE else count

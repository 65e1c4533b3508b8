"""What contracts told, asked for in as many parts as a node wants."""

from collections.abc import AsyncGenerator

from asklepion.kit.errors import Incorrect

from ...engine.evm.finding import Topics
from ...model import Log
from ..chain import Chain

BLOCKS = 10_000  # asked for at once, at first; nodes often give no more


async def search_logs(
    chain: Chain, *, address: bytes, topics: Topics, first: int
) -> AsyncGenerator[Log]:
    """All of it from a block on, oldest first.

    Raises:
        Incorrect: a single block holds more than is given out at once.
    """
    at, last, step = max(first, 0), (await chain.head()).number, BLOCKS
    while at <= last:
        until = min(at + step - 1, last)
        try:
            found = await chain.logs(address=address, topics=topics, first=at, last=until)
        except Incorrect:  # too much of it
            if step == 1:
                raise
            step = max(step // 4, 1)
            continue
        for each in found:
            yield each
        at, step = until + 1, min(step * 2, BLOCKS)

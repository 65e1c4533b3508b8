"""What the room does by itself: end what was begun, expire, erase what is due, sweep."""

import asyncio
import contextlib

from asklepion.kit.log import get_log

from .erasing import Eraser
from .granting import Granter
from .images import Images
from .links import Links
from .packages import Packages
from .parts import Parts
from .resealing import Resealer
from .ruling import Ruler
from .signing import Shower

log = get_log(__name__)

EXPIRY_S = 0.5  # how often permits whose time is over are taken away and told of
ERASURES_S = 30.0  # how often erasures that are due are carried out
HAND_IN_S = 2.0  # how often it is looked whether something waits to be signed for the chain
SWEEP_HOUR = 3  # in UTC: when traces of erasures are swept out, since writers wait meanwhile


class Upkeep:
    """Works while the house is open."""

    def __init__(
        self,
        parts: Parts,
        *,
        packages: Packages,
        resealer: Resealer,
        ruler: Ruler,
        granter: Granter,
        eraser: Eraser,
        images: Images,
        links: Links,
        signed: Shower,
    ) -> None:
        self._parts = parts
        self._packages = packages
        self._resealer = resealer
        self._ruler = ruler
        self._granter = granter
        self._eraser = eraser
        self._images = images
        self._links = links
        self._signed = signed
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Read what packages are installed, end what was begun on stored rows, begin to expire."""
        await self._packages.refresh()
        await self._resealer.finish()
        await self._label()
        await self._eraser.carry_out_due()
        await self._images.start()
        await self._signed.try_again()
        self._tasks = [
            asyncio.create_task(work())
            for work in (self._expire_for_ever, self._erase_for_ever, self._hand_in_for_ever)
        ]

    async def stop(self) -> None:
        """End that, once everything handed in is written."""
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self._parts.books.stop()

    async def expire(self) -> int:
        """Take away permits whose time is over and tell of it; returns how many."""
        async with self._parts.db.begin() as tx:
            return await self._parts.writer.expire(tx)

    async def _label(self) -> None:
        """Label what an older program kept without, some at a time."""
        while True:
            async with self._parts.db.begin() as tx:
                if not await self._ruler.label_some(tx):
                    return

    async def _expire_for_ever(self) -> None:
        while True:
            await asyncio.sleep(EXPIRY_S)
            try:
                if await self._granter.is_any_over():
                    await self.expire()
            except Exception as error:  # tried again in a moment; permits end by the clock anyway
                log.fault("permits not expired", error)
            try:
                await self._packages.refresh()  # another process may have installed one
            except Exception as error:
                log.fault("packages not read", error)

    async def _hand_in_for_ever(self) -> None:
        """What was said before this house knew a chain is handed in as soon as it does."""
        while True:
            await asyncio.sleep(HAND_IN_S)
            try:
                while await self._signed.catch_up():
                    pass
            except Exception as error:  # tried again in a moment
                log.fault("consents not handed in", error)

    async def _erase_for_ever(self) -> None:
        while True:
            await asyncio.sleep(ERASURES_S)
            try:
                await self._eraser.carry_out_due()
                await self._links.sweep()
                if self._parts.clock.now().hour == SWEEP_HOUR:
                    await self._eraser.sweep()
            except Exception as error:  # tried again in a moment
                log.fault("erasure not carried out", error)

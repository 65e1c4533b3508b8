"""The places that live in one worker: taken, held on to while somebody is there, given back."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from asklepion.kit.log import get_log

from .leases import Leases, steady
from .standing import Standing, standing_in

if TYPE_CHECKING:
    from .world import World

log = get_log(__name__)

RENEW_S = 0.5
SOONEST_S = 0.05  # however often people go aside
EMPTY_S = 10.0  # a place that was asked for waits so long for its first visitor


class Holding:
    """Renews the leases of a worker, and keeps with them where everybody stands."""

    def __init__(self, world: World, leases: Leases, standing: Standing) -> None:
        self._world = world
        self._leases = leases
        self._standing = standing
        self._kept: dict[str, str] = {}  # where people stood, as it was kept last
        self._empty_since: dict[str, float] = {}
        self._stir = asyncio.Event()  # where everybody stands is to be kept at once

    def stir(self) -> None:
        """Keep soon where everybody stands: who speaks privately has changed."""
        self._stir.set()

    async def take(self, hall: str) -> bool:
        """Whether a place lives here; one that lives nowhere does from now on."""
        if self._leases.holds(hall):
            return True
        taken = await self._leases.take(hall)
        if taken:
            self._standing.expect(hall, taken)
            self._empty_since[hall] = steady()
        return taken is not None

    async def run(self) -> None:
        """Renew, again and again."""
        turn = 0
        while True:
            is_stirred = await self._wait()
            turn += 1
            try:
                await self.renew(is_keeping=is_stirred or turn % 2 == 0)
            except Exception as error:  # what is not renewed is not served
                log.fault("places were not held on to", error)

    async def _wait(self) -> bool:
        """Wait for the next time; whether it comes early: who speaks privately has changed."""
        await asyncio.sleep(SOONEST_S)
        with suppress(TimeoutError):
            async with asyncio.timeout(RENEW_S - SOONEST_S):
                await self._stir.wait()
        is_stirred = self._stir.is_set()
        self._stir.clear()
        return is_stirred

    async def renew(self, *, is_keeping: bool = True) -> None:
        """Hold on to what lives here, let go of what others have now, and of what is empty."""
        standing = self._standing_now() if is_keeping else {}
        lost = await self._leases.renew(standing)
        held = set(self._leases.halls)
        for hall in lost | {gathering.key for gathering in self._world.gatherings()} - held:
            log.warn("a place lives elsewhere now", hall=hall.partition(":")[0])
            self._standing.forget(hall)
            self._kept.pop(hall, None)
            self._world.drop_hall(hall)
        self._kept |= standing
        inhabited = {gathering.key for gathering in self._world.gatherings()}
        now = steady()
        for hall in self._leases.halls:
            if hall in inhabited:
                self._empty_since[hall] = now
            elif now - self._empty_since.setdefault(hall, now) > EMPTY_S:
                await self._give_back(hall)

    async def _give_back(self, hall: str) -> None:
        if self._world.things.keeping:
            await self._world.things.keeping.flush()
        for known in (self._empty_since, self._kept):
            known.pop(hall, None)
        self._standing.forget(hall)
        await self._leases.let_go(hall)

    def _standing_now(self) -> dict[str, str]:
        """Where everybody stands, of those places where somebody moved."""
        seats = self._world.things.seats_in
        now = {
            gathering.key: standing_in(gathering, seats(gathering.key))
            for gathering in self._world.gatherings()
            if self._leases.holds(gathering.key)
        }
        return {hall: body for hall, body in now.items() if self._kept.get(hall) != body}

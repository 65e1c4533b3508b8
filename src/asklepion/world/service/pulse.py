"""The pulse of the world: what happens in every place, twenty times a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from asklepion.kit.log import get_log

from ..wire import TICKS_PER_S
from .gathering import Gathering
from .signboards import Signboards
from .talking import Talking
from .things import LooseThings

log = get_log(__name__)

LATE_S = 0.25  # after a longer pause, nothing is caught up with
VOICES_TICKS = 4  # how often we look who may hear whom, beside whenever it is decided


class Pulse:
    """Lets time pass in each place; what fails in one is nothing to the others.

    Args:
        served: the places that live in this process at this very moment.
        sweep: looks, once a second, who is silent, slow or gone; is given the time [s].
    """

    def __init__(
        self,
        *,
        served: Callable[[], list[Gathering]],
        sweep: Callable[[float], None],
        things: LooseThings,
        talking: Talking,
        signboards: Signboards,
    ) -> None:
        self._served = served
        self._sweep = sweep
        self._things = things
        self._talking = talking
        self._signboards = signboards
        self._ticks = 0
        self._task: asyncio.Task[None] | None = None

    def start(self, tick: Callable[[], None]) -> None:
        """Begin to tick."""
        self._task = asyncio.create_task(_run(tick))

    async def stop(self) -> None:
        """Tick no more."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def tick(self, now: float) -> None:
        """Let a twentieth of a second pass in every place."""
        self._ticks += 1
        for gathering in self._served():
            _alone(gathering, lambda here: self._tick_in(here, now))
        if self._ticks % TICKS_PER_S == 0:
            self._sweep(now)
            for gathering in self._served():
                _alone(gathering, lambda here: self._look_at(here, now))

    def _tick_in(self, here: Gathering, now: float) -> None:
        here.tick(now)
        self._things.tick(here)
        if (voices := self._talking.voices) and self._ticks % VOICES_TICKS == 0:
            voices.look(here)

    def _look_at(self, here: Gathering, now: float) -> None:
        here.remember(now)
        self._talking.look(here)
        here.hang(self._signboards.over_doors)


def _alone(here: Gathering, work: Callable[[Gathering], None]) -> None:
    """Do something in one place; what fails there is logged."""
    try:
        work(here)
    except Exception as error:
        log.fault("a place was passed over in a tick", error, place=here.hall.place.id)


async def _run(tick: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        due = max(due + 1 / TICKS_PER_S, loop.time() - LATE_S)
        await asyncio.sleep(due - loop.time())
        try:
            tick()
        except Exception as error:  # one bad tick must not stop the world
            log.fault("tick failed", error)

"""Which worker a visitor goes to, and who is asked at the gate of a guarded place."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from asklepion.identity import Caller
from asklepion.kit.db import Database
from asklepion.kit.errors import Busy, Forbidden

from ..model import Access
from ..wire import Code
from .bus import FRONT, Bus
from .leases import holder_of, steady
from .passing import Admit, Admitted, Held, Hold
from .presence import Presence

if TYPE_CHECKING:
    from .world import World

PATIENCE_S = 4.0  # for a place whose worker is gone to be had again
AGAIN_S = 0.1
GATE_S = 4.0


async def find_worker(hall: str, db: Database, bus: Bus, presence: Presence) -> tuple[str, str]:
    """The worker that has a place, or takes it now, and where browsers reach it.

    Args:
        hall: empty for any worker.

    Raises:
        Busy: none can have it.
    """
    until = steady() + PATIENCE_S
    silent: set[str] = set()
    while steady() < until:
        worker = await holder_of(db, hall) if hall else ""
        worker = worker or presence.choose(silent)
        if worker and (url := await _ask_to_hold(bus, worker, hall)):
            return worker, url
        silent = silent | {worker} if worker else set()
        await asyncio.sleep(AGAIN_S)
    raise Busy("No worker can have this place now.", hint="Try again in a moment.")


async def _ask_to_hold(bus: Bus, worker: str, hall: str) -> str:
    try:
        said = await bus.ask(worker, Hold(hall=hall))
    except Busy:
        return ""
    return said.url if isinstance(said, Held) else ""


def keep_gates(world: World, bus: Bus) -> None:
    """Have the front asked at the gate of every guarded place."""

    async def ask_front(caller: Caller, place: str) -> None:
        said = await bus.ask(FRONT, Admit(caller=caller, place=place), GATE_S)
        if not isinstance(said, Admitted) or said.code == Code.BUSY:
            raise Busy("The gatekeeper does not answer.", hint="Ask again in a moment.")
        if said.code:
            raise Forbidden("The gatekeeper says no.", hint=said.hint)

    for place in world.places():
        if place.access is Access.GUARDED:
            world.guard(place.id, ask_front)

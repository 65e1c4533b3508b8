"""Who is let into a place: those whom nothing keeps out, and in guarded places the gatekeeper."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from asklepion.identity import Caller
from asklepion.kit.clock import Clock
from asklepion.kit.errors import Busy, HouseError
from asklepion.kit.log import get_log

from ..model import Access, Deed, Place, Right, Ties, may_know, rights_of
from ..wire import Code

log = get_log(__name__)

Gatekeeper: TypeAlias = Callable[[Caller, str], Awaitable[None]]

GATE_S = 5.0
AGAIN = (Code.BUSY, "Ask again in a moment.")


class Gates:
    """Every gate of the world."""

    def __init__(self, clock: Clock, ties: Ties) -> None:
        self._clock = clock
        self._ties = ties
        self._keepers: dict[str, Gatekeeper] = {}

    def guard(self, place: str, keeper: Gatekeeper) -> None:
        """Have a gatekeeper asked before anybody enters a guarded place."""
        self._keepers[place] = keeper

    async def refusal(self, caller: Caller, place: Place) -> tuple[Code, str] | None:
        """Why this caller may not enter, None if they may."""
        return self.kept_out(caller, place) or await self._ask(caller, place)

    def kept_out(self, caller: Caller, place: Place) -> tuple[Code, str] | None:
        """Why this caller may not enter, whatever a gatekeeper says; None if nothing keeps them."""
        if Right.ENTER not in rights_of(place, caller):
            return Code.FORBIDDEN, "Your account may not go there."
        if self._ties.standing(Deed.BAN, place.id, caller.account, self._clock.now()):
            return Code.BANNED, "GET /api/world/order/mine says why, and takes an answer."
        if self._ties.self_of(caller.account).is_child and not place.is_child_safe:
            return Code.NOT_FOR_CHILDREN, "Places for children say so in their file."
        return None

    async def _ask(self, caller: Caller, place: Place) -> tuple[Code, str] | None:
        if place.access is not Access.GUARDED:
            return None
        if place.visitors:
            may = may_know(place, caller)
            return None if may else (Code.FORBIDDEN, "You are not among those whom it lets in.")
        keeper = self._keepers.get(place.id)
        if not keeper:
            return Code.FORBIDDEN, "Nobody keeps this gate, so nobody passes it."
        try:
            async with asyncio.timeout(GATE_S):
                await keeper(caller, place.id)
        except (TimeoutError, Busy):
            return AGAIN
        except HouseError as error:
            return Code.FORBIDDEN, error.hint
        except Exception as error:
            log.fault("gatekeeper failed", error, place=place.id)
            return AGAIN
        return None

"""Where visitors' lines go: to our own door, to the gateway for large halls, or to a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asklepion.identity import Caller

from ..wire import LineOffer, LineWish
from .atlas import Atlas, hall_of
from .tickets import Shown, Tickets

if TYPE_CHECKING:
    from .workers import Workers


class Lines:
    """Says to each visitor where to open a line."""

    def __init__(self, atlas: Atlas) -> None:
        self.others: Workers | None = None  # where the world is in more than one process
        self._atlas = atlas
        self._gateway: tuple[str, Tickets] | None = None

    def lead_to(self, url: str, tickets: Tickets) -> None:
        """Send visitors to another door, with a ticket; empty: to our own again."""
        self._gateway = (url, tickets) if url else None

    def drop(self, account: str) -> None:
        """No ticket of an account is good any more."""
        if self._gateway:
            self._gateway[1].drop(account)

    def offer(self, caller: Caller, origin: str, look: str = "") -> LineOffer:
        """Where a visitor's line goes.

        Args:
            origin: of the page that asks.
            look: as `World.open` takes it.

        Raises:
            Unauthenticated: a stranger asks.
        """
        caller.require_known()
        if not self._gateway or self.others:
            return LineOffer()
        url, tickets = self._gateway
        return LineOffer(url=url, ticket=tickets.give(caller, origin, look))

    async def find(self, caller: Caller, origin: str, look: str, wish: LineWish) -> LineOffer:
        """Where a visitor's line goes who wants to a place, in whichever worker it lives.

        Raises:
            Unauthenticated: a stranger asks.
            NotFound: there is no such place.
            Busy: no worker can have it now.
        """
        if not self.others:
            return self.offer(caller, origin, look)
        hall = hall_of(self._atlas.find(wish.place), caller.account) if wish.place else ""
        return await self.others.offer(Shown(caller, look, wish.came_from), hall, origin)

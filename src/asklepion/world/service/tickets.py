"""Tickets: proof, on a line that knows no sessions, of who was signed in a moment ago."""

import secrets
from collections.abc import Callable
from typing import NamedTuple

from asklepion.identity import Caller

GOOD_FOR_S = 30.0
MOST = 20_000


class Shown(NamedTuple):
    """What a ticket says."""

    caller: Caller
    look: str  # as `Look.code` has it
    came_from: str = ""  # the place they left for another's worker


class Tickets:
    """Each good once, for half a minute, from the pages it was given to."""

    def __init__(self, tell_time: Callable[[], float]) -> None:
        self._time = tell_time
        self._given: dict[str, tuple[Caller, str, str, float]] = {}

    def give(self, caller: Caller, origin: str, look: str = "") -> str:
        """A ticket for a caller.

        Args:
            origin: of the page that asks, as its browser says; empty where there is none.
            look: what the caller looks like, as `Look.code` has it.

        Raises:
            Unauthenticated: a stranger asks.
        """
        caller.require_known()
        now = self._time()
        for old in [t for t, (*_, until) in self._given.items() if until < now]:
            del self._given[old]
        if len(self._given) >= MOST:
            del self._given[next(iter(self._given))]
        ticket = secrets.token_urlsafe(24)
        self._given[ticket] = caller, origin, look, now + GOOD_FOR_S
        return ticket

    def take(self, ticket: str, origin: str) -> Shown | None:
        """Whose ticket this is, and their look; None if nobody's, used, old or another page's."""
        caller, wanted, look, until = self._given.pop(ticket, (None, "", "", 0.0))
        if not caller or self._time() > until or origin != wanted:
            return None
        return Shown(caller, look)

    def drop(self, account: str) -> None:
        """Let an account in no more with what it was given."""
        for ticket in [t for t, (c, *_) in self._given.items() if c.account == account]:
            del self._given[ticket]

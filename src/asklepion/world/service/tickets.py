"""Tickets: proof, on a line that knows no sessions, of who was signed in a moment ago."""

import secrets
from collections.abc import Callable

from asklepion.identity import Caller

GOOD_FOR_S = 30.0
MOST = 20_000


class Tickets:
    """Each good once, for half a minute, from the pages it was given to."""

    def __init__(self, tell_time: Callable[[], float]) -> None:
        self._time = tell_time
        self._given: dict[str, tuple[Caller, str, float]] = {}

    def give(self, caller: Caller, origin: str) -> str:
        """A ticket for a caller.

        Args:
            origin: of the page that asks, as its browser says; empty where there is none.

        Raises:
            Unauthenticated: a stranger asks.
        """
        caller.require_known()
        now = self._time()
        for old in [t for t, (_, _, until) in self._given.items() if until < now]:
            del self._given[old]
        if len(self._given) >= MOST:
            del self._given[next(iter(self._given))]
        ticket = secrets.token_urlsafe(24)
        self._given[ticket] = caller, origin, now + GOOD_FOR_S
        return ticket

    def take(self, ticket: str, origin: str) -> Caller | None:
        """Whose ticket this is, None where it is nobody's, used, too old or another page's."""
        caller, wanted, until = self._given.pop(ticket, (None, "", 0.0))
        return caller if self._time() <= until and origin == wanted else None

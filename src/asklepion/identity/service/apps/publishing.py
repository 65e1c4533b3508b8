"""Key sets that apps publish: fetched from where an operator said, and kept a while."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from asklepion.kit.clock import Clock

from ...engine.keysets import LARGEST
from ..outside import Letter, Reach, Unfit, reach

OK = HTTPStatus.OK
TIMEOUT_S = 5.0
FRESH_S = 300.0  # how long what was fetched is taken as it is
AGAIN_S = 30.0  # how soon it is fetched again for a key that it does not have
KNOWN_MOST = 200  # what was fetched, held at once
Fetch = Callable[[str], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class _Fetched:
    jwks: Any
    at_s: float


class Published:
    """Remembers the key sets that were fetched."""

    def __init__(self, clock: Clock, fetch: Fetch | None = None) -> None:
        self._clock = clock
        self._fetch = fetch or fetch_json
        self._known: dict[str, _Fetched] = {}

    async def keys(self, address: str, *, is_missing: bool = False) -> Any:
        """The key set at an address.

        Args:
            is_missing: what is known does not have the key; it may be new.

        Raises:
            Unfit: it cannot be had.
        """
        now = self._clock.now().timestamp()
        known = self._known.get(address)
        if known and now - known.at_s < (AGAIN_S if is_missing else FRESH_S):
            return known.jwks
        jwks = await self._fetch(address)
        self._known.pop(address, None)
        while len(self._known) >= KNOWN_MOST:  # the oldest goes
            self._known.pop(next(iter(self._known)))
        self._known[address] = _Fetched(jwks, now)
        return jwks


async def fetch_json(address: str, *, reach: Reach = reach) -> Any:
    """What is published at an https address of the open internet.

    Raises:
        Unfit: it may not be fetched, or is no JSON.
    """
    reply = await reach(Letter(address=address, most=LARGEST, timeout_s=TIMEOUT_S))
    if reply.status != OK:
        raise Unfit("not there")
    return reply.json()

"""Ways for voices and screens through NAT and firewalls: who is given which, and until when."""

import secrets
from datetime import timedelta
from math import inf

from asklepion.kit.clock import Clock
from asklepion.kit.errors import Incorrect

from ..engine.turn import is_turn, read_ice_urls, turn_credential
from ..model import Ties
from ..wire import IceServer, IceServers, Signal
from .allowing import refusal_of
from .gathering import Gathering
from .visit import Visit

LASTS_S = 1200  # so long a pass opens new ways; those it has opened go on
RENEWED_S = 600  # before its end
NAME_BYTES = 12  # of chance
TALK = Signal(to=0, data="")  # whoever may send notes finds ways for voices


class Relays:
    """Gives passes for STUN and TURN servers to those who may talk where they are.

    Args:
        urls: their addresses, with commas; empty for none.
        secret: what the TURN servers share with the house.
        is_only: voices and screens go through TURN alone, so nobody learns another's address.

    Raises:
        Incorrect: these cannot be, or do not fit together.
    """

    def __init__(self, *, urls: str, secret: str, is_only: bool, ties: Ties, clock: Clock) -> None:
        found = read_ice_urls(urls)
        self._turn = tuple(url for url in found if is_turn(url))
        self._stun = tuple(url for url in found if not is_turn(url))
        self._secret = secret
        self._is_only = is_only
        self._ties = ties
        self._clock = clock
        if self._turn and not secret:
            hint = "Set ASKLEPION_TURN_SECRET to its static-auth-secret."
            raise Incorrect("A TURN server without its secret.", hint=hint)
        if (secret or is_only) and not self._turn:
            hint = "Set ASKLEPION_TURN_URLS, such as turn:turn.example:3478."
            raise Incorrect("TURN is asked for, and no TURN server is named.", hint=hint)

    def meet(self, visit: Visit) -> None:
        """Tell one who has just come in, before any note can reach them."""
        visit.relays_until = 0.0
        if self._may_talk(visit):
            self._give(visit)
        elif self._is_only:
            visit.tell(IceServers(servers=(), is_relay_only=True))

    def look(self, here: Gathering) -> None:
        """Look, once a second, whose pass ends soon, and who may talk now and has none."""
        soon = (self._clock.now() + timedelta(seconds=RENEWED_S)).timestamp()
        for visit in list(here.visits.values()):
            if visit.relays_until < soon and self._may_talk(visit):
                self._give(visit)

    def _may_talk(self, visit: Visit) -> bool:
        return bool(visit.gathering) and not refusal_of(visit, TALK, self._ties, self._clock.now())

    def _give(self, visit: Visit) -> None:
        servers = [IceServer(urls=self._stun)] if self._stun else []
        visit.relays_until = inf
        if self._turn:
            until = int(self._clock.now().timestamp()) + LASTS_S
            visit.relay_name = visit.relay_name or secrets.token_urlsafe(NAME_BYTES)
            username = f"{until}:{visit.relay_name}"
            credential = turn_credential(self._secret, username)
            servers.append(IceServer(urls=self._turn, username=username, credential=credential))
            visit.relays_until = float(until)
        visit.tell(IceServers(servers=tuple(servers), is_relay_only=self._is_only))

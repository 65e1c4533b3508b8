"""Answering somebody who asks to be shown something, here or in another house."""

import json
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from asklepion.kit.errors import Conflict, Gone, Incorrect
from asklepion.kit.log import get_log

from ...engine.vc import dcql, didweb, jose, sdjwt, strict
from ...engine.vc.dcql import Query
from ...engine.vc.documents import AUTHENTICATION
from ...engine.vc.errors import Unproven
from ...engine.vc.sdjwt import Path
from ...model import Caller
from ...store import held as store
from ...store.held import Held
from ..outside import Letter, Unfit, form
from .desk import Desk
from .holding import Holding
from .home import Home
from .issuers import Issuers
from .kept import is_document
from .requesting import ANYBODY, DID, REDIRECT, TYPE
from .values import Card

log = get_log(__name__)

LONGEST = 16_384  # characters of a request
GOOD = timedelta(minutes=10)  # how long one may think about an answer
WAITING_MOST = 500  # requests that are being thought about
CANNOT = "That request cannot be answered."


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A credential that would answer, and what of it would be shown."""

    wanted: str
    card: Card
    names: tuple[str, ...]
    paths: tuple[Path, ...] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Who asks, for what, and with what one could answer."""

    ticket: str
    who: str  # an address or a key's name
    is_here: bool
    choices: tuple[Choice, ...]
    is_enough: bool  # there is something for all that must be shown


@dataclass(frozen=True, kw_only=True)
class _Waiting:
    account: str
    client: str
    who: str
    nonce: str
    state: str
    response: str
    query: Query
    until_s: float


class Answering:
    """The house as an app that holds credentials, towards whoever asks."""

    def __init__(self, desk: Desk, issuers: Issuers, holding: Holding, home: Home) -> None:
        self._desk = desk
        self._issuers = issuers
        self._holding = holding
        self._home = home
        self._waiting: dict[str, _Waiting] = {}

    async def consider(self, caller: Caller, text: str, *, here: str) -> Asked:
        """Read a request, and find out with what it could be answered; nothing is shown yet.

        Raises:
            Incorrect: it is no request, or not by whom it says.
            Conflict: whoever asks is not to be reached.
        """
        caller.require_known()
        try:
            waiting = await self._read(caller, text, here)
        except Unproven as error:
            raise Incorrect(CANNOT, hint=error.message) from error
        except ValueError as error:  # an address that is none
            raise Incorrect(CANNOT, hint="It cannot be read.") from error
        except Unfit as error:
            raise Conflict("Whoever asks is not to be reached.", hint="Try again later.") from error
        for ticket in [t for t, each in self._waiting.items() if each.until_s < self._desk.now_s]:
            del self._waiting[ticket]
        if len(self._waiting) >= WAITING_MOST:
            self._waiting.pop(next(iter(self._waiting)))
        ticket = secrets.token_urlsafe(16)
        self._waiting[ticket] = waiting
        choices = await self._choices(caller, waiting.query)
        able = {choice.wanted for choice in choices}
        return Asked(
            ticket=ticket,
            who=waiting.who,
            is_here=waiting.response.startswith(f"{here}/"),
            choices=tuple(choices),
            is_enough=waiting.query.chosen(able) is not None,
        )

    async def answer(
        self, caller: Caller, ticket: str, chosen: dict[str, str], *, here: str
    ) -> None:
        """Show what was asked for, and nothing else.

        Args:
            chosen: which credential for each that is asked for.

        Raises:
            Gone: one thought about it for too long.
            Incorrect: that is not enough, or nothing of that kind was asked for.
            Conflict: whoever asks did not take it.
        """
        caller.require_known()
        waiting = self._waiting.get(ticket)
        if (
            waiting is None
            or waiting.account != caller.account
            or waiting.until_s < self._desk.now_s
        ):
            raise Gone("That request is over.", hint="Ask for it again.")
        del self._waiting[ticket]  # at once: it is answered once
        try:
            shown = await self._chosen(caller, waiting, chosen)
        except Incorrect:
            self._waiting[ticket] = waiting  # one may choose again
            raise
        await self._send(waiting, await self._token(caller, waiting, shown), here)
        tell = self._holding.tell
        for each in shown:
            await tell(
                caller.account, each.card.id, to=waiting.who, how="request", names=each.names
            )

    async def _chosen(
        self, caller: Caller, waiting: _Waiting, chosen: dict[str, str]
    ) -> list[Choice]:
        needed = waiting.query.chosen(set(chosen))
        if needed is None:
            raise Incorrect("That is not all that is asked for.", hint="Choose for each.")
        shown = [
            choice
            for choice in await self._choices(caller, waiting.query)
            if choice.wanted in needed and chosen[choice.wanted] == choice.card.id
        ]
        if {choice.wanted for choice in shown} != needed:
            raise Incorrect("A credential is not one that answers.", hint="Choose another.")
        return shown

    async def _token(
        self, caller: Caller, waiting: _Waiting, shown: list[Choice]
    ) -> dict[str, list[str]]:
        """What is shown, bound to who asks and to this question."""
        token: dict[str, list[str]] = {}
        for each in shown:
            held, paths = await self._holding.find(caller, each.card.id), list(each.paths)
            text = await self._holding.present(held, paths, waiting.client, waiting.nonce)
            token[each.wanted] = [text]
        return token

    async def _send(self, waiting: _Waiting, token: dict[str, list[str]], here: str) -> None:
        values = {"vp_token": json.dumps(token), "state": waiting.state}
        try:
            reply = await self._home.reach(here)(form(waiting.response, values))
        except Unfit as error:
            raise Conflict("Whoever asks is not to be reached.", hint="Try again later.") from error
        if reply.status != 200:
            raise Conflict("Whoever asks did not take the answer.", hint="Let them ask again.")

    async def _choices(self, caller: Caller, query: Query) -> list[Choice]:
        async with self._desk.db.read() as tx:
            found = await store.held_by(tx, caller.account)
        choices: list[Choice] = []
        for held in found:
            card = await self._holding.card(held)
            choices += await self._fitting(held, card, query)
        return choices

    async def _fitting(self, held: Held, card: Card, query: Query) -> list[Choice]:
        opened = await self._holding.require_open(held)
        if is_document(opened):  # what is asked for are parts
            return []
        claims = sdjwt.peek(opened["text"]).claims
        fits: list[Choice] = []
        for wanted in query.credentials:
            paths = wanted.paths(claims)
            if paths is not None and card.state == "valid":
                names = tuple(dict.fromkeys(str(path[0]) for path in paths))
                fits.append(Choice(wanted=wanted.id, card=card, names=names, paths=tuple(paths)))
        return fits

    # Reading

    async def _read(self, caller: Caller, text: str, here: str) -> _Waiting:
        query = dict(parse_qsl(urlsplit(text.strip()).query)) if len(text) <= LONGEST else {}
        client = query.get("client_id", "")
        if "request_uri" in query:
            letter = Letter(address=query["request_uri"], accept=f"application/{TYPE}")
            reply = await self._home.reach(here)(letter)
            if reply.status != 200:
                raise Unproven("form", "It is over.")
            told = await self._signed(reply.text, client)
        else:
            told = self._unsigned(query, client)
        return self._waiting_for(caller, told, client, here)

    async def _signed(self, text: str, client: str) -> dict[str, Any]:
        """A request that says by whom it is, and proves it."""
        if not client.startswith(DID):
            raise Unproven("issuer", "It does not say by whom it is in a way that is known here.")
        header, _ = jose.read(text)
        name, kid = client.removeprefix(DID), str(header.get("kid", ""))
        key = await self._issuers.key_of(name, kid, purpose=AUTHENTICATION)
        told = jose.verify(text, key, typ=(TYPE,))
        until = told.get("exp")
        if told.get("client_id") != client or told.get("aud", ANYBODY) != ANYBODY:
            raise Unproven("issuer", "It is by somebody else than it says.")
        if isinstance(until, int | float) and self._desk.now_s >= until:
            raise Unproven("expired", "It is over.")
        return told

    def _unsigned(self, query: dict[str, str], client: str) -> dict[str, Any]:
        """A request that is by whoever has the address to which the answer goes."""
        where = query.get("response_uri", "")
        if not where or client != f"{REDIRECT}{where}":
            raise Unproven("issuer", "It does not say by whom it is in a way that is known here.")
        try:
            return {**query, "dcql_query": strict.loads(query.get("dcql_query", ""))}
        except (ValueError, RecursionError) as error:
            raise Unproven("form", "What it asks for cannot be read.") from error

    def _waiting_for(
        self, caller: Caller, told: dict[str, Any], client: str, here: str
    ) -> _Waiting:
        where, nonce, state = (told.get(name) for name in ("response_uri", "nonce", "state"))
        is_known = told.get("response_type") == "vp_token"
        if not is_known or told.get("response_mode") != "direct_post":
            raise Unproven("form", "It wants its answer in a way that is not known here.")
        if not isinstance(where, str) or not isinstance(nonce, str) or not nonce:
            raise Unproven("form", "It is not complete.")
        parts = urlsplit(where)
        if parts.scheme != "https" and not where.startswith(f"{here}/"):
            raise Unproven("form", "It wants its answer where anybody could read it.")
        name = client.removeprefix(DID)
        is_web = name.startswith(didweb.PREFIX)
        if is_web and urlsplit(didweb.address_of(name)).netloc != parts.netloc:
            raise Unproven("issuer", "It wants its answer elsewhere than with who asks.")
        return _Waiting(
            account=caller.account,
            client=client,
            who=parts.netloc,
            nonce=nonce,
            state=state if isinstance(state, str) else "",
            response=where,
            query=dcql.query_of(told.get("dcql_query")),
            until_s=self._desk.now_s + GOOD.total_seconds(),
        )

"""A letter to this very house is not sent: it is answered where it is."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from asklepion.kit.errors import HouseError

from ..apps.desk import Refusal
from ..outside import Letter, Reach, Reply
from .desk import Desk
from .offering import CREDENTIAL, NONCE, TOKEN, Offering
from .requesting import REQUESTS, Requesting


class Home:
    """Reaches other houses by the network, and this one by its verbs."""

    def __init__(self, desk: Desk, offering: Offering, requesting: Requesting) -> None:
        self._desk = desk
        self._offering = offering
        self._requesting = requesting

    def reach(self, here: str) -> Reach:
        """How letters go from this house, which is called so."""

        async def go(letter: Letter) -> Reply:
            if here and letter.address.startswith(f"{here}/"):
                return await self._answered(letter, here)
            return await self._desk.reach(letter)

        return go

    async def _answered(self, letter: Letter, here: str) -> Reply:
        try:
            return Reply(200, await self._answer(letter, here))
        except Refusal as refusal:
            return Reply(refusal.status, json.dumps({"error": refusal.error}).encode())
        except HouseError as error:
            return Reply(error.status, b"")

    async def _answer(self, letter: Letter, here: str) -> bytes:
        path = urlsplit(letter.address).path
        name, _, part = path.removeprefix(REQUESTS).partition("/")
        fields = dict(parse_qsl(letter.body.decode())) if letter.method == "POST" else {}
        match path, part:
            case "/.well-known/openid-credential-issuer", _:
                return _bytes(self._offering.metadata(here))
            case "/.well-known/oauth-authorization-server", _:
                return _bytes(self._offering.server(here))
            case str(where), _ if where == TOKEN:
                return _bytes(await self._offering.exchange(fields))
            case str(where), _ if where == NONCE:
                return _bytes({"c_nonce": self._offering.nonce()})
            case str(where), _ if where == CREDENTIAL:
                body = json.loads(letter.body)
                return _bytes(await self._offering.credential(letter.bearer, body, here=here))
            case _, "object":
                return (await self._requesting.object(name, here=here)).encode()
            case _, "answer":
                return _bytes(await self._requesting.answer(name, fields))
            case _:
                raise Refusal("not_found", "There is nothing at this address.", 404)


def _bytes(value: Any) -> bytes:
    return json.dumps(value).encode()

"""The door for wallets: JSON-RPC of the house's own chain.

Strangers may use it, since a wallet cannot sign in; nobody's session counts here, so any page may
ask. Each address has an allowance, from which each question is paid as soon as it is
answered, and a few seats.
"""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.requests import HTTPConnection

from asklepion.kit.errors import NotFound

from ..engine.allowance import Allowance, neighbourhood
from ..service.chain import EmbeddedChain, Rpc
from ..service.chain.questions import PARSE, TOO_MUCH

router = APIRouter(tags=["chain"])

RPC_PATH = "/api/chain"
MOST_BYTES = 1 << 20
ALLOWANCE = {"most": 300.0, "each_second": 50.0}  # questions
EACH = 1.0  # what a question costs that computes nothing
TOGETHER, MOST_WAITING = 4, 64  # requests of one neighbourhood
OF_SECOND = 100.0  # questions that a second of work is worth


class Seats:
    """How many of one neighbourhood are answered together; the others wait for their turn."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[asyncio.Semaphore, int]] = {}

    @asynccontextmanager
    async def of(self, who: str) -> AsyncGenerator[bool]:
        """Sit down; false where too many wait already."""
        row, count = self._rows.get(who) or (asyncio.Semaphore(TOGETHER), 0)
        if count >= MOST_WAITING:
            yield False
            return
        self._rows[who] = row, count + 1
        try:
            async with row:
                yield True
        finally:
            count = self._rows[who][1] - 1
            if count:
                self._rows[who] = row, count
            else:
                del self._rows[who]


def _rpc(connection: HTTPConnection) -> Rpc:
    rooms: dict[type[Any], Any] = connection.app.state.rooms
    chain = rooms.get(EmbeddedChain)
    if chain is None:
        hint = "Ask the node that ASKLEPION_CHAIN_URL names."
        raise NotFound("This house's chain runs elsewhere.", hint=hint)
    if Rpc not in rooms:
        rooms[Rpc] = Rpc(chain)
    return rooms[Rpc]


def _allowance(connection: HTTPConnection) -> Allowance:
    rooms: dict[type[Any], Any] = connection.app.state.rooms
    return rooms.setdefault(Allowance, Allowance(**ALLOWANCE))


def _seats(connection: HTTPConnection) -> Seats:
    rooms: dict[type[Any], Any] = connection.app.state.rooms
    return rooms.setdefault(Seats, Seats())


@router.post(RPC_PATH, response_model=None)
async def ask(
    request: Request,
    rpc: Annotated[Rpc, Depends(_rpc)],
    allowance: Annotated[Allowance, Depends(_allowance)],
    seats: Annotated[Seats, Depends(_seats)],
) -> Response:
    """Answer one question of JSON-RPC or a batch. https://ethereum.github.io/execution-apis/"""
    who = neighbourhood(request.client.host if request.client else "")
    async with seats.of(who) as is_seated:
        if not is_seated or not allowance.has(who, time.monotonic()):
            return _refused(429, TOO_MUCH, "Too many questions. Try again in a moment.")
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > MOST_BYTES:
                return _refused(413, PARSE, f"A question has at most {MOST_BYTES} bytes.")

        async def pays(worked_s: float) -> bool:
            allowance.charge(who, worked_s * OF_SECOND + EACH, time.monotonic())
            return allowance.has(who, time.monotonic()) and not await request.is_disconnected()

        answer = await rpc.answer(body, pays, who)
    if not answer:
        return Response(status_code=204)
    return Response(answer, media_type="application/json")


def _refused(status: int, code: int, words: str) -> Response:
    error = {"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": words}}
    return Response(json.dumps(error), status, media_type="application/json")

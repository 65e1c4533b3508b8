"""The door for wallets: JSON-RPC of the house's own chain.

Strangers may use it, since a wallet cannot sign in; nobody's session counts here, so any page may
ask. Each address has an allowance, from which what it has computed is paid.
"""

import json
import time
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
OF_SECOND = 100.0  # questions that a second of work is worth


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


@router.post(RPC_PATH, response_model=None)
async def ask(
    request: Request,
    rpc: Annotated[Rpc, Depends(_rpc)],
    allowance: Annotated[Allowance, Depends(_allowance)],
) -> Response:
    """Answer one question of JSON-RPC or a batch. https://ethereum.github.io/execution-apis/"""
    who = neighbourhood(request.client.host if request.client else "")
    if not allowance.take(who, 1, time.monotonic()):
        return _refused(429, TOO_MUCH, "Too many questions. Try again in a moment.")
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            return _refused(413, PARSE, f"A question has at most {MOST_BYTES} bytes.")
    answer, questions, worked_s = await rpc.answer(body)
    cost = questions - 1 + worked_s * OF_SECOND
    allowance.charge(who, cost, time.monotonic())
    if not answer:
        return Response(status_code=204)
    return Response(answer, media_type="application/json")


def _refused(status: int, code: int, words: str) -> Response:
    error = {"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": words}}
    return Response(json.dumps(error), status, media_type="application/json")

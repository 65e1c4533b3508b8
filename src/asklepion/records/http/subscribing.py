"""Subscriptions over HTTP and a websocket.

https://hl7.org/fhir/uv/subscriptions-backport/STU1.1
"""

import asyncio
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response, WebSocket
from starlette.websockets import WebSocketDisconnect

from asklepion.kit.clock import to_iso
from asklepion.kit.errors import Incorrect
from asklepion.kit.http import room, root_of

from ..model import Resource
from ..service import Records
from ..service.entries import done_well, version_in
from ..service.subscriptions import Line
from .answers import answer, answer_kept
from .asking import Asks, Here, base_of, form_in, resource_in, texts_in, wants

SOCKET = "/api/records/subscriptions"
BIND = "bind-with-token"
BIND_WITHIN_S = 10.0  # a socket that says nothing is closed
PARTING_S = 2.0
NOT_UNDERSTOOD = 1008  # https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1
PASSED_OVER = ("_format", "_pretty", "visit")

router = APIRouter()
Base = Annotated[str, Depends(base_of)]
Params = list[tuple[str, str]]


def _params(request: Request) -> Params:
    return [(k, v) for k, v in request.query_params.multi_items() if k not in PASSED_OVER]


async def create(request: Request, asks: Asks, records: Here, base: Base) -> Response:
    """Subscribe. https://hl7.org/fhir/R4/subscription.html"""
    resource = _typed(await resource_in(request, records))
    return answer_kept(request, await records.subscriptions.create(asks, resource, base=base), base)


async def update(request: Request, id: str, asks: Asks, records: Here, base: Base) -> Response:
    """Change one of one's own subscriptions; what failed is tried anew."""
    resource = _typed(await resource_in(request, records))
    if resource.get("id") != id:
        raise Incorrect("The body has another id than the address.", hint="Make them one.")
    version = version_in(request.headers.get("if-match"))
    kept = await records.subscriptions.update(asks, resource, base=base, if_match=version)
    return answer_kept(request, kept, base)


def _typed(resource: Resource) -> Resource:
    if resource.get("resourceType") != "Subscription":
        raise Incorrect("The body has another type than the address.", hint="Make them one.")
    return resource


async def read(request: Request, id: str, asks: Asks, records: Here, base: Base) -> Response:
    """Read one of one's own subscriptions; the values of its headers are not shown."""
    kept = await records.subscriptions.read(asks, id)
    where = f"{base}/Subscription/{id}"
    headers = {"etag": f'W/"{kept.version}"', "content-location": where}
    return answer(request, kept.resource, headers=headers)


async def delete(request: Request, id: str, asks: Asks, records: Here) -> Response:
    """End and forget one of one's own subscriptions."""
    await records.subscriptions.delete(asks, id)
    if wants(request) == "operationoutcome":
        return answer(request, done_well("Deleted."))
    return Response(status_code=204)


async def search(request: Request, asks: Asks, records: Here, base: Base) -> Response:
    """List one's own subscriptions. https://hl7.org/fhir/R4/http.html#search"""
    return await _search(request, asks, records, base, _params(request))


async def search_by_form(request: Request, asks: Asks, records: Here, base: Base) -> Response:
    """List one's own subscriptions, asked by a form."""
    params = [*_params(request), *await form_in(request)]
    return await _search(request, asks, records, base, params)


async def _search(
    request: Request, asks: Asks, records: Records, base: str, params: Params
) -> Response:
    found = await records.subscriptions.search(asks, params)
    entries = [
        {
            "fullUrl": f"{base}/{each.reference}",
            "resource": each.resource,
            "search": {"mode": "match"},
        }
        for each in found
    ]
    return answer(request, _searchset(entries))


def _searchset(entries: list[dict[str, Any]]) -> dict[str, Any]:
    bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(entries)}
    return bundle | ({"entry": entries} if entries else {})


# Operations


async def _asked(request: Request, records: Records) -> Params:
    """What an operation is asked, by its address or by Parameters."""
    params = _params(request)
    if request.method == "POST" and (await request.body()).strip():
        params += texts_in(await resource_in(request, records))
    return params


def _values(params: Params, name: str) -> list[str]:
    return [each for known, value in params if known == name for each in value.split(",") if each]


async def statuses(request: Request, asks: Asks, records: Here, base: Base) -> Response:
    """Say where one's own subscriptions stand ($status)."""
    params = await _asked(request, records)
    return await _statuses(
        request, asks, records, base, _values(params, "id"), _values(params, "status")
    )


async def status(request: Request, id: str, asks: Asks, records: Here, base: Base) -> Response:
    """Say where one of one's own subscriptions stands ($status)."""
    await records.subscriptions.read(asks, id)
    return await _statuses(request, asks, records, base, [id], [])


async def _statuses(
    request: Request, asks: Asks, records: Records, base: str, ids: list[str], states: list[str]
) -> Response:
    found = await records.subscriptions.statuses(asks, ids, states)
    entries = [
        {
            "fullUrl": f"{base}/Subscription/{id}/$status",
            "resource": told,
            "search": {"mode": "match"},
        }
        for id, told in found
    ]
    return answer(request, _searchset(entries))


async def events(request: Request, id: str, asks: Asks, records: Here) -> Response:
    """Say once more what was told, as far as it may still be seen ($events)."""
    params = dict(await _asked(request, records))
    first = _number(params.get("eventsSinceNumber", "1"))
    last = _number(params["eventsUntilNumber"]) if "eventsUntilNumber" in params else None
    content = params.get("content", "")
    return answer(request, await records.subscriptions.events(asks, id, first, last, content))


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Incorrect("The number of an event is no number.", hint="Send a whole number.")
    return int(text)


async def tokens(request: Request, asks: Asks, records: Here) -> Response:
    """Give a token to bind a socket to one's own subscriptions ($get-ws-binding-token)."""
    ids = _values(await _asked(request, records), "id")
    return answer(request, await _token(request, asks, records, ids))


async def token(request: Request, id: str, asks: Asks, records: Here) -> Response:
    """Give a token to bind a socket to one subscription ($get-ws-binding-token)."""
    return answer(request, await _token(request, asks, records, [id]))


async def _token(request: Request, asks: Asks, records: Records, ids: list[str]) -> Any:
    token = await records.subscriptions.token(asks, ids)
    return {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "token", "valueString": token.token},
            {"name": "expiration", "valueDateTime": to_iso(token.until)},
            *({"name": "subscription", "valueString": id} for id in token.subscriptions),
            {"name": "websocket-url", "valueUrl": socket_of(request)},
        ],
    }


def socket_of(request: Request) -> str:
    """Where notifications are listened to."""
    base = root_of(request)
    return f"ws{base.removeprefix('http')}{SOCKET}"


# The socket


@router.websocket("/subscriptions")
async def listen(socket: WebSocket, records: Annotated[Records, Depends(room(Records))]) -> None:
    """Notifications of the subscriptions that a token was given for.

    The client says `bind-with-token TOKEN`, as often as it likes; the token, not a cookie, says
    who it is.
    """
    await socket.accept()
    line = records.subscriptions.line()
    hearing = asyncio.create_task(_hear(socket, records, line))
    speaking = asyncio.create_task(_speak(socket, line))
    try:
        await asyncio.wait([hearing, speaking], return_when=asyncio.FIRST_COMPLETED)
    finally:
        records.subscriptions.forget_line(line)
        for task in (hearing, speaking):
            task.cancel()
        await asyncio.gather(hearing, speaking, return_exceptions=True)
    with suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
        async with asyncio.timeout(PARTING_S):
            await socket.close(1000 if line.account else NOT_UNDERSTOOD)


async def _hear(socket: WebSocket, records: Records, line: Line) -> None:
    is_first = True
    while True:
        async with asyncio.timeout(BIND_WITHIN_S if is_first else None):
            message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        word, _, text = (message.get("text") or "").strip().partition(" ")
        if word.rstrip(":") != BIND or not await records.subscriptions.bind(line, text.strip()):
            return
        is_first = False


async def _speak(socket: WebSocket, line: Line) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):
        while (text := await line.next()) is not None:
            await socket.send_text(text)


_ID = "/Subscription/{id}"
PATHS: dict[str, dict[str, Any]] = {
    "/Subscription/$status": {"GET": statuses, "POST": statuses},
    "/Subscription/$get-ws-binding-token": {"GET": tokens, "POST": tokens},
    "/Subscription/_search": {"POST": search_by_form},
    f"{_ID}/$status": {"GET": status, "POST": status},
    f"{_ID}/$events": {"GET": events, "POST": events},
    f"{_ID}/$get-ws-binding-token": {"GET": token, "POST": token},
    _ID: {"GET": read, "PUT": update, "DELETE": delete},
    "/Subscription": {"GET": search, "POST": create},
}

"""Alerts over HTTP and a WebSocket: translation only."""

import asyncio
from contextlib import aclosing, suppress
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Depends, Query, WebSocket
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.websockets import WebSocketDisconnect

from asklepion.identity import Caller
from asklepion.kit.errors import Busy
from asklepion.kit.http import caller, known, room
from asklepion.records import Asking

from ..service.alerting import Alerts
from ..wire import AlertWish

router = APIRouter(prefix="/api/twin/alerts", tags=["twin"], dependencies=[Depends(known)])
line = APIRouter(tags=["twin"])

Who = Annotated[Caller, Depends(caller)]
Here = Annotated[Alerts, Depends(room(Alerts))]
STRANGER, BUSY = 4401, 4429  # why a line is closed
PARTING_S = 2.0


class Said(BaseModel):
    """What somebody says to an alert."""

    act: Literal["looking", "no_problem"]
    note: str = ""


class Later(BaseModel):
    """For how long it is put off."""

    minutes: int = Field(ge=1, le=24 * 60)


class Wished(BaseModel):
    """How somebody wants to be watched over and told."""

    is_on: bool = True
    quiet_from: str = ""
    quiet_until: str = ""
    zone: str = "UTC"
    escalate_min: int = 15
    first: list[str] = Field(default_factory=list[str], max_length=20)


@router.get("")
async def list_alerts(who: Who, alerts: Here) -> Response:
    """Every alert that I am told of, newest first: my own, or of those who let me see."""
    return _json(await alerts.list(_asking(who)))


@router.get("/wish")
async def read_wish(who: Who, alerts: Here) -> Response:
    """How I want to be watched over and told."""
    return _json(await alerts.wish(_asking(who)))


@router.put("/wish")
async def keep_wish(body: Wished, who: Who, alerts: Here) -> Response:
    """Change that."""
    return _json(await alerts.keep_wish(_asking(who), AlertWish(**body.model_dump())))


@router.get("/figures")
async def figures(
    who: Who, alerts: Here, days: Annotated[int, Query(ge=1, le=365)] = 30
) -> Response:
    """How often the watch rings, and how often for nothing: my own, or of all for an operator."""
    return _json(await alerts.figures(_asking(who), days))


@router.get("/{id}")
async def read_alert(id: str, who: Who, alerts: Here) -> Response:
    """One alert with the readings that it rests on."""
    return _json(await alerts.read(_asking(who), id))


@router.post("/{id}/answer")
async def answer(id: str, body: Said, who: Who, alerts: Here) -> Response:
    """Say that I look at it, or that it is no problem."""
    return _json(await alerts.answer(_asking(who), id, body.act, body.note))


@router.post("/{id}/snooze")
async def snooze(id: str, body: Later, who: Who, alerts: Here) -> Response:
    """Let it ring no more for me, for some minutes."""
    return _json(await alerts.snooze(_asking(who), id, body.minutes))


@line.websocket("/api/twin/alerts/live")
async def live(socket: WebSocket, who: Who, alerts: Here) -> None:
    """My alerts as they come, one JSON a message; between them quiet ones. I need say nothing."""
    await socket.accept()  # pages of other sites were turned away before (identity's SameOrigin)
    if not who.is_known:
        return await socket.close(STRANGER)
    code = 1000
    hearing = asyncio.create_task(_hear(socket))
    speaking = asyncio.create_task(_speak(socket, alerts, _asking(who)))
    try:
        await asyncio.wait([hearing, speaking], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (hearing, speaking):
            task.cancel()
        _, ended = await asyncio.gather(hearing, speaking, return_exceptions=True)
    if isinstance(ended, Busy):
        code = BUSY
    elif isinstance(ended, Exception):
        code = 1011
    with suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
        async with asyncio.timeout(PARTING_S):
            await socket.close(code)


async def _hear(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        continue


async def _speak(socket: WebSocket, alerts: Alerts, asking: Asking) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):
        async with aclosing(alerts.watch(asking)) as items:
            async for news in items:
                await socket.send_text(msgspec.json.encode(news).decode())


def _asking(who: Caller) -> Asking:
    who.require_known()
    person = who.person or ""
    usual = {"Patient": "PATRQT", "RelatedPerson": "FAMRQT"}.get(person.partition("/")[0], "TREAT")
    return Asking(caller=who, purpose=usual)


def _json(value: object) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")

"""The world's socket, and its places for whoever draws them or does not walk."""

import asyncio
from contextlib import suppress
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Request, Response, WebSocket
from starlette.websockets import WebSocketDisconnect

from asklepion.identity import Caller
from asklepion.kit.errors import Busy, Incorrect, NotFound
from asklepion.kit.http import caller, room
from asklepion.kit.uploads import TooLong

from ..engine.shown import MOST_MODEL
from ..model import Look
from ..service import Looks, Uploads, Visit, World
from ..wire import Close, Code, LineWish

router = APIRouter(tags=["world"])
Who = Annotated[Caller, Depends(caller)]
Here = Annotated[World, Depends(room(World))]
Wardrobe = Annotated[Looks, Depends(room(Looks))]

PARTING_S = 2.0  # how long the last words may take


@router.get("/api/world/places")
async def list_places(who: Who, world: Here) -> Response:
    """Every place, and what its sign tells of who is there."""
    return _json(world.list_places(who))


@router.get("/api/world/places/{place}")
async def read_place(place: str, who: Who, world: Here) -> Response:
    """One place: its ground, things, doors, anchors, buildings and obstacles."""
    return _json(world.read_place(who, place))


@router.get("/api/world/look")
async def read_look(who: Who, looks: Wardrobe) -> Response:
    """What the caller looks like to others."""
    return _json(await looks.read(who))


@router.put("/api/world/look")
async def choose_look(request: Request, who: Who, looks: Wardrobe) -> Response:
    """Look like this from now on."""
    who.require_known()
    try:
        look = msgspec.json.decode(await request.body(), type=Look)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise Incorrect(
            f"That is no look: {error}.", hint="GET /api/world/look has one."
        ) from error
    return _json(await looks.choose(who, look))


@router.delete("/api/world/look")
async def reset_look(who: Who, looks: Wardrobe) -> Response:
    """Look again as the account has it by itself."""
    return _json(await looks.reset(who))


@router.post("/api/world/files", status_code=201)
async def bring_file(request: Request, who: Who, world: Here, place: str = "") -> dict[str, str]:
    """Bring a picture (PNG, JPEG, WebP) or a model (GLB) to the place where one is.

    Things there can show it; what no thing shows is taken away at the next start.
    """
    who.require_known()
    files = _files(world)
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > MOST_MODEL:
        raise TooLong(f"The file is larger than {MOST_MODEL} bytes.", hint="Make it smaller.")
    return {"id": await files.bring(who, place, await request.body())}


@router.get("/api/world/files/{id}")
async def read_file(id: str, who: Who, world: Here) -> Response:
    """A file that was brought, for whoever may be where it is shown."""
    type, body = await _files(world).read(who, id)
    return Response(body, media_type=type, headers={"cache-control": "private, max-age=86400"})


def _files(world: World) -> Uploads:
    if world.uploads is None:
        raise NotFound("This house keeps no files of things.", hint="It has no database.")
    return world.uploads


@router.post("/api/world/line")
async def offer_line(request: Request, who: Who, world: Here, looks: Wardrobe) -> Response:
    """Where to open the line to the world, and a ticket for it where one is needed."""
    who.require_known()
    body, origin = await request.body(), request.headers.get("origin", "")
    try:
        wish = msgspec.json.decode(body, type=LineWish) if body else LineWish()
    except (msgspec.MsgspecError, UnicodeError) as error:
        hint = "Send nothing, or the place that you want to go to."
        raise Incorrect(f"That is no wish for a line: {error}.", hint=hint) from error
    look = (await looks.read(who)).code
    return _json(await world.lines.find(who, origin, look, wish))


@router.websocket("/world")
async def visit_world(
    socket: WebSocket, who: Who, world: Here, looks: Wardrobe, back: str = ""
) -> None:
    """The line between one visitor and the world. Frames: asklepion.world.wire.

    Args:
        back: the key of a Welcome whose line broke; one goes on where one stood.
    """
    await socket.accept()  # pages of other sites were turned away before (identity's SameOrigin)
    if not who.is_known:
        return await socket.close(Close.STRANGER, Code.STRANGER)
    try:
        visit = world.open(who, key=back, look=(await looks.read(who)).code)
    except Busy:
        return await socket.close(Close.HURRIED, Code.TOO_FAST)
    try:
        await _attend(socket, world, visit)
    finally:
        if visit.away_since is None:
            world.shut(visit)
    with suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
        async with asyncio.timeout(PARTING_S):
            await socket.close(visit.close or Close.RESTART, visit.code or Code.ENDED)


class _Over(Exception):
    """The visit has ended, or its line; leave both tasks."""


async def _attend(socket: WebSocket, world: World, visit: Visit) -> None:
    """Hear and speak until the visit is over, then let the last words out."""
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_hear(socket, world, visit))
            speaking = tasks.create_task(_speak(socket, visit))
            await visit.over()
            await asyncio.wait([speaking], timeout=PARTING_S)
            raise _Over
    except* _Over:
        pass


async def _hear(socket: WebSocket, world: World, visit: Visit) -> None:
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            # A line that was closed says why; one that broke says nothing.
            is_goodbye = "reason" in message and message["code"] != Close.COMING_BACK
            (world.shut if is_goodbye else world.lose)(visit)
            raise _Over
        await world.hear(visit, message.get("bytes") or b"")


async def _speak(socket: WebSocket, visit: Visit) -> None:
    with suppress(WebSocketDisconnect):
        while (frame := await visit.next_frame()) is not None:
            await socket.send_bytes(frame)


def _json(value: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")

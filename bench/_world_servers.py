"""Our servers for `bench.world`: the world behind uvicorn, as in the house, and behind its gateway.

Prints their ports, and after the gateway's that of a clerk who gives a ticket to whoever asks.
"""

import asyncio
import json
import socket
import sys
from typing import Any
from urllib.parse import parse_qs

import msgspec
import uvicorn
import uvloop
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from asklepion.identity import Caller
from asklepion.kit.clock import SystemClock
from asklepion.world import Gateway, Place, World, http
from asklepion.world.model import Circle, Spawn
from asklepion.world.service import load_places
from asklepion.world.wire import MAX_FRAME_BYTES

MOST = 4096
HALF_M = 45.0  # of a field: room for a thousand who walk about


def who(query: str) -> Caller:
    """The person that an address names."""
    name = parse_qs(query)["name"][0]
    return Caller(account=name, name=name)


class Bots:
    """Takes every line for a person of its own, named in its address (ASGI middleware)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            scope.setdefault("state", {})["caller"] = who(scope["query_string"].decode())
        await self._app(scope, receive, send)


def fields(room_of: int) -> dict[str, Place]:
    """One wide field for all, or as many small ones as it takes."""
    plain: dict[str, Any] = {"doors": (), "things": (), "buildings": (), "obstacles": ()}
    plain |= {"anchors": (), "bounds": (Circle(center=(0.0, 0.0), radius=HALF_M + 2),)}
    plain |= {"capacity": room_of or MOST}
    plain |= {"spawn": Spawn(position=(0.0, 0.0, 0.0), radius=6.0 if room_of else HALF_M * 0.8)}
    plaza = msgspec.structs.replace(load_places()["plaza"], **plain)
    names = [f"field-{n}" for n in range(-(-MOST // room_of) if room_of else 1)]
    return {name: msgspec.structs.replace(plaza, id=name) for name in names}


async def serve(kind: str, room_of: int) -> None:
    """Serve until killed."""
    world = World(clock=SystemClock(), places=fields(room_of))
    await world.start()
    gateway = Gateway(world, host="127.0.0.1", port=0, url="")
    ports: list[int] = []
    server: uvicorn.Server | None = None
    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    if kind in ("house", "both"):
        server = house_server(world)
        ports.append(listening.getsockname()[1])
    if kind in ("gateway", "both"):
        await gateway.start()
        clerk = await asyncio.start_server(Clerk(world, gateway), "127.0.0.1", 0)
        ports += gateway.port, clerk.sockets[0].getsockname()[1]
    print(*ports, flush=True)
    with listening:
        await (server.serve([listening]) if server else asyncio.Event().wait())


def house_server(world: World) -> uvicorn.Server:
    """The world as the house serves it."""
    app = FastAPI()
    app.state.rooms = {World: world}
    app.include_router(http.router)
    app.add_middleware(Bots)
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_level="error",
        ws_max_size=MAX_FRAME_BYTES,
        ws_per_message_deflate=False,
    )
    return uvicorn.Server(config)


class Clerk:
    """Gives a ticket to whoever asks, and counts what the world holds."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self._world, self._gateway = world, gateway

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode()
        path, _, query = asked.partition("?")
        text = self._gateway.tickets.give(who(query), "") if path == "/ticket" else self._count()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n"
        writer.write((head + text).encode())
        await writer.drain()
        writer.close()

    def _count(self) -> str:
        places = fields(0)
        people = sum(len(self._world.accounts_in(place)) for place in places)
        return json.dumps({"tasks": len(asyncio.all_tasks()), "people": people})


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(sys.argv[1], int(sys.argv[2])))

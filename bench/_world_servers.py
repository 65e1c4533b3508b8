"""Our servers for `bench.world`: the world behind uvicorn, as in the house, and behind its gateway.

Prints the port, and for the gateway also that of a clerk who gives a ticket to whoever asks.
"""

import asyncio
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
    if kind == "gateway":
        await serve_gateway(world)
    else:
        await serve_house(world)


async def serve_house(world: World) -> None:
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
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listening:
        print(listening.getsockname()[1], flush=True)
        await uvicorn.Server(config).serve([listening])


async def serve_gateway(world: World) -> None:
    gateway = Gateway(world, host="127.0.0.1", port=0, url="")
    await gateway.start()

    async def give(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode()
        ticket = gateway.tickets.give(who(asked.partition("?")[2]), "").encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(ticket)
        writer.write(head + ticket)
        await writer.drain()
        writer.close()

    clerk = await asyncio.start_server(give, "127.0.0.1", 0)
    print(gateway.port, clerk.sockets[0].getsockname()[1], flush=True)
    await clerk.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(sys.argv[1], int(sys.argv[2])))

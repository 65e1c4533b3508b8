"""The two servers that `bench.world` compares: ours, and one that relays every pose by itself.

Both are one process of uvicorn with the same settings; only what they do with a pose differs.
"""

import asyncio
import socket
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import msgspec
import uvicorn
import uvloop
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from asklepion.identity import Caller
from asklepion.kit.clock import SystemClock
from asklepion.kit.db import Database, connect_database
from asklepion.world import MIGRATIONS, Looks, World, http
from asklepion.world.service import load_places
from asklepion.world.wire import MAX_FRAME_BYTES

CAPACITY = 4096


class Bots:
    """Takes every line for a person of its own, named in its address (ASGI middleware)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            name = scope["query_string"].decode()
            scope.setdefault("state", {})["caller"] = Caller(account=name, name=name)
        await self._app(scope, receive, send)


def our_app(world: World, db: Database) -> ASGIApp:
    """The world's own socket."""
    app = FastAPI()
    app.state.rooms = {World: world, Looks: Looks(db)}
    app.include_router(http.router)
    app.add_middleware(Bots)
    return app


def relay_app() -> ASGIApp:
    """Whatever one visitor sends is sent on to all others at once, as most such servers do."""
    lines: set[WebSocket] = set()

    async def relay(line: WebSocket) -> None:
        await line.accept()
        lines.add(line)
        try:
            while True:
                frame = await line.receive_bytes()
                for other in list(lines):
                    if other is not line:
                        with suppress(WebSocketDisconnect, RuntimeError):
                            await other.send_bytes(frame)
        except (WebSocketDisconnect, KeyError):
            lines.discard(line)

    return Starlette(routes=[WebSocketRoute("/world", relay)])


async def serve(kind: str, listener: socket.socket) -> None:
    """Serve until killed."""
    plaza = msgspec.structs.replace(load_places()["plaza"], capacity=CAPACITY, doors=())
    world = World(clock=SystemClock(), places={"plaza": plaza})
    await world.start()
    folder = Path(tempfile.mkdtemp())
    db = connect_database(f"sqlite:///{folder}/bench.sqlite")
    await db.migrate({"world": MIGRATIONS}, folder, SystemClock())
    app = our_app(world, db) if kind == "world" else relay_app()
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_level="error",
        ws_max_size=MAX_FRAME_BYTES,
        ws_per_message_deflate=False,
    )
    await uvicorn.Server(config).serve([listener])


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listening:
        print(listening.getsockname()[1], flush=True)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(sys.argv[1], listening))

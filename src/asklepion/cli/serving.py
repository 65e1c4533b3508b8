"""`asklepion serve`: open the house, say where it is, show it, close it well."""

import asyncio
import gc
import os
import socket
import sys
import webbrowser
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from typing import Any

import uvicorn
from fastapi import FastAPI
from rich.console import Console

from asklepion.app import House, open_house
from asklepion.doors import serve
from asklepion.kit.errors import Conflict, Fault, Incorrect
from asklepion.kit.tls import Certificate
from asklepion.settings import Settings

from . import demo as demonstration
from . import lan
from .crew import crew
from .running import Running, write_running
from .working import NO_BUS, NO_BUS_HINT

LARGEST_FRAME = 64 * 1024  # bytes in one message on the world's socket
DEAF_MS = 30_000  # how long sent bytes may wait for the other side to take them
STARTING_S = 0.01  # between two looks at whether a door is open
CLOSING_S = 5  # how long open connections may take to end
CLOSED = "The door for the network did not open."
CLOSED_HINT = "The log says why."

say = Console()


def run(settings: Settings, *, demo: bool, is_near: bool = False, workers: int = 0) -> None:
    """Serve until interrupted.

    Args:
        is_near: also for the network at home, over HTTPS.
        workers: processes for the world to start beside this one.

    Raises:
        Incorrect: there is no bus for them.
    """
    if workers and not settings.nats_url:
        raise Incorrect(NO_BUS, hint=NO_BUS_HINT)
    serving = _serve(settings, demo=demo, is_near=is_near, workers=workers)
    if sys.platform != "win32":
        import uvloop

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serving)
    else:
        asyncio.run(serving)


async def _serve(settings: Settings, *, demo: bool, is_near: bool, workers: int) -> None:
    listener = listen(settings.host, settings.port)
    beside = listen("0.0.0.0", settings.lan_port) if is_near else None
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(open_house(settings))
        await demonstration.require_fitting(house, demo=demo)
        people = await demonstration.furnish(house) if demo else None
        port = int(listener.getsockname()[1])
        lan_port = int(beside.getsockname()[1]) if beside else 0
        running = Running(pid=os.getpid(), port=port, mqtt_url=house.devices.url, lan_port=lan_port)
        stack.callback(write_running(settings, running).unlink, missing_ok=True)

        near = lan.addresses() if beside else []
        shown = lan.certify(settings.data, near, house.clock) if beside else None
        app = serve(house, demo=people, authority=shown.authority if shown else None)

        async def welcome() -> None:
            _settle()
            if workers:
                await stack.enter_async_context(crew(house, workers))
            await _greet(house, f"http://localhost:{port}", people)
            if beside and shown:
                await stack.enter_async_context(also(config_of(app, shown), beside))
                lan.greet(say, near, lan_port, shown.fingerprint)
            if demo:
                stack.push_async_callback(_end, await demonstration.start_device(settings))

        await Server(config_of(app), welcome).serve(sockets=[listener])


@asynccontextmanager
async def also(config: uvicorn.Config, listener: socket.socket) -> AsyncGenerator[None]:
    """The same house on a second socket, open from here on for as long as the first is.

    Raises:
        Fault: it did not open.
    """
    config.load()  # reads the certificate: what is wrong with it is told here
    server = Beside(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            await asyncio.wait([serving], timeout=STARTING_S)
            if serving.done():
                await serving  # says why, if it knows
                raise Fault(CLOSED, hint=CLOSED_HINT)
        yield
    finally:
        server.should_exit = True
        await asyncio.wait([serving])


class Beside(uvicorn.Server):
    """A second server in this process, which leaves the signals to the first."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        except SystemExit as error:  # uvicorn's way, which would leave the first no time to close
            raise Fault(CLOSED, hint=CLOSED_HINT) from error


def _settle() -> None:
    """Have the collector look no more at what was read at the start: nobody is served meanwhile."""
    gc.collect()
    gc.freeze()


class Server(uvicorn.Server):
    """uvicorn's server, which calls back once it listens."""

    def __init__(self, config: uvicorn.Config, welcome: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._welcome = welcome

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            await self._welcome()


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there.

    Raises:
        Conflict: somebody else does.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio leaves Nagle's delay on: 40 ms on every answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # else one who never reads holds a line forever
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAF_MS)
    try:
        listener.bind((host, port))
    except OSError as error:
        hint = "Stop what uses it, or choose another: ASKLEPION_PORT=8001 make run."
        raise Conflict(f"Port {port} cannot be had.", hint=hint) from error
    listener.listen(1024)
    return listener


def config_of(app: FastAPI, shown: Certificate | None = None) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        ssl_certfile=shown.cert if shown else None,
        ssl_keyfile=shown.key if shown else None,
        log_config=None,
        access_log=False,  # paths may name people
        ws_max_size=LARGEST_FRAME,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=CLOSING_S,
        server_header=False,
    )


async def _greet(house: House, url: str, people: list[dict[str, Any]] | None) -> None:
    say.print(f"\n  Asklepion is open: [bold]{url}[/bold]\n")
    for person in people or ():
        line = f"  {person['name']:20} {person['email']:26} {person['password']}"
        say.print(line, soft_wrap=True, highlight=False)
    if people is None and (opening := await house.identity.opening_link()):
        say.print("  Nobody works here yet. Create the first operator, once, within a day:")
        say.print(f"  {url}/#/opening?token={opening}", soft_wrap=True)
    say.print("\n  Close it with Ctrl+C. Not a medical device: it replaces no clinician.\n")
    has_screen = sys.platform in ("darwin", "win32") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
    if house.settings.open and has_screen:
        await asyncio.to_thread(webbrowser.open, url)


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), CLOSING_S)

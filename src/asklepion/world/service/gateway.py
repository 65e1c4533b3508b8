"""A door of its own for large halls: frames go from the tick to the socket, without a task between.

It speaks what `/world` speaks, at half the cost for each visitor, and lets in whoever brings a
ticket from `POST /api/world/line`. The world beneath is the same.
"""

import asyncio
import socket
from collections import deque
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from picows import (
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
    ws_create_server,  # pyright: ignore[reportUnknownVariableType]
)

from asklepion.kit.errors import Busy
from asklepion.kit.log import get_log

from ..wire import MAX_FRAME_BYTES, Close, Code, Enter
from .tickets import Shown, Tickets
from .visit import Visit
from .world import World

log = get_log(__name__)

PATH = "/world"
BINARY = WSMsgType.BINARY
PING_S = 20.0
SILENCE_S = 5.0  # a socket that asks for no line by then is closed
MOST_LINES = 12_000
MOST_UNREAD = 64 * 1024  # bytes that the kernel keeps for one who reads slowly
MOST_WISHES = 8  # to enter places, while the first of them is still asked about


class TakesTickets(Protocol):
    """Knows whose ticket it is that somebody shows."""

    def take(self, ticket: str, origin: str) -> Shown | None:
        """What it says; None where it lets nobody in."""
        ...


class Gateway:
    """Listens for visitors beside the house's own server.

    Args:
        url: where browsers reach it, such as wss://hall.example.
        tickets: who lets people in here; without one the gateway gives out its own.
    """

    def __init__(
        self,
        world: World,
        *,
        host: str,
        port: int,
        url: str,
        tickets: "TakesTickets | None" = None,
    ) -> None:
        self._world = world
        self._host, self._wanted_port = host, port
        self._url = url
        self._lines: set[_Line] = set()
        self._server: asyncio.Server | None = None
        self.tickets = Tickets(world.time)
        self._taking: TakesTickets = tickets or self.tickets

    @property
    def port(self) -> int:
        """The port it listens on."""
        assert self._server
        return self._server.sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        """Where browsers reach it."""
        return self._url.rstrip("/") or f"ws://{self._host}:{self.port}"

    async def start(self) -> None:
        """Begin to listen."""
        self._server = await ws_create_server(
            self._answer,
            self._host,
            self._wanted_port,
            max_frame_size=MAX_FRAME_BYTES,
            websocket_handshake_timeout=SILENCE_S,
            enable_auto_ping=True,
            auto_ping_idle_timeout=PING_S,
            auto_ping_reply_timeout=PING_S,
            backlog=1024,
        )
        self._world.lines.lead_to(self.url, self.tickets)

    async def stop(self) -> None:
        """Let nobody in any more; the visits themselves end with the world."""
        self._world.lines.lead_to("", self.tickets)
        if self._server:
            self._server.close()
        for line in list(self._lines):
            line.hang_up()

    def _answer(self, request: WSUpgradeRequest) -> "WSListener | WSUpgradeResponseWithListener":
        asked = urlsplit(request.path.decode("ascii", "replace"))
        given = {name: values[-1] for name, values in parse_qs(asked.query).items()}
        origin = request.headers.get("origin", "")
        shown = self._taking.take(given.get("ticket", ""), origin)
        if asked.path != PATH or not shown:
            return _refusal(403, "This line needs a ticket from POST /api/world/line.")
        if len(self._lines) >= MOST_LINES:
            return _refusal(503, "Too many visitors are here.")
        line = _Line(self._lines)
        try:
            key = given.get("back", "")
            line.visit = self._world.open(shown.caller, key=key, look=shown.look, line=line)
            line.visit.came_from = shown.came_from
        except Busy:
            return _refusal(429, "Too many lines were opened at once.")
        line.world = self._world
        return line


def _refusal(status: int, words: str) -> WSUpgradeResponseWithListener:
    response = WSUpgradeResponse.create_error_response(status, words.encode())
    return WSUpgradeResponseWithListener(response, None)


class _Line(WSListener):
    """One visitor's socket."""

    world: World
    visit: Visit

    def __init__(self, others: "set[_Line]") -> None:
        super().__init__()
        self._others = others
        self._transport: WSTransport | None = None
        self.is_free = False
        self._wishes: deque[Enter] = deque()
        self._entering: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None

    # --- what a visit asks of its line

    def write(self, frame: bytes) -> None:
        # One that was cut is told of a moment later; each write to it would be a line in the log.
        if self._transport and not self._transport.underlying_transport.is_closing():
            self._transport.send(BINARY, frame)

    # --- what the socket tells

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport, self.is_free = transport, True
        if plain := transport.underlying_transport.get_extra_info("socket"):
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MOST_UNREAD)
        self._others.add(self)
        self.visit.flush()
        self._ending = asyncio.create_task(self._end())

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        kind = frame.msg_type
        if kind is BINARY and frame.fin:
            self._hear(frame.get_payload_as_bytes())
        elif kind is WSMsgType.CLOSE:
            self._part(transport, frame.get_payload_as_bytes()[:2])
        elif kind not in (WSMsgType.PING, WSMsgType.PONG):
            self._hear(b"")  # text and frames in pieces are none of this world

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self._transport, self.is_free = None, False
        self._others.discard(self)
        self.world.lose(self.visit)  # nothing happens where a goodbye was said
        for task in (self._entering, self._ending):
            if task:
                task.cancel()

    def pause_writing(self) -> None:
        self.is_free = False
        self.visit.flush()

    def resume_writing(self) -> None:
        self.is_free = True
        self.visit.flush()

    def hang_up(self) -> None:
        """Close the socket, saying why if the visit is over."""
        if not (transport := self._transport):
            return
        close, code = self.visit.close or Close.RESTART, self.visit.code or Code.ENDED
        self._close(transport, close.to_bytes(2) + code.encode())

    def _part(self, transport: WSTransport, code: bytes) -> None:
        if code != Close.COMING_BACK.to_bytes(2):
            return self.world.shut(self.visit)
        self.world.lose(self.visit)
        self._close(transport, code)

    def _close(self, transport: WSTransport, why: bytes) -> None:
        self.is_free = False
        transport.send(WSMsgType.CLOSE, why)
        transport.disconnect()

    def _hear(self, frame: bytes) -> None:
        if not (wish := self.world.hear_at_once(self.visit, frame)):
            return
        if len(self._wishes) < MOST_WISHES:
            self._wishes.append(wish)
        if not self._entering or self._entering.done():
            self._entering = asyncio.create_task(self._enter())

    async def _enter(self) -> None:
        while self._wishes:
            try:
                await self.world.enter(self.visit, self._wishes.popleft())
            except Exception as error:  # one visitor's wish must not cost them the line
                log.fault("entering failed", error)

    async def _end(self) -> None:
        await self.visit.over()
        self.visit.flush()
        self.hang_up()

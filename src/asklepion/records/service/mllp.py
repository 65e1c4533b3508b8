"""MLLP: messages of HL7 v2 over a line, one after the other, each answered before the next.

Source: HL7 Transport Specification MLLP, Release 1.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from asklepion.kit.errors import Conflict, Incorrect
from asklepion.kit.log import get_log

log = get_log(__name__)

BEGIN, END = b"\x0b", b"\x1c\r"
BLOCK = 64 * 1024
MIB = 1024 * 1024
STRAY_MOST = 64 * 1024  # bytes outside of any frame
IDLE_S = 600.0  # how long a line may say nothing between two messages
FRAME_S = 60.0  # how long one message may take to arrive, or its answer to be taken
LINES_MOST = 64  # at the same time; more are not let in
AT_ONCE = 4  # messages that are worked on at the same time
STOPPING_S = 5.0

Receive = Callable[[bytes], Awaitable[bytes]]


@dataclass(frozen=True, kw_only=True)
class Tls:
    """Files in PEM: the house's certificate and key; whoever signed those of senders."""

    certificate: Path
    key: Path
    senders: Path | None = None  # then each must show one

    def context(self) -> ssl.SSLContext:
        """What the listener needs.

        Raises:
            Incorrect: a file cannot be used.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(self.certificate, self.key)
            if self.senders:
                context.load_verify_locations(self.senders)
                context.verify_mode = ssl.CERT_REQUIRED
        except (OSError, ssl.SSLError) as error:
            hint = "Check ASKLEPION_MLLP_CERT, ASKLEPION_MLLP_KEY and ASKLEPION_MLLP_CA."
            raise Incorrect("The certificate for HL7 cannot be used.", hint=hint) from error
        return context


class Mllp:
    """Listens for messages.

    Args:
        receive: takes one message in and gives its answer.
        port: 0 for any free one.
        most: bytes of one message.
    """

    def __init__(
        self,
        receive: Receive,
        *,
        host: str,
        port: int,
        tls: Tls | None = None,
        most: int = 16 * MIB,
    ) -> None:
        self._receive = receive
        self._host, self._port = host, port
        self._tls = tls
        self._most = most
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()
        self._busy = 0  # lines with a message in hand
        self._idle = asyncio.Event()
        self._idle.set()
        self._work = asyncio.Semaphore(AT_ONCE)

    @property
    def port(self) -> int:
        """Where it listens; 0 while it does not."""
        return int(self._server.sockets[0].getsockname()[1]) if self._server else 0

    async def start(self) -> None:
        """Begin to listen.

        Raises:
            Conflict: the port cannot be had.
        """
        try:
            self._server = await asyncio.start_server(
                self._serve,
                self._host,
                self._port,
                ssl=self._tls.context() if self._tls else None,
                limit=BLOCK,
            )
        except OSError as error:
            hint = "Stop what uses it, or choose another ASKLEPION_MLLP_PORT."
            raise Conflict(f"Port {self._port} cannot be had.", hint=hint) from error

    async def stop(self) -> None:
        """Listen no more; messages in hand are answered first."""
        if self._server is None:
            return
        self._server.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOPPING_S):
                await self._idle.wait()
        waiting = [line for line in self._lines if not line.done()]
        for line in waiting:
            line.cancel()
        if waiting:
            await asyncio.wait(waiting, timeout=STOPPING_S)
        self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.current_task()
        if line is None or len(self._lines) >= LINES_MOST:
            writer.close()
            return
        self._lines.add(line)
        try:
            await self._talk(reader, writer)
        except (TimeoutError, ConnectionError, ssl.SSLError):
            pass  # the other side is gone, or too slow: it will send again
        except Exception as error:
            log.fault("line broken", error)
        finally:
            self._lines.discard(line)
            writer.close()
            with contextlib.suppress(Exception):
                await asyncio.wait_for(writer.wait_closed(), STOPPING_S)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Nothing more is read while a message is worked on: a fast sender has to wait."""
        frames = Frames(self._most)
        wait_s = IDLE_S
        while True:
            block = await asyncio.wait_for(reader.read(BLOCK), wait_s)
            if not block:
                return  # half a message is none: it was not acknowledged
            frames.add(block)
            while (frame := frames.next()) is not None:
                await self._answer(frame, writer)
            if frames.is_too_much:
                log.info("line closed: a message without end")
                return
            wait_s = FRAME_S if frames.is_open else IDLE_S

    async def _answer(self, frame: bytes, writer: asyncio.StreamWriter) -> None:
        self._busy += 1
        self._idle.clear()
        try:
            async with self._work:
                answer = await self._receive(frame)
            writer.write(BEGIN + answer + END)
            await asyncio.wait_for(writer.drain(), FRAME_S)
        finally:
            self._busy -= 1
            if not self._busy:
                self._idle.set()


class Frames:
    """Cuts what arrives into messages; holds at most one that is not complete.

    Args:
        most: bytes of one message.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = bytearray()
        self._searched = 0  # how far no end was found
        self.is_too_much = False

    @property
    def is_open(self) -> bool:
        """A message has begun."""
        return bool(self._held)

    def add(self, block: bytes) -> None:
        """Take in what arrived."""
        self._held += block

    def next(self) -> bytes | None:
        """The next whole message, if there is one."""
        begin = self._held.find(BEGIN)
        if begin < 0:
            self.is_too_much = self.is_too_much or len(self._held) > STRAY_MOST
            self._held.clear()
            self._searched = 0
            return None
        if begin:
            del self._held[:begin]
            self._searched = 0
        end = self._held.find(END, max(1, self._searched - 1))
        if end < 0:
            self._searched = len(self._held)
            self.is_too_much = len(self._held) > self._most
            return None
        if end > self._most:
            self.is_too_much = True
            return None
        frame = bytes(self._held[1:end])
        del self._held[: end + 2]
        self._searched = 0
        return frame


async def send(
    messages: list[bytes], *, host: str, port: int, tls: ssl.SSLContext | None = None
) -> list[bytes]:
    """Send messages over one line, each after the answer to the last; returns the answers.

    Raises:
        Conflict: nobody listens, or the line broke.
    """
    answers: list[bytes] = []
    try:
        reader, writer = await asyncio.wait_for(
            asyncio.open_connection(host, port, ssl=tls), FRAME_S
        )
        try:
            for message in messages:
                writer.write(BEGIN + message + END)
                await asyncio.wait_for(writer.drain(), FRAME_S)
                whole = await asyncio.wait_for(reader.readuntil(END), FRAME_S)
                answers.append(whole.removeprefix(BEGIN).removesuffix(END))
        finally:
            writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        hint = "Is a house running with ASKLEPION_MLLP_PORT set? Is it the right port?"
        raise Conflict(f"No answer from {host}, port {port}.", hint=hint) from error
    return answers

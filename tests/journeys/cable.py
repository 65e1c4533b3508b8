"""A cable between a browser and the house that can be pulled out."""

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Any


class Cable:
    """Hands on what comes, both ways, as long as it is plugged in. Lives in a thread of its own."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._carrying: set[asyncio.Task[Any]] = set()
        self._is_in = True
        self._is_ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop
        self._end: asyncio.Event
        self._thread = threading.Thread(target=asyncio.run, args=(self._run(),))
        self.url = ""

    def pull(self) -> None:
        """Pull it out: what was on its way is lost, and nobody answers."""
        self._is_in = False
        self._loop.call_soon_threadsafe(self._drop)

    def plug_in(self) -> None:
        """Let everything through again."""
        self._is_in = True

    def start(self) -> None:
        """Begin to listen, on a free port."""
        self._thread.start()
        self._is_ready.wait(10)

    def stop(self) -> None:
        """Let nothing through any more."""
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    async def _run(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._is_ready.set()
        await self._end.wait()
        server.close()
        self._drop()
        await asyncio.sleep(0.1)  # the ends are let go

    def _drop(self) -> None:
        for task in self._carrying:
            task.cancel()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._is_in:
            return writer.transport.abort()
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        ways = {asyncio.create_task(carry(*way)) for way in ((reader, back), (there, writer))}
        self._carrying |= ways
        await asyncio.wait(ways)
        self._carrying -= ways
        for end in (writer, back):
            end.transport.abort()


async def carry(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    """Hand on what comes, until an end is reached."""
    with suppress(OSError):
        while octets := await source.read(65536):
            to.write(octets)
            await to.drain()
        to.write_eof()


@contextmanager
def cable(port: int) -> Generator[Cable]:
    """A cable to the house."""
    one = Cable(port)
    one.start()
    try:
        yield one
    finally:
        one.stop()

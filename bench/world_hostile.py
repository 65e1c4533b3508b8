"""Do ten thousand connections that mean harm cost those anything who walk about?

Visitors walk in one place behind the gateway. Then, in turn: sockets that are opened and say
nothing, sockets that ask for a line without a ticket, again as soon as they are refused, and one
account that opens line after line. In each case: the visitors' p99, the server's processor time
and memory; and whether the offenders are gone afterwards.

    python -m bench.world_hostile 10000     how many connections; 10,000 by default
"""

import asyncio
import json
import resource
import sys
import threading
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager, suppress
from typing import Any

from bench.world import contenders, measured, running

VISITORS = 100
HOST = "127.0.0.1"
AGAIN_S = 10.0  # after which one who was turned away comes back
AT_ONCE = 200  # connections that are being opened
REQUEST = (
    "GET /world?ticket={ticket} HTTP/1.1\r\nHost: hall\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
Attack = Callable[[int, int, int], Coroutine[Any, Any, None]]


async def say_nothing(port: int, clerk: int, count: int) -> None:
    """Open so many sockets, and each anew when it is closed."""
    await _crowd(count, lambda _: _open(port, b""))


async def come_without_ticket(port: int, clerk: int, count: int) -> None:
    """Ask for so many lines, again and again."""
    asked = REQUEST.format(ticket="none").encode()
    await _crowd(count, lambda _: _open(port, asked))


async def open_line_after_line(port: int, clerk: int, count: int) -> None:
    """One account with a ticket for each of so many lines."""

    async def come(number: int) -> None:
        ticket = await _ask(clerk, "/ticket?name=greedy")
        await _open(port, REQUEST.format(ticket=ticket).encode())

    await _crowd(count, come)


async def _crowd(count: int, come: Callable[[int], Coroutine[Any, Any, None]]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        while True:
            async with gate:
                await asyncio.sleep(0.001)
            with suppress(OSError, asyncio.IncompleteReadError):
                await come(number)
            await asyncio.sleep(AGAIN_S)

    async with asyncio.TaskGroup() as tasks:
        for number in range(count):
            tasks.create_task(one(number))


async def _open(port: int, asked: bytes) -> None:
    """Stay as long as one is let."""
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(asked)
        while await reader.read(4096):
            pass
    finally:
        writer.close()


async def _ask(clerk: int, path: str) -> str:
    reader, writer = await asyncio.open_connection(HOST, clerk)
    writer.write(f"GET {path} HTTP/1.1\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return answer.decode().partition("\r\n\r\n")[2]


@contextmanager
def attacking(attack: Attack, port: int, clerk: int, count: int) -> Generator[None]:
    """Let an attack go on meanwhile, in a thread of its own."""
    loop = asyncio.new_event_loop()
    attacker = threading.Thread(target=_run, args=(loop, attack(port, clerk, count)))
    attacker.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(lambda: [task.cancel() for task in asyncio.all_tasks(loop)])
        attacker.join()


def _run(loop: asyncio.AbstractEventLoop, attack: Coroutine[Any, Any, None]) -> None:
    with suppress(asyncio.CancelledError):
        loop.run_until_complete(attack)
    loop.close()


ATTACKS: dict[str, Attack] = {
    "sockets that say nothing": say_nothing,
    "lines without a ticket": come_without_ticket,
    "one account, line after line": open_line_after_line,
}


def main(count: int) -> None:
    """A quiet window, then one for each attack, then a quiet one again."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # the server takes it over
    gateway = next(one for one in contenders(0) if one.name == "gateway")
    with running(gateway, 0) as (pid, told):
        port, clerk = (int(word.partition("=")[2]) for word in told)
        windows = measured(gateway, pid, told, (VISITORS,) * 12, 0)
        quiet = next(windows)
        for name, attack in ATTACKS.items():
            with attacking(attack, port, clerk, count):
                next(windows)  # they come in
                window = next(windows)
            next(windows)  # they go
            row: dict[str, Any] = {"name": f"{count} {name}", "p99_ms": window.p99_ms}
            row |= {"before_ms": quiet.p99_ms, "core": window.cpu, "mib": window.memory_mib}
            row |= {"frames_per_s": window.frames_per_s, "late_ms": window.late_ms}
            print(json.dumps(row), flush=True)
        after = next(windows)
        here = json.loads(asyncio.run(_ask(clerk, "/count")))
        row = {"name": "after all", "p99_ms": after.p99_ms, "before_ms": quiet.p99_ms}
        row |= {"mib": after.memory_mib, "before_mib": quiet.memory_mib, **here}
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)

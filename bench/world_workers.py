"""What do three workers of the world cost, and how long is one gone who was in one that is killed?

Visitors in places of twenty walk about, twenty poses a second each: all in one process without a
bus, then in one worker, then in three. The processor's time of all these processes and of the bus
is counted for each visitor, since a small machine has fewer cores than processes. Then one of the
three is killed; everybody in it comes back as the client does.
"""

import asyncio
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from asklepion.identity import Caller
from asklepion.kit.clock import SystemClock
from asklepion.kit.db import connect_database
from asklepion.world import MIGRATIONS, Secret, Workers, World
from asklepion.world.service.tickets import Shown
from asklepion.world.wire import Enter, Flag, Pose, control, pose_frame
from bench._workers import ROOM_OF, SECRET
from bench._world_servers import fields
from bench.world import cpu_s, memory_mib
from tests.nats import find_nats, serve_nats

VISITORS = 120
WINDOW_S = 10.0
STEP_S = 0.05
PATIENCE_S = (0.3, 1.0, 2.0, 4.0)
LOST_S = 20.0

Ask = Callable[[str, str], Awaitable[tuple[str, str]]]


@dataclass
class Visitor:
    """Somebody who walks in a circle, and comes back when their line breaks."""

    name: str
    place: str
    ask: Ask
    url: str = ""
    key: str = ""
    spot: tuple[float, float, float] = (0.0, 0.0, 0.0)
    welcomed_at: list[float] = field(default_factory=list[float])
    frames: int = 0

    async def live(self) -> None:
        """Be there until cancelled."""
        failures = 0
        while True:
            with suppress(OSError, WebSocketException, TimeoutError):
                await self._visit()
                failures = 0
            await asyncio.sleep(PATIENCE_S[min(failures, 3)])
            failures += 1

    async def _visit(self) -> None:
        self.url, ticket = await self.ask(self.name, self.place)
        async with connect(f"{self.url}/world?ticket={ticket}&back={self.key}") as line:
            await line.send(control(Enter(place=self.place)))
            walking = asyncio.create_task(self._walk(line.send))
            try:
                async for frame in line:
                    self._hear(frame if isinstance(frame, bytes) else b"")
            finally:
                walking.cancel()

    def _hear(self, frame: bytes) -> None:
        self.frames += 1
        if frame[:1] == b"\x00" and b'"welcome"' in frame[:24]:
            welcome = json.loads(frame[1:])
            self.key, self.spot = welcome["key"], tuple(welcome["spot"]["position"])
            self.welcomed_at.append(time.monotonic())

    async def _walk(self, send: Callable[[bytes], Awaitable[None]]) -> None:
        phase = 0.0
        while True:
            await asyncio.sleep(STEP_S)
            if self.key:
                phase += STEP_S
                x, y, z = self.spot
                at = (x + 0.4 * math.sin(phase), y, z + 0.4 * (1 - math.cos(phase)))
                with suppress(WebSocketException):
                    await send(pose_frame(Pose(position=at, yaw=phase % 6, flags=Flag.MOVING)))


@contextmanager
def process(*words: str) -> Generator[subprocess.Popen[str]]:
    """A process of the world."""
    command = [sys.executable, "-m", "bench._workers", *words]
    pipe = subprocess.PIPE
    running = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Of one way to have the world."""

    cores: float  # of all its processes, for 100 visitors
    memory_mib: float
    frames_per_s: float  # that a visitor heard


async def measure(
    ask: Ask, pids: list[int], tasks: asyncio.TaskGroup
) -> tuple[Cost, list[Visitor]]:
    """Let everybody in, and count for a while."""
    places = list(fields(ROOM_OF))[: VISITORS // ROOM_OF]
    people = [Visitor(f"v{n}", places[n % len(places)], ask) for n in range(VISITORS)]
    for person in people:
        tasks.create_task(person.live())
        await asyncio.sleep(0.02)
    await _until(lambda: all(person.welcomed_at for person in people))
    await asyncio.sleep(3.0)
    frames, used = sum(p.frames for p in people), sum(map(cpu_s, pids))
    await asyncio.sleep(WINDOW_S)
    heard = sum(p.frames for p in people) - frames
    cost = Cost(
        cores=100 * (sum(map(cpu_s, pids)) - used) / WINDOW_S / VISITORS,
        memory_mib=sum(map(memory_mib, pids)),
        frames_per_s=heard / WINDOW_S / VISITORS,
    )
    sys.stderr.write(f"{cost}\n")
    return cost, people


async def in_one() -> Cost:
    """All in one process, without a bus."""
    with process() as server:
        url = await _line(server)
        turn = asyncio.Lock()

        async def ask(name: str, place: str) -> tuple[str, str]:
            async with turn:
                assert server.stdin
                server.stdin.write(f"{name}\n")
                server.stdin.flush()
                return url, await _line(server)

        return (await _with(ask, [server.pid], lambda people: _nothing()))[0]


async def in_workers(count: int, bus: str, bus_pid: int, *, kill: bool) -> tuple[Cost, list[float]]:
    """In so many workers; and how long those were gone whose worker was killed [s]."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        clock = SystemClock()
        db = connect_database(f"sqlite:///{folder}/bench.sqlite")
        stack.push_async_callback(db.close)
        await db.migrate({"world": MIGRATIONS}, folder, clock)
        words = [(f"w{number}", str(folder), bus) for number in range(count)]
        servers = [stack.enter_context(process(*each)) for each in words]
        urls = {await _line(server): server for server in servers}
        world = World(clock=clock, places=fields(ROOM_OF))
        front = Workers(world, db=db, clock=clock, secret=Secret(SECRET), bus_url=bus)
        await front.start()
        stack.push_async_callback(front.stop)
        await asyncio.sleep(1.0)

        async def ask(name: str, place: str) -> tuple[str, str]:
            offer = await front.offer(Shown(Caller(account=name, name=name), ""), place, "")
            return offer.url, offer.ticket

        async def end_one(people: list[Visitor]) -> list[float]:
            return await _end_one(people, urls) if kill else []

        return await _with(ask, [*(server.pid for server in servers), bus_pid], end_one)


async def _end_one(people: list[Visitor], urls: dict[str, "subprocess.Popen[str]"]) -> list[float]:
    url = people[0].url
    inside = [person for person in people if person.url == url]
    at = time.monotonic()
    urls[url].kill()
    with suppress(TimeoutError):
        async with asyncio.timeout(LOST_S):
            await _until(lambda: all(p.welcomed_at[-1] > at for p in inside))
    lost = [p.welcomed_at[-1] - at if p.welcomed_at[-1] > at else LOST_S for p in inside]
    sys.stderr.write(f"{len(inside)} came back after {min(lost):.2f} to {max(lost):.2f} s\n")
    return lost


class _Done(Exception):
    """All was measured."""


async def _with(
    ask: Ask, pids: list[int], then: Callable[[list[Visitor]], Awaitable[list[float]]]
) -> tuple[Cost, list[float]]:
    found: tuple[Cost, list[float]] | None = None
    try:
        async with asyncio.TaskGroup() as tasks:
            cost, people = await measure(ask, pids, tasks)
            found = cost, await then(people)
            raise _Done
    except* _Done:
        pass
    assert found
    return found


async def _until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110 - processes are waited for
        await asyncio.sleep(0.05)


async def _nothing() -> list[float]:
    return []


async def _line(server: "subprocess.Popen[str]") -> str:
    assert server.stdout
    return (await asyncio.to_thread(server.stdout.readline)).strip()


def tell(name: str, unit: str, value: float, peer: str = "", peer_value: float = 0.0) -> None:
    """Print one row; less is better."""
    row = {"name": name, "unit": unit, "value": round(value, 3), "higher_is_better": False}
    row |= {"peer": peer, "peer_value": round(peer_value, 3)} if peer else {"peer": None}
    print(json.dumps(row), flush=True)


async def main() -> None:
    """One process, one worker, three; then one is killed."""
    program = find_nats()
    if program is None:
        sys.exit("This needs nats-server (Debian).")
    alone = await in_one()
    with serve_nats(program) as (bus, pid):
        one, _ = await in_workers(1, bus, pid, kill=False)
        three, lost = await in_workers(3, bus, pid, kill=True)
    tell("processor for 100 visitors, one worker", "core", one.cores, "no bus", alone.cores)
    tell("processor for 100 visitors, three workers", "core", three.cores, "no bus", alone.cores)
    tell("memory, three workers", "MiB", three.memory_mib, "no bus", alone.memory_mib)
    tell("back after a worker was killed, half of them", "s", sorted(lost)[len(lost) // 2])
    tell("back after a worker was killed, the last", "s", max(lost))


if __name__ == "__main__":
    asyncio.run(main())

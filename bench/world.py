"""How many people can be in one place, and what does it cost each of them?

Bots on raw sockets walk in the plaza and tell so 20 times a second. How old a pose is when it
reaches another bot is its latency; ours includes the wait for the tick. The number of bots grows
until the slowest hundredth is older than 100 ms or a tenth of what was sent does not arrive. The
peer does the obvious: it relays every pose to everybody. Both are one Python process of uvicorn,
and the bots are another: give them a core each, and nothing else to do.
"""

import asyncio
import json
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from math import cos, isfinite, sin
from pathlib import Path
from typing import Any, cast

import numpy as np
import uvloop
from numpy.typing import NDArray

from asklepion.world.wire import (
    AT_BYTE,
    HEADER_BYTES,
    METRE_STEPS,
    POSE_BYTES,
    SLOT_BYTES,
    TICKS_PER_S,
    Enter,
    Flag,
    Kind,
    control,
)

LIMIT_MS = 100
FEW = 40  # visitors in a lively plaza
GROWTH = 1.35
MOST = 4000
WARM_S, WINDOW_S = 1.0, 1.5
BATCH = 25  # lines opened at once
WALK = struct.Struct("<BBIBhhhHbBH")  # a frame masked with zeros, and the pose in it
MOVING = int(Flag.MOVING)
ENTRY_BYTES = SLOT_BYTES + POSE_BYTES
RELAYED = 2 + 1 + POSE_BYTES  # a relayed pose with its WebSocket header
RELAY = "a relay of every pose, on the same server"


def now_ms() -> int:
    """The bots' common clock [ms]."""
    return time.perf_counter_ns() // 1_000_000


@dataclass
class Tally:
    """What arrived in one window."""

    is_open: bool = False
    poses: int = 0
    octets: int = 0
    sent: int = 0
    ages: list[NDArray[np.int64]] = field(default_factory=list[NDArray[np.int64]])

    def note(self, at: NDArray[np.uint16]) -> None:
        """Keep how old poses are, by the moment they were sent."""
        self.ages.append((now_ms() - at.astype(np.int64)) & 0xFFFF)

    def share_ms(self, share: float) -> float:
        """The age that so large a share of poses does not exceed [ms]."""
        return float(np.quantile(np.concatenate(self.ages), share)) if self.ages else float("inf")


class Bot(asyncio.Protocol):
    """One visitor: as little Python as can be, so that the server is what is measured."""

    def __init__(self, number: int, tally: Tally, *, is_relayed: bool) -> None:
        self.number = number
        self.tally = tally
        self.is_relayed = is_relayed
        self.is_in = asyncio.get_running_loop().create_future()
        self.spot = (0.0, 17.5)
        self._rest = b""
        self._is_upgraded = False
        self._frames = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's are not registered as one
        self.transport.write(
            f"GET /world?bot-{self.number} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.is_in.done():
            self.is_in.set_exception(ConnectionError(f"bot {self.number} was not let in"))

    def send(self, frame: bytes) -> None:
        """Send one frame, masked with zeros: legal, and costs nothing."""
        self.transport.write(bytes([0x82, 0x80 | len(frame), 0, 0, 0, 0]) + frame)

    def step(self) -> None:
        """Walk on a small circle and tell."""
        at = now_ms()
        turn = at / 700 + self.number
        x, z = self.spot[0] + 0.25 * sin(turn), self.spot[1] + 0.25 * cos(turn)
        steps = int(x * METRE_STEPS), 0, int(z * METRE_STEPS)
        if self.transport.is_closing():
            return
        self.transport.write(WALK.pack(0x82, 0x8D, 0, Kind.POSE, *steps, 0, 0, MOVING, at & 0xFFFF))
        self.tally.sent += self.tally.is_open

    def data_received(self, data: bytes) -> None:
        if self.tally.is_open:
            self.tally.octets += len(data)
        data = self._rest + data if self._rest else data
        start = 0
        if not self._is_upgraded:
            start = data.find(b"\r\n\r\n") + 4
            if start < 4:
                self._rest = data
                return
            self._upgraded()
        elif self.is_relayed:
            start = self._take_relayed(data)
        self._rest = data[self._take(data, start) :]

    def _upgraded(self) -> None:
        self._is_upgraded = True
        if self.is_relayed:
            self.is_in.set_result(None)
        else:
            self.send(control(Enter(place="plaza")))

    def _take_relayed(self, data: bytes) -> int:
        """Relayed poses are all of one size: read them together. Returns how far that goes."""
        count = len(data) // RELAYED
        if count and self.tally.is_open:
            self.tally.poses += count
            rows = np.frombuffer(data, np.uint8, count * RELAYED).reshape(count, RELAYED)
            self.tally.note(rows[::16, 3 + AT_BYTE : 5 + AT_BYTE].copy().view("<u2")[:, 0])
        return count * RELAYED

    def _take(self, data: bytes, at: int) -> int:
        """Read whole frames; returns where the first that is not whole begins."""
        while len(data) - at >= 2 + 8:
            size, body = data[at + 1], at + 2
            if size == 126:
                size, body = int.from_bytes(data[at + 2 : at + 4]), at + 4
            elif size == 127:
                size, body = int.from_bytes(data[at + 2 : at + 10]), at + 10
            if len(data) < body + size:
                break
            if data[at] == 0x82:
                self._hear(data, body, size)
            at = body + size
        return at

    def _hear(self, data: bytes, body: int, size: int) -> None:
        if data[body] == Kind.CONTROL:
            if not self.is_in.done() and data[body + 1 : body + 18] == b'{"type":"welcome"':
                spot = json.loads(data[body + 1 : body + size])["spot"]["position"]
                self.spot = spot[0], spot[2]
                self.is_in.set_result(None)
            return
        if not self.tally.is_open:
            return
        count = (size - HEADER_BYTES) // ENTRY_BYTES
        self.tally.poses += count
        self._frames += 1
        if count and self._frames % 8 == self.number % 8:
            rows = np.frombuffer(data, np.uint8, count * ENTRY_BYTES, body + HEADER_BYTES)
            at = rows.reshape(count, ENTRY_BYTES)[:, SLOT_BYTES + AT_BYTE : SLOT_BYTES + 12]
            self.tally.note(at.copy().view("<u2")[:, 0])


@dataclass(frozen=True, kw_only=True)
class Result:
    """One window with so many visitors."""

    visitors: int
    p50_ms: float
    p99_ms: float
    delivered: float
    kb_per_s: float
    cpu: float
    late_ms: float

    @property
    def is_good(self) -> bool:
        """Whether everybody still sees everybody in time."""
        return self.p99_ms < LIMIT_MS and self.delivered > 0.9


class Crowd:
    """Bots in one place."""

    def __init__(self, port: int, pid: int, *, is_relayed: bool) -> None:
        self._port, self._pid, self._is_relayed = port, pid, is_relayed
        self._tally = Tally()
        self._bots: list[Bot] = []
        self._late_ms = 0.0
        self._is_walking = False

    async def grow(self, visitors: int) -> None:
        """Let more in, a few at a time; meanwhile all stand still."""
        loop = asyncio.get_running_loop()
        self._is_walking = False
        while (missing := visitors - len(self._bots)) > 0:
            fresh = [self._new_bot(len(self._bots) + i) for i in range(min(BATCH, missing))]
            for bot in fresh:
                await loop.create_connection(lambda bot=bot: bot, "127.0.0.1", self._port)
            async with asyncio.timeout(20):
                await asyncio.gather(*(bot.is_in for bot in fresh))
            self._bots += fresh
        self._is_walking = True

    def _new_bot(self, number: int) -> Bot:
        return Bot(number, self._tally, is_relayed=self._is_relayed)

    async def walk(self) -> None:
        """Let every bot step 20 times a second, each at its own moment."""
        loop = asyncio.get_running_loop()
        due, turn = loop.time(), 0
        while True:
            if not self._is_walking:
                await asyncio.sleep(0.01)
                due = loop.time()
                continue
            while due <= loop.time():
                self._late_ms = max(self._late_ms, (loop.time() - due) * 1000)
                self._bots[turn % len(self._bots)].step()
                turn += 1
                due = max(due + 1 / TICKS_PER_S / len(self._bots), loop.time() - 0.5)
            await asyncio.sleep(0.001)

    async def measure(self) -> Result:
        """Look at one window."""
        await asyncio.sleep(WARM_S)
        fresh = Tally(is_open=True)
        for bot in self._bots:
            bot.tally = fresh
        self._tally, self._late_ms = fresh, 0.0
        cpu, start = cpu_s(self._pid), time.perf_counter()
        await asyncio.sleep(WINDOW_S)
        fresh.is_open = False
        took, visitors = time.perf_counter() - start, len(self._bots)
        wanted = fresh.sent * (visitors - self._is_relayed)  # ours tells one's own pose as well
        return Result(
            visitors=visitors,
            p50_ms=fresh.share_ms(0.5),
            p99_ms=fresh.share_ms(0.99),
            delivered=fresh.poses / max(1, wanted),
            kb_per_s=fresh.octets / took / visitors / 1000,
            cpu=(cpu_s(self._pid) - cpu) / took,
            late_ms=self._late_ms,
        )


def cpu_s(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def start(kind: str) -> tuple[subprocess.Popen[str], int]:
    """A server in a process of its own, and the port it listens on."""
    command = [sys.executable, "-m", "bench._world_servers", kind]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout
    return server, int(server.stdout.readline())


@asynccontextmanager
async def crowd_at(kind: str) -> AsyncGenerator[Crowd]:
    """A fresh server of a kind, with nobody in it yet."""
    server, port = await asyncio.to_thread(start, kind)
    try:
        crowd = Crowd(port, server.pid, is_relayed=kind == "relay")
        walking = asyncio.create_task(crowd.walk())
        yield crowd
        walking.cancel()
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait()


async def find_limit(kind: str, start: int) -> tuple[Result, Result]:
    """The window with few, and the last good one as the crowd grows."""
    async with crowd_at(kind) as crowd:
        few = best = await measure_fairly(crowd, FEW)
        visitors = start if few.is_good else MOST
        with suppress(TimeoutError, ConnectionError):  # so busy that nobody else gets in
            while visitors < MOST and (result := await measure_fairly(crowd, visitors)).is_good:
                best = result
                visitors = round(visitors * GROWTH)
        return few, best


async def measure_fairly(crowd: Crowd, visitors: int) -> Result:
    """One window, and a second one if the first was bad: the machine may have been busy."""
    await crowd.grow(visitors)
    result = await crowd.measure()
    if not result.is_good:
        result = await crowd.measure()
    sys.stderr.write(f"{result}\n")
    return result


def tell(name: str, unit: str, ours: float, theirs: float, *, more: bool = False) -> None:
    """Print one result; of a latency without end, none."""
    peer_value = round(theirs, 2) if isfinite(theirs) else None
    row: dict[str, Any] = {"name": name, "value": round(ours, 2), "unit": unit}
    row |= {"higher_is_better": more, "peer": RELAY, "peer_value": peer_value}
    print(json.dumps(row), flush=True)


async def main() -> None:
    """Measure ours, then the peer."""
    few, most = await find_limit("world", 150)
    peer_few, peer_most = await find_limit("relay", FEW + 14)
    fit, peer_fit = (m.visitors if m.is_good else 0 for m in (most, peer_most))
    tell("visitors in one place, p99 < 100 ms", "visitors", fit, peer_fit, more=True)
    tell(f"latency p50 of {FEW}", "ms", few.p50_ms, peer_few.p50_ms)
    tell(f"latency p99 of {FEW}", "ms", few.p99_ms, peer_few.p99_ms)
    tell(f"received by each of {FEW}", "kB/s", few.kb_per_s, peer_few.kb_per_s)
    tell(f"server's CPU for {FEW}", "s/s", few.cpu, peer_few.cpu)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())

"""Does the world keep anything of those who come and go? Hours by hand, minutes in the tests.

Visitors come over both doors, walk, talk, leave with a goodbye or with a cut line, come back or do
not. After the first third the server's memory is noted; at the end nobody is there, and it must
hold no more visits and tasks than at its start, and little more memory than then.

    python -m bench.world_soak 120      minutes; 3 by default
"""

import asyncio
import json
import random
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from asklepion.world.wire import Enter, Flag, Gesture, Motion, Pose, Say, control, pose_frame
from bench.world import memory_mib

VISITORS = 40
STAY_S = (0.5, 8.0)
AFTER_S = 33.0  # longer than a body waits whose line was cut
STEP_S = 0.05


@dataclass
class Soak:
    """What was seen of the server."""

    visits: int = 0
    cuts: int = 0
    memory_mib: list[float] = field(default_factory=list[float])
    before: dict[str, int] = field(default_factory=dict[str, int])
    after: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def grown_mib(self) -> float:
        """How much more memory it held in the last samples than after the first third."""
        third = len(self.memory_mib) // 3
        early = sorted(self.memory_mib[third : 2 * third])
        late = sorted(self.memory_mib[2 * third :])
        return late[len(late) // 2] - early[len(early) // 2]


async def soak(minutes: float, *, seed: int = 1) -> Soak:
    """Let visitors come and go for so long."""
    command = [sys.executable, "-m", "bench._world_servers", "both", "0"]
    server = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    try:
        assert server.stdout
        line = await server.stdout.readline()
        house, gateway, clerk = map(int, line.split())
        seen = Soak(before=await count(clerk))
        until = time.monotonic() + 60 * minutes
        ports = house, gateway, clerk
        async with httpx.AsyncClient() as client, asyncio.TaskGroup() as tasks:
            for number in range(VISITORS):
                visitor = Visitor(number, ports, random.Random(seed + number), client)
                tasks.create_task(visitor.come_and_go(until, seen))
            while time.monotonic() < until:
                await asyncio.sleep(1)
                seen.memory_mib.append(memory_mib(server.pid))
        await asyncio.sleep(AFTER_S)
        seen.after = await count(clerk)
        return seen
    finally:
        server.kill()
        await server.wait()


async def count(clerk: int) -> dict[str, int]:
    """How many tasks, visits and places the server holds."""
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{clerk}/count")
        return answer.json()


class Visitor:
    """One who comes and goes, over one door or the other."""

    def __init__(
        self,
        number: int,
        ports: tuple[int, int, int],
        chance: random.Random,
        client: httpx.AsyncClient,
    ) -> None:
        self._name = f"visitor-{number}"
        self._house, self._gateway, self._clerk = ports
        self._chance = chance
        self._client = client
        self._key = ""

    async def come_and_go(self, until: float, seen: Soak) -> None:
        """Visit after visit."""
        while time.monotonic() < until:
            seen.visits += 1
            try:
                seen.cuts += await self._visit(min(until, time.monotonic() + self._stay()))
            except (ConnectionClosed, OSError, TimeoutError, httpx.TransportError):
                await asyncio.sleep(STEP_S)  # this machine was too busy; they try again

    def _stay(self) -> float:
        return self._chance.uniform(*STAY_S)

    async def _address(self) -> str:
        if self._chance.random() < 0.5:
            return f"ws://127.0.0.1:{self._house}/world?name={self._name}&back={self._key}"
        asked = f"http://127.0.0.1:{self._clerk}/ticket?name={self._name}"
        ticket = (await self._client.get(asked)).text
        return f"ws://127.0.0.1:{self._gateway}/world?ticket={ticket}&back={self._key}"

    async def _visit(self, until: float) -> bool:
        """Stay for a while; whether the line was cut at the end."""
        async with connect(await self._address(), compression=None) as line:
            reading = asyncio.create_task(self._read(line))
            await line.send(control(Enter(place="field-0")))
            x, z = self._chance.uniform(-20, 20), self._chance.uniform(-20, 20)
            while time.monotonic() < until:
                x += self._chance.uniform(-0.1, 0.1)
                await line.send(pose_frame(Pose(position=(x, 0.0, z), flags=Flag.MOVING)))
                if self._chance.random() < 0.01:
                    await line.send(control(Say(text="Good morning.")))
                if self._chance.random() < 0.01:
                    await line.send(control(Gesture(motion=Motion.WAVE)))
                await asyncio.sleep(STEP_S)
            is_cut = self._chance.random() < 0.3
            if is_cut:
                line.transport.abort()
            await asyncio.wait([reading], timeout=0.1) if is_cut else await line.close()
            reading.cancel()
        return is_cut

    async def _read(self, line: Any) -> None:
        try:
            async for frame in line:
                if frame[:2] == b"\0{" and b'"welcome"' in frame[:30]:
                    self._key = json.loads(frame[1:])["key"]
        except ConnectionClosed:
            return


async def main() -> None:
    """Soak, and say what was seen."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 3.0
    seen = await soak(minutes)
    sys.stderr.write(f"{seen.before} {seen.after}\n")
    for name, value, unit in (
        (f"memory grown in {minutes:g} min", seen.grown_mib, "MiB"),
        ("memory at the end", seen.memory_mib[-1], "MiB"),
        ("visits", seen.visits, "visits"),
        ("tasks left over", seen.after["tasks"] - seen.before["tasks"], "tasks"),
    ):
        row: dict[str, Any] = {"name": name, "value": round(value, 2), "unit": unit}
        row |= {"higher_is_better": name == "visits", "peer": None, "peer_value": None}
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    asyncio.run(main())

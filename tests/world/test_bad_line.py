"""A bad line: a fifth of a second, uneven, and each twentieth packet has to be sent again.

How smooth such a walk is drawn is tested where it is drawn (`web/test/world/glide.test.ts`).
"""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import connect

from asklepion.identity import Caller
from asklepion.kit.clock import StoppedClock
from asklepion.world import Gateway, World
from asklepion.world.wire import Enter, Flag, Pose, Snapshot, pose_frame, read_pose
from tests.world.lines import Client

LATENCY_S, JITTER_S = 0.2, 0.05
LOST_SHARE, AGAIN_S = 0.05, 0.25
STEP_S, STEP_M, STEPS = 0.05, 0.07, 80


class BadLine:
    """Hands on what comes, late and unevenly, but in order: as TCP does over a bad network."""

    def __init__(self, port: int, seed: int) -> None:
        self._port, self._chance = port, random.Random(seed)
        self.ended = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._carry(reader, back))
                tasks.create_task(self._carry(there, writer))
        finally:
            back.close()
            writer.close()
            self.ended.set()

    async def _carry(self, source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        async def deliver() -> None:
            while True:
                due, octets = await waiting.get()
                await asyncio.sleep(due - loop.time())
                to.write(octets)
                if not octets:
                    return to.close()

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(deliver())
            due = 0.0
            while True:
                octets = await source.read(1400)  # a packet
                late = LATENCY_S + self._chance.uniform(-JITTER_S, JITTER_S)
                late += AGAIN_S if self._chance.random() < LOST_SHARE else 0.0
                due = max(due, loop.time() + late)
                await waiting.put((due, octets))
                if not octets:
                    return


@asynccontextmanager
async def far_visitor(world: World, gateway: Gateway, seed: int) -> AsyncGenerator[Client]:
    """Somebody in the plaza at the end of a bad line."""
    bad = BadLine(gateway.port, seed)
    line = await asyncio.start_server(bad, "127.0.0.1", 0)
    port = line.sockets[0].getsockname()[1]
    who = Caller(account=f"account-{seed}", name=f"Visitor {seed}")
    ticket = world.lines.offer(who, "").ticket
    async with line, connect(f"ws://127.0.0.1:{port}/world?ticket={ticket}") as socket:
        client = Client(socket)
        await client.send(Enter(place="plaza"))
        client.welcome = await client.hear("welcome")
        yield client
    await bad.ended.wait()


async def test_on_a_bad_line_nobody_is_dropped_or_put_back_and_every_walk_arrives(
    clock: StoppedClock,
) -> None:
    world = World(clock=clock)
    gateway = Gateway(world, host="127.0.0.1", port=0, url="")
    await world.start()
    await gateway.start()
    async with far_visitor(world, gateway, 1) as walker, far_visitor(world, gateway, 2) as watcher:
        slot = walker.welcome["you"]
        x, _, z = walker.welcome["spot"]["position"]
        seen: list[float] = []

        async def watch() -> None:
            while not seen or seen[-1] > x - STEPS * STEP_M + 0.01:
                message = await watcher.next()
                assert isinstance(message, Snapshot) or message["type"] not in ("left", "away")
                if isinstance(message, Snapshot) and slot in message.poses:
                    seen.append(read_pose(message.poses[slot]).position[0])

        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(watch())
            listening = tasks.create_task(walker.end())
            for step in range(1, STEPS + 1):
                flags = Flag.MOVING if step < STEPS else Flag(0)
                at = (x - step * STEP_M, 0.0, z)
                await walker.line.send(pose_frame(Pose(position=at, flags=flags)))
                await asyncio.sleep(STEP_S)
            await watching
            assert not listening.done()
            listening.cancel()

        assert seen == sorted(seen, reverse=True)
        assert seen[-1] == pytest.approx(x - STEPS * STEP_M, abs=0.01)
        assert len(world.accounts_in("plaza")) == 2
    await gateway.stop()
    await world.stop()

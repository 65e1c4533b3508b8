"""`asklepion worker`: some of the world's places, beside the house that answers HTTP."""

import asyncio
import os
import secrets
import signal
import sys
from contextlib import AsyncExitStack

from asklepion.app import WORKERS_KEY, find_ways, voices_of
from asklepion.kit.clock import SystemClock
from asklepion.kit.db import connect_database
from asklepion.kit.errors import Incorrect
from asklepion.kit.keys import Keys
from asklepion.settings import Settings
from asklepion.world import Cellar, Gateway, Leases, Secret, Showing, Workers, World

WATCH_S = 1.0  # between two looks at whether whoever started this one is still there
NO_BUS = "The processes of a world need a bus."
NO_BUS_HINT = "Start NATS (Debian: nats-server) and set ASKLEPION_NATS_URL."


def run(settings: Settings, *, number: int, id: str = "", parent: int = 0) -> None:
    """Have places until interrupted.

    Args:
        number: of this worker, from 1; its port and address follow from it.
        id: of this start; empty for a new one.
        parent: ends with this process; 0 for none.

    Raises:
        Incorrect: the house is in one process.
    """
    if not settings.nats_url:
        raise Incorrect(NO_BUS, hint=NO_BUS_HINT)
    work = _work(settings, number, id or f"{number}-{secrets.token_hex(4)}", parent)
    if sys.platform != "win32":
        import uvloop

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(work)
    else:
        asyncio.run(work)


async def _work(settings: Settings, number: int, id: str, parent: int) -> None:
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        db = connect_database(settings.database)
        stack.push_async_callback(db.close)
        keys = Keys(settings.data / "keys", settings.kek)
        stack.callback(keys.vault.close)
        things = settings.data / "things"
        cellar = Cellar(db=db, vault=keys.vault, folder=things, clock=clock)
        world = World(clock=clock, cellar=cellar)
        workers = Workers(
            world,
            db=db,
            clock=clock,
            secret=Secret(keys.key(WORKERS_KEY)),
            bus_url=settings.nats_url,
            leases=Leases(db, worker=id),
        )
        gateway = Gateway(
            world,
            host=settings.hall_host,
            port=settings.hall_port + number - 1 if settings.hall_port else 0,
            url=settings.hall_url.replace("{worker}", str(number)),
            tickets=workers.tickets,
        )
        stack.push_async_callback(workers.stop)
        await world.start()
        stack.push_async_callback(world.stop)
        showing = Showing(db, world)
        await showing.start()
        stack.push_async_callback(showing.stop)
        stack.push_async_callback(workers.settle_down)
        find_ways(world, settings, clock)
        await stack.enter_async_context(voices_of(world, settings))
        await gateway.start()
        stack.push_async_callback(gateway.stop)
        workers.url = gateway.url
        await workers.start()
        print(f"Worker {number} is at {workers.url}", flush=True)
        await _until_told(parent)


async def _until_told(parent: int) -> None:
    """Wait until somebody wants this to end, or whoever started it is gone."""
    told = asyncio.Event()
    if sys.platform != "win32":
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, told.set)
    while not told.is_set() and parent in (0, os.getppid()):
        try:
            async with asyncio.timeout(WATCH_S):
                await told.wait()
        except TimeoutError:
            pass

"""One process of the world for `bench.world_workers`: alone, or a worker beside others.

Prints its address; alone, then a ticket for each line that it reads, which names the person.
"""

import asyncio
import sys
from pathlib import Path

import uvloop

from asklepion.identity import Caller
from asklepion.kit.clock import SystemClock
from asklepion.kit.db import connect_database
from asklepion.world import Gateway, Leases, Secret, Workers, World
from bench._world_servers import fields

SECRET = b"of nobody but this measurement.."
ROOM_OF = 20


async def alone() -> None:
    """The world in one process, behind its gateway."""
    world = World(clock=SystemClock(), places=fields(ROOM_OF))
    await world.start()
    gateway = Gateway(world, host="127.0.0.1", port=0, url="")
    await gateway.start()
    print(gateway.url, flush=True)
    while name := (await asyncio.to_thread(sys.stdin.readline)).strip():
        print(gateway.tickets.give(Caller(account=name, name=name), ""), flush=True)


async def work(id: str, folder: Path, bus: str) -> None:
    """One of several."""
    clock = SystemClock()
    world = World(clock=clock, places=fields(ROOM_OF))
    db = connect_database(f"sqlite:///{folder}/bench.sqlite")
    leases = Leases(db, worker=id)
    workers = Workers(world, db=db, clock=clock, secret=Secret(SECRET), bus_url=bus, leases=leases)
    gateway = Gateway(world, host="127.0.0.1", port=0, url="", tickets=workers.tickets)
    await world.start()
    await gateway.start()
    workers.url = gateway.url
    await workers.start()
    print(gateway.url, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        if sys.argv[1:]:
            runner.run(work(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
        else:
            runner.run(alone())

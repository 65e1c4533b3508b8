"""The workers that `asklepion serve --workers` starts: as many as are wanted, whoever dies."""

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from asklepion.app import House
from asklepion.kit.log import get_log
from asklepion.world import end_leases

log = get_log(__name__)

AGAIN_S = 1.0  # before one that ended is started anew
CLOSING_S = 8.0


@asynccontextmanager
async def crew(house: House, count: int) -> AsyncGenerator[None]:
    """So many workers, from here on for as long as this is open."""
    running = [asyncio.create_task(_keep_up(house, number)) for number in range(1, count + 1)]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _keep_up(house: House, number: int) -> None:
    """One worker, started anew whenever it ends; its places are free as soon as it is gone."""
    while True:
        id = f"{number}-{secrets.token_hex(4)}"
        process = await asyncio.create_subprocess_exec(*_command(number, id))
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            await _end(process)
            raise
        log.warn("a worker of the world ended", number=number, code=code)
        with suppress(Exception):  # else they are free when its leases end
            await end_leases(house.db, id)
        await asyncio.sleep(AGAIN_S)


def _command(number: int, id: str) -> list[str]:
    own = [sys.executable, "-m", "asklepion", "worker"]
    return [*own, f"--number={number}", f"--id={id}", f"--parent={os.getpid()}"]


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(CLOSING_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()

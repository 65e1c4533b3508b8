"""The verb that simulates: look, plan, and let a process of its own compute it."""

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from asklepion.kit.errors import Busy, Fault
from asklepion.records import Asking

from ..engine.questions import FEW, conditions, medicines
from ..engine.simulating import MEASURED, make_simulation, plan, read_wish
from ..wire import Simulation
from .looking import Looking

WORKER = "asklepion.twin.engine.physio.work"
LONGEST_S = 30.0  # of one run: half an hour of physiology takes some ten seconds at most
AT_ONCE = 2
WAIT_S = 20.0  # for one's turn


class Simulating:
    """Runs simulations, a few at a time, each in a process that can be ended."""

    def __init__(self, looking: Looking) -> None:
        self._looking = looking
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def simulate(
        self, asking: Asking, patient: str, body: Mapping[str, Any], now: datetime
    ) -> Simulation:
        """What may follow from what happens to her, by a model calibrated to her record.

        Raises:
            Busy: too many are being run, or this one takes too long.
            Incorrect: what was asked is no simulation.
            NotFound: there is no such patient, or none that the caller may know of.
        """
        wish = read_wish(body)
        asking = replace(asking, via="simulation")
        measured = dict.fromkeys((key for key in MEASURED if key != "dbp"), FEW)
        lists = [conditions(), *medicines()]
        chart = await self._looking.chart(asking, patient, measured, lists)
        made = plan(chart, wish, now)
        result = None if made.job is None else await self._run(made.job)
        return make_simulation(made, result)

    async def _run(self, job: Mapping[str, Any]) -> dict[str, Any]:
        try:
            async with asyncio.timeout(WAIT_S):
                await self._turns.acquire()
        except TimeoutError as error:
            raise Busy("Many simulations are being run.", hint="Try again in a minute.") from error
        try:
            return await _work(job)
        finally:
            self._turns.release()


async def _work(job: Mapping[str, Any]) -> dict[str, Any]:
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", WORKER),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # a trace could hold a measured value
    )
    try:
        async with asyncio.timeout(LONGEST_S):
            told, _ = await worker.communicate(json.dumps(job).encode())
    except TimeoutError as error:
        raise Busy("The simulation takes too long.", hint="Ask for a shorter one.") from error
    finally:
        if worker.returncode is None:
            worker.kill()
            await worker.wait()
    if worker.returncode != 0:
        raise Fault("The simulation broke off.", hint="Try other values, and tell us of these.")
    return json.loads(told)

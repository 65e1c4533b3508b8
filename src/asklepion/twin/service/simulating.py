"""The verb that simulates: look, plan, and let a process of its own compute it."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from asklepion.identity import Caller, Role
from asklepion.kit.errors import Busy, Fault, Forbidden
from asklepion.records import Asking

from ..engine.questions import conditions, medicines
from ..engine.simulating import READ, Wish, make_simulation, plan, read_wish
from ..wire import Simulation
from .looking import Looking

WORKER = "asklepion.twin.engine.physio.work"
LONGEST_S = 30.0  # of one run: half an hour of physiology takes some ten seconds at most
AT_ONCE = 2
WAIT_S = 20.0  # for one's turn
EACH = 2  # of one account: one that runs, and one that waits
FOR_ALL = frozenset({"tilt", "exercise", "meal"})  # the rest is for clinicians
KEPT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT")  # of the house's environment


@dataclass(kw_only=True)
class Mine:
    """What one account has asked for and not got yet."""

    count: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Simulating:
    """Runs simulations, a few at a time, each in a process that can be ended."""

    def __init__(self, looking: Looking) -> None:
        self._looking = looking
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._mine: dict[str, Mine] = {}

    async def simulate(
        self, asking: Asking, patient: str, body: Mapping[str, Any], now: datetime
    ) -> Simulation:
        """What may follow from what happens to her, by a model calibrated to her record.

        Raises:
            Busy: too many are being run, or two of the caller's, or this one takes too long.
            Forbidden: somebody else than a clinician lets her bleed, or gives her something.
            Incorrect: what was asked is no simulation.
            NotFound: there is no such patient, or none that the caller may know of.
        """
        wish = read_wish(body)
        _require_allowed(asking.caller, wish)
        asking = replace(asking, via="simulation")
        lists = [conditions(), *medicines()]
        chart = await self._looking.chart(asking, patient, READ, lists)
        made = plan(chart, wish, now)
        if made.job is None:
            return make_simulation(made, None)
        async with self._own_turn(asking.caller.account):
            return make_simulation(made, await self._run(made.job))

    @asynccontextmanager
    async def _own_turn(self, account: str) -> AsyncGenerator[None]:
        mine = self._mine.setdefault(account, Mine())
        if mine.count >= EACH:
            raise Busy("Simulations of yours are still being run.", hint="Wait for them to end.")
        mine.count += 1
        try:
            async with mine.turn:
                yield
        finally:
            mine.count -= 1
            if mine.count == 0:
                del self._mine[account]

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


def _require_allowed(caller: Caller, wish: Wish) -> None:
    caller.require_known()
    if not caller.has(Role.CLINICIAN) and any(each["kind"] not in FOR_ALL for each in wish.events):
        raise Forbidden(
            "Only a clinician simulates bleeding, drugs, breathing and insulin.",
            hint="Choose standing, raised legs, exercise or a meal.",
        )


async def _work(job: Mapping[str, Any]) -> dict[str, Any]:
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", WORKER),
        env={key: os.environ[key] for key in KEPT if key in os.environ},
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

"""A world in several processes: a house, three workers, a bus, and people who come back."""

import asyncio
import json
import os
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from asklepion.identity import Role
from asklepion.world.wire import Enter, FromVisitor, Kind, Pose, control, pose_frame, read_snapshot
from tests import serving
from tests.forked import Forked
from tests.serving import Server

WAIT_S = 20.0
STEP_M = 0.2
FIRST_MS = 300  # as web/src/world/net/socket.ts waits
PATIENCE_MS = (FIRST_MS, 1000, 2000, 4000)
PEOPLE: dict[str, tuple[Role, str | None]] = {
    **{name: (Role.PATIENT, f"Patient/{name}") for name in ("ada", "bo", "cy", "di", "eve", "flo")},
    "doctor": (Role.CLINICIAN, "Practitioner/doctor"),
    "operator": (Role.OPERATOR, None),
}


@dataclass
class Town:
    """The processes, and whose token is whose."""

    front: Server
    tokens: dict[str, str]
    workers: dict[str, Forked] = field(default_factory=dict[str, Forked])  # by address
    logs: list[Path] = field(default_factory=list[Path])

    def staff(self, count: int = 3) -> None:
        """Have so many workers that live."""
        self.workers = {url: w for url, w in self.workers.items() if w.poll() is None}
        for _ in range(count - len(self.workers)):
            log = self.front.data / f"worker-{len(self.logs)}.log"
            self.logs.append(log)
            words = ["worker", "--number", str(len(self.logs))]
            process = Forked(self.front.environment, words, log, log)
            self.workers[_address(log, process)] = process

    def close(self) -> None:
        """End all of it."""
        for worker in self.workers.values():
            serving_end(worker)
        serving.stop(self.front)

    def client(self, name: str) -> httpx.AsyncClient:
        """Somebody's requests to the house."""
        headers = {"authorization": f"Bearer {self.tokens[name]}"}
        return httpx.AsyncClient(base_url=self.front.url, headers=headers, timeout=30)

    def lease(self, hall: str) -> tuple[str, int] | None:
        """Which worker a place lives in by the database, and the how-manieth."""
        path = self.front.data / "asklepion.sqlite"
        with closing(sqlite3.connect(path)) as db:
            sql = "SELECT worker, term FROM world_lease WHERE hall = ?"
            return db.execute(sql, (hall,)).fetchone()


def _address(log: Path, process: Forked) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        said = log.read_text() if log.exists() else ""
        if " is at " in said and said.endswith("\n"):
            return said.split(" is at ")[1].split()[0]
        time.sleep(0.05)
    raise RuntimeError(log.read_text())


def serving_end(process: Forked) -> None:
    """End one for good, also one that was stopped."""
    process.kill()
    process.wait()


async def eventually(is_so: Callable[[], Awaitable[object]], within_s: float = WAIT_S) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(within_s):
        while not await is_so():  # noqa: ASYNC110 - another process is waited for
            await asyncio.sleep(0.05)


class Person:
    """Somebody with a page open: it comes back by itself, as the client's does.

    Everything heard is kept with when it was heard.
    """

    def __init__(self, town: Town, name: str) -> None:
        self.name = name
        self.http = town.client(name)
        self.wanted = ""
        self.left = ""
        self.url = ""
        self.key = ""
        self.welcome: dict[str, Any] = {}
        self.welcome_at = 0.0
        self.heard: list[dict[str, Any]] = []
        self.frames_at: list[float] = []
        self.refusals: list[int] = []
        self._line: ClientConnection | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Person":
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._line:
            await self._line.close()
        await self.http.aclose()

    async def enter(self, place: str) -> dict[str, Any]:
        """Go somewhere, and wait until one is there."""
        before = len(self.of("welcome"))
        self.wanted = place
        if self._line and self._task and not self._task.done():
            await self.say(Enter(place=place))
        else:
            self._task = asyncio.create_task(self._live())
        await eventually(lambda: _true(len(self.of("welcome")) > before), 3 * WAIT_S)
        return self.welcome

    async def say(self, message: FromVisitor) -> None:
        assert self._line
        await self._line.send(control(message))

    async def walk(self, x: float, z: float) -> None:
        """Walk there, as fast as one can; it is known where one stands then."""
        assert self._line
        at_x, _, at_z = self.welcome["spot"]["position"]
        way = ((x - at_x) ** 2 + (z - at_z) ** 2) ** 0.5
        steps = max(1, round(way / STEP_M))
        for step in range(1, steps + 1):
            share = step / steps
            spot = (at_x + (x - at_x) * share, 0.0, at_z + (z - at_z) * share)
            await self._line.send(pose_frame(Pose(position=spot)))
            await asyncio.sleep(0.06)

    def of(self, kind: str) -> list[dict[str, Any]]:
        """What was heard of one kind."""
        return [message for message in self.heard if message["type"] == kind]

    def silences(self, since: float) -> Iterator[float]:
        """How long nothing was heard, each time [s]."""
        times = [since, *(at for at in self.frames_at if at >= since), time.monotonic()]
        for one, other in pairwise(times):
            yield other - one

    async def _live(self) -> None:
        failures = 0
        while self.wanted:
            try:
                await self._visit()
                failures = 0
            except (OSError, httpx.HTTPError, ConnectionClosed, TimeoutError) as error:
                if isinstance(error, httpx.HTTPStatusError):
                    self.refusals.append(error.response.status_code)
            self._line = None
            wait = PATIENCE_MS[min(failures, len(PATIENCE_MS) - 1)]
            failures += 1
            await asyncio.sleep(wait / 1000)

    async def _visit(self) -> None:
        wish = {"place": self.wanted, "came_from": self.left}
        answer = (await self.http.post("/api/world/line", json=wish)).raise_for_status().json()
        self.url = answer["url"]
        address = f"{self.url}/world?ticket={answer['ticket']}&back={self.key}"
        async with connect(address, open_timeout=2, close_timeout=0.5) as line:
            self._line = line
            await line.send(control(Enter(place=self.wanted)))
            async for frame in line:
                assert isinstance(frame, bytes)
                self.frames_at.append(time.monotonic())
                if frame[0] == Kind.CONTROL and not self._note(json.loads(frame[1:])):
                    await line.close()
                    return await self._visit()
                if frame[0] == Kind.SNAPSHOT:
                    read_snapshot(frame)

    def _note(self, message: dict[str, Any]) -> bool:
        """Take in a message; false where it sends one to another worker."""
        self.heard.append({**message, "heard_at": time.monotonic()})
        if message["type"] == "welcome":
            self.welcome, self.key, self.left = message, message["key"], ""
            self.welcome_at = time.monotonic()
        if message["type"] == "expelled":
            self.wanted = ""
        if message["type"] == "onward":
            self.left, self.wanted = self.welcome["place"], message["place"]
            self.key = ""
            return False
        return True


async def _true(value: object) -> object:
    return value


def pause(process: Forked, number: int) -> None:
    """Stop a process, or let it go on."""
    os.kill(process.pid, number)


def children(pid: int) -> list[int]:
    """The workers that a process has started."""
    found: list[int] = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
            words = (path.parent / "cmdline").read_bytes().split(b"\0")
        except OSError:  # it has just ended
            continue
        if parent == pid and b"worker" in words:
            found.append(int(path.parent.name))
    return found


def lives_in(data: Path, hall: str, pid: int) -> bool:
    """Whether a place lives in a worker, by the database and the words it was started with."""
    with closing(sqlite3.connect(data / "asklepion.sqlite")) as db:
        sql = "SELECT worker FROM world_lease WHERE hall = ?"
        (worker,) = db.execute(sql, (hall,)).fetchone()
    return f"--id={worker}".encode() in Path(f"/proc/{pid}/cmdline").read_bytes()

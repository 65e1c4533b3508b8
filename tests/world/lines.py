"""Real lines into the world: a server for the tests' own loop, and one end of a socket."""

import asyncio
import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from asklepion.world.wire import (
    FromVisitor,
    Kind,
    Pose,
    Snapshot,
    control,
    pose_frame,
    read_snapshot,
)

WAIT_S = 20.0


class Quiet(uvicorn.Server):
    """Leaves the signals to pytest."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


@dataclass
class Client:
    """One end of a line, and what was heard on it."""

    line: ClientConnection
    welcome: dict[str, Any] = field(default_factory=dict[str, Any])

    async def send(self, message: FromVisitor) -> None:
        await self.line.send(control(message))

    async def go(self, x: float, z: float) -> None:
        await self.line.send(pose_frame(Pose(position=(x, 0.0, z))))

    async def next(self) -> dict[str, Any] | Snapshot:
        async with asyncio.timeout(WAIT_S):
            frame = await self.line.recv()
        assert isinstance(frame, bytes)
        return json.loads(frame[1:]) if frame[0] == Kind.CONTROL else read_snapshot(frame)

    async def hear(self, kind: str) -> dict[str, Any]:
        """The next message of a kind; what comes before is passed over."""
        while True:
            message = await self.next()
            if isinstance(message, dict) and message["type"] == kind:
                return message

    async def see(self, is_it: Callable[[Snapshot], bool]) -> Snapshot:
        """The next snapshot that shows something."""
        while True:
            message = await self.next()
            if isinstance(message, Snapshot) and is_it(message):
                return message

    async def end(self) -> int | None:
        """Read until the line is closed; the code it was closed with."""
        try:
            while True:
                await self.next()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None

"""Where one thread works on the chain's file."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from ...engine.evm.frames import load_machine
from ...engine.evm.store import ChainStore
from .worker import Worker

T = TypeVar("T")


class Desk:
    """A thread with a connection and a machine of its own."""

    def __init__(self, name: str) -> None:
        self.worker = Worker(name)
        self.store: Any = None
        self.machine: Any = None

    async def do(self, work: Callable[["Desk"], T]) -> T:
        """Do something at it."""
        return await self.worker.do(partial(work, self))

    def open(self, path: Path, chain_id: int, *, readonly: bool) -> None:
        """Take the file out; in the thread."""
        self.store = ChainStore(path, readonly=readonly)
        self.machine = load_machine().Machine(self.store, chain_id)

    async def close(self) -> None:
        """Put the file back."""
        if self.store is not None:
            await self.worker.do(self.store.close)
        await self.worker.stop()

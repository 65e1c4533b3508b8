"""A thread with a large stack that does one thing after another."""

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from ...engine.evm.frames import STACK_BYTES

T = TypeVar("T")
_Job = tuple[Callable[[], Any], "asyncio.Future[Any]"]

_making = threading.Lock()


class Worker:
    """Does beside the loop what takes long; begins its thread when first asked."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    async def do(self, work: Callable[[], T]) -> T:
        """Do it after what was asked for before; whoever gives up on it does not stop it."""
        if self._thread is None:
            self._thread = self._begin()
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put((work, done))
        return await done

    async def stop(self) -> None:
        """Do what was asked for, and no more."""
        if self._thread is not None:
            self._jobs.put(None)
            await asyncio.to_thread(self._thread.join)
            self._thread = None

    def _begin(self) -> threading.Thread:
        with _making:
            before = threading.stack_size(STACK_BYTES)
            try:
                thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                thread.start()
            finally:
                threading.stack_size(before)
        return thread

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            work, done = job
            try:
                result = work()
            except BaseException as error:
                _tell(done, None, error)
            else:
                _tell(done, result, None)


def _tell(done: "asyncio.Future[Any]", result: Any, error: BaseException | None) -> None:
    def settle() -> None:
        if done.cancelled():
            return
        if error is None:
            done.set_result(result)
        else:
            done.set_exception(error)

    loop = done.get_loop()
    if not loop.is_closed():
        loop.call_soon_threadsafe(settle)

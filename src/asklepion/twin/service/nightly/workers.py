"""Who computes: processes of this machine, one for each core, or a Ray cluster."""

import asyncio
import importlib
import multiprocessing
import os
from collections.abc import AsyncGenerator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from asklepion.kit.errors import Unsupported

from ...engine.night.numbers import Number
from ...engine.night.work import Task, begin, work

Found = list[tuple[str, list[Number] | str]]
TIMEOUT_S = 3600.0  # of one chunk


class Workers(Protocol):
    """Computes one chunk after the other, several at once."""

    count: int

    async def work(self, task: Task) -> Found:
        """What is to be noted of each patient of a chunk, or the kind of error that came."""
        ...


@asynccontextmanager
async def open_workers(ray: str) -> AsyncGenerator[Workers]:
    """Those who compute.

    Args:
        ray: the address of a cluster; empty: processes of this machine.

    Raises:
        Unsupported: there is an address, but Ray is not installed.
    """
    if ray:
        yield _Cluster(ray)
        return
    pool, count = open_processes()
    try:
        yield _Processes(pool, count)
    finally:
        await asyncio.to_thread(pool.shutdown, cancel_futures=True)


def open_processes() -> tuple[ProcessPoolExecutor, int]:
    """Processes of this machine, and how many; they end with this one, however it ends."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    count = cores or 1
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(count, mp_context=context, initializer=begin), count


class _Processes:
    def __init__(self, pool: ProcessPoolExecutor, count: int) -> None:
        self.count = count
        self._pool = pool

    async def work(self, task: Task) -> Found:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(TIMEOUT_S):
            return await loop.run_in_executor(self._pool, work, task)


class _Cluster:
    """Each chunk's rows travel with it: the cluster need not have this machine's disk."""

    def __init__(self, address: str) -> None:
        try:
            self._ray: Any = importlib.import_module("ray")
        except ImportError as error:
            raise Unsupported(
                "Ray is not installed.", hint='Install it: pip install "asklepion[ray]".'
            ) from error
        if not self._ray.is_initialized():
            self._ray.init(address=address, log_to_driver=False)
        self.count = max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        self._work: Any = self._ray.remote(work)

    async def work(self, task: Task) -> Found:
        assert isinstance(task.file, Path)
        content = await asyncio.to_thread(task.file.read_bytes)
        async with asyncio.timeout(TIMEOUT_S):
            return await self._work.remote(replace(task, file=content))

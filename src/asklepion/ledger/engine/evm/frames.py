"""How deeply Python may nest: py-evm wants it deeper than the stacks of our threads reach.

py-evm and py_ecc raise Python's limit for the whole process as they are imported, to a depth at
which nested JSON from a stranger ends the process. So they are kept from it, and only while calls
that nest deeply are carried out, by a thread with a large stack, is it raised, and less.
"""

import importlib
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from typing import Any

DEEP = 8000  # frames: enough for calls nested as deeply as the gas of a block reaches
STACK_BYTES = 256 << 20  # of a thread that carries them out; the system gives only what is used
MEDDLERS = ("eth", "py_ecc")

_one_at_a_time = threading.RLock()


@cache
def load_machine() -> Any:
    """The module of the machine, imported when first asked for: that takes two seconds."""
    return _load("machine")


@cache
def load_describing() -> Any:
    """The module that describes blocks, likewise."""
    return _load("describing")


def _load(name: str) -> Any:
    with _one_at_a_time, _kept_from_meddling():
        return importlib.import_module(f"asklepion.ledger.engine.evm.{name}")


@contextmanager
def _kept_from_meddling() -> Generator[None]:
    told = sys.setrecursionlimit

    def tell(limit: int) -> None:
        if sys._getframe(1).f_globals.get("__name__") not in MEDDLERS:  # pyright: ignore
            told(limit)

    sys.setrecursionlimit = tell
    try:
        yield
    finally:
        sys.setrecursionlimit = told


@contextmanager
def deeply() -> Generator[None]:
    """Let calls nest deeper for a while."""
    with _one_at_a_time:
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(max(DEEP, before))
        try:
            yield
        finally:
            sys.setrecursionlimit(before)

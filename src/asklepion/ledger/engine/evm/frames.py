"""How deeply calls may nest: py-evm wants it deeper than the stacks of our threads reach.

See kit/nesting.py. Only while calls that nest deeply are carried out, by a thread with a large
stack, is Python's limit raised, and less than py-evm would.
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
    with _one_at_a_time:
        return importlib.import_module(f"asklepion.ledger.engine.evm.{name}")


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

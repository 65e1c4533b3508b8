"""Filters that wallets leave here and ask again: what contracts told, which blocks are new.

They are held in memory alone, so many in all and so many of one caller, and go after some minutes
in which nobody asked. Whoever knows a filter's name may ask it: nobody guesses one.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from . import questions as q
from .questions import RpcError

UNUSED_S = 300.0  # after which a filter is gone
MOST_OF_ONE = 20  # filters of one caller
MOST_IN_ALL = 1_000
NAME_BYTES = 16


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which log entries are meant; nothing for a bound is the newest block."""

    addresses: Sequence[bytes]
    topics: Sequence[Sequence[bytes]]
    first: int | None
    last: int | None


@dataclass(kw_only=True)
class Filter:
    """One of them."""

    of: str  # whoever left it
    wanted: Wanted | None  # nothing: it is told of blocks
    next: int  # the first block that it was not told of
    used_at: float
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)  # one answer after the other


class Filters:
    """Holds them.

    Args:
        now: a clock that only goes on [s].
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._held: dict[str, Filter] = {}  # the one that was used last stands last

    def add(self, of: str, wanted: Wanted | None, next: int) -> str:
        """Leave a filter here; returns its name.

        Raises:
            RpcError: there are too many.
        """
        self._sweep()
        if sum(each.of == of for each in self._held.values()) >= MOST_OF_ONE:
            words = (
                f"You hold {MOST_OF_ONE} filters. Uninstall one, or leave one unused for 5 minutes."
            )
            raise RpcError(q.TOO_MUCH, words)
        if len(self._held) >= MOST_IN_ALL:
            raise RpcError(q.TOO_MUCH, "Too many filters are held. Ask for logs instead.")
        name = "0x" + secrets.token_hex(NAME_BYTES)
        self._held[name] = Filter(of=of, wanted=wanted, next=next, used_at=self._now())
        return name

    def find(self, name: object) -> Filter:
        """The filter of this name, which is used now.

        Raises:
            RpcError: there is none, or no more.
        """
        self._sweep()
        found = self._held.pop(name, None) if isinstance(name, str) else None
        if found is None:
            raise RpcError(q.REFUSED, "filter not found")  # libraries look for these very words
        found.used_at = self._now()
        self._held[str(name)] = found
        return found

    def drop(self, name: object) -> bool:
        """Take a filter away; says whether it was there."""
        self._sweep()
        return isinstance(name, str) and self._held.pop(name, None) is not None

    def _sweep(self) -> None:
        before = self._now() - UNUSED_S
        while self._held:
            name = next(iter(self._held))
            if self._held[name].used_at > before:
                return
            del self._held[name]

"""Sweeps old states out, a slice at a time: blocks, transactions and receipts are kept for ever.

First every node is marked that one of the last states needs, then those are removed that nobody
marked and that are no younger than the head was when the marking began. A node that a later block
needs is either needed by the block before it, or was written anew and is young. So blocks may be
made between two slices, and whatever is interrupted has removed only what nobody needs.
"""

import time
from typing import Literal

from .codec import decode_header
from .store import ChainStore
from .trees import Reference, references, roots_of

KEPT = 128  # states
PAGE = 500  # nodes looked at in one go
FREED = 256  # pages given back in one go


class Sweep:
    """One sweep; it begins with the state of the chain as it is now.

    Args:
        kept: how many of the last states stay.
    """

    def __init__(self, store: ChainStore, *, kept: int = KEPT) -> None:
        self._store = store
        newest = store.newest()
        self.until = newest.number if newest else 0
        rows = [
            store.block_by_number(n) for n in range(max(self.until - kept + 1, 0), self.until + 1)
        ]
        self._left: list[Reference] = roots_of(
            decode_header(row.header).state_root for row in rows if row is not None
        )
        self._at = b""
        self._phase: Literal["mark", "sweep", "done"] = "mark"
        self.removed = 0
        store.begin_marking()

    def step(self, for_s: float) -> bool:
        """Work for a moment; returns whether there is more to do."""
        end = time.monotonic() + for_s
        while self._phase != "done" and time.monotonic() < end:
            if self._phase == "mark":
                self._mark()
            else:
                self._sweep()
        return self._phase != "done"

    def _mark(self) -> None:
        marked: list[bytes] = []
        for _ in range(min(PAGE, len(self._left))):
            kind, hash = self._left.pop()
            if self._store.is_marked(hash):
                continue
            value = self._store.node(hash)
            if value is None:
                continue  # the audit says so; what is not there needs no keeping
            marked.append(hash)
            self._left.extend(references(kind, value))
        self._store.mark(marked)
        if not self._left:
            self._phase = "sweep"

    def _sweep(self) -> None:
        with self._store.change():
            self._at, gone = self._store.sweep(self._at, PAGE, self.until)
            self.removed += gone
            if not self._at:
                self._store.keep_fact("swept", self.until.to_bytes(8, "big"))
        if not self._at:
            self._store.end_marking(FREED)
            self._phase = "done"

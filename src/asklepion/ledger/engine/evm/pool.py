"""Transactions that wait for a block: in the order of each sender's numbers, and not too many."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from asklepion.kit.errors import Busy, Conflict

MOST = 4096  # that wait in all
MOST_OF_ONE = 1024  # of one sender
DEARER_PERCENT = 10  # that whoever replaces another must offer more


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A signed transaction that could be mined."""

    raw: bytes
    hash: bytes
    sender: bytes
    nonce: int
    gas: int
    max_fee: int  # [wei for each unit of gas]
    tip: int  # likewise
    decoded: Any = field(default=None, compare=False, repr=False)  # as py-evm knows it


class Pool:
    """What waits; of each sender in the order of nonces, without a gap where it is to be mined."""

    def __init__(self) -> None:
        self._senders: dict[bytes, dict[int, Pending]] = {}
        self._hashes: dict[bytes, Pending] = {}

    def __len__(self) -> int:
        return len(self._hashes)

    def __contains__(self, hash: bytes) -> bool:
        return hash in self._hashes

    def find(self, hash: bytes) -> Pending | None:
        """One that waits."""
        return self._hashes.get(hash)

    def all(self) -> Iterator[Pending]:
        """Everything that waits."""
        return iter(self._hashes.values())

    def add(self, pending: Pending) -> Pending | None:
        """Let one wait; returns the one whose place it took.

        Raises:
            Conflict: another with its nonce waits, and it offers too little to take its place.
            Busy: too many wait already.
        """
        waiting = self._senders.setdefault(pending.sender, {})
        old = waiting.get(pending.nonce)
        try:
            if old is None:
                self._admit(pending, waiting)
            elif not _is_dearer(pending, old):
                raise Conflict(
                    "The replacement transaction is underpriced.",
                    hint=f"Offer {DEARER_PERCENT} % more than the one that waits.",
                )
        finally:
            if not waiting:
                self._senders.pop(pending.sender, None)
        if old is not None:
            self.remove(old.hash)
        self._senders.setdefault(pending.sender, {})[pending.nonce] = pending
        self._hashes[pending.hash] = pending
        return old

    def _admit(self, pending: Pending, waiting: dict[int, Pending]) -> None:
        hint = "Send it again once some of them are mined."
        if len(waiting) >= MOST_OF_ONE:
            raise Busy("Too many transactions of this sender wait.", hint=hint)
        if len(self._hashes) >= MOST:
            raise Busy("Too many transactions wait.", hint=hint)

    def remove(self, hash: bytes) -> Pending | None:
        """Let one wait no more."""
        pending = self._hashes.pop(hash, None)
        if pending is not None:
            waiting = self._senders[pending.sender]
            del waiting[pending.nonce]
            if not waiting:
                del self._senders[pending.sender]
        return pending

    def next_nonce(self, sender: bytes, nonce: int) -> int:
        """The nonce that a sender's next transaction should have, after those that wait."""
        waiting = self._senders.get(sender, {})
        while nonce in waiting:
            nonce += 1
        return nonce

    def senders(self) -> list[bytes]:
        """Who has something waiting."""
        return list(self._senders)

    def forget_before(self, sender: bytes, nonce: int) -> list[Pending]:
        """Drop what can never be mined any more, since its nonce is used."""
        stale = [p for n, p in self._senders.get(sender, {}).items() if n < nonce]
        for pending in stale:
            self.remove(pending.hash)
        return stale

    def choose(self, nonces: dict[bytes, int], gas: int, base_fee: int) -> list[Pending]:
        """What goes into the next block: each sender's in order, the best offers first.

        Args:
            nonces: the next nonce of each sender in the state.
            gas: how much the block holds.
            base_fee: what a unit of gas costs in it at least.
        """
        heads = {sender: nonces.get(sender, 0) for sender in self._senders}
        chosen: list[Pending] = []
        while True:
            ready = [
                pending
                for sender, nonce in heads.items()
                if (pending := self._senders[sender].get(nonce)) is not None
                and pending.max_fee >= base_fee
                and pending.gas <= gas
            ]
            if not ready:
                return chosen
            best = max(ready, key=lambda p: min(p.tip, p.max_fee - base_fee))
            chosen.append(best)
            gas -= best.gas
            heads[best.sender] += 1


def _is_dearer(new: Pending, old: Pending) -> bool:
    factor = 100 + DEARER_PERCENT
    return new.max_fee * 100 >= old.max_fee * factor and new.tip * 100 >= old.tip * factor

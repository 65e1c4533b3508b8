"""The two ledgers hold each other: the log's root goes on the chain, the chain's head in the log.

Neither can be changed alone from then on. What the binding itself adds is no reason for the next.
"""

import secrets
from hashlib import sha256

from asklepion.kit.clock import Clock, to_iso, to_us
from asklepion.kit.db import Database, Tx

from ...engine.abi import Head, contract, read_failure
from ...engine.binding import head_event, log_id
from ...engine.commitment import canonical, commit
from ...model import KEY_BYTES, Event, Reverted
from ...store import outbox
from ...store.outbox import ContractRow, HeadRow
from ..chain import Chain
from ..receipting import Ledger


class Anchorer:
    """Binds one log and one chain."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        ledger: Ledger,
        chain: Chain,
        name: str,
        contracts: dict[str, ContractRow],
        sender: bytes,
    ) -> None:
        self._db = db
        self._clock = clock
        self._ledger = ledger
        self._chain = chain
        self._name = name
        self._anchor, self._told = contracts["Anchor"].address, contract("Anchor")
        self._sender = sender
        self.fault = ""  # why the chain would refuse the log's state
        self.log = log_id(ledger.verifier_key)

    async def anchored(self) -> int:
        """The size at which the chain knows the log."""
        answer = await self._chain.call(self._anchor, self._told.call("head", self.log))
        return Head(*self._told.result("head", answer)).size

    async def offer(self) -> bool:
        """Hand the log's newest state in for the chain, if it grew by more than our own leaf.

        Nothing is paid for what the contract would refuse: `fault` says so instead.
        """
        size, known = await self._ledger.size(), await self.anchored()
        self.fault = f"The chain knows {known} leaves, but the log has {size}." * (size < known)
        async with self._db.read() as tx:
            own = await outbox.heads_since(tx, known)
            if size <= known + own or await outbox.is_under_way(tx, "anchor"):
                return False
        checkpoint = await self._ledger.checkpoint()
        proof = await self._ledger.consistency(known, checkpoint.size) if known else []
        data = self._told.call("anchor", self.log, checkpoint.size, checkpoint.root, proof)
        try:
            await self._chain.call(self._anchor, data, sender=self._sender)
        except Reverted as error:
            found = read_failure(error.data)
            why = found.name if found else "reverted"
            self.fault = f"The chain refuses the log's newest state: {why}."
            return False
        key = sha256(b"anchor" + self._name.encode() + data).digest()
        async with self._db.begin() as tx:
            at = to_us(self._clock.now())
            row = outbox.SendingRow(
                0, "anchor", key, "Anchor", data, outbox.WAITING, at, made_for=self._name
            )
            return await outbox.add(tx, row)

    async def witness(self) -> bool:
        """Write the chain's head in the log, if anything of this house happened since the last.

        A chain that only others use grows by itself: that is nothing to keep for ever.
        """
        head = await self._chain.head()
        async with self._db.read() as tx:
            last = await outbox.newest_head(tx, self._name)
            if last and last.block >= head.number:
                return False
            if last and not await outbox.is_done_after(tx, self._name, last.block):
                own = await outbox.heads_since(tx, last.leaf)
                if await self._ledger.size() <= last.leaf + own:
                    return False
        event, key = head_event(self._name, head, to_iso(self._clock.now())), _key()
        async with self._db.begin() as tx:
            await self._keep(tx, event, key, head.number)
        return True

    async def _keep(self, tx: Tx, event: Event, key: bytes, block: int) -> None:
        (leaf,) = await self._ledger.append(tx, [commit(event, key)])
        row = HeadRow(leaf, self._name, block, canonical(dict(event)), key)
        await outbox.add_head(tx, row)


def _key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)

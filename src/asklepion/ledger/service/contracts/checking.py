"""Whether log and chain still hold each other: every contract, anchor, and leaf about the chain."""

import json
from collections.abc import Awaitable
from typing import Any

from asklepion.kit.db import Database
from asklepion.kit.errors import Busy, HouseError

from ...engine.abi import contract, keccak
from ...engine.audit import first_bad_byte
from ...engine.binding import log_id
from ...engine.commitment import commit
from ...engine.losses import Acknowledgement, Lost, acknowledgement_in
from ...model import Acknowledged, Finding
from ...store import losses, outbox
from ...store.outbox import DONE, ContractRow, HeadRow
from ..chain import Chain
from ..receipting import Ledger
from .searching import search_logs

PAGE = 1000
CONTRACTS, ANCHORS, HEADS, SENDINGS, LOSSES = (
    "ledger_contract",
    "chain Anchor",
    "ledger_chain_head",
    "ledger_sending",
    "ledger_loss",
)


class Checker:
    """Looks at both sides."""

    def __init__(self, db: Database, ledger: Ledger, chain: Chain) -> None:
        self._db = db
        self._ledger = ledger
        self._chain = chain
        self._findings: list[Finding] = []
        self._acknowledged: dict[Lost, Acknowledgement] = {}
        self.acknowledged: list[Acknowledged] = []
        self.lost: list[Lost] = []  # blocks of leaves that the chain has not, and nobody named
        self._silence: Busy | None = None

    async def run(self) -> list[Finding]:
        """Everything that does not fit, in order; a part that cannot be looked at is one of it.

        Raises:
            Busy: the node did not answer, and nothing else was found.
        """
        async with self._db.read() as tx:
            contracts = {row.name: row for row in await outbox.contracts(tx) if row.block >= 0}
        for row in contracts.values():
            await self._look(CONTRACTS, self._contract(row))
        if "Anchor" in contracts:
            await self._look(ANCHORS, self._anchors(contracts["Anchor"]))
        await self._look(LOSSES, self._losses())
        await self._look(HEADS, self._heads())
        await self._look(SENDINGS, self._sendings())
        if self._silence and not self._findings:
            raise self._silence
        return self._findings

    async def _look(self, table: str, part: Awaitable[None]) -> None:
        try:
            await part
        except Busy as error:  # a node that does not answer says nothing of what is stored
            self._silence = error
        except HouseError as error:  # the others are looked at all the same
            self._tell(table, "all", f"cannot be looked at: {error.message}")

    def _tell(self, table: str, row: object, what: str, byte: str = "") -> None:
        self._findings.append(Finding(table, str(row), f"{what}: {byte}" if byte else what))

    async def _contract(self, row: ContractRow) -> None:
        code = await self._chain.code(row.address)
        if keccak(code) != row.code:
            self._tell(CONTRACTS, row.name, "at its address lies another code")

    async def _anchors(self, row: ContractRow) -> None:
        """Every anchored root against the log's own at that size."""
        told, mine = contract("Anchor"), log_id(self._ledger.verifier_key)
        size = await self._ledger.size()
        topics = (told.topic("Anchored"), mine)
        told_there = search_logs(self._chain, address=row.address, topics=topics, first=row.block)
        async for found in told_there:
            event = told.event(found.topics, found.data)
            if event is None:
                continue
            anchored, root = event.args["size"], event.args["root"]
            if anchored > size:
                what = f"the chain knows {anchored} leaves, but the log has {size}"
                self._tell("ledger_head", 1, what)
                continue
            own = await self._root(anchored)
            if own != root:
                what = "its root is not that of the log's first leaves"
                byte = first_bad_byte(own, root) if own else ""
                self._tell(ANCHORS, anchored, what, byte)

    async def _root(self, size: int) -> bytes:
        try:
            return await self._ledger.root(size)
        except HouseError:  # a row that it needs is gone; the audit of the log names it
            return b""

    async def _heads(self) -> None:
        after = -1
        while True:
            async with self._db.read() as tx:
                page = await outbox.heads_after(tx, after, PAGE)
            if not page:
                return
            after = page[-1].leaf
            for row in page:
                await self._head(row)

    async def _head(self, row: HeadRow) -> None:
        try:
            event: dict[str, Any] = json.loads(row.event)
            if commit(event, row.key) != await self._ledger.leaf(row.leaf):
                return self._tell(HEADS, row.leaf, f"does not match leaf {row.leaf} of the log")
            if (event["block"], row.chain) != (
                row.block,
                f"{event['chain']}/{event['genesis']}",
            ):
                return self._tell(HEADS, row.leaf, "has columns that contradict its event")
        except (ValueError, KeyError, TypeError, HouseError):
            return self._tell(HEADS, row.leaf, "cannot be read")
        if event["chain"] != self._chain.id:
            return None  # of a chain that was used before
        block = await self._chain.block(row.block)
        lost = Lost(row.leaf, row.block, event["hash"])
        if block is None:
            return self._tell_lost(lost, f"the chain has no block {row.block}")
        for name, seen in (("hash", block.hash), ("state_root", block.state_root)):
            said = bytes.fromhex(event[name])
            if said != seen:
                what = f"block {row.block} of the chain has another {name.replace('_', ' ')}"
                what = f"{what}: {first_bad_byte(seen, said)}"
                if name != "hash":  # the block itself is there: nothing of it was lost
                    return self._tell(HEADS, row.leaf, what)
                return self._tell_lost(lost, what)
        return None

    def _tell_lost(self, lost: Lost, what: str) -> None:
        """A block that is not there: a fault, unless this very one was acknowledged."""
        known = self._acknowledged.get(lost)
        if known is None:
            self.lost.append(lost)
            return self._tell(HEADS, lost.leaf, what)
        finding = Finding(HEADS, str(lost.leaf), what)
        return self.acknowledged.append(Acknowledged(finding, known.at, known.leaf))

    async def _losses(self) -> None:
        """What operators acknowledged, as far as the log has it so."""
        async with self._db.read() as tx:
            rows = await losses.all_of(tx)
        for row in rows:
            try:
                event: dict[str, Any] = json.loads(row.event)
                if commit(event, row.key) != await self._ledger.leaf(row.leaf):
                    self._tell(LOSSES, row.leaf, f"does not match leaf {row.leaf} of the log")
                    continue
                known = acknowledgement_in(event, row.leaf)
            except (ValueError, KeyError, TypeError, HouseError):
                self._tell(LOSSES, row.leaf, "cannot be read")
                continue
            for lost in known.lost:
                self._acknowledged.setdefault(lost, known)

    async def _sendings(self) -> None:
        """What was sent and mined stands where it says."""
        after = 0
        while True:
            async with self._db.read() as tx:
                page = await outbox.done_after(tx, after, PAGE)
            if not page:
                return
            after = page[-1].number
            for row in page:
                if int(row.chain.partition("/")[0]) != self._chain.id:
                    continue
                mined = await self._chain.find(row.hash)
                if mined is None or mined.block != row.block:
                    self._tell(SENDINGS, row.number, f"is not in block {row.block} of the chain")
                elif not mined.status and row.state == DONE:
                    self._tell(SENDINGS, row.number, "failed on the chain")

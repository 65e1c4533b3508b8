"""The house's contracts as its rooms see them: hand something in, ask what became of it."""

import asyncio
import contextlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from importlib import import_module
from typing import TYPE_CHECKING, Any

from asklepion.kit.clock import Clock, from_us, to_iso, to_us
from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import Busy, HouseError
from asklepion.kit.keys import Keys
from asklepion.kit.log import get_log

from ...engine.binding import log_id
from ...engine.pairwise import Domain, checksummed
from ...model import Acknowledged, Finding
from ...store import outbox
from ...store.outbox import CARRIED, DONE, REFUSED, SENT, WAITING, SendingRow
from ..chain import Chain
from ..receipting import Ledger

if TYPE_CHECKING:
    from ...engine.abi import ConsentState
    from ...engine.losses import Lost
    from .relaying import Relayer
    from .working import Work

log = get_log(__name__)

OPENING_S = 1.5  # after the house itself is open: nobody waits for the chain
EVERY_S = 60.0  # log and chain are bound at most so often
RETRY_S = 5.0  # after something went wrong, and to look at what is under way
STATES = {WAITING: "waiting", SENT: "waiting", DONE: "recorded", REFUSED: "refused"}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of something that was handed in."""

    state: str  # waiting, recorded or refused
    at: datetime  # when it was handed in, or is to be sent
    transaction: bytes = b""
    block: int = -1
    why: str = ""  # it was refused


@dataclass(frozen=True, kw_only=True)
class Health:
    """How far the chain is behind; for operators and monitors."""

    is_open: bool  # the contracts are there, and things are sent
    waiting: int
    oldest_s: float  # how long the oldest has been waiting
    later: int  # to be sent at a moment of its own, which has not come
    refused: int
    unanchored: int  # leaves that the chain does not know of yet; -1 where nobody looked
    fault: str = ""


class Contracts:
    """Everything that goes on the chain, and back into the log."""

    def __init__(self, *, db: Database, clock: Clock, keys: Keys, ledger: Ledger) -> None:
        self._db = db
        self._clock = clock
        self._keys = keys
        self._ledger = ledger
        self._news = asyncio.Event()
        self._working = asyncio.Lock()
        self._domain: Domain | None = None
        self._name = ""  # of the chain that this is on
        self._chain: Chain | None = None
        self._fault = ""
        self._unanchored = -1
        self._relayer: Relayer | None = None

    @property
    def issuer(self) -> bytes:
        """Under which the registry keeps this house's status lists."""
        return log_id(self._ledger.verifier_key)

    @property
    def relayer(self) -> "Relayer":
        """Who carries what people signed themselves.

        Raises:
            Busy: no chain is open yet.
        """
        if self._relayer is None:
            raise Busy("The chain is being set up.", hint="Try again in a moment.")
        return self._relayer

    # What rooms do

    async def domain(self, tx: Tx) -> Domain | None:
        """Where consents are signed for; nothing before the first chain was ever seen."""
        if self._domain is None:
            rows = {row.name: row for row in await outbox.contracts(tx)}
            if "Consent" in rows:
                row = rows["Consent"]
                self._name = row.chain
                self._domain = Domain(int(row.chain.partition("/")[0]), row.address)
        return self._domain

    async def hand_in(
        self,
        tx: Tx,
        *,
        kind: str,
        key: bytes,
        contract: str,
        data: bytes,
        within_s: int = 0,
        is_signed: bool = True,
        chain: str = "",
    ) -> bool:
        """Have a call sent once this transaction is kept; says whether its key is new.

        Args:
            within_s: it is sent at a random moment within so long, so that its neighbours on the
                chain say nothing of it; 0: at once.
            is_signed: it counts on the chain of `domain` alone, and waits for it.
            chain: the one it counts on, if that is another (`elsewhere`).
        """
        at = to_us(self._clock.now())
        due_at = at + 1 + secrets.randbelow(within_s * 1_000_000) if within_s else 0
        row = SendingRow(0, kind, key, contract, data, WAITING, due_at or at, due_at=due_at)
        row = row._replace(made_for=(chain or self._name) if is_signed else "")
        tx.after_commit(self._news.set)
        return await outbox.add(tx, row)

    async def withdraw(self, tx: Tx, keys: Collection[bytes]) -> int:
        """Take back what was not sent yet; returns how many that were."""
        return await outbox.withdraw(tx, keys)

    async def stranded(self, tx: Tx) -> set[bytes]:
        """The keys of what waits for a chain that was used before, and may be signed anew."""
        return await outbox.stranded(tx, self._name) if await self.domain(tx) else set()

    async def elsewhere(self, tx: Tx, key: bytes) -> str:
        """The other chain that something stands on or waits for; empty: this one, or none."""
        row = (await outbox.of_keys(tx, [key])).get(key)
        if row is None or row.state == REFUSED or await self.domain(tx) is None:
            return ""
        return row.made_for if row.made_for != self._name else ""

    async def readdress(self, tx: Tx, key: bytes, data: bytes) -> bool:
        """Have it sent to the chain of `domain` instead; says whether it waited still."""
        return await outbox.readdress(tx, key, self._name, data)

    async def waiting(self, tx: Tx, kind: str) -> list[bytes]:
        """The keys of everything of a kind that was not sent yet."""
        return await outbox.waiting_of(tx, kind)

    async def forget(self, tx: Tx, keys: Collection[bytes]) -> int:
        """Keep no more of these than the chain does; what is under way stays until it is there."""
        return await outbox.forget_done(tx, keys)

    async def outcomes(self, tx: Tx, keys: Collection[bytes]) -> dict[bytes, Outcome]:
        """What became of these."""
        found = await outbox.of_keys(tx, keys)
        return {key: _outcome(row) for key, row in found.items()}

    async def carried(self, key: bytes) -> Outcome | None:
        """What became of a call that was carried for somebody; of nothing else is told."""
        async with self._db.read() as tx:
            row = (await outbox.of_keys(tx, [key])).get(key)
        return _outcome(row) if row and row.kind == CARRIED else None

    async def places(self) -> dict[str, Any]:
        """The chain that is used, and where our contracts lie on it."""
        async with self._db.read() as tx:
            rows = await outbox.contracts(tx)
        chain = int(rows[0].chain.partition("/")[0]) if rows else None
        return {"chain": chain, "contracts": {r.name: checksummed(r.address) for r in rows}}

    async def publish_status(self, list_id: str, epoch: int, digest: bytes) -> None:
        """Put the digest of a status list's newest version on the chain."""
        await _load()
        from ...engine.abi import contract

        name = sha256(list_id.encode()).digest()
        data = contract("StatusRegistry").call("publish", self.issuer, name, epoch, digest)
        key = sha256(b"status" + data).digest()
        async with self._db.begin() as tx:
            await self.hand_in(
                tx, kind="status", key=key, contract="StatusRegistry", data=data, is_signed=False
            )

    async def standing(self, record: bytes) -> "ConsentState | None":
        """What the chain says of a record now; nothing where it has none.

        Raises:
            Busy: no chain is open here.
        """
        await _load()
        from ...engine.abi import ConsentState, contract

        chain, told = self._require_chain(), contract("Consent")
        answer = await chain.call(await self._address("Consent"), told.call("state", record))
        state = ConsentState(*told.result("state", answer))
        return state if any(state.subject) else None

    async def _address(self, name: str) -> bytes:
        async with self._db.read() as tx:
            rows = {row.name: row for row in await outbox.contracts(tx)}
        if name not in rows:
            raise Busy("The chain is being set up.", hint="Try again in a moment.")
        return rows[name].address

    def _require_chain(self) -> Chain:
        if self._chain is None:
            raise Busy("The chain is not open here.", hint="Try again in a moment.")
        return self._chain

    # What happens by itself

    @property
    def is_open(self) -> bool:
        """Whether there is a chain to ask."""
        return self._chain is not None

    def attach(self, chain: Chain) -> None:
        """From now on ask this chain; nothing is sent before `run`."""
        self._chain = chain

    async def run(self) -> None:
        """Set the contracts up, then send and bind for ever; faults are told and tried again."""
        await asyncio.sleep(OPENING_S)
        wait_s = RETRY_S
        while True:
            try:
                async with self._working:
                    work = await self._set_up()
                wait_s = RETRY_S
                await self._go_on(work)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                self._tell(error)
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, EVERY_S)

    def _tell(self, error: Exception) -> None:
        """Say what is wrong, once for each thing that is."""
        fault = error.message if isinstance(error, HouseError) else type(error).__name__
        if fault != self._fault:
            log.fault("chain not served", error)
        self._fault = fault

    async def _set_up(self) -> "Work":
        await _load()
        from .relaying import Relayer
        from .working import set_up

        chain = self._require_chain()
        work = await set_up(self._db, self._clock, self._keys, self._ledger, chain)
        self._name = work.contracts["Consent"].chain
        self._domain = Domain(chain.id, work.contracts["Consent"].address)
        if self._relayer is None:
            self._relayer = Relayer(
                self.hand_in, db=self._db, clock=self._clock, chain=chain, contracts=work.contracts
            )
        return work

    async def _go_on(self, work: "Work") -> None:
        loop = asyncio.get_running_loop()
        bind_at = loop.time()
        while True:
            self._news.clear()
            is_due = loop.time() >= bind_at
            await self._do(work, binds=is_due)
            if is_due:
                bind_at = loop.time() + EVERY_S
            wait = min(bind_at - loop.time(), await self._patience())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(wait, 0)):
                    await self._news.wait()

    async def _do(self, work: "Work", *, binds: bool) -> None:
        """Send all there is, and bind the two if it is time; one at a time."""
        async with self._working:
            while await work.sender.step():
                pass
            if not binds:
                self._fault = work.anchorer.fault
                return
            if await work.anchorer.offer():
                await work.sender.step()
            await work.anchorer.witness()
            anchored = await work.anchorer.anchored()
            self._unanchored = max(0, await self._ledger.size() - anchored)
            if work.anchorer.fault not in ("", self._fault):
                log.warn("log not anchored", why=work.anchorer.fault)
            self._fault = work.anchorer.fault

    async def bind(self) -> None:
        """Set up, send and bind once, now: for commands, and for tests that do not wait."""
        async with self._working:
            work = await self._set_up()
        await self._do(work, binds=True)

    async def _patience(self) -> float:
        """How long to sleep while nothing new comes: less, while something is under way."""
        now = to_us(self._clock.now())
        async with self._db.read() as tx:
            counts, next_due = (
                await outbox.counts(tx, self._name, now),
                await outbox.next_due(tx, now),
            )
        wait_s = RETRY_S if SENT in counts else EVERY_S
        return min(wait_s, (next_due - now) / 1_000_000) if next_due else wait_s

    # What it is like

    async def health(self) -> Health:
        """How far behind the chain is."""
        now = to_us(self._clock.now())
        async with self._db.read() as tx:
            counts, later = await outbox.counts(tx, self._name, now), await outbox.later(tx, now)
        waiting = [counts[state] for state in (WAITING, SENT) if state in counts]
        return Health(
            is_open=self._domain is not None and self._chain is not None and not self._fault,
            waiting=sum(count for count, _ in waiting),
            oldest_s=max((now - at for _, at in waiting), default=0) / 1_000_000,
            later=later,
            refused=counts.get(REFUSED, (0, 0))[0],
            unanchored=self._unanchored,
            fault=self._fault,
        )

    async def is_set_up(self) -> bool:
        """Whether a chain was ever used here."""
        async with self._db.read() as tx:
            return bool(await outbox.contracts(tx))

    async def audit(self) -> tuple[list[Finding], list[Acknowledged]]:
        """Every contract, anchor and leaf about the chain that is not as it should be.

        Beside them what an operator acknowledged as lost.
        """
        if self._chain is None:
            return [], []
        await _load()
        from .checking import Checker

        checker = Checker(self._db, self._ledger, self._chain)
        return await checker.run(), checker.acknowledged

    async def losses(self) -> "list[Lost]":
        """Blocks that the log knows, the chain has not, and nobody acknowledged.

        Raises:
            Busy: the chain is not open here, or does not answer.
        """
        await _load()
        from .checking import Checker

        checker = Checker(self._db, self._ledger, self._require_chain())
        await checker.run()
        return checker.lost

    async def acknowledge(self, lost: "Sequence[Lost]") -> int:
        """Write in the log that a restore lost these very blocks; returns its leaf."""
        await _load()
        from .acknowledging import acknowledge

        at = to_iso(self._clock.now())
        return await acknowledge(self._db, self._ledger, self._require_chain(), lost, at)


async def _load() -> None:
    """Import what speaks with the chain beside the house's own work: it takes half a second."""
    await asyncio.to_thread(import_module, f"{__package__}.working")


def _outcome(row: SendingRow) -> Outcome:
    return Outcome(
        state=STATES[row.state],
        at=from_us(row.made_at),
        transaction=row.hash if row.state == DONE else b"",
        block=row.block,
        why=row.why,
    )

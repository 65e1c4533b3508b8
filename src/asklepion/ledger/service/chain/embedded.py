"""The chain inside the house: it waits for transactions, makes blocks of them, answers calls."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from asklepion.kit.clock import Clock
from asklepion.kit.errors import Busy, Conflict, Fault, HouseError, NotFound
from asklepion.kit.log import get_log

from ...engine.evm.accounts import address_of
from ...engine.evm.finding import Topics, find_logs
from ...engine.evm.frames import load_machine
from ...engine.evm.pool import Pending, Pool
from ...model import ZERO, Block, Finding, Log, Mined
from .desk import Desk

log = get_log(__name__)
T = TypeVar("T")

OPENING_S = 1.0  # after the house itself is open
STEP_S = 0.005  # somebody else may follow within it
LINGER_S = 0.05  # the longest that a transaction waits for others to share its block
TIDY_S = 60.0  # between two looks whether there are old states to sweep out
SLICE_S = 0.02  # that a sweep holds up the next block at most
CALL_S = 10.0  # that one call of the house's own may take
MOST_LOGS = 10_000
REMEMBERED = 1000  # transactions of which we know why they were refused


class EmbeddedChain:
    """A chain of this house alone, in a file of its own.

    Args:
        accounts: secret keys whose accounts can pay from the first block on.
        mines: make blocks; a command beside the running house only looks.
    """

    def __init__(
        self,
        path: Path,
        *,
        chain_id: int,
        clock: Clock,
        accounts: Sequence[bytes] = (),
        mines: bool = True,
    ) -> None:
        self._path = path
        self._id = chain_id
        self._clock = clock
        self._accounts = accounts
        self._mines = mines
        self._miner, self._reader, self._guests = Desk("chain"), Desk("chain-calls"), Desk("guests")
        self._pool = Pool()
        self._more = asyncio.Event()
        self._waiting: dict[bytes, list[asyncio.Future[Mined]]] = {}
        self._refused: OrderedDict[bytes, HouseError] = OrderedDict()
        self._start: asyncio.Task[None] | None = None
        self._opening: asyncio.Task[None] | None = None
        self._mining: asyncio.Task[None] | None = None
        self._tidying: asyncio.Task[None] | None = None

    # Opening and closing

    async def start(self) -> None:
        """Open the chain in the background, in a moment; whoever needs it sooner opens it."""
        if self._mines:
            self._start = asyncio.create_task(self._open_soon())

    async def _open_soon(self) -> None:
        await asyncio.sleep(OPENING_S)
        with suppress(HouseError):  # whoever asks for the chain hears of it
            await self.ready()

    async def stop(self) -> None:
        """Finish the block that is being made, and close."""
        for task in (self._start, self._mining, self._tidying):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        if self._opening is not None:
            await asyncio.wait([self._opening])
            if not self._opening.cancelled() and (error := self._opening.exception()):
                log.fault("chain not opened", error)
        for desk in (self._guests, self._reader, self._miner):
            await desk.close()
        for futures in self._waiting.values():
            for future in futures:
                future.cancel()

    async def ready(self) -> None:
        """Wait until the chain is open.

        Raises:
            NotFound: there is none yet, and it is not ours to begin it.
            Conflict: the file holds another chain.
        """
        await asyncio.shield(self._begin_opening())

    def _begin_opening(self) -> asyncio.Task[None]:
        if self._opening is None or (self._opening.done() and self._opening.exception()):
            self._opening = asyncio.create_task(self._open())
        return self._opening

    async def _open(self) -> None:
        if self._mines:
            await self._miner.do(self._begin)
            self._mining = asyncio.create_task(self._mine())
            self._tidying = asyncio.create_task(self._tidy())
        elif not await asyncio.to_thread(self._path.exists):
            raise NotFound("This house has no chain yet.", hint="Open the house once.")
        for desk in (self._reader, self._guests):
            await desk.do(lambda desk: desk.open(self._path, self._id, readonly=True))
        await self._reader.do(lambda desk: desk.machine.check())
        log.info("chain opened", chain=self._id)

    def _begin(self, desk: Desk) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        desk.open(self._path, self._id, readonly=False)
        desk.machine.begin([address_of(secret) for secret in self._accounts], self.now())

    # What every chain can do

    @property
    def id(self) -> int:
        """The number that goes into every signature."""
        return self._id

    async def head(self) -> Block:
        """The newest block."""
        found = await self._look(lambda desk: desk.machine.block_of(desk.store.newest()))
        if found is None:
            raise Fault("The chain has no first block.", hint="Restore it from a backup.")
        return found

    async def block(self, which: int | bytes) -> Block | None:
        """One block by its number or its hash."""

        def find(desk: Desk) -> Block | None:
            if isinstance(which, bytes):
                return desk.machine.block_of(desk.store.block_by_hash(which))
            return desk.machine.block_of(
                desk.store.block_by_number(which) if _fits(which) else None
            )

        return await self._look(find)

    async def call(
        self, to: bytes, data: bytes, *, sender: bytes = ZERO, at: int | None = None
    ) -> bytes:
        """What a contract answers."""
        message = {"sender": sender, "to": to, "data": data}
        return await self._look(
            lambda desk: desk.machine.call(
                load_machine().Message(**message), at=at, now=self.now(), within_s=CALL_S
            )
        )

    async def estimate(
        self, to: bytes | None, data: bytes, *, sender: bytes = ZERO, value: int = 0
    ) -> int:
        """How much gas a transaction should be given."""
        message = {"sender": sender, "to": to, "data": data, "value": value}
        return await self._look(
            lambda desk: desk.machine.estimate(
                load_machine().Message(**message), now=self.now(), within_s=CALL_S
            )
        )

    async def send(self, raw: bytes) -> bytes:
        """Hand in a signed transaction; returns its hash."""
        return await self._send(raw, self._reader)  # while a block is being made

    async def send_as_guest(self, raw: bytes) -> bytes:
        """The same for strangers, whose transactions are looked at where they hold up nobody."""
        return await self._send(raw, self._guests)

    async def _send(self, raw: bytes, desk: Desk) -> bytes:
        if not self._mines:
            raise Conflict("Only the running house makes blocks.", hint="Send it there.")
        await self.ready()
        return self._let_wait(await desk.do(lambda desk: desk.machine.admit(raw)))

    async def as_guest(self, work: Callable[[Desk], T]) -> T:
        """Look at the chain for a stranger, where that holds up nobody of the house."""
        await self.ready()
        return await self._guests.do(work)

    def waiting(self, transaction: bytes) -> Pending | None:
        """A transaction that waits for a block."""
        return self._pool.find(transaction)

    def next_nonce(self, address: bytes, nonce: int) -> int:
        """The nonce after those that wait."""
        return self._pool.next_nonce(address, nonce)

    def now(self) -> int:
        """The present moment [s since 1970]."""
        return int(self._clock.now().timestamp())

    def _let_wait(self, pending: Pending) -> bytes:
        if pending.hash not in self._pool:
            replaced = self._pool.add(pending)
            self._refused.pop(pending.hash, None)
            if replaced is not None:
                self._refuse(replaced.hash, Conflict("Another transaction took its place."))
            self._more.set()
        return pending.hash

    async def mined(self, transaction: bytes, *, timeout_s: float = 30) -> Mined:
        """What became of a transaction, once it is in a block."""
        found = await self.find(transaction)
        if found is not None:
            return found
        if transaction in self._refused:
            raise self._refused[transaction]
        if transaction not in self._pool:
            raise NotFound("Nobody knows of that transaction.", hint="Send it first.")
        future: asyncio.Future[Mined] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(transaction, []).append(future)
        try:
            async with asyncio.timeout(timeout_s):
                return await future
        except TimeoutError as error:
            hint = "Transactions of the same sender before it are missing, or it offers too little."
            raise Busy("The transaction is in no block yet.", hint=hint) from error
        finally:
            futures = self._waiting.get(transaction, [])
            if future in futures:
                futures.remove(future)
            if not futures:
                self._waiting.pop(transaction, None)

    async def find(self, transaction: bytes) -> Mined | None:
        """What became of a transaction, as far as that is known now."""
        return await self._look(lambda desk: desk.machine.find(transaction))

    async def is_settled(self, mined: Mined) -> bool:
        """Whether its block is of this chain: then it stays."""
        block = await self.block(mined.block)
        return block is not None and block.hash == mined.block_hash

    async def logs(
        self,
        *,
        address: bytes | None = None,
        topics: Topics = (),
        first: int = 0,
        last: int | None = None,
    ) -> list[Log]:
        """What contracts told in some blocks, oldest first."""
        addresses = [] if address is None else [address]
        return await self._look(
            lambda desk: find_logs(desk.store, addresses, topics, first, last, MOST_LOGS)
        )

    async def nonce(self, address: bytes) -> int:
        """The nonce that an account's next transaction has, after those that wait."""
        return self._pool.next_nonce(address, await self.settled_nonce(address))

    async def settled_nonce(self, address: bytes) -> int:
        """How many of an account's transactions lie in blocks."""
        return await self._look(lambda desk: desk.machine.nonce(address))

    async def balance(self, address: bytes) -> int:
        """What an account has [wei]."""
        return await self._look(lambda desk: desk.machine.balance(address))

    async def code(self, address: bytes) -> bytes:
        """A contract's code; empty where there is none."""
        return await self._look(lambda desk: desk.machine.code(address))

    async def _look(self, work: Callable[[Desk], T]) -> T:
        await self.ready()
        return await self._reader.do(work)

    # Making blocks

    async def _mine(self) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            await self._linger()
            try:
                while await self._make_block():
                    continue
            except Exception as error:
                log.fault("block not made", error)
                await asyncio.sleep(1.0)
                self._more.set()

    async def _linger(self) -> None:
        """Wait a moment for others, as long as others come."""
        waited, size = 0.0, -1
        while waited < LINGER_S and size != len(self._pool):
            size = len(self._pool)
            await asyncio.sleep(STEP_S)
            waited += STEP_S

    async def _make_block(self) -> bool:
        """Make one block; returns whether there may be more to make one of."""
        senders = self._pool.senders()
        head, nonces = await self._miner.do(
            lambda desk: (desk.machine.head(), desk.machine.nonces(senders))
        )
        for sender, nonce in nonces.items():
            for stale in self._pool.forget_before(sender, nonce):
                self._refuse(stale.hash, Conflict("Another transaction with its nonce was mined."))
        chosen = self._pool.choose(nonces, head.gas_limit, 0)
        if not chosen:
            return False
        now = self.now()
        made = await self._miner.do(lambda desk: desk.machine.make(chosen, now))
        for mined in made.mined:
            self._pool.remove(mined.transaction)
            for future in self._waiting.pop(mined.transaction, []):
                if not future.done():
                    future.set_result(mined)
        for hash, error in made.refused.items():
            self._refuse(hash, error)
        return made.block is not None or bool(made.refused)

    # Looking after the file

    async def verify(self) -> list[Finding]:
        """Look at everything that is stored again; an empty list says that all is as written."""
        await self.ready()
        desk = Desk("chain-audit")
        try:
            await desk.do(lambda desk: desk.open(self._path, self._id, readonly=True))
            found = await desk.do(lambda desk: desk.machine.audit())
        finally:
            await desk.close()
        log.info("chain verified", findings=len(found))
        return found

    async def copy_to(self, path: Path) -> None:
        """A whole copy of one moment, while the chain goes on."""
        await self._look(lambda desk: desk.store.copy_to(path))

    async def _tidy(self) -> None:
        """Sweep old states out from time to time, while nobody waits for a block."""
        while True:
            await asyncio.sleep(TIDY_S)
            try:
                if await self._miner.do(lambda desk: desk.machine.is_sweep_due()):
                    await self.sweep()
            except Exception as error:
                log.fault("chain not swept", error)

    async def sweep(self) -> int:
        """Sweep old states out now, a slice at a time; returns how many nodes went."""
        await self.ready()
        sweep = await self._miner.do(lambda desk: desk.machine.sweep())
        is_over = False
        while not is_over:
            is_over = not await self._miner.do(lambda _: sweep.step(SLICE_S))
            await asyncio.sleep(SLICE_S)  # others have their turn
        log.info("chain swept", block=sweep.until, nodes=sweep.removed)
        return sweep.removed

    def _refuse(self, hash: bytes, error: HouseError) -> None:
        self._pool.remove(hash)
        self._refused[hash] = error
        while len(self._refused) > REMEMBERED:
            self._refused.popitem(last=False)
        for future in self._waiting.pop(hash, []):
            if not future.done():
                future.set_exception(error)


def _fits(number: int) -> bool:
    return 0 <= number < 2**63

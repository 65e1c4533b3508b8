"""The chain's state machine: makes blocks, answers calls. One is used by one thread at a time."""

import math
import time
from collections import OrderedDict
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from eth.db.atomic import AtomicDBWriteBatch
from eth.db.backends.base import BaseAtomicDB
from eth.exceptions import Revert, VMError
from eth.vm.chain_context import ChainContext
from eth.vm.interrupt import EVMMissingData
from eth.vm.spoof import SpoofTransaction
from eth_utils.exceptions import ValidationError

from asklepion.kit.errors import Conflict, Fault, HouseError, Incorrect, NotFound

from ...model import ZERO, Block, Log, Mined, Reverted
from .codec import (
    contract_of,
    decode_header,
    decode_receipt,
    decode_transaction,
    encode_header,
    floor_of,
    log_rows,
)
from .frames import deeply
from .judging import BLOCK_GAS, read_transaction
from .pool import Pending
from .roots import rlp_block, root_of
from .store import BlockRow, ChainStore, TransactionRow
from .vm import HouseVM, OverTime
from .words import reason_of

# py-evm's types are wider than what they hold.
_vm: Any = HouseVM

FIRST_FEE = 10**9  # [wei for each unit of gas], of the first block
FUNDS = 10**27  # [wei] that each of the house's own accounts begins with
DECODED = 4096  # transactions that are kept as py-evm knows them until they are mined
HASHES = 256  # that BLOCKHASH reaches back
DELEGATED = bytes.fromhex("ef0100")  # https://eips.ethereum.org/EIPS/eip-7702


class Nodes(BaseAtomicDB):
    """The nodes of the state's trees, as py-evm wants them."""

    def __init__(self, store: ChainStore) -> None:
        self._store = store

    def __getitem__(self, key: bytes) -> bytes:
        value = self._store.node(bytes(key))
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self._store.keep_node(bytes(key), bytes(value))

    def __delitem__(self, key: bytes) -> None:
        raise NotImplementedError("Only the sweeping of old states removes nodes.")

    def _exists(self, key: bytes) -> bool:
        return self._store.node(bytes(key)) is not None

    @contextmanager
    def atomic_batch(self) -> Generator[Any]:
        """Writes that are kept together: the transaction around the block sees to the rest."""
        with AtomicDBWriteBatch._commit_unless_raises(self) as batch:  # pyright: ignore
            yield batch


class _Ground:
    """What py-evm asks its chain for: the state's nodes, and nothing else."""

    def __init__(self, store: ChainStore) -> None:
        self.db = Nodes(store)


@dataclass(frozen=True, kw_only=True)
class Message:
    """What somebody wants carried out without a signature."""

    sender: bytes = ZERO
    to: bytes | None = None
    data: bytes = b""
    value: int = 0
    gas: int = BLOCK_GAS
    access: tuple[tuple[bytes, tuple[int, ...]], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Made:
    """A block that was made, and what was refused on the way."""

    block: Block | None = None
    mined: tuple[Mined, ...] = ()
    refused: Mapping[bytes, HouseError] = field(default_factory=dict[bytes, HouseError])
    later: tuple[bytes, ...] = ()  # that found no room


class Machine:
    """One chain.

    Args:
        chain_id: goes into every signature. https://eips.ethereum.org/EIPS/eip-155
    """

    def __init__(self, store: ChainStore, chain_id: int) -> None:
        self._store = store
        self._ground = _Ground(store)
        self.chain_id = chain_id
        self._builder: Any = _vm.get_transaction_builder()
        self._ahead: tuple[bytes, Any] | None = None
        self._decoded: OrderedDict[bytes, Any] = OrderedDict()  # whose senders are found already

    # The beginning

    def begin(self, funded: Iterable[bytes], timestamp: int) -> None:
        """Make the first block where there is none yet.

        Raises:
            Conflict: the file holds another chain.
        """
        if self._store.is_new():
            with self._store.block(0):
                self._store.create()
                self._store.keep_fact("chain", self.chain_id.to_bytes(32, "big"))
                self._keep_genesis(funded, timestamp)
        self.check()

    def check(self) -> None:
        """See that the file holds this chain.

        Raises:
            Conflict: it holds another.
        """
        held = int.from_bytes(self._store.fact("chain") or b"", "big")
        if held != self.chain_id:
            raise Conflict(
                f"The chain's file holds chain {held}, not {self.chain_id}.",
                hint="Set ASKLEPION_CHAIN_ID to the chain that is there.",
            )

    def _keep_genesis(self, funded: Iterable[bytes], timestamp: int) -> None:
        header: Any = _vm.create_genesis_header(
            coinbase=ZERO,
            difficulty=0,
            gas_limit=BLOCK_GAS,
            timestamp=timestamp,
            base_fee_per_gas=FIRST_FEE,
            extra_data=b"asklepion",
        )
        header = header.copy(base_fee_per_gas=FIRST_FEE, nonce=bytes(8), mix_hash=bytes(32))
        state = self._vm(header).state
        for address in funded:
            state.set_balance(address, FUNDS)
        state.persist()
        self._keep(header.copy(state_root=state.state_root), [], [])

    # Blocks

    def head(self) -> Any:
        """The header of the newest block."""
        row = self._store.newest()
        if row is None:
            raise Fault("The chain has no first block.", hint="Restore it from a backup.")
        return decode_header(row.header)

    def make(self, chosen: Sequence[Pending], timestamp: int) -> Made:
        """Make a block of transactions and keep it; no block where none of them can be mined.

        Args:
            timestamp: the present moment [s]; later than it where the block before was.
        """
        try:
            return self._make(chosen, timestamp)
        except RecursionError:
            with deeply():
                return self._make(chosen, timestamp)

    def _make(self, chosen: Sequence[Pending], timestamp: int) -> Made:
        header = self._next(self.head(), timestamp)
        with self._store.block(header.block_number):
            vm = self._vm(header)
            taken: list[tuple[Pending, Any, Any]] = []
            refused: dict[bytes, HouseError] = {}
            later: list[bytes] = []
            for pending in chosen:
                is_early = pending.nonce > vm.state.get_nonce(pending.sender)
                if is_early or header.gas_used + pending.gas > header.gas_limit:
                    later.append(pending.hash)
                    continue
                transaction = self._decoded.pop(pending.hash, None)
                transaction = transaction or decode_transaction(pending.raw)
                try:
                    self._admit(vm.state, pending, transaction)
                    receipt, _ = vm.apply_transaction(header, transaction)
                except HouseError as error:
                    refused[pending.hash] = error
                    continue
                except ValidationError as error:
                    refused[pending.hash] = Incorrect(f"The transaction is not valid: {error}")
                    continue
                taken.append((pending, transaction, receipt))
                header = header.copy(gas_used=receipt.gas_used)
            if not taken:
                return Made(refused=refused, later=tuple(later))
            vm.state.persist()
            header = header.copy(state_root=vm.state.state_root)
            row = self._keep(header, [(p, t) for p, t, _ in taken], [r for *_, r in taken])
            block = self.block_of(row)
        mined = tuple(self.mined_in(row))
        return Made(block=block, mined=mined, refused=refused, later=tuple(later))

    def _keep(
        self, header: Any, transactions: Sequence[tuple[Pending, Any]], receipts: Sequence[Any]
    ) -> BlockRow:
        """Complete a header with its roots, and keep the block."""
        bloom = 0
        for receipt in receipts:
            bloom |= receipt.bloom
        header = header.copy(
            bloom=bloom,
            transaction_root=root_of([pending.raw for pending, _ in transactions]),
            receipt_root=root_of([receipt.encode() for receipt in receipts]),
        )
        encoded = encode_header(header)
        raws = [pending.raw for pending, _ in transactions]
        number = header.block_number
        size = len(rlp_block(encoded, raws))
        row = BlockRow(number=number, hash=header.hash, header=encoded, size=size)
        rows = [
            TransactionRow(
                number=number,
                position=position,
                hash=pending.hash,
                sender=pending.sender,
                raw=pending.raw,
                receipt=receipt.encode(),
            )
            for position, ((pending, _), receipt) in enumerate(
                zip(transactions, receipts, strict=True)
            )
        ]
        self._store.add_block(row, rows, log_rows(number, receipts))
        return row

    # What a transaction must be

    def read(self, raw: bytes) -> Pending:
        """A signed transaction, looked at as far as that needs no state.

        Raises:
            Incorrect: it can never be mined, whatever happens.
            Unsupported: it carries blobs.
        """
        pending, transaction = read_transaction(raw, self.chain_id)
        self._decoded[pending.hash] = transaction
        while len(self._decoded) > DECODED:
            self._decoded.popitem(last=False)
        return pending

    def admit(self, raw: bytes) -> tuple[Pending, int]:
        """A transaction that can be mined, now or after others; and the next nonce of its sender.

        Raises:
            Incorrect, Unsupported: it can never be mined.
            Conflict: its nonce was used already.
        """
        pending = self.read(raw)
        state = self._state_ahead()
        self._admit(state, pending, self._decoded[pending.hash])
        return pending, state.get_nonce(pending.sender)

    def _state_ahead(self) -> Any:
        """The state that the next block begins with, to look at only."""
        head = self.head()
        if self._ahead is None or self._ahead[0] != head.hash:
            self._ahead = (head.hash, self._vm(self._next(head, head.timestamp)).state)
        return self._ahead[1]

    def _admit(self, state: Any, pending: Pending, transaction: Any) -> None:
        nonce: int = state.get_nonce(pending.sender)
        if pending.nonce < nonce:
            raise Conflict(f"The nonce is too low: {nonce} is next.", hint="Sign it anew.")
        base_fee: int = state.execution_context.base_fee_per_gas
        if pending.max_fee < base_fee:
            raise Incorrect(f"The fee is too low: a unit of gas costs {base_fee} wei at least.")
        cost = pending.gas * pending.max_fee + transaction.value
        if state.get_balance(pending.sender) < cost:
            raise Incorrect("There are insufficient funds for gas and value.")
        code = state.get_code(pending.sender)
        if code and not code.startswith(DELEGATED):  # https://eips.ethereum.org/EIPS/eip-3607
            raise Incorrect("The sender is a contract.")

    # Calls

    def call(
        self, message: Message, *, at: int | None, now: int, within_s: float = math.inf
    ) -> bytes:
        """What a contract answers.

        Args:
            at: the block whose state it sees; none for the newest, at the present moment.
            within_s: how long it may take.

        Raises:
            Reverted: it refuses.
            NotFound: that block's state is kept no more, or there is no such block.
        """
        computation, _ = self._execute(message, at=at, now=now, within_s=within_s)
        if computation.is_error:
            raise _reverted(computation)
        return bytes(computation.output)

    def estimate(self, message: Message, *, now: int, within_s: float = math.inf) -> int:
        """How much gas a transaction needs to be given, a little more than it uses.

        Raises:
            Reverted: no gas is enough.
        """
        until = time.monotonic() + within_s
        computation, used = self._execute(message, at=None, now=now, within_s=within_s)
        if computation.is_error:
            raise _reverted(computation)
        low, high = used - 1, message.gas
        refunded: int = min(computation.get_gas_refund(), used // 4)
        guess: int = min((used + refunded + 2300) * 64 // 63, high)  # what a call must keep back
        while high - low > max(low // 64, 1):
            tried, _ = self._execute(
                replace(message, gas=guess),
                at=None,
                now=now,
                within_s=until - time.monotonic(),
            )
            low, high = (guess, high) if tried.is_error else (low, guess)
            guess = min((low + high) // 2, low * 2)
        return high

    def _execute(
        self, message: Message, *, at: int | None, now: int, within_s: float
    ) -> tuple[Any, int]:
        try:
            return self._run(message, at, now, within_s)
        except RecursionError:
            with deeply():
                return self._run(message, at, now, within_s)

    def _run(self, message: Message, at: int | None, now: int, within_s: float) -> tuple[Any, int]:
        with self._store.snapshot(), _known_state():
            vm = self._vm_at(at, now, base_fee=0)
            state: Any = vm.state
            unsigned: Any = self._builder.new_unsigned_dynamic_fee_transaction(
                chain_id=self.chain_id,
                nonce=state.get_nonce(message.sender),
                max_priority_fee_per_gas=0,
                max_fee_per_gas=0,
                gas=message.gas,
                to=message.to or b"",
                value=message.value,
                data=message.data,
                access_list=message.access,
            )
            needed = max(unsigned.intrinsic_gas, floor_of(message.data))
            if message.gas < needed:
                raise Reverted(f"Out of gas: at least {needed} are needed.")
            if state.get_balance(message.sender) < message.value:
                raise Incorrect("There are insufficient funds for that value.")
            transaction: Any = SpoofTransaction(unsigned, from_=message.sender)
            transaction.overrides["intrinsic_gas"] = unsigned.intrinsic_gas
            state.deadline = time.monotonic() + within_s
            state.lock_changes()
            try:
                computation = state.get_transaction_executor()(transaction)
            except OverTime as error:
                raise Reverted("The call takes too long.", hint="Ask for less.") from error
            except ValidationError as error:
                raise Incorrect(f"That cannot be called: {error}") from error
            return computation, vm.finalize_gas_used(transaction, computation)

    # Looking

    def nonce(self, address: bytes, at: int | None = None) -> int:
        """How many transactions an account has sent."""
        with self._looking(at) as state:
            return state.get_nonce(address)

    def balance(self, address: bytes, at: int | None = None) -> int:
        """What an account has [wei]."""
        with self._looking(at) as state:
            return state.get_balance(address)

    def code(self, address: bytes, at: int | None = None) -> bytes:
        """A contract's code; empty for none."""
        with self._looking(at) as state:
            return state.get_code(address)

    def storage(self, address: bytes, slot: int, at: int | None = None) -> int:
        """One word of a contract's storage."""
        with self._looking(at) as state:
            return state.get_storage(address, slot)

    def nonces(self, addresses: Iterable[bytes]) -> dict[bytes, int]:
        """The next nonces of many senders."""
        with self._looking(None) as state:
            return {address: state.get_nonce(address) for address in addresses}

    @contextmanager
    def _looking(self, at: int | None) -> Generator[Any]:
        with self._store.snapshot(), _known_state():
            yield self._vm(self._header(at)).state

    def block_of(self, row: BlockRow) -> Block:
        """A block as everybody may read it."""
        header = decode_header(row.header)
        return Block(
            number=row.number,
            hash=row.hash,
            parent=header.parent_hash,
            timestamp=header.timestamp,
            state_root=header.state_root,
            transactions_root=header.transaction_root,
            receipts_root=header.receipt_root,
            gas_used=header.gas_used,
            gas_limit=header.gas_limit,
            base_fee=header.base_fee_per_gas,
            transactions=self._store.hashes_in(row.number),
        )

    def mined_in(self, block: BlockRow) -> Generator[Mined]:
        """What became of each transaction of a block."""
        used = told = 0
        for row in self._store.transactions_in(block.number):
            mined, used, told = self._mined(block.hash, row, used, told)
            yield mined

    def mined(self, hash: bytes) -> Mined | None:
        """What became of one transaction."""
        with self._store.snapshot():
            row = self._store.transaction(hash)
            block = row and self._store.block_by_number(row.number)
            if row is None or block is None:
                return None
            return next(m for m in self.mined_in(block) if m.transaction == hash)

    def _mined(
        self, block: bytes, row: TransactionRow, used: int, told: int
    ) -> tuple[Mined, int, int]:
        receipt = decode_receipt(row.receipt)
        transaction = decode_transaction(row.raw)
        logs = tuple(
            Log(
                address=entry.address,
                topics=tuple(topic.to_bytes(32, "big") for topic in entry.topics),
                data=entry.data,
                block=row.number,
                transaction=row.hash,
                index=told + place,
            )
            for place, entry in enumerate(receipt.logs)
        )
        to: bytes = transaction.to
        is_made = not to and receipt.state_root == b"\x01"
        mined = Mined(
            transaction=row.hash,
            block=row.number,
            block_hash=block,
            index=row.position,
            sender=row.sender,
            to=to or None,
            contract=contract_of(row.sender, transaction.nonce) if is_made else None,
            status=receipt.state_root == b"\x01",
            gas_used=receipt.gas_used - used,
            logs=logs,
        )
        return mined, receipt.gas_used, told + len(logs)

    # The rules at one moment

    def _vm(self, header: Any) -> Any:
        vm: Any = _vm(header, self._ground, ChainContext(self.chain_id), None)
        vm.hashes = tuple(self._store.hashes_before(header.block_number, HASHES))
        return vm

    def _vm_at(self, at: int | None, now: int, base_fee: int) -> Any:
        header = self._header(at)
        state_root = header.state_root
        if at is None:
            header = self._next(header, now)
        return self._vm(header.copy(base_fee_per_gas=base_fee, state_root=state_root))

    def _header(self, at: int | None) -> Any:
        if at is None:
            return self.head()
        row = self._store.block_by_number(at) if 0 <= at < 2**63 else None
        if row is None:
            raise NotFound(f"There is no block {at}.")
        return decode_header(row.header)

    def _next(self, parent: Any, timestamp: int) -> Any:
        header: Any = _vm.create_header_from_parent(
            parent,
            gas_limit=parent.gas_limit,
            timestamp=max(timestamp, parent.timestamp + 1),
            coinbase=ZERO,
        )
        return header.copy(state_root=parent.state_root, gas_used=0, bloom=0, nonce=bytes(8))


@contextmanager
def _known_state() -> Generator[None]:
    try:
        yield
    except EVMMissingData as error:
        raise NotFound(
            "The state of that block is kept no more.", hint="Ask for a newer block."
        ) from error


def _reverted(computation: Any) -> Reverted:
    error: VMError = computation.error
    if isinstance(error, Revert):
        data = bytes(computation.output)
        words = f"execution reverted: {reason_of(data)}" if data else "execution reverted"
        return Reverted(words, data=data)
    return Reverted(f"execution failed: {_in_words(type(error).__name__)}")


def _in_words(name: str) -> str:
    """OutOfGas as `out of gas`."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()

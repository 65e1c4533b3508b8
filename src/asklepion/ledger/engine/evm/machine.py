"""Makes the chain's blocks. One machine is used by one thread at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from asklepion.kit.errors import Conflict, HouseError, Incorrect, Unsupported
from asklepion.kit.log import get_log

from ...model import ZERO, Block, Finding, Mined
from .audit import ChainAudit
from .calls import Calls, Message
from .codec import encode_header, log_rows
from .frames import deeply
from .ground import rules
from .history import block_of, find_mined, mined_in
from .judging import BLOCK_GAS, read_transaction
from .pool import Pending
from .roots import rlp_block, root_of
from .store import BlockRow, ChainStore, TransactionRow
from .sweeping import KEPT, Sweep

log = get_log(__name__)

__all__ = ["Machine", "Made", "Message"]

FIRST_FEE = 10**9  # [wei for each unit of gas], of the first block
SWEEP_AFTER = 4 * KEPT  # blocks
FUNDS = 10**27  # [wei] that each of the house's own accounts begins with
DELEGATED = bytes.fromhex("ef0100")  # https://eips.ethereum.org/EIPS/eip-7702


@dataclass(frozen=True, kw_only=True)
class Made:
    """A block that was made, and what was refused on the way."""

    block: Block | None = None
    mined: tuple[Mined, ...] = ()
    refused: Mapping[bytes, HouseError] = field(default_factory=dict[bytes, HouseError])
    later: tuple[bytes, ...] = ()  # that found no room


class _Stumbled(Exception):
    """py-evm could not carry a transaction out, and left the state who knows how."""

    def __init__(self, hash: bytes) -> None:
        super().__init__()
        self.hash = hash


class Machine(Calls):
    """One chain."""

    def __init__(self, store: ChainStore, chain_id: int) -> None:
        super().__init__(store, chain_id)
        self._ahead: tuple[bytes, Any] | None = None

    # The beginning

    def begin(self, funded: Iterable[bytes], timestamp: int) -> None:
        """Make the first block where there is none yet.

        Raises:
            Conflict: the file holds another chain.
        """
        if self.store.is_new():
            with self.store.block(0):
                self.store.create()
                self.store.keep_fact("chain", self.chain_id.to_bytes(32, "big"))
                self._keep_genesis(funded, timestamp)
        self.check()

    def check(self) -> None:
        """See that the file holds this chain.

        Raises:
            Conflict: it holds another.
        """
        held = int.from_bytes(self.store.fact("chain") or b"", "big")
        if held != self.chain_id:
            raise Conflict(
                f"The chain's file holds chain {held}, not {self.chain_id}.",
                hint="Set ASKLEPION_CHAIN_ID to the chain that is there.",
            )

    def _keep_genesis(self, funded: Iterable[bytes], timestamp: int) -> None:
        header: Any = rules.create_genesis_header(
            coinbase=ZERO,
            difficulty=0,
            gas_limit=BLOCK_GAS,
            timestamp=timestamp,
            base_fee_per_gas=FIRST_FEE,
            extra_data=b"asklepion",
        )
        header = header.copy(base_fee_per_gas=FIRST_FEE, nonce=bytes(8), mix_hash=bytes(32))
        state, accounts = self.vm(header).state, list(funded)
        self.store.keep_fact("funded", b"".join(accounts))  # the state itself is swept out one day
        for address in accounts:
            state.set_balance(address, FUNDS)
        state.persist()
        self._keep(header.copy(state_root=state.state_root), [], [])

    # Blocks

    def make(self, chosen: Sequence[Pending], timestamp: int) -> Made:
        """Make a block of transactions and keep it; no block where none of them can be mined.

        Args:
            timestamp: the present moment [s]; later than it where the block before was.
        """
        left, refused = list(chosen), dict[bytes, HouseError]()
        while True:
            try:
                made = self._make_deeply(left, timestamp)
                return replace(made, refused={**refused, **made.refused})
            except _Stumbled as stumbled:  # whatever the block was by then is forgotten
                left = [pending for pending in left if pending.hash != stumbled.hash]
                words = "The transaction cannot be carried out here."
                refused[stumbled.hash] = Unsupported(words, hint="Let its calls nest less deeply.")
                log.fault("transaction not carried out", stumbled.__cause__ or stumbled)

    def _make_deeply(self, chosen: Sequence[Pending], timestamp: int) -> Made:
        try:
            return self._make(chosen, timestamp)
        except _Stumbled as stumbled:
            if not isinstance(stumbled.__cause__, RecursionError):
                raise
        with deeply():
            return self._make(chosen, timestamp)

    def _make(self, chosen: Sequence[Pending], timestamp: int) -> Made:
        header = self.following(self.head(), timestamp)
        with self.store.block(header.block_number):
            vm = self.vm(header)
            taken: list[tuple[Pending, Any, Any]] = []
            refused: dict[bytes, HouseError] = {}
            later: list[bytes] = []
            for pending in chosen:
                is_early = pending.nonce > vm.state.get_nonce(pending.sender)
                if is_early or header.gas_used + pending.gas > header.gas_limit:
                    later.append(pending.hash)
                    continue
                transaction = pending.decoded
                try:
                    self._admit(vm.state, pending, transaction)
                    receipt, _ = vm.apply_transaction(header, transaction)
                except HouseError as error:
                    refused[pending.hash] = error
                    continue
                except Exception as error:  # py-evm raises whatever it stumbles upon
                    raise _Stumbled(pending.hash) from error
                taken.append((pending, transaction, receipt))
                header = header.copy(gas_used=receipt.gas_used)
            if not taken:
                return Made(refused=refused, later=tuple(later))
            vm.state.persist()
            header = header.copy(state_root=vm.state.state_root)
            row = self._keep(header, [(p, t) for p, t, _ in taken], [r for *_, r in taken])
            block = block_of(self.store, row)
        mined = tuple(mined_in(self.store, row))
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
        self.store.add_block(row, rows, log_rows(number, receipts))
        return row

    # What a transaction must be

    def read(self, raw: bytes) -> Pending:
        """A signed transaction, looked at as far as that needs no state.

        Raises:
            Incorrect: it can never be mined, whatever happens.
            Unsupported: it carries blobs.
        """
        return read_transaction(raw, self.chain_id)

    def admit(self, raw: bytes) -> Pending:
        """A transaction that can be mined, now or after others of its sender.

        Raises:
            Incorrect, Unsupported: it can never be mined.
            Conflict: its nonce was used already.
        """
        pending = self.read(raw)
        self._admit(self._state_ahead(), pending, pending.decoded)
        return pending

    def _state_ahead(self) -> Any:
        """The state that the next block begins with, to look at only."""
        head = self.head()
        if self._ahead is None or self._ahead[0] != head.hash:
            self._ahead = (head.hash, self.vm(self.following(head, head.timestamp)).state)
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

    # What was made

    def block_of(self, row: BlockRow | None) -> Block | None:
        """A block as everybody may read it."""
        return None if row is None else block_of(self.store, row)

    def find(self, hash: bytes) -> Mined | None:
        """What became of one transaction."""
        return find_mined(self.store, hash)

    # What is done with the whole file

    def audit(self) -> list[Finding]:
        """What is not as it was written."""
        return ChainAudit(self.store, self.chain_id).run()

    def sweep(self) -> Sweep:
        """Begin to sweep old states out."""
        return Sweep(self.store)

    def is_sweep_due(self) -> bool:
        """Whether many blocks were made since the last sweep."""
        newest, swept = self.store.newest(), self.store.fact("swept")
        last = int.from_bytes(swept or b"", "big")
        return newest is not None and newest.number - last >= SWEEP_AFTER

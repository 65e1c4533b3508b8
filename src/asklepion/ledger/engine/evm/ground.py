"""What blocks and calls stand on: the state's nodes, and the rules of one block."""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any

from eth.db.atomic import AtomicDBWriteBatch
from eth.db.backends.base import BaseAtomicDB
from eth.vm.chain_context import ChainContext
from eth.vm.interrupt import EVMMissingData

from asklepion.kit.errors import Fault, NotFound

from ...model import ZERO
from .codec import decode_header
from .store import ChainStore
from .vm import HouseVM

HASHES = 256  # that BLOCKHASH reaches back

# py-evm's types are wider than what they hold.
rules: Any = HouseVM


class Nodes(BaseAtomicDB):
    """The nodes of the state's trees, as py-evm wants them."""

    def __init__(self, store: ChainStore) -> None:
        self.store = store

    def __getitem__(self, key: bytes) -> bytes:
        value = self.store.node(bytes(key))
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self.store.keep_node(bytes(key), bytes(value))

    def __delitem__(self, key: bytes) -> None:
        raise NotImplementedError("Only the sweeping of old states removes nodes.")

    def _exists(self, key: bytes) -> bool:
        return self.store.node(bytes(key)) is not None

    @contextmanager
    def atomic_batch(self) -> Generator[Any]:
        """Writes that are kept together: the transaction around the block sees to the rest."""
        with AtomicDBWriteBatch._commit_unless_raises(self) as batch:  # pyright: ignore
            yield batch


class _Chain:
    """What py-evm asks its chain for: the state's nodes, and nothing else."""

    def __init__(self, store: ChainStore) -> None:
        self.db = Nodes(store)


class Ground:
    """One chain's blocks and states, to look at.

    Args:
        chain_id: goes into every signature. https://eips.ethereum.org/EIPS/eip-155
    """

    def __init__(self, store: ChainStore, chain_id: int) -> None:
        self.store = store
        self.chain_id = chain_id
        self._chain = _Chain(store)
        self.nodes = self._chain.db

    def head(self) -> Any:
        """The header of the newest block."""
        row = self.store.newest()
        if row is None:
            raise Fault("The chain has no first block.", hint="Restore it from a backup.")
        return decode_header(row.header)

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
        with self.store.snapshot(), known_state():
            yield self.vm(self.header(at)).state

    def base_fee(self) -> int:
        """What a unit of gas costs in the next block at least."""
        head = self.head()
        return self.following(head, head.timestamp).base_fee_per_gas

    # The rules at one moment

    def vm(self, header: Any) -> Any:
        vm: Any = rules(header, self._chain, ChainContext(self.chain_id), None)
        vm.hashes = tuple(self.store.hashes_before(header.block_number, HASHES))
        return vm

    def vm_at(self, at: int | None, now: int, base_fee: int) -> Any:
        header = self.header(at)
        state_root = header.state_root
        if at is None:
            header = self.following(header, now)
        return self.vm(header.copy(base_fee_per_gas=base_fee, state_root=state_root))

    def header(self, at: int | None) -> Any:
        if at is None:
            return self.head()
        row = self.store.block_by_number(at) if 0 <= at < 2**63 else None
        if row is None:
            raise NotFound(f"There is no block {at}.")
        return decode_header(row.header)

    def following(self, parent: Any, timestamp: int) -> Any:
        header: Any = rules.create_header_from_parent(
            parent,
            gas_limit=parent.gas_limit,
            timestamp=max(timestamp, parent.timestamp + 1),
            coinbase=ZERO,
        )
        return header.copy(state_root=parent.state_root, gas_used=0, bloom=0, nonce=bytes(8))


@contextmanager
def known_state() -> Generator[None]:
    try:
        yield
    except EVMMissingData as error:
        raise NotFound(
            "The state of that block is kept no more.", hint="Ask for a newer block."
        ) from error

"""The house's EVM without its blocks: one transaction after another, at a time one chooses.

Or plain Prague, which knows no P-256, as many a chain elsewhere.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from asklepion.ledger.engine.abi import (
    Contract,
    Event,
    Failure,
    Transaction,
    address_of,
    created_address,
    read_failure,
    sign_transaction,
)

CHAIN_ID = 7331
NOON = 1_772_366_400  # seconds since 1970; the first of March 2026, as in the rest of the tests
GAS = 16_000_000
PRICE = 10**9
NOBODY = bytes(20)
# Who sends transactions; their accounts are filled.
ADMIN, WRITER, RELAYER, STRANGER = (bytes([it]) * 32 for it in (1, 2, 3, 4))


class Refused(Exception):
    """A contract said no."""

    def __init__(self, failure: Failure | None, data: bytes) -> None:
        super().__init__(str(failure) if failure else data.hex())
        self.failure = failure
        self.data = data

    @property
    def name(self) -> str:
        return self.failure.name if self.failure else ""


@contextmanager
def refused(name: str, **args: Any) -> Generator[None]:
    """What is within must be refused for this reason, and no other."""
    with pytest.raises(Refused) as caught:
        yield
    failure = caught.value.failure
    assert failure is not None, caught.value.data.hex()
    assert failure.name == name, str(failure)
    assert failure.args | args == failure.args


@dataclass(frozen=True)
class Done:
    """What came of a transaction."""

    gas_used: int
    lines: list[tuple[bytes, list[bytes], bytes]]  # address, topics, data


@cache
def _chain_class(*, has_p256: bool) -> Any:
    """Imported late: py-evm takes its time."""
    from eth.chains.base import MiningChain
    from eth.vm.forks.prague import PragueVM

    from asklepion.ledger.engine.evm.vm import HouseVM

    vm = HouseVM if has_p256 else PragueVM
    parts = {"chain_id": CHAIN_ID, "vm_configuration": ((0, vm),)}
    return type("Chain", (MiningChain,), parts)


class Evm:
    """Runs transactions at `now`, which moves when told to."""

    def __init__(self, *, has_p256: bool = True, rich: tuple[bytes, ...] = ()) -> None:
        from eth.db.atomic import AtomicDB

        empty = bytes.fromhex("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")
        genesis = {
            "coinbase": NOBODY,
            "difficulty": 0,
            "extra_data": b"",
            "gas_limit": 300_000_000,
            "mix_hash": bytes(32),
            "nonce": bytes(8),
            "receipt_root": empty,
            "timestamp": NOON,
            "transaction_root": empty,
        }
        funds: Any = {"balance": 10**24, "nonce": 0, "code": b"", "storage": {}}
        people = {address_of(it): funds for it in (ADMIN, WRITER, RELAYER, STRANGER, *rich)}
        chain = _chain_class(has_p256=has_p256).from_genesis(AtomicDB(), genesis, people)
        header = chain.create_header_from_parent(chain.get_canonical_head(), timestamp=NOON)
        self._vm = chain.get_vm(header)
        self._header = header
        self.now = NOON

    def send(
        self,
        to: bytes,
        data: bytes,
        *,
        sender: bytes = RELAYER,
        value: int = 0,
        gas: int = GAS,
    ) -> Done:
        """Run one transaction; refusal leaves nothing behind.

        Raises:
            Refused: it was reverted.
        """
        state = self._vm.state
        state.execution_context._timestamp = self.now
        nonce = state.get_nonce(address_of(sender))
        it = Transaction(CHAIN_ID, nonce, 0, 2 * PRICE, gas, to, value, data)
        signed = self._vm.get_transaction_builder().decode(sign_transaction(sender, it))
        receipt, computation = self._vm.apply_transaction(self._header, signed)
        if computation.is_error:
            raise Refused(read_failure(computation.output), computation.output)
        lines = [
            (address, [it.to_bytes(32, "big") for it in topics], data)
            for address, topics, data in computation.get_log_entries()
        ]
        return Done(receipt.gas_used, lines)

    def call(self, to: bytes, data: bytes, *, sender: bytes = NOBODY, gas: int = GAS) -> bytes:
        """Read without changing anything.

        Raises:
            Refused: it was reverted.
        """
        state = self._vm.state
        state.execution_context._timestamp = self.now
        before = state.snapshot()
        computation = self._vm.execute_bytecode(
            origin=sender,
            gas_price=0,
            gas=gas,
            to=to,
            sender=sender,
            value=0,
            data=data,
            code=state.get_code(to),
        )
        state.revert(before)
        if computation.is_error:
            raise Refused(read_failure(computation.output), computation.output)
        return computation.output

    def deploy(self, contract: Contract, *args: Any, sender: bytes = ADMIN) -> "Deployed":
        """Put a contract on the chain."""
        at = created_address(address_of(sender), self._vm.state.get_nonce(address_of(sender)))
        done = self.send(b"", contract.init_code(*args), sender=sender)
        self.switch_off(at, getattr(contract, "off", ()))
        return Deployed(self, contract, at, done.gas_used)

    def switch_off(self, at: bytes, slots: tuple[int, ...]) -> None:
        """Take guards out of a contract that was compiled for it."""
        for slot in slots:
            self._vm.state.set_storage(at, slot, 1)

    def code(self, address: bytes) -> bytes:
        return self._vm.state.get_code(address)

    def balance(self, address: bytes) -> int:
        return self._vm.state.get_balance(address)


class Deployed:
    """A contract at its address."""

    def __init__(self, evm: Evm, contract: Contract, address: bytes, gas_used: int = 0) -> None:
        self.evm = evm
        self.contract = contract
        self.address = address
        self.gas_used = gas_used

    def send(self, function: str, *args: Any, **how: Any) -> Done:
        """Call a function in a transaction."""
        return self.evm.send(self.address, self.contract.call(function, *args), **how)

    def read(self, function: str, *args: Any, **how: Any) -> Any:
        """What a function answers."""
        output = self.evm.call(self.address, self.contract.call(function, *args), **how)
        return self.contract.result(function, output)

    def events(self, done: Done) -> list[Event]:
        """What this contract told in a transaction."""
        mine = [it for it in done.lines if it[0] == self.address]
        found = [self.contract.event(topics, data) for _, topics, data in mine]
        return [it for it in found if it]

    def at(self, address: bytes) -> "Deployed":
        """The same kind of contract at another address."""
        return Deployed(self.evm, self.contract, address)

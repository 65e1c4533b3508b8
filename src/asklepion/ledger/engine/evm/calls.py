"""What contracts answer, and how much gas a transaction needs."""

import math
import time
from dataclasses import dataclass, replace
from typing import Any

from eth.exceptions import Revert, VMError
from eth.vm.spoof import SpoofTransaction
from eth_utils.exceptions import ValidationError

from asklepion.kit.errors import Incorrect

from ...model import ZERO, Reverted
from .codec import floor_of
from .frames import deeply
from .ground import Ground, known_state, rules
from .judging import BLOCK_GAS
from .vm import OverTime
from .words import reason_of


@dataclass(frozen=True, kw_only=True)
class Message:
    """What somebody wants carried out without a signature."""

    sender: bytes = ZERO
    to: bytes | None = None
    data: bytes = b""
    value: int = 0
    gas: int = BLOCK_GAS
    access: tuple[tuple[bytes, tuple[int, ...]], ...] = ()


class Calls(Ground):
    """Carries out what nobody signed, and keeps nothing of it."""

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
        with self.store.snapshot(), known_state():
            vm = self.vm_at(at, now, base_fee=0)
            state: Any = vm.state
            unsigned: Any = rules.get_transaction_builder().new_unsigned_dynamic_fee_transaction(
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

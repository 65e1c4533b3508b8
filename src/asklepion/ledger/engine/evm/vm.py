"""Prague's rules with the P-256 precompile, and a clock on what strangers may ask to be computed.

py-evm carries out Prague. From Osaka we take one thing early, EIP-7951, since passkeys sign with
P-256; blobs are not taken, and the system contracts of the beacon chain are not there.
"""

import math
import time
from collections.abc import Iterable
from typing import Any, ClassVar

from eth.abc import ComputationAPI
from eth.vm.forks.prague import PragueVM
from eth.vm.forks.prague.computation import PragueComputation
from eth.vm.forks.prague.state import PragueState

from . import p256

# Precompiles in pure Python are slow for their price: tens of microseconds for a unit of gas.
SLOW = {n.to_bytes(20, "big") for n in (5, 6, 7, 8, 9, *range(0x0B, 0x12))}
SLOW_S = 2e-5  # for each unit of gas


class OverTime(Exception):
    """A computation took longer than it may; nothing that a contract could catch."""


def _p256verify(computation: ComputationAPI) -> ComputationAPI:
    computation.consume_gas(p256.GAS, reason="P256VERIFY")
    computation.output = p256.verify(bytes(computation.msg.data_as_bytes))
    return computation


def _quietly(opcodes: Any) -> Any:
    """The opcodes without py-evm's warnings, which are no concern of whoever runs a house."""
    return {code: getattr(opcode, "__wrapped__", opcode) for code, opcode in opcodes.items()}


class HouseComputation(PragueComputation):
    """One call of a contract."""

    opcodes: ClassVar[Any] = _quietly(PragueComputation.opcodes)
    _precompiles: ClassVar[Any] = {**PragueComputation._precompiles, p256.ADDRESS: _p256verify}

    def consume_gas(self, amount: int, reason: str) -> None:
        """Charge, once there is time enough for what is paid."""
        deadline: float = self.state.deadline  # pyright: ignore
        if deadline != math.inf:
            now = time.monotonic()
            if self.msg.code_address in SLOW:
                now += amount * SLOW_S
            if now > deadline:
                raise OverTime
        self._gas_meter.consume_gas(amount, reason)


class HouseState(PragueState):
    """The world's state while a block or a call is carried out."""

    computation_class = HouseComputation
    deadline: float = math.inf  # on the monotonic clock


class HouseVM(PragueVM):
    """The rules of one block."""

    _state_class = HouseState
    hashes: tuple[bytes, ...] = ()  # of the blocks before this one, newest first

    @classmethod
    def finalize_gas_used(cls, transaction: Any, computation: Any) -> int:
        """The gas of a transaction, as its sender paid for it.

        py-evm takes the floor of EIP-7623 into the fifth that may be given back, so that a receipt
        says less than was paid. https://eips.ethereum.org/EIPS/eip-7623
        """
        used = transaction.gas - computation.get_gas_remaining()
        back = cls.calculate_net_gas_refund(used, computation.get_gas_refund())
        return used - back + computation.data_floor_gas

    @property
    def previous_hashes(self) -> Iterable[Any]:
        """What BLOCKHASH may be asked for."""
        return self.hashes

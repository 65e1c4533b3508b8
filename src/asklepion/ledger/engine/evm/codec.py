"""What py-evm makes of the bytes that are stored: headers, transactions, receipts."""

from collections.abc import Sequence
from typing import Any, cast

import rlp  # pyright: ignore[reportMissingTypeStubs]
from eth._utils.address import generate_contract_address
from eth.vm.forks.prague.blocks import PragueBlockHeader

from .store import LogRow
from .vm import HouseVM

FLOOR = (21_000, 10, 4)  # https://eips.ethereum.org/EIPS/eip-7623
# py-evm's types are wider than what they hold.
_rlp: Any = rlp
_builder: Any = HouseVM.get_transaction_builder()
_receipts: Any = HouseVM.get_receipt_builder()


def encode_header(header: Any) -> bytes:
    """A header in RLP."""
    return _rlp.encode(header)


def decode_header(encoded: bytes) -> Any:
    """A header as py-evm knows it."""
    return _rlp.decode(encoded, sedes=PragueBlockHeader)


def decode_receipt(encoded: bytes) -> Any:
    """A receipt as py-evm knows it; its `state_root` is its status."""
    return _receipts.decode(encoded)


def decode_transaction(raw: bytes) -> Any:
    """A transaction as py-evm knows it."""
    return _builder.decode(raw)


def contract_of(sender: bytes, nonce: int) -> bytes:
    """The address of the contract that a sender's transaction makes."""
    return cast(Any, generate_contract_address)(sender, nonce)


def log_rows(number: int, receipts: Sequence[Any]) -> list[LogRow]:
    """The rows by which a block's log entries are found."""
    entries = [(at, entry) for at, receipt in enumerate(receipts) for entry in receipt.logs]
    return [
        LogRow(
            number=number,
            idx=idx,
            position=position,
            address=entry.address,
            topics=tuple(topic.to_bytes(32, "big") for topic in entry.topics),
            content=entry.data,
        )
        for idx, (position, entry) in enumerate(entries)
    ]


def floor_of(data: bytes) -> int:
    """The least gas that carrying so much data costs."""
    base, of_token, of_byte = FLOOR
    zeros = data.count(0)
    return base + of_token * (zeros + of_byte * (len(data) - zeros))

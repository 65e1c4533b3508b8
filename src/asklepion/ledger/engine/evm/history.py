"""Blocks that were made, and what became of their transactions, as everybody may read them."""

from collections.abc import Generator

from ...model import Block, Log, Mined
from .codec import contract_of, decode_header, decode_receipt, decode_transaction
from .store import BlockRow, ChainStore, TransactionRow

DONE = b"\x01"  # the status of a transaction that was not taken back


def block_of(store: ChainStore, row: BlockRow) -> Block:
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
        transactions=store.hashes_in(row.number),
    )


def mined_in(store: ChainStore, block: BlockRow) -> Generator[Mined]:
    """What became of each transaction of a block."""
    used = told = 0
    for row in store.transactions_in(block.number):
        mined, used, told = _mined(block.hash, row, used, told)
        yield mined


def find_mined(store: ChainStore, hash: bytes) -> Mined | None:
    """What became of one transaction."""
    with store.snapshot():
        row = store.transaction(hash)
        block = row and store.block_by_number(row.number)
        if row is None or block is None:
            return None
        used, told = 0, store.logs_before(row.number, row.position)
        if row.position:
            before = store.transaction_at(row.number, row.position - 1)
            used = decode_receipt(before.receipt).gas_used if before else 0
        return _mined(block.hash, row, used, told)[0]


def _mined(block: bytes, row: TransactionRow, used: int, told: int) -> tuple[Mined, int, int]:
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
    is_made = not to and receipt.state_root == DONE
    mined = Mined(
        transaction=row.hash,
        block=row.number,
        block_hash=block,
        index=row.position,
        sender=row.sender,
        to=to or None,
        contract=contract_of(row.sender, transaction.nonce) if is_made else None,
        status=receipt.state_root == DONE,
        gas_used=receipt.gas_used - used,
        logs=logs,
    )
    return mined, receipt.gas_used, told + len(logs)

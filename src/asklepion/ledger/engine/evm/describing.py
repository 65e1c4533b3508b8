"""Blocks, transactions and receipts as JSON-RPC gives them out.

https://ethereum.github.io/execution-apis/
"""

from collections.abc import Sequence
from typing import Any

from trie.hexary import HexaryTrie

from ...model import Block, Log, Mined
from .codec import decode_header, decode_receipt, decode_transaction
from .ground import Ground, known_state
from .history import find_mined, mined_in
from .roots import keccak, rlp_item
from .store import BlockRow, ChainStore, TransactionRow

EMPTY_UNCLES = "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"
LEGACY, ACCESS, DYNAMIC, SET_CODE = 0, 1, 2, 4

_Json = dict[str, Any]


def of_bytes(value: bytes) -> str:
    """Bytes in hexadecimal digits."""
    return f"0x{value.hex()}"


def of_word(number: int) -> str:
    """A number as a word of 32 bytes."""
    return f"0x{number:064x}"


def describe_block(store: ChainStore, row: BlockRow, *, whole: bool) -> _Json:
    """A block, with its transactions or their hashes."""
    header = decode_header(row.header)
    rows = store.transactions_in(row.number) if whole else []
    transactions: Sequence[Any] = (
        [describe_transaction(each, row.hash, header) for each in rows]
        if whole
        else [of_bytes(each) for each in store.hashes_in(row.number)]
    )
    return {
        "number": hex(row.number),
        "hash": of_bytes(row.hash),
        "parentHash": of_bytes(header.parent_hash),
        "sha3Uncles": EMPTY_UNCLES,
        "miner": of_bytes(header.coinbase),
        "stateRoot": of_bytes(header.state_root),
        "transactionsRoot": of_bytes(header.transaction_root),
        "receiptsRoot": of_bytes(header.receipt_root),
        "logsBloom": f"0x{header.bloom:0512x}",
        "difficulty": "0x0",
        "totalDifficulty": "0x0",
        "gasLimit": hex(header.gas_limit),
        "gasUsed": hex(header.gas_used),
        "timestamp": hex(header.timestamp),
        "extraData": of_bytes(header.extra_data),
        "mixHash": of_bytes(header.mix_hash),
        "nonce": of_bytes(header.nonce),
        "baseFeePerGas": hex(header.base_fee_per_gas),
        "withdrawalsRoot": of_bytes(header.withdrawals_root),
        "withdrawals": [],
        "blobGasUsed": "0x0",
        "excessBlobGas": "0x0",
        "parentBeaconBlockRoot": of_bytes(header.parent_beacon_block_root),
        "requestsHash": of_bytes(header.requests_hash),
        "size": hex(row.size),
        "uncles": [],
        "transactions": transactions,
    }


def find_transaction(store: ChainStore, hash: bytes) -> _Json | None:
    """A transaction that is in a block."""
    row = store.transaction(hash)
    block = row and store.block_by_number(row.number)
    if row is None or block is None:
        return None
    return describe_transaction(row, block.hash, decode_header(block.header))


def describe_transaction(row: TransactionRow, block: bytes, header: Any) -> _Json:
    """A transaction that is in a block."""
    told = describe_waiting(row.raw, row.sender)
    paid = _paid(decode_transaction(row.raw), header.base_fee_per_gas)
    return told | {
        "blockHash": of_bytes(block),
        "blockNumber": hex(row.number),
        "transactionIndex": hex(row.position),
        "gasPrice": hex(paid),
    }


def describe_waiting(raw: bytes, sender: bytes) -> _Json:
    """A transaction that waits for a block."""
    transaction = decode_transaction(raw)
    type = _type(raw)
    inner = getattr(transaction, "_inner", transaction)
    told: _Json = {
        "hash": of_bytes(transaction.hash),
        "type": hex(type),
        "chainId": hex(transaction.chain_id),
        "nonce": hex(transaction.nonce),
        "from": of_bytes(sender),
        "to": of_bytes(transaction.to) if transaction.to else None,
        "value": hex(transaction.value),
        "gas": hex(transaction.gas),
        "input": of_bytes(transaction.data),
        "r": hex(transaction.r),
        "s": hex(transaction.s),
        "v": hex(inner.v if type == LEGACY else inner.y_parity),
        "blockHash": None,
        "blockNumber": None,
        "transactionIndex": None,
    }
    if type in (LEGACY, ACCESS):
        told["gasPrice"] = hex(transaction.gas_price)
    else:
        told["gasPrice"] = told["maxFeePerGas"] = hex(transaction.max_fee_per_gas)
        told["maxPriorityFeePerGas"] = hex(transaction.max_priority_fee_per_gas)
    if type != LEGACY:
        told["yParity"] = hex(inner.y_parity)
        told["accessList"] = [
            {"address": of_bytes(address), "storageKeys": [of_word(slot) for slot in slots]}
            for address, slots in inner.access_list
        ]
    if type == SET_CODE:
        told["authorizationList"] = [_authorization(each) for each in inner.authorization_list]
    return told


def _authorization(each: Any) -> _Json:
    return {
        "chainId": hex(each.chain_id),
        "address": of_bytes(each.address),
        "nonce": hex(each.nonce),
        "yParity": hex(each.y_parity),
        "r": hex(each.r),
        "s": hex(each.s),
    }


def find_receipt(store: ChainStore, hash: bytes) -> _Json | None:
    """What became of one transaction."""
    row = store.transaction(hash)
    block = row and store.block_by_number(row.number)
    mined = find_mined(store, hash)
    if row is None or block is None or mined is None:
        return None
    return _receipt(row, mined, block)


def receipts_in(store: ChainStore, block: BlockRow) -> list[_Json]:
    """What became of a block's transactions."""
    rows = store.transactions_in(block.number)
    return [
        _receipt(row, mined, block) for row, mined in zip(rows, mined_in(store, block), strict=True)
    ]


def _receipt(row: TransactionRow, mined: Mined, block: BlockRow) -> _Json:
    header, receipt = decode_header(block.header), decode_receipt(row.receipt)
    return {
        "transactionHash": of_bytes(mined.transaction),
        "transactionIndex": hex(mined.index),
        "blockHash": of_bytes(mined.block_hash),
        "blockNumber": hex(mined.block),
        "from": of_bytes(mined.sender),
        "to": of_bytes(mined.to) if mined.to else None,
        "contractAddress": of_bytes(mined.contract) if mined.contract else None,
        "cumulativeGasUsed": hex(receipt.gas_used),
        "gasUsed": hex(mined.gas_used),
        "effectiveGasPrice": hex(_paid(decode_transaction(row.raw), header.base_fee_per_gas)),
        "type": hex(_type(row.raw)),
        "status": hex(mined.status),
        "logsBloom": f"0x{receipt.bloom:0512x}",
        "logs": [describe_log(log, mined.block_hash, mined.index) for log in mined.logs],
    }


def describe_log(log: Log, block: bytes, position: int) -> _Json:
    """Something that a contract told."""
    return {
        "address": of_bytes(log.address),
        "topics": [of_bytes(topic) for topic in log.topics],
        "data": of_bytes(log.data),
        "blockNumber": hex(log.block),
        "blockHash": of_bytes(block),
        "transactionHash": of_bytes(log.transaction),
        "transactionIndex": hex(position),
        "logIndex": hex(log.index),
        "removed": False,
    }


def describe_logs(store: ChainStore, logs: Sequence[Log]) -> list[_Json]:
    """What contracts told in several blocks."""
    hashes: dict[int, bytes] = {}
    places: dict[bytes, int] = {}
    for log in logs:
        if log.block not in hashes:
            row = store.block_by_number(log.block)
            hashes[log.block] = row.hash if row else b""
            places |= {each: at for at, each in enumerate(store.hashes_in(log.block))}
    return [describe_log(log, hashes[log.block], places[log.transaction]) for log in logs]


def describe_fees(store: ChainStore, head: Block, count: int, newest: int, next_fee: int) -> _Json:
    """What a unit of gas cost in the last blocks, and will cost in the next."""
    rows = [store.block_by_number(n) for n in range(max(newest - count + 1, 0), newest + 1)]
    headers = [decode_header(row.header) for row in rows if row is not None]
    fees = [header.base_fee_per_gas for header in headers]
    after = next_fee
    if newest < head.number and (row := store.block_by_number(newest + 1)) is not None:
        after = decode_header(row.header).base_fee_per_gas
    return {
        "oldestBlock": hex(newest - len(headers) + 1),
        "baseFeePerGas": [hex(fee) for fee in (*fees, after)],
        "gasUsedRatio": [header.gas_used / header.gas_limit for header in headers],
        "baseFeePerBlobGas": ["0x1"] * (len(headers) + 1),
        "blobGasUsedRatio": [0.0] * len(headers),
    }


def prove(ground: Ground, address: bytes, slots: Sequence[int], at: int | None) -> _Json:
    """An account and some of its storage, with proofs up to the state's root.

    https://eips.ethereum.org/EIPS/eip-1186
    """
    with ground.store.snapshot(), known_state():
        header = ground.header(at)
        state = ground.vm(header).state
        tree: Any = HexaryTrie(ground.nodes, header.state_root)
        account = state._account_db._get_account(address)  # pyright: ignore
        storage: Any = HexaryTrie(ground.nodes, account.storage_root)
        return {
            "address": of_bytes(address),
            "accountProof": _proof(tree, keccak(address)),
            "balance": hex(account.balance),
            "nonce": hex(account.nonce),
            "codeHash": of_bytes(account.code_hash),
            "storageHash": of_bytes(account.storage_root),
            "storageProof": [
                {
                    "key": hex(slot),
                    "value": hex(state.get_storage(address, slot)),
                    "proof": _proof(storage, keccak(slot.to_bytes(32, "big"))),
                }
                for slot in slots
            ],
        }


def _proof(tree: Any, key: bytes) -> list[str]:
    return [of_bytes(rlp_item(node)) for node in tree.get_proof(key) if node]


def _type(raw: bytes) -> int:
    return LEGACY if raw[0] > 0x7F else raw[0]


def _paid(transaction: Any, base_fee: int) -> int:
    """What a unit of gas really cost."""
    return min(transaction.max_fee_per_gas, base_fee + transaction.max_priority_fee_per_gas)

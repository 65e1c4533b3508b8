"""Carries a chain out again with Ethereum's reference implementation, and compares every block.

    .cache/eels/bin/python tools/audit_chain.py CHAIN.SQLITE

It runs in an environment of its own (tools/eels.lock), knows nothing of the house's own engine, and
reads nothing but the file. Each block passes the whole check of a block of Ethereum: header, gas,
and the roots of state, transactions and receipts. Two things differ from Prague, as in the house:
P-256 is precompiled (Osaka's own implementation, put into Prague's table), and there is no beacon
chain, so that nobody asks its system contracts for requests.

Prints one line of JSON; ends with 1 where a block is not what it says.
"""
# What is imported stands in an environment of its own, where no types are looked up.
# pyright: basic, reportMissingImports=false

import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

from ethereum.crypto.hash import keccak256
from ethereum.forks.osaka.vm.exceptions import OutOfGasError as OsakaOutOfGas
from ethereum.forks.osaka.vm.precompiled_contracts.p256verify import p256verify
from ethereum.forks.prague import fork
from ethereum.forks.prague.blocks import Block, Header
from ethereum.forks.prague.fork_types import Account, Address
from ethereum.forks.prague.state import State, set_account, state_root
from ethereum.forks.prague.transactions import LegacyTransaction
from ethereum.forks.prague.vm.exceptions import OutOfGasError
from ethereum.forks.prague.vm.precompiled_contracts.mapping import PRE_COMPILED_CONTRACTS
from ethereum_rlp import rlp
from ethereum_types.bytes import Bytes
from ethereum_types.numeric import U64, U256, Uint

FUNDS = 10**27  # that each account of the genesis begins with
P256 = Address((0x100).to_bytes(20, "big"))
MOST = 20  # differences told


def main(arguments: list[str]) -> int:
    """Audit one file; returns the exit code."""
    if len(arguments) != 1 or not Path(arguments[0]).is_file():
        print(__doc__, file=sys.stderr)
        return 2
    sys.setrecursionlimit(20_000)
    play_by_the_house_rules()
    db = sqlite3.connect(f"{Path(arguments[0]).absolute().as_uri()}?mode=ro", uri=True)
    told = audit(db)
    print(json.dumps(told))
    return 1 if told["differ"] else 0


def play_by_the_house_rules() -> None:
    """Put in the one precompile, and leave out the beacon chain."""

    def verify(evm: Any) -> None:
        try:
            p256verify(evm)
        except OsakaOutOfGas as error:
            raise OutOfGasError from error

    PRE_COMPILED_CONTRACTS[P256] = verify
    fork.process_general_purpose_requests = lambda block_env, block_output: None


def audit(db: sqlite3.Connection) -> dict[str, Any]:
    """Carry every block out; a block that differs ends it, since the state is unknown then."""
    chain, differ = begin(db)
    blocks = transactions = 0
    numbers = "SELECT number, header, hash FROM chain_block WHERE number > 0 ORDER BY number"
    for number, header, hash in db.execute(numbers).fetchall():
        if differ:
            break
        block = read(db, number, header)
        try:
            fork.state_transition(chain, block)
            if keccak256(header) != hash:
                raise ValueError("its hash is not that of its header")
        except Exception as error:
            differ.append(f"block {number}: {type(error).__name__} {error}".strip())
        blocks += 1
        transactions += len(block.transactions)
    return {"blocks": blocks, "transactions": transactions, "differ": differ[:MOST]}


def begin(db: sqlite3.Connection) -> tuple[Any, list[str]]:
    """The chain at its genesis."""
    facts = dict(db.execute("SELECT name, value FROM chain_fact").fetchall())
    (header,) = db.execute("SELECT header FROM chain_block WHERE number = 0").fetchone()
    block = read(db, 0, header)
    state, funded = State(), facts["funded"]
    for at in range(0, len(funded), 20):
        account = Account(nonce=Uint(0), balance=U256(FUNDS), code=Bytes())
        set_account(state, Address(funded[at : at + 20]), account)
    is_same = state_root(state) == block.header.state_root
    differ = [] if is_same else ["block 0: the genesis does not have the state of its header"]
    number = U64(int.from_bytes(facts["chain"], "big"))
    return fork.BlockChain(blocks=[block], state=state, chain_id=number), differ


def read(db: sqlite3.Connection, number: int, header: bytes) -> Any:
    """A block as the reference implementation knows it."""
    sql = "SELECT raw FROM chain_transaction WHERE number = ? ORDER BY position"
    raws = [raw for (raw,) in db.execute(sql, [number])]
    return Block(
        header=rlp.decode_to(Header, header),
        transactions=tuple(
            rlp.decode_to(LegacyTransaction, raw) if raw[0] > 0x7F else Bytes(raw) for raw in raws
        ),
        ommers=(),
        withdrawals=(),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Whatever is altered in the chain's file is named."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from eth_hash.auto import keccak

from asklepion.ledger.engine.evm.frames import load_machine
from asklepion.ledger.engine.evm.store import ChainStore
from tests.ledger.chain.histories import History
from tests.ledger.chain.peers import CHAIN_ID

FIRST = "WHERE position = 0 AND number = 9"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chain of thirty blocks."""
    history = History(tmp_path_factory.mktemp("chain") / "chain.sqlite", seed=3)
    history.go_on(30)
    history.close()
    return history.path


def findings(path: Path) -> list[str]:
    store = ChainStore(path, readonly=True)
    try:
        return [str(each) for each in load_machine().Machine(store, CHAIN_ID).audit()]
    finally:
        store.close()


@pytest.fixture
def path(written: Path, tmp_path: Path) -> Path:
    """A copy of it to spoil."""
    return Path(shutil.copy(written, tmp_path / "chain.sqlite"))


def spoil(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.create_function("flip", 2, flip)
        for statement in statements:
            assert db.execute(statement).rowcount == 1, statement
        db.commit()


def flip(value: bytes, at: int) -> bytes:
    return value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]


def test_what_nobody_touched_is_as_it_was_written(path: Path) -> None:
    assert findings(path) == []


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE chain_block SET hash = flip(hash, 5) WHERE number = 9", "chain_block 9"),
        ("UPDATE chain_block SET size = size + 1 WHERE number = 9", "chain_block 9: its size"),
        ("DELETE FROM chain_block WHERE number = 9", "chain_block 9: missing"),
        ("UPDATE chain_block SET header = 'x' WHERE number = 9", "chain_block 9: cannot be read"),
        (
            "UPDATE chain_transaction SET raw = flip(raw, 40) WHERE position = 0 AND number = 9",
            "chain_transaction 9:0",
        ),
        (
            f"UPDATE chain_transaction SET sender = flip(sender, 7) {FIRST}",
            "chain_transaction 9:0: its sender differs from byte 7 on",
        ),
        (
            "UPDATE chain_transaction SET hash = flip(hash, 31) WHERE position = 0 AND number = 9",
            "chain_transaction 9:0: its hash differs from byte 31 on",
        ),
        (
            f"UPDATE chain_transaction SET receipt = flip(receipt, 9) {FIRST}",
            "chain_block 9: its receipts",
        ),
        (
            "DELETE FROM chain_transaction WHERE position = 0 AND number = 9",
            "chain_block 9: its transactions",
        ),
        (
            "UPDATE chain_log SET address = flip(address, 3) WHERE number = 1 AND idx = 0",
            "chain_log 1:0: its address differs from byte 3 on",
        ),
        (
            "UPDATE chain_log SET topic1 = NULL WHERE number = 1 AND idx = 0",
            "chain_log 1:0: its topic1 differs in its type",
        ),
        ("DELETE FROM chain_log WHERE number = 1 AND idx = 0", "chain_log 1:0: missing"),
        (
            "INSERT INTO chain_log SELECT number, 99, position, address, topic0, topic1, topic2,"
            " topic3, content FROM chain_log WHERE number = 1 AND idx = 0",
            "chain_log 1:99: was not written",
        ),
        (
            "INSERT INTO chain_log SELECT 999, idx, position, address, topic0, topic1, topic2,"
            " topic3, content FROM chain_log WHERE number = 1 AND idx = 0",
            "chain_log 999:0: was not written",
        ),
        ("UPDATE chain_fact SET value = x'01' WHERE name = 'chain'", "chain_fact chain"),
    ],
)
def test_an_altered_row_is_named(path: Path, statement: str, named: str) -> None:
    spoil(path, statement)

    assert any(each.startswith(named) for each in findings(path)), findings(path)


def test_the_altered_byte_of_a_header_is_named(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        (header,) = db.execute("SELECT header FROM chain_block WHERE number = 9").fetchone()
    (parent,) = (at for at in range(len(header)) if header[at - 1 : at] == b"\xa0" and at < 6)

    spoil(path, f"UPDATE chain_block SET header = flip(header, {parent + 2}) WHERE number = 9")

    assert f"chain_block 9: its header differs from byte {parent + 2} on" in findings(path)


def test_a_node_that_was_altered_or_taken_away_is_named(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        (header,) = db.execute(
            "SELECT header FROM chain_block ORDER BY number DESC LIMIT 1"
        ).fetchone()
        (root,) = db.execute(
            "SELECT hash FROM chain_node WHERE instr(?, hash)", [header]
        ).fetchone()
    spoil(path, f"UPDATE chain_node SET value = flip(value, 2) WHERE hash = x'{root.hex()}'")
    altered = findings(path)
    spoil(path, f"DELETE FROM chain_node WHERE hash = x'{root.hex()}'")

    assert altered[0] == f"chain_node 0x{root.hex()}: is not the node of its hash"
    assert findings(path) == [f"chain_node 0x{root.hex()}: missing, and the newest state needs it"]


def test_a_block_that_was_written_anew_does_not_fit_the_next(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        (header,) = db.execute("SELECT header FROM chain_block WHERE number = 9").fetchone()
    forged = header.replace(b"\x00" * 32, b"\x00" * 31 + b"\x01")
    assert forged != header

    spoil(
        path,
        f"UPDATE chain_block SET header = x'{forged.hex()}', hash = x'{keccak(forged).hex()}'"
        " WHERE number = 9",
    )

    assert any("chain_block 10: it does not follow" in each for each in findings(path))

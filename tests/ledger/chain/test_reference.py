"""Ethereum's reference implementation carries our blocks out, and comes to the same."""

import json
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.ledger.chain.histories import History

ROOT = Path(__file__).parents[3]
PYTHON = ROOT / ".cache" / "eels" / "bin" / "python"


def audit(path: Path) -> tuple[int, dict[str, Any]]:
    """What the reference implementation says of a chain's file."""
    if not PYTHON.exists():
        pytest.skip("Ethereum's reference implementation is not set up: make setup")
    done = subprocess.run(
        [PYTHON, ROOT / "tools" / "audit_chain.py", path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("seed", [11, 12])
def test_a_random_history_has_the_same_states_receipts_and_gas(tmp_path: Path, seed: int) -> None:
    history = History(tmp_path / "chain.sqlite", seed)
    history.go_on(30)
    head = history.machine.head().block_number
    history.close()

    code, told = audit(history.path)

    assert told["differ"] == []
    assert (code, told["blocks"]) == (0, head)
    assert told["transactions"] > 50


def test_a_forged_block_is_found(tmp_path: Path) -> None:
    history = History(tmp_path / "chain.sqlite", seed=14)
    history.go_on(3)
    history.close()
    shutil.copy(history.path, tmp_path / "forged.sqlite")
    with closing(sqlite3.connect(tmp_path / "forged.sqlite")) as db:
        (header,) = db.execute("SELECT header FROM chain_block WHERE number = 2").fetchone()
        forged = header[:100] + bytes([header[100] ^ 1]) + header[101:]  # within its state's root
        db.execute("UPDATE chain_block SET header = ? WHERE number = 2", [forged])
        db.commit()

    code, told = audit(tmp_path / "forged.sqlite")

    assert code == 1
    assert told["differ"][0].startswith("block 2: InvalidBlock")

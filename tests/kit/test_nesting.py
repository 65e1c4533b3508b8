"""What strangers nest ends in an error, never the process."""

import subprocess
import sys

import pytest

BOMB = """
import json, sys, threading
def read():
    for text in ("[" * 200_000, '{"a":' * 200_000):
        try:
            json.loads(text)
        except RecursionError:
            print("refused")
read()
thread = threading.Thread(target=read)
thread.start()
thread.join()
"""


@pytest.mark.parametrize(
    "first",
    [
        "import asklepion; import eth_account, eth",
        "import eth_account; import asklepion; import eth",
        "from asklepion.ledger.engine.evm import frames; frames.load_machine()",
    ],
)
def test_nested_json_is_refused_whatever_the_chain_s_packages_wish(first: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"{first}\n{BOMB}"], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout.split()) == (0, ["refused"] * 4), done.stderr

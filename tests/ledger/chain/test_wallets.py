"""Wallets' own libraries against a house that really runs."""

import json
import subprocess
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from eth_bloom.bloom import BloomFilter

from tests.ledger.chain.peers import (
    CHAIN_ID,
    HERE,
    MODULES,
    POOR,
    address_of,
    node,
    probe,
    rich_account,
)
from tests.serving import Server, opened


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Server]:
    """A house in a process of its own."""
    with opened(tmp_path_factory.mktemp("house")) as server:
        yield server


def use(library: str, server: Server) -> dict[str, Any]:
    """What a library does there and sees."""
    key = rich_account(server)
    told = {
        "modules": str(MODULES),
        "url": f"{server.url}/api/chain",
        "chain": CHAIN_ID,
        "key": "0x" + key.hex(),
        "poor": "0x" + address_of(POOR).hex(),
        "abi": probe().abi,
        "bytecode": "0x" + probe().bytecode.hex(),
    }
    done = subprocess.run(
        [node(), str(HERE / "wallets.mjs"), library],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout) | {"key": key}


@pytest.mark.parametrize("library", ["ethers", "viem"])
def test_a_wallet_s_library_deploys_writes_reads_and_hears_why_not(
    server: Server, library: str
) -> None:
    said = use(library, server)

    assert said["chain"] == CHAIN_ID
    assert said["value"] == 42
    assert said["status"] == said["plain"] == 1
    assert said["logs"] == [[7, "0x"], [42, "0x" + "ab" * 70]]
    assert said["reason"] == "thirteen is not stored"
    assert said["custom"] == "TooLarge"
    assert said["block"]["has"]
    assert said["from"] == "0x" + address_of(said["key"]).hex()
    assert said.get("proven", 42) == 42
    assert said["filtered"]["value"] == 42
    if library == "ethers":
        assert said["filtered"]["asked"] == ["eth_newFilter", "eth_getFilterChanges"]
    else:
        assert said["filtered"] == {"value": 42, "came": True, "again": 2, "isGone": True}
    assert probe().topic("Stored") in BloomFilter(int(said["bloom"], 16))


def test_the_chain_is_there_again_when_the_house_opens_again(tmp_path: Path) -> None:
    with opened(tmp_path) as first:
        said = use("ethers", first)
    with opened(tmp_path) as again, again.client() as client:
        question = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "eth_getBlockByHash",
            "params": [said["block"]["hash"], False],
        }
        found = client.post("/api/chain", json=question).json()["result"]

    assert found["hash"] == said["block"]["hash"]

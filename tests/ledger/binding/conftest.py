from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import Any

import httpx
import pytest

from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Database
from asklepion.kit.keys import Keys
from asklepion.ledger import Chain, Contracts, EmbeddedChain, Ledger, RemoteChain, pairwise_address
from tests.ledger.chain.peers import CHAIN_ID, anvil

WEALTH = hex(10**21)
ACCOUNTS = ("chain-admin", "chain-relayer")


class Node:
    """A node of another make, and what its operator may do."""

    def __init__(self, url: str) -> None:
        self.url = url

    def do(self, method: str, *params: Any) -> Any:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer = httpx.post(self.url, json=body, timeout=30).json()
        assert "error" not in answer, answer
        return answer["result"]


@pytest.fixture
def node(keys: Keys) -> Generator[Node]:
    """Anvil, on which this house's two accounts have something to pay with."""
    with anvil() as url:
        node = Node(url)
        for name in ACCOUNTS:
            node.do("anvil_setBalance", "0x" + pairwise_address(keys.key(name)).hex(), WEALTH)
        yield node


async def open_chain(folder: Path, clock: StoppedClock, keys: Keys) -> EmbeddedChain:
    """The house's own chain in a folder."""
    accounts = [keys.key(name) for name in ACCOUNTS]
    path = folder / "chain.sqlite"
    chain = EmbeddedChain(path, chain_id=CHAIN_ID, clock=clock, accounts=accounts)
    await chain.start()
    return chain


@pytest.fixture
async def own(tmp_path: Path, clock: StoppedClock, keys: Keys) -> AsyncGenerator[EmbeddedChain]:
    """The house's own chain."""
    chain = await open_chain(tmp_path, clock, keys)
    yield chain
    await chain.stop()


@pytest.fixture(params=["embedded", "anvil"])
async def chain(
    request: pytest.FixtureRequest, tmp_path: Path, clock: StoppedClock, keys: Keys
) -> AsyncGenerator[Chain]:
    """Every kind of chain; whoever asks for it runs on each."""
    if request.param == "embedded":
        own = await open_chain(tmp_path, clock, keys)
        yield own
        await own.stop()
        return
    node: Node = request.getfixturevalue("node")
    remote = RemoteChain(node.url, chain_id=CHAIN_ID)
    yield remote
    await remote.stop()


def contracts_on(
    chain: Chain, db: Database, clock: StoppedClock, keys: Keys, ledger: Ledger
) -> Contracts:
    """The house's contracts on a chain, not set up yet."""
    contracts = Contracts(db=db, clock=clock, keys=keys, ledger=ledger)
    contracts.attach(chain)
    return contracts


@pytest.fixture
def contracts(
    chain: Chain, db: Database, clock: StoppedClock, keys: Keys, ledger: Ledger
) -> Contracts:
    return contracts_on(chain, db, clock, keys, ledger)


@pytest.fixture
def at_home(
    own: EmbeddedChain, db: Database, clock: StoppedClock, keys: Keys, ledger: Ledger
) -> Contracts:
    """The same on the house's own chain alone."""
    return contracts_on(own, db, clock, keys, ledger)

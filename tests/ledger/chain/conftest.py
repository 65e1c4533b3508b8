from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from asklepion.kit.clock import Clock, StoppedClock
from asklepion.ledger import Chain, EmbeddedChain, RemoteChain
from tests.ledger.chain.peers import CHAIN_ID, RICH, Signer, anvil


@pytest.fixture(scope="session")
def node_url() -> Generator[str]:
    """A node of another make."""
    with anvil() as url:
        yield url


@asynccontextmanager
async def opened(folder: Path, clock: Clock) -> AsyncGenerator[EmbeddedChain]:
    """The house's own chain, in a folder."""
    chain = EmbeddedChain(folder / "chain.sqlite", chain_id=CHAIN_ID, clock=clock, accounts=[RICH])
    await chain.start()
    try:
        yield chain
    finally:
        await chain.stop()


@pytest.fixture
async def embedded(tmp_path: Path, clock: StoppedClock) -> AsyncGenerator[EmbeddedChain]:
    """The house's own chain, with one rich account."""
    async with opened(tmp_path, clock) as chain:
        yield chain


@pytest.fixture(params=["embedded", "anvil"])
async def chain(
    request: pytest.FixtureRequest, tmp_path: Path, clock: StoppedClock
) -> AsyncGenerator[Chain]:
    """Every kind of chain; whoever asks for it runs on each."""
    if request.param == "embedded":
        async with opened(tmp_path, clock) as chain:
            yield chain
        return
    remote = RemoteChain(request.getfixturevalue("node_url"), chain_id=CHAIN_ID)
    yield remote
    await remote.stop()


@pytest.fixture
def rich(chain: Chain) -> Signer:
    """An account that can pay."""
    return Signer(chain)

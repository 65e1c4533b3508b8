"""Old states go; what is needed stays."""

import asyncio
from pathlib import Path

import pytest

from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import NotFound
from asklepion.ledger import EmbeddedChain
from asklepion.ledger.engine.evm.store import ChainStore
from asklepion.ledger.engine.evm.sweeping import Sweep
from tests.ledger.chain.histories import History
from tests.ledger.chain.peers import POOR, Signer, address_of, probe


def nodes(store: ChainStore) -> int:
    return len(store.nodes_after(b"", 10**9))


def test_old_states_go_and_the_last_ones_stay(tmp_path: Path) -> None:
    history = History(tmp_path / "chain.sqlite", seed=5)
    history.go_on(60)
    at, before = history.contracts[0], nodes(history.store)
    kept = [history.machine.storage(at, 0, n) for n in range(52, 62)]

    sweep = Sweep(history.store, kept=10)
    while sweep.step(0.001):
        pass

    head = history.machine.head().block_number
    assert sweep.removed == before - nodes(history.store) > before / 3
    assert [history.machine.storage(at, 0, n) for n in range(head - 9, head + 1)] == kept
    with pytest.raises(NotFound, match="kept no more"):
        history.machine.storage(at, 0, head - 30)
    assert history.machine.audit() == []
    assert len(history.store.transactions_in(1)) == 1
    history.go_on(20)
    assert history.machine.audit() == []
    history.close()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_blocks_that_are_made_during_a_sweep_lose_nothing(tmp_path: Path, seed: int) -> None:
    history = History(tmp_path / "chain.sqlite", seed)
    history.go_on(25)

    for _ in range(3):
        sweep = Sweep(history.store, kept=3)
        while sweep.step(0):
            sweep.step(0.002)
            history.go_on(1)

    assert history.machine.audit() == []
    for number in range(
        history.machine.head().block_number - 2, history.machine.head().block_number
    ):
        history.machine.storage(history.contracts[0], 0, number)
    history.close()


def test_a_sweep_that_was_cut_short_does_no_harm(tmp_path: Path) -> None:
    history = History(tmp_path / "chain.sqlite", seed=8)
    history.go_on(40)
    sweep = Sweep(history.store, kept=2)
    while not sweep.removed:
        sweep.step(0.001)
    history.close()

    again = ChainStore(tmp_path / "chain.sqlite")

    assert again.newest() is not None
    again.close()
    other = History(tmp_path / "chain.sqlite", seed=8)
    assert other.machine.audit() == []
    other.close()


async def test_the_chain_goes_on_while_it_is_swept(
    embedded: EmbeddedChain, clock: StoppedClock
) -> None:
    rich = Signer(embedded)
    at = await rich.deploy(7)
    for n in range(12):
        await rich.do(at, probe().data("fill", 0, 5, n))

    _, mined = await asyncio.gather(embedded.sweep(), rich.do(address_of(POOR), value=1))

    assert mined.status
    assert await embedded.verify() == []

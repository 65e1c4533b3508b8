"""A node that takes nothing, forgets, or turns back moves nothing out of its order."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Database
from asklepion.kit.errors import Conflict, HouseError, Incorrect
from asklepion.kit.keys import Keys
from asklepion.ledger import Chain, Contracts, EmbeddedChain, Ledger, RemoteChain, pairwise_address
from asklepion.ledger.engine.abi import Transaction, contract, sign_transaction
from asklepion.ledger.service.contracts import sending as sending_module
from asklepion.ledger.service.contracts.fees import GWEI, MOST, Fees
from asklepion.ledger.store import outbox
from asklepion.ledger.store.outbox import SENT, SendingRow
from tests.ledger.binding.conftest import Node, contracts_on, open_chain
from tests.ledger.chain.peers import CHAIN_ID
from tests.ledger.test_service import append


class Stubborn:
    """A node that takes no transaction while it gives a reason not to."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self.reason: HouseError | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chain, name)

    async def send(self, raw: bytes) -> bytes:
        if self.reason is not None:
            raise self.reason
        return await self._chain.send(raw)


async def under_way(db: Database) -> list[SendingRow]:
    async with db.read() as tx:
        return await outbox.of_state(tx, SENT, 100)


async def published(chain: Chain) -> list[int]:
    """The epochs on the chain, in order."""
    told = contract("StatusRegistry")
    found = await chain.logs(topics=(told.topic("Published"),))
    events = [told.event(each.topics, each.data) for each in found]
    return [each.args["epoch"] for each in events if each]


@pytest.fixture
def stubborn(own: EmbeddedChain) -> Stubborn:
    return Stubborn(own)


@pytest.fixture
def sending(
    stubborn: Any, db: Database, clock: StoppedClock, keys: Keys, ledger: Ledger
) -> Contracts:
    return contracts_on(stubborn, db, clock, keys, ledger)


async def hand_in(contracts: Contracts, *epochs: int) -> None:
    for epoch in epochs:
        await contracts.publish_status("list", epoch, bytes([epoch] * 32))


@pytest.mark.parametrize(
    "reason",
    [
        Incorrect("The chain's node refused: limit exceeded"),
        Incorrect("The chain's node refused: txpool is full"),
        Incorrect("There are insufficient funds for gas and value."),
        Conflict("The replacement transaction is underpriced."),
    ],
    ids=lambda reason: reason.message,
)
async def test_a_node_that_takes_nothing_changes_no_number(
    stubborn: Stubborn,
    sending: Contracts,
    own: EmbeddedChain,
    db: Database,
    clock: StoppedClock,
    reason: HouseError,
) -> None:
    await sending.bind()
    stubborn.reason = reason
    await hand_in(sending, 1)
    await sending.bind()
    clock.at += timedelta(seconds=30)
    await hand_in(sending, 2)
    await sending.bind()
    before = await under_way(db)

    for _ in range(6):  # the first becomes late before the second does
        clock.at += timedelta(seconds=20)
        await sending.bind()
    after = await under_way(db)
    stubborn.reason = None
    await sending.bind()

    assert [row.nonce for row in after] == [row.nonce for row in before] == [0, 1]
    assert await published(own) == [1, 2]
    assert (await sending.health()).waiting == 0


async def test_whose_number_others_used_gets_another_and_all_that_follow_it(
    stubborn: Stubborn,
    sending: Contracts,
    own: EmbeddedChain,
    db: Database,
    clock: StoppedClock,
    keys: Keys,
) -> None:
    await sending.bind()
    stubborn.reason = Incorrect("The chain's node refused: txpool is full")
    await hand_in(sending, 1, 2)
    await sending.bind()
    key = keys.key("chain-relayer")
    other = Transaction(own.id, 0, GWEI, 100 * GWEI, 21_000, pairwise_address(key), 0, b"")
    await own.mined(await own.send(sign_transaction(key, other)))

    stubborn.reason = None
    clock.at += timedelta(minutes=1)
    await sending.bind()

    assert await published(own) == [1, 2]
    health = await sending.health()
    assert (health.waiting, health.refused) == (0, 0)
    assert await sending.audit() == ([], [])


async def test_what_a_reorganisation_took_out_again_is_sent_again(
    node: Node, db: Database, clock: StoppedClock, keys: Keys, ledger: Ledger
) -> None:
    shallow = RemoteChain(node.url, chain_id=CHAIN_ID)
    await contracts_on(shallow, db, clock, keys, ledger).bind()
    deep = RemoteChain(node.url, chain_id=CHAIN_ID, confirmations=3)
    contracts = contracts_on(deep, db, clock, keys, ledger)
    before = node.do("evm_snapshot")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sending_module, "WAIT_S", 0.1)
        await hand_in(contracts, 1)
        await contracts.bind()
        kept, seen = await under_way(db), await published(deep)
        node.do("evm_revert", before)
        gone = await published(deep)
        await contracts.bind()
        node.do("anvil_mine", "0x3")
        await contracts.bind()

    assert (seen, gone) == ([1], [])
    assert [row.kind for row in kept] == ["status"]
    assert await published(deep) == [1]
    key = sha256(b"status" + kept[0].data).digest()
    async with db.read() as tx:
        assert (await contracts.outcomes(tx, [key]))[key].state == "recorded"
    assert await contracts.carried(key) is None  # nobody had it carried
    await shallow.stop()
    await deep.stop()


async def test_a_chain_older_than_the_database_is_sent_all_that_it_lost(
    at_home: Contracts,
    own: EmbeddedChain,
    db: Database,
    clock: StoppedClock,
    keys: Keys,
    ledger: Ledger,
    tmp_path: Path,
) -> None:
    await append(db, ledger, 5)
    await hand_in(at_home, 1)
    await at_home.bind()
    (tmp_path / "restored").mkdir()
    with closing(sqlite3.connect(tmp_path / "chain.sqlite")) as chain:
        chain.execute("VACUUM INTO ?", (str(tmp_path / "restored" / "chain.sqlite"),))
    await hand_in(at_home, 2, 3)
    await append(db, ledger, 9, 5)
    await at_home.bind()

    restored = await open_chain(tmp_path / "restored", clock, keys)
    again = contracts_on(restored, db, clock, keys, ledger)
    await again.bind()
    await hand_in(again, 4)
    await again.bind()

    assert await published(restored) == [1, 2, 3, 4]
    health = await again.health()
    assert (health.waiting, health.refused, health.unanchored) == (0, 0, 1)
    await restored.stop()


def test_at_the_most_that_a_house_pays_nothing_more_is_offered() -> None:
    fees = Fees(MOST * 9 // 10, GWEI)

    assert fees.raised() == fees
    assert Fees(100, 10).raised() == Fees(126, 13)

"""Log and chain hold each other, and what is handed in gets to the chain once, whatever happens."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Database
from asklepion.kit.errors import Busy, Fault
from asklepion.kit.keys import Keys
from asklepion.ledger import Chain, Contracts, EmbeddedChain, Ledger, pairwise_address
from asklepion.ledger.engine.abi import Head, Status, Transaction, contract, sign_transaction
from asklepion.ledger.engine.abi.artefacts import Artefact
from asklepion.ledger.engine.binding import log_id
from asklepion.ledger.service.contracts import deploying
from asklepion.ledger.service.contracts.deploying import DEPLOYED
from asklepion.ledger.store import outbox
from asklepion.ledger.store.outbox import ContractRow
from tests.ledger.binding.conftest import contracts_on, open_chain
from tests.ledger.test_service import append


async def rows(db: Database) -> dict[str, ContractRow]:
    async with db.read() as tx:
        return {row.name: row for row in await outbox.contracts(tx)}


async def anchored(chain: Chain, db: Database, ledger: Ledger) -> Head:
    """What the chain knows of the log."""
    told = contract("Anchor")
    call = told.call("head", log_id(ledger.verifier_key))
    return Head(*told.result("head", await chain.call((await rows(db))["Anchor"].address, call)))


# Deploying


async def test_the_contracts_are_deployed_once_and_found_again(
    contracts: Contracts,
    chain: Chain,
    db: Database,
    clock: StoppedClock,
    keys: Keys,
    ledger: Ledger,
) -> None:
    await contracts.bind()
    first, admin = await rows(db), pairwise_address(keys.key("chain-admin"))
    nonce = await chain.nonce(admin)

    await contracts_on(chain, db, clock, keys, ledger).bind()

    assert await rows(db) == first
    assert set(first) == set(DEPLOYED)
    assert await chain.nonce(admin) == nonce == len(DEPLOYED) + 1
    for name, row in first.items():
        assert contract(name).artefact.is_deployed_as(await chain.code(row.address))


class Flaky:
    """A chain whose house dies at the n-th thing it asks, before or after that is done."""

    def __init__(self, chain: Chain, at: int, *, done: bool) -> None:
        self._chain = chain
        self._left = at
        self._done = done

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._chain, name)
        if name not in ("send", "mined"):
            return found

        async def ask(*args: Any, **named: Any) -> Any:
            self._left -= 1
            if self._left == 0 and not self._done:
                raise Died
            answer = await found(*args, **named)
            if self._left == 0:
                raise Died
            return answer

        return ask


class Died(Exception):
    """The power went."""


async def survive(make: Any, chain: Chain, *, most: int = 40) -> int:
    """Bind again and again, dying one step later each time; returns how often that was."""
    deaths = 0
    for at in range(1, most):
        for done in (False, True):
            try:
                await make(Flaky(chain, at, done=done)).bind()
            except Died:
                deaths += 1
    await make(chain).bind()
    return deaths


async def test_killed_in_the_midst_of_deploying_it_goes_on_and_nothing_is_there_twice(
    own: EmbeddedChain, db: Database, clock: StoppedClock, keys: Keys, ledger: Ledger
) -> None:
    def make(chain: Chain) -> Contracts:
        return contracts_on(chain, db, clock, keys, ledger)

    deaths = await survive(make, own, most=4)

    assert deaths >= 3
    sent = await own.nonce(pairwise_address(keys.key("chain-admin")))
    assert sent - len(DEPLOYED) in (1, 2)  # who publishes may be said twice: it changes nothing
    for name, row in (await rows(db)).items():
        assert contract(name).artefact.is_deployed_as(await own.code(row.address))


async def test_a_chain_that_lost_the_contracts_is_refused(
    at_home: Contracts,
    db: Database,
    clock: StoppedClock,
    keys: Keys,
    ledger: Ledger,
    tmp_path: Path,
) -> None:
    await at_home.bind()
    other = await open_chain(tmp_path / "other", clock, keys)

    with pytest.raises(Fault, match="does not lie the contract Forwarder"):
        await contracts_on(other, db, clock, keys, ledger).bind()
    await other.stop()


async def test_the_next_contract_joins_a_house_that_has_the_others(
    at_home: Contracts, own: EmbeddedChain, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deploying, "DEPLOYED", DEPLOYED[:-1])
    await at_home.bind()
    first = await rows(db)
    monkeypatch.setattr(deploying, "DEPLOYED", DEPLOYED)

    await at_home.bind()

    assert set(await rows(db)) - set(first) == {DEPLOYED[-1]}
    last = (await rows(db))[DEPLOYED[-1]]
    assert contract(last.name).artefact.is_deployed_as(await own.code(last.address))


async def test_a_house_goes_on_with_what_an_older_compiler_made(
    at_home: Contracts, monkeypatch: pytest.MonkeyPatch
) -> None:
    await at_home.bind()

    def differs(_: Artefact, __: bytes) -> bool:
        return False

    monkeypatch.setattr(Artefact, "is_deployed_as", differs)

    await at_home.bind()

    assert await at_home.audit() == ([], [])


# Binding


async def test_the_log_stands_on_the_chain_and_the_chain_in_the_log(
    contracts: Contracts, chain: Chain, db: Database, ledger: Ledger
) -> None:
    await append(db, ledger, 5)
    await contracts.bind()
    first = await anchored(chain, db, ledger)
    await append(db, ledger, 20, 5)
    await contracts.bind()
    second = await anchored(chain, db, ledger)

    assert (first.size, first.root) == (5, await ledger.root(5))
    assert (second.size, second.root) == (26, await ledger.root(26))
    assert await ledger.size() == 27
    async with db.read() as tx:
        heads = await outbox.heads_after(tx, -1, 10)
    assert [head.leaf for head in heads] == [5, 26]
    assert heads[-1].block == (await chain.head()).number
    assert await contracts.audit() == ([], [])


async def test_where_nothing_happened_nothing_is_written(
    contracts: Contracts, chain: Chain, db: Database, ledger: Ledger
) -> None:
    await append(db, ledger, 3)
    await contracts.bind()
    before = (await ledger.size(), (await chain.head()).number)

    for _ in range(3):
        await contracts.bind()

    assert (await ledger.size(), (await chain.head()).number) == before


async def test_an_empty_log_is_not_anchored(
    at_home: Contracts, own: EmbeddedChain, db: Database, ledger: Ledger
) -> None:
    await at_home.bind()

    assert (await anchored(own, db, ledger)).size == 0
    assert await ledger.size() == 1  # that the chain begins stands there


async def test_a_status_lists_digest_is_published(
    contracts: Contracts, chain: Chain, db: Database
) -> None:
    await contracts.publish_status("list-1", 1, b"\1" * 32)
    await contracts.publish_status("list-1", 2, b"\2" * 32)
    await contracts.publish_status("list-1", 2, b"\2" * 32)  # said twice
    await contracts.bind()

    told, name = contract("StatusRegistry"), sha256(b"list-1").digest()
    address = (await rows(db))["StatusRegistry"].address
    call = told.call("latest", contracts.issuer, name)
    latest = Status(*told.result("latest", await chain.call(address, call)))
    assert (latest.epoch, latest.digest) == (2, b"\2" * 32)
    assert (await contracts.health()).refused == 0


async def test_a_log_that_was_rolled_back_is_said_and_not_paid_for(
    at_home: Contracts, own: EmbeddedChain, db: Database, clock: StoppedClock, keys: Keys
) -> None:
    await append(db, at_home._ledger, 5)  # pyright: ignore
    await at_home.bind()
    relayer = pairwise_address(keys.key("chain-relayer"))
    async with db.begin() as tx:
        await tx.run("UPDATE ledger_leaf SET hash = :other WHERE idx = 4", other=bytes(32))
    await append(db, at_home._ledger, 9, 5)  # pyright: ignore
    before = await own.nonce(relayer)

    for _ in range(3):
        await at_home.bind()

    assert await own.nonce(relayer) == before
    assert "NotConsistent" in (await at_home.health()).fault
    assert not (await at_home.health()).is_open


async def test_while_an_anchor_waits_no_other_is_made(
    own: EmbeddedChain, db: Database, clock: StoppedClock, keys: Keys, ledger: Ledger
) -> None:
    class Slow:
        """The same chain, which takes nothing yet."""

        is_slow = False

        def __getattr__(self, name: str) -> Any:
            return getattr(own, name)

        async def send(self, raw: bytes) -> bytes:
            if self.is_slow:
                raise Busy("Too many wait.")
            return await own.send(raw)

    slow: Any = Slow()
    contracts = contracts_on(slow, db, clock, keys, ledger)
    await contracts.bind()
    slow.is_slow = True
    for count in (3, 4, 5):
        await append(db, ledger, count + 10, 10)
        await contracts.bind()

    assert (await contracts.health()).waiting == 1


async def test_a_chain_that_only_others_use_adds_nothing_to_the_log(
    at_home: Contracts, own: EmbeddedChain, db: Database, keys: Keys, ledger: Ledger
) -> None:
    await append(db, ledger, 3)
    await at_home.bind()
    before, key = await ledger.size(), keys.key("chain-admin")
    nonce = await own.nonce(pairwise_address(key))
    other = Transaction(own.id, nonce, 10**9, 10**11, 21_000, bytes(20), 0, b"")
    await own.mined(await own.send(sign_transaction(key, other)))

    await at_home.bind()
    idle = await ledger.size()
    await append(db, ledger, 4, 3)
    await at_home.bind()

    assert idle == before
    assert await ledger.size() == idle + 4 + 1


# Sending


async def test_whenever_the_house_dies_everything_handed_in_is_on_the_chain_once(
    at_home: Contracts,
    own: EmbeddedChain,
    db: Database,
    clock: StoppedClock,
    keys: Keys,
    ledger: Ledger,
) -> None:
    await at_home.bind()
    relayer = pairwise_address(keys.key("chain-relayer"))
    before = await own.nonce(relayer)
    deaths = 0
    for at in range(1, 9):
        for done in (False, True):
            await at_home.publish_status(f"list-{at}-{done}", 1, bytes([at] * 32))
            flaky: Any = Flaky(own, at, done=done)
            try:
                await contracts_on(flaky, db, clock, keys, ledger).bind()
            except Died:
                deaths += 1
    await at_home.bind()

    published = await own.logs(topics=(contract("StatusRegistry").topic("Published"),))
    assert deaths >= 4
    assert len(published) == 16
    anchors = len(await own.logs(topics=(contract("Anchor").topic("Anchored"),)))
    assert await own.nonce(relayer) - before == 16 + anchors - 0
    assert (await at_home.health()).waiting == 0
    assert await at_home.audit() == ([], [])


async def test_a_transaction_that_nobody_mines_is_offered_more_and_mined_once(
    node: Any, clock: StoppedClock, db: Database, keys: Keys, ledger: Ledger
) -> None:
    from asklepion.ledger import RemoteChain
    from asklepion.ledger.service.contracts import sending
    from tests.ledger.chain.peers import CHAIN_ID

    remote = RemoteChain(node.url, chain_id=CHAIN_ID)
    contracts = contracts_on(remote, db, clock, keys, ledger)
    await contracts.bind()
    node.do("evm_setAutomine", False)
    await contracts.publish_status("slow", 1, b"\7" * 32)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sending, "WAIT_S", 0.2)
        await contracts.bind()
        clock.at = clock.at.replace(minute=1)
        await contracts.bind()
    async with db.read() as tx:
        (row,) = await outbox.of_state(tx, outbox.SENT, 10)
        forms = await outbox.sent_of(tx, row.number)
    node.do("evm_setAutomine", True)
    node.do("evm_mine")
    await contracts.bind()

    assert len(forms) == 2
    fees = [int(form.fee.split(" ")[0]) for form in forms]
    assert max(fees) >= min(fees) * 1.1
    published = await remote.logs(topics=(contract("StatusRegistry").topic("Published"),))
    assert len(published) == 1
    assert (await contracts.health()).waiting == 0
    await remote.stop()

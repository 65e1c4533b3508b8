"""The house pays for what people signed themselves, and for nothing else."""

from datetime import timedelta
from typing import Any

import pytest

from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Database
from asklepion.kit.errors import Busy, Forbidden, HouseError, Incorrect
from asklepion.ledger import (
    Contracts,
    EmbeddedChain,
    Grant,
    PairwiseDomain,
    Reverted,
    pairwise_address,
    pairwise_sign,
)
from asklepion.ledger.engine.abi import (
    FORWARDER_DOMAIN,
    Domain,
    ForwardRequest,
    contract,
    digest,
    sign,
)
from asklepion.ledger.service.contracts.relaying import QUOTA
from tests.ledger.binding.test_binding import rows

ANNA, KEY = "account-anna", bytes([9] * 32)


@pytest.fixture
async def ready(at_home: Contracts) -> Contracts:
    await at_home.bind()
    return at_home


async def grant(contracts: Contracts, db: Database, number: int = 0) -> bytes:
    """A grant that somebody signed with a key of her own."""
    async with db.read() as tx:
        domain = await contracts.domain(tx)
    assert isinstance(domain, PairwiseDomain)
    address = pairwise_address(KEY)
    it = Grant(
        record=number.to_bytes(12, "big") + address,
        subject=address,
        scope=bytes(32),
        not_before=0,
        not_after=2**40,
        nonce=number,
        deadline=2**40,
    )
    return it.call(pairwise_sign(KEY, it.digest(domain)))


async def test_what_somebody_signed_herself_gets_to_the_chain(
    ready: Contracts, own: EmbeddedChain, db: Database
) -> None:
    key = await ready.relayer.carry(ANNA, "Consent", await grant(ready, db))
    await ready.bind()

    async with db.read() as tx:
        assert (await ready.outcomes(tx, [key]))[key].state == "recorded"
    told = await ready.carried(key)
    assert told is not None
    assert told.state == "recorded"
    assert len(await own.logs(topics=(contract("Consent").topic("Granted"),))) == 1


async def test_no_other_call_is_carried(ready: Contracts, own: EmbeddedChain, db: Database) -> None:
    anchor, consent = contract("Anchor"), contract("Consent")
    calls = [
        ("Anchor", anchor.call("anchor", bytes(32), 1, b"\1" * 32, [])),
        ("Anchor", anchor.call("grantRole", bytes(32), bytes(20))),
        ("StatusRegistry", contract("StatusRegistry").call("setIssuer", bytes(32), bytes(20))),
        ("Consent", consent.call("active", bytes(32))),
        ("Consent", b"\1\2\3\4"),
        ("Nobody", await grant(ready, db)),
    ]
    before = await own.nonce((await own.block(0)).hash[:20])  # pyright: ignore

    for to, data in calls:
        with pytest.raises(Forbidden):
            await ready.relayer.carry(ANNA, to, data)
    with pytest.raises(Incorrect):
        await ready.relayer.carry(ANNA, "Consent", await grant(ready, db) + bytes(5000))
    assert await own.nonce((await own.block(0)).hash[:20]) == before  # pyright: ignore
    assert (await ready.health()).waiting == 0


async def test_what_would_fail_is_not_paid_for(ready: Contracts, db: Database) -> None:
    data = await grant(ready, db)
    spoilt = data[:-40] + bytes([data[-40] ^ 1]) + data[-39:]

    with pytest.raises((Reverted, HouseError)):
        await ready.relayer.carry(ANNA, "Consent", spoilt)
    assert (await ready.health()).waiting == 0


async def test_nobody_has_more_than_a_share_sent(
    ready: Contracts, db: Database, clock: StoppedClock
) -> None:
    data = await grant(ready, db)
    for _ in range(QUOTA):  # the same again costs the house nothing, and still counts
        await ready.relayer.carry(ANNA, "Consent", data)

    with pytest.raises(Busy):
        await ready.relayer.carry(ANNA, "Consent", data)
    await ready.relayer.carry("account-ben", "Consent", data)
    clock.at += timedelta(hours=1)
    await ready.relayer.carry(ANNA, "Consent", data)
    assert (await ready.health()).waiting == 1


async def forwarded(
    ready: Contracts, db: Database, to: str, data: bytes, **more: Any
) -> tuple[str, bytes]:
    """A request that somebody signed for the forwarder."""
    at = await rows(db)
    fields: dict[str, Any] = {"value": 0, "gas": 100_000} | more
    request = ForwardRequest(
        sender=pairwise_address(KEY),
        to=at[to].address,
        nonce=0,
        deadline=2**40,
        data=data,
        **fields,
    )
    domain = Domain(FORWARDER_DOMAIN, 7331, at["Forwarder"].address)
    signature = sign(KEY, digest(domain, request))
    sent = (
        request.sender,
        request.to,
        request.value,
        request.gas,
        request.deadline,
        request.data,
        signature,
    )
    return "Forwarder", contract("Forwarder").call("execute", sent)


async def test_a_forwarded_request_may_only_publish_a_status(
    ready: Contracts, db: Database
) -> None:
    registry = contract("StatusRegistry")
    publish = registry.call("publish", bytes(32), bytes(32), 1, bytes(32))
    appoint = registry.call("setIssuer", bytes(32), pairwise_address(KEY))

    for to, data, more in (
        ("StatusRegistry", appoint, {}),
        ("Anchor", publish, {}),
        ("StatusRegistry", publish, {"value": 1}),
        ("StatusRegistry", publish, {"gas": 10**7}),
    ):
        with pytest.raises(Forbidden):
            await ready.relayer.carry(ANNA, *await forwarded(ready, db, to, data, **more))
    with pytest.raises(Reverted):  # it may be asked, but this account is no issuer
        await ready.relayer.carry(ANNA, *await forwarded(ready, db, "StatusRegistry", publish))

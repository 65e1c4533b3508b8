"""What an erasure ends on the chain is sent over hours, so that nothing there ties it together."""

from datetime import datetime, timedelta

import pytest

from asklepion.app import House, open_house
from asklepion.identity import Identity, Role
from asklepion.kit.clock import StoppedClock
from asklepion.ledger.engine.abi import contract
from asklepion.records import Asking, Ground
from asklepion.settings import Settings
from tests.conftest import NOON, PASSWORD, QUICK
from tests.test_signed import CONSOLE, HOUR, PATIENT, all_sent, allow, bound, her, still_to_come

__all__ = ["her"]  # a fixture

SEVERAL = 6


@pytest.fixture
async def moments(house: House, her: Asking) -> list[datetime]:
    """Several of her consents stand on the chain and she is erased: when their ends are sent."""
    return await erased(house, her)


async def erased(house: House, her: Asking) -> list[datetime]:
    await bound(house)
    for _ in range(SEVERAL):
        await allow(house, her)
    await bound(house)
    await house.records.erase(her, PATIENT, Ground.WITHDRAWN)
    return await still_to_come(house)


async def blocks(house: House) -> list[int]:
    """In which blocks something was revoked."""
    found = await house.chain.logs(topics=(contract("Consent").topic("Revoked"),))
    return [each.block for each in found]


async def test_each_end_has_a_random_moment_of_its_own_within_half_a_day(
    house: House, moments: list[datetime], clock: StoppedClock
) -> None:
    assert len(set(moments)) == SEVERAL
    assert all(NOON < at <= NOON + 12 * HOUR for at in moments)
    assert moments[-1] - moments[0] > timedelta(minutes=10)  # else 1 in 10^9

    await house.contracts.bind()
    assert await blocks(house) == []

    await all_sent(house, clock)
    assert len(set(await blocks(house))) == SEVERAL


async def test_whoever_watches_the_chain_is_not_told_that_it_is_behind_meanwhile(
    house: House, moments: list[datetime], clock: StoppedClock
) -> None:
    clock.at = moments[0] - timedelta(seconds=1)
    health = await house.contracts.health()
    assert (health.waiting, health.oldest_s, health.later) == (0, 0, SEVERAL)

    clock.at = moments[0] + timedelta(seconds=30)
    health = await house.contracts.health()
    assert health.waiting >= 1
    assert health.oldest_s == 30


async def test_a_house_that_was_closed_at_their_moments_does_not_send_them_together(
    settings: Settings,
) -> None:
    clock = StoppedClock(NOON)
    async with open_house(settings, clock, hasher=QUICK) as house:
        await house.records.update(CONSOLE, {"resourceType": "Patient", "id": "p-1"})
        await house.records.update(CONSOLE, {"resourceType": "Practitioner", "id": "d-1"})
        await house.identity.create_account(
            Identity.console(), email="her@example.org", password=PASSWORD, name="Somebody",
            roles=[Role.PATIENT], person=PATIENT,
        )  # fmt: skip
        token = await house.identity.token("her@example.org")
        await erased(house, Asking(caller=await house.identity.recognise(bearer=token)))

    clock.at += 24 * HOUR
    async with open_house(settings, clock, hasher=QUICK) as house:
        await house.contracts.bind()
        assert await blocks(house) == []
        assert all(clock.at <= at <= clock.at + 2 * HOUR for at in await still_to_come(house))
        await all_sent(house, clock)
        assert len(set(await blocks(house))) == SEVERAL

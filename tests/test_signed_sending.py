"""What is signed and not yet on the chain: what it tells, and what becomes of it."""

from asklepion.app import House
from asklepion.records import Asking
from tests.test_signed import allow, bound, carried, her, parts

__all__ = ["her"]  # a fixture

DAY = 86_400


async def test_nothing_said_at_one_moment_is_told_by_its_second(house: House, her: Asking) -> None:
    await bound(house)
    consent = await allow(house, her)
    grant, _ = parts(await carried(house, "grant"))
    await house.records.revoke(her, consent)
    revoke, _ = parts(await carried(house, "revoke"))

    assert (grant[3] % DAY, grant[6] % DAY, revoke[3] % DAY) == (0, 0, 0)
    assert grant[6] >= house.clock.now().timestamp() + 90 * DAY

"""What a picture of each place takes to draw, as a real browser counts it."""

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import SMALL, Enter
from tests.journeys.steps import AMARA, MEI, come_in

MOST_CALLS, MOST_TRIANGLES = 150, 150_000  # what a laptop of five years draws 60 times a second
SLOW_MS = 90_000  # software draws
DRAWN = "(after) => globalThis.__asklepion?.stats.frames > after"


def drawn(page: Page, place: str, tier: str) -> dict[str, int]:
    """What the picture takes once the place stands."""
    page.evaluate(f"location.hash = '#/{place}'")
    page.wait_for_selector(f".shell[data-place='{place}']", timeout=SLOW_MS)
    page.wait_for_timeout(2000)
    page.wait_for_function(DRAWN, arg=8, timeout=SLOW_MS)
    stats = page.evaluate("({ ...globalThis.__asklepion.stats })")
    assert stats["tier"] == tier
    return stats


@pytest.mark.parametrize("tier", ["fine", "plain"])
def test_every_place_with_somebody_in_it_is_light_enough_for_a_laptop(
    enter: Enter, tier: str
) -> None:
    amara = enter("amara")
    come_in(amara, AMARA)
    keep = f"localStorage.setItem('asklepion.drawing', '{tier}')"
    mei = enter("mei", SMALL, scene=True, script=keep)
    mei.page.set_default_timeout(SLOW_MS)
    come_in(mei, MEI)

    for place in ("plaza", "home", "clinic"):
        stats = drawn(mei.page, place, tier)
        mei.picture(f"drawn-{tier}-{place}")
        assert stats["triangles"] > 1000, place
        assert stats["calls"] <= MOST_CALLS, f"{place}: {stats}"
        assert stats["triangles"] <= MOST_TRIANGLES, f"{place}: {stats}"

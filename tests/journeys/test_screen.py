"""Showing a screen to somebody else, with a real picture from browser to browser."""

from playwright.sync_api import expect

from tests.journeys.conftest import Enter
from tests.journeys.steps import AMARA, MEI, come_in, panel

MOVES = "(video) => video.videoWidth > 0 && video.readyState >= 2"


def test_one_shows_a_screen_another_sees_it_and_it_ends_for_both(enter: Enter) -> None:
    amara, mei = enter("amara"), enter("mei")
    come_in(amara, AMARA)
    come_in(mei, MEI)
    own = panel(amara, "Screen")

    own.get_by_role("button", name="Show a window or screen").click()

    bar = mei.page.get_by_role("status").filter(has_text="Dr Amara Okafor shows a screen")
    expect(bar).to_be_visible()
    bar.get_by_role("button", name="Look at it").click()
    video = mei.page.locator("#dock-panel video")
    expect(video).to_be_visible()
    mei.page.wait_for_function(MOVES, arg=video.element_handle())
    expect(own.get_by_role("status")).to_contain_text("Seen by 1")
    mei.picture("screen")
    own.get_by_role("button", name="Stop showing").click()
    expect(video).to_have_count(0)
    expect(own.get_by_role("button", name="Show a window or screen")).to_be_visible()

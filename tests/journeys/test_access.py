"""For everybody: on a phone, in both languages, and with the keyboard alone."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import PASSWORD, PHONE, Enter
from tests.journeys.looking import check_page, look_at_panels
from tests.journeys.steps import AMARA, MEI, come_in, go, heading_of, is_in, panel

MOST_STOPS = 150  # of the focus on one page
PLACES = ("plaza", "home", "clinic")


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_everything_is_there_on_a_phone_in_both_languages(enter: Enter, language: str) -> None:
    mei = enter(f"mei-{language}", PHONE, language)
    expect(mei.page.get_by_role("button", name=re.compile(MEI))).to_be_visible()
    mei.picture("phone-signin")
    check_page(mei, language, "signin")
    come_in(mei, MEI)
    for place in PLACES:
        mei.page.evaluate(f"location.hash = '#/{place}'")
        is_in(mei, place)
        look_at_panels(mei, language, place)
    amara = enter(f"amara-{language}")
    come_in(amara, AMARA)
    go(amara, "Clinic")
    panel(amara, "Consulting rooms").get_by_role("button", name="Walk in").nth(1).click()
    mei.page.evaluate("location.hash = '#/consulting-room-2'")
    is_in(mei, "consulting-room-2")
    expect(mei.page.get_by_role("switch").first).to_be_visible()
    mei.picture("phone-consent")
    check_page(mei, language, "consent")
    look_at_panels(mei, language, "consulting-room-2")
    panel(amara, "Visit").get_by_role("button", name="End this visit").click()


FOCUS = """
() => {
  const here = document.activeElement;
  if (here === document.body) return "";
  (globalThis.met ??= new Set()).add(here);
  const { width, height } = here.getBoundingClientRect();
  const ring = (one) => parseFloat(getComputedStyle(one).outlineWidth) > 0
    && getComputedStyle(one).outlineStyle !== "none";
  const around = [here, here.closest(".drop"), here.closest(".overview")].filter(Boolean);
  const name = here.getAttribute("aria-label") ?? here.textContent;
  return around.some(ring) && width * height > 0 ? name : `nobody sees the focus on ${name}`;
}
"""
LEFT_OUT = """
() => [...document.querySelectorAll("button, a[href], input, select, textarea, summary")]
  .filter((one) => one.checkVisibility() && !one.disabled && one.tabIndex >= 0)
  .filter((one) => !globalThis.met.has(one))
  .map((one) => one.getAttribute("aria-label") ?? one.textContent)
"""


def press_tab(page: Page, key: str = "Tab") -> str:
    """One step on; where the focus is now, which one can see. "" at the end of the page."""
    page.keyboard.press(key)
    name: str = page.evaluate(FOCUS)
    assert not name.startswith("nobody sees"), name
    return name


def tab_to(page: Page, target: Locator, key: str = "Tab") -> None:
    """Press Tab until the target has the focus."""
    for _ in range(MOST_STOPS):
        press_tab(page, key)
        if target.evaluate("(one) => one === document.activeElement"):
            return
    raise AssertionError(f"{target} is not to be reached by {key}")


def go_round(page: Page) -> None:
    """Walk from one end of the page to the other and meet everything, both ways."""
    for key in ("Tab", "Shift+Tab"):
        while press_tab(page, key):
            pass
        page.evaluate("globalThis.met = new Set()")
        stops = 0
        while press_tab(page, key):
            stops += 1
            assert stops < MOST_STOPS, "the focus never comes out"
        assert page.evaluate(LEFT_OUT) == []


def test_with_the_keyboard_alone_she_walks_to_the_clinic_says_hello_and_leaves(
    enter: Enter,
) -> None:
    mei = enter("mei-keyboard")
    page = mei.page
    expect(page.get_by_label("E-mail")).to_be_visible()
    tab_to(page, page.get_by_label("E-mail"))
    page.keyboard.type("mei@asklepion.example")
    tab_to(page, page.get_by_label("Password", exact=True))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    is_in(mei, "plaza")

    call(page, "People and things here")
    door = page.locator("[data-thing='door:clinic']")
    tab_to(page, page.locator(".here-name").first)
    page.keyboard.press("ArrowDown")
    expect(door.locator(".here-name")).to_be_focused()
    tab_to(page, door.get_by_role("button", name="Go to: Clinic"))
    page.keyboard.press("Enter")
    is_in(mei, "clinic")
    expect(page.get_by_role("button", name=re.compile("Walk in"))).to_have_count(3)
    go_round(page)

    call(page, "Chat")
    tab_to(page, page.get_by_label("Say something"))
    page.keyboard.type("Good morning!")
    page.keyboard.press("Enter")
    expect(page.locator("#dock-panel").get_by_text("Good morning!", exact=True)).to_be_visible()
    mei.picture("keyboard")

    tab_to(page, page.get_by_role("button", name=f"{MEI}: account"), "Shift+Tab")
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Sign out"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Come in", exact=True)).to_be_visible()


def call(page: Page, name: str) -> None:
    """Open a panel by its tab; one is in it then."""
    rail = page.get_by_role("navigation", name="What you can do here")
    tab = rail.get_by_role("button", name=name, exact=True)
    if tab.count() == 0:  # its group is folded
        hidden = rail.get_by_role("button", name=name, exact=True, include_hidden=True)
        tab_to(page, heading_of(hidden))
        page.keyboard.press("Enter")
    tab_to(page, tab)
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name=name, exact=True).first).to_be_focused()

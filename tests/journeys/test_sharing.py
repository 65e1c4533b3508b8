"""A patient gives her summary to somebody without an account, and takes it back."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESKTOP, PHONE, Enter, Person
from tests.journeys.looking import SMALL_TARGETS, THUMB_PX
from tests.journeys.steps import MEI, come_in, go, panel

READER = "Dr Elena Ruiz"


def share(mei: Person, label: str) -> tuple[str, str]:
    """Make a link in three steps; its address and its passcode."""
    page = mei.page
    card = panel(mei, "Share")
    card.get_by_role("button", name="Make a link").click()
    for _ in range(2):
        mei.picture(f"share-step-{_}")
        card.get_by_role("button", name="Next").click()
    card.get_by_label("For whom or what for").fill(label)
    mei.picture("share-step-2")
    card.get_by_role("button", name="Make the link").click()
    expect(page.get_by_alt_text("The link as a code to be scanned")).to_be_visible()
    mei.picture("share-code")
    url = page.get_by_role("link", name="See what they will see").get_attribute("href")
    passcode = page.locator(".given-passcode strong").inner_text()
    page.get_by_role("button", name="Done").click()
    assert url
    return url, passcode


def say(page: Page, name: str, passcode: str) -> None:
    """Say who opens a link, with which passcode."""
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Passcode", exact=True).fill(passcode)
    page.get_by_role("button", name="Open").click()


def test_a_link_is_opened_in_another_browser_without_an_account_until_it_is_taken_back(
    enter: Enter,
) -> None:
    mei = enter("mei-share")
    come_in(mei, MEI)
    go(mei, "Home")
    url, passcode = share(mei, "For my holiday")

    reader = enter("reader", PHONE, at=url)
    page = reader.page
    expect(page.get_by_text("For my holiday")).to_be_visible()
    reader.picture("share-asking")
    say(page, READER, "000000x")
    expect(page.get_by_text(re.compile("9 tries are left"))).to_be_visible()
    say(page, READER, passcode)
    expect(page.get_by_role("heading", name=MEI.split(" 林")[0], level=1)).to_be_visible()
    for words in ("Type 2 diabetes mellitus", "Metformin 500 mg oral tablet", "penicillin"):
        expect(page.get_by_text(re.compile(words)).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert page.evaluate(SMALL_TARGETS, THUMB_PX) == []
    reader.picture("share-summary")
    with page.expect_download() as download:
        page.get_by_role("button", name="Keep as PDF").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    reader.faults.clear()  # a wrong passcode is a 401, which the browser tells as an error

    card = panel(mei, "Share")
    card.get_by_role("button", name="Refresh").click()
    expect(card.get_by_text("opened 1 of 3 times")).to_be_visible()
    card.get_by_text("Who opened it").click()
    expect(card.get_by_text(READER).first).to_be_visible()
    mei.picture("share-list")
    lines = panel(mei, "Who looked")
    expect(lines.get_by_text(f"{READER} opened a link you shared")).to_be_visible()
    panel(mei, "Share").get_by_role("button", name="Take back now").click()
    expect(mei.page.get_by_text("Taken back. Nobody can open it any more.")).to_be_visible()

    page.reload()
    say(page, READER, passcode)
    expect(page.get_by_text("The patient has taken this link back")).to_be_visible()
    reader.picture("share-taken-back")
    reader.faults.clear()  # and so is what is over a 404


@pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "dark"), (PHONE, "light")])
def test_the_page_of_a_link_is_there_in_chinese_light_and_dark(
    enter: Enter, size: tuple[int, int], theme: str
) -> None:
    mei = enter(f"mei-{theme}")
    come_in(mei, MEI)
    go(mei, "Home")
    url, passcode = share(mei, "")
    reader = enter(f"reader-{theme}", size, "zh-CN", at=url)
    page = reader.page
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.get_by_label("您的姓名").fill("王医生")
    page.get_by_label("口令", exact=True).fill(passcode)
    page.get_by_role("button", name="打开").click()
    expect(page.get_by_role("heading", name="当前用药")).to_be_visible()

    reader.picture("share-zh")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    panel(mei, "Share").get_by_role("button", name="Take back now").first.click()


@pytest.mark.parametrize(
    ("fragment", "told"),
    [
        ("", "There is no link here"),
        ("#shlink:/broken", "This link is damaged"),
        ("#shlink:/eyJ1cmwiOiJodHRwczovL2Vsc2V3aGVyZS5leGFtcGxlL3gvbSIsImtleSI6ImsifQ",
         "This link was made elsewhere"),
        ("#shlink:/eyJ1cmwiOiJodHRwczovL2Vsc2V3aGVyZS5leGFtcGxlIiwia2V5IjoiayIsInYiOjl9",
         "This link is of a newer kind"),
    ],
)  # fmt: skip
def test_what_is_no_link_of_ours_is_told_honestly(enter: Enter, fragment: str, told: str) -> None:
    somebody = enter("somebody")
    somebody.page.goto(f"{somebody.url}/share{fragment}")

    expect(somebody.page.get_by_text(told)).to_be_visible()

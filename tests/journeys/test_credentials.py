"""A licence is received, shown in part, and seen to be revoked in another browser."""

import re
import time

from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESKTOP, PHONE, Enter, Person
from tests.journeys.looking import SMALL_TARGETS, THUMB_PX
from tests.journeys.steps import IRIS, MEI, come_in, go, is_in, panel

TOMAS = "Tomas Reyes"
MINUTE_MS = 60_000
NUMBER = "ES-90001"


def issue(iris: Person) -> None:
    """Issue Tomas a second licence, in psychiatry."""
    page = iris.page
    card = panel(iris, "Issued")
    expect(card.get_by_text(TOMAS).first).to_be_visible()
    iris.picture("issued-list")
    card.get_by_role("button", name="Issue one").click()
    for label, words in (
        ("E-mail of the person's account here", "tomas@asklepion.example"),
        ("Registration number", NUMBER),
        ("Speciality code", "394587001"),
        ("Speciality, as people read it", "Psychiatry"),
        ("Region", "ES-MD"),
        ("Languages", "es, en, zh-CN"),
    ):
        page.get_by_label(label, exact=True).fill(words)
    iris.picture("issued-new")
    page.get_by_role("button", name="Issue it").click()
    expect(page.get_by_text(f"Issued to {TOMAS}.")).to_be_visible()


def show(tomas: Person) -> str:
    """Show two claims of the new licence; the link's address."""
    page = tomas.page
    card = panel(tomas, "My credentials")
    paper = card.get_by_role("listitem").filter(has_text="Psychiatry").first
    expect(paper).to_be_visible()
    tomas.picture("cards")
    paper.get_by_role("button", name="Show to somebody").click()
    for name in ("Region", "Languages"):
        page.get_by_role("switch", name=name).click()
    tomas.picture("cards-choose")
    page.get_by_role("button", name="Make the picture").click()
    # No telephone would get here: the journey's house is open on this machine alone.
    expect(page.get_by_text("No other device can open this link")).to_be_visible()
    tomas.picture("cards-given")
    url = page.get_by_role("link", name="See what they will see").get_attribute("href")
    page.get_by_role("button", name="Done").click()
    assert url
    return url


def hides(page: Page, *words: str) -> None:
    """Expect that none of these words stands anywhere on the page."""
    told = page.locator("body").inner_text()
    assert [word for word in words if word in told] == []


def test_a_licence_is_shown_with_two_claims_and_seen_revoked_elsewhere_within_a_minute(
    enter: Enter,
) -> None:
    iris, tomas = enter("iris-issues"), enter("tomas", PHONE)
    come_in(iris, IRIS)
    go(iris, "Home")
    issue(iris)
    come_in(tomas, TOMAS)
    go(tomas, "Home")
    url = show(tomas)

    reader = enter("reader-of-licence", PHONE, at=url)
    page = reader.page
    expect(page.get_by_role("heading", name="Genuine and valid")).to_be_visible()
    expect(page.get_by_text("Checked just now in your browser")).to_be_visible()
    expect(page.get_by_text("Spain (MD)")).to_be_visible()
    expect(page.get_by_text(re.compile("Spanish"))).to_be_visible()
    hides(page, TOMAS, NUMBER, "Psychiatry")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert page.evaluate(SMALL_TARGETS, THUMB_PX) == []
    reader.picture("show-valid")

    card = panel(iris, "Issued")
    line = card.get_by_role("listitem").filter(has_text="Psychiatry").first
    line.get_by_role("button", name="Revoke", exact=True).click()
    iris.picture("issued-revoke")
    iris.page.get_by_role("dialog").get_by_role("button", name="Revoke for good").click()
    expect(iris.page.get_by_text("is revoked, everywhere.")).to_be_visible()
    since = time.monotonic()

    revoked = page.get_by_role("heading", name="Revoked by its issuer")
    expect(revoked).to_be_visible(timeout=MINUTE_MS)
    assert time.monotonic() - since < MINUTE_MS / 1000
    reader.picture("show-revoked")
    expect(panel(tomas, "My credentials").get_by_text("Revoked").first).to_be_visible()
    tomas.picture("cards-revoked")


def test_a_patient_proves_the_licence_of_whom_she_is_about_to_see(enter: Enter) -> None:
    tomas, mei = enter("tomas-in-his-room"), enter("mei-asks", PHONE)
    come_in(tomas, TOMAS)
    go(tomas, "Clinic")
    room = panel(tomas, "Consulting rooms").get_by_role("listitem").nth(2)
    room.get_by_role("button").last.click()
    is_in(tomas, "consulting-room-3")

    come_in(mei, MEI)
    go(mei, "Clinic")
    panel(mei, "Consulting rooms").get_by_role("button", name="Licence verified").click()

    dialog = mei.page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Genuine and valid")).to_be_visible()
    expect(dialog.get_by_text("Psychologist")).to_be_visible()
    hides(mei.page, "ES-88102")
    mei.picture("mark-proven")
    go_back(tomas)


def go_back(tomas: Person) -> None:
    """Leave the room free for the next."""
    go(tomas, "Home")


def test_my_credentials_in_chinese_and_dark(enter: Enter) -> None:
    amara = enter("amara-zh", DESKTOP, "zh-CN")
    amara.page.emulate_media(color_scheme="dark")
    amara.page.get_by_role("button", name=re.compile("Amara")).click()
    expect(amara.page.locator(".shell")).to_be_visible()
    amara.page.goto(f"{amara.url}/#/home")
    is_in(amara, "home")
    panel(amara, "我的证件")

    expect(amara.page.get_by_text("执业执照").first).to_be_visible()
    amara.picture("cards-zh")

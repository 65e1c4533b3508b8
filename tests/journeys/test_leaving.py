"""Somebody is to leave the house: told, kept, suspended; and who lost every key is invited anew."""

import re
from collections.abc import Generator

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.conftest import Enter, Person
from tests.journeys.steps import IRIS, MEI, come_in, panel
from tests.journeys.test_keys import TOMAS, forgive, sign_out
from tests.serving import ROOT, Server, start, stop


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Generator[Server]:
    """A demonstration of its own, which people leave."""
    if not (ROOT / "web" / "dist" / "index.html").exists():
        pytest.skip("the web client is not built: make setup")
    server = start(tmp_path_factory.mktemp("leaving"), "--demo")
    yield server
    stop(server)


def line_of(people: Locator, name: str) -> Locator:
    return people.get_by_role("listitem").filter(has_text=name)


def choose(iris: Person, name: str, what: str) -> Locator:
    """What an operator may do with somebody's account, from the menu of their line."""
    people = panel(iris, "People")
    people.get_by_role("button", name=f"More for {name}").click()
    iris.picture("leaving-menu")
    people.get_by_role("button", name=re.compile(f"^{what}")).click()
    return iris.page.get_by_role("dialog")


def test_who_is_to_leave_keeps_his_account_and_who_is_dismissed_does_not(
    enter: Enter, house: Server
) -> None:
    iris, tomas = enter("iris", at=house.url), enter("tomas", at=house.url)
    come_in(iris, IRIS)
    come_in(tomas, TOMAS)
    window = choose(iris, TOMAS, "Close the account")
    window.get_by_label("Why").fill("Leaves at the end of the month.")
    expect(window.get_by_text("has 48 hours to keep the account")).to_be_visible()
    iris.picture("leaving-dialog")
    window.get_by_role("button", name="Close the account").click()
    people = panel(iris, "People")
    expect(line_of(people, TOMAS).get_by_text(re.compile("^closing on"))).to_be_visible()
    line_of(people, TOMAS).scroll_into_view_if_needed()
    iris.picture("leaving-people")

    tomas.page.reload()
    expect(tomas.page.get_by_text(f"{IRIS} closes your account on")).to_be_visible()
    tomas.picture("leaving-told")
    tomas.page.get_by_role("button", name="This is wrong: keep my account").click()
    expect(tomas.page.get_by_text("You keep your account.")).to_be_visible()
    expect(tomas.page.get_by_text("closes your account on")).to_have_count(0)

    iris.page.reload()
    window = choose(iris, TOMAS, "Close the account")
    window.get_by_label("Why").fill("Dismissed.")
    window.get_by_role("switch", name=re.compile("Let nobody in")).click()
    window.get_by_role("button", name="Close the account").click()
    expect(line_of(panel(iris, "People"), TOMAS).get_by_text("suspended")).to_be_visible()
    iris.picture("leaving-suspended")
    tomas.page.reload()
    tomas.page.get_by_role("button", name=re.compile(TOMAS)).click()
    expect(tomas.page.get_by_text("This account is suspended.")).to_be_visible()
    tomas.picture("leaving-out")
    forgive(tomas)


def test_who_lost_every_key_is_invited_anew_and_may_object(enter: Enter, house: Server) -> None:
    iris, mei = enter("iris", at=house.url), enter("mei", at=house.url)
    come_in(iris, IRIS)
    come_in(mei, MEI)
    window = choose(iris, MEI, "Invite again")
    window.get_by_label("How do you know who it is?").fill("She was here, with her passport.")
    iris.picture("return-dialog")
    window.get_by_role("button", name="Make the link").click()
    link = str(iris.page.locator(".key-link code").text_content())
    iris.picture("return-link")
    early = enter("early", at=link)
    expect(early.page.get_by_text("This link is not good yet")).to_be_visible()
    early.picture("return-early")

    mei.page.reload()
    expect(mei.page.get_by_text("a new link opens your account")).to_be_visible()
    mei.picture("return-told")
    mei.page.get_by_role("button", name="It is not me: stop it").click()
    expect(mei.page.get_by_text("That link opens nothing.")).to_be_visible()
    mei.page.evaluate("location.hash = '#/home'")
    keys = panel(mei, "My keys")
    keys.get_by_role("button", name="Close my account").click()
    mei.picture("leave-own")
    mei.page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    sign_out(mei)
    forgive(early)

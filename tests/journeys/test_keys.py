"""A passkey from the first to the last: made, used, lost, and come back by friends and by paper."""

import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, cast

import pytest
from playwright.sync_api import CDPSession, Locator, expect

from tests.journeys.conftest import PHONE, Enter, Person
from tests.journeys.steps import IRIS, MEI, come_in, go, is_in, panel
from tests.serving import ROOT, Server, start, stop

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
NORA, JONAS, TOMAS = "Nora Weber", "Jonas Weber", "Tomas Reyes"
EMAILS = {
    MEI: "mei@asklepion.example",
    NORA: "nora@asklepion.example",
    JONAS: "jonas@asklepion.example",
    TOMAS: "tomas@asklepion.example",
}
PASSKEY = "Sign in with your passkey"
REFUSED = "status of 40"  # the browser writes down every answer that says no


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Generator[Server]:
    """A demonstration of its own, in which nobody has time to object."""
    if not (ROOT / "web" / "dist" / "index.html").exists():
        pytest.skip("the web client is not built: make setup")
    server = start(tmp_path_factory.mktemp("keys"), "--demo", recovery_delay_h="0")
    yield server
    stop(server)


@dataclass
class Device:
    """What holds somebody's passkeys: Chromium's own authenticator."""

    browser: CDPSession
    id: str

    def ask(self, verb: str, **more: Any) -> Any:
        """Have it do something. https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn/"""
        return cast(Any, self.browser).send(
            f"WebAuthn.{verb}", {"authenticatorId": self.id, **more}
        )


# Chromium's own authenticator takes every offer at once, where people choose one from a list.
NO_OFFER = "PublicKeyCredential.isConditionalMediationAvailable = async () => false"


def give_device(person: Person, *, offers: bool = False) -> Device:
    """A new device without any passkey.

    Args:
        offers: its browser offers passkeys by itself.
    """
    if not offers:
        person.page.add_init_script(NO_OFFER)
        person.page.evaluate(NO_OFFER)
    browser = person.page.context.new_cdp_session(person.page)
    send = cast(Any, browser).send
    send("WebAuthn.enable")
    made = send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return Device(browser, made["authenticatorId"])


def open_keys(person: Person) -> Locator:
    """Go home and open one's keys."""
    if person.page.locator(".shell").get_attribute("data-place") != "home":
        go(person, "Home")
    return panel(person, "My keys")


def make_key(person: Person, name: str) -> Locator:
    """Make this device a key."""
    keys = open_keys(person)
    keys.get_by_role("button", name="Make this device a key").click()
    person.page.get_by_label("Name of the device").fill(name)
    person.page.get_by_role("button", name="Go on").click()
    expect(keys.get_by_text(name)).to_be_visible()
    return keys


def sign_out(person: Person) -> None:
    person.page.get_by_role("button", name=re.compile("^Account|account", re.I)).first.click()
    person.page.get_by_role("button", name="Sign out").click()
    expect(person.page.get_by_role("heading", name="Good to see you")).to_be_visible()


def come_by_passkey(person: Person) -> None:
    person.page.get_by_role("button", name=PASSKEY).click()
    expect(person.page.locator(".shell")).to_be_visible()


def choose_guardians(mei: Person, *friends: str) -> None:
    keys = open_keys(mei)
    keys.get_by_role("button", name="Choose", exact=True).click()
    window = mei.page.get_by_role("dialog")
    for friend in friends:
        window.get_by_label("E-mail of somebody you trust").fill(EMAILS[friend])
        window.get_by_role("button", name="Ask this person").click()
        expect(window.get_by_text(EMAILS[friend])).to_be_visible()
    mei.picture("keys-guardians")
    mei.page.keyboard.press("Escape")


def become_guardian(friend: Person, name: str, of: str) -> None:
    come_in(friend, name)
    keys = make_key(friend, f"{name}'s phone")
    keys.get_by_role("button", name="Yes, I will").click()
    expect(keys.get_by_text(f"You help {of} back in")).to_be_visible()
    friend.picture("keys-ward")


def agree(friend: Person, of: str, code: str) -> None:
    keys = panel(friend, "My keys")
    friend.page.reload()
    keys = open_keys(friend)
    keys.get_by_role("button", name="Help").click()
    friend.page.get_by_label(f"The code that {of} tells you").fill(code.lower())
    friend.picture("keys-agree")
    friend.page.get_by_role("button", name="I spoke to them: let them in").click()
    expect(keys.get_by_text("you agreed")).to_be_visible()


def forgive(person: Person) -> None:
    """Answers that were meant to say no are no faults."""
    person.faults[:] = [fault for fault in person.faults if REFUSED not in fault]


def test_she_loses_her_key_and_two_friends_let_her_back_in(enter: Enter, quick: Server) -> None:
    mei = enter("mei", at=quick.url)
    phone = give_device(mei)
    mei.page.reload()
    mei.picture("door")
    come_in(mei, MEI)
    make_key(mei, "Mei's phone")
    mei.picture("keys-first")
    sign_out(mei)
    come_by_passkey(mei)
    mei.picture("keys-notice")
    choose_guardians(mei, NORA, JONAS)
    friends = {NORA: enter("nora", PHONE, at=quick.url), JONAS: enter("jonas", at=quick.url)}
    for name, friend in friends.items():
        give_device(friend)
        become_guardian(friend, name, MEI)

    lost = phone.ask("getCredentials")["credentials"][0]
    phone.ask("removeVirtualAuthenticator")
    sign_out(mei)
    give_device(mei)
    code = _ask_friends(mei)
    agree(friends[NORA], MEI, code)
    expect(mei.page.get_by_text("1 of 2 have agreed")).to_be_visible()
    agree(friends[JONAS], MEI, code)
    expect(mei.page.get_by_text("You can come in now")).to_be_visible()
    mei.picture("keys-ready")
    come_by_passkey(mei)

    keys = open_keys(mei)
    expect(keys.get_by_text("Mei's phone")).to_have_count(0)
    mei.picture("keys-back")
    _the_old_one_is_refused(enter("thief", at=quick.url), lost)
    for person in (mei, *friends.values()):
        forgive(person)


def _ask_friends(mei: Person) -> str:
    mei.page.get_by_role("button", name="I cannot get in").click()
    mei.picture("lost")
    mei.page.get_by_role("button", name=re.compile("^People who let me back in")).click()
    mei.page.get_by_label("E-mail").fill(EMAILS[MEI])
    mei.page.get_by_role("button", name="Make a key and ask them").click()
    shown = mei.page.locator("[data-code]")
    expect(shown).to_be_visible()
    mei.picture("lost-code")
    code = shown.get_attribute("data-code")
    assert code
    return code


def _the_old_one_is_refused(thief: Person, lost: dict[str, Any]) -> None:
    found = give_device(thief)
    found.ask("addCredential", credential=lost)
    thief.page.get_by_role("button", name=PASSKEY).click()
    expect(thief.page.get_by_text("This passkey is not known here.")).to_be_visible()
    expect(thief.page.locator(".shell")).to_have_count(0)
    forgive(thief)


def test_a_sheet_of_paper_lets_her_back_in_once(enter: Enter, quick: Server) -> None:
    tomas = enter("tomas", PHONE, at=quick.url)
    give_device(tomas)
    come_in(tomas, TOMAS)
    tomas.page.evaluate("location.hash = '#/home'")
    is_in(tomas, "home")
    keys = panel(tomas, "My keys")
    keys.get_by_role("button", name="Print").click()
    sheet = tomas.page.locator(".key-code")
    expect(sheet).to_be_visible()
    tomas.picture("sheet")
    tomas.page.emulate_media(media="print")
    tomas.page.screenshot(path=ROOT / "artefacts" / "journeys" / "sheet-printed.png")
    tomas.page.emulate_media(media="screen")
    code = sheet.get_attribute("data-code")
    tomas.page.get_by_role("button", name="I have put it away").click()
    _rehearse(tomas, keys, str(code))
    sign_out(tomas)
    for is_first in (True, False):
        tomas.page.get_by_role("button", name="I cannot get in").click()
        tomas.page.get_by_role("button", name=re.compile("^My printed code")).click()
        tomas.page.get_by_label("E-mail").fill(EMAILS[TOMAS])
        tomas.page.get_by_label("Printed code").fill(str(code))
        tomas.page.get_by_role("button", name="Go on").click()
        if is_first:
            tomas.picture("paper")
            tomas.page.get_by_role("button", name="Make this device my key").click()
            expect(tomas.page.locator(".shell")).to_be_visible()
            sign_out(tomas)
    expect(tomas.page.get_by_text("The e-mail address or the code is wrong.")).to_be_visible()
    tomas.picture("paper-used")
    forgive(tomas)


def _rehearse(person: Person, keys: Locator, code: str) -> None:
    keys.get_by_role("button", name="Try it out").click()
    person.picture("rehearsal")
    person.page.get_by_role("button", name="Begin").click()
    person.page.get_by_label("Printed code").fill(code)
    person.page.get_by_role("button", name="Try the code").click()
    expect(person.page.get_by_text("You would be back in")).to_be_visible()
    person.picture("rehearsal-done")
    person.page.get_by_role("button", name="Close", exact=True).last.click()
    expect(keys.get_by_text("You last tried it on")).to_be_visible()


def test_a_second_device_joins_by_a_number(enter: Enter, quick: Server) -> None:
    amara = enter("amara", at=quick.url)
    give_device(amara)
    come_in(amara, "Dr Amara Okafor")
    keys = make_key(amara, "Amara's laptop")
    keys.get_by_role("button", name="Add another device").click()
    link = amara.page.locator(".key-link code")
    expect(amara.page.get_by_text("open on this computer alone")).to_be_visible()
    amara.picture("other-scan")
    tablet = enter("tablet", PHONE, at=str(link.text_content()))
    give_device(tablet)
    shown = tablet.page.locator("[data-number]")
    expect(shown).to_be_visible()
    tablet.picture("join")
    number = str(shown.get_attribute("data-number"))
    amara.page.get_by_role("button", name=number, exact=True).wait_for()
    amara.picture("other-choose")
    amara.page.get_by_role("button", name=number, exact=True).click()
    tablet.page.get_by_label("Name of the device").fill("Amara's tablet")
    tablet.picture("join-make")
    tablet.page.get_by_role("button", name="Make this device my key").click()
    expect(tablet.page.locator(".shell")).to_be_visible()

    expect(keys.get_by_text("Amara's tablet")).to_be_visible()
    amara.picture("other-done")
    sign_out(tablet)
    come_by_passkey(tablet)
    for person in (amara, tablet):
        forgive(person)


def test_where_the_browser_can_it_offers_the_passkey_by_itself(enter: Enter, quick: Server) -> None:
    iris = enter("offered", at=quick.url)
    give_device(iris, offers=True)
    come_in(iris, IRIS)
    make_key(iris, "Iris's phone")

    iris.page.get_by_role("button", name=re.compile(IRIS)).first.click()
    iris.page.get_by_role("button", name="Sign out").click()

    expect(iris.page.locator(".shell")).to_be_visible()
    forgive(iris)


def test_whoever_is_invited_makes_a_key_and_needs_no_password(enter: Enter, quick: Server) -> None:
    iris = enter("iris", at=quick.url)
    come_in(iris, IRIS)
    people = panel(iris, "People")
    people.get_by_role("button", name="Add a person").click()
    window = iris.page.get_by_role("dialog")
    window.get_by_label("Name, as others see it").fill("Gus Guest")
    window.get_by_label("E-mail").fill("gus@asklepion.example")
    iris.picture("invite")
    window.get_by_role("button", name="Add a person").click()
    link = iris.page.locator(".key-link code")
    expect(link).to_be_visible()
    iris.picture("invited")
    gus = enter("gus", PHONE, at=str(link.text_content()))
    give_device(gus)
    expect(gus.page.get_by_role("heading", name="Welcome, Gus Guest")).to_be_visible()
    gus.picture("welcome")
    gus.page.get_by_role("button", name="Make this device my key").click()
    expect(gus.page.locator(".shell")).to_be_visible()


def test_my_keys_in_chinese_on_a_phone(enter: Enter, quick: Server) -> None:
    iris = enter("iris-zh", PHONE, "zh-CN", at=quick.url)
    give_device(iris)
    iris.page.reload()
    iris.picture("door-zh")
    come_in(iris, IRIS)
    iris.page.evaluate("location.hash = '#/home'")
    is_in(iris, "home")
    panel(iris, "我的钥匙")
    expect(iris.page.get_by_role("button", name="把这台设备设为钥匙")).to_be_visible()
    iris.picture("keys-zh")

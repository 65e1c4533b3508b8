"""People are safe from each other: they vanish, are sent out, reported, and get away."""

import re

from playwright.sync_api import Locator, expect

from tests.journeys.conftest import PHONE, SMALL, Enter, Person
from tests.journeys.steps import AMARA, IRIS, MEI, come_in, go, is_in, panel

JONAS = "Jonas Weber"
GONE_MS = 5000  # in which whoever was blocked is off the screen of a busy machine
SEES = "(name) => globalThis.__asklepion?.crowd.some((other) => other.name === name)"
SLOW_MS = 90_000  # software draws


def listed(person: Person, name: str) -> Locator:
    """Somebody in the list of people here."""
    return panel(person, "People and things here").locator(".here-one").filter(has_text=name)


def menu_of(person: Person, name: str) -> Locator:
    """Open what one can do about somebody."""
    listed(person, name).get_by_role("button", name=f"More about {name}").click()
    return listed(person, name).get_by_role("group", name=f"More about {name}")


def test_who_blocks_another_and_the_other_vanish_to_each_other_and_come_back(enter: Enter) -> None:
    mei, jonas, iris = enter("mei"), enter("jonas"), enter("iris")
    for person, name in ((mei, MEI), (jonas, JONAS), (iris, IRIS)):
        come_in(person, name)
    menu_of(mei, JONAS).get_by_role("button", name="Block").click()
    mei.picture("block-asked")
    mei.page.get_by_role("dialog").get_by_role("button", name="Block").click()

    expect(listed(mei, JONAS)).to_have_count(0)
    expect(listed(jonas, MEI)).to_have_count(0, timeout=GONE_MS)
    expect(listed(iris, MEI)).to_have_count(1)
    panel(jonas, "Chat").get_by_role("textbox").fill("Is anybody here?")
    jonas.page.keyboard.press("Enter")
    expect(panel(iris, "Chat").get_by_text("Is anybody here?")).to_be_visible()
    expect(panel(mei, "Chat").get_by_text("Is anybody here?")).to_have_count(0)
    mei.page.reload()
    expect(listed(mei, IRIS)).to_have_count(1)
    expect(listed(mei, JONAS)).to_have_count(0)

    safety = panel(mei, "People and safety")
    mei.picture("safety")
    safety.get_by_role("button", name="Unblock").click()
    expect(listed(mei, JONAS)).to_have_count(1)
    expect(listed(jonas, MEI)).to_have_count(1)


def test_in_the_scene_too_whoever_is_blocked_is_gone(enter: Enter) -> None:
    mei, jonas = (enter(name, SMALL, scene=True) for name in ("mei", "jonas"))
    for person, name in ((mei, MEI), (jonas, JONAS)):
        person.page.set_default_timeout(SLOW_MS)
        come_in(person, name)
    mei.page.wait_for_function(SEES, arg=JONAS, timeout=SLOW_MS)
    jonas.page.wait_for_function(SEES, arg=MEI, timeout=SLOW_MS)
    menu_of(mei, JONAS).get_by_role("button", name="Block").click()
    mei.page.get_by_role("dialog").get_by_role("button", name="Block").click()

    for person, other in ((mei, JONAS), (jonas, MEI)):
        person.page.wait_for_function(f"(name) => !({SEES})(name)", arg=other, timeout=SLOW_MS)
    panel(mei, "People and safety").get_by_role("button", name="Unblock").click()
    mei.page.wait_for_function(SEES, arg=JONAS, timeout=SLOW_MS)


def test_a_host_sends_somebody_out_who_reads_why_and_answers(enter: Enter) -> None:
    iris, jonas = enter("iris"), enter("jonas", PHONE)
    come_in(iris, IRIS)
    come_in(jonas, JONAS)
    order = panel(iris, "Order")
    order.get_by_role("button", name=f"Send {JONAS} out").click()
    iris.page.get_by_role("dialog").get_by_label("Why").fill("Please calm down.")
    iris.picture("order-reason")
    iris.page.get_by_role("dialog").get_by_role("button", name="Send out").click()

    expect(jonas.page.get_by_text("Reason: Please calm down.")).to_be_visible()
    jonas.picture("order-told")
    jonas.page.get_by_text("If you think this is wrong").click()
    jonas.page.get_by_label("Your answer").fill("It was a joke.")
    jonas.page.get_by_role("button", name="Send", exact=True).click()
    expect(jonas.page.get_by_text("A host will read it.")).to_be_visible()
    order.get_by_role("button", name="Look again").click()
    expect(order.get_by_text("It was a joke.")).to_be_visible()
    iris.picture("order-list")


def test_who_has_no_word_says_nothing_until_it_is_given_back(enter: Enter) -> None:
    iris, jonas = enter("iris"), enter("jonas")
    come_in(iris, IRIS)
    come_in(jonas, JONAS)
    menu = menu_of(iris, JONAS)
    iris.picture("person-menu")
    menu.get_by_role("button", name="Take the word").click()
    iris.page.get_by_role("dialog").get_by_label("Why").fill("Shouting.")
    iris.page.get_by_role("dialog").get_by_role("button", name="Take the word").click()

    expect(panel(jonas, "Chat").get_by_role("textbox")).to_have_count(0)
    expect(panel(jonas, "Chat").get_by_text("taken the word from you")).to_be_visible()
    jonas.picture("silenced")
    panel(iris, "Order").get_by_role("button", name="Lift").first.click()
    panel(jonas, "Chat").get_by_role("textbox").fill("I will be quiet.")
    jonas.page.keyboard.press("Enter")
    expect(panel(iris, "Chat").get_by_text("I will be quiet.")).to_be_visible()


def test_who_reports_another_gets_a_number_and_hears_what_became_of_it(enter: Enter) -> None:
    mei, jonas, iris = enter("mei"), enter("jonas"), enter("iris")
    for person, name in ((mei, MEI), (jonas, JONAS), (iris, IRIS)):
        come_in(person, name)
    panel(jonas, "Chat").get_by_role("textbox").fill("Something hurtful.")
    jonas.page.keyboard.press("Enter")
    expect(panel(mei, "Chat").get_by_text("Something hurtful.")).to_be_visible()
    menu_of(mei, JONAS).get_by_role("button", name="Report").click()
    dialog = mei.page.get_by_role("dialog")
    dialog.get_by_label("What happened?").select_option("insult")
    dialog.get_by_role("switch", name="Also block them").click()
    mei.picture("report-asked")
    dialog.get_by_role("button", name="Send the report").click()
    number = dialog.locator(".report-number").inner_text()
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}", number)
    dialog.get_by_role("button", name="Close").last.click()

    reports = panel(iris, "Order").locator(".here-one").filter(has_text=number)
    reports.get_by_role("button", name="Open the sealed minute").click()
    minute = iris.page.get_by_role("dialog")
    expect(minute.get_by_text("Something hurtful.")).to_be_visible()
    iris.picture("report-minute")
    minute.get_by_label("Words to whoever reported it").fill("He was spoken to.")
    minute.get_by_role("button", name="Answer").click()

    expect(mei.page.get_by_text(f"Your report {number} was answered")).to_be_visible()
    expect(mei.page.get_by_text("He was spoken to.")).to_be_visible()
    mei.picture("report-answered")
    expect(panel(iris, "Order").get_by_text("opened the sealed minute")).to_be_visible()


def test_escape_held_or_one_button_leads_home_with_the_microphone_off(enter: Enter) -> None:
    mei, amara = enter("mei"), enter("amara", PHONE, "zh-CN")
    come_in(mei, MEI)
    come_in(amara, AMARA)
    panel(mei, "Voice").get_by_role("button", name="Join with the microphone").click()
    expect(panel(mei, "Voice").get_by_role("button", name="Hang up")).to_be_visible()

    mei.page.keyboard.down("Escape")
    is_in(mei, "home")
    mei.page.keyboard.up("Escape")

    gone = mei.page.get_by_role("status").get_by_text("Your microphone is off")
    expect(gone).to_be_visible()
    mei.picture("safe-place")
    expect(
        panel(mei, "Voice").get_by_role("button", name="Join with the microphone")
    ).to_be_visible()
    amara.page.get_by_role("button", name="立即回到我的安全处").click()
    is_in(amara, "home")
    amara.picture("safe-place-phone")
    expect(panel(amara, "人与安全").get_by_text("个人空间").first).to_be_visible()
    amara.picture("safety-phone")


def test_two_become_friends_and_one_follows_the_invitation_of_the_other(enter: Enter) -> None:
    mei, jonas = enter("mei"), enter("jonas", language="zh-CN")
    come_in(mei, MEI)
    come_in(jonas, JONAS)
    menu_of(mei, JONAS).get_by_role("button", name="Ask to be friends").click()
    jonas.page.get_by_role("button", name="查看").click()
    jonas.page.get_by_role("button", name="接受").click()
    expect(mei.page.get_by_text(f"You and {JONAS} are friends")).to_be_visible()
    go(mei, "Clinic")
    friends = panel(mei, "People and safety")
    friends.get_by_role("button", name="Invite here").click()

    expect(jonas.page.get_by_text("邀请你去")).to_be_visible()
    jonas.picture("friend-invited")
    jonas.page.get_by_role("button", name="去那里").click()
    is_in(jonas, "clinic")
    friends.get_by_role("button", name="Link to this place").click()
    expect(mei.page.get_by_role("img", name="The same link as a picture")).to_be_visible()
    mei.picture("invitation")
    mei.page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    friends.get_by_role("button", name="End the friendship").click()
    expect(friends.get_by_text("No friends here yet")).to_be_visible()

"""People meet in three dimensions; how voices arrive: `test_voice`."""

from itertools import pairwise
from math import dist
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.journeys.cable import cable
from tests.journeys.conftest import SMALL, Enter, Person
from tests.journeys.steps import AMARA, MEI, come_in, go, panel
from tests.serving import Server

SLOW_MS = 90_000  # software draws
MOST_M = 2  # who is seen farther off than this from one look to the next has leapt, not walked
LOOK = """
(name) => {
  const seen = (globalThis.seen = []);
  const look = () => {
    const one = globalThis.__asklepion?.crowd.find((other) => other.name === name);
    if (one) seen.push(one.position);
    requestAnimationFrame(look);
  };
  look();
}
"""
HAS_COME = """
(far) => {
  const legs = seen.slice(1).map((to, i) => Math.hypot(to[0] - seen[i][0], to[2] - seen[i][2]));
  return legs.reduce((sum, leg) => sum + leg, 0) > far;
}
"""


def walk(walker: Person, key: str, seen_by: Person, far_m: float) -> None:
    """Hold a key until the other has seen them come so far; a slow picture makes short steps."""
    walker.page.keyboard.down(key)
    seen_by.page.wait_for_function(HAS_COME, arg=far_m, timeout=SLOW_MS)
    walker.page.keyboard.up(key)


def test_on_the_plaza_one_sees_the_other_walk_and_they_chat(enter: Enter) -> None:
    amara, mei = (enter(name, SMALL, scene=True) for name in ("amara", "mei"))
    for person, name in ((amara, AMARA), (mei, MEI)):
        person.page.set_default_timeout(SLOW_MS)
        come_in(person, name)
    known = "(name) => globalThis.__asklepion?.crowd.some((other) => other.name === name)"
    amara.page.wait_for_function(known, arg=MEI, timeout=SLOW_MS)
    mei.page.wait_for_function(known, arg=AMARA, timeout=SLOW_MS)

    amara.page.evaluate(LOOK, MEI)
    walk(mei, "KeyW", amara, 3)
    walk(mei, "ArrowLeft", amara, 5)
    mei.page.wait_for_timeout(1000)

    way: list[list[float]] = amara.page.evaluate("globalThis.seen")
    steps = [dist(a, b) for a, b in pairwise(way)]
    assert sum(step > 0.01 for step in steps) > 10
    assert max(steps) < MOST_M
    panel(mei, "Chat").get_by_role("textbox").fill("Good morning!")
    mei.page.keyboard.press("Enter")
    expect(panel(amara, "Chat").get_by_text("Good morning!", exact=True)).to_be_visible(
        timeout=SLOW_MS
    )
    panel(amara, "Chat").get_by_role("textbox").fill("Good morning, Mei.")
    amara.page.keyboard.press("Enter")
    expect(panel(mei, "Chat").get_by_text("Good morning, Mei.", exact=True)).to_be_visible(
        timeout=SLOW_MS
    )
    for person in (amara, mei):
        person.picture("plaza-together")


def test_whose_cable_is_pulled_out_goes_on_where_she_stood(enter: Enter, server: Server) -> None:
    with cable(urlsplit(server.url).port or 80) as line:
        amara, mei = enter("amara"), enter("mei", at=line.url)
        come_in(amara, AMARA)
        come_in(mei, MEI)
        for person in (amara, mei):
            go(person, "Clinic")
        here = panel(amara, "People and things here")
        expect(here.get_by_text(MEI).first).to_be_visible()

        line.pull()
        expect(mei.page.get_by_text("The connection to the others is lost")).to_be_visible()
        expect(here.get_by_text("line lost, coming back")).to_be_visible()
        panel(mei, "Chat").get_by_role("textbox").fill("Where was I?")
        mei.page.keyboard.press("Enter")
        expect(panel(mei, "Chat").get_by_text("There is no connection right now")).to_be_visible()
        line.plug_in()

        lost = mei.page.get_by_text("The connection to the others is lost")
        expect(lost).to_be_hidden(timeout=30_000)
        expect(here.get_by_text("line lost, coming back")).to_be_hidden()
        panel(mei, "Chat").get_by_role("button", name="Send").click()
        expect(panel(amara, "Chat").get_by_text("Where was I?", exact=True)).to_be_visible()
        mei.page.close()
        assert all("ERR_" in fault or "WebSocket" in fault for fault in mei.faults)
        mei.faults.clear()  # the browser complains of the cable alone

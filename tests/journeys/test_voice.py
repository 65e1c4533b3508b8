"""Voices as they arrive, by the meter at the other end; Chromium's microphone beeps by itself."""

from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, Enter, Person
from tests.journeys.steps import AMARA, IRIS, MEI, come_in, go, panel
from tests.serving import Server, start, stop
from tests.sfu import running_janus

HEARD, SILENT = 0.4, 0.05  # of the meter: −36 dB, and −57 dB
TAIL_MS = 800  # what is still under way when somebody falls silent
SOFTER = 0.1  # of the meter: 6 dB
LOUDEST = """
async ([names, enough, ms]) => {
  const until = performance.now() + ms;
  let most = 0;
  while (performance.now() < until && most < enough) {
    for (const name of names) {
      const meter = document.querySelector(`meter[aria-label="How loud ${name} arrives"]`);
      most = Math.max(most, meter ? meter.value : 0);
    }
    await new Promise((then) => setTimeout(then, 40));
  }
  return most;
}
"""


def loudest(person: Person, *names: str, enough: float = 1.0, ms: int = 1600) -> float:
    """The most that their meters showed for a while; the microphone beeps twice a second."""
    return float(person.page.evaluate(LOUDEST, [names, enough, ms]))


def hears(person: Person, name: str) -> None:
    """Expect that somebody arrives; the first time, a way must be found."""
    assert loudest(person, name, enough=HEARD, ms=30_000) >= HEARD


def join(person: Person) -> None:
    """Open the microphone."""
    panel(person, "Voice").get_by_role("button", name="Join with the microphone").click()


def talk(*people: Person) -> None:
    """Join, and wait until each hears the other."""
    for person in people:
        join(person)
    for person in people:
        expect(person.page.get_by_text("hears you").first).to_be_visible(timeout=60_000)


def test_what_two_say_privately_reaches_neither_the_ear_nor_the_chat_of_a_third(
    enter: Enter,
) -> None:
    amara, mei, iris = enter("amara"), enter("mei", PHONE), enter("iris")
    for person, name in ((amara, AMARA), (mei, MEI), (iris, IRIS)):
        come_in(person, name)
    talk(amara, mei)
    join(iris)
    hears(amara, MEI)
    hears(iris, MEI)

    voice = panel(amara, "Voice")
    voice.get_by_role("switch", name=MEI).click()
    voice.get_by_role("button", name="Speak privately").click()
    mei.picture("aside-asked")
    mei.page.get_by_role("button", name="Yes, speak privately").click()
    expect(amara.page.get_by_text(f"Between you and {MEI}").first).to_be_visible()

    hears(amara, MEI)
    assert loudest(iris, MEI, AMARA) < SILENT
    amara.picture("aside-inside")
    mei.picture("aside-phone")
    panel(mei, "Chat").get_by_role("textbox").fill("It still hurts.")
    mei.page.keyboard.press("Enter")
    expect(panel(amara, "Chat").get_by_text("It still hurts.", exact=True)).to_be_visible()
    amara.picture("aside-chat")
    here = panel(iris, "People and things here")
    expect(here.get_by_text("speaks privately")).to_have_count(2)
    iris.picture("aside-seen")
    expect(panel(iris, "Chat").get_by_text("It still hurts.")).to_have_count(0)

    amara.page.get_by_role("button", name="Leave the private conversation").first.click()
    panel(iris, "Voice")
    hears(iris, MEI)


def test_a_voice_is_heard_falls_silent_with_mute_and_is_softer_from_afar(enter: Enter) -> None:
    amara, mei = enter("amara"), enter("mei")
    for person, name in ((amara, AMARA), (mei, MEI)):
        come_in(person, name)
    talk(amara, mei)

    hears(amara, MEI)
    near = loudest(amara, MEI, ms=3000)
    amara.picture("voice-heard")
    mei.page.keyboard.press("m")
    expect(panel(mei, "Voice").get_by_role("button", name="Unmute")).to_be_visible()
    amara.page.wait_for_timeout(TAIL_MS)
    muted = loudest(amara, MEI)
    go(mei, "Clinic")
    go(mei, "Plaza")  # now she stands before its door, some way off
    talk(mei)
    assert loudest(amara, MEI, enough=2 * SILENT, ms=30_000) > SILENT
    afar = loudest(amara, MEI, ms=3000)

    assert muted < SILENT
    assert SILENT < afar < near - SOFTER
    talks = panel(mei, "Voice")
    talks.get_by_text("How you talk").click()
    talks.get_by_role("switch", name="Push to talk").click()
    mei.picture("voice-push")
    amara.page.wait_for_timeout(TAIL_MS)
    assert loudest(amara, MEI) < SILENT
    mei.page.keyboard.down("v")
    assert loudest(amara, MEI, enough=2 * SILENT, ms=10_000) > SILENT
    mei.page.keyboard.up("v")


@pytest.fixture
def sfu_house(tmp_path: Path) -> Generator[Server]:
    """A house whose voices go through Janus as soon as three are in a place."""
    with running_janus() as janus:
        server = start(tmp_path, "--demo", janus_above="2", **janus.settings)
        yield server
        stop(server)


def test_through_an_sfu_voices_reach_those_who_may_hear_them_and_on_stage_everybody(
    sfu_house: Server,
    enter: Enter,  # who came last goes first
) -> None:
    iris, mei, amara = (enter(name, at=sfu_house.url) for name in ("iris", "mei", "amara"))
    for person, name in ((iris, IRIS), (mei, MEI), (amara, AMARA)):
        come_in(person, name)
        join(person)
    hears(iris, AMARA)
    hears(amara, MEI)

    panel(iris, "Voice").get_by_role("switch", name="Put this place on stage").click()
    for person in (mei, amara):
        hears(person, "Iris Keeper")
    assert loudest(amara, MEI) < SILENT
    assert loudest(iris, MEI) < SILENT

    panel(mei, "Voice").get_by_role("button", name="Raise your hand to speak").click()
    mei.picture("stage-waits")
    iris.picture("stage-asked")
    panel(iris, "Voice").get_by_role("button", name="Give the word").click()
    hears(amara, MEI)
    amara.picture("stage-heard")
    panel(iris, "Voice").get_by_role("button", name="Take the word back").click()
    amara.page.wait_for_timeout(TAIL_MS)
    assert loudest(amara, MEI) < SILENT
    panel(iris, "Voice").get_by_role("switch", name="Put this place on stage").click()
    hears(amara, MEI)

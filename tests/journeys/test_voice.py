"""Voices as they arrive, by the meter at the other end; Chromium's microphone beeps by itself."""

from playwright.sync_api import expect

from tests.journeys.conftest import Enter, Person
from tests.journeys.steps import AMARA, MEI, come_in, go, panel

HEARD, SILENT = 0.4, 0.05  # of the meter: −36 dB, and −57 dB
SOFTER = 0.1  # of the meter: 6 dB
LOUDEST = """
async ([label, ms]) => {
  const until = performance.now() + ms;
  let most = 0;
  while (performance.now() < until) {
    const meter = document.querySelector(`meter[aria-label="${label}"]`);
    most = Math.max(most, meter ? meter.value : 0);
    await new Promise((then) => setTimeout(then, 40));
  }
  return most;
}
"""


def loudest(person: Person, of: str, ms: int = 2500) -> float:
    """The most that a meter showed for a while, in which the microphone beeps twice."""
    label = f"How loud {of} arrives"
    return float(person.page.evaluate(LOUDEST, [label, ms]))


def join(person: Person) -> None:
    """Open the microphone."""
    panel(person, "Voice").get_by_role("button", name="Join with the microphone").click()


def talk(*people: Person) -> None:
    """Join, and wait until each hears the other."""
    for person in people:
        join(person)
    for person in people:
        expect(person.page.get_by_text("hears you").first).to_be_visible(timeout=60_000)


def test_a_voice_is_heard_falls_silent_with_mute_and_is_softer_from_afar(enter: Enter) -> None:
    amara, mei = enter("amara"), enter("mei")
    for person, name in ((amara, AMARA), (mei, MEI)):
        come_in(person, name)
    talk(amara, mei)

    near = loudest(amara, MEI)
    amara.picture("voice-heard")
    mei.page.keyboard.press("m")
    expect(panel(mei, "Voice").get_by_role("button", name="Unmute")).to_be_visible()
    muted = loudest(amara, MEI)
    go(mei, "Clinic")
    go(mei, "Plaza")  # now she stands before its door, some way off
    talk(mei)
    afar = loudest(amara, MEI)

    assert near > HEARD
    assert muted < SILENT
    assert SILENT < afar < near - SOFTER
    talks = panel(mei, "Voice")
    talks.get_by_text("How you talk").click()
    talks.get_by_role("switch", name="Push to talk").click()
    mei.picture("voice-push")
    assert loudest(amara, MEI) < SILENT
    mei.page.keyboard.down("v")
    assert loudest(amara, MEI) > SILENT
    mei.page.keyboard.up("v")

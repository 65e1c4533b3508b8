"""What is said, read as words: typed, since a browser without a screen recognises no speech."""

import re

from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, Enter, Person
from tests.journeys.looking import SMALL_TARGETS, THUMB_PX
from tests.journeys.steps import AMARA, MEI, come_in, panel

OWN = "Take one tablet in the morning and one in the evening, with a glass of water."
FOR_HER = "And come back on Monday, or call me before if your knee is warm or you have a fever."
WATCH = """
() => {
  globalThis.captionsShown = [];
  const box = (of) => document.querySelector(of).getBoundingClientRect();
  new MutationObserver(() => {
    const band = document.querySelector(".captions");
    if (!band) return;
    const [own, dock] = [box(".captions"), box("#dock")];
    const isClear = own.right <= dock.left || own.bottom <= dock.top;
    captionsShown.push({ words: band.textContent, isClear });
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
}
"""
WAS_SHOWN = "(words) => captionsShown.find((one) => one.words.includes(words))"


def was_shown(person: Person, words: str) -> None:
    """Expect that the band showed words, for however long, and beside or above the dock."""
    found = person.page.wait_for_function(WAS_SHOWN, arg=words).json_value()
    assert found["isClear"], "the band lies over the dock"


def test_captions_are_read_by_whoever_wants_to_and_another_types_them_only_with_a_yes(
    enter: Enter,
) -> None:
    amara, mei = enter("amara"), enter("mei", PHONE)
    for person, name in ((amara, AMARA), (mei, MEI)):
        come_in(person, name)
        person.page.evaluate(WATCH)
    reads = panel(mei, "Captions")
    reads.get_by_role("switch", name="Show captions").click()
    assert mei.page.evaluate(SMALL_TARGETS, THUMB_PX) == []
    mei.picture("captions-panel")
    expect(reads.get_by_role("textbox", name="What you say")).to_be_visible()
    expect(reads.get_by_label("Whose words")).to_have_count(0)  # nobody has let her
    reads.get_by_role("button", name="Close").click()

    speaks = panel(amara, "Captions")
    speaks.get_by_role("textbox", name="What you say").fill(OWN)
    amara.page.keyboard.press("Enter")
    was_shown(mei, f"{AMARA} {OWN}")
    mei.picture("captions-read")
    expect(mei.page.get_by_role("log", name="Captions")).to_contain_text(OWN)

    speaks.get_by_role("switch", name=MEI).click()
    expect(amara.page.get_by_text("May write down what you say: ")).to_be_visible()
    writes = panel(mei, "Captions")
    writes.get_by_label("Whose words").select_option(label=AMARA)
    writes.get_by_role("textbox", name=f"What {AMARA} says").fill(FOR_HER)
    mei.page.keyboard.press("Enter")
    was_shown(amara, f"{AMARA} (typed by {MEI}) {FOR_HER}")
    amara.picture("captions-typed")
    mei.picture("captions-typed")

    with mei.page.expect_download() as download:
        writes.get_by_role("button", name="Save as WebVTT").click()
    film = download.value.path().read_text()
    assert film.startswith("WEBVTT\n\n00:00:00.000 --> ")
    assert re.findall("<v ([^>]+)>", film) == [AMARA, f"{AMARA} ({MEI})"]
    amara.page.get_by_role("button", name="Let nobody write for me").click()
    expect(writes.get_by_label("Whose words")).to_have_count(0)

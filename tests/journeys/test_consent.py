"""She says in plain words who may see what; and whoever looks in an emergency answers for it."""

import re

from playwright.sync_api import Locator, expect

from tests.journeys.conftest import Enter, Person
from tests.journeys.steps import AMARA, IRIS, MEI, come_in, go, panel

TOMAS = "Tomas Reyes"
NOTES = "/fhir/R4/DocumentReference?patient=mei-lin&author=Practitioner/tomas-reyes"
WORDS = f"Nobody but {TOMAS} may see notes written by {TOMAS} — also not in an emergency."
WHY = "Found unconscious at the market, nobody to be asked."
REMARK = "She was found unconscious; he looked at no more than he had to."
SECONDS_MS = 5000  # within them she is told


def press(where: Locator, name: str | re.Pattern[str]) -> None:
    """Press the one button of this name."""
    where.get_by_role("button", name=name).click()


def begins(words: str) -> re.Pattern[str]:
    return re.compile(f"^{re.escape(words)}")


def notes_seen(clinician: Person) -> int:
    """How many of the therapist's notes about her the house shows to this browser."""
    answer = clinician.page.request.get(clinician.url.rstrip("/") + NOTES)
    assert answer.ok
    return len(answer.json().get("entry", []))


def say(patient: Person, *steps: str | re.Pattern[str]) -> Locator:
    """Answer one question after the other, and say yes to the sentence."""
    press(panel(patient, "Who may see what"), "Say something new")
    sheet = patient.page.get_by_role("dialog")
    for step in steps:
        press(sheet, step)
    press(sheet, "Yes, that is what I say")
    expect(sheet.get_by_text("It holds now")).to_be_visible()
    return sheet


def test_my_therapist_s_notes_are_for_my_therapist_alone(enter: Enter) -> None:
    mei, amara, tomas = enter("mei"), enter("amara"), enter("tomas")
    for person, name in ((mei, MEI), (amara, AMARA), (tomas, TOMAS)):
        come_in(person, name)
    go(mei, "Home")
    everybody = begins("Every clinician here")
    all_of_it = begins("My whole record")
    sheet = say(
        mei, begins("Share something"), everybody, "Next", all_of_it, "Next", "Today", "Next"
    )
    press(sheet, "Done")
    assert (notes_seen(amara), notes_seen(tomas)) == (1, 1)

    press(panel(mei, "Who may see what"), "Say something new")
    sheet = mei.page.get_by_role("dialog")
    press(sheet, begins("Hide something"))
    press(sheet, begins("What somebody wrote"))
    press(sheet, begins(TOMAS))
    press(sheet, "Next")
    press(sheet, begins("From everybody"))
    sheet.get_by_role("switch", name=re.compile("in an emergency")).click()
    press(sheet, "Next")
    expect(sheet.get_by_text(WORDS)).to_be_visible()
    mei.picture("consent-words")
    press(sheet, "Yes, that is what I say")
    expect(sheet.get_by_text("It holds now")).to_be_visible()

    assert (notes_seen(amara), notes_seen(tomas)) == (0, 1)
    mei.picture("consent-said")
    press(sheet, "Done")
    held = panel(mei, "Who may see what")
    expect(held.get_by_text(WORDS)).to_be_visible()
    press(held, "Do not hide it any more")
    expect(held.get_by_text("Taken back.")).to_be_visible()
    assert notes_seen(amara) == 1
    press(held, "Take it back now")
    expect(held.get_by_text("Nobody else may see this record")).to_be_visible()
    assert (notes_seen(amara), notes_seen(tomas)) == (0, 0)


def test_who_breaks_the_glass_is_seen_at_once_and_judged_and_she_reads_it(enter: Enter) -> None:
    mei, amara, iris = enter("mei"), enter("amara"), enter("iris")
    for person, name in ((mei, MEI), (amara, AMARA), (iris, IRIS)):
        come_in(person, name)
    go(amara, "Home")
    emergency = panel(amara, "Emergency access")
    emergency.get_by_label("Family name").fill("林")
    emergency.get_by_label("Date of birth").fill("1967-04-18")
    press(emergency, "Find the patient")
    emergency.get_by_label("Why it cannot wait").fill(WHY)
    press(emergency, "Next")
    expect(emergency.get_by_text("You are about to look without permission")).to_be_visible()
    amara.picture("emergency-warning")
    press(emergency, "Open the record now")

    told = mei.page.get_by_role("region", name="Somebody looked in an emergency")
    expect(told.get_by_text(WHY)).to_be_visible(timeout=SECONDS_MS)
    mei.picture("emergency-told")
    expect(amara.page.get_by_text(f"you see the record of {MEI.split()[0]}")).to_be_visible()
    expect(amara.page.locator("#dock-panel").get_by_text("PREVENT").first).to_be_visible()
    amara.picture("emergency-open")
    press(told, "End it now")
    expect(amara.page.locator("#dock-panel").get_by_text("PREVENT")).to_have_count(0)
    expect(amara.page.get_by_text("you see the record of")).to_have_count(0)
    press(told, "I have read it")
    expect(told).to_have_count(0)

    case = panel(iris, "Emergency looks").get_by_role("listitem").filter(has_text=WHY)
    case.get_by_label("Why you judge so").fill(REMARK)
    press(case, re.compile("^Justified$"))
    expect(iris.page.get_by_text("Judged. The patient can read it.")).to_be_visible()

    mei.page.reload()
    told = mei.page.get_by_role("region", name="Somebody looked in an emergency")
    expect(told.get_by_text("it was justified")).to_be_visible()
    expect(told.get_by_text(REMARK)).to_be_visible()
    press(told, "See what was looked at")
    list_of = mei.page.locator("#dock-panel")
    expect(list_of.get_by_text(REMARK)).to_be_visible()
    press(list_of, "What was looked at")
    expect(list_of.get_by_text(re.compile(f"{AMARA} looked")).first).to_be_visible()
    mei.picture("emergency-judged")

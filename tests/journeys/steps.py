"""What people do in the house, as the journeys need it: one verb each, in English."""

import json
import re
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.journeys.conftest import DESKTOP, PASSWORD, PHONE, Person, Server

MEI, AMARA, IRIS = "Mei Lin 林梅", "Dr Amara Okafor", "Iris Keeper"
NOTE = "Rest, water, and the tablets as before."
AT_ONCE_MS = 1000  # so long after a permission ends may anything still be seen


def come_in(person: Person, name: str) -> None:
    """Sign in by one press on an invented person."""
    person.page.get_by_role("button", name=re.compile(name)).click()
    expect(person.page.locator(".shell")).to_be_visible()


def sign_in(person: Person, email: str, password: str = PASSWORD) -> None:
    """Sign in as anybody does."""
    person.page.get_by_label("E-mail").fill(email)
    person.page.get_by_label("Password", exact=True).fill(password)
    person.page.get_by_role("button", name="Come in", exact=True).click()
    expect(person.page.locator(".shell")).to_be_visible()


def is_in(person: Person, place: str) -> None:
    """Expect them in a place, by its id."""
    expect(person.page.locator(".shell")).to_have_attribute("data-place", place)


def go(person: Person, place: str) -> None:
    """Go to a place by its name, by the menu that every place has."""
    page = person.page
    page.get_by_role("button", name=re.compile("Go to another place")).click()
    page.get_by_role("navigation", name="Go to another place").get_by_role(
        "button", name=re.compile(f"^{place}")
    ).click()
    is_in(person, place.lower().replace(" ", "-"))


def panel(person: Person, name: str) -> Locator:
    """Open one of the place's panels."""
    rail = person.page.locator(".dock-rail")  # its name is in the reader's language
    tab = rail.get_by_role("button", name=name, exact=True, include_hidden=True)
    unfold(tab)
    if tab.get_attribute("aria-expanded") != "true":
        tab.click()
    return person.page.locator("#dock-panel")


def unfold(tab: Locator) -> None:
    """Let the group of a tab stand open."""
    tab.wait_for(state="attached")
    if not tab.is_visible():
        heading_of(tab).click()


def heading_of(tab: Locator) -> Locator:
    """The name of a tab's group, which unfolds it."""
    return tab.locator("xpath=ancestor::*[@role='group'][1]").locator(".dock-heading")


def drop(person: Person, onto: Locator, path: Path) -> None:
    """Drop a file or a folder from the disk, as a hand with a mouse does."""
    box = onto.bounding_box()
    assert box
    spot = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 3}
    data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    browser = person.page.context.new_cdp_session(person.page)
    for kind in ("dragEnter", "dragOver", "drop"):
        event = {"type": kind, **spot, "data": data}
        browser.send("Input.dispatchDragEvent", event)  # pyright: ignore[reportUnknownMemberType]


def look_at_home(patient: Person, name: str, finding: str) -> None:
    """Step 3: her body, her pulse as it is measured, her years and her risks."""
    pulse = panel(patient, "Vital signs").get_by_role("button", name=re.compile("Heart rate.*live"))
    expect(pulse).to_be_visible()
    patient.picture(f"{name}-home-vitals")
    organs = panel(patient, "Body").get_by_role("button", name=re.compile("^Heart"))
    expect(organs.first).to_be_visible()
    patient.picture(f"{name}-home-body")
    expect(panel(patient, "Timeline").get_by_text(finding).first).to_be_visible()
    patient.picture(f"{name}-home-timeline")
    expect(panel(patient, "Risks").get_by_text("PREVENT").first).to_be_visible()
    patient.picture(f"{name}-home-risks")


def meet(doctor: Person, patient: Person) -> None:
    """The doctor waits in the first consulting room; the patient walks in."""
    for person in (doctor, patient):
        go(person, "Clinic")
        panel(person, "Consulting rooms").get_by_role("button", name="Walk in").first.click()
        is_in(person, "consulting-room-1")


def allow(patient: Person, *, without: str = "") -> None:
    """The patient reads what is asked, and allows it."""
    asked = panel(patient, "Visit")
    expect(asked.get_by_text(f"{AMARA} asks to see")).to_be_visible()
    if without:
        asked.get_by_role("switch", name=re.compile(without)).click()
    asked.get_by_role("button", name="Allow", exact=True).click()
    expect(patient.page.get_by_text(f"{AMARA} sees what you allowed.")).to_be_visible()


def score(doctor: Person) -> None:
    """A published score: filled from the record, completed at the bedside, kept nowhere."""
    page = doctor.page
    scores = panel(doctor, "Risks")
    scores.get_by_text("Open the scores").click()
    scores.get_by_label("Search scores").fill("pneumonia")
    scores.get_by_role("button", name=re.compile("CURB-65")).click()
    sheet = page.get_by_role("dialog")
    doctor.picture("score-asked")
    confused = sheet.get_by_role("radiogroup", name="New confusion")
    confused.get_by_role("radio", name="yes", exact=True).check()
    for label, value in (
        ("Urea", 10),
        ("Breathing rate", 22),
        ("Systolic", 118),
        ("Diastolic", 70),
    ):
        sheet.get_by_role("spinbutton", name=re.compile(f"^{label}")).fill(str(value))
    sheet.get_by_role("button", name="Compute", exact=True).click()
    expect(sheet.locator(".risk-value")).to_have_text(re.compile("^[234] "))  # 65 years or not
    expect(sheet.locator(".risk-value")).to_be_in_viewport()
    doctor.picture("score-found")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    doctor.picture("score-phone")
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    page.keyboard.press("Escape")


def consult(doctor: Person, patient: Person, *, name: str, finding: str) -> None:
    """Step 5, once it is allowed: the doctor looks and writes; she takes it back; it is gone."""
    seen = panel(doctor, "Visit").get_by_text(f"You see what {name} allowed")
    expect(seen.first).to_be_visible()
    expect(panel(doctor, "Risks").get_by_text("PREVENT").first).to_be_visible()
    doctor.picture("visit-risks")
    expect(panel(doctor, "Timeline").get_by_text(finding).first).to_be_visible()
    panel(doctor, "Note").get_by_role("textbox").fill(NOTE)
    panel(doctor, "Note").get_by_role("button", name="Save in the record").click()
    expect(doctor.page.get_by_text("The note is in the record now.")).to_be_visible()
    expect(panel(doctor, "Timeline").get_by_text(finding).first).to_be_visible()
    doctor.picture("visit-timeline")

    patient.page.get_by_role("button", name="Take back now").first.click()

    expect(doctor.page.get_by_text(finding)).to_have_count(0, timeout=AT_ONCE_MS)
    doctor.picture("visit-taken-back")


def find_the_note(patient: Person) -> None:
    """What the doctor wrote stands on her timeline, word for word."""
    entries = panel(patient, "Timeline").get_by_role("listitem")
    note = entries.filter(has_text="Consult note").first
    note.get_by_text(re.compile("^More")).click()
    expect(note.get_by_text(NOTE)).to_be_visible()


def end(person: Person) -> None:
    """End the visit, so that the next journey finds the room free."""
    panel(person, "Visit").get_by_role("button", name="End this visit").click()


def prove(patient: Person, server: Server, receipt: Path) -> None:
    """Step 6: she finds who looked, and has it proven without trusting the house."""
    page = patient.page
    listed = panel(patient, "Who looked")
    line = listed.locator("button.access", has_text=AMARA).first
    line.click()
    if line.get_attribute("aria-expanded"):  # many of one kind are one line that opens
        listed.locator(".access-lines button.access").first.click()
    expect(page.get_by_text("The proof holds")).to_be_visible()
    patient.picture("proof")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the receipt").click()
    download.value.save_as(receipt)
    page.keyboard.press("Escape")

    assert server.command("verify", str(receipt)).returncode == 0
    told = json.loads(receipt.read_text())
    told["event"]["actor_name"] = "Somebody else"
    receipt.write_text(json.dumps(told))
    assert server.command("verify", str(receipt)).returncode == 1

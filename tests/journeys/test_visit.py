"""One walk through the house: home, plaza, clinic, proof."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.conftest import PASSWORD, PHONE, Enter, Person, Server

MEI, AMARA, IRIS = "Mei Lin 林梅", "Dr Amara Okafor", "Iris Keeper"


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


def go(person: Person, place: str) -> None:
    """Go to a place by its name, by the menu that every place has."""
    page = person.page
    page.get_by_role("button", name=re.compile("Go to another place")).click()
    page.get_by_role("navigation", name="Go to another place").get_by_role(
        "button", name=re.compile(f"^{place}")
    ).click()
    expect(page.locator(".shell")).to_have_attribute(
        "data-place", re.compile(place.lower().replace(" ", "-"))
    )


def panel(person: Person, name: str) -> Locator:
    """Open one of the place's panels."""
    rail = person.page.get_by_role("navigation", name="What you can do here")
    tab = rail.get_by_role("button", name=name, exact=True)
    if tab.get_attribute("aria-expanded") != "true":
        tab.click()
    return person.page.locator("#dock-panel")


def meet(doctor: Person, patient: Person) -> None:
    """The doctor waits in the first consulting room; the patient walks in."""
    for person in (doctor, patient):
        go(person, "Clinic")
        panel(person, "Consulting rooms").get_by_role("button", name="Walk in").first.click()
        expect(person.page.locator(".shell")).to_have_attribute("data-place", "consulting-room-1")


def allow(patient: Person, *, without: str = "") -> None:
    """The patient reads what is asked, and allows it."""
    asked = panel(patient, "Visit")
    expect(asked.get_by_text(f"{AMARA} asks to see")).to_be_visible()
    if without:
        asked.get_by_role("switch", name=re.compile(without)).click()
    asked.get_by_role("button", name="Allow", exact=True).click()
    expect(patient.page.get_by_text(f"{AMARA} sees what you allowed.")).to_be_visible()


def end(person: Person) -> None:
    """End the visit, so that the next journey finds the room free."""
    panel(person, "Visit").get_by_role("button", name="End this visit").click()


def test_home_shows_her_body_her_years_and_her_pulse_as_it_is_measured(enter: Enter) -> None:
    mei = enter("mei")
    come_in(mei, MEI)
    go(mei, "Home")

    vitals = panel(mei, "Vital signs")

    pulse = vitals.get_by_role("button", name=re.compile("Heart rate.*live"))
    expect(pulse).to_be_visible()
    beats = {pulse.inner_text()}
    for _ in range(60):  # a reading every three seconds, by itself
        mei.page.wait_for_timeout(500)
        beats.add(pulse.inner_text())
        if len(beats) > 2:
            break
    assert len(beats) > 2
    mei.picture("home-vitals")
    expect(panel(mei, "Timeline").get_by_text("Type 2 diabetes mellitus").first).to_be_visible()
    mei.picture("home-timeline")
    cards = panel(mei, "Risks")
    expect(cards.get_by_text("PREVENT").first).to_be_visible()
    mei.picture("home-cards")


def test_the_doctor_sees_what_is_allowed_and_nothing_a_second_after_it_is_taken_back(
    enter: Enter,
) -> None:
    amara, mei = enter("amara"), enter("mei")
    come_in(amara, AMARA)
    come_in(mei, MEI)
    meet(amara, mei)
    allow(mei, without="Allergies")

    expect(amara.page.get_by_text(f"You see what {MEI} allowed").first).to_be_visible()
    cards = panel(amara, "Risks")
    expect(cards.get_by_text("PREVENT").first).to_be_visible()
    amara.picture("visit-granted")
    timeline = panel(amara, "Timeline")
    expect(timeline.get_by_text("Type 2 diabetes mellitus").first).to_be_visible()
    expect(timeline.get_by_text("Allergy to penicillin")).to_have_count(0)
    panel(amara, "Note").get_by_role("textbox").fill("Rest, water, and the tablets as before.")
    panel(amara, "Note").get_by_role("button", name="Save in the record").click()
    expect(amara.page.get_by_text("The note is in the record now.")).to_be_visible()
    panel(amara, "Timeline")

    mei.page.get_by_role("button", name="Take back now").first.click()

    expect(amara.page.get_by_text("Type 2 diabetes mellitus")).to_have_count(0, timeout=1000)
    amara.picture("visit-revoked")
    expect(panel(mei, "Timeline").get_by_text("Consult note").first).to_be_visible()
    end(mei)


def test_she_proves_who_looked_without_trusting_the_house(
    enter: Enter, server: Server, tmp_path: Path
) -> None:
    mei = enter("mei")
    come_in(mei, MEI)
    go(mei, "Home")

    looked = panel(mei, "Who looked")
    lines = looked.get_by_role("button", name=re.compile(re.escape(AMARA)))
    lines.first.click()
    if lines.first.get_attribute("aria-expanded"):  # many of one kind are one line that opens
        lines.nth(1).click()
    expect(mei.page.get_by_text("The proof holds")).to_be_visible()
    mei.picture("proof")
    with mei.page.expect_download() as download:
        mei.page.get_by_role("button", name="Download the receipt").click()
    receipt = tmp_path / "receipt.json"
    download.value.save_as(receipt)

    assert server.command("verify", str(receipt)).returncode == 0
    told = json.loads(receipt.read_text())
    told["event"]["actor_name"] = "Somebody else"
    receipt.write_text(json.dumps(told))
    assert server.command("verify", str(receipt)).returncode == 1


def test_an_operator_brings_a_real_record_in_and_its_patient_is_seen(
    enter: Enter, server: Server, test_data: Path
) -> None:
    bundle = min((test_data / "synthea").glob("[A-Z]*_*-*.json"), key=lambda p: p.stat().st_size)
    iris = enter("iris")
    come_in(iris, IRIS)
    files = [*(test_data / "synthea").glob("*nformation*.json"), bundle]
    go(iris, "Home")
    bring = panel(iris, "Import")
    bring.locator("input[type=file]").first.set_input_files(files)
    expect(bring.get_by_text("done")).to_have_count(len(files), timeout=60_000)
    iris.picture("import")
    entries = json.loads(bundle.read_text())["entry"]
    (id,) = (e["resource"]["id"] for e in entries if e["resource"]["resourceType"] == "Patient")
    account = ("account", "add", "new@asklepion.example", "--name", "New Patient")
    person = ("--role", "patient", "--person", f"Patient/{id}", "--password", PASSWORD)
    assert server.command(*account, *person).returncode == 0

    new = enter("new")
    sign_in(new, "new@asklepion.example")
    go(new, "Home")
    amara = enter("amara")
    come_in(amara, AMARA)
    timeline = panel(new, "Timeline")
    expect(timeline.get_by_role("listitem").first).to_be_visible()
    new.picture("synthea-home")
    meet_again(amara, new)
    allow(new)
    expect(panel(amara, "Timeline").get_by_role("listitem").first).to_be_visible()
    amara.picture("synthea-visit")
    end(new)


def meet_again(doctor: Person, patient: Person) -> None:
    for person in (doctor, patient):
        go(person, "Clinic")
        panel(person, "Consulting rooms").get_by_role("button", name="Walk in").first.click()


def test_two_people_talk_from_browser_to_browser(enter: Enter) -> None:
    amara, mei = enter("amara"), enter("mei")
    come_in(amara, AMARA)
    come_in(mei, MEI)
    for person in (amara, mei):
        go(person, "Clinic")
        panel(person, "Voice").get_by_role("button", name="Join with the microphone").click()

    for person in (amara, mei):
        expect(person.page.get_by_text("hears you")).to_be_visible(timeout=60_000)


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_everything_is_there_on_a_phone_in_both_languages(enter: Enter, language: str) -> None:
    mei = enter(f"mei-{language}", PHONE, language)
    mei.picture("phone-signin")
    mei.page.get_by_role("button", name=re.compile(MEI)).click()
    expect(mei.page.locator(".shell")).to_be_visible()
    mei.picture("phone-plaza")

    words = mei.page.locator("body").inner_text()

    if language == "zh-CN":
        latin = re.sub(r"Asklepion|Mei Lin|Jonas Weber|Amara Okafor|Iris Keeper|English", "", words)
        assert re.findall(r"[A-Za-z]{3,}", latin) == []
    assert mei.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]

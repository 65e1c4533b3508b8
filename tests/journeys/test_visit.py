"""One walk through the house: plaza, home, import, clinic, proof."""

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.journeys.conftest import PASSWORD, Enter, Person, Server
from tests.journeys.steps import (
    AMARA,
    IRIS,
    MEI,
    allow,
    come_in,
    consult,
    drop,
    end,
    find_the_note,
    go,
    look_at_home,
    meet,
    panel,
    prove,
    score,
    sign_in,
)

NEW = "new@asklepion.example"


def test_home_shows_her_body_her_years_and_her_pulse_as_it_is_measured(enter: Enter) -> None:
    mei = enter("mei")
    come_in(mei, MEI)
    go(mei, "Home")

    look_at_home(mei, "demo", "Type 2 diabetes mellitus")

    pulse = panel(mei, "Vital signs").get_by_role("button", name=re.compile("Heart rate.*live"))
    beats = {pulse.inner_text()}
    for _ in range(60):  # a reading every three seconds, by itself
        mei.page.wait_for_timeout(500)
        beats.add(pulse.inner_text())
        if len(beats) > 2:
            break
    assert len(beats) > 2


def test_the_doctor_sees_what_is_allowed_until_she_takes_it_back_and_she_can_prove_it(
    enter: Enter, server: Server, tmp_path: Path
) -> None:
    amara, mei = enter("amara"), enter("mei")
    come_in(amara, AMARA)
    come_in(mei, MEI)
    meet(amara, mei)
    allow(mei, without="Allergies")
    timeline = panel(amara, "Timeline")
    expect(timeline.get_by_text("Type 2 diabetes mellitus").first).to_be_visible()
    expect(timeline.get_by_text("Allergy to penicillin")).to_have_count(0)
    score(amara)

    consult(amara, mei, name=MEI, finding="Type 2 diabetes mellitus")

    find_the_note(mei)
    end(mei)
    go(mei, "Home")
    prove(mei, server, tmp_path / "receipt.json")


def test_a_real_record_is_dropped_in_and_its_patient_walks_the_same_way(
    enter: Enter, server: Server, test_data: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "from the hospital"
    (folder / "patients").mkdir(parents=True)
    for file in (test_data / "synthea").glob("[hp]*.json"):
        (folder / file.name).write_bytes(file.read_bytes())
    (source,) = (test_data / "synthea").glob("Alfreda_*.json")
    (folder / "patients" / source.name).write_bytes(source.read_bytes())
    bring_in(enter("iris"), folder, tmp_path / "empty")
    join(server, source)

    new = enter("new")
    sign_in(new, NEW)
    go(new, "Home")
    measure_at_home(new, server)
    look_at_home(new, "synthea", "Prediabetes")

    amara = enter("amara-synthea")
    come_in(amara, AMARA)
    meet(amara, new)
    allow(new)
    consult(amara, new, name="New Patient", finding="Prediabetes")

    find_the_note(new)
    end(new)
    go(new, "Home")
    prove(new, server, tmp_path / "receipt.json")


def bring_in(iris: Person, folder: Path, empty: Path) -> None:
    """Step 4: drop a folder, see all of it arrive; an empty one says that it is."""
    come_in(iris, IRIS)
    go(iris, "Home")
    bring = panel(iris, "Import")
    zone = bring.get_by_text("Drop files or a folder here")
    expect(zone).to_be_visible()
    files = [json.loads(file.read_text()) for file in folder.rglob("*.json")]
    entries = sum(len(file["entry"]) for file in files)

    drop(iris, zone, folder)
    line = bring.get_by_role("listitem").filter(has_text=folder.name)
    expect(line.get_by_text("done", exact=True)).to_be_visible(timeout=60_000)
    expect(line.get_by_text(f"{entries} imported")).to_be_visible()
    expect(line.get_by_text("0 refused")).to_be_visible()

    empty.mkdir()
    drop(iris, zone, empty)
    expect(bring.get_by_text("There is nothing to import in this folder.")).to_be_visible()
    bring.locator("input[webkitdirectory]").set_input_files(folder)
    expect(bring.get_by_text(f"{entries} already there")).to_be_visible(timeout=60_000)
    iris.picture("import")


def join(server: Server, source: Path) -> None:
    """Let the patient of a bundle in, as the operator does at the machine."""
    entries: list[dict[str, Any]] = json.loads(source.read_text())["entry"]
    (id,) = (e["resource"]["id"] for e in entries if e["resource"]["resourceType"] == "Patient")
    account = ("account", "add", NEW, "--name", "New Patient", "--role", "patient")
    person = ("--person", f"Patient/{id}", "--password", PASSWORD)
    assert server.command(*account, *person).returncode == 0


def measure_at_home(patient: Person, server: Server) -> None:
    """She registers a device, and it measures: real readings by the broker."""
    page = patient.page
    panel(patient, "Home devices").get_by_role("button", name="Add a device").click()
    page.get_by_label("What you call it").fill("Monitor beside the bed")
    for switch in page.get_by_role("dialog").get_by_role("switch").all():
        if switch.get_attribute("aria-checked") != "true":
            switch.click()
    page.get_by_role("dialog").get_by_role("button", name="Add a device").click()
    shown = page.get_by_role("dialog").locator("code")
    expect(shown).to_have_count(4)
    device, secret = shown.nth(0).inner_text(), shown.nth(1).inner_text()
    page.get_by_role("button", name="I have kept the secret").click()
    who = ("--device", device, "--secret", secret)
    sent = server.command("device", "simulate", *who, "--count", "2", "--every", "1")
    assert sent.returncode == 0, sent.stderr
    signs = panel(patient, "Vital signs")
    sent = server.command("device", "simulate", *who, "--count", "7", "--every", "1", "--waves")
    assert sent.returncode == 0, sent.stderr
    expect(signs.get_by_role("img", name=re.compile("^Electrocardiogram, lead I"))).to_be_visible()
    patient.picture("electrocardiogram")

"""A place of one's own: copied, changed, undone and redone, published, visited, carried away."""

import re
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.journeys.conftest import Enter, Person
from tests.journeys.steps import AMARA, MEI, come_in, is_in, panel

NAME = "Amara's garden room"


def making(person: Person) -> Locator:
    """The panel of whoever makes places."""
    return panel(person, "Make places")


def test_a_place_is_made_and_another_walks_in_and_sits_down(enter: Enter, tmp_path: Path) -> None:
    amara = enter("amara")
    come_in(amara, AMARA)
    card = making(amara)
    card.get_by_label("Name of the place").fill(NAME)
    card.get_by_label("Begin with").select_option(label="A copy of: Home")
    card.get_by_role("button", name="Begin", exact=True).click()
    parts = card.get_by_role("list", name="Everything in this place")
    expect(parts).to_be_visible()

    sofa = parts.get_by_role("button", name=re.compile("^Sofa"))
    sofa.click()
    card.get_by_label("South [m]").fill("1.5")
    card.get_by_label("South [m]").press("Enter")
    expect(sofa).to_contain_text("3.9, 1.5 m")
    card.get_by_role("button", name="Door", exact=True).click()
    card.get_by_label("Leads to").select_option(label="Clinic")
    card.get_by_label("East [m]").fill("3")
    card.get_by_label("East [m]").press("Enter")
    card.get_by_label("South [m]").fill("-4.3")
    card.get_by_label("South [m]").press("Enter")
    card.get_by_label("Turned").fill("180")
    card.get_by_label("Turned").press("Enter")
    door = parts.get_by_role("button", name=re.compile("^Door: Clinic"))
    expect(door).to_contain_text("3, -4.3 m")

    for _ in range(6):
        card.get_by_role("button", name="Undo").click()
    expect(sofa).to_contain_text("3.9, 0.7 m")
    expect(door).to_have_count(0)
    amara.page.get_by_role("tab", name="Build").focus()
    for _ in range(6):
        amara.page.keyboard.press("Control+Shift+Z")
    expect(sofa).to_contain_text("3.9, 1.5 m")
    expect(door).to_contain_text("3, -4.3 m")

    amara.page.reload()
    expect(amara.page.locator(".shell")).to_be_visible()
    card = making(amara)
    card.get_by_role("button", name=f"Edit: {NAME}").click()
    expect(card.get_by_text("What you had not saved is here again.")).to_be_visible()
    amara.picture("making")
    card.get_by_role("tab", name="The place").click()
    card.get_by_label("Who may enter").select_option(label="Everybody who is signed in")
    card.get_by_role("tab", name="Publish").click()
    card.locator("#making-tab").get_by_role("button", name="Publish", exact=True).click()
    expect(card.get_by_text("Version 1", exact=True)).to_be_visible()
    with amara.page.expect_download() as download:
        card.get_by_role("button", name="Save as a file").click()
    file = tmp_path / "place.zip"
    download.value.save_as(file)

    mei = enter("mei")
    come_in(mei, MEI)
    mei.page.get_by_role("button", name=re.compile("Go to another place")).click()
    mei.page.get_by_role("navigation", name="Go to another place").get_by_role(
        "button", name=re.compile(f"^{NAME}")
    ).click()
    expect(mei.page.get_by_role("heading", name=NAME)).to_be_visible()
    panel(mei, "Things to share").get_by_role("button", name=re.compile("^Sit down")).click()
    seated = mei.page.get_by_role("region", name="Seats").get_by_role("status")
    expect(seated).to_have_text("You are sitting")
    mei.picture("making-visited")
    mei.page.get_by_role("list").get_by_role("button", name=re.compile("^Clinic")).click()
    is_in(mei, "clinic")

    card.get_by_role("button", name="Close the editor").click()
    card.get_by_label("Bring in a file").set_input_files(file)
    parts = card.get_by_role("list", name="Everything in this place")
    expect(parts.get_by_role("button", name=re.compile("^Door: Clinic"))).to_contain_text("3, -4.3")

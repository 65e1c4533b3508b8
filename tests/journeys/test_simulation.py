"""A doctor lets somebody bleed and gives fluid, in a model; a patient gets what is for her."""

import re

from playwright.sync_api import Locator, expect

from tests.journeys.conftest import PHONE, Enter, Person
from tests.journeys.looking import check_page
from tests.journeys.steps import AMARA, MEI, allow, come_in, end, go, is_in, meet, panel

COMPUTED_MS = 60_000


def shown(of: Locator, what: str) -> None:
    """Expect one of the curves."""
    expect(of.get_by_role("figure", name=what).first).to_be_visible(timeout=COMPUTED_MS)


def look_down(person: Person, name: str) -> None:
    """Keep pictures of the beginning and the end of a run."""
    person.picture(name)
    person.page.get_by_role("figure").last.scroll_into_view_if_needed()
    person.picture(f"{name}-below")


def test_a_doctor_compares_a_bleeding_with_and_without_fluid(enter: Enter) -> None:
    amara, mei = enter("amara"), enter("mei")
    come_in(amara, AMARA)
    come_in(mei, MEI)
    go(mei, "Home")
    pulse = panel(mei, "Vital signs").get_by_role("button", name=re.compile("Heart rate.*live"))
    expect(pulse).to_be_visible()  # without it there is no rest to begin from
    meet(amara, mei)
    allow(mei)
    what_if = panel(amara, "What if")
    expect(what_if.get_by_role("radio")).to_have_count(8)
    amara.picture("simulation-choose")
    what_if.get_by_role("button", name="Simulate").click()
    shown(what_if, "Heart rate")
    look_down(amara, "simulation-bleeding")

    what_if.get_by_label("Then, into a vein").select_option(label="Red blood cells")
    what_if.get_by_role("button", name="Another, to compare").click()
    expect(what_if.get_by_text("Second")).to_be_visible(timeout=COMPUTED_MS)
    look_down(amara, "simulation-fluid")

    what_if.get_by_text("What this rests on").click()
    what_if.locator(".sim-about").scroll_into_view_if_needed()
    amara.picture("simulation-about")
    end(mei)


def test_a_patient_lets_herself_stand_up_and_eat_but_not_bleed(enter: Enter) -> None:
    mei = enter("mei")
    come_in(mei, MEI)
    go(mei, "Home")
    what_if = panel(mei, "What if")
    expect(what_if.get_by_role("radio")).to_have_count(4)
    expect(what_if.get_by_role("radio", name="Blood is lost")).to_have_count(0)
    what_if.get_by_role("radio", name="Eats a meal").click()
    what_if.get_by_role("button", name="Simulate").click()
    expect(what_if.get_by_role("figure", name=re.compile("^Glucose: .*mmol"))).to_be_visible()
    look_down(mei, "simulation-meal")


def test_on_a_phone_in_chinese_she_stands_up(enter: Enter) -> None:
    mei = enter("mei-phone", PHONE, "zh-CN")
    come_in(mei, MEI)
    mei.page.evaluate("location.hash = '#/home'")
    is_in(mei, "home")
    what_if = panel(mei, "模拟")
    what_if.get_by_role("button", name="开始模拟").click()
    shown(what_if, "心率")
    check_page(mei, "zh-CN", "a simulation")
    look_down(mei, "simulation")

"""A doctor plans a measurement; the patient sees it at home, keeps it, and both see how."""

import re

from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, Enter, Person
from tests.journeys.looking import check_page
from tests.journeys.steps import AMARA, MEI, allow, come_in, end, go, meet, panel


def ask_for(doctor: Person, patient: Person, category: str) -> None:
    """The doctor asks for one thing more than usual; the patient allows all of it."""
    asking = panel(doctor, "Visit")
    asking.get_by_role("button", name="Ask for something else").click()
    asking.get_by_role("switch", name=re.compile(category)).click()
    asking.get_by_role("button", name="Ask", exact=True).click()
    expect(panel(patient, "Visit").get_by_role("switch", name=re.compile(category))).to_be_visible()
    allow(patient)


def test_a_doctor_plans_weighing_every_morning_and_both_see_how_it_is_kept(enter: Enter) -> None:
    amara, mei = enter("amara"), enter("mei")
    come_in(amara, AMARA)
    come_in(mei, MEI)
    meet(amara, mei)
    ask_for(amara, mei, "Care plans")
    plans = panel(amara, "Measuring plan")
    expect(plans.get_by_text("Nothing is planned")).to_be_visible()
    amara.picture("plans-none")

    plans.get_by_role("button", name="Plan a measurement").click()
    sheet = amara.page.get_by_role("dialog")
    sheet.get_by_label("What", exact=True).select_option(label="Weight")
    amara.picture("plans-new")
    sheet.get_by_role("button", name="Plan it").click()
    expect(plans.get_by_text("every day at 8:00 AM")).to_be_visible()
    amara.picture("plans-made")
    hers = panel(mei, "Measuring plan")
    expect(hers.get_by_text("every day at 8:00 AM")).to_be_visible()
    expect(hers.get_by_text(f"Planned by {AMARA}")).to_be_visible()
    mei.picture("plans-hers")

    plan_for_now(amara)
    end(mei)
    go(mei, "Home")
    weigh(mei)

    hers = panel(mei, "Measuring plan")
    expect(hers.get_by_text("1 of 1 kept (100 %)")).to_be_visible()
    mei.picture("plans-kept")
    hers.get_by_role("button", name="End the plan: Weight").first.click()
    mei.picture("plans-end")
    mei.page.get_by_role("button", name="End the plan", exact=True).click()
    expect(hers.get_by_role("heading", name="Weight")).to_have_count(1)


def plan_for_now(doctor: Person) -> None:
    """Another weighing, in a few minutes: it can be done already."""
    plans = panel(doctor, "Measuring plan")
    plans.get_by_role("button", name="Plan a measurement").click()
    sheet = doctor.page.get_by_role("dialog")
    sheet.get_by_label("What", exact=True).select_option(label="Weight")
    soon = doctor.page.evaluate("new Date(Date.now() + 180000).toTimeString().slice(0, 5)")
    sheet.get_by_label("Time", exact=True).fill(soon)
    sheet.get_by_role("button", name="Plan it").click()
    expect(plans.get_by_role("heading", name="Weight")).to_have_count(2)


def weigh(patient: Person) -> None:
    """At home she is reminded, and writes down what the scale says."""
    banner = patient.page.get_by_role("region", name="Time to measure.")
    expect(banner.get_by_text("Weight, planned for")).to_be_visible()
    patient.picture("plans-due")
    banner.get_by_role("button", name="Enter by hand").click()
    sheet = patient.page.get_by_role("dialog")
    sheet.get_by_role("textbox", name="Value, kg").fill("67.8")
    patient.picture("plans-hand")
    sheet.get_by_role("button", name="Save in my record").click()
    expect(banner).to_have_count(0)


def test_a_patient_plans_for_herself_in_chinese_on_a_phone(enter: Enter) -> None:
    mei = enter("mei-phone", PHONE, "zh-CN")
    come_in(mei, MEI)
    mei.page.evaluate("location.hash = '#/home'")
    plans = panel(mei, "测量计划")
    plans.get_by_role("button", name="新增测量计划").click()
    check_page(mei, "zh-CN", "a new plan")
    mei.picture("plans-new")
    mei.page.get_by_role("dialog").locator("button[type=submit]").click()

    expect(plans.get_by_role("heading", name="血压").first).to_be_visible()
    expect(plans.get_by_text(re.compile("^每天")).first).to_be_visible()
    mei.picture("plans")
    check_page(mei, "zh-CN", "the plan")

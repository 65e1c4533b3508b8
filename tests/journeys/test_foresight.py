"""A doctor thinks first and compares two treatments; a patient reads prevention in Chinese."""

import re

from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, Enter
from tests.journeys.steps import AMARA, MEI, allow, come_in, end, meet, panel


def test_a_doctor_says_what_she_thinks_then_sees_the_number_and_compares_two_treatments(
    enter: Enter,
) -> None:
    amara, mei = enter("amara"), enter("mei")
    come_in(amara, AMARA)
    come_in(mei, MEI)
    meet(amara, mei)
    asking = panel(amara, "Visit")
    asking.get_by_role("button", name="Ask for something else").click()
    asking.get_by_role("switch", name=re.compile("How you live")).click()  # smoking stands there
    asking.get_by_role("button", name="Ask", exact=True).click()
    expect(
        panel(mei, "Visit").get_by_role("switch", name=re.compile("How you live"))
    ).to_be_visible()
    allow(mei)
    ten_years = panel(amara, "Risks").locator(".risk").filter(has_text="next 10 years (PREVENT)")
    expect(ten_years.get_by_text("What do you think?")).to_be_visible()
    expect(ten_years.locator(".risk-value")).to_have_count(0)
    ten_years.locator(".ask-first").scroll_into_view_if_needed()
    amara.picture("estimate-asked")

    ten_years.get_by_role("spinbutton", name="Your estimate").fill("12")
    ten_years.get_by_role("button", name="Compare with the model").click()

    expect(ten_years.locator(".risk-value")).to_be_visible()
    expect(ten_years.locator(".beside")).to_contain_text("12.0 %")
    ten_years.locator(".beside").scroll_into_view_if_needed()
    amara.picture("estimate-beside")

    futures = panel(amara, "Two futures")
    futures.get_by_role(
        "checkbox", name=re.compile("Systolic blood pressure to .*: future A")
    ).check()
    futures.get_by_role("checkbox", name=re.compile("lowers pressure by 10 mmHg: future B")).check()

    by_equation, by_trial = futures.locator(".tier-a"), futures.locator(".tier-b")
    expect(by_equation).to_contain_text("It is no treatment’s effect.")
    expect(by_trial.locator(".side[data-side=a]")).to_contain_text("Nothing chosen")
    expect(by_trial.locator(".side[data-side=b] .brief")).to_have_count(3)
    expect(by_trial.locator(".effect").first).to_contain_text("are treated for one who is spared")
    expect(by_trial.locator(".harms").first).to_contain_text("Fainting")
    amara.picture("futures-choose")
    by_equation.scroll_into_view_if_needed()
    amara.picture("futures-equation")
    by_trial.locator(".two-futures").scroll_into_view_if_needed()
    amara.picture("futures-trials")
    by_trial.locator(".effect").first.scroll_into_view_if_needed()
    amara.picture("futures-effect")
    end(mei)


def test_a_patient_reads_prevention_in_chinese_on_a_phone(enter: Enter) -> None:
    mei = enter("mei-phone", PHONE, "zh-CN")
    come_in(mei, MEI)
    page = mei.page
    page.get_by_role("button", name=re.compile("前往其他地方")).click()
    page.get_by_role("navigation", name="前往其他地方").get_by_role(
        "button", name=re.compile("^我的家")
    ).click()

    advice = panel(mei, "预防")

    expect(advice.get_by_text("心肌梗死、脑卒中或心力衰竭").first).to_be_visible()
    expect(advice.get_by_text(re.compile("100 个这样的人中约")).first).to_be_visible()
    expect(advice.get_by_role("heading", name="检查和疫苗")).to_be_visible()
    expect(advice.get_by_text(re.compile("中国：国家卫生健康委")).first).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    mei.picture("prevention")
    for n, part in enumerate(advice.locator(".card").all()[1:4]):
        part.scroll_into_view_if_needed()
        mei.picture(f"prevention-{n}")

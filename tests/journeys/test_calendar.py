"""Something is planned, and who wants to come is there in time."""

from datetime import datetime, timedelta

from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, Enter
from tests.journeys.steps import IRIS, MEI, come_in, go, is_in, panel


def test_what_a_host_plans_reminds_who_comes_and_leads_them_there(enter: Enter) -> None:
    iris, mei = enter("iris"), enter("mei", PHONE)
    come_in(iris, IRIS)
    come_in(mei, MEI)
    plan = panel(iris, "What takes place")
    plan.get_by_label("What it is called").fill("Walking by the sea")
    soon = datetime.fromisoformat(iris.page.evaluate("new Date().toISOString()")) + timedelta(
        minutes=6
    )
    local = iris.page.evaluate(
        "(ms) => new Date(ms - new Date(ms).getTimezoneOffset() * 60000).toISOString().slice(0, 16)",
        soon.timestamp() * 1000,
    )
    plan.get_by_label("It begins").fill(local)
    plan.get_by_role("button", name="Plan something here").click()
    expect(plan.get_by_role("listitem", name="Walking by the sea")).to_be_visible()
    iris.picture("calendar")

    line = panel(mei, "What takes place").get_by_role("listitem", name="Walking by the sea")
    line.get_by_role("button", name="I come", exact=True).click()
    expect(line.get_by_text("You come")).to_be_visible()
    mei.picture("calendar")
    mei.page.keyboard.press("Escape")
    go(mei, "Home")

    mei.page.get_by_role("button", name="Go there").click()
    is_in(mei, "plaza")

"""Something is planned, and who wants to come is there in time."""

from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, Enter
from tests.journeys.steps import IRIS, MEI, come_in, go, is_in, panel

# As a field of one's own clock has it.
IN_SIX_MINUTES = """
(() => {
  const at = new Date(Date.now() + 6 * 60_000);
  return new Date(at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
})()
"""


def test_what_a_host_plans_reminds_who_comes_and_leads_them_there(enter: Enter) -> None:
    iris, mei = enter("iris"), enter("mei", PHONE)
    come_in(iris, IRIS)
    come_in(mei, MEI)
    plan = panel(iris, "Events")
    plan.get_by_label("What it is called").fill("Walking by the sea")
    local = iris.page.evaluate(IN_SIX_MINUTES)
    plan.get_by_label("It begins").fill(local)
    plan.get_by_role("button", name="Plan something here").click()
    expect(plan.get_by_role("listitem", name="Walking by the sea")).to_be_visible()
    iris.picture("calendar")

    line = panel(mei, "Events").get_by_role("listitem", name="Walking by the sea")
    line.get_by_role("button", name="I come", exact=True).click()
    expect(line.get_by_text("You come")).to_be_visible()
    mei.picture("calendar")
    mei.page.keyboard.press("Escape")
    go(mei, "Home")

    mei.page.get_by_role("button", name="Go there").click()
    is_in(mei, "plaza")

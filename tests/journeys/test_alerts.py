"""Readings from home get worse: somebody is told, looks at it, and that is seen."""

import asyncio
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from amqtt.client import MQTTClient  # pyright: ignore[reportMissingTypeStubs]
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, Enter, Person
from tests.journeys.looking import check_page
from tests.journeys.steps import AMARA, MEI, allow, come_in, end, go, is_in, meet, panel

JONAS = "Jonas Weber"
WORSE = "Vital signs are getting worse"
ILL = {
    "heart-rate": {"heart_rate": 134},
    "respiratory-rate": {"respiratory_rate": 27},
    "spo2": {"spo2": 89},
}
REGISTER = """
async (body) => {
  const headers = {"Content-Type": "application/json"};
  const init = {method: "POST", headers, body: JSON.stringify(body)};
  return (await fetch("/api/devices", init)).json();
}
"""


def register(patient: Person) -> dict[str, Any]:
    """A finger clip of the patient's own, registered by the page that is signed in."""
    return patient.page.evaluate(REGISTER, {"name": "Finger clip", "kinds": [*ILL]})


async def publish(device: dict[str, Any]) -> None:
    """Eight minutes of readings, as a device sends them that was out of reach until now."""
    client = MQTTClient(client_id=device["id"], config={"auto_reconnect": False, "plugins": {}})
    await client.connect(f"mqtt://{device['id']}:{device['secret']}@127.0.0.1:{device['port']}")
    now = datetime.now(UTC)
    for minute in range(8, -1, -1):
        at = (now - timedelta(minutes=minute)).isoformat()
        for kind, values in ILL.items():
            message = json.dumps({"at": at, "values": values}).encode()
            await client.publish(f"devices/{device['id']}/{kind}", message, qos=1)
    await client.disconnect()


def test_an_alert_is_raised_on_the_doctors_screen_and_the_patient_sees_that_she_looks(
    enter: Enter,
) -> None:
    amara, jonas = enter("amara"), enter("jonas", PHONE)
    come_in(amara, AMARA)
    come_in(jonas, JONAS)
    meet(amara, jonas)
    allow(jonas)
    device = register(jonas)

    with ThreadPoolExecutor(1) as beside:
        beside.submit(asyncio.run, publish(device)).result(30)

    bell = amara.page.get_by_role("button", name=re.compile(r"^Alerts: [1-9]"))
    bell.click()
    amara.page.locator("li.alert", has_text=JONAS).get_by_role("button").click()
    sheet = amara.page.get_by_role("dialog")
    expect(sheet.get_by_text("This is no emergency service")).to_be_visible()
    expect(sheet.get_by_role("img", name=re.compile("Heart rate")).first).to_be_visible()
    amara.picture("alert-sheet")
    sheet.get_by_role("textbox").fill("I call you now.")
    sheet.get_by_role("button", name="I look at it").click()
    expect(sheet.get_by_text(re.compile("^You: looking at it"))).to_be_visible()
    sheet.get_by_role("button", name="Close").click()

    jonas.page.get_by_role("button", name=re.compile("^Alerts:")).click()
    expect(jonas.page.get_by_text(f"{AMARA}: looking at it")).to_be_visible()
    jonas.page.locator("li.alert", has_text=WORSE).get_by_role("button").click()
    expect(jonas.page.get_by_role("dialog").get_by_text("I call you now.")).to_be_visible()
    jonas.picture("alert-answered")
    jonas.page.get_by_role("dialog").get_by_role("button", name="Close").click()
    end(jonas)


def test_she_says_who_is_told_first_and_when_it_is_quiet(enter: Enter) -> None:
    mei = enter("mei")
    come_in(mei, MEI)
    go(mei, "Home")
    alerts = panel(mei, "Alerts")
    expect(alerts.get_by_text("Nobody is named")).to_be_visible()

    alerts.get_by_role("button", name=re.compile(AMARA)).click()

    expect(alerts.get_by_text("They are told at once")).to_be_visible()
    mei.picture("alerts-first")
    alerts.get_by_role("switch", name="Quiet time").click()
    expect(alerts.get_by_label("From")).to_have_value("22:00")
    alerts.get_by_label("From").scroll_into_view_if_needed()
    mei.picture("alerts-quiet")
    mei.page.reload()
    chosen = panel(mei, "Alerts").get_by_role("list", name="Chosen")
    expect(chosen.get_by_text(AMARA)).to_be_visible()
    chosen.get_by_role("button").click()
    expect(panel(mei, "Alerts").get_by_text("Nobody is named")).to_be_visible()


def test_on_a_phone_in_chinese_she_finds_how_she_is_told(enter: Enter) -> None:
    mei = enter("mei-phone", PHONE, "zh-CN")
    come_in(mei, MEI)
    mei.page.evaluate("location.hash = '#/home'")
    is_in(mei, "home")
    alerts = panel(mei, "提醒")
    expect(alerts.get_by_text("首先通知谁")).to_be_visible()
    check_page(mei, "zh-CN", "how she is told")
    alerts.get_by_text("首先通知谁").scroll_into_view_if_needed()
    mei.picture("alerts-first")

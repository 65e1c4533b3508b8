"""A device of one's own: what it says in vain is on its card, and trying it shows that it works."""

import hashlib
import hmac
import json
import time
import urllib.request
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESKTOP, PHONE, Enter
from tests.journeys.looking import check_page
from tests.journeys.steps import MEI, come_in, panel
from tests.serving import Server

WORDS = {
    "en-GB": {
        "panel": "Home devices",
        "unit": "Blood pressure: 2 messages were not taken in",
        "units": "Values are taken in mmHg.",
        "try": "Try now",
        "measure": "Please measure now",
        "seen": "I have seen to it",
        "works": "works: something came just now",
    },
    "zh-CN": {
        "panel": "家用设备",
        "unit": "血压：有 2 条消息未被接收",
        "units": "数值单位为 mmHg。",
        "try": "立即测量",
        "measure": "请现在测量",
        "seen": "我已处理",
        "works": "工作正常：刚收到数据",
    },
}
REGISTER = """
async (name) => {
  const answer = await fetch("/api/devices", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ name, kinds: ["blood-pressure", "heart-rate"] }),
  });
  return await answer.json();
}
"""


def push(server: Server, made: dict[str, str], *batch: dict[str, Any]) -> list[dict[str, Any]]:
    """What a device signs and sends by itself."""
    body, at = json.dumps(batch).encode(), str(int(time.time()))
    key = hashlib.sha256(made["secret"].encode()).digest()
    signature = hmac.new(key, at.encode() + b"." + body, "sha256").hexdigest()
    headers = {
        "Content-Type": "application/json",
        "Asklepion-Timestamp": at,
        "Asklepion-Signature": f"sha256={signature}",
    }
    asked = urllib.request.Request(f"{server.url}/api/devices/{made['id']}/push", body, headers)
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return json.load(answer)["readings"]


def pressure(**more: Any) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat()
    return {
        "kind": "blood-pressure",
        "at": now,
        "values": {"systolic": 121, "diastolic": 78},
        **more,
    }


@pytest.mark.parametrize(
    ("size", "language", "name"), [(DESKTOP, "en-GB", "desktop"), (PHONE, "zh-CN", "phone")]
)
def test_a_card_tells_what_was_refused_and_what_to_do_and_the_device_is_tried(
    enter: Enter, server: Server, size: tuple[int, int], language: str, name: str
) -> None:
    words = WORDS[language]
    mei = enter(f"mei-{name}", size, language)
    come_in(mei, MEI)
    mei.page.goto(f"{server.url}/#/home")
    called = f"{size[0]} x {size[1]}"
    made = mei.page.evaluate(REGISTER, called)
    psi = pressure(values={"systolic": 2.3, "diastolic": 1.5, "unit": 0})
    refused = push(server, made, psi, psi, pressure(kind="heart-rate", values={"heart_rate": 900}))
    assert [each["why"] for each in refused] == ["unit", "unit", "implausible"]

    devices = panel(mei, words["panel"])
    card = devices.get_by_role("listitem").filter(has=mei.page.get_by_role("heading", name=called))
    expect(card.get_by_text(words["unit"])).to_be_visible()
    expect(card.get_by_text(words["units"])).to_be_visible()
    card.scroll_into_view_if_needed()
    mei.picture("device-refused")
    check_page(mei, language, "a device's card")

    card.get_by_role("button", name=words["try"]).click()
    expect(card.get_by_text(words["measure"])).to_be_visible()
    mei.picture("device-trying")
    (kept,) = push(server, made, pressure(battery=0.8))
    assert kept["state"] == "kept"
    expect(mei.page.get_by_text(words["works"])).to_be_visible()
    card.get_by_role("button", name=words["seen"]).click()
    expect(card.get_by_text(words["unit"])).to_have_count(0)
    mei.picture("device-works")

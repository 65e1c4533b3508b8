"""A new cuff, out of its box: she connects it, and what it measures is in her record."""

import re
from collections.abc import Generator
from datetime import datetime, timedelta
from itertools import count

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import DESKTOP, PHONE, Enter, Server
from tests.journeys.peripherals import INDICATE, WRITE, Peripheral, choose_devices
from tests.journeys.steps import come_in, panel

MEI = "Mei Lin 林梅"
NO_RADIO = "Object.defineProperty(navigator, 'bluetooth', {value: undefined});" + (
    "localStorage.setItem('asklepion.view', 'flat')"
)
WORDS = {
    "en-GB": {
        "panel": "Home devices",
        "connect": "Connect by Bluetooth",
        "search": "Search",
        "kept": "In your record",
        "irregular": "irregular pulse",
        "done": "Done",
        "try": "Try now",
        "battery": "Battery 80 %",
        "hand": "Enter by hand",
        "upper": "Upper value",
        "lower": "Lower value",
        "save": "Save in my record",
        "saved": "It is in your record now.",
        "cannot": "Safari and Firefox cannot",
    },
    "zh-CN": {
        "panel": "家用设备",
        "connect": "连接蓝牙设备",
        "search": "搜索",
        "kept": "已存入病历",
        "irregular": "脉搏不规则",
        "done": "完成",
        "try": "立即测量",
        "battery": "电量 80%",
        "hand": "手动录入",
        "upper": "高压",
        "lower": "低压",
        "save": "存入病历",
        "saved": "已存入您的病历。",
        "cannot": "浏览器不支持蓝牙连接",
    },
}


def moment(at: datetime) -> bytes:
    """As clocks of devices show it: seven bytes."""
    return at.year.to_bytes(2, "little") + bytes([at.month, at.day, at.hour, at.minute, at.second])


SYSTOLIC = count(130)


@pytest.fixture
def cuff(browser: Browser) -> Generator[Peripheral]:
    """A cuff whose clock was never set; it has one reading, taken five minutes ago."""
    shown = datetime(2017, 1, 1, 0, 10)
    taken = moment(shown - timedelta(minutes=5))
    systolic = next(SYSTOLIC).to_bytes(2, "little")  # another each time
    reading = b"\x16" + systolic + b"\x50\x00\x5d\x00" + taken + b"\x48\x00\x04\x00"
    device = Peripheral(
        "Kitchen cuff",
        {
            ("1810", "2a35"): reading,
            ("1805", "2a2b"): moment(shown) + b"\x07\x00\x00",
            ("180f", "2a19"): b"\x50",
            ("180a", "2a29"): b"Olive Instruments",
        },
        can={"2a35": INDICATE, "2a2b": WRITE},
    )
    device.come_near(browser)
    yield device
    device.go()


@pytest.mark.parametrize(
    ("size", "language", "name"),
    [(DESKTOP, "en-GB", "desktop"), (PHONE, "zh-CN", "phone")],
)
def test_a_new_cuff_is_connected_and_its_reading_is_on_the_screen_and_in_her_record(
    enter: Enter,
    server: Server,
    cuff: Peripheral,
    size: tuple[int, int],
    language: str,
    name: str,
) -> None:
    words = WORDS[language]
    mei = enter(f"mei-{name}", size, language)
    page = mei.page
    come_in(mei, MEI)
    page.goto(f"{server.url}/#/home")
    chosen = choose_devices(page)
    devices = panel(mei, words["panel"])
    devices.get_by_role("button", name=words["connect"]).first.click()
    dialog = page.get_by_role("dialog")
    mei.picture("bluetooth-before")

    dialog.get_by_role("button", name=words["search"]).click()

    systolic = int.from_bytes(cuff.values["1810", "2a35"][1:3], "little")
    expect(dialog.get_by_text(f"{systolic} / 80")).to_be_visible()
    expect(dialog.get_by_text(words["kept"])).to_have_count(2)  # the pressure, and the pulse
    expect(dialog.get_by_text(re.compile(words["irregular"]))).to_have_count(1)
    mei.picture("bluetooth-measured")
    assert len(chosen) == 1
    assert len(cuff.written["2a2b"]) == 1  # its clock is right now
    (found,) = (
        entry["resource"]
        for entry in page.request.get(
            f"{server.url}/fhir/R4/Observation?code=85354-9&_sort=-date&_count=50"
        ).json()["entry"]
        if entry["resource"].get("extension")
        and entry["resource"]["component"][0]["valueQuantity"]["value"] == systolic
    )
    taken = datetime.fromisoformat(found["effectiveDateTime"])
    assert abs(datetime.now(taken.tzinfo) - timedelta(minutes=5) - taken) < timedelta(minutes=2)

    dialog.get_by_role("button", name=words["done"]).click()
    line = devices.get_by_role("listitem").filter(has_text="Kitchen cuff").last
    expect(line.get_by_text(words["battery"])).to_be_visible()
    expect(line.get_by_role("button", name=words["try"])).to_be_visible()
    mei.picture("bluetooth-card")


@pytest.mark.parametrize(
    ("size", "language", "name"),
    [(DESKTOP, "en-GB", "desktop"), (PHONE, "zh-CN", "phone")],
)
def test_where_the_browser_has_no_bluetooth_she_enters_the_value_by_hand(
    enter: Enter,
    server: Server,
    size: tuple[int, int],
    language: str,
    name: str,
) -> None:
    words = WORDS[language]
    mei = enter(f"mei-{name}", size, language, scene=True, script=NO_RADIO)
    page = mei.page
    come_in(mei, MEI)
    page.goto(f"{server.url}/#/home")
    panel(mei, words["panel"]).get_by_role("button", name=words["connect"]).first.click()
    expect(page.get_by_text(re.compile(words["cannot"]))).to_be_visible()
    mei.picture("bluetooth-cannot")

    page.get_by_role("dialog").get_by_role("button", name=words["hand"]).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(re.compile(f"^{words['upper']}")).fill("131")
    dialog.get_by_label(re.compile(f"^{words['lower']}")).fill("84")
    mei.picture("by-hand")
    dialog.get_by_role("button", name=words["save"]).click()

    expect(page.get_by_text(words["saved"])).to_be_visible()
    told = page.request.get(f"{server.url}/fhir/R4/Observation?_tag=PATRPT").json()
    assert any(each["resource"]["performer"] for each in told["entry"])

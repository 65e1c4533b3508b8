"""A patient brings her phone's export: she looks first, keeps it, and takes it back."""

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

from playwright.sync_api import expect

from tests.devices.apple import export, record, zipped
from tests.journeys.conftest import PHONE, Enter, Person
from tests.journeys.looking import check_page
from tests.journeys.steps import MEI, come_in, go, is_in, panel

DAYS = 5
SHANGHAI = timezone(timedelta(hours=8))


def a_week() -> bytes:
    """What a watch and a scale wrote on some days, one value that cannot be, and coffee."""
    entries: list[str] = []
    for day in range(DAYS, 0, -1):
        at = datetime.now(SHANGHAI).replace(hour=7, minute=10, second=0) - timedelta(days=day)
        when = at.strftime("%Y-%m-%d %H:%M:%S +0800")
        entries += [
            record("BodyMass", f"{68.4 + day / 10}", "kg", when, source="Scale"),
            record("HeartRate", f"{60 + day}", "count/min", when),
            record("StepCount", f"{5000 + 300 * day}", "count", when),
        ]
    entries += [record("HeartRate", "5000", "count/min"), record("DietaryCaffeine", "80", "mg")]
    return zipped(apple_health_export__export_xml=export(*entries))


def choose(patient: Person, folder: Path, button: str) -> None:
    """Open the dialog and choose the file by the window of the operating system."""
    path = folder / "export.zip"
    path.write_bytes(a_week())
    devices = panel(patient, "Home devices" if button == "Bring a file" else "家用设备")
    devices.get_by_role("button", name=button).click()
    with patient.page.expect_file_chooser() as chooser:
        patient.page.get_by_role("dialog").locator("label.drop").click()
    chooser.value.set_files(path)


def test_she_sees_what_an_apple_export_would_bring_keeps_it_and_takes_it_back(
    enter: Enter, tmp_path: Path
) -> None:
    mei = enter("mei")
    come_in(mei, MEI)
    go(mei, "Home")
    choose(mei, tmp_path, "Bring a file")
    line = (
        mei.page.get_by_role("dialog").get_by_role("listitem").filter(has_text="export.zip").first
    )
    expect(line.get_by_text("15 readings. Nothing is kept yet")).to_be_visible()
    expect(line.get_by_text("Weight · 5")).to_be_visible()
    expect(line.get_by_text("the value cannot be right")).to_be_visible()
    mei.picture("files-found")

    line.get_by_role("button", name="Keep 15 readings").click()

    expect(line.get_by_text("15 new")).to_be_visible()
    mei.picture("files-kept")
    mei.page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    expect(panel(mei, "Timeline").get_by_text("68.5").first).to_be_visible()
    mei.picture("files-timeline")

    panel(mei, "Home devices").get_by_role("button", name="Bring a file").click()
    line.get_by_role("button", name="Take it back").click()
    mei.picture("files-asked")
    mei.page.get_by_role("button", name="Delete them").click()
    expect(line.get_by_text("15 readings were deleted from your record.")).to_be_visible()
    mei.picture("files-undone")
    mei.page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    expect(panel(mei, "Timeline").get_by_role("listitem").first).to_be_visible()
    expect(mei.page.locator("#dock-panel").get_by_text("68.5")).to_have_count(0)


def test_on_a_phone_in_chinese_the_file_is_looked_at_and_kept(enter: Enter, tmp_path: Path) -> None:
    mei = enter("mei-phone", PHONE, "zh-CN")
    come_in(mei, MEI)
    mei.page.evaluate("location.hash = '#/home'")
    is_in(mei, "home")
    choose(mei, tmp_path, "导入文件")
    dialog = mei.page.get_by_role("dialog")
    expect(dialog.get_by_text(re.compile("现在还没有收入"))).to_be_visible()
    mei.picture("files-found")
    check_page(mei, "", "a file that was looked through")  # the apps have no Chinese names

    dialog.get_by_role("button", name="收入 15 条读数").click()

    expect(dialog.get_by_text("完成", exact=True)).to_be_visible()
    mei.picture("files-again")
    check_page(mei, "", "a file that came again")

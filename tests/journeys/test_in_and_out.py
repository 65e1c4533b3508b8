"""A patient brings a table and a document, and takes her whole record with her."""

import zipfile
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, Enter, Person
from tests.journeys.steps import MEI, come_in, go, is_in, panel
from tests.records.letters import ccd

TABLE = """Date,Systolic,Diastolic,Pulse,Weight (kg),Mood
03/04/2026 07:30,128,82,72,61.5,fine
04/04/2026 07:30,131,85,x,61.2,tired
"""
CHINESE = "日期,时间,收缩压,舒张压,心率,血糖(mmol/L)\n2026年1月3日,下午3:05,128,82,72,5.6\n"


def test_a_patient_brings_a_table_and_takes_her_record_along(enter: Enter, tmp_path: Path) -> None:
    mei = enter("mei")
    come_in(mei, MEI)
    go(mei, "Home")
    _bring_table(mei, tmp_path)
    _bring_document(mei, tmp_path)
    _take_along(mei, tmp_path)


def test_on_a_phone_in_chinese_it_is_all_there(enter: Enter, tmp_path: Path) -> None:
    mei = enter("mei-phone", PHONE, "zh-CN")
    come_in(mei, MEI)
    mei.page.evaluate("location.hash = '#/home'")
    is_in(mei, "home")
    panel(mei, "导入")
    table = tmp_path / "血压.csv"
    table.write_bytes(CHINESE.encode("gb18030"))
    mei.page.locator("#dock-panel input[type=file]").first.set_input_files(table)
    expect(mei.page.get_by_text("识别出 3 项测量")).to_be_visible()
    mei.picture("table-phone")
    mei.page.get_by_role("button", name="取消").click()
    panel(mei, "带走病历")
    expect(mei.page.get_by_role("button", name="带走我的病历")).to_be_visible()
    mei.picture("take-phone")


def _bring_table(mei: Person, folder: Path) -> None:
    table = folder / "pressure.csv"
    table.write_text(TABLE)
    imports = panel(mei, "Import")
    imports.locator("input[type=file]").first.set_input_files(table)
    unclear = mei.page.get_by_text("It cannot be told whether the day or the month comes first.")
    expect(unclear).to_be_visible()
    mei.picture("table-unclear")
    mei.page.get_by_label("How dates are written").select_option("dmy")
    expect(mei.page.get_by_text("5 measurements understood")).to_be_visible()
    mei.picture("table")
    mei.page.get_by_role("button", name="Keep 5 measurements").click()
    expect(mei.page.get_by_text("Added to your record")).to_be_visible()
    mei.picture("table-kept")
    mei.page.get_by_role("button", name="Take it back").click()
    expect(mei.page.get_by_text("5 measurements were removed from your record.")).to_be_visible()
    mei.page.get_by_role("button", name="Done").click()


def _bring_document(mei: Person, folder: Path) -> None:
    document = folder / "summary.xml"
    document.write_bytes(ccd.document())
    imports = panel(mei, "Import")
    imports.locator("input[type=file]").first.set_input_files(document)
    expect(imports.get_by_text("It is about somebody else")).to_be_visible()
    mei.picture("document-of-another")


def _take_along(mei: Person, folder: Path) -> None:
    take = panel(mei, "Take with me")
    mei.picture("take")
    with mei.page.expect_download() as download:
        take.get_by_role("button", name="Take my record with me").click()
    path = folder / "record.zip"
    download.value.save_as(path)
    expect(take.get_by_text("Saved by your browser")).to_be_visible()
    mei.picture("taken")
    names = zipfile.ZipFile(path).namelist()
    assert {"index.html", "bundle/record-001.json", "fhir/Patient.ndjson"} <= set(names)
    index = folder / "index.html"
    index.write_bytes(zipfile.ZipFile(path).read("index.html"))
    page = mei.page.context.new_page()
    page.goto(index.as_uri())
    expect(page.get_by_role("heading", name="My record")).to_be_visible()
    page.screenshot(path=Path("artefacts/journeys/take-index.png"))
    page.close()

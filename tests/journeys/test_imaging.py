"""She brings the pictures a hospital gave her; her doctor looks while she allows it."""

import io
import re
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, Enter, Person
from tests.journeys.steps import AMARA, MEI, allow, come_in, go, meet, panel
from tests.records.dicom import slice_of

SIZE, COUNT = 256, 24


def phantom(number: int) -> bytes:
    """One slice through an invented chest: ribs, two lungs, a heart, and a round spot."""
    rows, columns = np.mgrid[0:SIZE, 0:SIZE]
    x, y = (columns - SIZE / 2) / SIZE * 2, (rows - SIZE / 2) / SIZE * 2
    z = (number - COUNT / 2) / COUNT * 2
    values = np.full((SIZE, SIZE), -1000.0)
    values[(x / 0.85) ** 2 + (y / 0.65) ** 2 < 1] = 40
    values[abs((x / 0.8) ** 2 + (y / 0.6) ** 2 - 1) < 0.05] = 700
    for side in (-1, 1):
        lung = ((x - side * 0.4) / 0.28) ** 2 + (y / 0.45) ** 2 < 1 - z * z
        values[lung] = -820 + 60 * np.sin(9 * x[lung]) * np.cos(11 * y[lung])
    values[((x + 0.1) / 0.22) ** 2 + ((y - 0.1) / 0.26) ** 2 + z * z < 0.9] = 60
    values[(x - 0.42) ** 2 + (y + 0.1) ** 2 + z * z / 4 < 0.004] = 120
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        raw = slice_of(number, "HOSPITAL-7", "1.2.826.0.1.3680043.8.498.77")
        held: Any = pydicom.dcmread(io.BytesIO(raw))  # pyright: ignore
        held.Rows = held.Columns = SIZE
        held.PixelSpacing = [1.4, 1.4]
        held.WindowCenter, held.WindowWidth = -300, 1400
        held.StudyDescription, held.SeriesDescription = "CT chest", "Axial"
        held.PixelData = (values - float(held.RescaleIntercept)).astype("<i2").tobytes()
        target = io.BytesIO()
        held.save_as(target)
    return target.getvalue()


def disc(folder: Path) -> Path:
    """What a hospital gives on a disc, as one zip."""
    path = folder / "disc.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(1, COUNT + 1):
            archive.writestr(f"DICOM/IM{number:04}.dcm", phantom(number))
    return path


def brightness(page: Page) -> int:
    """The sum of what the canvas shows."""
    return page.evaluate(
        "() => { const c = document.querySelector('.imaging-screen canvas');"
        " const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        " let sum = 0; for (let i = 0; i < d.length; i += 4) sum += d[i]; return sum; }"
    )


def look_through(person: Person) -> None:
    """Go through the slices, change the window, measure, and put everything back."""
    page = person.page
    screen = page.locator(".imaging-screen canvas")
    told = page.locator(".imaging-told")
    expect(told).to_contain_text("Slice 12 of 24")
    page.wait_for_function("() => !document.querySelector('.imaging-screen[data-loading=true]')")
    before = brightness(page)
    assert before > 0
    screen.focus()
    page.keyboard.press("ArrowDown")
    expect(told).to_contain_text("Slice 13 of 24")
    screen.hover()
    page.mouse.wheel(0, 100)
    expect(told).to_contain_text("Slice 14 of 24")
    box = screen.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y - 60, steps=4)
    page.mouse.up()
    assert brightness(page) != before
    page.get_by_role("button", name="Measure: draw a line").click()
    page.mouse.move(x - 80, y)
    page.mouse.down()
    page.mouse.move(x + 80, y, steps=4)
    page.mouse.up()
    expect(told).to_contain_text(re.compile(r"\d+\.\d mm"))
    person.picture("imaging-viewer")
    page.get_by_role("button", name="Swap light and dark").click()
    page.get_by_role("button", name="As it was").click()
    page.keyboard.press("Escape")
    expect(page.locator(".imaging")).to_have_count(0)


def test_pictures_are_brought_looked_through_and_shown_to_a_doctor(
    enter: Enter, tmp_path: Path
) -> None:
    mei = enter("mei")
    come_in(mei, MEI)
    go(mei, "Home")
    panel(mei, "Import").locator("input[type=file]").first.set_input_files(disc(tmp_path))
    expect(mei.page.get_by_text("24 imported")).to_be_visible(timeout=60_000)
    panel(mei, "Images").get_by_role("button", name=re.compile("CT chest")).click()
    mei.picture("imaging-list")
    look_through(mei)

    amara = enter("amara")
    come_in(amara, AMARA)
    meet(amara, mei)
    visit = panel(amara, "Visit")
    visit.get_by_role("button", name="Ask for something else").click()
    visit.get_by_role("switch", name=re.compile("Imaging")).click()
    visit.get_by_role("button", name="Ask", exact=True).click()
    expect(panel(mei, "Visit").get_by_role("switch", name=re.compile("Imaging"))).to_be_visible()
    allow(mei)
    study = panel(amara, "Images").get_by_role("button", name=re.compile("CT chest"))
    study.click()
    expect(amara.page.locator(".imaging-told")).to_contain_text("Slice 12 of 24")
    mei.page.get_by_role("button", name="Take back now").first.click()
    expect(amara.page.locator(".imaging")).to_have_count(0)

    phone = enter("mei-phone", PHONE, "zh-CN")
    come_in(phone, MEI)
    phone.page.evaluate("location.hash = '#/home'")
    panel(phone, "影像")
    phone.page.get_by_role("button", name=re.compile("CT chest")).click()
    expect(phone.page.locator(".imaging-told")).to_contain_text("第 12 层，共 24 层")
    phone.picture("imaging-phone")
    # Pictures that were on their way when she took it back are answered as if they were not there.
    late = [fault for fault in amara.faults if "status of 404" in fault and "/frames/" in fault]
    amara.faults[:] = [fault for fault in amara.faults if fault not in late]

"""One page for the doctor, in both languages, with no number that its reader may not see yet."""

import re
import zlib
from base64 import a85decode
from typing import Any

import pytest

from asklepion.app import House
from asklepion.records import Category
from asklepion.twin.engine.report.words import LANGUAGES, OWN
from tests.conftest import People
from tools.report_words import SHOWN, page

from .build import lab
from .test_service import HER, allow, bring_in, his, record

PATH = "/api/twin/p-1/report.pdf"


@pytest.fixture
def database_url() -> str:
    return ""


def text_of(pdf: bytes) -> str:
    """What stands on the pages, sign by sign as the file has it."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    shown = b""
    for stream in streams:
        packed = stream.strip()
        try:
            shown += zlib.decompress(a85decode(packed.removesuffix(b"~>")))
        except (ValueError, zlib.error):
            continue
    return "".join(part.decode("latin-1") for part in re.findall(rb"\((.*?)\) Tj", shown))


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


def test_the_words_shared_with_the_screen_are_those_of_the_screen() -> None:
    assert SHOWN.read_text("utf-8") == page(), "Write it again: python -m tools.report_words"


def test_every_language_has_all_of_the_reports_words() -> None:
    for words in OWN.values():
        assert len(words) == len(LANGUAGES)
        assert all(words)
        assert len({tuple(sorted(re.findall(r"\{\w+\}", each))) for each in words}) == 1


async def test_a_doctor_prints_one_page_with_the_numbers_only_after_her_own(
    house: House, people: People, stranger: Any, other_patient: Any, doctor: Any, patient: Any
) -> None:
    without_statin = [one for one in record() if one["id"] != "m-617311"]
    await bring_in(house, people, *without_statin, lab("18262-6", 128, "mg/dL"))
    closed = [(await one.get(PATH)).status_code for one in (stranger, other_patient, doctor)]
    await allow(house, people, *Category)

    before = await doctor.get(f"{PATH}?language=en")
    for card in ("prevent10", "prevent30"):
        await house.twin.estimates.give(his(people), HER, card, 15)
    after = await doctor.get(f"{PATH}?language=en")
    chinese = await patient.get(f"{PATH}?language=zh-CN")
    number = f"{(await house.twin.cards(his(people), HER))[2].value:.1f} %"
    seen = (await patient.get("/api/records/patients/p-1/accesses")).text

    assert closed == [401, 404, 404]
    assert after.headers["content-type"] == "application/pdf"
    held, shown = text_of(before.content), text_of(after.content)
    assert "Say what you think first" in held
    assert number not in held
    assert number in shown
    assert "15.0 %" in shown
    assert "Systolic blood pressure 1" in shown
    assert "From the same values." in shown
    assert "What to know of these" in shown
    assert "Statin, high dose" in shown
    assert "Muscle pain or weakness: 11 more of 1,000" in shown
    assert [pages_of(one.content) for one in (before, after, chinese)] == [1, 1, 1]
    assert b"STSong-Light" in chinese.content
    assert "Practitioner/d-1" in seen
    assert (await doctor.get(f"{PATH}?language=de")).status_code == 400

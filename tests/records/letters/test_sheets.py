"""Tables of measurements: understood, shown, kept, taken back; never guessed where it matters."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asklepion.kit.errors import NotFound
from asklepion.records import ImportStep, Mapping, Unreadable, read_mapping
from asklepion.records.engine import validate
from asklepion.records.engine.foreign.sheet import Row, guess, observations, open_sheet
from asklepion.records.engine.foreign.sheet.measures import MEASURES, is_plausible
from asklepion.records.engine.foreign.sheet.moments import moment_of, order_of

from ..conftest import Office
from ..people import AMARA_ASKS, JONAS_ASKS, MEI, MEI_ASKS, OPERATOR_ASKS, VITALS
from ..serving import Client

ENGLISH = b"""Date,Systolic,Diastolic,Pulse,Weight (kg),Mood
2026-01-03 07:30,128,82,72,61.5,fine
2026-01-04 07:30,131,85,75,61.2,tired
2026-01-05,900,85,75,x,
"""
CHINESE = "日期,时间,收缩压,舒张压,心率,血糖(mmol/L)\n2026年1月3日,下午3:05,128,82,72,5.6\n"


def rows(text: bytes, mapping: Mapping | None = None) -> list[Row]:
    sheet = open_sheet(text)
    chosen = mapping or guess(sheet, "+08:00")
    return list(observations(sheet, chosen, str, subject=MEI, batch="b"))


def told(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for it in row.resources:
        for part in it.get("component", [it]):
            quantity = part["valueQuantity"]
            code = part["code"]["coding"][0]["code"]
            found[code] = (float(quantity["value"]), quantity["code"])
    return found


def test_an_english_table_is_understood_by_its_headers() -> None:
    first, _, third = rows(ENGLISH)

    assert told(first) == {
        "8480-6": (128, "mm[Hg]"),
        "8462-4": (82, "mm[Hg]"),
        "8867-4": (72, "/min"),
        "29463-7": (61.5, "kg"),
    }
    assert first.resources[0]["effectiveDateTime"] == "2026-01-03T07:30:00+08:00"
    assert third.problem == "column 2 is beyond what can be; column 5 is no number"
    assert set(told(third)) == {"8462-4", "8867-4"}


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_chinese_table_is_understood_whatever_its_characters(codec: str) -> None:
    (row,) = rows(CHINESE.encode(codec))

    assert told(row)["15074-8"] == (5.6, "mmol/L")
    assert row.resources[0]["effectiveDateTime"] == "2026-01-03T15:05:00+08:00"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_cells_may_be_divided_by_any_of_the_usual_marks(separator: str) -> None:
    (row,) = rows(CHINESE.replace(",", separator).encode())

    assert len(row.resources) == 3


def test_a_decimal_comma_is_one_where_nothing_else_divides_by_it() -> None:
    (row,) = rows(b"Datum;Weight;Date\n;61,5;03.01.2026\n")

    assert told(row)["29463-7"] == (61.5, "kg")


def test_every_observation_of_a_table_is_good_fhir() -> None:
    for row in [*rows(ENGLISH), *rows(CHINESE.encode())]:
        for it in row.resources:
            assert validate({**it, "id": "x"}) == []


def test_a_table_of_names_values_and_units_is_understood() -> None:
    text = b"date,test,result,unit\n2026-01-03,Glucose,99,mg/dL\n2026-01-03,2951-2,140,mmol/L\n"

    first, second = rows(text)

    assert told(first) == {"2339-0": (99, "mg/dL")}
    assert second.problem == "names something that is not known here"


@pytest.mark.parametrize(
    ("header", "value", "why"),
    [
        ("体重(斤)", "120", "unit"),
        ("Weight (stone)", "10", "unit"),
        ("Glucose (mmol/L)", "99", "beyond"),
        ("Glucose", "5.5 furlongs", "unit"),
        ("Pulse", "seventy", "no number"),
        ("Pulse", "72/80", "unit"),
        ("BP", "120", "no blood pressure"),
    ],
)
def test_what_may_mean_something_else_is_left_out_and_never_quoted(
    header: str, value: str, why: str
) -> None:
    (row,) = rows(f"date,{header}\n2026-01-03,{value}\n".encode())

    assert row.resources == []
    assert why in row.problem
    assert value not in row.problem.replace("120/80", "")


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["2026-01-03"], "ymd"),
        (["2026年1月3日"], "ymd"),
        (["20260103"], "ymd"),
        (["03.01.2026"], "dmy"),
        (["01/02/2026", "13/02/2026"], "dmy"),
        (["01/02/2026", "02/13/2026"], "mdy"),
        (["01/02/2026", "02/03/2026"], ""),
        (["yesterday"], ""),
        ([], ""),
    ],
)
def test_how_dates_are_written_is_told_or_left_open(texts: Sequence[str], order: str) -> None:
    assert order_of(texts) == order


def test_where_day_and_month_cannot_be_told_nothing_is_taken_until_somebody_says() -> None:
    text = b"date,pulse\n01/02/2026,72\n"
    open_mapping = guess(open_sheet(text))
    said = read_mapping({**json.loads(json.dumps(open_mapping.as_json())), "order": "dmy"})

    assert rows(text, open_mapping)[0].problem == "has no date that can be read"
    assert rows(text, said)[0].resources[0]["effectiveDateTime"] == "2026-02-01"


@pytest.mark.parametrize(
    ("text", "time", "moment"),
    [
        ("2026-01-03", "", "2026-01-03"),
        ("2026-01-03T07:30:00Z", "", "2026-01-03T07:30:00Z"),
        ("2026/1/3 7:30 PM", "", "2026-01-03T19:30:00+08:00"),
        ("2026-01-03", "12:05 am", "2026-01-03T00:05:00+08:00"),
        ("2026-02-30", "", ""),
        ("2026-01-03", "25:00", ""),
        ("2026-01-03 sometime", "", ""),
    ],
)
def test_a_moment_is_read_whole_or_not_at_all(text: str, time: str, moment: str) -> None:
    assert moment_of(text, time, order="ymd", zone="+08:00") == moment


def test_what_can_be_is_judged_in_its_own_unit() -> None:
    # 98.6 degrees Fahrenheit are 37 Celsius; 7.0 % HbA1c are 53 mmol/mol (NGSP).
    assert is_plausible(MEASURES["temperature"], 98.6, "[degF]")
    assert not is_plausible(MEASURES["temperature"], 98.6, "Cel")
    assert is_plausible(MEASURES["hba1c"], 53, "mmol/mol")


@pytest.mark.parametrize(
    "text", [b"", b"one", b"\xff\xfe\x00", b"\0" * 100, b'a,b\n"' + b"x" * 300_000, b"," * 5000]
)
def test_what_is_no_table_is_refused_in_words(text: bytes) -> None:
    with pytest.raises(Unreadable):
        list(rows(text))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda t: t.encode(errors="replace")))
def test_whatever_a_table_holds_it_is_read_or_refused(text: bytes) -> None:
    for whole in (text, ENGLISH + text, b"date,pulse,note\n" + text):
        try:
            found = rows(whole)
        except Unreadable:
            continue
        assert all(row.number > 1 for row in found)


NAMES = st.sampled_from(["columns", "role", "unit", "order", "zone"])
ANYTHING = st.recursive(
    st.none() | st.integers() | st.text(max_size=8),
    lambda inner: st.dictionaries(NAMES, inner | st.lists(inner, max_size=3)),
)


@given(ANYTHING)
def test_a_mapping_is_read_or_refused(held: Any) -> None:
    try:
        read_mapping(held)
    except Unreadable:
        return


# Kept


async def take(office: Office, text: bytes, asking: Any = MEI_ASKS) -> list[ImportStep]:
    mapping = guess(open_sheet(text), "+08:00")
    return [
        step
        async for step in office.records.sheets.take_in(asking, MEI, text, mapping, name="x.csv")
    ]


async def pulses(office: Office) -> int:
    found = await office.records.search(MEI_ASKS, "Observation", [("code", "8867-4")])
    return len(found.entries)


async def test_a_table_is_kept_once_and_taken_back_with_one_press(full: Office) -> None:
    before = await pulses(full)

    first = (await take(full, ENGLISH))[-1]
    again = (await take(full, ENGLISH))[-1]

    assert (first.new, first.refused) == (8, 1)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 8)
    assert await pulses(full) == before + 3
    assert await full.records.sheets.undo(MEI_ASKS, MEI, first.reference) == 8
    assert await pulses(full) == before
    assert (await take(full, ENGLISH))[-1].accepted == 8
    assert await pulses(full) == before + 3


async def test_taking_one_table_back_leaves_what_another_brought(full: Office) -> None:
    await take(full, ENGLISH)
    longer = ENGLISH + b"2026-01-06,120,80,70,61,\n"

    second = (await take(full, longer))[-1]

    assert (second.new, second.unchanged) == (3, 8)
    assert await full.records.sheets.undo(MEI_ASKS, MEI, second.reference) == 3


@pytest.mark.parametrize("asking", [JONAS_ASKS, AMARA_ASKS])
async def test_nobody_brings_a_table_into_another_s_record(full: Office, asking: Any) -> None:
    await full.allow(VITALS)
    batch = (await take(full, ENGLISH))[-1].reference

    with pytest.raises(NotFound):
        await take(full, ENGLISH, asking)
    with pytest.raises(NotFound):
        await full.records.sheets.preview(asking, MEI, ENGLISH, None)
    with pytest.raises(NotFound):
        await full.records.sheets.undo(asking, MEI, batch)
    assert (await take(full, ENGLISH, OPERATOR_ASKS))[-1].unchanged == 8


async def test_over_http_it_is_shown_first_then_kept_then_taken_back(
    mei: Client, amara: Client
) -> None:
    base = "/api/records/patients/mei/sheets"
    shown = await mei.post(f"{base}/preview", params={"zone": "+08:00"}, content=ENGLISH)
    preview = shown.json()
    mapping = json.dumps(preview["mapping"])
    kept = await mei.post(base, params={"mapping": mapping, "name": "x"}, content=ENGLISH)
    steps = [json.loads(line) for line in kept.text.splitlines()]
    undone = await mei.delete(f"{base}/{steps[-1]['reference']}")

    assert (preview["rows"], preview["understood"]) == (3, 8)
    assert preview["mapping"]["order"] == "ymd"
    assert preview["problems"] == [
        {"row": 4, "reason": "column 2 is beyond what can be; column 5 is no number"}
    ]
    assert steps[-1]["kind"] == "done"
    assert undone.json() == {"deleted": 8}
    assert (await mei.delete(f"{base}/nothing")).status_code == 404
    hers = await amara.post(f"{base}/preview", content=ENGLISH)
    nobodys = await amara.post("/api/records/patients/never/sheets/preview", content=ENGLISH)
    assert (hers.status_code, hers.content) == (404, nobodys.content)
    for wrong in ("{", "[]", '{"columns":[{"role":"warp"}]}'):
        answer = await mei.post(base, params={"mapping": wrong}, content=ENGLISH)
        assert answer.status_code == 400, wrong
    assert (await mei.post(f"{base}/preview", content=b"no table")).status_code == 400
    assert len((await mei.get("/api/records/sheets/measures")).json()) == len(MEASURES)

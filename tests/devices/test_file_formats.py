"""What each app and tracker hands out, read piece by piece."""

import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from asklepion.devices.engine.files import Found, Gatherer, Left, read_stream
from asklepion.devices.engine.files.parts import Broken, pieces
from asklepion.devices.engine.files.shapes import Part, Sample
from asklepion.devices.engine.files.units import zone_of
from tests.conftest import NOON

from .apple import export, record

SHANGHAI = zone_of("Asia/Shanghai")
TEN = datetime(2024, 5, 1, 10, tzinfo=timezone(timedelta(hours=8)))
UTC_TEN = "2024-05-01T02:00:00Z"


def read(
    text: bytes | object, name: str = "file.json", zone: tzinfo | None = SHANGHAI
) -> list[Found]:
    body = text if isinstance(text, bytes) else json.dumps(text).encode()
    return list(read_stream(io.BufferedReader(io.BytesIO(body)), name, zone))  # pyright: ignore[reportArgumentType]


def test_a_nightscout_sensor_and_meter_speak_in_mg_dl_and_an_error_is_no_value() -> None:
    entries = [
        {"type": "sgv", "sgv": 120, "date": 1714528800000, "device": "xDrip"},
        {"type": "mbg", "mbg": "99", "dateString": "2024-05-01T02:00:00.000Z"},
        {"type": "sgv", "sgv": 5, "date": 1714528800000},
        {"type": "cal", "slope": 800, "date": 1714528800000},
    ]

    assert read(entries) == [
        Sample("glucose-course", TEN, {"glucose_interstitial": 120}, "xDrip"),
        Sample("glucose", TEN, {"glucose_mg_dl": 99}),
        Left("sgv", "no-value"),
        Left("cal"),
    ]


def test_records_of_health_connect_keep_zone_app_and_hand() -> None:
    about = {"dataOrigin": {"packageName": "com.scale"}, "recordingMethod": 3}
    file: dict[str, Any] = {
        "exportedAt": UTC_TEN,
        "Weight": [{"time": UTC_TEN, "weight": {"inKilograms": 70.5}, "metadata": about}],
        "records": [
            {
                "recordType": "BloodPressureRecord",
                "time": UTC_TEN,
                "systolic": {"inMillimetersOfMercury": 121},
                "diastolic": {"value": 79, "unit": "millimetersOfMercury"},
            },
            {
                "type": "HeartRate",
                "startTime": UTC_TEN,
                "samples": [{"time": UTC_TEN, "beatsPerMinute": 61}, {"time": "?"}],
            },
            {
                "type": "Steps",
                "startTime": "2024-04-30T17:00:00Z",
                "startZoneOffset": "+08:00",
                "count": 80,
            },
            {"type": "Weight", "time": UTC_TEN, "weight": {"value": 7, "unit": "stones"}},
            {"type": "Nutrition", "startTime": UTC_TEN, "metadata": {}},
        ],
    }

    found = read(file)

    assert found == [
        Sample("weight", TEN, {"weight": 70.5}, "com.scale", True),
        Sample("blood-pressure", TEN, {"systolic": 121, "diastolic": 79}),
        Sample("heart-rate", TEN, {"heart_rate": 61}),
        Left("HeartRate", "values"),
        Part("steps", TEN.date(), TEN.replace(hour=0), 80),
        Left("Weight", "unit"),
        Left("Nutrition"),
    ]


WALKED = {"type": "Steps", "startTime": "2024-04-30T17:00:00Z", "count": 80}
SLEPT = {
    "type": "SleepSession",
    "startTime": "2024-04-30T15:00:00Z",
    "endTime": "2024-04-30T22:00:00Z",
}
STEPPED = {
    "header": {"schema_id": {"namespace": "omh", "name": "step-count", "version": "2.0"}},
    "body": {
        "step_count": {"value": 90, "unit": "steps"},
        "effective_time_frame": {"date_time": "2024-04-30T17:00:00Z"},
    },
}


@pytest.mark.parametrize("told", [WALKED, SLEPT, STEPPED])
def test_a_day_is_that_of_the_place_and_where_nobody_says_which_it_is_refused(
    told: dict[str, Any],
) -> None:
    (here,), (nowhere,) = read([told]), read([told], zone=None)

    assert isinstance(here, Part)
    assert here.day == TEN.date()
    assert isinstance(nowhere, Left)
    assert nowhere.why == "zone"


def test_a_zone_that_a_record_tells_goes_before_the_one_of_the_browser() -> None:
    (walked,) = read([WALKED | {"startZoneOffset": "Z"}])

    assert isinstance(walked, Part)
    assert walked.day == TEN.date() - timedelta(days=1)


def test_fitbit_names_no_unit_of_weight_so_it_is_the_one_that_gives_a_height() -> None:
    pounds = {"weight": 191.8, "bmi": 27.77, "date": "05/01/24", "time": "10:00:00", "fat": 24.5}
    kilograms = pounds | {"weight": 87.0}
    neither = pounds | {"weight": 400.0, "bmi": 12.0}

    found = read([pounds, kilograms, neither], "Takeout/Fitbit/weight-2024-05-01.json")

    weights = [
        it.values["weight"] for it in found if isinstance(it, Sample) and "weight" in it.values
    ]
    assert weights == [86.999, 87.0]
    assert found[-1] == Left("weight", "unit")
    assert found[0] == Sample("bmi", TEN, {"bmi": 27.77}, "Fitbit")


def test_fitbit_counts_in_utc_and_sleeps_where_she_is() -> None:
    beats = [
        {"dateTime": "05/01/24 02:00:00", "value": {"bpm": 66, "confidence": 2}},
        {"dateTime": "05/01/24 02:00:05", "value": {"bpm": 70, "confidence": 0}},
    ]
    steps = [{"dateTime": "04/30/24 23:00:00", "value": "12"}]
    night = [{"dateOfSleep": "2024-05-01", "minutesAsleep": 405}]

    assert read(beats, "heart_rate-2024-05-01.json") == [
        Sample("heart-rate", TEN, {"heart_rate": 66}, "Fitbit"),
        Left("heart_rate", "no-value"),
    ]
    began = TEN.replace(hour=0)
    assert read(steps, "x/steps-2024-04-30.json") == [
        Part("steps", TEN.date(), began, 12, "Fitbit")
    ]
    assert read(night, "sleep-2024-04-07.json") == [
        Part("sleep", TEN.date(), began, 6.75, "Fitbit")
    ]


def test_garmin_sums_its_days_itself() -> None:
    day = {"calendarDate": {"date": "May 1, 2024 12:00:00 AM"}, "totalSteps": 8000}
    more = {"activeKilocalories": 410.0, "restingHeartRate": 52}
    night = {"calendarDate": "2024-05-01", "deepSleepSeconds": 3600, "lightSleepSeconds": 18000}

    began = TEN.replace(hour=0)
    assert read([day | more], "DI_CONNECT/DI-Connect-Aggregator/UDSFile_2024.json") == [
        Part("steps", TEN.date(), began, 8000, "Garmin", True),
        Part("active-energy", TEN.date(), began, 410, "Garmin", True),
        Sample("resting-heart-rate", began, {"resting_heart_rate": 52}, "Garmin"),
    ]
    assert read([night], "2024_1_sleepData.json") == [
        Part("sleep", TEN.date(), began, 6, "Garmin", True)
    ]


def test_google_fit_holds_the_same_steps_several_times_and_one_stream_counts() -> None:
    def point(type: str, *values: dict[str, float]) -> dict[str, Any]:
        return {
            "fitValue": [{"value": value} for value in values],
            "dataTypeName": type,
            "startTimeNanos": 1714528800000000000,
            "originDataSourceId": "raw:com.google.weight:com.scale",
        }

    steps = point("com.google.step_count.delta", {"intVal": 30})
    stream = "derived:com.google.step_count.delta:com.google.android.gms:"
    files = [
        {"Data Source": f"{stream}estimated_steps", "Data Points": [steps]},
        {"Data Source": f"{stream}merge_step_deltas", "Data Points": [steps]},
        {"Data Source": "raw", "Data Points": [point("com.google.weight", {"fpVal": 70.25})]},
        {
            "Data Source": "raw",
            "Data Points": [point("com.google.blood_pressure", {"fpVal": 121}, {"fpVal": 79})],
        },
        {"Data Source": "raw", "Data Points": [point("com.google.speed", {"fpVal": 1})]},
    ]

    assert [it for file in files for it in read(file)] == [
        Part("steps", TEN.date(), TEN.replace(hour=0), 30, "Google Fit"),
        Left("com.google.step_count.delta", "twice"),
        Sample("weight", TEN, {"weight": 70.25}, "raw:com.google.weight:com.scale"),
        Sample(
            "blood-pressure",
            TEN,
            {"systolic": 121, "diastolic": 79},
            "raw:com.google.weight:com.scale",
        ),
        Left("com.google.speed"),
    ]


def point(schema: str, body: dict[str, Any], **frame: Any) -> dict[str, Any]:
    """A data point of Open mHealth, made up."""
    return {
        "header": {
            "id": "d1",
            "schema_id": {"namespace": "omh", "name": schema, "version": "2.0"},
            "acquisition_provenance": {"source_name": "Olive", "modality": "sensed"},
        },
        "body": body | {"effective_time_frame": frame or {"date_time": UTC_TEN}},
    }


OLIVE = [
    (
        point("body-temperature", {"body_temperature": {"value": 98.6, "unit": "F"}}),
        Sample("temperature", TEN, {"temperature": 37}, "Olive"),
    ),
    (
        point(
            "blood-pressure",
            {
                "systolic_blood_pressure": {"value": 121, "unit": "mmHg"},
                "diastolic_blood_pressure": {"value": 79, "unit": "mmHg"},
            },
        ),
        Sample("blood-pressure", TEN, {"systolic": 121, "diastolic": 79}, "Olive"),
    ),
    (
        point(
            "blood-glucose",
            {
                "blood_glucose": {"value": 100, "unit": "mg/dL"},
                "specimen_source": "interstitial fluid",
            },
        ),
        Sample("glucose-course", TEN, {"glucose_interstitial": 100}, "Olive"),
    ),
    (
        point(
            "step-count",
            {"step_count": {"value": 90, "unit": "steps"}},
            time_interval={
                "end_date_time": "2024-05-01T11:00:00",
                "duration": {"value": 1, "unit": "h"},
            },
        ),
        Part("steps", TEN.date(), TEN.replace(hour=0), 90, "Olive"),
    ),
    (
        point(
            "heart-rate",
            {"heart_rate": {"value": 60, "unit": "beats/min"}, "descriptive_statistic": "average"},
        ),
        Left("heart-rate (average)"),
    ),
    (
        point("body-weight", {"body_weight": {"value": 9, "unit": "oz"}}),
        Left("body-weight", "unit"),
    ),
    (
        point("body-weight", {"body_weight": {"value": 70, "unit": "kg"}}, time_interval={}),
        Left("body-weight", "moment"),
    ),
    (point("ambient-sound", {}), Left("ambient-sound")),
]


def as_list(points: list[dict[str, Any]]) -> bytes:
    return json.dumps(points).encode()


def as_lines(points: list[dict[str, Any]]) -> bytes:
    return b"\n".join(json.dumps(each).encode() for each in points)


def one_by_one(points: list[dict[str, Any]]) -> bytes:
    return b" ".join(json.dumps(each, indent=1).encode() for each in points)


@pytest.mark.parametrize("shape", [as_list, as_lines, one_by_one])
def test_open_mhealth_points_come_in_lists_in_lines_and_one_by_one(
    shape: Callable[[list[dict[str, Any]]], bytes],
) -> None:
    assert read(shape([it for it, _ in OLIVE])) == [found for _, found in OLIVE]


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=12),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
        max_leaves=12,
    ),
    chunk=st.integers(1, 9),
)
@settings(max_examples=40)
@example(value={'a"\\': [1, [2, "]"]], "b": {"c": [3]}}, chunk=1)
def test_a_list_of_json_falls_into_its_elements_however_it_arrives(value: Any, chunk: int) -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(chunk)

    found = list(pieces(Slow(json.dumps([value, value]).encode()), 10_000))
    inside = list(pieces(Slow(json.dumps({"k": [value], "v": {"": value}}).encode()), 10_000))

    assert [json.loads(it.text) for it in found] == [value, value]
    assert [(it.key, json.loads(it.text)) for it in inside] == [("k", value), ("v", {"": value})]


@given(
    st.binary(max_size=400) | st.text(alphabet='[]{}",:\\ab1 <>/&!-', max_size=200).map(str.encode)
)
@example(b"[" * 300)
@example(b'[{"type":"sgv","sgv":1e999,"date":1}]')
@example(b'[{"type":"sgv","sgv":120,"date":99999999999999999999999999}]')
@settings(max_examples=50)
def test_whatever_a_file_holds_it_is_read_or_left_out_by_name(text: bytes) -> None:
    for name in ("x.json", "weight-2024-05-01.json", "UDSFile_1.json", "steps-2024-05-01.json"):
        gatherer = Gatherer(now=NOON)
        list(gatherer.take(read(text, name)))
        list(gatherer.totals())


BOMB = b"""<?xml version="1.0"?><!DOCTYPE HealthData [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;">]>
<HealthData><Record value="&b;"/></HealthData>"""
OUTSIDE = b"""<!DOCTYPE HealthData [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<HealthData>&a;</HealthData>"""
DEFAULTS = b"""<!DOCTYPE HealthData [<!ATTLIST Record value CDATA "70">]>
<HealthData><Record/></HealthData>"""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (BOMB, "entities"),
        (OUTSIDE, "entities"),
        (DEFAULTS, "entities"),
        (export("<a>" * 50), "unreadable"),
        (export(record("HeartRate", "7" * 2_000_000, "count/min"))[:2_000_000], "large"),
        (export(record("HeartRate", "70", "count/min"))[:-20], "cut"),
    ],
)
def test_an_export_that_is_a_trap_or_is_cut_off_is_refused_where_it_is_so(
    text: bytes, why: str
) -> None:
    assert read(text, "export.xml")[-1] == Left("*.xml", why)


def test_an_element_larger_than_any_is_refused() -> None:
    with pytest.raises(Broken):
        list(pieces(io.BytesIO(b'[1, "' + b"a" * 600_000), 100_000))


def test_the_names_of_what_is_not_understood_are_bounded() -> None:
    gatherer = Gatherer(now=NOON)

    list(gatherer.take(Left(f"thing {n}") for n in range(1000)))
    list(gatherer.take(Left(f"thing {n}", "unit") for n in range(1000)))

    assert (len(gatherer.unknown), gatherer.unknown["…"]) == (201, 800)
    assert len(gatherer.refused) <= 201

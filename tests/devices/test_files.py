"""Files of apps and trackers, brought over HTTP into the real record."""

import asyncio
import json
from typing import Any

import pytest
from httpx import AsyncClient

from asklepion.app import House
from asklepion.kit.errors import NotFound
from asklepion.records import Asking
from tests.conftest import People

from .apple import export, record, zipped
from .test_service import HER, OTHER, observations, register

URL = "/api/devices/files"


@pytest.fixture
def database_url() -> str:
    """The records room keeps them, whose own tests run on both."""
    return ""


async def bring(client: AsyncClient, body: bytes, **params: str) -> dict[str, Any]:
    """The last step of bringing a file."""
    answer = await client.post(URL, content=body, params=params)
    assert answer.status_code == 200, answer.text
    steps = [json.loads(line) for line in answer.text.splitlines()]
    assert steps[-1]["kind"] == "done", steps[-1]
    return steps[-1]


def told(step: dict[str, Any]) -> tuple[int, int, int]:
    return step["new"], step["changed"], step["unchanged"]


def coded(found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {each["code"]["coding"][0]["code"]: each for each in found}


WEEK = (
    record("HeartRate", "71", "count/min"),
    record("HeartRate", "64", "count/min", "2024-05-01 08:05:00 +0800"),
    record("OxygenSaturation", "0.97", "%"),
    record("BodyTemperature", "98.6", "degF"),
    record("BodyMass", "150", "lb", inside='<MetadataEntry key="HKWasUserEntered" value="1"/>'),
    record("BloodPressureDiastolic", "79", "mmHg", source="Cuff"),
    record("BloodPressureSystolic", "121", "mmHg", source="Cuff"),
    record("BloodGlucose", "5.4", "mmol&lt;180.1558800000541&gt;/L"),
    record("StepCount", "400", "count", "2024-05-01 09:00:00 +0800"),
    record("StepCount", "350", "count", "2024-05-01 23:30:00 +0800"),
    record("StepCount", "90", "count", "2024-05-02 00:10:00 +0800"),
    record(
        "HKCategoryTypeIdentifierSleepAnalysis",
        "HKCategoryValueSleepAnalysisAsleepCore",
        at="2024-05-01 23:40:00 +0800",
        end="2024-05-02 06:10:00 +0800",
    ),
    record("HeartRate", "5000", "count/min", "2024-05-01 08:06:00 +0800"),
    record("HeartRate", "60", "count/min", "2031-05-01 08:06:00 +0800"),
    record("DietaryCaffeine", "80", "mg"),
    ' <Workout workoutActivityType="HKWorkoutActivityTypeYoga"/>\n',
)


async def test_an_apple_export_is_in_her_record_once_and_says_what_it_left_out(
    house: House, people: People, patient: AsyncClient
) -> None:
    await register(house, people)
    body = zipped(apple_health_export__export_xml=export(*WEEK), x__route_gpx=b"<gpx/>")

    first, again = await bring(patient, body), await bring(patient, body)

    assert told(first) == (10, 0, 0)
    assert told(again) == (0, 0, 10)
    assert first["by_kind"]["heart-rate"] == 2
    assert first["unknown"] == {"DietaryCaffeine": 1, "HKWorkoutActivityTypeYoga": 1, "*.gpx": 1}
    assert sorted(first["refused"]) == [
        ["heart-rate", "clock", 1],
        ["heart-rate", "implausible", 1],
    ]
    found = coded(await observations(house, people))
    values = {code: it["valueQuantity"]["value"] for code, it in found.items() if code != "85354-9"}
    assert values["59408-5"] == 97
    assert (values["8310-5"], values["29463-7"], values["15074-8"]) == (37, 68.039, 5.4)
    assert values["93832-4"] == 6.5
    parts = [part["valueQuantity"]["value"] for part in found["85354-9"]["component"]]
    assert (parts, found["85354-9"]["device"]) == ([121, 79], {"display": "Cuff"})
    assert found["85354-9"]["effectiveDateTime"] == "2024-05-01T00:00:00.000Z"
    tags = [tag["code"] for tag in found["29463-7"]["meta"]["tag"]]
    assert tags == [first["batch"], "PATRPT"]


async def test_what_a_file_would_bring_is_told_before_anything_is_kept(
    house: House, people: People, patient: AsyncClient
) -> None:
    await register(house, people)

    shown = await bring(patient, export(*WEEK), keep="false")

    assert await observations(house, people) == []
    assert (told(shown), sum(shown["by_kind"].values())) == ((0, 0, 0), 10)
    assert (shown["first"], shown["last"]) == (
        "2024-05-01T00:00:00+08:00",
        "2024-05-02T00:00:00+08:00",
    )
    kept = await bring(patient, export(*WEEK))
    same = ("by_kind", "unknown", "refused", "first", "last", "batch")
    assert {key: kept[key] for key in same} == {key: shown[key] for key in same}


async def test_nobody_looks_through_a_file_for_another(
    house: House, people: People, patient: AsyncClient
) -> None:
    await register(house, people)

    answer = await patient.post(
        URL,
        content=export(*WEEK),
        params={"keep": "false", "patient": OTHER.removeprefix("Patient/")},
    )

    assert answer.status_code == 404


async def test_steps_are_told_by_the_day_where_she_was_and_grow_with_it(
    house: House, people: People, patient: AsyncClient
) -> None:
    await register(house, people)
    morning, evening = WEEK[8], WEEK[9]
    await bring(patient, export(morning))

    whole = await bring(patient, export(morning, evening, WEEK[10]))
    part = await bring(patient, export(evening))

    assert (told(whole), told(part)) == ((1, 1, 0), (0, 0, 1))
    found = {it["effectivePeriod"]["start"]: it for it in await observations(house, people)}
    days = {start: it["valueQuantity"]["value"] for start, it in found.items()}
    assert days == {"2024-04-30T16:00:00.000Z": 750, "2024-05-01T16:00:00.000Z": 90}


async def test_what_she_deleted_does_not_come_back_with_the_next_export(
    house: House, people: People, patient: AsyncClient
) -> None:
    await register(house, people)
    await bring(patient, export(WEEK[0]))
    (kept,) = await observations(house, people)
    await house.records.delete(
        Asking(caller=people.patient, purpose="PATRQT"), "Observation", kept["id"]
    )

    again = await bring(patient, export(WEEK[0], WEEK[1]))

    assert (told(again), again["deleted"]) == ((1, 0, 0), 1)
    assert [it["valueQuantity"]["value"] for it in await observations(house, people)] == [64]


async def test_an_import_that_was_undone_is_told_apart_when_it_comes_again(
    house: House, people: People, patient: AsyncClient
) -> None:
    await register(house, people)
    first = await bring(patient, export(WEEK[0], WEEK[1]))
    await house.records.sheets.undo(
        Asking(caller=people.patient, purpose="PATRQT"), HER, first["batch"]
    )

    again = await bring(patient, export(WEEK[0], WEEK[1]))

    assert (told(again), again["deleted"], again["by_kind"]) == ((0, 0, 0), 2, {})
    assert await observations(house, people) == []


async def test_an_operator_brings_nothing_for_a_patient_who_is_not_there(
    house: House, people: People
) -> None:
    path = house.settings.data / "export.xml"
    path.write_bytes(export(WEEK[0]))
    asking = Asking(caller=people.operator, purpose="HOPERAT", via="import")

    with pytest.raises(NotFound, match="Patient/nobody"):
        async for _ in house.devices.files.take_in(asking, "Patient/nobody", path):
            pass


async def test_only_who_may_write_in_her_record_brings_files_into_it(
    house: House,
    people: People,
    stranger: AsyncClient,
    other_patient: AsyncClient,
    doctor: AsyncClient,
    patient: AsyncClient,
) -> None:
    await register(house, people)
    her = {"patient": HER.removeprefix("Patient/")}

    answers = [
        (await each.post(URL, content=export(WEEK[0]), params=her)).status_code
        for each in (stranger, other_patient, doctor)
    ]
    nowhere = await patient.post(URL, content=export(WEEK[0]), params={"zone": "Atlantis"})

    assert answers == [401, 404, 404]
    assert await observations(house, people) == []
    assert json.loads(nowhere.text)["kind"] == "failed"
    assert await observations(house, people, OTHER) == []


async def test_fhir_goes_the_way_that_records_come_in(
    house: House, people: People, patient: AsyncClient
) -> None:
    await register(house, people)
    weight = {
        "resourceType": "Observation",
        "id": "w-1",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "subject": {"reference": HER},
        "effectiveDateTime": "2024-05-01",
        "valueQuantity": {"value": 70, "unit": "kg"},
    }
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": weight}]}

    step = await bring(patient, json.dumps(bundle).encode())

    assert (told(step), step["by_kind"]) == ((1, 0, 0), {"Observation": 1})


async def test_an_import_broken_off_is_completed_by_bringing_the_file_again(
    house: House, people: People, patient: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await register(house, people)
    monkeypatch.setattr("asklepion.devices.service.files.AT_ONCE", 2)
    beats = [
        record("HeartRate", "70", "count/min", f"2024-05-01 08:{m:02}:00 +0800") for m in range(9)
    ]
    path = house.settings.data / "export.xml"
    path.write_bytes(export(*beats))
    asking = Asking(caller=people.patient, purpose="PATRQT", via="import")
    steps = house.devices.files.take_in(asking, HER, path)
    await anext(steps)
    await anext(steps)
    await steps.aclose()

    done = await bring(patient, path.read_bytes())

    assert told(done) == (5, 0, 4)


async def test_a_zip_that_is_a_bomb_or_names_other_places_touches_nothing(
    house: House, people: People, patient: AsyncClient
) -> None:
    await register(house, people)
    beat = export(WEEK[0])
    files = {"..__..__etc__export_xml": beat, "__root__export_xml": export(WEEK[1])}

    bomb = await bring(patient, zipped(export_xml=b" " * 6_000_000 + beat))
    placed = await bring(patient, zipped(**files))
    uploads = await asyncio.to_thread(lambda: [*house.records.uploads.iterdir()])

    assert told(bomb) == (0, 0, 0)
    ((what, why, count),) = bomb["refused"]
    assert (what, count) == ("file", 1)
    assert "packed more than" in why
    assert told(placed) == (1, 0, 0)  # what lies in a hidden folder is passed over
    assert uploads == []

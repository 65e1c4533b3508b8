import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.devices.engine.observations import make_device, make_observations
from asklepion.devices.engine.readings import read_message
from asklepion.devices.engine.walk import Body
from asklepion.devices.model import KINDS, Choice, Device, Kind, Unfit
from asklepion.records.engine import validate
from tests.conftest import NOON

CUFF = Device(
    id="d-1",
    patient="Patient/p-1",
    name="Cuff",
    kinds=("blood-pressure",),
    registered_at=NOON,
)


def message(values: object, at: str = NOON.isoformat(), **more: object) -> bytes:
    return json.dumps({"at": at, "values": values, **more}).encode()


def middling(kind: Kind) -> dict[str, Any]:
    """Values of this kind that nobody would doubt."""
    return {
        part.key: "A" if isinstance(part, Choice) else (2 * part.low + part.high) / 3
        for part in (kind.parts[:1] if kind.is_either else kind.parts)
    } | ({"diastolic": 60} if kind.name == "blood-pressure" else {})


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_becomes_valid_fhir_of_its_patient_and_device(name: str) -> None:
    kind = KINDS[name]
    reading = read_message(kind, message(middling(kind)), NOON)

    made = make_observations(CUFF, kind, reading)

    for resource in made:
        assert validate(resource) == []
        assert resource["subject"] == {"reference": "Patient/p-1"}
        assert resource["device"] == {"reference": "Device/d-1"}
        assert resource["effectiveDateTime"] == "2026-03-01T12:00:00.000Z"
    assert validate(make_device(CUFF)) == []


def test_a_pressure_is_a_panel_of_two() -> None:
    kind = KINDS["blood-pressure"]
    reading = read_message(kind, message({"systolic": 121, "diastolic": 78.5}), NOON)

    (resource,) = make_observations(CUFF, kind, reading)

    found = [
        (part["code"]["coding"][0]["code"], part["valueQuantity"]["value"])
        for part in resource["component"]
    ]
    assert found == [("8480-6", 121), ("8462-4", 78.5)]
    assert "valueQuantity" not in resource


def test_a_check_in_is_two_facts() -> None:
    kind = KINDS["check-in"]
    reading = read_message(kind, message({"acvpu": "A", "oxygen_l_min": 0}), NOON)

    alert, oxygen = make_observations(CUFF, kind, reading)

    assert alert["valueCodeableConcept"]["coding"][0]["code"] == "248234008"
    assert oxygen["valueQuantity"]["value"] == 0
    assert alert["id"] != oxygen["id"]


def test_the_same_reading_gets_the_same_id_and_another_moment_another_one() -> None:
    kind = KINDS["heart-rate"]
    reading = read_message(kind, message({"heart_rate": 72}), NOON)
    again = read_message(kind, message({"heart_rate": 72}, "2026-03-01T13:00:00+01:00"), NOON)
    later = read_message(kind, message({"heart_rate": 72}, "2026-03-01T12:00:01Z"), NOON)

    ids = [make_observations(CUFF, kind, one)[0]["id"] for one in (reading, again, later)]

    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (b"", "unreadable"),
        (b"\xff\xfe\x00", "unreadable"),
        (b"[1, 2]", "unreadable"),
        (b'{"at":"2026-03-01T12:00:00Z","values":{"heart_rate":NaN}}', "unreadable"),
        (message({"heart_rate": [72]}), "unreadable"),
        (message({"heart_rate": 72}, at="yesterday"), "unreadable"),
        (message({"heart_rate": 72}, patient="Patient/p-2"), "unreadable"),
        (message({"heart_rate": "72"}), "values"),
        (message({"heart_rate": 72}, at="2026-03-01T12:00:00"), "clock"),
        (message({"heart_rate": 72}, at="2027-03-01T12:00:00Z"), "clock"),
        (message({"heart_rate": 72}, at="1970-01-01T00:00:00Z"), "clock"),
        (message({"spo2": 97}), "values"),
        (message({"heart_rate": 72, "spo2": 97}), "values"),
        (message({}), "values"),
        (message({"heart_rate": 7200}), "implausible"),
        (message({"heart_rate": 72}, battery=80), "battery"),
    ],
)
def test_what_makes_no_reading_is_refused_with_a_reason(payload: bytes, why: str) -> None:
    with pytest.raises(Unfit) as refusal:
        read_message(KINDS["heart-rate"], payload, NOON)

    assert refusal.value.why == why
    assert refusal.value.hint


@pytest.mark.parametrize(
    ("kind", "values", "why"),
    [
        ("blood-pressure", {"systolic": 80, "diastolic": 120}, "implausible"),
        ("blood-pressure", {"systolic": 120}, "values"),
        ("check-in", {"acvpu": "X", "oxygen_l_min": 0}, "values"),
        ("check-in", {"acvpu": 1, "oxygen_l_min": 0}, "values"),
        ("check-in", {"acvpu": "A", "oxygen_l_min": -1}, "implausible"),
        ("temperature", {"temperature": 98.6}, "implausible"),  # Fahrenheit
    ],
)
def test_what_no_living_person_has_is_refused(
    kind: str, values: dict[str, object], why: str
) -> None:
    with pytest.raises(Unfit) as refusal:
        read_message(KINDS[kind], message(values), NOON)

    assert refusal.value.why == why


@given(st.binary(max_size=200))
def test_no_bytes_whatever_do_more_than_be_refused(payload: bytes) -> None:
    with pytest.raises(Unfit):
        read_message(KINDS["heart-rate"], payload, NOON)


def test_a_reading_may_be_late_but_not_a_month() -> None:
    kind, values = KINDS["heart-rate"], {"heart_rate": 72}
    late = (NOON - timedelta(days=30)).isoformat()
    too_late = (NOON - timedelta(days=32)).isoformat()

    assert read_message(kind, message(values, late), NOON).values == values
    with pytest.raises(Unfit):
        read_message(kind, message(values, too_late), NOON)


@given(seed=st.integers(0, 1000), every_s=st.floats(0.1, 600))
def test_what_the_simulated_body_measures_is_always_plausible(seed: int, every_s: float) -> None:
    body = Body(seed)

    for _ in range(20):
        for kind, values in body.measure(every_s).items():
            assert read_message(KINDS[kind], message(values, battery=body.battery), NOON)


def test_the_same_seed_lives_the_same_life() -> None:
    one, other, third = Body(7), Body(7), Body(8)

    lives = [[body.measure(2) for _ in range(50)] for body in (one, other, third)]

    assert lives[0] == lives[1] != lives[2]

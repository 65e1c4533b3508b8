"""Batches of Bluetooth packets on the real house, over HTTP: from a browser and from a gateway."""

import base64
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from asklepion.app import House
from asklepion.devices import Registration
from asklepion.devices.service import gatt, pacing
from asklepion.kit.clock import StoppedClock, to_iso
from asklepion.records import Asking
from tests.conftest import NOON, People

from .test_gatt_packets import PLAIN_CUFF, at, cuff_at
from .test_service import HER, card, observations, register

CUFF_KINDS = ("blood-pressure", "heart-rate")


def packet(
    hex: str = PLAIN_CUFF,
    characteristic: str = "2a35",
    service: str = "1810",
    came: datetime = NOON,
    **more: Any,
) -> dict[str, Any]:
    value = base64.b64encode(bytes.fromhex(hex.replace(" ", ""))).decode()
    told = {"service": service, "characteristic": characteristic, "value": value}
    return told | {"at": to_iso(came)} | more


@pytest.fixture
async def gateway(app: Any) -> AsyncGenerator[AsyncClient]:
    """Nobody signed in; it shows a device's own secret."""
    async with AsyncClient(transport=ASGITransport(app), base_url="http://house") as client:
        yield client


async def send(
    client: AsyncClient, made: Registration, *batch: Any, **more: Any
) -> list[dict[str, Any]]:
    answer = await client.post(f"/api/devices/{made.device}/gatt", json=list(batch), **more)
    assert answer.status_code == 200, answer.text
    return answer.json()["packets"]


async def test_what_her_browser_heard_of_a_cuff_is_in_her_record(
    house: House, people: People, patient: AsyncClient
) -> None:
    made = await register(house, people, kinds=CUFF_KINDS)

    told = await send(patient, made, packet("04 7800 5000 5d00 4800"), packet("50", "2a19", "180f"))

    found = {each["code"]["coding"][0]["code"]: each for each in await observations(house, people)}
    assert set(found) == {"85354-9", "8867-4"}
    values = [part["valueQuantity"]["value"] for part in found["85354-9"]["component"]]
    assert values == [120, 80, 93]
    assert [each["state"] for each in told] == ["kept", "kept"]
    assert set(told[0]["observations"]) == {each["id"] for each in found.values()}
    device = await card(house, people)
    assert (device.last_reading_at, device.battery, device.missing) == (NOON, 0.8, ())


async def test_sent_again_it_is_kept_once_even_if_the_clocks_were_compared_anew(
    house: House, people: People, patient: AsyncClient
) -> None:
    made = await register(house, people, kinds=CUFF_KINDS)
    first = packet(cuff_at("2026-03-01T11:00:00"), offset_ms=0)
    again = packet(cuff_at("2026-03-01T11:00:00"), offset_ms=1700)

    told = [(await send(patient, made, each))[0] for each in (first, first, again)]

    assert [each["was_here"] for each in told] == [False, True, True]
    (kept,) = await observations(house, people)
    assert kept["effectiveDateTime"] == "2026-03-01T11:00:00.000Z"
    assert kept["meta"]["versionId"] == "1"
    assert (await card(house, people)).refused_count == 0


async def test_what_she_deleted_does_not_come_back_when_the_meter_sends_all_it_holds(
    house: House, people: People, patient: AsyncClient
) -> None:
    made = await register(house, people, kinds=("glucose",))
    hex = "020700" + at("2026-03-01T11:00:00") + "62b011"
    reading = packet(hex, "2a18", "1808", zone_min=0)
    (kept,) = await send(patient, made, reading)
    asking = Asking(caller=people.patient, purpose="PATRQT")
    await house.records.delete(asking, "Observation", kept["observations"][0])

    (again,) = await send(patient, made, reading)

    assert again["was_here"]
    assert await observations(house, people) == []


async def test_readings_out_of_order_all_count_and_the_newest_stands_on_the_card(
    house: House, people: People, patient: AsyncClient
) -> None:
    made = await register(house, people, kinds=CUFF_KINDS)
    moments = ["2026-03-01T11:00:00", "2026-02-20T07:00:00", "2026-03-01T09:00:00"]

    for moment in moments:
        await send(patient, made, packet(cuff_at(moment), offset_ms=0))

    assert len(await observations(house, people)) == 3
    assert (await card(house, people)).last_reading_at == NOON - timedelta(hours=1)


async def test_each_packet_of_a_batch_is_answered_for_itself(
    house: House, people: People, patient: AsyncClient
) -> None:
    made = await register(house, people, kinds=CUFF_KINDS)

    told = await send(
        patient,
        made,
        packet(),
        packet("0078805080ff07"),
        packet("0048", "2a37", "180d"),
        packet("001838", "2a9d", "181d"),
        packet(characteristic="ffff"),
        packet() | {"value": "no base64!"},
        packet() | {"at": "yesterday"},
        packet() | {"at": "2026-03-01T12:00:00"},
        packet() | {"offset_ms": 10**30},
        packet() | {"at": "0001-01-01T00:00:00+14:00"},
        packet() | {"at": "9999-12-31T23:59:59-14:00"},
        {"service": "1810"},
        7,
        packet("0a" + PLAIN_CUFF[2:] + at("2026-03-01T11:00:00") + "02", offset_ms=0, user=1),
        packet(
            service="00001810-0000-1000-8000-00805f9b34fb",
            characteristic="00002A35-0000-1000-8000-00805F9B34FB",
            hex="0079005000ff07",
        ),
    )

    assert [each.get("why", "kept") for each in told] == [
        "kept",
        "format",
        "kept",
        "topic",
        "unknown",
        *["unreadable"] * 4,
        "old",
        "clock",
        *["unreadable"] * 2,
        "user",
        "kept",
    ]
    assert all(each["message"] and each["hint"] for each in told if each["state"] == "refused")
    assert len(await observations(house, people)) == 3
    device = await card(house, people)
    assert (device.refused_count, device.refused_why) == (10, "unreadable")


START = at("2026-03-01T10:00:00") + "0000"


def sensor(hex: str, characteristic: str = "2aa7") -> dict[str, Any]:
    return packet(hex, characteristic, "181f")


async def test_a_sensor_s_start_that_comes_with_each_batch_times_all_and_keeps_each_once(
    house: House, people: People, patient: AsyncClient
) -> None:
    made = await register(house, people, kinds=("glucose-course",))
    start = sensor(START, "2aaa")

    first = await send(patient, made, start, sensor("060064000500"))
    alone = await send(patient, made, sensor("060065000a00"))
    second = await send(patient, made, start, sensor("060065000a00"))
    again = await send(patient, made, start, sensor("060064000500"))

    assert [each[-1].get("why", "kept") for each in (first, alone, second, again)] == [
        *("kept", "start", "kept", "kept")
    ]
    assert again[-1]["was_here"]
    moments = sorted(each["effectiveDateTime"] for each in await observations(house, people))
    assert moments == ["2026-03-01T10:05:00.000Z", "2026-03-01T10:10:00.000Z"]


async def test_a_packet_of_several_records_tells_and_counts_those_that_were_refused(
    house: House, people: People, patient: AsyncClient
) -> None:
    made = await register(house, people, kinds=("glucose-course",))
    # 100 mg/dL, none that could be measured, and 5 mg/dL, which nobody lives with.
    course = "060064000500" + "0600ff070a00" + "060005000f00"

    _, told = await send(patient, made, sensor(START, "2aaa"), sensor(course))

    assert (told["state"], told["missed"]) == ("kept", ["no-value", "implausible"])
    assert len(await observations(house, people)) == 1
    device = await card(house, people)
    assert (device.refused_count, device.refused_why) == (1, "implausible")


async def test_a_gateway_is_let_in_by_the_device_s_own_secret(
    house: House, people: People, gateway: AsyncClient
) -> None:
    made = await register(house, people, kinds=CUFF_KINDS)
    bearer = {"authorization": f"Bearer {made.secret}"}

    basic = await send(gateway, made, packet(), auth=(made.device, made.secret))
    again = await send(gateway, made, packet(), headers=bearer)

    assert (basic[0]["was_here"], again[0]["was_here"]) == (False, True)
    assert len(await observations(house, people)) == 1


async def test_nobody_else_speaks_for_a_device(
    house: House,
    people: People,
    gateway: AsyncClient,
    other_patient: AsyncClient,
    doctor: AsyncClient,
    operator: AsyncClient,
) -> None:
    made = await register(house, people, kinds=CUFF_KINDS)
    his = await register(house, people, of="other_patient", kinds=CUFF_KINDS)
    url, body = f"/api/devices/{made.device}/gatt", [packet()]

    answers = [
        await gateway.post(url, json=body),
        await gateway.post(url, json=body, auth=(made.device, his.secret)),
        await gateway.post(url, json=body, auth=(his.device, made.secret)),
        await gateway.post(url, json=body, auth=(made.device, "")),
        await gateway.post(url, json=body, headers={"authorization": "Basic !"}),
        await other_patient.post(url, json=body),
        await doctor.post(url, json=body),
        await operator.post(url, json=body),
        await other_patient.post("/api/devices/nobody/gatt", json=body),
    ]

    assert [each.status_code for each in answers] == [401] * 5 + [404] * 4
    assert await observations(house, people) == []


async def test_whoever_decides_for_her_may_bring_her_readings(
    house: House, people: People, other_patient: AsyncClient
) -> None:
    made = await register(house, people, kinds=CUFF_KINDS)
    consent = {
        "resourceType": "Consent",
        "status": "active",
        "scope": {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/consentscope",
                    "code": "patient-privacy",
                }
            ]
        },
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
        "patient": {"reference": HER},
        "dateTime": to_iso(NOON),
        "policyRule": {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
                    "code": "OPTIN",
                }
            ]
        },
        "provision": {
            "type": "permit",
            "actor": [
                {
                    "role": {
                        "coding": [
                            {
                                "system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode",
                                "code": "DELEGATEE",
                            }
                        ]
                    },
                    "reference": {"reference": "Patient/p-2"},
                }
            ],
            "action": [
                {
                    "coding": [
                        {
                            "system": "http://terminology.hl7.org/CodeSystem/consentaction",
                            "code": act,
                        }
                    ]
                }
                for act in ("access", "correct", "disclose")
            ],
        },
    }
    await house.records.create(Asking(caller=people.patient, purpose="PATRQT"), consent)

    (kept,) = await send(other_patient, made, packet())

    assert kept["state"] == "kept"
    assert len(await observations(house, people)) == 1


async def test_a_device_that_says_what_it_is_is_described_in_her_record(
    house: House, people: People, patient: AsyncClient
) -> None:
    made = await register(house, people, kinds=CUFF_KINDS)

    await send(
        patient,
        made,
        packet("4f6d726f6e", "2a29", "180a"),
        packet("42503534353000", "2a24", "180a"),
        packet("312e32", "2a26", "180a"),
    )

    asking = Asking(caller=people.patient, purpose="PATRQT")
    device = await house.records.read(asking, "Device", made.device)
    assert (device["manufacturer"], device["modelNumber"]) == ("Omron", "BP5450")
    assert device["version"] == [{"value": "1.2"}]
    assert device["deviceName"][0]["name"] == "Cuff"


@pytest.mark.parametrize("body", [b"", b"{}", b"[", b"\xff", b"[" * 9000, b'"text"'])
async def test_what_is_no_batch_is_refused_with_an_example(
    house: House, people: People, patient: AsyncClient, body: bytes
) -> None:
    made = await register(house, people, kinds=CUFF_KINDS)

    answer = await patient.post(f"/api/devices/{made.device}/gatt", content=body)

    assert answer.status_code == 400
    assert "2a35" in answer.json()["issue"][0]["details"]["text"]


async def test_a_batch_is_bounded(house: House, people: People, patient: AsyncClient) -> None:
    made = await register(house, people, kinds=CUFF_KINDS)
    url = f"/api/devices/{made.device}/gatt"

    many = await patient.post(url, json=[packet()] * (gatt.MOST_PACKETS + 1))
    large = await patient.post(url, content=b" " * 300_000)

    assert [many.status_code, large.status_code] == [400, 400]
    assert await observations(house, people) == []


async def test_a_device_that_floods_is_told_when_to_come_again(
    house: House, people: People, patient: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pacing, "BURST", 5.0)
    monkeypatch.setattr(pacing, "RATE", 0.1)  # so that a slow machine has not made up for it
    made = await register(house, people, kinds=CUFF_KINDS)
    url = f"/api/devices/{made.device}/gatt"

    calm = await patient.post(url, json=[packet()] * 5)
    flood = await patient.post(url, json=[packet()] * 5)

    assert (calm.status_code, flood.status_code) == (200, 429)
    assert int(flood.headers["retry-after"]) >= 1


async def test_while_too_much_is_being_kept_others_wait(
    house: House, people: People, patient: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pacing, "AT_ONCE", 0)
    made = await register(house, people, kinds=CUFF_KINDS)

    answer = await patient.post(f"/api/devices/{made.device}/gatt", json=[packet()])

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert await observations(house, people) == []


async def test_a_reading_whose_clock_is_wrong_is_kept_with_our_time_and_says_so(
    house: House, people: People, patient: AsyncClient, clock: StoppedClock
) -> None:
    made = await register(house, people, kinds=CUFF_KINDS)
    clock.at = NOON + timedelta(minutes=5)

    (told,) = await send(patient, made, packet(cuff_at("2017-01-01T00:00:09"), zone_min=60))

    assert told["clock"] == "unset"
    (kept,) = await observations(house, people)
    assert kept["effectiveDateTime"] == "2026-03-01T12:00:00.000Z"
    assert "not set" in kept["note"][0]["text"]


async def test_what_she_read_off_herself_is_in_her_record_as_told_by_her(
    house: House, people: People, patient: AsyncClient
) -> None:
    await register(house, people)
    body = {
        "at": to_iso(NOON),
        "readings": [
            {"kind": "blood-pressure", "values": {"systolic": 121, "diastolic": 79}},
            {"kind": "glucose", "values": {"glucose_mmol_l": 5.4}},
        ],
    }

    told = [await patient.post("/api/devices/readings", json=body) for _ in range(2)]

    assert [each.status_code for each in told] == [201, 201]
    assert told[0].json() == told[1].json()
    found = await observations(house, people)
    assert len(found) == 2
    for each in found:
        assert each["performer"] == [{"reference": HER}]
        assert each["meta"]["tag"][0]["code"] == "PATRPT"
        assert "device" not in each


@pytest.mark.parametrize(
    "change",
    [
        {"readings": [{"kind": "temperature", "values": {"temperature": 98.6}}]},
        {"readings": [{"kind": "check-in", "values": {"oxygen_l_min": 2}}]},
        {"readings": [{"kind": "glucose", "values": {"glucose_mg_dl": 90, "glucose_mmol_l": 5}}]},
        {"readings": []},
        {"at": "2026-03-02T12:00:00Z"},
        {"at": "2026-03-01T12:00:00"},
    ],
)
async def test_what_cannot_be_right_is_not_written_down(
    house: House, people: People, patient: AsyncClient, change: dict[str, Any]
) -> None:
    await register(house, people)
    right = {"kind": "weight", "values": {"weight": 70}}
    body = {"at": to_iso(NOON), "readings": [right]} | change
    body["readings"] = [right, *body["readings"]] if body["readings"] else []

    answer = await patient.post("/api/devices/readings", json=body)

    assert answer.status_code == 400
    assert await observations(house, people) == []


async def test_only_a_patient_tells_of_herself(doctor: AsyncClient, gateway: AsyncClient) -> None:
    body = {"at": to_iso(NOON), "readings": [{"kind": "weight", "values": {"weight": 70}}]}

    told = [await who.post("/api/devices/readings", json=body) for who in (doctor, gateway)]

    assert [each.status_code for each in told] == [403, 401]

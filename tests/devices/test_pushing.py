"""Signed batches, and uploaders of Nightscout, over HTTP into the real record."""

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from httpx import AsyncClient, Response

from asklepion.app import House
from asklepion.devices import Registration
from asklepion.devices.service import pacing
from asklepion.kit.clock import StoppedClock, to_iso
from asklepion.records import Asking
from tests.conftest import NOON, People

from .test_service import HER, OTHER, card, observations, register


@pytest.fixture
def database_url() -> str:
    """Its own SQL is a column and a look-up; the suite of the room runs on both."""
    return ""


def beat(value: float = 72, **more: Any) -> dict[str, Any]:
    return {"kind": "heart-rate", "at": to_iso(NOON), "values": {"heart_rate": value}} | more


def signed(made: Registration, body: bytes, at: int | None = None) -> dict[str, str]:
    """As the manual shows how to sign."""
    time = str(int(NOON.timestamp()) if at is None else at)
    key = hashlib.sha256(made.secret.encode()).digest()
    signature = hmac.new(key, time.encode() + b"." + body, "sha256").hexdigest()
    return {"asklepion-timestamp": time, "asklepion-signature": f"sha256={signature}"}


async def push(client: AsyncClient, made: Registration, *batch: Any) -> list[dict[str, Any]]:
    body = json.dumps(batch).encode()
    url = f"/api/devices/{made.device}/push"
    answer = await client.post(url, content=body, headers=signed(made, body))
    assert answer.status_code == 200, answer.text
    return answer.json()["readings"]


async def test_a_signed_batch_is_kept_once_and_each_reading_answered_for_itself(
    house: House, people: People, stranger: AsyncClient
) -> None:
    made = await register(house, people)
    old = to_iso(NOON - timedelta(days=40))
    batch = [
        beat(battery=0.5),
        beat(5000),
        beat(at=old),
        {"kind": "weight", "at": to_iso(NOON), "values": {"weight": 70}},
        {"kind": "heart-rate"},
        beat(60, at="2026-03-01T11:00:00Z"),
    ]

    first = await push(stranger, made, *batch)
    told: list[str] = []

    def hear(patient: str, _: object) -> None:
        told.append(patient)

    house.devices.when_kept(hear)
    again = await push(stranger, made, *batch)

    why = [each.get("why", "") for each in first]
    assert why == ["", "implausible", "old", "topic", "unreadable", ""]
    assert [each.get("was_here") for each in again] == [True, None, None, None, None, True]
    assert told == []
    assert len(await observations(house, people)) == 2
    device = await card(house, people)
    assert (device.battery, device.last_reading_at, device.refused_count) == (0.5, NOON, 6)


async def test_only_the_device_itself_now_and_this_body_is_let_in(
    house: House, people: People, stranger: AsyncClient, clock: StoppedClock
) -> None:
    made = await register(house, people)
    his = await register(house, people, of="other_patient")
    body = json.dumps([beat()]).encode()
    now = int(NOON.timestamp())
    wrong = [
        {},
        signed(his, body),
        signed(made, body + b" "),
        signed(made, body, now - 301),
        signed(made, body, now + 301),
        signed(made, body) | {"asklepion-timestamp": str(now + 1)},
        signed(made, body) | {"asklepion-timestamp": "9" * 400},
    ]

    url = f"/api/devices/{made.device}/push"
    answers = [(await stranger.post(url, content=body, headers=each)).status_code for each in wrong]
    nobody = await stranger.post("/api/devices/d-9/push", content=body, headers=signed(made, body))
    captured = signed(made, body)
    clock.at = NOON + timedelta(minutes=6)
    later = await stranger.post(url, content=body, headers=captured)

    assert answers == [401] * len(wrong)
    assert (nobody.status_code, later.status_code) == (401, 401)
    assert await observations(house, people) == []


async def test_a_flood_is_slowed_down_and_too_large_a_batch_refused(
    house: House, people: People, stranger: AsyncClient
) -> None:
    made = await register(house, people)
    url = f"/api/devices/{made.device}/push"
    codes: list[int] = []
    for size in (200, 200, 200, 200, 201):
        body = json.dumps([{"kind": "heart-rate"}] * size).encode()
        codes.append(
            (await stranger.post(url, content=body, headers=signed(made, body))).status_code
        )

    assert codes == [200, 200, 200, 429, 400]


@pytest.mark.parametrize(
    ("way", "body", "calm"),
    [("push", b"no list", 400), ("push", b"[]", 200), ("status", b"", 200)],
)
async def test_what_brings_no_reading_is_slowed_down_like_any_other(
    house: House,
    people: People,
    stranger: AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
    body: bytes,
    calm: int,
) -> None:
    monkeypatch.setattr(pacing, "BURST", 3.0)
    monkeypatch.setattr(pacing, "RATE", 0.01)  # so that a slow machine has not made up for it
    made = await register(house, people)

    async def send() -> Response:
        if way == "push":  # the same again, as somebody who caught it could
            url = f"/api/devices/{made.device}/push"
            return await stranger.post(url, content=body, headers=signed(made, body))
        url = f"/api/v1/devicestatus?token={made.secret}"
        return await stranger.post(url, json={"uploader": {"battery": 40}})

    answers = [await send() for _ in range(5)]

    assert [each.status_code for each in answers] == [calm] * 3 + [429] * 2
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert (await card(house, people)).refused_count == (3 if body == b"no list" else 0)


GLUCOSE = ("glucose-course", "glucose")


def sensor(value: float, minutes: int = 0) -> dict[str, Any]:
    date = int((NOON - timedelta(minutes=minutes)).timestamp() * 1000)
    return {"type": "sgv", "sgv": value, "date": date, "device": "xDrip", "direction": "Flat"}


async def test_an_uploader_of_nightscout_points_at_the_house(
    house: House, people: People, stranger: AsyncClient
) -> None:
    made = await register(house, people, kinds=GLUCOSE)
    secret = hashlib.sha1(made.secret.encode()).hexdigest()
    headers = {"api-secret": secret}
    entries = [sensor(120), sensor(110, 5), sensor(9, 10), {"type": "mbg"}, "what", sensor(9000)]

    status = await stranger.get("/api/v1/status.json", headers=headers)
    sent = await stranger.post("/api/v1/entries", json=entries, headers=headers)
    again = await stranger.post("/api/v1/entries.json", json=sensor(120), headers=headers)
    meter = {"type": "mbg", "mbg": 99, "date": sensor(0, 30)["date"]}
    await stranger.post("/api/v1/entries", json=meter, headers=headers)
    told = {"uploader": {"battery": 40}}
    await stranger.post("/api/v1/devicestatus", json=told, headers=headers)

    assert status.json()["apiEnabled"] is True
    assert [each["sgv"] for each in sent.json()] == [120, 110]
    assert again.json()[0]["_id"] == sent.json()[0]["_id"]
    assert len(await observations(house, people)) == 3
    assert (await card(house, people)).battery == 0.4
    got = await stranger.get("/api/v1/entries.json?count=2", headers=headers)
    assert [(it["type"], it["sgv"], it["date"]) for it in got.json()] == [
        ("sgv", 120, sensor(0)["date"]),
        ("sgv", 110, sensor(0, 5)["date"]),
    ]
    since = sensor(0, 5)["date"]
    found = await stranger.get(f"/api/v1/entries?find[date][$lt]={since}", headers=headers)
    assert [it["type"] for it in found.json()] == ["mbg"]
    meters = await stranger.get("/api/v1/entries/mbg.json", headers=headers)
    assert [it["mbg"] for it in meters.json()] == [99]


async def test_a_secret_of_nightscout_opens_one_device_s_own_readings_and_no_more(
    house: House, people: People, stranger: AsyncClient
) -> None:
    made = await register(house, people, kinds=GLUCOSE)
    second = await house.devices.register(
        people.patient, patient="Patient/p-1", name="Sensor", kinds=GLUCOSE
    )
    his = await register(house, people, of="other_patient", kinds=GLUCOSE)
    for number, each in enumerate((made, second, his)):
        answer = await stranger.post(
            f"/api/v1/entries?token={each.secret}", json=sensor(100 + number)
        )
        assert len(answer.json()) == 1

    seen = [
        [it["sgv"] for it in (await stranger.get(f"/api/v1/entries?token={it.secret}")).json()]
        for it in (made, second, his)
    ]
    closed = [
        (await stranger.get("/api/v1/entries", headers=headers)).status_code
        for headers in ({}, {"api-secret": made.secret}, {"api-secret": "0" * 40})
    ]
    await house.devices.remove(people.patient, made.device)
    gone = await stranger.get(f"/api/v1/entries?token={made.secret}")

    assert seen == [[100], [101], [102]]
    assert closed == [401, 401, 401]
    assert gone.status_code == 401
    asking = Asking(caller=people.patient, purpose="PATRQT")
    looks = await house.records.accesses(asking, HER, count=50)
    assert any(entry.action == "search" and entry.app_name == "Sensor" for entry in looks)
    assert len(await observations(house, people, OTHER)) == 1

"""Devices on the real house: the real broker, the real client, the real record."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from amqtt.client import MQTTClient  # pyright: ignore[reportMissingTypeStubs]

from asklepion.app import House
from asklepion.devices import Device, Registration, simulate
from asklepion.kit.clock import StoppedClock, to_iso
from asklepion.kit.errors import Busy, Forbidden, Incorrect, NotFound, Unauthenticated
from asklepion.records import Asking, Category
from tests.conftest import NOON, People

from .test_broker import ACCEPTED, REFUSED, connect_packet

HER, OTHER = "Patient/p-1", "Patient/p-2"


async def register(
    house: House, people: People, *, of: str = "patient", kinds: tuple[str, ...] = ("heart-rate",)
) -> Registration:
    caller = getattr(people, of)
    person = caller.person
    operator = Asking(caller=people.operator, purpose="HOPERAT")
    patient = {"resourceType": "Patient", "id": person.partition("/")[2]}
    await house.records.update(operator, patient)
    return await house.devices.register(caller, patient=person, name="Cuff", kinds=kinds)


@asynccontextmanager
async def connected(house: House, made: Registration) -> AsyncGenerator[Any]:
    client = MQTTClient(client_id=made.device, config={"auto_reconnect": False, "plugins": {}})
    await client.connect(f"mqtt://{made.device}:{made.secret}@127.0.0.1:{house.devices.port}")
    try:
        yield client
    finally:
        await client.disconnect()


async def knock(house: House, *data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.devices.port)
    for part in data:
        writer.write(part)
    async with asyncio.timeout(5):
        answer = await reader.read()
    writer.close()
    return answer


def message(values: dict[str, object], at: datetime = NOON, **more: object) -> bytes:
    return json.dumps({"at": to_iso(at), "values": values, **more}).encode()


async def observations(house: House, people: People, patient: str = HER) -> list[dict[str, Any]]:
    caller = people.patient if patient == HER else people.other_patient
    asking = Asking(caller=caller, purpose="PATRQT")
    found = await house.records.search(asking, "Observation", [("patient", patient)])
    return found.entries


async def card(house: House, people: People) -> Device:
    (device,) = await house.devices.list(people.patient, HER)
    return device


async def test_what_is_published_is_in_her_record_when_it_is_acknowledged(
    house: House, people: People
) -> None:
    made = await register(house, people)

    async with connected(house, made) as cuff:
        data = message({"heart_rate": 72}, battery=0.8)
        await cuff.publish(f"devices/{made.device}/heart-rate", data, qos=1)

    (found,) = await observations(house, people)
    assert found["code"]["coding"][0]["code"] == "8867-4"
    assert found["valueQuantity"]["value"] == 72
    assert found["subject"]["reference"] == HER
    assert found["device"]["reference"] == f"Device/{made.device}"
    device = await card(house, people)
    assert (device.last_reading_at, device.battery, device.missing) == (NOON, 0.8, ())


async def test_a_reading_reaches_who_watches_within_a_second(house: House, people: People) -> None:
    made = await register(house, people)
    watching = house.records.watch(Asking(caller=people.patient, purpose="PATRQT"), HER)
    seen: asyncio.Queue[tuple[float, dict[str, Any]]] = asyncio.Queue()

    async def watch() -> None:
        async for item in watching:
            if item["kind"] == "resource":
                await seen.put((time.perf_counter(), item["resource"]))

    async with connected(house, made) as cuff:
        task = asyncio.create_task(watch())
        await asyncio.sleep(0.2)
        began = time.perf_counter()
        data = message({"heart_rate": 72})
        await cuff.publish(f"devices/{made.device}/heart-rate", data, qos=1)
        at, resource = await asyncio.wait_for(seen.get(), 5)
        task.cancel()

    assert resource["resourceType"] == "Observation"
    assert at - began < 5  # on a machine that is busy with other tests


async def test_the_same_reading_sent_twice_is_kept_once(house: House, people: People) -> None:
    made = await register(house, people)

    async with connected(house, made) as cuff:
        for _ in range(3):
            data = message({"heart_rate": 72})
            await cuff.publish(f"devices/{made.device}/heart-rate", data, qos=1)

    (found,) = await observations(house, people)
    assert found["meta"]["versionId"] == "1"
    assert (await card(house, people)).refused_count == 0


async def test_what_was_measured_cannot_be_changed_by_sending_it_otherwise(
    house: House, people: People
) -> None:
    made = await register(house, people)

    async with connected(house, made) as cuff:
        for value in (72, 99):
            data = message({"heart_rate": value})
            await cuff.publish(f"devices/{made.device}/heart-rate", data, qos=1)

    (found,) = await observations(house, people)
    assert found["valueQuantity"]["value"] == 72
    assert (await card(house, people)).refused_why == "unkept"


async def test_one_device_cannot_publish_as_another(house: House, people: People) -> None:
    hers = await register(house, people)
    his = await register(house, people, of="other_patient")

    async with connected(house, his) as watch:
        data = message({"heart_rate": 72})
        await watch.publish(f"devices/{hers.device}/heart-rate", data, qos=1)
        await watch.publish(f"devices/{his.device}/../{hers.device}/heart-rate", data, qos=1)

    assert await observations(house, people) == []
    assert await observations(house, people, OTHER) == []
    (device,) = await house.devices.list(people.other_patient, OTHER)
    assert (device.refused_count, device.refused_why) == (2, "topic")


async def test_a_device_measures_what_it_was_registered_for_and_nothing_else(
    house: House, people: People
) -> None:
    made = await register(house, people, kinds=("heart-rate", "temperature"))

    async with connected(house, made) as watch:
        await watch.subscribe([(f"devices/{made.device}/command", 0)])
        await watch.publish(f"devices/{made.device}/spo2", message({"spo2": 80}), qos=1)
        told = await watch.deliver_message(timeout_duration=5)
        warm = message({"temperature": 36.8})
        await watch.publish(f"devices/{made.device}/temperature", warm, qos=1)

    assert json.loads(bytes(told.data)) == {"refused": "topic", "kind": ""}
    (kept,) = await observations(house, people)
    assert kept["code"]["coding"][0]["code"] == "8310-5"
    device = await card(house, people)
    assert (device.refused_count, device.refused_why, device.heard) == (
        1,
        "topic",
        ("temperature",),
    )


async def test_only_the_right_secret_opens(house: House, people: People) -> None:
    hers = await register(house, people)
    his = await register(house, people, of="other_patient")

    answers = [
        await knock(house, connect_packet(hers.device, secret), b"\xe0\x00")
        for secret in (hers.secret, his.secret, "", hers.secret[:-1])
    ]

    assert answers == [ACCEPTED, REFUSED, REFUSED, REFUSED]


@pytest.mark.parametrize(
    ("kind", "data", "why"),
    [
        ("heart-rate", b"\x00\xff not json", "unreadable"),
        ("heart-rate", b"[" * 5000, "unreadable"),
        ("heart-rate", message({"heart_rate": 7200}), "implausible"),
        ("heart-rate", message({"spo2": 97}), "values"),
        ("heart-rate", message({"heart_rate": 72}, NOON + timedelta(days=1)), "clock"),
        ("brain-waves", message({"alpha": 8}), "topic"),
    ],
)
async def test_garbage_is_counted_on_the_card_told_to_the_device_and_kept_nowhere(
    house: House, people: People, kind: str, data: bytes, why: str
) -> None:
    made = await register(house, people)

    async with connected(house, made) as cuff:
        await cuff.subscribe([(f"devices/{made.device}/command", 0)])
        await cuff.publish(f"devices/{made.device}/{kind}", data, qos=1)
        told = await cuff.deliver_message(timeout_duration=5)
        good = message({"heart_rate": 72})
        await cuff.publish(f"devices/{made.device}/heart-rate", good, qos=1)

    assert json.loads(bytes(told.data))["refused"] == why
    assert len(await observations(house, people)) == 1
    device = await card(house, people)
    assert (device.refused_count, device.refused_why) == (1, why)


async def test_the_simulated_device_brings_all_that_a_score_needs(
    house: House, people: People, clock: StoppedClock
) -> None:
    kinds = ("heart-rate", "spo2", "blood-pressure", "temperature", "respiratory-rate", "check-in")
    made = await register(house, people, kinds=kinds)
    clock.at = datetime.now(UTC) + timedelta(seconds=30)
    sent: list[str] = []

    await simulate(
        f"mqtt://127.0.0.1:{house.devices.port}",
        made.device,
        made.secret,
        every_s=0.01,
        count=2,
        seed=1,
        on_sent=lambda kind, _: sent.append(kind),
    )

    news2, *_ = await house.twin.cards(Asking(caller=people.patient, purpose="PATRQT"), HER)
    assert news2.state == "computed"
    device = await card(house, people)
    assert device.missing == ()
    assert device.refused_count == 0
    assert len(await observations(house, people)) == len(sent) + 1  # a check-in is two


async def test_a_simulated_device_with_a_wrong_secret_says_so(house: House, people: People) -> None:
    made = await register(house, people)
    url = f"mqtt://127.0.0.1:{house.devices.port}"

    with pytest.raises(Unauthenticated, match="refused"):
        await simulate(url, made.device, "guess", every_s=1, count=1)


async def test_where_nobody_listens_a_simulated_device_says_so() -> None:
    with pytest.raises(Busy, match="Nobody answers"):
        await simulate("mqtt://127.0.0.1:9", "d-1", "secret", every_s=1, count=1)


async def test_a_removed_device_is_shut_out_and_what_it_measured_stays(
    house: House, people: People
) -> None:
    made = await register(house, people)
    data = message({"heart_rate": 72})

    async with connected(house, made) as cuff:
        await cuff.publish(f"devices/{made.device}/heart-rate", data, qos=1)
        await house.devices.remove(people.patient, made.device)
        answer = await knock(house, connect_packet(made.device, made.secret))

    assert answer == REFUSED
    assert await house.devices.list(people.patient, HER) == []
    assert len(await observations(house, people)) == 1


async def test_nobody_registers_lists_or_removes_a_device_in_another_s_home(
    house: House, people: People
) -> None:
    made = await register(house, people)

    for caller in (people.other_patient, people.doctor, people.operator):
        with pytest.raises(Forbidden):
            await house.devices.register(caller, patient=HER, name="Bug", kinds=["heart-rate"])
        with pytest.raises(Forbidden):
            await house.devices.list(caller, HER)
    with pytest.raises(NotFound):
        await house.devices.remove(people.other_patient, made.device)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [("", ["heart-rate"]), ("x" * 81, ["heart-rate"]), ("Cuff", []), ("Cuff", ["x"])],
)
async def test_a_device_needs_a_name_and_something_to_measure(
    house: House, people: People, name: str, kinds: list[str]
) -> None:
    with pytest.raises(Incorrect):
        await house.devices.register(people.patient, patient=HER, name=name, kinds=kinds)


async def test_the_device_itself_stands_in_her_record(house: House, people: People) -> None:
    made = await register(house, people)

    asking = Asking(caller=people.patient, purpose="PATRQT")
    device = await house.records.read(asking, "Device", made.device)

    assert device["deviceName"][0]["name"] == "Cuff"
    assert device["patient"]["reference"] == HER


async def test_her_doctor_sees_readings_only_while_she_allows_it(
    house: House, people: People
) -> None:
    made = await register(house, people)
    async with connected(house, made) as cuff:
        data = message({"heart_rate": 72})
        await cuff.publish(f"devices/{made.device}/heart-rate", data, qos=1)
    his = Asking(caller=people.doctor, purpose="TREAT")
    before = await house.records.search(his, "Observation", [("patient", HER)])

    await house.records.grant(
        Asking(caller=people.patient, purpose="PATRQT"),
        patient=HER,
        actor="Practitioner/d-1",
        categories=[Category.VITALS],
        until=NOON + timedelta(hours=1),
    )

    after = await house.records.search(his, "Observation", [("patient", HER)])
    assert (len(before.entries), len(after.entries)) == (0, 1)


async def test_over_http_a_patient_registers_lists_and_removes_her_devices(
    house: House, people: People, patient: Any
) -> None:
    new = {"name": "Cuff", "kinds": ["blood-pressure", "heart-rate"]}

    made = await patient.post("/api/devices", json=new)
    listed = await patient.get("/api/devices")
    removed = await patient.delete(f"/api/devices/{made.json()['id']}")
    after = await patient.get("/api/devices")

    assert made.status_code == 201
    assert made.json() | {"id": "", "secret": "", "topic": ""} == {
        "id": "",
        "secret": "",
        "topic": "",
        "host": "127.0.0.1",
        "port": house.devices.port,
        "is_loopback": True,
    }
    (one,) = listed.json()
    assert one["missing"] == ["blood-pressure", "heart-rate"]
    assert made.json()["secret"] not in listed.text
    assert (removed.status_code, after.json()) == (204, [])


async def test_over_http_strangers_and_doctors_have_no_devices(
    stranger: Any, doctor: Any, house: House, people: People
) -> None:
    made = await register(house, people)

    for client, status in ((stranger, 401), (doctor, 403)):
        assert (await client.get("/api/devices")).status_code == status
        assert (await client.get("/api/devices/broker")).status_code == status
        assert (await client.delete(f"/api/devices/{made.device}")).status_code == status

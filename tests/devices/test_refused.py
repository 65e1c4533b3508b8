"""What a device says in vain is counted on its card: how often, why, of what, and when last."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from httpx import AsyncClient

from asklepion.app import House
from asklepion.devices import store
from asklepion.devices.engine import readings
from asklepion.devices.service import intake
from asklepion.kit.clock import StoppedClock, to_iso
from asklepion.kit.db import Tx
from asklepion.kit.errors import Busy, Incorrect
from asklepion.records import Asking, Ground
from tests.conftest import NOON, People

from .test_broker import ACCEPTED, connect_packet
from .test_gatt_service import packet, send
from .test_pushing import beat, push, signed
from .test_service import HER, OTHER, card, knock, message, observations, register


async def hear(house: House, device: str, kind: str, data: bytes) -> dict[str, str] | None:
    answer = await house.devices.hear(device, f"devices/{device}/{kind}", data)
    return json.loads(answer) if answer else None


async def refusals(client: AsyncClient) -> list[dict[str, Any]]:
    (one,) = (await client.get("/api/devices")).json()
    return one["refusals"]


async def test_the_card_tells_how_often_why_of_what_and_when_last(
    house: House, people: People, patient: AsyncClient, clock: StoppedClock
) -> None:
    made = await register(house, people, kinds=("heart-rate", "blood-pressure"))
    said = {"systolic": 120.0, "diastolic": 80.0}
    await hear(house, made.device, "heart-rate", message({"heart_rate": 9999}))
    clock.at = NOON + timedelta(minutes=1)
    await hear(house, made.device, "blood-pressure", message(dict(said), unit="psi"))
    await hear(house, made.device, "blood-pressure", message({**said, "unit": "psi"}))
    clock.at = NOON + timedelta(minutes=2)
    await hear(house, made.device, "heart-rate", message({"heart_rate": 8888}))

    assert await refusals(patient) == [
        {
            "why": "implausible",
            "kind": "heart-rate",
            "count": 2,
            "at": to_iso(NOON + timedelta(minutes=2)),
            "units": ["/min"],
        },
        {
            "why": "unit",
            "kind": "blood-pressure",
            "count": 2,
            "at": to_iso(NOON + timedelta(minutes=1)),
            "units": ["mm[Hg]"],
        },
    ]
    assert (await card(house, people)).refused_count == 4
    assert await observations(house, people) == []


async def test_whoever_has_seen_to_it_counts_from_nothing_again_and_nobody_else_does(
    house: House, people: People, patient: AsyncClient, other_patient: AsyncClient
) -> None:
    made = await register(house, people)
    await hear(house, made.device, "heart-rate", b"nothing")
    address = f"/api/devices/{made.device}/refusals"

    assert (await other_patient.delete(address)).status_code in (403, 404)
    assert len(await refusals(patient)) == 1
    assert (await patient.delete(address)).status_code == 204

    assert await refusals(patient) == []
    device = await card(house, people)
    assert (device.refused_count, device.refused_why) == (0, "")


async def test_every_way_in_counts(
    house: House, people: People, patient: AsyncClient, stranger: AsyncClient
) -> None:
    made = await register(house, people)
    await push(stranger, made, beat(unit="psi"), beat(5000))
    body = b"no list"
    url = f"/api/devices/{made.device}/push"
    whole = await stranger.post(url, content=body, headers=signed(made, body))
    await send(patient, made, packet("16 0048"), packet("ff", "2a35", "1810"))

    found = {(each["why"], each["kind"]): each["count"] for each in await refusals(patient)}

    assert whole.status_code == 400
    assert found.pop(("unit", "heart-rate")) == 1
    assert found.pop(("implausible", "heart-rate")) == 1
    assert sum(found.values()) == 3


async def test_the_card_says_of_what_a_signed_reading_was_where_the_device_may_measure_it(
    house: House, people: People, patient: AsyncClient, stranger: AsyncClient
) -> None:
    made = await register(house, people, kinds=("heart-rate", "blood-pressure"))
    pressure = {"at": to_iso(NOON), "values": {"systolic": 120, "diastolic": 80}}
    odd = [
        pressure | {"kind": "blood-pressure", "unit": "mmHg"},
        pressure | {"kind": "heart-rate", "at": "noon"},
        pressure | {"kind": "weight", "unit": "kg"},  # not registered for that
        pressure | {"kind": "mood", "unit": "1"},
        pressure | {"kind": ["heart-rate"], "unit": "1"},
        "what",
    ]

    await push(stranger, made, *odd)

    found = {(it["why"], it["kind"]): (it["count"], it["units"]) for it in await refusals(patient)}
    assert found == {
        ("unit", "blood-pressure"): (1, ["mm[Hg]"]),
        ("unreadable", "heart-rate"): (1, ["/min"]),
        ("unit", ""): (3, []),
        ("unreadable", ""): (1, []),
    }


async def test_a_packet_that_is_too_large_ends_the_line_and_is_counted(
    house: House, people: People, patient: AsyncClient
) -> None:
    made = await register(house, people)

    answer = await knock(
        house, connect_packet(made.device, made.secret), b"\x32\xff\xff\xff\x7f" + b"x" * 100
    )

    assert answer == ACCEPTED
    (found,) = await refusals(patient)
    assert (found["why"], found["count"]) == ("large", 1)


async def test_what_is_refused_while_the_record_fails_with_it_alone_is_counted_once(
    house: House, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await register(house, people)

    async def alone(told: Any, note: Any, doubt: Any) -> list[Exception]:
        return [Incorrect("It contradicts what is there.") for _ in told]

    monkeypatch.setattr(house.records, "keep_all", alone)
    answer = await hear(house, made.device, "heart-rate", message({"heart_rate": 70}))

    assert answer == {"refused": "unkept", "kind": "heart-rate"}
    device = await card(house, people)
    assert (device.refused_count, device.refused_why) == (1, "unkept")


async def test_a_message_that_fails_by_a_fault_of_ours_spoils_no_other(
    house: House, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await register(house, people)
    read_message = readings.read_message

    def failing(kind: Any, payload: bytes, now: Any) -> Any:
        if payload == b"broken":
            raise OverflowError
        return read_message(kind, payload, now)

    monkeypatch.setattr(intake, "read_message", failing)
    topic = f"devices/{made.device}/heart-rate"
    said = [message({"heart_rate": 70}), b"broken", message({"heart_rate": 71}, NOON - HOUR)]
    answers = await asyncio.gather(
        *(house.devices.hear(made.device, topic, data) for data in said), return_exceptions=True
    )

    assert answers[0] is answers[2] is None
    assert isinstance(answers[1], OverflowError)
    assert len(await observations(house, people)) == 2


HOUR = timedelta(hours=1)


async def test_kinds_that_come_by_two_ways_at_once_are_both_heard(
    house: House, people: People, patient: AsyncClient
) -> None:
    made = await register(house, people, kinds=("heart-rate", "spo2"))

    await asyncio.gather(
        hear(house, made.device, "heart-rate", message({"heart_rate": 70})),
        hear(house, made.device, "spo2", message({"spo2": 97})),
    )

    assert (await card(house, people)).missing == ()


async def test_a_card_that_cannot_be_written_keeps_no_reading_of_the_same_moment_from_being_told(
    house: House, people: People, stranger: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    hers = await register(house, people)
    his = await register(house, people, of="other_patient")
    told: list[str] = []
    house.devices.when_kept(lambda patient, _: told.append(patient))
    note_refusals = store.note_refusals

    async def failing(tx: Any, refused: Any, now: Any) -> None:
        if refused:
            raise Busy("The card is being written.")
        await note_refusals(tx, refused, now)

    body = json.dumps([beat(), beat(5000)]).encode()
    url = f"/api/devices/{hers.device}/push"
    with monkeypatch.context() as patched:
        patched.setattr(store, "note_refusals", failing)
        answer = await stranger.post(url, content=body, headers=signed(hers, body))
        shared = await asyncio.gather(
            hear(house, his.device, "heart-rate", message({"heart_rate": 70})),
            hear(house, hers.device, "heart-rate", b"nothing"),
        )

    assert told == [HER, OTHER]
    assert answer.status_code == 503
    assert shared == [None, {"refused": "unreadable", "kind": "heart-rate"}]
    again = await push(stranger, hers, beat(), beat(5000))
    assert [(each["state"], each.get("was_here")) for each in again] == [
        ("kept", True),
        ("refused", None),
    ]
    assert told == [HER, OTHER]
    assert (await card(house, people)).refused_count == 1


async def test_what_is_refused_while_she_is_erased_leaves_no_line_behind(
    house: House, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = sorted([(await register(house, people)).device for _ in range(2)])
    for device in made:
        await hear(house, device, "heart-rate", b"nothing")
    his = await register(house, people, of="other_patient")
    await hear(house, his.device, "heart-rate", b"nothing")
    speaking: list[asyncio.Task[None]] = []

    def speak_after(verb: Any) -> Any:
        async def spied(tx: Tx, sql: str, **values: Any) -> Any:
            done = await verb(tx, sql, **values)
            if sql.startswith("DELETE FROM devices_") and not speaking:
                work = house.devices.give_up(made[0], "fault")
                speaking.append(asyncio.create_task(work))
                await asyncio.wait(speaking, timeout=0.5)  # or it waits for the erasure
            return done

        return spied

    with monkeypatch.context() as patched:
        patched.setattr(Tx, "run", speak_after(Tx.run))
        patched.setattr(Tx, "all", speak_after(Tx.all))
        asking = Asking(caller=people.patient, purpose="PATRQT")
        erased = await house.records.erase(asking, HER, Ground.WITHDRAWN)
        await asyncio.gather(*speaking)

    async with house.db.read() as tx:
        left = await tx.all("SELECT device FROM devices_refusal")
    assert left == [(his.device,)]
    assert erased.destroyed["devices_device"] == 2
    assert erased.destroyed["devices_refusal"] == 2

"""Batches over HTTP share their commits, with each other and with what comes over MQTT."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from httpx import AsyncClient

from asklepion.app import House
from asklepion.kit.clock import to_iso
from asklepion.kit.errors import Busy
from tests.conftest import NOON, People

from .test_gatt_service import CUFF_KINDS, cuff_at, packet, send
from .test_pushing import beat, push, signed
from .test_service import HER, OTHER, card, message, observations, register


@pytest.fixture
def together(house: House, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many messages each commit held so far."""
    sizes: list[int] = []
    keep_all = house.records.keep_all

    async def spy(told: Any, *more: Any) -> Any:
        sizes.append(len(told))
        return await keep_all(told, *more)

    monkeypatch.setattr(house.records, "keep_all", spy)
    return sizes


def beats(count: int) -> list[dict[str, Any]]:
    return [beat(60 + n % 30, at=to_iso(NOON - timedelta(minutes=n))) for n in range(count)]


async def test_a_signed_batch_is_one_commit(
    house: House, people: People, stranger: AsyncClient, together: list[int]
) -> None:
    made = await register(house, people)

    first = await push(stranger, made, *beats(40))
    again = await push(stranger, made, *beats(41))

    assert together == [40, 1]
    assert [each["was_here"] for each in (*first, *again)] == [False] * 40 + [True] * 40 + [False]
    assert len(await observations(house, people)) == 41


async def test_a_batch_of_bluetooth_is_one_commit(
    house: House, people: People, patient: AsyncClient, together: list[int]
) -> None:
    made = await register(house, people, kinds=CUFF_KINDS)
    moments = [f"2026-03-01T{hour:02}:00:00" for hour in range(10)]

    told = await send(patient, made, *(packet(cuff_at(one), offset_ms=0) for one in moments))

    assert together == [10]
    assert [each["state"] for each in told] == ["kept"] * 10
    assert (await card(house, people)).missing == ("heart-rate",)


async def test_batches_and_messages_of_several_people_share_commits_and_cross_nowhere(
    house: House, people: People, stranger: AsyncClient, together: list[int]
) -> None:
    hers = await register(house, people)
    his = await register(house, people, of="other_patient")
    topic = f"devices/{hers.device}/heart-rate"
    alone = message({"heart_rate": 99}, NOON - timedelta(days=1))

    await asyncio.gather(
        push(stranger, hers, *beats(10)),
        push(stranger, his, *beats(20)),
        house.devices.hear(hers.device, topic, alone),
    )

    assert sum(together) == 31
    assert len(together) <= 3
    for patient, made, count in ((HER, hers, 11), (OTHER, his, 20)):
        found = await observations(house, people, patient)
        assert len(found) == count
        assert {each["device"]["reference"] for each in found} == {f"Device/{made.device}"}


async def test_the_same_reading_twice_in_a_batch_is_kept_once(
    house: House, people: People, stranger: AsyncClient
) -> None:
    made = await register(house, people)

    told = await push(stranger, made, beat(), beat(), beat(9999))

    assert [each.get("was_here") for each in told] == [False, True, None]
    assert told[0]["observations"] == told[1]["observations"]
    assert len(await observations(house, people)) == 1


async def test_a_batch_that_cannot_be_kept_now_is_sent_again_and_kept_once(
    house: House, people: People, stranger: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await register(house, people)
    keep_all = house.records.keep_all

    async def busy(told: Any, *more: Any) -> Any:
        done = await keep_all(told[:-1], *more)
        return [*done, Busy("The database is locked.")]

    monkeypatch.setattr(house.records, "keep_all", busy)
    body = b"[" + b",".join(_json(one) for one in beats(5)) + b"]"
    url = f"/api/devices/{made.device}/push"
    refused = await stranger.post(url, content=body, headers=signed(made, body))
    monkeypatch.setattr(house.records, "keep_all", keep_all)
    again = await push(stranger, made, *beats(5))

    assert refused.status_code == 503
    assert [each["was_here"] for each in again] == [True] * 4 + [False]
    assert len(await observations(house, people)) == 5
    assert (await card(house, people)).refused_count == 0


def _json(one: dict[str, Any]) -> bytes:
    return json.dumps(one).encode()


async def test_a_batch_of_a_device_that_is_removed_meanwhile_is_not_kept(
    house: House, people: People, stranger: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await register(house, people)
    wrote = house.records.wrote

    async def removed_first(*asked: Any) -> Any:
        await house.devices.remove(people.patient, made.device)
        return await wrote(*asked)

    monkeypatch.setattr(house.records, "wrote", removed_first)
    body = b"[" + _json(beat()) + b"]"
    url = f"/api/devices/{made.device}/push"
    answer = await stranger.post(url, content=body, headers=signed(made, body))

    assert answer.status_code == 409
    assert await observations(house, people) == []

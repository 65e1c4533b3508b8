"""Waveforms: from a device's chunks to the record, and what is none."""

import json
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from asklepion.app import House
from asklepion.devices.engine.heartbeat import FACTOR, Heartbeat
from asklepion.devices.engine.observations import make_wave
from asklepion.devices.engine.waves import read_chunk
from asklepion.devices.model import WAVES, Device, Unfit
from asklepion.devices.service.packets import LARGEST_PACKET
from asklepion.kit.clock import to_iso
from tests.conftest import NOON, People

from .test_service import card, connected, observations, register

DEVICE = Device(id="d-1", patient="Patient/p-1", name="Patch", kinds=("ecg",), registered_at=NOON)


def chunk(samples: list[int | None], at: datetime = NOON, /, **other: Any) -> bytes:
    usual = {"rate_hz": 250, "factor": FACTOR, "lead": "I", "samples": samples}
    return json.dumps({"at": to_iso(at)} | usual | other).encode()


async def test_an_electrocardiogram_is_in_her_record_as_it_was_measured(
    house: House, people: People
) -> None:
    made = await register(house, people, kinds=("ecg",))
    heart = Heartbeat()
    seconds = [heart.chunk(1.0, 72) for _ in range(3)]

    async with connected(house, made) as patch:
        for second, samples in enumerate(seconds):
            data = chunk([*samples[:-1], None], NOON - timedelta(seconds=3 - second))
            for _ in range(2):  # sent twice it is kept once
                await patch.publish(f"devices/{made.device}/ecg", data, qos=1)

    kept = sorted(await observations(house, people), key=lambda one: one["effectiveDateTime"])
    assert [one["valueSampledData"]["data"] for one in kept] == [
        " ".join(map(str, samples[:-1])) + " E" for samples in seconds
    ]
    assert kept[0]["code"]["coding"][0]["code"] == "131329"
    assert kept[0]["valueSampledData"]["period"] == 4
    assert (await card(house, people)).last_reading_at == NOON - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"lead": "X"}, "values"),
        ({"rate_hz": 0}, "values"),
        ({"rate_hz": 1e9}, "values"),
        ({"factor": 0}, "values"),
        ({"factor": 1e300}, "implausible"),
        ({"samples": []}, "values"),
        ({"samples": [0] * 2501}, "values"),
        ({"samples": [100_000]}, "implausible"),
        ({"samples": ["1"]}, "unreadable"),
        ({"samples": [2**31]}, "unreadable"),
        ({"samples": [int("9" * 400)]}, "unreadable"),
        ({"samples": [0] * 10_001, "rate_hz": 1000}, "values"),
        ({"at": "2026-03-01T12:00:00"}, "clock"),
        ({"at": "2020-03-01T12:00:00Z"}, "clock"),
        ({"battery": 2}, "battery"),
        ({"heart_rate": 70}, "unreadable"),
    ],
)
def test_what_is_no_electrocardiogram_is_refused_and_why(other: dict[str, Any], why: str) -> None:
    with pytest.raises(Unfit) as refused:
        read_chunk(WAVES["ecg"], chunk([1, 2, 3], **other), NOON)

    assert refused.value.why == why


async def test_the_largest_chunk_that_is_permitted_comes_through(
    house: House, people: People
) -> None:
    made = await register(house, people, kinds=("ecg",))
    data = chunk([-999] * 10_000, NOON - timedelta(seconds=10), rate_hz=1000)

    async with connected(house, made) as patch:
        await patch.publish(f"devices/{made.device}/ecg", data, qos=1)

    assert 59_000 < len(data) < LARGEST_PACKET - 1000
    (kept,) = await observations(house, people)
    assert kept["valueSampledData"]["data"].count(" ") == 9_999


@given(samples=some.lists(some.none() | some.integers(-4000, 4000), min_size=1, max_size=40))
def test_whatever_was_sampled_is_told_sample_by_sample(samples: list[int | None]) -> None:
    read = read_chunk(WAVES["ecg"], chunk(samples), NOON)

    told = make_wave(DEVICE, WAVES["ecg"], read)["valueSampledData"]

    back = [None if one == "E" else int(one) for one in told["data"].split(" ")]
    assert back == samples


def test_a_heart_beats_as_often_as_it_is_told_and_goes_on_from_chunk_to_chunk() -> None:
    heart = Heartbeat()

    minute = [one * FACTOR for _ in range(60) for one in heart.chunk(1.0, 84)]

    highest = [i for i in range(1, len(minute) - 1) if minute[i - 1] < minute[i] >= minute[i + 1]]
    assert abs(sum(minute[i] > 0.7 for i in highest) - 84) <= 1
    assert max(abs(a - b) for a, b in pairwise(minute)) < 0.4  # no jumps

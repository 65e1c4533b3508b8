"""How often does the watch ring for nothing, how soon when it matters, how fast on a screen?

Rules: invented bodies (`devices/engine/walk.py`) with a night and a daily walk, watched for a week;
then bodies that get worse over six hours. Live: the real house on SQLite, so many devices at one
reading a second handed over as the broker does, some of them on a stream, alerts on. Memory: what
the watch holds of so many people after a day of readings, as far as it holds them at once.
"""

import argparse
import asyncio
import gc
import json
import math
import random
import resource
import statistics
import tempfile
import time
import uuid
from collections import OrderedDict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from asklepion.app import House, open_house
from asklepion.cli.invented import bundle, patient
from asklepion.devices.engine.walk import Body
from asklepion.identity import Caller, Identity, Role
from asklepion.records import Asking
from asklepion.settings import Settings
from asklepion.twin.engine.alerting import Sample, Stream, Usual, make_usual
from asklepion.twin.service.alerting.listening import MOST_STREAMS, Watched

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
PEOPLE, DAYS, STEP_S = 8, 7, 60.0
HISTORY_STEP_S = 600.0
WORSE_H = 6.0
WORSE = {  # after six hours, in a straight line
    "heart_rate": 45.0,
    "respiratory_rate": 12.0,
    "spo2": -9.0,
    "temperature_c": 1.8,
    "sbp": -30.0,
}
KEYS = {
    "heart_rate": "heart_rate",
    "respiratory_rate": "respiratory_rate",
    "spo2": "spo2",
    "temperature": "temperature_c",
    "systolic": "sbp",
}
WATCHED = 5  # streams on which readings are awaited
WARM_S = 10  # everybody's record is read once when the first reading comes


def tell(name: str, value: float, unit: str, *, higher_is_better: bool = False) -> None:
    """Print one result."""
    row: dict[str, Any] = {"name": name, "value": round(value, 3), "unit": unit}
    row |= {"higher_is_better": higher_is_better, "peer": None, "peer_value": None}
    print(json.dumps(row), flush=True)


def live_on(
    seed: int, start: datetime, end: datetime, step_s: float, worse_from: datetime | None = None
) -> Iterator[tuple[str, Sample]]:
    """What one person's devices say; her heart is slower at night, and faster on a daily walk."""
    body, at, number = Body(seed), start, 0
    walks_at = random.Random(seed).uniform(14, 18)
    while at < end:
        hour = at.hour + at.minute / 60
        night = -10 * math.cos((hour - 15) * math.pi / 12) if not 7 <= hour < 22 else 0.0
        walk = 25.0 if walks_at <= hour < walks_at + 0.5 else 0.0
        grown = 0.0 if worse_from is None else (at - worse_from) / timedelta(hours=WORSE_H)
        for values in body.measure(step_s).values():
            for name, key in KEYS.items():
                value = values.get(name)
                if not isinstance(value, int | float):
                    continue
                more = min(max(grown, 0.0), 1.0) * WORSE[key]
                if key == "heart_rate":
                    more += walk - abs(night)
                if key == "respiratory_rate":
                    more += walk / 5
                number += 1
                yield key, Sample(at, min(value + more, 100) if key == "spo2" else value + more)
        at += timedelta(seconds=step_s)


def usual_of(seed: int) -> dict[str, Usual]:
    """What is usual for one person, from four weeks before."""
    samples: dict[str, list[Sample]] = {}
    for key, one in live_on(seed, START - timedelta(days=28), START, HISTORY_STEP_S):
        samples.setdefault(key, []).append(one)
    made = {key: make_usual(key, those, START) for key, those in samples.items()}
    return {key: usual for key, usual in made.items() if usual}


def measure_rules() -> None:
    """False alarms of the well, and delay with those who get worse."""
    raised: dict[str, int] = {}
    heard, began = 0, time.perf_counter()
    usual = {seed: usual_of(seed) for seed in range(PEOPLE)}
    for seed in range(PEOPLE):
        stream = Stream(usual[seed])
        for key, one in live_on(seed + 1000, START, START + timedelta(days=DAYS), STEP_S):
            heard += 1
            for change in stream.hear(key, one):
                if change.kind == "raised":
                    raised[change.rule] = raised.get(change.rule, 0) + 1
    took = time.perf_counter() - began
    for rule in sorted(raised):
        tell(f"false_{rule}", raised[rule] / PEOPLE / DAYS, "alerts a patient-day")
    tell("false_all", sum(raised.values()) / PEOPLE / DAYS, "alerts a patient-day")
    tell("heard", heard / took, "readings/s on one core", higher_is_better=True)
    first: list[float] = []
    grave: list[float] = []
    missed = 0
    for seed in range(PEOPLE):
        delays = _delays(usual[seed], seed)
        missed += not delays
        first += delays[:1]
        grave += delays[1:2]
    tell("detected", 1 - missed / PEOPLE, "share", higher_is_better=True)
    tell("delay_first_p50", statistics.median(first), "min from the first change")
    tell("delay_first_max", max(first), "min from the first change")
    tell("delay_grave_p50", statistics.median(grave), "min from the first change")


def _delays(usual: dict[str, Usual], seed: int) -> list[float]:
    """Minutes until any alert, and until a grave one, in a body that gets worse from noon on."""
    stream, found = Stream(usual), dict[str, float]()
    before, end = START - timedelta(hours=2), START + timedelta(hours=12)
    for key, one in live_on(seed + 2000, before, end, STEP_S, worse_from=START):
        for change in stream.hear(key, one):
            if one.at > START and change.kind in ("raised", "graver"):
                minutes = (one.at - START) / timedelta(minutes=1)
                found.setdefault("first", minutes)
                if change.severity == 3:
                    found.setdefault("grave", minutes)
    return [found[name] for name in ("first", "grave") if name in found]


def measure_memory(people: int, step_s: float) -> None:
    """What the watch holds of so many people after a day of five measures."""
    before, watched = _resident_mib(), OrderedDict[int, Watched]()
    end = START + timedelta(days=1)
    for number in range(people):
        one = Watched(Stream(), START)
        samples: list[tuple[str, Sample]] = []
        at = START
        while at < end:
            for key in KEYS.values():
                reference = f"Observation/{uuid.UUID(int=random.getrandbits(128))}"
                one.is_new(reference, key)
                samples.append((key, Sample(at, 70.0 + random.random(), reference)))
            at += timedelta(seconds=step_s)
        one.stream.remember(samples)
        watched[number] = one
        if len(watched) > MOST_STREAMS:
            watched.popitem(last=False)
    held = _resident_mib() - before
    name = f"memory_{people}_each_{step_s / 60:g}_min"
    tell(name, held, "MiB of resident memory")
    tell(f"{name}_a_person", 1024 * held / len(watched), "KiB")


def _resident_mib() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024**2


async def measure_live(house: House, count: int, seconds: int) -> None:
    """So many devices at one reading a second; how long until a reading is on a stream."""
    console = Asking(caller=Identity.console(), purpose="HOPERAT", via="import")
    devices: list[tuple[str, Caller]] = []
    for number in range(count):
        id = f"bench-{number}"
        await house.records.transact(
            console, bundle([patient(id, "林", "梅", "Mei Lin", "female", "1967-04-18")])
        )
        roles = frozenset({Role.PATIENT})
        caller = Caller(account=id, name=id, roles=roles, person=f"Patient/{id}")
        made = await house.devices.register(
            caller, patient=f"Patient/{id}", name="Band", kinds=["heart-rate"]
        )
        devices.append((made.device, caller))
    sent: dict[str, float] = {}
    took: list[float] = []
    watchers = [asyncio.create_task(_watch(house, who, sent, took)) for _, who in devices[:WATCHED]]
    began, used = time.perf_counter(), time.process_time()
    kept = await asyncio.gather(
        *(_speak(house, device, n / count, seconds, sent) for n, (device, _) in enumerate(devices))
    )
    await asyncio.sleep(2)
    rate = sum(kept) / (time.perf_counter() - began - 2)
    used = 1000 * (time.process_time() - used) / sum(kept)
    for task in watchers:
        task.cancel()
    await asyncio.gather(*watchers, return_exceptions=True)
    tell(f"live_{count}_kept", rate, "readings/s", higher_is_better=True)
    tell(f"live_{count}_cpu", used, "ms of processor time a reading")
    tell(f"live_{count}_p50", 1000 * statistics.median(took), "ms to the stream")
    tell(f"live_{count}_p99", 1000 * statistics.quantiles(took, n=100)[-1], "ms to the stream")


async def _watch(house: House, who: Caller, sent: dict[str, float], took: list[float]) -> None:
    asking = Asking(caller=who, purpose="PATRQT", via="live")
    async for item in house.records.watch(asking, who.person or ""):
        told = item.get("resource", {})
        if told.get("resourceType") == "Observation":
            device = told["device"]["reference"].partition("/")[2]
            at = f"{device} {told['effectiveDateTime']}"
            if at in sent:
                took.append(time.perf_counter() - sent[at])


async def _speak(
    house: House, device: str, wait_s: float, seconds: int, sent: dict[str, float]
) -> int:
    """One device: at its own moment of each second, however long the one before took."""
    began = time.perf_counter() + wait_s
    for number in range(-WARM_S, seconds):
        await asyncio.sleep(max(0.0, began + WARM_S + number - time.perf_counter()))
        now = datetime.now(UTC)
        at = now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z"
        if number >= 0:
            sent[f"{device} {at}"] = time.perf_counter()
        message = json.dumps({"at": at, "values": {"heart_rate": 70 + number % 5}}).encode()
        await house.devices.hear(device, f"devices/{device}/heart-rate", message)
    return seconds + WARM_S


async def main() -> None:
    """Measure the rules, then open a house."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--devices", type=int, nargs="*", default=[50, 500])
    parser.add_argument("--no-memory", dest="memory", action="store_const", const=(),
                        default=((500, 60.0), (10_000, 1800.0)))  # fmt: skip
    parser.add_argument("--no-rules", action="store_true")
    parser.add_argument("--seconds", type=int, default=10)
    asked = parser.parse_args()
    if not asked.no_rules:
        measure_rules()
    for people, step_s in asked.memory:
        measure_memory(people, step_s)
    for count in asked.devices:
        with tempfile.TemporaryDirectory() as folder:
            settings = Settings(data=Path(folder), mqtt_port=0, port=0, open=False)
            async with open_house(settings) as house:
                await measure_live(house, count, asked.seconds)


if __name__ == "__main__":
    asyncio.run(main())

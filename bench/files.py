"""Does a large export of a phone stream through a little memory, and how fast is it kept?

A made-up Apple Health export (1 GB of XML, `ASKLEPION_BENCH_MB` for less) is read to its end in a
process of its own, whose highest memory is told; a hundredth of it goes into the record of a
house, which is where the time of an import goes.
"""

import asyncio
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from asklepion.app import open_house
from asklepion.devices.engine.files import Gatherer, read_stream
from asklepion.devices.engine.observations import make_filed
from asklepion.devices.service.files import chunks
from asklepion.identity import Identity
from asklepion.records import Asking, Limits, Meter, read_streams
from asklepion.settings import Settings

from ._fhir import tell

MB = int(os.environ.get("ASKLEPION_BENCH_MB", "1024"))
KEPT_MB = max(1, MB // 100)
READ = "--read"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE HealthData [\n]>\n<HealthData locale="x">\n'
)
TYPES = (
    ("HeartRate", "count/min", 55, 140),
    ("StepCount", "count", 1, 200),
    ("ActiveEnergyBurned", "Cal", 0, 9),
    ("RespiratoryRate", "count/min", 10, 22),
    ("OxygenSaturation", "%", 0.93, 1),
    ("AppleStandTime", "min", 1, 5),
)


def write_export(path: Path, megabytes: int) -> None:
    """An export of so many bytes of XML, zipped as a phone does."""
    dice, at, size = random.Random(7), datetime(2015, 1, 1, tzinfo=UTC), 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        member = zipfile.ZipInfo("apple_health_export/export.xml")
        member.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(member, "w", force_zip64=True) as file:
            file.write(HEAD.encode())
            while size < megabytes * 1_000_000:
                lines: list[str] = []
                for _ in range(2000):
                    type, unit, low, high = dice.choice(TYPES)
                    at += timedelta(seconds=dice.randrange(1, 120))
                    value = round(dice.uniform(low, high), 3)
                    when = f"{at:%Y-%m-%d %H:%M:%S} +0800"
                    lines.append(
                        f' <Record type="HKQuantityTypeIdentifier{type}" sourceName="Watch"'
                        f' sourceVersion="9.1" device="&lt;&lt;HKDevice: 0x28, name:Apple Watch,'
                        f' hardware:Watch6,{dice.randrange(9)}&gt;" unit="{unit}"'
                        f' creationDate="{when}" startDate="{when}" endDate="{when}"'
                        f' value="{value}"/>\n'
                    )
                text = "".join(lines).encode()
                size += len(text)
                file.write(text)
            file.write(b"</HealthData>\n")


def read_all(path: Path) -> None:
    """Read an export, make Observations of it, and print what that took."""
    gatherer, meter = Gatherer(now=datetime.now(UTC)), Meter()
    found = read_streams(
        path, path.name, Limits(), lambda file, name, _: read_stream(file, name, None), meter
    )
    started = time.process_time()
    made = sum(
        len(chunk) for chunk in chunks(found, gatherer, partial(make_filed, "Patient/p", batch="b"))
    )
    took = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"made": made, "s": took, "mib": peak, "done": meter.done == meter.total}))


async def keep(path: Path, folder: Path) -> tuple[int, float]:
    """Into a house on a fresh SQLite file; returns how many were kept, and how long it took."""
    asking = Asking(caller=Identity.console(), purpose="HOPERAT", via="import")
    async with open_house(Settings(data=folder), serving=False) as house:
        await house.records.update(asking, {"resourceType": "Patient", "id": "p"})
        started = time.perf_counter()
        steps = house.devices.files.take_in(asking, "Patient/p", path)
        last = [step async for step in steps][-1]
        return last.new, time.perf_counter() - started


def main() -> None:
    """Both."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_export(folder / "export.zip", MB)
        command = [sys.executable, "-m", "bench.files", READ, str(folder / "export.zip")]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        seen = json.loads(done.stdout)
        size = f"Apple export of {MB} MB"
        tell(f"{size}: highest memory of its reader", seen["mib"], "MiB", higher_is_better=False)
        tell(f"{size}: read", MB / seen["s"], "MB per CPU second", higher_is_better=True)
        tell(f"{size}: readings found", seen["made"], "readings", higher_is_better=True)
        write_export(folder / "part.zip", KEPT_MB)
        kept, took = asyncio.run(keep(folder / "part.zip", folder / "house"))
        tell("readings of a file kept", kept / took, "readings/s", higher_is_better=True)


if __name__ == "__main__":
    if sys.argv[1:2] == [READ]:
        read_all(Path(sys.argv[2]))
    else:
        main()

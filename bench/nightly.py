"""How long does a night take: everybody's cards, scores and predictions, each with a line in a log?

    python -m bench.nightly                the people of the bundles once
    python -m bench.nightly --copies 28    the same people 28 times over

Only what is read of a record is brought in. Processor time counts the house and its workers; wall
time is of this machine with whatever else it does meanwhile. No peer: what others ship computes one
score of one person.
"""

import argparse
import asyncio
import json
import resource
import tempfile
import time
from pathlib import Path

from asklepion.app import open_house
from asklepion.identity import Identity
from asklepion.records import Asking
from asklepion.settings import Settings
from asklepion.twin.engine.night.work import READ_BY

from ._fhir import copies_of, find_bundles, tell

TYPES = {"Patient", *READ_BY}
TOWN, CORES = 10_000, 2  # patients; cores that are theirs


def cpu_s() -> float:
    """Processor time so far: of this process, and of those that it started and that ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def reduce(source: Path, folder: Path) -> None:
    """The same bundles with nothing but what is read of a record."""
    folder.mkdir()
    for path in source.glob("*.json"):
        bundle = json.loads(path.read_text())
        bundle["entry"] = [e for e in bundle["entry"] if e["resource"]["resourceType"] in TYPES]
        if bundle["entry"]:
            (folder / path.name).write_text(json.dumps(bundle))


async def furnish(settings: Settings, source: Path) -> None:
    """Bring everything in."""
    console = Asking(caller=Identity.console(), purpose="HOPERAT", via="import")
    async with open_house(settings, serving=False) as house:
        async for _ in house.records.take_in(console, source):
            pass
        await house.db.analyze()


async def measure(settings: Settings, kind: str) -> None:
    """Two nights: the second finds the first one's numbers."""
    for night in ("first night", "second night"):
        async with open_house(settings, serving=False) as house:
            began, before = time.perf_counter(), cpu_s()
            done = await house.twin.nightly.over_all()
        wall, cpu = time.perf_counter() - began, cpu_s() - before
        name = f"{night}, {done.patients} patients, {kind}"
        tell(f"{name}, wall", wall, "s", higher_is_better=False)
        tell(f"{name}, processor", 1000 * cpu / done.patients, "ms/patient", higher_is_better=False)
        town = cpu / done.patients * TOWN / CORES
        tell(f"{name}, scaled to {TOWN:,} on {CORES} cores", town, "s", higher_is_better=False)


async def main(copies: int) -> None:
    """Everything in a fresh house."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bundles").mkdir()
        source, kind = find_bundles(folder / "bundles")
        reduce(source, folder / "reduced")
        (folder / "copies").mkdir()
        source = copies_of(folder / "reduced", folder / "copies", copies)
        settings = Settings(data=folder / "house")
        await furnish(settings, source)
        await measure(settings, kind)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--copies", type=int, default=1)
    asyncio.run(main(parser.parse_args().copies))

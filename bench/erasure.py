"""How long does it take to erase somebody, and what does it cost that everything is sealed?

Patients of many resources each are erased one after the other from a full house on SQLite that
waits for the disk at every commit: rows, keys, proof in the ledger, and the write-ahead log
emptied. Beside it, import and reading in the same run with and without sealing: without it, bodies
and lines of the access log are kept as they are, as an older program kept them.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from asklepion.app import House, open_house
from asklepion.identity import Caller, Identity, Role
from asklepion.records import Asking, Ground
from asklepion.records.service.books import Books
from asklepion.records.service.sealing import Bodies
from asklepion.settings import Settings

from ._fhir import Watch, find_bundles, tell

ERASED = 10  # patients
MEANT = 340  # resources of one
READ = 400  # readings
CONSOLE = Asking(caller=Identity.console(), purpose="HOPERAT", via="import")


@contextmanager
def unsealed() -> Generator[None]:
    """As if nothing was sealed."""

    async def as_it_is(_: object, rows: Sequence[Any]) -> list[Any]:
        return list(rows)

    with (
        patch.object(Bodies, "seal", as_it_is),
        patch.object(Bodies, "open", as_it_is),
        patch.object(Books, "seal", as_it_is),
        patch.object(Books, "open", as_it_is),
    ):
        yield


async def take_in(house: House, source: Path) -> tuple[int, Watch]:
    """One import."""
    with Watch() as watch:
        steps = [step async for step in house.records.take_in(CONSOLE, source)]
    return steps[-1].accepted, watch


async def read(house: House, patient: str) -> float:
    """How long one reading of twenty resources takes, in the middle [ms]."""
    caller = Caller(account="a", name="", roles=frozenset({Role.PATIENT}), person=patient)
    asking = Asking(caller=caller, purpose="PATRQT")
    times: list[float] = []
    for _ in range(READ):
        begun = time.perf_counter()
        await house.records.search(asking, "Observation", [("_count", "20")])
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


async def patients(house: House) -> list[tuple[str, int]]:
    """Patients and how many resources each has, those nearest to what is meant first."""
    async with house.db.read() as tx:
        rows = await tx.all(
            "SELECT patient, count(*) FROM records_res WHERE patient LIKE 'Patient/%'"
            " GROUP BY patient"
        )
    return sorted(((row[0], row[1]) for row in rows), key=lambda it: abs(it[1] - MEANT))


async def erase(house: House, kind: str) -> None:
    """Erase some of them."""
    chosen = (await patients(house))[:ERASED]
    times: list[float] = []
    with Watch() as watch:
        for patient, _ in chosen:
            begun = time.perf_counter()
            await house.records.erase(CONSOLE, patient, Ground.WITHDRAWN)
            times.append((time.perf_counter() - begun) * 1000)
    mean = statistics.mean(count for _, count in chosen)
    name = f"erasure of {mean:.0f} {kind} resources"
    tell(f"{name}, p50", statistics.median(times), "ms", higher_is_better=False)
    spent = watch.cpu / len(chosen) * 1000
    tell(f"{name}, processor", spent, "CPU ms", higher_is_better=False)
    tell(f"{name}, longest", max(times), "ms", higher_is_better=False)
    begun = time.perf_counter()
    await house.records.sweep()
    swept = (time.perf_counter() - begun) * 1000
    tell(f"sweep after {len(chosen)} erasures", swept, "ms", higher_is_better=False)
    assert [*await house.ledger.verify(), *await house.records.verify()] == []


async def main() -> None:
    """Both houses, then the erasures in the sealed one."""
    peer = "the same without sealing"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bundles").mkdir()
        source, kind = find_bundles(folder / "bundles")
        with unsealed():
            async with open_house(Settings(data=folder / "plain"), serving=False) as house:
                count, plain = await take_in(house, source)
                someone = (await patients(house))[0][0]
                plain_read = await read(house, someone)
        async with open_house(Settings(data=folder / "house"), serving=False) as house:
            again, sealed = await take_in(house, source)
            assert again == count
            sealed_read = await read(house, someone)
            tell(f"import of {kind}", count / sealed.cpu, "resources/CPU-s", higher_is_better=True,
                 peer=peer, peer_value=count / plain.cpu)  # fmt: skip
            tell("page of 20, p50", sealed_read, "ms", higher_is_better=False,
                 peer=peer, peer_value=plain_read)  # fmt: skip
            sizes = [
                sum(path.stat().st_size for path in (folder / which).glob("asklepion.sqlite*"))
                for which in ("house", "plain")
            ]
            tell("database", sizes[0] / count, "bytes a resource", higher_is_better=False,
                 peer=peer, peer_value=sizes[1] / count)  # fmt: skip
            await erase(house, kind)


if __name__ == "__main__":
    asyncio.run(main())

"""What does the access log cost a request, and how fast is a long one read?

A doctor's looks at one patient, so many at the same time as share one commit: each is a line sealed
under her key, with its commitment in the ledger. CPU is that of our own process (of a PostgreSQL
server beside us nothing is counted); the disk waits at every commit. Then, on a list of 100,000
lines: a page of groups, a page of AuditEvents, a search that finds nothing, an export with the
proof of every line. Set ASKLEPION_DATABASE_URL for PostgreSQL; else it is SQLite.
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from asklepion.app import House, open_house
from asklepion.identity import Caller, Identity, Role
from asklepion.records import Asking
from asklepion.records.http.auditing import zipped
from asklepion.records.service.audit import Wish
from asklepion.records.service.books import Books, Entry
from asklepion.settings import Settings

from ._fhir import tell

TOGETHER = (1, 10, 50, 200)  # requests that share a commit
LOOKS = 2000  # for each of these
LINES = 100_000
BATCH = 1000
PATIENT = "Patient/bench"
DOCTOR = Asking(
    caller=Caller(
        account="d", name="Doctor", roles=frozenset({Role.CLINICIAN}), person="Practitioner/d"
    ),
    visit="visit-1",
    via="risk cards",
)
HERSELF = Asking(
    caller=Caller(account="p", name="Pat", roles=frozenset({Role.PATIENT}), person=PATIENT),
    purpose="PATRQT",
)
CONSOLE = Asking(caller=Identity.console(), purpose="HOPERAT", via="import")
BASE = "http://bench/fhir/R4"


def look() -> Entry:
    """One look at twelve observations."""
    entry = Entry(asking=DOCTOR, action="search", patient=PATIENT, consent="consent-1")
    for number in range(12):
        entry.add("Observation", f"Observation/0196{number:04}-bench", 1)
    entry.detail["query"] = f"Observation?patient={PATIENT}&code=8480-6,8462-4&_count=12"
    return entry


async def cost(books: Books, together: int) -> tuple[float, float]:
    """CPU [µs] and time on the wall [µs] of one request's part of the log."""
    rounds = max(1, min(LOOKS // together, 400))
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(rounds):
        await asyncio.gather(*(books.keep([look()]) for _ in range(together)))
    count = rounds * together
    return (time.process_time() - cpu) / count * 1e6, (time.perf_counter() - wall) / count * 1e6


async def timed(name: str, work: Callable[[], Awaitable[object]], times: int = 15) -> None:
    """Print how long something takes, in the middle."""
    took: list[float] = []
    for _ in range(times):
        begun = time.perf_counter()
        await work()
        took.append((time.perf_counter() - begun) * 1000)
    tell(name, statistics.median(took), "ms", higher_is_better=False)


async def main() -> None:
    """Write, then read."""
    url = os.environ.get("ASKLEPION_DATABASE_URL", "")
    kind = "PostgreSQL" if url else "SQLite"
    with tempfile.TemporaryDirectory() as name:
        settings = Settings(data=Path(name) / "house", database_url=url)
        async with open_house(settings, serving=False) as house:
            patient = {"resourceType": "Patient", "id": "bench"}
            await house.records.update(CONSOLE, patient)
            books = house.records._parts.books  # pyright: ignore[reportPrivateUsage]
            await cost(books, 50)
            for together in TOGETHER:
                runs = [await cost(books, together) for _ in range(5)]
                cpu, wall = map(statistics.median, zip(*runs, strict=True))
                words = f"a line, {together} to a commit ({kind})"
                tell(words, cpu, "CPU µs", higher_is_better=False)
                tell(f"{words}, with the disk", wall, "µs", higher_is_better=False)
            await long(house, books, kind, Path(name))


async def long(house: House, books: Books, kind: str, folder: Path) -> None:
    """Read a long list."""
    audit = house.records.audit
    (newest,) = await house.records.accesses(HERSELF, PATIENT, count=1)
    for _ in range((LINES - newest.number) // BATCH):
        await books.keep([look() for _ in range(BATCH)])
    await timed(
        f"a page of groups of {LINES} lines ({kind})", lambda: audit.grouped(HERSELF, PATIENT)
    )
    wish = Wish(text="nothing that is there")
    await timed(
        f"one that finds nothing in 5,000 lines ({kind})",
        lambda: audit.grouped(HERSELF, PATIENT, wish=wish),
    )
    await timed(f"thirty days counted ({kind})", lambda: audit.tally(HERSELF, PATIENT))
    for words, more in (("50", []), ("none", [("action", "D")])):
        asked = [("patient", PATIENT), *more]
        await timed(
            f"AuditEvents, {words} found ({kind})",
            lambda asked=asked: audit.search(HERSELF, asked, base=BASE),
        )
    begun, path = time.perf_counter(), folder / "export.zip"
    with path.open("wb") as file:
        async for piece in zipped(await audit.export(HERSELF, PATIENT, base=BASE)):
            file.write(piece)
    rate = LINES / (time.perf_counter() - begun)
    tell(f"an export with proofs ({kind})", rate, "lines/s", higher_is_better=True)
    tell(f"its size ({kind})", path.stat().st_size / LINES, "bytes/line", higher_is_better=False)


if __name__ == "__main__":
    asyncio.run(main())

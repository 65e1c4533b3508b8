"""How fast are import, reading and searching, with log-in, consent, log, sealing, history all on?

    python -m bench.records                      11,072 resources of Synthea, on SQLite
    python -m bench.records --copies 17          the same people seventeen times over: 188,224
    python -m bench.records --postgres           on a PostgreSQL server of its own

In process, and over HTTP through the whole house with a bearer token, one request after the other;
then many readings at once, which share their commits. The database is fresh and waits for the disk
at every commit. A doctor asks whom every patient has allowed everything: the dearest case, since
each row is held against a permit. The peer is Medplum 4.5.2 on PostgreSQL and Redis with the same
11,072 resources and the same questions, measured by us earlier on a machine of this kind: *not* in
the same run.
"""

import argparse
import asyncio
import random
import socket
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import uvicorn

from asklepion.app import House, open_house
from asklepion.doors import serve
from asklepion.identity import Caller, Identity, Role
from asklepion.records import Asking, Category
from asklepion.settings import Settings
from tests.postgres import find_programs, serve_postgres

from ._fhir import Watch, copies_of, find_bundles, tell

ASKED = 200  # times each question
TOGETHER = 500  # readings at once
EMAIL, DOCTOR = "doctor@bench.example", "Practitioner/bench"
Params = list[tuple[str, str]]
PEER = "Medplum 4.5.2, another run"
PEER_RATE, PEER_CPU_RATE = 34.0, 81.0  # resources a second, and a CPU-second
PEER_P50 = {  # [ms]
    "read": 2.4,
    "name beginning with": 6.5,
    "born between": 6.4,
    "patient and code, newest first": 6.6,
    "patient, category and date": 11.1,
    "code and date": 14.5,
    "code and value": 7.5,
    "code with the patient": 14.3,
    "by the patient's name": 15.7,
    "patients with a code": 18.0,
}
DURABLE = ("max_connections=60",)  # PostgreSQL as it comes: it waits for the disk
Question = tuple[str, Params]  # Type, or Type/id; and parameters


def questions(patients: list[str], codes: list[str]) -> dict[str, Callable[[], Question]]:
    """What is asked, a little different each time."""
    draw = random.Random(7)

    def patient() -> str:
        return f"Patient/{draw.choice(patients)}"

    def code() -> tuple[str, str]:
        return ("code", f"http://loinc.org|{draw.choice(codes)}")

    page = ("_count", "20")
    return {
        "read": lambda: (patient(), []),
        "patient and code, newest first": lambda: (
            "Observation",
            [("patient", patient()), code(), ("_sort", "-date"), page],
        ),
        "patient, category and date": lambda: (
            "Observation",
            [("patient", patient()), ("category", "vital-signs"), ("date", "ge2012"), page],
        ),
        "code and date": lambda: ("Observation", [code(), ("date", "ge2015"), page]),
        "code and value": lambda: ("Observation", [code(), ("value-quantity", "gt70"), page]),
        "name beginning with": lambda: ("Patient", [("name", draw.choice("abcdefghm")), page]),
        "by the patient's name": lambda: (
            "Observation",
            [("patient.name", draw.choice(NAMES)), code(), page],
        ),
        "born between": lambda: (
            "Patient",
            [("birthdate", "ge1950"), ("birthdate", "lt1980"), page],
        ),
        "code with the patient": lambda: (
            "Observation",
            [code(), ("_include", "Observation:subject"), page],
        ),
        "patients with a code": lambda: (
            "Patient",
            [("_has:Observation:patient:code", code()[1]), page],
        ),
    }


NAMES = ("Ab", "Bo", "Ch", "Da", "Er", "Go", "Ha", "Ki", "Mo", "Sc", "We")


async def times_ms(work: Callable[[], Awaitable[object]]) -> list[float]:
    """How long each of many takes [ms]."""
    await work()
    times: list[float] = []
    for _ in range(ASKED):
        begun = time.perf_counter()
        await work()
        times.append((time.perf_counter() - begun) * 1000)
    return times


def tell_times(name: str, times: list[float], peer_value: float | None = None) -> None:
    """Print the median and the 99th percentile."""
    cut = statistics.quantiles(times, n=100)
    peer = PEER if peer_value is not None else None
    tell(f"{name}, p50", cut[49], "ms", higher_is_better=False, peer=peer, peer_value=peer_value)
    tell(f"{name}, p99", cut[98], "ms", higher_is_better=False)


async def furnish(house: House, source: Path, kind: str) -> tuple[list[str], list[str]]:
    """Take everything in, and let the doctor see all of it; returns patients and codes."""
    console = Asking(caller=Identity.console(), purpose="HOPERAT", via="import")
    with Watch() as watch:
        steps = [step async for step in house.records.take_in(console, source)]
    for unit, spent, peer_value in (
        ("resources/s", watch.wall, PEER_RATE),
        ("resources/CPU-s", watch.cpu, PEER_CPU_RATE),
    ):
        rate = steps[-1].accepted / spent
        name = f"import ({kind})"
        tell(name, rate, unit, higher_is_better=True, peer=PEER, peer_value=peer_value)
    async with house.db.read() as tx:
        rows = await tx.all("SELECT id FROM records_res WHERE type = 'Patient'")
    patients: list[str] = [row[0] for row in rows]
    until = house.clock.now() + timedelta(days=1)
    codes: set[str] = set()
    for id in patients:
        caller = Caller(
            account=id, name="", roles=frozenset({Role.PATIENT}), person=f"Patient/{id}"
        )
        asking = Asking(caller=caller, purpose="PATRQT")
        await house.records.grant(
            asking, patient=f"Patient/{id}", actor=DOCTOR, categories=Category, until=until
        )
        found = await house.records.search(asking, "Observation", [("_count", "50")])
        codes |= {entry["code"]["coding"][0]["code"] for entry in found.entries}
    return patients, sorted(codes)


@asynccontextmanager
async def server(house: House) -> AsyncGenerator[httpx.AsyncClient]:
    """The house served on a free port, and a client that is signed in as the doctor."""
    config = uvicorn.Config(serve(house), log_config=None, access_log=False)
    running = uvicorn.Server(config)
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:  # or each answer waits 40 ms
        listener.bind(("127.0.0.1", 0))
        listener.listen()  # whoever comes before the server is ready waits
        port = listener.getsockname()[1]
        task = asyncio.create_task(running.serve([listener]))
        headers = {"authorization": f"Bearer {await house.identity.token(EMAIL)}"}
        base = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=base, headers=headers, timeout=60) as client:
            yield client
        running.should_exit = True
        await task


@contextmanager
def database(is_postgres: bool) -> Generator[str]:
    """The URL of a fresh database; empty for SQLite."""
    if not is_postgres:
        yield ""
        return
    programs = find_programs()
    if programs is None:
        raise SystemExit("PostgreSQL's programs are not installed (Debian: postgresql).")
    with serve_postgres(programs, DURABLE) as url:
        yield url


async def main(url: str, copies: int) -> None:
    """All questions, both ways."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bundles").mkdir()
        source, kind = find_bundles(folder / "bundles")
        if copies > 1:
            (folder / "copies").mkdir()
            source = copies_of(source, folder / "copies", copies)
        kind += f" × {copies}" * (copies > 1) + ", PostgreSQL" * bool(url)
        settings = Settings(data=folder / "house", database_url=url)
        async with open_house(settings, serving=False) as house:
            account = await house.identity.create_account(
                Identity.console(),
                email=EMAIL,
                password="a long bench password",
                name="Doctor",
                roles=[Role.CLINICIAN],
                person=DOCTOR,
            )
            patients, codes = await furnish(house, source, kind)
            asked = questions(patients, codes)
            doctor = Asking(caller=account.caller)
            await in_process(house, doctor, asked, kind)
            await over_http(house, asked, kind)
            await together(house, doctor, patients, kind)


async def in_process(
    house: House, doctor: Asking, asked: dict[str, Callable[[], Question]], kind: str
) -> None:
    """Each question to the face of the room."""
    for name, make in asked.items():

        async def ask(make: Callable[[], Question] = make) -> object:
            what, params = make()
            if "/" in what:
                return await house.records.read(doctor, *what.split("/", 1))
            return await house.records.search(doctor, what, params)

        cpu = time.process_time()
        tell_times(f"{name} ({kind}, in process)", await times_ms(ask))
        spent = (time.process_time() - cpu) / (ASKED + 1) * 1000
        tell(f"{name} ({kind}, in process), mean", spent, "CPU ms", higher_is_better=False)


async def over_http(house: House, asked: dict[str, Callable[[], Question]], kind: str) -> None:
    """Each question over a socket, one connection."""
    async with server(house) as client:
        for name, make in asked.items():

            async def ask(make: Callable[[], Question] = make) -> object:
                what, params = make()
                answer = await client.get(
                    f"/fhir/R4/{what}", params=httpx.QueryParams(tuple(params))
                )
                return answer.raise_for_status()

            tell_times(f"{name} ({kind}, HTTP)", await times_ms(ask), PEER_P50[name])


async def together(house: House, doctor: Asking, patients: list[str], kind: str) -> None:
    """Readings at the same time, which share the commits of their access entries."""
    begun, cpu = time.perf_counter(), time.process_time()
    ids = [random.Random(7).choice(patients) for _ in range(TOGETHER)]
    await asyncio.gather(*(house.records.read(doctor, "Patient", id) for id in ids))
    rate = TOGETHER / (time.perf_counter() - begun)
    spent = (time.process_time() - cpu) / TOGETHER * 1e6
    tell(f"readings at once ({kind}, in process)", rate, "reads/s", higher_is_better=True)
    tell(f"a reading among many ({kind}, in process)", spent, "CPU µs", higher_is_better=False)


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("--copies", type=int, default=1)
    asked.add_argument("--postgres", action="store_true")
    options = asked.parse_args()
    with database(options.postgres) as address:
        asyncio.run(main(address, options.copies))

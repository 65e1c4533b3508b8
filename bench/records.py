"""How fast are reading and searching, with log-in, consent, decision and access log all on?

In process, and over HTTP through the whole house with a bearer token, one request after the other;
then many readings at once, which share their commits. The house is on a fresh SQLite file that
waits for the disk at every commit. A doctor asks whom every patient has allowed everything: the
dearest case, since each row is held against a permit. No peer is measured here.
"""

import asyncio
import random
import socket
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import uvicorn

from asklepion.app import House, open_house, serve
from asklepion.identity import Caller, Identity, Role
from asklepion.records import Asking, Category
from asklepion.settings import Settings

from ._fhir import find_bundles, tell

ASKED = 200  # times each question
TOGETHER = 500  # readings at once
EMAIL, DOCTOR = "doctor@bench.example", "Practitioner/bench"
Params = list[tuple[str, str]]
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


async def times_ms(work: Callable[[], Awaitable[object]]) -> list[float]:
    """How long each of many takes [ms]."""
    await work()
    times: list[float] = []
    for _ in range(ASKED):
        begun = time.perf_counter()
        await work()
        times.append((time.perf_counter() - begun) * 1000)
    return times


def tell_times(name: str, times: list[float]) -> None:
    """Print the median and the 99th percentile."""
    cut = statistics.quantiles(times, n=100)
    tell(f"{name}, p50", cut[49], "ms", higher_is_better=False)
    tell(f"{name}, p99", cut[98], "ms", higher_is_better=False)


async def furnish(house: House, source: Path) -> tuple[list[str], list[str]]:
    """Take everything in, and let the doctor see all of it; returns patients and codes."""
    console = Asking(caller=Identity.console(), purpose="HOPERAT", via="import")
    async for _ in house.records.take_in(console, source):
        pass
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


async def main() -> None:
    """All questions, both ways."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bundles").mkdir()
        source, kind = find_bundles(folder / "bundles")
        async with open_house(Settings(data=folder / "house"), serving=False) as house:
            account = await house.identity.create_account(
                Identity.console(),
                email=EMAIL,
                password="a long bench password",
                name="Doctor",
                roles=[Role.CLINICIAN],
                person=DOCTOR,
            )
            patients, codes = await furnish(house, source)
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

        tell_times(f"{name} ({kind}, in process)", await times_ms(ask))


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

            tell_times(f"{name} ({kind}, HTTP)", await times_ms(ask))


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
    asyncio.run(main())

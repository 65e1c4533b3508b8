"""The whole house, opened on a real database, for every test that wants it."""

import asyncio
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from hypothesis import HealthCheck
from hypothesis import settings as laws

from asklepion.app import MIGRATIONS, House, open_house
from asklepion.doors import serve
from asklepion.identity import Caller, CredentialKind, Identity, NewCredential, Role
from asklepion.kit.clock import StoppedClock
from asklepion.settings import Settings
from tests.postgres import find_programs, serve_postgres
from tests.tables import create_database, drop_database, fill

# A busy machine is slow, not wrong.
SLOW = [HealthCheck.too_slow]
laws.register_profile("house", deadline=None, suppress_health_check=SLOW)
laws.register_profile("long", deadline=None, max_examples=5000, suppress_health_check=SLOW)
laws.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))

ROOM = 2 * 2**30  # bytes; more than one run writes
HOUR_S = 3600.0
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
# Of a password's hash, only that it is one: its cost is measured in identity's own tests.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "olive tree by the sea"


def pytest_configure() -> None:
    """Let all that tests write lie in memory, where there is room: a disk has them wait."""
    memory, told = Path("/dev/shm"), Path("/proc/meminfo")
    if "TMPDIR" in os.environ or not (memory.is_dir() and told.exists()):
        return
    lines = (line.split() for line in told.read_text().splitlines())
    free = next((int(line[1]) * 1024 for line in lines if line[0] == "MemAvailable:"), 0)
    if min(shutil.disk_usage(memory).free, free / 2) > ROOM:
        os.environ["TMPDIR"] = str(memory)  # for the workers and what they start, too
        tempfile.tempdir = None


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Real data that is not part of the repository."""
    root = Path(__file__).parent.parent
    folder = Path(os.environ.get("ASKLEPION_TEST_DATA", root.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("ASKLEPION_TEST_DATA names no folder: the real data is not on this machine")
    return folder


@pytest.fixture(scope="session")
def postgres() -> Generator[str]:
    """A PostgreSQL server of the tests' own; yields the URL of its maintenance database."""
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL's programs are not installed (Debian: postgresql)")
    with serve_postgres(programs) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Generator[str]:
    """A fresh, empty database; every test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        yield ""
        return
    server: str = request.getfixturevalue("postgres")
    name = f"t{uuid.uuid4().hex}"
    yield asyncio.run(create_database(server, name))
    asyncio.run(drop_database(server, name))


@pytest.fixture
def clock() -> StoppedClock:
    """Noon on the first of March; it moves when told to."""
    return StoppedClock(NOON)


@pytest.fixture(autouse=True)
def chain_in_no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The chain opens and is written to when a test asks for it, not beside whatever is tested."""
    monkeypatch.setattr("asklepion.ledger.service.chain.embedded.OPENING_S", HOUR_S)
    monkeypatch.setattr("asklepion.ledger.service.contracts.contracts.OPENING_S", HOUR_S)


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """A house in a folder of its own, on free ports."""
    house = Settings(data=tmp_path, database_url=database_url, mqtt_port=0, port=0, open=False)
    asyncio.run(fill(house.database, MIGRATIONS))
    return house


@pytest.fixture
async def house(settings: Settings, clock: StoppedClock) -> AsyncGenerator[House]:
    """The whole house, open, empty, at noon."""
    async with open_house(settings, clock, hasher=QUICK) as house:
        yield house


@pytest.fixture
def app(house: House) -> FastAPI:
    """The house's front door."""
    return serve(house)


@dataclass(frozen=True, kw_only=True)
class People:
    """Invented people with accounts, each also as who they are to the rooms."""

    patient: Caller
    other_patient: Caller
    doctor: Caller
    other_doctor: Caller
    operator: Caller


EMAILS = {
    "patient": "patient@example.org",
    "other_patient": "other@example.org",
    "doctor": "doctor@example.org",
    "other_doctor": "colleague@example.org",
    "operator": "operator@example.org",
}
LICENCE: dict[str, Any] = {
    "registration_number": "KE-20417",
    "speciality": {
        "system": "http://snomed.info/sct",
        "code": "419192003",
        "display": "Internal medicine",
    },
    "region": "KE",
    "languages": ["en", "sw", "zh-CN"],
}
PERSONS = {
    "patient": "Patient/p-1",
    "other_patient": "Patient/p-2",
    "doctor": "Practitioner/d-1",
    "other_doctor": "Practitioner/d-2",
}
ROLES = {
    "patient": Role.PATIENT,
    "other_patient": Role.PATIENT,
    "doctor": Role.CLINICIAN,
    "other_doctor": Role.CLINICIAN,
    "operator": Role.OPERATOR,
}


async def license_clinician(house: House, email: str) -> str:
    """Issue a licence for ten years to whoever has this address; returns its id."""
    new = NewCredential(
        kind=CredentialKind.LICENCE,
        email=email,
        told=LICENCE,
        until=house.clock.now() + timedelta(days=3650),
    )
    line = await house.identity.credentials.issuing.issue(Identity.console(), new)
    return line.id


@pytest.fixture
async def people(house: House) -> People:
    """Two patients, two doctors and an operator."""
    callers: dict[str, Caller] = {}
    for name, email in EMAILS.items():
        await house.identity.create_account(
            Identity.console(),
            email=email,
            password=PASSWORD,
            name=name.replace("_", " ").title(),
            roles=[ROLES[name]],
            person=PERSONS.get(name),
        )
        if ROLES[name] == Role.CLINICIAN:
            await license_clinician(house, email)
        bearer = await house.identity.token(email)
        callers[name] = await house.identity.recognise(cookie=None, bearer=bearer)
    return People(**callers)


Door = Callable[[str], AsyncClient]


@asynccontextmanager
async def knock(app: FastAPI, bearer: str | None = None) -> AsyncGenerator[AsyncClient]:
    """A client at the front door: the real app, no socket."""
    headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
    door = ASGITransport(app=app)
    async with AsyncClient(transport=door, base_url="http://localhost", headers=headers) as client:
        yield client


@pytest.fixture
async def stranger(app: FastAPI) -> AsyncGenerator[AsyncClient]:
    """Somebody who has not signed in."""
    async with knock(app) as client:
        yield client


async def _as(app: FastAPI, house: House, who: str) -> AsyncGenerator[AsyncClient]:
    async with knock(app, await house.identity.token(EMAILS[who])) as client:
        yield client


@pytest.fixture
async def patient(app: FastAPI, house: House, people: People) -> AsyncGenerator[AsyncClient]:
    """The patient, signed in over HTTP."""
    async for client in _as(app, house, "patient"):
        yield client


@pytest.fixture
async def other_patient(app: FastAPI, house: House, people: People) -> AsyncGenerator[AsyncClient]:
    """Another patient, signed in over HTTP."""
    async for client in _as(app, house, "other_patient"):
        yield client


@pytest.fixture
async def doctor(app: FastAPI, house: House, people: People) -> AsyncGenerator[AsyncClient]:
    """The doctor, signed in over HTTP."""
    async for client in _as(app, house, "doctor"):
        yield client


@pytest.fixture
async def operator(app: FastAPI, house: House, people: People) -> AsyncGenerator[AsyncClient]:
    """The operator, signed in over HTTP."""
    async for client in _as(app, house, "operator"):
        yield client


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever lies in journeys/ opens a browser; those come last."""
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: "journeys" in item.path.parts)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skip is a failure, but for the one that is allowed."""
    reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped: list[Any] = reporter.stats.get("skipped", []) if reporter else []
    unasked = [report for report in skipped if "ASKLEPION_TEST_DATA" not in str(report.longrepr)]
    if os.environ.get("CI") and unasked:
        reporter.write_line(f"\n{len(unasked)} tests were skipped, which CI does not allow.")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED

"""The power goes, or somebody alters the log: what was acknowledged stands, forgery shows."""

import asyncio
import json
import shutil
import sqlite3
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from asklepion.app import open_house
from asklepion.identity import Identity, Role
from asklepion.records import Asking
from asklepion.settings import Settings
from tests.conftest import QUICK
from tests.serving import PEOPLE, Server, command, environment_of, furnish, kill, opened

FEW = 7  # of the real bundles, the smallest: enough to be killed in the midst of
ROOM = {"room": "consulting-room-1"}


def pack(bundles: list[Path], into: Path) -> Path:
    with zipfile.ZipFile(into, "w") as archive:
        for bundle in bundles:
            archive.write(bundle, bundle.name)
    return into


def bring(server: Server, bearer: str, file: Path, *, until: int | None = None) -> dict[str, Any]:
    """Import a file; kill the server once so many bundles were acknowledged.

    Returns:
        The last thing that the server said.
    """
    last: dict[str, Any] = {}
    told, named = 0, {"name": file.name}
    with (
        server.client(bearer) as client,
        file.open("rb") as body,
        client.stream("POST", "/api/records/import", params=named, content=body) as it,
    ):
        try:
            for line in it.iter_lines():
                last = json.loads(line)
                told += last["kind"] == "progress"
                if until is not None and told >= until and server.process.poll() is None:
                    time.sleep(0.02 * until)  # somewhere in the next bundle, each time elsewhere
                    kill(server)
        except httpx.TransportError:
            assert until is not None
    return last


def entries_of(bundle: Path) -> list[str]:
    found = json.loads(bundle.read_text())["entry"]
    return [f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in found]


def kept_in(data: Path) -> set[tuple[str, str, int]]:
    """Type, id and version of every resource."""
    with closing(sqlite3.connect(data / "asklepion.sqlite")) as db:
        return set(db.execute("SELECT type, id, version FROM records_res").fetchall())


async def never_killed(data: Path, file: Path) -> set[tuple[str, str, int]]:
    """What is kept where the same import went through at once."""
    settings = Settings(data=data, mqtt_port=0, port=0, open=False)
    async with open_house(settings, serving=False, hasher=QUICK) as house:
        asking = Asking(caller=Identity.console(), purpose="HOPERAT", via="import")
        async for _ in house.records.take_in(asking, file):
            pass
    return kept_in(data)


def assert_verifies(data: Path) -> None:
    assert asyncio.run(findings(data)) == []


async def findings(data: Path) -> list[str]:
    """What `asklepion verify --all` finds."""
    settings = Settings(data=data, mqtt_port=0, port=0, open=False)
    async with open_house(settings, serving=False, hasher=QUICK) as house:
        return [str(each) for each in [*await house.ledger.verify(), *await house.records.verify()]]


def test_after_a_kill_in_an_import_everything_acknowledged_is_there_and_the_rest_can_follow(
    tmp_path: Path, test_data: Path
) -> None:
    folder = test_data / "synthea"
    people = sorted(folder.glob("[A-Z]*_*-*.json"), key=lambda path: path.stat().st_size)[:FEW]
    bundles = [*folder.glob("*nformation*.json"), *people]
    everything = {reference for bundle in bundles for reference in entries_of(bundle)}
    first = entries_of(min(people, key=lambda path: path.name))  # a zip is read by name
    (herself,) = (reference for reference in first if reference.startswith("Patient/"))
    house = tmp_path / "house"
    tokens = asyncio.run(furnish(house, PEOPLE | {"herself": (Role.PATIENT, herself)}))
    file = pack(bundles, tmp_path / "records.zip")

    with opened(house) as server:
        told = bring(server, tokens["operator"], file, until=3)
    assert told["kind"] == "progress"
    assert_verifies(house)
    with opened(house) as server:
        kept = kept_in(house)
        assert told["new"] <= len(kept) < len(everything)
        again = bring(server, tokens["operator"], file, until=6)
    assert again["unchanged"] >= told["accepted"]
    assert {each[:2] for each in kept_in(house)} >= {each[:2] for each in kept}
    with opened(house) as server:
        done = bring(server, tokens["operator"], file)
        once_more = bring(server, tokens["operator"], file)
        with server.client(tokens["herself"]) as client:
            missing = [r for r in first if not client.get(f"/fhir/R4/{r}").is_success]

    assert missing == []
    assert (done["kind"], done["refused"]) == ("done", 0)
    assert done["accepted"] == sum(len(entries_of(bundle)) for bundle in bundles)
    assert (once_more["new"], once_more["changed"]) == (0, 0)
    assert {f"{type}/{id}" for type, id, _ in kept_in(house)} == everything
    assert kept_in(house) == asyncio.run(never_killed(tmp_path / "other", file))
    assert_verifies(house)


@pytest.fixture(scope="module")
def consulted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str], str]:
    """A house that was killed in the midst of a consult, just after a note was acknowledged."""
    house = tmp_path_factory.mktemp("consult")
    tokens = asyncio.run(furnish(house))
    with (
        opened(house) as server,
        server.client(tokens["operator"]) as operator,
        server.client(tokens["patient"]) as patient,
        server.client(tokens["doctor"]) as doctor,
    ):
        operator.put("/fhir/R4/Patient/p-1", json={"resourceType": "Patient", "id": "p-1"})
        doctor.post("/api/clinic/visits", json=ROOM)
        visit = patient.post("/api/clinic/visits", json=ROOM).json()["visit"]
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 1200))
        answer = {"categories": ["demographics", "vitals"], "until": until}
        granted = patient.post(f"/api/clinic/visits/{visit['id']}/grant", json=answer)
        assert granted.is_success, granted.text
        said = {"text": "Rest, water, and the tablets as before."}
        assert operator.get("/api/ledger/checkpoint").json()["size"]
        note = doctor.post(f"/api/clinic/visits/{visit['id']}/notes", json=said)
        kill(server)
    assert note.status_code == 201
    return house, tokens, note.json()["reference"]


def test_after_a_kill_in_a_consult_the_note_and_the_consent_stand_and_the_log_verifies(
    consulted: tuple[Path, dict[str, str], str],
) -> None:
    house, tokens, note = consulted

    with (
        opened(house) as server,
        server.client(tokens["patient"]) as patient,
        server.client(tokens["doctor"]) as doctor,
    ):
        timeline = patient.get("/api/twin/p-1/timeline").text
        permit = doctor.get("/api/records/patients/p-1/permit").json()
        demographics = doctor.get("/fhir/R4/Patient/p-1")
        visit = doctor.get("/api/clinic/visits/current").json()["visit"]
        accesses = patient.get("/api/records/patients/p-1/accesses").json()
        ended = patient.post(f"/api/clinic/visits/{visit['id']}/revoke")
        after = doctor.get("/fhir/R4/Patient/p-1")

    assert note in timeline
    assert permit["categories"] == ["demographics", "vitals"]
    assert demographics.is_success
    assert (visit["answer"], visit["granted"]) == ("granted", ["demographics", "vitals"])
    assert {"grant", "write"} <= {entry["action"] for entry in accesses}
    assert ended.is_success
    assert after.status_code == 404
    assert_verifies(house)


def answer_again_and_again(url: str, bearer: str, visit: str, granted: list[int]) -> None:
    """Allow now this, now that, until nobody answers any more."""
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 1200))
    asked, path = ["demographics", "vitals", "laboratory"], f"/api/clinic/visits/{visit}"
    with httpx.Client(base_url=url, headers={"authorization": f"Bearer {bearer}"}) as client:
        for n in range(100_000):
            answer = {"categories": asked[: 1 + n % 3], "until": until}
            try:
                granted.append(client.post(f"{path}/grant", json=answer).status_code)
            except httpx.TransportError:
                return


def test_after_a_kill_in_the_midst_of_her_answers_nothing_stands_that_she_cannot_take_back(
    tmp_path: Path,
) -> None:
    tokens = asyncio.run(furnish(tmp_path))
    with opened(tmp_path) as server:
        with server.client(tokens["operator"]) as operator:
            operator.put("/fhir/R4/Patient/p-1", json={"resourceType": "Patient", "id": "p-1"})
        for name in ("doctor", "patient"):
            with server.client(tokens[name]) as client:
                visit = client.post("/api/clinic/visits", json=ROOM).json()["visit"]
    for n in range(2):
        granted: list[int] = []
        with opened(tmp_path) as server, ThreadPoolExecutor() as threads:
            for _ in range(3):
                threads.submit(
                    answer_again_and_again, server.url, tokens["patient"], visit["id"], granted
                )
            while len(granted) < 4:
                time.sleep(0.01)
            time.sleep(0.013 * n)  # each time elsewhere between two answers
            kill(server)
        with (
            opened(tmp_path) as server,
            server.client(tokens["patient"]) as patient,
            server.client(tokens["doctor"]) as doctor,
        ):
            held = patient.get("/api/clinic/visits/current").json()["visit"]
            (stands,) = patient.get("/api/records/patients/p-1/consents").json()
            assert (held["answer"], held["granted"]) == ("granted", stands["categories"])
            assert doctor.get("/fhir/R4/Patient/p-1").is_success

            patient.post(f"/api/clinic/visits/{visit['id']}/revoke")

            assert patient.get("/api/records/patients/p-1/consents").json() == []
            assert doctor.get("/fhir/R4/Patient/p-1").status_code == 404
    assert_verifies(tmp_path)


# For each table of the log: a row of it, and how a finding names it.
LOG = {
    "ledger_leaf": ("idx = 1", "1"),
    "ledger_node": ("level = 1 AND idx = 0", "1:0"),
    "ledger_checkpoint": ("number = 0", "0"),
    "ledger_head": ("id = 1", "1"),
    "records_access": ("leaf = 1", ""),
    "records_access_head": ("patient = 'Patient/p-1'", "Patient/p-1"),
}


def other(value: Any) -> Any:
    """Nearly the same."""
    if isinstance(value, bytes) and not value:
        return b"x"
    if isinstance(value, bytes):
        return value[:-1] + bytes([value[-1] ^ 1])
    return value + 1000 if isinstance(value, int) else f"{value}x"


def cells(database: Path, table: str) -> dict[str, Any]:
    """One row of a table, by column."""
    with closing(sqlite3.connect(database)) as db:
        db.row_factory = sqlite3.Row
        (row,) = db.execute(f"SELECT * FROM {table} WHERE {LOG[table][0]}").fetchall()
        return dict(row)


def write(database: Path, table: str, column: str, value: Any) -> None:
    with closing(sqlite3.connect(database)) as db, db:
        sql = f"UPDATE {table} SET {column} = ? WHERE {LOG[table][0]}"
        assert db.execute(sql, (value,)).rowcount == 1


def rows_of(database: Path, table: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database)) as db:
        return db.execute(f"SELECT * FROM {table}").fetchall()


def put_back(database: Path, table: str, rows: list[tuple[Any, ...]]) -> None:
    with closing(sqlite3.connect(database)) as db, db:
        db.execute(f"DELETE FROM {table}")
        marks = ", ".join("?" * len(rows[0]))
        db.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def test_whoever_alters_rows_of_the_log_is_given_away_by_table_and_row(
    consulted: tuple[Path, dict[str, str], str], tmp_path: Path
) -> None:
    house = shutil.copytree(consulted[0], tmp_path / "house")
    database = house / "asklepion.sqlite"
    columns = ("hash", "hash", "note", "peaks", "event", "number")
    access = cells(database, "records_access")["id"]
    for table, column in zip(LOG, columns, strict=True):
        write(database, table, column, other(cells(database, table)[column]))

    done = command(environment_of(house), "verify", "--all")

    assert done.returncode == 1, done.stdout + done.stderr
    for table, (_, row) in LOG.items():
        assert f"✗ {table} {row or access}:" in done.stdout, done.stdout


@pytest.mark.parametrize("table", LOG)
def test_there_is_no_column_in_the_log_that_could_be_altered_unseen(
    consulted: tuple[Path, dict[str, str], str], tmp_path: Path, table: str
) -> None:
    house = shutil.copytree(consulted[0], tmp_path / "house")
    database = house / "asklepion.sqlite"
    row, rows = cells(database, table), rows_of(database, table)
    unseen: list[str] = []

    async def look() -> None:
        settings = Settings(data=house, mqtt_port=0, port=0, open=False)
        async with open_house(settings, serving=False, hasher=QUICK) as open:
            for column, value in row.items():
                write(database, table, column, other(value))
                found = [*await open.ledger.verify(), *await open.records.verify()]
                if not any(each.table == table for each in found):
                    unseen.append(column)
                put_back(database, table, rows)

    asyncio.run(look())

    assert unseen == []
    assert_verifies(house)

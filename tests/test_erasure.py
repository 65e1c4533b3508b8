"""She is erased: nothing of her is left in any file of the house; everybody else is."""

import asyncio
import base64
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
import httpx
import pytest
import zstandard
from httpx import AsyncClient

from asklepion.app import House, open_house, restore_house
from asklepion.identity import Identity, Role
from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Conflict, Fault, Incorrect
from asklepion.ledger import verify_receipt
from asklepion.records import Asking, Ground
from asklepion.records.engine import bodies
from asklepion.records.service.links import Wish
from asklepion.settings import Settings
from tests.conftest import NOON, QUICK, People
from tests.records.people import group_of
from tests.serving import PEOPLE, Server, command, environment_of, furnish, kill, opened

CONSOLE = Asking(caller=Identity.console(), purpose="HOPERAT", via="import")
FEW = 3  # of the real bundles, the smallest
COMMON = 5  # shorter texts may stand anywhere by chance


def texts_of(resource: Any, name: str = "") -> Iterator[str]:
    """Every text of a resource, with the element it stands in."""
    if isinstance(resource, dict):
        for key, value in resource.items():  # pyright: ignore
            yield from texts_of(value, str(key))  # pyright: ignore
    elif isinstance(resource, list):
        for value in resource:  # pyright: ignore
            yield from texts_of(value, name)
    elif isinstance(resource, str) and name in PERSONAL:
        yield resource


PERSONAL = ("family", "given", "line", "value", "id", "valueString")


def identifiers(bundle: Path, others: str) -> set[bytes]:
    """What tells who somebody is: names, address, phone, numbers, ids; nothing others share."""
    entries = [entry["resource"] for entry in json.loads(bundle.read_text())["entry"]]
    (person,) = (each for each in entries if each["resourceType"] == "Patient")
    found = {text for text in texts_of(person) if len(text) >= COMMON}
    found |= {each["id"] for each in entries if each["resourceType"] not in SHARED}
    return {text.encode() for text in found if text not in others}


SHARED = ("Organization", "Practitioner")


def forms(words: set[bytes]) -> set[bytes]:
    """As they were sent, and as an index or a log may hold them."""
    return words | {word.lower() for word in words}


def files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def held(*files: Path) -> bytes:
    """Every byte of every file, and what zstd frames in them unpack to."""
    whole = b"\n".join(path.read_bytes() for path in files)
    tables = Path(bodies.__file__).parent / "tables" / "bodies-1.zdict"
    known = zstandard.ZstdCompressionDict(tables.read_bytes())
    unpacked: list[bytes] = []
    for found in re.finditer(re.escape(b"\x28\xb5\x2f\xfd"), whole):
        for dictionary in (known, None):
            try:
                reader = zstandard.ZstdDecompressor(dict_data=dictionary).decompressobj()
                unpacked.append(reader.decompress(whole[found.start() : found.start() + 200_000]))
            except zstandard.ZstdError:
                continue
    return whole + b"\n".join(unpacked)


def left_of(words: set[bytes], whole: bytes) -> set[bytes]:
    return {word for word in forms(words) if word in whole}


async def take_in(house: House, *files: Path) -> None:
    for file in files:
        async for step in house.records.take_in(CONSOLE, file):
            assert step.kind != "refused", step


def bundles(test_data: Path) -> tuple[list[Path], list[Path]]:
    """What people share, and some of their records."""
    folder = test_data / "synthea"
    people = sorted(folder.glob("[A-Z]*_*-*.json"), key=lambda path: path.stat().st_size)[:FEW]
    return [*folder.glob("*nformation*.json")], people


def patient_in(bundle: Path) -> str:
    entries = json.loads(bundle.read_text())["entry"]
    (id,) = (e["resource"]["id"] for e in entries if e["resource"]["resourceType"] == "Patient")
    return id


def on_server(settings: Settings) -> list[Path]:
    """Every file of PostgreSQL's own folder but those of other tests' databases."""

    async def ask() -> tuple[Path, str]:
        connection = cast(Any, await asyncpg.connect(settings.database_url))  # pyright: ignore
        folder = str(await connection.fetchval("SHOW data_directory"))
        sql = "SELECT oid::text FROM pg_database WHERE datname = current_database()"
        number = str(await connection.fetchval(sql))
        await connection.close()
        return Path(folder), number

    folder, number = asyncio.run(ask())
    files = [path for path in folder.parent.rglob("*") if path.is_file()]
    return [path for path in files if path.parts[-3] != "base" or path.parts[-2] == number]


def everything(settings: Settings) -> bytes:
    """All that the house and its database have on disk."""
    server = on_server(settings) if settings.database_url else []
    return held(*files_in(settings.data), *server)


def test_after_an_erasure_no_file_holds_who_she_was_and_everybody_else_is_there(
    settings: Settings, test_data: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shared, people = bundles(test_data)
    hers, *others = people
    elsewhere = "".join(path.read_text() for path in (*shared, *others))
    words = identifiers(hers, elsewhere)
    theirs = identifiers(others[0], "".join(path.read_text() for path in (*shared, hers)))
    assert len(words) > 50
    ours: set[bytes] = set()

    async def live() -> None:
        async with open_house(settings, StoppedClock(NOON), hasher=QUICK) as house:
            await take_in(house, *shared, *people)
            await house.db.analyze()
            ours.add((await give_link(house, hers)).encode())
            await house.backups.make(settings.data / "backups" / "before", house.clock)

    async def forget() -> dict[str, Any]:
        async with open_house(settings, StoppedClock(NOON), hasher=QUICK) as house:
            reference = f"Patient/{patient_in(hers)}"
            erasure = await house.records.erase(CONSOLE, reference, Ground.WITHDRAWN)
            while await house.events.waiting():
                await house.events.deliver()
            assert await house.records.sweep()
            assert [*await house.ledger.verify(), *await house.records.verify()] == []
            return await house.records.erasure_receipt(erasure.id)

    async def opened_of(reference: str) -> bytes:
        async with open_house(settings, StoppedClock(NOON), hasher=QUICK) as house:
            caller = await house.identity.recognise(bearer=await account(house, others[0]))
            found = await house.records.history(Asking(caller=caller, purpose="PATRQT"), count=1000)
            assert reference == caller.person
            return b"".join(row.body for row in found.rows)

    asyncio.run(live())
    before = everything(settings)
    receipt = asyncio.run(forget())
    after = everything(settings)

    assert len(left_of(words, before)) > len(words) // 2  # she was there, in the index at least
    assert left_of(words, after) == set()
    assert (left_of(ours, before), left_of(ours, after)) == (ours, set())
    assert verify_receipt(receipt).holds
    told = capfd.readouterr()
    assert left_of(words, (json.dumps(receipt) + told.out + told.err).encode()) == set()
    assert left_of(theirs, after)  # names in the index
    texts = asyncio.run(opened_of(f"Patient/{patient_in(others[0])}"))
    assert theirs - left_of(theirs, texts) == set()  # and all of it through the key


async def give_link(house: House, bundle: Path) -> str:
    """A link that the patient gave away and that was opened; returns its id."""
    caller = await house.identity.recognise(bearer=await account(house, bundle))
    links, until = house.records.links, NOON + timedelta(days=7)
    wish = Wish(until=until, label="For a journey", kinds=("summary",), is_direct=True)
    asking = Asking(caller=caller, purpose="PATRQT")
    given = await links.give(asking, caller.person or "", wish, house="https://house.example")
    text = given.shlink.removeprefix("shlink:/")
    url = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))["url"]
    assert await links.open_direct(url.rpartition("/")[2], recipient="Dr Ruiz")
    return given.link.id


async def account(house: House, bundle: Path) -> str:
    """The patient's own account; returns a token."""
    email = f"{patient_in(bundle)}@example.org"
    reference = f"Patient/{patient_in(bundle)}"
    if not await house.identity.find_by_person(reference):
        await house.identity.create_account(
            Identity.console(), email=email, password="three olive trees", name="Somebody",
            roles=[Role.PATIENT], person=reference,
        )  # fmt: skip
    return await house.identity.token(email)


# Other rooms


WISH = {"confirm": "p-1", "ground": "withdrawn"}


async def test_a_patient_erases_herself_and_every_room_forgets_her(
    house: House, people: People, operator: AsyncClient, patient: AsyncClient, doctor: AsyncClient
) -> None:
    await operator.put("/fhir/R4/Patient/p-1", json={"resourceType": "Patient", "id": "p-1"})
    room = {"room": "consulting-room-1"}
    await doctor.post("/api/clinic/visits", json=room)
    await patient.post("/api/clinic/visits", json=room)
    device = {"patient": "Patient/p-1", "name": "Mei's cuff", "kinds": ["blood-pressure"]}
    registered = await patient.post("/api/devices", json=device)
    assert registered.is_success, registered.text

    typo = await patient.post("/api/records/patients/p-1/erase", json=WISH | {"confirm": "p-2"})
    done = await patient.post("/api/records/patients/p-1/erase", json=WISH)
    await house.events.deliver()

    assert typo.status_code == 400
    assert done.status_code == 200, done.text
    told = done.json()
    assert verify_receipt(told["receipt"], trusted=house.ledger.verifier_key).holds
    assert {"clinic_visit", "devices_device", "identity_account", "identity_session"} <= set(
        told["receipt"]["event"]["rows_destroyed"]
    )
    assert (await patient.get("/api/identity/me")).status_code == 401
    assert (await doctor.get("/api/clinic/visits/current")).json()["visit"] is None
    (line,) = (await operator.get("/api/records/erasures")).json()
    assert (line["state"], line["patient"]) == ("done", "")
    again = await operator.get(f"/api/records/erasures/{line['id']}/receipt")
    assert again.json()["event"] == told["receipt"]["event"]
    async with house.db.read() as tx:
        for table in ("clinic_visit", "devices_device", "identity_account", "identity_session"):
            for row in await tx.all(f"SELECT * FROM {table}"):
                assert "Patient/p-1" not in map(str, row), table
                assert people.patient.account not in map(str, row), table
    assert [*await house.ledger.verify(), *await house.records.verify()] == []


async def test_for_whoever_may_not_ask_she_is_like_nobody(
    house: House, operator: AsyncClient, doctor: AsyncClient, other_patient: AsyncClient,
    stranger: AsyncClient,
) -> None:  # fmt: skip
    await operator.put("/fhir/R4/Patient/p-1", json={"resourceType": "Patient", "id": "p-1"})

    for client in (doctor, other_patient, stranger):
        answers = [
            await client.post(f"/api/records/patients/{id}/erase", json=WISH | {"confirm": id})
            for id in ("p-1", "p-9")
        ]
        assert len({(answer.status_code, answer.text) for answer in answers}) == 1
        assert answers[0].status_code == (401 if client is stranger else 404)
        assert (await client.get("/api/records/erasures")).status_code in (401, 403)
    for garbage in ("", "[]", '{"confirm": 3}', '{"confirm": "p-1", "ground": "spite"}'):
        answer = await operator.post("/api/records/patients/p-1/erase", content=garbage)
        assert answer.status_code == 400
    assert (await operator.delete("/api/records/erasures/none")).status_code == 404


async def test_an_operator_who_is_a_patient_too_keeps_the_account(house: House) -> None:
    await house.identity.create_account(
        Identity.console(), email="both@example.org", password="three olive trees", name="Both",
        roles=[Role.PATIENT, Role.OPERATOR], person="Patient/p-7",
    )  # fmt: skip
    caller = await house.identity.recognise(bearer=await house.identity.token("both@example.org"))
    resource = {"resourceType": "Patient", "id": "p-7"}
    await house.records.update(Asking(caller=caller), resource)

    await house.records.erase(Asking(caller=caller), "Patient/p-7", Ground.NEEDLESS)

    left = await house.identity.find(caller.account)
    assert left
    assert (left.person, {str(role) for role in left.roles}) == (None, {"operator"})


# Backups


async def furnished(settings: Settings, *files: Path) -> Path:
    """A house with these records and a group of them all; returns a backup of it."""
    async with open_house(settings, StoppedClock(NOON), serving=False, hasher=QUICK) as house:
        await take_in(house, *files)
        await give_link(house, files[1])
        whole = [f"Patient/{patient_in(file)}" for file in files[1:]]
        await house.records.update(CONSOLE, group_of(whole))
        for file in files[1:]:
            caller = await house.identity.recognise(bearer=await account(house, file))
            for type in ("Patient", "Organization"):
                await house.records.search(Asking(caller=caller, purpose="PATRQT"), type, [])
        return await house.backups.make(settings.data / "backups" / "first", house.clock)


async def test_a_backup_gives_everybody_back_but_who_was_erased_since(
    settings: Settings, test_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shared, people = bundles(test_data)
    hers, his, _ = people
    backup = await furnished(settings, shared[0], *people)
    again = tmp_path_factory.mktemp("again")
    copies = [again / name for name in ("early", "late")]
    shutil.copytree(settings.data / "keys", copies[0] / "keys")
    async with open_house(settings, StoppedClock(NOON), serving=False, hasher=QUICK) as house:
        await house.records.erase(CONSOLE, f"Patient/{patient_in(hers)}", Ground.WITHDRAWN)
    shutil.copytree(settings.data / "keys", copies[1] / "keys")

    found: dict[str, dict[str, int]] = {}
    for copy in copies:
        other = Settings(data=copy, mqtt_port=0, port=0, open=False)
        restored = await restore_house(other, backup, StoppedClock(NOON))
        async with open_house(other, StoppedClock(NOON), serving=False, hasher=QUICK) as house:
            findings = [*await house.ledger.verify(), *await house.records.verify()]
            assert findings == [], copy.name
            async with house.db.read() as tx:
                rows = await tx.all("SELECT patient, count(*) FROM records_res GROUP BY patient")
                given = await tx.all("SELECT patient FROM records_link")
            found[copy.name] = {str(whose): int(count) for whose, count in rows}
            assert len(given) == (copy.name == "early")
            caller = await house.identity.recognise(bearer=await account(house, his))
            asking = Asking(caller=caller, purpose="PATRQT")
            kept = await house.records.read(asking, "Patient", patient_in(his))
            assert kept["name"]
            page = [("family", kept["name"][0]["family"])]
            assert (await house.records.search(asking, "Patient", page)).entries == [kept]
            await house.records.update(
                CONSOLE, {"resourceType": "Organization", "id": "new", "name": "A clinic"}
            )
        assert (restored.gone != {}) == (copy.name == "late")

    her = f"Patient/{patient_in(hers)}"
    assert her in found["early"]  # an older copy of the keys is the danger: see the docs
    assert her not in found["late"]
    gone = {her, "*"}  # what was about her and others goes with the key that they shared
    assert {k: v for k, v in found["early"].items() if k not in gone} == found["late"]
    assert left_of(identifiers(hers, "".join(p.read_text() for p in (*shared, *people[1:]))),
                   held(*files_in(copies[1]))) == set()  # fmt: skip


async def test_a_backup_of_one_database_is_restored_into_the_other(
    database_url: str, tmp_path: Path, test_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = Settings(data=tmp_path, database_url=database_url, mqtt_port=0, port=0, open=False)
    shared, people = bundles(test_data)
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    other = Settings(data=elsewhere, mqtt_port=0, port=0, open=False)  # SQLite
    backup = await furnished(other, shared[0], people[0])
    shutil.copytree(elsewhere / "keys", settings.data / "keys")

    await restore_house(settings, backup, StoppedClock(NOON))

    async with open_house(settings, StoppedClock(NOON), serving=False, hasher=QUICK) as house:
        assert [*await house.ledger.verify(), *await house.records.verify()] == []
        caller = await house.identity.recognise(bearer=await account(house, people[0]))
        asking = Asking(caller=caller, purpose="PATRQT")
        made = await house.records.create(asking, {
            "resourceType": "Basic", "code": {"text": "after"},
            "subject": {"reference": caller.person},
        })  # fmt: skip
        assert made.is_new


async def test_a_backup_holds_nothing_in_the_clear_and_shows_what_was_done_to_it(
    settings: Settings, test_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shared, people = bundles(test_data)
    backup = await furnished(settings, shared[0], people[0])
    whole = read_bytes(backup)
    other = tmp_path_factory.mktemp("other")
    shutil.copytree(settings.data / "keys", other / "keys")
    words = identifiers(people[0], shared[0].read_text())

    assert left_of(words, whole) == set()
    for number, (spoilt, error) in enumerate([
        (whole[:-200], Incorrect), (whole[: len(whole) // 2], Incorrect),
        (b"PK" + whole, Incorrect),
        (whole[:1000] + bytes([whole[1000] ^ 1]) + whole[1001:], (Fault, Incorrect)),
    ]):  # fmt: skip
        file = write_bytes(other / f"spoilt-{number}.asklepion", spoilt)
        into = Settings(data=other, database_url=f"sqlite:///{other}/{number}.sqlite")
        with pytest.raises(error):
            await restore_house(into, file, StoppedClock(NOON))
    with pytest.raises(Conflict, match="not empty"):
        await restore_house(settings, backup, StoppedClock(NOON))


def read_bytes(path: Path) -> bytes:
    return path.read_bytes()


def write_bytes(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


# As it is typed, and when the power goes


@pytest.fixture(scope="module")
def lived_in(
    tmp_path_factory: pytest.TempPathFactory, test_data: Path
) -> tuple[Path, dict[str, str], Path]:
    """A closed house with three records; one of them has an account."""
    folder = tmp_path_factory.mktemp("lived-in")
    shared, people = bundles(test_data)
    hers = people[0]
    roles = PEOPLE | {"herself": (Role.PATIENT, f"Patient/{patient_in(hers)}")}
    tokens = asyncio.run(furnish(folder, roles))

    async def live() -> None:
        settings = Settings(data=folder, mqtt_port=0, port=0, open=False)
        async with open_house(settings, serving=False, hasher=QUICK) as house:
            await take_in(house, shared[0], *people)

    asyncio.run(live())
    return folder, tokens, hers


Served = tuple[Server, dict[str, str], Path]


@pytest.fixture
def served(lived_in: tuple[Path, dict[str, str], Path], tmp_path: Path) -> Iterator[Served]:
    """The same, open."""
    folder, tokens, hers = lived_in
    with opened(shutil.copytree(folder, tmp_path / "house")) as server:
        yield server, tokens, hers


def test_the_command_erases_beside_a_running_house_and_its_receipt_verifies_offline(
    served: Served,
) -> None:
    server, tokens, hers = served
    id = patient_in(hers)

    unsure = server.command("erase", id)
    unknown = server.command("erase", "nobody-knows", "--yes")
    done = server.command("erase", id, "--yes", "--json")

    assert (unsure.returncode, unknown.returncode) == (1, 1)
    assert "Traceback" not in unsure.stderr + unknown.stderr
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    offline = command(environment_of(Path("nowhere")), "verify", told["receipt"])
    assert offline.returncode == 0, offline.stdout
    assert server.command("verify", "--all").returncode == 0
    with server.client(tokens["herself"]) as client:
        assert client.get(f"/fhir/R4/Patient/{id}").status_code == 401
    assert id.encode() not in held(*files_in(server.data))
    assert id not in server.command("erasures").stdout


def test_keys_are_rotated_and_a_backup_made_beside_a_running_house(
    served: Served, tmp_path_factory: pytest.TempPathFactory
) -> None:
    server, tokens, hers = served
    id = patient_in(hers)

    rotated = server.command("keys", "rotate", "--json")
    anew = server.command("keys", "rotate", "--patient", id, "--json")
    made = server.command("backup", "--json")
    with server.client(tokens["herself"]) as client:
        assert client.get(f"/fhir/R4/Patient/{id}").is_success
    other = tmp_path_factory.mktemp("restored")
    shutil.copytree(server.data / "keys", other / "keys")
    path = json.loads(made.stdout)["backup"]
    restored = command(environment_of(other), "restore", path)

    assert json.loads(rotated.stdout)["keys"] >= 4
    assert json.loads(anew.stdout)["texts"] > 50
    assert restored.returncode == 0, restored.stderr
    assert command(environment_of(other), "verify", "--all").returncode == 0
    assert server.command("verify", "--all").returncode == 0


async def ask_and_kill(server: Server, bearer: str, id: str, after_s: float) -> None:
    """Ask for an erasure, and take the power away a moment later."""
    headers = {"authorization": f"Bearer {bearer}"}
    path = f"/api/records/patients/{id}/erase"
    async with httpx.AsyncClient(base_url=server.url, headers=headers) as client:
        asked = asyncio.create_task(client.post(path, json={"confirm": id}))
        await asyncio.sleep(after_s)
        kill(server)
        await asyncio.gather(asked, return_exceptions=True)


@pytest.mark.parametrize("after_s", [0.0, 0.02, 0.04, 0.08, 0.16])
def test_an_erasure_in_which_the_power_goes_is_ended_at_the_next_start(
    served: Served, after_s: float
) -> None:
    server, tokens, hers = served
    id = patient_in(hers)

    async def start_again() -> list[str]:
        settings = Settings(data=server.data, mqtt_port=0, port=0, open=False)
        async with open_house(settings, serving=False, hasher=QUICK) as house:
            while await house.events.deliver():
                continue
            assert [*await house.ledger.verify(), *await house.records.verify()] == []
            erasures = await house.records.erasures(CONSOLE)
            for erasure in erasures:
                receipt = await house.records.erasure_receipt(erasure.id)
                assert verify_receipt(receipt).holds
            await house.db.sweep()
            return [erasure.state for erasure in erasures]

    asyncio.run(ask_and_kill(server, tokens["herself"], id, after_s))
    states = asyncio.run(start_again())

    assert states in ([], ["done"])  # never begun, or ended
    assert (id.encode() in held(*files_in(server.data))) == (states == [])


@pytest.mark.parametrize("after_s", [1.2, 1.6, 2.4])
def test_a_rotation_in_which_the_power_goes_is_ended_at_the_next_start(
    served: Served, after_s: float
) -> None:
    server, tokens, hers = served
    kill(server)
    for words in (["keys", "rotate", "--patient", patient_in(hers)], ["keys", "rotate"]):
        line = [sys.executable, "-m", "asklepion", *words]
        with subprocess.Popen(line, env=server.environment, stderr=subprocess.DEVNULL) as process:
            time.sleep(after_s)
            process.kill()

    async def start_again() -> None:
        settings = Settings(data=server.data, mqtt_port=0, port=0, open=False)
        async with open_house(settings, serving=False, hasher=QUICK) as house:
            await house.vault.rotate()
            assert [*await house.ledger.verify(), *await house.records.verify()] == []
            caller = await house.identity.recognise(bearer=tokens["herself"])
            asking = Asking(caller=caller, purpose="PATRQT")
            assert (await house.records.read(asking, "Patient", patient_in(hers)))["name"]

    asyncio.run(start_again())
    assert len(list((server.data / "keys").glob("kek-*.key"))) == 1

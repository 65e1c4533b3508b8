"""Every command as a person types it: a process of its own, its words, its exit code."""

import asyncio
import io
import json
import re
import shutil
import sqlite3
import subprocess
import tarfile
import time
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.serving import Server, command, environment_of, furnish, start, stop

MEI, IRIS = "mei@asklepion.example", "iris@asklepion.example"
WORDS = "three olive trees"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Generator[Server]:
    """A running demonstration."""
    server = start(tmp_path_factory.mktemp("demo"), "--demo")
    yield server
    stop(server)


@pytest.fixture(scope="module")
def token(demo: Server) -> str:
    """The demo patient's bearer token, printed beside the running house."""
    return demo.command("token", MEI).stdout.strip()


@pytest.fixture(scope="module")
def receipt(demo: Server, token: str) -> dict[str, Any]:
    """The proof of one access to the demo patient's record."""
    with demo.client(token) as client:
        assert client.get("/fhir/R4/Patient/mei-lin").is_success
        (entry, *_) = client.get("/api/records/patients/mei-lin/accesses").json()
        return client.get(f"/api/records/accesses/{entry['id']}/receipt").json()


def offline(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command with no house near it."""
    return command(environment_of(Path("nowhere")), *arguments)


def test_a_token_acts_as_its_account_and_nobody_unknown_gets_one(demo: Server, token: str) -> None:
    with demo.client(token) as client:
        assert client.get("/api/identity/me").json()["person"] == "Patient/mei-lin"

    unknown = demo.command("token", "nobody@asklepion.example", "--json")

    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "nobody@" not in unknown.stderr


def test_a_receipt_holds_without_any_house(receipt: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(receipt))

    done = offline("verify", str(file), "--json")

    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["holds"] is True


def test_a_receipt_that_was_altered_does_not_hold(receipt: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "receipt.json"
    event = {**receipt["event"], "actor_name": "Somebody else"}
    file.write_text(json.dumps({**receipt, "event": event}))

    done = offline("verify", str(file))

    assert done.returncode == 1, done.stdout + done.stderr
    assert "✗" in done.stdout


def test_the_text_of_a_receipt_s_code_is_as_good_as_its_file(
    demo: Server, token: str, receipt: dict[str, Any], tmp_path: Path
) -> None:
    path = f"/api/records/patients/mei-lin/accesses/{receipt['event']['id']}/receipt/codes"
    with demo.client(token) as client:
        codes = client.get(path).json()
        key = client.get("/api/ledger/key").json()["key"]
    file = tmp_path / "code.txt"
    file.write_text("\n".join(code["text"] for code in codes) + "\n")

    read = offline("verify", str(file), "--key", key)
    typed = offline("verify", codes[0]["text"], "--json")
    damaged = offline("verify", codes[0]["text"][:-1] + "%")

    assert codes[0]["svg"].startswith("<svg")
    assert read.returncode == 0, read.stdout + read.stderr
    assert json.loads(typed.stdout)["holds"] is True
    assert damaged.returncode == 1
    assert "rightly" in damaged.stderr


def test_a_witness_is_made_ready_by_commands_alone(tmp_path: Path, receipt: dict[str, Any]) -> None:
    where = ("--data", str(tmp_path / "w"))
    origin = receipt["verifier"].split("+")[0]

    made = offline("witness", "key", "--name", "library.example/w", *where)
    follow = offline("witness", "follow", receipt["verifier"], *where)
    listed = offline("witness", "list", "--json", *where)
    unasked = offline("verify", json.dumps(receipt), "--witness", made.stdout.strip())
    forgotten = offline("witness", "forget", origin, *where)
    again = offline("witness", "forget", origin, *where)

    assert made.stdout.startswith("library.example/w+")
    assert follow.returncode == 0, follow.stderr
    assert json.loads(listed.stdout) == {"origin": origin, "size": 0, "seen_at": None}
    assert unasked.returncode == 1
    assert forgotten.returncode == 0
    assert (again.returncode, "is followed" in " ".join(again.stderr.split())) == (1, True)


@pytest.mark.parametrize("garbage", ["", "[]", '{"event":', "\x00\ufffd", "[" * 100_000])
def test_what_never_was_a_receipt_is_told_so(tmp_path: Path, garbage: str) -> None:
    file = tmp_path / "receipt.json"
    file.write_text(garbage)

    done = offline("verify", str(file))

    assert done.returncode == 1, done.stdout + done.stderr
    assert "not a receipt" in " ".join((done.stdout + done.stderr).split())
    assert "Traceback" not in done.stderr


def test_a_receipt_that_is_not_there_is_said_in_a_sentence() -> None:
    done = offline("verify", "there/is/none.json")

    assert done.returncode == 1
    assert "cannot be read" in done.stderr
    assert "Traceback" not in done.stderr


def test_all_that_the_running_house_keeps_is_verified_beside_it(demo: Server) -> None:
    done = demo.command("verify", "--all", "--json")

    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["holds"] is True
    assert told["size"] > 0


def test_what_no_room_could_be_told_is_named_to_the_operator_while_the_house_stays_open(
    tmp_path: Path,
) -> None:
    server = start(tmp_path)
    try:
        with closing(sqlite3.connect(tmp_path / "asklepion.sqlite")) as db, db:
            db.execute(
                "INSERT INTO kit_outbox (kind, body, told_at, attempts)"
                " VALUES ('records.ConsentEnded', '{}', 1772366400000000, 5)"
            )

        plain, told = server.command("verify", "--all"), server.command("verify", "--all", "--json")

        assert (plain.returncode, told.returncode) == (1, 1)
        assert "records.ConsentEnded" in plain.stdout
        assert "2026-03-01T12:00:00" in plain.stdout
        (aside,) = json.loads(told.stdout)["set_aside"]
        assert aside["kind"] == "records.ConsentEnded"
        assert json.loads(told.stdout)["holds"] is True
        with server.client() as client:
            assert client.get("/healthz").json()["status"] == "ok"
    finally:
        stop(server)


def test_an_import_says_what_it_took_and_what_it_refused_and_why(
    demo: Server, tmp_path: Path
) -> None:
    good = {"resourceType": "Organization", "id": "cli-clinic", "name": "A clinic"}
    bad = {"resourceType": "Observation", "id": "cli-bad", "status": "no such status"}
    file = tmp_path / "some.ndjson"
    file.write_text("\n".join(map(json.dumps, [good, bad])))

    done = demo.command("import", str(file), "--json")
    steps = [json.loads(line) for line in done.stdout.splitlines()]

    assert done.returncode == 1
    assert [(s["entry"], s["reference"]) for s in steps if s["kind"] == "refused"] == [
        (2, "Observation/cli-bad")
    ]
    assert (steps[-1]["kind"], steps[-1]["new"], steps[-1]["refused"]) == ("done", 1, 1)
    file.write_text(json.dumps(good))
    again = demo.command("import", str(file))
    assert again.returncode == 0
    assert "0 new, 0 changed, 1 as they were. 0 refused." in again.stdout


def test_an_import_of_what_is_not_there_is_said_in_a_sentence() -> None:
    done = offline("import", "there/is/none")

    assert done.returncode == 1
    assert "There is no" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_device_publishes_to_the_running_demo_and_its_readings_are_kept(
    demo: Server, token: str
) -> None:
    done = demo.command("device", "simulate", "--count", "1", "--seed", "7", "--json")

    assert done.returncode == 0, done.stderr
    sent = [json.loads(line) for line in done.stdout.splitlines()]
    (pulse,) = (each for each in sent if each["kind"] == "heart-rate")
    with demo.client(token) as client:
        path = "/fhir/R4/Observation?patient=mei-lin&code=8867-4&_sort=-date&_count=20"
        found = client.get(path).json()["entry"]
    values = {each["resource"]["valueQuantity"]["value"] for each in found}
    assert set(pulse["values"].values()) & values


def test_a_device_without_a_house_is_told_to_start_one(tmp_path: Path) -> None:
    done = command(environment_of(tmp_path), "device", "simulate", "--count", "1")

    assert done.returncode == 1
    assert "make run" in done.stderr


def test_a_command_that_is_wrong_ends_with_2_and_a_setting_that_is_wrong_with_1(
    tmp_path: Path,
) -> None:
    wrong = offline("no-such-command")
    setting = command(environment_of(tmp_path, colour="blue"), "verify", "--all")

    assert wrong.returncode == 2
    assert setting.returncode == 1
    assert "ASKLEPION_COLOUR" in setting.stderr


def greeting(data: Path) -> str:
    """What a house says once it is open, which is a moment after it answers."""
    until = time.monotonic() + 20
    while "Close it with" not in (told := (data / "server.log").read_text()):
        assert time.monotonic() < until, told
        time.sleep(0.05)
    return told


def test_a_real_house_starts_empty_and_its_one_time_link_makes_the_operator_once(
    tmp_path: Path,
) -> None:
    server = start(tmp_path)
    try:
        told = greeting(tmp_path)
        (opening,) = re.findall(r"#/opening\?token=(\S+)", told)
        first = {"token": opening, "email": "op@example.org", "password": WORDS, "name": "Op"}
        with server.client() as client:
            made = client.post("/api/identity/opening", json=first)
            again = client.post("/api/identity/opening", json=first | {"email": "b@example.org"})
            demo = client.get("/api/demo")
        added = server.command(
            "account", "add", "new@example.org", "--name", "New", "--role", "clinician",
            "--password", WORDS, "--person", "Practitioner/new", "--json",
        )  # fmt: skip
        with server.client() as client:
            who = {"email": "new@example.org", "password": WORDS}
            entered = client.post("/api/identity/session", json=who)
    finally:
        stop(server)
    second = start(tmp_path)
    stop(second)

    assert made.status_code == 201
    assert made.json()["roles"] == ["operator"]
    assert again.status_code in (401, 403, 404, 409, 410)
    assert demo.status_code == 404
    assert json.loads(added.stdout)["account"]
    assert entered.json()["person"] == "Practitioner/new"
    assert "opening?token" not in (tmp_path / "server.log").read_text().removeprefix(told)


def test_an_account_is_closed_kept_and_invited_anew_beside_the_running_house(
    demo: Server,
) -> None:
    tomas = "tomas@asklepion.example"
    token = demo.command("token", tomas).stdout.strip()
    why = ("--reason", "Dismissed.", "--json")

    closed = demo.command("account", "close", tomas, "--now", *why)
    with demo.client(token) as client:
        ended = client.get("/api/identity/me")
    twice = demo.command("account", "close", tomas, "--now", *why)
    no_token = demo.command("token", tomas)
    patient = demo.command("account", "close", MEI, "--now", *why)
    last = demo.command("account", "close", IRIS, *why)
    nobody = demo.command("account", "close", "nobody@asklepion.example", *why)
    kept = demo.command("account", "keep", tomas)
    anew = demo.command("account", "invite-anew", tomas, "--reason", "He was here.")
    acts = demo.command("account", "acts", tomas, "--json")

    told = json.loads(closed.stdout)
    assert (told["state"], ended.status_code) == ("suspended", 401)
    for refused, word in (
        (twice, "closing already"),
        (no_token, "suspended"),
        (patient, "time to object"),
        (last, "last operator"),
        (nobody, "no such account"),
    ):
        assert (refused.returncode, word in refused.stderr) == (1, True), refused.stderr
    assert kept.stdout == f"{told['account']} is kept.\n"
    assert re.match(r"http://localhost:\d+/#/welcome\?token=back\.\S+\n", anew.stdout)
    done = [json.loads(line) for line in acts.stdout.splitlines()]
    assert [(each["kind"], each["reason"]) for each in done] == [
        ("account closing", "Dismissed."),
        ("account suspended", "Dismissed."),
        ("account kept", ""),
        ("invited anew", "He was here."),
    ]
    assert demo.command("token", tomas).returncode == 0


def test_nobody_else_on_the_machine_can_read_what_the_house_keeps(tmp_path: Path) -> None:
    data = tmp_path / "house"

    assert command(environment_of(data), "verify", "--all").returncode == 0

    kept = [data, *data.rglob("*")]
    assert {path.name for path in kept} >= {"house", "asklepion.sqlite", "keys"}
    assert [path.name for path in kept if path.stat().st_mode & 0o077] == []


def test_the_demonstration_never_opens_as_a_real_house_nor_a_real_one_as_it(
    demo: Server, tmp_path: Path
) -> None:
    data = tmp_path / "demo"
    shutil.copytree(demo.data, data)

    real = command(environment_of(data), "serve")
    assert (real.returncode, "--demo" in real.stderr) == (1, True)

    asyncio.run(furnish(tmp_path / "real"))
    shown = command(environment_of(tmp_path / "real"), "serve", "--demo")
    assert (shown.returncode, "real house" in shown.stderr) == (1, True)


def test_a_package_is_installed_beside_the_running_house_listed_and_removed(
    demo: Server, token: str, tmp_path: Path
) -> None:
    url = "https://guide.example/StructureDefinition/known"
    element = [{"id": "Patient.birthDate", "path": "Patient.birthDate", "min": 1}]
    profile = {"resourceType": "StructureDefinition", "url": url, "type": "Patient"}
    files = {
        "package.json": {"name": "guide.example", "version": "1.0.0", "fhirVersions": ["4.0.1"]},
        "profile.json": profile | {"snapshot": {"element": element}},
    }
    with tarfile.open(tmp_path / "guide.tgz", "w:gz") as archive:
        for name, held in files.items():
            text = json.dumps(held).encode()
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
    asked = {"resourceType": "Patient", "meta": {"profile": [url]}}

    installed = demo.command("fhir", "install", str(tmp_path / "guide.tgz"))
    assert installed.returncode == 0, installed.stderr
    assert "guide.example 1.0.0" in demo.command("fhir", "list").stdout
    with demo.client(token) as client:
        until = time.monotonic() + 10
        found: list[str] = []
        while "error" not in found and time.monotonic() < until:
            issues = client.post("/fhir/R4/Patient/$validate", json=asked).json()["issue"]
            found = [it["severity"] for it in issues]
    assert found == ["error"]

    assert demo.command("fhir", "remove", "guide.example").returncode == 0
    assert json.loads(demo.command("fhir", "list", "--json").stdout) == []
    again = demo.command("fhir", "remove", "guide.example")
    assert (again.returncode, "Traceback" in again.stderr) == (1, False)

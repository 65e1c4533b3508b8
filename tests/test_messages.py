"""Messages of HL7 v2 to a real server: what was acknowledged stands, whatever happens to it."""

import asyncio
import json
import socket
import sqlite3
import ssl
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from asklepion.app import open_house
from asklepion.identity import Identity
from asklepion.records import Asking, Mllp, Tls, send_messages
from asklepion.settings import Settings
from tests.conftest import QUICK
from tests.ports import free_port
from tests.records.letters.test_hl7 import PID, adt, oru
from tests.serving import Server, command, environment_of, kill, start, stop

MESSAGES = 60


async def allow(data: Path) -> None:
    settings = Settings(data=data, mqtt_port=0, port=0, open=False)
    async with open_house(settings, serving=False, hasher=QUICK) as house:
        asking = Asking(caller=Identity.console(), purpose="HOPERAT")
        await house.records.messages.allow(
            asking, application="LAB", facility="LAKE", name="Lab", systems={"HOSP": "urn:oid:1.2"}
        )


@pytest.fixture
def ward(tmp_path: Path) -> tuple[Path, str]:
    """A folder in which a sender is registered, and the port that it sends to."""
    asyncio.run(allow(tmp_path))
    return tmp_path, str(free_port())


def numbered(number: int) -> bytes:
    return oru(str(number), pid=PID).replace(b"F-1", f"F-{number}".encode())


def kept(data: Path) -> set[str]:
    """The numbers of messages that were taken, by what was written down of them."""
    with closing(sqlite3.connect(data / "asklepion.sqlite")) as db:
        return {row[0] for row in db.execute("SELECT control FROM records_received").fetchall()}


def reports(data: Path) -> int:
    with closing(sqlite3.connect(data / "asklepion.sqlite")) as db:
        sql = "SELECT count(*) FROM records_res WHERE type = 'DiagnosticReport'"
        return int(db.execute(sql).fetchone()[0])


async def send_until_killed(server: Server, port: int, first: int) -> list[int]:
    """Send messages one after the other; kill the server in the midst. Returns those taken."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    taken: list[int] = []
    loop = asyncio.get_running_loop()
    try:
        for number in range(first, first + 10_000):
            writer.write(b"\x0b" + numbered(number) + b"\x1c\r")
            answer = await reader.readuntil(b"\x1c\r")
            if b"MSA|AA|" in answer:
                taken.append(number)
            if len(taken) == 3:  # the rules are read: from now on it is quick
                loop.call_later(0.3, server.process.kill)
    except (OSError, asyncio.IncompleteReadError):
        pass
    writer.close()
    await asyncio.to_thread(server.process.wait)
    return taken


def test_killed_again_and_again_every_message_that_was_acknowledged_is_there_once(
    ward: tuple[Path, str],
) -> None:
    data, port = ward
    taken: list[int] = []

    for _ in range(2):
        server = start(data, mllp_port=port)
        taken += asyncio.run(send_until_killed(server, int(port), len(taken) + 1000))
    assert len(taken) > 3
    assert {str(number) for number in taken} <= kept(data)
    before = reports(data)
    server = start(data, mllp_port=port)
    again = [numbered(number) for number in sorted(set(taken))[:MESSAGES]]
    answers = asyncio.run(send_messages(again, host="127.0.0.1", port=int(port)))

    assert all(b"MSA|AA|" in answer for answer in answers)
    assert reports(data) == before
    assert server.command("verify", "--all").returncode == 0
    stop(server)


def test_an_operator_lets_a_sender_in_and_tries_it(tmp_path: Path) -> None:
    port = str(free_port())
    file = tmp_path / "night.hl7"
    merge = adt("A40", "3") + b"\rMRG|78^^^HOSP^MR"
    file.write_bytes(b"\r".join([adt("A01", "1"), oru("2"), merge]))
    words = ["hl7", "allow", "LAB", "LAKE", "--system", "HOSP=urn:oid:1.2.3", "--json"]
    allowed = command(environment_of(tmp_path), *words)
    server = start(tmp_path, mllp_port=port)
    try:
        sent = server.command("hl7", "send", str(file), "--port", port)
        held = server.command("hl7", "held")
    finally:
        kill(server)

    assert json.loads(allowed.stdout)["sender"]
    assert sent.returncode == 1, sent.stdout + sent.stderr
    assert sent.stdout.count("MSA|AA|") == 2
    assert sent.stdout.count("MSA|AE|3") == 1
    assert "ADT^A40" in held.stdout


def test_a_table_is_shown_and_taken_in_from_the_command_line(tmp_path: Path) -> None:
    environment = environment_of(tmp_path)
    table = tmp_path / "pulse.csv"
    table.write_text("date,pulse\n2026-01-03,72\n2026-01-04,x\n")
    words = ["csv", str(table), "--patient", "mei"]

    shown = command(environment, *words, "--preview", "--json")
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps(json.loads(shown.stdout)["mapping"]))
    taken = command(environment, *words, "--mapping", str(mapping), "--json")
    done = json.loads(taken.stdout.splitlines()[-1])

    assert json.loads(shown.stdout)["understood"] == 1
    assert (done["new"], done["refused"], taken.returncode) == (1, 1, 1)


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "house")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    cert, secret = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return cert, secret


async def test_over_tls_only_a_sender_with_a_certificate_is_heard(tmp_path: Path) -> None:
    async def echo(text: bytes) -> bytes:
        return text

    cert, key = certificate(tmp_path)
    tls = Tls(certificate=cert, key=key, senders=cert)
    mllp = Mllp(echo, host="127.0.0.1", port=0, tls=tls)
    await mllp.start()
    known = ssl.create_default_context(cafile=str(cert))
    known.load_cert_chain(cert, key)
    unknown = ssl.create_default_context(cafile=str(cert))
    try:
        heard = await send_messages([b"a"], host="127.0.0.1", port=mllp.port, tls=known)
        with pytest.raises(Exception, match="No answer"):
            await send_messages([b"a"], host="127.0.0.1", port=mllp.port, tls=unknown)
    finally:
        await mllp.stop()

    assert heard == [b"a"]


def test_whoever_never_reads_and_whoever_sends_noise_costs_little(ward: tuple[Path, str]) -> None:
    data, port = ward
    server = start(data, mllp_port=port)
    at_rest = server.memory()
    try:
        with closing(socket.create_connection(("127.0.0.1", int(port)))) as line:
            line.settimeout(5)
            sent = 0
            try:
                for _ in range(200):
                    sent += line.send(b"\x0b" + b"x" * (1 << 20))
            except OSError:
                pass
        deaf = socket.create_connection(("127.0.0.1", int(port)))
        deaf.settimeout(0.5)
        with pytest.raises(TimeoutError):  # nothing is read while nobody takes the answers
            for _ in range(20_000):
                deaf.send(b"\x0bMSH|^~\\&|NOBODY\x1c\r" * 1000)
        time.sleep(0.2)
        assert server.memory("VmHWM") - at_rest < 96 * 1024 * 1024
        answers = asyncio.run(send_messages([oru()], host="127.0.0.1", port=int(port)))
        assert b"MSA|AA|" in answers[0]
        deaf.close()
    finally:
        kill(server)

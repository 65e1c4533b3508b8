"""Whatever is sent, the answer is clear, the memory bounded, and others notice nothing."""

import asyncio
import io
import json
import socket
import struct
import threading
import time
import zipfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from httpx import AsyncClient, Response
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.serving import Server, furnish, opened

MIB = 1024 * 1024
SOON_S = 3.0  # on a machine that is busy with other tests
BOUND = 192 * MIB  # how much more than at rest the server may hold at the worst moment
FHIR = {"content-type": "application/fhir+json"}


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("house")
    return {"folder": folder, **asyncio.run(furnish(folder))}


@pytest.fixture(scope="module")
def server(tokens: dict[str, Any]) -> Generator[Server]:
    with opened(tokens["folder"]) as server:
        yield server


@pytest.fixture(scope="module")
def keeper(server: Server, tokens: dict[str, Any]) -> Generator[httpx.Client]:
    with server.client(tokens["operator"]) as client:
        first = {"resourceType": "Organization", "id": "first", "name": "First"}
        assert client.put("/fhir/R4/Organization/first", json=first).is_success  # reads the rules
        yield client


@contextmanager
def others(server: Server) -> Generator[None]:
    """Others use the house meanwhile: each of their requests is answered soon."""
    over = threading.Event()
    waits: list[float] = []

    def use() -> None:
        with httpx.Client(base_url=server.url, timeout=30) as client:
            while not (waits[1:] and over.wait(0.05)):
                began = time.monotonic()
                assert client.get("/healthz").is_success
                waits.append(time.monotonic() - began)

    thread = threading.Thread(target=use)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    usual = min(waits)  # on a machine that is busy with something else, more than a moment
    assert max(waits) < SOON_S + 10 * usual, f"others waited {max(waits):.2f} s"


def assert_told(answer: Response, *, what: str = "") -> None:
    """A 4xx with an OperationOutcome that says something and repeats nothing."""
    assert 400 <= answer.status_code < 500, f"{what} {answer.status_code} {answer.text[:300]}"
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome"
    assert outcome["issue"][0]["diagnostics"]
    assert len(answer.content) < 20_000


# On both databases, in the house itself: words that a database might choke on.

ODD = [
    "\0",
    "a\0b",
    "\ud800",
    "\u202egnp",
    "İ",
    "ﷺ" * 200,
    "𝕏",
    "'; --",
    "%",
    "_",
    "\\",
    "{}",
    "\x7f",
]
NUMBERS = ["-1", "0", "9" * 40, "-" + "9" * 40, "1e400", "NaN", "Infinity", "1.5", "٣", "0x10", ""]


def percent(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def addresses(text: str) -> list[str]:
    """Wherever a text can stand in an address."""
    return [
        f"/fhir/R4/Patient/{text}",
        f"/fhir/R4/{text}",
        f"/fhir/R4/{text}/x",
        f"/fhir/R4/Patient/p-1/_history/{text}",
        *(
            f"/fhir/R4/Patient?{name}={text}"
            for name in ("_id", "name", "identifier", "birthdate", "_sort", "_cursor", "_count")
        ),
        *(
            f"/fhir/R4/Observation?{name}={text}"
            for name in ("patient", "code", "value-quantity", "_include", "patient.family", "date")
        ),
        f"/fhir/R4/Observation?{text}=1",
        f"/fhir/R4/Observation?_has:{text}=1",
        f"/fhir/R4/_history?_cursor={text}",
        *(f"/api/twin/{text}/{part}" for part in ("cards", "scores", "body", "timeline", "vitals")),
        f"/api/twin/p-1/timeline?visit={text}&before={text}",
        *(f"/api/records/patients/{text}/{p}" for p in ("permit", "accesses", "consents", "live")),
        f"/api/records/accesses/{text}/receipt",
        *(f"/api/records/patients/{text}/accesses/{p}" for p in ("groups", "days", "export")),
        f"/api/records/patients/p-1/accesses/{text}/alike",
        *(
            f"/api/records/patients/p-1/accesses/groups?{name}={text}"
            for name in ("kinds", "actor", "since", "until", "text")
        ),
        *(
            f"/fhir/R4/AuditEvent?patient=p-1&{name}={text}"
            for name in ("_cursor", "date", "agent", "action", "_count", "_sort", "policy")
        ),
        f"/fhir/R4/AuditEvent/{text}",
        f"/api/identity/accounts?after={text}",
        f"/api/identity/accounts/{text}/acts",
        f"/api/identity/status/{text}",
        f"/api/identity/issuers?did={text}&kid={text}",
        f"/api/identity/issuers?did=did:web:{text}",
        f"/api/identity/issuers?did=did:key:z{text}",
        f"/api/identity/marks?account={text}",
        f"/api/identity/requests/{text}",
        f"/api/identity/requests/{text}/object",
        f"/api/identity/credentials/{text}/file",
        f"/api/identity/issued?before={text}",
        f"/api/world/places/{text}",
        f"/api/world/places/{text}/order",
        f"/api/world/places/{text}/invitation",
        f"/api/ledger/consistency?old={text}&new=1",
    ]


async def test_odd_text_in_addresses_and_queries_is_answered_and_never_our_fault(
    patient: AsyncClient,
) -> None:
    for odd in ODD:
        for path in addresses(percent(odd)):
            answer = await patient.get(path)
            assert answer.status_code < 500, f"{path}: {answer.text}"
        headers = {"x-visit": ascii(odd), "x-purpose-of-use": ascii(odd)}
        assert (await patient.get("/fhir/R4/Patient/p-1", headers=headers)).status_code < 500


AT = "2026-03-01T12:00:00Z"


def bodies(odd: str) -> list[tuple[str, str, str, Any]]:
    """Who sends what where, with an odd text in it."""
    email, text = f"a{odd}@example.org", percent(odd)
    who = {"email": email, "password": odd * 10, "name": odd, "roles": ["patient"]}
    resource = {"resourceType": "Patient", "id": odd, "name": [{"family": odd}]}
    bundle = {"resourceType": "Bundle", "type": "batch", "entry": [{"fullUrl": odd}]}
    issued = {"kind": "badge", "email": email, "claims": {odd: odd}, "until": odd}
    told = {"at": AT, "readings": [{"kind": odd, "values": {odd: 1}}]}
    shown = {"presentation": odd, "audience": odd, "nonce": odd * 20}
    return [
        ("patient", "PATCH", "/api/identity/me", {"name": odd, "language": odd}),
        ("patient", "POST", "/api/clinic/visits", {"room": odd}),
        ("patient", "POST", f"/api/clinic/visits/{text}/grant", {"categories": [odd]}),
        ("patient", "POST", "/api/devices", {"name": odd, "kinds": [odd]}),
        ("patient", "POST", "/api/devices", {"name": odd, "kinds": ["spo2"]}),
        ("patient", "DELETE", f"/api/devices/{text}", None),
        ("patient", "POST", f"/api/devices/{text}/gatt", [{"service": odd, "value": odd}]),
        ("patient", "POST", "/api/devices/readings", told),
        ("patient", "POST", f"/api/twin/p-1/scores/{text}", {"sbp": odd}),
        ("patient", "POST", "/api/twin/p-1/scores/qSOFA", {odd: odd}),
        ("patient", "POST", "/api/twin/p-1/scores/qSOFA", {"sbp": [85, odd], "gcs": odd}),
        ("patient", "DELETE", f"/api/records/consents/{text}", None),
        ("operator", "POST", "/api/identity/accounts", who),
        ("operator", "POST", "/api/identity/session", {"email": email, "password": odd}),
        ("operator", "POST", "/api/identity/issued", issued),
        ("operator", "PATCH", f"/api/identity/issued/{text}", {"state": odd}),
        ("patient", "POST", "/api/identity/verify", shown),
        ("patient", "POST", "/api/identity/showings/open", {**shown, "token": odd}),
        ("patient", "POST", "/api/identity/credentials/receive", {"offer": odd, "pin": odd}),
        ("patient", "POST", "/api/identity/credentials/receive", {"offer": f"https://[{odd}?a=b"}),
        ("patient", "POST", "/api/identity/credentials/consider", {"request": odd}),
        ("patient", "POST", "/api/identity/credentials/consider", {"request": f"https://[{odd}"}),
        ("patient", "POST", "/api/identity/requests", {"kind": "licence", "claims": [odd]}),
        ("patient", "POST", "/api/identity/vci/token", {odd: odd}),
        ("patient", "POST", "/api/identity/vci/credential", {odd: odd}),
        ("operator", "POST", "/fhir/R4/Patient", resource),
        ("operator", "PUT", f"/fhir/R4/Patient/{text}", resource),
        ("operator", "PUT", "/fhir/R4/Patient/odd", resource | {"id": "odd"}),
        ("operator", "POST", "/fhir/R4", bundle),
        ("operator", "POST", "/fhir/R4", bundle | {"entry": [{"request": {"url": odd}}] * 2}),
    ]


async def test_odd_text_in_bodies_is_answered_and_never_our_fault(
    patient: AsyncClient, operator: AsyncClient
) -> None:
    clients = {"patient": patient, "operator": operator}
    for odd in ODD:
        for name, method, path, body in bodies(odd):
            content = json.dumps(body) if body is not None else None  # half characters as \\udXXX
            headers = {"content-type": "application/json"}
            answer = await clients[name].request(method, path, content=content, headers=headers)
            assert answer.status_code < 500, f"{method} {path} {odd!r}: {answer.text}"


def numbered(number: str) -> list[str]:
    """Wherever a number can stand in an address."""
    return [
        f"/fhir/R4/Patient?_count={number}",
        f"/fhir/R4/Patient/p-1/_history/{number}",
        f"/fhir/R4/_history?_count={number}",
        f"/fhir/R4/Observation?value-quantity=gt{number}",
        f"/fhir/R4/Observation?date={number}",
        f"/fhir/R4/Observation?_lastUpdated=lt{number}",
        f"/api/twin/p-1/timeline?count={number}",
        f"/api/twin/p-1/timeline?before={number}",
        f"/api/records/patients/p-1/accesses?count={number}",
        f"/api/records/patients/p-1/accesses?before={number}",
        f"/api/records/patients/p-1/accesses/groups?before={number}",
        f"/api/records/patients/p-1/accesses/groups?zone={number}&count={number}",
        f"/api/records/patients/p-1/accesses/x/alike?before={number}",
        f"/api/records/patients/p-1/accesses/days?days={number}&zone={number}",
        f"/fhir/R4/AuditEvent?patient=p-1&_cursor={number}-{number}-",
        f"/api/ledger/consistency?old={number}&new={number}",
    ]


async def test_numbers_of_any_size_are_answered_and_never_our_fault(patient: AsyncClient) -> None:
    for number in NUMBERS:
        for path in numbered(number):
            answer = await patient.get(path)
            assert answer.status_code < 500, f"{path}: {answer.text}"
        headers = {"if-match": f'W/"{number}"'} if number.isascii() else {}
        resource = {"resourceType": "Patient", "id": "p-1"}
        put = await patient.put("/fhir/R4/Patient/p-1", json=resource, headers=headers)
        assert put.status_code < 500
    ask = {"categories": ["vitals"] * 5000, "minutes": 10**30}
    asked = await patient.post("/api/clinic/visits/x/ask", json=ask)
    assert_told(asked)


# On a real server: what is large, endless, nested, or never read.

DEEP = "[" * 200_000
WRONG: dict[str, bytes] = {
    "nothing": b"",
    "half an object": b'{"resourceType":',
    "no object": b"[1, 2]",
    "no text": b"\xff\xfe\x00{",
    "deeply nested": ('{"resourceType":"Patient","name":' + DEEP).encode(),
    "deeply nested and closed": (
        '{"resourceType":"Patient","id":"x","name":' + "[" * 50_000 + "]" * 50_000 + "}"
    ).encode(),
    "another type": b'{"resourceType":"Spaceship","id":"x"}',
    "unknown elements": b'{"resourceType":"Patient","id":"x","warp":9}',
    "wrong values": b'{"resourceType":"Patient","id":"x","birthDate":"tomorrow","gender":7}',
    "a huge number": b'{"resourceType":"Patient","id":"x","multipleBirthInteger":1e999999}',
    "a number of many digits": b'{"resourceType":"Patient","id":"x","multipleBirthInteger":'
    + b"9" * 100_000
    + b"}",
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_body_that_is_wrong_is_told_so_and_others_notice_nothing(
    server: Server, keeper: httpx.Client, wrong: str
) -> None:
    with others(server):
        for method, path in (("PUT", "/fhir/R4/Patient/x"), ("POST", "/fhir/R4")):
            answer = keeper.request(method, path, content=WRONG[wrong], headers=FHIR)
            assert_told(answer, what=f"{method} {path}")


def test_every_route_that_takes_json_takes_no_nesting_without_end(
    server: Server, keeper: httpx.Client
) -> None:
    paths = keeper.get("/api/openapi.json").json()["paths"]
    taking = [
        (method, path.replace("{", "").replace("}", ""))
        for path, methods in paths.items()
        for method, what in methods.items()
        if "requestBody" in what
    ]

    assert len(taking) > 8
    for method, path in taking:
        headers = {"content-type": "application/json"}
        answer = keeper.request(method, path, content=DEEP, headers=headers)
        assert_told(answer, what=f"{method} {path}")


def test_a_body_over_the_limit_is_refused_with_and_without_its_length(
    server: Server, keeper: httpx.Client
) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(20):
            yield bytes(MIB)

    with others(server):
        told = keeper.post("/fhir/R4", content=bytes(17 * MIB), headers=FHIR)
        untold = keeper.post("/fhir/R4", content=endless(), headers=FHIR)

    assert told.status_code == untold.status_code == 413
    assert_told(untold)


def test_an_address_without_end_is_refused(server: Server, keeper: httpx.Client) -> None:
    with others(server):
        long = keeper.get("/fhir/R4/Patient?name=" + "a" * 60_000)
        many = keeper.get("/fhir/R4/Patient?" + "&".join(f"name=a{n}" for n in range(4000)))
        chain = keeper.get("/fhir/R4/Observation?" + "patient." * 2000 + "name=a")
        has = keeper.get("/fhir/R4/Patient?" + "_has:Observation:patient:" * 500 + "code=a")
        commas = keeper.get("/fhir/R4/Patient?_id=" + "a," * 20_000)

    for answer in (long, many, chain, has, commas):
        assert 400 <= answer.status_code < 500, answer.text[:300]


def mebibytes(count: int, head: bytes, fill: bytes) -> Iterator[bytes]:
    """A file that is never held whole."""
    yield head
    block = fill * (MIB // len(fill))
    for _ in range(count):
        yield block


LARGE = {
    "one document": ("a.json", b'{"resourceType":"Bundle","entry":[', b" "),
    "one line": ("a.ndjson", b'{"resourceType":"Patient","id":"', b"x"),
    "nothing but line ends": ("a.ndjson", b'{"resourceType":"Patient","warp":9}\n', b"\n"),
    "no text": ("a.bin", b"", b"\xff"),
    "one clinical document": ("a.xml", b"<ClinicalDocument>", b"<a/>"),
    "one message": ("a.hl7", b"MSH|^~\\&|A|B|||2026||ADT^A01|1|P|2.5\r", b"ZZZ|a~a~a\r"),
}


@pytest.mark.parametrize("large", LARGE)
def test_a_file_of_200_mib_is_refused_in_words_with_bounded_memory(
    server: Server, keeper: httpx.Client, large: str
) -> None:
    name, head, fill = LARGE[large]
    at_rest = server.at_rest()

    with others(server):
        answer = keeper.post(
            "/api/records/import",
            params={"name": name},
            content=mebibytes(200, head, fill),
            timeout=300,
        )

    steps = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.is_success
    assert steps[-1]["kind"] == "done", steps[-1]
    assert steps[-1]["accepted"] == 0
    assert [step["reason"] for step in steps if step["kind"] == "refused"]
    assert server.memory("VmHWM") - at_rest < BOUND


def test_a_clinical_document_of_nothing_but_elements_is_refused_with_bounded_memory(
    server: Server, keeper: httpx.Client
) -> None:
    at_rest = server.at_rest()

    for inside in (b"<a/>", b"<a b='c'>", b"<a>x</a>"):
        text = b"<ClinicalDocument>" + inside * (15 * MIB // len(inside)) + b"</ClinicalDocument>"
        with others(server):
            answer = keeper.post("/api/records/import", params={"name": "a.xml"}, content=text)
        steps = [json.loads(line) for line in answer.text.splitlines()]
        assert (steps[-1]["kind"], steps[-1]["refused"]) == ("done", 1)
        assert "XML" in steps[0]["reason"]

    assert server.memory("VmHWM") - at_rest < BOUND


def bomb(*, nested: bool) -> bytes:
    """A zip of 300 MiB of blanks; inside other zips, if nested."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("a.ndjson", "w") as member,
    ):
        for _ in range(300):
            member.write(b" " * MIB)
    if not nested:
        return packed.getvalue()
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_STORED) as archive:
        for number in range(10):
            archive.writestr(f"{number}.json", packed.getvalue())
    return outer.getvalue()


@pytest.mark.parametrize("nested", [False, True])
def test_a_zip_bomb_is_refused_in_words_with_bounded_memory(
    server: Server, keeper: httpx.Client, nested: bool
) -> None:
    file, at_rest = bomb(nested=nested), server.memory()

    with others(server):
        answer = keeper.post("/api/records/import", params={"name": "a.zip"}, content=file)

    steps = [json.loads(line) for line in answer.text.splitlines()]
    assert (steps[-1]["kind"], steps[-1]["accepted"]) == ("done", 0)
    assert steps[-1]["refused"] == (10 if nested else 1)
    assert "zip" in steps[0]["reason"] or "packed" in steps[0]["reason"]
    assert server.memory("VmHWM") - at_rest < BOUND


def test_a_socket_that_sends_garbage_is_closed_and_others_notice_nothing(
    server: Server, tokens: dict[str, Any]
) -> None:
    address = server.url.replace("http", "ws") + "/world"
    headers = {"authorization": f"Bearer {tokens['patient']}"}
    garbage = (b"\xff" * 100, b"\x00" + DEEP.encode()[:60_000], b"\x01", "words", b"\x00{}")

    with (
        others(server),
        connect(address, additional_headers=headers) as line,
        pytest.raises(ConnectionClosed) as closed,
    ):
        for _ in range(100):
            for each in garbage:
                line.send(each)
            line.recv(timeout=10)

    assert closed.value.rcvd is not None
    assert 4400 <= closed.value.rcvd.code < 4500


def test_a_socket_that_never_reads_costs_little_and_others_notice_nothing(
    server: Server, tokens: dict[str, Any]
) -> None:
    at_rest = server.at_rest()
    deaf = _deaf(server, tokens["doctor"])
    address = server.url.replace("http", "ws") + "/world"
    headers = {"authorization": f"Bearer {tokens['patient']}"}

    with others(server), connect(address, additional_headers=headers) as line:
        line.send(b"\x00" + json.dumps({"type": "enter", "place": "plaza"}).encode())
        heard = 0
        until = time.monotonic() + 3
        while time.monotonic() < until:
            try:
                heard += bool(line.recv(timeout=0.2))
            except TimeoutError:
                continue
    deaf.close()

    assert heard > 0
    assert server.memory("VmHWM") - at_rest < BOUND


def _deaf(server: Server, bearer: str) -> socket.socket:
    """A line into the plaza on which nothing will ever be read."""
    port = int(server.url.rpartition(":")[2])
    deaf = socket.create_connection(("127.0.0.1", port))
    key = "dGhlIHNhbXBsZSBub25jZQ=="
    asked = (
        f"GET /world HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {bearer}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: {key}\r\n\r\n"
    )
    deaf.sendall(asked.encode())
    assert deaf.recv(12) == b"HTTP/1.1 101"
    frame = b"\x00" + json.dumps({"type": "enter", "place": "plaza"}).encode()
    deaf.sendall(struct.pack("!BBI", 0x82, 0x80 | len(frame), 0) + frame)  # masked with zeros
    return deaf


def test_a_request_that_never_ends_and_one_that_is_none_leave_others_alone(
    server: Server,
) -> None:
    port = int(server.url.rpartition(":")[2])
    with others(server):
        lines = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
        for number, line in enumerate(lines):
            line.sendall(b"\x16\x03\x01\x02\x00" if number % 2 else b"GET / HTTP/1.1\r\nX: ")
        time.sleep(0.5)
        for line in lines:
            line.close()

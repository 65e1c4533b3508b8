"""She takes back what she allowed: by every path her doctor had, there is nothing any more."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response

from asklepion.app import House
from asklepion.kit.clock import StoppedClock
from asklepion.records import Category
from tests.conftest import EMAILS, NOON

ROOM = {"room": "consulting-room-1"}
WORD, PULSE = "Unmistakable", 77.7  # stand in everything that is hers, and nowhere else
HERS = re.compile(rf"{WORD}|{PULSE}")
SOON_S = 5.0  # on a machine that is busy with other tests
ALL = [category.name.lower().replace("_", "-") for category in Category]


@dataclass(frozen=True, kw_only=True)
class Names:
    """The ids that a request names."""

    patient: str = "p-1"
    pulse: str = "pulse"
    pressure: str = "pressure"
    note: str = "note"

    def taken_out(self, text: str) -> str:
        text = text.replace("%2F", "/")
        for name, id in vars(self).items():
            text = re.sub(rf"(?<![\w-]){re.escape(id)}(?![\w-])", f"<{name}>", text)
        return text


NOBODY = Names(patient="p-9", pulse="none-1", pressure="none-2", note="none-3")


@dataclass(frozen=True)
class Look:
    """One way of looking at her."""

    path: str
    method: str = "GET"
    body: dict[str, Any] = field(default_factory=dict[str, Any])
    headers: dict[str, str] = field(default_factory=dict[str, str])

    async def at(self, client: AsyncClient) -> Response:
        body = json.dumps(self.body) if self.body else None
        headers = {"content-type": "application/fhir+json"} | self.headers if body else self.headers
        return await client.request(self.method, self.path, content=body, headers=headers)


def document(names: Names) -> dict[str, Any]:
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"coding": [{"system": "http://loinc.org", "code": "11488-4"}]},
        "subject": {"reference": f"Patient/{names.patient}"},
        "description": WORD,
        "content": [{"attachment": {"contentType": "text/plain", "data": "UmVzdC4="}}],
    }


def bundle(kind: str, *paths: str) -> dict[str, Any]:
    entries = [{"request": {"method": "GET", "url": path}} for path in paths]
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


def looks(names: Names) -> list[Look]:
    """Every way that names her or something of hers, and shows it while it is allowed."""
    p, whose = names.patient, f"patient={names.patient}"
    pulse, pressure = f"Observation/{names.pulse}", f"Condition/{names.pressure}"
    note = f"DocumentReference/{names.note}"
    fhir = [
        f"Patient/{p}",
        *(f"{each}{how}" for each in (pulse, pressure, note) for how in ("", "/_history/1")),
        *(f"{each}/_history" for each in (f"Patient/{p}", pulse, note)),
        f"Patient?_id={p}",
        f"Observation?{whose}",
        f"Observation?subject=Patient/{p}&code=8867-4&_sort=-date",
        f"Observation?{whose}&_include=Observation:subject",
        f"Condition?{whose}&_include=*",
        f"Patient?_id={p}&_revinclude=Observation:patient&_revinclude=Condition:patient",
        f"Observation?patient._id={p}",
        f"DocumentReference?{whose}",
        f"Patient?_id={p}&_has:Observation:patient:code=8867-4",
        f"Patient/{p}/$everything",
        f"Patient/{p}/$everything?_type=Observation&start=2026",
        f"Patient/{p}/$summary",
        f"Patient/{p}/Observation",
        f"Patient/{p}/*",
        f"?_type=Observation,Condition&subject=Patient/{p}&_sort=code",
        f"Patient/{p}?_summary=true",
        f"{pulse}?_elements=value",
        f"{pulse}/_history?_at=2026-03-01",
        f"Patient/{p}/_history?_since=2020",
        f"Observation?{whose}&_sort=-code,subject&_include:iterate=*",
        f"Observation?{whose}&code-value-quantity=8867-4$gt1",
        f"Observation?{whose}&subject:missing=false",
    ]
    return [
        *(Look(f"/fhir/R4/{path}".replace("/?", "?")) for path in fhir),
        Look(f"/fhir/R4/{pulse}", headers={"if-none-match": 'W/"2"'}),
        Look(f"/fhir/R4/{pulse}", headers={"if-modified-since": "Sun, 01 Mar 2020 12:00:00 GMT"}),
        Look(f"/fhir/R4/Observation/_search?{whose}", "POST"),
        Look(f"/fhir/R4/_search?_type=Observation&_id={names.pulse}", "POST"),
        Look(f"/fhir/R4/Patient/{p}/Condition/_search", "POST"),
        Look(f"/fhir/R4/Patient/{p}/$everything", "POST"),
        Look(f"/fhir/R4/Patient/{p}/$summary", "POST"),
        *(
            Look(
                "/fhir/R4",
                "POST",
                bundle(
                    kind,
                    *(f"Patient/{p}", pulse, f"Observation?{whose}", f"{pulse}/_history"),
                    *(f"Patient/{p}/Condition", f"Patient/{p}/$everything"),
                ),
            )
            for kind in ("batch", "transaction")
        ),
        Look(
            "/fhir/R4/DocumentReference",
            "POST",
            document(names),
            {"if-none-exist": f"{whose}&_id={names.note}"},
        ),
        *(Look(f"/api/twin/{p}/{part}") for part in ("cards", "body", "timeline", "vitals")),
    ]


def questions(names: Names) -> list[Look]:
    """Ways that tell something of what is hers, and show none of its words."""
    scores = f"/api/twin/{names.patient}/scores"
    kept = (f"Patient/{names.patient}", f"Observation/{names.pulse}", f"Condition/{names.pressure}")
    return [
        *(Look(f"/fhir/R4/{each}/$validate", "POST") for each in kept),
        Look(scores),
        Look(f"{scores}/qSOFA", "POST", {"gcs": 15}),
    ]


# Ways that name nobody.
WIDE = [
    Look("/fhir/R4/Patient"),
    Look(f"/fhir/R4/Patient?family={WORD}"),
    Look("/fhir/R4/Observation?code=8867-4&_total=accurate"),
    Look(f"/fhir/R4/Observation?patient.family={WORD}"),
    Look("/fhir/R4/Condition?code=38341003"),
    Look("/fhir/R4/DocumentReference"),
    Look("/fhir/R4/Practitioner?_id=d-1&_revinclude=Observation:performer"),
    Look("/fhir/R4/Observation/_history"),
    Look("/fhir/R4/_history"),
    Look("/fhir/R4/_history?_at=2026-03-01"),
    Look("/fhir/R4"),
    Look("/fhir/R4?_type=Observation,Condition&_total=accurate&_sort=-code"),
    Look(f"/fhir/R4/Condition?_content={WORD}"),
    Look(f"/fhir/R4/Condition?code:text={WORD}"),
    Look("/fhir/R4/Practitioner?_id=d-1&_revinclude:iterate=*:*"),
    Look("/fhir/R4/Practitioner/d-1/Observation"),
]


def changes(names: Names) -> list[Look]:
    """Every way to change something of hers by a condition, or in part."""
    patch = {"content-type": "application/json-patch+json"}
    operations: Any = [{"op": "test", "path": "/status", "value": "final"}]
    whose, note = f"patient={names.patient}", f"DocumentReference/{names.note}"
    parameters = {"resourceType": "Parameters"}
    pulse = f"Observation/{names.pulse}"
    named = document(names) | {"id": names.note}
    inside = {"resource": parameters, "request": {"method": "PATCH", "url": pulse}}
    gone = {"request": {"method": "DELETE", "url": f"Observation?_id={names.pulse}"}}
    both = [
        {"resourceType": "Bundle", "type": kind, "entry": [entry]}
        for kind in ("batch", "transaction")
        for entry in (inside, gone)
    ]
    return [
        Look(f"/fhir/R4/{pulse}", "PATCH", operations, patch),
        Look(f"/fhir/R4/{pulse}", "PATCH", operations, patch | {"if-match": 'W/"1"'}),
        Look(f"/fhir/R4/{pulse}", "PATCH", parameters),
        Look(f"/fhir/R4/Observation?{whose}", "PATCH", operations, patch),
        Look(f"/fhir/R4/Observation?{whose}", "DELETE"),
        Look(f"/fhir/R4/{pulse}", "DELETE", headers={"if-match": 'W/"1"'}),
        Look(f"/fhir/R4/{note}", "PUT", named),
        Look(f"/fhir/R4/{note}", "PUT", named, {"if-none-match": "*"}),
        Look(f"/fhir/R4/DocumentReference?{whose}", "PUT", document(names)),
        *(Look("/fhir/R4", "POST", each) for each in both),
    ]


ACCESSES = ("groups", "days", "export", "x/alike")
# Ways to read what stands between them; they show no measured value, and nothing afterwards.
STANDING = ("permit", "live", "accesses", "consents", *(f"accesses/{it}" for it in ACCESSES))


def hers() -> list[dict[str, Any]]:
    """Her record."""
    loinc, snomed = "http://loinc.org", "http://snomed.info/sct"
    kinds = "http://terminology.hl7.org/CodeSystem/observation-category"
    subject = {"reference": "Patient/p-1"}
    return [
        {"resourceType": "Practitioner", "id": "d-1"},
        {"resourceType": "Patient", "id": "p-1", "name": [{"family": WORD}]},
        {
            "resourceType": "Observation",
            "id": "pulse",
            "status": "final",
            "category": [{"coding": [{"system": kinds, "code": "vital-signs"}]}],
            "code": {"coding": [{"system": loinc, "code": "8867-4"}]},
            "subject": subject,
            "performer": [{"reference": "Practitioner/d-1"}],
            "effectiveDateTime": "2026-03-01T11:00:00Z",
            "valueQuantity": {
                "value": PULSE,
                "unit": "/min",
                "system": "http://unitsofmeasure.org",
                "code": "/min",
            },
        },
        {
            "resourceType": "Condition",
            "id": "pressure",
            "code": {"coding": [{"system": snomed, "code": "38341003"}], "text": WORD},
            "subject": subject,
            "onsetDateTime": "2020-01-01",
        },
        {**document(Names()), "id": "note"},
    ]


@dataclass(frozen=True)
class Consult:
    """A visit in which everything is allowed."""

    house: House
    patient: AsyncClient
    doctor: AsyncClient
    clock: StoppedClock
    visit: str

    async def consent(self) -> str:
        given = (await self.patient.get("/api/records/patients/p-1/consents")).json()
        (consent,) = {each["consent"] for each in given}
        return consent


@pytest.fixture
async def consult(
    house: House,
    clock: StoppedClock,
    operator: AsyncClient,
    patient: AsyncClient,
    doctor: AsyncClient,
) -> Consult:
    """The patient sits with her doctor and lets him see everything for half an hour."""
    for resource in hers():
        path = f"/fhir/R4/{resource['resourceType']}/{resource['id']}"
        assert (await operator.put(path, json=resource)).status_code == 201
    await doctor.post("/api/clinic/visits", json=ROOM)
    visit = (await patient.post("/api/clinic/visits", json=ROOM)).json()["visit"]["id"]
    ask = {"categories": [c.replace("-", "_") for c in ALL], "minutes": 30}
    assert (await doctor.post(f"/api/clinic/visits/{visit}/ask", json=ask)).is_success
    until = (NOON + timedelta(minutes=30)).isoformat()
    answer = {"categories": ask["categories"], "until": until}
    assert (await patient.post(f"/api/clinic/visits/{visit}/grant", json=answer)).is_success
    return Consult(house, patient, doctor, clock, visit)


async def by_the_visit(consult: Consult) -> None:
    await consult.patient.post(f"/api/clinic/visits/{consult.visit}/revoke")


async def by_refusing(consult: Consult) -> None:
    await consult.patient.post(f"/api/clinic/visits/{consult.visit}/refuse")


async def by_closing(consult: Consult) -> None:
    await consult.patient.post(f"/api/clinic/visits/{consult.visit}/close")


async def by_the_list(consult: Consult) -> None:
    await consult.patient.delete(f"/api/records/consents/{await consult.consent()}")


async def by_fhir(consult: Consult) -> None:
    path = f"/fhir/R4/Consent/{await consult.consent()}"
    consent = (await consult.patient.get(path)).json()
    await consult.patient.put(path, json=consent | {"status": "inactive"})


async def by_deleting(consult: Consult) -> None:
    await consult.patient.delete(f"/fhir/R4/Consent/{await consult.consent()}")


async def by_time(consult: Consult) -> None:
    consult.clock.at += timedelta(minutes=30)


Ending = Callable[[Consult], Awaitable[None]]
ENDINGS = [by_the_visit, by_refusing, by_closing, by_the_list, by_fhir, by_deleting, by_time]


@pytest.mark.parametrize("end", ENDINGS)
async def test_when_it_ends_every_path_is_empty_and_she_cannot_be_told_from_nobody(
    consult: Consult, app: FastAPI, end: Ending
) -> None:
    doctor = consult.doctor
    for look in [*looks(Names()), *WIDE]:
        answer = await look.at(doctor)
        assert answer.status_code == 200, f"{look.path}: {answer.text}"
        assert HERS.search(answer.text), f"{look.path} never showed her: {answer.text}"
    for question in questions(Names()):
        answer = await question.at(doctor)
        assert answer.status_code == 200, f"{question.path}: {answer.text}"
        assert not HERS.search(answer.text), f"{question.path} repeats a value"
    bearer = await consult.house.identity.token(EMAILS["doctor"])
    async with (
        listening(app, "/api/records/patients/p-1/live", bearer) as record,
        listening(app, "/api/clinic/live", bearer) as clinic,
    ):
        assert (await anext(record))["kind"] == "permit"
        assert (await anext(clinic))["visit"]["granted"]

        await end(consult)

        async with asyncio.timeout(SOON_S):
            rest = [item async for item in record]
            while (await anext(clinic))["visit"] is not None and await allowed(consult):
                pass
    assert [item["kind"] for item in rest] == ["ended"]
    await assert_nothing_is_left(doctor)


async def allowed(consult: Consult) -> list[str]:
    """What the doctor's own screen says that he may see."""
    visit = (await consult.doctor.get("/api/clinic/visits/current")).json()["visit"]
    return visit["granted"] if visit else []


async def assert_nothing_is_left(doctor: AsyncClient) -> None:
    known = [*looks(Names()), *questions(Names())]
    for here, nowhere in zip(known, [*looks(NOBODY), *questions(NOBODY)], strict=True):
        answer, nothing = await here.at(doctor), await nowhere.at(doctor)
        assert not HERS.search(answer.text), here.path
        assert told(answer, Names()) == told(nothing, NOBODY), here.path
    for here, nowhere in zip(changes(Names()), changes(NOBODY), strict=True):
        answer, nothing = await here.at(doctor), await nowhere.at(doctor)
        assert told(answer, Names()) == told(nothing, NOBODY), here
    for look in WIDE:
        answer = await look.at(doctor)
        body = answer.json() | {"link": []}  # a bundle repeats what it was asked
        assert not HERS.search(json.dumps(body)), look.path
        assert "p-1" not in json.dumps(body), look.path
    for part in STANDING:
        answer = await doctor.get(f"/api/records/patients/p-1/{part}")
        nothing = await doctor.get(f"/api/records/patients/p-9/{part}")
        assert told(answer, Names()) == told(nothing, NOBODY), part


def told(answer: Response, names: Names) -> tuple[int, list[tuple[str, str]], str]:
    """All that can be told from an answer, but for the ids that were asked with."""
    headers = [(k, v) for k, v in answer.headers.items() if k not in ("content-length", "location")]
    return answer.status_code, headers, names.taken_out(answer.text)


async def test_a_page_that_was_begun_is_not_finished_after_it_ends(consult: Consult) -> None:
    first = await consult.doctor.get("/fhir/R4/_history?_count=1")
    links = {link["relation"]: link["url"] for link in first.json()["link"]}

    await by_the_visit(consult)
    after = await consult.doctor.get(links["next"])

    assert not HERS.search(after.text)
    assert "Patient/p-1" not in after.text


async def test_after_it_ends_her_doctor_can_write_nothing_either(consult: Consult) -> None:
    notes = f"/api/clinic/visits/{consult.visit}/notes"
    assert (await consult.doctor.post(notes, json={"text": "Rest."})).status_code == 201

    await by_the_visit(consult)

    assert (await consult.doctor.post(notes, json={"text": "More rest."})).status_code == 403
    written = await consult.doctor.post("/fhir/R4/DocumentReference", json=document(Names()))
    nobody = await consult.doctor.post("/fhir/R4/DocumentReference", json=document(NOBODY))
    assert written.status_code == 403
    assert told(written, Names()) == told(nobody, NOBODY)


async def test_to_herself_everything_stays(consult: Consult) -> None:
    await by_the_visit(consult)

    for look in looks(Names()):
        assert HERS.search((await look.at(consult.patient)).text), look.path


@asynccontextmanager
async def listening(
    app: FastAPI, path: str, bearer: str
) -> AsyncGenerator[AsyncGenerator[dict[str, Any]]]:
    """A stream of server-sent events from the real app, item by item as it sends them."""
    parts: asyncio.Queue[bytes | None] = asyncio.Queue()
    gone = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if not asked:
            asked.append(True)
            return {"type": "http.request"}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            assert message["status"] == 200
        elif body := message.get("body"):
            parts.put_nowait(body)
        elif not message.get("more_body"):
            parts.put_nowait(None)

    asked: list[bool] = []
    headers = [(b"host", b"localhost"), (b"authorization", f"Bearer {bearer}".encode())]
    path, _, query = path.partition("?")
    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode()}
    scope |= {
        "headers": headers,
        "query_string": query.encode(),
        "scheme": "http",
        "server": ("localhost", 80),
    }
    scope |= {"client": ("127.0.0.1", 1), "http_version": "1.1", "root_path": "", "app": app}
    task = asyncio.create_task(app(scope, receive, send))
    async with aclosing(_items(parts)) as items:
        yield items
    gone.set()
    async with asyncio.timeout(20):
        await task


async def _items(parts: "asyncio.Queue[bytes | None]") -> AsyncGenerator[dict[str, Any]]:
    while (part := await parts.get()) is not None:
        for line in part.decode().splitlines():
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from asklepion.identity import Caller, Identity, Role
from asklepion.ledger import verify_receipt
from asklepion.records import Limits, verify_export
from asklepion.records import http as records_http
from asklepion.records.engine import validate

from .conftest import Office
from .people import (
    AMARA,
    AMARA_CALLS,
    BORIS_CALLS,
    JONAS_CALLS,
    MEI,
    OPERATOR_CALLS,
    VISIT,
    VITALS,
    observation,
    organization,
    patient,
)
from .serving import Client, ClientOf


async def test_a_resource_is_read_with_its_version_and_moment(mei: Client) -> None:
    answer = await mei.get("/fhir/R4/Observation/pulse-1")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/fhir+json")
    assert answer.headers["etag"] == 'W/"1"'
    assert answer.headers["last-modified"] == "Sun, 01 Mar 2026 12:00:00 GMT"
    same = await mei.get("/fhir/R4/Observation/pulse-1", headers={"if-none-match": 'W/"1"'})
    assert (same.status_code, same.content) == (304, b"")


async def test_create_update_and_delete_go_round(mei: Client) -> None:
    made = await mei.post("/fhir/R4/Observation", json=observation("x"))
    assert made.status_code == 201
    location = made.headers["location"]
    assert location.startswith("http://house/fhir/R4/Observation/")
    assert location.endswith("/_history/1")

    path, resource = location.partition("/_history")[0], made.json()
    resource["valueQuantity"]["value"] = 80
    changed = await mei.put(path, json=resource, headers={"if-match": 'W/"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, 'W/"2"')
    late = await mei.put(path, json=resource | {"status": "amended"}, headers={"if-match": 'W/"1"'})
    assert late.status_code == 412
    assert (await mei.delete(path)).status_code == 204
    gone = await mei.get(path)
    assert (gone.status_code, gone.json()["issue"][0]["code"]) == (410, "deleted")
    first = await mei.get(location)
    assert first.json()["valueQuantity"]["value"] == 72
    history = (await mei.get(f"{path}/_history")).json()
    methods = [entry["request"]["method"] for entry in history["entry"]]
    assert methods == ["DELETE", "PUT", "POST"]
    assert validate(history) == []


async def test_a_search_is_a_bundle_that_validates_and_pages(mei: Client) -> None:
    answer = await mei.get(
        "/fhir/R4/Observation",
        params={"_count": "2", "_total": "accurate", "_include": "Observation:subject"},
    )
    bundle = answer.json()

    assert validate(bundle) == []
    assert bundle["total"] == 3
    modes = [entry["search"]["mode"] for entry in bundle["entry"]]
    assert modes == ["match", "match", "include"]
    following = next(link["url"] for link in bundle["link"] if link["relation"] == "next")
    rest = (await mei.get(following)).json()
    assert len([e for e in rest["entry"] if e["search"]["mode"] == "match"]) == 1
    assert [link["relation"] for link in rest["link"]] == ["self"]


async def test_a_search_by_form_finds_the_same(mei: Client) -> None:
    form = await mei.post("/fhir/R4/Observation/_search", data={"category": "laboratory"})

    assert [e["resource"]["id"] for e in form.json()["entry"]] == ["sodium"]


async def test_an_unknown_parameter_is_refused_or_named(mei: Client) -> None:
    refused = await mei.get("/fhir/R4/Observation", params={"favourite": "1"})
    lenient = await mei.get(
        "/fhir/R4/Observation", params={"favourite": "1"}, headers={"prefer": "handling=lenient"}
    )

    assert refused.status_code == 400
    assert refused.headers["content-type"] == "application/fhir+json"
    last = lenient.json()["entry"][-1]
    assert last["search"]["mode"] == "outcome"
    assert "favourite" in last["resource"]["issue"][0]["diagnostics"]
    assert validate(lenient.json()) == []


async def test_what_points_to_us_by_our_whole_address_is_ours(
    operator: Client, mei: Client
) -> None:
    base = "http://house/fhir/R4/"

    kept = await operator.post("/fhir/R4/Observation", json=observation("x", base + MEI))
    elsewhere = observation("y", "http://elsewhere/fhir/R4/" + MEI)
    foreign = await operator.post("/fhir/R4/Observation", json=elsewhere)

    assert kept.json()["subject"]["reference"] == MEI
    assert (await mei.get(f"/fhir/R4/Observation/{kept.json()['id']}")).status_code == 200
    assert (await mei.get(f"/fhir/R4/Observation/{foreign.json()['id']}")).status_code == 404


async def test_a_line_of_the_log_names_a_visit_only_where_consent_was_given_in_it(
    full: Office, mei: Client, amara: Client
) -> None:
    await full.allow(VITALS)
    path = "/fhir/R4/Observation/pulse-1"

    assert (await amara.get(path, headers={"x-visit": "another-one"})).status_code == 404
    assert (await amara.get(path, headers={"x-visit": VISIT})).status_code == 200
    assert (await amara.get(path, headers={"x-visit": "A" * 3000})).status_code == 400

    allowed, refused = (await mei.get("/api/records/patients/mei/accesses?count=2")).json()
    assert (allowed["visit"], refused["visit"]) == (VISIT, None)


async def test_minimal_answers_have_no_body(mei: Client) -> None:
    answer = await mei.post(
        "/fhir/R4/Observation", json=observation("x"), headers={"prefer": "return=minimal"}
    )

    assert (answer.status_code, answer.content) == (201, b"")


async def test_a_conditional_create_answers_with_what_is_there(mei: Client) -> None:
    headers = {"if-none-exist": "date=2026-02-01"}

    answer = await mei.post("/fhir/R4/Observation", json=observation("x"), headers=headers)

    assert (answer.status_code, answer.json()["id"]) == (200, "pulse-1")


async def test_a_transaction_is_carried_out(operator: Client) -> None:
    entry = {"resource": organization("x"), "request": {"method": "POST", "url": "Organization"}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}

    answer = await operator.post("/fhir/R4", json=bundle)

    assert answer.json()["entry"][0]["response"]["status"] == "201 Created"
    assert validate(answer.json()) == []


async def test_head_and_options_answer(mei: Client) -> None:
    head = await mei.head("/fhir/R4/Observation/pulse-1")
    options = await mei.options("/fhir/R4/Observation/pulse-1")

    assert (head.status_code, head.headers["etag"]) == (200, 'W/"1"')
    assert (await mei.head("/fhir/R4/Observation/none")).status_code == 404
    assert options.headers["allow"] == "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"


async def test_the_statement_of_what_can_be_done_is_open_and_true(
    stranger: Client, mei: Client
) -> None:
    statement = (await stranger.get("/fhir/R4/metadata")).json()

    assert validate(statement) == []
    by_type = {each["type"]: each for each in statement["rest"][0]["resource"]}
    assert len(by_type) > 140
    names = [param["name"] for param in by_type["Observation"]["searchParam"]]
    for name in ("code", "date", "value-quantity", "patient"):
        assert name in names
    for param in by_type["Patient"]["searchParam"]:  # each that is named is understood
        value = {"date": "2026", "number": "1", "quantity": "1"}.get(param["type"], "x")
        answer = await mei.get("/fhir/R4/Patient", params={param["name"]: value})
        assert answer.status_code == 200, param


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/fhir+json", 400),
        (b"[]", "application/fhir+json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"resourceType":"Patient"}', "application/fhir+json", 400),
        (b"<Patient/>", "application/fhir+xml", 415),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "application/json", 400),
    ],
)
async def test_what_cannot_be_read_is_refused_in_fhir_s_words(
    mei: Client, body: bytes, kind: str, status: int
) -> None:
    for method, path in (("POST", "Observation"), ("PUT", "Observation/pulse-1"), ("POST", "")):
        url = f"/fhir/R4/{path}".rstrip("/")
        answer = await mei.request(method, url, content=body, headers={"content-type": kind})
        assert answer.status_code == status
        assert answer.json()["resourceType"] == "OperationOutcome"


async def test_other_formats_are_not_spoken(mei: Client) -> None:
    answer = await mei.get("/fhir/R4/Observation/pulse-1", params={"_format": "xml"})

    assert answer.status_code == 406
    for accept, status in (
        ("application/fhir+xml", 406),
        ("text/html, application/fhir+json;q=0", 406),
        ("application/fhir+json; fhirVersion=5.0", 406),
        ("application/fhir+json; fhirVersion=4.0", 200),
        ("text/html, */*;q=0.1", 200),
    ):
        seen = await mei.get("/fhir/R4/Observation/pulse-1", headers={"accept": accept})
        assert seen.status_code == status
    json = await mei.get("/fhir/R4/Observation/pulse-1?_format=application/fhir%2Bjson")
    assert json.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/Cat",
        "/Cat/1",
        "/Observation/none",
        "/Observation/pulse-1/_history/99",
        "/Observation/pulse-1/_history/x",
        "/Observation/none/_history",
        "/Observation/no%20id",
    ],
)
async def test_what_is_not_there_is_not_found(mei: Client, path: str) -> None:
    answer = await mei.get(f"/fhir/R4{path}")

    assert answer.status_code == 404
    assert answer.json()["issue"][0]["code"] == "not-found"


async def test_whoever_is_not_allowed_gets_the_answer_of_what_is_not_there(
    full: Office, client_of: ClientOf
) -> None:
    for caller in (AMARA_CALLS, BORIS_CALLS, JONAS_CALLS, OPERATOR_CALLS):
        client = client_of(caller)
        for path in ("", "/_history", "/_history/1"):
            hidden = await client.get(f"/fhir/R4/Observation/pulse-1{path}")
            unknown = await client.get(f"/fhir/R4/Observation/there-is-none{path}")
            assert (hidden.status_code, hidden.content) == (404, unknown.content)
            assert hidden.headers == unknown.headers
        found = await client.get(f"/fhir/R4/Observation?patient={MEI}&_total=accurate")
        assert found.json()["total"] == 0
        for path in (f"patients/{MEI[8:]}/accesses", "patients/mei/consents"):
            answer = await client.get(f"/api/records/{path}")
            nobody = await client.get(f"/api/records/{path}".replace("mei", "nobody"))
            assert (answer.status_code, answer.content) == (404, nobody.content)
        assert (await client.get("/api/records/patients/mei/permit")).json() is None


async def test_a_stranger_gets_no_further_than_the_door(app: FastAPI, stranger: Client) -> None:
    for path, methods in app.openapi()["paths"].items():
        for method in methods:
            if path == "/fhir/R4/metadata" or path.startswith(records_http.LINKS_PATH):
                continue
            answer = await stranger.request(method, path.replace("{", "").replace("}", ""))
            assert answer.status_code == 401, f"{method} {path}"


# What is not FHIR


async def test_she_allows_sees_and_takes_back(mei: Client, amara: Client) -> None:
    body = {"actor": AMARA, "categories": ["vitals"], "until": "2026-03-01T13:00:00Z"}

    made = await mei.post("/api/records/patients/mei/consents", json=body)

    assert made.status_code == 201
    (given,) = (await mei.get("/api/records/patients/mei/consents")).json()
    assert (given["actor"], given["categories"]) == (AMARA, ["vitals"])
    permit = (await amara.get("/api/records/patients/mei/permit")).json()
    assert permit["until"] == "2026-03-01T13:00:00.000Z"
    assert (await amara.get("/fhir/R4/Observation/pulse-1")).status_code == 200
    other_visit = await amara.get("/fhir/R4/Observation/pulse-1", headers={"x-visit": "another"})
    assert other_visit.status_code == 200  # it was given in no visit in particular
    gone = await mei.delete(f"/api/records/consents/{made.json()['consent']}")
    assert gone.status_code == 204
    assert (await amara.get("/fhir/R4/Observation/pulse-1")).status_code == 404
    assert (await amara.get("/api/records/patients/mei/permit")).json() is None


@pytest.mark.parametrize(
    "change",
    [
        {"categories": ["everything"]},
        {"categories": []},
        {"until": "2026-03-01T11:00:00Z"},
        {"until": "2026-03-01T13:00:00"},
        {"until": "soon"},
        {"actor": "Patient/jonas"},
        {"actor": None},
    ],
)
async def test_a_grant_that_cannot_be_is_refused(mei: Client, change: dict[str, Any]) -> None:
    body = {"actor": AMARA, "categories": ["vitals"], "until": "2026-03-01T13:00:00Z"}

    answer = await mei.post("/api/records/patients/mei/consents", json=body | change)

    assert answer.status_code == 400


async def test_she_sees_who_looked_and_takes_the_proof_along(
    full: Office, mei: Client, amara: Client
) -> None:
    await full.allow(VITALS)
    await amara.get("/fhir/R4/Observation/pulse-1")

    entries = (await mei.get("/api/records/patients/mei/accesses?count=2")).json()

    assert (entries[0]["action"], entries[0]["actor_name"]) == ("read", "Name of account-amara")
    assert entries[0]["categories"] == ["vitals"]
    older = entries[-1]["number"]
    more = (await mei.get(f"/api/records/patients/mei/accesses?before={older}")).json()
    assert all(entry["number"] < older for entry in more)
    for path in ("patients/mei/accesses", "accesses"):
        receipt = (await mei.get(f"/api/records/{path}/{entries[0]['id']}/receipt")).json()
        assert verify_receipt(receipt, trusted=full.ledger.verifier_key).holds
    assert (await amara.get(f"/api/records/accesses/{entries[0]['id']}/receipt")).status_code == 404


async def test_her_list_is_folded_counted_searched_and_taken_along_over_http(
    full: Office, mei: Client, amara: Client, operator: Client, tmp_path: Path
) -> None:
    await full.allow(VITALS)
    for _ in range(3):
        await amara.get("/fhir/R4/Observation/pulse-1")
    where = "/api/records/patients/mei/accesses"

    folded = (await mei.get(f"{where}/groups?kinds=looked&zone=60")).json()
    days = (await mei.get(f"{where}/days")).json()
    events = (await mei.get("/fhir/R4/AuditEvent?patient=mei&action=R&_sort=-date")).json()
    taken = await mei.get(f"{where}/export")

    (group,) = folded["groups"]
    assert (group["count"], group["newest"]["categories"], folded["next"]) == (3, ["vitals"], None)
    opened = (await mei.get(f"{where}/{group['newest']['id']}/alike?zone=60")).json()
    assert [it["id"] for it in opened["entries"]] == [
        it["resource"]["id"] for it in events["entry"]
    ]
    one = await mei.get(events["entry"][0]["fullUrl"])
    assert (one.json()["id"], one.headers["etag"]) == (group["newest"]["id"], 'W/"1"')
    assert sum(it["count"] for it in days["days"] if it["actor"] == "account-amara") == 3
    assert taken.headers["content-type"] == "application/zip"
    (tmp_path / "export.zip").write_bytes(taken.content)
    checked = verify_export(tmp_path / "export.zip", trusted=full.ledger.verifier_key)
    assert (checked.wrong, checked.is_trusted) == ("", True)
    assert (await operator.get("/api/records/audit/oddities")).json() == []
    assert (await mei.get("/api/records/audit/oddities")).status_code == 403
    for asked in ("kinds=wrong", "since=yesterday", "zone=9999", "count=0"):
        assert (await mei.get(f"{where}/groups?{asked}")).status_code == 400


async def steps_of(client: Client, body: bytes, name: str = "x.ndjson") -> list[dict[str, Any]]:
    answer = await client.post("/api/records/import", params={"name": name}, content=body)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_a_file_is_taken_in_with_a_line_for_each_thing_that_happens(operator: Client) -> None:
    body = b"\n".join(
        json.dumps(each).encode() for each in (organization("x"), {"resourceType": 1})
    )

    steps = await steps_of(operator, body)

    assert [step["kind"] for step in steps] == ["refused", "progress", "done"]
    assert (steps[0]["file"], steps[0]["entry"]) == ("x.ndjson", 2)
    assert (steps[-1]["new"], steps[-1]["refused"]) == (1, 1)


async def test_a_patient_s_account_is_linked_to_the_record_she_brings(
    app: FastAPI, client_of: ClientOf, callers: dict[str, Caller]
) -> None:
    identity: Identity = app.state.rooms[Identity]
    account = await identity.create_account(
        Identity.console(),
        email="nora@house.example",
        password="seven quiet herons",
        name="Nora",
        roles=[Role.PATIENT],
    )
    callers[account.id] = account.caller

    steps = await steps_of(client_of(account.caller), json.dumps(patient("Patient/nora")).encode())

    assert [step["kind"] for step in steps] == ["claimed", "progress", "done"]
    linked = await identity.find(account.id)
    assert linked
    assert linked.person == "Patient/nora"


async def test_a_body_that_grows_too_large_is_refused(
    full: Office, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(full.records, "limits", Limits(file=1000))

    async def grow() -> AsyncGenerator[bytes]:
        for _ in range(100):
            yield b" " * 500

    told = await operator.post("/api/records/import", content=b" " * 2000)
    streamed = await operator.post("/api/records/import", content=grow())

    assert (told.status_code, streamed.status_code) == (413, 413)
    assert streamed.json()["issue"][0]["code"] == "too-long"


async def test_what_goes_wrong_in_an_import_is_its_last_line(
    full: Office, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> list[int]:
        raise OSError("the disk is full")

    monkeypatch.setattr(full.ledger, "append", broken)

    steps = await steps_of(operator, json.dumps(organization("x")).encode())

    assert steps[-1]["kind"] == "failed"
    assert "disk" not in steps[-1]["reason"]


async def test_what_is_new_comes_as_events(full: Office, app: FastAPI) -> None:
    """By hand, since httpx gives an application's answer only once it is complete."""
    await full.allow(VITALS)
    delivering = asyncio.create_task(full.events.run())
    sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "method": "GET",
        "path": "/api/records/patients/mei/live",
        "query_string": b"",
        "headers": [(b"x-test-account", AMARA_CALLS.account.encode())],
    }

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    async def send(message: Any) -> None:
        await sent.put(message)

    serving = asyncio.create_task(app(scope, receive, send))
    text = ""

    async def until(word: str) -> None:
        nonlocal text
        async with asyncio.timeout(5):
            while word not in text:
                text += (await sent.get()).get("body", b"").decode()

    await until('"kind":"permit"')
    await full.keep(observation("newest"))
    await until('"id":"newest"')
    full.wait(31)
    await until('{"kind":"ended","why":"expired"}')
    async with asyncio.timeout(5):
        await serving
    delivering.cancel()
    await asyncio.gather(delivering, return_exceptions=True)


# ------------------------------------------------------------------ $validate

WRONG = """{
  "resourceType": "Patient",
  "name": [{"family": "Wanda Secret"}],
  "contact": [
    {"gender": "Wanda Secret"}
  ]
}"""


async def judged(client: Client, path: str, body: str | dict[str, Any]) -> list[dict[str, Any]]:
    """The issues of an answer that is 200 whatever was found."""
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {"content-type": "application/fhir+json"}
    answer = await client.post(f"/fhir/R4/{path}", content=text, headers=headers)
    assert answer.status_code == 200, answer.text
    outcome = answer.json()
    assert validate(outcome) == []
    return outcome["issue"]


async def test_validate_names_element_line_and_what_was_expected_and_no_value(mei: Client) -> None:
    (issue,) = await judged(mei, "Patient/$validate", WRONG)

    assert (issue["severity"], issue["code"]) == ("error", "code-invalid")
    assert issue["expression"] == ["Patient.contact[0].gender"]
    assert issue["location"] == ["Patient.contact[0].gender", "Line[5] Col[16]"]
    assert [it["valueInteger"] for it in issue["extension"]] == [5, 16]
    assert "male" in issue["diagnostics"]
    assert "Secret" not in json.dumps(issue)


async def test_validate_tells_warnings_and_says_when_nothing_is_wrong(mei: Client) -> None:
    codes = {"resourceType": "CodeSystem", "status": "draft", "content": "complete", "name": "a b"}

    (warning,) = await judged(mei, "CodeSystem/$validate", codes)
    (good,) = await judged(mei, "CodeSystem/$validate", codes | {"name": "Ab"})

    assert (warning["severity"], warning["code"]) == ("warning", "invariant")
    assert (good["severity"], good["code"]) == ("information", "informational")


async def test_validate_reads_parameters_and_finds_lines_in_them(mei: Client) -> None:
    parameter = (
        f'[{{"name": "mode", "valueCode": "create"}},\n{{"name": "resource", "resource": {WRONG}}}]'
    )
    whole = f'{{"resourceType": "Parameters", "parameter": {parameter}}}'

    (issue,) = await judged(mei, "Patient/$validate", whole)

    assert issue["expression"] == ["Patient.contact[0].gender"]
    assert issue["location"][1] == "Line[6] Col[16]"


async def test_validate_of_another_type_or_id_than_the_address_is_told(mei: Client) -> None:
    (issue,) = await judged(mei, "Observation/$validate", {"resourceType": "Patient"})
    assert issue["code"] == "structure"

    me = MEI.partition("/")[2]
    other = {"resourceType": "Patient", "id": "else"}
    (issue,) = await judged(mei, f"Patient/{me}/$validate?mode=update", other)
    assert issue["expression"] == ["Patient.id"]


async def test_validate_keeps_nothing(full: Office, mei: Client) -> None:
    before = await full.count("records_res")

    await judged(mei, "Patient/$validate", {"resourceType": "Patient"})

    assert await full.count("records_res") == before


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("Patient/$validate", "", 400),
        ("Patient/$validate", "{", 400),
        ("Patient/$validate?mode=burn", '{"resourceType": "Patient"}', 400),
        ("Patient/$validate?mode=update", '{"resourceType": "Patient"}', 400),
        ("Patient/$validate?profile=urn:none", '{"resourceType": "Patient"}', 400),
        ("Patient/$validate?strange=1", '{"resourceType": "Patient"}', 400),
        ("Patient/$validate?references=maybe", '{"resourceType": "Patient"}', 400),
        ("Patient/nobody/$validate", "", 404),
        ("Patient/a b/$validate", "", 404),
        ("Strange/1/$validate", "", 404),
        (
            "Patient/$validate",
            '{"resourceType": "Parameters", "parameter": [{"name": "resource"}]}',
            400,
        ),
    ],
)
async def test_validate_asked_wrongly_is_refused(
    mei: Client, path: str, body: str, status: int
) -> None:
    headers = {"content-type": "application/fhir+json"}
    answer = await mei.post(f"/fhir/R4/{path}", content=body, headers=headers)

    assert answer.status_code == status, answer.text
    assert answer.json()["resourceType"] == "OperationOutcome"


async def test_validate_answers_alike_for_what_may_not_be_seen_and_what_is_not_there(
    amara: Client,
) -> None:
    hidden = await amara.post(f"/fhir/R4/{MEI}/$validate")
    absent = await amara.post("/fhir/R4/Patient/nobody/$validate")

    assert (hidden.status_code, hidden.text) == (absent.status_code, absent.text)


@pytest.mark.parametrize(
    "until", ["2026-03-02T00:00:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"]
)
@pytest.mark.parametrize("where", ["choices", "consents", "links"])
async def test_an_end_that_is_no_moment_is_refused(
    mei: AsyncClient, where: str, until: str
) -> None:
    wish: dict[str, Any] = {"until": until}
    if where != "links":
        wish["effect" if where == "choices" else "actor"] = "deny"
    if where == "consents":
        wish["categories"] = []

    answer = await mei.post(f"/api/records/patients/mei/{where}", json=wish)

    assert answer.status_code == 400
    assert "end" in answer.json()["issue"][0]["diagnostics"]

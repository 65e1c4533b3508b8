"""Views and questions over HTTP: formats, faults with their place, and who they are about."""

from datetime import timedelta
from typing import Any, cast

import httpx
import pytest

from asklepion.records import Category

from .conftest import Office
from .people import AMARA, AMARA_CALLS, JONAS_CALLS, MEI, MEI_ASKS, MEI_CALLS, observation
from .serving import ClientOf

PULSES: dict[str, Any] = {
    "resourceType": "ViewDefinition",
    "resource": "Observation",
    "status": "active",
    "select": [
        {
            "column": [
                {"name": "patient", "path": "subject.getReferenceKey(Patient)"},
                {"name": "value", "path": "value.ofType(Quantity).value"},
            ]
        }
    ],
}
RUN = "/fhir/R4/$viewdefinition-run"


def parameters(**given: Any) -> dict[str, Any]:
    parts: list[dict[str, Any]] = []
    for name, value in given.items():
        given_as = cast(list[Any], value) if isinstance(value, list) else [value]
        for each in given_as:
            key = "resource" if isinstance(each, dict) else "valueString"
            parts.append({"name": name, key: each})
    return {"resourceType": "Parameters", "parameter": parts}


async def query(client: httpx.AsyncClient, sql: str, **more: Any) -> httpx.Response:
    body = {"views": {"pulses": PULSES}, "sql": sql, **more}
    return await client.post("/api/records/cohorts/query", json=body)


@pytest.fixture
def client(client_of: ClientOf, full: Office) -> httpx.AsyncClient:
    return client_of(MEI_CALLS)


async def test_a_view_is_answered_in_each_format(client: httpx.AsyncClient) -> None:
    plain = await client.post(RUN, json=PULSES)
    csv = await client.post(RUN, json=parameters(viewResource=PULSES, _format="csv"))
    bare = await client.post(
        RUN, json=parameters(viewResource=PULSES, _format="csv", header="false")
    )
    json = await client.post(RUN, json=PULSES, headers={"accept": "application/json"})
    parquet = await client.post(RUN + "?_format=parquet&_limit=1", json=PULSES)
    older = await client.post("/fhir/R4/ViewDefinition/$run", json=PULSES)

    assert plain.headers["content-type"] == "application/x-ndjson"
    assert plain.text == older.text
    assert sorted(it["value"] for it in json.json()) == [72, 91, 140]
    assert csv.text.splitlines()[0] == "patient,value"
    assert "Patient/mei,72" in csv.text.splitlines()
    assert bare.text.splitlines() == csv.text.splitlines()[1:]
    assert parquet.content[:4] == b"PAR1"


async def test_a_view_is_narrowed_by_patient_time_and_number(client: httpx.AsyncClient) -> None:
    for given, count in (
        ({"patient": "Patient/mei"}, 3),
        ({"patient": "Patient/jonas"}, 0),
        ({"patient": "Patient/nobody"}, 0),
        ({"_since": "2030-01-01"}, 0),
        ({"_limit": "2"}, 2),
        ({"resource": [observation("sent", "Patient/other")]}, 1),
    ):
        answer = await client.post(RUN, json=parameters(viewResource=PULSES, **given))
        assert len(answer.text.splitlines()) == count, given


async def test_what_is_wrong_is_told_with_its_place(client: httpx.AsyncClient) -> None:
    broken = {**PULSES, "select": [{"column": [{"name": "a", "path": "subjct"}]}]}
    for body, status, words in (
        (broken, 400, "ViewDefinition.select[0].column[0].path: FHIRPath, character 1"),
        (parameters(), 400, "ViewDefinition: a JSON object is expected"),
        (parameters(viewResource=PULSES, viewReference="ViewDefinition/1"), 422, "viewReference"),
        (parameters(viewResource=PULSES, nonsense="1"), 400, "not known"),
        (parameters(viewResource=PULSES, _format="xlsx"), 422, "format"),
        (parameters(viewResource=PULSES, _since="yesterday"), 400, "_since"),
        (parameters(viewResource=PULSES, patient="a b"), 400, "patient"),
    ):
        answer = await client.post(RUN, json=body)
        assert answer.status_code == status, body
        assert words in answer.json()["issue"][0]["diagnostics"]
    sql = await query(client, "SELECT nothing FROM pulses")
    assert "LINE 1" in sql.json()["issue"][0]["diagnostics"]


async def test_a_question_is_research_unless_it_is_said_otherwise(
    full: Office, client_of: ClientOf
) -> None:
    amara = client_of(AMARA_CALLS)
    nobody = await query(amara, "FROM pulses", level="rows")
    await full.records.grant(
        MEI_ASKS,
        patient=MEI,
        actor=AMARA,
        categories=[Category.VITALS],
        until=full.clock.now() + timedelta(days=1),
        purpose="HRESCH",
    )

    research = (await query(amara, "FROM pulses ORDER BY value", level="rows")).json()
    treats = await amara.post(
        "/api/records/cohorts/query",
        json={"views": {"pulses": PULSES}, "sql": "FROM pulses", "level": "rows"},
        headers={"x-purpose-of-use": "TREAT"},
    )

    assert nobody.json()["patients"] == 0
    assert research["purpose"] == "HRESCH"
    assert research["columns"][1] == {"name": "value", "type": "DOUBLE"}
    assert [row[1] for row in research["rows"]] == [72, 91]
    assert "Patient/mei" not in str(research["rows"])
    assert treats.json()["rows"] == []


async def test_a_patient_asks_about_herself_by_name(client: httpx.AsyncClient) -> None:
    answer = await query(client, "SELECT DISTINCT patient FROM pulses", level="rows")

    assert answer.json()["rows"] == [["Patient/mei"]]


NO_QUESTIONS: list[dict[str, Any]] = [
    {},
    {"views": []},
    {"views": {"a": PULSES}, "sql": 1},
    {"views": {"a b": PULSES}, "sql": "SELECT 1"},
    {"views": {"a": PULSES, "A": PULSES}, "sql": "SELECT 1"},
    {"views": {"a": PULSES}, "sql": "SELECT 1", "level": "all"},
    {"views": {"a": PULSES}, "sql": "SELECT 1", "more": 1},
]


async def test_a_question_that_is_none_is_refused(client: httpx.AsyncClient) -> None:
    for body in NO_QUESTIONS:
        answer = await client.post("/api/records/cohorts/query", json=body)
        assert answer.status_code == 400, body


async def test_the_other_patient_s_hidden_facts_change_no_answer(
    full: Office, client_of: ClientOf
) -> None:
    jonas = client_of(JONAS_CALLS)
    asked = ("SELECT count(*), sum(value) FROM pulses", "FROM pulses", "SELECT 1/0 FROM pulses")
    before = [(await query(jonas, sql, level="rows")).text for sql in asked]

    await full.keep(observation("mei-more", MEI, value=199))

    assert [(await query(jonas, sql, level="rows")).text for sql in asked] == before


async def test_nobody_reads_single_records_by_name_for_research(
    full: Office, client_of: ClientOf
) -> None:
    amara = client_of(AMARA_CALLS)
    await full.records.grant(
        MEI_ASKS,
        patient=MEI,
        actor=AMARA,
        categories=list(Category),
        until=full.clock.now() + timedelta(days=1),
        purpose="HRESCH",
    )
    research = {"x-purpose-of-use": "HRESCH"}

    for path in ("Patient", "Patient/mei", "Observation?patient=mei", "Patient/mei/$everything"):
        answer = await amara.get(f"/fhir/R4/{path}", headers=research)
        assert (answer.status_code, "without their names" in answer.text) == (403, True)
    live = await amara.get("/api/records/patients/mei/live", params={"purpose": "HRESCH"})
    assert live.status_code == 403
    assert (await query(amara, "FROM pulses", level="rows")).json()["patients"] == 1

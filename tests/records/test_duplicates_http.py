"""`$match` and the queue of duplicates over HTTP."""

from typing import Any

import pytest
from httpx import AsyncClient

from .conftest import Office
from .people import MEI, MEI_ASKS, patient

REACH = [{"system": "phone", "value": "+44 20 7946 0958"}]


@pytest.fixture
async def twice(full: Office) -> Office:
    await full.keep(
        {**patient(MEI), "telecom": REACH}, {**patient("Patient/copy"), "telecom": REACH}
    )
    await full.records.duplicates.scan()
    return full


async def test_a_match_is_a_bundle_with_scores_and_grades(twice: Office, mei: AsyncClient) -> None:
    asked = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "resource", "resource": {**patient(MEI), "telecom": REACH}},
            {"name": "onlyCertainMatches", "valueBoolean": True},
            {"name": "count", "valueInteger": 3},
        ],
    }

    answer = await mei.post("/fhir/R4/Patient/$match", json=asked)

    bundle = answer.json()
    assert (bundle["type"], bundle["total"]) == ("searchset", 1)
    (entry,) = bundle["entry"]
    assert entry["fullUrl"] == "http://house/fhir/R4/Patient/mei"
    assert entry["resource"]["id"] == "mei"
    assert entry["search"]["score"] > 0.999
    assert entry["search"]["extension"] == [
        {"url": "http://hl7.org/fhir/StructureDefinition/match-grade", "valueCode": "certain"}
    ]


async def test_a_match_of_nobody_is_an_empty_bundle(twice: Office, amara: AsyncClient) -> None:
    answer = await amara.post("/fhir/R4/Patient/$match", json=patient(MEI))

    assert answer.json() == {"resourceType": "Bundle", "type": "searchset", "total": 0}


ODD: list[Any] = [
    {"resourceType": "Observation"},
    {"resourceType": "Parameters"},
    {"resourceType": "Parameters", "parameter": [{"name": "odd"}]},
    {"resourceType": "Parameters", "parameter": [7]},
    {"resourceType": "Patient"},
    {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "resource", "resource": patient(MEI)},
            {"name": "count", "valueInteger": 0},
        ],
    },
]


@pytest.mark.parametrize("odd", ODD)
async def test_an_odd_question_is_refused(mei: AsyncClient, odd: Any) -> None:
    assert (await mei.post("/fhir/R4/Patient/$match", json=odd)).status_code == 400


async def test_two_are_looked_at_merged_and_parted(twice: Office, operator: AsyncClient) -> None:
    (pair,) = (await operator.get("/api/records/duplicates")).json()
    two = (await operator.get(f"/api/records/duplicates/{pair['id']}")).json()
    wish = {"survivor": "mei", "merged": "copy", "reason": "document"}
    merged = await operator.post("/api/records/merges", json=wish)
    listed = (await operator.get("/api/records/merges")).json()
    parted = await operator.delete(f"/api/records/merges/{merged.json()['id']}")
    again = await operator.delete(f"/api/records/merges/{merged.json()['id']}")

    assert [person["id"] for person in two["people"]] == ["mei", "copy"]
    assert two["people"][0]["telecoms"] == ["+44 20 7946 0958"]
    assert merged.status_code == 201
    assert [(it["survivor"], it["merged"], it["undone_at"]) for it in listed] == [
        ("mei", "copy", None)
    ]
    assert parted.json()["undone_at"]
    assert again.status_code == 409
    assert "link" not in await twice.records.read(MEI_ASKS, "Patient", "mei")


async def test_two_who_are_two_are_dismissed(twice: Office, operator: AsyncClient) -> None:
    (pair,) = (await operator.get("/api/records/duplicates")).json()

    assert (await operator.delete(f"/api/records/duplicates/{pair['id']}")).status_code == 204
    assert (await operator.get("/api/records/duplicates")).json() == []


@pytest.mark.parametrize("wish", [{}, {"survivor": 7}, [], {"survivor": "a", "merged": "b"}])
async def test_an_odd_wish_is_refused(operator: AsyncClient, wish: Any) -> None:
    assert (await operator.post("/api/records/merges", json=wish)).status_code == 400


async def test_nobody_else_comes_in(twice: Office, mei: AsyncClient, amara: AsyncClient) -> None:
    for client in (mei, amara):
        assert (await client.get("/api/records/duplicates")).status_code == 403
        assert (await client.get("/api/records/merges")).status_code == 403
        assert (await client.delete("/api/records/merges/x")).status_code == 403

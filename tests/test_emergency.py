"""In an emergency the twin and the live stream open by their purpose alone, and she is told."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from asklepion.app import House
from tests.conftest import EMAILS
from tests.test_revocation import HERS, hers, listening

BTG = {"X-Purpose-Of-Use": "BTG"}
LIVE = "/api/records/patients/p-1/live"
TWIN = [f"/api/twin/p-1/{part}" for part in ("cards", "body", "timeline", "vitals")]
BROKEN = {"patient": "Patient/p-1", "reason": "She lies unconscious.", "minutes": 15}


@pytest.fixture
async def record(operator: AsyncClient) -> None:
    for resource in hers():
        path = f"/fhir/R4/{resource['resourceType']}/{resource['id']}"
        assert (await operator.put(path, json=resource)).status_code == 201


async def break_glass(doctor: AsyncClient) -> dict[str, Any]:
    answer = await doctor.post("/api/records/emergencies", json=BROKEN)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def first_of(app: FastAPI, path: str, bearer: str) -> dict[str, Any]:
    async with asyncio.timeout(5), listening(app, path, bearer) as items:
        return await anext(items)


@pytest.mark.usefixtures("record")
async def test_the_twin_and_the_stream_open_to_that_purpose_and_close_with_the_emergency(
    app: FastAPI, house: House, doctor: AsyncClient
) -> None:
    bearer = await house.identity.token(EMAILS["doctor"])
    closed = [(await doctor.get(path, headers=BTG)).text for path in TWIN]
    assert not any(HERS.search(text) for text in closed)
    assert (await first_of(app, f"{LIVE}?purpose=BTG", bearer))["kind"] == "ended"

    made = await break_glass(doctor)

    for path in TWIN:
        assert HERS.search((await doctor.get(path, headers=BTG)).text), path
        assert not HERS.search((await doctor.get(path)).text), path
    assert (await first_of(app, LIVE, bearer))["kind"] == "ended"
    async with listening(app, f"{LIVE}?purpose=BTG", bearer) as items:
        assert (await anext(items))["kind"] == "permit"
        assert (await doctor.delete(f"/api/records/emergencies/{made['id']}")).is_success
        async with asyncio.timeout(5):
            rest = [item async for item in items]
    assert [item["kind"] for item in rest] == ["ended"]
    assert [(await doctor.get(path, headers=BTG)).text for path in TWIN] == closed


@pytest.mark.usefixtures("record")
async def test_the_purpose_of_a_stream_opens_no_more_than_the_header_does(
    app: FastAPI, house: House, other_patient: AsyncClient
) -> None:
    bearer = await house.identity.token(EMAILS["other_patient"])

    assert not (await other_patient.post("/api/records/emergencies", json=BROKEN)).is_success
    for purpose in ("BTG", "PATRQT", "FAMRQT", "TREAT"):
        first = await first_of(app, f"{LIVE}?purpose={purpose}", bearer)
        assert first == {"kind": "ended", "why": "not allowed"}


@pytest.mark.usefixtures("record")
async def test_she_is_told_wherever_she_is(
    app: FastAPI, house: House, patient: AsyncClient, doctor: AsyncClient
) -> None:
    bearer = await house.identity.token(EMAILS["patient"])
    async with listening(app, "/api/records/notices", bearer) as notices:
        assert await anext(notices) == {"kind": "listening"}

        made = await break_glass(doctor)

        async with asyncio.timeout(5):
            told = await anext(notices)
    assert told == {"kind": "emergency", "id": made["id"], "patient": "Patient/p-1"}
    (kept,) = (await patient.get("/api/records/patients/p-1/emergencies")).json()
    assert (kept["reason"], kept["state"]) == (BROKEN["reason"], "open")

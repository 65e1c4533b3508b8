"""The verbs of FHIR over HTTP, with every condition and manner of answering."""

import json
from typing import Any

import pytest
from fastapi import FastAPI

from asklepion.kit.clock import StoppedClock
from asklepion.records.engine import validate
from asklepion.records.engine.tables import resource_types

from .people import JONAS, MEI, observation, organization
from .serving import Client

FHIR = "/fhir/R4"
PATCH = {"content-type": "application/json-patch+json"}


def ids(answer: Any) -> list[str]:
    return [e["resource"]["id"] for e in answer.json().get("entry", [])]


def change(*operations: dict[str, Any]) -> bytes:
    return json.dumps(list(operations)).encode()


def operation(**parts: str) -> dict[str, Any]:
    types = {"type": "valueCode", "path": "valueString", "name": "valueString"}
    part = [{"name": k, types.get(k, "valueString"): v} for k, v in parts.items()]
    return {"name": "operation", "part": part}


async def test_a_resource_is_changed_by_a_json_patch(mei: Client) -> None:
    replace = change({"op": "replace", "path": "/valueQuantity/value", "value": 80})

    answer = await mei.patch(f"{FHIR}/Observation/pulse-1", content=replace, headers=PATCH)
    late = await mei.patch(
        f"{FHIR}/Observation/pulse-1", content=replace, headers=PATCH | {"if-match": 'W/"1"'}
    )
    wrong = await mei.patch(
        f"{FHIR}/Observation/pulse-1",
        content=change({"op": "test", "path": "/status", "value": "draft"}),
        headers=PATCH,
    )
    bad = change({"op": "remove", "path": "/status"})
    broken = await mei.patch(f"{FHIR}/Observation/pulse-1", content=bad, headers=PATCH)
    other = change({"op": "replace", "path": "/id", "value": "x"})
    moved = await mei.patch(f"{FHIR}/Observation/pulse-1", content=other, headers=PATCH)

    assert (answer.status_code, answer.headers["etag"]) == (200, 'W/"2"')
    assert answer.json()["valueQuantity"]["value"] == 80
    assert (late.status_code, wrong.status_code) == (412, 422)
    assert (broken.status_code, moved.status_code) == (400, 422)
    read = await mei.get(f"{FHIR}/Observation/pulse-1")
    assert read.headers["etag"] == 'W/"2"'


async def test_a_resource_is_changed_by_a_fhirpath_patch(mei: Client) -> None:
    parameters = {
        "resourceType": "Parameters",
        "parameter": [operation(type="replace", path="Patient.name[0].family", value="Lín")],
    }

    answer = await mei.patch(f"{FHIR}/Patient/mei", json=parameters)
    listed = await mei.patch(f"{FHIR}/Patient/mei", json=[])

    assert answer.json()["name"][0]["family"] == "Lín"
    assert listed.status_code == 415


async def test_the_one_that_matches_is_changed_updated_or_deleted(mei: Client) -> None:
    note = change({"op": "add", "path": "/note", "value": [{"text": "x"}]})
    one, many, none = "date=2026-02-01", "code=8867-4", "date=1999"

    async def patch(search: str) -> int:
        answer = await mei.patch(f"{FHIR}/Observation?{search}", content=note, headers=PATCH)
        return answer.status_code

    async def put(search: str, id: str = "") -> Any:
        new = observation(id, value=60, at="2026-02-01")
        if not id:
            del new["id"]
        return await mei.put(f"{FHIR}/Observation?{search}", json=new)

    assert [await patch(it) for it in (one, many, none)] == [200, 412, 404]
    matched = await put(one)
    assert (matched.status_code, matched.json()["id"]) == (200, "pulse-1")
    assert matched.headers["etag"] == 'W/"3"'
    assert (await put(one, "pulse-2")).status_code == 400
    assert (await put(many)).status_code == 412
    assert (await put(none)).status_code == 201
    assert (await put("_count=1")).status_code == 400
    gone = [await mei.delete(f"{FHIR}/Observation?{it}") for it in ("date=2026-02-02", none)]
    assert [it.status_code for it in gone] == [204, 204]
    assert (await mei.delete(f"{FHIR}/Observation?{many}")).status_code == 412
    assert (await mei.get(f"{FHIR}/Observation/sodium")).status_code == 410


async def test_conditions_on_versions_and_moments_hold_for_every_verb(mei: Client) -> None:
    path = f"{FHIR}/Observation/pulse-1"
    fresh, noon = "Sun, 01 Mar 2026 11:59:59 GMT", "Sun, 01 Mar 2026 12:00:00 GMT"

    async def get(**headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return (await mei.get(path, headers=named)).status_code

    assert await get(if_modified_since=noon) == 304
    assert await get(if_modified_since=fresh) == 200
    assert await get(if_modified_since="yesterday") == 200
    assert await get(if_none_match='W/"2", W/"1"') == 304
    assert await get(if_none_match='W/"2"', if_modified_since=noon) == 200
    body = observation("pulse-1", value=1)
    only_new = await mei.put(path, json=body, headers={"if-none-match": "*"})
    stale = await mei.delete(path, headers={"if-match": 'W/"7"'})
    odd = await mei.delete(path, headers={"if-match": "seven"})
    assert (only_new.status_code, stale.status_code, odd.status_code) == (412, 412, 400)


async def test_answers_come_as_they_are_preferred(mei: Client) -> None:
    path, body = f"{FHIR}/Observation/pulse-1", observation("pulse-1", value=5)

    told = await mei.put(path, json=body, headers={"prefer": "return=OperationOutcome"})
    full = await mei.put(path, json=body, headers={"prefer": "return=representation"})
    later = await mei.get(path, headers={"prefer": "respond-async"})
    odd = await mei.put(path, json=body, headers={"prefer": "return=nothing"})

    assert validate(told.json()) == []
    assert told.json()["resourceType"] == "OperationOutcome"
    assert full.json()["id"] == "pulse-1"
    assert full.headers["content-location"] == full.headers["location"]
    assert (later.status_code, odd.status_code) == (422, 400)
    pretty = await mei.get(path, params={"_pretty": "true"})
    assert b'\n  "resourceType"' in pretty.content


async def test_a_part_of_a_resource_says_that_it_is_one_and_is_not_kept_for_the_whole(
    mei: Client,
) -> None:
    async def get(path: str, **params: str) -> Any:
        return (await mei.get(f"{FHIR}/{path}", params=params)).json()

    whole = await get("Patient/mei")
    summary = await get("Observation/pulse-1", _summary="true")
    text = await get("Observation/pulse-1", _summary="text")
    data = await get("Patient/mei", _summary="data")
    few = await get("Observation/pulse-1", _elements="value")
    page = await get("Observation", _elements="code", _count="1")
    count = await get("Observation", _summary="count")

    assert "tag" not in whole["meta"]
    for part in (summary, text, data, few, page["entry"][0]["resource"]):
        assert [tag["code"] for tag in part["meta"]["tag"]] == ["SUBSETTED"]
        assert validate(part) == []
    assert "valueQuantity" in summary
    assert set(text) == {"resourceType", "id", "meta", "status", "code"}
    assert set(few) == {"resourceType", "id", "meta", "status", "code", "valueQuantity"}
    assert count["total"] == 3
    assert "entry" not in count
    refused = await mei.put(f"{FHIR}/Observation/pulse-1", json=few)
    assert refused.status_code == 400
    assert (await mei.get(f"{FHIR}/Patient/mei?_elements=;")).status_code == 400
    assert (await mei.get(f"{FHIR}/Patient/mei?name=x")).status_code == 400


async def test_a_history_is_told_since_and_at_a_moment(mei: Client, clock: StoppedClock) -> None:
    path = f"{FHIR}/Observation/pulse-1"
    for minute, value in ((10, 80), (20, 90)):
        clock.at = clock.at.replace(minute=minute)
        await mei.put(path, json=observation("pulse-1", value=value))

    async def versions(**params: str) -> list[str]:
        bundle = (await mei.get(f"{path}/_history", params=params)).json()
        assert validate(bundle) == []
        return [e["resource"]["meta"]["versionId"] for e in bundle.get("entry", [])]

    assert await versions() == ["3", "2", "1"]
    assert await versions(_since="2026-03-01T12:10:00Z") == ["3", "2"]
    assert await versions(_at="2026-03-01T12:15:00Z") == ["2"]
    assert await versions(_at="2026-03-01T12:05:00Z") == ["1"]
    assert await versions(_at="2026-03-01") == ["3", "2", "1"]
    assert await versions(_at="2025") == []
    everything = (await mei.get(f"{FHIR}/_history?_at=2026-03-01T12:15:30Z")).json()
    ids = [e["resource"]["id"] for e in everything["entry"]]
    assert len(ids) == len(set(ids))
    assert (await mei.get(f"{path}/_history?_since=soon")).status_code == 400
    assert (await mei.get(f"{path}/_history?_sort=x")).status_code == 400
    nobody = await mei.get(f"{FHIR}/Observation/jonas-pulse/_history?_at=2025")
    assert nobody.status_code == 404


async def test_searches_go_through_types_and_compartments(mei: Client) -> None:
    some = await mei.get(f"{FHIR}?_type=Condition,Patient")
    form = await mei.post(f"{FHIR}/_search", data={"_type": "Condition"})
    inside = await mei.get(f"{FHIR}/Patient/mei/Observation?date=2026-02-01")
    by_form = await mei.post(
        f"{FHIR}/Patient/mei/Observation/_search", data={"category": "vital-signs"}
    )
    whole = await mei.get(f"{FHIR}/Patient/mei/*")
    other = await mei.get(f"{FHIR}/Patient/jonas/*")

    assert sorted(ids(some)) == ["mei", "pressure"]
    assert ids(form) == ["pressure"]
    assert ids(inside) == ["pulse-1"]
    assert sorted(ids(by_form)) == ["pulse-1", "pulse-2"]
    assert sorted(ids(whole)) == ["mei", "pressure", "pulse-1", "pulse-2", "sodium"]
    assert ids(other) == []
    for bundle in (some, form, inside, whole, other):
        assert validate(bundle.json()) == []
    for path in ("Organization/clinic/Observation", "Patient/mei/Potato", "Patient/mei/a/b"):
        assert (await mei.get(f"{FHIR}/{path}")).status_code == 404
    assert (await mei.post(f"{FHIR}/_search", json={})).status_code == 415


async def test_everything_about_a_patient_comes_page_by_page(mei: Client, operator: Client) -> None:
    await operator.put(f"{FHIR}/Organization/hospital", json=organization("hospital"))
    sample = observation("stay") | {"performer": [{"reference": "Organization/hospital"}]}
    assert (await operator.put(f"{FHIR}/Observation/stay", json=sample)).status_code == 201
    path = f"{FHIR}/Patient/mei/$everything"
    found: list[str] = []
    following: str | None = f"{path}?_count=2"

    while following:
        page = (await mei.get(following)).json()
        assert validate(page) == []
        found += [e["resource"]["id"] for e in page["entry"] if e["search"]["mode"] == "match"]
        links = {link["relation"]: link["url"] for link in page["link"]}
        following = links.get("next")

    whole = await mei.get(path)
    assert sorted(found) == ["mei", "pressure", "pulse-1", "pulse-2", "sodium", "stay"]
    assert sorted(ids(whole)) == sorted([*found, "hospital"])
    assert ids(await mei.get(f"{path}?_type=Condition")) == ["pressure"]
    early = ids(await mei.get(f"{path}?start=2026-02-02&end=2026-02-02"))
    assert sorted(early) == ["mei", "sodium"]
    assert ids(await mei.get(f"{path}?_since=2027")) == []
    asked = {"resourceType": "Parameters", "parameter": [{"name": "_type", "valueCode": "Patient"}]}
    assert ids(await mei.post(path, json=asked)) == ["mei"]
    for wrong in ("start=soon", "_sort=date"):
        assert (await mei.get(f"{path}?{wrong}")).status_code == 400
    hers = await mei.get(f"{FHIR}/{JONAS}/$everything")
    nobodys = await mei.get(f"{FHIR}/Patient/none/$everything")
    assert hers.status_code == nobodys.status_code == 404
    assert hers.json() == nobodys.json()


async def test_what_cannot_be_done_at_an_address_says_what_can(mei: Client) -> None:
    for method, path, allowed in (
        ("DELETE", "/metadata", "GET, HEAD, OPTIONS"),
        ("PUT", "/Observation/pulse-1/_history", "GET, HEAD, OPTIONS"),
        ("GET", "/Patient/_search", "POST, OPTIONS"),
        ("POST", f"/{MEI}", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"),
        ("DELETE", "", "GET, HEAD, POST, OPTIONS"),
    ):
        answer = await mei.request(method, FHIR + path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
        assert (await mei.options(FHIR + path)).headers["allow"] == allowed
    assert (await mei.head(f"{FHIR}/Observation?code=8867-4")).content == b""


async def test_the_statement_tells_what_the_routes_do(app: FastAPI, mei: Client) -> None:
    rest = (await mei.get(f"{FHIR}/metadata")).json()["rest"][0]
    served = {
        (method, path.removeprefix(FHIR))
        for path, verbs in app.openapi()["paths"].items()
        if path.startswith(FHIR)
        for method in (verb.upper() for verb in verbs)
    }

    by_type = {each["type"]: each for each in rest["resource"]}
    assert by_type.keys() == resource_types()
    patient = by_type["Patient"]
    codes = {it["code"] for it in patient["interaction"]}
    assert ("patch" in codes) == (("PATCH", "/{type}/{id}") in served)
    assert codes == {
        *("read", "vread", "update", "patch", "delete", "create", "search-type"),
        *("history-instance", "history-type"),
    }
    assert {it["code"] for it in rest["interaction"]} == {
        *("transaction", "batch", "history-system", "search-system")
    }
    assert patient["operation"][0]["name"] == "everything"
    assert (patient["conditionalDelete"], patient["conditionalUpdate"]) == ("single", True)
    assert "Observation:patient" in patient["searchRevInclude"]
    common = [it["name"] for it in rest["searchParam"]]
    assert {"_id", "_lastUpdated", "_text", "_content", "_list", "_tag"} <= set(common)


@pytest.mark.parametrize("name", ["_filter", "_query", "_containedType"])
async def test_what_is_not_done_is_refused_by_name_or_named(mei: Client, name: str) -> None:
    refused = await mei.get(f"{FHIR}/Observation", params={name: "x"})
    lenient = await mei.get(
        f"{FHIR}/Observation", params={name: "x"}, headers={"prefer": "handling=lenient"}
    )

    assert refused.status_code == 422
    assert name in refused.text
    assert name in lenient.json()["entry"][-1]["resource"]["issue"][0]["diagnostics"]

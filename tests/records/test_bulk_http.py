"""Bulk jobs over HTTP, as the Bulk Data guide has them."""

import json
import re

import pytest
from httpx import AsyncClient, Response

from asklepion.records import Category
from asklepion.records.service.bulk.exporting import STEP

from .conftest import Office
from .people import MEI, MEI_ASKS, VITALS, observation, patient

LATER = {"prefer": "respond-async"}


async def begin(client: AsyncClient, path: str = "/fhir/R4/Patient/$export") -> str:
    answer = await client.get(path, headers=LATER)
    assert answer.status_code == 202, answer.text
    return answer.headers["content-location"]


async def done(full: Office, client: AsyncClient, where: str) -> Response:
    await full.records.bulk.work()
    answer = await client.get(where)
    assert answer.status_code == 200
    return answer


async def test_an_export_is_begun_asked_after_fetched_and_ended(
    full: Office, mei: AsyncClient
) -> None:
    where = await begin(mei)
    waiting = await mei.get(where)
    manifest = await done(full, mei, where)

    assert waiting.status_code == 202
    assert re.fullmatch(r"0 resources, step 1 of \d+", waiting.headers["x-progress"])
    assert int(waiting.headers["retry-after"]) > 0
    assert "expires" in manifest.headers
    told = manifest.json()
    assert told["requiresAccessToken"] is True
    assert told["request"] == "http://house/fhir/R4/Patient/$export"
    assert told["error"] == told["deleted"] == []
    (url,) = (each["url"] for each in told["output"] if each["type"] == "Condition")
    file = await mei.get(url, headers={"accept": "application/fhir+ndjson"})
    assert file.headers["content-type"] == "application/fhir+ndjson"
    assert [json.loads(line)["id"] for line in file.text.splitlines()] == ["pressure"]
    assert (await mei.delete(where)).status_code == 202
    assert (await mei.get(where)).status_code == 404
    assert (await mei.get(url)).status_code == 404


async def test_it_can_be_asked_by_parameters(full: Office, mei: AsyncClient) -> None:
    body = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "_type", "valueString": "Condition"},
            {"name": "patient", "valueReference": {"reference": MEI}},
        ],
    }

    answer = await mei.post("/fhir/R4/Patient/$export", json=body, headers=LATER)
    told = (await done(full, mei, answer.headers["content-location"])).json()

    assert [(each["type"], each["count"]) for each in told["output"]] == [("Condition", 1)]


@pytest.mark.parametrize("path", ["/$export", "/Patient/$export", "/Patient/mei/$export"])
async def test_without_the_wish_to_wait_it_is_refused(mei: AsyncClient, path: str) -> None:
    answer = await mei.get(f"/fhir/R4{path}")

    assert answer.status_code == 400
    assert "respond-async" in answer.text


async def test_nothing_else_is_answered_later(mei: AsyncClient) -> None:
    assert (await mei.get("/fhir/R4/Patient", headers=LATER)).status_code == 422


async def test_a_file_that_broke_off_can_be_fetched_from_there_on(
    full: Office, mei: AsyncClient
) -> None:
    await full.keep(*(observation(f"p{i}", value=i) for i in range(STEP + 7)))
    told = (await done(full, mei, await begin(mei))).json()
    (url,) = (each["url"] for each in told["output"] if each["type"] == "Observation")
    whole = await mei.get(url)
    etag = whole.headers["etag"]

    for first, last in ((0, 9), (100, 45_000), (5_000, 5_000)):
        part = await mei.get(url, headers={"range": f"bytes={first}-{last}", "if-range": etag})
        assert part.status_code == 206
        assert part.content == whole.content[first : last + 1]
        end = first + len(part.content) - 1
        assert part.headers["content-range"] == f"bytes {first}-{end}/{len(whole.content)}"
    rest = await mei.get(url, headers={"range": "bytes=777-"})
    tail = await mei.get(url, headers={"range": "bytes=-50"})
    other = await mei.get(url, headers={"range": "bytes=777-", "if-range": '"another"'})
    beyond = await mei.get(url, headers={"range": f"bytes={len(whole.content)}-"})
    assert rest.content == whole.content[777:]
    assert tail.content == whole.content[-50:]
    assert (other.status_code, other.content) == (200, whole.content)
    assert beyond.status_code == 416


async def test_after_something_was_taken_back_a_fetch_begins_again_without_it(
    full: Office, amara: AsyncClient
) -> None:
    await full.allow(VITALS, visit=None)
    laboratory = await full.allow({Category.LABORATORY}, visit=None)
    told = (await done(full, amara, await begin(amara))).json()
    (url,) = (each["url"] for each in told["output"])
    etag = (await amara.get(url)).headers["etag"]

    await full.records.revoke(MEI_ASKS, laboratory)
    again = await amara.get(url, headers={"range": "bytes=10-", "if-range": etag})

    assert again.status_code == 200
    assert {json.loads(each)["id"] for each in again.text.splitlines()} == {"pulse-1", "pulse-2"}


async def test_a_file_of_many_is_taken_in(full: Office, operator: AsyncClient) -> None:
    lines = [patient("Patient/new"), observation("first", "Patient/new"), {"resourceType": "No"}]
    body = "\n".join(json.dumps(each) for each in lines)
    kind = {"content-type": "application/fhir+ndjson"}

    begun = await operator.post("/fhir/R4/$import", content=body, headers=LATER | kind)
    told = (await done(full, operator, begun.headers["content-location"])).json()
    refused = await operator.get(told["error"][0]["url"])

    assert begun.status_code == 202
    assert [(it["type"], it["count"]) for it in told["output"]] == [
        ("Observation", 1),
        ("Patient", 1),
    ]
    assert json.loads(refused.text)["resourceType"] == "OperationOutcome"


async def test_no_file_is_fetched_from_an_address_and_nobody_else_imports(
    operator: AsyncClient, mei: AsyncClient
) -> None:
    source = [{"name": "inputSource", "valueUri": "http://169.254.169.254/latest"}]
    body = {"resourceType": "Parameters", "parameter": source}

    by_address = await operator.post("/fhir/R4/$import", json=body, headers=LATER)
    as_form = await operator.post("/fhir/R4/$import", data={"a": "b"}, headers=LATER)
    by_mei = await mei.post("/fhir/R4/$import", json=patient(MEI), headers=LATER)

    assert (by_address.status_code, as_form.status_code) == (422, 422)
    assert "addresses" in by_address.text
    assert by_mei.status_code == 403

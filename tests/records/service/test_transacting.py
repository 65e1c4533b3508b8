import asyncio
import base64
from typing import Any

import orjson
import pytest

from asklepion.kit.errors import Conflict, Forbidden, HouseError, Incorrect, NotFound
from asklepion.records import ResourceKept, Stale

from ..conftest import Office
from ..people import (
    AMARA_ASKS,
    JONAS_ASKS,
    MEI,
    MEI_ASKS,
    OPERATOR_ASKS,
    VITALS,
    Resource,
    condition,
    note,
    observation,
    organization,
    practitioner,
)


def entry(method: str, url: str, resource: Resource | None = None, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"request": {"method": method, "url": url}}
    if resource is not None:
        made["resource"] = resource
    if "full_url" in more:
        made["fullUrl"] = more.pop("full_url")
    made["request"] |= more
    return made


def bundle(*entries: Any, type: str = "transaction") -> Resource:
    return {"resourceType": "Bundle", "type": type, "entry": list(entries)}


def statuses(answer: Resource) -> list[str]:
    return [each["response"]["status"][:3] for each in answer["entry"]]


async def test_new_ids_are_given_and_references_follow(full: Office) -> None:
    visit = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": {"reference": MEI},
    }
    pulse = {**observation("x"), "encounter": {"reference": "urn:uuid:1"}}

    answer = await full.records.transact(
        MEI_ASKS,
        bundle(
            entry("POST", "Observation", pulse),
            entry("POST", "Encounter", visit, full_url="urn:uuid:1"),
        ),
    )

    assert answer["type"] == "transaction-response"
    assert statuses(answer) == ["201", "201"]
    kept = [each["response"]["location"].partition("/_history")[0] for each in answer["entry"]]
    read = await full.records.read(MEI_ASKS, *kept[0].split("/"))
    assert read["encounter"]["reference"] == kept[1]
    assert len([e for e in await full.hear() if isinstance(e, ResourceKept)]) == 2


async def test_a_reference_by_search_is_resolved(full: Office) -> None:
    by = {"reference": "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|1234567890"}
    told = {**observation("x"), "performer": [by]}

    answer = await full.records.transact(MEI_ASKS, bundle(entry("POST", "Observation", told)))

    location = answer["entry"][0]["response"]["location"]
    read = await full.records.read(MEI_ASKS, *location.split("/")[:2])
    assert read["performer"] == [{"reference": "Practitioner/amara"}]


@pytest.mark.parametrize(
    "reference", ["Practitioner?identifier=none", "urn:uuid:nowhere", "Patient?family=Weber"]
)
async def test_a_reference_to_nothing_one_may_see_stops_everything(
    full: Office, reference: str
) -> None:
    told = {**observation("x"), "performer": [{"reference": reference}]}
    before = await full.count("records_res")

    with pytest.raises(Incorrect, match="point to nothing"):
        await full.records.transact(MEI_ASKS, bundle(entry("POST", "Observation", told)))
    assert await full.count("records_res") == before


NOTHING = {"resourceType": "Parameters"}


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (entry("POST", "Observation", {**observation("x"), "status": "?"}), Incorrect),
        (entry("POST", "Observation", observation("x", "Patient/jonas")), Forbidden),
        (entry("PUT", "Observation/pulse-1", observation("pulse-1"), ifMatch='W/"9"'), Stale),
        (entry("PUT", "Observation/jonas-pulse", observation("jonas-pulse")), NotFound),
        (entry("DELETE", "Observation/jonas-pulse"), NotFound),
        (entry("DELETE", "Organization/clinic"), Forbidden),
        (entry("PATCH", "Observation/pulse-1"), Incorrect),
        (entry("PATCH", "Observation?code=1", NOTHING), NotFound),
        (entry("PATCH", "Observation/jonas-pulse", NOTHING), NotFound),
        (entry("PUT", "Observation?code=1", observation("x")), NotFound),
        (entry("PUT", "Observation?code=8867-4", observation("x")), Stale),
        (entry("PUT", "Observation?_sort=date", observation("x")), Incorrect),
        (entry("DELETE", "Observation?code=8867-4"), Stale),
        (entry("DELETE", "Observation?category=laboratory"), Incorrect),
        (entry("PUT", "Observation/other", observation("x")), Incorrect),
        (entry("POST", "Condition", observation("x")), Incorrect),
        (entry("POST", "Cat", observation("x")), Incorrect),
        (entry("POST", "Observation"), Incorrect),
        ({"resource": observation("x")}, Incorrect),
        ("junk", Incorrect),
    ],
)
async def test_one_wrong_entry_stops_everything(
    full: Office, bad: Any, kind: type[HouseError]
) -> None:
    await full.hear()
    before = await full.count("records_res")

    with pytest.raises(kind) as refused:
        await full.records.transact(
            MEI_ASKS,
            bundle(
                entry("POST", "Condition", condition("x")),
                entry("DELETE", "Observation/sodium"),
                bad,
            ),
        )

    assert "Entry 3" in refused.value.message or "same resource" in refused.value.message
    assert await full.count("records_res") == before
    assert await full.records.read(MEI_ASKS, "Observation", "sodium")
    assert await full.hear() == []
    assert await full.records.verify() == []


async def test_a_transaction_may_delete_change_add_and_look(full: Office) -> None:
    answer = await full.records.transact(
        MEI_ASKS,
        bundle(
            entry("GET", "Observation/pulse-2"),
            entry("GET", "Observation?_summary=count"),
            entry("POST", "Observation", observation("x")),
            entry("PUT", "Observation/pulse-2", observation("pulse-2", value=5), ifMatch='W/"1"'),
            entry("DELETE", "Observation/pulse-1"),
            entry("GET", "Observation/pulse-1"),
        ),
    )

    assert statuses(answer) == ["200", "200", "201", "200", "204", "410"]
    assert answer["entry"][0]["resource"]["valueQuantity"]["value"] == 5  # as it is afterwards
    assert answer["entry"][1]["resource"]["total"] == 3


async def test_the_same_resource_twice_is_refused(full: Office) -> None:
    twice = [entry("PUT", "Observation/pulse-1", observation("pulse-1"))] * 2

    with pytest.raises(Incorrect, match="same resource"):
        await full.records.transact(MEI_ASKS, bundle(*twice))


async def test_a_conditional_create_points_to_what_it_found(full: Office) -> None:
    doctor = practitioner("Practitioner/new")
    told = {**observation("x"), "performer": [{"reference": "urn:uuid:d"}]}
    search = "identifier=http://hl7.org/fhir/sid/us-npi|1234567890"

    answer = await full.records.transact(
        OPERATOR_ASKS,
        bundle(
            entry("POST", "Practitioner", doctor, full_url="urn:uuid:d", ifNoneExist=search),
            entry("POST", "Observation", told),
        ),
    )

    assert statuses(answer) == ["200", "201"]
    location = answer["entry"][1]["response"]["location"]
    read = await full.records.read(MEI_ASKS, *location.split("/")[:2])
    assert read["performer"] == [{"reference": "Practitioner/amara"}]


async def test_in_a_batch_each_stands_for_itself(full: Office) -> None:
    answer = await full.records.transact(
        MEI_ASKS,
        bundle(
            entry("POST", "Observation", observation("x")),
            entry("POST", "Observation", {**observation("x"), "status": "?"}),
            entry("GET", "Observation/jonas-pulse"),
            "junk",
            entry("GET", "Patient?_id=mei"),
            entry("DELETE", "Observation/pulse-1"),
            type="batch",
        ),
    )

    assert statuses(answer) == ["201", "400", "404", "400", "200", "204"]
    assert answer["entry"][1]["response"]["outcome"]["resourceType"] == "OperationOutcome"
    assert answer["entry"][4]["resource"]["entry"][0]["resource"]["id"] == "mei"


async def test_a_doctor_s_transaction_is_held_to_the_same_rules(full: Office) -> None:
    with pytest.raises(Forbidden):
        await full.records.transact(AMARA_ASKS, bundle(entry("POST", "DocumentReference", note())))
    await full.allow(VITALS)

    answer = await full.records.transact(
        AMARA_ASKS, bundle(entry("POST", "DocumentReference", note()))
    )

    assert statuses(answer) == ["201"]
    with pytest.raises(Forbidden):
        await full.records.transact(
            AMARA_ASKS,
            bundle(
                entry("POST", "DocumentReference", note()),
                entry("POST", "Organization", organization("x")),
            ),
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"resourceType": "Bundle", "type": "collection"},
        {"resourceType": "Bundle"},
        {"resourceType": "Patient"},
        {"resourceType": "Bundle", "type": "batch", "entry": {"a": 1}},
    ],
)
async def test_what_is_no_transaction_is_refused(full: Office, wrong: Resource) -> None:
    with pytest.raises(Incorrect):
        await full.records.transact(JONAS_ASKS, wrong)


async def test_a_transaction_of_nothing_answers_nothing(full: Office) -> None:
    answer = await full.records.transact(MEI_ASKS, bundle())

    assert answer["entry"] == []


async def test_one_transaction_may_use_every_verb_and_every_way_of_naming(full: Office) -> None:
    patch = [{"op": "add", "path": "/note", "value": [{"text": "At rest."}]}]
    binary = {
        "resourceType": "Binary",
        "contentType": "application/json-patch+json",
        "data": base64.b64encode(orjson.dumps(patch)).decode(),
    }
    clinic, urn = "http://elsewhere.example/fhir/Encounter/7", "urn:uuid:new-note"
    visit = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": {"reference": MEI},
    }
    report: dict[str, Any] = {
        "resourceType": "DocumentReference",
        "status": "current",
        "subject": {"reference": MEI},
        "content": [{"attachment": {"contentType": "text/html", "url": urn}}],
        "context": {"encounter": [{"reference": "Encounter/7"}]},
        "text": {
            "status": "generated",
            "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><a href="{clinic}">visit</a></div>',
        },
    }
    binary_of = {**binary, "contentType": "text/plain", "securityContext": {"reference": MEI}}

    answer = await full.records.transact(
        MEI_ASKS,
        bundle(
            entry("GET", "Observation?_id=pulse-1"),
            entry("PATCH", "Observation?date=2026-02-01", binary),
            entry("PUT", "Observation?date=2026-02-03", observation("pulse-2", value=99)),
            entry("POST", "Encounter", visit) | {"fullUrl": clinic},
            entry("POST", "Binary", binary_of) | {"fullUrl": urn},
            entry("POST", "DocumentReference", report)
            | {"fullUrl": "http://elsewhere.example/fhir/DocumentReference/1"},
            entry("DELETE", "Observation?category=laboratory"),
            entry("GET", "Patient/mei/Condition"),
        ),
        wants="representation",
    )

    assert statuses(answer) == ["200", "200", "200", "201", "201", "201", "204", "200"]
    look, patched, put, made, blob, note, _, inside = answer["entry"]
    assert look["resource"]["entry"][0]["resource"]["note"] == [{"text": "At rest."}]
    assert patched["resource"]["note"] == [{"text": "At rest."}]
    assert put["resource"]["id"] == "pulse-2"
    where = f"Encounter/{made['resource']['id']}"
    assert note["resource"]["context"]["encounter"] == [{"reference": where}]
    assert f'href="{where}"' in note["resource"]["text"]["div"]
    attachment = note["resource"]["content"][0]["attachment"]
    assert attachment["url"] == f"Binary/{blob['resource']['id']}"
    assert [e["resource"]["id"] for e in inside["resource"]["entry"]] == ["pressure"]
    with pytest.raises(HouseError):
        await full.records.read(MEI_ASKS, "Observation", "sodium")


async def test_the_same_condition_sent_many_times_at_once_makes_one_resource(
    full: Office,
) -> None:
    ask = [("identifier", "http://a.example|1")]
    new = {**condition("x"), "identifier": [{"system": "http://a.example", "value": "1"}]}
    request = entry("POST", "Condition", new, ifNoneExist="identifier=http://a.example|1")

    async def by_transaction() -> None:
        for _ in range(5):
            try:
                await full.records.transact(MEI_ASKS, bundle(request))
                return
            except Conflict:  # somebody else was first: once more
                continue

    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(full.records.create(MEI_ASKS, new, if_none_exist=ask))
            group.create_task(by_transaction())

    found = await full.records.search(MEI_ASKS, "Condition", ask)
    assert len(found.entries) == 1

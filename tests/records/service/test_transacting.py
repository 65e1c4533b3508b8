from typing import Any

import pytest

from asklepion.kit.errors import Forbidden, HouseError, Incorrect, NotFound, Unsupported
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


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (entry("POST", "Observation", {**observation("x"), "status": "?"}), Incorrect),
        (entry("POST", "Observation", observation("x", "Patient/jonas")), Forbidden),
        (entry("PUT", "Observation/pulse-1", observation("pulse-1"), ifMatch='W/"9"'), Stale),
        (entry("PUT", "Observation/jonas-pulse", observation("jonas-pulse")), NotFound),
        (entry("DELETE", "Observation/jonas-pulse"), NotFound),
        (entry("DELETE", "Organization/clinic"), Forbidden),
        (entry("PATCH", "Observation/pulse-1"), Unsupported),
        (entry("PUT", "Observation?code=1", observation("x")), Unsupported),
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

    with pytest.raises(kind):
        await full.records.transact(
            MEI_ASKS,
            bundle(
                entry("POST", "Condition", condition("x")),
                entry("DELETE", "Observation/sodium"),
                bad,
            ),
        )

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

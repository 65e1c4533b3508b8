"""What may not be seen must answer exactly like what does not exist, by every way there is."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import HouseError
from asklepion.records import Asking, Category, Choice, Label

from ..conftest import Office, open_office
from ..people import (
    AMARA,
    AMARA_ASKS,
    BORIS,
    BORIS_ASKS,
    JONAS,
    JONAS_ASKS,
    MEI,
    OPERATOR_ASKS,
    TRAINEE_ASKS,
    Resource,
    condition,
    observation,
    organization,
    patient,
    practitioner,
)

ENCOUNTER = {
    "resourceType": "Encounter",
    "id": "visit",
    "status": "finished",
    "class": {"code": "AMB"},
    "subject": {"reference": MEI},
}
ABOUT_MEI: tuple[Resource, ...] = (
    patient(MEI),
    observation("pulse-1", value=72, at="2026-02-01"),
    observation("pulse-2", value=91, at="2026-02-03"),
    observation("sodium", kind="laboratory", value=140, at="2026-02-02"),
    {**observation("during", value=77), "encounter": {"reference": "Encounter/visit"}},
    condition("pressure"),
    ENCOUNTER,
)
OTHERS: tuple[Resource, ...] = (
    organization(),
    practitioner(),
    patient(JONAS, "Weber", "1955-12-24"),
    observation("jonas-pulse", JONAS, value=64, at="2026-02-04"),
)

# Every type and way of asking; each must be answered as if the hidden were not there.
READS = [
    ("Patient", "mei"),
    ("Observation", "pulse-1"),
    ("Observation", "sodium"),
    ("Condition", "pressure"),
    ("Encounter", "visit"),
]
SEARCHES: list[tuple[str, list[tuple[str, str]]]] = [
    ("Patient", []),
    ("Patient", [("family", "Lin")]),
    ("Patient", [("birthdate", "1980-04-02")]),
    ("Patient", [("_id", "mei")]),
    ("Patient", [("_id", "mei,jonas")]),
    ("Patient", [("_sort", "birthdate")]),
    ("Patient", [("_has:Observation:patient:code", "8867-4")]),
    ("Patient", [("_has:Condition:patient:code", "38341003")]),
    ("Patient", [("_revinclude", "Observation:patient")]),
    ("Observation", []),
    ("Observation", [("patient", MEI)]),
    ("Observation", [("subject", MEI), ("code", "8867-4")]),
    ("Observation", [("code", "http://loinc.org|8867-4")]),
    ("Observation", [("category", "laboratory")]),
    ("Observation", [("value-quantity", "gt70")]),
    ("Observation", [("date", "ge2026-02-01"), ("_sort", "-date"), ("_count", "1")]),
    ("Observation", [("_sort", "date")]),
    ("Observation", [("_lastUpdated", "ge2026-01-01")]),
    ("Observation", [("patient.family", "Lin")]),
    ("Observation", [("subject:Patient.birthdate", "1980-04-02")]),
    ("Observation", [("encounter.status", "finished")]),
    ("Observation", [("_include", "Observation:subject")]),
    ("Observation", [("_include", "Observation:encounter")]),
    ("Observation", [("_include", "*")]),
    ("Condition", [("patient", MEI), ("_include", "Condition:subject")]),
    ("Condition", [("code:not", "90560007")]),
    ("Encounter", [("status", "finished"), ("_revinclude", "Observation:encounter")]),
    ("Organization", []),
    ("Practitioner", [("_revinclude", "*")]),
    ("", []),
    ("", [("_type", "Observation,Condition"), ("_sort", "-code,_id")]),
    ("", [("_content", "Lin"), ("_type", "Patient,Observation")]),
    ("Observation", [("_sort", "code,-_id")]),
    ("Observation", [("_sort", "subject,_id"), ("_count", "1")]),
    ("Observation", [("subject:missing", "true")]),
    ("Observation", [("patient:missing", "false")]),
    ("Observation", [("code-value-quantity", "8867-4$gt70")]),
    ("Observation", [("_include:iterate", "*"), ("_id", "during")]),
    ("Organization", [("_revinclude:iterate", "*")]),
    ("Patient", [("_has:Observation:patient:encounter.status", "finished")]),
]
TOTALS: list[list[tuple[str, str]]] = [[], [("_total", "accurate")], [("_summary", "count")]]


def without_stamps(resource: Resource) -> Resource:
    return {k: v for k, v in resource.items() if k != "meta"}


async def answer(work: Any) -> Any:
    """What a caller can tell of an answer, be it an error."""
    try:
        return await work
    except HouseError as error:
        return (type(error).__name__, error.message, error.hint)


async def search(office: Office, asking: Asking, type: str, params: Any) -> Any:
    async def ask() -> Any:
        found = await office.records.search(asking, type, params)
        entries = [without_stamps(each) for each in found.entries]
        if "_sort" not in dict(params):  # then the order is that of keeping, each house its own
            entries.sort(key=lambda each: each["id"])
        return (
            entries,
            sorted(orjson.dumps(without_stamps(each)) for each in found.included),
            found.total,
            found.next is not None,
        )

    return await answer(ask())


async def history(office: Office, asking: Asking, *what: str) -> Any:
    async def ask() -> Any:
        page = await office.records.history(asking, *what)
        return sorted((row.reference, row.version, row.deleted) for row in page.rows)

    return await answer(ask())


async def summary(office: Office, asking: Asking, id: str) -> Any:
    async def ask() -> Any:
        document = (await office.records.summaries.of(asking, id, base="")).document()
        return sorted(orjson.dumps(without_stamps(it["resource"])) for it in document["entry"][1:])

    return await answer(ask())


async def everything(office: Office, asking: Asking) -> dict[str, Any]:
    """Every answer by every way, by its name."""
    records = office.records
    told: dict[str, Any] = {}

    async def read(type: str, id: str) -> Any:
        return without_stamps(await records.read(asking, type, id))

    async def vread(type: str, id: str, version: int) -> Any:
        return without_stamps(await records.vread(asking, type, id, version))

    for type, id in READS:
        name = f"{type}/{id}"
        told[name] = await answer(read(type, id))
        told[f"{name} v1"] = await answer(vread(type, id, 1))
        patch = [{"op": "test", "path": "/status", "value": "guessed"}]
        told[f"patch {name}"] = await answer(records.patch(asking, type, id, patch))
        told[f"patch {name} of another version"] = await answer(
            records.patch(asking, type, id, patch, if_match=7)
        )
        told[f"delete where {name}"] = await answer(
            records.delete_where(asking, type, [("_id", id), ("code", "guessed")])
        )
        told[f"{name} v7"] = await answer(vread(type, id, 7))
        told[f"{name} history"] = await history(office, asking, type, id)
        told[f"delete {name} of another version"] = await answer(
            records.delete(asking, type, id, if_match=99)
        )
        entry = {"request": {"method": "GET", "url": name}}
        for kind in ("batch", "transaction"):
            bundle = {"resourceType": "Bundle", "type": kind, "entry": [entry]}
            (got,) = (await records.transact(asking, bundle))["entry"]
            got.get("resource", {}).pop("meta", None)
            told[f"{kind} {name}"] = got
    for type, params in SEARCHES:
        for total in TOTALS:
            asked = [*params, *total]
            told[f"{type}?{asked}"] = await search(office, asking, type, asked)
    for what in ((), ("Observation",), ("Patient",)):
        told[f"history {what}"] = await history(office, asking, *what)
    for id in ("mei", "jonas"):
        told[f"summary {id}"] = await summary(office, asking, id)
    told["permit"] = await records.permits(asking, MEI)
    told["watch"] = [item async for item in records.watch(asking, MEI)]
    told["accesses"] = await answer(records.accesses(asking, MEI))
    told["given"] = await answer(records.given(asking, MEI))
    for resource in (observation("pulse-1"), condition("pressure"), patient(MEI, "New")):
        told[f"put {resource['id']}"] = await answer(records.update(asking, resource))
        told[f"put {resource['id']} v1"] = await answer(
            records.update(asking, resource, if_match=1)
        )
    link = {**observation("x"), "subject": {"reference": "Patient?family=Lin"}}
    told["conditional reference"] = await answer(transact(office, asking, link))
    told["if none exist"] = await answer(
        records.create(asking, observation("x"), if_none_exist=[("code", "8867-4")])
    )
    return told


async def transact(office: Office, asking: Asking, resource: Resource) -> Any:
    entry = {"resource": resource, "request": {"method": "POST", "url": "Observation"}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    return await office.records.transact(asking, bundle)


@pytest.fixture
async def two(
    database_url: str, tmp_path: Path, clock: StoppedClock, request: pytest.FixtureRequest
) -> AsyncGenerator[tuple[Office, Office]]:
    """One house where she is known, and one where nobody ever heard of her."""
    (tmp_path / "there").mkdir()
    (tmp_path / "empty").mkdir()
    async with AsyncOffices(database_url, tmp_path / "there", clock) as there:
        await there.keep(*ABOUT_MEI, *OTHERS)
        # The other house is on SQLite in any case: an answer tells nothing of its database.
        async with AsyncOffices("", tmp_path / "empty", clock) as empty:
            await empty.keep(*OTHERS)
            yield there, empty


@asynccontextmanager
async def AsyncOffices(url: str, folder: Path, clock: StoppedClock) -> AsyncGenerator[Office]:
    office = await open_office(url, folder, clock)
    yield office
    await office.records.stop()
    await office.db.close()


def assert_same(there: dict[str, Any], empty: dict[str, Any]) -> None:
    for name, told in there.items():
        assert told == empty[name], name


@pytest.mark.parametrize(
    "asking",
    [AMARA_ASKS, BORIS_ASKS, TRAINEE_ASKS, JONAS_ASKS],
    ids=["doctor without a permit", "another doctor", "trainee", "another patient"],
)
async def test_whoever_is_not_allowed_cannot_tell_her_from_nobody(
    two: tuple[Office, Office], asking: Asking
) -> None:
    there, empty = two

    assert_same(await everything(there, asking), await everything(empty, asking))


async def test_an_operator_who_only_looks_cannot_tell_either(two: tuple[Office, Office]) -> None:
    there, empty = two
    looks = ("put", "delete", "conditional", "if none")

    told = [await everything(office, OPERATOR_ASKS) for office in (there, empty)]

    seen, nothing = ({k: v for k, v in t.items() if not k.startswith(looks)} for t in told)
    assert_same(seen, nothing)


async def test_after_it_is_taken_back_it_is_as_if_she_were_not_there(
    two: tuple[Office, Office],
) -> None:
    there, empty = two
    consent = await there.allow(frozenset(Category))
    assert (await there.records.search(AMARA_ASKS, "Observation", [])).entries

    await there.records.revoke(there_is(MEI), consent)

    assert_same(await everything(there, AMARA_ASKS), await everything(empty, AMARA_ASKS))


async def test_after_its_time_it_is_as_if_she_were_not_there(two: tuple[Office, Office]) -> None:
    there, empty = two
    await there.allow(frozenset(Category), minutes=30)
    assert (await there.records.search(AMARA_ASKS, "Observation", [])).entries

    there.wait(30)

    assert_same(await everything(there, AMARA_ASKS), await everything(empty, AMARA_ASKS))


def there_is(person: str) -> Asking:
    from ..people import MEI_ASKS

    assert MEI_ASKS.caller.person == person
    return MEI_ASKS


@pytest.mark.parametrize(
    ("categories", "kept"),
    [
        ({Category.VITALS}, {"pulse-1", "pulse-2", "during"}),
        ({Category.LABORATORY, Category.CONDITIONS}, {"sodium", "pressure"}),
        ({Category.DEMOGRAPHICS}, {"mei"}),
        ({Category.VISITS, Category.VITALS}, {"visit", "during", "pulse-1", "pulse-2"}),
    ],
)
async def test_with_some_categories_it_is_as_if_the_rest_were_not_there(
    two: tuple[Office, Office], categories: set[Category], kept: set[str]
) -> None:
    there, empty = two
    await empty.keep(*(each for each in ABOUT_MEI if each["id"] in kept))
    for office in (there, empty):
        await office.allow(categories)
    by_name = ("watch", "permit")  # a stream that stays open; an id of a consent

    told: list[dict[str, Any]] = []
    for office in (there, empty):
        told.append(await only_looks(office, AMARA_ASKS))

    seen, nothing = ({k: v for k, v in t.items() if k not in by_name} for t in told)
    assert_same(seen, nothing)


EVERYTHING = Choice(actors=(AMARA,), purposes=("TREAT",))
ALL: set[str] = {str(each["id"]) for each in ABOUT_MEI}
HIDDEN: list[tuple[list[Choice], set[str]]] = [
    ([EVERYTHING, Choice(is_denial=True, things=("Observation/sodium",))], {"sodium"}),
    ([EVERYTHING, Choice(is_denial=True, things=("Encounter/visit",))], {"visit"}),
    ([EVERYTHING, Choice(is_denial=True, labels=frozenset({Label.PSY}))], {"pressure"}),
    ([EVERYTHING, Choice(is_denial=True, labels=frozenset({Label.R}))], {"pressure"}),
    (
        [EVERYTHING, Choice(is_denial=True, made_until="2026-02-01")],
        {"pulse-1", "mei", "visit", "pressure"},
    ),
    (
        [EVERYTHING, Choice(is_denial=True, categories=frozenset({Category.VITALS}), but=(BORIS,))],
        {"pulse-1", "pulse-2", "during"},
    ),
    (
        [replace(EVERYTHING, things=("Observation/pulse-2", "Patient/mei"))],
        ALL - {"pulse-2", "mei"},
    ),
    ([replace(EVERYTHING, labels=frozenset({Label.N}))], {"pressure"}),
    ([replace(EVERYTHING, made_from="2026-02-02")], {"pulse-1", "mei", "visit", "pressure"}),
]


@pytest.mark.parametrize(("choices", "hidden"), HIDDEN, ids=range(len(HIDDEN)))
async def test_what_one_part_of_a_consent_hides_is_as_if_it_were_not_there(
    two: tuple[Office, Office], choices: list[Choice], hidden: set[str]
) -> None:
    there, empty = two
    sad = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "F32.1"}]}
    delicate = [{**it, "code": sad} if it["id"] == "pressure" else it for it in ABOUT_MEI]
    await there.keep(*delicate)
    for every in (ABOUT_MEI, delicate):  # as many versions there as here
        await empty.keep(*(it for it in every if it["id"] not in hidden))
    for office in (there, empty):
        for choice in choices:
            await office.records.consents.say(there_is(MEI), MEI, choice)

    told = [await only_looks(office, AMARA_ASKS) for office in (there, empty)]

    # A version from before may have been less delicate: whoever may see that one, sees it.
    seen, nothing = ({k: v for k, v in t.items() if "Condition/pressure h" not in k} for t in told)
    assert_same(seen, nothing)
    assert any(it for name, it in told[0].items() if "Observation?" in name)


async def only_looks(office: Office, asking: Asking) -> dict[str, Any]:
    """Every search and reading."""
    told: dict[str, Any] = {}
    for type, params in SEARCHES:
        for total in TOTALS:
            asked = [*params, *total]
            told[f"{type}?{asked}"] = await search(office, asking, type, asked)
    for type, id in READS:
        told[f"{type}/{id} history"] = await history(office, asking, type, id)
        bundle = {"resourceType": "Bundle", "type": "batch"}
        entry = {"request": {"method": "GET", "url": f"{type}/{id}"}}
        (got,) = (await office.records.transact(asking, {**bundle, "entry": [entry]}))["entry"]
        got.get("resource", {}).pop("meta", None)
        told[f"{type}/{id}"] = got
    return told


async def test_a_look_costs_the_same_whether_hidden_or_not_there(
    two: tuple[Office, Office],
) -> None:
    """One entry in the log and one commit, either way: time tells nothing."""
    there, _ = two

    async def entries(id: str) -> int:
        before = await there.count("records_access")
        await answer(there.records.read(AMARA_ASKS, "Observation", id))
        return await there.count("records_access") - before

    assert await entries("pulse-1") == await entries("there-is-none") == 1

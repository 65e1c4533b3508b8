"""What an app was not given is, for it, as if it were not there; and it writes nothing else."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from asklepion.identity import App
from asklepion.identity.engine.scopes import parse_all
from asklepion.kit.clock import StoppedClock, to_us
from asklepion.kit.errors import Forbidden, HouseError, NotFound
from asklepion.records import Asking, Category
from asklepion.records.engine import compile_search
from asklepion.records.engine.meeting import meets
from asklepion.records.store import search as store_search
from asklepion.records.store.sight import Sight

from ..conftest import Office
from ..people import (
    AMARA_ASKS,
    JONAS,
    JONAS_ASKS,
    MEI,
    MEI_ASKS,
    OPERATOR_ASKS,
    Resource,
    condition,
    note,
    observation,
)
from .test_leaks import ABOUT_MEI, OTHERS, AsyncOffices, answer, assert_same, only_looks

LABORATORY = "category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory"
VITALS = "category=vital-signs"
EVERYBODY = (*ABOUT_MEI, *OTHERS)


def through(asking: Asking, scopes: str, patient: str = "") -> Asking:
    """The same person, by an app that was given this."""
    app = App(client="app-1", name="An app", scopes=parse_all(scopes.split()), patient=patient)
    return replace(asking, caller=replace(asking.caller, app=app))


def is_type(*types: str) -> Callable[[Resource], bool]:
    return lambda it: it["resourceType"] in types


def is_kind(kind: str) -> Callable[[Resource], bool]:
    def fits(it: Resource) -> bool:
        return it["resourceType"] == "Observation" and (
            it["category"][0]["coding"][0]["code"] == kind
        )

    return fits


def is_not_jonas(it: Resource) -> bool:
    return it["id"] not in ("jonas", "jonas-pulse")


CASES: dict[str, tuple[Asking, str, str, Callable[[Resource], bool]]] = {
    "her own app, laboratory alone": (
        MEI_ASKS,
        f"patient/Observation.rs?{LABORATORY}",
        MEI,
        is_kind("laboratory"),
    ),
    "her own app, some types": (
        MEI_ASKS,
        "patient/Patient.rs patient/Condition.rs patient/Encounter.rs",
        MEI,
        is_type("Patient", "Condition", "Encounter"),
    ),
    "a doctor's app, about whomever he may see, vital signs": (
        AMARA_ASKS,
        f"user/Observation.rs?{VITALS} user/Patient.rs",
        "",
        lambda it: is_kind("vital-signs")(it) or it["resourceType"] == "Patient",
    ),
    "a doctor's app, about one of two": (AMARA_ASKS, "patient/*.rs", MEI, is_not_jonas),
    "a doctor's app, two narrow scopes": (
        AMARA_ASKS,
        f"user/Observation.rs?{LABORATORY} user/Observation.rs?code=8867-4&date=ge2026-02-03",
        "",
        lambda it: is_kind("laboratory")(it) or it["id"] in ("pulse-2", "during", "jonas-pulse"),
    ),
    "an app that was given nothing here": (MEI_ASKS, "patient/Coverage.rs", MEI, lambda _: False),
}


SHOWN = frozenset(Category) - {Category.CONSENTS}


async def every_look(office: Office, asking: Asking) -> dict[str, Any]:
    """Searches, reads, histories, older versions, $everything, bundles."""
    told = await only_looks(office, asking)
    records = office.records

    async def look(*path: str) -> Any:
        seen = await records.look(asking, path, [], base="")
        if seen.row:
            return seen.row.reference
        entries = (seen.bundle or {}).get("entry", [])
        return sorted(entry["fullUrl"] for entry in entries)

    paths = [("Patient", "mei", "$everything"), ("Patient", "mei", "Observation")]
    paths += [("Patient", "mei", "*"), ("_history",), ("Observation", "_history")]
    for each in EVERYBODY:
        type, id = each["resourceType"], each["id"]
        paths += [(type, id), (type, id, "_history"), (type, id, "_history", "1")]
    for path in paths:
        told["/".join(path)] = await answer(look(*path))
    return told


@pytest.fixture
async def two(
    database_url: str, tmp_path: Path, clock: StoppedClock
) -> AsyncGenerator[tuple[Office, Office]]:
    """One house with everything, and an empty one."""
    (tmp_path / "whole").mkdir()
    (tmp_path / "part").mkdir()
    async with (
        AsyncOffices(database_url, tmp_path / "whole", clock) as whole,
        AsyncOffices("", tmp_path / "part", clock) as part,
    ):
        await whole.keep(*EVERYBODY)
        yield whole, part


@pytest.mark.parametrize("case", CASES)
async def test_an_app_sees_a_house_without_what_it_was_not_given(
    two: tuple[Office, Office], case: str
) -> None:
    whole, part = two
    asking, scopes, patient, is_given = CASES[case]
    await part.keep(*(each for each in EVERYBODY if is_given(each)))
    if asking is AMARA_ASKS:  # but for the consents themselves, which each house calls otherwise
        for office in (whole, part):
            for patient_asks in (MEI_ASKS, JONAS_ASKS):
                await office.allow(SHOWN, asking=patient_asks, visit=None)

    seen = await every_look(whole, through(asking, scopes, patient))

    assert_same(seen, await every_look(part, asking))


async def test_an_app_sees_nothing_that_its_person_may_not(full: Office) -> None:
    app = through(AMARA_ASKS, "user/*.cruds patient/*.cruds", MEI)

    assert_same(await only_looks(full, app), await only_looks(full, AMARA_ASKS))
    with pytest.raises(NotFound):
        await full.records.read(app, "Patient", "mei")


async def test_reading_and_searching_are_two_things(full: Office) -> None:
    reads, searches = through(MEI_ASKS, "user/*.r"), through(MEI_ASKS, "user/*.s")

    assert (await full.records.read(reads, "Patient", "mei"))["id"] == "mei"
    assert (await full.records.history(reads, "Patient", "mei")).rows
    assert not (await full.records.search(reads, "Patient", [("_total", "accurate")])).total
    assert not (await full.records.history(reads, "Patient")).rows
    assert (await full.records.search(searches, "Patient", [])).entries
    for work in (
        full.records.read(searches, "Patient", "mei"),
        full.records.vread(searches, "Patient", "mei", 1),
        full.records.history(searches, "Patient", "mei"),
    ):
        with pytest.raises(NotFound):
            await work


async def test_an_older_version_counts_by_what_it_said_and_by_what_it_says_now(
    office: Office,
) -> None:
    changing = [observation("a", kind="laboratory"), observation("a", kind="vital-signs")]
    await office.keep(changing[0], observation("b", kind="vital-signs"))
    await office.keep(changing[1], observation("b", kind="laboratory", value=80))
    await office.keep(observation("b", kind="laboratory", value=81))
    app = through(MEI_ASKS, f"patient/Observation.rs?{LABORATORY}", MEI)

    async def seen(*what: str) -> list[str]:
        page = await office.records.history(app, *what)
        return sorted(f"{row.id}/{row.version}" for row in page.rows)

    assert await seen("Observation") == ["b/2", "b/3"]
    assert await seen("Observation", "b") == ["b/2", "b/3"]
    for id, version in (("a", 1), ("a", 2), ("b", 1)):
        with pytest.raises(NotFound):
            await office.records.vread(app, "Observation", id, version)
    assert (await office.records.vread(app, "Observation", "b", 2))["id"] == "b"


async def refused(work: Any) -> type[HouseError] | None:
    try:
        await work
    except HouseError as error:
        return type(error)
    return None


async def test_an_app_writes_only_what_it_was_given_to_write(full: Office) -> None:
    records = full.records
    new = {**observation("x", kind="laboratory"), "id": None}
    del new["id"]

    async def create(scopes: str, resource: Resource = new, patient: str = MEI) -> Any:
        return await refused(records.create(through(MEI_ASKS, scopes, patient), resource))

    assert await create("patient/*.c") is None
    assert await create(f"patient/Observation.c?{LABORATORY}") is None
    assert await create(f"patient/Observation.c?{VITALS}") is Forbidden
    assert await create("patient/Observation.ruds") is Forbidden
    assert await create("patient/Condition.c") is Forbidden
    assert await create("patient/*.c", patient=JONAS) is Forbidden
    assert await create("patient/*.c", patient="") is Forbidden


async def test_an_app_changes_and_removes_only_what_it_was_given(full: Office) -> None:
    records = full.records
    mine = await records.create(MEI_ASKS, observation("x", kind="laboratory"))
    changed = {**observation(mine.id, kind="laboratory", value=1.5)}
    elsewhere = {**observation(mine.id, kind="vital-signs", value=1.5)}
    patch = [{"op": "replace", "path": "/valueQuantity/value", "value": 3}]
    narrow = f"patient/Observation.ruds?{LABORATORY}"

    def by(scopes: str) -> Asking:
        return through(MEI_ASKS, scopes, MEI)

    assert await refused(records.update(by("patient/*.crds"), changed)) is NotFound
    assert await refused(records.update(by(f"patient/Observation.u?{VITALS}"), changed)) is NotFound
    assert await refused(records.update(by(narrow), elsewhere)) is Forbidden
    assert await refused(records.update(by(narrow), changed)) is None
    assert (
        await refused(records.patch(by("patient/*.u"), "Observation", mine.id, patch)) is NotFound
    )
    assert await refused(records.patch(by(narrow), "Observation", mine.id, patch)) is None
    assert await refused(records.delete(by("patient/*.crus"), "Observation", mine.id)) is NotFound
    this = ("Observation", [("_id", mine.id)])
    assert await records.delete_where(by("patient/*.d"), *this) == 0
    assert await refused(records.delete_where(by("patient/*.crus"), *this)) is Forbidden
    assert await refused(records.delete(by(narrow), "Observation", mine.id)) is None


async def test_a_transaction_by_an_app_is_kept_whole_or_not_at_all(full: Office) -> None:
    def entry(resource: Resource) -> dict[str, Any]:
        return {
            "resource": resource,
            "request": {"method": "POST", "url": resource["resourceType"]},
        }

    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [entry(observation("x")), entry(condition("y"))],
    }
    before = await full.count("records_res")

    with pytest.raises(Forbidden, match="Entry 2"):
        await full.records.transact(through(MEI_ASKS, "patient/Observation.c", MEI), bundle)

    assert await full.count("records_res") == before


async def test_an_operator_s_app_changes_nothing_beyond_its_scopes(full: Office) -> None:
    app = through(OPERATOR_ASKS, "user/Organization.cruds")
    narrow = through(OPERATOR_ASKS, f"user/Observation.cu?{LABORATORY}")
    taken, new = (observation(id, kind="laboratory") for id in ("pulse-1", "brought-in"))

    assert await refused(full.records.update(narrow, new)) is None
    assert await refused(full.records.update(narrow, taken)) is Forbidden
    assert await refused(full.records.update(app, observation("pulse-1", value=1))) is Forbidden
    assert await refused(full.records.delete(app, "Condition", "pressure")) is NotFound
    assert await refused(full.records.create(app, {"resourceType": "Location"})) is Forbidden


def consent() -> Resource:
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": {"coding": [{"code": "patient-privacy"}]},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
        "patient": {"reference": MEI},
        "policyRule": {"coding": [{"code": "OPTIN"}]},
        "provision": {
            "type": "permit",
            "actor": [
                {
                    "role": {"coding": [{"code": "IRCP"}]},
                    "reference": {"reference": "Practitioner/amara"},
                }
            ],
        },
    }


async def test_everything_does_not_mean_to_give_away_consents(full: Office) -> None:
    by_all = through(MEI_ASKS, "patient/*.cruds user/*.cruds", MEI)
    by_name = through(MEI_ASKS, "patient/Consent.cruds", MEI)
    standing = await full.allow({Category.VITALS}, visit=None)
    held = await full.records.read(MEI_ASKS, "Consent", standing)

    assert await refused(full.records.create(by_all, consent())) is Forbidden
    assert await refused(full.records.update(by_all, {**held, "status": "inactive"})) is NotFound
    assert await refused(full.records.delete(by_all, "Consent", standing)) is NotFound
    assert await full.records.permits(AMARA_ASKS, MEI) is not None
    assert await refused(full.records.create(by_name, consent())) is None


async def test_an_app_leaves_nothing_behind_that_outlives_its_token(full: Office) -> None:
    wanted = {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "x",
        "criteria": "Observation?",
        "channel": {"type": "rest-hook", "endpoint": "https://app.example"},
    }
    app = through(OPERATOR_ASKS, "user/*.cruds user/Subscription.cruds")

    assert await refused(full.records.create(app, wanted)) is Forbidden


async def test_a_doctor_s_note_by_an_app_is_his_own_and_the_app_s_to_write(full: Office) -> None:
    await full.allow({Category.NOTES})
    may = through(AMARA_ASKS, "patient/DocumentReference.c", MEI)
    may_not = through(AMARA_ASKS, "patient/Observation.cruds", MEI)

    assert await refused(full.records.create(may, note())) is None
    assert await refused(full.records.create(may_not, note())) is Forbidden


@pytest.mark.parametrize(
    ("text", "categories"),
    [
        ("patient/Observation.rs?" + LABORATORY, ("laboratory",)),
        ("patient/MedicationRequest.rs", ("medicines",)),
        ("patient/Observation.rs?_has:Provenance:target:agent=x", None),
        ("patient/Observation.rs?subject.name=Lin", None),
        ("patient/Observation.rs?_include=*", None),
        ("patient/Observation.rs?_count=1", None),
        ("patient/Observation.rs?no-such=1", None),
        ("patient/Observation.rs?code:in=http://hl7.org/nowhere", None),
        ("patient/Nothing.rs", None),
        ("patient/Subscription.cu", None),
    ],
)
async def test_only_scopes_that_can_be_kept_are_understood(
    office: Office, text: str, categories: tuple[str, ...] | None
) -> None:
    (scope,) = parse_all([text])

    assert office.records.scoping.judge(scope) == categories


async def test_a_scope_that_cannot_be_kept_opens_nothing(full: Office) -> None:
    app = through(MEI_ASKS, "patient/Observation.rs?subject.name=Lin patient/Nothing.rs", MEI)

    assert not (await full.records.search(app, "Observation", [])).entries
    assert not (await full.records.search(app, "", [])).entries


SEARCHES = [
    ("Observation", "category", "laboratory"),
    ("Observation", "category:not", "laboratory"),
    ("Observation", "code", "http://loinc.org|8867-4"),
    ("Observation", "code:text", "heart"),
    ("Observation", "status", "final"),
    ("Observation", "date", "ge2026-02-02"),
    ("Observation", "date", "lt2026-02-03"),
    ("Observation", "value-quantity", "gt70"),
    ("Observation", "value-quantity", "72|http://unitsofmeasure.org|/min"),
    ("Observation", "code-value-quantity", "8867-4$gt72"),
    ("Observation", "subject", "Patient/mei"),
    ("Observation", "encounter:missing", "true"),
    ("Observation", "_id", "pulse-1,during"),
    ("Observation", "_lastUpdated", "ge2020"),
    ("Patient", "family", "Li"),
    ("Patient", "family:exact", "Lin"),
    ("Patient", "family:contains", "i"),
    ("Patient", "birthdate", "1980-04-02"),
    ("Patient", "gender:not", "male"),
    ("Condition", "code", "38341003"),
    ("Condition", "recorded-date", "2025"),
]


async def test_a_row_is_decided_alike_by_the_database_and_without_it(office: Office) -> None:
    """Older versions and what is written are decided by hand, the rest by the database."""
    await office.keep(*EVERYBODY)
    indexer = office.records.scoping.indexer

    for type, name, value in SEARCHES:
        params = [(name, value), ("_count", "100")]
        plan = compile_search(type, params, indexer=indexer, now=office.clock.now())
        async with office.db.read() as tx:
            page, _, _ = await store_search.find_page(tx, plan, ANYTHING)
        found = {row.id for row in page}
        for each in EVERYBODY:
            if each["resourceType"] != type:
                continue
            own = {"key": indexer.key_of(type, each["id"]), "type": type, "id": each["id"]}
            own["updated_at"] = to_us(office.clock.now())
            index = indexer.index(each)
            decided = all(meets(it, plan.values, index, own) for it in plan.shape.clauses)
            assert decided == (each["id"] in found), (type, name, value, each["id"])


class SeesAll(Sight):
    @property
    def condition(self) -> str:
        return "1 = 1"


ANYTHING = SeesAll()


async def test_an_app_reads_her_access_log_only_where_it_was_given_audit_events(
    office: Office,
) -> None:
    await office.keep(*ABOUT_MEI)
    asked = ["AuditEvent"], [("patient", "mei")]
    whole = await office.records.look(MEI_ASKS, *asked, base="http://a.example")
    id = orjson.loads(orjson.dumps(whole.bundle))["entry"][0]["resource"]["id"]
    blind, given = (
        through(MEI_ASKS, "patient/Patient.rs", MEI),
        through(MEI_ASKS, "patient/AuditEvent.rs", MEI),
    )

    nothing = await office.records.look(blind, *asked, base="http://a.example")
    assert "entry" not in (nothing.bundle or {})
    with pytest.raises(NotFound):
        await office.records.look(blind, ["AuditEvent", id], [], base="http://a.example")
    seen = await office.records.look(given, *asked, base="http://a.example")
    assert (seen.bundle or {})["entry"]
    assert (await office.records.look(given, ["AuditEvent", id], [], base="http://a.example")).row


async def test_an_app_that_may_write_everything_makes_nobody_a_guardian(office: Office) -> None:
    await office.keep(*ABOUT_MEI)
    guardian: Resource = {
        "resourceType": "RelatedPerson",
        "patient": {"reference": MEI},
        "relationship": [{"coding": [{"code": "GUARD"}]}],
    }

    with pytest.raises(Forbidden):
        await office.records.create(through(MEI_ASKS, "patient/*.cruds", MEI), guardian)

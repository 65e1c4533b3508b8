"""Bulk export: exactly what the caller may see, decided again whenever a file is fetched."""

import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from asklepion.identity import Role
from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Gone, HouseError, Incorrect, NotFound, Unsupported
from asklepion.records import Asking, Category, Ground
from asklepion.records.service.bulk import exporting
from asklepion.records.service.bulk.jobs import TooMany
from asklepion.records.store.bulk import DONE, FAILED
from tests.records.conftest import Office, open_office
from tests.records.people import (
    AMARA,
    AMARA_ASKS,
    BORIS_ASKS,
    JONAS,
    JONAS_ASKS,
    MEI,
    MEI_ASKS,
    OPERATOR_ASKS,
    TRAINEE_ASKS,
    VITALS,
    caller,
    condition,
    group_of,
    observation,
    organization,
    patient,
)
from tests.records.service.test_leaks import ABOUT_MEI, OTHERS

Params = list[tuple[str, str]]


async def begin(
    office: Office,
    asking: Asking,
    level: str = "system",
    params: Params | None = None,
    of: str = "",
) -> str:
    exports = office.records.bulk.exports
    job, _ = await exports.begin(asking, level, params or [], request="http://house", group=of)
    return job.id


async def export(
    office: Office,
    asking: Asking,
    level: str = "system",
    params: Params | None = None,
    of: str = "",
) -> tuple[str, dict[str, Any]]:
    """A finished job and its manifest."""
    id = await begin(office, asking, level, params, of)
    await office.records.bulk.work()
    return id, await office.records.bulk.exports.manifest(asking, id, "http://files")


async def fetch(office: Office, asking: Asking, id: str, type: str, part: int = 0) -> bytes:
    exports = office.records.bulk.exports
    file = await exports.file(asking, id, type, part)
    text = b"".join([block async for block in exports.send(file)])
    assert len(text) == file.size
    return text


async def lines(office: Office, asking: Asking, id: str, manifest: dict[str, Any]) -> set[str]:
    """Type and id of everything in every file."""
    found: set[str] = set()
    for each in manifest["output"]:
        *_, type, part = each["url"].split("/")
        texts = (await fetch(office, asking, id, type, int(part))).splitlines()
        assert len(texts) == each["count"]
        held = [json.loads(text) for text in texts]
        found |= {f"{it['resourceType']}/{it['id']}" for it in held}
    return found


async def exported(
    office: Office,
    asking: Asking,
    level: str = "system",
    params: Params | None = None,
    of: str = "",
) -> set[str]:
    id, manifest = await export(office, asking, level, params, of)
    return await lines(office, asking, id, manifest)


ABOUT_NOBODY = {"Organization/clinic", "Practitioner/amara", "Practitioner/boris"}
OF_MEI = {MEI, "Condition/pressure"} | {
    f"Observation/{id}" for id in ("pulse-1", "pulse-2", "sodium")
}


async def test_a_patient_gets_everything_about_herself_and_what_is_nobodys(full: Office) -> None:
    assert await exported(full, MEI_ASKS) == OF_MEI | ABOUT_NOBODY
    assert await exported(full, MEI_ASKS, "patient") == OF_MEI
    assert await exported(full, MEI_ASKS, "one", of="mei") == OF_MEI


async def test_a_clinician_gets_what_the_consents_open_for_the_purpose(full: Office) -> None:
    await full.allow(VITALS)
    other = replace(AMARA_ASKS, purpose="HRESCH")

    assert await exported(full, AMARA_ASKS, "patient") == {
        "Observation/pulse-1",
        "Observation/pulse-2",
    }
    assert await exported(full, other, "patient") == set()


async def test_for_research_only_consents_for_research_count(full: Office) -> None:
    await full.records.grant(
        JONAS_ASKS,
        patient=JONAS,
        actor=AMARA,
        categories=frozenset(Category),
        until=full.clock.now().replace(year=2027),
        purpose="HRESCH",
    )
    await full.allow(frozenset(Category))

    found = await exported(full, replace(AMARA_ASKS, purpose="HRESCH", visit=None), "patient")

    assert {JONAS, "Observation/jonas-pulse", "Condition/jonas-gout"} <= found
    assert not found & OF_MEI


async def test_whoever_stands_in_for_a_patient_gets_her_record(full: Office) -> None:
    system = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
    guardian = {
        "resourceType": "RelatedPerson",
        "id": "kin",
        "patient": {"reference": MEI},
        "relationship": [{"coding": [{"system": system, "code": "GUARD"}]}],
    }
    await full.keep(guardian)
    kin = caller("account-kin", "RelatedPerson/kin", Role.PATIENT)

    found = await exported(full, Asking(caller=kin, purpose="FAMRQT"), "patient")

    assert found == OF_MEI | {"RelatedPerson/kin"}


async def test_an_operator_gets_no_patients_record(full: Office) -> None:
    assert await exported(full, OPERATOR_ASKS) == ABOUT_NOBODY


async def test_types_filters_elements_and_a_moment_narrow_it(full: Office) -> None:
    since = [("_since", "2026-03-01T12:30:00Z")]
    full.wait(60)
    await full.keep(observation("later", value=80))

    of_types = await exported(full, MEI_ASKS, "patient", [("_type", "Observation,Patient")])
    filtered = await exported(
        full, MEI_ASKS, "patient",
        [("_type", "Observation,Condition"), ("_typeFilter", "Observation?category=laboratory")],
    )  # fmt: skip
    either = await exported(
        full, MEI_ASKS, "patient",
        [("_type", "Observation"),
         ("_typeFilter", "Observation?_id=sodium,Observation?_id=pulse-1")],
    )  # fmt: skip
    assert of_types == {id for id in OF_MEI if "Condition" not in id} | {"Observation/later"}
    assert filtered == {"Observation/sodium", "Condition/pressure"}
    assert either == {"Observation/sodium", "Observation/pulse-1"}
    assert await exported(full, MEI_ASKS, "patient", since) == {"Observation/later"}


async def test_only_the_elements_that_were_asked_for_are_shown(full: Office) -> None:
    params = [("_type", "Patient,Condition"), ("_elements", "Patient.gender")]
    id, _ = await export(full, MEI_ASKS, "patient", params)

    (mei,) = (await fetch(full, MEI_ASKS, id, "Patient")).splitlines()
    (pressure,) = (await fetch(full, MEI_ASKS, id, "Condition")).splitlines()

    assert json.loads(mei).keys() == {"resourceType", "id", "meta", "gender"}
    assert "code" in json.loads(pressure)


async def test_a_group_is_its_members_whom_the_caller_may_see(full: Office) -> None:
    await full.keep(group_of([MEI, JONAS]))
    for asking in (MEI_ASKS, JONAS_ASKS):
        await full.allow(frozenset(Category), asking=asking, visit=None)

    everybody = await exported(full, AMARA_ASKS, "group", of="cohort")
    one = await exported(full, AMARA_ASKS, "group", [("patient", JONAS)], of="cohort")

    assert {MEI, JONAS, "Group/cohort", "Condition/jonas-gout"} <= everybody
    assert JONAS in one
    assert MEI not in one
    with pytest.raises(NotFound):
        await begin(full, BORIS_ASKS, "group", of="cohort")
    with pytest.raises(Incorrect, match="no member"):
        await begin(full, AMARA_ASKS, "group", [("patient", "Patient/x")], of="cohort")


async def test_what_was_deleted_since_is_told(full: Office) -> None:
    full.wait(60)
    await full.records.delete(MEI_ASKS, "Observation", "pulse-1")

    id, manifest = await export(full, MEI_ASKS, "patient", [("_since", "2026-03-01T12:30:00Z")])

    assert manifest["output"] == []
    assert manifest["deleted"] == [{"type": "Bundle", "url": "http://files/deleted/0", "count": 1}]
    told = json.loads(await fetch(full, MEI_ASKS, id, "deleted"))
    assert told["entry"] == [{"request": {"method": "DELETE", "url": "Observation/pulse-1"}}]


@pytest.mark.parametrize(
    ("params", "kind"),
    [
        ([("_outputFormat", "application/parquet")], Unsupported),
        ([("_since", "yesterday")], Incorrect),
        ([("_type", "Dragon")], Incorrect),
        ([("_typeFilter", "Observation")], Incorrect),
        ([("_typeFilter", "Observation?_include=*")], Incorrect),
        ([("_typeFilter", "Observation?no-such=1")], Incorrect),
        ([("_type", "Patient"), ("_typeFilter", "Observation?status=final")], Incorrect),
        ([("_elements", "name.family")], Incorrect),
        ([("patient", MEI)], Incorrect),
        ([("includeAssociatedData", "LatestProvenanceResources")], Unsupported),
        ([("no-such", "1")], Incorrect),
    ],
)
async def test_what_cannot_be_done_is_refused_at_once(
    full: Office, params: Params, kind: type[HouseError]
) -> None:
    with pytest.raises(kind):
        await begin(full, MEI_ASKS, "system", params)


async def test_a_lenient_caller_is_told_what_was_left_out(full: Office) -> None:
    params = [("includeAssociatedData", "x"), ("_type", "Patient,Dragon"), ("odd", "1")]

    _, left_out = await full.records.bulk.exports.begin(
        MEI_ASKS, "system", params, request="", is_lenient=True
    )

    assert left_out == ("includeAssociatedData", "_type", "odd")


# Consent, between asking and fetching


async def test_what_is_taken_back_before_a_file_is_fetched_does_not_leave(full: Office) -> None:
    consent = await full.allow(VITALS)
    id, manifest = await export(full, AMARA_ASKS, "patient")
    assert manifest["output"][0]["count"] == 2

    await full.records.revoke(MEI_ASKS, consent)

    exports = full.records.bulk.exports
    assert (await exports.manifest(AMARA_ASKS, id, ""))["output"] == []
    with pytest.raises(NotFound, match="no such file"):
        await exports.file(AMARA_ASKS, id, "Observation", 0)
    (newest, *_) = await full.records.accesses(MEI_ASKS, MEI)
    assert (newest.action, newest.outcome, newest.via) == ("export", "deny", "bulk")


async def test_what_is_taken_back_while_a_file_is_sent_ends_it(
    full: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "STEP", 1)
    consent = await full.allow(VITALS)
    id, _ = await export(full, AMARA_ASKS, "patient")
    exports = full.records.bulk.exports
    file = await exports.file(AMARA_ASKS, id, "Observation", 0)
    blocks = exports.send(file)
    assert b"pulse" in await anext(blocks)

    await full.records.revoke(MEI_ASKS, consent)

    with pytest.raises(Gone):
        await anext(blocks)


async def test_a_file_is_one_line_in_each_patients_log(full: Office) -> None:
    await full.allow(VITALS)
    await full.allow(VITALS, asking=JONAS_ASKS)
    id, _ = await export(full, AMARA_ASKS, "patient")
    before = len(await full.records.accesses(MEI_ASKS, MEI))

    await fetch(full, AMARA_ASKS, id, "Observation")

    mine = await full.records.accesses(MEI_ASKS, MEI)
    assert len(mine) == before + 1
    assert (mine[0].action, mine[0].outcome, dict(mine[0].what)) == (
        "export", "permit", {"Observation": 2},
    )  # fmt: skip
    (his, *_) = await full.records.accesses(JONAS_ASKS, JONAS)
    assert dict(his.what) == {"Observation": 1}


async def test_a_version_is_exported_as_it_was_when_it_was_asked_for(full: Office) -> None:
    id = await begin(full, MEI_ASKS, "patient", [("_type", "Observation")])
    full.wait(1)
    await full.records.update(MEI_ASKS, observation("pulse-1", value=99, at="2026-02-01"))
    await full.keep(observation("too-late"))
    await full.records.bulk.work()

    held = [
        json.loads(each)
        for each in (await fetch(full, MEI_ASKS, id, "Observation")).split(b"\n")
        if each
    ]

    by_id = {it["id"]: it for it in held}
    assert by_id.keys() == {"pulse-1", "pulse-2", "sodium"}
    assert by_id["pulse-1"]["valueQuantity"]["value"] == 72


async def test_whoever_is_erased_is_in_no_file_any_more(full: Office) -> None:
    await full.allow(VITALS)
    await full.allow(VITALS, asking=JONAS_ASKS)
    id, _ = await export(full, AMARA_ASKS, "patient")
    filtered = await begin(full, AMARA_ASKS, "patient", [("_typeFilter", "Patient?family=Lin")])
    named = await begin(full, AMARA_ASKS, "one", of="mei")

    await full.records.erase(MEI_ASKS, MEI, Ground.WITHDRAWN)

    text = await fetch(full, AMARA_ASKS, id, "Observation")
    assert [json.loads(each)["id"] for each in text.splitlines()] == ["jonas-pulse"]
    assert await full.count("records_bulk_line") == 1
    for gone in (filtered, named):
        with pytest.raises(NotFound):
            await full.records.bulk.exports.progress(AMARA_ASKS, gone)


# Jobs


async def test_a_job_is_shown_to_whoever_began_it_and_to_nobody_else(full: Office) -> None:
    id, _ = await export(full, MEI_ASKS)
    exports = full.records.bulk.exports

    for asking in (
        JONAS_ASKS,
        OPERATOR_ASKS,
        replace(MEI_ASKS, caller=replace(MEI_ASKS.caller, person=JONAS)),
    ):
        for other in (id, "there-is-none"):
            with pytest.raises(NotFound, match="no such job"):
                await exports.progress(asking, other)
            with pytest.raises(NotFound, match="no such job"):
                await exports.manifest(asking, other, "")
            with pytest.raises(NotFound, match="no such job"):
                await exports.file(asking, other, "Patient", 0)
            with pytest.raises(NotFound, match="no such job"):
                await full.records.bulk.cancel(asking, other)


async def test_a_job_that_is_stopped_anywhere_goes_on_where_it_was(
    full: Office, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asklepion.records.service.bulk.asked.PAGE", "2")
    id = await begin(full, MEI_ASKS)
    for _ in range(2):
        await full.records.bulk.export_some()
    first = await full.records.bulk.exports.progress(MEI_ASKS, id)
    assert first.lines == 4

    again = await open_office(database_url, full.folder, full.clock)
    await again.records.bulk.work()

    manifest = await again.records.bulk.exports.manifest(MEI_ASKS, id, "http://files")
    assert await lines(again, MEI_ASKS, id, manifest) == OF_MEI | ABOUT_NOBODY
    await again.records.stop()
    await again.db.close()


async def test_two_who_carry_out_the_same_job_add_nothing_twice(full: Office) -> None:
    id = await begin(full, MEI_ASKS)
    (job,) = await full.records.bulk._going("export")  # pyright: ignore[reportPrivateUsage]

    took = [await full.records.bulk.exports.step(job) for _ in range(2)]

    assert took == [True, False]
    await full.records.bulk.work()
    manifest = await full.records.bulk.exports.manifest(MEI_ASKS, id, "http://files")
    assert await lines(full, MEI_ASKS, id, manifest) == OF_MEI | ABOUT_NOBODY


async def test_a_job_that_is_cancelled_or_old_is_gone_with_everything_it_made(
    full: Office,
) -> None:
    cancelled, _ = await export(full, MEI_ASKS)
    old, _ = await export(full, JONAS_ASKS)

    await full.records.bulk.cancel(MEI_ASKS, cancelled)
    full.wait(24 * 60)
    with pytest.raises(NotFound):
        await full.records.bulk.exports.progress(JONAS_ASKS, old)
    await full.records.bulk.work()

    for table in ("", "_line", "_patient"):
        assert await full.count(f"records_bulk{table}") == 0


async def test_an_account_has_only_so_many_jobs_at_once(full: Office) -> None:
    for _ in range(2):
        await begin(full, MEI_ASKS)

    with pytest.raises(TooMany):
        await begin(full, MEI_ASKS)
    await begin(full, JONAS_ASKS)


async def test_a_large_export_comes_in_parts(full: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "PART", 2)

    id, manifest = await export(full, MEI_ASKS, "patient")

    urls = [each["url"] for each in manifest["output"] if each["type"] == "Observation"]
    assert urls == ["http://files/Observation/0", "http://files/Observation/1"]
    assert await lines(full, MEI_ASKS, id, manifest) == OF_MEI


# Leaks


@pytest.fixture
async def two(
    database_url: str, tmp_path: Path, clock: StoppedClock
) -> AsyncGenerator[tuple[Office, Office]]:
    """One house where she is known, and one where nobody ever heard of her."""
    offices: list[Office] = []
    for name, url, known in (("there", database_url, ABOUT_MEI), ("empty", "", ())):
        (tmp_path / name).mkdir()
        offices.append(await open_office(url, tmp_path / name, clock))
        await offices[-1].keep(*known, *OTHERS, group_of([MEI]) if known else organization("x"))
    await offices[0].keep(organization("x"))
    yield offices[0], offices[1]
    for office in offices:
        await office.records.stop()
        await office.db.close()


ASKED: list[tuple[str, Params, str]] = [
    ("system", [], ""),
    ("system", [("_since", "2026-01-01T00:00:00Z")], ""),
    ("system", [("_typeFilter", "Patient?family=Lin")], ""),
    ("system", [("_typeFilter", "Observation?patient.family=Lin"), ("_type", "Observation")], ""),
    ("patient", [], ""),
    ("patient", [("patient", MEI)], ""),
    ("patient", [("patient", MEI), ("_type", "Patient,Organization")], ""),
    ("one", [], "mei"),
    ("group", [], "cohort"),
]


async def answers(office: Office, asking: Asking) -> list[Any]:
    """Everything that a caller can tell of an export."""
    told: list[Any] = []
    for level, params, of in ASKED:
        try:
            id, manifest = await export(office, asking, level, params, of)
        except HouseError as error:
            told.append((type(error).__name__, error.message, error.hint))
            continue
        progress = await office.records.bulk.exports.progress(asking, id)
        text = sorted(await lines(office, asking, id, manifest))
        told.append((manifest, progress.lines, progress.steps, text))
        await office.records.bulk.cancel(asking, id)
    return told


@pytest.mark.parametrize(
    "asking",
    [AMARA_ASKS, BORIS_ASKS, TRAINEE_ASKS, JONAS_ASKS, OPERATOR_ASKS],
    ids=["doctor without a permit", "another doctor", "trainee", "another patient", "operator"],
)
async def test_an_export_by_whoever_is_not_allowed_is_as_if_she_were_not_there(
    two: tuple[Office, Office], asking: Asking
) -> None:
    there, empty = two

    assert await answers(there, asking) == await answers(empty, asking)


async def test_after_it_is_taken_back_a_new_export_is_as_if_she_were_not_there(
    two: tuple[Office, Office],
) -> None:
    there, empty = two
    consent = await there.allow(frozenset(Category))
    await there.records.revoke(MEI_ASKS, consent)

    assert await answers(there, AMARA_ASKS) == await answers(empty, AMARA_ASKS)


def test_the_examples_are_about_her() -> None:
    assert patient(MEI)["id"] == condition("pressure")["subject"]["reference"].split("/")[1]


async def test_a_job_that_goes_wrong_on_our_side_ends_and_holds_up_no_other(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.keep(*ABOUT_MEI)
    broken, _ = await office.records.bulk.exports.begin(MEI_ASKS, "system", [], request="a")
    other, _ = await office.records.bulk.exports.begin(JONAS_ASKS, "system", [], request="b")
    step = office.records.bulk.exports.step

    async def fail(job: Any) -> bool:
        if job.id == broken.id:
            raise RuntimeError
        return await step(job)

    monkeypatch.setattr(office.records.bulk.exports, "step", fail)
    for _ in range(20):
        await office.records.bulk.export_some()

    assert (await office.records.bulk.exports.progress(MEI_ASKS, broken.id)).job.state == FAILED
    assert (await office.records.bulk.exports.progress(JONAS_ASKS, other.id)).job.state == DONE

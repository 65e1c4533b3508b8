import asyncio
from pathlib import Path

import pytest

from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Conflict, Forbidden, HouseError, Incorrect, NotFound
from asklepion.records import Asking, Category, ResourceKept, Stale

from ..conftest import Office, open_office
from ..people import (
    AMARA,
    AMARA_ASKS,
    BORIS_ASKS,
    DEVICE_ASKS,
    JONAS,
    JONAS_ASKS,
    MEI,
    MEI_ASKS,
    OPERATOR_ASKS,
    STRANGER_ASKS,
    TRAINEE_ASKS,
    VITALS,
    Resource,
    condition,
    note,
    observation,
    organization,
    patient,
)


async def test_what_a_patient_adds_is_kept_under_an_id_of_ours_and_told(full: Office) -> None:
    kept = await full.records.create(MEI_ASKS, observation("her-own-id"))

    assert kept.is_new
    assert kept.version == 1
    assert kept.id != "her-own-id"
    assert kept.resource == await full.records.read(MEI_ASKS, "Observation", kept.id)
    event = ResourceKept(kept.reference, MEI, Category.VITALS, 1)
    assert await full.hear() == [event]


async def test_what_is_not_fhir_is_refused_with_its_element_and_without_its_value(
    full: Office,
) -> None:
    wrong = {**observation("x"), "status": "secret-value"}

    with pytest.raises(Incorrect, match=r"Observation\.status") as caught:
        await full.records.create(MEI_ASKS, wrong)
    assert "secret-value" not in str(caught.value)
    assert await full.hear() == []


@pytest.mark.parametrize("wrong", [{}, {"resourceType": "Cat"}, {"resourceType": ["Patient"]}, []])
async def test_what_is_no_resource_is_refused(full: Office, wrong: Resource) -> None:
    with pytest.raises(Incorrect):
        await full.records.create(MEI_ASKS, wrong)
    with pytest.raises(Incorrect):
        await full.records.update(OPERATOR_ASKS, wrong)


async def test_what_is_nested_without_end_is_refused(full: Office) -> None:
    deep: Resource = {}
    inner = deep
    for _ in range(900):
        inner["extension"] = [{"url": "http://example.org/x"}]
        inner = inner["extension"][0]

    with pytest.raises(Incorrect):
        await full.records.create(MEI_ASKS, {**observation("x"), **deep})


async def test_a_number_too_large_for_anybody_is_refused(full: Office) -> None:
    wrong = observation("x")
    wrong["valueQuantity"]["value"] = 10**30

    with pytest.raises(Incorrect):
        await full.records.create(MEI_ASKS, wrong)


async def test_an_update_is_the_next_version(full: Office) -> None:
    kept = await full.records.update(MEI_ASKS, observation("pulse-1", value=80))

    assert (kept.version, kept.is_new) == (2, False)
    read = await full.records.read(MEI_ASKS, "Observation", "pulse-1")
    assert read["valueQuantity"]["value"] == 80


async def test_an_update_is_found_by_what_it_says_now_and_not_by_what_it_said(
    full: Office,
) -> None:
    await full.records.update(MEI_ASKS, observation("pulse-1", value=80, at="2026-02-20"))

    now = await full.records.search(MEI_ASKS, "Observation", [("date", "2026-02-20")])
    before = await full.records.search(MEI_ASKS, "Observation", [("date", "2026-02-01")])
    assert [each["id"] for each in now.entries] == ["pulse-1"]
    assert before.entries == []


async def test_the_same_again_is_no_new_version_and_nothing_is_told(full: Office) -> None:
    kept = await full.records.update(MEI_ASKS, observation("pulse-1", value=72, at="2026-02-01"))

    assert kept.version == 1
    assert await full.hear() == []


async def test_a_change_meant_for_an_older_version_is_refused(full: Office) -> None:
    await full.records.update(MEI_ASKS, observation("pulse-1", value=80), if_match=1)

    with pytest.raises(Stale):
        await full.records.update(MEI_ASKS, observation("pulse-1", value=90), if_match=1)
    with pytest.raises(Stale):
        await full.records.delete(MEI_ASKS, "Observation", "pulse-1", if_match=1)
    read = await full.records.read(MEI_ASKS, "Observation", "pulse-1")
    assert read["valueQuantity"]["value"] == 80


async def test_of_many_who_change_the_same_each_is_kept_or_told(full: Office) -> None:
    async def change(value: int) -> int | HouseError:
        try:
            return (
                await full.records.update(MEI_ASKS, observation("pulse-1", value=value))
            ).version
        except Conflict as error:
            return error

    results = await asyncio.gather(*(change(value) for value in range(100, 108)))

    versions = sorted(each for each in results if isinstance(each, int))
    assert versions
    assert versions == list(range(2, 2 + len(versions)))
    page = await full.records.history(MEI_ASKS, "Observation", "pulse-1")
    assert [row.version for row in page.rows] == [*reversed(versions), 1]


@pytest.mark.parametrize("asking", [MEI_ASKS, JONAS_ASKS, AMARA_ASKS, TRAINEE_ASKS])
async def test_nobody_but_an_operator_chooses_the_id_of_something_new(
    full: Office, asking: Asking
) -> None:
    with pytest.raises(NotFound) as unknown:
        await full.records.update(asking, observation("brand-new", JONAS))
    with pytest.raises(NotFound) as hidden:
        other = "jonas-pulse" if asking is not JONAS_ASKS else "pulse-1"
        await full.records.update(asking, observation(other, JONAS))

    assert str(unknown.value) == str(hidden.value)


async def test_nobody_writes_about_another(full: Office) -> None:
    for asking in (JONAS_ASKS, AMARA_ASKS, BORIS_ASKS, TRAINEE_ASKS):
        with pytest.raises(Forbidden):
            await full.records.create(asking, observation("x", MEI))
    with pytest.raises(Forbidden):
        await full.records.create(MEI_ASKS, organization())
    assert await full.hear() == []


async def test_a_patient_cannot_give_what_is_hers_to_another(full: Office) -> None:
    with pytest.raises(Forbidden):
        await full.records.update(MEI_ASKS, observation("pulse-1", JONAS))


async def test_the_answer_to_writing_does_not_tell_whether_the_patient_exists(
    full: Office,
) -> None:
    answers: list[str] = []
    for of in (MEI, "Patient/there-is-none"):
        with pytest.raises(Forbidden) as caught:
            await full.records.create(AMARA_ASKS, note(of))
        answers.append(str(caught.value))

    assert answers[0] == answers[1]


async def test_a_doctor_writes_notes_while_a_permit_stands_and_nothing_else(full: Office) -> None:
    with pytest.raises(Forbidden, match="not given you access"):
        await full.records.create(AMARA_ASKS, note())
    await full.allow(VITALS)

    kept = await full.records.create(AMARA_ASKS, note())
    with pytest.raises(Forbidden, match="notes only"):
        await full.records.create(AMARA_ASKS, condition("x"))
    with pytest.raises(Forbidden, match="not given you access"):
        await full.records.create(BORIS_ASKS, note())

    assert await full.records.read(AMARA_ASKS, "DocumentReference", kept.id)
    assert await full.records.read(MEI_ASKS, "DocumentReference", kept.id)
    changed = {**note(text="T3RoZXI="), "id": kept.id}
    assert (await full.records.update(AMARA_ASKS, changed)).version == 2
    full.wait(31)
    with pytest.raises(NotFound):
        await full.records.update(AMARA_ASKS, {**note(), "id": kept.id})
    with pytest.raises(NotFound):
        await full.records.read(AMARA_ASKS, "DocumentReference", kept.id)


async def test_a_doctor_does_not_change_another_s_note(full: Office) -> None:
    await full.allow({Category.NOTES})
    kept = await full.records.create(MEI_ASKS, note())

    with pytest.raises(Forbidden, match="not your own"):
        await full.records.update(AMARA_ASKS, {**note(text="T3RoZXI="), "id": kept.id})
    with pytest.raises(Forbidden, match="not your own"):
        await full.records.delete(AMARA_ASKS, "DocumentReference", kept.id)


async def test_a_patient_leaves_her_doctor_s_note_as_he_wrote_it(full: Office) -> None:
    await full.allow(frozenset({Category.NOTES}))
    kept = await full.records.create(AMARA_ASKS, note())

    with pytest.raises(Forbidden):
        await full.records.update(MEI_ASKS, {**note(text="T3RoZXI="), "id": kept.id})
    with pytest.raises(Forbidden):
        await full.records.delete(MEI_ASKS, "DocumentReference", kept.id)

    mine = await full.records.create(MEI_ASKS, note())
    await full.records.delete(MEI_ASKS, "DocumentReference", mine.id)


async def test_nobody_writes_a_note_in_another_s_name(full: Office) -> None:
    await full.allow(frozenset({Category.NOTES}))
    by_amara = {**note(), "author": [{"reference": AMARA}]}

    with pytest.raises(Forbidden):
        await full.records.create(MEI_ASKS, by_amara)
    assert await full.records.create(AMARA_ASKS, by_amara)
    assert await full.records.create(MEI_ASKS, {**note(), "author": [{"reference": MEI}]})


async def test_a_device_adds_observations_of_its_patient_once(full: Office) -> None:
    first = await full.records.update(DEVICE_ASKS, observation("reading-1"))
    again = await full.records.update(DEVICE_ASKS, observation("reading-1"))

    assert (first.is_new, again.is_new, again.version) == (True, False, 1)
    for wrong in (observation("reading-1", value=99), observation("x", JONAS), condition("x")):
        with pytest.raises(Forbidden):
            await full.records.update(DEVICE_ASKS, wrong)
    with pytest.raises(NotFound):
        await full.records.read(DEVICE_ASKS, "Observation", "reading-1")
    with pytest.raises(NotFound):
        await full.records.delete(DEVICE_ASKS, "Observation", "reading-1")


async def test_a_room_of_this_house_may_choose_the_id_so_that_twice_is_once(full: Office) -> None:
    first = await full.records.create(MEI_ASKS, observation("-"), id="chosen")
    again = await full.records.create(MEI_ASKS, observation("-"), id="chosen")

    assert (first.id, first.is_new, again.is_new) == ("chosen", True, False)


async def test_a_conditional_create_keeps_nothing_twice(full: Office) -> None:
    search = [("date", "2026-02-01")]

    found = await full.records.create(MEI_ASKS, observation("x"), if_none_exist=search)
    new = await full.records.create(
        MEI_ASKS, observation("x"), if_none_exist=[("date", "2020-01-01")]
    )

    assert (found.id, found.is_new, new.is_new) == ("pulse-1", False, True)
    with pytest.raises(Stale):
        await full.records.create(
            MEI_ASKS, observation("x"), if_none_exist=[("date", "ge2026-02-01")]
        )
    hidden = await full.records.create(JONAS_ASKS, observation("x", JONAS), if_none_exist=search)
    assert hidden.is_new


async def test_what_was_deleted_is_found_no_more_and_may_come_back(full: Office) -> None:
    await full.records.delete(MEI_ASKS, "Observation", "pulse-1")
    await full.records.delete(MEI_ASKS, "Observation", "pulse-1")  # twice is once

    found = await full.records.search(MEI_ASKS, "Observation", [])
    assert "pulse-1" not in [each["id"] for each in found.entries]
    kept = await full.records.update(MEI_ASKS, observation("pulse-1", value=70))
    assert kept.version == 3


async def test_what_another_deleted_stays_hers(full: Office) -> None:
    await full.records.delete(OPERATOR_ASKS, "Observation", "pulse-1")

    with pytest.raises(NotFound):
        await full.records.update(JONAS_ASKS, observation("pulse-1", JONAS))
    with pytest.raises(NotFound):
        await full.records.delete(JONAS_ASKS, "Observation", "pulse-1")


async def test_strangers_change_nothing(full: Office) -> None:
    from asklepion.kit.errors import Unauthenticated

    with pytest.raises(Unauthenticated):
        await full.records.create(STRANGER_ASKS, observation("x"))
    with pytest.raises(Unauthenticated):
        await full.records.update(STRANGER_ASKS, patient(MEI, "Other"))
    with pytest.raises(Unauthenticated):
        await full.records.delete(STRANGER_ASKS, "Patient", "mei")
    with pytest.raises(Unauthenticated):
        await full.records.transact(STRANGER_ASKS, {"resourceType": "Bundle", "type": "batch"})


async def test_a_conditional_delete_takes_as_many_as_the_house_says_or_none(
    database_url: str, tmp_path: Path, clock: StoppedClock
) -> None:
    office = await open_office(database_url, tmp_path, clock, deletes_most=2)
    await office.keep(patient(MEI), *(observation(f"o{n}", value=n) for n in range(3)))
    asked = [("code", "8867-4")]

    with pytest.raises(Stale, match="More than 2"):
        await office.records.delete_where(MEI_ASKS, "Observation", asked)
    assert (
        await office.records.delete_where(
            MEI_ASKS, "Observation", [*asked, ("value-quantity", "lt2")]
        )
        == 2
    )
    assert await office.records.delete_where(MEI_ASKS, "Observation", asked) == 1
    assert await office.records.delete_where(MEI_ASKS, "Observation", asked) == 0
    statement = office.records.capability(frozenset({("DELETE", "/{type}")}))
    assert statement["rest"][0]["resource"][0]["conditionalDelete"] == "multiple"
    await office.records.stop()
    await office.db.close()

"""Many records at once are each read in their patient's own name, and nobody else's."""

from dataclasses import replace
from datetime import datetime, timedelta

import orjson
import pytest

from asklepion.kit.errors import Forbidden, Unauthenticated
from asklepion.records import Category, Survey

from ..conftest import Office
from ..people import (
    AMARA_ASKS,
    JONAS,
    JONAS_ASKS,
    LOINC,
    MEI,
    MEI_ASKS,
    OPERATOR_ASKS,
    STRANGER_ASKS,
    group_of,
    observation,
)

WANTED = Survey(
    sorted_by={"Observation": "date", "Condition": ""},
    coded="Observation",
    codes=["8867-4"],
    most=100,
    unusable=["entered-in-error"],
)


async def test_each_gets_what_is_hers_alone_and_a_line_in_her_log(full: Office) -> None:
    others = observation("temperature") | {"code": {"coding": [{"code": "8310-5"}]}}
    await full.keep(others, group_of([MEI, JONAS]))
    before = [len(await full.records.accesses(who, of)) for who, of in _PEOPLE]

    found = await full.records.survey.gather([MEI_ASKS, JONAS_ASKS], WANTED)

    told = {(one.patient, f"{one.type}/{orjson.loads(one.body)['id']}") for one in found}
    assert told == {
        (MEI, MEI),
        (MEI, "Observation/pulse-1"),
        (MEI, "Observation/pulse-2"),
        (MEI, "Observation/sodium"),  # by its code a pulse
        (MEI, "Condition/pressure"),
        (JONAS, JONAS),
        (JONAS, "Observation/jonas-pulse"),
        (JONAS, "Condition/jonas-gout"),
    }
    dated = {one.type: one.start is not None for one in found}
    assert dated == {"Patient": False, "Observation": True, "Condition": False}
    for (asking, of), count in zip(_PEOPLE, before, strict=True):
        (line,) = (await full.records.accesses(asking, of))[: -count or None]
        assert (line.outcome, line.what["Patient"]) == ("permit", 1)


async def test_of_each_code_only_the_newest_are_read_and_no_code_hides_another(
    full: Office,
) -> None:
    pulses = [observation(f"pulse-{day}", at=f"2026-03-{day}") for day in range(10, 20)]
    spoilt = observation("spoilt", at="2026-03-28") | {"status": "entered-in-error"}
    oxygen = [
        observation(f"oxygen-{year}", at=f"{year}-01-01")
        | {"code": {"coding": [{"system": LOINC, "code": "2708-6"}]}}
        for year in (2024, 2025)
    ]
    undated = [observation(f"undated-{n}") for n in range(4)]
    for one in undated:
        del one["effectiveDateTime"]
    await full.keep(*pulses, spoilt, *oxygen, *undated, observation("of-jonas", JONAS))
    wanted = replace(WANTED, codes=["8867-4", "2708-6"], most=3)

    found = await full.records.survey.gather([MEI_ASKS, JONAS_ASKS], wanted)

    told = {orjson.loads(one.body)["id"] for one in found if one.type == "Observation"}
    assert len([id for id in told if id.startswith("undated")]) == 3
    assert {id for id in told if not id.startswith("undated")} == {
        *("pulse-17", "pulse-18", "pulse-19", "oxygen-2024", "oxygen-2025"),
        *("of-jonas", "jonas-pulse"),
    }


async def test_in_anybody_elses_name_nothing_is_read(full: Office) -> None:
    await full.allow([*Category])

    for asking in (AMARA_ASKS, OPERATOR_ASKS):
        with pytest.raises(Forbidden):
            await full.records.survey.gather([MEI_ASKS, asking], WANTED)
    with pytest.raises(Unauthenticated):
        await full.records.survey.gather([STRANGER_ASKS], WANTED)


async def test_who_there_is_comes_page_after_page(full: Office) -> None:
    first = await full.records.survey.patients(count=1)
    second = await full.records.survey.patients(after=first[0], count=5)

    assert [*first, *second] == sorted([MEI, JONAS])


async def is_changed(full: Office, since: datetime) -> bool:
    wanted = replace(WANTED, own=["gender", "birthDate"])
    async with full.db.read() as tx:
        return await full.records.survey.is_changed(tx, MEI, since, wanted)


async def test_only_what_is_read_counts_as_changed(full: Office) -> None:
    other = observation("warmth") | {"code": {"coding": [{"system": LOINC, "code": "8310-5"}]}}
    mei = await full.records.read(MEI_ASKS, "Patient", "mei")
    await full.keep(other)
    since = full.clock.at
    full.clock.at += timedelta(hours=1)

    await full.keep(mei | {"telecom": [{"system": "phone", "value": "+1 555 0100"}]})
    await full.keep(other | {"status": "amended"})
    await full.keep(observation("pulse-new"))

    assert not await is_changed(full, since)


@pytest.mark.parametrize("what", ["birth date", "pulse", "another code", "deleted", "condition"])
async def test_what_is_read_and_was_replaced_or_taken_away_counts_as_changed(
    full: Office, what: str
) -> None:
    since = full.clock.at
    full.clock.at += timedelta(hours=1)

    match what:
        case "birth date":
            mei = await full.records.read(MEI_ASKS, "Patient", "mei")
            await full.keep(mei | {"birthDate": "1950-01-01"})
        case "pulse":
            await full.keep(observation("pulse-1", value=99))
        case "another code":  # a pulse no more
            code = {"coding": [{"system": LOINC, "code": "8310-5"}]}
            await full.keep(observation("pulse-1") | {"code": code})
        case "deleted":
            await full.records.delete(OPERATOR_ASKS, "Observation", "pulse-1")
        case _:
            await full.records.delete(OPERATOR_ASKS, "Condition", "pressure")

    assert await is_changed(full, since)


_PEOPLE = ((MEI_ASKS, MEI), (JONAS_ASKS, JONAS))

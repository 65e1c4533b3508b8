"""Many records at once are each read in their patient's own name, and nobody else's."""

import orjson
import pytest

from asklepion.kit.errors import Forbidden, Unauthenticated
from asklepion.records import Category, Survey

from ..conftest import Office
from ..people import (
    AMARA_ASKS,
    JONAS,
    JONAS_ASKS,
    MEI,
    MEI_ASKS,
    OPERATOR_ASKS,
    STRANGER_ASKS,
    group_of,
    observation,
)

WANTED = Survey(
    sorted_by={"Observation": "date", "Condition": ""}, coded="Observation", codes=["8867-4"]
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


_PEOPLE = ((MEI_ASKS, MEI), (JONAS_ASKS, JONAS))

"""What clinicians expected of a patient, and what came of it, is hers to take along."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from asklepion.app import House
from asklepion.identity import Caller, Role
from asklepion.kit.clock import StoppedClock
from asklepion.records import Act, Asking, Category, Choice
from tests.conftest import NOON, People

from .build import patient
from .test_service import HER, allow, bring_in, hers, his, record

SQLITE = pytest.mark.parametrize("database_url", [""], ids=["sqlite"])
MOTHER = Asking(
    caller=Caller(
        account="mother",
        name="Mother",
        roles=frozenset({Role.PATIENT}),
        person="RelatedPerson/mother",
    ),
    purpose="FAMRQT",
)
FILE = "more/estimates.json"


async def take(house: House, asking: Asking) -> zipfile.ZipFile:
    taken = await house.records.taking.take(asking, HER)
    try:
        whole = b"".join([piece async for piece in taken.pieces])
    finally:
        taken.close()
    return zipfile.ZipFile(io.BytesIO(whole))


def told(archive: zipfile.ZipFile) -> list[dict[str, Any]]:
    return json.loads(archive.read(FILE))["estimates"]


@SQLITE
async def test_what_doctors_expected_and_what_came_of_it_is_in_the_archive_she_takes(
    house: House, people: People, clock: StoppedClock
) -> None:
    await bring_in(house, people, *record())
    await allow(house, people, *Category)
    card = await house.twin.estimates.give(his(people), HER, "prevent10", 12.5)
    assert card.estimate
    clock.at += timedelta(minutes=30)
    day = clock.at.date()
    await house.twin.estimates.tell_outcome(
        his(people), HER, card.estimate.id, happened=True, on=day
    )

    archive = await take(house, hers(people))

    (one,) = told(archive)
    assert (one["card"], one["by"], one["share"]) == ("prevent10", "Practitioner/d-1", 12.5)
    assert one["model_share"] == card.value
    assert one["outcome"] == {"happened": True, "on": day.isoformat(), "reference": None}
    page = archive.read("index.html").decode()
    assert "医生的估计" in page
    assert "Heart and vessels" in page or "PREVENT" in page
    assert FILE.partition("/")[0] in archive.read("README.txt").decode()


@SQLITE
async def test_of_whom_nobody_thought_anything_there_is_no_such_file(
    house: House, people: People
) -> None:
    await bring_in(house, people, patient())

    archive = await take(house, hers(people))

    assert not [name for name in archive.namelist() if name.startswith("more/")]


@SQLITE
async def test_who_decides_in_her_place_takes_it_only_where_he_sees_all_that_it_rests_on(
    house: House, people: People
) -> None:
    await bring_in(house, people, *record())
    await allow(house, people, *Category)
    await house.twin.estimates.give(his(people), HER, "prevent10", 12.5)
    may = Act.ACCESS | Act.DECIDE
    part = frozenset({Category.DEMOGRAPHICS, Category.VITALS})
    until = NOON + timedelta(days=2)

    def choice(**more: Any) -> Choice:
        return Choice(actors=("RelatedPerson/mother",), acts=may, end=until, **more)

    narrow = await house.records.consents.say(hers(people), HER, choice(categories=part))
    few = await take(house, MOTHER)
    await house.records.consents.end(hers(people), narrow.id)
    await house.records.consents.say(hers(people), HER, choice())
    whole = await take(house, MOTHER)

    assert FILE not in few.namelist()
    assert "prevent10" not in few.read("index.html").decode()
    assert [one["share"] for one in told(whole)] == [12.5]

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
from asklepion.twin.service.sealing import Sealing
from tests.conftest import NOON, People

from .build import condition, patient
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


async def expected(house: House, people: People) -> list[str]:
    """Two estimates of her, by their ids: of ten years and of thirty."""
    await bring_in(house, people, *record())
    await allow(house, people, *Category)
    cards = [
        await house.twin.estimates.give(his(people), HER, card, 12.5)
        for card in ("prevent10", "prevent30")
    ]
    return [card.estimate.id for card in cards if card.estimate]


@SQLITE
@pytest.mark.parametrize("how", ["altered", "of another shape"])
async def test_one_that_cannot_be_read_is_left_out_and_named_as_missing(
    house: House, people: People, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    broken, whole = await expected(house, people)
    context = f"twin/estimate/{broken}"
    sealing: Sealing = house.twin.estimates._sealing  # pyright: ignore[reportPrivateUsage]
    shape = await sealing.seal(HER, b'{"share": "much"}', context)
    async with house.db.begin() as tx:
        sealed = shape if how == "of another shape" else shape[:-1] + bytes([shape[-1] ^ 1])
        await tx.run("UPDATE twin_estimate SET sealed = :s WHERE id = :id", s=sealed, id=broken)

    archive = await take(house, hers(people))

    assert [one["id"] for one in told(archive)] == [whole]
    assert archive.read("MISSING.txt").decode().splitlines() == [
        "1 of what belongs in more/estimates.json could not be read, and is not in it.",
        "more/estimates.json 中有 1 条无法读取，未包含在内。",
    ]
    assert broken in str([vars(one) for one in caplog.records])


@SQLITE
async def test_where_none_can_be_read_that_is_said_and_the_record_is_taken_all_the_same(
    house: House, people: People
) -> None:
    await expected(house, people)
    async with house.db.begin() as tx:
        await tx.run("UPDATE twin_estimate SET sealed = :s", s=bytes(40))

    archive = await take(house, hers(people))

    assert told(archive) == []
    assert "2 of what belongs in" in archive.read("MISSING.txt").decode()
    assert "fhir/Observation.ndjson" in archive.namelist()


@SQLITE
async def test_what_the_record_tells_came_of_it_is_in_the_archive_as_on_the_screen(
    house: House, people: People, clock: StoppedClock
) -> None:
    await expected(house, people)
    clock.at += timedelta(days=200)
    day = (clock.at - timedelta(days=1)).date().isoformat()
    infarction = condition("22298006", "Myocardial infarction", onsetDateTime=day)
    await bring_in(house, people, infarction)

    archive = await take(house, hers(people))

    known = [one["outcome"] for one in told(archive)]
    assert [(one["happened"], one["on"]) for one in known] == [(True, day)] * 2
    assert "尚不知道" not in archive.read("index.html").decode()
    shown = await house.twin.estimates.of(hers(people), HER)
    assert [one.outcome and one.outcome.on for one in shown] == [day, day]

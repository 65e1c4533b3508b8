import asyncio
from datetime import timedelta

import pytest

from asklepion.app import House
from asklepion.clinic import Answer, Ask, Visit
from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Conflict, Forbidden, HouseError, Incorrect, NotFound
from asklepion.records import Asking, Category
from tests.clinic.people import ROOM, UNTIL, seen
from tests.conftest import NOON, People


async def test_walking_in_opens_a_visit_with_the_doctor_who_waits(
    visit: Visit, people: People
) -> None:
    assert visit.clinician_account == people.doctor.account
    assert visit.patient == "Patient/p-1"
    assert visit.answer is Answer.OPEN


async def test_a_doctor_may_come_in_after_the_patient(house: House, people: People) -> None:
    await house.clinic.enter(people.patient, ROOM)

    await house.clinic.enter(people.doctor, ROOM)

    visit = await house.clinic.current(people.patient)
    assert visit is not None
    assert visit.clinician_account == people.doctor.account


async def test_the_doctor_sees_nothing_until_the_patient_allows_it(
    house: House, people: People, visit: Visit
) -> None:
    before = await seen(house, people, visit)
    await house.clinic.grant(people.patient, visit.id, [Category.VITALS], UNTIL)

    assert (before, await seen(house, people, visit)) == (0, 1)


async def test_what_was_not_allowed_stays_hidden(
    house: House, people: People, visit: Visit
) -> None:
    await house.clinic.grant(people.patient, visit.id, [Category.LABORATORY], UNTIL)

    assert await seen(house, people, visit) == 0


async def test_taking_back_ends_access_before_it_returns(
    house: House, people: People, visit: Visit
) -> None:
    await house.clinic.grant(people.patient, visit.id, [Category.VITALS], UNTIL)

    ended = await house.clinic.revoke(people.patient, visit.id)

    assert ended.answer is Answer.ENDED
    assert await seen(house, people, visit) == 0


async def test_access_ends_by_itself_when_its_time_is_over(
    house: House, people: People, visit: Visit, clock: StoppedClock
) -> None:
    await house.clinic.grant(people.patient, visit.id, [Category.VITALS], UNTIL)

    clock.at = UNTIL + timedelta(seconds=1)

    assert await seen(house, people, visit) == 0


async def test_closing_by_the_doctor_ends_what_was_allowed(
    house: House, people: People, visit: Visit
) -> None:
    await house.clinic.grant(people.patient, visit.id, [Category.VITALS], UNTIL)

    await house.clinic.close(people.doctor, visit.id)

    assert await seen(house, people, visit) == 0
    assert await house.clinic.current(people.patient) is None


async def test_a_second_grant_replaces_the_first(
    house: House, people: People, visit: Visit
) -> None:
    await house.clinic.grant(people.patient, visit.id, [Category.VITALS], UNTIL)
    await house.clinic.grant(people.patient, visit.id, [Category.LABORATORY], UNTIL)

    assert await seen(house, people, visit) == 0
    again = await house.clinic.current(people.patient)
    assert again is not None
    assert again.answer is Answer.GRANTED


async def test_nobody_else_s_visit_exists_for_a_third_person(
    house: House, people: People, visit: Visit
) -> None:
    for stranger in (people.other_patient, people.other_doctor):
        for attempt in (
            house.clinic.grant(stranger, visit.id, [Category.VITALS], UNTIL),
            house.clinic.ask(stranger, visit.id, Ask()),
            house.clinic.revoke(stranger, visit.id),
            house.clinic.write_note(stranger, visit.id, "text"),
            house.clinic.close(stranger, visit.id),
        ):
            with pytest.raises(NotFound):
                await attempt


async def test_the_doctor_cannot_allow_himself_anything(
    house: House, people: People, visit: Visit
) -> None:
    with pytest.raises(Forbidden):
        await house.clinic.grant(people.doctor, visit.id, [Category.VITALS], UNTIL)


@pytest.mark.parametrize(
    ("categories", "minutes"),
    [([Category.FINANCE], 30), ([], 30), ([Category.VITALS], 0), ([Category.VITALS], 481)],
)
async def test_a_grant_of_more_than_was_asked_or_too_long_is_refused(
    house: House, people: People, visit: Visit, categories: list[Category], minutes: int
) -> None:
    with pytest.raises(Incorrect):
        await house.clinic.grant(
            people.patient, visit.id, categories, NOON + timedelta(minutes=minutes)
        )


async def test_a_note_stands_on_the_patient_s_record(
    house: House, people: People, visit: Visit
) -> None:
    await house.clinic.grant(people.patient, visit.id, [Category.VITALS], UNTIL)

    reference = await house.clinic.write_note(people.doctor, visit.id, "Rest and water.")

    kind, _, id = reference.partition("/")
    note = await house.records.read(Asking(caller=people.patient), kind, id)
    assert note["subject"] == {"reference": "Patient/p-1"}
    assert note["author"][0]["reference"] == "Practitioner/d-1"


async def test_without_consent_no_note_can_be_written(
    house: House, people: People, visit: Visit
) -> None:
    with pytest.raises(HouseError):
        await house.clinic.write_note(people.doctor, visit.id, "Rest and water.")


async def test_a_taken_room_lets_nobody_else_in(house: House, people: People, visit: Visit) -> None:
    with pytest.raises(Conflict, match="free room"):
        await house.clinic.enter(people.other_patient, visit.room)
    with pytest.raises(Conflict, match="free one"):
        await house.clinic.enter(people.other_doctor, visit.room)


async def test_an_operator_has_no_part_in_a_visit(house: House, people: People) -> None:
    with pytest.raises(Forbidden):
        await house.clinic.enter(people.operator, ROOM)


async def test_both_are_told_of_every_change(house: House, people: People, visit: Visit) -> None:
    watching = house.clinic.watch(people.doctor)
    first = await anext(watching)
    assert first is not None
    assert first.answer is Answer.OPEN

    await house.clinic.grant(people.patient, visit.id, [Category.VITALS], UNTIL)

    async with asyncio.timeout(5):
        async for news in watching:
            if news and news.answer is Answer.GRANTED:
                break


async def test_a_consent_taken_back_elsewhere_ends_in_the_visit_too(
    house: House, people: People, visit: Visit
) -> None:
    granted = await house.clinic.grant(people.patient, visit.id, [Category.VITALS], UNTIL)
    assert granted.consent is not None

    await house.records.revoke(Asking(caller=people.patient), granted.consent)

    async with asyncio.timeout(5):
        while True:
            held = await house.clinic.current(people.patient)
            if held and held.answer is Answer.ENDED:
                break
            await house.events.deliver()

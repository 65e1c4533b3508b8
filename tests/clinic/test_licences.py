"""Who has no valid licence meets no patient as a clinician."""

import asyncio
from datetime import timedelta

import pytest

from asklepion.app import House
from asklepion.clinic import Answer
from asklepion.identity.engine.vc.status import Status
from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Forbidden
from asklepion.records import Category
from tests.clinic.people import ROOM, UNTIL, open_visit, seen
from tests.conftest import EMAILS, People, license_clinician

OTHER_ROOM = "consulting-room-2"


async def change(house: House, people: People, state: Status) -> None:
    """Change every licence of the doctor's."""
    issuing = house.identity.credentials.issuing
    for line in await issuing.register(people.operator):
        if line.account == people.doctor.account:
            await issuing.change(people.operator, line.id, state)
    await house.events.deliver()


@pytest.mark.parametrize("state", [Status.REVOKED, Status.SUSPENDED])
async def test_without_a_valid_licence_nobody_attends_a_room(
    house: House, people: People, state: Status
) -> None:
    await change(house, people, state)

    with pytest.raises(Forbidden, match="no valid licence"):
        await house.clinic.enter(people.doctor, ROOM)

    await house.clinic.enter(people.other_doctor, ROOM)
    visit = await house.clinic.enter(people.patient, OTHER_ROOM)
    assert visit is not None
    assert visit.clinician is None


async def test_a_licence_of_his_own_opens_the_room_again(house: House, people: People) -> None:
    await change(house, people, Status.REVOKED)
    await license_clinician(house, EMAILS["doctor"])

    await house.clinic.enter(people.doctor, ROOM)

    visit = await house.clinic.enter(people.patient, ROOM)
    assert visit is not None
    assert visit.clinician_account == people.doctor.account


@pytest.mark.parametrize("state", [Status.REVOKED, Status.SUSPENDED])
async def test_a_licence_revoked_in_a_visit_ends_what_was_allowed_and_she_is_told_why(
    house: House, people: People, state: Status
) -> None:
    visit = await open_visit(house, people)
    await house.clinic.grant(people.patient, visit.id, [Category.VITALS], UNTIL)
    assert await seen(house, people, visit) == 1

    await change(house, people, state)

    assert await seen(house, people, visit) == 0
    now = await house.clinic.current(people.patient)
    assert now is not None
    assert (now.clinician, now.why_alone, now.answer) == (None, "licence", Answer.OPEN)
    with pytest.raises(Forbidden):
        await house.clinic.enter(people.doctor, ROOM)
    await house.clinic.enter(people.other_doctor, ROOM)
    now = await house.clinic.current(people.patient)
    assert now is not None
    assert (now.clinician_account, now.why_alone) == (people.other_doctor.account, "")


async def test_a_licence_that_runs_out_in_a_visit_lets_the_two_end_it_themselves(
    house: House, people: People, clock: StoppedClock
) -> None:
    visit = await open_visit(house, people)
    clock.at += timedelta(days=3650)

    await house.clinic.look()

    again = await house.clinic.enter(people.doctor, ROOM)
    assert again is not None
    assert again.clinician_account == people.doctor.account
    await house.clinic.close(people.patient, visit.id)
    await house.clinic.look()
    with pytest.raises(Forbidden, match="no valid licence"):
        await house.clinic.enter(people.doctor, OTHER_ROOM)


async def test_who_waits_with_a_licence_that_runs_out_waits_no_more(
    house: House, people: People, clock: StoppedClock
) -> None:
    await house.clinic.enter(people.doctor, ROOM)
    clock.at += timedelta(days=3650)
    visit = await house.clinic.enter(people.patient, ROOM)
    assert visit is not None
    assert visit.clinician is None

    await house.clinic.look()

    rooms = await house.clinic.rooms(people.patient)
    assert [room.clinician for room in rooms] == [None, None, None]


async def test_a_licence_revoked_while_one_waits_at_the_door_keeps_one_out(
    house: House, people: People
) -> None:
    async with house.db.begin() as tx:
        await tx.lock("clinic")
        coming = asyncio.create_task(house.clinic.enter(people.doctor, ROOM))
        await asyncio.sleep(0.2)
        await tx.run("UPDATE identity_credential SET state = 1")

    with pytest.raises(Forbidden, match="no valid licence"):
        await coming

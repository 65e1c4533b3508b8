"""Everybody at once: whatever the order, taking back and closing leave nothing of hers to see."""

import asyncio
import random
from collections.abc import Awaitable
from contextlib import suppress
from datetime import timedelta

import pytest

from asklepion.app import House
from asklepion.clinic import Answer, Ask, Visit, store
from asklepion.kit.errors import Conflict, HouseError
from asklepion.records import Asking, Category
from tests.clinic.people import UNTIL, seen
from tests.conftest import NOON, People

LATER = NOON + timedelta(minutes=45)
BOTH = [Category.VITALS, Category.LABORATORY]


async def standing(house: House, people: People) -> set[str]:
    """Every consent of the patient's that stands, wherever it came from."""
    mine = Asking(caller=people.patient, purpose="PATRQT")
    return {permit.consent for permit in await house.records.given(mine, "Patient/p-1")}


async def at_once(*verbs: Awaitable[object]) -> list[object]:
    """What became of each; a clear no is an answer, anything else is a fault."""
    done = await asyncio.gather(*verbs, return_exceptions=True)
    faults = [each for each in done if isinstance(each, Exception)]
    assert all(isinstance(fault, HouseError) for fault in faults), faults
    return list(done)


async def test_of_two_grants_at_once_one_consent_stands_and_taking_back_ends_it(
    house: House, people: People, visit: Visit
) -> None:
    grant = house.clinic.grant
    await at_once(
        *(grant(people.patient, visit.id, BOTH[:n], UNTIL) for n in (1, 2, 1, 2)),
    )

    held = await house.clinic.current(people.patient)
    assert held is not None
    assert await standing(house, people) == {held.consent}
    await house.clinic.revoke(people.patient, visit.id)
    assert await standing(house, people) == set()
    assert await seen(house, people, visit) == 0


async def test_a_grant_that_comes_with_the_end_of_the_visit_does_not_outlive_it(
    house: House, people: People, visit: Visit
) -> None:
    for _ in range(8):
        now = await house.clinic.enter(people.patient, visit.room)
        assert now is not None
        await at_once(
            house.clinic.grant(people.patient, now.id, [Category.VITALS], UNTIL),
            house.clinic.close(people.doctor, now.id),
        )

        assert await house.clinic.current(people.patient) is None
        assert await standing(house, people) == set()
        assert await seen(house, people, now) == 0


async def test_what_is_asked_while_she_answers_does_not_undo_her_answer(
    house: House, people: People, visit: Visit
) -> None:
    async def keep_asking(minutes: int) -> None:
        while not answered.is_set():
            await house.clinic.ask(people.doctor, visit.id, Ask(minutes=minutes))

    for _ in range(8):
        answered = asyncio.Event()
        asking = [asyncio.create_task(keep_asking(minutes)) for minutes in (10, 20, 30)]
        await house.clinic.grant(people.patient, visit.id, [Category.VITALS], UNTIL)
        answered.set()
        await asyncio.gather(*asking)

        held = await house.clinic.current(people.patient)
        assert held is not None
        assert held.consent is not None
        assert await standing(house, people) == {held.consent}


async def test_a_grant_that_is_cut_short_leaves_nothing_behind(
    house: House, people: People, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cut(*_: object) -> None:
        raise ConnectionError  # as when the power goes before the visit's own row is written

    with monkeypatch.context() as patched:
        patched.setattr(store, "keep", cut)
        with pytest.raises(ConnectionError):
            await house.clinic.grant(people.patient, visit.id, [Category.VITALS], UNTIL)

    assert await seen(house, people, visit) == 0
    assert await standing(house, people) == set()


async def test_taking_back_ends_every_consent_of_the_visit_also_one_written_as_fhir(
    house: House, people: People, visit: Visit
) -> None:
    granted = await house.clinic.grant(people.patient, visit.id, [Category.VITALS], UNTIL)
    mine = Asking(caller=people.patient, purpose="PATRQT")
    consent = await house.records.read(mine, "Consent", granted.consent or "")
    await house.records.create(mine, consent)
    assert len(await standing(house, people)) == 2

    await house.clinic.revoke(people.patient, visit.id)

    assert await standing(house, people) == set()
    assert await seen(house, people, visit) == 0


async def test_what_she_allowed_outside_the_visit_outlives_it(
    house: House, people: People, visit: Visit
) -> None:
    mine = Asking(caller=people.patient, purpose="PATRQT")
    kept = await house.records.grant(
        mine,
        patient="Patient/p-1",
        actor="Practitioner/d-1",
        categories=[Category.VITALS],
        until=UNTIL,
    )
    await house.clinic.grant(people.patient, visit.id, [Category.VITALS], UNTIL)

    await house.clinic.close(people.doctor, visit.id)

    assert await standing(house, people) == {kept}


async def test_news_of_an_older_consent_s_end_does_not_touch_the_newer_one(
    house: House, people: People, visit: Visit
) -> None:
    for _ in range(5):
        await house.clinic.grant(people.patient, visit.id, [Category.VITALS], UNTIL)
        first = await house.clinic.current(people.patient)
        assert first is not None
        await asyncio.gather(
            house.records.revoke(Asking(caller=people.patient), first.consent or ""),
            house.clinic.grant(people.patient, visit.id, BOTH, LATER),
        )
        while await house.events.deliver():
            pass

        held = await house.clinic.current(people.patient)
        assert held is not None
        assert (held.answer, held.granted) == (Answer.GRANTED, tuple(BOTH))
        assert await standing(house, people) == {held.consent}


@pytest.mark.parametrize("seed", range(6))
async def test_in_whatever_order_all_comes_the_end_is_the_end(
    house: House, people: People, visit: Visit, seed: int
) -> None:
    order = random.Random(seed)
    clinic = house.clinic
    verbs = [
        lambda: clinic.grant(people.patient, visit.id, [Category.VITALS], UNTIL),
        lambda: clinic.grant(people.patient, visit.id, BOTH, LATER),
        lambda: clinic.ask(people.doctor, visit.id, Ask(minutes=order.randint(1, 60))),
        lambda: clinic.revoke(people.patient, visit.id),
        lambda: clinic.refuse(people.patient, visit.id),
    ]
    last = order.choice([clinic.close, clinic.revoke])
    who = people.doctor if last == clinic.close and order.random() < 0.5 else people.patient
    storm = [order.choice(verbs)() for _ in range(20)]
    if last == clinic.close:
        storm.insert(order.randrange(20), last(who, visit.id))

    await at_once(*storm)
    if last == clinic.revoke:
        with suppress(Conflict):  # nothing may stand any more
            await last(who, visit.id)

    assert await standing(house, people) == set()
    assert await seen(house, people, visit) == 0
    held = await clinic.current(people.patient)
    assert held is None or (held.consent, held.granted) == (None, ())

"""Alerts on both databases: kept, counted, handed on, forgotten."""

import asyncio
from datetime import timedelta

import pytest

from asklepion.app import House
from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Tx
from asklepion.kit.errors import Forbidden
from asklepion.records import Asking, Category, Ground
from asklepion.twin import AlertWish
from asklepion.twin.store import alerts as store
from tests.conftest import People

from .build import measured
from .test_alerts import MINUTE, TRIES, get_worse, register, settle
from .test_service import HER, allow, hers, his

OTHER = "Patient/p-2"


async def test_what_nobody_answers_goes_to_the_next_people(
    house: House, people: People, clock: StoppedClock
) -> None:
    device = await register(house, people)
    await allow(house, people, Category.VITALS)
    wish = AlertWish(first=["Practitioner/d-2"], escalate_min=5)
    await house.alerts.keep_wish(hers(people), wish)
    await get_worse(house, device)
    await settle(house, 1, hers(people))
    assert await house.alerts.list(his(people)) == []  # another is told first

    clock.at += 4 * MINUTE
    await house.alerts.sweep()
    assert await house.alerts.list(his(people)) == []
    clock.at += 2 * MINUTE
    await house.alerts.sweep()

    (seen,) = await house.alerts.list(his(people))
    assert seen.is_unanswered


async def test_alerts_are_counted_follow_a_merge_and_go_with_her(
    house: House, people: People, clock: StoppedClock
) -> None:
    device = await register(house, people)
    await allow(house, people, Category.DEMOGRAPHICS, Category.VITALS)
    await get_worse(house, device)
    (alert,) = await settle(house, 1, hers(people))
    await house.alerts.answer(his(people), alert.id, "no_problem", "She was running.")

    hers_figures = await house.alerts.figures(hers(people))
    of_all = await house.alerts.figures(Asking(caller=people.operator))
    assert hers_figures == of_all
    assert (of_all.patient_days, of_all.raised, of_all.no_problem_share) == (1, 1, 1)
    with pytest.raises(Forbidden):
        await house.alerts.figures(his(people))

    async with house.db.begin() as tx:
        assert await house.alerts.follow(tx, HER, OTHER) == [alert.id]
    async with house.db.begin() as tx:
        assert await house.alerts.follow(tx, OTHER, HER, [alert.id]) == [alert.id]
    (back,) = await house.alerts.list(hers(people))
    assert [said.note for said in back.answers] == ["She was running."]

    clock.at += timedelta(hours=25)
    await house.alerts.sweep()
    (ended,) = await house.alerts.list(hers(people))
    assert (ended.state, ended.end_key) == ("ended", "twin.alert.end.silent")

    await house.records.erase(Asking(caller=people.operator), HER, Ground.WITHDRAWN)
    async with house.db.read() as tx:
        for table in ("alert", "alert_answer", "alert_day", "alert_wish"):
            assert await tx.all(f"SELECT * FROM twin_{table}") == []


async def test_do_not_watch_over_me_is_said_for_all_of_a_joined_record(
    house: House, people: People
) -> None:
    device = await register(house, people)
    first = ["Practitioner/d-1"]
    await house.alerts.keep_wish(hers(people), AlertWish(first=first))
    await get_worse(house, device)
    await settle(house, 1, hers(people))
    other = Asking(caller=people.other_patient)
    off = AlertWish(is_on=False, first=["Practitioner/d-2"])
    await house.alerts.keep_wish(other, off)
    assert people.other_patient.person == OTHER

    async with house.db.begin() as tx:
        await house.alerts.follow(tx, OTHER, HER)

    wish = await house.alerts.wish(hers(people))
    assert (wish.is_on, list(wish.first)) == (False, first)
    (ended,) = await house.alerts.list(hers(people))
    assert ended.end_key == "twin.alert.end.off"


async def test_a_wish_goes_along_where_the_other_record_has_none(
    house: House, people: People
) -> None:
    await register(house, people)
    await house.alerts.keep_wish(Asking(caller=people.other_patient), AlertWish(is_on=False))

    async with house.db.begin() as tx:
        await house.alerts.follow(tx, OTHER, HER)

    assert not (await house.alerts.wish(hers(people))).is_on


async def test_who_is_erased_is_watched_over_no_more(house: House, people: People) -> None:
    device = await register(house, people)
    await get_worse(house, device)
    await settle(house, 1, hers(people))

    await house.records.erase(Asking(caller=people.operator), HER, Ground.WITHDRAWN)
    late = measured("8867-4", 140, "/min") | {"id": "late"}
    house.alerts.hear(HER, [late])
    await asyncio.sleep(0.3)

    async with house.db.read() as tx:
        for table in ("alert", "alert_day"):
            assert await tx.all(f"SELECT * FROM twin_{table}") == []


async def test_who_is_erased_while_a_day_is_noted_leaves_no_day(
    house: House, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = await register(house, people)
    asking = Asking(caller=people.operator)
    noted: list[bool] = []
    erasing: list[asyncio.Task[object]] = []

    async def erase_first(tx: Tx, patient: str, day: int) -> None:
        erasing.append(asyncio.create_task(house.records.erase(asking, HER, Ground.WITHDRAWN)))
        await asyncio.wait(erasing, timeout=5)  # it ends, or is held back until the day is noted
        await note_day(tx, patient, day)
        noted.append(True)

    note_day = store.note_day
    monkeypatch.setattr(store, "note_day", erase_first)
    await get_worse(house, device, minutes=1)
    for _ in range(TRIES):
        if noted:
            break
        await asyncio.sleep(0.02)
    await asyncio.gather(*erasing)

    assert noted
    async with house.db.read() as tx:
        assert await tx.all("SELECT * FROM twin_alert_day") == []

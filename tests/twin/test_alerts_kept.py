"""Alerts on both databases: kept, counted, handed on, forgotten."""

from datetime import timedelta

import pytest

from asklepion.app import House
from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Forbidden
from asklepion.records import Asking, Category, Ground
from asklepion.twin import AlertWish
from tests.conftest import People

from .test_alerts import MINUTE, get_worse, register, settle
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

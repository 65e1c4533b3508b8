import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from httpx import AsyncClient
from hypothesis import given, settings
from hypothesis import strategies as st

from asklepion.app import House
from asklepion.devices.engine.plans import (
    AROUND,
    Plan,
    make_care_plan,
    read_care_plan,
    require_plan,
    slots_of,
    weigh,
)
from asklepion.devices.service import plans
from asklepion.identity import Caller
from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Forbidden, Incorrect, NotFound, Unauthenticated
from asklepion.records import Asking, Category
from tests.conftest import NOON, People
from tests.twin import build
from tests.twin.build import measured
from tests.twin.test_service import HER, allow, bring_in, hers, his

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def database_url() -> str:
    """SQLite alone: there is no SQL here."""
    return ""


def plan(*clock: str, kind: str = "weight", **more: object) -> Plan:
    known: dict[str, object] = {
        "id": "1",
        "kind": kind,
        "times": tuple(time.fromisoformat(one) for one in clock or ("08:00",)),
        "days": frozenset[int](),
        "start": date(2026, 2, 1),
        "until": None,
        "zone": "Europe/Berlin",
    }
    return Plan(**(known | more))  # pyright: ignore[reportArgumentType]


def test_eight_in_the_morning_stays_eight_when_clocks_change() -> None:
    around = slots_of(plan(), datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC))

    assert [slot.due_at.hour for slot in around] == [7, 6, 6]  # UTC; summer time began on the 29th


def test_a_plan_of_some_days_has_slots_on_those_and_ends() -> None:
    mondays = plan(days=frozenset({0}), until=date(2026, 2, 20))
    found = slots_of(mondays, NOON - 60 * DAY, NOON + 60 * DAY)

    assert [slot.due_at.date().isoformat() for slot in found] == [
        *("2026-02-02", "2026-02-09", "2026-02-16"),
    ]


def test_of_what_is_over_it_is_counted_what_was_kept_and_silence_since_when() -> None:
    slots = slots_of(plan("08:00", "20:00"), NOON - 3 * DAY, NOON + DAY)
    kept = {slots[0].due_at: True, slots[1].due_at: True}

    fares = weigh(slots, kept, NOON)

    assert (fares.done, fares.missed) == (2, 4)
    assert fares.last_missed_at == slots[2].due_at
    assert fares.now is None
    assert fares.next == next(slot for slot in slots if slot.due_at > NOON)
    early = weigh(slots, kept, NOON - 5 * HOUR)  # seven in the morning, in UTC
    assert early.now
    assert early.now.state(False, NOON - 5 * HOUR) == "due"
    assert early.now.state(False, NOON - 4 * HOUR) == "overdue"


@settings(max_examples=40)
@given(
    times=st.lists(st.times(), min_size=1, max_size=12, unique_by=lambda at: at.replace(second=0)),
    zone=st.sampled_from(["UTC", "Asia/Shanghai", "America/St_Johns", "Pacific/Auckland"]),
    days=st.frozensets(st.integers(0, 6)),
)
def test_no_moment_belongs_to_two_slots(times: list[time], zone: str, days: frozenset[int]) -> None:
    whole = tuple(sorted({at.replace(second=0, microsecond=0) for at in times}))
    found = slots_of(
        replace(plan(), times=whole, zone=zone, days=days),
        NOON - DAY,
        NOON + 40 * DAY,
    )

    for one, then in itertools.pairwise(found):
        assert one.closes_at <= then.opens_at
    assert all(slot.opens_at <= slot.due_at <= slot.closes_at for slot in found)
    assert all(slot.closes_at - slot.opens_at <= 2 * AROUND for slot in found)


def test_a_plan_is_read_as_it_was_written() -> None:
    made = plan("07:30", "19:00", kind="blood-pressure", days=frozenset({0, 4}), id="")

    assert read_care_plan(make_care_plan(made, HER, NOON)) == [made]
    assert read_care_plan(make_care_plan(made, HER, NOON) | {"status": "revoked"}) == []


async def test_a_plan_stands_in_her_record_and_is_weighed_by_what_she_measured(
    house: House, people: People, clock: StoppedClock
) -> None:
    morning = [
        measured("29463-7", 80, "kg", n * DAY + 5 * HOUR) | {"id": f"w-{n}"} for n in range(1, 4)
    ]
    await bring_in(house, people, build.patient(), *morning)
    id = await house.devices.plans.make(
        hers(people), HER, plan(zone="UTC", start=date(2026, 2, 23))
    )

    (found,) = await house.devices.plans.look(hers(people), HER)
    assert (found.plan.id, found.plan.author_name) == (id, "Patient")
    assert (found.adherence.done, found.adherence.missed) == (3, 4)
    assert found.adherence.last_missed_at == NOON - 4 * HOUR
    assert found.adherence.next
    assert found.adherence.next.due_at == NOON + 20 * HOUR
    kept = await house.records.read(hers(people), "CarePlan", id)
    assert kept["activity"][0]["detail"]["scheduledTiming"]["repeat"]["timeOfDay"] == ["08:00:00"]

    await house.devices.plans.end(hers(people), HER, id)
    assert await house.devices.plans.look(hers(people), HER) == []
    with pytest.raises(Incorrect):
        await house.devices.plans.make(hers(people), HER, plan(zone="Mars/Here"))


async def test_a_clinician_plans_with_her_consent_and_nobody_else_does(
    house: House, people: People
) -> None:
    await bring_in(house, people, build.patient())
    others = (people.other_doctor, people.other_patient, people.doctor)
    for other in others:
        with pytest.raises(NotFound):
            await house.devices.plans.make(Asking(caller=other), HER, plan())
    with pytest.raises(Unauthenticated):
        await house.devices.plans.make(Asking(caller=Caller()), HER, plan())
    await allow(house, people, Category.VITALS)
    with pytest.raises(Forbidden):
        await house.devices.plans.make(his(people), HER, plan())

    await allow(house, people, Category.VITALS, Category.CARE_PLANS)
    id = await house.devices.plans.make(his(people), HER, plan(start=NOON.date()))

    (found,) = await house.devices.plans.look(hers(people), HER)
    assert (found.plan.id, found.plan.author) == (id, "Practitioner/d-1")
    await house.devices.plans.end(hers(people), HER, id)  # it is her record
    own = await house.devices.plans.make(hers(people), HER, plan(start=NOON.date()))
    with pytest.raises(Forbidden):
        await house.devices.plans.end(his(people), HER, own)


async def test_a_clinician_cannot_plan_in_a_colleague_s_name(house: House, people: People) -> None:
    await bring_in(house, people, build.patient())
    await allow(house, people, Category.CARE_PLANS)
    forged = make_care_plan(plan(author="Practitioner/d-2"), HER, NOON)
    shown = make_care_plan(plan(author="Practitioner/d-1"), HER, NOON)
    shown["author"]["display"] = "A colleague"

    for who, resource in (
        (his(people), forged),
        (his(people), shown),
        (hers(people), shown),
    ):
        with pytest.raises(Forbidden, match="another author"):
            await house.records.create(who, resource)
    id = await house.devices.plans.make(hers(people), HER, plan())
    own = await house.records.read(hers(people), "CarePlan", id)
    with pytest.raises(Forbidden, match="another author"):
        await house.records.update(hers(people), own | {"author": shown["author"]})


async def test_of_a_plan_that_another_wrote_no_more_is_read_than_is_planned_here(
    house: House, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    minutes = tuple(time(hour, minute) for hour in range(24) for minute in range(60))
    wild = make_care_plan(plan(times=minutes, zone="UTC"), HER, NOON - 20 * DAY)
    wild |= {"id": "wild", "activity": wild["activity"] * 300}
    weight = measured("29463-7", 80, "kg", DAY) | {"id": "w-1"}
    await bring_in(house, people, build.patient(), wild, weight)
    asked: list[int] = []
    search_all = house.records.search_all

    async def counting(asking: Asking, searches: Any) -> Any:
        asked.append(len(searches))
        return await search_all(asking, searches)

    monkeypatch.setattr(house.records, "search_all", counting)

    found = await house.devices.plans.look(hers(people), HER)

    assert (len(found), {len(one.plan.times) for one in found}) == (20, {12})
    assert asked == [1]


async def test_what_a_sensor_measured_all_day_counts_where_it_is_too_much_to_read(
    house: House, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "MOST_READ", 1)
    days = [measured("29463-7", 80, "kg", n * DAY + 4 * HOUR) | {"id": f"w-{n}"} for n in (1, 3)]
    days[1] |= {"effectiveDateTime": f"{NOON - 3 * DAY:%Y-%m-%d}"}
    await bring_in(house, people, build.patient(), *days)
    start = (NOON - 5 * DAY).date()
    await house.devices.plans.make(hers(people), HER, plan(zone="UTC", start=start))

    (found,) = await house.devices.plans.look(hers(people), HER)

    assert found.adherence.done == 2


def test_a_plan_at_the_end_of_time_is_no_fault() -> None:
    require_plan(plan(start=date(9999, 12, 1), until=date(9999, 12, 31)))

    assert slots_of(plan(start=date(9999, 12, 1)), NOON - DAY, NOON + DAY) == []


async def test_over_http_one_plans_looks_and_ends(
    house: House, people: People, patient: AsyncClient, stranger: AsyncClient
) -> None:
    await bring_in(house, people, build.patient())
    path = "/api/devices/plans/p-1"
    body = {"kind": "blood-pressure", "times": ["08:00", "20:00"], "zone": "Asia/Shanghai"}

    assert (await stranger.post(path, json=body)).status_code == 401
    assert (await patient.post(path, json=body | {"times": []})).status_code == 400
    id = (await patient.post(path, json=body)).json()["id"]
    (seen,) = (await patient.get(path)).json()
    assert (seen["id"], seen["times"], seen["share"]) == (id, ["08:00", "20:00"], None)
    assert seen["due_at"]  # it is eight in the evening in Shanghai
    assert (await patient.delete(f"{path}/{id}")).status_code == 204
    assert (await patient.get(path)).json() == []

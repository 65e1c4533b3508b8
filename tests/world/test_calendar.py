"""What hosts plan, who may see it and come, and the same for calendar programs."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient

from asklepion.app import House
from asklepion.identity import AccountClosed, Caller
from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Tx
from asklepion.kit.errors import Conflict, Forbidden, Incorrect, NotFound
from asklepion.world.engine import calendar_of
from asklepion.world.model import Audience, Event
from asklepion.world.service import Calendar, Plan
from tests.conftest import People
from tests.world.test_company import come

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TALK = Plan(place="plaza", title="Sleeping well", starts_at=NOON + timedelta(hours=5), minutes=45)


@pytest.fixture
def calendar(house: House) -> Calendar:
    return house.company.calendar


async def titles(calendar: Calendar, caller: Caller) -> list[str]:
    return [each.event.title for each in await calendar.list_events(caller)]


def but(**changes: Any) -> Plan:
    return replace(TALK, **changes)


async def test_a_host_plans_something_others_say_they_come_and_it_is_counted(
    calendar: Calendar, people: People
) -> None:
    event = await calendar.plan(people.operator, TALK)

    await calendar.come(people.patient, event.id)
    await calendar.come(people.patient, event.id)  # twice is once
    await calendar.come(people.doctor, event.id)
    await calendar.stay_away(people.doctor, event.id)

    (seen,) = await calendar.list_events(people.patient)
    assert (seen.coming, seen.is_coming, seen.is_ours, seen.by) == (1, True, False, "Operator")
    (seen,) = await calendar.list_events(people.operator)
    assert (seen.coming, seen.is_coming, seen.is_ours) == (1, False, True)


async def test_nobody_plans_where_they_are_no_host_nor_in_a_home_or_a_guarded_room(
    calendar: Calendar, people: People
) -> None:
    for caller, place in (
        (people.patient, "plaza"),
        (people.doctor, "plaza"),
        (people.patient, "home"),
        (people.doctor, "consulting-room-1"),
    ):
        with pytest.raises(Forbidden, match="host"):
            await calendar.plan(caller, but(place=place))
    with pytest.raises(NotFound):
        await calendar.plan(people.operator, but(place="moon"))

    assert await calendar.plan(people.doctor, but(place="clinic"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": "   "},
        {"title": "x" * 121},
        {"minutes": 4},
        {"minutes": 481},
        {"starts_at": NOON - timedelta(minutes=1)},
        {"starts_at": NOON + timedelta(days=400)},
        {"starts_at": datetime(2026, 3, 2, 12)},
        {"capacity": -1},
        {"capacity": 301},
    ],
)
async def test_what_cannot_be_is_said_and_not_kept(
    calendar: Calendar, people: People, wrong: dict[str, Any]
) -> None:
    with pytest.raises(Incorrect):
        await calendar.plan(people.operator, but(**wrong))

    assert await calendar.list_events(people.operator) == []


async def test_what_is_for_some_is_seen_by_those_and_nobody_else_can_come(
    house: House, calendar: Calendar, people: People
) -> None:
    for later, audience in enumerate(Audience, start=1):
        at = NOON + timedelta(hours=later)
        plan = but(title=audience, audience=audience, starts_at=at)
        await calendar.plan(people.operator, plan)

    assert await titles(calendar, people.operator) == list(Audience)
    assert await titles(calendar, people.patient) == ["all", "patient"]
    assert await titles(calendar, people.doctor) == ["all", "clinician"]
    ids = {e.event.title: e.event.id for e in await calendar.list_events(people.operator)}
    with pytest.raises(NotFound):
        await calendar.come(people.patient, ids["clinician"])
    with pytest.raises(NotFound):
        await calendar.one_as_file(people.patient, ids["friends"], "https://house")

    keeper, mine = await come(house, people.operator), await come(house, people.patient)
    await house.company.people.ask(people.patient, keeper.who)
    await house.company.people.ask(people.operator, mine.who)
    assert await titles(calendar, people.patient) == ["all", "patient", "friends"]
    await house.company.people.block(people.patient, keeper.who)
    assert await titles(calendar, people.patient) == []  # gone to each other


async def test_so_many_come_and_no_more_until_one_stays_away(
    calendar: Calendar, people: People
) -> None:
    event = await calendar.plan(people.operator, but(capacity=1))
    await calendar.come(people.patient, event.id)

    with pytest.raises(Conflict, match="full"):
        await calendar.come(people.doctor, event.id)
    await calendar.come(people.patient, event.id)  # who comes already is no other

    await calendar.stay_away(people.patient, event.id)
    await calendar.come(people.doctor, event.id)


async def test_a_host_cancels_and_takes_that_back_and_who_wanted_to_come_still_does(
    calendar: Calendar, people: People
) -> None:
    event = await calendar.plan(people.operator, TALK)
    await calendar.come(people.patient, event.id)
    with pytest.raises(Forbidden, match="host"):
        await calendar.cancel(people.patient, event.id, off=True)

    await calendar.cancel(people.operator, event.id, off=True)
    (seen,) = await calendar.list_events(people.patient)
    assert seen.event.cancelled_at is not None
    with pytest.raises(Conflict, match="cancelled"):
        await calendar.come(people.doctor, event.id)

    await calendar.cancel(people.operator, event.id, off=False)
    (seen,) = await calendar.list_events(people.patient)
    assert (seen.event.cancelled_at, seen.is_coming) == (None, True)


async def test_what_went_with_its_account_does_not_come_back_by_being_cancelled(
    house: House, calendar: Calendar, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await calendar.plan(people.operator, TALK)
    begin = house.db.begin

    @asynccontextmanager
    async def begin_once_all_went() -> AsyncGenerator[Tx]:
        """As if the account had gone between looking and writing."""
        async with begin() as tx:
            await calendar.forget(tx, people.operator.account)
        async with begin() as tx:
            yield tx

    with monkeypatch.context() as patch:
        patch.setattr(house.db, "begin", begin_once_all_went)
        with pytest.raises(NotFound):
            await calendar.cancel(people.operator, event.id, off=True)

    assert await calendar.list_events(people.operator) == []


async def test_what_is_over_is_listed_no_more(
    calendar: Calendar, people: People, clock: StoppedClock
) -> None:
    event = await calendar.plan(people.operator, TALK)
    clock.at += timedelta(hours=5, minutes=44)
    assert await titles(calendar, people.patient) == ["Sleeping well"]

    clock.at += timedelta(minutes=2)

    assert await titles(calendar, people.patient) == []
    with pytest.raises(NotFound):
        await calendar.come(people.patient, event.id)


async def test_an_address_for_calendar_programs_tells_what_one_comes_to_until_a_new_one_is_made(
    calendar: Calendar, people: People
) -> None:
    mine = await calendar.plan(people.operator, TALK)
    await calendar.plan(people.operator, but(title="Not mine"))
    await calendar.come(people.patient, mine.id)
    secret = await calendar.open_feed(people.patient)

    feed = (await calendar.read_feed(secret, "https://house.example")).decode()

    assert re.findall("SUMMARY:(.*)\r\n", feed) == ["Sleeping well"]
    assert re.findall("URL:(.*)\r\n", feed) == ["https://house.example/#/plaza"]
    newer = await calendar.open_feed(people.patient)
    assert await calendar.read_feed(newer, "")
    for useless in (secret, "", "guess"):
        with pytest.raises(NotFound):
            await calendar.read_feed(useless, "")


async def test_with_an_account_goes_what_it_planned_and_to_what_it_comes(
    house: House, calendar: Calendar, people: People
) -> None:
    event = await calendar.plan(people.operator, TALK)
    await calendar.come(people.patient, event.id)
    await calendar.open_feed(people.patient)

    for account in (people.patient.account, people.operator.account):
        async with house.db.begin() as tx:
            await house.events.tell(tx, AccountClosed(account, ""))
    await house.events.deliver()

    async with house.db.read() as tx:
        for table in ("world_event", "world_coming", "world_feed"):
            assert await tx.all(f"SELECT * FROM {table}") == [], table


async def test_over_http_a_stranger_is_turned_away_and_a_zone_is_understood(
    stranger: AsyncClient, operator: AsyncClient, patient: AsyncClient
) -> None:
    assert (await stranger.get("/api/world/events")).status_code == 401
    body = {"place": "plaza", "title": "Talk", "starts_at": "2026-03-01T22:30:00+08:00"}

    made = await operator.post("/api/world/events", json=body | {"minutes": 30})
    assert made.status_code == 201, made.text
    (seen,) = (await patient.get("/api/world/events")).json()
    assert seen["starts_at"].startswith("2026-03-01T14:30:00")
    path = f"/api/world/events/{made.json()['id']}"
    assert (await patient.put(f"{path}/coming", json={"coming": True})).status_code == 204
    assert (await patient.put(f"{path}/off", json={"off": True})).status_code == 403

    file = await patient.get(f"{path}/event.ics")
    assert file.headers["content-type"].startswith("text/calendar")
    assert b"DTSTART:20260301T143000Z\r\n" in file.content
    url = (await patient.post("/api/world/calendar")).json()["url"]
    feed = await stranger.get(url[url.index("/api") :])  # nobody signs in there
    assert b"SUMMARY:Talk\r\n" in feed.content


def event(title: str, at: datetime = NOON) -> Event:
    return Event(
        id="e-1",
        place="plaza",
        title=title,
        starts_at=at,
        minutes=30,
        audience=Audience.ALL,
        capacity=0,
        account="a",
        at=NOON,
    )


def test_a_calendar_is_folded_within_75_octets_and_unfolds_to_what_it_says() -> None:
    title = "睡个好觉：与医生一起，慢慢来；" * 6 + "a, b; c \\ d"
    body = calendar_of([event(title)], name="x", root="")

    lines = body.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    for line in lines:
        line.decode()  # no letter is cut in two
    unfolded = body.replace(b"\r\n ", b"").decode()
    (summary,) = re.findall("SUMMARY:(.*)\r\n", unfolded)
    assert re.sub(r"\\(.)", r"\1", summary) == title


def test_a_cancelled_event_says_so_to_calendar_programs_and_rings_no_more() -> None:
    off = replace(event("x"), cancelled_at=NOON)

    assert b"STATUS:CANCELLED" in calendar_of([off], name="x", root="")
    assert b"VALARM" not in calendar_of([off], name="x", root="")
    assert b"TRIGGER:-PT10M" in calendar_of([event("x")], name="x", root="")

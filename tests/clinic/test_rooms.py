"""Who is in a consulting room, over real sockets: nobody hears what is not meant for them."""

import asyncio
import socket as sockets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from httpx import AsyncClient
from websockets.asyncio.client import connect

from asklepion.app import House, open_house
from asklepion.clinic import Answer, Visit
from asklepion.identity import Caller
from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Conflict, Forbidden, NotFound
from asklepion.records import Category
from asklepion.settings import Settings
from asklepion.world.wire import Enter, Say, Signal
from tests.clinic.people import ROOM, UNTIL, seen
from tests.conftest import EMAILS, NOON, QUICK, People, license_clinician
from tests.world.lines import WAIT_S, Client, Quiet

GONE = timedelta(seconds=61)


@dataclass
class Served:
    """The whole house behind a real socket."""

    house: House
    port: int

    @asynccontextmanager
    async def line(self, who: str, place: str = "") -> AsyncGenerator[Client]:
        """Somebody's line into the world, and into a place."""
        bearer = await self.house.identity.token(EMAILS[who])
        headers = {"authorization": f"Bearer {bearer}"}
        async with connect(f"ws://127.0.0.1:{self.port}/world", additional_headers=headers) as line:
            client = Client(line)
            if place:
                await client.send(Enter(place=place))
                await client.hear("welcome")
            yield client


@pytest.fixture
async def served(house: House, app: FastAPI, people: People) -> AsyncGenerator[Served]:
    listening = sockets.create_server(("127.0.0.1", 0))
    server = Quiet(uvicorn.Config(app, lifespan="off", log_level="error"))
    serving = asyncio.create_task(server.serve([listening]))
    yield Served(house, listening.getsockname()[1])
    await house.world.stop()
    server.should_exit = True
    await serving


async def heard_until(client: Client, kind: str) -> list[dict[str, Any]]:
    """Every message up to one of a kind."""
    heard: list[dict[str, Any]] = []
    while not heard or heard[-1]["type"] != kind:
        message = await client.next()
        if isinstance(message, dict):
            heard.append(message)
    return heard


async def close_her_visit(house: House, who: Caller) -> None:
    visit = await house.clinic.current(who)
    assert visit is not None
    await house.clinic.close(who, visit.id)


async def attending(house: House, people: People) -> str | None:
    """Who is in the first room, as a patient reads it."""
    room = (await house.clinic.rooms(people.other_patient))[0]
    return room.clinician_account


async def until_gone(house: House, account: str) -> None:
    async with asyncio.timeout(WAIT_S):
        while account in house.world.accounts_in(ROOM):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("closes", ["patient", "doctor"])
async def test_the_last_patient_neither_hears_nor_reaches_the_next_one(
    served: Served, people: People, closes: str
) -> None:
    house = served.house
    async with (
        served.line("doctor", ROOM) as doctor,
        served.line("patient", ROOM) as last,
        served.line("other_patient", "clinic") as next_one,
    ):
        await last.send(Say(text="Good morning."))
        assert (await doctor.hear("said"))["text"] == "Good morning."
        await close_her_visit(house, getattr(people, closes))
        assert (await heard_until(last, "expelled"))[-1]["to"] == "clinic"

        await next_one.send(Enter(place=ROOM))
        welcome = await next_one.hear("welcome")
        names = sorted(person["name"] for person in welcome["people"])
        assert names == ["Doctor", "Other Patient"]
        slots = {person["name"]: person["slot"] for person in welcome["people"]}
        await doctor.send(Say(text="What brings you here?"))
        await doctor.send(Signal(to=slots["Other Patient"], data="voice"))
        assert (await next_one.hear("said"))["text"] == "What brings you here?"
        assert (await next_one.hear("signalled"))["data"] == "voice"

        await last.send(Signal(to=slots["Other Patient"], data="listen in"))
        await last.send(Say(text="Hello?"))
        await last.send(Enter(place=ROOM))
        await last.send(Enter(place="plaza"))
        heard = await heard_until(last, "welcome")
        assert [m.get("code") for m in heard] == ["not-here", "nowhere", "forbidden", None]
        await next_one.send(Enter(place="clinic"))
        kinds = {message["type"] for message in await heard_until(next_one, "welcome")}
        assert "signalled" not in kinds


async def test_she_is_out_before_the_next_is_in_also_when_news_travels_slowly(
    served: Served, people: People
) -> None:
    house = served.house
    async with (
        served.line("doctor", ROOM),
        served.line("patient", ROOM) as last,
        served.line("other_patient", "clinic") as next_one,
        house.events._delivering,  # pyright: ignore[reportPrivateUsage]
    ):
        await close_her_visit(house, people.doctor)
        await next_one.send(Enter(place=ROOM))

        welcome = await next_one.hear("welcome")

        assert {person["name"] for person in welcome["people"]} == {"Doctor", "Other Patient"}
        assert (await last.hear("expelled"))["place"] == ROOM


async def test_the_gate_lets_in_the_two_of_the_visit_and_nobody_else(
    served: Served, people: People
) -> None:
    async with served.line("doctor", ROOM), served.line("patient", ROOM):
        for who in ("other_doctor", "other_patient", "operator"):
            async with served.line(who, "clinic") as other:
                await other.send(Enter(place=ROOM))
                assert (await other.hear("refused"))["code"] == "forbidden"

        there = set(served.house.world.accounts_in(ROOM))
        assert there == {people.doctor.account, people.patient.account}


async def test_a_doctor_who_gives_up_the_room_is_sent_out_of_it(
    served: Served, people: People
) -> None:
    async with served.line("doctor", ROOM) as doctor:
        await served.house.clinic.leave(people.doctor)
        await served.house.clinic.look()

        assert (await doctor.hear("expelled"))["to"] == "clinic"
        assert await attending(served.house, people) is None


async def test_of_an_empty_chair_nobody_reads_that_a_doctor_is_here(
    served: Served, people: People
) -> None:
    house = served.house
    async with served.line("doctor", ROOM):
        assert await attending(house, people) == people.doctor.account
    await until_gone(house, people.doctor.account)

    assert await attending(house, people) is None
    visit = await house.clinic.enter(people.patient, ROOM)
    assert visit is not None
    assert visit.clinician is None
    async with served.line("doctor", ROOM):
        assert await attending(house, people) == people.doctor.account
        back = await house.clinic.current(people.patient)
        assert back is not None
        assert back.clinician_account == people.doctor.account


async def test_an_empty_chair_without_a_visit_is_another_doctor_s_at_once(
    served: Served, people: People
) -> None:
    async with served.line("doctor", ROOM):
        pass
    await until_gone(served.house, people.doctor.account)

    async with served.line("other_doctor", ROOM):
        assert await attending(served.house, people) == people.other_doctor.account


async def test_a_doctor_who_closes_his_page_has_a_minute_to_come_back_to_his_visit(
    served: Served, people: People, visit: Visit, clock: StoppedClock
) -> None:
    house = served.house
    async with served.line("doctor", ROOM):
        await house.clinic.grant(people.patient, visit.id, [Category.VITALS], UNTIL)
    await until_gone(house, people.doctor.account)
    clock.at += GONE / 2
    await house.clinic.look()
    with pytest.raises(Conflict, match="free one"):
        await house.clinic.enter(people.other_doctor, ROOM)
    assert await seen(house, people, visit) == 1

    async with served.line("doctor", ROOM):
        clock.at += GONE
        await house.clinic.look()

        assert await attending(house, people) == people.doctor.account
        assert await seen(house, people, visit) == 1


async def test_one_who_does_not_come_back_sees_nothing_and_his_visit_waits_for_another(
    served: Served, people: People, visit: Visit, clock: StoppedClock
) -> None:
    house = served.house
    async with served.line("doctor", ROOM):
        await house.clinic.grant(people.patient, visit.id, [Category.VITALS], UNTIL)
    await until_gone(house, people.doctor.account)

    clock.at += GONE
    await house.clinic.look()

    assert await seen(house, people, visit) == 0
    assert await house.clinic.current(people.doctor) is None
    waiting = await house.clinic.current(people.patient)
    assert waiting is not None
    assert (waiting.clinician, waiting.answer, waiting.granted) == (None, Answer.OPEN, ())
    taken = await house.clinic.enter(people.other_doctor, ROOM)
    assert taken is not None
    assert (taken.id, taken.clinician_account) == (visit.id, people.other_doctor.account)
    with pytest.raises(NotFound):
        await house.clinic.close(people.doctor, visit.id)


async def test_a_house_that_opens_again_keeps_no_room_for_who_does_not_come_back(
    settings: Settings, clock: StoppedClock
) -> None:
    people: list[Caller] = []
    async with open_house(settings, clock, hasher=QUICK) as house:
        for name in ("d-1", "d-2"):
            account = await house.identity.create_account(
                house.identity.console(),
                email=f"{name}@example.org",
                password="olive tree by the sea",
                name=name,
                roles=["clinician"],  # pyright: ignore[reportArgumentType]
                person=f"Practitioner/{name}",
            )
            await license_clinician(house, account.email)
            people.append(account.caller)
        for caller, room in zip(people, ("consulting-room-1", "consulting-room-2"), strict=True):
            await house.clinic.enter(caller, room)

    async with open_house(settings, clock, hasher=QUICK) as house:
        rooms = await house.clinic.rooms(people[0])
        assert [room.clinician_account for room in rooms] == [None, None, None]
        await house.clinic.enter(people[1], "consulting-room-2")
        clock.at += GONE
        await house.clinic.look()

        rooms = await house.clinic.rooms(people[0])
        assert [room.clinician_account for room in rooms] == [None, people[1].account, None]
        await house.clinic.enter(people[1], "consulting-room-1")


async def test_an_operator_makes_a_room_free_and_nobody_else_does(
    served: Served, people: People, visit: Visit, operator: AsyncClient, doctor: AsyncClient
) -> None:
    house, path = served.house, f"/api/clinic/rooms/{ROOM}/release"
    async with served.line("doctor", ROOM) as his, served.line("patient", ROOM) as hers:
        await house.clinic.grant(people.patient, visit.id, [Category.VITALS], UNTIL)
        assert (await doctor.post(path)).status_code == 403
        assert await seen(house, people, visit) == 1

        assert (await operator.post(path)).status_code == 204

        assert await seen(house, people, visit) == 0
        assert await house.clinic.current(people.patient) is None
        assert await attending(house, people) is None
        assert (await his.hear("expelled"))["to"] == "clinic"
        assert (await hers.hear("expelled"))["to"] == "clinic"
    assert (await operator.post(path)).status_code == 204
    assert (await operator.post("/api/clinic/rooms/none/release")).status_code == 404
    with pytest.raises(Forbidden):
        await house.clinic.release(people.patient, ROOM)


async def test_a_visit_can_be_closed_when_the_patient_has_no_account_any_more(
    house: House, people: People, visit: Visit
) -> None:
    await house.clinic.grant(people.patient, visit.id, [Category.VITALS], UNTIL)
    async with house.db.begin() as tx:
        await tx.run("DELETE FROM identity_session WHERE account = :id", id=people.patient.account)
        await tx.run("DELETE FROM identity_account WHERE id = :id", id=people.patient.account)

    closed = await house.clinic.close(people.doctor, visit.id)

    assert closed.closed_at == NOON
    assert await seen(house, people, visit) == 0

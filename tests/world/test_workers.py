"""The world in several processes: real ones, with a real bus and one database."""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from asklepion.world.engine.turn import turn_credential
from asklepion.world.service import load_places
from asklepion.world.wire import Enter, Gesture, Motion, Pose, Say, Sit, control, pose_frame
from tests import serving
from tests.nats import find_nats, serve_nats
from tests.ports import free_port
from tests.world.town import PEOPLE, Person, Town, children, eventually, pause

MOST_S = 5.0  # that anybody may lose when a worker dies
NEAR_M = 0.01
TURN, TURN_SECRET = "turn:turn.example:3478", "between us"
STARTING_S = 60.0  # of a process, on a busy machine


@pytest.fixture(scope="module")
def town_of_three(tmp_path_factory: pytest.TempPathFactory) -> Generator[Town]:
    program = find_nats()
    if program is None:
        pytest.skip("NATS is not installed (Debian: nats-server)")
    data: Path = tmp_path_factory.mktemp("town")
    with serve_nats(program) as (url, _):
        tokens = asyncio.run(serving.furnish(data, PEOPLE))
        front = serving.start(data, nats_url=url, turn_urls=TURN, turn_secret=TURN_SECRET)
        town = Town(front, tokens)
        try:
            yield town
        finally:
            town.close()


@pytest.fixture
def town(town_of_three: Town) -> Town:
    """A house with three workers that live."""
    town_of_three.staff(3)
    return town_of_three


@pytest.fixture
async def folk(town: Town) -> AsyncGenerator[dict[str, Person]]:
    """Everybody, at their doors."""
    async with AsyncExitStack() as stack:
        yield {name: await stack.enter_async_context(Person(town, name)) for name in PEOPLE}


def worker_of(town: Town, person: Person) -> str:
    (url,) = (url for url in town.workers if person.url == url)
    return url


async def counts(person: Person) -> dict[str, int]:
    places = (await person.http.get("/api/world/places")).json()
    return {card["id"]: card["presence"]["count"] for card in places if card["presence"]}


async def enter_apart(town: Town, one: tuple[Person, str], other: tuple[Person, str]) -> None:
    """Have two enter places that live in different workers."""
    for _ in range(4):
        for person, place in (one, other):
            await person.enter(place)
        if one[0].url != other[0].url:
            return
        for person, _place in (one, other):
            await person.enter("home")
        await eventually(lambda: _are_free(town, one[1], other[1]), 2 * STARTING_S)
    pytest.fail("both places live in one worker, again and again")


async def _are_free(town: Town, *places: str) -> bool:
    return not any(town.lease(place) for place in places)


def place_of(person: Person) -> Any:
    return person.welcome["spot"]["position"]


async def test_a_worker_gives_ways_through_firewalls_to_whoever_comes_into_its_places(
    town: Town, folk: dict[str, Person]
) -> None:
    ada = folk["ada"]

    await ada.enter("clinic")
    await eventually(lambda: _seen(ada, "ice-servers"))

    (server,) = ada.of("ice-servers")[-1]["servers"]
    assert server["urls"] == [TURN]
    assert server["credential"] == turn_credential(TURN_SECRET, server["username"])


async def test_when_a_worker_is_killed_everybody_stands_where_they_stood_within_five_seconds(
    town: Town, folk: dict[str, Person]
) -> None:
    ada, bo, cy, di, eve, flo = (folk[n] for n in ("ada", "bo", "cy", "di", "eve", "flo"))
    for person, place in ((ada, "plaza"), (bo, "plaza"), (cy, "plaza"), (di, "clinic")):
        await person.enter(place)
    await flo.enter("clinic")
    hosts = [eve, folk["doctor"], folk["operator"]]
    for person in hosts:
        await person.enter("home")
    assert {p.url for p in folk.values()} == set(town.workers)  # people in all three
    assert {bo.url, cy.url} == {ada.url}
    assert flo.url == di.url
    assert di.url != ada.url
    await bo.walk(place_of(bo)[0] + 1.4, place_of(bo)[2] - 1.0)
    await ada.say(Gesture(motion=Motion.HAND_UP))
    seat = load_places()["plaza"].seats[0]
    await cy.say(Sit(seat=seat.id))
    await eventually(lambda: _seen(cy, "seat-taken"))
    stood = [(place_of(bo)[0] + 1.4, place_of(bo)[2] - 1.0), place_of(ada)]

    async def all_are_told() -> bool:
        told = await counts(eve)
        return (told["plaza"], told["clinic"]) == (3, 2)

    await eventually(all_are_told)
    await asyncio.sleep(1.2)  # it is kept once a second
    before = town.lease("plaza")
    assert before is not None

    dead, killed_at = ada.url, time.monotonic()
    elsewhere = [person for person in folk.values() if person.url != dead]
    town.workers[dead].kill()
    for person in (ada, bo, cy):
        await eventually(lambda p=person: _back(p, killed_at))
    lost = [p.welcome_at - killed_at for p in (ada, bo, cy)]

    assert max(lost) < MOST_S
    assert len({ada.url, bo.url, cy.url}) == 1
    assert ada.url != dead
    after = town.lease("plaza")
    assert after is not None
    assert (after[0] != before[0], after[1]) == (True, before[1] + 1)
    x, z = stood[0]
    assert place_of(bo)[0] == pytest.approx(x, abs=NEAR_M)
    assert place_of(bo)[2] == pytest.approx(z, abs=NEAR_M)
    assert place_of(ada) == pytest.approx(stood[1], abs=NEAR_M)
    await eventually(lambda: _sits(bo, cy, seat.id))
    await eventually(lambda: _hand_is_up(bo, ada))
    for person in elsewhere:  # in the others nobody noticed
        assert max(person.silences(killed_at)) < 2.5
        assert not [m for m in person.of("welcome") if m["heard_at"] > killed_at]
    await eventually(all_are_told)


async def _seen(person: Person, kind: str) -> bool:
    return bool(person.of(kind))


async def _back(person: Person, since: float) -> bool:
    return person.welcome_at > since


async def _sits(reader: Person, sitter: Person, seat: str) -> bool:
    taken = [m for m in reader.of("seat-taken")] + [
        s for items in reader.of("items") for s in items["seats"]
    ]
    return (sitter.welcome["you"], seat) in {(m["slot"], m["seat"]) for m in taken}


async def _hand_is_up(reader: Person, other: Person) -> bool:
    people = [*reader.welcome["people"], *(m["person"] for m in reader.of("joined"))]
    gestures = [m for m in reader.of("gestured") if m["motion"] == Motion.HAND_UP]
    slot = other.welcome["you"]
    is_shown = any(p["slot"] == slot and p["is_hand_up"] for p in people)
    return is_shown or any(m["slot"] == slot for m in gestures)


async def test_a_worker_that_was_stopped_and_wakes_serves_nobody_in_a_place_that_moved(
    town: Town, folk: dict[str, Person]
) -> None:
    ada, bo = folk["ada"], folk["bo"]
    await bo.enter("plaza")
    old = worker_of(town, bo)
    answer = (await ada.http.post("/api/world/line", json={"place": "plaza"})).json()
    assert answer["url"] == old
    async with connect(f"{old}/world?ticket={answer['ticket']}&back=") as line:
        await line.send(control(Enter(place="plaza")))
        await _until_welcome(line)
        await asyncio.sleep(0.3)  # nothing is half said
        pause(town.workers[old], signal.SIGSTOP)
        while True:  # what was on its way
            try:
                async with asyncio.timeout(0.5):
                    await line.recv()
            except TimeoutError:
                break
        await line.send(control(Say(text="words for the old worker")))
        async with Person(town, "cy") as cy:
            welcome = await cy.enter("plaza")
            assert cy.url != old
            assert [p["name"] for p in welcome["people"]] == ["Cy"]
            woken_at = time.monotonic()
            pause(town.workers[old], signal.SIGCONT)
            x, y, z = place_of(cy)
            heard: list[bytes | str] = []
            with pytest.raises(ConnectionClosed) as closed:
                async with asyncio.timeout(STARTING_S):
                    while True:
                        await line.send(pose_frame(Pose(position=(x + 0.1, y, z))))
                        await line.send(control(Say(text="more words")))
                        with suppress(TimeoutError):
                            async with asyncio.timeout(0.05):
                                heard.append(await line.recv())
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1012
            assert heard == []
            await eventually(lambda: _back(bo, woken_at))  # sent on, and back
            assert bo.url == cy.url
            assert not cy.of("said")
            lease = town.lease("plaza")
            assert lease is not None
            assert lease[0].split("-")[0] == str(_number(town, cy.url))


def _number(town: Town, url: str) -> int:
    (found,) = (n for n, log in enumerate(town.logs, 1) if url in log.read_text())
    return found


async def _until_welcome(line: Any) -> dict[str, Any]:
    while True:
        frame = await line.recv()
        if frame[0] == 0 and (message := json.loads(frame[1:]))["type"] == "welcome":
            return message


async def test_walking_into_a_place_in_another_worker_one_comes_through_its_door(
    town: Town, folk: dict[str, Person]
) -> None:
    ada, bo = folk["ada"], folk["bo"]
    await enter_apart(town, (ada, "plaza"), (bo, "clinic"))
    first = ada.url
    direct = place_of(bo)

    await ada.enter("clinic")

    assert ada.url == bo.url
    assert ada.url != first
    assert place_of(ada) != pytest.approx(direct, abs=0.5)  # before the door, not in the middle
    assert [p["name"] for p in ada.welcome["people"]] == ["Bo", "Ada"]

    async def only_there() -> bool:
        told = await counts(bo)
        return (told["plaza"], told["clinic"]) == (0, 2)

    await eventually(only_there)


async def test_what_a_host_decides_elsewhere_reaches_whom_it_concerns(
    town: Town, folk: dict[str, Person]
) -> None:
    ada, bo, host = folk["ada"], folk["bo"], folk["operator"]
    await enter_apart(town, (ada, "plaza"), (host, "clinic"))
    await bo.enter("plaza")
    who = {p["name"]: p["who"] for p in bo.welcome["people"]}["Ada"]
    order = "/api/world/places/plaza/order"

    async def act(deed: str, **more: Any) -> int:
        body = {"deed": deed, "who": who, "reason": "It is a test.", **more}
        return (await host.http.post(order, json=body)).status_code

    async def mutes() -> bool:
        return await act("mute") == 201

    await eventually(mutes)
    await eventually(lambda: _seen(ada, "told"))
    await eventually(lambda: _seen(bo, "silenced"))
    await ada.say(Say(text="can anybody hear me"))
    await eventually(lambda: _refused(ada, "silenced"))

    assert await act("kick") == 201

    await eventually(lambda: _seen(ada, "expelled"))
    await eventually(lambda: _seen(bo, "left"))
    assert ada.of("expelled")[0]["code"] == "kicked"
    acts = (await host.http.get(order)).json()["acts"]
    for one in acts:
        await host.http.post(f"/api/world/acts/{one['id']}/lift")
    assert not bo.of("said")


async def _refused(person: Person, code: str) -> bool:
    return code in [m["code"] for m in person.of("refused")]


async def test_friends_in_other_workers_find_each_other_and_blocks_part_them(
    town: Town, folk: dict[str, Person]
) -> None:
    ada, bo, cy = folk["ada"], folk["bo"], folk["cy"]
    await ada.enter("plaza")
    await bo.enter("plaza")
    who = {p["name"]: p["who"] for p in bo.welcome["people"]}

    async def asks() -> bool:
        return (await bo.http.post(f"/api/world/people/{who['Ada']}/ask")).is_success

    await eventually(asks)
    await eventually(lambda: _seen(ada, "told"))
    (asked,) = (await ada.http.get("/api/world/company")).json()["friends"]
    await ada.http.post(f"/api/world/friends/{asked['id']}/accept")
    await enter_apart(town, (ada, "plaza"), (bo, "clinic"))
    for one in (ada, bo):
        (friend,) = (await one.http.get("/api/world/company")).json()["friends"]
        await one.http.put(f"/api/world/friends/{friend['id']}", json={"shows": True})

    async def is_found() -> bool:
        (friend,) = (await bo.http.get("/api/world/company")).json()["friends"]
        return friend["place"] == "plaza"

    await eventually(is_found)
    (friend,) = (await ada.http.get("/api/world/company")).json()["friends"]
    await ada.http.post(f"/api/world/friends/{friend['id']}/invite", json={"place": "plaza"})
    await eventually(lambda: _seen(bo, "told"))
    await cy.enter("plaza")
    await eventually(lambda: _seen(ada, "joined"))
    joined = {m["person"]["name"]: m["person"] for m in ada.of("joined")}["Cy"]

    async def blocks() -> bool:
        path = f"/api/world/people/{joined['who']}/block"
        return (await ada.http.post(path)).is_success

    await eventually(blocks)

    await eventually(lambda: _left(ada, joined["slot"]))
    (block,) = (await ada.http.get("/api/world/company")).json()["blocked"]
    assert (await ada.http.delete(f"/api/world/blocks/{block['id']}")).is_success
    await ada.http.delete(f"/api/world/friends/{friend['id']}")


async def _left(person: Person, slot: int) -> bool:
    return slot in [m["slot"] for m in person.of("left")]


async def test_the_gate_of_a_guarded_room_is_kept_by_the_house_also_for_workers(
    town: Town, folk: dict[str, Person]
) -> None:
    doctor, ada, eve = folk["doctor"], folk["ada"], folk["eve"]
    await doctor.enter("consulting-room-1")
    await ada.enter("consulting-room-1")
    assert ada.url == doctor.url

    await eve.enter("plaza")
    await eve.say(Enter(place="consulting-room-1"))

    await eventually(lambda: _knocked(eve))
    assert [p["name"] for p in doctor.of("welcome")[-1]["people"]] == ["Doctor"]

    async def is_alone_elsewhere() -> bool:
        return (await counts(eve))["consulting-room-1"] == 2

    await eventually(is_alone_elsewhere)


async def _knocked(person: Person) -> bool:
    return bool(person.of("refused")) or bool(person.of("onward"))


async def test_one_person_has_one_body_in_all_workers(town: Town, folk: dict[str, Person]) -> None:
    ada = folk["ada"]
    await ada.enter("plaza")
    async with Person(town, "ada") as again:
        await again.enter("clinic")

        async def only_there() -> bool:
            told = await counts(again)
            return (told["plaza"], told["clinic"]) == (0, 1)

        await eventually(only_there)


async def test_a_ticket_of_another_worker_or_made_up_lets_nobody_in(
    town: Town, folk: dict[str, Person]
) -> None:
    ada = folk["ada"]
    offer = (await ada.http.post("/api/world/line", json={"place": "plaza"})).json()
    other = next(url for url in town.workers if url != offer["url"])
    forged = offer["ticket"][:-8] + "AAAAAAAA"
    for url, ticket in ((other, offer["ticket"]), (offer["url"], forged), (offer["url"], "")):
        with pytest.raises(InvalidStatus, match="403"):
            await connect(f"{url}/world?ticket={ticket}&back=")

    async with connect(f"{offer['url']}/world?ticket={offer['ticket']}&back="):
        with pytest.raises(InvalidStatus, match="403"):
            await connect(f"{offer['url']}/world?ticket={offer['ticket']}&back=")


async def test_a_house_starts_its_workers_and_anew_whoever_dies(tmp_path: Path) -> None:
    program = find_nats()
    if program is None:
        pytest.skip("NATS is not installed (Debian: nats-server)")
    with serve_nats(program) as (url, _):
        tokens = await serving.furnish(tmp_path, PEOPLE)
        front = await asyncio.to_thread(serving.start, tmp_path, "--workers", "2", nats_url=url)
        town = Town(front, tokens)
        try:
            async with Person(town, "ada") as ada:
                await ada.enter("plaza")
                stood, first = place_of(ada), children(front.process.pid)
                assert len(first) == 2
                await asyncio.sleep(1.5)
                killed_at = time.monotonic()
                for pid in first:  # wherever she is
                    os.kill(pid, signal.SIGKILL)

                await eventually(lambda: _back(ada, killed_at), STARTING_S)
                assert place_of(ada) == stood
                assert ada.url
            await eventually(lambda: _many(front.process.pid, 2), STARTING_S)
            assert not set(first) & set(children(front.process.pid))
        finally:
            left = children(front.process.pid)
            serving.stop(front)
        assert not [pid for pid in left if lives(pid)]


def lives(pid: int) -> bool:
    """Whether a process is there."""
    return Path(f"/proc/{pid}").exists()


async def _many(pid: int, count: int) -> bool:
    return len(children(pid)) == count


def test_without_a_bus_there_are_no_workers(tmp_path: Path) -> None:
    environment = serving.environment_of(tmp_path)
    for words in (["serve", "--workers", "2"], ["worker"]):
        done = serving.command(environment, *words)

        assert done.returncode == 1
        assert "ASKLEPION_NATS_URL" in done.stderr


def test_without_anybody_at_the_bus_a_house_says_so(tmp_path: Path) -> None:
    environment = serving.environment_of(tmp_path, nats_url=f"nats://127.0.0.1:{free_port()}")

    done = serving.command(environment, "serve")

    assert done.returncode == 1
    assert "bus between workers does not answer" in done.stderr

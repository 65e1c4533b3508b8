import asyncio
import socket as sockets
import struct
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from asklepion.identity import STRANGER, Caller
from asklepion.identity.http import SameOrigin
from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import connect_database
from asklepion.kit.errors import Forbidden
from asklepion.kit.http import answer_errors
from asklepion.world import MIGRATIONS, Looks, World, http
from asklepion.world.service import Visit
from asklepion.world.service import world as world_service
from asklepion.world.wire import (
    MAX_FRAME_BYTES,
    Close,
    Enter,
    Gesture,
    Motion,
    Say,
    Signal,
    Snapshot,
    control,
    read_pose,
)
from tests.world.lines import WAIT_S, Client, Quiet


class Named:
    """Takes the bearer's word for who they are: identity has its own tests (ASGI middleware)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            name = dict(scope["headers"]).get(b"authorization", b"").decode()
            caller = Caller(account=f"account-{name}", name=name) if name else STRANGER
            scope.setdefault("state", {})["caller"] = caller
        await self._app(scope, receive, send)


@dataclass
class Served:
    """A world behind a real socket on a free port."""

    world: World
    port: int

    @asynccontextmanager
    async def visit(
        self, name: str, place: str = "", *, back: str = "", **more: Any
    ) -> AsyncGenerator[Client]:
        headers = {"Authorization": name} if name else {}
        address = f"ws://127.0.0.1:{self.port}/world?back={back}"
        async with connect(address, additional_headers=headers, **more) as line:
            client = Client(line)
            if place:
                await client.send(Enter(place=place))
                client.welcome = await client.hear("welcome")
            yield client


@pytest.fixture
async def served(clock: StoppedClock, tmp_path: Path) -> AsyncGenerator[Served]:
    world = World(clock=clock)
    db = connect_database(f"sqlite:///{tmp_path}/world.sqlite")
    await db.migrate({"world": MIGRATIONS}, tmp_path, clock)
    app = FastAPI()
    app.state.rooms = {World: world, Looks: Looks(db)}
    app.include_router(http.router)
    answer_errors(app)
    app.add_middleware(SameOrigin)  # as in the house
    app.add_middleware(Named)
    listening = sockets.create_server(("127.0.0.1", 0))
    listening.setsockopt(sockets.SOL_SOCKET, sockets.SO_SNDBUF, 8192)  # of those accepted as well
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_level="error",
        ws_max_size=MAX_FRAME_BYTES,
        ws_per_message_deflate=False,
    )
    server = Quiet(config)
    await world.start()
    serving = asyncio.create_task(server.serve([listening]))
    yield Served(world, listening.getsockname()[1])
    await world.stop()
    server.should_exit = True
    await serving
    await db.close()


async def test_two_meet_and_see_each_other_walk(served: Served) -> None:
    async with served.visit("Ada", "plaza") as ada:
        async with served.visit("Bo") as bo:
            await bo.send(Enter(place="plaza"))
            welcome = await bo.hear("welcome")
            assert [p["name"] for p in welcome["people"]] == ["Ada", "Bo"]
            assert len((await bo.see(lambda seen: seen.whole)).poses) == 2
            assert (await ada.hear("joined"))["person"]["name"] == "Bo"

            x, _, z = welcome["spot"]["position"]
            await bo.go(x + 0.5, z)
            seen = await ada.see(
                lambda seen: (
                    read_pose(seen.poses.get(welcome["you"], bytes(12))).position[0]
                    == pytest.approx(x + 0.5, abs=0.01)
                )
            )
            assert list(seen.poses) == [welcome["you"]]

        assert (await ada.hear("left"))["slot"] == welcome["you"]


async def test_a_stranger_is_closed_with_a_code_that_says_so(served: Served) -> None:
    async with served.visit("") as nobody:
        assert await nobody.end() == 4401


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://127.0.0.1:1"])
async def test_a_page_of_another_house_opens_no_line(served: Served, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with served.visit("Ada", origin=origin):
            pass

    assert refused.value.response.status_code == 403


async def test_our_own_page_opens_a_line(served: Served) -> None:
    async with served.visit("Ada", "plaza", origin=f"http://127.0.0.1:{served.port}"):
        assert served.world.accounts_in("plaza") == ["account-Ada"]


async def test_one_walks_through_a_door_on_the_same_line(served: Served) -> None:
    async with served.visit("Ada", "plaza") as ada:
        await ada.send(Enter(place="clinic"))

        welcome = await ada.hear("welcome")

        assert welcome["place"] == "clinic"
        assert welcome["spot"]["position"] == pytest.approx([0.0, 0.0, 5.25], abs=0.1)
        assert {sign["place"] for sign in welcome["signs"]} >= {"consulting-room-1", "plaza"}
        assert served.world.accounts_in("plaza") == []


async def test_a_guarded_room_asks_and_one_who_may_not_enter_stays_outside(served: Served) -> None:
    async def keep(caller: Caller, place: str) -> None:
        if caller.name != "Dr. Yu":
            raise Forbidden("Not yours.", hint="Walk in where you are expected.")

    served.world.guard("consulting-room-2", keep)
    async with served.visit("Ada", "clinic") as ada, served.visit("Dr. Yu", "clinic") as doctor:
        for client in (ada, doctor):
            await client.send(Enter(place="consulting-room-2"))

        refused = await ada.hear("refused")
        assert (refused["code"], refused["hint"]) == (
            "forbidden",
            "Walk in where you are expected.",
        )
        assert (await doctor.hear("welcome"))["place"] == "consulting-room-2"
        assert served.world.accounts_in("clinic") == ["account-Ada"]

        served.world.expel("account-Dr. Yu", "consulting-room-2")
        assert (await doctor.hear("expelled"))["to"] == "clinic"


async def test_the_fifth_in_a_room_for_four_is_told_that_it_is_full(served: Served) -> None:
    async def keep(caller: Caller, place: str) -> None:
        await asyncio.sleep(0.05)

    served.world.guard("consulting-room-1", keep)
    async with (
        served.visit("A", "clinic") as a,
        served.visit("B", "clinic") as b,
        served.visit("C", "clinic") as c,
        served.visit("D", "clinic") as d,
        served.visit("E", "clinic") as e,
    ):
        clients = [a, b, c, d, e]
        await asyncio.gather(*(one.send(Enter(place="consulting-room-1")) for one in clients))
        async with asyncio.timeout(WAIT_S):
            while len(served.world.accounts_in("consulting-room-1")) < 4:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        (outside,) = served.world.accounts_in("clinic")

        refused = await clients["ABCDE".index(outside[-1])].hear("refused")

        assert (refused["code"], bool(refused["hint"])) == ("full", True)


async def test_a_second_window_takes_over_from_the_first(served: Served) -> None:
    async with served.visit("Ada", "plaza") as first, served.visit("Ada", "plaza"):
        assert await first.end() == 4409
        assert served.world.accounts_in("plaza") == ["account-Ada"]


@pytest.mark.parametrize("garbage", ["words", b"", b"\x07\x07", b"\x00{}", b"\x01" + bytes(20)])
async def test_who_sends_garbage_is_told_then_closed_and_others_notice_nothing(
    served: Served, garbage: str | bytes
) -> None:
    async with served.visit("Ada", "plaza") as ada, served.visit("Bo", "plaza") as bo:
        for _ in range(6):
            await ada.line.send(garbage)

        assert (await ada.hear("refused"))["code"] == "garbage"
        assert await ada.end() == 4400
        await bo.send(Say(text="Is all well?"))
        assert (await bo.hear("said"))["text"] == "Is all well?"


async def test_a_frame_that_is_too_large_closes_only_who_sent_it(served: Served) -> None:
    async with served.visit("Ada", "plaza") as ada, served.visit("Bo", "plaza") as bo:
        await ada.line.send(bytes(MAX_FRAME_BYTES + 1))

        assert await ada.end() == 1009
        await bo.hear("left")
        await bo.send(Gesture(motion=Motion.WAVE))
        assert (await bo.hear("gestured"))["motion"] == "wave"


async def test_whose_line_breaks_is_away_and_goes_on_where_they_stood(served: Served) -> None:
    async with served.visit("Ada", "plaza") as ada, served.visit("Bo", "plaza") as bo:
        slot, key = ada.welcome["you"], ada.welcome["key"]
        x, _, z = ada.welcome["spot"]["position"]
        await ada.go(x + 0.3, z)
        await bo.see(lambda shot: slot in shot.poses)
        ada.line.transport.abort()
        assert await bo.hear("away") == {"type": "away", "slot": slot, "is_away": True}
        assert served.world.accounts_in("plaza") == ["account-Ada", "account-Bo"]

        async with served.visit("Ada", "plaza", back=key) as again:
            assert again.welcome["you"] == slot
            assert again.welcome["spot"]["position"][0] == pytest.approx(x + 0.3, abs=0.01)
            assert await bo.hear("away") == {"type": "away", "slot": slot, "is_away": False}
            assert again.welcome["key"] != key


async def test_a_network_that_changes_under_a_line_which_seems_alive_costs_no_place(
    served: Served,
) -> None:
    async with (
        served.visit("Bo", "plaza") as bo,
        served.visit("Ada", "plaza") as ada,
        served.visit("Ada", "plaza", back=ada.welcome["key"]) as again,
    ):
        assert again.welcome["you"] == ada.welcome["you"]
        assert await ada.end() == Close.ELSEWHERE
        await again.send(Say(text="Here I am."))
        assert (await bo.hear("said"))["slot"] == ada.welcome["you"]


async def test_whoever_hangs_up_a_line_that_seems_dead_is_away_and_goes_on(served: Served) -> None:
    async with served.visit("Ada", "plaza") as ada, served.visit("Bo", "plaza") as bo:
        await ada.line.close(Close.COMING_BACK)
        assert (await bo.hear("away"))["is_away"]

        async with served.visit("Ada", "plaza", back=ada.welcome["key"]) as again:
            assert again.welcome["you"] == ada.welcome["you"]
            assert not (await bo.hear("away"))["is_away"]


async def test_whoever_says_goodbye_has_left(served: Served) -> None:
    async with served.visit("Ada", "plaza") as ada, served.visit("Bo", "plaza") as bo:
        await ada.line.close()

        assert (await bo.hear("left"))["slot"] == ada.welcome["you"]


async def test_another_window_without_the_key_begins_anew(served: Served) -> None:
    async with served.visit("Bo", "plaza") as bo, served.visit("Ada", "plaza") as ada:
        ada.line.transport.abort()
        await bo.hear("away")

        async with served.visit("Ada", "plaza", back="guessed"):
            assert (await bo.hear("left"))["slot"] == ada.welcome["you"]
            await bo.hear("joined")


async def test_whoever_does_not_come_back_has_left(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world_service, "BACK_S", 0.5)
    async with served.visit("Ada", "plaza") as ada, served.visit("Bo", "plaza") as bo:
        ada.line.transport.abort()

        await bo.hear("left")

        assert served.world.accounts_in("plaza") == ["account-Bo"]


async def test_one_who_never_reads_costs_little_and_is_let_go_while_others_see_on(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world_service, "STALL_S", 1.0)
    deaf = await asyncio.to_thread(open_deaf_line, served.port)
    async with served.visit("Bo", "plaza") as bo:
        (slot,) = [p["slot"] for p in await people(bo) if p["name"] == "Deaf"]
        visit = visit_of(served.world, "account-Deaf")
        most, seen = 0, 0
        async with asyncio.timeout(2 * WAIT_S):
            while not visit.is_over:
                await bo.send(Signal(to=slot, data="x" * 20_000))
                seen += isinstance(await bo.next(), Snapshot)
                most = max(most, visit.outbox.size)
                await bo.go(0.1 * (seen % 2), 17.5)

        assert most < 600_000
        assert seen > 10
        assert (await bo.hear("left"))["slot"] == slot
        assert visit.close == 4413
    deaf.close()


def open_deaf_line(port: int) -> sockets.socket:
    """A line into the plaza on which nothing will ever be read."""
    deaf = sockets.socket()
    deaf.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    deaf.connect(("127.0.0.1", port))
    key = "dGhlIHNhbXBsZSBub25jZQ=="
    asked = (
        "GET /world HTTP/1.1\r\nHost: x\r\nAuthorization: Deaf\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    )
    deaf.sendall(asked.encode())
    assert deaf.recv(12) == b"HTTP/1.1 101"
    frame = control(Enter(place="plaza"))
    deaf.sendall(struct.pack("!BBI", 0x82, 0x80 | len(frame), 0) + frame)  # masked with zeros
    return deaf


def visit_of(world: World, account: str) -> Visit:
    return world._visits[account]  # pyright: ignore[reportPrivateUsage]


async def people(client: Client) -> list[dict[str, Any]]:
    """Who is in the plaza, told anew."""
    await client.send(Enter(place="plaza"))
    return (await client.hear("welcome"))["people"]


async def test_when_the_house_closes_visitors_are_told_to_come_back(served: Served) -> None:
    async with served.visit("Ada", "plaza") as ada:
        await served.world.stop()

        assert (await ada.hear("refused"))["code"] == "restart"
        assert await ada.end() == 1012


async def test_lines_opened_one_after_another_too_fast_are_refused(served: Served) -> None:
    codes: list[int | None] = []
    for _ in range(25):
        async with served.visit("Ada") as ada:
            if len(codes) >= 20:
                codes.append(await ada.end())
            else:
                codes.append(None)

    assert codes[-1] == 4429


async def test_places_are_listed_and_read_by_whoever_is_signed_in(served: Served) -> None:
    address = f"http://127.0.0.1:{served.port}/api/world/places"
    async with httpx.AsyncClient() as client, served.visit("Bo", "plaza"):
        ada = {"Authorization": "Ada"}
        cards = (await client.get(address, headers=ada)).json()
        plaza = (await client.get(f"{address}/plaza", headers=ada)).json()
        strangers = [await client.get(path) for path in (address, f"{address}/plaza")]
        unknown = await client.get(f"{address}/moon", headers=ada)

    shown = {card["id"]: card["presence"] for card in cards}
    assert shown["plaza"] == {"place": "plaza", "count": 1, "names": ["Bo"]}
    assert shown["home"] is None
    assert len(plaza["buildings"]) == 6
    assert len(plaza["obstacles"]) > 40
    assert [answer.status_code for answer in strangers] == [401, 401]
    assert unknown.status_code == 404

"""The gateway for large halls: the same world, reached with a ticket over sockets of its own."""

import asyncio
import socket as sockets
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from asklepion.identity import STRANGER, Caller
from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Unauthenticated
from asklepion.world import Gateway, World
from asklepion.world.engine.hall import ALL_SEEN
from asklepion.world.service import gateway as gateway_service
from asklepion.world.service import load_places
from asklepion.world.service import world as world_service
from asklepion.world.service.gateway import MAX_FRAME_BYTES
from asklepion.world.service.tickets import GOOD_FOR_S
from asklepion.world.wire import Close, Enter, Gesture, Motion, Say, Signal, control, read_pose
from tests.world.grounds import Time
from tests.world.lines import WAIT_S, Client

PAGE = Origin("https://house.example")


def who(name: str) -> Caller:
    return Caller(account=f"account-{name}", name=name)


@dataclass
class Served:
    """A world behind its gateway on a free port."""

    world: World
    gateway: Gateway

    def address(self, ticket: str, back: str = "") -> str:
        return f"{self.gateway.url}/world?ticket={ticket}&back={back}"

    @asynccontextmanager
    async def visit(
        self, name: str, place: str = "", *, back: str = "", **more: Any
    ) -> AsyncGenerator[Client]:
        offer = self.world.lines.offer(who(name), PAGE)
        assert offer.url == self.gateway.url
        async with connect(self.address(offer.ticket, back), origin=PAGE, **more) as line:
            client = Client(line)
            if place:
                await client.send(Enter(place=place))
                client.welcome = await client.hear("welcome")
            yield client


@pytest.fixture
async def served(clock: StoppedClock) -> AsyncGenerator[Served]:
    plaza = msgspec.structs.replace(load_places()["plaza"], capacity=200, doors=())
    world = World(clock=clock, places={"plaza": plaza})
    gateway = Gateway(world, host="127.0.0.1", port=0, url="")
    await world.start()
    await gateway.start()
    yield Served(world, gateway)
    await gateway.stop()
    await world.stop()


async def test_two_meet_and_see_each_other_walk(served: Served) -> None:
    async with served.visit("Ada", "plaza") as ada:
        async with served.visit("Bo", "plaza") as bo:
            assert [p["name"] for p in bo.welcome["people"]] == ["Ada", "Bo"]
            assert (await ada.hear("joined"))["person"]["name"] == "Bo"
            x, _, z = bo.welcome["spot"]["position"]
            await bo.go(x + 0.5, z)
            seen = await ada.see(lambda shot: bo.welcome["you"] in shot.poses)
            while read_pose(seen.poses[bo.welcome["you"]]).position[0] < x + 0.4:
                seen = await ada.see(lambda shot: bo.welcome["you"] in shot.poses)
            await bo.send(Say(text="Good morning."))
            assert (await ada.hear("said"))["text"] == "Good morning."

        assert (await ada.hear("left"))["slot"] == bo.welcome["you"]


async def test_a_ticket_lets_its_holder_in_once_from_the_page_it_was_given_to(
    served: Served,
) -> None:
    ticket = served.world.lines.offer(who("Ada"), PAGE).ticket
    with pytest.raises(InvalidStatus, match="403"):
        await connect(served.address(ticket), origin=Origin("https://elsewhere.example"))
    with pytest.raises(InvalidStatus, match="403"):  # it was shown, so it is gone
        await connect(served.address(ticket), origin=PAGE)
    with pytest.raises(InvalidStatus, match="403"):
        await connect(served.address("made-up"), origin=PAGE)
    with pytest.raises(Unauthenticated):
        served.world.lines.offer(STRANGER, PAGE)


async def test_an_old_ticket_lets_nobody_in(clock: StoppedClock) -> None:
    time = Time()
    world = World(clock=clock, tell_time=time)
    gateway = Gateway(world, host="127.0.0.1", port=0, url="")
    await gateway.start()
    ticket = world.lines.offer(who("Ada"), PAGE).ticket

    time.s += GOOD_FOR_S + 1

    with pytest.raises(InvalidStatus, match="403"):
        await connect(f"{gateway.url}/world?ticket={ticket}", origin=PAGE)
    await gateway.stop()


async def test_whose_line_breaks_is_away_and_goes_on_where_they_stood(served: Served) -> None:
    async with served.visit("Ada", "plaza") as ada, served.visit("Bo", "plaza") as bo:
        ada.line.transport.abort()
        assert (await bo.hear("away"))["is_away"]

        async with served.visit("Ada", "plaza", back=ada.welcome["key"]) as again:
            assert again.welcome["you"] == ada.welcome["you"]
            assert not (await bo.hear("away"))["is_away"]


async def test_whoever_hangs_up_a_line_that_seems_dead_is_away_and_goes_on(served: Served) -> None:
    async with served.visit("Ada", "plaza") as ada, served.visit("Bo", "plaza") as bo:
        await ada.line.close(Close.COMING_BACK)
        assert ada.line.close_code == Close.COMING_BACK  # answered, and at once
        assert (await bo.hear("away"))["is_away"]

        async with served.visit("Ada", "plaza", back=ada.welcome["key"]) as again:
            assert again.welcome["you"] == ada.welcome["you"]
            assert not (await bo.hear("away"))["is_away"]  # the broken socket was no second news


async def test_a_crowd_whose_network_is_cut_fills_no_log(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    async with AsyncExitStack() as crowd, served.visit("Bo", "plaza") as bo:
        cut = [
            await crowd.enter_async_context(served.visit(f"Ada {n}", "plaza")) for n in range(20)
        ]
        for ada in cut:
            ada.line.transport.abort()
        for _ in cut:
            assert (await bo.hear("away"))["is_away"]

    assert caplog.messages == []


async def test_whoever_says_goodbye_has_left(served: Served) -> None:
    async with served.visit("Ada", "plaza") as ada, served.visit("Bo", "plaza") as bo:
        await ada.line.close()

        assert (await bo.hear("left"))["slot"] == ada.welcome["you"]


async def test_one_who_opens_another_window_has_left_the_first(served: Served) -> None:
    async with served.visit("Ada", "plaza") as ada, served.visit("Ada", "plaza"):
        assert await ada.end() == Close.ELSEWHERE


async def test_garbage_ends_a_line_and_costs_the_others_nothing(served: Served) -> None:
    async with served.visit("Bo", "plaza") as bo:
        for rubbish in (b"\x00{", b"\x07", "text", [b"\x00{}", b"pieces"]):
            async with served.visit("Ada", "plaza") as ada:
                for _ in range(8):
                    await ada.line.send(rubbish)
                assert await ada.end() == Close.GARBAGE
        async with served.visit("Ada", "plaza") as ada:
            await ada.line.send(bytes(MAX_FRAME_BYTES + 1))
            await ada.end()
        await bo.send(Gesture(motion=Motion.WAVE))
        await bo.hear("gestured")


async def test_one_who_never_reads_is_let_go_and_little_waits_for_them(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world_service, "STALL_S", 1.0)
    deaf = sockets.socket()
    deaf.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    deaf.connect(("127.0.0.1", served.gateway.port))
    ticket = served.world.lines.offer(who("Deaf"), "").ticket
    deaf.send(
        f"GET /world?ticket={ticket} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    enter = control(Enter(place="plaza"))
    async with served.visit("Bo", "plaza") as bo:
        deaf.send(bytes([0x82, 0x80 | len(enter), 0, 0, 0, 0]) + enter)
        slot = (await bo.hear("joined"))["person"]["slot"]
        async with asyncio.timeout(2 * WAIT_S):
            while "account-Deaf" in served.world.accounts_in("plaza"):
                await bo.send(Signal(to=slot, data="x" * 20_000))
                await bo.next()
    deaf.close()


async def test_sockets_that_ask_for_nothing_are_closed(
    clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_service, "SILENCE_S", 0.3)
    gateway = Gateway(World(clock=clock), host="127.0.0.1", port=0, url="")
    await gateway.start()
    opened = [await asyncio.open_connection("127.0.0.1", gateway.port) for _ in range(50)]

    async with asyncio.timeout(WAIT_S):
        said = await asyncio.gather(*(reader.read() for reader, _ in opened))

    assert said == [b""] * 50
    for _, writer in opened:
        writer.close()
    await gateway.stop()


async def test_a_crowd_is_shown_by_nearness_over_the_wire(served: Served) -> None:
    async with asyncio.TaskGroup() as tasks, served.visit("Ada", "plaza") as ada:
        stays = asyncio.Event()

        async def stand(name: str) -> None:
            async with served.visit(name, "plaza"):
                await stays.wait()

        for number in range(ALL_SEEN + 40):
            tasks.create_task(stand(f"Visitor {number}"))
        while len(served.world.accounts_in("plaza")) < ALL_SEEN + 41:
            await ada.next()
        async with served.visit("Bo", "plaza") as bo:
            shot = await bo.see(lambda shot: shot.whole)
            assert len(shot.far) + len(shot.poses) == ALL_SEEN + 42
            assert shot.far
        stays.set()

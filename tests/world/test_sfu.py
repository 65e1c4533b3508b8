"""Voices through a real Janus: which way they go, and what is taken from whom."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable

import pytest
from websockets.asyncio.server import ServerConnection, serve

from asklepion.kit.clock import StoppedClock
from asklepion.world import Code, Voices, World
from asklepion.world.service import Visit
from asklepion.world.service.janus import PROTOCOL
from asklepion.world.wire import SetStage, SfuHear, SfuLeave, SfuOffer
from tests.sfu import RunningJanus, running_janus
from tests.world.grounds import Time, yard
from tests.world.test_asides import ADA, BO, CY, HOST, codes, come, do, heard

VOICE = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
VIDEO = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"
WAIT_S, LOOK_S = 15.0, 0.02


@pytest.fixture
def world(clock: StoppedClock) -> World:
    places = {"yard": yard(capacity=12, is_child_safe=True)}
    return World(clock=clock, tell_time=Time(), places=places)


@pytest.fixture
async def janus(world: World) -> AsyncGenerator[RunningJanus]:
    with running_janus() as running:
        voices = Voices(url=running.url, secret=running.secret, above=2, ties=world.ties)
        await voices.start()
        world.voices_through(voices)
        await until(lambda: voices.is_ready)
        yield running
        await voices.stop()


async def until(is_so: Callable[[], bool]) -> None:
    for _ in range(int(WAIT_S / LOOK_S)):
        if is_so():
            return
        await asyncio.sleep(LOOK_S)
    pytest.fail("Janus took too long.")


def ways(visit: Visit) -> list[bool]:
    return [message["is_on"] for message in heard(visit, "sfu")]


async def test_voices_go_through_the_sfu_above_a_number_of_people_and_on_stage(
    world: World, janus: RunningJanus
) -> None:
    host, ada = await come(world, HOST), await come(world, ADA, 1.0)
    assert not ada.is_on_sfu
    await do(world, host, SetStage(is_on=True))
    assert ways(ada) == [True]
    await do(world, host, SetStage(is_on=False))
    heard(ada)
    bo = await come(world, BO)
    assert ada.is_on_sfu
    world.shut(bo)
    world.shut(host)
    for _ in range(4):
        world.tick()
    assert ways(ada)[-1] is False


async def test_when_the_sfu_is_gone_voices_go_from_browser_to_browser(
    world: World, janus: RunningJanus
) -> None:
    ada, _, _ = await come(world, ADA), await come(world, BO), await come(world, CY)
    for _ in range(4):
        world.tick()
    assert ways(ada) == [True]

    janus.process.kill()

    await until(lambda: not ada.is_on_sfu)
    assert ways(ada) == [False]


async def test_the_sfu_is_offered_one_voice_and_nothing_else(
    world: World, janus: RunningJanus
) -> None:
    ada, bo = await come(world, ADA), await come(world, BO)
    await do(world, ada, SfuHear(slots=(bo.slot,)))
    assert codes(ada) == [Code.UNHEARD]  # voices go from browser to browser here
    await come(world, CY)
    for _ in range(4):
        world.tick()

    for sdp in (VIDEO, "", "m=audio 9 x\r\nm=audio 9 x\r\n"):
        await do(world, ada, SfuOffer(sdp=sdp))
    await do(world, ada, SfuHear(slots=(bo.slot,)))

    assert codes(ada) == [Code.TOO_LONG] * 3 + [Code.UNHEARD]


class RefusingSfu:
    """Takes every voice in and lets nobody hear any."""

    def __init__(self) -> None:
        self.joins = 0
        self._handles = 0

    async def answer(self, line: ServerConnection) -> None:
        async for text in line:
            asked = json.loads(text)
            body = asked.get("body", {})
            said: dict[str, object] = {"janus": "success", "data": {"id": 1}}
            if asked["janus"] == "attach":
                self._handles += 1
                said["data"] = {"id": self._handles}
            if asked["janus"] == "message":
                said = {"janus": "event", "plugindata": {"data": {}}}
            if body.get("ptype") == "subscriber":
                self.joins += 1
                said = {"janus": "event", "plugindata": {"data": {"error": "no", "error_code": 1}}}
            if body.get("ptype") == "publisher":
                said["jsep"] = {"type": "answer", "sdp": "an answer"}
            await line.send(json.dumps({**said, "transaction": asked["transaction"]}))
            if body.get("ptype") == "publisher":
                await line.send(json.dumps({"janus": "webrtcup", "sender": asked["handle_id"]}))


async def test_an_sfu_that_refused_is_not_asked_again_once_nobody_is_to_be_heard(
    world: World,
) -> None:
    sfu = RefusingSfu()
    async with serve(sfu.answer, "127.0.0.1", 0, subprotocols=[PROTOCOL]) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        voices = Voices(url=f"ws://127.0.0.1:{port}", secret="", above=2, ties=world.ties)
        await voices.start()
        world.voices_through(voices)
        await until(lambda: voices.is_ready)
        ada, bo, _ = await come(world, ADA), await come(world, BO), await come(world, CY)
        await do(world, bo, SfuOffer(sdp=VOICE))
        await do(world, ada, SfuOffer(sdp=VOICE))
        await until(lambda: len(heard(ada, "sfu-answered")) == 1)
        await do(world, ada, SfuHear(slots=(bo.slot,)))
        assert await settle(world, sfu) > 0
        await do(world, bo, SfuLeave())

        joins = await settle(world, sfu)
        again = await settle(world, sfu)

        assert ada.is_on_sfu
        assert again == joins
        await voices.stop()


async def settle(world: World, sfu: RefusingSfu) -> int:
    """Look a few times who may hear whom; how often the SFU was asked so far."""
    for _ in range(20):
        world.tick()
        await asyncio.sleep(0.01)
    return sfu.joins

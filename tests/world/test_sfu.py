"""Voices through a real Janus: which way they go, and what is taken from whom."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Literal

import pytest
from websockets.asyncio.server import ServerConnection, serve

from asklepion.kit.clock import StoppedClock
from asklepion.world import Code, Voices, World
from asklepion.world.service import Visit
from asklepion.world.service.janus import PROTOCOL
from asklepion.world.wire import SetStage, SfuAnswer, SfuHear, SfuLeave, SfuOffer
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
    """Takes every voice in, or none, and lets nobody hear any, as long as it refuses."""

    def __init__(self, *, takes: bool = True) -> None:
        self.joins = 0
        self.offers = 0
        self.dropped = 0  # so often it was asked only to take somebody's voice away
        self.refuses = True
        self.takes = takes
        self._handles = 0

    async def answer(self, line: ServerConnection) -> None:
        async for text in line:
            asked = json.loads(text)
            kind = asked.get("body", {}).get("ptype")
            said: dict[str, object] = {"janus": "success", "data": {"id": 1}}
            if asked["janus"] == "attach":
                self._handles += 1
                said["data"] = {"id": self._handles}
            if asked["janus"] == "message":
                said = {"janus": "event", "plugindata": {"data": {}}}
            body = asked.get("body", {})
            is_less = "unsubscribe" in body and "subscribe" not in body
            self.dropped += is_less
            if body.get("request") == "update" and not is_less:
                kind = "subscriber"
            self.joins += kind == "subscriber"
            self.offers += kind == "publisher"
            is_no = kind == "subscriber" or (kind == "publisher" and not self.takes)
            if self.refuses and is_no:
                said = {"janus": "event", "plugindata": {"data": {"error": "no", "error_code": 1}}}
            elif kind:
                jsep = "offer" if kind == "subscriber" else "answer"
                said["jsep"] = {"type": jsep, "sdp": f"an {jsep}"}
            await line.send(json.dumps({**said, "transaction": asked["transaction"]}))
            if kind == "publisher" and "jsep" in said:
                await line.send(json.dumps({"janus": "webrtcup", "sender": asked["handle_id"]}))


@asynccontextmanager
async def talking_through(world: World, sfu: RefusingSfu, time: Time) -> AsyncGenerator[Voices]:
    """Have voices in a world go through this SFU."""
    async with serve(sfu.answer, "127.0.0.1", 0, subprotocols=[PROTOCOL]) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        url = f"ws://127.0.0.1:{port}"
        voices = Voices(url=url, secret="", above=2, ties=world.ties, tell_time=time)
        await voices.start()
        world.voices_through(voices)
        await until(lambda: voices.is_ready)
        yield voices
        await voices.stop()


async def test_an_sfu_that_refused_is_not_asked_again_once_nobody_is_to_be_heard(
    world: World,
) -> None:
    sfu, time = RefusingSfu(), Time()
    async with talking_through(world, sfu, time):
        ada, bo, _ = await come(world, ADA), await come(world, BO), await come(world, CY)
        await do(world, bo, SfuOffer(sdp=VOICE))
        await do(world, ada, SfuOffer(sdp=VOICE))
        await until(lambda: len(heard(ada, "sfu-answered")) == 1)
        await do(world, ada, SfuHear(slots=(bo.slot,)))
        assert await settle(world, sfu) > 0
        await do(world, bo, SfuLeave())

        joins = await settle(world, sfu)
        time.s += 60
        again = await settle(world, sfu)

        assert ada.is_on_sfu
        assert again == joins


async def test_an_sfu_that_lets_nobody_be_heard_is_asked_again_after_1_2_4_and_at_most_30_seconds(
    world: World,
) -> None:
    sfu, time = RefusingSfu(), Time()
    async with talking_through(world, sfu, time) as voices:
        ada, bo = await two_talk(world, sfu)
        await do(world, ada, SfuHear(slots=(bo.slot,)))
        for asked, wait_s in enumerate((1, 2, 4, 8, 16, 30), start=1):
            await ticking(world, lambda wait_s=wait_s: patience(voices, ada) == wait_s)
            assert await settle(world, sfu) == asked
            said = [(one["again_s"], one["is_hearing"]) for one in heard(ada, "sfu-refused")]
            assert said == ([(wait_s, True)] if wait_s > 1 else [])  # once may be chance
            time.s += wait_s - 0.25
            assert await settle(world, sfu) == asked
            time.s += 0.25
            await ticking(world, lambda asked=asked: sfu.joins > asked)
        await ticking(world, lambda: has_heard(ada, "sfu-refused"))
        assert patience(voices, ada) == 30


async def test_an_sfu_that_takes_no_voice_is_offered_it_again_after_1_2_4_and_at_most_30_seconds(
    world: World,
) -> None:
    sfu, time = RefusingSfu(takes=False), Time()
    async with talking_through(world, sfu, time) as voices:
        ada, _, _ = await come(world, ADA), await come(world, BO), await come(world, CY)
        await ticking(world, lambda: ada.is_on_sfu)
        assert ways(ada) == [True]
        for asked, wait_s in enumerate((1, 2, 4, 8, 16, 30), start=1):
            await do(world, ada, SfuOffer(sdp=VOICE))
            await ticking(world, lambda wait_s=wait_s: patience(voices, ada, "begin") == wait_s)
            await do(world, ada, SfuOffer(sdp=VOICE))  # one that hurries
            time.s += wait_s - 0.25
            await settle(world, sfu)
            assert sfu.offers == asked
            assert ways(ada) == []
            time.s += 0.25
            await settle(world, sfu)
            assert ways(ada) == [True]  # begin anew


async def test_an_sfu_that_took_no_voice_is_at_its_first_refusal_when_it_gives_none(
    world: World,
) -> None:
    sfu, time = RefusingSfu(takes=False), Time()
    async with talking_through(world, sfu, time) as voices:
        ada, bo, _ = await come(world, ADA), await come(world, BO), await come(world, CY)
        for wait_s in (1, 2, 4):
            await ticking(world, lambda: has_heard(ada, "sfu"))
            await do(world, ada, SfuOffer(sdp=VOICE))
            await ticking(world, lambda wait_s=wait_s: patience(voices, ada, "begin") == wait_s)
            time.s += wait_s
        refused = heard(ada, "sfu-refused")
        sfu.takes = True
        await ticking(world, lambda: has_heard(ada, "sfu"))
        for visit in (bo, ada):
            await do(world, visit, SfuOffer(sdp=VOICE))
            await ticking(world, lambda visit=visit: has_heard(visit, "sfu-answered"))

        await do(world, ada, SfuHear(slots=(bo.slot,)))

        await ticking(world, lambda: patience(voices, ada) == 1)
        assert [(one["again_s"], one["is_hearing"]) for one in refused] == [(4, False)]
        assert patience(voices, ada, "begin") == 4


async def test_an_sfu_that_gave_no_voices_is_at_its_first_refusal_when_it_takes_none(
    world: World,
) -> None:
    sfu, time = RefusingSfu(), Time()
    async with talking_through(world, sfu, time) as voices:
        ada, bo = await two_talk(world, sfu)
        await do(world, ada, SfuHear(slots=(bo.slot,)))
        for wait_s in (1, 2, 4, 8):
            await ticking(world, lambda wait_s=wait_s: patience(voices, ada) == wait_s)
            time.s += wait_s
        sfu.takes = False
        heard(ada)
        await do(world, ada, SfuOffer(sdp=VOICE))
        await ticking(world, lambda: patience(voices, ada, "begin") == 1)

        time.s += 1

        await ticking(world, lambda: has_heard(ada, "sfu"))  # begin anew


async def test_whoever_hangs_up_and_joins_again_is_told_how_long_they_still_hear_nobody(
    world: World,
) -> None:
    sfu, time = RefusingSfu(), Time()
    async with talking_through(world, sfu, time) as voices:
        ada, bo = await two_talk(world, sfu)
        await do(world, ada, SfuHear(slots=(bo.slot,)))
        for wait_s in (1, 2, 4, 8):
            await ticking(world, lambda wait_s=wait_s: patience(voices, ada) == wait_s)
            time.s += wait_s
        time.s -= 5.5
        await do(world, ada, SfuLeave())
        heard(ada)

        await do(world, ada, SfuOffer(sdp=VOICE))

        told: list[dict[str, object]] = []
        await ticking(world, lambda: bool(told.extend(heard(ada, "sfu-refused")) or told))
        assert [(one["again_s"], one["is_hearing"]) for one in told] == [(6, True)]


async def test_once_voices_come_the_next_refusal_is_the_first_again(world: World) -> None:
    sfu, time = RefusingSfu(), Time()
    async with talking_through(world, sfu, time) as voices:
        ada, bo = await two_talk(world, sfu)
        await do(world, ada, SfuHear(slots=(bo.slot,)))
        await ticking(world, lambda: patience(voices, ada) == 1)
        sfu.refuses = False
        time.s += 1
        await ticking(world, lambda: has_heard(ada, "sfu-offered"))

        await do(world, ada, SfuAnswer(sdp=VOICE))

        await ticking(world, lambda: patience(voices, ada) == 0)


async def test_who_may_not_be_heard_any_more_is_taken_away_also_while_the_sfu_is_left_in_peace(
    world: World,
) -> None:
    sfu, time = RefusingSfu(), Time()
    sfu.refuses = False
    async with talking_through(world, sfu, time) as voices:
        ada, bo, cy = await come(world, ADA), await come(world, BO), await come(world, CY)
        for visit in (bo, cy, ada):
            await do(world, visit, SfuOffer(sdp=VOICE))
            await ticking(world, lambda visit=visit: has_heard(visit, "sfu-answered"))
        await do(world, ada, SfuHear(slots=(bo.slot,)))
        await ticking(world, lambda: has_heard(ada, "sfu-offered"))
        sfu.refuses = True
        await do(world, ada, SfuHear(slots=(bo.slot, cy.slot)))
        await ticking(world, lambda: patience(voices, ada) == 1)
        assert sfu.dropped == 0

        await do(world, bo, SfuLeave())

        await ticking(world, lambda: sfu.dropped > 0)
        await settle(world, sfu)
        assert sfu.dropped == 1


async def two_talk(world: World, sfu: RefusingSfu) -> tuple[Visit, Visit]:
    """Two, of three, whose voices the SFU has."""
    ada, bo, _ = await come(world, ADA), await come(world, BO), await come(world, CY)
    for visit in (bo, ada):
        await do(world, visit, SfuOffer(sdp=VOICE))
        await ticking(world, lambda visit=visit: has_heard(visit, "sfu-answered"))
    return ada, bo


def has_heard(visit: Visit, kind: str) -> bool:
    return bool(heard(visit, kind))


def patience(voices: Voices, visit: Visit, to: Literal["hear", "begin"] = "hear") -> int:
    """How long the SFU is not asked to let somebody hear others, or begin anew [s]."""
    to_hear, to_begin = voices._to_hear, voices._to_begin  # pyright: ignore[reportPrivateUsage]
    return (to_hear if to == "hear" else to_begin).wait_s(visit)


async def ticking(world: World, is_so: Callable[[], bool]) -> None:
    """Let the world tick until something is so."""

    def tick() -> bool:
        world.tick()
        return is_so()

    await until(tick)


async def settle(world: World, sfu: RefusingSfu) -> int:
    """Look a few times who may hear whom; how often the SFU was asked so far."""
    for _ in range(20):
        world.tick()
        await asyncio.sleep(0.01)
    return sfu.joins

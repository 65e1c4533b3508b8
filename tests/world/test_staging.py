"""On stage few speak and all hear; the house gives and takes the word."""

import pytest

from asklepion.kit.clock import StoppedClock
from asklepion.world import Code, World
from asklepion.world.model import Act, Deed
from asklepion.world.service.staging import MOST_WORDS
from asklepion.world.wire import (
    AskAside,
    Enter,
    Gesture,
    GiveWord,
    JoinAside,
    Motion,
    SetStage,
    Signal,
    control,
)
from tests.world.grounds import Time, yard
from tests.world.test_asides import ADA, BO, CY, HOST, codes, come, do, heard


@pytest.fixture
def world(clock: StoppedClock) -> World:
    places = {"yard": yard(capacity=12), "hall": yard(id="hall", is_stage=True)}
    return World(clock=clock, tell_time=Time(), places=places)


async def test_on_stage_voices_find_a_way_only_to_and_from_those_with_the_word(
    world: World,
) -> None:
    host, ada, bo = await come(world, HOST), await come(world, ADA, 1.0), await come(world, BO, 2.0)
    await do(world, host, SetStage(is_on=True))
    assert [m["is_on"] for m in heard(ada, "staged")] == [True]

    await do(world, ada, Signal(to=bo.slot, data="offer"))
    assert codes(ada) == [Code.UNHEARD]
    await do(world, host, Signal(to=ada.slot, data="offer"))
    await do(world, ada, Signal(to=host.slot, data="answer"))
    assert heard(ada, "signalled")
    assert heard(host, "signalled")

    await do(world, host, GiveWord(to=ada.slot))
    assert [(m["slot"], m["has_word"]) for m in heard(bo, "worded")] == [(ada.slot, True)]
    await do(world, ada, Signal(to=bo.slot, data="offer"))
    assert heard(bo, "signalled")
    await do(world, host, GiveWord(to=ada.slot, has_word=False))
    await do(world, ada, Signal(to=bo.slot, data="offer"))
    assert codes(ada) == [Code.UNHEARD]
    await do(world, host, SetStage(is_on=False))
    await do(world, ada, Signal(to=bo.slot, data="offer"))
    assert codes(ada) == []


async def test_a_host_has_a_screen_taken_away_whoever_may_hear_them(world: World) -> None:
    host, ada, bo = await come(world, HOST), await come(world, ADA, 1.0), await come(world, BO, 2.0)
    await do(world, ada, AskAside(to=(bo.slot,)))
    (asked,) = heard(bo, "asked-aside")
    await do(world, bo, JoinAside(aside=asked["aside"]))
    heard(ada)
    stop = '{"watching":{"stop":true}}'

    await do(world, host, Signal(to=ada.slot, data='{"watching":{"bye":true}}'))
    assert codes(host) == [Code.UNHEARD]
    await do(world, await come(world, CY, 1.5), Signal(to=ada.slot, data=stop))
    assert heard(ada, "signalled") == []
    await do(world, host, Signal(to=ada.slot, data=stop))

    assert [m["data"] for m in heard(ada, "signalled")] == [stop]


async def test_only_a_host_puts_a_place_on_stage_and_gives_the_word(world: World) -> None:
    host, ada, bo = await come(world, HOST), await come(world, ADA), await come(world, BO)
    await do(world, host, GiveWord(to=ada.slot))
    assert codes(host) == [Code.FORBIDDEN]  # there is no stage yet

    await do(world, ada, SetStage(is_on=True))
    assert host.gathering
    assert not host.gathering.is_stage
    await do(world, host, SetStage(is_on=True))
    await do(world, ada, GiveWord(to=ada.slot))
    await do(world, ada, GiveWord(to=bo.slot))
    await do(world, ada, SetStage(is_on=False))

    assert codes(ada) == [Code.FORBIDDEN] * 4
    assert host.gathering.is_stage
    assert not ada.may_speak


async def test_hands_stand_in_the_order_in_which_they_were_raised_and_the_word_lowers_one(
    world: World,
) -> None:
    host, ada, bo = await come(world, HOST), await come(world, ADA), await come(world, BO)
    await do(world, host, SetStage(is_on=True))
    await do(world, bo, Gesture(motion=Motion.HAND_UP))
    await do(world, ada, Gesture(motion=Motion.HAND_UP))
    await do(world, bo, Gesture(motion=Motion.NOD))  # which does not lower it
    await do(world, bo, Gesture(motion=Motion.HAND_UP))  # nor put it behind others

    late = world.open(CY)
    await world.hear(late, control(Enter(place="yard")))
    (welcome,) = heard(late, "welcome")
    hands = {p["hand"]: p["name"] for p in welcome["people"] if p["hand"]}
    assert [hands[n] for n in sorted(hands)] == ["Bo", "Ada"]
    assert welcome["is_stage"]
    await do(world, host, GiveWord(to=bo.slot))
    assert [m["motion"] for m in heard(late, "gestured")] == ["hand-down"]
    assert not bo.person.is_hand_up


async def test_a_place_whose_file_says_so_is_on_stage_and_the_word_stays_behind(
    world: World,
) -> None:
    host, ada = await come(world, HOST, place="hall"), await come(world, ADA, place="hall")
    await do(world, host, GiveWord(to=ada.slot))
    assert ada.may_speak

    await do(world, ada, Enter(place="yard"))
    await do(world, ada, Enter(place="hall"))
    assert not ada.may_speak
    await do(world, host, GiveWord(to=ada.slot))
    world.lose(ada)
    back = world.open(ADA, key=ada.key)
    assert back.may_speak  # whose line broke still has it


async def test_whose_word_a_host_took_by_muting_has_none_on_stage_either(
    world: World, clock: StoppedClock
) -> None:
    host, ada, bo = await come(world, HOST), await come(world, ADA), await come(world, BO)
    await do(world, host, SetStage(is_on=True))
    await do(world, host, GiveWord(to=ada.slot))
    world.ties.acts["1"] = Act(
        id="1",
        deed=Deed.MUTE,
        place="yard",
        account=ADA.account,
        by="x",
        reason="x",
        at=clock.now(),
    )
    world.stand_again(ada)
    heard(ada)

    await do(world, ada, Signal(to=bo.slot, data="offer"))

    assert codes(ada) == [Code.SILENCED]
    assert not ada.may_speak


async def test_those_who_speak_privately_hear_each_other_and_not_the_stage(world: World) -> None:
    host, ada, bo = await come(world, HOST), await come(world, ADA, 1.0), await come(world, BO, 2.0)
    await do(world, host, SetStage(is_on=True))
    await do(world, ada, AskAside(to=(bo.slot,)))
    (asked,) = heard(bo, "asked-aside")
    await do(world, bo, JoinAside(aside=asked["aside"]))

    await do(world, ada, Signal(to=bo.slot, data="offer"))
    assert heard(bo, "signalled")
    await do(world, host, Signal(to=ada.slot, data="offer"))
    assert codes(host) == [Code.UNHEARD]


async def test_no_more_have_the_word_at_once_than_can_be_followed(world: World) -> None:
    host = await come(world, HOST)
    guests = [
        await come(world, type(ADA)(account=f"account-{n}", name=str(n)))
        for n in range(MOST_WORDS + 1)
    ]
    await do(world, host, SetStage(is_on=True))
    for guest in guests:
        await do(world, host, GiveWord(to=guest.slot))
    assert codes(host) == [Code.WORDS_GIVEN]
    assert sum(guest.may_speak for guest in guests) == MOST_WORDS

"""Speaking privately: who may, who hears it, and how it ends."""

import json
from typing import Any

import pytest

from asklepion.identity import Caller, Role
from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Conflict, NotFound
from asklepion.world import Code, World
from asklepion.world.engine import ASKED_S, FAR_M, MOST_ASIDES, MOST_IN_ONE, NEAR_M, Asides
from asklepion.world.model import Access, Act, Deed, Self
from asklepion.world.service import Visit
from asklepion.world.service.private import may_call
from asklepion.world.wire import (
    TICKS_PER_S,
    AskAside,
    DeclineAside,
    Enter,
    FromVisitor,
    JoinAside,
    Kind,
    LeaveAside,
    Phrase,
    Pose,
    Say,
    Signal,
    Utter,
    control,
    pose_frame,
)
from tests.world.grounds import Time, yard

ADA, BO, CY, DEE = (
    Caller(account=f"account-{n}", name=n.title()) for n in ("ada", "bo", "cy", "d")
)
HOST = Caller(account="account-host", name="Host", roles=frozenset({Role.OPERATOR}))
ROLES = (Role.CLINICIAN, Role.PATIENT)
PLACES = {
    "yard": yard(capacity=12, is_child_safe=True),
    "hut": yard(id="hut"),
    "gate": yard(id="gate", access=Access.GUARDED, is_child_safe=True),
    "club": yard(id="club", access=Access.GUARDED, is_child_safe=True, visitors=ROLES),
}


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def world(clock: StoppedClock, time: Time) -> World:
    return World(clock=clock, tell_time=time, places=PLACES)


def heard(visit: Visit, *kinds: str) -> list[dict[str, Any]]:
    """What was said to a visitor since the last look, of these kinds."""
    found: list[dict[str, Any]] = []
    while (frame := visit.outbox.take()) is not None:
        if frame[0] == Kind.CONTROL:
            found.append(json.loads(frame[1:]))
    return [message for message in found if message["type"] in kinds]


def codes(visit: Visit) -> list[str]:
    return [message["code"] for message in heard(visit, "refused")]


async def come(world: World, caller: Caller, x: float = 0.0, place: str = "yard") -> Visit:
    """Enter, and walk to a spot."""
    visit = world.open(caller)
    await world.hear(visit, control(Enter(place=place)))
    await walk(world, visit, x)
    heard(visit)
    return visit


async def walk(world: World, visit: Visit, x: float, z: float = 0.0) -> None:
    assert visit.gathering
    time = world._time  # pyright: ignore[reportPrivateUsage]
    assert isinstance(time, Time)
    spot = visit.gathering.hall.spot(visit.slot).position
    for n in range(1, 101):  # twenty metres in a hundred steps are slow enough
        share = n / 100
        at = (spot[0] + (x - spot[0]) * share, 0.0, spot[2] + (z - spot[2]) * share)
        await world.hear(visit, pose_frame(Pose(position=at)))
        world.tick()
        time.s += 1 / TICKS_PER_S
    assert visit.gathering.hall.spot(visit.slot).position[0] == pytest.approx(x, abs=0.02)


async def do(world: World, visit: Visit, message: FromVisitor) -> None:
    await world.hear(visit, control(message))


async def whisper(world: World, *visits: Visit) -> int:
    """Let the first ask all the others, who say yes; the number of their aside."""
    first, *others = visits
    await do(world, first, AskAside(to=tuple(v.slot for v in others)))
    aside = 0
    for other in others:
        (asked,) = heard(other, "asked-aside")
        aside = asked["aside"]
        await do(world, other, JoinAside(aside=aside))
    return aside


# --- inside


async def test_who_says_yes_speaks_privately_and_everybody_sees_that_they_do(world: World) -> None:
    ada, bo, cy = await come(world, ADA), await come(world, BO, 1.0), await come(world, CY, 2.0)
    heard(cy)

    await do(world, ada, AskAside(to=(bo.slot,)))
    assert heard(cy, "asked-aside", "went-aside") == []  # asking is their own business
    assert heard(ada, "went-aside") == []  # and shuts nobody off
    (asked,) = heard(bo, "asked-aside")
    assert (asked["slot"], asked["name"]) == (ada.slot, "Ada")
    await do(world, bo, JoinAside(aside=asked["aside"]))

    went = {(m["slot"], m["aside"]) for m in heard(cy, "went-aside")}
    assert went == {(ada.slot, asked["aside"]), (bo.slot, asked["aside"])}
    late = world.open(DEE)
    await world.hear(late, control(Enter(place="yard")))
    (welcome,) = heard(late, "welcome")
    asides = {p["name"]: p["aside"] for p in welcome["people"]}
    assert asides == {"Ada": 1, "Bo": 1, "Cy": 0, "D": 0}


async def test_what_is_said_inside_reaches_the_members_alone(world: World) -> None:
    ada, bo, cy, host = [
        await come(world, who, x) for who, x in ((ADA, 0.0), (BO, 1.0), (CY, 2.0), (HOST, -1.0))
    ]
    await whisper(world, ada, bo)
    for visit in (ada, bo, cy, host):
        heard(visit)

    await do(world, ada, Say(text="between us"))
    await do(world, bo, Utter(phrase=Phrase.THANKS))
    await do(world, cy, Say(text="to everybody"))

    for member in (ada, bo):
        said = heard(member, "said", "uttered")
        assert [m.get("text", m.get("phrase")) for m in said] == [
            "between us", "thanks", "to everybody",
        ]  # fmt: skip
        assert [m["is_private"] for m in said] == [True, True, False]
    for other in (cy, host):  # nor may a host listen in
        assert [m["text"] for m in heard(other, "said", "uttered")] == ["to everybody"]


async def test_voices_find_no_way_between_a_member_and_another_in_either_direction(
    world: World,
) -> None:
    ada, bo, cy, host = [
        await come(world, who, x) for who, x in ((ADA, 0.0), (BO, 1.0), (CY, 2.0), (HOST, -1.0))
    ]
    await whisper(world, ada, bo)
    for visit in (ada, bo, cy, host):
        heard(visit)

    for one, other in ((ada, cy), (cy, ada), (host, bo), (bo, host)):
        await do(world, one, Signal(to=other.slot, data="offer"))
        assert codes(one) == [Code.UNHEARD]
        assert heard(other, "signalled") == []
    for one, other in ((ada, bo), (cy, host)):
        await do(world, one, Signal(to=other.slot, data="offer"))
        assert [m["slot"] for m in heard(other, "signalled")] == [one.slot]


async def test_a_reported_minute_holds_private_words_only_for_one_who_heard_them(
    world: World,
) -> None:
    ada, bo, cy = await come(world, ADA), await come(world, BO, 1.0), await come(world, CY, 2.0)
    await whisper(world, ada, bo)
    await do(world, ada, Say(text="between us"))
    await do(world, cy, Say(text="to everybody"))
    assert ada.gathering
    ring, now = ada.gathering.ring, world.time()

    def words(reader: Visit) -> set[str]:
        parts = ring.parts(now, reader.account).values()
        return {line for part in parts for _, what, line in part.did if what == "said"}

    assert words(bo) == {"between us", "to everybody"}
    assert words(cy) == {"to everybody"}


async def test_words_meant_for_other_ears_than_those_that_hear_are_refused(world: World) -> None:
    ada, bo, cy = await come(world, ADA), await come(world, BO, 1.0), await come(world, CY, 2.0)
    aside = await whisper(world, ada, bo)
    await do(world, bo, LeaveAside())
    for visit in (ada, bo, cy):
        heard(visit)

    await do(world, ada, Say(text="between us", aside=aside))
    await do(world, ada, Utter(phrase=Phrase.SORRY, aside=aside))

    assert codes(ada) == [Code.OTHER_EARS] * 2
    assert heard(cy, "said", "uttered") == []
    await do(world, ada, Say(text="to everybody", aside=0))
    await do(world, ada, Say(text="to whoever hears"))
    assert [m["text"] for m in heard(cy, "said")] == ["to everybody", "to whoever hears"]


# --- the ways out


async def test_leaving_ends_it_for_oneself_and_for_the_last_one_with_it(world: World) -> None:
    ada, bo, cy = await come(world, ADA), await come(world, BO, 1.0), await come(world, CY, 2.0)
    await whisper(world, ada, bo, cy)
    heard(ada)

    await do(world, bo, LeaveAside())
    assert [(m["slot"], m["aside"]) for m in heard(ada, "went-aside")] == [(bo.slot, 0)]
    await do(world, cy, Enter(place="hut"))
    assert [(m["slot"], m["aside"]) for m in heard(ada, "went-aside")] == [(ada.slot, 0)]
    await do(world, ada, Signal(to=bo.slot, data="offer"))
    assert heard(bo, "signalled")


async def test_who_walks_away_from_all_the_others_has_left(world: World) -> None:
    ada, bo, cy = await come(world, ADA), await come(world, BO, 1.0), await come(world, CY, 2.0)
    await whisper(world, ada, bo, cy)
    heard(bo)

    await walk(world, ada, -(FAR_M - 1.5))
    for _ in range(TICKS_PER_S):
        world.tick()
    assert heard(bo, "went-aside") == []
    await walk(world, ada, -(FAR_M + 1.5))
    for _ in range(TICKS_PER_S):
        world.tick()
    assert [(m["slot"], m["aside"]) for m in heard(bo, "went-aside")] == [(ada.slot, 0)]


async def test_who_blocks_another_inside_ends_it_where_nobody_is_left_to_hear(world: World) -> None:
    ada, bo = await come(world, ADA), await come(world, BO, 1.0)
    await whisper(world, ada, bo)
    assert ada.gathering
    world.ties.block(ADA.account, BO.account)
    ada.gathering.part_or_meet(ada, bo)
    heard(ada)

    for _ in range(TICKS_PER_S):
        world.tick()

    assert [(m["slot"], m["aside"]) for m in heard(ada, "went-aside")] == [(ada.slot, 0)]
    await do(world, ada, Signal(to=bo.slot, data="offer"))
    assert codes(ada) == [Code.NOT_HERE]


async def test_from_whom_a_host_took_the_word_speaks_privately_with_nobody(
    world: World, clock: StoppedClock
) -> None:
    ada, bo = await come(world, ADA), await come(world, BO, 1.0)
    await whisper(world, ada, bo)
    world.ties.acts["1"] = Act(
        id="1",
        deed=Deed.MUTE,
        place="yard",
        account=ADA.account,
        by="x",
        reason="x",
        at=clock.now(),
    )
    heard(ada)

    await do(world, ada, Say(text="psst"))
    await do(world, ada, Signal(to=bo.slot, data="offer"))
    await do(world, ada, AskAside(to=(bo.slot,)))

    assert codes(ada) == [Code.SILENCED] * 3
    assert heard(bo, "said", "signalled") == []


# --- who may be asked


async def test_only_who_stands_near_is_asked_and_comes_from_no_farther_than_one_may_go(
    world: World,
) -> None:
    ada, bo = await come(world, ADA), await come(world, BO, NEAR_M + 1)
    await do(world, ada, AskAside(to=(bo.slot, 99, ada.slot)))
    assert codes(ada) == [Code.TOO_FAR, Code.NOT_HERE, Code.NOT_HERE]
    await walk(world, bo, NEAR_M - 1)
    await do(world, ada, AskAside(to=(bo.slot,)))
    (asked,) = heard(bo, "asked-aside")
    await walk(world, bo, FAR_M + 1)

    await do(world, bo, JoinAside(aside=asked["aside"]))

    assert codes(bo) == [Code.TOO_FAR]


async def test_nobody_comes_in_who_was_not_asked_or_said_no_or_waited_too_long(
    world: World, time: Time
) -> None:
    ada, bo, cy = await come(world, ADA), await come(world, BO, 1.0), await come(world, CY, 2.0)
    aside = await whisper(world, ada, bo)
    await do(world, cy, JoinAside(aside=aside))
    await do(world, ada, AskAside(to=(cy.slot,)))
    await do(world, cy, DeclineAside(aside=aside))
    await do(world, cy, JoinAside(aside=aside))
    await do(world, ada, AskAside(to=(cy.slot,)))
    time.s += ASKED_S + 1
    await do(world, cy, JoinAside(aside=aside))

    assert codes(cy) == [Code.ASIDE_OVER] * 3
    assert ada.gathering
    assert ada.gathering.asides.of(cy.slot) == 0


async def test_a_child_and_an_adult_whom_it_does_not_know_do_not_meet_privately(
    world: World,
) -> None:
    world.ties.selves[CY.account] = Self(is_child=True)
    world.ties.friends[(CY.account, ADA.account)] = True
    world.ties.friends[(ADA.account, CY.account)] = True
    ada, bo, cy = await come(world, ADA), await come(world, BO, 1.0), await come(world, CY, 2.0)

    await do(world, bo, AskAside(to=(cy.slot,)))
    assert codes(bo) == [Code.FORBIDDEN]
    await do(world, ada, AskAside(to=(bo.slot, cy.slot)))
    (asked,) = heard(cy, "asked-aside")
    await do(world, bo, JoinAside(aside=asked["aside"]))
    await do(world, cy, JoinAside(aside=asked["aside"]))  # the friend is not alone any more

    assert codes(cy) == [Code.FORBIDDEN]


@pytest.mark.parametrize(("place", "may"), [("club", False), ("gate", True)])
async def test_where_a_list_of_roles_is_let_in_a_child_is_among_strangers_as_anywhere(
    world: World, place: str, may: bool
) -> None:
    async def admit(caller: Caller, place: str) -> None:
        """Let everybody in by name."""

    world.guard("gate", admit)
    world.ties.selves[CY.account] = Self(is_child=True)
    nurse = Caller(account="account-nurse", name="N", roles=frozenset({Role.CLINICIAN}))
    child = Caller(account=CY.account, name="Cy", roles=frozenset({Role.PATIENT}))

    one, other = await come(world, nurse, place=place), await come(world, child, 1.0, place=place)
    assert one.gathering
    await do(world, one, AskAside(to=(other.slot,)))

    assert may_call(world.ties, one.gathering, one, other) is may
    assert (codes(one) == []) is may


async def test_to_one_who_is_gone_to_another_asking_says_that_nobody_is_there(world: World) -> None:
    ada, bo = await come(world, ADA), await come(world, BO, 1.0)
    world.ties.block(BO.account, ADA.account)

    await do(world, ada, AskAside(to=(bo.slot,)))

    assert codes(ada) == [Code.NOT_HERE]
    assert heard(bo, "asked-aside") == []


# --- the engine


def test_no_aside_grows_beyond_its_size_and_no_place_beyond_its_number() -> None:
    asides = Asides()
    aside = 0
    for slot in range(1, MOST_IN_ONE):
        aside = asides.ask(0, slot, 0.0)
        asides.join(aside, slot, 0.0)
    with pytest.raises(Conflict):
        asides.ask(0, 99, 0.0)
    for n in range(1, MOST_ASIDES):
        asides.join(asides.ask(100 * n, 100 * n + 1, 0.0), 100 * n + 1, 0.0)
    with pytest.raises(Conflict):
        asides.ask(9000, 9001, 0.0)
    assert len(asides.members(aside)) == MOST_IN_ONE


def test_a_question_is_void_once_whoever_asked_it_has_left() -> None:
    asides = Asides()
    aside = asides.ask(1, 2, 0.0)
    asides.join(aside, 2, 0.0)
    asides.join(asides.ask(1, 3, 0.0), 3, 0.0)
    asides.ask(1, 4, 0.0)
    assert asides.leave(1) == [1]

    with pytest.raises(NotFound):
        asides.join(aside, 4, 0.0)
    assert asides.go(3) == [2]
    assert asides.all() == {}

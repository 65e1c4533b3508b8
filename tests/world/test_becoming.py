"""A place that is published anew, or whose worker died, goes on: nobody is heard by more people."""

from collections.abc import AsyncGenerator
from datetime import timedelta

import msgspec
import pytest

from asklepion.identity import Caller
from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Database, connect_database
from asklepion.settings import Settings
from asklepion.world import Code, World
from asklepion.world.model import Access
from asklepion.world.service import Visit
from asklepion.world.service.leases import Leases, end_leases
from asklepion.world.service.sealing import Secret
from asklepion.world.service.workers import Workers
from asklepion.world.wire import (
    TICKS_PER_S,
    Enter,
    Gesture,
    GiveWord,
    Motion,
    Say,
    SetStage,
    Signal,
)
from tests.world.grounds import Time, yard
from tests.world.test_asides import ADA, BO, CY, HOST, codes, come, do, heard, whisper

PLACE = yard(capacity=12, is_child_safe=True)


@pytest.fixture
def world(clock: StoppedClock) -> World:
    return World(clock=clock, tell_time=Time(), places={"yard": PLACE})


@pytest.fixture
async def db(settings: Settings) -> AsyncGenerator[Database]:
    db = connect_database(settings.database)
    yield db
    await db.close()


async def publish(world: World, name_key: str = "world.place.plaza") -> None:
    await world.show_place(msgspec.structs.replace(PLACE, name_key=name_key))


def aside_of(visit: Visit) -> int:
    assert visit.gathering
    return visit.gathering.asides.of(visit.slot)


def minute(world: World) -> None:
    """A second passes, in which it is looked who walked away."""
    for _ in range(2 * TICKS_PER_S):
        world.tick()


async def test_who_speaks_privately_goes_on_so_when_the_place_is_published_anew(
    world: World,
) -> None:
    ada, bo, cy = await come(world, ADA), await come(world, BO, 1.0), await come(world, CY, 2.0)
    aside = await whisper(world, ada, bo)
    for visit in (ada, bo, cy):
        heard(visit)

    await publish(world)
    minute(world)

    assert [aside_of(v) for v in (ada, bo, cy)] == [aside, aside, 0]
    said = heard(ada, "went-aside", "welcome")
    assert not [m for m in said if m["type"] == "went-aside"]  # at no moment with everybody
    await do(world, ada, Signal(to=cy.slot, data="offer"))
    assert codes(ada) == [Code.UNHEARD]
    await do(world, bo, Say(text="between us"))
    assert not heard(cy, "said")
    dee = await whisper(world, cy, await come(world, HOST, 2.5))
    assert dee > aside  # no number is given twice


async def test_whose_partner_is_not_let_in_again_speaks_with_everybody_once_that_is_known(
    world: World,
) -> None:
    ada, bo = await come(world, ADA), await come(world, BO, 1.0)
    await whisper(world, ada, bo)

    await world.show_place(msgspec.structs.replace(PLACE, capacity=1))
    minute(world)

    inside = [v for v in (ada, bo) if v.gathering]
    assert [aside_of(v) for v in inside] == [0]


async def test_whose_line_is_broken_while_the_place_is_published_comes_back_into_private_talk(
    world: World, clock: StoppedClock
) -> None:
    ada, bo = await come(world, ADA), await come(world, BO, 1.0)
    aside = await whisper(world, ada, bo)
    world.lose(bo)
    await publish(world)
    minute(world)

    back = world.open(BO, key=bo.key)
    await do(world, back, Enter(place="yard"))

    assert (aside_of(ada), aside_of(back)) == (aside, aside)
    world.lose(back)
    await publish(world, "world.place.clinic")
    clock.at += timedelta(seconds=31)
    minute(world)
    assert aside_of(ada) == 0  # nobody is awaited any more


async def test_stage_words_hands_and_the_last_minute_outlast_a_publishing(world: World) -> None:
    host, ada, bo = await come(world, HOST), await come(world, ADA, 1.0), await come(world, BO, 2.0)
    await do(world, host, SetStage(is_on=True))
    await do(world, host, GiveWord(to=ada.slot))
    await do(world, bo, Gesture(motion=Motion.HAND_UP))
    await do(world, bo, Say(text="remember this"))

    await publish(world)

    assert host.gathering
    assert host.gathering.is_stage
    assert (ada.has_word, bo.has_word, ada.hand, bo.hand) == (True, False, 0, 1)
    assert host.gathering.hands == 1
    assert b"remember this" in world.remember(HOST.account, bo.who).parts


def worker(world: World, db: Database, clock: StoppedClock, name: str) -> Workers:
    leases = Leases(db, worker=name, term_s=60)
    secret = Secret(bytes(range(32)))
    return Workers(world, db=db, clock=clock, secret=secret, bus_url="", leases=leases)


async def test_who_speaks_privately_goes_on_so_when_the_worker_dies(
    db: Database, clock: StoppedClock
) -> None:
    one, two = (World(clock=clock, tell_time=Time(), places={"yard": PLACE}) for _ in range(2))
    first = worker(one, db, clock, "one")
    worker(two, db, clock, "two")
    host, ada, bo, cy = [await come(one, c, x) for x, c in enumerate((HOST, ADA, BO, CY))]
    aside = await whisper(one, ada, bo)
    await do(one, host, SetStage(is_on=True))
    await do(one, host, GiveWord(to=cy.slot))
    await first.settle_down()
    await end_leases(db, "one")

    async def back(old: Visit) -> Visit:
        visit = two.open(old.caller, key=old.key)
        await do(two, visit, Enter(place="yard"))
        return visit

    ada2 = await back(ada)
    minute(two)
    assert aside_of(ada2) == aside  # alone: nobody hears them until the other is back
    cy2 = await back(cy)
    await do(two, ada2, Signal(to=cy2.slot, data="offer"))
    assert Code.UNHEARD in codes(ada2)
    bo2, host2 = await back(bo), await back(host)
    minute(two)

    assert [aside_of(v) for v in (ada2, bo2, cy2, host2)] == [aside, aside, 0, 0]
    assert cy2.gathering
    assert cy2.gathering.is_stage
    assert cy2.has_word


async def test_who_waits_at_the_gate_while_the_place_is_published_comes_into_the_new_one(
    clock: StoppedClock,
) -> None:
    old = yard(id="hut", access=Access.GUARDED)
    new = msgspec.structs.replace(old, name_key="world.place.plaza")
    world = World(clock=clock, tell_time=Time(), places={"hut": old})
    asked: list[str] = []

    async def keeper(caller: Caller, place: str) -> None:
        asked.append(caller.account)
        if len(asked) == 1:
            await world.show_place(new)

    world.guard("hut", keeper)
    ada = world.open(ADA)
    await do(world, ada, Enter(place="hut"))

    assert ada.gathering
    assert ada.gathering.hall.place is new
    assert len(asked) == 2  # the new place has a gate too


async def test_who_waits_at_the_gate_while_the_place_is_put_away_is_told_that_there_is_none(
    clock: StoppedClock,
) -> None:
    world = World(
        clock=clock, tell_time=Time(), places={"hut": yard(id="hut", access=Access.GUARDED)}
    )
    left: list[str] = []
    world.when_left("hut", lambda account, place: left.append(account))

    async def keeper(caller: Caller, place: str) -> None:
        world.hide_place("hut")

    world.guard("hut", keeper)
    ada = world.open(ADA)
    await do(world, ada, Enter(place="hut"))

    assert ada.gathering is None
    assert codes(ada) == [Code.UNKNOWN_PLACE]
    assert left == [ADA.account]


async def test_a_place_that_changes_without_end_is_asked_for_a_few_times(
    clock: StoppedClock,
) -> None:
    hut = yard(id="hut", access=Access.GUARDED)
    world = World(clock=clock, tell_time=Time(), places={"hut": hut})

    async def keeper(caller: Caller, place: str) -> None:
        await world.show_place(msgspec.structs.replace(hut))

    world.guard("hut", keeper)
    ada = world.open(ADA)
    await do(world, ada, Enter(place="hut"))

    assert ada.gathering is None
    assert codes(ada) == [Code.BUSY]


async def test_who_is_sent_out_of_a_place_that_is_gone_is_told_where_to(world: World) -> None:
    ada = await come(world, ADA)
    world._atlas.drop("yard")  # pyright: ignore[reportPrivateUsage]

    assert world.expel(ADA.account, "yard")

    assert ada.gathering is None
    assert [m["to"] for m in heard(ada, "expelled")] == [PLACE.exit]

"""Which worker a place lives in: one at any moment, on both databases."""

import asyncio
import time
from collections.abc import AsyncGenerator

import pytest

from asklepion.kit.db import Database, Tx, connect_database
from asklepion.settings import Settings
from asklepion.world.engine import Loose
from asklepion.world.model.items import BallItem
from asklepion.world.service.keeping import Keeping, Shelf
from asklepion.world.service.leases import EARLY_S, Leases, end_leases, holder_of
from asklepion.world.store import leases as store
from asklepion.world.store import things as kept
from asklepion.world.wire import Item, ItemSpot

SHORT_S = 0.6
HALL = "plaza"


@pytest.fixture
async def db(settings: Settings) -> AsyncGenerator[Database]:
    db = connect_database(settings.database)
    yield db
    await db.close()


def worker(db: Database, name: str, term_s: float = SHORT_S) -> Leases:
    return Leases(db, worker=name, term_s=term_s)


async def test_a_place_that_one_holds_nobody_else_can_take(db: Database) -> None:
    one, two = worker(db, "one", 60), worker(db, "two", 60)

    assert await one.take(HALL)
    assert await two.take(HALL) is None

    assert (one.holds(HALL), two.holds(HALL)) == (True, False)
    assert await holder_of(db, HALL) == "one"


async def test_of_many_who_ask_at_once_one_gets_it(db: Database) -> None:
    many = [worker(db, f"w{n}", 60) for n in range(6)]

    taken = await asyncio.gather(*(one.take(HALL) for one in many))

    assert sum(found is not None for found in taken) == 1
    assert sum(one.holds(HALL) for one in many) == 1


async def test_it_ends_here_before_another_may_have_it(db: Database) -> None:
    one, two = worker(db, "one"), worker(db, "two")
    await one.take(HALL)

    deadline = time.monotonic() + 5
    while await two.take(HALL) is None:
        assert time.monotonic() < deadline
        both = one.holds(HALL), two.holds(HALL)
        assert both != (True, True)
        await asyncio.sleep(0.01)

    assert not one.holds(HALL)
    assert await one.renew({}) == {HALL}  # and now it is known
    assert one.halls == []


async def test_whoever_renews_holds_on_and_one_who_slept_goes_on_if_nobody_took_it(
    db: Database,
) -> None:
    one = worker(db, "one")
    await one.take(HALL)

    for _ in range(4):
        await asyncio.sleep(SHORT_S / 4)
        assert await one.renew({}) == set()
        assert one.holds(HALL)
    await asyncio.sleep(SHORT_S)
    assert not one.holds(HALL)
    assert await one.renew({}) == set()
    assert one.holds(HALL)


async def test_where_people_stood_goes_to_whoever_takes_the_place_next(db: Database) -> None:
    one, two = worker(db, "one", 60), worker(db, "two", 60)
    first = await one.take(HALL)
    assert first is not None
    assert first.idle_us is None
    await one.renew({HALL: "[1]", "elsewhere": "[2]"})
    assert await two.take(HALL) is None

    await end_leases(db, "one")  # it is known to be dead

    taken = await two.take(HALL)
    assert taken is not None
    assert taken.standing == "[1]"
    assert taken.idle_us is not None
    assert 0 <= taken.idle_us < 5_000_000
    await one.renew({HALL: "[3]"})  # too late: it is not its own any more
    await end_leases(db, "two")
    third = await worker(db, "three").take(HALL)
    assert third is not None
    assert third.standing == "[1]"


async def test_what_a_place_gives_back_is_free_and_forgotten(db: Database) -> None:
    one = worker(db, "one", 60)
    await one.take(HALL)
    await one.renew({HALL: "[1]"})

    await one.let_go(HALL)

    assert not one.holds(HALL)
    taken = await worker(db, "two").take(HALL)
    assert taken is not None
    assert (taken.standing, taken.idle_us) == ("", None)


async def test_what_nobody_held_for_long_is_swept(db: Database) -> None:
    one = worker(db, "one", 0.0)
    await one.take(HALL)

    async with db.begin() as tx:
        assert await store.sweep(tx, 60_000_000) == 0
        await asyncio.sleep(0.02)
        assert await store.sweep(tx, 0) == 1


def ball(revision: int) -> Loose:
    spot = ItemSpot(position=(0.0, 0.0, 0.0))
    item = Item(number=-1, id="ball", spot=spot, state=BallItem(), revision=revision)
    return Loose(item=item, account="account-a")


async def test_things_are_only_written_by_the_worker_that_holds_the_place(db: Database) -> None:
    one, two = worker(db, "one"), worker(db, "two", 60)
    await one.take(HALL)
    old, new = Keeping(db), Keeping(db)
    old.fence, new.fence = one.fence, two.fence
    await _write(old, 1)
    assert await _revision(db) == 1
    await asyncio.sleep(SHORT_S + EARLY_S)
    assert await two.take(HALL)

    await _write(new, 5)
    await _write(old, 2)  # it wakes and has something to say

    assert await _revision(db) == 5


async def _write(keeping: Keeping, revision: int) -> None:
    keeping.note(Shelf(place=HALL), {"ball": ball(revision)})
    await keeping.flush()


async def _revision(db: Database) -> int:
    async with db.read() as tx:
        return await _read(tx)


async def _read(tx: Tx) -> int:
    (found,) = await kept.items_in(tx, HALL)
    return found.revision

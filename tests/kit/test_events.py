import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import pytest

from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Database, connect_database
from asklepion.kit.events import MIGRATIONS, PATIENCE, Events


@dataclass(frozen=True)
class OlivePicked:
    tree: str


@dataclass
class Ear:
    heard: list[str]
    deaf: bool = False

    async def hear(self, event: OlivePicked) -> None:
        if self.deaf:
            raise ConnectionError
        self.heard.append(event.tree)


@pytest.fixture
async def db(tmp_path: Path, database_url: str, clock: StoppedClock) -> AsyncGenerator[Database]:
    db = connect_database(database_url or f"sqlite:///{tmp_path}/a.sqlite")
    await db.migrate({"kit": MIGRATIONS}, tmp_path, clock)
    yield db
    await db.close()


@pytest.fixture
def events(db: Database, clock: StoppedClock) -> Events:
    return Events(db, clock)


async def tell(db: Database, events: Events, *trees: str) -> None:
    async with db.begin() as tx:
        for tree in trees:
            await events.tell(tx, OlivePicked(tree))


async def test_events_arrive_once_and_in_order(db: Database, events: Events) -> None:
    ear = Ear([])
    events.on(OlivePicked, ear.hear)
    await tell(db, events, "north", "south")

    assert await events.deliver() == 2
    assert await events.deliver() == 0
    assert ear.heard == ["north", "south"]


async def test_what_was_rolled_back_is_never_told(db: Database, events: Events) -> None:
    ear = Ear([])
    events.on(OlivePicked, ear.hear)

    with pytest.raises(KeyError):
        async with db.begin() as tx:
            await events.tell(tx, OlivePicked("north"))
            raise KeyError

    assert await events.deliver() == 0


async def test_an_event_survives_the_process_that_told_it(
    db: Database, events: Events, clock: StoppedClock
) -> None:
    await tell(db, events, "north")
    ear = Ear([])
    reborn = Events(db, clock)
    reborn.on(OlivePicked, ear.hear)

    await reborn.deliver()

    assert ear.heard == ["north"]


async def test_a_listener_that_fails_hears_it_again_and_holds_nobody_up(
    db: Database, events: Events
) -> None:
    ear = Ear([], deaf=True)
    events.on(OlivePicked, ear.hear)
    await tell(db, events, "north")
    assert await events.deliver() == 0

    ear.deaf = False
    await tell(db, events, "south")
    await events.deliver()

    assert ear.heard == ["north", "south"]


async def test_an_event_nobody_can_take_is_set_aside_kept_and_named(
    db: Database, events: Events, clock: StoppedClock
) -> None:
    ear = Ear([], deaf=True)
    events.on(OlivePicked, ear.hear)
    await tell(db, events, "north")

    for _ in range(PATIENCE + 1):
        await events.deliver()

    async with db.read() as tx:
        assert await tx.all("SELECT attempts FROM kit_outbox") == [(PATIENCE,)]
    (aside,) = await events.set_aside()
    assert aside.kind.endswith("OlivePicked")
    assert aside.told_at == clock.now()


async def test_what_still_has_attempts_left_is_not_set_aside(db: Database, events: Events) -> None:
    ear = Ear([], deaf=True)
    events.on(OlivePicked, ear.hear)
    await tell(db, events, "north")

    for _ in range(PATIENCE - 1):
        await events.deliver()

    assert await events.set_aside() == []


async def test_what_was_set_aside_is_tried_again_when_the_house_opens_the_next_time(
    db: Database, events: Events, clock: StoppedClock
) -> None:
    ear = Ear([], deaf=True)
    events.on(OlivePicked, ear.hear)
    await tell(db, events, "north")
    for _ in range(PATIENCE):
        await events.deliver()

    ear.deaf = False
    reborn = Events(db, clock)
    reborn.on(OlivePicked, ear.hear)
    running = asyncio.create_task(reborn.run())
    async with asyncio.timeout(10):
        while not ear.heard:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        while await reborn.set_aside():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait([running])

    assert ear.heard == ["north"]


async def test_the_post_closes_also_when_something_is_told_at_that_very_moment(
    db: Database, events: Events
) -> None:
    for ticks in range(6):
        running = asyncio.create_task(events.run())
        await asyncio.sleep(0.05)

        await tell(db, events, "north")
        for _ in range(ticks):
            await asyncio.sleep(0)
        running.cancel()
        done, _ = await asyncio.wait([running], timeout=3)

        assert done, ticks

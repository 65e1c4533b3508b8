"""What workers tell each other over a real bus, and what they do where some of it was lost."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AsyncExitStack

import nats
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import OutboundBufferLimitError

from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Database, connect_database
from asklepion.settings import Settings
from asklepion.world import Code, World
from asklepion.world.model import Act, Deed
from asklepion.world.service.leases import Leases
from asklepion.world.service.passing import Alive, CameTogether, Guest, Here, WentApart
from asklepion.world.service.presence import Presence
from asklepion.world.service.replays import (
    FRESH_US,
    MOST_ASKED,
    MOST_SENDERS,
    Replays,
    Stamp,
)
from asklepion.world.service.sealing import Secret
from asklepion.world.service.tickets import Shown
from asklepion.world.service.workers import Workers
from asklepion.world.store import people as store
from tests.nats import find_nats, serve_nats
from tests.world.grounds import Time, yard
from tests.world.test_asides import ADA, BO, CY, codes, come, heard

PLACES = {"yard": yard(capacity=12)}
SECRET = Secret(bytes(range(32)))


@pytest.fixture(scope="module")
def nats_url() -> Generator[str]:
    program = find_nats()
    if program is None:
        pytest.skip("NATS is not installed (Debian: nats-server)")
    with serve_nats(program) as (url, _):
        yield url


@pytest.fixture
async def db(settings: Settings) -> AsyncGenerator[Database]:
    db = connect_database(settings.database)
    yield db
    await db.close()


class Team:
    """A front and workers, in one process."""

    def __init__(self, url: str, db: Database, clock: StoppedClock, stack: AsyncExitStack) -> None:
        self._parts = url, db, clock, stack

    async def start(self, name: str = "") -> Workers:
        url, db, clock, stack = self._parts
        self.world = World(clock=clock, tell_time=Time(), places=PLACES)
        leases = Leases(db, worker=name, term_s=60) if name else None
        workers = Workers(self.world, db=db, clock=clock, secret=SECRET, bus_url=url, leases=leases)
        stack.push_async_callback(workers.stop)
        await workers.start()
        return workers


@pytest.fixture
async def team(nats_url: str, db: Database, clock: StoppedClock) -> AsyncGenerator[Team]:
    async with AsyncExitStack() as stack:
        yield Team(nats_url, db, clock, stack)


async def until(is_so: Callable[[], object], within_s: float = 5.0) -> None:
    async with asyncio.timeout(within_s):
        while not is_so():  # noqa: ASYNC110 - others speak on the bus
            await asyncio.sleep(0.01)


async def test_when_another_worker_comes_nobody_is_missed_where_they_are(team: Team) -> None:
    front = await team.start()
    gone: list[str] = []
    team.world.when_left("yard", lambda account, place: gone.append(account))
    await team.start("one")
    await come(team.world, ADA)
    await until(lambda: front.presence.inside("yard"))

    await team.start("two")
    for _ in range(60):
        assert front.presence.inside("yard")
        await asyncio.sleep(0.01)

    assert gone == []


def test_that_a_place_is_empty_counts_from_the_worker_that_has_it_alone() -> None:
    missed: list[str] = []
    presence = Presence(Time(), lambda _: None, lambda account, _: missed.append(account))
    guest = Guest(account=ADA.account, who="who", name="Ada")
    presence.hear_here(Here(worker="two", hall="yard", guests=(guest,)))

    presence.hear_here(Here(worker="one", hall="yard", guests=()))  # it wakes, and has lost it
    presence.hear_alive(Alive(worker="one"))

    assert presence.inside("yard") == (guest,)
    assert missed == []
    presence.hear_here(Here(worker="two", hall="yard", guests=()))
    assert missed == [ADA.account]


async def test_blocks_and_bans_that_a_worker_did_not_hear_hold_once_somebody_says_hello(
    team: Team, db: Database, clock: StoppedClock
) -> None:
    await team.start("one")
    world = team.world
    ada, bo, cy = await come(world, ADA), await come(world, BO), await come(world, CY)
    async with db.begin() as tx:
        await store.add_block(tx, "block-1", ADA.account, BO.account, clock.now())
        ban = Act(
            id="act-1",
            deed=Deed.BAN,
            place="yard",
            account=CY.account,
            by="account-host",
            reason="noise",
            at=clock.now(),
        )
        await store.keep_act(tx, ban)

    await team.start("two")
    await until(lambda: world.ties.are_apart(ADA.account, BO.account))

    assert [m["slot"] for m in heard(ada, "left")][:1] == [bo.slot]
    assert bo.gathering
    assert bo.gathering.apartness.hidden_from(bo.slot) == {ada.slot}
    assert cy.gathering is None
    assert [m["code"] for m in heard(cy, "expelled")] == [Code.BANNED]
    assert codes(bo) == []


async def test_what_the_bus_does_not_take_is_told_once_it_does(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    front = await team.start()
    await team.start("one")
    world = team.world
    ada = await come(world, ADA)
    bus = front._bus  # pyright: ignore[reportPrivateUsage]
    client = bus._client  # pyright: ignore[reportPrivateUsage]
    assert client
    publish, refusals = client.publish, iter(range(2))

    async def full(subject: str, payload: bytes) -> None:
        if next(refusals, None) is not None:
            raise OutboundBufferLimitError
        await publish(subject, payload)

    monkeypatch.setattr(client, "publish", full)
    await until(lambda: front.presence.find(ADA.account))

    assert front.expel(ADA.account, "yard", Code.KICKED)

    await until(lambda: ada.gathering is None)


@pytest.fixture
async def spy(nats_url: str) -> AsyncGenerator[Client]:
    """Somebody else on the bus."""
    line = await nats.connect(nats_url)  # pyright: ignore[reportUnknownMemberType]
    yield line
    await line.close()


async def test_what_is_said_again_on_the_bus_is_not_heard(team: Team, spy: Client) -> None:
    front = await team.start()
    one = await team.start("one")
    one.url = "ws://one.example"
    world = team.world
    kept: list[Msg] = []

    async def keep(message: Msg) -> None:
        kept.append(message)

    await spy.subscribe("asklepion.>", cb=keep)  # pyright: ignore[reportUnknownMemberType]
    await spy.flush()
    await asyncio.sleep(0.5)
    kept.clear()  # each hello has ties read anew, which would mend what is believed here
    front.decide(WentApart(account=ADA.account, other=BO.account))
    await until(lambda: world.ties.are_apart(ADA.account, BO.account))
    front.decide(CameTogether(account=ADA.account, other=BO.account))
    await until(lambda: not world.ties.are_apart(ADA.account, BO.account))
    assert (await front.offer(Shown(ADA, ""), "yard", "")).url == one.url
    await until(lambda: any(m.subject.endswith(".to.one") for m in kept))

    for message in reversed(list(kept)):  # that they are together first, apart last
        await spy.publish(message.subject, message.data)
    (question,) = [m for m in kept if m.subject.endswith(".to.one")][:1]
    with pytest.raises(TimeoutError):
        await spy.request(question.subject, question.data, timeout=0.3)

    assert not world.ties.are_apart(ADA.account, BO.account)
    front.decide(WentApart(account=ADA.account, other=BO.account))  # what is new is heard
    await until(lambda: world.ties.are_apart(ADA.account, BO.account))


def test_an_old_word_of_one_who_was_never_heard_is_not_believed() -> None:
    now = 10**12
    replays = Replays(lambda: now)

    assert not replays.is_told_first(Stamp("gone", 7, now - FRESH_US - 1))
    assert replays.is_told_first(Stamp("one", 7, now - FRESH_US))
    assert replays.is_told_first(Stamp("one", 9, now - 5 * FRESH_US))  # it waited for the bus
    for count in (7, 8, 9):
        assert not replays.is_told_first(Stamp("one", count, now))
    assert replays.is_asked_first(Stamp("one", 12, now))
    assert replays.is_asked_first(Stamp("one", 11, now))  # two questions at once
    assert not replays.is_asked_first(Stamp("one", 12, now))
    assert not replays.is_asked_first(Stamp("one", 13, now - FRESH_US - 1))


def test_senders_and_questions_do_not_pile_up() -> None:
    now = 10**12
    replays = Replays(lambda: now)
    for n in range(3 * MOST_SENDERS):
        assert replays.is_told_first(Stamp(f"start-{n}", 1, now))
    for n in range(MOST_ASKED + 10):
        assert replays.is_asked_first(Stamp("one", n, now))
    now += FRESH_US + 1

    assert replays.is_asked_first(Stamp("one", 10**6, now))
    assert not replays.is_told_first(Stamp("start-0", 1, now - FRESH_US - 1))
    kept = replays._asked, replays._counts  # pyright: ignore[reportPrivateUsage]
    assert [len(one) for one in kept] == [1, MOST_SENDERS]

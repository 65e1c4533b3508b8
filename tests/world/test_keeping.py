"""What people do with things over the socket, and what of it is there tomorrow."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from asklepion.identity import Caller, Role
from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Database, connect_database
from asklepion.kit.keys import Keys
from asklepion.settings import Settings
from asklepion.world import Cellar, World
from asklepion.world.model import Access, Fixture
from asklepion.world.model.items import (
    BallItem,
    BoardItem,
    Draw,
    Erase,
    NoteItem,
    SlidesItem,
    Stroke,
    Words,
    Write,
)
from asklepion.world.service import Visit
from asklepion.world.service.handing import BACKLOG
from asklepion.world.service.world import BACK_S
from asklepion.world.wire import (
    ITEMS_KIND,
    POINTS_KIND,
    TICKS_PER_S,
    ChangeItem,
    DropItem,
    Enter,
    FromHands,
    ItemPose,
    ItemSpot,
    Kind,
    MakeItem,
    RemoveItem,
    TakeItem,
    UndoItem,
    control,
    item_frame,
    point_frame,
    read_items,
    read_points,
)
from tests.serving import Server, furnish, kill, opened
from tests.world.grounds import Time, yard

PEOPLE = frozenset({Role.PATIENT})
ADA = Caller(account="account-ada", name="Ada", person="Patient/ada", roles=PEOPLE)
BO = Caller(account="account-bo", name="Bo", roles=PEOPLE)
KEEPER = Caller(account="account-k", name="K", roles=frozenset({Role.OPERATOR}))
BOARD = Fixture(id="board", position=(0.0, 1.4, -5.0), state=BoardItem())
PLACES = {
    "yard": yard(fixtures=(BOARD,)),
    "den": yard(id="den", access=Access.OWNER),
    "gate": yard(id="gate", access=Access.GUARDED, fixtures=(BOARD,)),
}
HERE = ItemSpot(position=(0.5, 1.0, 0.5))
_count = count(1)


def op() -> str:
    return f"wish-{next(_count):08d}"


@pytest.fixture
async def db(settings: Settings) -> AsyncGenerator[Database]:
    db = connect_database(settings.database)
    yield db
    await db.close()


@pytest.fixture
def time() -> Time:
    return Time()


Open = Callable[[], World]


@pytest.fixture
def again(clock: StoppedClock, time: Time, db: Database, tmp_path: Path) -> Open:
    """Open a world on the same database: as the house does after a restart."""
    keys = Keys(tmp_path / "keys")
    cellar = Cellar(db=db, vault=keys.vault, folder=tmp_path / "things", clock=clock)

    def open_one() -> World:
        world = World(clock=clock, tell_time=time, places=PLACES, cellar=cellar)

        async def let_in(caller: Caller, place: str) -> None:
            pass

        world.guard("gate", let_in)
        return world

    return open_one


@pytest.fixture
def world(again: Open) -> World:
    return again()


def heard(visit: Visit) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    while (frame := visit.outbox.take()) is not None:
        if frame[0] == Kind.CONTROL:
            messages.append(json.loads(frame[1:]))
        elif frame[0] == ITEMS_KIND:
            messages.append({"type": "poses", "poses": read_items(frame)})
        elif frame[0] == POINTS_KIND:
            messages.append({"type": "points", "points": read_points(frame)})
    return messages


def of(kind: str, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [message for message in messages if message["type"] == kind]


async def come(world: World, caller: Caller, place: str = "yard") -> tuple[Visit, dict[str, Any]]:
    """Enter; gives the visit and all items that one is handed."""
    visit = world.open(caller)
    await world.hear(visit, control(Enter(place=place)))
    await world.things.settle()
    told = of("items", heard(visit))
    assert told[0]["is_first"]
    return visit, {item["id"]: item for message in told for item in message["items"]}


async def ask(world: World, visit: Visit, *wishes: FromHands) -> list[dict[str, Any]]:
    for wish in wishes:
        await world.hear(visit, control(wish))
    return heard(visit)


async def make(world: World, visit: Visit, state: Any = None) -> dict[str, Any]:
    wish = MakeItem(op=op(), state=state or NoteItem(text="hello"), spot=HERE)
    made = of("item-made", await ask(world, visit, wish))
    (told,) = (one for one in made if one["op"] == wish.op)
    return told["item"]


def stroke(id: str, *points: int) -> Draw:
    return Draw(mark=Stroke(id=id, points=points or (1, 2, 3, 4)))


def draw(id: str, item: str = "fixture-board") -> ChangeItem:
    return ChangeItem(op=op(), item=item, act=stroke(id))


def marks(items: dict[str, Any], id: str = "fixture-board") -> list[str]:
    return [mark["id"] for mark in items[id]["state"]["marks"]]


# --- together


async def test_what_one_draws_everybody_here_sees_at_once(world: World) -> None:
    ada, _ = await come(world, ADA)
    bo, _ = await come(world, BO)
    heard(ada)

    (mine,) = of("item-changed", await ask(world, ada, draw("m-1")))

    (his,) = of("item-changed", heard(bo))
    assert his == mine
    assert his["act"]["mark"]["points"] == [1, 2, 3, 4]


async def test_whoever_comes_later_sees_what_was_drawn_before(world: World) -> None:
    ada, _ = await come(world, ADA)
    note = await make(world, ada)
    await ask(world, ada, draw("m-1"))

    _, items = await come(world, BO)

    assert marks(items) == ["m-1"]
    assert items[note["id"]]["by"] == "Ada"
    assert "account-" not in json.dumps(items)


async def test_one_throws_and_another_catches(world: World) -> None:
    (ada, _), (bo, _) = await come(world, ADA), await come(world, BO)
    ball = await make(world, ada, BallItem())
    number = ball["number"]
    await ask(world, ada, TakeItem(item=number))
    await ask(world, ada, DropItem(item=number, spot=HERE, velocity=(0.0, 3.0, -5.0)))
    heard(bo)

    flight = item_frame([ItemPose(number=number, position=(0.5, 2.0, -1.0), at=7)])
    await world.hear(ada, flight)
    world.tick()

    (seen,) = of("poses", heard(bo))
    assert seen["poses"][0].position == (0.5, 2.0, -1.0)
    (caught,) = of("item-taken", await ask(world, bo, TakeItem(item=number)))
    assert caught["slot"] == bo.slot
    await world.hear(ada, flight)
    world.tick()
    assert of("poses", heard(bo)) == []


async def test_somebody_who_leaves_lets_go(world: World) -> None:
    (ada, _), (bo, _) = await come(world, ADA), await come(world, BO)
    ball = await make(world, ada, BallItem())
    await ask(world, ada, TakeItem(item=ball["number"]))
    (refused,) = of("item-refused", await ask(world, bo, TakeItem(item=ball["number"])))
    assert refused["code"] == "held"

    world.shut(ada)

    (dropped,) = of("item-dropped", heard(bo))
    assert dropped["item"] == ball["number"]
    assert of("item-taken", await ask(world, bo, TakeItem(item=ball["number"])))


async def test_one_whose_line_broke_still_holds_what_they_held(world: World) -> None:
    (ada, _), (bo, _) = await come(world, ADA), await come(world, BO)
    ball = await make(world, ada, BallItem())
    await ask(world, ada, TakeItem(item=ball["number"]))
    heard(bo)

    world.lose(ada)
    back = world.open(ADA, key=ada.key)
    await world.hear(back, control(Enter(place="yard")))

    (items,) = of("items", heard(back))
    held = {item["id"]: item["holder"] for item in items["items"]}
    assert held[ball["id"]] == back.slot
    assert ball["id"] in items["mine"]
    assert of("item-dropped", heard(bo)) == []
    (dropped,) = of(
        "item-dropped", await ask(world, back, DropItem(item=ball["number"], spot=HERE))
    )
    assert dropped["slot"] == back.slot


async def test_one_whose_line_stays_broken_lets_go(world: World, time: Time) -> None:
    (ada, _), (bo, _) = await come(world, ADA), await come(world, BO)
    ball = await make(world, ada, BallItem())
    await ask(world, ada, TakeItem(item=ball["number"]))
    world.lose(ada)
    heard(bo)

    time.s += BACK_S + 1
    await world.hear(bo, point_frame(None))
    for _ in range(TICKS_PER_S):
        world.tick()

    assert of("item-dropped", heard(bo))[0]["item"] == ball["number"]


async def test_a_point_of_light_is_seen_and_never_kept(world: World, db: Database) -> None:
    (ada, _), (bo, _) = await come(world, ADA), await come(world, BO)

    await world.hear(ada, point_frame((1.0, 2.0, 3.0)))
    world.tick()

    (seen,) = of("points", heard(bo))
    assert seen["points"] == {ada.slot: (1.0, 2.0, 3.0)}
    await world.hear(ada, point_frame(None))
    world.tick()
    assert of("points", heard(bo))[0]["points"] == {ada.slot: None}
    await world.things.settle()
    async with db.read() as tx:
        assert await tx.all("SELECT * FROM world_item") == []


async def test_a_point_of_light_goes_out_where_a_line_breaks(world: World) -> None:
    (ada, _), (bo, _) = await come(world, ADA), await come(world, BO)
    await world.hear(ada, point_frame((1.0, 2.0, 3.0)))
    world.tick()
    heard(bo)

    world.lose(ada)
    world.lose(ada)  # told by the frame, and again by the socket

    world.tick()
    told = heard(bo)
    assert of("points", told)[0]["points"] == {ada.slot: None}
    assert len(of("away", told)) == 1


async def test_whoever_reads_too_slowly_misses_poses_of_things_and_stays(world: World) -> None:
    (ada, _), (bo, _) = await come(world, ADA), await come(world, BO)
    ball = await make(world, ada, BallItem())
    await ask(world, ada, TakeItem(item=ball["number"]))

    for n in range(60):
        pose = ItemPose(number=ball["number"], position=(0.5, 1.0 + n / 100, 0.5))
        await world.hear(ada, item_frame([pose]))
        world.tick()

    assert len(bo.outbox) <= BACKLOG + 8
    assert not bo.is_over


async def test_a_flood_of_wishes_is_refused_and_then_let_go(world: World, time: Time) -> None:
    ada, _ = await come(world, ADA)
    refused = of("item-refused", await ask(world, ada, *[draw(f"m-{n}") for n in range(70)]))

    assert refused
    assert {one["code"] for one in refused} == {"too-fast"}
    time.s += 10
    assert of("item-changed", await ask(world, ada, draw("m-late")))


async def test_many_large_boards_reach_whoever_comes_late_piece_by_piece(
    world: World, time: Time
) -> None:
    keeper, _ = await come(world, KEEPER)
    boards = [await make(world, keeper, BoardItem()) for _ in range(12)]
    line = tuple(range(512))
    for board in boards:
        for n in range(20):
            time.s += 1
            act = stroke(f"m-{n}", *line)
            await ask(world, keeper, ChangeItem(op=op(), item=board["id"], act=act))

    bo = world.open(BO)
    await world.hear(bo, control(Enter(place="yard")))
    first = of("items", heard(bo))
    assert not first[-1]["is_last"]
    told = list(first)
    for _ in range(40):
        world.tick()
        told += of("items", heard(bo))

    assert [message["is_first"] for message in told] == [True] + [False] * (len(told) - 1)
    assert [message["is_last"] for message in told][-1]
    items = {item["id"]: item for message in told for item in message["items"]}
    assert all(len(marks(items, board["id"])) == 20 for board in boards)
    assert not bo.is_over


# --- what is refused


async def test_words_are_plain_and_a_note_keeps_its_lines(world: World) -> None:
    ada, _ = await come(world, ADA)
    note = await make(world, ada, NoteItem(text="one\ntwo \u202ethree\x07"))
    assert note["state"]["text"] == "one\ntwo three"

    words = Words(id="w-1", x=10, y=10, text="a\u202eb\nc")
    (told,) = of(
        "item-changed",
        await ask(world, ada, ChangeItem(op=op(), item="fixture-board", act=Draw(mark=words))),
    )
    assert told["act"]["mark"]["text"] == "ab c"


async def test_what_is_no_thing_is_a_mistake_and_what_may_not_be_is_refused(world: World) -> None:
    ada, _ = await come(world, ADA)
    await world.hear(
        ada,
        b'\x00{"type":"make-item","op":"wish-999","state":{"kind":"bomb"},'
        b'"spot":{"position":[0,0,0]}}',
    )
    assert of("refused", heard(ada))[0]["code"] == "garbage"

    for wish, code in (
        (RemoveItem(op=op(), item="fixture-board"), "locked"),
        (RemoveItem(op=op(), item="nothing"), "unknown"),
        (ChangeItem(op=op(), item="fixture-board", act=Write(text="x")), "incorrect"),
        (UndoItem(op=op()), "unknown"),
        (MakeItem(op=op(), state=SlidesItem(pages=("0" * 36,)), spot=HERE), "unknown"),
    ):
        (refused,) = of("item-refused", await ask(world, ada, wish))
        assert (refused["code"], bool(refused["hint"])) == (code, True)
        assert refused["op"] == wish.op


async def test_one_without_a_place_makes_nothing(world: World) -> None:
    ada = world.open(ADA)

    (refused,) = await ask(world, ada, draw("m-1"))

    assert refused["code"] == "not-yet"


# --- kept


async def test_after_a_restart_everything_is_as_it_was_left(world: World, again: Open) -> None:
    ada, _ = await come(world, ADA)
    note = await make(world, ada, NoteItem(text="for tomorrow", ink=3))
    gone = await make(world, ada)
    await ask(world, ada, draw("m-1"), draw("m-2"), draw("m-3"))
    await ask(world, ada, RemoveItem(op=op(), item=gone["id"]))
    wipe = ChangeItem(op=op(), item="fixture-board", act=Erase(marks=("m-2",)))
    await ask(world, ada, wipe)
    await world.stop()

    bo, items = await come(again(), BO)

    assert marks(items) == ["m-1", "m-3"]
    assert items[note["id"]]["state"] == {"kind": "note", "text": "for tomorrow", "ink": 3}
    assert items[note["id"]]["spot"] == note["spot"]
    assert gone["id"] not in items
    assert bo.slot == 0


async def test_whoever_drew_hears_when_it_survives_a_power_cut(world: World) -> None:
    ada, _ = await come(world, ADA)
    (changed,) = of("item-changed", await ask(world, ada, draw("m-1")))
    assert of("items-kept", heard(ada)) == []

    await world.things.settle()

    (kept,) = of("items-kept", heard(ada))
    assert kept["kept"] == [["fixture-board", changed["revision"]]]


async def test_a_wish_that_is_sent_again_after_a_restart_is_still_one_wish(
    world: World, again: Open
) -> None:
    ada, _ = await come(world, ADA)
    wish = draw("m-1")
    await ask(world, ada, wish)
    await world.stop()

    after = again()
    ada, _ = await come(after, ADA)
    assert of("item-changed", await ask(after, ada, wish)) == []
    _, items = await come(after, BO)
    assert items["fixture-board"]["state"]["marks"][0]["points"] == [1, 2, 3, 4]


async def test_what_comes_back_and_goes_in_the_same_second_is_kept_as_it_ended(
    world: World, again: Open
) -> None:
    ada, _ = await come(world, ADA)
    board = await make(world, ada, BoardItem())
    await ask(world, ada, draw("m-1", board["id"]), draw("m-2", board["id"]))
    await world.things.settle()
    await ask(world, ada, RemoveItem(op=op(), item=board["id"]))
    await world.things.settle()
    await ask(world, ada, UndoItem(op=op()))
    await world.stop()

    _, items = await come(again(), BO)

    assert marks(items, board["id"]) == ["m-1", "m-2"]


async def test_in_a_guarded_room_everything_goes_with_the_last_one(
    world: World, db: Database
) -> None:
    ada, _ = await come(world, ADA, "gate")
    note = await make(world, ada)
    await ask(world, ada, draw("m-1"))
    bo, items = await come(world, BO, "gate")
    assert note["id"] in items

    world.shut(ada)
    assert of("item-changed", await ask(world, bo, draw("m-2")))
    world.shut(bo)
    await world.things.settle()

    _, items = await come(world, ADA, "gate")
    assert list(items) == ["fixture-board"]
    assert marks(items) == []
    async with db.read() as tx:
        assert await tx.all("SELECT * FROM world_item") == []
        assert await tx.all("SELECT * FROM world_mark") == []


async def test_each_home_has_things_of_its_own(world: World, again: Open) -> None:
    ada, _ = await come(world, ADA, "den")
    note = await make(world, ada)
    await world.stop()

    after = again()
    _, his = await come(after, BO, "den")
    _, hers = await come(after, ADA, "den")

    assert list(his) == []
    assert list(hers) == [note["id"]]


async def test_a_place_that_cannot_be_fetched_keeps_no_other_from_being_kept(
    world: World, again: Open, db: Database
) -> None:
    async with db.begin() as tx:
        await tx.run(
            "INSERT INTO world_item VALUES"
            " ('den:account-ada', 'id', '', '', '', '', 'broken', '', 1, 0)"
        )
    ada = world.open(ADA)
    await world.hear(ada, control(Enter(place="den")))
    bo, _ = await come(world, BO)
    note = await make(world, bo)

    await world.things.settle()

    assert of("items-kept", heard(bo))
    async with db.begin() as tx:
        await tx.run("DELETE FROM world_item WHERE id = 'id'")
    await world.things.settle()
    assert of("items", heard(ada))  # it is tried again
    await world.stop()
    _, items = await come(again(), BO)
    assert note["id"] in items


async def test_a_room_that_cannot_be_cleared_is_cleared_later(world: World) -> None:
    cleared: list[str] = []
    broken = True

    async def clear(key: str) -> None:
        if broken:
            raise OSError("the disk is away")
        cleared.append(key)

    world.things.show_files(lambda _id, _key: False, clear)
    bo, _ = await come(world, BO)
    ada, _ = await come(world, ADA, "gate")
    world.shut(ada)
    await make(world, bo)

    await world.things.settle()
    assert of("items-kept", heard(bo))
    broken = False
    await world.things.settle()

    assert cleared == ["gate"]


# --- erased


async def test_whoever_is_erased_leaves_nothing_on_boards_and_in_homes(
    world: World, again: Open, db: Database
) -> None:
    ada, _ = await come(world, ADA)
    bo, _ = await come(world, BO)
    note = await make(world, ada)
    kept = await make(world, bo)
    await ask(world, ada, draw("a-1"))
    await ask(world, bo, draw("b-1"))
    await world.things.settle()
    await ask(world, ada, draw("a-2"))  # still to be written when she is erased
    heard(bo)

    async with db.begin() as tx:
        gone = await world.forget(tx, "Patient/ada")
    await world.stop()

    assert gone == {"world_mark": 1, "world_item": 1, "world_file": 0}
    told = heard(bo)
    assert of("item-removed", told)[0]["item"] == note["number"]
    assert set(of("item-changed", told)[0]["act"]["marks"]) == {"a-1", "a-2"}
    assert ada.is_over
    _, items = await come(again(), BO)
    assert marks(items) == ["b-1"]
    assert set(items) == {"fixture-board", kept["id"]}
    async with db.read() as tx:
        for table in ("world_item", "world_mark"):
            assert "ada" not in str(await tx.all(f"SELECT * FROM {table}")).lower()


async def test_her_home_is_emptied_with_her(world: World, db: Database) -> None:
    ada, _ = await come(world, ADA, "den")
    await make(world, ada)
    await world.things.settle()
    world.shut(ada)

    async with db.begin() as tx:
        await world.forget(tx, "Patient/ada")

    async with db.read() as tx:
        assert await tx.all("SELECT * FROM world_item") == []


async def test_what_one_made_follows_her_into_another_record_and_back(
    world: World, db: Database
) -> None:
    ada, _ = await come(world, ADA, "den")
    await make(world, ada)
    await world.things.settle()

    async with db.begin() as tx:
        followed = await world.follow(tx, "Patient/ada", "Patient/ada-2")
    async with db.begin() as tx:
        assert await world.follow(tx, "Patient/ada-2", "Patient/ada", ["nothing"]) == []
        assert await world.follow(tx, "Patient/ada-2", "Patient/ada", followed) == followed

    async with db.read() as tx:
        rows = await tx.all("SELECT patient, host FROM world_item")
    assert rows == [("Patient/ada", "Patient/ada")]


# --- the power goes


async def _line(server: Server, token: str) -> ClientConnection:
    address = server.url.replace("http", "ws") + "/world"
    line = await connect(address, additional_headers={"Authorization": f"Bearer {token}"})
    await line.send(control(Enter(place="plaza")))
    return line


async def _hear(line: ClientConnection, kind: str) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while True:
            frame = await line.recv()
            assert isinstance(frame, bytes)
            if frame[0] == Kind.CONTROL and (told := json.loads(frame[1:]))["type"] == kind:
                return told


async def _draw_until_kept(server: Server, token: str) -> str:
    line = await _line(server, token)
    await _hear(line, "items")
    await line.send(control(MakeItem(op=op(), state=BoardItem(), spot=HERE)))
    board = (await _hear(line, "item-made"))["item"]
    for n in range(30):
        await line.send(control(draw(f"m-{n}", board["id"])))
    revision = 0
    while revision < 31:
        kept = dict((await _hear(line, "items-kept"))["kept"])
        revision = kept.get(board["id"], revision)
    kill(server)
    return board["id"]


async def _items(server: Server, token: str) -> dict[str, Any]:
    line = await _line(server, token)
    told = await _hear(line, "items")
    await line.close()
    return {item["id"]: item for item in told["items"]}


def test_what_was_said_to_be_kept_is_there_after_the_power_went(tmp_path: Path) -> None:
    tokens = asyncio.run(furnish(tmp_path))
    with opened(tmp_path) as server:
        id = asyncio.run(_draw_until_kept(server, tokens["patient"]))
    with opened(tmp_path) as server:
        items = asyncio.run(_items(server, tokens["doctor"]))

    assert marks(items, id) == [f"m-{n}" for n in range(30)]

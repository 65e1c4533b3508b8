"""Loose things without sockets: whose they are, what is done to them, and in which order."""

import json
import random
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest

from asklepion.kit.errors import Conflict, Forbidden, HouseError, Incorrect, NotFound
from asklepion.world.engine import Loose, Things, Who
from asklepion.world.engine.things import MOST_OF_ONE, MOST_UNDONE, REACH_M
from asklepion.world.model import Fixture, Ground
from asklepion.world.model.items import (
    MOST_BOARD,
    MOST_STROKE,
    Act,
    BallItem,
    BoardItem,
    Draw,
    Erase,
    Flip,
    ItemState,
    NoteItem,
    Resize,
    Restore,
    SlidesItem,
    Stroke,
    Words,
    Write,
    done,
)
from asklepion.world.wire import (
    ChangeItem,
    DropItem,
    Item,
    ItemDropped,
    ItemMade,
    ItemPose,
    ItemRemoved,
    ItemSpot,
    LockItem,
    MakeItem,
    RemoveItem,
    ThingRight,
    UndoItem,
    item_bodies,
    item_frame,
    pack_item,
    pack_items,
    pack_point,
    pack_points,
    point_frame,
    read_items,
    read_points,
)
from tests.world.grounds import yard

YARD = yard(
    fixtures=(
        Fixture(id="board", position=(0.0, 1.4, -5.0), state=BoardItem()),
        Fixture(id="ball", position=(1.0, 0.12, 1.0), state=BallItem(), is_locked=False),
    )
)
GROUND = Ground(YARD)
USUAL = frozenset({ThingRight.MAKE, ThingRight.MOVE, ThingRight.CHANGE})
ADA = Who(slot=0, account="account-ada", name="Ada", patient="Patient/ada", rights=USUAL)
BO = Who(slot=1, account="account-bo", name="Bo", rights=USUAL)
KEEPER = Who(slot=2, account="account-k", name="K", rights=USUAL | {ThingRight.TIDY})
GUEST = Who(slot=3, account="account-guest", name="Guest")
FEET = (0.0, 0.0, 0.0)
HERE = ItemSpot(position=(0.5, 1.0, 0.5))
_count = count(1)


def op() -> str:
    return f"wish-{next(_count):08d}"


@pytest.fixture
def things() -> Things:
    return Things(YARD, GROUND)


def make(things: Things, who: Who = ADA, state: ItemState | None = None, **more: Any) -> Item:
    wanted = MakeItem(op=op(), state=state or NoteItem(text="hello"), spot=HERE, **more)
    made = things.make(who, wanted, f"00000000-0000-7000-8000-{next(_count):012d}")
    assert made
    return made.item


def change(things: Things, item: Item, act: Act, who: Who = ADA) -> Item:
    assert things.change(who, ChangeItem(op=op(), item=item.id, act=act))
    return now(things, item)


def now(things: Things, item: Item) -> Item:
    found = things.find(item.id)
    assert found
    return found.item


def line(id: str, *points: int) -> Draw:
    return Draw(mark=Stroke(id=id, points=points or (0, 0, 10, 10)))


def marks(things: Things, item: Item) -> list[str]:
    state = now(things, item).state
    assert isinstance(state, BoardItem)
    return [mark.id for mark in state.marks]


def board(things: Things) -> Item:
    found = things.find("fixture-board")
    assert found
    return found.item


# --- making and taking


def test_what_somebody_makes_is_there_for_whoever_comes_later(things: Things) -> None:
    item = make(things)

    assert item in [loose.item for loose in things.all()]
    assert (item.by, item.revision, item.holder) == ("Ada", 1, -1)


def test_the_same_wish_twice_makes_one_thing(things: Things) -> None:
    wish = MakeItem(op=op(), state=BallItem(), spot=HERE)

    assert things.make(ADA, wish, "id-1")
    assert things.make(ADA, wish, "id-2") is None
    assert things.find("id-2") is None


def test_a_thing_is_one_person_s_until_they_let_go_of_it(things: Things) -> None:
    item = make(things, state=BallItem())
    things.take(ADA, item.number)

    with pytest.raises(Conflict, match="Somebody else holds it"):
        things.take(BO, item.number)
    things.drop(ADA, DropItem(item=item.number, spot=HERE))
    assert things.take(BO, item.number)


def test_whoever_goes_leaves_what_they_held_and_a_ball_falls_to_the_floor(things: Things) -> None:
    item = make(things, state=BallItem())
    things.take(ADA, item.number)
    things.hear(0, pack_item(ItemPose(number=item.number, position=(1.0, 1.4, 2.0))), FEET)

    (told,) = things.leave(0)

    assert isinstance(told, ItemDropped)
    assert not told.is_flying
    assert told.spot.position == pytest.approx((1.0, 0.12, 2.0))
    assert things.take(BO, item.number)


def test_a_thrown_ball_is_its_thrower_s_to_tell_until_somebody_catches_it(things: Things) -> None:
    item = make(things, state=BallItem())
    things.take(ADA, item.number)
    thrown = things.drop(ADA, DropItem(item=item.number, spot=HERE, velocity=(0.0, 4.0, -6.0)))
    assert thrown.is_flying
    far = pack_item(ItemPose(number=item.number, position=(0.0, 3.0, -9.0)))
    assert things.hear(0, far, FEET)

    things.take(BO, item.number)

    assert not things.hear(0, far, FEET)
    with pytest.raises(Forbidden):
        things.drop(ADA, DropItem(item=item.number, spot=HERE))
    assert now(things, item).holder == BO.slot


def test_what_is_held_stays_within_reach_and_inside_the_place(things: Things) -> None:
    item = make(things, state=BallItem())
    things.take(ADA, item.number)

    assert not things.hear(
        0, pack_item(ItemPose(number=item.number, position=(0.0, 1.0, REACH_M + 0.1))), FEET
    )
    assert not things.hear(
        0, pack_item(ItemPose(number=item.number, position=(900.0, 1.0, 0.0))), (900.0, 0.0, 0.0)
    )
    assert not things.hear(
        1, pack_item(ItemPose(number=item.number, position=(0.0, 1.0, 0.0))), FEET
    )
    assert things.tick(1) == []


def test_one_tick_shows_everything_that_moved_once(things: Things) -> None:
    first, second = make(things, state=BallItem()), make(things, state=BallItem())
    for item in (first, second):
        things.take(ADA, item.number)
    for x in (0.1, 0.2, 0.3):
        things.hear(0, pack_item(ItemPose(number=first.number, position=(x, 1.0, 0.0))), FEET)
    things.hear(0, pack_item(ItemPose(number=second.number, position=(1.0, 1.0, 0.0))), FEET)

    (frame,) = things.tick(7)

    seen = {pose.number: pose.position for pose in read_items(frame)}
    assert seen == {first.number: (0.3, 1.0, 0.0), second.number: (1.0, 1.0, 0.0)}
    assert things.tick(8) == []


def test_somebody_points_until_they_stop_or_go(things: Things) -> None:
    things.point(0, pack_point((1.0, 2.0, 3.0)))
    (frame,) = things.tick(1)
    assert read_points(frame) == {0: (1.0, 2.0, 3.0)}
    assert things.tick(2) == []

    things.point(0, b"")
    (frame,) = things.tick(3)
    assert read_points(frame) == {0: None}

    things.point(1, pack_point((0.0, 0.0, 0.0)))
    things.leave(1)
    (frame,) = things.tick(4)
    assert read_points(frame) == {1: None}

    things.point(1, pack_point((0.0, 0.0, 0.0)))
    things.tick(5)
    things.leave(1)  # long after others saw the light
    (frame,) = things.tick(6)
    assert read_points(frame) == {1: None}


# --- changing


def test_changes_count_in_the_order_in_which_they_were_heard(things: Things) -> None:
    item = make(things, state=NoteItem())

    change(things, item, Write(text="first"))
    change(things, item, Write(text="second"))

    state = now(things, item).state
    assert isinstance(state, NoteItem)
    assert state.text == "second"
    assert now(things, item).revision == 3


def test_the_same_change_twice_is_one(things: Things) -> None:
    wish = ChangeItem(op=op(), item=board(things).id, act=line("m-1", 0, 0, 5, 5))

    assert things.change(ADA, wish)
    assert things.change(ADA, wish) is None
    state = board(things).state
    assert isinstance(state, BoardItem)
    (mark,) = state.marks
    assert isinstance(mark, Stroke)
    assert mark.points == (0, 0, 5, 5)


def test_a_stroke_goes_on_and_is_taken_back_whole(things: Things) -> None:
    item = board(things)
    change(things, item, line("m-1", 0, 0, 5, 5))
    change(things, item, line("m-1", 9, 9))
    change(things, item, line("m-2", 1, 1, 2, 2))
    assert marks(things, item) == ["m-1", "m-2"]

    things.undo(ADA, UndoItem(op=op()))
    things.undo(ADA, UndoItem(op=op()))

    assert marks(things, item) == []
    with pytest.raises(NotFound, match="nothing to take back"):
        things.undo(ADA, UndoItem(op=op()))


def test_one_takes_back_only_what_one_did_oneself(things: Things) -> None:
    item = board(things)
    change(things, item, line("a-1"))
    change(things, item, line("b-1"), BO)

    things.undo(ADA, UndoItem(op=op()))

    assert marks(things, item) == ["b-1"]


def test_what_was_wiped_comes_back_where_it_was(things: Things) -> None:
    item = board(things)
    for id in ("m-1", "m-2", "m-3"):
        change(things, item, line(id))
    change(things, item, Erase(marks=("m-1", "m-3")))
    assert marks(things, item) == ["m-2"]

    things.undo(ADA, UndoItem(op=op()))

    assert marks(things, item) == ["m-1", "m-2", "m-3"]


def test_one_wipes_what_one_drew_and_a_keeper_wipes_anything(things: Things) -> None:
    item = board(things)
    change(things, item, line("a-1"))
    change(things, item, line("b-1"), BO)

    with pytest.raises(Forbidden, match="Others drew"):
        things.change(ADA, ChangeItem(op=op(), item=item.id, act=Erase(marks=("b-1",))))
    change(things, item, Erase(marks=("a-1", "b-1")))
    assert marks(things, item) == ["b-1"]
    change(things, item, Erase(marks=("b-1",)), KEEPER)
    assert marks(things, item) == []


def test_nobody_goes_on_with_another_s_stroke_or_puts_marks_back_by_hand(things: Things) -> None:
    item = board(things)
    change(things, item, line("a-1"))

    for act in (line("a-1"), Restore(marks=(Words(id="w-1", x=0, y=0, text="x"),))):
        with pytest.raises(Forbidden):
            things.change(BO, ChangeItem(op=op(), item=item.id, act=act))


def test_a_note_is_written_by_its_maker_alone_and_a_keeper_wipes_it(things: Things) -> None:
    note = make(things, BO)

    for who in (ADA, KEEPER):
        with pytest.raises(Forbidden, match="Somebody else made"):
            change(things, note, Write(text="by another"), who)
    assert now(things, note).state == note.state
    wiped = change(things, note, Write(text=""), KEEPER).state
    assert wiped == NoteItem()
    with pytest.raises(Forbidden, match="Somebody else made"):
        change(things, note, Write(text=""), ADA)


def test_nothing_that_one_who_is_erased_wrote_is_left_on_another_s_note(things: Things) -> None:
    note = make(things, BO)
    with pytest.raises(Forbidden):
        change(things, note, Write(text="my address"), ADA)

    things.forget("Patient/ada")

    assert now(things, note).state == NoteItem(text="hello")


def test_what_cannot_be_done_to_a_kind_is_refused_with_its_name(things: Things) -> None:
    for state, act in (
        (NoteItem(), line("m-1")),
        (BallItem(), Write(text="x")),
        (BoardItem(), Flip(page=1)),
        (NoteItem(), Resize(size=1.0)),
    ):
        with pytest.raises(Incorrect, match="kind"):
            done(state, act)


def test_slides_show_a_page_that_there_is() -> None:
    slides = SlidesItem(pages=("0" * 36, "1" * 36))

    state, back = done(slides, Flip(page=1))

    assert isinstance(state, SlidesItem)
    assert (state.page, back) == (1, None)
    with pytest.raises(Incorrect, match="no such page"):
        done(slides, Flip(page=2))


# --- limits


def test_a_board_that_is_full_takes_no_more(things: Things) -> None:
    item = board(things)
    long = tuple(range(500)) + tuple(range(12))
    with pytest.raises(Conflict, match="full"):
        for n in range(MOST_BOARD):
            change(things, item, line(f"m-{n}", *long))

    assert next(t.size for t in things.all() if t.item.id == item.id) > MOST_BOARD * 0.95


def test_a_stroke_has_an_end(things: Things) -> None:
    item = board(things)
    with pytest.raises(Incorrect, match="too long"):
        for _ in range(MOST_STROKE):
            change(things, item, line("m-1", *range(512)))


def test_one_person_cannot_fill_a_place(things: Things) -> None:
    for _ in range(MOST_OF_ONE):
        make(things)

    with pytest.raises(Conflict, match="You have made 40 things"):
        make(things)
    make(things, BO)


def test_nothing_is_made_out_of_this_world(things: Things) -> None:
    for position in ((1e9, 0.0, 0.0), (0.0, 400.0, 0.0), (float("nan"), 0.0, 0.0)):
        with pytest.raises(Incorrect, match="Nothing can be there"):
            things.make(
                ADA,
                MakeItem(op=op(), state=BallItem(), spot=ItemSpot(position=position)),
                "id",
            )


def test_nobody_throws_a_ball_like_a_bullet(things: Things) -> None:
    item = make(things, state=BallItem())
    things.take(ADA, item.number)

    with pytest.raises(Incorrect, match="nobody throws"):
        things.drop(ADA, DropItem(item=item.number, spot=HERE, velocity=(0.0, 0.0, -90.0)))


# --- who may


def test_a_guest_without_rights_looks_on(things: Things) -> None:
    item = make(things, state=BallItem())

    for wish in (
        lambda: make(things, GUEST),
        lambda: things.take(GUEST, item.number),
        lambda: things.change(GUEST, ChangeItem(op=op(), item=board(things).id, act=line("m"))),
        lambda: things.remove(GUEST, RemoveItem(op=op(), item=item.id)),
        lambda: things.lock(GUEST, LockItem(item=item.id, is_locked=True)),
    ):
        with pytest.raises(Forbidden):
            wish()


def test_its_maker_and_a_keeper_take_a_thing_away_and_nobody_else(things: Things) -> None:
    first, second = make(things), make(things)

    with pytest.raises(Forbidden, match="Somebody else made this"):
        things.remove(BO, RemoveItem(op=op(), item=first.id))
    assert isinstance(things.remove(ADA, RemoveItem(op=op(), item=first.id)), ItemRemoved)
    assert things.remove(KEEPER, RemoveItem(op=op(), item=second.id))


def test_what_was_taken_away_comes_back_when_its_remover_undoes_it(things: Things) -> None:
    item = make(things, state=NoteItem(text="stay"))
    things.remove(ADA, RemoveItem(op=op(), item=item.id))

    told = things.undo(ADA, UndoItem(op=op()))

    assert isinstance(told, ItemMade)
    assert (told.item.id, told.item.state) == (item.id, item.state)
    assert things.find(item.id)


def test_a_locked_thing_stays_until_its_maker_unlocks_it(things: Things) -> None:
    item = make(things, state=BallItem())
    things.lock(ADA, LockItem(item=item.id, is_locked=True))

    with pytest.raises(Forbidden, match="stays where it is"):
        things.take(ADA, item.number)
    with pytest.raises(Forbidden, match="stays"):
        things.remove(ADA, RemoveItem(op=op(), item=item.id))
    with pytest.raises(Forbidden, match="Somebody else made"):
        things.lock(BO, LockItem(item=item.id, is_locked=False))
    things.lock(ADA, LockItem(item=item.id, is_locked=False))
    assert things.take(BO, item.number)


def test_what_belongs_to_the_place_is_nobody_s_to_take_away(things: Things) -> None:
    ball = things.find("fixture-ball")
    assert ball
    assert things.take(ADA, ball.item.number)
    for id in ("fixture-ball", "fixture-board"):
        with pytest.raises(Forbidden):
            things.remove(KEEPER, RemoveItem(op=op(), item=id))
        with pytest.raises(Forbidden):
            things.lock(KEEPER, LockItem(item=id, is_locked=False))


# --- kept


def test_what_was_kept_is_there_again_and_the_file_says_where_its_board_hangs(
    things: Things,
) -> None:
    change(things, board(things), line("m-1"))
    note = make(things)
    moved = yard(fixtures=(Fixture(id="board", position=(4.0, 1.4, 0.0), state=BoardItem()),))

    again = Things(moved, GROUND, things.all())

    state = board(again).state
    assert isinstance(state, BoardItem)
    assert [mark.id for mark in state.marks] == ["m-1"]
    assert board(again).spot.position == (4.0, 1.4, 0.0)
    assert now(again, note).state == note.state
    assert again.find("fixture-ball") is None  # the place has none any more


def test_only_what_lasts_is_written_down(things: Things) -> None:
    things.take_changed()
    item = make(things, state=BallItem())
    assert list(things.take_changed()) == [item.id]

    things.take(ADA, item.number)
    things.hear(0, pack_item(ItemPose(number=item.number, position=(0.0, 1.0, 0.0))), FEET)
    assert things.take_changed() == {}

    things.drop(ADA, DropItem(item=item.number, spot=HERE))
    assert list(things.take_changed()) == [item.id]
    things.remove(ADA, RemoveItem(op=op(), item=item.id))
    assert things.take_changed() == {item.id: None}


def test_whoever_is_erased_leaves_neither_things_nor_marks(things: Things) -> None:
    hers, his = make(things), make(things, BO, BoardItem())
    change(things, his, line("a-1"))
    change(things, his, line("b-1"), BO)

    things.forget("Patient/ada")

    assert things.find(hers.id) is None
    assert marks(things, his) == ["b-1"]
    with pytest.raises(NotFound):
        things.undo(ADA, UndoItem(op=op()))


# --- whatever happens


class Everybody:
    """Four people who do anything at all to anything at all, by a die with a seed."""

    def __init__(self, seed: int) -> None:
        self.die = random.Random(seed)
        self.things = Things(YARD, GROUND)
        self.told: dict[str, Item] = {t.item.id: t.item for t in self.things.all()}
        self.here = [ADA, BO, KEEPER, GUEST]
        self.pasts = 0

    def item(self) -> Item:
        return self.die.choice([t.item for t in self.things.all()])

    def spot(self) -> ItemSpot:
        x, y, z = (self.die.uniform(-12, 12) for _ in range(3))
        return ItemSpot(position=(x, y, z))

    def act(self) -> Act:
        die, id = self.die, f"m-{self.die.randrange(30)}"
        points = tuple(die.randrange(4096) for _ in range(2 * die.randint(1, 20)))
        return die.choice(
            [
                Draw(mark=Stroke(id=id, points=points)),
                Draw(mark=Words(id=id, x=1, y=2, text="words")),
                Erase(marks=(id, f"m-{die.randrange(30)}")),
                Write(text=str(die.random())),
                Restore(marks=(Stroke(id=id, points=points),)),
            ]
        )

    def step(self) -> Any:
        die, things, who = self.die, self.things, self.die.choice(self.here)
        item, wish = self.item(), op()
        match die.randrange(9):
            case 0:
                state = die.choice([NoteItem(), BallItem(), BoardItem()])
                return things.make(who, MakeItem(op=wish, state=state, spot=self.spot()), wish)
            case 1:
                return things.take(who, item.number)
            case 2:
                fast = die.choice([(0.0, 0.0, 0.0), (1.0, 2.0, 3.0), (0.0, 60.0, 0.0)])
                drop = DropItem(item=item.number, spot=self.spot(), velocity=fast)
                return things.drop(who, drop)
            case 3 | 4 | 5:
                return things.change(who, ChangeItem(op=wish, item=item.id, act=self.act()))
            case 6:
                return things.remove(who, RemoveItem(op=wish, item=item.id))
            case 7:
                return things.undo(who, UndoItem(op=wish, item=die.choice(["", item.id])))
            case _:
                body = die.randbytes(20)
                things.hear(who.slot, body, FEET)
                return die.choice([things.leave(who.slot), None])

    def hear(self, told: Any) -> None:
        """What a client knows from what it was told."""
        by_number = {item.number: item.id for item in self.told.values()}
        match told:
            case ItemMade():
                assert told.item.id not in self.told
                self.told[told.item.id] = told.item
            case ItemRemoved():
                del self.told[by_number[told.item]]
            case _ if hasattr(told, "act"):
                old = self.told[by_number[told.item]]
                state, _ = done(old.state, told.act)
                self.told[old.id] = msgspec.structs.replace(
                    old, state=state, revision=told.revision
                )
            case _:
                pass


@pytest.mark.parametrize("seed", range(12))
def test_whatever_people_do_everybody_who_listened_knows_what_is_there(seed: int) -> None:
    people = Everybody(seed)

    for _ in range(600):
        try:
            told = people.step()
        except HouseError:
            continue
        people.hear(told)
        there = {t.item.id: t for t in people.things.all()}
        assert there.keys() == people.told.keys()
        assert len({t.item.number for t in there.values()}) == len(there)
        for id, loose in there.items():
            assert loose.item.state == people.told[id].state
            assert_sound(loose)


def assert_sound(loose: Loose) -> None:
    item = loose.item
    assert not (item.is_flying and item.holder < 0)
    assert not (item.is_locked and item.holder >= 0)
    if isinstance(item.state, BoardItem):
        seqs = [mark.seq for mark in item.state.marks]
        assert seqs == sorted(set(seqs))
        assert all(mark.id in loose.authors for mark in item.state.marks)


def test_what_one_can_take_back_ends_somewhere(things: Things) -> None:
    item = make(things)
    for n in range(MOST_UNDONE + 5):
        change(things, item, Write(text=str(n)))

    for _ in range(MOST_UNDONE):
        things.undo(ADA, UndoItem(op=op()))
    with pytest.raises(NotFound):
        things.undo(ADA, UndoItem(op=op()))


# --- as bytes

GOLDEN = json.loads((Path(__file__).parent / "golden_items.json").read_text())


def test_poses_of_things_become_the_bytes_that_the_client_makes_of_them() -> None:
    poses = [
        ItemPose(
            number=told["number"],
            position=tuple(told["position"]),
            turn=tuple(told["turn"]),
            at=told["at"],
        )
        for told in GOLDEN["poses"]
    ]

    assert item_frame(poses).hex() == GOLDEN["frame"]
    assert item_bodies(item_frame(poses)) == [pack_item(pose) for pose in poses]
    told = pack_items(123456, map(pack_item, poses))
    assert told.hex() == GOLDEN["told"]
    for read, pose in zip(read_items(told), poses, strict=True):
        assert (read.number, read.position, read.at) == (pose.number, pose.position, pose.at)
        assert read.turn == pytest.approx(pose.turn, abs=2e-3)


def test_points_of_light_become_the_bytes_that_the_client_makes_of_them() -> None:
    point, at = GOLDEN["point"], tuple(GOLDEN["point"]["at"])

    assert point_frame(at).hex() == point["frame"]
    assert point_frame(None).hex() == point["none"]
    told = pack_points(9, [(3, pack_point(at)), (4, b"")])
    assert told.hex() == point["told"]
    assert read_points(told) == {3: at, 4: None}


@pytest.mark.parametrize("length", [0, 1, 20, 22, 181])
def test_a_frame_that_is_cut_off_holds_no_poses(length: int) -> None:
    assert item_bodies(bytes(length)) == []

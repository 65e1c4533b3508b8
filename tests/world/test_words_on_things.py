"""Words on things are words: what holds for the chat holds for them, and who is apart stays so."""

import json
from datetime import timedelta
from itertools import count
from typing import Any

from asklepion.app import House
from asklepion.kit.clock import StoppedClock
from asklepion.world.model import Deed, Why
from asklepion.world.model.items import (
    BallItem,
    BoardItem,
    Draw,
    NoteItem,
    Stroke,
    Words,
    Write,
)
from asklepion.world.service import Visit, Wish
from asklepion.world.wire import (
    ChangeItem,
    Enter,
    FromHands,
    ItemSpot,
    Kind,
    MakeItem,
    RemoveItem,
    Sit,
    TakeItem,
    UndoItem,
    control,
)
from tests.conftest import People
from tests.world.test_company import come, heard

HERE = ItemSpot(position=(0.5, 1.0, 12.0))
WORDS = Draw(mark=Words(id="w-1", x=1, y=2, text="words"))
LINE = Draw(mark=Stroke(id="s-1", points=(0, 0, 9, 9)))
_count = count(1)


def make(state: Any) -> MakeItem:
    return MakeItem(op=f"wish-{next(_count):08d}", state=state, spot=HERE)


def change(item: str, act: Any) -> ChangeItem:
    return ChangeItem(op=f"wish-{next(_count):08d}", item=item, act=act)


async def here(house: House, caller: Any) -> Visit:
    visit = await come(house, caller)
    await house.world.things.settle()
    heard(visit)
    return visit


async def ask(house: House, visit: Visit, wish: FromHands) -> list[Any]:
    heard(visit)
    await house.world.hear(visit, control(wish))
    return [told for told in heard(visit) if told["type"].startswith("item-")]


async def made(house: House, visit: Visit, state: Any) -> str:
    (told,) = await ask(house, visit, make(state))
    return told["item"]["id"]


async def test_from_whom_the_word_was_taken_no_words_on_things_are_taken_either(
    house: House, people: People
) -> None:
    await here(house, people.operator)
    loud, other = await here(house, people.patient), await here(house, people.other_patient)
    note, board = await made(house, loud, NoteItem()), await made(house, loud, BoardItem())
    wish = Wish(deed=Deed.MUTE, who=loud.who, reason="Shouting.", minutes=5)
    await house.company.order.act(people.operator, "plaza", wish)
    heard(other)

    for written in (
        make(NoteItem(text="HELLO")),
        change(note, Write(text="HELLO")),
        change(board, WORDS),
    ):
        (refused,) = await ask(house, loud, written)
        assert (refused["type"], refused["code"]) == ("item-refused", "forbidden")
        assert refused["op"] == written.op
    assert heard(other) == []
    for wordless in (make(BallItem()), make(NoteItem()), change(board, LINE)):
        (told,) = await ask(house, loud, wordless)
        assert told["type"] in ("item-made", "item-changed"), told


async def test_a_child_that_speaks_in_phrases_writes_nothing_of_its_own(
    house: House, people: People
) -> None:
    child = await here(house, people.patient)
    await house.company.people.set_child(people.operator, "p-1", is_child=True, phrases_only=True)
    child = await here(house, people.patient)

    (refused,) = await ask(house, child, make(NoteItem(text="my address")))

    assert (refused["type"], refused["code"]) == ("item-refused", "forbidden")
    assert (await ask(house, child, make(NoteItem())))[0]["type"] == "item-made"


async def test_a_note_is_a_line_in_slow_mode_and_one_that_is_sent_again_is_no_second(
    house: House, people: People, clock: StoppedClock
) -> None:
    await here(house, people.operator)
    guest = await here(house, people.patient)
    await house.company.order.act(people.operator, "plaza", Wish(deed=Deed.SLOW, every_s=30))
    heard(guest)
    first = make(NoteItem(text="one"))

    assert (await ask(house, guest, first))[0]["type"] == "item-made"
    assert await ask(house, guest, first) == []
    (refused,) = await ask(house, guest, make(NoteItem(text="two")))
    assert (refused["type"], refused["code"]) == ("item-refused", "too-fast")
    clock.at += timedelta(seconds=31)
    assert (await ask(house, guest, make(NoteItem(text="two"))))[0]["type"] == "item-made"


async def test_the_minute_of_a_report_holds_what_was_written_on_things(
    house: House, people: People
) -> None:
    mine, theirs = await here(house, people.patient), await here(house, people.other_patient)
    board = await made(house, theirs, BoardItem())
    await made(house, theirs, NoteItem(text="threats"))
    await ask(house, theirs, change(board, WORDS))
    await ask(house, theirs, change(board, LINE))

    report = await house.company.reports.report(people.patient, theirs.who, Why.THREAT)

    minute = await house.company.reports.open(people.operator, report.id)
    did = minute.parts[theirs.account].did
    assert [(what, words) for _, what, words in did] == [("said", "threats"), ("said", "words")]
    assert mine.account not in minute.parts or minute.parts[mine.account].did == []


# --- apart


def kind(visit: Visit, *types: str) -> list[Any]:
    return [told for told in heard(visit) if told["type"] in types]


async def apart(house: House, people: People) -> tuple[Visit, Visit, Visit]:
    mine, theirs = await here(house, people.patient), await here(house, people.other_patient)
    other = await here(house, people.operator)
    await house.company.people.block(people.patient, theirs.who)
    for visit in (mine, theirs, other):
        heard(visit)
    return mine, theirs, other


async def test_who_is_apart_does_not_read_the_other_s_name_on_what_they_make(
    house: House, people: People
) -> None:
    mine, theirs, other = await apart(house, people)

    note = await made(house, theirs, NoteItem())

    assert [(m["slot"], m["item"]["by"]) for m in kind(mine, "item-made")] == [(-1, "")]
    (seen,) = kind(other, "item-made")
    assert (seen["slot"], seen["item"]["by"]) == (theirs.slot, theirs.name)
    house.world.shut(mine)
    mine = house.world.open(people.patient)
    await house.world.hear(mine, control(Enter(place="plaza")))
    frames = [frame for frame in iter(mine.outbox.take, None) if frame[0] == Kind.CONTROL]
    (items,) = [m for m in map(json.loads, (f[1:] for f in frames)) if m["type"] == "items"]
    assert [item["by"] for item in items["items"] if item["id"] == note] == [""]


async def test_also_when_another_brings_it_back(house: House, people: People) -> None:
    mine, theirs, other = await apart(house, people)
    note = await made(house, theirs, NoteItem())
    await ask(house, other, RemoveItem(op="wish-gone-1", item=note))
    heard(mine)

    await ask(house, other, UndoItem(op="wish-back-1"))

    (seen,) = kind(mine, "item-made")
    assert (seen["slot"], seen["item"]["by"]) == (other.slot, "")


async def test_who_is_apart_does_not_hear_whose_seat_is_free_or_who_let_go(
    house: House, people: People
) -> None:
    mine, theirs, other = await apart(house, people)
    ball = (await ask(house, theirs, make(BallItem())))[0]["item"]["number"]
    assert theirs.gathering
    await ask(house, theirs, Sit(seat=theirs.gathering.hall.place.seats[0].id))
    await ask(house, theirs, TakeItem(item=ball))
    slot = theirs.slot
    for visit in (mine, other):
        heard(visit)

    house.world.shut(theirs)

    told = kind(mine, "seat-taken", "item-dropped")
    assert [(m["type"], m["slot"]) for m in told] == [("item-dropped", -1)]
    told = kind(other, "seat-taken", "item-dropped")
    assert [(m["type"], m["slot"]) for m in told] == [("seat-taken", slot), ("item-dropped", slot)]

"""What lies before everybody's eyes follows its maker into another record, and goes with it."""

from collections.abc import Iterable, Sequence

import pytest

from asklepion.app import House
from asklepion.identity import Caller, Role
from asklepion.kit.db import Tx
from asklepion.world.model.items import BoardItem, Draw, NoteItem, Stroke
from asklepion.world.service.following import Move
from asklepion.world.store import things as store
from asklepion.world.store.things import ItemRow
from asklepion.world.wire import LockItem, RemoveItem, UndoItem
from tests.conftest import People
from tests.world.test_words_on_things import LINE, ask, change, here, made

TABLES = ("world_item", "world_mark")
OLD, NEW = "Patient/old", "Patient/new"
ADA = Caller(account="account-ada", name="Ada", person=OLD, roles=frozenset({Role.PATIENT}))


async def rows(house: House) -> str:
    await house.world.things.settle()
    async with house.db.read() as tx:
        return str([await tx.all(f"SELECT * FROM {table}") for table in TABLES])


async def follow(
    house: House, old: str = OLD, new: str = NEW, only: Sequence[str] | None = None
) -> Sequence[str]:
    async with house.db.begin() as tx:
        return await house.world.follow(tx, old, new, only)


async def test_what_is_changed_after_a_merge_stays_with_the_one_record(
    house: House, people: People
) -> None:
    ada, bo = await here(house, ADA), await here(house, people.operator)
    note, board = await made(house, ada, NoteItem()), await made(house, bo, BoardItem())
    await ask(house, ada, change(board, LINE))
    assert OLD in await rows(house)

    await follow(house)
    await ask(house, bo, change(board, Draw(mark=Stroke(id="s-2", points=(0, 0, 5, 5)))))
    await ask(house, bo, LockItem(item=note, is_locked=True))

    kept = await rows(house)
    assert OLD not in kept
    assert NEW in kept


async def test_what_waits_to_be_kept_follows_and_is_told_so_that_it_can_go_back(
    house: House, people: People
) -> None:
    ada = await here(house, ADA)
    await made(house, ada, NoteItem())

    followed = await follow(house)

    assert followed == ["world_item.patient:account-ada"]
    assert OLD not in await rows(house)
    assert await follow(house, NEW, OLD, ["nothing"]) == []
    assert NEW in await rows(house)
    assert await follow(house, NEW, OLD, followed) == followed
    assert NEW not in await rows(house)


async def test_whoever_speaks_as_the_merged_one_comes_in_anew(house: House) -> None:
    ada = await here(house, ADA)

    await follow(house)

    assert ada.is_over


async def test_erasing_her_finds_what_followed_in_memory(house: House, people: People) -> None:
    ada, bo = await here(house, ADA), await here(house, people.operator)
    note = await made(house, ada, NoteItem(text="mine"))
    gone = await made(house, ada, NoteItem(text="also mine"))
    await rows(house)
    await ask(house, bo, RemoveItem(op="wish-gone-9", item=gone))
    await follow(house)
    await ask(house, bo, UndoItem(op="wish-back-9"))

    async with house.db.begin() as tx:
        await house.world.forget(tx, NEW)

    kept = await rows(house)
    assert note not in kept
    assert gone not in kept


async def test_what_is_being_written_while_two_become_one_is_written_once_more(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await here(house, ADA)
    await made(house, ada, NoteItem())
    write, keeping = store.keep_items, house.world.things.keeping
    assert keeping

    async def written_meanwhile(tx: Tx, rows: Iterable[ItemRow]) -> None:
        monkeypatch.undo()
        await write(tx, rows)
        keeping.move(Move(OLD, NEW))

    monkeypatch.setattr(store, "keep_items", written_meanwhile)
    await house.world.things.settle()

    assert OLD not in await rows(house)
    assert NEW in await rows(house)

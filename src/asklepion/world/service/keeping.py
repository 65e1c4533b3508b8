"""Keeps loose things: once a second at most, beside the tick, in one transaction."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

import msgspec

from asklepion.kit.db import Database, Tx
from asklepion.kit.log import get_log

from ..engine import Author, Loose
from ..model.items import BoardItem, ItemState, Mark
from ..store import things as store
from ..store.things import ItemRow, MarkRow
from ..wire import Item, ItemSpot
from .following import Move

log = get_log(__name__)

LOCK = "world things"  # erasing and keeping take turns


class _Body(msgspec.Struct):
    """What is written of a thing beside its columns."""

    state: ItemState
    spot: ItemSpot


@dataclass(kw_only=True)
class Shelf:
    """What is kept of one place, as far as we know; marks are only written anew when they are."""

    place: str
    host: str = ""
    marks: dict[str, dict[str, Mark]] = field(default_factory=dict[str, dict[str, Mark]])


@dataclass
class Batch:
    """Rows to keep and to drop; made at once, written later."""

    items: list[ItemRow] = field(default_factory=list[ItemRow])
    marks: list[MarkRow] = field(default_factory=list[MarkRow])
    gone: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    wiped: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])

    def __bool__(self) -> bool:
        return bool(self.items or self.gone)

    def without(self, patients: Iterable[str]) -> "Batch":
        """What is left of it when some are erased meanwhile."""
        lost = set(patients)
        items = [row for row in self.items if not lost & {row.patient, row.host}]
        known = {(row.place, row.id) for row in items}
        marks = [
            row
            for row in self.marks
            if not lost & {row.patient, row.host} and (row.place, row.item) in known
        ]
        return Batch(items, marks, self.gone, self.wiped)

    def within(self, places: set[str]) -> "Batch":
        """What of it lies in these places."""
        return Batch(
            [row for row in self.items if row.place in places],
            [row for row in self.marks if row.place in places],
            [gone for gone in self.gone if gone[0] in places],
            [wiped for wiped in self.wiped if wiped[0] in places],
        )

    def moved(self, move: Move) -> "Batch":
        """What it is when what one patient made is another's."""
        items, marks = map(move.item, self.items), map(move.mark, self.marks)
        return Batch(list(items), list(marks), self.gone, self.wiped)


class Keeping:
    """The things of every place that keeps them."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: list[Batch] = []
        self._writing: list[Batch] = []
        self.moves = 0  # how often what one made became another's
        self._lost: set[str] = set()
        self._turn = asyncio.Lock()
        # Of several workers: the places that are this one's until the transaction ends.
        self.fence: Callable[[Tx], Awaitable[set[str]]] | None = None

    def note(self, shelf: Shelf, changed: Mapping[str, Loose | None]) -> None:
        """Have these things kept as they are at this moment; `flush` writes them down."""
        batch = Batch()
        for id, loose in changed.items():
            if loose is None:
                batch.gone.append((shelf.place, id))
                shelf.marks.pop(id, None)
                continue
            batch.items.append(_row(shelf, loose))
            self._note_marks(batch, shelf, loose)
        if batch:
            self._waiting.append(batch)

    @staticmethod
    def _note_marks(batch: Batch, shelf: Shelf, loose: Loose) -> None:
        state, id = loose.item.state, loose.item.id
        if not isinstance(state, BoardItem):
            return
        before = shelf.marks.get(id, {})
        now = {mark.id: mark for mark in state.marks}
        shelf.marks[id] = now
        batch.wiped += [(shelf.place, id, mark) for mark in before if mark not in now]
        batch.marks += [
            _mark_row(shelf, loose, mark) for mark in state.marks if before.get(mark.id) is not mark
        ]

    async def flush(self) -> None:
        """Write down what waits; when this returns, it survives a power cut.

        Raises:
            whatever the database raises; then it waits on.
        """
        async with self._turn:
            if not self._waiting:
                return
            self._writing, self._waiting = self._waiting, []
            try:
                async with self._db.begin() as tx:
                    await tx.lock(LOCK)
                    lost = set(self._lost)
                    mine = await self.fence(tx) if self.fence else None
                    for batch in self._writing:
                        ours = batch if mine is None else batch.within(mine)
                        await _write(tx, ours.without(lost))
            except BaseException:
                self._waiting = [*self._writing, *self._waiting]
                raise
            finally:
                self._writing = []
            self._lost -= lost

    def writing(self) -> AbstractAsyncContextManager[Tx]:
        """A transaction in the house's database."""
        return self._db.begin()

    async def load(self, shelf: Shelf) -> list[Loose]:
        """The things of a place, as they were kept last."""
        await self.flush()
        async with self._db.read() as tx:
            rows = await store.items_in(tx, shelf.place)
            marks = await store.marks_in(tx, shelf.place)
        return _loose(shelf, rows, marks)

    async def forget(self, tx: Tx, patient: str) -> dict[str, int]:
        """Take away what a patient made; what waits to be written of her never is."""
        await tx.lock(LOCK)
        self._lost.add(patient)
        return await store.forget(tx, patient)

    async def follow(self, tx: Tx, move: Move) -> list[str]:
        """Let what one patient made be another's; returns what followed, or waits to be written."""
        await tx.lock(LOCK)
        followed = await store.follow(tx, move.old, move.new, move.only)
        batches = (*self._writing, *self._waiting)
        waiting = {tag for b in batches for tag in move.tags_of_rows(b.items, b.marks)}
        return [*followed, *sorted(waiting - set(followed))]

    def move(self, move: Move) -> None:
        """Once that is kept: let also what waits be hers, and what is being written, once more."""
        self.moves += 1
        self._writing = [batch.moved(move) for batch in self._writing]
        self._waiting = [*self._writing, *(batch.moved(move) for batch in self._waiting)]


async def _write(tx: Tx, batch: Batch) -> None:
    by_place: dict[str, list[str]] = {}
    for place, id in batch.gone:
        by_place.setdefault(place, []).append(id)
    for place, ids in by_place.items():
        await store.drop_items(tx, place, ids)
    await store.drop_marks(tx, batch.wiped)
    await store.keep_items(tx, batch.items)
    await store.keep_marks(tx, batch.marks)


def _row(shelf: Shelf, loose: Loose) -> ItemRow:
    item = loose.item
    state = item.state
    if isinstance(state, BoardItem):
        state = msgspec.structs.replace(state, marks=())
    body: Any = _Body(state=state, spot=item.spot)
    return ItemRow(
        place=shelf.place,
        id=item.id,
        account=loose.account,
        patient=loose.patient,
        host=shelf.host,
        maker=item.by,
        body=msgspec.json.encode(body).decode(),
        ops=" ".join(loose.ops),
        revision=item.revision,
        is_locked=int(item.is_locked),
    )


def _mark_row(shelf: Shelf, loose: Loose, mark: Mark) -> MarkRow:
    by = loose.authors.get(mark.id, Author("", ""))
    return MarkRow(
        place=shelf.place,
        item=loose.item.id,
        id=mark.id,
        account=by.account,
        patient=by.patient,
        host=shelf.host,
        body=msgspec.json.encode(mark).decode(),
        seq=mark.seq,
    )


def _loose(shelf: Shelf, rows: Sequence[ItemRow], marks: Sequence[MarkRow]) -> list[Loose]:
    drawn: dict[str, list[Mark]] = {}
    authors: dict[str, dict[str, Author]] = {}
    for row in marks:
        mark = msgspec.json.decode(row.body, type=Mark)  # pyright: ignore[reportArgumentType]
        drawn.setdefault(row.item, []).append(mark)
        authors.setdefault(row.item, {})[row.id] = Author(row.account, row.patient)
    found: list[Loose] = []
    for row in rows:
        body = msgspec.json.decode(row.body, type=_Body)
        state = body.state
        if isinstance(state, BoardItem):
            state = msgspec.structs.replace(state, marks=tuple(drawn.get(row.id, ())))
            shelf.marks[row.id] = {mark.id: mark for mark in state.marks}
        item = Item(
            number=-1,
            id=row.id,
            spot=body.spot,
            state=state,
            revision=row.revision,
            by=row.maker,
            is_locked=bool(row.is_locked),
        )
        loose = Loose(item=item, account=row.account, patient=row.patient)
        loose.authors = authors.get(row.id, {})
        loose.ops.extend(row.ops.split())
        found.append(loose)
    return found

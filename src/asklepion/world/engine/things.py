"""The loose things of one place: whose they are, what is done to them, in which order."""

from collections import deque
from collections.abc import Iterable
from math import hypot
from typing import TypeAlias

import msgspec

from asklepion.kit.errors import Conflict, Forbidden, Incorrect, NotFound

from ..model import Ground, Place
from ..model.items import Act, BoardItem, Draw, Erase, done, files_of, is_sound
from ..wire import (
    ChangeItem,
    DropItem,
    FromThings,
    Item,
    ItemChanged,
    ItemDropped,
    ItemLocked,
    ItemMade,
    ItemRemoved,
    ItemSpot,
    ItemTaken,
    LockItem,
    MakeItem,
    RemoveItem,
    ThingRight,
    UndoItem,
    pack_items,
    pack_points,
    read_item,
    read_point,
)
from .loose import Author, Loose, Past, Who, furnished
from .owning import allowed, require, require_own
from .space import Space

MOST_ITEMS = 200  # in one place
MOST_OF_ONE = 40  # that one person made, in one place
MOST_BYTES = 2_000_000  # of all in one place, about
MOST_UNDONE = 20  # how far back one person can go
MOST_AUTHORS = 4000  # of one board's marks, those that were wiped among them
REACH_M = 5.0  # from the feet of whoever holds a thing
FASTEST_M_S = 20.0

Vec3: TypeAlias = tuple[float, float, float]
GONE = "It may have been taken away."
FULL = "Take some things away first."


class Things:
    """Every loose thing of a place. Waits for nothing and reads no clock."""

    def __init__(self, place: Place, ground: Ground, kept: Iterable[Loose] = ()) -> None:
        self._space = Space(place, ground)
        self._by_id: dict[str, Loose] = {}
        self._by_number: dict[int, Loose] = {}
        self._next = 0
        self._past: dict[str, deque[Past]] = {}
        self._changed: set[str] = set()
        self._poses: dict[int, bytes] = {}
        self._points: dict[int, bytes] = {}
        self._lit: set[int] = set()  # who points somewhere
        for loose in furnished(place, kept):
            loose.measure()
            self._add(loose)

    # --- what there is

    def __len__(self) -> int:
        return len(self._by_id)

    def all(self) -> list[Loose]:
        """Every item, in the order in which they were made."""
        return list(self._by_id.values())

    def find(self, id: str) -> Loose | None:
        """One item by its id."""
        return self._by_id.get(id)

    def known(self) -> list[Loose]:
        """Every item, also those that somebody may bring back."""
        pasts = (past.removed for pasts in self._past.values() for past in pasts)
        return [*self._by_id.values(), *(one for one in pasts if one)]

    def files(self) -> set[str]:
        """The files that they show."""
        return {file for loose in self.known() for file in files_of(loose.item.state)}

    def has_done(self, op: str) -> bool:
        """Whether this wish was granted before."""
        return any(op in loose.ops for loose in self._by_id.values())

    def take_changed(self) -> dict[str, Loose | None]:
        """What is no longer as it was kept, by id; None for what is gone. Asked once a second."""
        changed, self._changed = self._changed, set()
        return {id: self._by_id.get(id) for id in changed}

    # --- the verbs

    def make(self, who: Who, wanted: MakeItem, id: str) -> ItemMade | None:
        """A new item; None where this wish was granted before.

        Raises:
            Forbidden, Conflict, Incorrect: not here, not so many, not such a one.
        """
        if self.has_done(wanted.op):
            return None
        require(who, ThingRight.MAKE)
        if isinstance(wanted.state, BoardItem) and wanted.state.marks:
            raise Incorrect("A new board is empty.", hint="Draw on it once it stands.")
        self._require_room(who)
        item = Item(
            number=self._number(),
            id=id,
            spot=self._space.sound(wanted.spot),
            state=wanted.state,
            revision=1,
            by=who.name,
        )
        loose = Loose(item=item, account=who.account, patient=who.patient)
        loose.measure()
        loose.ops.append(wanted.op)
        self._add(loose)
        self._changed.add(id)
        return ItemMade(slot=who.slot, op=wanted.op, item=item)

    def take(self, who: Who, number: int) -> ItemTaken | None:
        """Somebody holds it from now on; whoever threw it tells where it flies no more.

        Raises:
            Forbidden: it is locked, or nothing is moved here.
            Conflict: somebody else holds it.
            NotFound: there is no such item.
        """
        require(who, ThingRight.MOVE)
        loose = self._numbered(number)
        item = loose.item
        if item.is_locked:
            raise Forbidden("This thing stays where it is.", hint="Unlock it first.")
        if item.holder == who.slot and not item.is_flying:
            return None
        if item.holder not in (-1, who.slot) and not item.is_flying:
            raise Conflict("Somebody else holds it.", hint="Wait until it is put down.")
        loose.become(holder=who.slot, is_flying=False)
        return ItemTaken(slot=who.slot, item=number)

    def hear(self, who: int, body: bytes, feet: Vec3) -> bool:
        """Take in where somebody says that a thing is; False where that cannot be."""
        pose = read_item(body)
        loose = self._by_number.get(pose.number)
        if loose is None or loose.item.holder != who or not self._space.holds(pose.position):
            return False
        gap = hypot(*(a - b for a, b in zip(pose.position, feet, strict=True)))
        if not loose.item.is_flying and gap > REACH_M:
            return False
        self._poses[pose.number] = body
        loose.become(spot=ItemSpot(position=pose.position, turn=pose.turn))
        return True

    def drop(self, who: Who, wanted: DropItem) -> ItemDropped:
        """Put it down or throw it; one that was thrown comes to rest the same way.

        Raises:
            Forbidden: somebody else holds it, or nobody.
            Incorrect: it cannot be there, or be so fast.
            NotFound: there is no such item.
        """
        loose = self._numbered(wanted.item)
        if loose.item.holder != who.slot:
            raise Forbidden("You do not hold this.", hint="Take it first.")
        if not is_sound(wanted.velocity) or hypot(*wanted.velocity) > FASTEST_M_S:
            raise Incorrect("So fast nobody throws.", hint=f"At most {FASTEST_M_S} m/s.")
        spot, is_flying = self._space.sound(wanted.spot), any(wanted.velocity)
        return self._put(loose, who.slot, spot, wanted.velocity if is_flying else None)

    def change(self, who: Who, wanted: ChangeItem) -> ItemChanged | None:
        """Do something to an item; None where this wish was granted before.

        Raises:
            Forbidden, Conflict, Incorrect: not this, not so much, not to such a thing.
            NotFound: there is no such item.
        """
        loose = self._known(wanted.item)
        if wanted.op in loose.ops:
            return None
        require(who, ThingRight.CHANGE)
        act = allowed(who, loose, wanted.act)
        if isinstance(act, Draw) and sum(one.size for one in self._by_id.values()) > MOST_BYTES:
            raise Conflict("This place is full.", hint=FULL)
        return self._do(who, loose, act, wanted.op)

    def remove(self, who: Who, wanted: RemoveItem) -> ItemRemoved:
        """Take an item away; its remover can take that back.

        Raises:
            Forbidden: it is another's, or it stays.
            Conflict: somebody else holds it.
            NotFound: there is no such item.
        """
        loose = self._known(wanted.item)
        item = loose.item
        if item.is_locked or loose.is_fixture:
            raise Forbidden("This thing stays.", hint="Unlock it, if it is yours.")
        require_own(who, loose)
        if item.holder not in (-1, who.slot) and not item.is_flying:
            raise Conflict("Somebody else holds it.", hint="Wait until it is put down.")
        self._forget(loose)
        self._remember(who, Past(item=item.id, removed=loose))
        return ItemRemoved(slot=who.slot, op=wanted.op, item=item.number)

    def undo(self, who: Who, wanted: UndoItem) -> FromThings | None:
        """Take back somebody's own last act; None where it was taken back before.

        Raises:
            NotFound: there is nothing to take back.
            Forbidden, Conflict: it is no longer possible.
        """
        if self.has_done(wanted.op):
            return None
        past = self._past.get(who.account, deque())
        found = next((p for p in reversed(past) if wanted.item in ("", p.item)), None)
        if found is None:
            raise NotFound("There is nothing to take back.", hint="It is as you left it.")
        past.remove(found)
        if found.removed:
            return self._bring_back(who, found.removed, wanted.op)
        loose = self._by_id.get(found.item)
        if loose is None or found.act is None:
            raise NotFound("It is there no more.", hint="Somebody took it away.")
        require(who, ThingRight.CHANGE)
        return self._do(who, loose, found.act, wanted.op, is_back=True)

    def lock(self, who: Who, wanted: LockItem) -> ItemLocked:
        """Let an item stay where it is, or be moved again.

        Raises:
            Forbidden: it is another's.
            NotFound: there is no such item.
        """
        loose = self._known(wanted.item)
        if loose.is_fixture:
            raise Forbidden("This thing belongs to the place.", hint="Make one of your own.")
        require_own(who, loose)
        loose.become(is_locked=wanted.is_locked, revision=loose.item.revision + 1)
        self._changed.add(loose.item.id)
        item = loose.item
        return ItemLocked(item=item.number, is_locked=item.is_locked, revision=item.revision)

    def leave(self, slot: int) -> list[ItemDropped]:
        """Somebody goes: what they held lies where it was, what they threw has landed."""
        self.point(slot, b"")
        held = [loose for loose in self._by_id.values() if loose.item.holder == slot]
        return [self._put(one, slot, self._space.fallen(one.item), None) for one in held]

    def forget(self, patient: str) -> list[FromThings]:
        """Take away, unasked and for good, what somebody made, drew and wrote."""
        told: list[FromThings] = []
        self._past = {}
        for loose in self.all():
            if loose.patient == patient and not loose.is_fixture:
                self._forget(loose)
                told.append(ItemRemoved(slot=-1, op="", item=loose.item.number))
                continue
            marks = tuple(id for id, by in loose.authors.items() if by.patient == patient)
            if marks:
                house = Who(slot=-1, account="")
                told.append(self._do(house, loose, Erase(marks=marks), "", is_back=True))
                loose.authors = {id: by for id, by in loose.authors.items() if id not in marks}
        return told

    # --- twenty times a second

    def point(self, slot: int, body: bytes) -> None:
        """Somebody points there; with an empty body, nowhere any more."""
        if body and self._space.holds(read_point(body)):
            self._points[slot] = body
            self._lit.add(slot)
        elif not body and slot in self._lit:
            self._points[slot] = body
            self._lit.discard(slot)

    def tick(self, number: int) -> list[bytes]:
        """The frames that show what moved since the last tick, for everybody."""
        frames: list[bytes] = []
        if self._poses:
            frames.append(pack_items(number, self._poses.values()))
            self._poses = {}
        if self._points:
            frames.append(pack_points(number, self._points.items()))
            self._points = {}
        return frames

    # --- the parts

    def _add(self, loose: Loose) -> None:
        if loose.item.number in self._by_number or loose.item.number < 0:
            loose.become(number=self._number())
        self._by_id[loose.item.id] = loose
        self._by_number[loose.item.number] = loose

    def _number(self) -> int:
        while True:
            self._next = (self._next + 1) & 0xFFFF
            if self._next not in self._by_number:
                return self._next

    def _known(self, id: str) -> Loose:
        loose = self._by_id.get(id)
        if loose is None:
            raise NotFound("There is no such thing here.", hint=GONE)
        return loose

    def _numbered(self, number: int) -> Loose:
        loose = self._by_number.get(number)
        if loose is None:
            raise NotFound("There is no such thing here.", hint=GONE)
        return loose

    def _require_room(self, who: Who) -> None:
        if len(self._by_id) >= MOST_ITEMS:
            raise Conflict("There are too many things here.", hint=FULL)
        mine = sum(loose.account == who.account for loose in self._by_id.values())
        if mine >= MOST_OF_ONE:
            raise Conflict(f"You have made {mine} things here.", hint=FULL)

    def _do(
        self, who: Who, loose: Loose, act: Act, op: str, *, is_back: bool = False
    ) -> ItemChanged:
        revision = loose.item.revision + 1
        if isinstance(act, Draw):  # a mark's place among the others is the house's to say
            act = Draw(mark=msgspec.structs.replace(act.mark, seq=revision))
        state, back = done(loose.item.state, act)
        if isinstance(act, Draw):
            self._sign(loose, act.mark.id, who)
        loose.become(state=state, revision=revision)
        loose.measure()
        if op:
            loose.ops.append(op)
        if back and not is_back:
            self._remember(who, Past(item=loose.item.id, act=back))
        self._changed.add(loose.item.id)
        item = loose.item
        return ItemChanged(slot=who.slot, op=op, item=item.number, act=act, revision=item.revision)

    @staticmethod
    def _sign(loose: Loose, mark: str, who: Who) -> None:
        if len(loose.authors) > MOST_AUTHORS and isinstance(loose.item.state, BoardItem):
            there = {one.id for one in loose.item.state.marks}
            loose.authors = {id: by for id, by in loose.authors.items() if id in there}
        loose.authors.setdefault(mark, Author(who.account, who.patient))

    def _remember(self, who: Who, past: Past) -> None:
        self._past.setdefault(who.account, deque(maxlen=MOST_UNDONE)).append(past)

    def _bring_back(self, who: Who, loose: Loose, op: str) -> ItemMade:
        if len(self._by_id) >= MOST_ITEMS:
            raise Conflict("There are too many things here.", hint=FULL)
        loose.become(number=self._number(), holder=-1, is_flying=False)
        loose.become(revision=loose.item.revision + 1)
        loose.ops.append(op)
        self._add(loose)
        self._changed.add(loose.item.id)
        return ItemMade(slot=who.slot, op=op, item=loose.item)

    def _forget(self, loose: Loose) -> None:
        del self._by_id[loose.item.id]
        del self._by_number[loose.item.number]
        self._poses.pop(loose.item.number, None)
        self._changed.add(loose.item.id)

    def _put(self, loose: Loose, slot: int, spot: ItemSpot, velocity: Vec3 | None) -> ItemDropped:
        is_flying = velocity is not None
        loose.become(spot=spot, holder=slot if is_flying else -1, is_flying=is_flying)
        self._poses.pop(loose.item.number, None)
        if not is_flying:
            loose.become(revision=loose.item.revision + 1)
            self._changed.add(loose.item.id)
        return ItemDropped(
            slot=slot,
            item=loose.item.number,
            spot=spot,
            velocity=velocity or (0.0, 0.0, 0.0),
            is_flying=is_flying,
            revision=loose.item.revision,
        )

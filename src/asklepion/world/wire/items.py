"""What is said of loose things and of seats: control messages, beside those of `messages`."""

from enum import StrEnum
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from ..model.items import Act, ItemState
from .poses import UPRIGHT, Turn, Vec3

Op: TypeAlias = Annotated[str, Meta(min_length=8, max_length=40, pattern="^[0-9A-Za-z-]+$")]
GONE = -1  # the revision of an item that is no more


class ThingRight(StrEnum):
    """What somebody may do with the loose things of a place; of one's own one may do more."""

    MAKE = "make"
    MOVE = "move"
    CHANGE = "change"
    TIDY = "tidy"  # take away, lock and wipe also what others made


class ItemCode(StrEnum):
    """Why something was not done with a loose thing. The client has the words."""

    FORBIDDEN = "forbidden"
    HELD = "held"
    LOCKED = "locked"
    UNKNOWN = "unknown"
    INCORRECT = "incorrect"
    FULL = "full"
    TOO_FAST = "too-fast"
    NOT_YET = "not-yet"
    SEAT_TAKEN = "seat-taken"


class ItemSpot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where an item is [m] and how it is turned."""

    position: Vec3
    turn: Turn = UPRIGHT


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One loose thing. `number` is for as long as the place is open, `id` for ever.

    holder: the slot of whoever has it, −1 for nobody. is_flying: it was thrown, and its holder
    says where it flies; anybody may catch it. is_locked: it stays where it is, and stays.
    """

    number: int
    id: str
    spot: ItemSpot
    state: ItemState
    revision: int = 0
    by: str = ""
    holder: int = -1
    is_flying: bool = False
    is_locked: bool = False


class _Ask(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    """One wish of a visitor. The same `op` twice is one wish."""


class MakeItem(_Ask, frozen=True, kw_only=True, tag="make-item"):
    """Make a new thing and put it there."""

    op: Op
    state: ItemState
    spot: ItemSpot


class TakeItem(_Ask, frozen=True, kw_only=True, tag="take-item"):
    """Take a thing up, or catch it. Its poses are one's own to tell from then on."""

    item: int


class DropItem(_Ask, frozen=True, kw_only=True, tag="drop-item"):
    """Put down what one holds; with a velocity [m/s] it flies until one says where it rests."""

    item: int
    spot: ItemSpot
    velocity: Vec3 = (0.0, 0.0, 0.0)


class ChangeItem(_Ask, frozen=True, kw_only=True, tag="change-item"):
    """Do something to a thing."""

    op: Op
    item: str
    act: Act


class RemoveItem(_Ask, frozen=True, kw_only=True, tag="remove-item"):
    """Take a thing away for good, or until one undoes it."""

    op: Op
    item: str


class UndoItem(_Ask, frozen=True, kw_only=True, tag="undo-item"):
    """Take back one's own last change or removal here; of one thing, if it is named."""

    op: Op
    item: str = ""


class LockItem(_Ask, frozen=True, kw_only=True, tag="lock-item"):
    """Let a thing stay where it is, or let it be moved again."""

    item: str
    is_locked: bool


class Sit(_Ask, frozen=True, kw_only=True, tag="sit"):
    """Sit down on a seat of the place file."""

    seat: str


class Stand(_Ask, frozen=True, kw_only=True, tag="stand"):
    """Stand up."""


FromHands: TypeAlias = (
    MakeItem | TakeItem | DropItem | ChangeItem | RemoveItem | UndoItem | LockItem | Sit | Stand
)


class _Told(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """One message of the world."""


class Items(_Told, frozen=True, kw_only=True, tag="items"):
    """The loose things here, in as many messages as it takes; the last one says that it is.

    is_first: forget what was known before. is_kept: they are here tomorrow. mine: the ids of what
    one has made.
    """

    items: tuple[Item, ...]
    mine: tuple[str, ...] = ()
    rights: tuple[ThingRight, ...] = ()
    seats: tuple["SeatTaken", ...] = ()
    is_kept: bool = False
    is_first: bool = True
    is_last: bool = True


class ItemMade(_Told, frozen=True, kw_only=True, tag="item-made"):
    """Somebody made a thing, or took back that it was removed."""

    slot: int
    op: str
    item: Item


class ItemTaken(_Told, frozen=True, kw_only=True, tag="item-taken"):
    """Somebody holds a thing now."""

    slot: int
    item: int


class ItemDropped(_Told, frozen=True, kw_only=True, tag="item-dropped"):
    """A thing was put down, thrown, or came to rest. Whoever threw it says where it flies."""

    slot: int
    item: int
    spot: ItemSpot
    velocity: Vec3 = (0.0, 0.0, 0.0)
    is_flying: bool = False
    revision: int = 0


class ItemChanged(_Told, frozen=True, kw_only=True, tag="item-changed"):
    """Something was done to a thing; the order in which this is told is the order that counts."""

    slot: int
    op: str
    item: int
    act: Act
    revision: int


class ItemRemoved(_Told, frozen=True, kw_only=True, tag="item-removed"):
    """A thing is gone."""

    slot: int
    op: str
    item: int


class ItemLocked(_Told, frozen=True, kw_only=True, tag="item-locked"):
    """A thing stays where it is, or may be moved again."""

    item: int
    is_locked: bool
    revision: int


class ItemsKept(_Told, frozen=True, kw_only=True, tag="items-kept"):
    """These things survive a power cut as they were at that revision; −1 for what is gone."""

    kept: tuple[tuple[str, int], ...]


class ItemRefused(_Told, frozen=True, kw_only=True, tag="item-refused"):
    """What you asked was not done. `hint` is for whoever writes a client."""

    code: ItemCode
    hint: str = ""
    op: str = ""
    item: int = -1


class SeatTaken(_Told, frozen=True, kw_only=True, tag="seat-taken"):
    """Somebody sits there now; "" for one who stands."""

    slot: int
    seat: str


FromThings: TypeAlias = (
    Items
    | ItemMade
    | ItemTaken
    | ItemDropped
    | ItemChanged
    | ItemRemoved
    | ItemLocked
    | ItemsKept
    | ItemRefused
    | SeatTaken
)

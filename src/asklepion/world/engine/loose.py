"""Loose things as the house knows them: more than it tells."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import cos, sin

import msgspec

from ..model import Place
from ..model.items import Act, BoardItem, ItemState, weight
from ..wire import Item, ItemSpot, ThingRight

MOST_OPS = 64  # wishes of which an item remembers that they were granted
FIXTURE = "fixture-"  # how the id of a thing begins that belongs to a place file


@dataclass(frozen=True, kw_only=True)
class Who:
    """Whoever asks: the slot, and, for the house alone, the account and the patient behind it."""

    slot: int
    account: str
    name: str = ""
    patient: str = ""
    rights: frozenset[ThingRight] = frozenset()


@dataclass(frozen=True)
class Author:
    """Who drew a mark."""

    account: str
    patient: str


@dataclass(kw_only=True)
class Loose:
    """One item, with what the house alone knows of it."""

    item: Item
    account: str = ""
    patient: str = ""
    authors: dict[str, Author] = field(default_factory=dict[str, Author])  # of marks, by id
    ops: deque[str] = field(default_factory=lambda: deque[str](maxlen=MOST_OPS))
    size: int = 0  # bytes, about

    @property
    def is_fixture(self) -> bool:
        """Whether it belongs to the place file, and to nobody."""
        return self.item.id.startswith(FIXTURE)

    def become(self, **changes: object) -> Item:
        """Be different from now on."""
        self.item = msgspec.structs.replace(self.item, **changes)
        return self.item

    def measure(self) -> None:
        """Look again how much it is."""
        self.size = size_of(self.item.state)


@dataclass(frozen=True, kw_only=True)
class Past:
    """Something that its doer may take back: an act by its opposite, or a removal."""

    item: str
    act: Act | None = None
    removed: Loose | None = None


def size_of(state: ItemState) -> int:
    """How many bytes a state takes, about."""
    return 300 + (sum(map(weight, state.marks)) if isinstance(state, BoardItem) else 0)


def furnished(place: Place, kept: Iterable[Loose]) -> list[Loose]:
    """What was kept, and what the place file says is there; where a locked thing stands, and how
    large it is, the file alone says."""
    by_id = {loose.item.id: loose for loose in kept}
    told: list[Loose] = []
    for one in place.fixtures:
        turn = (0.0, sin(one.yaw / 2), 0.0, cos(one.yaw / 2))
        spot = ItemSpot(position=one.position, turn=turn)
        id = FIXTURE + one.id
        known = by_id.get(id)
        state = one.state
        if known and isinstance(state, BoardItem) and isinstance(known.item.state, BoardItem):
            state = msgspec.structs.replace(state, marks=known.item.state.marks)
        item = Item(number=-1, id=id, spot=spot, state=state, is_locked=one.is_locked)
        if known is None:
            known = Loose(item=item)
        elif one.is_locked:
            known.item = msgspec.structs.replace(item, revision=known.item.revision)
        told.append(known)
    return told + [loose for loose in by_id.values() if not loose.is_fixture]

"""What lies in one gathering, and what the house says of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from asklepion.identity import Caller
from asklepion.kit.errors import Conflict, Forbidden, HouseError, Incorrect, NotFound

from ..engine import Allowance, Seats, Things, Who
from ..model import Place
from ..wire import (
    DropItem,
    FromHands,
    FromThings,
    Item,
    ItemCode,
    ItemMade,
    ItemRefused,
    RemoveItem,
    SeatTaken,
    Sit,
    TakeItem,
    control,
)
from .following import Move
from .gathering import Gathering
from .keeping import Shelf
from .rights import rights
from .visit import Visit


@dataclass(kw_only=True)
class Hands:
    """How much one visitor may do."""

    wishes: Allowance
    poses: Allowance


@dataclass(kw_only=True)
class Room:
    """What lies in one gathering."""

    gathering: Gathering
    home: str = ""  # the account whose home it is
    shelf: Shelf | None = None  # where it is kept; None: nowhere
    things: Things | None = None  # None until they were fetched
    handing: dict[Visit, list[str]] = field(default_factory=dict[Visit, list[str]])
    hands: dict[Visit, Hands] = field(default_factory=dict[Visit, Hands])
    untold: dict[str, int] = field(default_factory=dict[str, int])  # kept soon: id and revision

    @property
    def seats(self) -> Seats:
        """Who sits where."""
        return self.gathering.seats

    @property
    def place(self) -> Place:
        """The place it is in."""
        return self.gathering.hall.place

    def tell(self, message: FromThings, *, by: Visit | None = None) -> None:
        """Say something to everybody here; who is apart from whom it is of hears it of nobody.

        Args:
            by: whom it is of; without one, whoever here has the slot that it names.
        """
        if self.gathering.is_served and not self.gathering.is_served():
            return
        by = by or self.gathering.visits.get(getattr(message, "slot", -1))
        frame = control(message)
        for visit in list(self.gathering.visits.values()):
            seen = self._seen_by(visit, message, by)
            if seen is message:
                visit.send(frame)
            elif seen:
                visit.tell(seen)

    def _seen_by(self, visit: Visit, message: FromThings, by: Visit | None) -> FromThings | None:
        if by and self.gathering.apartness.parts(visit, by):
            if isinstance(message, SeatTaken):
                return None
            message = msgspec.structs.replace(message, slot=-1)
        if isinstance(message, ItemMade):
            item = self.shown(visit, message.item)
            return message if item is message.item else msgspec.structs.replace(message, item=item)
        return message

    def shown(self, visit: Visit, item: Item) -> Item:
        """An item as somebody may see it: of those who are gone to them, nothing is told."""
        hidden = self.gathering.apartness.hidden_from(visit.slot)
        if item.holder in hidden:
            item = msgspec.structs.replace(item, holder=-1)
        loose = self.things.find(item.id) if self.things else None
        if loose and self.gathering.ties.are_apart(visit.account, loose.account):
            item = msgspec.structs.replace(item, by="")
        return item

    def tags(self, move: Move) -> set[str]:
        """What here goes along when what one patient made becomes another's."""
        shelf = self.shelf
        home = move.tags_of_home(shelf.place, shelf.host) if shelf else set[str]()
        return home | (move.tags(self.things.known()) if self.things else set[str]())

    def move(self, move: Move) -> None:
        """Let it go along."""
        for loose in self.things.known() if self.things else ():
            move.change(loose)
        if self.shelf and move.tags_of_home(self.shelf.place, self.shelf.host):
            self.shelf.host = move.new

    def who(self, visit: Visit) -> Who:
        """Somebody here, as the engine knows them."""
        return Who(
            slot=visit.slot,
            account=visit.account,
            name=visit.name,
            patient=patient_of(visit.caller),
            rights=rights(self.place, visit.caller, self.home),
        )


def patient_of(caller: Caller) -> str:
    """The patient whom a caller speaks as: whose key and whose erasure it is."""
    return caller.person if caller.person and caller.person.startswith("Patient/") else ""


CODES: Mapping[type[HouseError], ItemCode] = {
    Forbidden: ItemCode.FORBIDDEN,
    NotFound: ItemCode.UNKNOWN,
    Incorrect: ItemCode.INCORRECT,
    Conflict: ItemCode.FULL,
}


def code_of(message: FromHands, error: HouseError) -> ItemCode:
    """Why not, in one word."""
    if isinstance(error, Conflict):
        if isinstance(message, Sit):
            return ItemCode.SEAT_TAKEN
        if isinstance(message, TakeItem | RemoveItem):
            return ItemCode.HELD
    if isinstance(error, Forbidden) and "stays" in error.message:
        return ItemCode.LOCKED
    return CODES.get(type(error), ItemCode.INCORRECT)


def refuse(visit: Visit, message: FromHands, code: ItemCode, hint: str) -> None:
    """Say to a visitor that something was not done, and why."""
    op = getattr(message, "op", "")
    number = message.item if isinstance(message, TakeItem | DropItem) else -1
    visit.tell(ItemRefused(code=code, hint=hint, op=op, item=number))

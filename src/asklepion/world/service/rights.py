"""What somebody may do with the loose things of a place, as far as their rights there go."""

from asklepion.identity import Caller

from ..model import Access, Place, Right, is_by_name, rights_of
from ..wire import ThingRight

ALL = frozenset(ThingRight)
OPENED_BY = {
    Right.MAKE: frozenset({ThingRight.MAKE, ThingRight.MOVE}),
    Right.DRAW: frozenset({ThingRight.CHANGE}),
    Right.MODERATE: frozenset({ThingRight.TIDY}),
}


def rights(place: Place, caller: Caller, home: str = "") -> frozenset[ThingRight]:
    """What somebody may do who was let in.

    Whoever's home it is looks after it, and those whom a gatekeeper let in by name look after it
    together: all is gone when they go.

    Args:
        home: the account whose home it is.
    """
    if is_by_name(place) or home == caller.account:
        return ALL
    held = rights_of(place, caller)
    return frozenset(right for by, opened in OPENED_BY.items() if by in held for right in opened)


def keeps(place: Place) -> bool:
    """Whether the things of a place are there tomorrow.

    What lies in a guarded room belongs to the visit: it may tell of somebody's health, and nobody
    would answer for it once those who knew have gone. What is to last is written as a note.
    """
    return place.access is not Access.GUARDED

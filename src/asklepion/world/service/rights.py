"""Who may do what with the loose things of a place."""

from asklepion.identity import Caller, Role

from ..model import Access, Place
from ..wire import Right

USUAL = frozenset({Right.MAKE, Right.MOVE, Right.CHANGE})
ALL = USUAL | {Right.TIDY}


def rights(place: Place, caller: Caller, home: str = "") -> frozenset[Right]:
    """What somebody may do who was let in.

    Anybody signed in may make, move and draw. Whoever's home it is looks after it, and those in a
    guarded room look after it together: they were let in by name, and all is gone when they go.
    Elsewhere operators do.

    Args:
        home: the account whose home it is.
    """
    if place.access is Access.GUARDED:
        return ALL
    if place.access is Access.OWNER:
        return ALL if caller.account == home else USUAL
    return ALL if caller.has(Role.OPERATOR) else USUAL


def keeps(place: Place) -> bool:
    """Whether the things of a place are there tomorrow.

    What lies in a guarded room belongs to the visit: it may tell of somebody's health, and nobody
    would answer for it once those who knew have gone. What is to last is written as a note.
    """
    return place.access is not Access.GUARDED

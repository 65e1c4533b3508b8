"""Who may do what in a place: four parts that people have there, and eight rights."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from asklepion.identity import Caller, Role

if TYPE_CHECKING:
    from .place import Place


class Part(StrEnum):
    """What somebody is in a place. Guests are those whom the house knows by no role."""

    OWNER = "owner"
    HOST = "host"
    MEMBER = "member"
    GUEST = "guest"


class Right(StrEnum):
    """What somebody may do in a place."""

    ENTER = "enter"
    SPEAK = "speak"
    WRITE = "write"
    DRAW = "draw"
    MAKE = "make"
    SHARE = "share"
    MODERATE = "moderate"
    PHOTO = "photo"


Rights = frozenset[Right]
USUAL: Mapping[Part, Rights] = {
    Part.OWNER: frozenset(Right),
    Part.HOST: frozenset(Right),
    Part.MEMBER: frozenset(Right) - {Right.MODERATE},
    Part.GUEST: frozenset({Right.ENTER, Right.SPEAK, Right.WRITE}),
}


def part_of(place: Place, caller: Caller) -> Part:
    """What a caller is in a place; in a place of one's own, one is its owner."""
    if place.access == "owner":
        return Part.OWNER
    if _is_keeper(place, caller) or caller.roles & set(place.hosts):
        return Part.HOST
    return Part.MEMBER if caller.roles and not caller.app else Part.GUEST


def rights_of(place: Place, caller: Caller) -> Rights:
    """What a caller may do in a place: as its file says, else as usual; operators keep all.

    Nobody takes a photo in a guarded room, whatever its file says: who sees a physician is nobody's
    business.
    """
    part = part_of(place, caller)
    told = None if _is_keeper(place, caller) else place.rights.get(part)
    held = USUAL[part] if told is None else frozenset(told)
    return held - {Right.PHOTO} if place.access == "guarded" else held


def _is_keeper(place: Place, caller: Caller) -> bool:
    """Whether an operator keeps order there, whatever its file says."""
    is_open = place.access == "all" or (place.access == "guarded" and bool(place.visitors))
    return is_open and caller.has(Role.OPERATOR)


def is_by_name(place: Place) -> bool:
    """Whether a gatekeeper lets people in by name; a list of roles lets in strangers, too."""
    return place.access == "guarded" and not place.visitors


def may_know(place: Place, caller: Caller) -> bool:
    """Whether a caller may know of a place: all of most; of a place with a list, those on it."""
    is_listed = bool(caller.roles & set(place.visitors)) and not caller.app
    return not place.visitors or is_listed or caller.has(Role.OPERATOR)

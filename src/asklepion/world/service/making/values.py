"""What is told of a place in the making, and who may do it."""

import re
from dataclasses import dataclass

import msgspec

from asklepion.identity import Caller, Role
from asklepion.kit.errors import Conflict, Forbidden, Incorrect

from ...model import (
    Access,
    Blocks,
    Box,
    Building,
    Door,
    Flaw,
    Place,
    PlacedModel,
    Sign,
    Spawn,
    Thing,
    is_by_name,
    read_file,
)
from ...store.places import PlaceRow
from ..visit import tidy

MAKERS = (Role.OPERATOR, Role.CLINICIAN, Role.EDUCATOR)
MOST_PLACES = 100  # of a house, not archived
MOST_OF_ONE = 20  # of one maker
MOST_KEPT = 300  # with the archived, of which the oldest go first
MOST_VERSIONS = 200
MOST_NAME = 60
MOST_ABOUT = 140
MOST_NOTE = 200
PREFIX = "place-"
WORDED = ("doors", "buildings", "models")
WORDS = ("label_key", "closed_reason_key", "name_key", "about_key", "name")
_KEY = re.compile(r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")  # of the words that come with the house


@dataclass(frozen=True, kw_only=True)
class Begun:
    """What somebody wants to begin with: a name, and perhaps the place to copy."""

    name: str
    about: str = ""
    copy_of: str = ""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A place as it was saved last."""

    place: Place
    revision: int
    shown: int
    editors: tuple[Role, ...]
    flaws: tuple[Flaw, ...]
    is_mine: bool


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One line of the list of places in the making."""

    id: str
    name: str
    about: str
    maker: str
    is_mine: bool
    revision: int
    shown: int
    changed_at: int
    is_archived: bool


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One version that visitors were shown: who, when, what changed."""

    number: int
    maker: str
    made_at: int
    note: str
    changes: bytes  # JSON
    is_current: bool


def require_maker(caller: Caller) -> None:
    """Let nobody make places who is none of MAKERS, or calls through an app.

    Raises:
        Unauthenticated: a stranger asks.
        Forbidden: their account may not.
    """
    caller.require(*MAKERS)
    if caller.app:
        raise Forbidden("No app makes places.", hint="Use the house itself.")


def require_editor(caller: Caller, row: PlaceRow) -> None:
    """Let nobody edit a place but its maker, operators, and the roles it names.

    Raises:
        Forbidden: they may not.
    """
    if not may_edit(caller, row):
        raise Forbidden("You may not edit this place.", hint="Ask whoever made it, or copy it.")


def may_edit(caller: Caller, row: PlaceRow) -> bool:
    """Whether somebody who makes places may edit this one."""
    is_named = bool(caller.roles & {Role(role) for role in row.editors.split()})
    return caller.has(Role.OPERATOR) or row.account == caller.account or is_named


def require_revision(row: PlaceRow, revision: int) -> None:
    """Let nobody write over what another has saved since.

    Raises:
        Conflict: the draft is another by now.
    """
    if row.revision != revision:
        raise Conflict(
            f"The draft is at revision {row.revision}, not {revision}: somebody saved since.",
            hint="Read it again; keep yours as a copy if you need it.",
        )


def named(place: Place, name: str, about: str) -> Place:
    """A place with these words over its doors.

    Raises:
        Incorrect: the name is none, or is a key of the house's own words.
    """
    name, about = tidy(name), tidy(about)
    if not name or len(name) > MOST_NAME or _KEY.match(name):
        raise Incorrect(
            "name_key: this cannot be the name of a place.",
            hint=f"Write a name of 1 to {MOST_NAME} characters.",
        )
    if len(about) > MOST_ABOUT or _KEY.match(about):
        raise Incorrect("about_key: too long.", hint=f"At most {MOST_ABOUT} characters.")
    plain = {part: tuple(map(_plain, getattr(place, part))) for part in WORDED}
    return msgspec.structs.replace(place, name_key=name, about_key=about, **plain)


def _plain(part: Door | Building | PlacedModel) -> Door | Building | PlacedModel:
    """Nothing in its words turns or hides what others wrote."""
    fields = [name for name in WORDS if hasattr(part, name)]
    return msgspec.structs.replace(part, **{name: tidy(getattr(part, name)) for name in fields})


def shown_file(body: str) -> Place:
    """A version as visitors see it; where no list lets anybody in, operators look after it.

    Raises:
        Incorrect: another house wrote it.
    """
    place = read_file(body.encode())
    if is_by_name(place):
        return msgspec.structs.replace(place, visitors=(Role.OPERATOR,))
    return place


def empty_room(id: str) -> Place:
    """Four walls, a floor, a ceiling with beams, and a window to the garden."""
    wide, deep, high = 10.0, 8.0, 3.0
    wall = ("wall", "stone")
    sides = [
        (wall, (-wide / 2, 0.0, 0.0), (0.24, high, deep)),
        (wall, (wide / 2, 0.0, 0.0), (0.24, high, deep)),
        (wall, (0.0, 0.0, deep / 2), (wide + 0.24, high, 0.24)),
        (("glass", "garden"), (0.0, 0.0, -deep / 2), (wide, high, 0.1)),
    ]
    walls = tuple(
        Thing(kind=kind, variant=variant, position=at, size=size, blocks=Blocks.BOX)
        for (kind, variant), at, size in sides
    )
    floor = Thing(kind="floor", variant="oak", position=(0.0, -0.1, 0.0), size=(wide, 0.1, deep))
    ceiling = Thing(
        kind="ceiling", variant="beams", position=(0.0, high, 0.0), size=(wide + 0.4, 0.2, deep)
    )
    return Place(
        id=id,
        name_key="",
        about_key="",
        capacity=24,
        access=Access.ALL,
        sign=Sign.COUNT,
        sky="morning",
        exit="plaza",
        spawn=Spawn(position=(0.0, 0.0, 1.5), radius=0.8),
        bounds=(Box(center=(0.0, 0.0), size=(wide - 0.6, deep - 0.6)),),
        things=(floor, *walls, ceiling),
    )

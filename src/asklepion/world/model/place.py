"""What a place is: its ground, its things and its doors, as a place file describes them.

Metres, +Y up, right-handed; north is −Z and the sea lies south, at +Z. A yaw [rad] turns about +Y,
and with yaw 0 a person, a thing and a door face −Z, as a camera does.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from math import cos, pi, sin
from typing import TypeAlias

import msgspec

from asklepion.identity import Role

from .items import ItemState
from .rights import Part, Right

Vec2: TypeAlias = tuple[float, float]  # x, z
Vec3: TypeAlias = tuple[float, float, float]  # x, y, z


class _Described(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"
):
    """A shape that says in `kind` what it is."""


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a place file; a misspelled word in it is an error."""


class Circle(_Described, frozen=True, kw_only=True, tag="circle"):
    """A round piece of ground, level at `y`."""

    center: Vec2
    radius: float
    y: float = 0.0


class Box(_Described, frozen=True, kw_only=True, tag="box"):
    """A rectangle of ground. Its floor rises by `rise` on the way from its local −z to its +z."""

    center: Vec2
    size: Vec2
    yaw: float = 0.0
    y: float = 0.0
    rise: float = 0.0


Shape: TypeAlias = Circle | Box


class Access(StrEnum):
    """Who may enter: any signed-in person, the owner alone, or whom a gatekeeper lets in."""

    ALL = "all"
    OWNER = "owner"
    GUARDED = "guarded"


class Sign(StrEnum):
    """What a sign outside tells of those inside. Who sees a physician is nobody's business."""

    NAMES = "names"
    COUNT = "count"
    NOTHING = "nothing"


class Blocks(StrEnum):
    """Whether one walks through a thing, and the outline that stops one who tries."""

    NOTHING = ""
    BOX = "box"
    CIRCLE = "circle"


class Thing(_Part, frozen=True, kw_only=True):
    """Something that stands there: `position` its foot, `size` its width, height and depth."""

    kind: str
    position: Vec3
    size: Vec3
    yaw: float = 0.0
    id: str = ""
    variant: str = ""
    blocks: Blocks = Blocks.NOTHING
    footprint: Vec2 | None = None  # width and depth that block, where they differ from `size`


class Building(_Part, frozen=True, kw_only=True):
    """A house seen from outside; `kind` decides how it looks, `name_key` what its sign says."""

    id: str
    kind: str
    name_key: str
    about_key: str
    position: Vec3
    size: Vec3
    yaw: float = 0.0


class Door(_Part, frozen=True, kw_only=True):
    """A way to another place, or a closed one that says why. It faces whom it lets in."""

    id: str
    position: Vec3
    label_key: str
    to: str | None = None
    closed_reason_key: str = ""
    yaw: float = 0.0
    width: float = 2.0
    height: float = 2.6
    building: str = ""


class Anchor(_Part, frozen=True, kw_only=True):
    """A named spot where another room puts something: a hologram, a seat, a wall of cards."""

    id: str
    position: Vec3
    yaw: float = 0.0
    size: Vec3 = (0.0, 0.0, 0.0)


class Fixture(_Part, frozen=True, kw_only=True):
    """A loose thing that is here from the beginning; locked, it stays where it is."""

    id: str
    position: Vec3
    state: ItemState
    yaw: float = 0.0
    is_locked: bool = True


class Seat(_Part, frozen=True, kw_only=True):
    """A spot on a bench or a chair where one person may sit: the floor below, and the way."""

    id: str
    position: Vec3
    yaw: float


class Spawn(_Part, frozen=True, kw_only=True):
    """Where one appears who comes through no door."""

    position: Vec3
    radius: float
    yaw: float = 0.0


class Obstacle(_Part, frozen=True, kw_only=True):
    """An outline on the ground that nobody walks through, and how high it stands."""

    shape: Shape
    height: float


class Place(_Part, frozen=True, kw_only=True):
    """One place file. `obstacles` are made from what stands there, not written by hand."""

    id: str
    name_key: str
    about_key: str
    capacity: int
    access: Access
    sign: Sign
    sky: str
    spawn: Spawn
    bounds: tuple[Shape, ...]
    sea_y: float | None = None
    exit: str = ""  # where one is sent who must leave
    copies: int = 0  # that many places of this kind: id-1, id-2, …, each with a name of its own
    hosts: tuple[Role, ...] = ()  # roles of the house whose people are hosts here
    rights: dict[Part, tuple[Right, ...]] = {}  # where they differ from the usual
    is_stage: bool = False  # few speak and all hear, until a host ends it
    is_child_safe: bool = False  # only there does a child meet others
    doors: tuple[Door, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    buildings: tuple[Building, ...] = ()
    things: tuple[Thing, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    fixtures: tuple[Fixture, ...] = ()
    seats: tuple[Seat, ...] = ()  # made from what one can sit on, not written by hand


class Spot(_Part, frozen=True, kw_only=True):
    """A position to stand at and the way one faces there."""

    position: Vec3
    yaw: float = 0.0


ARRIVAL_M = 1.6  # how far before a door one appears who came through it


def in_front_of(door: Door, distance: float = ARRIVAL_M) -> Spot:
    """The spot before a door, facing away from it."""
    x, y, z = door.position
    return Spot(
        position=(x - distance * sin(door.yaw), y, z - distance * cos(door.yaw)), yaw=door.yaw
    )


def read_places(text: bytes) -> list[Place]:
    """The places that one file describes, each with its obstacles.

    Raises:
        msgspec.ValidationError: the file is no place file.
    """
    place = msgspec.json.decode(text, type=Place)
    seats = tuple(seats_of(place.things))
    place = msgspec.structs.replace(place, obstacles=_obstacles(place), seats=seats)
    if not place.copies:
        return [place]
    return [
        msgspec.structs.replace(
            place, id=f"{place.id}-{n}", name_key=f"{place.name_key}-{n}", copies=0
        )
        for n in range(1, place.copies + 1)
    ]


SEATED = {"bench": 0.65, "sofa": 0.75, "chair": 0.5, "armchair": 0.8}  # width of one [m]
FORWARD_M = 0.08  # one sits a little before the middle


def seats_of(things: Iterable[Thing]) -> Iterator[Seat]:
    """The seats of everything that one can sit on, from left to right."""
    counts: Counter[str] = Counter()
    for thing in things:
        if thing.kind not in SEATED:
            continue
        counts[thing.kind] += 1
        width, _, depth = thing.size
        is_deep = depth > width  # a bench along its z: one looks out over its long side
        yaw = thing.yaw + (pi / 2 if is_deep else 0.0)
        many = max(1, int(max(width, depth) // SEATED[thing.kind]))
        each = max(width, depth) / many
        for n in range(many):
            aside = (n + 0.5) * each - max(width, depth) / 2
            x, y, z = thing.position
            x += aside * cos(yaw) - FORWARD_M * sin(yaw)
            z += -aside * sin(yaw) - FORWARD_M * cos(yaw)
            id = f"{thing.kind}-{counts[thing.kind]}-{n + 1}"
            yield Seat(id=id, position=(round(x, 3), y, round(z, 3)), yaw=round(yaw, 3))


def _obstacles(place: Place) -> tuple[Obstacle, ...]:
    """The outlines of everything that stands in the way."""
    walls = [
        Obstacle(
            shape=Box(
                center=(house.position[0], house.position[2]),
                size=(house.size[0], house.size[2]),
                yaw=house.yaw,
            ),
            height=house.size[1],
        )
        for house in place.buildings
    ]
    return (*place.obstacles, *walls, *(_outline(t) for t in place.things if t.blocks))


def _outline(thing: Thing) -> Obstacle:
    width, depth = thing.footprint or (thing.size[0], thing.size[2])
    center = (thing.position[0], thing.position[2])
    round_one = Circle(center=center, radius=width / 2)
    boxed = Box(center=center, size=(width, depth), yaw=thing.yaw)
    return Obstacle(
        shape=round_one if thing.blocks is Blocks.CIRCLE else boxed, height=thing.size[1]
    )

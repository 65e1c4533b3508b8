"""What the anatomy files hand over: named surfaces in the template body, still at full detail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tools.anatomy.field import Solid
from tools.anatomy.nets import Mesh, Triangles, largest, mesh, thin
from tools.anatomy.sweep import merge, mirrored

Sex = Literal["female", "male"]


@dataclass(frozen=True)
class Part:
    """One named surface of the template body.

    The name begins with the code of its organ ("lungs.right.upper" belongs to "lungs").
    """

    name: str
    mesh: Mesh
    light: Triangles  # the triangles to bake, over points of the mesh
    sex: Sex | None = None  # whom it belongs to; None: everybody


def solid(name: str, body: Solid, step: float, count: int, sex: Sex | None = None) -> Part:
    """Mesh one connected solid and choose the triangles to bake."""
    return part(name, largest(mesh(body, step)), count, sex)


def part(name: str, whole: Mesh, count: int, sex: Sex | None = None) -> Part:
    """Choose a part's triangles to bake."""
    return Part(name, whole, thin(whole, count), sex)


def both(name: str, left: Mesh, count: int) -> list[Part]:
    """Make the left and the right one of a pair from the left one."""
    light = thin(left, count)
    return [
        Part(f"{name}.left", left, light),
        Part(f"{name}.right", mirrored(left), light[:, ::-1].copy()),
    ]


def pair(*left: Mesh) -> Mesh:
    """Put meshes and their mirror images into one."""
    one = merge(*left)
    return merge(one, mirrored(one))

"""Tubes along curves: vessels, ribs, gut, the long bones of hands and feet."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tools.anatomy.field import Points
from tools.anatomy.nets import Mesh


def curve(points: ArrayLike, count: int) -> Points:
    """Draw a smooth line through points: centripetal Catmull-Rom, evenly walked.

    Args:
        points: where it must pass, at least two.
        count: how many points to give back, ends included.
    """
    at = np.asarray(points, float)
    if len(at) == 2:
        return at[0] + np.linspace(0, 1, count)[:, None] * (at[1] - at[0])
    padded = np.concatenate([[2 * at[0] - at[1]], at, [2 * at[-1] - at[-2]]])
    knots = _walked(padded, 0.5)
    fine: list[Points] = []
    for i in range(1, len(padded) - 2):
        t = np.linspace(float(knots[i]), float(knots[i + 1]), 24, endpoint=False)[:, None]
        fine.append(_span(padded[i - 1 : i + 3], knots[i - 1 : i + 3], t))
    line = np.concatenate([*fine, at[-1:]])
    walked = _walked(line, 1.0)
    stops = np.linspace(0, float(walked[-1]), count)
    return np.stack([np.interp(stops, walked, line[:, k]) for k in range(3)], axis=1)


def _walked(line: Points, power: float) -> NDArray[np.float64]:
    """Sum the lengths of the steps along a line, each to this power, from zero."""
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
    walked = np.zeros(len(line))
    walked[1:] = np.cumsum(steps**power)
    return walked


def _span(p: Points, k: NDArray[np.float64], t: NDArray[np.float64]) -> Points:
    """Evaluate one span by Barry and Goldman's pyramid."""
    row = [p[i] for i in range(4)]
    for level in range(1, 4):
        row = [
            ((k[i + level] - t) * row[i] + (t - k[i]) * row[i + 1]) / (k[i + level] - k[i])
            for i in range(4 - level)
        ]
    return row[0]


def along(values: ArrayLike, count: int) -> NDArray[np.float64]:
    """Spread a few values evenly over a line of that many points."""
    few = np.atleast_1d(np.asarray(values, float))
    return np.interp(np.linspace(0, 1, count), np.linspace(0, 1, len(few)), few)


def sweep(
    line: Points,
    radii: ArrayLike,
    sides: int = 6,
    flat: float = 1.0,
    up: ArrayLike | None = None,
) -> Mesh:
    """Sweep a closed tube along a line.

    Args:
        line: the middle of the tube [m].
        radii: half its width [m], a few values spread along it.
        sides: corners of its section.
        flat: thickness over width of its section.
        up: the direction the section is thin in, where it is flat.
    """
    width = along(radii, len(line))
    ahead = np.gradient(line, axis=0)
    ahead /= np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-12)
    thin = _carry(ahead, None if up is None else np.asarray(up, float))
    wide = np.cross(ahead, thin)
    angle = 2 * np.pi * np.arange(sides) / sides
    ring = (
        np.cos(angle)[None, :, None] * wide[:, None]
        + flat * np.sin(angle)[None, :, None] * thin[:, None]
    )
    points = (line[:, None] + width[:, None, None] * ring).reshape(-1, 3)
    tips = np.array([line[0] - ahead[0] * width[0] * 0.5, line[-1] + ahead[-1] * width[-1] * 0.5])
    return Mesh(np.concatenate([points, tips]), _skin(len(line), sides))


def _carry(ahead: Points, up: NDArray[np.float64] | None) -> Points:
    """Give every point of a line a direction across it, turning as little as it can."""
    if up is not None:
        across = up - (ahead @ up)[:, None] * ahead
        return across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-12)
    start = np.eye(3)[int(np.argmin(np.abs(ahead[0])))]
    current = start - (start @ ahead[0]) * ahead[0]
    carried: list[Points] = []
    for direction in ahead:
        current = current - (current @ direction) * direction
        current = current / max(float(np.linalg.norm(current)), 1e-12)
        carried.append(current)
    return np.array(carried)


def _skin(rings: int, sides: int) -> NDArray[np.int64]:
    i, j = np.meshgrid(np.arange(rings - 1), np.arange(sides), indexing="ij")
    a = (i * sides + j).ravel()
    b = (i * sides + (j + 1) % sides).ravel()
    c, d = a + sides, b + sides
    side = np.arange(sides)
    first, last = rings * sides, rings * sides + 1
    end = (rings - 1) * sides
    return np.concatenate(
        [
            np.stack([a, d, b], axis=1),
            np.stack([a, c, d], axis=1),
            np.stack([np.full(sides, first), side, (side + 1) % sides], axis=1),
            np.stack([np.full(sides, last), end + (side + 1) % sides, end + side], axis=1),
        ]
    )


def sheet(upper: Points, lower: Points, rows: int, thickness: float, bulge: ArrayLike) -> Mesh:
    """Span a closed plate between two lines of as many points.

    Args:
        upper: one edge [m].
        lower: the other edge [m].
        rows: points from edge to edge.
        thickness: how thick the plate is in its middle [m].
        bulge: where its middle is pushed [m].
    """
    share = np.linspace(0, 1, rows)[None, :, None]
    hump = 4 * share * (1 - share)
    middle = upper[:, None] * (1 - share) + lower[:, None] * share + hump * np.asarray(bulge, float)
    slope, across = np.gradient(middle, axis=0), np.gradient(middle, axis=1)
    normal = np.cross(slope, across)
    normal /= np.maximum(np.linalg.norm(normal, axis=2, keepdims=True), 1e-12)
    edge = np.ones(middle.shape[:2])
    edge[[0, -1]], edge[:, [0, -1]] = 0.35, 0.35
    offset = normal * (edge * thickness / 2)[..., None]
    front = (middle + offset).reshape(-1, 3)
    back = (middle - offset).reshape(-1, 3)
    return Mesh(np.concatenate([front, back]), _plate(len(upper), rows))


def _plate(columns: int, rows: int) -> NDArray[np.int64]:
    place = np.arange(columns * rows).reshape(columns, rows)
    a, b = place[:-1, :-1].ravel(), place[:-1, 1:].ravel()
    c, d = place[1:, :-1].ravel(), place[1:, 1:].ravel()
    front = np.concatenate([np.stack([a, c, d], axis=1), np.stack([a, d, b], axis=1)])
    rim = np.concatenate([place[:, 0], place[-1, 1:], place[-2::-1, -1], place[0, -2:0:-1]])
    ahead = np.roll(rim, -1)
    under = columns * rows
    wall = np.concatenate(
        [
            np.stack([rim, rim + under, ahead + under], axis=1),
            np.stack([rim, ahead + under, ahead], axis=1),
        ]
    )
    return np.concatenate([front, front[:, ::-1] + under, wall])


def merge(*meshes: Mesh) -> Mesh:
    """Put meshes side by side into one."""
    starts = np.cumsum([0, *(len(m.points) for m in meshes[:-1])])
    return Mesh(
        np.concatenate([m.points for m in meshes]),
        np.concatenate([m.triangles + s for m, s in zip(meshes, starts, strict=True)]),
    )


def mirrored(mesh: Mesh) -> Mesh:
    """Reflect a mesh to the other side (x to -x), still facing outwards."""
    return Mesh(mesh.points * np.array([-1.0, 1.0, 1.0]), mesh.triangles[:, ::-1].copy())

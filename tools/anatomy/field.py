"""Bodies described by their distance: negative inside, positive outside [m].

A field takes points of shape (n, 3) and gives one distance each. Fields are joined, cut and
roughened here, and meshed in `nets`. The distances are good near the surface, which is all that
meshing needs; smooth joins make them a little too small elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike, NDArray

Points = NDArray[np.float64]
Distances = NDArray[np.float64]
Field = Callable[[Points], Distances]


@dataclass(frozen=True)
class Solid:
    """A field together with a box that surely holds its surface."""

    field: Field
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def __call__(self, points: Points) -> Distances:
        """Measure the distance of each point to the surface."""
        return self.field(points)


def vec(x: float, y: float, z: float) -> NDArray[np.float64]:
    """Write one point or direction."""
    return np.array([x, y, z], dtype=np.float64)


def turn(x: float = 0.0, y: float = 0.0, z: float = 0.0) -> NDArray[np.float64]:
    """Build the rotation by these angles [degrees] about x, then y, then z."""
    a, b, c = np.radians([x, y, z])
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return about_z @ about_y @ about_x


def ellipsoid(
    centre: ArrayLike, radii: ArrayLike, rotation: NDArray[np.float64] | None = None
) -> Solid:
    """Describe an ellipsoid; its own axes are the columns of the rotation."""
    middle, half = np.asarray(centre, float), np.asarray(radii, float)
    frame = np.eye(3) if rotation is None else rotation

    def field(points: Points) -> Distances:
        local = (points - middle) @ frame
        near = np.sqrt(local**2 @ half**-2.0)
        steep = np.sqrt(local**2 @ half**-4.0)
        return near * (near - 1.0) / np.maximum(steep, 1e-9)

    reach = np.sqrt(((frame * half) ** 2).sum(axis=1))
    return Solid(field, middle - reach, middle + reach)


def tube(points: ArrayLike, radii: ArrayLike, blend: float = 0.0) -> Solid:
    """Describe a round tube of changing radius along a chain of points."""
    chain = np.asarray(points, float)
    width = np.broadcast_to(np.asarray(radii, float), (len(chain),))

    def piece(a: Points, b: Points, ra: float, rb: float) -> Field:
        along = b - a
        square = max(float(along @ along), 1e-12)

        def field(at: Points) -> Distances:
            x, y, z = at[:, 0] - a[0], at[:, 1] - a[1], at[:, 2] - a[2]
            share = np.clip((x * along[0] + y * along[1] + z * along[2]) / square, 0.0, 1.0)
            x, y, z = x - share * along[0], y - share * along[1], z - share * along[2]
            return np.sqrt(x * x + y * y + z * z) - (ra + (rb - ra) * share)

        return field

    pieces = [
        piece(chain[i], chain[i + 1], float(width[i]), float(width[i + 1]))
        for i in range(len(chain) - 1)
    ]
    low = (chain - width[:, None]).min(axis=0) - blend
    high = (chain + width[:, None]).max(axis=0) + blend
    return Solid(lambda at: _join([f(at) for f in pieces], blend), low, high)


def union(*solids: Solid, blend: float = 0.0) -> Solid:
    """Join bodies; where they meet the seam is rounded over this length [m]."""
    low = np.min([s.low for s in solids], axis=0) - blend / 2
    high = np.max([s.high for s in solids], axis=0) + blend / 2
    return Solid(lambda at: _join([s(at) for s in solids], blend), low, high)


def without(solid: Solid, *others: Solid, blend: float = 0.0) -> Solid:
    """Take the others away from a body, rounding the new edge."""

    def field(at: Points) -> Distances:
        return reduce(lambda left, other: -_smooth(-left, other(at), blend), others, solid(at))

    return Solid(field, solid.low, solid.high)


def within(solid: Solid, *others: Field, blend: float = 0.0) -> Solid:
    """Keep what of a body also lies inside the others."""

    def field(at: Points) -> Distances:
        return reduce(lambda left, other: -_smooth(-left, -other(at), blend), others, solid(at))

    return Solid(field, solid.low, solid.high)


def swell(solid: Solid, by: float | Field) -> Solid:
    """Push the surface outwards by a length or by a field of lengths [m]."""
    if callable(by):
        return Solid(lambda at: solid(at) - by(at), solid.low - 0.006, solid.high + 0.006)
    return Solid(lambda at: solid(at) - by, solid.low - by, solid.high + by)


def half_space(point: ArrayLike, outwards: ArrayLike) -> Field:
    """Describe everything behind a plane."""
    origin, normal = np.asarray(point, float), np.asarray(outwards, float)
    normal = normal / np.linalg.norm(normal)
    return lambda at: (at - origin) @ normal


def mirrored(solid: Solid) -> Solid:
    """Reflect a body to the other side (x to -x)."""
    flip = np.array([-1.0, 1.0, 1.0])
    low, high = solid.low * flip, solid.high * flip
    return Solid(lambda at: solid(at * flip), np.minimum(low, high), np.maximum(low, high))


def _join(distances: Sequence[Distances], blend: float) -> Distances:
    return reduce(lambda left, right: _smooth(left, right, blend), distances)


def _smooth(left: Distances, right: Distances, blend: float) -> Distances:
    """Take the smaller of two distances, with a quadratic fillet of this width."""
    if blend <= 0:
        return np.minimum(left, right)
    near = np.maximum(blend - np.abs(left - right), 0.0) / blend
    return np.minimum(left, right) - near * near * blend / 4


def loft(
    levels: ArrayLike,
    half_width: ArrayLike,
    back: ArrayLike,
    front: ArrayLike,
    middle: ArrayLike = 0.0,
    roundness: float = 2.0,
) -> Solid:
    """Describe a body by its cross-sections at rising heights.

    Args:
        levels: heights y of the sections, rising [m].
        half_width: reach to either side at each level.
        back: z of the hindmost point at each level.
        front: z of the foremost point at each level.
        middle: x of the middle at each level.
        roundness: 2 for ellipses, more for squarer sections.
    """
    y = np.asarray(levels, float)
    wide, rear, fore, mid = (
        np.broadcast_to(np.asarray(v, float), y.shape) for v in (half_width, back, front, middle)
    )

    def field(at: Points) -> Distances:
        a = np.maximum(np.interp(at[:, 1], y, wide), 1e-4)
        b, f = np.interp(at[:, 1], y, rear), np.interp(at[:, 1], y, fore)
        c = np.maximum((f - b) / 2, 1e-4)
        u = np.abs(at[:, 0] - np.interp(at[:, 1], y, mid)) / a
        v = np.abs(at[:, 2] - (b + f) / 2) / c
        reach = (u**roundness + v**roundness) ** (1 / roundness)
        around = (reach - 1) * np.minimum(a, c)
        above = np.maximum(at[:, 1] - y[-1], y[0] - at[:, 1])
        return np.maximum(around, above)

    low = np.array([(mid - wide).min(), y[0], rear.min()])
    high = np.array([(mid + wide).max(), y[-1], fore.max()])
    return Solid(field, low, high)

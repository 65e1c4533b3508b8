"""Carry what was drawn inside the template body into another body."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tools.anatomy.body import Bodies, Standing
from tools.anatomy.field import Points

NEIGHBOURS_M = 0.035  # landmarks on the skin lie about this far apart
CHUNK = 512  # points carried at once: what still fits a processor's cache
STIFFNESS = 0.004  # how much a landmark may be missed for a smoother map


class Warp:
    """A smooth map of space that takes landmarks of one body to those of another.

    Source: thin-plate splines in space (kernel |r|), Bookstein, IEEE PAMI 1989;11:567-585.
    """

    def __init__(self, start: Points, end: Points) -> None:
        count = len(start)
        kernel = _apart(start, start) - STIFFNESS * np.eye(count)
        flat = np.concatenate([np.ones((count, 1)), start], axis=1)
        whole = np.block([[kernel, flat], [flat.T, np.zeros((4, 4))]])
        target = np.concatenate([end, np.zeros((4, 3))])
        self._weights = np.linalg.solve(whole, target)
        self._start = start

    def __call__(self, points: Points) -> Points:
        """Carry points over."""
        carried = np.empty_like(points)
        for i in range(0, len(points), CHUNK):
            some = points[i : i + CHUNK]
            flat = np.concatenate([np.ones((len(some), 1)), some], axis=1)
            near = np.concatenate([_apart(some, self._start), flat], axis=1)
            carried[i : i + CHUNK] = near @ self._weights
        return carried


def _apart(some: Points, others: Points) -> NDArray[np.float64]:
    """Measure the distance of each to each [m]."""
    square = (some**2).sum(axis=1)[:, None] + (others**2).sum(axis=1) - 2 * some @ others.T
    return np.sqrt(np.maximum(square, 0.0))


class Landmarks:
    """Where one body's landmarks are: the joints, and skin that lies close to bone.

    Breasts, bellies and buttocks are left out: what is under them does not grow with them.
    """

    def __init__(self, bodies: Bodies, template: Standing) -> None:
        self._skin = _spread(template.points, _firm(bodies, template))
        self._joints = [bone.name for bone in bodies.rig.bones if bone.parent >= 0]

    def of(self, body: Standing) -> Points:
        """Read the landmarks of a body [m]."""
        joints = np.array([body.joints[name] for name in self._joints])
        return np.concatenate([body.points[self._skin], joints])


def _firm(bodies: Bodies, template: Standing) -> NDArray[np.int64]:
    """Choose the points of the skin that follow the skeleton rather than soft tissue."""
    used = np.unique(bodies.skin)
    x, y, z = template.points[used].T
    torso = (np.abs(x) < 0.17) & (y > 0.8) & (y < 1.33)
    front = torso & (z > 0.07) & (np.abs(x) > 0.02)
    belly = torso & (z > 0.04) & (y < 1.13)
    seat = torso & (z < -0.03) & (y < 0.95)
    mouth = (np.abs(x) < 0.035) & (y > 1.46) & (y < 1.53) & (z > 0.05)
    return used[~(front | belly | seat | mouth)]


def _spread(points: Points, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    """Thin points out until none is closer than a few centimetres to another."""
    kept: list[int] = []
    for index in chosen.tolist():
        if not kept or np.linalg.norm(points[kept] - points[index], axis=1).min() > NEIGHBOURS_M:
            kept.append(index)
    return np.array(kept)

"""Make a mesh smaller, softer, and aware of its own hollows; numpy and the standard library."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Offer = tuple[float, int, int, int, int]  # cost, point gone, point kept, their stamps
Quadric = tuple[float, ...]  # the ten different numbers of a symmetric 4 by 4 matrix

BORDER = 40.0  # how much dearer it is to leave an open edge than a surface
FOLDED = 0.25  # cosine below which a triangle has turned over


class Simplifier:
    """Collapses edges onto one of their ends, cheapest first, so that points keep their numbers.

    Because no point moves, the triangles that remain fit every other shape of the same mesh.

    Source: Garland and Heckbert, SIGGRAPH 1997 (quadric error metrics).
    """

    def __init__(
        self,
        points: NDArray[np.float64],
        triangles: NDArray[np.int64],
        importance: NDArray[np.float64] | None = None,
    ) -> None:
        """Take in a mesh.

        Args:
            points: [m], shape (n, 3).
            triangles: shape (m, 3).
            importance: factor on the error of each point, shape (n,).
        """
        self._at = points.tolist()
        self._faces: dict[int, tuple[int, int, int]] = {
            i: (int(a), int(b), int(c)) for i, (a, b, c) in enumerate(triangles)
        }
        self._around: dict[int, set[int]] = defaultdict(set)
        for i, face in self._faces.items():
            for corner in face:
                self._around[corner].add(i)
        weight = np.ones(len(points)) if importance is None else importance
        self._quadrics = _quadrics(points, triangles, weight)
        self._stamp: dict[int, int] = defaultdict(int)
        self._heap: list[Offer] = []
        self._rest: set[int] = set(_open_points(triangles))
        for corner in list(self._around):
            self._offer(corner)

    def reduce(self, count: int) -> NDArray[np.int64]:
        """Collapse until at most `count` triangles are left (or no collapse is possible)."""
        while len(self._faces) > count and self._heap:
            _, gone, kept, was, now = heapq.heappop(self._heap)
            stale = self._stamp[gone] != was or self._stamp[kept] != now
            if stale or gone not in self._around or kept not in self._around:
                continue
            if self._may(gone, kept):
                self._collapse(gone, kept)
        return np.array(list(self._faces.values()), dtype=np.int64).reshape(-1, 3)

    def _neighbours(self, point: int) -> set[int]:
        return {c for i in self._around[point] for c in self._faces[i]} - {point}

    def _offer(self, point: int) -> None:
        x, y, z = self._at[point]
        for other in self._neighbours(point):
            u, v, w = self._at[other]
            both = tuple(
                a + b for a, b in zip(self._quadrics[point], self._quadrics[other], strict=True)
            )
            length = ((x - u) ** 2 + (y - v) ** 2 + (z - w) ** 2) * 1e-7  # ties: short ones first
            mine, theirs = self._stamp[point], self._stamp[other]
            cost = _error(both, u, v, w) + length
            heapq.heappush(self._heap, (cost, point, other, mine, theirs))
            cost = _error(both, x, y, z) + length
            heapq.heappush(self._heap, (cost, other, point, theirs, mine))

    def _may(self, gone: int, kept: int) -> bool:
        shared = self._around[gone] & self._around[kept]
        if gone in self._rest and (kept not in self._rest or len(shared) != 1):
            return False  # an open edge stays where it is
        if len(self._neighbours(gone) & self._neighbours(kept)) != len(shared):
            return False  # would pinch the surface
        for i in self._around[gone] - shared:
            before = _normal(*(self._at[c] for c in self._faces[i]))
            after = _normal(*(self._at[kept if c == gone else c] for c in self._faces[i]))
            if sum(a * b for a, b in zip(before, after, strict=True)) < FOLDED:
                return False
        return True

    def _collapse(self, gone: int, kept: int) -> None:
        for i in self._around.pop(gone):
            face = self._faces[i]
            if kept in face:
                for corner in face:
                    if corner != gone:
                        self._around[corner].discard(i)
                del self._faces[i]
            else:
                a, b, c = (kept if corner == gone else corner for corner in face)
                self._faces[i] = (a, b, c)
                self._around[kept].add(i)
        self._quadrics[kept] = tuple(
            a + b for a, b in zip(self._quadrics[kept], self._quadrics[gone], strict=True)
        )
        self._stamp[kept] += 1
        self._offer(kept)


def _quadrics(
    points: NDArray[np.float64], triangles: NDArray[np.int64], weight: NDArray[np.float64]
) -> dict[int, Quadric]:
    a, b, c = (points[triangles[:, k]] for k in range(3))
    across = np.cross(b - a, c - a)
    double = np.linalg.norm(across, axis=1, keepdims=True)
    n = across / np.maximum(double, 1e-15)
    planes = np.concatenate([n, -(n * a).sum(axis=1, keepdims=True)], axis=1)
    total = np.zeros((len(points), 10))
    rows, cols = np.triu_indices(4)
    share = planes[:, rows] * planes[:, cols] * double
    for k in range(3):
        np.add.at(total, triangles[:, k], share)
    for i, j, face in _open_edges(triangles):
        along = points[j] - points[i]
        wall = np.cross(along, n[face])
        wall /= max(float(np.linalg.norm(wall)), 1e-12)
        plane = np.array([*wall, -float(wall @ points[i])])
        extra = BORDER * plane[rows] * plane[cols] * float(along @ along)
        total[[i, j]] += extra
    total *= weight[:, None]
    return {i: tuple(total[i].tolist()) for i in np.unique(triangles)}


def _error(q: Quadric, x: float, y: float, z: float) -> float:
    return (
        q[0] * x * x
        + q[4] * y * y
        + q[7] * z * z
        + 2 * (q[1] * x * y + q[2] * x * z + q[5] * y * z + q[3] * x + q[6] * y + q[8] * z)
        + q[9]
    )


def _normal(a: list[float], b: list[float], c: list[float]) -> tuple[float, float, float]:
    ux, uy, uz = b[0] - a[0], b[1] - a[1], b[2] - a[2]
    vx, vy, vz = c[0] - a[0], c[1] - a[1], c[2] - a[2]
    nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
    size = (nx * nx + ny * ny + nz * nz) ** 0.5 or 1e-15
    return nx / size, ny / size, nz / size


def _open_edges(triangles: NDArray[np.int64]) -> Iterable[tuple[int, int, int]]:
    """Edges with a face on one side only, as that face runs along them: (from, to, face)."""
    runs = {(int(t[k]), int(t[(k + 1) % 3])): i for i, t in enumerate(triangles) for k in range(3)}
    for (i, j), face in runs.items():
        if (j, i) not in runs:
            yield i, j, face


def _open_points(triangles: NDArray[np.int64]) -> Iterable[int]:
    return {i for i, j, _ in _open_edges(triangles) for i in (i, j)}


def rims(triangles: NDArray[np.int64]) -> list[list[int]]:
    """The closed loops of open edges, each in the direction its faces run."""
    after = {i: j for i, j, _ in _open_edges(triangles)}
    loops: list[list[int]] = []
    while after:
        start, here = after.popitem()
        loop = [start]
        while here != start and here in after:
            loop.append(here)
            here = after.pop(here)
        loops.append(loop)
    return loops


@dataclass(frozen=True)
class Clean:
    """A clean cut through a mesh: what stays, and which points slide onto the line."""

    triangles: NDArray[np.int64]
    points: NDArray[np.int64]  # those that slide
    towards: NDArray[np.int64]  # the neighbour each slides to
    share: NDArray[np.float64]  # and how far

    def apply(self, at: NDArray[np.float64]) -> NDArray[np.float64]:
        """The same cut on another shape of the mesh: its points, the edge ones moved."""
        moved = at.copy()
        here, there = at[self.points], at[self.towards]
        moved[self.points] = here + (there - here) * self.share[:, None]
        return moved


def cut(triangles: NDArray[np.int64], field: NDArray[np.float64]) -> Clean:
    """Cut away what lies above zero of a field over the points.

    The nearer end of every crossed edge slides to the crossing, so that no triangle is crossed
    any more and the number of points stays as it was.
    """
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    edges = np.concatenate([edges, edges[:, ::-1]])
    a, b = field[edges[:, 0]], field[edges[:, 1]]
    crossed = (a > 0) != (b > 0)
    share = np.where(crossed, a / np.where(crossed, a - b, 1), 1.0)
    near = crossed & (share <= 0.5)
    here, there, share = edges[near, 0], edges[near, 1], share[near]
    order = np.argsort(share, kind="stable")
    points, first = np.unique(here[order], return_index=True)
    level = field.copy()
    level[points] = 0
    kept = (level[triangles] <= 0).all(axis=1) & (level[triangles] < 0).any(axis=1)
    chosen = order[first]
    return Clean(triangles[kept], points, there[chosen], share[chosen])


class Web:
    """Which points are joined by an edge: for smoothing and for finding hollows."""

    def __init__(self, triangles: NDArray[np.int64]) -> None:
        edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
        edges = np.unique(np.sort(edges, axis=1), axis=0)
        here = np.concatenate([edges[:, 0], edges[:, 1]])
        there = np.concatenate([edges[:, 1], edges[:, 0]])
        order = np.argsort(here, kind="stable")
        self._joined, self._starts, many = np.unique(
            here[order], return_index=True, return_counts=True
        )
        self._to, self._many = there[order], many[:, None]

    def mean(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The mean of each point's neighbours, shape of `values` (n, k)."""
        found = values.copy()
        sums = np.add.reduceat(values[self._to], self._starts, axis=0)
        found[self._joined] = sums / self._many
        return found

    def smooth(
        self, values: NDArray[np.float64], rounds: int, share: NDArray[np.float64] | float = 0.5
    ) -> NDArray[np.float64]:
        """Move each value towards its neighbours' mean; `share` 0 leaves a point in place."""
        part = share[self._joined, None] if isinstance(share, np.ndarray) else share
        values = values.copy()
        for _ in range(rounds):
            here = values[self._joined]
            sums = np.add.reduceat(values[self._to], self._starts, axis=0)
            values[self._joined] = here + part * (sums / self._many - here)
        return values

    def hollows(
        self, points: NDArray[np.float64], normals: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """How deep each point lies beneath the surface smoothed around it, [m], shape (n,).

        Positive in creases and sockets, negative on ridges: light that the surface itself
        takes away.
        """
        deep = np.zeros(len(points))
        soft = points
        for rounds in (4, 12, 30):
            soft = self.smooth(soft, rounds)
            deep += ((soft - points) * normals).sum(axis=1)
        return deep

"""Surface nets: a mesh from a field of distances, and fewer triangles of the same shape."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from operator import add

import numpy as np
from numpy.typing import NDArray

from tools.anatomy.field import Points, Solid

Triangles = NDArray[np.int64]

BLOCK = 5  # cells along the edge of a block that is measured finely or not at all


@dataclass(frozen=True)
class Mesh:
    """Points [m] and the triangles between them, anticlockwise seen from outside."""

    points: Points
    triangles: Triangles


def mesh(solid: Solid, step: float) -> Mesh:
    """Mesh the surface of a solid with one point per grid cell that it crosses.

    Args:
        solid: what to mesh; its box must hold the surface.
        step: edge of a grid cell [m].

    Source: naive surface nets after Gibson, MICCAI 1998, LNCS 1496:888-898.
    """
    low = solid.low - 2 * step
    size = np.ceil((solid.high - low) / step).astype(int) + 3
    value = _sample(solid, low, size, step)
    points, cell = _points(value)
    return Mesh(low + step * points, _triangles(value, cell))


def _sample(
    solid: Solid, low: NDArray[np.float64], size: NDArray[np.int64], step: float
) -> NDArray[np.float64]:
    """Measure the grid: coarsely everywhere, finely only where the surface may pass."""
    blocks = -(-size // BLOCK)
    middles = np.argwhere(np.ones(blocks, dtype=bool))
    rough = solid(low + step * (middles * BLOCK + (BLOCK - 1) / 2))
    near = np.abs(rough) < 1.7 * step * BLOCK  # twice what a true distance would need
    inner = np.argwhere(np.ones([BLOCK] * 3, dtype=bool))
    fine = (middles[near][:, None] * BLOCK + inner[None]).reshape(-1, 3)
    value = np.repeat(rough, BLOCK**3).reshape(*blocks, BLOCK, BLOCK, BLOCK)
    value = value.transpose(0, 3, 1, 4, 2, 5).reshape(blocks * BLOCK)
    value[tuple(fine.T)] = solid(low + step * fine)
    return value[: size[0], : size[1], : size[2]]


def _points(value: NDArray[np.float64]) -> tuple[Points, NDArray[np.int64]]:
    """Place one point in every crossed cell: the mean of where its edges are crossed."""
    n = np.array(value.shape) - 1
    total = np.zeros((*n, 3))
    count = np.zeros(n)
    for axis in range(3):
        others = [k for k in range(3) if k != axis]
        for i in (0, 1):
            for j in (0, 1):
                cut = [slice(None)] * 3
                cut[others[0]], cut[others[1]] = (
                    slice(i, n[others[0]] + i),
                    slice(j, n[others[1]] + j),
                )
                ahead = cut.copy()
                cut[axis], ahead[axis] = slice(0, n[axis]), slice(1, n[axis] + 1)
                a, b = value[tuple(cut)], value[tuple(ahead)]
                crossed = (a < 0) != (b < 0)
                share = np.where(crossed, a / np.where(crossed, a - b, 1.0), 0.0)
                total[..., axis] += share
                total[..., others[0]] += crossed * i
                total[..., others[1]] += crossed * j
                count += crossed
    held = count > 0
    cell = np.full(n, -1, dtype=np.int64)
    cell[held] = np.arange(int(held.sum()))
    return np.argwhere(held) + total[held] / count[held][:, None], cell


def _triangles(value: NDArray[np.float64], cell: NDArray[np.int64]) -> Triangles:
    """Span two triangles between the four cells around every crossed grid edge."""
    found: list[Triangles] = []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        inner = [slice(1, -1)] * 3
        inner[axis] = slice(0, -1)
        ahead = inner.copy()
        ahead[axis] = slice(1, None)
        a, b = value[tuple(inner)], value[tuple(ahead)]
        at = np.argwhere((a < 0) != (b < 0))
        rising = (a < 0)[tuple(at.T)]
        at[:, u] += 1
        at[:, v] += 1
        unit = np.eye(3, dtype=np.int64)
        corners = [
            cell[tuple((at - du * unit[u] - dv * unit[v]).T)]
            for du, dv in ((1, 1), (0, 1), (0, 0), (1, 0))
        ]
        quad = np.stack(corners, axis=1)
        quad[~rising] = quad[~rising][:, ::-1]
        found += [quad[:, [0, 1, 2]], quad[:, [0, 2, 3]]]
    return np.concatenate(found)


def largest(whole: Mesh) -> Mesh:
    """Keep the largest connected piece; slivers that a cut left over go."""
    label = np.arange(len(whole.points))
    while True:
        least = label[whole.triangles].min(axis=1)
        before = label.copy()
        for k in range(3):
            np.minimum.at(label, whole.triangles[:, k], least)
        label = label[label]
        if (label == before).all():
            break
    of = label[whole.triangles[:, 0]]
    return Mesh(whole.points, whole.triangles[of == np.bincount(of).argmax()])


def thin(whole: Mesh, count: int, weight: NDArray[np.float64] | None = None) -> Triangles:
    """Choose fewer triangles over a part of the same points.

    Edges are collapsed onto one of their ends, cheapest first, so what is left are points of the
    mesh itself: their normals, and where another shape of the same mesh puts them, stay good.

    Args:
        whole: the mesh.
        count: how many triangles to leave.
        weight: how dear an error at each point is (default: the same everywhere).

    Source: quadric error metrics, Garland and Heckbert, SIGGRAPH 1997, 209-216.
    """
    return _Thinning(whole, weight).until(count)


class _Thinning:
    def __init__(self, whole: Mesh, weight: NDArray[np.float64] | None) -> None:
        self.points: list[tuple[float, float, float]] = [tuple(p) for p in whole.points.tolist()]
        self.faces: list[list[int] | None] = whole.triangles.tolist()
        self.around: list[set[int]] = [set() for _ in self.points]
        for index, face in enumerate(self.faces):
            assert face is not None
            for corner in face:
                self.around[corner].add(index)
        self.quadrics = _quadrics(whole, weight).tolist()
        self.version = [0] * len(self.points)
        self.queue: list[tuple[float, int, int, int, int]] = []
        edges = np.concatenate([whole.triangles[:, [a, b]] for a, b in ((0, 1), (1, 2), (2, 0))])
        for a, b in np.unique(np.sort(edges, axis=1), axis=0).tolist():
            self._offer(a, b)

    def until(self, count: int) -> Triangles:
        left = len(self.faces)
        while left > count and self.queue:
            _, gone, kept, seen_gone, seen_kept = heapq.heappop(self.queue)
            if seen_gone == self.version[gone] and seen_kept == self.version[kept]:
                left -= self._collapse(gone, kept)
        return np.array([face for face in self.faces if face is not None], dtype=np.int64)

    def _offer(self, a: int, b: int) -> None:
        q = list(map(add, self.quadrics[a], self.quadrics[b]))
        onto_a, onto_b = _error(q, self.points[a]), _error(q, self.points[b])
        gone, kept, error = (b, a, onto_a) if onto_a <= onto_b else (a, b, onto_b)
        heapq.heappush(self.queue, (error, gone, kept, self.version[gone], self.version[kept]))

    def _near(self, point: int) -> set[int]:
        faces = (self.faces[index] for index in self.around[point])
        return {corner for face in faces if face for corner in face} - {point}

    def _collapse(self, gone: int, kept: int) -> int:
        """Move one end of an edge onto the other; tell how many triangles went."""
        shared = self.around[gone] & self.around[kept]
        moving = self.around[gone] - shared
        if len(self._near(gone) & self._near(kept)) != len(shared) or self._flips(
            moving, gone, kept
        ):
            return 0
        for index in shared:
            face = self.faces[index]
            assert face is not None
            for corner in face:
                self.around[corner].discard(index)
            self.faces[index] = None
        for index in moving:
            face = self.faces[index]
            assert face is not None
            self.faces[index] = [kept if corner == gone else corner for corner in face]
            self.around[kept].add(index)
        self.around[gone] = set()
        self.version[gone] += 1
        self.version[kept] += 1
        self.quadrics[kept] = list(map(add, self.quadrics[kept], self.quadrics[gone]))
        for other in sorted(self._near(kept)):
            self._offer(kept, other)
        return len(shared)

    def _flips(self, moving: set[int], gone: int, kept: int) -> bool:
        """Whether a triangle would turn over or become a sliver."""
        px, py, pz = self.points[kept]
        for index in moving:
            face = self.faces[index]
            assert face is not None
            k = face.index(gone)
            a, b = self.points[face[k - 2]], self.points[face[k - 1]]
            before = _across(self.points[gone], a, b)
            after = _across((px, py, pz), a, b)
            dot = before[0] * after[0] + before[1] * after[1] + before[2] * after[2]
            old = before[0] ** 2 + before[1] ** 2 + before[2] ** 2
            new = after[0] ** 2 + after[1] ** 2 + after[2] ** 2
            if dot <= 0.25 * (old * new) ** 0.5:
                return True
        return False


def _across(
    p: tuple[float, float, float], a: tuple[float, float, float], b: tuple[float, float, float]
) -> tuple[float, float, float]:
    ux, uy, uz = a[0] - p[0], a[1] - p[1], a[2] - p[2]
    vx, vy, vz = b[0] - p[0], b[1] - p[1], b[2] - p[2]
    return uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx


def _quadrics(whole: Mesh, weight: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Sum, at each point, the ten numbers of the squared distances to its planes."""
    a, b, c = (whole.points[whole.triangles[:, k]] for k in range(3))
    across = np.cross(b - a, c - a)
    area = np.linalg.norm(across, axis=1)
    normal = across / np.maximum(area, 1e-15)[:, None]
    plane = np.concatenate([normal, -(normal * a).sum(axis=1, keepdims=True)], axis=1)
    rows, columns = np.triu_indices(4)
    products = plane[:, rows] * plane[:, columns] * area[:, None]
    total = np.zeros((len(whole.points), 10))
    for k in range(3):
        np.add.at(total, whole.triangles[:, k], products)
    return total if weight is None else total * weight[:, None]


def _error(q: list[float], p: tuple[float, float, float]) -> float:
    """Sum the squared distances of a point to the planes of a quadric."""
    xx, xy, xz, x1, yy, yz, y1, zz, z1, one = q
    x, y, z = p
    return (
        x * (xx * x + 2 * (xy * y + xz * z + x1))
        + y * (yy * y + 2 * (yz * z + y1))
        + z * (zz * z + 2 * z1)
        + one
    )

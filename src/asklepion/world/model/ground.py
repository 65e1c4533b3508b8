"""Where one can stand and walk, for many people at once."""

from math import ceil, hypot

import numpy as np
from numpy.typing import NDArray

from .place import Box, Circle, Place, Shape

Metres = NDArray[np.float64]
Truths = NDArray[np.bool_]

GRAZE_M = (
    0.2  # outlines are smaller by this: bodies keep 0.3 m away, but a pose every 50 ms cuts corners
)
REACH_M = 0.1  # the ground is wider by this, for the same reason
CALM_M = 0.5  # a step that is no longer than this, from a calm cell, needs no further thought
CELL_M = 0.5
SAMPLES = np.linspace(0.0, 1.0, 9)  # points of a jump that must lie on the ground


class Ground:
    """The ground of one place. Its methods take and give arrays of shape (n,), but for `calm`."""

    def __init__(self, place: Place, *, graze: float = GRAZE_M) -> None:
        self._bounds = place.bounds
        boxes = [(o.shape, o.height) for o in place.obstacles if isinstance(o.shape, Box)]
        rounds = [(o.shape, o.height) for o in place.obstacles if isinstance(o.shape, Circle)]
        self._boxes = _Boxes([box for box, _ in boxes], [height for _, height in boxes], graze)
        self._rounds = _Rounds([r for r, _ in rounds], [height for _, height in rounds], graze)
        self._place = place
        self._calm: dict[tuple[int, int], float] | None = None

    def calm(self, x: float, z: float) -> float | None:
        """The height of the floor where it is level and nothing stands near; None anywhere else.

        From there every step of up to CALM_M ends on the same floor and meets nothing. Most steps
        are such steps, and one look here is all they cost.
        """
        return self.survey().get((int(x // CELL_M), int(z // CELL_M)))

    def survey(self) -> dict[tuple[int, int], float]:
        """Find the calm cells; a large place takes some tenths of a second, once."""
        if self._calm is None:
            self._calm = self._find_calm()
        return self._calm

    def _find_calm(self) -> dict[tuple[int, int], float]:
        far = max(max(map(abs, s.center)) + _extent(s) for s in self._bounds)
        line = np.arange(-ceil(far / CELL_M), ceil(far / CELL_M) + 1)
        column, row = (cells.ravel() for cells in np.meshgrid(line, line))
        x, z = (np.asarray((cells + 0.5) * CELL_M, np.float64) for cells in (column, row))
        margin = CALM_M + CELL_M  # from the middle of a cell to where such a step may end
        level = np.full(x.shape, np.nan)
        for shape in self._bounds:
            level[_within(shape, x, z, margin)[0]] = (
                np.nan
            )  # where its edge is near, we do not know
            if isinstance(shape, Circle) or not shape.rise:
                level[_within(shape, x, z, -margin)[0]] = shape.y
        flat = np.flatnonzero(~np.isnan(level))
        grown = Ground(self._place, graze=-margin)
        is_near = grown.is_blocked(x[flat], z[flat], x[flat], z[flat], 0.0)
        calm = flat[~is_near]
        cells = zip(column[calm].tolist(), row[calm].tolist(), strict=True)
        return dict(zip(cells, level[calm].tolist(), strict=True))

    def floor(self, x: Metres, z: Metres) -> Metres:
        """The height of the floor, NaN where there is none. Of two floors the later counts."""
        height = np.full(x.shape, np.nan)
        for shape in self._bounds:
            within, level = _within(shape, x, z, REACH_M)
            height = np.where(within, level, height)
        return height

    def is_free(self, x: Metres, z: Metres) -> Truths:
        """Whether there is a floor and nothing stands on it."""
        return ~np.isnan(self.floor(x, z)) & ~self.is_blocked(x, z, x, z, 0.0)

    def is_blocked(self, x0: Metres, z0: Metres, x1: Metres, z1: Metres, over: float) -> Truths:
        """Whether anything higher than `over` [m] lies on the straight way from 0 to 1.

        What one already stands in does not count, so nobody is ever stuck.
        """
        boxes = self._boxes.are_hit(x0, z0, x1, z1, over)
        return np.logical_or(boxes, self._rounds.are_hit(x0, z0, x1, z1, over))

    def is_floored(self, x0: Metres, z0: Metres, x1: Metres, z1: Metres) -> Truths:
        """Whether there is a floor all along the way from 0 to 1."""
        x = x0[:, None] + (x1 - x0)[:, None] * SAMPLES
        z = z0[:, None] + (z1 - z0)[:, None] * SAMPLES
        return np.logical_and.reduce(~np.isnan(self.floor(x, z)), axis=1)


def _extent(shape: Shape) -> float:
    """How far a shape reaches from its center, at most."""
    return shape.radius if isinstance(shape, Circle) else hypot(*shape.size) / 2


def _within(shape: Shape, x: Metres, z: Metres, reach: float) -> tuple[Truths, Metres | float]:
    """Whether points lie in a piece of ground made wider by `reach`, and how high it is there."""
    dx, dz = x - shape.center[0], z - shape.center[1]
    if isinstance(shape, Circle):
        return np.hypot(dx, dz) <= shape.radius + reach, shape.y
    across, along = _turned(dx, dz, shape.yaw)
    half_w, half_d = shape.size[0] / 2 + reach, shape.size[1] / 2 + reach
    share = np.clip(along / shape.size[1] + 0.5, 0.0, 1.0)
    return (abs(across) <= half_w) & (abs(along) <= half_d), shape.y + shape.rise * share


def _turned(dx: Metres, dz: Metres, yaw: float | Metres) -> tuple[Metres, Metres]:
    """World offsets in the axes of something turned by `yaw`."""
    return dx * np.cos(yaw) - dz * np.sin(yaw), dx * np.sin(yaw) + dz * np.cos(yaw)


class _Boxes:
    """Many turned rectangles as arrays of shape (m,)."""

    def __init__(self, boxes: list[Box], heights: list[float], graze: float) -> None:
        self._x = np.array([b.center[0] for b in boxes])
        self._z = np.array([b.center[1] for b in boxes])
        self._yaw = np.array([b.yaw for b in boxes])
        self._half_w = np.array([max(b.size[0] / 2 - graze, 0.02) for b in boxes])
        self._half_d = np.array([max(b.size[1] / 2 - graze, 0.02) for b in boxes])
        self._height = np.array(heights)

    def are_hit(self, x0: Metres, z0: Metres, x1: Metres, z1: Metres, over: float) -> Truths:
        """Clip every way against every rectangle's two pairs of sides."""
        if not len(self._x):
            return np.zeros(x0.shape, bool)
        a0, b0 = _turned(x0[:, None] - self._x, z0[:, None] - self._z, self._yaw)
        a1, b1 = _turned(x1[:, None] - self._x, z1[:, None] - self._z, self._yaw)
        enters_a, leaves_a = _between(a0, a1, self._half_w)
        enters_b, leaves_b = _between(b0, b1, self._half_d)
        enters, leaves = np.maximum(enters_a, enters_b), np.minimum(leaves_a, leaves_b)
        hit = (enters <= leaves) & (enters <= 1.0) & (leaves >= 0.0) & (self._height > over)
        is_way = (x0 != x1) | (z0 != z1)
        inside = (abs(a0) <= self._half_w) & (abs(b0) <= self._half_d) & is_way[:, None]
        return np.logical_or.reduce(hit & ~inside, axis=1)


def _between(start: Metres, end: Metres, half: Metres) -> tuple[Metres, Metres]:
    """When, on the way from start (0) to end (1), one is within ±half: from, until."""
    way = end - start
    still = abs(way) < 1e-9
    step = np.where(still, 1.0, way)
    first, second = (-half - start) / step, (half - start) / step
    within = abs(start) <= half
    enters = np.where(still, np.where(within, -np.inf, np.inf), np.minimum(first, second))
    leaves = np.where(still, np.where(within, np.inf, -np.inf), np.maximum(first, second))
    return enters, leaves


class _Rounds:
    """Many circles as arrays of shape (m,)."""

    def __init__(self, rounds: list[Circle], heights: list[float], graze: float) -> None:
        self._x = np.array([r.center[0] for r in rounds])
        self._z = np.array([r.center[1] for r in rounds])
        self._radius = np.array([max(r.radius - graze, 0.02) for r in rounds])
        self._height = np.array(heights)

    def are_hit(self, x0: Metres, z0: Metres, x1: Metres, z1: Metres, over: float) -> Truths:
        """Whether the nearest point of every way lies in a circle."""
        if not len(self._x):
            return np.zeros(x0.shape, bool)
        from_x, from_z = self._x - x0[:, None], self._z - z0[:, None]
        way_x, way_z = (x1 - x0)[:, None], (z1 - z0)[:, None]
        length_2 = way_x * way_x + way_z * way_z
        share = (from_x * way_x + from_z * way_z) / np.where(length_2 == 0.0, 1.0, length_2)
        share = np.clip(share, 0.0, 1.0)
        gap_x, gap_z = from_x - share * way_x, from_z - share * way_z
        radius_2 = self._radius * self._radius
        hit = (gap_x * gap_x + gap_z * gap_z < radius_2) & (self._height > over)
        inside = (from_x * from_x + from_z * from_z < radius_2) & (length_2 > 0.0)
        return np.logical_or.reduce(hit & ~inside, axis=1)

"""Hair as a shell around the head: a hairline, a thickness, and a length for every direction."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from tools.figure import Figure, landmarks, linear
from tools.gltf import Skinned
from tools.makehuman import Faces, Points, normals, triangles

COLUMNS, ROWS = 32, 12
DROP = 96.0  # degrees from the crown at which hair leaves the head and hangs
Grid = NDArray[np.float64]  # one value per row and column of the shell


class Knot(StrEnum):
    """What long hair is tied into."""

    NONE = "none"
    BUN = "bun"
    TAIL = "tail"


@dataclass(frozen=True, kw_only=True)
class Style:
    """A hair style; angles in degrees from the crown, lengths in metres."""

    brow: float = 53.0  # where the hair begins over the forehead
    temple: float = 68.0
    side: float = 100.0  # in front of the ears
    nape: float = 120.0
    top: float = 0.024  # thickness
    flank: float = 0.013
    back: float = 0.018
    hang: float = 0.0  # how far it hangs below the ears
    open: float = 62.0  # width of the face left free on each side when it hangs
    part: float = 0.0  # where it is parted, degrees to the left
    curls: float = 0.0  # [m]
    sleek: float = 0.35  # how much its strands show
    bald: float = 0.0  # degrees around the crown without hair
    knot: Knot = Knot.NONE


class Shell:
    """The hair of one figure at one density."""

    fewest_rows = 6

    def __init__(self, figure: Figure, style: Style, faces: Faces, *, detail: float = 1.0) -> None:
        self.figure, self.style = figure, style
        self._columns = max(12, round(COLUMNS * detail))
        self._rows = max(self.fewest_rows, round(ROWS * detail))
        marks = landmarks(figure)
        self.centre = marks.between + np.array([0, 0.012, -0.083])
        self._turn = (np.arange(self._columns) / self._columns * 2 - 1) * 180
        head = figure.mannequin.of("Head", "Neck")
        self._head = figure.points[triangles(faces[head[faces].all(axis=1)])]

    def pieces(self, colour: str) -> list[Skinned]:
        """The hair as drawable pieces."""
        found = [self._cap(colour)]
        if self.style.knot is not Knot.NONE:
            found.append(self._tied(colour))
        return found

    def covers(self, points: Points) -> NDArray[np.float64]:
        """How much of each point of the scalp lies under hair, 0..1."""
        off = points - self.centre
        size = np.linalg.norm(off, axis=1)
        down = np.degrees(np.arccos(np.clip(off[:, 1] / np.maximum(size, 1e-9), -1, 1)))
        turn = np.degrees(np.arctan2(off[:, 0], off[:, 2]))
        edge = self._line(turn)
        under = np.clip((edge - down) / 5, 0, 1) * np.clip((down - self.style.bald) / 8, 0, 1)
        return np.where(self.figure.mannequin.of("Head", "Neck") & (size < 0.19), under, 0)

    def _line(self, turn: NDArray[np.float64]) -> NDArray[np.float64]:
        """How far from the crown the hairline lies, at each turn from the front [degrees]."""
        s = self.style
        at = np.abs(turn)
        nodes = [0, 26, 42, 60, 76, 96, 124, 180]
        edge = [s.brow, s.brow + 3, s.temple, s.side - 8, s.side, s.side + 2, s.nape, s.nape]
        return np.asarray(np.interp(at, nodes, edge), dtype=np.float64)

    def _thickness(self, down: Grid, turn: Grid) -> Grid:
        s = self.style
        crown = np.clip(1 - down / 75, 0, 1)
        side = np.clip(1 - np.abs(np.abs(turn) - 90) / 70, 0, 1)
        rear = np.clip((np.abs(turn) - 110) / 50, 0, 1)
        low = s.flank * side + s.back * np.clip(1 - side, 0, 1) * rear
        low = low + s.top * 0.8 * np.clip(1 - side, 0, 1) * (1 - rear)
        thick = low * (1 - crown) + s.top * crown
        if s.part:
            away = np.clip(np.abs((turn - s.part + 180) % 360 - 180) / 26, 0, 1)
            front = np.clip(1 - np.abs(turn) / 100, 0, 1) * np.clip(1 - down / 62, 0, 1)
            thick = thick * (1 - 0.55 * (1 - away) * front)
        return np.asarray(thick)

    def _radius(self, away: Points) -> Grid:
        """How far the skull reaches in each direction, filled in from beside where it is open."""
        rows, columns = away.shape[:2]
        hits = _cast(self.centre, away.reshape(-1, 3), self._head).reshape(rows, columns)
        for _ in range(rows + columns):
            if np.isfinite(hits).all():
                break
            near = [np.roll(hits, 1, axis=1), np.roll(hits, -1, axis=1)]
            near.append(np.concatenate([hits[:1], hits[:-1]]))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)  # a mean of nothing stays nan
                hits = np.where(np.isfinite(hits), hits, np.nanmean(near, axis=0))
        return hits

    def _grid(self) -> tuple[Points, Grid, Grid]:
        """Points of the shell, rows from crown to tip; how far along each lies, and hangs [m]."""
        s = self.style
        turn = np.tile(self._turn, (self._rows, 1))
        hang = np.clip((np.abs(turn) - s.open) / 26, 0, 1) * s.hang
        edge = self._line(self._turn)[None, :]
        drop_at = np.where(hang > 0, np.minimum(DROP, edge + 30 * hang / max(s.hang, 1e-9)), edge)
        arc = drop_at * np.pi / 180 * 0.105  # length of the way over the head [m]
        along = (np.arange(self._rows)[:, None] / (self._rows - 1)) ** 0.92
        way = along * (arc + hang)
        down = np.minimum(way / arc, 1) * drop_at
        fall = np.maximum(way - arc, 0)
        away = _away(turn, down)
        radius = self._smooth(self._radius(away))
        thick = self._thickness(down, turn)
        rim = np.clip(1 - along**5, 0, 1) ** 0.7
        thick = np.where(hang > 0, thick, thick * rim - 0.0025 * (along > 0.99))
        thick = thick + s.curls * _curl(turn, way)
        if s.bald:
            thick = thick * np.clip((down - s.bald) / 14, 0, 1) - 0.004 * (down < s.bald)
        points = self.centre + away * (radius + thick)[:, :, None]
        shrink = 1 - 0.16 * (fall / max(s.hang, 1e-9)) ** 2
        points[:, :, 0] = self.centre[0] + (points[:, :, 0] - self.centre[0]) * shrink
        points[:, :, 1] -= fall
        points[0] = points[0].mean(axis=0)  # all meet at the crown
        return points, along, fall

    def _smooth(self, radius: Grid) -> Grid:
        for _ in range(2):
            around = (np.roll(radius, 1, axis=1) + np.roll(radius, -1, axis=1)) / 2
            radius = 0.5 * radius + 0.5 * around
            radius[1:-1] = 0.5 * radius[1:-1] + 0.25 * (radius[:-2] + radius[2:])
        return radius

    def _cap(self, colour: str) -> Skinned:
        points, along, fall = self._grid()
        rows, columns = len(along), self._columns
        index = np.arange(rows * columns).reshape(rows, columns)
        right = np.roll(index, -1, axis=1)
        quads = np.stack([index[:-1], index[1:], right[1:], right[:-1]], axis=-1).reshape(-1, 4)
        flat = points.reshape(-1, 3)
        corners = triangles(quads)
        corners = corners[(corners < columns).sum(axis=1) < 2]  # nothing between two at the crown
        facing = normals(flat, corners)
        if (facing * (flat - self.centre)).sum() < 0:
            corners, facing = corners[:, ::-1], -facing
        shade = self._shade(colour, np.broadcast_to(along, (rows, columns)))
        if self.style.hang:  # what hangs is seen from inside as well
            hangs = np.broadcast_to(fall.max(axis=0) > 0, fall.shape).reshape(-1)
            is_low = corners.min(axis=1) >= index[rows // 3, 0]
            inner = corners[is_low & hangs[corners].any(axis=1)][:, ::-1]
            corners = np.concatenate([corners, inner + len(flat)])
            flat = np.concatenate([flat, flat])
            facing = np.concatenate([facing, -facing * 0.2 + [0, 0, 0.8]])
            shade = np.concatenate([shade, shade * [0.45, 0.45, 0.45, 1]])
        weights = self._weights(flat)
        return self.figure.patch(flat, corners, shade, weights=weights, normal=facing)

    def _shade(self, colour: str, along: Grid) -> NDArray[np.float64]:
        base = np.array(linear(colour)) + 0.004
        chance = np.random.default_rng(7)
        strand = chance.normal(0, 1, self._columns)
        strand = 0.6 * strand + 0.4 * np.roll(strand, 1)
        light = 1 + self.style.sleek * 0.45 * strand[None, :]
        light = light * (1 + 0.55 * np.exp(-(((along - 0.42) / 0.16) ** 2)))
        light = light * (0.72 + 0.28 * np.clip(along * 4, 0, 1)) * (1 - 0.35 * along**3)
        shade = base[None, None, :] * np.clip(light, 0.35, 2.2)[:, :, None]
        return np.concatenate(
            [shade.reshape(-1, 3), np.zeros((along.size, 1))], axis=1, dtype=np.float64
        )

    def _weights(self, points: Points) -> NDArray[np.float64]:
        """All of it follows the head; what hangs low follows the neck and chest as well."""
        low = np.clip((self.centre[1] - 0.10 - points[:, 1]) / 0.12, 0, 0.7)[:, None]
        head = self.figure.bound(len(points), Head=1)
        chest = self.figure.bound(len(points), Neck=0.5, Spine2=0.5)
        return head * (1 - low) + chest * low

    def _tied(self, colour: str) -> Skinned:
        """A bun high at the back, or a tail that hangs from there."""
        tail = self.style.knot is Knot.TAIL
        turn, rows = (14, 9) if self._columns > 20 else (8, 6)
        t = np.linspace(0, 1, rows)[:, None]
        around = np.arange(turn)[None, :] * 2 * np.pi / turn
        start = self.centre + ([0, 0.030, -0.112] if tail else [0, 0.075, -0.095])
        if tail:
            width = 0.030 * np.sin(np.pi * np.clip(t * 0.86 + 0.10, 0, 1)) ** 0.7
            middle = start + np.concatenate(
                [0 * t, 0.015 * np.sin(t * 3) - 0.21 * t**1.3, -0.045 * np.sin(t * 2.6)], axis=1
            )
            ring = np.stack([np.cos(around), 0 * around, np.sin(around)], axis=-1)
        else:
            width = 0.043 * np.sin(np.pi * np.clip(t, 0.02, 0.98))
            middle = start + np.concatenate([0 * t, 0.03 * (t - 0.5), -0.074 * (t - 0.5)], axis=1)
            ring = np.stack([np.cos(around), np.sin(around) * 0.93, np.sin(around) * 0.37], axis=-1)
        points = (middle[:, None, :] + ring * width[:, :, None]).reshape(-1, 3)
        index = np.arange(rows * turn).reshape(rows, turn)
        right = np.roll(index, -1, axis=1)
        quads = np.stack([index[:-1], index[1:], right[1:], right[:-1]], axis=-1).reshape(-1, 4)
        corners = triangles(quads)
        facing = normals(points, corners)
        core = np.repeat(middle, turn, axis=0)
        if (facing * (points - core)).sum() < 0:
            corners, facing = corners[:, ::-1], -facing
        strand = np.random.default_rng(3).normal(0, 1, turn)[None, :]
        light = (1 + 0.16 * strand) * (1 + 0.4 * np.exp(-(((t - 0.4) / 0.2) ** 2)))
        base = np.array(linear(colour)) + 0.004
        shade = np.clip(light, 0.4, 2)[:, :, None] * base[None, None, :]
        painted = np.concatenate([shade.reshape(-1, 3), np.zeros((points.shape[0], 1))], axis=1)
        return self.figure.patch(
            points, corners, painted, weights=self._weights(points), normal=facing
        )


def _away(turn: Grid, down: Grid) -> Points:
    t, d = np.radians(turn), np.radians(down)
    return np.stack([np.sin(t) * np.sin(d), np.cos(d), np.cos(t) * np.sin(d)], axis=-1)


def _curl(turn: Grid, way: Grid) -> Grid:
    t = np.radians(turn)
    wave = np.sin(t * 7 + way * 90) * np.sin(way * 110 + t * 3) + 0.5 * np.sin(t * 13 - way * 60)
    return np.asarray(wave * np.clip(way / 0.03, 0, 1))


def _cast(
    start: NDArray[np.float64], away: Points, corners: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How far each ray runs from `start` until it first meets a triangle, nan if it meets none."""
    a = corners[:, 0]
    e, f = corners[:, 1] - a, corners[:, 2] - a
    found = np.full(len(away), np.nan)
    for i, ray in enumerate(away):
        p = np.cross(ray, f)
        det = (e * p).sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            s = start - a
            u = (s * p).sum(axis=1) / det
            q = np.cross(s, e)
            v = (q @ ray) / det
            t = (f * q).sum(axis=1) / det
        met = (np.abs(det) > 1e-14) & (u > -1e-6) & (v > -1e-6) & (u + v < 1.00001) & (t > 0)
        if met.any():
            found[i] = t[met].min()
    return found

"""A face: skin with its own warmth and hollows, eyes, brows and lashes; colour by vertex only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.figure import Colour, Figure, Landmarks, Mannequin, landmarks, linear, paint
from tools.gltf import Skinned
from tools.makehuman import Faces, Points, normals, triangles
from tools.meshes import Web

CELL = 0.001  # [m] of the picture that tells which points of a face can be seen from the front
BEHIND = 0.004  # [m] behind what is seen: inside the mouth or the eye socket


@dataclass(frozen=True, kw_only=True)
class Complexion:
    """The colours of a person, sRGB."""

    skin: str
    hair: str
    iris: str = "#5b4032"
    stubble: float = 0.0  # 0..1
    lips: float = 1.0  # how much redder than the skin


class Front:
    """How far forward the nearest surface lies, seen from the front."""

    def __init__(self, points: Points, faces: Faces) -> None:
        corners = points[triangles(faces)]
        self._low = corners[:, :, :2].min(axis=(0, 1))
        size = np.ceil((corners[:, :, :2].max(axis=(0, 1)) - self._low) / CELL).astype(int) + 2
        self._z = np.full((size[0], size[1]), -np.inf)
        for triangle in corners:
            self._fill(triangle)

    def _fill(self, t: Points) -> None:
        grid = (t[:, :2] - self._low) / CELL
        x0, y0 = (int(low) for low in np.floor(grid.min(axis=0)))
        x1, y1 = (int(high) + 1 for high in np.ceil(grid.max(axis=0)))
        gx, gy = np.meshgrid(np.arange(x0, x1), np.arange(y0, y1), indexing="ij")
        (ax, ay), (bx, by), (cx, cy) = grid.tolist()
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if abs(area) < 1e-9:
            return
        u = ((bx - gx) * (cy - gy) - (by - gy) * (cx - gx)) / area
        v = ((cx - gx) * (ay - gy) - (cy - gy) * (ax - gx)) / area
        inside = (u >= -0.01) & (v >= -0.01) & (1 - u - v >= -0.01)
        z = u * t[0, 2] + v * t[1, 2] + (1 - u - v) * t[2, 2]
        window = self._z[x0:x1, y0:y1]
        np.maximum(window, np.where(inside, z, -np.inf), out=window)

    def depth(self, points: Points) -> NDArray[np.float64]:
        """The z of the nearest surface at the x and y of each point, -inf where there is none."""
        place: NDArray[np.float64] = (points[:, :2] - self._low) / CELL
        at = np.rint(place).astype(np.int64)
        at = np.clip(at, 0, np.array(self._z.shape) - 1)
        return self._z[at[:, 0], at[:, 1]]


def seen(mannequin: Mannequin) -> Faces:
    """The faces of the body without the inside of the mouth and of the eye sockets."""
    groups, points = mannequin.source.groups, mannequin.neutral
    head = mannequin.of("Head")
    body = groups["body"]
    front_faces = np.concatenate(
        [body[head[body].all(axis=1)], groups["helper-l-eye"], groups["helper-r-eye"]]
    )
    front = Front(points, front_faces)
    mouth = points[np.unique(groups["joint-mouth"])].mean(axis=0)
    hidden = points[:, 2] < front.depth(points) - BEHIND
    near = np.linalg.norm((points - mouth)[:, :2] / [0.034, 0.017], axis=1) < 1
    for side in "lr":
        eye = points[np.unique(groups[f"helper-{side}-eye"])].mean(axis=0)
        near |= np.linalg.norm((points - eye)[:, :2], axis=1) < 0.019
    deep = points[:, 2] > mouth[2] - 0.06
    inside = head & hidden & near & deep
    return body[~inside[body].all(axis=1)]


def skin_colours(
    figure: Figure, look: Complexion, covered: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Paint every point of the body's skin.

    Args:
        figure: whose skin.
        look: its colours.
        covered: share of hair lying over each point, shape (n,).
    """
    mannequin, points = figure.mannequin, figure.points
    marks = landmarks(figure)
    skin = np.array(linear(look.skin))
    colour = np.tile(skin, (len(points), 1))
    warm = skin * [1.02, 0.80, 0.78]
    blush = 0.42 * _cheeks(points, marks) + 0.30 * mannequin.moved(*_EARS)
    blush += 0.25 * np.where(mannequin.of("Hand"), _fingertips(figure), 0)
    colour = _mix(colour, warm, np.clip(blush, 0, 1))
    lips = np.clip((mannequin.moved(*_LIPS) - 0.30) / 0.25, 0, 1)
    red = skin * [0.86, 0.56, 0.57] + np.array([0.035, 0.0, 0.004])
    colour = _mix(colour, red, lips * 0.8 * look.lips)
    if look.stubble:
        shade = skin * 0.55 + np.array(linear(look.hair)) * 0.45
        colour = _mix(colour, shade, _jaw(figure, marks) * look.stubble * (1 - lips))
    colour = _mix(colour, np.array(linear(look.hair)) * 0.7, covered)
    body = triangles(mannequin.source.groups["body"])
    deep = Web(body).hollows(points, figure.normals)
    colour *= np.clip(1 - 18 * np.clip(deep, -0.003, 0.02), 0.55, 1.05)[:, None]
    return np.concatenate([colour, np.zeros((len(points), 1))], axis=1)


_LIPS = ("mouth/mouth-upperlip-volume-incr", "mouth/mouth-lowerlip-volume-incr")
_EARS = ("ears/l-ear-scale-incr", "ears/r-ear-scale-incr")


def _mix(a: NDArray[np.float64], b: NDArray[np.float64], share: NDArray[np.float64]) -> Points:
    return a + (b - a) * share[:, None]


def _cheeks(points: Points, marks: Landmarks) -> NDArray[np.float64]:
    middle = marks.between
    total = np.zeros(len(points))
    for x, y, z, spread in (
        (0.036, -0.036, 0.015, 0.017),
        (-0.036, -0.036, 0.015, 0.017),
        (0.0, -0.036, 0.036, 0.012),
    ):
        off = np.linalg.norm(points - middle - [x, y, z], axis=1)
        total += np.exp(-((off / spread) ** 2))
    return np.clip(total, 0, 1)


def _fingertips(figure: Figure) -> NDArray[np.float64]:
    left, right = figure.joints["LeftHand"], figure.joints["RightHand"]
    far = np.minimum(
        np.linalg.norm(figure.points - left, axis=1), np.linalg.norm(figure.points - right, axis=1)
    )
    return np.clip((far - 0.06) / 0.1, 0, 1)


def _jaw(figure: Figure, marks: Landmarks) -> NDArray[np.float64]:
    off = figure.points - marks.between
    below = np.clip((-0.052 - off[:, 1] + 0.35 * np.abs(off[:, 0])) / 0.018, 0, 1)
    front = np.clip((off[:, 2] + 0.085) / 0.03, 0, 1)
    above = np.clip((off[:, 1] + 0.15) / 0.03, 0, 1)
    return np.where(figure.mannequin.of("Head", "Neck"), below * front * above, 0)


def eyes(figure: Figure, look: Complexion, *, coarse: bool = False) -> list[Skinned]:
    """Two eyeballs of rings around the line of sight, so that the iris has a sharp edge.

    Points of the iris are masked 1, so that it can be given another colour.
    """
    marks = landmarks(figure)
    white, iris = np.array([0.80, 0.77, 0.73, 0]), np.array([*linear(look.iris), 1])
    if coarse:
        rings: tuple[float, ...] = (0.0, 26.0, 27.0, 75.0)
        dark = _lit(iris, 0.6)
        shades = [dark, dark, _lit(white, 0.93), _lit(white, 0.75)]
    else:
        rings = (0.0, 9.0, 9.6, 18.0, 26.0, 27.0, 50.0, 78.0)  # degrees off the line of sight
        black = np.array([0.012, 0.012, 0.012, 0])
        shades = [black, black, _lit(iris, 0.8), _lit(iris, 1.5), _lit(iris, 0.4), white, white]
        shades.append(_lit(white, 0.7))
    around = 5 if coarse else 10
    sides = (("Left", marks.left_eye), ("Right", marks.right_eye))
    return [
        _eyeball(figure, f"{side}Eye", centre, marks.eye_size, rings, shades, around)
        for side, centre in sides
    ]


def _lit(colour: NDArray[np.float64], by: float) -> NDArray[np.float64]:
    return colour * [by, by, by, 1]


def _eyeball(
    figure: Figure,
    bone: str,
    centre: NDArray[np.float64],
    radius: float,
    rings: tuple[float, ...],
    shades: Sequence[NDArray[np.float64]],
    around: int,
) -> Skinned:
    turn = np.arange(around) * 2 * np.pi / around
    rows = [[0.0, 0.0, 1.0]]
    colours = [shades[0]]
    for off, shade in zip(np.radians(rings[1:]), shades[1:], strict=True):
        rows += [[np.sin(off) * np.cos(a), np.sin(off) * np.sin(a), np.cos(off)] for a in turn]
        colours += [shade] * around
    away = np.array(rows)
    faces = [[0, 1 + i, 1 + (i + 1) % around] for i in range(around)]
    for ring in range(len(rings) - 2):
        a, b = 1 + ring * around, 1 + (ring + 1) * around
        for i in range(around):
            j = (i + 1) % around
            faces += [[a + i, b + i, b + j], [a + i, b + j, a + j]]
    return figure.patch(
        centre + away * radius,
        np.array(faces),
        np.array(colours),
        weights=figure.bound(len(rows), **{bone: 1}),
        normal=away,
    )


def sockets(figure: Figure, look: Complexion) -> list[Skinned]:
    """The shade behind each eye, so that nobody looks past it into the head; masked 1."""
    marks = landmarks(figure)
    turn = np.arange(8) * np.pi / 4
    r, g, b = linear(look.skin)
    shade = paint(9, (r * 0.3, g * 0.3, b * 0.3), 1)
    faces = np.array([[0, 1 + i, 1 + (i + 1) % 8] for i in range(8)])
    found: list[Skinned] = []
    for centre in (marks.left_eye, marks.right_eye):
        rim = np.stack([np.cos(turn), np.sin(turn) * 0.8, 0 * turn], axis=1) * 1.55
        rows = np.concatenate([[[0.0, 0.0, 0.0]], rim]) * marks.eye_size
        found.append(
            figure.patch(
                centre + rows - np.array([0, 0, 0.25 * marks.eye_size]),
                faces,
                shade,
                weights=figure.bound(9, Head=1),
                normal=np.tile([0.0, 0.0, 1.0], (9, 1)),
            )
        )
    return found


def mouth(figure: Figure) -> Skinned:
    """The dark behind the lips, and a row of teeth: seen when somebody speaks."""
    groups, points = figure.mannequin.source.groups, figure.points
    middle = points[np.unique(groups["joint-mouth"])].mean(axis=0)
    lips = np.flatnonzero(figure.mannequin.moved(*_LIPS) > 0.6)
    front = float(points[lips, 2].max())
    wide, high = float(np.ptp(points[lips, 0])) * 0.44, 0.013
    centre = np.array([middle[0], float(points[lips, 1].mean()), front - 0.017])
    rows: list[list[float]] = []
    shades: list[list[float]] = []
    dark, tooth = [0.030, 0.010, 0.010, 0], [0.52, 0.48, 0.42, 0]
    for y, z, shade in (
        (1.0, 0.002, tooth),
        (0.1, 0.003, tooth),
        (0.05, -0.001, dark),
        (-1.6, -0.002, dark),
    ):
        for x in np.linspace(-1, 1, 5):
            rows.append([wide * x, high * y, z - 0.010 * x * x])
            shades.append(shade)
    faces = [
        corner
        for r in range(3)
        for i in range(4)
        for a in [r * 5 + i]
        for corner in ([a, a + 5, a + 6], [a, a + 6, a + 1])
    ]
    return figure.patch(
        centre + np.array(rows),
        np.array(faces),
        np.array(shades),
        weights=figure.bound(len(rows), Head=1),
        normal=np.tile([0.0, 0.0, 1.0], (len(rows), 1)),
    )


def beard(figure: Figure, look: Complexion, faces: Faces, parts: Faces) -> Skinned:
    """A short full beard: the skin of jaw, chin and upper lip, grown outward.

    Args:
        figure: whose beard.
        look: its colours.
        faces: the body that is seen.
        parts: the triangles to grow it from.
    """
    marks = landmarks(figure)
    hairy = _jaw(figure, marks)
    lips = np.clip((figure.mannequin.moved(*_LIPS) - 0.2) / 0.2, 0, 1)
    hairy = hairy * (1 - lips)
    grown = np.flatnonzero((hairy[parts] > 0.12).all(axis=1))
    web = Web(triangles(faces))
    long = web.smooth((0.0105 * hairy)[:, None], 2)
    facing = web.smooth(figure.normals, 2)
    points = figure.points + facing * (long - 0.0012)
    strand = np.random.default_rng(5).normal(1, 0.13, len(points))
    shade = np.array(linear(look.hair)) * (0.78 * strand)[:, None]
    colours = np.concatenate([shade, np.ones((len(points), 1))], axis=1)
    return figure.patch(
        points, parts[grown], colours, weights=figure.mannequin.fine, normal=figure.normals
    )


def brows(figure: Figure, look: Complexion, faces: Faces) -> list[Skinned]:
    """A tapered strip over each eye, lying on the skin."""
    marks = landmarks(figure)
    off = figure.points - marks.between
    near = (np.abs(off[:, 1] - 0.02) < 0.03) & (off[:, 2] > -0.06)
    near &= figure.mannequin.of("Head")
    front = Front(figure.points, faces[near[faces].all(axis=1)])
    colour = tuple(np.array(linear(look.hair)) * 0.62 + np.array(linear(look.skin)) * 0.07)
    spread = float(marks.left_eye[0] - marks.right_eye[0]) / 2
    return [
        _strip(
            figure,
            front,
            lambda t, side=side: _brow(t, side, spread, marks),
            colour,
            8,
        )
        for side in (1.0, -1.0)
    ]


def _brow(t: float, side: float, spread: float, marks: Landmarks) -> tuple[float, float, float]:
    """The middle of a brow and its half height at t from inside (0) to outside (1)."""
    x = spread * (0.40 + 1.12 * t)
    arch = 0.0180 + 0.0062 * np.sin(np.pi * 0.78 * t**1.15) - 0.0045 * max(t - 0.72, 0) / 0.28
    half = 0.0031 * (1 - t**1.6) ** 0.8 * (0.75 + 0.25 * min(t * 5, 1)) + 0.0005
    return side * x, float(marks.between[1] + arch), half


def lashes(figure: Figure, look: Complexion) -> list[Skinned]:
    """The upper lashes as a dark line along the lid."""
    groups = figure.mannequin.source.groups
    dark = tuple(np.array(linear(look.hair)) * 0.25 + 0.004)
    pieces: list[Skinned] = []
    for side in "lr":
        faces = groups[f"helper-{side}-eyelashes-2"]
        eye = figure.points[np.unique(groups[f"helper-{side}-eye"])].mean(axis=0)
        points = figure.points.copy()
        used = np.unique(faces)
        points[used] = eye + (points[used] - eye) * 0.93  # shorter than they come
        thin = figure.mannequin.coarse(
            f"lashes {side}", figure.mannequin.neutral, faces, [len(faces) // 2]
        )[0]
        pieces.append(
            figure.patch(
                points,
                np.concatenate([thin, thin[:, ::-1]]),
                paint(len(points), dark),
                weights=figure.mannequin.weights,
                normal=np.tile([0.0, 0.3, 0.95], (len(points), 1)),
            )
        )
    return pieces


def _strip(
    figure: Figure,
    front: Front,
    line: Callable[[float], tuple[float, float, float]],
    colour: Colour,
    count: int,
) -> Skinned:
    rows: list[list[float]] = []
    for t in np.linspace(0, 1, count):
        x, y, half = line(float(t))
        rows += [[x, y - half, 0], [x, y + half, 0]]
    points = np.array(rows)
    points[:, 2] = front.depth(points) + 0.0016
    faces: list[list[int]] = []
    for i in range(count - 1):
        a = 2 * i
        faces += [[a, a + 2, a + 3], [a, a + 3, a + 1]]
    corners = np.array(faces)
    if rows[-1][0] < rows[0][0]:
        corners = corners[:, ::-1]
    return figure.patch(
        points,
        corners,
        paint(len(points), colour),
        weights=figure.bound(len(points), Head=1),
        normal=normals(points, corners),
    )

"""What is worn on the head and before the eyes: hijab, turban, kippah, glasses, hearing aids."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tools.figure import Colour, Figure, join, landmarks, paint
from tools.gltf import Skinned
from tools.hair import Grid, Shell, Style
from tools.makehuman import Faces, Points, normals, triangles

DARK, CARD, BAND = (0.22, 0.22, 0.22), (0.86, 0.86, 0.84), (0.02, 0.16, 0.16)
AID = (0.40, 0.30, 0.22)
WHITE = "#ffffff"


class Cloth(Shell):
    """A head covering, shaped like hair but smooth."""

    def _shade(self, colour: str, along: Grid) -> NDArray[np.float64]:
        del colour
        fold = 0.90 + 0.10 * np.cos(np.radians(self._turn) * 5)[None, :] * np.clip(along * 2, 0, 1)
        fold = fold * (1 - 0.16 * along**4)
        shade = np.repeat(fold[:, :, None], 3, axis=2).reshape(-1, 3)
        return np.concatenate([shade, np.zeros((along.size, 1))], axis=1)


class Turban(Cloth):
    """Bands of cloth wound around the head, crossing over the forehead."""

    def _thickness(self, down: Grid, turn: Grid) -> Grid:
        wound = np.clip((down - 8) / 30, 0, 1)
        crown = np.clip(1 - down / 60, 0, 1)
        front = np.clip(1 - np.abs(turn) / 70, 0, 1)
        low = np.clip(1 - (down - 62) / 40, 0.35, 1)
        whole = 0.026 * low + 0.030 * crown + 0.010 * front * wound * low
        return np.asarray(whole + 0.008 * self._bands(down, turn) * wound)

    @staticmethod
    def _bands(down: Grid, turn: Grid) -> Grid:
        """How far out each point lies on its band of cloth, 0..1."""
        lean = 20 * np.abs(np.sin(np.radians(turn / 2))) ** 0.8
        return np.asarray(np.abs(np.sin(np.radians((down + lean) * 7.5))) ** 0.7)

    def _shade(self, colour: str, along: Grid) -> NDArray[np.float64]:
        shade = super()._shade(colour, along)
        turn = np.tile(self._turn, (len(along), 1))
        bands = self._bands(along * self._line(turn), turn)
        shade[:, :3] *= (0.50 + 0.55 * bands.reshape(-1, 1)) * np.ones(3)
        return shade


class Kippah(Cloth):
    """A small round cap on the back of the head."""

    lift = 0.016
    fewest_rows = 4

    def _line(self, turn: NDArray[np.float64]) -> NDArray[np.float64]:
        return 36.0 - 14 * np.cos(np.radians(turn))

    def _thickness(self, down: Grid, turn: Grid) -> Grid:
        return np.full(down.shape, self.lift)


class HighKippah(Kippah):
    """The same, over full hair."""

    lift = 0.033


HIJAB = Style(
    brow=50, temple=56, side=84, nape=128, top=0.018, flank=0.029, back=0.022, hang=0.13, open=33,
    sleek=0,
)  # fmt: skip
TURBAN = Style(brow=61, temple=72, side=90, nape=114, sleek=0)
CAP = Style(sleek=0)


def hijab(figure: Figure, faces: Faces, *, detail: float) -> list[Skinned]:
    """A scarf over the hair, wound around the throat and falling on the chest."""
    shell = Cloth(figure, HIJAB, faces, detail=detail)
    return [*shell.pieces(WHITE), _throat(figure, round(28 * max(detail, 0.6)), detail > 0.5)]


def _throat(figure: Figure, columns: int, is_fine: bool) -> Skinned:
    """Rings from under the chin around the neck down to the chest."""
    joints = figure.joints
    neck, head = joints["Neck"], joints["Head"]
    span = float(head[1] - neck[1])
    turn = np.arange(columns) / columns * 2 * np.pi
    away = np.stack([np.sin(turn), 0 * turn, np.cos(turn)], axis=1)
    body = np.unique(triangles(figure.mannequin.source.groups["body"]))
    arms = figure.mannequin.of("Arm", "ForeArm", "Hand")
    points = figure.points[body[~arms[body]]]
    jaw = figure.points[body[figure.mannequin.of("Head")[body]]]
    chin = float(jaw[np.abs(jaw[:, 0]) < 0.02][:, 1].min())
    rows: list[Points] = []
    rings = (
        (chin + 0.016, 0.004, 0.086),
        (chin - 0.006, 0.013, 0.100),
        (neck[1] + 0.35 * span, 0.026, 0.115),
        (neck[1] - 0.02, 0.030, 0.130),
        (neck[1] - 0.07, 0.040, 0.175),
        (neck[1] - 0.115, 0.038, 0.200),
    )
    for height, loose, most in rings if is_fine else (rings[0], rings[2], rings[3], rings[5]):
        middle = np.array([0, height, neck[2] + 0.018])
        near = points[np.abs(points[:, 1] - height) < 0.022] - middle
        reach = (near[:, [0, 2]] @ away[:, [0, 2]].T).max(axis=0)
        row = middle + away * np.minimum(reach + loose, most)[:, None]
        falls = np.clip((neck[1] - height) / 0.15, 0, 1)
        row[:, 1] -= falls * (0.045 * np.cos(turn) - 0.01)  # it falls lowest on the chest
        rows.append(row)
    smooth = np.array(rows)
    for _ in range(2):
        smooth = 0.5 * smooth + 0.25 * (np.roll(smooth, 1, axis=1) + np.roll(smooth, -1, axis=1))
    at = smooth.reshape(-1, 3)
    index = np.arange(len(at)).reshape(len(rows), columns)
    right = np.roll(index, -1, axis=1)
    quads = np.stack([index[:-1], index[1:], right[1:], right[:-1]], axis=-1).reshape(-1, 4)
    corners = triangles(quads)
    fold = 0.86 + 0.13 * np.cos(np.arange(len(rows)) * 2.4)[:, None] * np.ones(columns)
    colours = np.concatenate(
        [np.repeat(fold.reshape(-1, 1), 3, axis=1), np.zeros((len(at), 1))], axis=1
    )
    low = np.clip((chin - at[:, 1]) / 0.10, 0, 1)[:, None]
    weights = figure.bound(len(at), Head=0.6, Neck=0.4) * (1 - low)
    weights = weights + figure.bound(len(at), Spine2=1) * low
    facing = normals(at, corners)
    if (facing * (at - at.mean(axis=0)) * [1, 0, 1]).sum() < 0:
        corners, facing = corners[:, ::-1], -facing
    return figure.patch(at, corners, colours, weights=weights, normal=facing)


def glasses(figure: Figure, *, detail: float) -> Skinned:
    """Two round rims, a bridge, and arms to the ears."""
    marks = landmarks(figure)
    far = float(marks.left_eye[0])
    front = marks.eye_size + 0.0125
    radius = min(0.0235, far * 0.80)
    around, sides = (12, 3) if detail > 0.6 else (6, 2)
    pieces: list[Skinned] = []
    for sign in (1.0, -1.0):
        eye = marks.left_eye if sign > 0 else marks.right_eye
        middle = eye + np.array([0, -0.002, front])
        turn = np.arange(around + 1) / around * 2 * np.pi
        ring = np.stack([np.cos(turn) * radius, np.sin(turn) * radius * 0.9, 0 * turn], axis=1)
        ring[:, 2] -= 0.006 * np.clip(ring[:, 0] * sign / radius, 0, 1) ** 2
        pieces.append(_tube(figure, middle + ring, 0.0017, sides=sides))
        start = middle + np.array([sign * radius, 0.004, -0.006])
        end = np.array([eye[0] + sign * (radius + 0.016), eye[1] + 0.006, eye[2] - 0.075])
        pieces.append(
            _tube(
                figure,
                np.array([start, (start + end) / 2 + [sign * 0.003, 0, 0], end]),
                0.0015,
                sides=sides,
            )
        )
    bridge = marks.between + np.array([0, 0.001, front + 0.001])
    gap = far - radius + 0.001
    pieces.append(
        _tube(
            figure,
            bridge + np.array([[-gap, 0, 0], [0, 0.003, 0.002], [gap, 0, 0]]),
            0.0017,
            sides=sides,
        )
    )
    return join(pieces)


def hearing_aids(figure: Figure) -> Skinned:
    """A small body behind each ear, and its tube over the ear."""
    pieces: list[Skinned] = []
    for side, sign in (("l", 1.0), ("r", -1.0)):
        ear = figure.points[figure.mannequin.moved(f"ears/{side}-ear-scale-incr") > 0.25]
        top, back = float(ear[:, 1].max()), float(ear[:, 2].min())
        wide = float(np.abs(ear[:, 0]).max()) - 0.008
        mid = float(ear[:, 2].mean())
        way = np.array(
            [
                [sign * wide, top - 0.036, back - 0.001],
                [sign * wide, top - 0.018, back - 0.005],
                [sign * wide, top - 0.004, back + 0.003],
                [sign * (wide + 0.002), top + 0.002, mid - 0.002],
                [sign * (wide + 0.003), top - 0.008, mid + 0.010],
                [sign * (wide - 0.002), top - 0.030, mid + 0.010],
            ]
        )
        widths = np.array([0.0042, 0.0058, 0.0052, 0.0026, 0.0014, 0.0016])
        pieces.append(_tube(figure, way, widths, mask=0.0, colour=AID))
    return join(pieces)


def badge(figure: Figure, top: Sequence[Skinned]) -> Skinned:
    """A card on the left of the chest: white, with a band and a cross in the house's teal."""
    points = np.concatenate([piece.points for piece in top])
    x, y = 0.078, float(figure.joints["Spine2"][1]) + 0.035
    points = points[points[:, 2] > figure.joints["Spine2"][2]]

    def depth(across: float, up: float) -> float:
        """How far forward the cloth lies around there."""
        near = np.hypot(points[:, 0] - x - across, points[:, 1] - y - up)
        closest = np.argsort(near)[:4]
        return float(points[closest, 2].max()) + 0.008

    spots = [(0.0, 0.0), *itertools.product((-0.03, 0.03), (-0.045, 0.04))]
    plane = _plane_over(np.array([(*spot, depth(*spot)) for spot in spots]))
    rows: list[list[float]] = []
    shades: list[tuple[float, float, float]] = []

    def card(
        left: float, right: float, low: float, high: float, off: float, colour: Colour = BAND
    ) -> None:
        for cx, cy in ((left, low), (right, low), (right, high), (left, high)):
            rows.append([x + cx, y + cy, float(plane @ [cx, cy, 1]) + off])
            shades.append(colour)

    card(-0.031, 0.031, -0.044, 0.038, 0.0)  # its frame, and the band above
    card(-0.027, 0.027, -0.040, 0.018, 0.0012, CARD)
    card(-0.0045, 0.0045, -0.030, 0.008, 0.0024)
    card(-0.018, 0.018, -0.0155, -0.0065, 0.0024)
    at = np.array(rows)
    faces = [[k, k + 1, k + 2, k + 3] for k in range(0, len(rows), 4)]
    return figure.patch(
        at,
        np.array(faces),
        np.concatenate([np.array(shades), np.zeros((len(at), 1))], axis=1),
        weights=figure.bound(len(at), Spine2=1),
        normal=np.tile([0.15, 0.0, 0.98], (len(at), 1)),
    )


def _plane_over(spots: Points) -> NDArray[np.float64]:
    """The plane nearest to these spots that lies behind none: z = a x + b y + c."""
    flat = np.column_stack([spots[:, :2], np.ones(len(spots))])
    plane = np.linalg.lstsq(flat, spots[:, 2], rcond=None)[0]
    plane[2] += float((spots[:, 2] - flat @ plane).max())
    return np.asarray(plane, dtype=np.float64)


def _tube(
    figure: Figure,
    way: Points,
    width: float | NDArray[np.float64],
    *,
    mask: float = 1.0,
    colour: tuple[float, float, float] = (1.0, 1.0, 1.0),
    sides: int = 3,
) -> Skinned:
    """A thin tube along a way, on the head; of two sides it is a ribbon. Its ends are open."""
    ahead = np.gradient(way, axis=0)
    ahead /= np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-9)
    side = np.cross(ahead, [0.02, 0.05, 1.0])
    thin = np.linalg.norm(side, axis=1, keepdims=True) < 0.2
    side = np.where(thin, np.cross(ahead, [0.0, 1.0, 0.0]), side)
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
    up = np.cross(side, ahead)
    turn = np.arange(sides) * 2 * np.pi / sides
    ring = side[:, None, :] * np.cos(turn)[None, :, None]
    ring = ring + up[:, None, :] * np.sin(turn)[None, :, None]
    size = np.broadcast_to(width, (len(way),))[:, None, None]
    points = (way[:, None, :] + ring * size).reshape(-1, 3)
    index = np.arange(len(points)).reshape(len(way), sides)
    right = np.roll(index, -1, axis=1)
    quads = np.stack([index[:-1], right[:-1], right[1:], index[1:]], axis=-1).reshape(-1, 4)
    corners = triangles(quads)
    core = np.repeat(way, sides, axis=0)
    facing = normals(points, corners)
    if (facing * (points - core)).sum() < 0:
        corners = corners[:, ::-1]
    outward = (points - core) / np.maximum(size.repeat(sides, axis=1).reshape(-1, 1), 1e-9)
    return figure.patch(
        points,
        corners,
        paint(len(points), colour, mask),
        weights=figure.bound(len(points), Head=1),
        normal=outward,
    )

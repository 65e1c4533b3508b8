"""Clothes over a figure: shirts, trousers, coats, skirts, shoes; cut from the fitted suit helper.

MakeHuman's `helper-tights` is a suit that follows every shape of the body. It is cut into
garments, smoothed so that it hangs rather than clings, and given hems that stand off.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.figure import FINE, Colour, Figure, Mask, paint
from tools.gltf import Skinned
from tools.makehuman import Faces, Points, normals, triangles
from tools.meshes import Clean, Web, cut, rims


@dataclass(frozen=True, kw_only=True)
class Cut:
    """Where a top ends."""

    name: str
    sleeve: float  # share of the way from shoulder (0) to wrist (2); elbows lie at 1
    neck: float  # how deep the neckline lies in front [m]
    below: float  # how far the hem hangs below the hip joint [m]
    loose: float  # how far it stands off the body [m]
    flare: float = 0.0  # how much wider the hem is than the hips, as a share
    lapel: float = 0.013  # width of the collar [m]
    opens: bool = False  # whether it is buttoned in front


SCRUB_TOP = Cut(name="scrub top", sleeve=0.72, neck=0.085, below=0.09, loose=0.016, flare=0.05)
SHIRT = Cut(name="shirt", sleeve=1.90, neck=0.045, below=0.05, loose=0.013, flare=0.02, opens=True)
JUMPER = Cut(name="jumper", sleeve=1.92, neck=0.005, below=0.03, loose=0.016, flare=-0.02)
COAT = Cut(
    name="coat",
    sleeve=1.90,
    neck=0.20,
    below=0.34,
    loose=0.021,
    flare=0.10,
    lapel=0.034,
    opens=True,
)
DRESS = Cut(name="dress", sleeve=0.8, neck=0.05, below=0.46, loose=0.011, flare=0.30)
TUNIC = Cut(
    name="tunic",
    sleeve=1.92,
    neck=0.02,
    below=0.40,
    loose=0.020,
    flare=0.16,
    lapel=0.018,
    opens=True,
)
INSET = Cut(name="inset", sleeve=0.3, neck=0.085, below=-0.24, loose=0.006)  # under a coat

HEM, COLLAR, CUFF = 0, 1, 2
DETAILS = (1.0, 0.28)  # shares of the full number of triangles: near and far


class Tailor:
    """Cuts and fits garments for one figure."""

    def __init__(self, figure: Figure, *, detail: float = 1.0) -> None:
        self.figure, self.detail = figure, detail
        self.mannequin = figure.mannequin
        self._suit = triangles(self.mannequin.source.groups["helper-tights"])
        self._web = Web(self._suit)

    def top(self, cut_: Cut, colour: Colour, trim: Colour, *, count: int) -> list[Skinned]:
        """A garment for the upper body with collar, cuffs and a hem that hangs."""
        fields = self._top_fields(cut_)
        clean = cut(self._suit, fields.max(axis=0))
        at = clean.apply(self._fit(np.full(len(fields[0]), cut_.loose), 34))
        facing = normals(at, clean.triangles)
        faces = self._coarse(cut_.name, clean, count)
        shade = self._shaded(at, facing, colour)
        pieces = [self.figure.patch(at, faces, shade, weights=self._weights(), normal=facing)]
        edge = np.abs(fields).argmin(axis=0)  # which line an open edge lies on
        for rim in rims(faces):
            loop = np.array(rim)
            kind = int(np.bincount(edge[loop], minlength=3).argmax())
            if len(rim) < 5 or (cut_ is INSET):
                continue
            if kind == HEM:
                pieces.append(self._skirt(at, loop, cut_, colour, facing[loop], shade[loop]))
            else:
                wide = cut_.lapel if kind == COLLAR else 0.014
                pieces.append(self._band(at, loop, clean, facing, trim, wide))
        return pieces

    def trousers(self, colour: Colour, *, count: int, slim: bool = False) -> list[Skinned]:
        """Trousers from the waist to the shoes, or close-fitting ones."""
        flat, joints = self.mannequin.neutral, self.mannequin.joints
        waist = joints["LeftUpLeg"][1] + (-0.05 if slim else 0.05)
        ankle = joints["LeftFoot"][1] + 0.012
        arm = self.mannequin.of("Shoulder", "Arm", "ForeArm", "Hand")
        field = np.where(arm, 1.0, np.maximum(flat[:, 1] - waist, ankle - flat[:, 1]))
        clean = cut(self._suit, field)
        tight = np.clip((waist + 0.01 - flat[:, 1]) / 0.16, 0.2, 1)
        at = self._fit((0.001 if slim else 0.008) * tight, 6 if slim else 26)
        if not slim:
            self._straight_legs(at)
        at = clean.apply(at)
        facing = normals(at, clean.triangles)
        faces = self._coarse("slim" if slim else "trousers", clean, count)
        shade = self._shaded(at, facing, colour)
        pieces = [self.figure.patch(at, faces, shade, weights=self._weights(), normal=facing)]
        for rim in rims(faces):
            loop = np.array(rim)
            if at[loop][:, 1].mean() < self.figure.joints["LeftLeg"][1]:
                pieces.append(self._turn_up(at, loop, colour))
        return pieces

    def shoes(self, upper: Colour, sole: Colour) -> list[Skinned]:
        """A pair of shoes, lofted around the feet."""
        return [self._shoe(side, upper, sole) for side in ("Left", "Right")]

    def bare(self, cut_: Cut) -> Mask:
        """The points of the body that this top leaves bare, and a little under its edges."""
        hem, collar, cuff = self._top_fields(cut_)
        del hem
        return (collar > -0.04) | (cuff > -0.06) | self.mannequin.of("Head", "Hand")

    # ------------------------------------------------------------------ cutting

    def _coarse(self, name: str, clean: Clean, count: int) -> Faces:
        ready = clean.apply(self.mannequin.neutral)
        counts = [round(count * detail) for detail in DETAILS]
        kept = self.mannequin.coarse(name, ready, clean.triangles, counts)
        return kept[DETAILS.index(self.detail)]

    def _top_fields(self, cut_: Cut) -> NDArray[np.float64]:
        """How far beyond hem, collar and cuff each point of the neutral body lies [m]."""
        flat, joints = self.mannequin.neutral, self.mannequin.joints
        along = self._arm_share()
        arm = along > -0.5
        hip = joints["LeftUpLeg"][1] + 0.035 - min(cut_.below, 0)
        hem = np.where(arm, -1.0, hip - flat[:, 1])
        near = self.mannequin.of("Neck", "Head", "Spine2", "Shoulder", "Spine1")
        collar = np.where(near & ~arm, flat[:, 1] - self._neckline(cut_, flat, joints), -1.0)
        cuff = np.where(arm, (along - cut_.sleeve) * 0.25, -1.0)
        return np.array([hem, collar, cuff])

    def _arm_share(self) -> NDArray[np.float64]:
        """How far down the arm each point of the neutral body lies: elbow 1, wrist 2."""
        flat, joints = self.mannequin.neutral, self.mannequin.joints
        share = np.full(len(flat), -1.0)
        for side in ("Left", "Right"):
            arm = self.mannequin.of(f"{side}Arm", f"{side}ForeArm", f"{side}Hand")
            nodes = [joints[f"{side}{part}"] for part in ("Arm", "ForeArm", "Hand")]
            for i, (a, b) in enumerate(itertools.pairwise(nodes)):
                way = b - a
                t = ((flat - a) @ way) / float(way @ way)
                share = np.where(arm & ((t > 0) | (i == 0)), i + t, share)
        return share

    def _neckline(
        self, cut_: Cut, points: Points, joints: dict[str, NDArray[np.float64]]
    ) -> NDArray[np.float64]:
        """The height of the collar above each point's place around the neck."""
        neck = joints["Neck"]
        top = float(neck[1]) + 0.020
        bottom = float(neck[1]) - 0.01 - cut_.neck
        across: NDArray[np.float64] = np.abs(points[:, 0] - neck[0])
        vee: NDArray[np.float64] = bottom + (top - bottom) * np.clip(across / 0.066, 0, 1)
        return np.where(points[:, 2] > neck[2], vee, top)

    # ------------------------------------------------------------------ fitting

    def _fit(self, loose: NDArray[np.float64], rounds: int) -> Points:
        """The suit smoothed and moved outward, nowhere inside the body."""
        tight = self.figure.points
        facing = normals(tight, self._suit)
        smooth = self._web.smooth(tight, rounds, 0.55)
        inward = np.minimum(((smooth - tight) * facing).sum(axis=1), 0)[:, None]
        smooth = self._web.smooth(smooth - inward * facing, 2)  # it hangs, but never in the skin
        facing = self._web.smooth(facing, 4)
        facing /= np.maximum(np.linalg.norm(facing, axis=1, keepdims=True), 1e-9)
        return self._span(smooth + facing * loose[:, None])

    def _span(self, at: Points) -> Points:
        """Let the cloth span the hollow of the back below the waist instead of following it."""
        joints = self.figure.joints
        middle = (joints["LeftUpLeg"] + joints["RightUpLeg"]) / 2
        above = at[:, 1] - middle[1]
        share = np.clip((above + 0.13) / 0.05, 0, 1) * np.clip((0.17 - above) / 0.08, 0, 1)
        off = (at - middle) * [1, 0, 1]
        arm = self.mannequin.of("Arm", "ForeArm", "Hand", "Shoulder")
        back = np.flatnonzero((share > 0) & (off[:, 2] < 0) & ~arm)
        wide = np.maximum(np.linalg.norm(off[back], axis=1), 1e-6)
        away = off[back] / wide[:, None]
        level = np.abs(at[back, 1][:, None] - at[back, 1][None, :]) < 0.02
        reach = np.where(level, away @ off[back].T, 0).max(axis=1)
        grown = np.minimum(reach - wide, 0.05) * share[back]
        spanned = at.copy()
        spanned[back] += away * grown[:, None]
        return self._web.smooth(spanned, 4, share * (off[:, 2] < 0) * ~arm)

    def _straight_legs(self, at: Points) -> None:
        joints = self.figure.joints
        for side in ("Left", "Right"):
            knee, foot = joints[f"{side}Leg"], joints[f"{side}Foot"]
            mine = self.mannequin.of(f"{side}Leg", f"{side}UpLeg", f"{side}Foot")
            t = np.clip((knee[1] + 0.12 - at[:, 1]) / (knee[1] + 0.12 - foot[1]), 0, 1)
            middle = (
                knee
                + (foot - knee) * np.clip((knee[1] - at[:, 1]) / (knee[1] - foot[1]), 0, 1)[:, None]
            )
            middle = middle + np.array([0, 0, 0.006]) * t[:, None]
            off = at - middle
            wide = np.maximum(np.hypot(off[:, 0], off[:, 2]), 1e-6)
            want = np.maximum(wide, 0.074 + 0.004 * t)
            grow = np.where(mine & (t > 0), 1 + (want / wide - 1) * np.clip(t * 3, 0, 1), 1.0)
            at[:, 0] = np.where(mine, middle[:, 0] + off[:, 0] * grow, at[:, 0])
            at[:, 2] = np.where(mine, middle[:, 2] + off[:, 2] * grow, at[:, 2])

    def _weights(self) -> NDArray[np.float64]:
        return self._web.smooth(self.mannequin.weights, 3)

    def _shaded(
        self, at: Points, facing: Points, colour: Colour, mask: float = 1.0
    ) -> NDArray[np.float64]:
        shade = paint(len(at), colour, mask)
        deep = np.clip(self._web.hollows(at, facing), -0.01, 0.04)
        shade[:, :3] *= np.clip(1 - 11 * deep, 0.55, 1.08)[:, None]
        return shade

    # ------------------------------------------------------------------ edges

    def _band(
        self,
        at: Points,
        loop: NDArray[np.int64],
        clean: Clean,
        facing: Points,
        colour: Colour,
        wide: float,
    ) -> Skinned:
        """A trim that runs along an open edge, standing off a little."""
        inward = _inward(at, loop, clean.triangles)
        rows = [
            at[loop] + facing[loop] * 0.0045 + inward * wide,
            at[loop] + facing[loop] * 0.0060,
            at[loop] + (at[loop].mean(axis=0) - at[loop]) * 0.3 + inward * 0.012,
        ]
        shades = [paint(len(loop), colour, 1), paint(len(loop), colour, 1)]
        shades.append(paint(len(loop), _times(colour, 0.3), 1))
        return self._lined(rows, shades, self.mannequin.weights[loop])

    def _turn_up(self, at: Points, loop: NDArray[np.int64], colour: Colour) -> Skinned:
        start = at[loop]
        middle = start.mean(axis=0)
        out = (start - middle) * [1, 0, 1]
        low = middle + out * [1.03, 0, 1.03] - [0, middle[1] - 0.042, 0]
        low[:, 1] = 0.040
        low[:, 2] += 0.008
        inner = low + (middle * [1, 0, 1] + [0, 0.055, 0] - low) * 0.25
        shades = [paint(len(loop), colour, 1), paint(len(loop), _times(colour, 0.9), 1)]
        shades.append(paint(len(loop), _times(colour, 0.3), 1))
        return self._lined([start, low, inner], shades, self.mannequin.weights[loop])

    def _skirt(
        self,
        at: Points,
        loop: NDArray[np.int64],
        cut_: Cut,
        colour: Colour,
        facing: Points,
        shade: NDArray[np.float64],
    ) -> Skinned:
        """What hangs below the hips: rings that enclose the legs and follow them."""
        joints = self.figure.joints
        start = at[loop]
        hem = float((joints["LeftUpLeg"] + joints["RightUpLeg"])[1] / 2) - cut_.below
        steps = max(2, round((start[:, 1].mean() - hem) / 0.085 * min(1, self.detail * 1.5)))
        middle = start.mean(axis=0)
        out = (start - middle) * [1, 0, 1]
        away = out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)
        suit = np.unique(self._suit)
        lower = self.mannequin.of("Hips", "UpLeg", "Leg")
        legs = self.figure.points[suit[lower[suit]]]
        rows, shades = [start], [shade]
        first = np.linalg.norm(out, axis=1)
        for step in range(1, steps + 1):
            t = step / steps
            ease = min(1.0, 1.6 * t) ** 2 * (3 - 2 * min(1.0, 1.6 * t))
            y = middle[1] + (hem - middle[1]) * t
            near = legs[np.abs(legs[:, 1] - y) < 0.05] - middle
            reach = (near[:, [0, 2]] @ away[:, [0, 2]].T).max(axis=0) + cut_.loose + 0.016
            reach = np.maximum(reach, first * (1 + cut_.flare * t))
            ring = middle + away * (first + (reach - first) * ease)[:, None]
            ring[:, 1] = y + (start[:, 1] - middle[1]) * max(0.0, 1 - 2.5 * t)
            rows.append(ring)
            shades.append(paint(len(loop), _times(colour, 1 - 0.10 * t), 1))
        inner = rows[-1] + (middle - rows[-1]) * [0.12, 0, 0.12] + [0, 0.02, 0]
        rows.append(inner)
        shades.append(paint(len(loop), _times(colour, 0.3), 1))
        return self._lined(rows, shades, self._hanging(rows, middle), facing)

    def _hanging(self, rows: Sequence[Points], middle: NDArray[np.float64]) -> NDArray[np.float64]:
        """What hangs follows the hips above and more and more the nearer leg below."""
        points = np.concatenate(rows)
        long = max(float(rows[0][:, 1].mean() - rows[-1][:, 1].mean()), 0.05)
        deep = np.clip((rows[0][:, 1].mean() - points[:, 1]) / max(long, 0.25), 0, 1)[:, None]
        left = np.clip(0.5 + (points[:, 0] - middle[0]) / 0.16, 0, 1)[:, None]
        hips = self.figure.bound(len(points), Hips=1)
        legs = self.figure.bound(len(points), LeftUpLeg=1) * left
        legs = legs + self.figure.bound(len(points), RightUpLeg=1) * (1 - left)
        part = 0.74 * deep + 0.14
        return hips * (1 - part) + legs * part

    def _lined(
        self,
        rows: Sequence[Points],
        shades: Sequence[Points],
        weights: NDArray[np.float64],
        start: Points | None = None,
    ) -> Skinned:
        """Rings of which the last turns in; from a distance nobody looks under an edge."""
        count = len(rows) if self.detail > 0.6 else len(rows) - 1
        if len(weights) > len(rows[0]):
            weights = weights[: count * len(rows[0])]
        return self._rings(rows[:count], shades[:count], weights, start)

    def _rings(
        self,
        rows: Sequence[Points],
        shades: Sequence[Points],
        weights: NDArray[np.float64],
        start: Points | None = None,
    ) -> Skinned:
        """Join rings of equal length into a band, facing away from their middle."""
        count = len(rows[0])
        points = np.concatenate(rows)
        index = np.arange(len(points)).reshape(len(rows), count)
        right = np.roll(index, -1, axis=1)
        quads = np.stack([index[:-1], index[1:], right[1:], right[:-1]], axis=-1).reshape(-1, 4)
        corners = triangles(quads)
        facing = normals(points, corners)
        first = index[:2].reshape(-1)
        if (facing[first] * (points[first] - points[first].mean(axis=0))).sum() < 0:
            corners, facing = corners[:, ::-1], -facing
        if start is not None:
            facing[:count] = start  # no crease where it leaves the cloth above
        if len(weights) == count:
            weights = np.tile(weights, (len(rows), 1))
        return self.figure.patch(
            points, corners, np.concatenate(shades), weights=weights, normal=facing
        )

    # ------------------------------------------------------------------ shoes

    def _shoe(self, side: str, upper: Colour, sole: Colour) -> Skinned:
        foot = self._foot(side)
        joints = self.figure.joints
        heading = joints[f"{side}ToeBase"] - joints[f"{side}Foot"]
        yaw = np.arctan2(heading[0], heading[2])
        turn = np.array([[np.cos(yaw), 0, -np.sin(yaw)], [0, 1, 0], [np.sin(yaw), 0, np.cos(yaw)]])
        middle = foot.mean(axis=0) * [1, 0, 1]
        local = (foot - middle) @ turn.T
        back, front = local[:, 2].min() - 0.006, local[:, 2].max() + 0.010
        wide = np.ptp(local[:, 0]) / 2 + 0.004
        centre = (local[:, 0].max() + local[:, 0].min()) / 2
        is_fine = self.detail > 0.6
        columns = 7 if is_fine else 4
        rows, shades = _last(columns, back, front, wide, centre, upper, sole)
        if not is_fine:
            rows, shades = ([these[i] for i in (0, 2, 3, 5, 6)] for these in (rows, shades))
        points = [row @ turn + middle for row in rows]
        weights = self._foot_weights(side, np.concatenate(rows), back, front)
        return self._rings(points, shades, weights)

    def _foot(self, side: str) -> Points:
        body = np.unique(self.mannequin.source.groups["body"])
        mine: Mask = self.mannequin.of(f"{side}Foot", f"{side}ToeBase")
        points = self.figure.points[body[mine[body]]]
        return points[points[:, 1] < 0.075]

    def _foot_weights(
        self, side: str, points: Points, back: float, front: float
    ) -> NDArray[np.float64]:
        toe = np.clip(((points[:, 2] - back) / (front - back) - 0.6) / 0.14, 0, 1)[:, None]
        foot = self.figure.bound(len(points), **{f"{side}Foot": 1})
        return foot * (1 - toe) + self.figure.bound(len(points), **{f"{side}ToeBase": 1}) * toe


def _last(
    columns: int,
    back: float,
    front: float,
    wide: float,
    centre: float,
    upper: Colour,
    sole: Colour,
) -> tuple[list[Points], list[Points]]:
    """Rings of a shoe from the ground up: an outline that narrows to the opening."""
    angle = np.arange(2 * columns) * np.pi / columns
    long, mid = (front - back) / 2, (front + back) / 2
    x, z = np.cos(angle), np.sin(angle)
    shape = np.where(z > 0, 1.0, 0.80) * np.abs(x) ** 0.75 * np.sign(x)  # narrower heel
    nose = np.sign(z) * np.abs(z) ** 0.9
    rows: list[Points] = []
    shades: list[Points] = []
    dark = _times(sole, 0.75)
    plan = (
        (0.000, 0.92, 0.96, dark),
        (0.004, 1.00, 1.00, sole),
        (0.021, 1.00, 1.00, sole),
        (0.0215, 0.97, 0.985, _times(upper, 0.7)),
        (0.040, 0.95, 0.95, upper),
        (0.058, 0.78, 0.70, upper),
        (0.078, 0.55, 0.40, _times(upper, 0.9)),
    )
    for height, w, reach, colour in plan:
        ring = np.zeros((2 * columns, 3))
        lift = max(height - 0.03, 0) / 0.048
        ring[:, 0] = centre + shape * wide * w
        ring[:, 2] = mid + nose * long * reach - lift * long * 0.42
        ring[:, 1] = height - lift * 0.022 * np.clip(nose, 0, 1)
        rows.append(ring)
        shades.append(paint(2 * columns, colour))
    return rows, shades


def _inward(at: Points, loop: NDArray[np.int64], faces: Faces) -> Points:
    """For each point of an edge, the direction back into the cloth, length 1."""
    total = np.zeros_like(at)
    middle = at[faces].mean(axis=1)
    for k in range(3):
        np.add.at(total, faces[:, k], middle - at[faces[:, k]])
    ways = total[loop]
    ways = (ways + np.roll(ways, 1, axis=0) + np.roll(ways, -1, axis=0)) / 3
    return np.asarray(ways / np.maximum(np.linalg.norm(ways, axis=1, keepdims=True), 1e-9))


def _times(colour: Colour, by: float) -> Colour:
    r, g, b = colour
    return r * by, g * by, b * by


def front_seam(figure: Figure, top: Sequence[Skinned], cut_: Cut, colour: Colour) -> Skinned:
    """The line down the front where a coat or shirt is buttoned, lying on the cloth."""
    points = np.concatenate([piece.points for piece in top])
    weights = np.concatenate([_dense(piece) for piece in top])
    front = points[:, 2] > figure.joints["Spine1"][2]
    tall = float(figure.joints["Neck"][1] / figure.mannequin.joints["Neck"][1])
    high = float(figure.joints["Neck"][1]) - (0.012 + cut_.neck + cut_.lapel * 0.35) * tall
    low = float(figure.joints["LeftUpLeg"][1] + figure.joints["RightUpLeg"][1]) / 2 - cut_.below
    rows: list[NDArray[np.float64]] = []
    bound: list[NDArray[np.float64]] = []
    for y in np.linspace(high, low + 0.005, 12).tolist():
        near = np.where(front, np.hypot(points[:, 0], (points[:, 1] - y) * 0.7), np.inf)
        three = np.argsort(near)[:4]
        z = float(points[three, 2].max()) + 0.003
        rows += [np.array([-0.002, y, z]), np.array([0.0025, y, z])]
        bound += [weights[three].mean(axis=0)] * 2
    corners: list[list[int]] = []
    for i in range(0, len(rows) - 2, 2):
        corners += [[i, i + 2, i + 3], [i, i + 3, i + 1]]
    at = np.array(rows)
    return figure.patch(
        at,
        np.array(corners),
        paint(len(at), _times(colour, 0.5), 1),
        weights=np.array(bound),
        normal=np.tile([0.0, 0.0, 1.0], (len(at), 1)),
    )


def _dense(piece: Skinned) -> NDArray[np.float64]:
    wide = np.zeros((len(piece.points), len(FINE)))
    np.put_along_axis(wide, piece.joints, piece.weights, axis=1)
    return wide

"""Heart, lungs and airways, gullet and thyroid."""

from __future__ import annotations

import numpy as np

from tools.anatomy.field import (
    Distances,
    Field,
    Points,
    Solid,
    ellipsoid,
    half_space,
    swell,
    tube,
    turn,
    union,
    vec,
    within,
    without,
)
from tools.anatomy.frame import cage, domes, spine
from tools.anatomy.nets import Mesh, mesh
from tools.anatomy.parts import Part, part, solid
from tools.anatomy.sweep import curve, merge, sweep

APEX = [0.069, 1.206, 0.082]


def parts() -> list[Part]:
    """Draw what lies in the chest and the neck."""
    return [*lungs(), *airways(), *heart(), *throat()]


def ventricles() -> Solid:
    """Describe the cone of the two ventricles, pointing left, down and forward."""
    left = tube([[0.017, 1.272, 0.048], [0.041, 1.242, 0.064], APEX], [0.032, 0.0275, 0.0125], 0.01)
    right = tube(
        [[-0.004, 1.248, 0.071], [0.022, 1.234, 0.079], [0.055, 1.213, 0.084]],
        [0.0255, 0.0215, 0.012],
        0.01,
    )
    outflow = tube(
        [[0.002, 1.254, 0.079], [0.009, 1.276, 0.083], [0.012, 1.290, 0.079]],
        [0.020, 0.0165, 0.0135],
    )
    return union(left, right, outflow, blend=0.014)


def atria() -> list[Solid]:
    """Describe the two atria with their ears: right first."""
    right = union(
        ellipsoid([-0.023, 1.265, 0.053], [0.0195, 0.033, 0.024]),
        ellipsoid([-0.010, 1.291, 0.073], [0.016, 0.009, 0.010], turn(z=24)),
        blend=0.012,
    )
    left = union(
        ellipsoid([0.008, 1.283, 0.026], [0.031, 0.022, 0.018]),
        ellipsoid([0.040, 1.291, 0.050], [0.011, 0.008, 0.017], turn(y=-15)),
        blend=0.012,
    )
    return [right, left]


def heart() -> list[Part]:
    """Draw the heart, the roots of its great vessels and its coronary arteries."""
    muscle = union(ventricles(), *atria(), blend=0.007)
    front = [
        [0.016, 1.283, 0.092],
        [0.036, 1.253, 0.103],
        [0.058, 1.222, 0.100],
        [0.074, 1.203, 0.092],
    ]
    groove = tube(curve(front, 12), 0.002)
    ring = [
        [-0.020, 1.296, 0.076],
        [-0.016, 1.268, 0.087],
        [-0.023, 1.236, 0.070],
        [-0.004, 1.238, 0.038],
        [0.034, 1.262, 0.024],
        [0.050, 1.281, 0.050],
    ]
    crown = tube(curve(ring, 24), 0.0022)
    muscle = without(muscle, groove, crown, blend=0.010)
    lung_artery = union(
        tube(
            curve([[0.012, 1.288, 0.078], [0.015, 1.303, 0.068], [0.016, 1.312, 0.048]], 8), 0.0125
        ),
        tube(
            curve([[0.016, 1.310, 0.050], [0.036, 1.313, 0.026], [0.052, 1.306, 0.014]], 8),
            [0.011] * 7 + [0.008],
        ),
        tube(
            curve([[0.014, 1.308, 0.046], [-0.016, 1.302, 0.030], [-0.048, 1.296, 0.016]], 8),
            [0.011] * 7 + [0.008],
        ),
        blend=0.008,
    )
    lung_veins = merge(
        *(
            sweep(
                curve(
                    [
                        [0.008 + s * 0.02, y, 0.022],
                        [s * 0.036 + 0.006, y2, 0.012],
                        [s * 0.052 + 0.004, y3, 0.008],
                    ],
                    5,
                ),
                [0.007, 0.0055],
                6,
            )
            for s in (-1, 1)
            for y, y2, y3 in ((1.290, 1.290, 1.287), (1.272, 1.266, 1.258))
        )
    )
    return [
        solid("heart.muscle", muscle, 0.0033, 1400),
        solid("heart.lung-artery", lung_artery, 0.003, 360),
        part("heart.lung-veins", lung_veins, 150),
        part("heart.coronaries", coronaries(muscle), 420),
    ]


def coronaries(muscle: Solid) -> Mesh:
    """Lay the coronary arteries onto the muscle."""
    courses = [
        (
            [
                [0.014, 1.287, 0.070],
                [0.026, 1.279, 0.090],
                [0.036, 1.253, 0.102],
                [0.055, 1.225, 0.100],
                [0.073, 1.204, 0.090],
            ],
            14,
        ),
        ([[0.040, 1.247, 0.102], [0.056, 1.238, 0.092], [0.068, 1.224, 0.084]], 8),
        (
            [
                [0.020, 1.285, 0.084],
                [0.044, 1.283, 0.062],
                [0.050, 1.266, 0.040],
                [0.036, 1.250, 0.028],
            ],
            10,
        ),
        (
            [
                [-0.004, 1.291, 0.072],
                [-0.018, 1.283, 0.085],
                [-0.018, 1.252, 0.088],
                [-0.024, 1.232, 0.070],
                [-0.002, 1.226, 0.050],
                [0.030, 1.212, 0.060],
            ],
            16,
        ),
        ([[-0.021, 1.240, 0.078], [0.008, 1.222, 0.090], [0.036, 1.212, 0.092]], 8),
    ]
    tubes: list[Mesh] = []
    for points, count in courses:
        line = _onto(muscle, curve(points, count))
        tubes.append(sweep(line, [0.0021, 0.0012], 5))
    return merge(*tubes)


def _onto(body: Field, line: Points) -> Points:
    """Pull a line onto a surface, a little proud of it."""
    for _ in range(6):
        line = line - (body(line) - 0.0006)[:, None] * _steep(body, line)
    return line


def _steep(body: Field, points: Points) -> Points:
    step = 1e-4
    slope = np.stack(
        [body(points + step * unit) - body(points - step * unit) for unit in np.eye(3)], axis=1
    )
    return slope / np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-12)


def lungs() -> list[Part]:
    """Draw the lobes: three on the right, two on the left with the notch of the heart."""
    room = within(cage(0.004), lambda at: -domes(0.003)(at), blend=0.016)
    room = without(
        room,
        tube(spine()[::6], 0.023),
        tube(
            [[0, 1.42, 0.02], [0, 1.36, 0.020], [0, 1.30, 0.03], [0, 1.2, 0.02]],
            [0.02, 0.022, 0.028, 0.028],
        ),
        swell(union(ventricles(), *atria(), blend=0.02), 0.004),
        blend=0.014,
    )
    tongue = ellipsoid([0.050, 1.190, 0.088], [0.052, 0.032, 0.050])
    corner = ellipsoid([-0.004, 1.186, 0.082], [0.034, 0.034, 0.048])
    crus = ellipsoid([0, 1.10, -0.008], [0.080, 0.088, 0.052])
    room = without(room, tongue, corner, crus, blend=0.016)
    oblique = half_space([0, 1.205, 0.095], _slope([0.0, 1.205, 0.095], [0.0, 1.335, -0.045]))
    level = half_space([0, 1.278, 0.0], [0, 1, -0.06])
    gap = 0.0016
    right = within(room, half_space([-0.010, 0, 0], [1, 0, 0]), _apart(-1), blend=0.014)
    left = within(room, half_space([0.012, 0, 0], [-1, 0, 0]), _apart(1), blend=0.014)
    sharp = 0.008
    return [
        solid(
            "lungs.right.upper",
            within(right, _shift(oblique, -gap, -1), _shift(level, -gap, -1), blend=sharp),
            0.0042,
            520,
        ),
        solid(
            "lungs.right.middle",
            within(right, _shift(oblique, -gap, -1), _shift(level, -gap, 1), blend=sharp),
            0.0042,
            340,
        ),
        solid(
            "lungs.right.lower", within(right, _shift(oblique, -gap, 1), blend=sharp), 0.005, 560
        ),
        solid("lungs.left.upper", within(left, _shift(oblique, -gap, -1), blend=sharp), 0.005, 620),
        solid("lungs.left.lower", within(left, _shift(oblique, -gap, 1), blend=sharp), 0.005, 520),
    ]


def _slope(front: list[float], back: list[float]) -> Points:
    """Build the upward normal of the plane through two points that runs across the body."""
    along = np.array(back) - np.array(front)
    return np.array([0.0, -along[2], along[1]])


def _shift(field: Field, gap: float, sign: int) -> Field:
    """Take one side of a plane (-1 above, 1 below), a gap away from it."""
    return lambda at: sign * field(at) - gap


def _apart(side: int) -> Field:
    """Keep the lungs from meeting where breastbone and great vessels are."""

    def field(at: Points) -> Distances:
        return 0.012 + 0.010 * np.clip((at[:, 1] - 1.24) / 0.1, 0, 1) - side * at[:, 0]

    return field


def airways() -> list[Part]:
    """Draw larynx, windpipe with its rings, and the bronchial tree down to the segments."""
    windpipe = curve([[0, 1.434, 0.056], [0, 1.40, 0.044], [0, 1.36, 0.028], [0, 1.326, 0.020]], 40)
    rings = 0.0085 + 0.0007 * np.cos(np.arange(40) * np.pi)
    tubes = [sweep(windpipe, rings, 9)]
    larynx = union(
        tube([[0, 1.433, 0.057], [0, 1.452, 0.058]], [0.0105, 0.012]),
        ellipsoid([0, 1.450, 0.067], [0.011, 0.012, 0.007]),
        blend=0.01,
    )
    for side in (-1, 1):
        tubes += _tree(side)
    return [part("airways", merge(mesh(larynx, 0.0032), *tubes), 1050)]


def _tree(side: int) -> list[Mesh]:
    """Branch one main bronchus; the left one is longer, narrower and flatter."""
    fork = np.array([0, 1.326, 0.020])
    if side < 0:
        hilum = np.array([-0.032, 1.300, 0.014])
        targets = [
            [-0.048, 1.345, 0.012],
            [-0.070, 1.318, 0.042],
            [-0.072, 1.316, -0.012],
            [-0.058, 1.258, 0.068],
            [-0.088, 1.254, 0.050],
            [-0.086, 1.244, -0.012],
            [-0.060, 1.234, -0.024],
            [-0.052, 1.246, 0.020],
        ]
    else:
        hilum = np.array([0.042, 1.295, 0.012])
        targets = [
            [0.054, 1.345, 0.008],
            [0.074, 1.318, 0.038],
            [0.076, 1.310, -0.014],
            [0.080, 1.268, 0.062],
            [0.100, 1.256, 0.040],
            [0.088, 1.240, -0.012],
            [0.064, 1.232, -0.024],
        ]
    stem = curve([fork, (fork + hilum) / 2 + vec(0, 0.002, 0), hilum], 7)
    found = [sweep(stem, [0.0075, 0.006] if side < 0 else [0.0065, 0.0055], 8)]
    for target in targets:
        end = np.array(target, float)
        middle = hilum * 0.45 + end * 0.55 + np.array([0, 0.004, 0])
        found.append(sweep(curve([hilum, middle, end], 6), [0.0045, 0.0022], 6))
        for turned in (0.018, -0.018):
            tip = end + (end - hilum) * 0.16 + np.array([0, turned * 0.5, turned * 0.8])
            found.append(
                sweep(
                    curve([middle * 0.2 + end * 0.8, end * 0.6 + tip * 0.4, tip], 4),
                    [0.0022, 0.0011],
                    5,
                )
            )
    return found


def throat() -> list[Part]:
    """Draw the thyroid in front of the windpipe and the gullet behind it."""
    lobe = tube(
        curve([[0.013, 1.404, 0.050], [0.0185, 1.416, 0.049], [0.0165, 1.440, 0.053]], 8),
        [0.0085, 0.0095, 0.010, 0.0095, 0.008, 0.0065, 0.0055, 0.004],
    )
    other = tube(
        curve([[-0.013, 1.404, 0.050], [-0.0185, 1.416, 0.049], [-0.0165, 1.440, 0.053]], 8),
        [0.0085, 0.0095, 0.010, 0.0095, 0.008, 0.0065, 0.0055, 0.004],
    )
    bridge = tube([[-0.012, 1.409, 0.056], [0, 1.407, 0.0605], [0.012, 1.409, 0.056]], 0.0045)
    gullet = curve(
        [
            [0, 1.432, 0.044],
            [0.003, 1.38, 0.024],
            [0.002, 1.32, 0.009],
            [0.003, 1.25, 0.008],
            [0.010, 1.20, 0.016],
            [0.024, 1.168, 0.028],
        ],
        26,
    )
    return [
        solid("thyroid", union(lobe, other, bridge, blend=0.006), 0.0024, 300),
        part(
            "oesophagus",
            sweep(gullet, [0.0075, 0.0065, 0.007, 0.0085], 7, flat=0.7, up=[0, 0, 1]),
            220,
        ),
    ]

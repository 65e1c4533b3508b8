"""Liver and gallbladder, stomach, spleen, pancreas, kidneys and adrenals, the gut."""

from __future__ import annotations

import numpy as np

from tools.anatomy.field import (
    Distances,
    Points,
    Solid,
    ellipsoid,
    half_space,
    swell,
    tube,
    turn,
    union,
    within,
    without,
)
from tools.anatomy.field import mirrored as reflected
from tools.anatomy.frame import cage, domes, spine
from tools.anatomy.nets import Mesh, mesh
from tools.anatomy.parts import Part, part, solid
from tools.anatomy.sweep import curve, merge, sweep


def parts() -> list[Part]:
    """Draw what lies between the diaphragm and the pelvis."""
    return [
        *liver(),
        solid("stomach", stomach(), 0.0048, 580),
        solid("spleen", spleen(), 0.0034, 240),
        solid("pancreas", pancreas(), 0.0028, 380),
        *kidneys(),
        *gut(),
    ]


def liver() -> list[Part]:
    """Draw the liver under the right dome, its left lobe reaching over the stomach."""
    right = ellipsoid([-0.061, 1.150, 0.028], [0.066, 0.082, 0.080], turn(z=-6))
    left = ellipsoid([0.010, 1.180, 0.056], [0.070, 0.041, 0.046], turn(z=8))
    bulk = within(
        union(right, left, blend=0.035),
        domes(-0.004),
        cage(0.006),
        half_space([-0.016, 1.108, 0.085], [0.40, -0.87, -0.28]),
        blend=0.014,
    )
    cleft = tube(
        curve([[-0.002, 1.215, 0.085], [0.002, 1.175, 0.105], [-0.002, 1.125, 0.098]], 8), 0.004
    )
    notch = ellipsoid([-0.047, 1.098, 0.082], [0.012, 0.026, 0.028])
    shape = without(
        bulk, cleft, notch, tube(spine()[::6], 0.024), swell(kidney(-1), 0.003), blend=0.008
    )
    bile = curve(
        [
            [-0.050, 1.088, 0.094],
            [-0.045, 1.108, 0.082],
            [-0.035, 1.126, 0.064],
            [-0.028, 1.122, 0.052],
        ],
        9,
    )
    bag = tube(bile, [0.0105, 0.0125, 0.0128, 0.0115, 0.0095, 0.007, 0.0045, 0.003, 0.0026], 0.004)
    duct = curve([[-0.028, 1.124, 0.052], [-0.030, 1.10, 0.040], [-0.038, 1.078, 0.034]], 7)
    return [
        solid("liver", shape, 0.005, 820),
        part("gallbladder", merge(mesh(bag, 0.0026), sweep(duct, 0.0024, 5)), 210),
    ]


def stomach() -> Solid:
    """Describe the J from the cardia over fundus and body to the pylorus."""
    line = [
        [0.058, 1.168, 0.020],
        [0.066, 1.143, 0.034],
        [0.062, 1.116, 0.050],
        [0.046, 1.092, 0.066],
        [0.018, 1.082, 0.073],
        [-0.006, 1.090, 0.068],
        [-0.023, 1.102, 0.057],
    ]
    body = tube(
        curve(line, 16),
        np.interp(
            np.linspace(0, 1, 16),
            [0, 0.2, 0.4, 0.6, 0.78, 0.9, 1],
            [0.033, 0.034, 0.031, 0.025, 0.020, 0.0145, 0.0105],
        ),
        0.012,
    )
    mouth = tube([[0.026, 1.168, 0.028], [0.044, 1.160, 0.026]], [0.009, 0.014])
    return within(union(body, mouth, blend=0.018), domes(-0.004), cage(0.008), blend=0.01)


def spleen() -> Solid:
    """Describe the spleen along the left tenth rib, hollowed towards the stomach."""
    axis = np.array([0.30, -0.52, 0.80])
    axis /= np.linalg.norm(axis)
    out = np.array([0.93, 0.0, -0.37])
    out -= (out @ axis) * axis
    out /= np.linalg.norm(out)
    frame = np.stack([axis, np.cross(out, axis), out], axis=1)
    centre = np.array([0.096, 1.158, -0.006])
    whole = ellipsoid(centre, [0.053, 0.033, 0.021], frame)
    hollow = ellipsoid(centre - 0.034 * out, [0.050, 0.026, 0.024], frame)
    return within(without(whole, hollow, blend=0.010), cage(0.005), domes(-0.004), blend=0.006)


def pancreas() -> Solid:
    """Describe the pancreas from its head in the duodenum to its tail at the spleen."""
    line = curve(
        [
            [-0.036, 1.062, 0.040],
            [-0.032, 1.082, 0.044],
            [-0.010, 1.096, 0.055],
            [0.020, 1.107, 0.052],
            [0.052, 1.124, 0.034],
            [0.080, 1.138, 0.012],
        ],
        18,
    )
    radii = np.interp(
        np.linspace(0, 1, 18),
        [0, 0.18, 0.34, 0.5, 0.8, 1],
        [0.010, 0.0155, 0.0095, 0.0115, 0.0100, 0.0065],
    )

    def lobules(at: Points) -> Distances:
        waves = np.sin(620 * at[:, 0] + 1.0) * np.sin(560 * at[:, 1]) * np.sin(600 * at[:, 2] + 0.5)
        return 0.0017 * waves

    return swell(tube(line, radii, 0.006), lobules)


def kidney(side: int) -> Solid:
    """Describe one kidney; the right one (-1) lies lower, under the liver."""
    centre = np.array([0.058, 1.104 if side > 0 else 1.090, 0.004])
    frame = turn(y=-28, z=-11)
    whole = ellipsoid(centre, [0.0265, 0.054, 0.0185], frame)
    hilum = ellipsoid(
        centre + frame @ np.array([-0.029, -0.002, 0.004]), [0.013, 0.017, 0.012], frame
    )
    shape = without(whole, hilum, blend=0.012)
    return shape if side > 0 else reflected(shape)


def kidneys() -> list[Part]:
    """Draw kidneys with pelvis and ureter, and the adrenals on top of them."""
    found: list[Part] = []
    for side, name, drop in ((1, "left", 0.0), (-1, "right", -0.014)):
        course = [
            [0.046, 1.100 + drop, 0.010],
            [0.034, 1.086 + drop, 0.014],
            [0.033, 1.04, 0.022],
            [0.036, 0.99, 0.024],
            [0.046, 0.94, -0.002],
            [0.046, 0.895, -0.006],
            [0.032, 0.866, 0.022],
            [0.018, 0.856, 0.040],
        ]
        line = curve(np.array(course) * [side, 1, 1], 22)
        ureter = sweep(line, [0.0065, 0.0026, 0.0023, 0.0023], 5)
        found.append(part(f"kidneys.{name}", merge(mesh(kidney(side), 0.004), ureter), 460))
        cap = union(
            tube(
                [
                    [0.030, 1.158 + drop, 0.008],
                    [0.042, 1.166 + drop, 0.006],
                    [0.054, 1.158 + drop, 0.006],
                ],
                [0.003, 0.0062, 0.003],
            ),
            blend=0.004,
        )
        found.append(solid(f"adrenals.{name}", cap if side > 0 else reflected(cap), 0.003, 80))
    return found


def gut() -> list[Part]:
    """Draw duodenum and small intestine, and the colon that frames them."""
    bend = curve(
        [
            [-0.023, 1.103, 0.056],
            [-0.036, 1.112, 0.044],
            [-0.051, 1.098, 0.034],
            [-0.054, 1.068, 0.032],
            [-0.040, 1.043, 0.036],
            [-0.004, 1.037, 0.052],
            [0.026, 1.050, 0.050],
            [0.034, 1.062, 0.052],
        ],
        26,
    )
    return [
        part("intestines.duodenum", sweep(bend, [0.0105, 0.0125, 0.012, 0.011], 8), 300),
        part("intestines.small", sweep(_coils(), [0.0102, 0.0108, 0.0102, 0.0096], 7), 1900),
        *_colon(),
    ]


def _coils() -> Points:
    """Lay the small intestine in rows that wander to and fro inside the colon."""
    stops: list[list[float]] = [[0.034, 1.058, 0.060]]
    rows = [1.034, 1.015, 0.995, 0.976, 0.957, 0.937, 0.918]
    reach = [0.058, 0.072, 0.076, 0.075, 0.070, 0.062, 0.046]
    for row, (height, wide) in enumerate(zip(rows, reach, strict=True)):
        across = np.linspace(-1, 1, 7) * (1 if row % 2 else -1)
        for k, share in enumerate(across):
            lift = 0.0105 * np.sin(2.2 * k + 1.9 * row) + 0.003 * np.sin(5.1 * k + row)
            depth = 0.069 + 0.019 * np.cos(0.83 * np.pi * k + 0.9 * row) - 0.016 * share**2
            lean = 0.006 * np.sin(3.7 * k + 2.3 * row)
            stops.append([float(share * wide + lean), float(height + lift), float(depth)])
    stops += [[-0.050, 0.945, 0.052], [-0.072, 0.962, 0.048]]
    return curve(stops, 250)


def _colon() -> list[Part]:
    line = curve(
        [
            [-0.083, 0.944, 0.050],
            [-0.092, 0.962, 0.048],
            [-0.099, 0.995, 0.040],
            [-0.101, 1.035, 0.026],
            [-0.094, 1.066, 0.026],
            [-0.078, 1.068, 0.062],
            [-0.050, 1.050, 0.092],
            [0.0, 1.040, 0.104],
            [0.046, 1.056, 0.096],
            [0.078, 1.088, 0.066],
            [0.097, 1.118, 0.026],
            [0.105, 1.095, 0.008],
            [0.105, 1.04, 0.006],
            [0.102, 0.99, 0.016],
            [0.090, 0.952, 0.036],
        ],
        120,
    )
    step = np.arange(120)
    haustra = np.interp(step / 119, [0, 0.08, 0.3, 0.75, 1], [0.020, 0.024, 0.0205, 0.0165, 0.0135])
    haustra *= 1 + 0.10 * np.cos(step * 2 * np.pi / 5)
    sigmoid = curve(
        [
            [0.090, 0.952, 0.036],
            [0.074, 0.924, 0.046],
            [0.046, 0.914, 0.030],
            [0.028, 0.934, 0.004],
            [0.006, 0.934, -0.014],
            [-0.006, 0.910, -0.030],
        ],
        34,
    )
    rectum = curve(
        [
            [-0.006, 0.912, -0.029],
            [0, 0.885, -0.036],
            [0, 0.855, -0.030],
            [0, 0.838, -0.018],
            [0, 0.815, -0.030],
        ],
        14,
    )
    worm = curve(
        [
            [-0.078, 0.936, 0.048],
            [-0.066, 0.928, 0.040],
            [-0.062, 0.908, 0.036],
            [-0.056, 0.896, 0.040],
        ],
        10,
    )
    return [
        part("intestines.colon", sweep(line, haustra, 9), 1300),
        part(
            "intestines.sigmoid",
            merge(_beaded(sigmoid, 0.0135), sweep(rectum, [0.014, 0.0185, 0.0175, 0.009], 8)),
            520,
        ),
        part("intestines.appendix", sweep(worm, [0.0038, 0.003], 5), 60),
    ]


def _beaded(line: Points, radius: float) -> Mesh:
    return sweep(line, radius * (1 + 0.10 * np.cos(np.arange(len(line)) * 2 * np.pi / 5)), 8)

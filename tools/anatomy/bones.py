"""The skeleton, drawn lightly: it frames the organs and carries findings of bones and joints."""

from __future__ import annotations

import numpy as np

from tools.anatomy.body import Standing
from tools.anatomy.field import (
    Points,
    Solid,
    ellipsoid,
    half_space,
    tube,
    turn,
    union,
    vec,
    within,
    without,
)
from tools.anatomy.field import mirrored as reflected
from tools.anatomy.frame import NAMES, TOPS, rib_ring, vertebra
from tools.anatomy.limbs import limbs
from tools.anatomy.nets import Mesh, mesh
from tools.anatomy.parts import Part, pair, part, solid
from tools.anatomy.sweep import curve, merge, sheet, sweep

# Height at which each bony rib ends in front, and how far round it reaches (degrees from behind).
RIB_ENDS = [1.358, 1.332, 1.306, 1.278, 1.245, 1.208, 1.172, 1.140, 1.110, 1.084, 1.104, 1.108]
RIB_REACH = [138, 136, 134, 132, 130, 129, 128, 121, 113, 104, 76, 52]
BREASTBONE = [1.355, 1.326, 1.303, 1.281, 1.262, 1.246, 1.234]  # where cartilages 1 to 7 join


def parts(template: Standing) -> list[Part]:
    """Draw skull, spine, rib cage, shoulder girdle, pelvis and limbs."""
    hip = hip_bone()
    return [
        solid("skeleton.skull", skull(), 0.0054, 860),
        part("skeleton.spine", backbone(), 1420),
        part("skeleton.ribs", ribs(), 1700),
        part("skeleton.shoulders", shoulders(), 460),
        part("skeleton.pelvis", merge(mesh(union(hip, reflected(hip)), 0.006), pair(wing())), 760),
        part("skeleton.limbs", limbs(template), 2200),
    ]


def skull() -> Solid:
    """Describe cranium, face with orbits, cheekbones and lower jaw."""
    cranium = union(
        ellipsoid([0, 1.596, 0.0445], [0.0660, 0.0640, 0.0900]),
        ellipsoid([0, 1.585, 0.100], [0.050, 0.046, 0.036]),
        blend=0.02,
    )
    cranium = within(cranium, half_space([0, 1.528, 0.03], [0, -1, 0.12]), blend=0.02)
    face = union(
        ellipsoid([0, 1.538, 0.106], [0.038, 0.040, 0.034]),
        ellipsoid([0, 1.505, 0.118], [0.026, 0.016, 0.022]),
        blend=0.02,
    )
    temple = ellipsoid([0.044, 1.556, 0.046], [0.021, 0.028, 0.036])
    mastoid = tube([[0.053, 1.548, 0.028], [0.052, 1.532, 0.030]], [0.010, 0.006])
    arch = tube(
        curve(
            [
                [0.038, 1.540, 0.122],
                [0.056, 1.541, 0.100],
                [0.064, 1.547, 0.066],
                [0.060, 1.553, 0.044],
            ],
            8,
        ),
        [0.0085, 0.0075, 0.005, 0.004, 0.0035, 0.0035, 0.0035, 0.0035],
        0.004,
    )
    jaw = tube(
        curve(
            [
                [0.051, 1.545, 0.052],
                [0.046, 1.502, 0.054],
                [0.036, 1.474, 0.092],
                [0.015, 1.463, 0.124],
                [0, 1.463, 0.128],
            ],
            14,
        ),
        [
            0.0055,
            0.0065,
            0.0075,
            0.0085,
            0.0085,
            0.008,
            0.0078,
            0.0078,
            0.008,
            0.0085,
            0.009,
            0.0095,
            0.010,
            0.010,
        ],
        0.004,
    )
    ramus = tube([[0.050, 1.540, 0.056], [0.046, 1.506, 0.062]], [0.009, 0.012])
    gum = tube(curve([[0.024, 1.486, 0.094], [0.016, 1.482, 0.118], [0, 1.481, 0.126]], 6), 0.0065)
    sides = [temple, mastoid, arch, jaw, ramus, gum]
    bone = union(cranium, face, *sides, *(reflected(s) for s in sides), blend=0.008)
    socket = ellipsoid([0.0295, 1.5575, 0.130], [0.0185, 0.0165, 0.030], turn(y=14))
    nose = union(
        ellipsoid([0.0045, 1.524, 0.142], [0.0075, 0.0125, 0.024]),
        ellipsoid([-0.0045, 1.524, 0.142], [0.0075, 0.0125, 0.024]),
        ellipsoid([0, 1.535, 0.142], [0.007, 0.014, 0.024]),
    )
    return without(bone, socket, reflected(socket), nose, blend=0.005)


def backbone() -> Mesh:
    """Stack 24 vertebrae with their processes, then sacrum and tail bone."""
    found: list[Mesh] = []
    for index, name in enumerate(NAMES):
        middle = vertebra(name)
        high, low = TOPS[index], TOPS[index + 1]
        size = float(np.interp(index, [0, 6, 7, 18, 23], [0.0115, 0.0130, 0.0135, 0.0185, 0.0225]))
        gap = 0.14 * (high - low)
        line = curve(
            [
                middle + vec(0, (high - low) / 2 - gap, 0),
                middle,
                middle - vec(0, (high - low) / 2 - gap, 0),
            ],
            3,
        )
        found.append(sweep(line, [size, size * 0.86, size], 8, flat=0.78, up=[0, 0, 1]))
        found += _processes(name, middle, size, high - low)
    sacrum = curve(
        [
            [0, 0.953, 0.006],
            [0, 0.925, -0.016],
            [0, 0.893, -0.040],
            [0, 0.865, -0.047],
            [0, 0.842, -0.038],
        ],
        9,
    )
    found.append(
        sweep(sacrum, [0.047, 0.043, 0.030, 0.013, 0.005], 9, flat=0.30, up=[0, 0.75, -0.65])
    )
    return merge(*found)


def _processes(name: str, middle: Points, size: float, height: float) -> list[Mesh]:
    """Add the spinous process behind and the transverse ones at the sides."""
    region = name[0]
    reach, drop = {"C": (0.030, 0.006), "T": (0.036, 0.022), "L": (0.046, 0.006)}[region]
    wide = {"C": 0.021, "T": 0.026, "L": 0.036}[region]
    if name == "C7":
        reach = 0.042
    start = middle + np.array([0, -0.002, -size * 0.7])
    tip = middle + np.array([0, -drop, -size * 0.6 - reach])
    spinous = sweep(np.stack([start, tip]), [0.0045, 0.0042], 4, flat=1.5, up=[0, 1, 0])
    if name == "C1":
        return [
            sweep(
                np.array([[-0.032, middle[1], middle[2]], [0.032, middle[1], middle[2]]]), 0.006, 5
            )
        ]
    side = np.array([wide, 0.001, -size * 0.9])
    foot = middle + np.array([0.008, 0.0, -size * 0.75])
    across = sweep(np.stack([foot, middle + side]), [0.0045, 0.0034], 4)
    return [spinous, pair(across)]


def ribs() -> Mesh:
    """Draw twelve pairs of ribs, their cartilages and the breastbone."""
    found: list[Mesh] = []
    for index in range(12):
        top = vertebra(f"T{index + 1}")
        bone = rib_ring(float(top[1]), RIB_ENDS[index], RIB_REACH[index], 13)
        head = top + np.array([0.016, 0.0, -0.010])
        line = curve(np.concatenate([[head], bone]), 15)
        found.append(sweep(line, [0.0048, 0.0058, 0.0056], 4, flat=0.55, up=None))
        end = bone[-1]
        if index < 7:
            height = BREASTBONE[index]
            join = np.array([0.016 if index else 0.021, height, _sternum_depth(height) - 0.002])
            sag = np.array(
                [
                    end[0] * 0.52 + 0.008,
                    min(end[1], height) * 0.6 + max(end[1], height) * 0.4,
                    end[2] * 0.35 + join[2] * 0.65 + 0.002,
                ]
            )
            found.append(sweep(curve([end, sag, join], 6), [0.0052, 0.0046], 4, flat=0.6))
        elif index < 10:
            above = rib_ring(
                float(vertebra(f"T{index}")[1]), RIB_ENDS[index - 1], RIB_REACH[index - 1], 13
            )[-1]
            join = above * 0.75 + np.array([0.030, RIB_ENDS[index - 1] + 0.022, 0.108]) * 0.25
            found.append(
                sweep(
                    curve([end, (end + join) / 2 + vec(0, -0.004, 0.004), join], 5),
                    [0.0048, 0.0040],
                    4,
                    flat=0.6,
                )
            )
    plate = curve(
        [[0, y, _sternum_depth(y)] for y in (1.368, 1.345, 1.326, 1.29, 1.25, 1.228, 1.212, 1.196)],
        11,
    )
    breastbone = sweep(
        plate,
        [0.028, 0.024, 0.0145, 0.0155, 0.018, 0.019, 0.011, 0.004],
        8,
        flat=0.24,
        up=[0, 0.2, 1],
    )
    return merge(pair(*found), breastbone)


def _sternum_depth(height: float) -> float:
    return float(
        np.interp(height, [1.196, 1.228, 1.27, 1.326, 1.368], [0.112, 0.113, 0.107, 0.092, 0.074])
    )


def shoulders() -> Mesh:
    """Draw collar bones and shoulder blades."""
    collar = curve(
        [
            [0.016, 1.366, 0.074],
            [0.050, 1.372, 0.074],
            [0.090, 1.379, 0.050],
            [0.125, 1.380, 0.026],
            [0.148, 1.373, 0.016],
        ],
        12,
    )
    blade = sheet(
        curve(
            [
                [0.060, 1.362, -0.036],
                [0.062, 1.325, -0.052],
                [0.068, 1.285, -0.060],
                [0.080, 1.242, -0.060],
            ],
            7,
        ),
        curve(
            [
                [0.100, 1.366, -0.012],
                [0.142, 1.336, 0.004],
                [0.122, 1.295, -0.030],
                [0.084, 1.240, -0.058],
            ],
            7,
        ),
        rows=4,
        thickness=0.003,
        bulge=[0.0, 0.0, -0.006],
    )
    ridge = curve(
        [
            [0.064, 1.330, -0.055],
            [0.100, 1.346, -0.052],
            [0.138, 1.366, -0.032],
            [0.156, 1.368, -0.006],
        ],
        8,
    )
    beak = curve([[0.128, 1.350, 0.002], [0.128, 1.356, 0.020], [0.133, 1.345, 0.034]], 5)
    socket = sweep(np.array([[0.136, 1.326, 0.006], [0.148, 1.325, 0.010]]), [0.011, 0.015], 7)
    return pair(
        sweep(collar, [0.009, 0.0062, 0.0058, 0.0066], 6),
        blade,
        sweep(ridge, [0.003, 0.0055, 0.0085], 5, flat=0.6),
        sweep(beak, [0.0065, 0.0045], 5),
        socket,
    )


def hip_bone() -> Solid:
    """Describe socket, seat bone and pubic bone of the left side."""
    cup = without(
        ellipsoid([0.086, 0.874, 0.010], [0.027, 0.031, 0.030]),
        ellipsoid([0.104, 0.868, 0.010], [0.0245, 0.0245, 0.0245]),
        blend=0.006,
    )
    return union(
        cup,
        tube(
            curve(
                [
                    [0.078, 0.885, 0.034],
                    [0.050, 0.880, 0.064],
                    [0.022, 0.862, 0.086],
                    [0.005, 0.852, 0.090],
                ],
                8,
            ),
            [0.013, 0.011, 0.009, 0.0085, 0.009, 0.010, 0.0115, 0.011],
        ),
        tube(
            curve(
                [
                    [0.004, 0.846, 0.088],
                    [0.014, 0.828, 0.074],
                    [0.034, 0.808, 0.040],
                    [0.052, 0.796, 0.004],
                ],
                8,
            ),
            [0.010, 0.008, 0.0065, 0.006, 0.0065, 0.009, 0.012, 0.014],
        ),
        tube(
            curve([[0.074, 0.866, -0.008], [0.064, 0.832, -0.018], [0.054, 0.802, -0.006]], 6),
            [0.016, 0.014, 0.014, 0.015, 0.016, 0.015],
        ),
        blend=0.012,
    )


def wing() -> Mesh:
    """Spread the wing of the ilium from its crest down to the socket."""
    crest = curve(
        [
            [0.108, 0.936, 0.082],
            [0.121, 0.968, 0.062],
            [0.125, 0.995, 0.026],
            [0.104, 1.002, -0.016],
            [0.064, 0.984, -0.050],
            [0.038, 0.952, -0.056],
        ],
        12,
    )
    base = curve(
        [
            [0.092, 0.900, 0.058],
            [0.094, 0.894, 0.034],
            [0.090, 0.894, 0.008],
            [0.074, 0.902, -0.018],
            [0.054, 0.914, -0.034],
            [0.036, 0.926, -0.040],
        ],
        12,
    )
    blade = sheet(crest, base, rows=5, thickness=0.0045, bulge=[-0.010, 0.0, 0.004])
    return merge(blade, sweep(crest, [0.0058, 0.0066, 0.0062, 0.0072], 5))


__all__ = ["parts", "within"]

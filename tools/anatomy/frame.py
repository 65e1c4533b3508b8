"""The measures of the template body that the anatomy is drawn against.

The template stands 1.66 m tall at ease; heights of vertebrae and surface landmarks follow the
proportions of adult anatomy (suprasternal notch at T2/3, sternal angle at T4/5, transpyloric
plane at L1, iliac crests at L4). x is the person's left, y up, z forward [m].

Source: surface anatomy as in Hale, Mirjalili and Stringer, Clin Anat 2010;23:754-764.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tools.anatomy.field import Points, Solid, ellipsoid, loft, union
from tools.anatomy.sweep import curve

NAMES = (
    [f"C{i}" for i in range(1, 8)]
    + [f"T{i}" for i in range(1, 13)]
    + [f"L{i}" for i in range(1, 6)]
)

# The middles of the vertebral bodies pass through here, from the atlas to the lumbosacral joint.
_SPINE = np.array(
    [
        (0, 1.516, 0.030),
        (0, 1.466, 0.032),
        (0, 1.425, 0.022),
        (0, 1.380, 0.008),
        (0, 1.330, -0.003),
        (0, 1.270, -0.008),
        (0, 1.210, -0.003),
        (0, 1.150, 0.009),
        (0, 1.100, 0.019),
        (0, 1.050, 0.026),
        (0, 1.000, 0.024),
        (0, 0.962, 0.012),
    ]
)
# The upper ends of the vertebrae C1 to L5, and the upper end of the sacrum.
_NECK = np.linspace(1.522, 1.410, 8)
_CHEST = 1.410 - np.cumsum(np.linspace(0.0205, 0.0270, 12))
_LOINS = np.linspace(float(_CHEST[-1]), 0.955, 6)[1:]
TOPS = np.concatenate([_NECK, _CHEST, _LOINS])


def spine(count: int = 120) -> Points:
    """Walk down the middles of the vertebral bodies."""
    return curve(_SPINE, count)


def vertebra(name: str) -> NDArray[np.float64]:
    """Find the middle of one vertebral body, by name ("T8")."""
    index = NAMES.index(name)
    height = (TOPS[index] + TOPS[index + 1]) / 2
    line = spine()[::-1]
    return np.array([0.0, height, np.interp(height, line[:, 1], line[:, 2])])


# The inside of the ribs at rising heights: reach to the side, hindmost and foremost z.
LEVELS = [1.06, 1.12, 1.15, 1.18, 1.21, 1.24, 1.27, 1.30, 1.33, 1.36, 1.382, 1.398]
WIDE = [0.108, 0.117, 0.123, 0.128, 0.130, 0.127, 0.121, 0.111, 0.095, 0.074, 0.054, 0.030]
BACK = [
    *(-0.02, -0.022, -0.029, -0.037, -0.045, -0.050),
    *(-0.052, -0.050, -0.044, -0.034, -0.022, -0.005),
]
FRONT = [0.103, 0.105, 0.106, 0.108, 0.107, 0.104, 0.099, 0.091, 0.080, 0.066, 0.050, 0.035]
ROUNDNESS = 2.3


def cage(inset: float = 0.0) -> Solid:
    """Describe the inside of the ribs, from the tops of the lungs down to the loins."""
    wide, back, front = np.array(WIDE), np.array(BACK), np.array(FRONT)
    return loft(LEVELS, wide - inset, back + inset, front - inset, roundness=ROUNDNESS)


def domes(lift: float = 0.0) -> Solid:
    """Describe what lies under the two domes of the diaphragm; the right one stands higher."""
    right = ellipsoid([-0.064, 1.10, 0.034], np.array([0.078, 0.123, 0.096]) + lift)
    left = ellipsoid([0.066, 1.095, 0.034], np.array([0.075, 0.115, 0.094]) + lift)
    middle = ellipsoid([0.0, 1.09, 0.045], np.array([0.07, 0.112, 0.075]) + lift)
    return union(right, left, middle, blend=0.02)


def rib_ring(top: float, end: float, reach: float, count: int) -> Points:
    """Walk a left rib round the cage, falling from the spine to its front end.

    Args:
        top: height of its vertebra [m].
        end: height of its front end [m].
        reach: how far round it goes [degrees], 0 behind, 180 in front.
        count: how many points to give back.
    """
    angle = np.radians(np.linspace(22, reach, count))
    share = np.linspace(0, 1, count)
    height = top + 0.004 * np.sin(np.pi * np.minimum(share * 3, 1)) - (top - end) * share**1.25
    wide, back, front = (np.interp(height, LEVELS, v) for v in (WIDE, BACK, FRONT))
    power = 2 / ROUNDNESS
    x = (wide + 0.003) * np.sin(angle) ** power
    turned = -np.cos(angle)
    z = (front + back) / 2 + ((front - back) / 2 + 0.003) * np.sign(turned) * np.abs(
        turned
    ) ** power
    return np.stack([x, height, z], axis=1)

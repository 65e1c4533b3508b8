"""Brain with its cord, and the eyes."""

from __future__ import annotations

import numpy as np

from tools.anatomy.field import (
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
from tools.anatomy.frame import spine
from tools.anatomy.nets import Mesh, mesh
from tools.anatomy.parts import Part, both, part, solid
from tools.anatomy.sweep import curve, merge, sweep


def parts() -> list[Part]:
    """Draw what lies in the head, and the cord below it."""
    return [
        *both("brain", mesh(hemisphere(), 0.0038), 760),
        solid("brain.cerebellum", cerebellum(), 0.003, 300),
        part("brain.stem", merge(mesh(stem(), 0.003), cord()), 340),
        *eyes(),
    ]


def hemisphere() -> Solid:
    """Describe the left hemisphere: its lobes, the lateral fissure and the central furrow.

    The windings of the cortex are finer than the mesh: the client's shader draws them.
    """
    upper = union(
        ellipsoid([0, 1.600, 0.040], [0.0595, 0.0490, 0.0745]),
        ellipsoid([0, 1.592, 0.084], [0.0440, 0.0400, 0.0420]),
        ellipsoid([0, 1.588, -0.010], [0.0420, 0.0320, 0.0270]),
        blend=0.03,
    )
    upper = within(upper, half_space([0, 1.568, 0.05], [0, -1, 0.16]), blend=0.016)
    temple = tube(
        curve(
            [
                [0.031, 1.558, 0.086],
                [0.040, 1.558, 0.066],
                [0.042, 1.564, 0.034],
                [0.036, 1.572, 0.002],
            ],
            8,
        ),
        [0.0125, 0.0155, 0.0165, 0.017, 0.017, 0.0165, 0.016, 0.0155],
        0.01,
    )
    bulk = union(upper, temple, blend=0.008)
    bulk = within(bulk, half_space([0.0011, 0, 0], [-1, 0, 0]), blend=0.007)
    sylvian = tube(
        curve(
            [
                [0.034, 1.566, 0.100],
                [0.054, 1.573, 0.080],
                [0.061, 1.583, 0.050],
                [0.062, 1.597, 0.016],
            ],
            12,
        ),
        np.linspace(0.0048, 0.0025, 12),
    )
    central = tube(
        curve([[0.004, 1.650, 0.022], [0.034, 1.640, 0.036], [0.057, 1.606, 0.054]], 10), 0.003
    )
    return without(bulk, sylvian, central, blend=0.006)


def cerebellum() -> Solid:
    """Describe the two halves of the cerebellum and its worm, under the back of the brain."""
    half = ellipsoid([0.023, 1.548, -0.004], [0.027, 0.019, 0.023], turn(x=-12, z=8))
    worm = ellipsoid([0, 1.551, -0.006], [0.010, 0.017, 0.019])
    return union(half, reflected(half), worm, blend=0.006)


def stem() -> Solid:
    """Describe midbrain, pons and medulla."""
    return union(
        tube([[0, 1.578, 0.040], [0, 1.563, 0.036]], [0.012, 0.011]),
        ellipsoid([0, 1.556, 0.039], [0.0155, 0.0125, 0.0125]),
        tube([[0, 1.552, 0.032], [0, 1.536, 0.024], [0, 1.516, 0.0155]], [0.010, 0.0075, 0.0060]),
        blend=0.008,
    )


def cord() -> Mesh:
    """Lead the spinal cord down its canal to the first lumbar vertebra."""
    line = spine(60)
    canal = line + np.array([0, 0, -0.0205])
    canal = canal[(line[:, 1] > 1.10) & (line[:, 1] < 1.512)]
    top = np.array([[0, 1.522, 0.017]])
    return sweep(
        curve(np.concatenate([top, canal[2::4]]), 34), [0.0062, 0.0056, 0.0044, 0.0056, 0.0015], 6
    )


def eyes() -> list[Part]:
    """Draw the eyeballs in their sockets, each with its iris and its nerve to the crossing."""
    centre = np.array([0.0293, 1.5575, 0.1165])
    ball = ellipsoid(centre, [0.0118] * 3)
    iris = ellipsoid(centre + vec(0.0006, 0, 0.0064), [0.0062] * 3)
    course = [
        [0.028, 1.5575, 0.106],
        [0.020, 1.559, 0.088],
        [0.006, 1.564, 0.066],
        [-0.004, 1.566, 0.058],
    ]
    nerve = sweep(curve(course, 6), [0.0026, 0.0022], 5)
    return [
        *both("eyes.ball", merge(mesh(ball, 0.0024), nerve), 170),
        *both("eyes.iris", mesh(iris, 0.0018), 60),
    ]

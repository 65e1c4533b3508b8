"""Bladder, and what differs by sex: womb, ovaries and tubes; prostate and seminal vesicles."""

from __future__ import annotations

from tools.anatomy.field import Solid, ellipsoid, tube, turn, union
from tools.anatomy.field import mirrored as reflected
from tools.anatomy.nets import mesh
from tools.anatomy.parts import Part, pair, part, solid
from tools.anatomy.sweep import curve, merge, sweep


def parts() -> list[Part]:
    """Draw what lies in the lesser pelvis, in front of the rectum."""
    return [solid("bladder", bladder(), 0.0034, 260), *womb(), *prostate()]


def bladder() -> Solid:
    """Describe the half-filled bladder behind the pubic bones."""
    return union(
        ellipsoid([0, 0.872, 0.056], [0.032, 0.023, 0.027], turn(x=18)),
        tube([[0, 0.858, 0.050], [0, 0.838, 0.050]], [0.012, 0.005]),
        blend=0.014,
    )


def womb() -> list[Part]:
    """Draw the womb leaning forward over the bladder, with tubes and ovaries."""
    body = union(
        ellipsoid([0, 0.908, 0.046], [0.0235, 0.016, 0.017], turn(x=40)),
        tube([[0, 0.903, 0.040], [0, 0.884, 0.018], [0, 0.868, 0.006]], [0.016, 0.0115, 0.0105]),
        tube([[0, 0.868, 0.006], [0, 0.845, 0.014], [0, 0.822, 0.026]], [0.0085, 0.0095, 0.009]),
        blend=0.010,
    )
    ovary = ellipsoid([0.046, 0.908, 0.012], [0.009, 0.016, 0.0105], turn(x=-30, z=20))
    ovaries = union(ovary, reflected(ovary))
    course = [
        [0.020, 0.913, 0.044],
        [0.036, 0.922, 0.034],
        [0.052, 0.926, 0.018],
        [0.058, 0.914, 0.004],
        [0.050, 0.905, 0.000],
    ]
    tubes = pair(sweep(curve(course, 12), [0.0024, 0.003, 0.0052], 6))
    return [
        part("uterus", merge(mesh(body, 0.003), mesh(ovaries, 0.003), tubes), 560, "female"),
    ]


def prostate() -> list[Part]:
    """Draw the prostate under the bladder, with seminal vesicles and the deferent ducts."""
    gland = union(
        ellipsoid([0.008, 0.832, 0.045], [0.014, 0.0145, 0.0135]),
        ellipsoid([-0.008, 0.832, 0.045], [0.014, 0.0145, 0.0135]),
        tube([[0, 0.826, 0.046], [0, 0.806, 0.056]], [0.006, 0.004]),
        blend=0.008,
    )
    vesicle = sweep(
        curve([[0.006, 0.846, 0.030], [0.018, 0.854, 0.022], [0.032, 0.864, 0.016]], 10),
        [0.004, 0.0062, 0.006, 0.0042],
        7,
    )
    duct = sweep(
        curve(
            [
                [0.005, 0.850, 0.030],
                [0.026, 0.872, 0.018],
                [0.048, 0.898, 0.030],
                [0.062, 0.905, 0.070],
                [0.046, 0.880, 0.100],
                [0.030, 0.850, 0.104],
            ],
            20,
        ),
        0.0018,
        5,
    )
    return [
        part("prostate", merge(mesh(gland, 0.003), pair(vesicle, duct)), 420, "male"),
    ]

"""The bones of arms and legs, hands and feet, strung between the joints of the template."""

from __future__ import annotations

import numpy as np

from tools.anatomy.body import Standing
from tools.anatomy.field import Points, ellipsoid, tube, union, vec
from tools.anatomy.nets import Mesh, mesh, thin
from tools.anatomy.sweep import curve, merge, sweep

FINGERS = ("thumb", "index", "middle", "ring", "pinky")
KNUCKLE_M = {"thumb": 0.0058, "index": 0.0052, "middle": 0.0054, "ring": 0.0050, "pinky": 0.0044}


def limbs(template: Standing) -> Mesh:
    """Draw all four limbs."""
    return merge(*(m for side in ("l", "r") for m in (_arm(template, side), _leg(template, side))))


def _light(shape: Mesh, count: int) -> Mesh:
    return Mesh(shape.points, thin(shape, count))


def _arm(template: Standing, side: str) -> Mesh:
    j, s = template.joints, 1.0 if side == "l" else -1.0
    shoulder, elbow, hand = j[f"upperarm_{side}"], j[f"lowerarm_{side}"], j[f"hand_{side}"]
    out = np.array([s, 0.0, 0.0])
    humerus = union(
        tube(
            np.stack(
                [shoulder + vec(s * -0.006, -0.004, 0), shoulder + vec(s * -0.006, -0.005, 0)]
            ),
            0.0215,
        ),
        tube(
            curve(
                [
                    shoulder + vec(0, -0.012, 0),
                    (shoulder * 2 + elbow) / 3,
                    (shoulder + 2 * elbow) / 3,
                    elbow + vec(0, 0.012, 0),
                ],
                8,
            ),
            [0.016, 0.012, 0.0105, 0.010, 0.0095, 0.0095, 0.011, 0.014],
        ),
        tube(
            np.stack(
                [elbow - 0.020 * out + vec(0, 0.004, 0), elbow + 0.020 * out + vec(0, 0.004, 0)]
            ),
            [0.0105, 0.0095],
        ),
        blend=0.012,
    )
    ahead = np.array([0, 0, 1.0])
    ulna = sweep(
        curve(
            [
                elbow - 0.008 * out - 0.010 * ahead + vec(0, 0.012, 0),
                elbow - 0.010 * out - 0.006 * ahead - vec(0, 0.04, 0),
                (elbow + hand) / 2 - 0.006 * out - 0.012 * ahead,
                hand - 0.004 * out - 0.012 * ahead + vec(0, 0.008, 0),
            ],
            9,
        ),
        [0.010, 0.0085, 0.0062, 0.0055, 0.0060],
        6,
    )
    radius = sweep(
        curve(
            [
                elbow + 0.014 * out + 0.002 * ahead - vec(0, 0.008, 0),
                (elbow + hand) / 2 + 0.012 * out + 0.008 * ahead,
                hand + 0.002 * out + 0.012 * ahead + vec(0, 0.006, 0),
            ],
            9,
        ),
        [0.0085, 0.006, 0.0066, 0.0072, 0.0105],
        6,
    )
    return merge(_light(mesh(humerus, 0.004), 230), ulna, radius, *_hand(template, side))


def _hand(template: Standing, side: str) -> list[Mesh]:
    j, ends = template.joints, template.tails
    wrist = j[f"hand_{side}"]
    palm = np.mean([j[f"{f}_01_{side}"] for f in FINGERS[1:]], axis=0)
    found = [_light(mesh(ellipsoid(wrist * 0.84 + palm * 0.16, [0.010, 0.016, 0.019]), 0.005), 60)]
    for finger in FINGERS:
        width = KNUCKLE_M[finger]
        chain = [j[f"{finger}_0{k}_{side}"] for k in (1, 2, 3)] + [ends[f"{finger}_03_{side}"]]
        root = wrist * 0.72 + chain[0] * 0.28
        for a, b in zip([root, *chain[:-1]], chain, strict=True):
            waist = [a + (b - a) * 0.06, (a + b) / 2, a + (b - a) * 0.94]
            found.append(sweep(np.array(waist), [width, width * 0.68, width * 0.94], 5))
            width *= 0.93
    return found


def _leg(template: Standing, side: str) -> Mesh:
    j, s = template.joints, 1.0 if side == "l" else -1.0
    hip, knee, ankle = j[f"thigh_{side}"], j[f"calf_{side}"], j[f"foot_{side}"]
    out = np.array([s, 0.0, 0.0])
    head = hip + vec(s * -0.006, 0.0, 0.002)
    hook = hip + np.array([s * 0.036, -0.004, -0.006])
    shaft = curve(
        [
            hook + vec(s * -0.008, -0.030, 0.004),
            hip * 0.6 + knee * 0.4 + vec(s * 0.018, 0, 0.014),
            hip * 0.3 + knee * 0.7 + vec(s * 0.010, 0, 0.012),
            knee + vec(0, 0.05, 0.004),
        ],
        9,
    )
    femur = union(
        ellipsoid(head, [0.0215] * 3),
        tube(np.stack([head, hook + vec(s * -0.004, -0.010, 0)]), [0.013, 0.015]),
        tube(
            np.stack([hook + vec(0, 0.010, 0), hook + vec(s * -0.004, -0.024, 0)]), [0.012, 0.015]
        ),
        tube(shaft, [0.0165, 0.0145, 0.0135, 0.013, 0.013, 0.0135, 0.0145, 0.0165, 0.020]),
        ellipsoid(knee + 0.020 * out + vec(0, 0.020, -0.004), [0.0165, 0.020, 0.027]),
        ellipsoid(knee - 0.020 * out + vec(0, 0.019, -0.004), [0.0165, 0.021, 0.027]),
        blend=0.014,
    )
    tibia = union(
        ellipsoid(knee + vec(0, -0.014, 0), [0.036, 0.013, 0.025]),
        tube(
            curve(
                [
                    knee + vec(s * -0.004, -0.022, 0.002),
                    knee * 0.7 + ankle * 0.3 + vec(s * -0.006, 0, 0.010),
                    knee * 0.3 + ankle * 0.7 + vec(s * -0.008, 0, 0.008),
                    ankle + vec(s * -0.004, 0.02, 0.004),
                ],
                8,
            ),
            [0.023, 0.0165, 0.0135, 0.012, 0.0115, 0.0115, 0.013, 0.0165],
        ),
        tube(
            np.stack(
                [ankle + vec(s * -0.020, 0.02, 0.002), ankle + vec(s * -0.023, -0.002, 0.004)]
            ),
            [0.009, 0.008],
        ),
        blend=0.012,
    )
    fibula = sweep(
        curve(
            [
                knee + vec(s * 0.034, -0.026, -0.016),
                (knee + ankle) / 2 + vec(s * 0.026, 0, -0.012),
                ankle + vec(s * 0.026, 0.015, -0.006),
                ankle + vec(s * 0.026, -0.010, -0.006),
            ],
            9,
        ),
        [0.008, 0.005, 0.005, 0.0065, 0.0085],
        6,
    )
    kneecap = _light(mesh(ellipsoid(knee + vec(0, 0.022, 0.038), [0.019, 0.021, 0.009]), 0.005), 60)
    return merge(
        _light(mesh(femur, 0.0048), 300),
        _light(mesh(tibia, 0.0048), 220),
        fibula,
        kneecap,
        *_foot(template, side),
    )


def _foot(template: Standing, side: str) -> list[Mesh]:
    j, s = template.joints, 1.0 if side == "l" else -1.0
    ankle, ball, tip = j[f"foot_{side}"], j[f"ball_{side}"], template.tails[f"ball_{side}"]
    ahead = (ball - ankle) * [1, 0, 1]
    ahead /= np.linalg.norm(ahead)
    across: Points = np.cross([0, 1, 0], ahead) * s
    back = np.array([ankle[0], 0.0, ankle[2]])

    def at(forward: float, side_m: float, height: float) -> Points:
        return back + ahead * forward + across * side_m + np.array([0, height, 0])

    tarsus = union(
        tube(np.stack([at(-0.045, 0.004, 0.024), at(0.005, 0.004, 0.032)]), [0.0185, 0.016]),
        ellipsoid(at(0.008, -0.002, 0.052), [0.018, 0.015, 0.022]),
        tube(np.stack([at(0.012, -0.004, 0.046), at(0.055, -0.008, 0.044)]), [0.016, 0.0145]),
        tube(np.stack([at(0.010, 0.006, 0.032), at(0.052, 0.020, 0.026)]), [0.0145, 0.0105]),
        blend=0.012,
    )
    found = [_light(mesh(tarsus, 0.005), 170)]
    reach = float((ball - ankle) @ ahead)
    toes = float((tip - ball) @ ahead)
    for k in range(5):
        spread = -0.030 + 0.0175 * k
        root = at(0.056, -0.017 + 0.0115 * k, 0.040 - 0.0045 * k)
        joint = at(reach + 0.012 - 0.008 * k + (0.006 if k == 1 else 0), spread, 0.018 - 0.002 * k)
        end = at(reach + 0.008 + toes * (1.0 - 0.15 * k), spread + 0.002, 0.011)
        thick = 0.0085 if k == 0 else 0.0056
        found.append(
            sweep(np.array([root, (root + joint) / 2, joint]), [thick, thick * 0.72, thick], 5)
        )
        middle = joint + (end - joint) * 0.5
        for a, b in ((joint, middle), (middle, end)):
            found.append(
                sweep(
                    np.array([a + (b - a) * 0.12, b - (b - a) * 0.05]),
                    [thick * 0.82, thick * 0.66],
                    5,
                )
            )
    return found

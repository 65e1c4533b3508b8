"""The great arteries and veins, from the heart to wrists and ankles."""

from __future__ import annotations

import numpy as np

from tools.anatomy.body import Standing
from tools.anatomy.field import Points
from tools.anatomy.nets import Mesh
from tools.anatomy.parts import Part, part
from tools.anatomy.sweep import curve, merge, sweep

Way = list[list[float]]


def parts(template: Standing) -> list[Part]:
    """Draw arteries and veins of trunk, neck and limbs."""
    limbs = [_Limbs(template, side) for side in ("l", "r")]
    return [
        part(
            "vessels.arteries",
            merge(aorta(), *trunk_arteries(), *(m for limb in limbs for m in limb.arteries())),
            2500,
        ),
        part(
            "vessels.veins",
            merge(*trunk_veins(), *(m for limb in limbs for m in limb.veins())),
            1900,
        ),
    ]


def aorta() -> Mesh:
    """Lead the aorta up from the heart, over the left bronchus and down along the spine."""
    way = [
        [0.004, 1.276, 0.058],
        [-0.006, 1.302, 0.066],
        [-0.008, 1.326, 0.060],
        [0.004, 1.342, 0.044],
        [0.018, 1.341, 0.020],
        [0.022, 1.318, 0.002],
        [0.019, 1.27, -0.002],
        [0.014, 1.21, 0.010],
        [0.010, 1.16, 0.026],
        [0.008, 1.11, 0.042],
        [0.007, 1.06, 0.051],
        [0.004, 1.005, 0.050],
    ]
    return sweep(
        curve(way, 46),
        [0.0125, 0.0125, 0.012, 0.0115, 0.0105, 0.010, 0.009, 0.0085, 0.008, 0.0075],
        9,
    )


def _tubes(ways: list[tuple[Way, list[float]]], sides: int = 5) -> list[Mesh]:
    found: list[Mesh] = []
    for way, radii in ways:
        length = float(np.linalg.norm(np.diff(np.array(way), axis=0), axis=1).sum())
        found.append(sweep(curve(way, max(3, round(length / 0.016))), radii, sides))
    return found


def trunk_arteries() -> list[Mesh]:
    """Branch the aorta: neck, shoulders, belly organs, kidneys, pelvis."""
    ways: list[tuple[Way, list[float]]] = [
        ([[-0.004, 1.334, 0.054], [-0.012, 1.352, 0.046], [-0.020, 1.368, 0.040]], [0.0066, 0.006]),
        (
            [
                [-0.020, 1.367, 0.040],
                [-0.021, 1.40, 0.040],
                [-0.024, 1.45, 0.046],
                [-0.026, 1.47, 0.045],
            ],
            [0.0042, 0.0038],
        ),
        (
            [
                [0.006, 1.341, 0.044],
                [0.014, 1.366, 0.038],
                [0.021, 1.40, 0.040],
                [0.024, 1.45, 0.046],
                [0.026, 1.47, 0.045],
            ],
            [0.0045, 0.0038],
        ),
        (
            [[-0.019, 1.367, 0.040], [-0.044, 1.381, 0.030], [-0.074, 1.376, 0.028]],
            [0.0055, 0.0048],
        ),
        (
            [
                [0.014, 1.342, 0.030],
                [0.022, 1.366, 0.030],
                [0.044, 1.381, 0.030],
                [0.074, 1.376, 0.028],
            ],
            [0.0052, 0.0048],
        ),
        (
            [
                [0.009, 1.118, 0.040],
                [0.008, 1.121, 0.052],
                [0.030, 1.126, 0.046],
                [0.062, 1.140, 0.022],
                [0.082, 1.150, 0.004],
            ],
            [0.004, 0.0024],
        ),
        ([[0.006, 1.120, 0.051], [-0.016, 1.122, 0.054], [-0.034, 1.134, 0.050]], [0.003, 0.002]),
        (
            [
                [0.008, 1.108, 0.044],
                [0.004, 1.09, 0.060],
                [-0.002, 1.04, 0.066],
                [-0.020, 0.99, 0.060],
            ],
            [0.0042, 0.002],
        ),
        ([[0.006, 1.035, 0.054], [0.026, 1.00, 0.050], [0.046, 0.962, 0.036]], [0.003, 0.0018]),
        ([[0.008, 1.102, 0.042], [0.028, 1.100, 0.022], [0.044, 1.102, 0.010]], [0.0036, 0.0028]),
        ([[0.006, 1.100, 0.042], [-0.024, 1.094, 0.020], [-0.044, 1.088, 0.010]], [0.0036, 0.0028]),
    ]
    for s in (-1, 1):
        ways += [
            (
                [
                    [s * 0.026, 1.466, 0.045],
                    [s * 0.027, 1.50, 0.038],
                    [s * 0.022, 1.540, 0.046],
                    [s * 0.012, 1.566, 0.064],
                ],
                [0.0033, 0.0026],
            ),
            (
                [
                    [s * 0.026, 1.466, 0.046],
                    [s * 0.036, 1.49, 0.052],
                    [s * 0.052, 1.53, 0.052],
                    [s * 0.060, 1.565, 0.062],
                ],
                [0.0026, 0.0014],
            ),
            (
                [[s * 0.012, 1.566, 0.064], [s * 0.030, 1.570, 0.074], [s * 0.052, 1.585, 0.066]],
                [0.0022, 0.0014],
            ),
            (
                [
                    [s * 0.030, 1.375, 0.028],
                    [s * 0.018, 1.41, 0.020],
                    [s * 0.016, 1.47, 0.022],
                    [s * 0.017, 1.515, 0.016],
                    [s * 0.003, 1.545, 0.050],
                ],
                [0.0024, 0.0018],
            ),
            (
                [[s * 0.003, 1.008, 0.050], [s * 0.018, 0.985, 0.042], [s * 0.036, 0.957, 0.022]],
                [0.0062, 0.0056],
            ),
            (
                [[s * 0.036, 0.957, 0.022], [s * 0.046, 0.93, -0.004], [s * 0.046, 0.90, -0.014]],
                [0.0042, 0.0024],
            ),
            (
                [[s * 0.036, 0.957, 0.022], [s * 0.060, 0.925, 0.034], [s * 0.080, 0.893, 0.074]],
                [0.0052, 0.0048],
            ),
        ]
    return _tubes(ways, 6)


def trunk_veins() -> list[Mesh]:
    """Gather the veins: two hollow veins, neck, shoulders, portal vein, kidneys, pelvis."""
    ways: list[tuple[Way, list[float]]] = [
        (
            [
                [-0.025, 1.362, 0.046],
                [-0.027, 1.335, 0.046],
                [-0.027, 1.305, 0.050],
                [-0.027, 1.280, 0.052],
            ],
            [0.0085, 0.0095],
        ),
        (
            [
                [-0.024, 1.250, 0.048],
                [-0.022, 1.215, 0.034],
                [-0.018, 1.16, 0.034],
                [-0.016, 1.10, 0.042],
                [-0.014, 1.05, 0.048],
                [-0.010, 0.995, 0.044],
            ],
            [0.0105, 0.0105, 0.0095],
        ),
        ([[0.036, 1.378, 0.046], [0.010, 1.360, 0.054], [-0.024, 1.350, 0.050]], [0.0065, 0.007]),
        ([[-0.036, 1.378, 0.046], [-0.026, 1.358, 0.047]], [0.0065, 0.008]),
        (
            [[-0.014, 1.092, 0.060], [-0.022, 1.115, 0.058], [-0.032, 1.140, 0.048]],
            [0.0058, 0.0052],
        ),
        ([[-0.032, 1.140, 0.048], [-0.055, 1.158, 0.036], [-0.080, 1.168, 0.030]], [0.0042, 0.002]),
        ([[-0.032, 1.140, 0.048], [-0.012, 1.165, 0.054], [0.012, 1.180, 0.060]], [0.0036, 0.002]),
        (
            [
                [-0.014, 1.094, 0.058],
                [0.020, 1.112, 0.044],
                [0.060, 1.132, 0.022],
                [0.084, 1.146, 0.006],
            ],
            [0.0040, 0.0026],
        ),
        ([[-0.012, 1.096, 0.058], [-0.006, 1.05, 0.064], [-0.012, 1.00, 0.060]], [0.0045, 0.0022]),
        ([[-0.016, 1.100, 0.044], [0.008, 1.106, 0.054], [0.046, 1.106, 0.012]], [0.0045, 0.0036]),
        ([[-0.017, 1.096, 0.042], [-0.046, 1.092, 0.012]], [0.0045, 0.0036]),
    ]
    for s in (-1, 1):
        ways += [
            (
                [
                    [s * 0.034, 1.380, 0.046],
                    [s * 0.031, 1.42, 0.044],
                    [s * 0.033, 1.47, 0.038],
                    [s * 0.033, 1.515, 0.034],
                ],
                [0.0062, 0.0050],
            ),
            (
                [[s * 0.034, 1.379, 0.046], [s * 0.060, 1.372, 0.042], [s * 0.088, 1.366, 0.036]],
                [0.0058, 0.0054],
            ),
            (
                [
                    [s * 0.004 - 0.009, 0.998, 0.043],
                    [s * 0.022, 0.975, 0.032],
                    [s * 0.038, 0.950, 0.014],
                ],
                [0.0072, 0.0064],
            ),
            (
                [[s * 0.038, 0.950, 0.014], [s * 0.048, 0.92, -0.012], [s * 0.046, 0.89, -0.016]],
                [0.0045, 0.0028],
            ),
            (
                [[s * 0.038, 0.950, 0.014], [s * 0.058, 0.918, 0.028], [s * 0.073, 0.890, 0.070]],
                [0.0058, 0.0055],
            ),
        ]
    return _tubes(ways, 6)


class _Limbs:
    """Courses along the bones of one side, read from its joints."""

    def __init__(self, template: Standing, side: str) -> None:
        j = template.joints
        self.s = 1.0 if side == "l" else -1.0
        self.arm, self.elbow = j[f"upperarm_{side}"], j[f"lowerarm_{side}"]
        self.hand, self.finger = j[f"hand_{side}"], j[f"middle_01_{side}"]
        self.hip, self.knee, self.ankle = (j[f"{n}_{side}"] for n in ("thigh", "calf", "foot"))
        self.toe = j[f"ball_{side}"]

    def _off(self, point: Points, out: float, ahead: float, up: float = 0.0) -> list[float]:
        return [float(x) for x in point + np.array([self.s * out, up, ahead])]

    def arteries(self) -> list[Mesh]:
        """Lead blood to wrist and palm, ankle and foot."""
        arm, elbow, hand = self.arm, self.elbow, self.hand
        armpit = [self.s * 0.074, 1.376, 0.028]
        thigh = (self.hip + self.knee) / 2
        calf = (self.knee + self.ankle) / 2
        fore = (elbow + hand) / 2
        return _tubes(
            [
                (
                    [
                        armpit,
                        [self.s * 0.118, 1.352, 0.024],
                        self._off(arm, -0.022, 0.004, -0.045),
                        self._off((arm + elbow) / 2, -0.022, 0.010),
                        self._off(elbow, -0.006, 0.020, -0.01),
                    ],
                    [0.0048, 0.0042, 0.0036],
                ),
                (
                    [
                        self._off(elbow, -0.006, 0.020, -0.01),
                        self._off(fore, 0.004, 0.022),
                        self._off(hand, 0.006, 0.018, 0.01),
                        self._off((hand + self.finger) / 2, -0.002, 0.010),
                    ],
                    [0.0028, 0.0018],
                ),
                (
                    [
                        self._off(elbow, -0.006, 0.020, -0.01),
                        self._off(fore, -0.014, 0.004),
                        self._off(hand, -0.010, -0.004, 0.01),
                        self._off((hand + self.finger) / 2, -0.006, 0.000),
                    ],
                    [0.0028, 0.0018],
                ),
                (
                    [
                        [self.s * 0.080, 0.893, 0.074],
                        self._off(self.hip, -0.018, 0.052, -0.06),
                        self._off(thigh, -0.020, 0.030),
                        self._off(self.knee, -0.012, -0.014, 0.07),
                        self._off(self.knee, 0.002, -0.026),
                        self._off(self.knee, 0.004, -0.022, -0.06),
                    ],
                    [0.0056, 0.0052, 0.0046, 0.0040],
                ),
                (
                    [
                        self._off(self.hip, -0.018, 0.052, -0.06),
                        self._off(thigh, 0.016, 0.012, 0.03),
                        self._off(thigh, 0.016, 0.0, -0.06),
                    ],
                    [0.0036, 0.0018],
                ),
                (
                    [
                        self._off(self.knee, 0.004, -0.022, -0.06),
                        self._off(calf, 0.000, -0.018, 0.02),
                        self._off(self.ankle, -0.020, -0.016, 0.01),
                        self._off((self.ankle + self.toe) / 2, -0.012, -0.010),
                    ],
                    [0.0032, 0.0020],
                ),
                (
                    [
                        self._off(self.knee, 0.004, -0.022, -0.06),
                        self._off(self.knee, 0.016, 0.010, -0.09),
                        self._off(calf, 0.012, 0.014),
                        self._off(self.ankle, 0.002, 0.036, 0.01),
                        self._off(self.toe, -0.004, -0.020, 0.03),
                    ],
                    [0.0028, 0.0016],
                ),
            ]
        )

    def veins(self) -> list[Mesh]:
        """Lead blood back beside the arteries, and under the skin of the leg."""
        arm, elbow, hand = self.arm, self.elbow, self.hand
        thigh = (self.hip + self.knee) / 2
        calf = (self.knee + self.ankle) / 2
        fore = (elbow + hand) / 2
        return _tubes(
            [
                (
                    [
                        [self.s * 0.088, 1.366, 0.036],
                        [self.s * 0.122, 1.346, 0.030],
                        self._off(arm, -0.028, 0.010, -0.05),
                        self._off((arm + elbow) / 2, -0.030, 0.014),
                        self._off(elbow, -0.016, 0.026),
                    ],
                    [0.0052, 0.0036],
                ),
                (
                    [
                        self._off(elbow, -0.016, 0.026),
                        self._off(fore, -0.014, 0.022),
                        self._off(hand, -0.006, 0.018, 0.02),
                    ],
                    [0.003, 0.0018],
                ),
                (
                    [
                        [self.s * 0.100, 1.372, 0.046],
                        self._off(arm, 0.012, 0.040, -0.02),
                        self._off((arm + elbow) / 2, 0.010, 0.036),
                        self._off(elbow, 0.008, 0.030),
                        self._off(fore, 0.022, 0.016),
                        self._off(hand, 0.014, 0.012, 0.02),
                    ],
                    [0.003, 0.003, 0.0018],
                ),
                (
                    [
                        [self.s * 0.073, 0.890, 0.070],
                        self._off(self.hip, -0.028, 0.048, -0.06),
                        self._off(thigh, -0.026, 0.022),
                        self._off(self.knee, -0.010, -0.022, 0.07),
                        self._off(self.knee, 0.006, -0.032),
                        self._off(calf, 0.006, -0.024, 0.02),
                        self._off(self.ankle, -0.014, -0.022, 0.02),
                    ],
                    [0.0062, 0.0054, 0.0046, 0.0036, 0.0022],
                ),
                (
                    [
                        self._off(self.hip, -0.022, 0.062, -0.05),
                        self._off(thigh, -0.048, 0.030),
                        self._off(self.knee, -0.046, -0.006),
                        self._off(calf, -0.036, -0.004),
                        self._off(self.ankle, -0.026, 0.016, 0.02),
                    ],
                    [0.0036, 0.0028, 0.0020],
                ),
            ]
        )

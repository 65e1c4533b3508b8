"""A body that only seems to live: vital signs that wander as real ones do, for demonstrations.

Each sign returns to its resting value like a weight on a spring in syrup (an Ornstein-Uhlenbeck
process, exact for any step); the heart beats faster with warmth and with effort, and now and then
she climbs a stair. Not a simulation of anybody.
"""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass

CUFF_S = 15.0  # a pressure is taken less often than a pulse
CHECK_IN_S = 60.0
STAIR_S = 240.0  # on average
REST_S = 45.0  # until half of an effort is gone
CHARGE_S = 5 * 24 * 3600.0

Values = dict[str, float | str]


@dataclass(frozen=True)
class Sign:
    """Where a sign rests, how far it strays, how long it takes to come back [s]."""

    rest: float
    strays: float
    back_s: float


SIGNS: Mapping[str, Sign] = {
    "heart_rate": Sign(74, 4, 60),
    "respiratory_rate": Sign(15, 1.2, 40),
    "spo2": Sign(97.2, 0.7, 90),
    "systolic": Sign(135, 5, 300),
    "temperature": Sign(36.7, 0.12, 1800),
}


class Body:
    """An invented person at home."""

    def __init__(self, seed: int | None = None) -> None:
        self._chance = random.Random(seed)
        self._signs = {name: sign.rest for name, sign in SIGNS.items()}
        self._effort = 0.0
        self._since_cuff_s = CUFF_S
        self._since_check_in_s = CHECK_IN_S
        self.battery = 0.82

    @property
    def heart_rate(self) -> float:
        """How fast her heart beats now [/min]."""
        warmth = max(self._signs["temperature"] - 37, 0)  # ten beats for each degree
        return self._signs["heart_rate"] + 35 * self._effort + 10 * warmth

    def measure(self, elapsed_s: float) -> dict[str, Values]:
        """What her devices say after some time has passed, by kind of reading."""
        self._live(elapsed_s)
        now, effort = self._signs, self._effort
        measured: dict[str, Values] = {
            "heart-rate": {"heart_rate": round(self.heart_rate)},
            "respiratory-rate": {"respiratory_rate": round(now["respiratory_rate"] + 6 * effort)},
            "spo2": {"spo2": round(min(now["spo2"] - effort, 100))},
            "temperature": {"temperature": round(now["temperature"], 1)},
        }
        self._since_cuff_s += elapsed_s
        if self._since_cuff_s >= CUFF_S:
            self._since_cuff_s = 0.0
            systolic = round(now["systolic"] + 20 * effort)
            pressure: Values = {"systolic": systolic, "diastolic": round(0.6 * systolic + 3)}
            measured["blood-pressure"] = pressure
        self._since_check_in_s += elapsed_s
        if self._since_check_in_s >= CHECK_IN_S:
            self._since_check_in_s = 0.0
            measured["check-in"] = {"acvpu": "A", "oxygen_l_min": 0}
        return measured

    def _live(self, elapsed_s: float) -> None:
        for name, sign in SIGNS.items():
            keep = math.exp(-elapsed_s / sign.back_s)
            noise = self._chance.gauss(0, sign.strays * math.sqrt(1 - keep * keep))
            self._signs[name] = sign.rest + (self._signs[name] - sign.rest) * keep + noise
        self._effort *= 0.5 ** (elapsed_s / REST_S)
        if self._chance.random() < 1 - math.exp(-elapsed_s / STAIR_S):
            self._effort = min(self._effort + 0.5, 1.0)
        self.battery = max(self.battery - elapsed_s / CHARGE_S, 0.05)

"""Curves over time from one score: the chance at each day, which moves one way only.

At each day kept in `facts["curve"]` the chance is a logistic line of the score; the day of the
model's own prediction has the model's own calibration, so curve and prediction say the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .model import Learned, logistic

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Curve:
    """The chance of an outcome by each day, with its interval; all of shape (k,)."""

    days: Floats
    value: Floats
    low: Floats
    high: Floats


def chances(told: Mapping[str, Any], score: Floats) -> Floats:
    """The chance of each score at each day, shape (n, k); `falls` says which way it may move."""
    slope, intercept = np.array(told["slope"], np.float64), np.array(told["intercept"], np.float64)
    chance = logistic(intercept + slope * score[:, None])
    one_way = np.minimum if told["falls"] else np.maximum
    return one_way.accumulate(chance, axis=1)


def curve(model: Learned, row: Floats) -> Curve | None:
    """The curve of one row; nothing where the model abstains.

    The interval is that of the model's prediction, carried along the curve.
    """
    told = model.predict(row[None, :])
    if told.abstained[0]:
        return None
    kept = model.facts["curve"]
    ends = np.clip(np.array([told.value[0], told.low[0], told.high[0]]), 1e-4, 1 - 1e-4)
    value, low, high = chances(kept, np.log(ends / (1 - ends)))
    days = np.array(kept["days"], np.float64)
    return Curve(days=days, value=value, low=np.minimum(low, value), high=np.maximum(high, value))


def day_of(curve: Curve, chance: float) -> float | None:
    """The first day by which the chance has crossed this one; nothing if the curve ends before."""
    falls = curve.value[-1] < curve.value[0]
    beyond = curve.value <= chance if falls else curve.value >= chance
    if not beyond.any():
        return None
    at = int(np.argmax(beyond))
    if at == 0:
        return float(curve.days[0])
    before, after = float(curve.value[at - 1]), float(curve.value[at])
    share = (before - chance) / (before - after)
    return float(curve.days[at - 1] + share * (curve.days[at] - curve.days[at - 1]))

"""How sure: Venn-Abers for probabilities, conformal quantiles for quantities."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .calibration import isotonic

Floats = NDArray[np.float64]
POINTS = 200


def venn_abers(outcome: Floats, score: Floats) -> dict[str, Any]:
    """The two calibrated probabilities at each score, as a table to look up.

    A person with this score is added once as if it happened and once as if it did not; isotonic
    regression over all predictions out of fold gives one probability for each.

    Source: Vovk and Petej, UAI 2014: Venn-Abers predictors.
    """
    at = np.unique(np.quantile(score, np.linspace(0, 1, POINTS)))
    order = np.argsort(score, kind="stable")
    ordered, happened = score[order], outcome[order].astype(np.float64)
    bins = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    weight = np.diff(np.r_[bins, len(ordered)]).astype(np.float64)
    distinct, mean = ordered[bins], np.add.reduceat(happened, bins) / weight
    low = [_added(distinct, mean, weight, each, 0.0) for each in at]
    high = [_added(distinct, mean, weight, each, 1.0) for each in at]
    return {
        "kind": "table",
        "score": [round(float(each), 5) for each in at],
        "low": [round(each, 5) for each in np.maximum.accumulate(low).tolist()],
        "high": [round(each, 5) for each in np.maximum.accumulate(high).tolist()],
    }


def _added(distinct: Floats, mean: Floats, weight: Floats, score: float, outcome: float) -> float:
    place = int(np.searchsorted(distinct, score))
    values = np.insert(mean, place, outcome)
    return float(isotonic(values, np.insert(weight, place, 1.0))[place])


def conformal(outcome: Floats, low: Floats, high: Floats, share: float = 0.8) -> dict[str, Any]:
    """By how much an interval has to grow on each side to hold its share, out of fold.

    Source: Romano et al, NeurIPS 2019: conformalized quantile regression (asymmetric form).
    """
    tail = (1 - share) / 2
    level = min(1.0, (1 - tail) * (1 + 1 / len(outcome)))
    return {
        "kind": "conformal",
        "share": share,
        "below": float(np.quantile(low - outcome, level)),
        "above": float(np.quantile(outcome - high, level)),
    }

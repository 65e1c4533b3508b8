"""Scores made into probabilities that happen as often as they say."""

import numpy as np
from numpy.typing import NDArray

from .figures import fit_line

Floats = NDArray[np.float64]


def platt(outcome: Floats, score: Floats) -> tuple[float, float]:
    """Slope and intercept that make log-odds of a score; only for predictions out of fold.

    Source: Platt, Advances in Large Margin Classifiers 1999:61-74.
    """
    return fit_line(outcome, score)


def isotonic(values: Floats, weights: Floats | None = None) -> Floats:
    """The nearest sequence that never falls (pool adjacent violators)."""
    weight = np.ones(len(values)) if weights is None else weights
    means: list[float] = []
    masses: list[float] = []
    counts: list[int] = []
    for value, mass in zip(values.tolist(), weight.tolist(), strict=True):
        means.append(value)
        masses.append(mass)
        counts.append(1)
        while len(means) > 1 and means[-2] >= means[-1]:
            total = masses[-2] + masses[-1]
            means[-2] = (means[-2] * masses[-2] + means[-1] * masses[-1]) / total
            masses[-2], counts[-2] = total, counts[-2] + counts[-1]
            for each in (means, masses, counts):
                each.pop()
    return np.repeat(means, counts)

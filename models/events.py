"""The two events of the PhysioNet Challenge 2012, by which its entries were ranked."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
GROUPS = 10


def event_1(died: Floats, chance: Floats, threshold: float) -> float:
    """The lesser of sensitivity and positive predictive value: the challenge's first event."""
    said = chance >= threshold
    right = float((said & (died > 0)).sum())
    return min(right / max(died.sum(), 1), right / max(said.sum(), 1))


def event_2(died: Floats, chance: Floats) -> float:
    """Hosmer and Lemeshow's H over tenths, by the range of risk: the challenge's second event.

    Source: Silva et al, Comput Cardiol 2012;39:245-248.
    """
    order, size = np.argsort(chance, kind="stable"), len(chance) // GROUPS
    tenths = order[: size * GROUPS].reshape(GROUPS, size)
    risk, deaths = chance[tenths].mean(axis=1), died[tenths].sum(axis=1)
    misfit = (deaths - size * risk) ** 2 / (size * risk * (1 - risk) + 0.001)
    return float(misfit.sum() / (risk[-1] - risk[0]))


def best_threshold(died: Floats, chance: Floats) -> float:
    """The risk from which a stay is called deadly, where event 1 is best out of fold."""
    tried = np.quantile(chance, np.linspace(0.7, 0.97, 271))
    smooth = np.convolve([event_1(died, chance, each) for each in tried], np.ones(9) / 9, "valid")
    return round(float(tried[4:-4][int(np.argmax(smooth))]), 4)

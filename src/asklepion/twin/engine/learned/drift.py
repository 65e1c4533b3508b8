"""Whether the people a model is asked about are like those it learned from."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .model import Learned

Floats = NDArray[np.float64]
LEAST = 1e-4  # a share that was never seen counts as this
SOME, MUCH = 0.1, 0.25  # the usual limits of the index


def shares(column: Floats, edges: Sequence[float]) -> Floats:
    """Which share is not known, and which lies between one edge and the next."""
    known = column[~np.isnan(column)]
    places = np.searchsorted(np.unique(np.asarray(edges, np.float64)), known, side="left")
    counted = np.bincount(places, minlength=len(set(edges)) + 1)
    told = np.concatenate([[len(column) - len(known)], counted])
    return told / max(len(column), 1)


def stability(expected: Floats, found: Floats) -> float:
    """The population stability index: 0 where both are alike; from 0.25 on they are not.

    Source: Siddiqi, Credit Risk Scorecards, Wiley 2006.
    """
    before, now = np.maximum(expected, LEAST), np.maximum(found, LEAST)
    return float(((now - before) * np.log(now / before)).sum())


def drift(model: Learned, batches: Sequence[Floats]) -> dict[str, float]:
    """The index of each feature over all rows, the largest first."""
    rows = np.concatenate(batches)
    told = {
        key: stability(np.asarray(usual, np.float64), shares(column, edges))
        for key, edges, usual, column in zip(
            model.keys, model.edges, model.usual, rows.T, strict=True
        )
        if usual
    }
    return dict(sorted(told.items(), key=lambda item: -item[1]))

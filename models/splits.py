"""Folds in which no patient is on both sides."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

SEED = 20261122
FOLDS = 5

Rows = NDArray[np.intp]


def folds(
    groups: NDArray[np.generic], outcome: NDArray[np.generic] | None = None, *, count: int = FOLDS
) -> Iterator[tuple[Rows, Rows]]:
    """Rows to learn from and rows to predict, `count` times; each row is predicted once.

    Args:
        groups: whose each row is, shape (n,).
        outcome: patients with the highest outcome are dealt out evenly.
    """
    names, whose = np.unique(groups, return_inverse=True)
    worst = np.zeros(len(names))
    if outcome is not None:
        worst[:] = -np.inf
        np.maximum.at(worst, whose, np.asarray(outcome, np.float64))
    order = np.lexsort((np.random.default_rng(SEED).random(len(names)), worst))
    fold = np.empty(len(names), np.intp)
    fold[order] = np.arange(len(names)) % count
    for each in range(count):
        apart = fold[whose] == each
        yield np.flatnonzero(~apart), np.flatnonzero(apart)

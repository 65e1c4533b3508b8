"""Words as numbers: how often those who share a word had the outcome, shrunk towards all."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from .splits import folds

Floats = NDArray[np.float64]
Table = dict[str, float]


def fit(words: Sequence[str], outcome: Floats, *, shrink: float, odds: bool = True) -> Table:
    """What each word adds to the mean, as log-odds or in the outcome's own unit.

    Args:
        shrink: how many people of the mean are added to each word.

    Source: Micci-Barreca, SIGKDD Explorations 2001;3(1):27-32.
    """
    names, which = np.unique(np.asarray(words, dtype=str), return_inverse=True)
    mean = float(outcome.mean())
    count = np.bincount(which)
    shrunk = (np.bincount(which, outcome) + shrink * mean) / (count + shrink)
    added = np.log(shrunk / (1 - shrunk)) - np.log(mean / (1 - mean)) if odds else shrunk - mean
    return {
        str(name): round(float(value), 5)
        for name, value in zip(names, added, strict=True)
        if abs(value) >= 5e-4
    }


def use(table: Mapping[str, float], words: Sequence[str]) -> Floats:
    """The numbers of words; what the table does not have adds nothing."""
    return np.array([table.get(word, 0.0) for word in words], np.float64)


def apart(
    words: Sequence[str], outcome: Floats, groups: NDArray[np.generic], *, shrink: float, odds: bool
) -> Floats:
    """The numbers of words for learning: each from people of other folds, never her own outcome."""
    told, named = np.zeros(len(outcome)), np.asarray(words, dtype=str)
    for others, mine in folds(groups):
        table = fit(list(named[others]), outcome[others], shrink=shrink, odds=odds)
        told[mine] = use(table, list(named[mine]))
    return told


def encode(
    words: Mapping[str, Sequence[str]],
    outcome: Floats,
    groups: NDArray[np.generic],
    learn: NDArray[np.intp],
    *,
    shrink: float,
    odds: bool = True,
) -> tuple[Floats, dict[str, Table]]:
    """Columns for all rows from tables that only the rows to learn from were asked for.

    Returns:
        The columns (of the rows to learn from, each made of other folds; of the others, by the
        whole table), and the tables.
    """
    columns = np.zeros((len(outcome), len(words)))
    tables: dict[str, Table] = {}
    for at, (name, said) in enumerate(words.items()):
        named = np.asarray(said, dtype=str)
        tables[name] = fit(list(named[learn]), outcome[learn], shrink=shrink, odds=odds)
        columns[:, at] = use(tables[name], list(named))
        columns[learn, at] = apart(
            list(named[learn]), outcome[learn], groups[learn], shrink=shrink, odds=odds
        )
    return columns, tables

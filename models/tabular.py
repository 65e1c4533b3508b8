"""Models of tables: trees and a ridge on the same rows, judged by people they never saw."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asklepion.twin.engine.learned.linear import Linear
from asklepion.twin.engine.learned.tables import Row, number
from asklepion.twin.engine.learned.trees import Trees

from . import boosting, linear, words
from .artefact import HeadFitted
from .calibration import platt
from .mondrian import conformal_by, held
from .splits import folds

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Members = Sequence[tuple[float, Trees | Linear]]


def rows_of(batches: Iterable[Sequence[Row]]) -> list[Row]:
    """All rows of a table that is read batch by batch."""
    return [row for batch in batches for row in batch]


def column(rows: Sequence[Row], key: str) -> Floats:
    """One column as numbers."""
    return np.array([number(row, key) for row in rows])


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How one head is fitted.

    Args:
        trees: CatBoost's own parameters.
        seeds: how many sets of trees are averaged.
        ridge: the weight of the ridge beside the trees; strength: its inverse penalty.
    """

    trees: Mapping[str, Any]
    seeds: int = 1
    ridge: float = 0.0
    strength: float = 0.02

    def fit(self, rows: Floats, outcome: Floats) -> Members:
        """Fit all members."""
        share = (1 - self.ridge) / self.seeds
        fitted: list[tuple[float, Trees | Linear]] = []
        for seed in range(self.seeds):
            model = boosting.fit(rows, outcome, random_seed=seed, **self.trees)
            fitted.append((share, boosting.trees_of(model)))
        if self.ridge:
            fitted.append((self.ridge, linear.fit(rows, outcome, strength=self.strength)))
        return fitted


def score(members: Members, rows: Floats) -> Floats:
    """The weighted sum of the members."""
    return sum((weight * each.score(rows) for weight, each in members), np.zeros(len(rows)))


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows with their outcome.

    Args:
        plain: features that need no training, shape (n, k).
        said: words that training gives a number, by table.
        groups: whose each row is.
        shrink: how many people of the mean are added to each word.
        odds: whether words are log-odds (of a yes or no), else in the unit of `target`.
    """

    plain: Floats
    outcome: Floats
    groups: NDArray[np.generic]
    said: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    shrink: float = 60
    odds: bool = True

    def whole(self, learn: Rows) -> tuple[Floats, dict[str, words.Table]]:
        """All rows with their words as numbers, learned from some of them."""
        columns, tables = words.encode(
            self.said, self.outcome, self.groups, learn, shrink=self.shrink, odds=self.odds
        )
        return np.hstack([self.plain, columns]), tables


def out_of_fold(table: Table, recipes: Mapping[str, Recipe]) -> dict[str, Floats]:
    """The score of every row by members that never saw her, one for each recipe."""
    told = {name: np.full(len(table.outcome), np.nan) for name in recipes}
    for at, (learn, apart) in enumerate(folds(table.groups, table.outcome)):
        rows, _ = table.whole(learn)
        for name, recipe in recipes.items():
            told[name][apart] = score(recipe.fit(rows[learn], table.outcome[learn]), rows[apart])
        print(f"   fold {at + 1}", flush=True)
    return told


def everybody(table: Table, recipe: Recipe) -> tuple[Members, Floats, dict[str, words.Table]]:
    """Members fitted on all rows; the rows as a reader makes them; the tables of words."""
    learn = np.arange(len(table.outcome))
    rows, tables = table.whole(learn)
    members = recipe.fit(rows, table.outcome)
    numbers = [words.use(tables[name], said) for name, said in table.said.items()]
    return members, np.column_stack([table.plain, *numbers]), tables


def calibrated(table: Table, scores: Floats) -> Floats:
    """Probabilities of scores out of fold, each calibrated on the people of the other folds."""
    told = np.empty(len(scores))
    for others, mine in folds(table.groups, table.outcome):
        slope, intercept = platt(table.outcome[others], scores[others])
        told[mine] = 1 / (1 + np.exp(-(intercept + slope * scores[mine])))
    return told


def head(members: Members, outcome: Floats, scores: Floats) -> HeadFitted:
    """A head of members, calibrated on scores out of fold."""
    slope, intercept = platt(outcome, scores)
    return HeadFitted(members=members, slope=slope, intercept=intercept)


def interval_out_of_fold(
    table: Table, low: Floats, high: Floats, *, by: str, kind: Floats
) -> tuple[Floats, Floats]:
    """Intervals whose margins come from the people of the other folds."""
    lower, upper = low.copy(), high.copy()
    for others, mine in folds(table.groups, table.outcome):
        told = conformal_by(
            table.outcome[others], low[others], high[others], by=by, kind=kind[others]
        )
        below, above = held(told, kind[mine])
        lower[mine], upper[mine] = low[mine] - below, high[mine] + above
    return lower, upper

"""Days in hospital of those who survive, after 48 hours in intensive care."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from asklepion.twin.engine.learned import icu as features
from asklepion.twin.engine.learned.linear import Linear
from asklepion.twin.engine.learned.trees import Trees

from . import artefact, boosting, figures, icu, intervals, linear, splits

Floats = NDArray[np.float64]
LOWEST, HIGHEST = 0.1, 0.9
SHARE = 0.8
LEAST_DAYS = 1.0
USUAL: dict[str, Any] = {
    "depth": 5,
    "iterations": 450,
    "learning_rate": 0.05,
    "rsm": 0.2,
    "border_count": 64,
    "l2_leaf_reg": 6,
}
HEADS: dict[str, tuple[str, ...]] = {
    "low": (f"Quantile:alpha={LOWEST}",),
    "middle": ("Quantile:alpha=0.5", "RMSE"),
    "high": (f"Quantile:alpha={HIGHEST}",),
}
LINEAR_SHARE, PENALTY = 0.4, 300.0  # of the ridge beside the trees of the middle


def make() -> None:
    """Fit, measure, keep."""
    stays = survivors(icu.read())
    scores = out_of_fold(stays)
    log_days = np.log(np.maximum(stays.days, LEAST_DAYS))
    moved = float(np.median(log_days - scores["middle"]))
    scores["middle"] += moved
    interval = intervals.conformal(log_days, scores["low"], scores["high"], SHARE)
    heads = {
        name: artefact.HeadFitted(
            members=members(stays.rows, log_days, name),
            link="exp",
            intercept=moved if name == "middle" else 0.0,
        )
        for name in HEADS
    }
    artefact.write(
        artefact.Fitted(
            name="icu_stay",
            kind="quantity",
            unit="d",
            keys=features.KEYS,
            heads=heads,
            interval={**interval, "space": "score"},
            limits={"needed": icu.NEEDED, "ranges": {"Age": [16, 120]}, "strange": 25},
            rows=stays.rows,
            card=card(stays, scores, log_days),
        )
    )


def survivors(stays: icu.Stays) -> icu.Stays:
    """Those who left the hospital alive, after a number of days that is known."""
    of = (stays.died == 0) & (stays.days >= 0)
    return icu.Stays(
        ids=stays.ids[of],
        rows=stays.rows[of],
        died=stays.died[of],
        days=stays.days[of],
        is_b=stays.is_b[of],
    )


def members(rows: Floats, log_days: Floats, head: str) -> list[tuple[float, Trees | Linear]]:
    """The trees of one head, each counting alike; beside those of the middle a ridge."""
    losses, line = HEADS[head], head == "middle"
    share = (1 - LINEAR_SHARE * line) / len(losses)
    found: list[tuple[float, Trees | Linear]] = []
    for seed, loss in enumerate(losses, 1):
        fitted = boosting.fit(rows, log_days, **USUAL, loss_function=loss, random_seed=seed)
        found.append((share, boosting.trees_of(fitted)))
    if line:
        found.append((LINEAR_SHARE, linear.fit_quantity(rows, log_days, penalty=PENALTY)))
    return found


def out_of_fold(stays: icu.Stays) -> dict[str, Floats]:
    """The log of days of each head for each stay, of models that never saw it."""
    log_days = np.log(np.maximum(stays.days, LEAST_DAYS))
    scores = {head: np.zeros(len(log_days)) for head in HEADS}
    for known, apart in splits.folds(stays.ids, np.round(log_days)):
        for head, score in scores.items():
            for weight, member in members(stays.rows[known], log_days[known], head):
                score[apart] += weight * member.score(stays.rows[apart])
        print(f"fold {_error(stays.days[apart], scores['middle'][apart]):.3f} d", flush=True)
    return scores


def _error(days: Floats, score: Floats) -> float:
    return figures.error(days, np.exp(score))


def conformed(stays: icu.Stays, scores: dict[str, Floats], log_days: Floats) -> tuple[Floats, ...]:
    """Both ends of each interval in days, each by a margin that did not see its own stay."""
    low, high = scores["low"].copy(), scores["high"].copy()
    for known, apart in splits.folds(stays.ids, count=10):
        told = intervals.conformal(log_days[known], low[known], high[known], SHARE)
        scores["low"][apart] = low[apart] - told["below"]
        scores["high"][apart] = high[apart] + told["above"]
    ends = np.exp(scores["low"]), np.exp(scores["high"])
    scores["low"], scores["high"] = low, high
    return ends


def card(stays: icu.Stays, scores: dict[str, Floats], log_days: Floats) -> dict[str, Any]:
    """What its card says."""
    days, said = stays.days, np.exp(scores["middle"])
    low, high = conformed(stays, scores, log_days)
    inside = ((days >= np.minimum(low, said)) & (days <= np.maximum(high, said))).astype(float)
    drawn = figures.resamples(stays.ids)
    statistics: dict[str, figures.Statistic] = {
        "mean_absolute_error_d": figures.error,
        "median_absolute_error_d": lambda one, other: float(np.median(np.abs(one - other))),
    }
    told = figures.measure(days, said, drawn, statistics)
    few = figures.resamples(stays.ids, 20)
    told |= figures.measure(days, said, few, {"concordance": figures.concordance})
    told |= figures.measure(days, inside, drawn, {"coverage": lambda _, held: float(held.mean())})
    width: figures.Statistic = lambda _, wide: float(np.median(wide))  # noqa: E731
    told |= figures.measure(days, high - low, drawn, {"median_width_d": width})
    guess = float(np.mean(np.abs(days - np.median(days))))
    return {
        "title": "Days in hospital, from the first 48 hours in intensive care",
        "outcome": "days in hospital from admission to intensive care, of those who survive",
        "horizon": "the hospital stay",
        "data": icu.DATA,
        "split": "five folds by stay over A and B; each figure out of fold, intervals too",
        "kept_apart": "set C (4,000 stays) was not at hand here, and was used for nothing",
        "model": "boosted trees (CatBoost) for medians and means and a ridge regression, averaged "
        "on the log of days; quantiles for the interval, widened by conformal prediction; exact "
        "Shapley terms",
        "rows": len(days),
        "interval": "80 % of survivors lie inside",
        "main": ["mean_absolute_error_d", "median_absolute_error_d", "concordance", "coverage"],
        "figures": told,
        "baselines": [
            {"name": "the median for everybody", "mean_absolute_error_d": round(guess, 2)},
            {"name": "boosted trees fitted on A and B, set C", "mean_absolute_error_d": 5.83},
        ],
        "subgroups": subgroups(stays, said, inside),
        "limits": [*LIMITS],
        "intended_use": "planning beside a clinician's own judgement, for adults who have been in "
        "intensive care for about 48 hours",
        "not_for": "deciding who gets a bed; people outside intensive care; children",
    }


def subgroups(stays: icu.Stays, said: Floats, inside: Floats) -> list[dict[str, object]]:
    """Error and coverage by sex, age and unit."""
    statistics: dict[str, figures.Statistic] = {"mean_absolute_error_d": figures.error}
    parts = icu.parts(stays)
    table = figures.slices(stays.days, said, stays.ids, parts, statistics)
    for line, part in zip(table, parts.values(), strict=True):
        line["coverage"] = round(float(inside[part].mean()), 4)
    return table


LIMITS = [
    "it speaks of those who survive; who dies has no stay in it",
    "one hospital, 2001-2008: stays were longer then than in many places now",
    "intervals are wide, because stays are: two patients alike may differ by weeks",
    "ethnicity is not in the data, so nobody knows how it does by it",
]

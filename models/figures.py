"""How good predictions are, each figure with its 95 % bootstrap interval."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Figure = dict[str, float]
Statistic = Callable[[Floats, Floats], float]
TIMES = 200


def ranks(values: Floats) -> Floats:
    """Ranks from 1; ties share their mean."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    ends = np.r_[starts[1:], len(values)]
    shared = np.empty(len(values))
    shared[order] = np.repeat((starts + ends + 1) / 2, ends - starts)
    return shared


def auroc(outcome: Floats, score: Floats) -> float:
    """How often one with the outcome is scored above one without."""
    ill = outcome > 0
    cases, others = int(ill.sum()), int((~ill).sum())
    if not cases or not others:
        return float("nan")
    return float((ranks(score)[ill].sum() - cases * (cases + 1) / 2) / (cases * others))


def auprc(outcome: Floats, score: Floats) -> float:
    """Average precision."""
    order = np.argsort(-score, kind="stable")
    ill, ordered = outcome[order] > 0, score[order]
    last = np.r_[ordered[1:] != ordered[:-1], True]
    found, seen = np.cumsum(ill)[last], np.flatnonzero(last) + 1
    gained = np.diff(found, prepend=0)
    return float((gained * found / seen).sum() / max(1, ill.sum()))


def brier(outcome: Floats, probability: Floats) -> float:
    """Mean squared error of probabilities."""
    return float(((outcome - probability) ** 2).mean())


def log_odds(probability: Floats) -> Floats:
    """Log-odds, finite."""
    held = np.clip(probability, 1e-7, 1 - 1e-7)
    return np.log(held / (1 - held))


def fit_line(outcome: Floats, score: Floats) -> tuple[float, float]:
    """Slope and intercept of a logistic line through the outcome, by Newton's method."""
    design = np.column_stack([score, np.ones(len(score))])
    line = np.array([1.0, 0.0])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(design @ line, -40, 40)))
        weight = np.maximum(chance * (1 - chance), 1e-9)
        step = np.linalg.solve((design.T * weight) @ design, design.T @ (outcome - chance))
        line = line + step
        if np.abs(step).max() < 1e-10:
            break
    return float(line[0]), float(line[1])


def slope(outcome: Floats, probability: Floats) -> float:
    """Calibration slope: 1 where predictions are neither too bold nor too timid."""
    return fit_line(outcome, log_odds(probability))[0]


def in_the_large(outcome: Floats, probability: Floats) -> float:
    """Calibration in the large: the log-odds by which all predictions would have to be moved."""
    score, moved = log_odds(probability), 0.0
    for _ in range(50):
        chance = 1 / (1 + np.exp(-(score + moved)))
        step = (outcome - chance).sum() / max((chance * (1 - chance)).sum(), 1e-9)
        moved += step
        if abs(step) < 1e-10:
            break
    return float(moved)


def error(outcome: Floats, predicted: Floats) -> float:
    """Mean absolute error."""
    return float(np.abs(outcome - predicted).mean())


def concordance(outcome: Floats, predicted: Floats) -> float:
    """Harrell's C of a quantity that was seen to its end, over all pairs that differ."""
    right = pairs = 0.0
    for at in range(len(outcome) - 1):
        longer = np.sign(outcome[at + 1 :] - outcome[at])
        said = np.sign(predicted[at + 1 :] - predicted[at])
        pairs += float(np.abs(longer).sum())
        right += float(((longer * said > 0) + 0.5 * ((said == 0) & (longer != 0))).sum())
    return right / max(pairs, 1.0)


CHANCES: Mapping[str, Statistic] = {
    "auroc": auroc,
    "auprc": auprc,
    "brier": brier,
    "slope": slope,
    "in_the_large": in_the_large,
}


def resamples(groups: NDArray[np.generic], times: int = TIMES) -> list[NDArray[np.intp]]:
    """Rows of patients drawn with replacement, `times` times; always the same ones."""
    names, whose = np.unique(groups, return_inverse=True)
    order = np.argsort(whose, kind="stable")
    starts = np.searchsorted(whose[order], np.arange(len(names) + 1))
    generator = np.random.default_rng(7)
    drawn: list[NDArray[np.intp]] = []
    for _ in range(times):
        chosen = generator.integers(len(names), size=len(names))
        if len(names) == len(groups):
            drawn.append(order[chosen])
            continue
        drawn.append(np.concatenate([order[starts[one] : starts[one + 1]] for one in chosen]))
    return drawn


def with_interval(value: float, others: list[float]) -> Figure:
    """A figure and the middle 95 % of the same over resamples."""
    low, high = np.nanquantile(np.array(others), [0.025, 0.975])
    return {"value": round(value, 4), "low": round(float(low), 4), "high": round(float(high), 4)}


def measure(
    outcome: Floats,
    predicted: Floats,
    drawn: list[NDArray[np.intp]],
    statistics: Mapping[str, Statistic] = CHANCES,
) -> dict[str, Figure]:
    """Every figure with its interval."""
    return {
        name: with_interval(
            statistic(outcome, predicted),
            [statistic(outcome[rows], predicted[rows]) for rows in drawn],
        )
        for name, statistic in statistics.items()
    }


def slices(
    outcome: Floats,
    predicted: Floats,
    groups: NDArray[np.generic],
    parts: Mapping[str, NDArray[np.bool_]],
    statistics: Mapping[str, Statistic] = CHANCES,
) -> list[dict[str, object]]:
    """The same figures for parts of the people, such as women, or the oldest.

    A part with fewer than 100 rows, or fewer than 10 of either outcome, is counted and not judged.
    """
    table: list[dict[str, object]] = []
    for name, part in parts.items():
        rows = np.flatnonzero(part)
        ill = outcome[rows] > 0
        line: dict[str, object] = {"part": name, "rows": len(rows), "mean": float("nan")}
        if len(rows):
            line["mean"] = round(float(outcome[rows].mean()), 4)
        enough = len(rows) >= 100
        if statistics is CHANCES:
            enough = enough and min(int(ill.sum()), int((~ill).sum())) >= 10
        if enough:
            drawn = resamples(groups[rows], 60)
            line["figures"] = measure(outcome[rows], predicted[rows], drawn, statistics)
        table.append(line)
    return table


def by_age(age: Floats) -> dict[str, NDArray[np.bool_]]:
    """The usual parts by age."""
    return {
        "age < 50": age < 50,
        "age 50-64": (age >= 50) & (age < 65),
        "age 65-79": (age >= 65) & (age < 80),
        "age >= 80": age >= 80,
    }

"""Lines of a score at several days, and how often they come true."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from asklepion.twin.engine.learned.curves import chances
from asklepion.twin.engine.learned.model import logistic

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def weighted_line(outcome: Floats, score: Floats, weight: Floats) -> tuple[float, float]:
    """Slope and intercept of a weighted logistic line, by Newton's method."""
    design = np.column_stack([score, np.ones(len(score))])
    line = np.array([1.0, 0.0])
    for _ in range(50):
        chance = logistic(design @ line)
        bend = np.maximum(weight * chance * (1 - chance), 1e-9)
        step = np.linalg.solve((design.T * bend) @ design, design.T @ (weight * (outcome - chance)))
        line = line + step
        if np.abs(step).max() < 1e-10:
            break
    return float(line[0]), float(line[1])


def seen_until(time: Floats, ended: Flags, day: float) -> Floats:
    """Weight of each person at a day: none if she was lost before, more if she stands for others.

    Source: Graf et al, Stat Med 1999;18:2529-2545 (inverse probability of censoring weights).
    """
    lost_at = np.sort(time[~ended])
    still = np.array([(time >= each).sum() for each in lost_at], np.float64)
    kept = np.cumprod(1 - 1 / np.maximum(still, 1))
    until = np.minimum(time, day)
    place = np.searchsorted(lost_at, until, side="left")
    share = np.where(place > 0, kept[np.maximum(place - 1, 0)], 1.0) if len(kept) else 1.0
    return np.where(ended | (time >= day), 1 / np.maximum(share, 0.05), 0.0)


def fit(
    score: Floats, time: Floats, ended: Flags, days: list[int], *, main: int, falls: bool
) -> dict[str, Any]:
    """The lines at each day; at the model's own day the score is its own line.

    Args:
        score: calibrated log-odds out of fold.
        time: day of the outcome, or of the last contact; infinite where it can never come.
        ended: whether the outcome came.
        falls: whether the curve tells who has it still before them (survival), else who had it.
    """
    lines: list[tuple[float, float]] = []
    for day in days:
        had = ended & (time <= day)
        outcome = (~had if falls else had).astype(np.float64)
        weight = seen_until(time, ended, day)
        lines.append((1.0, 0.0) if day == main else weighted_line(outcome, score, weight))
    return {
        "days": days,
        "slope": [round(slope, 5) for slope, _ in lines],
        "intercept": [round(intercept, 5) for _, intercept in lines],
        "falls": falls,
    }


def errors(
    told: dict[str, Any], score: Floats, time: Floats, ended: Flags
) -> dict[str, dict[str, float]]:
    """Mean chance told, share that came true, and Brier score at each day."""
    chance = chances(told, score)
    table: dict[str, dict[str, float]] = {}
    for at, day in enumerate(told["days"]):
        had = ended & (time <= day)
        outcome = (~had if told["falls"] else had).astype(np.float64)
        weight = seen_until(time, ended, day)
        mean = weight / weight.sum()
        table[f"day {day}"] = {
            "told": round(float((mean * chance[:, at]).sum()), 4),
            "happened": round(float((mean * outcome).sum()), 4),
            "brier": round(float((mean * (outcome - chance[:, at]) ** 2).sum()), 4),
        }
    return table

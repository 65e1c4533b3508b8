"""What a treatment did, where nobody drew lots: weighting and standardisation, with numpy alone.

Both are held to two tables whose answers are known: NHEFS (what giving up smoking does to weight)
and a trial (indomethacin against pancreatitis), see tests/twin/test_treatment.py.

Source: Hernán and Robins, Causal Inference: What If, 2020, chapters 12 and 13.
"""

# numpy does not tell the types of what its solvers return to the end.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def logistic_fit(design: Floats, outcome: Floats, *, ridge: float | Floats = 1e-6) -> Floats:
    """Coefficients of a logistic regression, intercept first, by Newton's method.

    Args:
        ridge: the penalty, of all or of each.
    """
    whole = np.column_stack([np.ones(len(design)), design])
    penalty: Floats = np.append(0.0, np.broadcast_to(ridge, design.shape[1])).astype(np.float64)
    line: Floats = np.zeros(whole.shape[1])
    for _ in range(100):
        chance = 1 / (1 + np.exp(-np.clip(whole @ line, -30, 30)))
        weight = np.maximum(chance * (1 - chance), 1e-9)
        bend = (whole.T * weight) @ whole + np.diag(penalty)
        step = _solve(bend, whole.T @ (outcome - chance) - penalty * line)
        line = line + step
        if np.abs(step).max() < 1e-9:
            break
    return line


def chance_of(line: Floats, design: Floats) -> Floats:
    """Probabilities by such a regression."""
    score = line[0] + design @ line[1:]
    return 1 / (1 + np.exp(-np.clip(score, -30, 30)))


def weighted_difference(design: Floats, treated: Floats, outcome: Floats) -> float:
    """Mean outcome with less without, each person weighted by how unlikely her treatment was."""
    chance = chance_of(logistic_fit(design, treated), design)
    share = treated.mean()
    weight = np.asarray(np.where(treated == 1, share / chance, (1 - share) / (1 - chance)))
    return _mean(outcome, weight * treated) - _mean(outcome, weight * (1 - treated))


def standardised_difference(design: Floats, treated: Floats, outcome: Floats) -> float:
    """Mean of what linear regression expects of everybody with, less of everybody without."""
    whole = np.column_stack([np.ones(len(design)), treated, design])
    line = np.linalg.lstsq(whole, outcome, rcond=None)[0]
    return float(line[1])


def _solve(bend: Floats, slope: Floats) -> Floats:
    return np.asarray(np.linalg.solve(bend, slope), np.float64)


def _mean(values: Floats, weight: Floats) -> float:
    return float((values * weight).sum() / weight.sum())


def e_value(ratio: float) -> float:
    """How strongly something unseen would have to be tied to both to explain a ratio away.

    Source: VanderWeele and Ding, Ann Intern Med 2017;167:268-274.
    """
    far = 1 / ratio if ratio < 1 else ratio
    return far + float(np.sqrt(far * (far - 1)))


def cox_fit(design: Floats, time: Floats, ended: Floats, *, ridge: float = 1e-6) -> Floats:
    """Coefficients of proportional hazards, ties after Breslow, by Newton's method.

    Source: Cox, J R Stat Soc B 1972;34:187-220.
    """
    order = np.argsort(-time, kind="stable")
    rows, when, event = design[order], time[order], ended[order]
    last = np.searchsorted(-when, -when, side="right") - 1  # everybody still at risk
    line: Floats = np.zeros(design.shape[1])
    for _ in range(50):
        pull: Floats = np.exp(rows @ line)
        whole: Floats = np.cumsum(pull)[last]
        first: Floats = np.cumsum(rows * pull[:, None], axis=0)[last] / whole[:, None]
        square: Floats = np.cumsum(
            rows[:, :, None] * rows[:, None, :] * pull[:, None, None], axis=0
        )[last]
        bend = square / whole[:, None, None] - first[:, :, None] * first[:, None, :]
        slope: Floats = (event[:, None] * (rows - first)).sum(axis=0) - ridge * line
        curve = (event[:, None, None] * bend).sum(axis=0) + ridge * np.eye(len(line))
        step = _solve(curve, slope)
        line = line + step
        if np.abs(step).max() < 1e-9:
            break
    return line


def baseline_hazard(
    design: Floats, time: Floats, ended: Floats, line: Floats, days: list[float]
) -> Floats:
    """Cumulative hazard of a row of zeros by each day (Breslow)."""
    pull = np.exp(design @ line)
    moments = np.unique(time[ended == 1])
    at_risk = np.array([pull[time >= moment].sum() for moment in moments])
    deaths = np.array([(ended[time == moment] == 1).sum() for moment in moments])
    total = np.cumsum(deaths / at_risk)
    place = np.searchsorted(moments, np.array(days), side="right")
    return np.where(place > 0, total[np.maximum(place - 1, 0)], 0.0)

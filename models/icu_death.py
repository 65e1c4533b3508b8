"""Death in hospital after 48 hours in intensive care."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from asklepion.twin.engine.learned import icu as features
from asklepion.twin.engine.learned.linear import Linear
from asklepion.twin.engine.learned.model import logistic
from asklepion.twin.engine.learned.trees import Trees

from . import artefact, boosting, calibration, figures, icu, intervals, linear, splits
from .events import best_threshold, event_1, event_2

Floats = NDArray[np.float64]
USUAL: dict[str, Any] = {"loss_function": "Logloss", "border_count": 64}
BOOSTED: tuple[dict[str, Any], ...] = (
    {"depth": 5, "iterations": 500, "learning_rate": 0.04, "rsm": 0.2, "l2_leaf_reg": 6},
    {"depth": 4, "iterations": 900, "learning_rate": 0.04, "rsm": 0.15, "l2_leaf_reg": 6},
    {"depth": 6, "iterations": 400, "learning_rate": 0.04, "rsm": 0.2, "l2_leaf_reg": 10},
)
STRENGTH = 0.003  # of the ridge
LINEAR_SHARE = 0.15


def make() -> None:
    """Fit, measure, keep."""
    stays = icu.read()
    score = out_of_fold(stays)
    slope, intercept = calibration.platt(stays.died, score)
    threshold = best_threshold(stays.died, logistic(slope * score + intercept))
    # What is shown is calibrated by the other folds, so that no figure has seen its own outcome.
    chance = calibrated(stays, score)
    head = artefact.HeadFitted(
        members=members(stays.rows, stays.died), slope=slope, intercept=intercept
    )
    artefact.write(
        artefact.Fitted(
            name="icu_death",
            kind="probability",
            unit="1",
            keys=features.KEYS,
            heads={"risk": head},
            interval=intervals.venn_abers(stays.died, slope * score + intercept),
            limits={"needed": icu.NEEDED, "ranges": {"Age": [16, 120]}, "strange": 25},
            rows=stays.rows,
            card=card(stays, chance, threshold),
            facts={"threshold": threshold},
        )
    )


def members(rows: Floats, died: Floats) -> list[tuple[float, Trees | Linear]]:
    """The models whose log-odds are averaged."""
    share = (1 - LINEAR_SHARE) / len(BOOSTED)
    found: list[tuple[float, Trees | Linear]] = [
        (share, boosting.trees_of(boosting.fit(rows, died, **USUAL, **how, random_seed=seed)))
        for seed, how in enumerate(BOOSTED, 1)
    ]
    return [*found, (LINEAR_SHARE, linear.fit(rows, died, strength=STRENGTH))]


def out_of_fold(stays: icu.Stays) -> Floats:
    """The mean log-odds for each stay of models that never saw it."""
    score = np.zeros(len(stays.died))
    for known, apart in splits.folds(stays.ids, stays.died):
        for weight, member in members(stays.rows[known], stays.died[known]):
            score[apart] += weight * member.score(stays.rows[apart])
        print(f"fold {figures.auroc(stays.died[apart], score[apart]):.4f}", flush=True)
    return score


def calibrated(stays: icu.Stays, score: Floats) -> Floats:
    """Probabilities, each by a calibration that did not see its own stay."""
    chance = np.zeros(len(score))
    for known, apart in splits.folds(stays.ids, stays.died, count=10):
        slope, intercept = calibration.platt(stays.died[known], score[known])
        chance[apart] = logistic(slope * score[apart] + intercept)
    return chance


def card(stays: icu.Stays, chance: Floats, threshold: float) -> dict[str, Any]:
    """What its card says."""
    drawn = figures.resamples(stays.ids)
    told = figures.measure(stays.died, chance, drawn)
    events: dict[str, figures.Statistic] = {
        "event_1": lambda died, said: event_1(died, said, threshold),
    }
    told |= figures.measure(stays.died, chance, drawn, events)
    halves = [figures.Figure(_halves(stays, chance, flag)) for flag in (False, True)]
    told["event_2"] = {
        key: round((halves[0][key] + halves[1][key]) / 2, 2) for key in ("value", "low", "high")
    }
    return {
        "title": "Death in hospital, from the first 48 hours in intensive care",
        "outcome": "death in hospital",
        "horizon": "the hospital stay",
        "data": icu.DATA,
        "split": "five folds by stay over A and B; each figure out of fold, calibration too",
        "kept_apart": "set C (4,000 stays) was not at hand here, and was used for nothing",
        "model": "mean log-odds of three sets of boosted trees (CatBoost) and a ridge logistic "
        "regression, with Platt's calibration; exact Shapley terms",
        "rows": len(stays.died),
        "events": int(stays.died.sum()),
        "main": ["auroc", "auprc", "brier", "slope", "in_the_large", "event_1", "event_2"],
        "figures": told,
        "threshold": threshold,
        "baselines": BASELINES,
        "subgroups": figures.slices(stays.died, chance, stays.ids, icu.parts(stays)),
        "limits": LIMITS,
        "intended_use": "beside a clinician's own judgement, for adults who have been in "
        "intensive care for about 48 hours",
        "not_for": "deciding on treatment or its end; people outside intensive care; children; "
        "comparing hospitals",
    }


def _halves(stays: icu.Stays, chance: Floats, flag: bool) -> figures.Figure:
    """Event 2 of one set of 4,000, the size that it is defined for."""
    of = stays.is_b == flag
    drawn = figures.resamples(stays.ids[of], 200)
    statistic: dict[str, figures.Statistic] = {"event_2": event_2}
    return figures.measure(stays.died[of], chance[of], drawn, statistic)["event_2"]


BASELINES = [
    {"name": "SAPS-I, set C (challenge)", "event_1": 0.3125, "event_2": 68.6},
    {"name": "winner of event 1, set C (Johnson et al)", "event_1": 0.5353, "event_2": 17.88},
    {"name": "mean of four models fitted on A and B, set C", "auroc": 0.884, "event_2": 15.2},
]
LIMITS = [
    "one hospital, 2001-2008: care has changed since, and risks with it",
    "ethnicity is not in the data, so nobody knows how it does by it",
    "only stays of 48 hours and more: those who died or left before are not in it",
    "it knows how often somebody was measured, which differs between hospitals",
    "resampled figures of event 2 are larger than those of people: resampling adds misfit",
]

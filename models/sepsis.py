"""Sepsis within hours, hour by hour."""

from dataclasses import dataclass
from typing import Any, cast

import duckdb
import numpy as np
from numpy.typing import NDArray

from asklepion.twin.engine.learned import sepsis as features
from asklepion.twin.engine.learned.model import logistic
from asklepion.twin.engine.learned.trees import Trees

from . import alarms, artefact, boosting, calibration, figures, inputs, intervals, splits
from .alarms import Course

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
FILE, SHA256 = (
    "physionet2019/setB_part.parquet",
    "237336a51015d233b6e1c26857eb2808059137c83dd88157a19180b9aab0c676",
)
KEPT = 0.25  # share of the hours of people without sepsis that each set of trees learns from
USUAL: dict[str, Any] = {
    "iterations": 300,
    "depth": 6,
    "learning_rate": 0.05,
    "rsm": 0.12,
    "border_count": 48,
    "l2_leaf_reg": 10,
}
NEEDED = [["Age"], ["HR.last", "MAP.last", "SBP.last", "Resp.last", "O2Sat.last", "Temp.last"]]


@dataclass(frozen=True, kw_only=True)
class People:
    """Hours of many people: what is known in each, and what came of it."""

    rows: Floats
    course: Course

    def column(self, key: str) -> Floats:
        """One feature of all hours."""
        return self.rows[:, features.KEYS.index(key)]


def read() -> People:
    """All hours.

    Raises:
        Incorrect: the file is not the one that was examined.
    """
    path = inputs.gate(FILE, sha256=SHA256)
    with duckdb.connect() as database:
        asked = "select SepsisLabel from read_parquet(?) order by pid, ICULOS"
        found: dict[str, Any] = cast(Any, database.execute(asked, [str(path)])).fetchnumpy()
    rows, ids = list[NDArray[np.float32]](), list[str]()
    for one in features.read_patients(path):
        rows.append(features.features(one).astype(np.float32))  # half the memory
        ids += [one.id] * len(one.values)
    course = Course.read(np.array(ids), np.asarray(found["SepsisLabel"], np.float64))
    inputs.count("people", len(course.starts), 9271)
    inputs.count("hours", len(course.label), 351816)
    inputs.count("people with sepsis", int(course.is_septic[course.starts].sum()), 516)
    known: Any = np.concatenate(rows)  # single floats
    return People(rows=known, course=course)


def make() -> None:
    """Fit, measure, keep."""
    people = read()
    course = people.course
    score = out_of_fold(people)
    slope, intercept = calibration.platt(course.label, score)
    log_odds = slope * score + intercept
    threshold = float(logistic(np.array([alarms.threshold_of(course, log_odds)]))[0])
    card = card_of(people, score, threshold) | {"other_unit": elsewhere(people)}
    head = artefact.HeadFitted(
        members=members(people, np.arange(len(score))), slope=slope, intercept=intercept
    )
    model = artefact.write(
        artefact.Fitted(
            name="sepsis",
            kind="probability",
            unit="1",
            keys=features.KEYS,
            heads={"risk": head},
            interval=intervals.venn_abers(course.label, np.round(log_odds, 3)),
            limits={"needed": NEEDED, "ranges": {"Age": [14, 120]}, "strange": STRANGE},
            rows=people.rows,
            card=card,
            facts={"threshold": round(threshold, 6)},
        )
    )
    print("abstains on", model.abstains(people.rows).mean(), flush=True)


STRANGE = 40  # of 395 features


def members(people: People, known: NDArray[np.intp]) -> list[tuple[float, Trees]]:
    """Three looks at one hour: is it near sepsis, is an alarm worth it, and how much.

    Each learns from other hours of those without sepsis. Each counts alike: its weight is one over
    the spread of its score.
    """
    found: list[tuple[float, Trees]] = []
    course = people.course
    for seed in (1, 2, 3):
        drawn = np.random.default_rng(seed).random(len(course.label))[known] < KEPT
        rows = known[course.is_septic[known] | drawn]
        weight = np.where(course.is_septic[rows], 1.0, 1 / KEPT)
        gain = course.gain[rows]
        loss, target, its_weight = {
            1: ("Logloss", course.label[rows], weight),
            2: ("Logloss", (gain > 0).astype(np.float64), weight * np.abs(gain)),
            3: ("RMSE", gain, weight),
        }[seed]
        how = {**USUAL, "loss_function": loss, "random_seed": seed}
        fitted = boosting.fit(people.rows[rows], target, weight=its_weight, **how)
        trees = boosting.trees_of(fitted)
        found.append((1 / float(trees.score(people.rows[rows[::4]]).std()), trees))
    return found


def scored(people: People, known: NDArray[np.intp], apart: NDArray[np.intp]) -> Floats:
    """The score of some hours of members that learned from others."""
    rows = people.rows[apart]
    told = sum(
        (weight * member.score(rows) for weight, member in members(people, known)), np.zeros(1)
    )
    print(f"fold {figures.auroc(people.course.label[apart], told):.4f}", flush=True)
    return told


def out_of_fold(people: People) -> Floats:
    """The score of each hour of models that never saw that person."""
    score = np.zeros(len(people.rows))
    for known, apart in splits.folds(people.course.ids, people.course.label):
        score[apart] = scored(people, known, apart)
    return score


def elsewhere(people: People) -> list[dict[str, object]]:
    """What a model of one unit is worth in the other one, at a line drawn in its own."""
    unit = people.column("Unit1")
    table: list[dict[str, object]] = []
    for name, own in (("medical to surgical unit", 1), ("surgical to medical unit", 0)):
        known, apart = np.flatnonzero(unit == own), np.flatnonzero(unit == 1 - own)
        told, course = scored(people, known, apart), people.course.of(apart)
        home, own = people.course.of(known), np.zeros(len(known))
        for learn, mine in splits.folds(home.ids, home.label, count=2):
            own[mine] = scored(people, known[learn], known[mine])
        line = alarms.threshold_of(home, own)
        most, septic = course.highest(told)
        drawn = figures.resamples(course.ids, 30)
        only: dict[str, figures.Statistic] = {"auroc": figures.auroc}
        judged = figures.measure(course.label, told, drawn, only)
        persons = figures.resamples(np.arange(len(most)))
        judged["auroc_by_person"] = figures.measure(septic.astype(np.float64), most, persons, only)[
            "auroc"
        ]
        judged |= alarms.measure(course, told >= line)
        table.append({"part": name, "people": len(most), "figures": judged})
    return table


def card_of(people: People, score: Floats, threshold: float) -> dict[str, Any]:
    """What its card says."""
    course = people.course
    log_odds, said = alarms.apart(course, score)
    chance = logistic(log_odds)
    told = figures.measure(course.label, chance, figures.resamples(course.ids, 50))
    told |= alarms.measure(course, said)
    most, septic = course.highest(log_odds)
    per_person: dict[str, figures.Statistic] = {"auroc_by_person": figures.auroc}
    persons = figures.resamples(np.arange(len(most)))
    told |= figures.measure(septic.astype(np.float64), most, persons, per_person)
    return {
        "title": "Sepsis within hours, hour by hour in intensive care",
        "outcome": "an hour from six before the onset of sepsis (Sepsis-3) on",
        "horizon": "6 hours",
        "data": DATA,
        "split": "five folds by patient; each figure out of fold, calibration and line too",
        "kept_apart": "nothing; the challenge's hidden sets were never published",
        "model": "mean of three sets of boosted trees (CatBoost): for the label, for whether an "
        "alarm is worth it, and for how much; Platt's calibration; exact Shapley terms",
        "rows": len(course.label),
        "people": len(most),
        "events": int(septic.sum()),
        "main": ["auroc", "auprc", "slope", "utility", "alarmed_without_sepsis"],
        "figures": told,
        "threshold": round(threshold, 6),
        "baselines": [
            {"name": "boosted trees on the same people, at any rate of alarms", "utility": 0.409},
            {"name": "the same: people without sepsis alarmed", "alarmed_without_sepsis": 0.34},
            {"name": "winner's own cross-validation, other people (Morrill)", "utility": 0.41},
        ],
        "subgroups": subgroups(people, chance, said),
        "limits": LIMITS,
        "intended_use": "beside a clinician's own judgement, for adults in intensive care with "
        "hourly observations",
        "not_for": "ruling sepsis out; people outside intensive care; children; deciding on "
        "antibiotics alone",
    }


def subgroups(people: People, chance: Floats, said: Flags) -> list[dict[str, object]]:
    """Figures by sex, age and unit, with the utility of each."""
    parts = {
        "women": people.column("Gender") == 0,
        "men": people.column("Gender") == 1,
        **figures.by_age(people.column("Age")),
        "medical unit": people.column("Unit1") == 1,
        "surgical unit": people.column("Unit1") == 0,
        "unit not told": np.isnan(people.column("Unit1")),
    }
    statistics = {"auroc": figures.auroc, "in_the_large": figures.in_the_large}
    table: list[dict[str, object]] = []
    for name, part in parts.items():
        rows = np.flatnonzero(part)
        course = people.course.of(rows)
        drawn = figures.resamples(course.ids, 30)
        line: dict[str, object] = {"part": name, "rows": len(rows)}
        line["figures"] = figures.measure(course.label, chance[rows], drawn, statistics)
        best = float(np.maximum(course.gain, 0).sum())
        table.append({**line, "utility": round(float(course.gain[said[rows]].sum()) / best, 4)})
    return table


DATA: dict[str, Any] = {
    "name": "PhysioNet/Computing in Cardiology Challenge 2019, part of set B",
    "licence": "CC BY 4.0 (as remembered: the text was not at hand; ask before handing on)",
    "citation": "Reyna MA, et al. Crit Care Med 2020;48:210-217; Goldberger AL, et al. "
    "Circulation 2000;101:e215-e220",
    "origin": "intensive care units of one hospital in the USA",
    "people": 9271,
    "files": {FILE: SHA256},
    "checked": "9,271 people, 351,816 hours, 516 with sepsis; the whole set B has 20,000 people",
}
LIMITS = [
    "one hospital, and not quite half of its set: another hospital's people may differ; the "
    "challenge's other hospital (set A) was not at hand, so that between hospitals nothing was "
    "measured; between units of this one it was",
    "the winner lost a third of its utility at a hospital that nobody had seen",
    "sepsis is as the data's label says: from orders of antibiotics and cultures, and SOFA",
    "ethnicity is not in the data, so nobody knows how it does by it",
    "it knows how often somebody was measured, which differs between hospitals",
]

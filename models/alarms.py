"""Alarms by the hour: from which score one is given, whom they reach, and what they are worth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import calibration, figures, splits, utility

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
ALARMED = 0.25  # of people without sepsis, at most
MARGIN = 0.005  # so that other people are not alarmed more often


@dataclass(frozen=True, kw_only=True)
class Course:
    """Hours of many people, those of one lying together.

    Args:
        label: 1 from six hours before the onset of sepsis.
        gain: what an alarm is worth in each hour, over silence.
        is_septic: whether it is an hour of somebody who gets sepsis.
    """

    ids: NDArray[np.str_]
    label: Floats
    gain: Floats
    is_septic: Flags

    @classmethod
    def read(cls, ids: NDArray[np.str_], label: Floats) -> "Course":
        """What follows from the labels."""
        alarm, silence = utility.table(label, ids)
        names, index = np.unique(ids, return_inverse=True)
        septic = np.zeros(len(names), bool)
        np.logical_or.at(septic, index, label > 0)
        return cls(ids=ids, label=label, gain=alarm - silence, is_septic=septic[index])

    def of(self, rows: NDArray[np.intp] | Flags) -> "Course":
        """Some of the hours."""
        return Course(
            ids=self.ids[rows],
            label=self.label[rows],
            gain=self.gain[rows],
            is_septic=self.is_septic[rows],
        )

    @property
    def starts(self) -> NDArray[np.intp]:
        """Where each person's hours begin."""
        return np.flatnonzero(np.r_[True, self.ids[1:] != self.ids[:-1]])

    def highest(self, score: Floats) -> tuple[Floats, Flags]:
        """The highest score of each person, and who gets sepsis."""
        return np.maximum.reduceat(score, self.starts), self.is_septic[self.starts]


def threshold_of(course: Course, score: Floats) -> float:
    """The score from which an alarm is given: the most useful that alarms few without sepsis."""
    most, septic = course.highest(score)
    least = float(np.quantile(most[~septic], 1 - ALARMED + MARGIN))
    order = np.argsort(-score)
    gained = np.cumsum(course.gain[order])
    return max(least, float(score[order][int(np.argmax(gained))]))


def apart(course: Course, score: Floats) -> tuple[Floats, Flags]:
    """Log-odds and alarms of each hour, calibrated and decided by the people of other folds."""
    log_odds, said = np.zeros(len(score)), np.zeros(len(score), bool)
    for known, mine in splits.folds(course.ids, course.label):
        slope, intercept = calibration.platt(course.label[known], score[known])
        log_odds[mine] = slope * score[mine] + intercept
        said[mine] = score[mine] >= threshold_of(course.of(known), score[known])
    return log_odds, said


def measure(course: Course, said: Flags) -> dict[str, figures.Figure]:
    """What the alarms are worth, and whom they reach; intervals by drawing people."""
    starts = course.starts
    gained = np.add.reduceat(np.where(said, course.gain, 0.0), starts)
    best = np.add.reduceat(np.maximum(course.gain, 0.0), starts)
    reached = np.maximum.reduceat(said, starts)
    hours = np.add.reduceat(said.astype(np.float64), starts)
    days = np.add.reduceat(np.ones(len(said)), starts) / 24
    septic = course.is_septic[starts]
    parts = {
        "utility": (gained, best),
        "alarmed_without_sepsis": (reached & ~septic, ~septic),
        "alarmed_with_sepsis": (reached & septic, septic),
        "alarm_hours_per_day_without_sepsis": (hours * ~septic, days * ~septic),
    }
    dice = np.random.default_rng(7)
    drawn = [dice.integers(len(starts), size=len(starts)) for _ in range(figures.TIMES)]
    return {
        name: figures.with_interval(
            float(above.sum() / below.sum()),
            [float(above[rows].sum() / below[rows].sum()) for rows in drawn],
        )
        for name, (above, below) in parts.items()
    }

"""What an alarm is worth in each hour: the utility of the PhysioNet Challenge 2019."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# Hours relative to the onset of sepsis; the labels begin `BEST_H` before it.
EARLIEST_H, BEST_H, LATEST_H = -12, -6, 3
FOUND, MISSED, FALSE_ALARM, SILENCE = 1.0, -2.0, -0.05, 0.0


def of_hours(labels: NDArray[np.generic]) -> tuple[Floats, Floats]:
    """The utility of an alarm and of silence in each hour of one patient.

    Args:
        labels: 1 from six hours before the onset of sepsis, shape (hours,).

    Source: Reyna et al, Crit Care Med 2020;48:210-217.
    """
    at = np.arange(len(labels), dtype=np.float64)
    alarm, silence = np.full(len(at), FALSE_ALARM), np.full(len(at), SILENCE)
    if not np.any(labels):
        return alarm, silence
    before = at - (float(np.argmax(labels)) - BEST_H)  # hours after the onset
    rising = FOUND * (before - EARLIEST_H) / (BEST_H - EARLIEST_H)
    share = (before - BEST_H) / (LATEST_H - BEST_H)
    early, due = before <= BEST_H, (before > BEST_H) & (before <= LATEST_H)
    alarm = np.where(early, np.maximum(rising, FALSE_ALARM), np.where(due, FOUND * (1 - share), 0))
    silence = np.where(due, MISSED * share, 0.0)
    return alarm, silence


def table(labels: NDArray[np.generic], whose: NDArray[np.generic]) -> tuple[Floats, Floats]:
    """The same for the hours of many patients that lie together."""
    starts = np.flatnonzero(np.r_[True, whose[1:] != whose[:-1]])
    told = [of_hours(part) for part in np.split(labels, starts[1:])]
    return np.concatenate([each[0] for each in told]), np.concatenate([each[1] for each in told])


def utility(alarmed: NDArray[np.bool_], alarm: Floats, silence: Floats) -> float:
    """The share gained of what the best alarms would gain over none: 1 at best, 0 if always silent.

    Args:
        alarm: the utility of an alarm in each hour; silence: that of none.
    """
    gained = float((alarm - silence)[alarmed].sum())
    return gained / float(np.maximum(alarm - silence, 0.0).sum())

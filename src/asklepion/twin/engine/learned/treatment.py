"""Two futures of one person, with and without a treatment: how they differ, and what that rests on.

The tier says what the difference is, and is shown wherever the difference is:

    association   people who were given it, against people who were not, made alike in what was
                  measured. It does not show what the treatment would do.
    trial         lots decided who was given it: the difference is the treatment's, in such people.

It refuses (answers with needs) where the model itself would abstain, and where too few people like
her were given it, or not given it, to compare at all (overlap).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...model import Need, Why
from .model import Learned, logistic

Floats = NDArray[np.float64]


class Tier(StrEnum):
    """What a difference rests on."""

    ASSOCIATION = "association"
    TRIAL = "trial"


@dataclass(frozen=True, kw_only=True)
class Chance:
    """A number with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Both futures and their difference (with less without).

    Args:
        given: the share of people like her who were given the treatment; of a trial, by lot.
    """

    tier: Tier
    treatment: str
    without: Chance
    given_it: Chance
    difference: Chance
    given: float


def compare(model: Learned, row: Floats) -> Compared | tuple[Need, ...]:
    """Compare both futures of one row, or say why they cannot be compared."""
    told: dict[str, Any] = model.facts["treatment"]
    key: str = told["key"]
    both = np.tile(row, (2, 1))
    both[:, model.keys.index(key)] = (0.0, 1.0)
    needs = tuple(need for need in model.needs(both[0]) if need.key != key)
    if needs:
        return needs
    given = _given(model, both[0])
    low, high = told["overlap"]
    if not low <= given <= high:
        return (Need(key=f"overlap_{key}", why=Why.OUTSIDE, low=low, high=high),)
    value = model.linked(model.score(both))
    drawn = _drawn(model, both)
    return Compared(
        tier=Tier(told["tier"]),
        treatment=key,
        without=_chance(float(value[0]), drawn[:, 0]),
        given_it=_chance(float(value[1]), drawn[:, 1]),
        difference=_chance(float(value[1] - value[0]), drawn[:, 1] - drawn[:, 0]),
        given=given,
    )


def _given(model: Learned, row: Floats) -> float:
    if not model.has("given"):
        return float(model.facts["treatment"]["share"])
    return float(logistic(model.score(row[None, :], "given"))[0])


def _drawn(model: Learned, both: Floats) -> Floats:
    """The same two chances by each model fitted to a resample of the people, shape (draws, 2)."""
    told = model.facts["treatment"]["draws"]
    mean, lines = np.array(told["mean"]), np.array(told["lines"])
    known = np.where(np.isnan(both), mean, np.clip(both, told["low"], told["high"]))
    return model.linked(lines[:, :1] + lines[:, 1:] @ (known - mean).T)


def _chance(value: float, drawn: Floats) -> Chance:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Chance(value=value, low=min(float(low), value), high=max(float(high), value))

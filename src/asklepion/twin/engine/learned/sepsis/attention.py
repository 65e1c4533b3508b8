"""How closely somebody is watched: it says how ill others think she is."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from .columns import counted, faded, since, summed

Floats = NDArray[np.float64]
DAY = 24
MANY = 5  # laboratory values of one hour that are more than a single question


def attention(
    now: Mapping[str, Floats], vitals: Sequence[str], labs: Sequence[str]
) -> Iterator[tuple[str, Floats]]:
    """Counts of what was measured, in each hour."""
    asked = _known(now, labs)
    yield from _bloods(asked)
    yield from _kinds(now, labs)
    seen = _known(now, vitals)
    yield "vitals.now", seen
    yield "vitals.6", summed(seen, 6)
    yield "vitals.rising", faded(seen, 3) - faded(seen, DAY)
    yield "known.mean", np.cumsum(asked + seen) / np.arange(1, len(seen) + 1)


def _known(now: Mapping[str, Floats], keys: Sequence[str]) -> Floats:
    return np.column_stack([~np.isnan(now[key]) for key in keys]).sum(axis=1).astype(np.float64)


def _bloods(asked: Floats) -> Iterator[tuple[str, Floats]]:
    """Laboratory values by the hour, and the drawings that they come from."""
    hours = np.arange(1, len(asked) + 1)
    yield "labs.now", asked
    for length in (2, 3, 6, 12, DAY):
        yield f"labs.{length}", summed(asked, length)
    drawn, many = asked >= 1, asked >= MANY
    yield "draws.since", since(np.where(drawn, 1.0, np.nan))
    yield "panels.since", since(np.where(many, 1.0, np.nan))
    yield "panels", np.cumsum(many).astype(np.float64)
    yield "panels.rate", np.cumsum(many) / hours
    yield "draws.rate", np.cumsum(drawn) / hours
    for length in (6, DAY):
        yield f"draws.{length}", summed(drawn.astype(np.float64), length)


def _kinds(now: Mapping[str, Floats], labs: Sequence[str]) -> Iterator[tuple[str, Floats]]:
    """How many different values were asked for, and how many for the first time."""
    known = np.column_stack([~np.isnan(now[key]) for key in labs])
    ever = np.maximum.accumulate(known, axis=0).sum(axis=1).astype(np.float64)
    yield "kinds", ever
    day = np.column_stack([counted(now[key], DAY) > 0 for key in labs])
    yield "kinds.24", day.sum(axis=1).astype(np.float64)
    first = np.diff(ever, prepend=0.0)
    for length in (6, DAY):
        yield f"new.{length}", summed(first, length)

"""Columns over hours: each number is made of its own hour and of those before it."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def carried(values: Floats) -> Floats:
    """The last known value in each hour."""
    place = np.where(np.isnan(values), -1, np.arange(len(values)))
    place = np.maximum.accumulate(place)
    return np.where(place >= 0, values[np.maximum(place, 0)], np.nan)


def before_last(values: Floats) -> Floats:
    """The known value before the last known one."""
    known = np.flatnonzero(~np.isnan(values))
    before = np.full(len(values), np.nan)
    if len(known) > 1:
        which = np.searchsorted(known, np.arange(len(values)), side="right") - 2
        before[which >= 0] = values[known[which[which >= 0]]]
    return before


def since(values: Floats) -> Floats:
    """Hours since it was last known."""
    at = np.arange(len(values), dtype=np.float64)
    place = np.where(np.isnan(values), -np.inf, at)
    hours = at - np.maximum.accumulate(place)
    return np.where(np.isinf(hours), np.nan, hours)


def summed(values: Floats, hours: int) -> Floats:
    """The sum of the last hours, this one included; what is not known adds nothing."""
    total = np.cumsum(np.nan_to_num(values))
    earlier = np.concatenate([np.zeros(min(hours, len(total))), total[:-hours]])
    return total - earlier[: len(total)]


def counted(values: Floats, hours: int) -> Floats:
    """How often it was known in the last hours, this one included."""
    return summed((~np.isnan(values)).astype(np.float64), hours)


def earlier(values: Floats, hours: int) -> Floats:
    """What it was so many hours before."""
    start = np.full(min(hours, len(values)), np.nan)
    return np.concatenate([start, values[:-hours]])[: len(values)]


def windows(values: Floats, hours: int) -> Floats:
    """The last hours of each hour, oldest first, shape (n, hours)."""
    padded = np.concatenate([np.full(hours - 1, np.nan), values])
    return np.lib.stride_tricks.sliding_window_view(padded, hours)


def lowest(values: Floats, hours: int) -> Floats:
    """The lowest known value of the last hours."""
    least = np.where(np.isnan(values), np.inf, values)
    found = windows(least, hours)
    found = np.fmin.reduce(found, axis=1)
    return np.where(np.isinf(found), np.nan, found)


def highest(values: Floats, hours: int) -> Floats:
    """The highest known value of the last hours."""
    return -lowest(-values, hours)


def slope(values: Floats, hours: int) -> Floats:
    """Its rise by the hour over the last hours, by least squares, of three values at least."""
    window = windows(values, hours)
    known = ~np.isnan(window)
    count = np.maximum(known.sum(axis=1), 1)
    at = np.arange(hours, dtype=np.float64)
    apart = (at - ((known * at).sum(axis=1) / count)[:, None]) * known
    filled = np.where(known, window, 0.0)
    rise = (apart * (filled - (filled.sum(axis=1) / count)[:, None])).sum(axis=1)
    spread = (apart**2).sum(axis=1)
    enough = (known.sum(axis=1) >= 3) & (spread > 0)
    return np.where(enough, rise / np.where(enough, spread, 1.0), np.nan)


def faded(values: Floats, half_life_h: float) -> Floats:
    """The mean of what was known, each value with half the weight after so many hours."""
    keeps = 0.5 ** (1 / half_life_h)
    known = ~np.isnan(values)
    means, total, weight = np.full(len(values), np.nan), 0.0, 0.0
    filled = np.where(known, values, 0.0).tolist()
    for at, (value, is_known) in enumerate(zip(filled, known.tolist(), strict=True)):
        total, weight = total * keeps + value, weight * keeps + is_known
        if weight:
            means[at] = total / weight
    return means


def from_first(values: Floats, now: Floats, count: int = 1) -> Floats:
    """How far it is now from the mean of the first so many known values, once they are known."""
    first = np.flatnonzero(~np.isnan(values))[:count]
    base = np.full(len(values), np.nan)
    if len(first) == count:  # a base of fewer would tell that no more will come
        base[first[-1] :] = values[first].mean()
    return now - base


def points(values: Floats, edges: tuple[float, ...], worth: tuple[float, ...]) -> Floats:
    """The points of a score by the band that a value lies in, each up to and with its edge.

    What is not known has none.
    """
    place = np.searchsorted(np.array(edges), values, side="left")
    return np.where(np.isnan(values), 0.0, np.array(worth)[place])

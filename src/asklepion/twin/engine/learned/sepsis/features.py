"""What the model knows in each hour: only of that hour and those before it."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .hours import FACTS, MEASURES, Hours

Floats = NDArray[np.float64]
VITALS = ("HR", "O2Sat", "Temp", "SBP", "MAP", "DBP", "Resp", "shock", "PP")
LABS = tuple(
    key for key in MEASURES if key not in ("HR", "O2Sat", "Temp", "SBP", "MAP", "DBP", "Resp")
)
WINDOWS = (6, 12)
DAY = 24


def features(hours: Hours) -> Floats:
    """One row for each hour, in the order of KEYS, shape (hours, features)."""
    return np.column_stack([column for _, column in _all(hours)])


def _all(hours: Hours) -> Iterator[tuple[str, Floats]]:
    now = {key: hours.values[:, at] for at, key in enumerate(MEASURES)}
    now["shock"] = now["HR"] / now["SBP"]
    now["PP"] = now["SBP"] - now["DBP"]
    last = {key: _carried(values) for key, values in now.items()}
    yield from _person(hours)
    for key in VITALS:
        yield f"{key}.last", last[key]
        yield from _course(key, now[key], last[key])
    for key in LABS:
        yield f"{key}.last", last[key]
        yield f"{key}.since", _since(now[key])
        yield f"{key}.change", last[key] - _before_last(now[key])
        yield f"{key}.day", _counted(now[key], DAY)
    yield from _joint(last)
    yield from _attention(hours, now)


def _person(hours: Hours) -> Iterator[tuple[str, Floats]]:
    for at, key in enumerate(FACTS):
        yield key, hours.facts[:, at]
    hour = hours.facts[:, FACTS.index("ICULOS")]
    yield "hours_in_hospital", hour - hours.facts[:, FACTS.index("HospAdmTime")]


def _carried(values: Floats) -> Floats:
    """The last known value in each hour."""
    place = np.where(np.isnan(values), -1, np.arange(len(values)))
    place = np.maximum.accumulate(place)
    return np.where(place >= 0, values[np.maximum(place, 0)], np.nan)


def _before_last(values: Floats) -> Floats:
    """The known value before the last known one."""
    known = np.flatnonzero(~np.isnan(values))
    before = np.full(len(values), np.nan)
    if len(known) > 1:
        which = np.searchsorted(known, np.arange(len(values)), side="right") - 2
        before[which >= 0] = values[known[which[which >= 0]]]
    return before


def _since(values: Floats) -> Floats:
    """Hours since it was last measured."""
    at = np.arange(len(values), dtype=np.float64)
    place = np.where(np.isnan(values), -np.inf, at)
    since = at - np.maximum.accumulate(place)
    return np.where(np.isinf(since), np.nan, since)


def _counted(values: Floats, length: int) -> Floats:
    """How often it was measured in the last hours, this one included."""
    counted = np.cumsum(~np.isnan(values)).astype(np.float64)
    earlier = np.concatenate([np.zeros(min(length, len(counted))), counted[:-length]])
    return counted - earlier[: len(counted)]


def _windows(values: Floats, length: int) -> Floats:
    padded = np.concatenate([np.full(length - 1, np.nan), values])
    return np.lib.stride_tricks.sliding_window_view(padded, length)


def _course(key: str, now: Floats, last: Floats) -> Iterator[tuple[str, Floats]]:
    for length in WINDOWS:
        window = _windows(now, length)
        known = ~np.isnan(window)
        count = known.sum(axis=1)
        empty = count == 0
        filled = np.where(known, window, 0.0)
        mean = filled.sum(axis=1) / np.maximum(count, 1)
        spread = np.where(known, (window - mean[:, None]) ** 2, 0.0).sum(axis=1)
        low = np.where(known, window, np.inf).min(axis=1)
        high = np.where(known, window, -np.inf).max(axis=1)
        yield f"{key}.mean{length}", np.where(empty, np.nan, mean)
        yield f"{key}.min{length}", np.where(empty, np.nan, low)
        yield f"{key}.max{length}", np.where(empty, np.nan, high)
        yield (
            f"{key}.sd{length}",
            np.where(count < 2, np.nan, np.sqrt(spread / np.maximum(count, 1))),
        )
    count = np.cumsum(~np.isnan(now))
    total = np.cumsum(np.nan_to_num(now))
    whole = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    yield f"{key}.from_usual", last - whole
    yield f"{key}.change3", last - _earlier(last, 3)
    yield f"{key}.change8", last - _earlier(last, 8)


def _earlier(values: Floats, hours: int) -> Floats:
    return np.concatenate([np.full(min(hours, len(values)), np.nan), values[:-hours]])[
        : len(values)
    ]


def _joint(last: dict[str, Floats]) -> Iterator[tuple[str, Floats]]:
    """Ratios and counts that clinicians look at."""
    yield "BUN_Cr", last["BUN"] / last["Creatinine"]
    yield "SF", last["O2Sat"] / last["FiO2"]
    yield "gap", last["Chloride"] + last["HCO3"]
    sirs = (
        ((last["Temp"] > 38) | (last["Temp"] < 36)).astype(np.float64)
        + (last["HR"] > 90)
        + ((last["Resp"] > 20) | (last["PaCO2"] < 32))
        + ((last["WBC"] > 12) | (last["WBC"] < 4))
    )
    yield "SIRS", sirs.astype(np.float64)
    quick = (last["SBP"] <= 100).astype(np.float64) + (last["Resp"] >= 22)
    yield "quick", quick.astype(np.float64)
    organs = (
        (last["Platelets"] < 150).astype(np.float64)
        + (last["Platelets"] < 100)
        + (last["Bilirubin_total"] >= 1.2)
        + (last["Bilirubin_total"] >= 2)
        + (last["Creatinine"] >= 1.2)
        + (last["Creatinine"] >= 2)
        + (last["MAP"] < 70)
        + (last["Lactate"] > 2)
    )
    yield "organs", organs.astype(np.float64)


def _attention(hours: Hours, now: dict[str, Floats]) -> Iterator[tuple[str, Floats]]:
    """How closely somebody is watched says how ill they seem."""
    labs = np.column_stack([~np.isnan(now[key]) for key in LABS]).sum(axis=1)
    vitals = np.column_stack([~np.isnan(now[key]) for key in VITALS[:7]]).sum(axis=1)
    known = labs + vitals
    yield "labs.now", labs.astype(np.float64)
    for length in (6, DAY):
        yield f"labs.{length}", np.nansum(_windows(labs.astype(np.float64), length), axis=1)
    yield "vitals.now", vitals.astype(np.float64)
    yield "known.mean", np.cumsum(known) / np.arange(1, len(known) + 1)


def _keys() -> tuple[str, ...]:
    empty = Hours(id="", values=np.full((1, len(MEASURES)), np.nan), facts=np.ones((1, len(FACTS))))
    return tuple(key for key, _ in _all(empty))


KEYS: tuple[str, ...] = _keys()

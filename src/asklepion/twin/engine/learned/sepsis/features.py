"""What the model knows in each hour: only of that hour and those before it."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from .attention import attention
from .columns import (
    before_last,
    carried,
    counted,
    earlier,
    faded,
    from_first,
    highest,
    lowest,
    since,
    slope,
    windows,
)
from .hours import FACTS, MEASURES, Hours
from .signs import signs

Floats = NDArray[np.float64]
SEEN = ("HR", "O2Sat", "Temp", "SBP", "MAP", "DBP", "Resp")
VITALS = (*SEEN, "shock", "PP")
LABS = tuple(key for key in MEASURES if key not in SEEN)
OFTEN = (
    *("WBC", "Creatinine", "Lactate", "BUN", "Platelets", "Glucose", "Bilirubin_total", "HCO3"),
    *("pH", "PaCO2", "FiO2", "Hgb", "BaseExcess", "AST", "PTT"),
)
WINDOWS = (6, 12)
DAY, TWO_DAYS = 24, 48


def features(hours: Hours, keys: Sequence[str] = ()) -> Floats:
    """One row for each hour, shape (hours, features).

    Args:
        keys: those of a model, in its order; else all of KEYS.
    """
    known = dict(_all(hours))
    return np.column_stack([known[key] for key in keys or KEYS])


def _all(hours: Hours) -> Iterator[tuple[str, Floats]]:
    now = {key: hours.values[:, at] for at, key in enumerate(MEASURES)}
    now["shock"] = now["HR"] / now["SBP"]
    now["PP"] = now["SBP"] - now["DBP"]
    last = {key: carried(values) for key, values in now.items()}
    yield from _person(hours)
    for key in VITALS:
        yield f"{key}.last", last[key]
        yield from _course(key, now[key], last[key])
    for key in SEEN:
        yield from _long_course(key, now[key])
    for key in LABS:
        yield f"{key}.last", last[key]
        yield f"{key}.since", since(now[key])
        yield f"{key}.change", last[key] - before_last(now[key])
        yield f"{key}.day", counted(now[key], DAY)
    for key in OFTEN:
        yield f"{key}.min48", lowest(now[key], TWO_DAYS)
        yield f"{key}.max48", highest(now[key], TWO_DAYS)
        yield f"{key}.from_first", from_first(now[key], last[key])
        yield f"{key}.recent", counted(now[key], 6)
        yield f"{key}.ever", np.cumsum(~np.isnan(now[key])).astype(np.float64)
    yield from signs(now, last)
    yield from attention(now, SEEN, LABS)


def _person(hours: Hours) -> Iterator[tuple[str, Floats]]:
    for at, key in enumerate(FACTS):
        yield key, hours.facts[:, at]
    hour = hours.facts[:, FACTS.index("ICULOS")]
    yield "hours_in_hospital", hour - hours.facts[:, FACTS.index("HospAdmTime")]


def _course(key: str, now: Floats, last: Floats) -> Iterator[tuple[str, Floats]]:
    for length in WINDOWS:
        window = windows(now, length)
        known = ~np.isnan(window)
        count = known.sum(axis=1)
        empty = count == 0
        filled = np.where(known, window, 0.0)
        mean = filled.sum(axis=1) / np.maximum(count, 1)
        spread = np.where(known, (window - mean[:, None]) ** 2, 0.0).sum(axis=1)
        yield f"{key}.mean{length}", np.where(empty, np.nan, mean)
        yield f"{key}.min{length}", lowest(now, length)
        yield f"{key}.max{length}", highest(now, length)
        yield (
            f"{key}.sd{length}",
            np.where(count < 2, np.nan, np.sqrt(spread / np.maximum(count, 1))),
        )
    count = np.cumsum(~np.isnan(now))
    total = np.cumsum(np.nan_to_num(now))
    whole = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    yield f"{key}.from_usual", last - whole
    yield f"{key}.change3", last - earlier(last, 3)
    yield f"{key}.change8", last - earlier(last, 8)


def _long_course(key: str, now: Floats) -> Iterator[tuple[str, Floats]]:
    """How it stands against the day before, and against how she came."""
    recently = faded(now, 3)
    yield f"{key}.faded", recently
    yield f"{key}.from_faded", recently - faded(now, DAY)
    yield f"{key}.slope8", slope(now, 8)
    yield f"{key}.from_first", from_first(now, recently, count=4)
    yield f"{key}.min24", lowest(now, DAY)
    yield f"{key}.max24", highest(now, DAY)
    yield f"{key}.recent", counted(now, 6)
    yield f"{key}.since", since(now)


def _keys() -> tuple[str, ...]:
    empty = Hours(id="", values=np.full((1, len(MEASURES)), np.nan), facts=np.ones((1, len(FACTS))))
    return tuple(key for key, _ in _all(empty))


KEYS: tuple[str, ...] = _keys()

"""What the models know of a stay: one row of numbers, the same for training and for prediction."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from .stay import MINUTES, Series, Stay

Floats = NDArray[np.float64]
NAN = float("nan")
HALF = MINUTES / 2
HOUR = 60.0

VITALS = (
    *("HR", "MAP", "SBP", "DBP", "PP", "Temp", "RespRate", "SaO2", "GCS", "FiO2", "shock"),
    *("pH", "PaCO2", "PaO2", "PF"),
)
LABS = (
    *("Albumin", "ALP", "ALT", "AST", "Bilirubin", "BUN", "Creatinine", "Glucose", "HCO3", "HCT"),
    *("K", "Lactate", "Mg", "Na", "Platelets", "TroponinT", "WBC", "BUN_Cr"),
)
RARE = ("TroponinI", "Cholesterol")
LOG = frozenset({"ALP", "ALT", "AST", "Bilirubin", "Lactate", "TroponinT", "TroponinI"})
INVASIVE = ("MAP", "SysABP", "DiasABP")


def features(stay: Stay) -> dict[str, float]:
    """All features by name; NaN where the stay does not tell."""
    known = dict(_all(stay))
    return {key: known.get(key, NAN) for key in KEYS}


def _all(stay: Stay) -> Iterator[tuple[str, float]]:
    derived = _derived(stay)
    yield from _person(stay)
    for key in (*VITALS, *LABS, *RARE):
        yield from _summary(key, derived[key])
    for key in VITALS:
        yield from _course(key, derived[key])
    yield from _urine(stay)
    yield from _breathing(stay)
    yield from _burden(derived)
    yield from _attention(stay)


def _person(stay: Stay) -> Iterator[tuple[str, float]]:
    height, weight = stay.fact("Height"), stay.of("Weight")
    kind = stay.fact("ICUType")
    yield "Age", stay.fact("Age")
    yield "male", stay.fact("Gender")
    yield "Height", height
    yield "Weight", float(weight.values[0]) if len(weight) else NAN
    yield "BMI", float(weight.values[0]) / (height / 100) ** 2 if len(weight) else NAN
    yield "Weight.change", float(weight.values[-1] - weight.values[0]) if len(weight) > 1 else NAN
    for number, name in enumerate(("coronary", "cardiac_surgery", "medical", "surgical"), 1):
        yield f"unit.{name}", float(kind == number) if kind == kind else NAN


def _derived(stay: Stay) -> Mapping[str, Series]:
    """The measures that are summed up, and those that follow from two of them."""
    found = {key: stay.of(key) for key in (*VITALS, *LABS, *RARE)}
    found["MAP"] = _either(stay.of("MAP"), stay.of("NIMAP"))
    found["SBP"] = _either(stay.of("SysABP"), stay.of("NISysABP"))
    found["DBP"] = _either(stay.of("DiasABP"), stay.of("NIDiasABP"))
    found["PP"] = _pair(found["SBP"], found["DBP"], lambda a, b: a - b, HOUR)
    found["shock"] = _pair(found["HR"], found["SBP"], lambda a, b: a / b, 2 * HOUR)
    found["PF"] = _pair(found["PaO2"], found["FiO2"], lambda a, b: a / b, 12 * HOUR)
    found["BUN_Cr"] = _pair(found["BUN"], found["Creatinine"], lambda a, b: a / b, HOUR)
    return {
        key: Series(minutes=one.minutes, values=np.log(one.values + 0.01)) if key in LOG else one
        for key, one in found.items()
    }


def _either(first: Series, second: Series) -> Series:
    """Both ways of measuring together; where both were at one minute, the first."""
    if not len(second):
        return first
    alone = ~np.isin(second.minutes, first.minutes)
    minutes = np.concatenate([first.minutes, second.minutes[alone]])
    order = np.argsort(minutes, kind="stable")
    values = np.concatenate([first.values, second.values[alone]])
    return Series(minutes=minutes[order], values=values[order])


def _pair(
    first: Series, second: Series, of: Callable[[Floats, Floats], Floats], within: float
) -> Series:
    """A measure of two: each of the first with the last of the second before it, if recent."""
    place = np.searchsorted(second.minutes, first.minutes, side="right") - 1
    there = place >= 0
    place, minutes, values = place[there], first.minutes[there], first.values[there]
    recent = minutes - second.minutes[place] <= within
    minutes, values, other = minutes[recent], values[recent], second.values[place[recent]]
    return Series(minutes=minutes, values=of(values, other))


def _summary(key: str, series: Series) -> Iterator[tuple[str, float]]:
    yield f"{key}.count", float(len(series))
    if not len(series):
        return
    minutes, values = series.minutes, series.values
    yield f"{key}.first", float(values[0])
    yield f"{key}.last", float(values[-1])
    yield f"{key}.min", float(values.min())
    yield f"{key}.max", float(values.max())
    yield f"{key}.mean", float(values.mean())
    yield f"{key}.since", float(MINUTES - minutes[-1]) / HOUR
    if len(series) > 1:
        yield f"{key}.change", float(values[-1] - values[0])
        yield f"{key}.sd", float(values.std())
    if len(series) > 2:
        yield f"{key}.slope", _slope(minutes / HOUR, values)


def _slope(hours: Floats, values: Floats) -> float:
    apart = hours - hours.mean()
    spread = float((apart * apart).sum())
    return float((apart * values).sum()) / spread if spread > 0 else NAN


def _course(key: str, series: Series) -> Iterator[tuple[str, float]]:
    """How it went by quarters of the two days, and its usual range."""
    if not len(series):
        return
    for quarter in range(4):
        start = quarter * MINUTES / 4
        inside = (series.minutes >= start) & (series.minutes < start + MINUTES / 4 + quarter // 3)
        if inside.any():
            yield f"{key}.q{quarter + 1}", float(series.values[inside].mean())
            if quarter == 3:
                yield f"{key}.q4.min", float(series.values[inside].min())
                yield f"{key}.q4.max", float(series.values[inside].max())
    low, middle, high = np.quantile(series.values, [0.1, 0.5, 0.9])
    yield f"{key}.p10", float(low)
    yield f"{key}.p50", float(middle)
    yield f"{key}.p90", float(high)


def _urine(stay: Stay) -> Iterator[tuple[str, float]]:
    urine, weight = stay.of("Urine"), stay.of("Weight")
    yield "Urine.count", float(len(urine))
    if not len(urine):
        return
    total = float(urine.values.sum())
    hours = max(float(urine.minutes[-1]) / HOUR, 6.0)
    yield "Urine.sum", total
    yield "Urine.rate", total / hours
    yield "Urine.since", (MINUTES - float(urine.minutes[-1])) / HOUR
    for quarter in range(4):
        start = quarter * MINUTES / 4
        inside = (urine.minutes >= start) & (urine.minutes < start + MINUTES / 4 + quarter // 3)
        yield f"Urine.q{quarter + 1}", float(urine.values[inside].sum())
    yield "Urine.late_share", float(urine.values[urine.minutes >= HALF].sum()) / max(total, 1.0)
    if len(weight):
        yield "Urine.per_kg", total / hours / float(weight.values[0])


def _breathing(stay: Stay) -> Iterator[tuple[str, float]]:
    on = stay.of("MechVent")
    minutes = on.minutes[on.values > 0]
    yield "MechVent.any", float(len(minutes) > 0)
    yield "MechVent.count", float(len(minutes))
    yield "MechVent.hours", float(np.ptp(minutes)) / HOUR if len(minutes) else 0.0
    yield "MechVent.since", float(MINUTES - minutes[-1]) / HOUR if len(minutes) else NAN
    yield "MechVent.first", float(minutes[0]) / HOUR if len(minutes) else NAN
    yield "MechVent.late", float((minutes >= MINUTES - 12 * HOUR).any())


def _burden(derived: Mapping[str, Series]) -> Iterator[tuple[str, float]]:
    """In which share of its readings a measure lay where organs fail."""
    yield "MAP.low", _share(derived["MAP"], lambda v: v < 65)
    yield "MAP.low.late", _share(_late(derived["MAP"]), lambda v: v < 65)
    yield "SBP.low", _share(derived["SBP"], lambda v: v < 90)
    yield "HR.high", _share(derived["HR"], lambda v: v > 110)
    yield "HR.high.late", _share(_late(derived["HR"]), lambda v: v > 110)
    yield "RespRate.high", _share(derived["RespRate"], lambda v: v > 24)
    yield "Temp.low", _share(derived["Temp"], lambda v: v < 36)
    yield "Temp.high", _share(derived["Temp"], lambda v: v > 38.3)
    yield "GCS.low", _share(derived["GCS"], lambda v: v < 9)
    yield "GCS.low.late", _share(_late(derived["GCS"]), lambda v: v < 9)
    yield "PF.low", _share(derived["PF"], lambda v: v < 200)
    yield "pH.low", _share(derived["pH"], lambda v: v < 7.3)


def _late(series: Series) -> Series:
    late = series.minutes >= HALF
    return Series(minutes=series.minutes[late], values=series.values[late])


def _share(series: Series, where: Callable[[Floats], NDArray[np.bool_]]) -> float:
    return float(where(series.values).mean()) if len(series) else NAN


def _attention(stay: Stay) -> Iterator[tuple[str, float]]:
    """How closely somebody was watched says how ill they seemed."""
    moments = [one.minutes for key, one in stay.series.items() if key not in ("Age", "Gender")]
    together = np.unique(np.concatenate(moments)) if moments else np.zeros(0)
    yield "moments", float(len(together))
    yield "moments.late", float((together >= HALF).sum())
    yield "measures", float(len(stay.series))
    for key in INVASIVE[:1]:
        invasive = stay.of(key).minutes
        yield "invasive.any", float(len(invasive) > 0)
        yield "invasive.late", float((invasive >= MINUTES - 12 * HOUR).sum())
    yield "NIMAP.count", float(len(stay.of("NIMAP")))


def _keys() -> tuple[str, ...]:
    """The names of all features: those of a stay in which everything was measured."""
    minutes = np.linspace(0, MINUTES, 9)
    full = Series(minutes=minutes, values=np.ones(9))
    names = (*VITALS, *LABS, *RARE, "SysABP", "NISysABP", "DiasABP", "NIDiasABP", "NIMAP")
    more = ("Age", "Gender", "Height", "Weight", "ICUType", "Urine", "MechVent")
    return tuple(key for key, _ in _all(Stay(id="", series=dict.fromkeys((*names, *more), full))))


KEYS: tuple[str, ...] = _keys()

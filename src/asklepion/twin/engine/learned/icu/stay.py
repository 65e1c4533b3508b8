"""One stay: what was measured when, without what no living person can have."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

HOURS = 48
MINUTES = 60 * HOURS
UNKNOWN = -1.0  # as the challenge writes what nobody knows

Floats = NDArray[np.float64]

# What a living adult in intensive care may have; beyond it is a slip of unit, pen or probe.
POSSIBLE: Mapping[str, tuple[float, float]] = {
    "Age": (15, 120),
    "Gender": (0, 1),
    "ICUType": (1, 4),
    "Height": (120, 230),
    "Weight": (25, 300),
    "Albumin": (0.5, 7),
    "ALP": (5, 5000),
    "ALT": (1, 30000),
    "AST": (1, 30000),
    "Bilirubin": (0.05, 80),
    "BUN": (1, 300),
    "Cholesterol": (20, 1000),
    "Creatinine": (0.1, 30),
    "DiasABP": (10, 200),
    "FiO2": (0.2, 1),
    "GCS": (3, 15),
    "Glucose": (10, 2000),
    "HCO3": (3, 60),
    "HCT": (8, 75),
    "HR": (15, 280),
    "K": (1.5, 12),
    "Lactate": (0.1, 40),
    "Mg": (0.3, 10),
    "MAP": (20, 220),
    "MechVent": (0, 1),
    "Na": (90, 190),
    "NIDiasABP": (10, 200),
    "NIMAP": (20, 220),
    "NISysABP": (30, 300),
    "PaCO2": (8, 150),
    "PaO2": (20, 700),
    "pH": (6.6, 7.9),
    "Platelets": (1, 3000),
    "RespRate": (2, 80),
    "SaO2": (30, 100),
    "SysABP": (30, 300),
    "Temp": (25, 43),
    "TroponinI": (0, 500),
    "TroponinT": (0, 100),
    "Urine": (0, 5000),
    "WBC": (0.05, 500),
}
# Slips of unit or of the point that leave no doubt: from, to, and what to multiply and add.
SLIPS: Mapping[str, tuple[tuple[float, float, float, float], ...]] = {
    "Height": ((50, 90, 2.54, 0), (1.2, 2.3, 100, 0)),  # inches, metres
    "Temp": ((80, 112, 5 / 9, -160 / 9),),  # Fahrenheit
    "pH": ((660, 790, 0.01, 0), (66, 79, 0.1, 0)),
    "FiO2": ((20, 100, 0.01, 0),),  # per cent
    "SaO2": ((0.3, 1, 100, 0),),  # a share
    "WBC": ((1000, 500000, 0.001, 0),),  # per microlitre
    "Platelets": ((5000, 3000000, 0.001, 0),),
    "Creatinine": ((35, 2000, 1 / 88.4, 0),),  # µmol/L
    "Bilirubin": ((85, 1200, 1 / 17.1, 0),),
}


@dataclass(frozen=True, kw_only=True)
class Series:
    """One measure over time: minutes since admission, rising, and values."""

    minutes: Floats
    values: Floats

    def __len__(self) -> int:
        return len(self.values)


NONE = Series(minutes=np.zeros(0), values=np.zeros(0))


@dataclass(frozen=True, kw_only=True)
class Stay:
    """What is known of one stay in its first 48 hours."""

    id: str
    series: Mapping[str, Series] = field(default_factory=dict[str, Series])

    def of(self, key: str) -> Series:
        """One measure; empty where it was never taken."""
        return self.series.get(key, NONE)

    def fact(self, key: str) -> float:
        """What does not change in a stay, such as age."""
        values = self.of(key).values
        return float(values[0]) if len(values) else float("nan")


def clean(key: str, values: Floats) -> Floats:
    """Values with doubtless slips put right; NaN where no living person has such a value."""
    low, high = POSSIBLE[key]
    put = values.astype(np.float64)
    for start, end, times, plus in SLIPS.get(key, ()):
        put = np.where((values >= start) & (values <= end), values * times + plus, put)
    return np.where((put >= low) & (put <= high), put, np.nan)


def make_stay(id: str, told: Iterable[tuple[str, float, float]]) -> Stay:
    """A stay of (measure, minute, value) in any order; what lies outside the 48 hours is left out.

    The same reading told twice counts once, but for urine, which is poured out each time.
    """
    by_key: dict[str, list[tuple[float, float]]] = {}
    for key, minute, value in told:
        if key in POSSIBLE and 0 <= minute <= MINUTES and value != UNKNOWN:
            by_key.setdefault(key, []).append((minute, value))
    series = {key: _series(key, pairs) for key, pairs in by_key.items()}
    return Stay(id=id, series={key: one for key, one in series.items() if len(one)})


def _series(key: str, pairs: list[tuple[float, float]]) -> Series:
    ordered = sorted(pairs if key == "Urine" else set(pairs))
    table = np.array(ordered, np.float64).reshape(-1, 2)
    values = clean(key, table[:, 1])
    known = ~np.isnan(values)
    return Series(minutes=table[known, 0], values=values[known])

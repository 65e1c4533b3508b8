"""One patient's hours in intensive care, as a table, without what no living person can have."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# What is measured, and which values a living adult may have.
POSSIBLE: Mapping[str, tuple[float, float]] = {
    "HR": (15, 280),
    "O2Sat": (30, 100),
    "Temp": (25, 43),
    "SBP": (30, 300),
    "MAP": (20, 220),
    "DBP": (10, 200),
    "Resp": (2, 80),
    "EtCO2": (3, 120),
    "BaseExcess": (-50, 50),
    "HCO3": (3, 60),
    "FiO2": (0.2, 1),
    "pH": (6.6, 7.9),
    "PaCO2": (8, 150),
    "SaO2": (20, 100),
    "AST": (1, 30000),
    "BUN": (1, 300),
    "Alkalinephos": (5, 5000),
    "Calcium": (1, 30),
    "Chloride": (50, 160),
    "Creatinine": (0.1, 50),
    "Bilirubin_direct": (0.01, 60),
    "Glucose": (10, 2000),
    "Lactate": (0.1, 40),
    "Magnesium": (0.2, 12),
    "Phosphate": (0.2, 25),
    "Potassium": (1, 15),
    "Bilirubin_total": (0.05, 80),
    "TroponinI": (0, 500),
    "Hct": (5, 75),
    "Hgb": (2, 30),
    "PTT": (10, 250),
    "WBC": (0.05, 500),
    "Fibrinogen": (20, 2000),
    "Platelets": (1, 3000),
}
MEASURES = tuple(POSSIBLE)
FACTS = ("Age", "Gender", "Unit1", "HospAdmTime", "ICULOS")
COLUMNS = (*MEASURES, *FACTS)
LEAST_AGE, MOST_AGE = 14, 120


@dataclass(frozen=True, kw_only=True)
class Hours:
    """One patient, hour by hour.

    Args:
        values: what was measured in each hour, NaN where nothing was, shape (hours, measures).
        facts: the columns of FACTS, shape (hours, 5).
    """

    id: str
    values: Floats
    facts: Floats

    @property
    def names(self) -> list[str]:
        """What each hour is called: the patient and the hour in intensive care."""
        return [f"{self.id}:{int(hour)}" for hour in self.facts[:, FACTS.index("ICULOS")]]


def make_hours(id: str, table: Mapping[str, Floats]) -> Hours:
    """A patient's hours of columns by their names, put in order of time; unknown columns are none.

    An hour without a number of its own (ICULOS) is counted on from the one before.
    """
    length = len(next(iter(table.values()))) if table else 0
    blank = np.full(length, np.nan)
    at = np.asarray(table.get("ICULOS", blank), np.float64)
    at = np.where(np.isnan(at), np.arange(1, length + 1), at)
    order = np.argsort(at, kind="stable")
    measured = [_clean(key, np.asarray(table.get(key, blank), np.float64)) for key in MEASURES]
    told = {**table, "ICULOS": at}
    facts = [np.asarray(told.get(key, blank), np.float64) for key in FACTS]
    return Hours(
        id=id, values=np.column_stack(measured)[order], facts=np.column_stack(facts)[order]
    )


def _clean(key: str, values: Floats) -> Floats:
    low, high = POSSIBLE[key]
    put = values.copy()
    if key == "FiO2":
        put = np.where(values > 1.5, values / 100, values)
    if key == "Temp":
        put = np.where((values >= 80) & (values <= 112), (values - 32) * 5 / 9, values)
    return np.where((put >= low) & (put <= high), put, np.nan)

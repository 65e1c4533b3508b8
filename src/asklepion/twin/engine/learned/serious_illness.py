"""Survival and time in hospital of seriously ill adults, from what is known on the third day.

The columns are those of the SUPPORT2 table. Read are only those that stand by the third day of the
study: not costs, not the mean intensity of care until day 25 (avtisst), not the functional outcome,
not the predictions of the study's own model, and not race, income or schooling. Whether she or her
family could be asked about daily activities is not read either: the interview took place in the
days after, so that it was missed tells of leaving early (or of dying).

Source: Knaus et al, Ann Intern Med 1995;122:191-203 (the study and its variables).
"""

from collections.abc import Iterator, Sequence
from functools import partial
from math import log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .predictors import Batch
from .rows import as_batches, as_matrix
from .tables import NAN, Row, number, read_rows, word

ALONE, WITH_DOCTOR = "survival", "survival_with_doctor"
LEAVING, STAY = "leaving_hospital", "hospital_stay"
NEEDED = ("age", "sex", "dzgroup", "aps", "sps")
NUMBERS = (
    "age",
    "num.co",
    "scoma",
    "sps",
    "aps",
    "hday",
    "diabetes",
    "dementia",
    "meanbp",
    "wblc",
    "hrt",
    "resp",
    "temp",
    "pafi",
    "alb",
    "bili",
    "crea",
    "sod",
    "ph",
    "glucose",
    "bun",
    "urine",
)
ASKED_FOR = ("alb", "bili", "glucose", "bun", "urine", "pafi", "ph")
USUAL_HELP = 1.0  # of seven daily activities: what counts where nobody was asked
GROUPS = (
    "ARF/MOSF w/Sepsis",
    "CHF",
    "COPD",
    "Cirrhosis",
    "Colon Cancer",
    "Coma",
    "Lung Cancer",
    "MOSF w/Malig",
)
CLASSES = {
    "ARF/MOSF w/Sepsis": 0.0,
    "MOSF w/Malig": 0.0,
    "COPD": 1.0,
    "CHF": 1.0,
    "Cirrhosis": 1.0,
    "Colon Cancer": 2.0,
    "Lung Cancer": 2.0,
    "Coma": 3.0,
}
CANCER = {"no": 0.0, "yes": 1.0, "metastatic": 2.0}
MIDDLES = {"meanbp": 90.0, "hrt": 85.0, "sod": 139.0, "temp": 37.0, "ph": 7.41}
LOGS = {"crea": 0.2, "bili": 0.1, "wblc": 0.3, "hday": 1.0}  # and the least that is believed
THIRD_DAY = 3

Floats = NDArray[np.float64]


def features(row: Row) -> dict[str, float]:
    """What is known on the third day; NaN where it is not."""
    told = {key: number(row, key) for key in NUMBERS}
    kind = word(row, "dzgroup")
    told["help_needed"] = _help(number(row, "adls"), number(row, "adlp"))
    told["declined"] = _declined(row)
    told["female"] = {"female": 1.0, "male": 0.0}.get(word(row, "sex"), NAN)
    told["cancer"] = CANCER.get(word(row, "ca"), NAN)
    told["class"] = CLASSES.get(kind, NAN)
    told |= {f"group_{name}": float(kind == name) for name in GROUPS}
    told |= {f"asked_{key}": float(told[key] == told[key]) for key in ASKED_FOR}
    told |= {f"off_{key}": abs(told[key] - middle) for key, middle in MIDDLES.items()}
    told |= {f"log_{key}": _log(told[key], least) for key, least in LOGS.items()}
    told["urea_by_creatinine"] = told["bun"] / max(told["crea"], 0.2)
    return told


def _help(by_family: float, by_herself: float) -> float:
    """With how many of seven daily activities she needed help two weeks before."""
    known = [told for told in (by_family, by_herself) if told == told]
    return known[0] if known else USUAL_HELP


def _declined(row: Row) -> float:
    """Whether an order not to resuscitate stood by the third day."""
    ordered = word(row, "dnr") not in ("", "no dnr")
    return float(ordered and number(row, "dnrday") <= THIRD_DAY)


def _log(value: float, least: float) -> float:
    return log(max(value, least)) if value == value else NAN


def doctors(row: Row) -> dict[str, float]:
    """What the doctor said on the third day, as log-odds of survival."""
    half_year, two_months = number(row, "prg6m"), number(row, "prg2m")
    return {
        "doctor_6_months": _log_odds(half_year),
        "doctor_6_months_squared": _log_odds(half_year) ** 2,
        "doctor_2_months": _log_odds(two_months),
    }


def _log_odds(chance: float) -> float:
    if not 0 <= chance <= 1:
        return NAN
    held = min(max(chance, 0.02), 0.98)
    return log(held / (1 - held))


KEYS = tuple(features({}))
DOCTOR_KEYS = (*KEYS, *doctors({}))


def matrix(rows: Sequence[Row], *, with_doctor: bool = False) -> Floats:
    """The rows of the models, in the order of `KEYS` or `DOCTOR_KEYS`."""
    return as_matrix(_with_doctor if with_doctor else features, rows)


def _with_doctor(row: Row) -> dict[str, float]:
    return features(row) | doctors(row)


def read_table(path: Path) -> Iterator[list[Row]]:
    """The rows of `support2.csv`."""
    return read_rows(path, NEEDED)


def read(path: Path) -> Iterator[Batch]:
    """The patients of a file for the models that stand alone."""
    return _batches(path, with_doctor=False)


def read_with_doctor(path: Path) -> Iterator[Batch]:
    """The patients of a file with their doctors' estimates."""
    return _batches(path, with_doctor=True)


def _batches(path: Path, *, with_doctor: bool) -> Iterator[Batch]:
    of = partial(matrix, with_doctor=with_doctor)
    return as_batches(read_table(path), ("sno", "id"), of)

"""Breast cancer that had reached lymph nodes: recurrence or death within five years of surgery.

The columns are those of the Rotterdam and GBSG tables; the tumour's size is in millimetres or in
the Rotterdam table's three classes.

Source: Royston and Altman, BMC Med Res Methodol 2013;13:33 (the tables).
"""

from collections.abc import Iterator, Sequence
from math import log1p
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .predictors import Batch
from .rows import as_batches, as_matrix
from .tables import NAN, Row, number, read_rows, word

NAME = "breast_cancer"
NEEDED = ("age", "size", "grade", "nodes", "hormon")
SIZES = {"<=20": 20.0, "20-50": 35.0, ">50": 60.0}
FIVE_YEARS = 1826

Floats = NDArray[np.float64]


def features(row: Row) -> dict[str, float]:
    """What is known after surgery; NaN where it is not."""
    size = SIZES.get(word(row, "size"), number(row, "size"))
    age, grade = number(row, "age"), number(row, "grade")
    return {
        "age": age,
        "age_squared": age**2 / 100,
        "menopause": number(row, "meno"),
        "over_20_mm": _above(size, 20),
        "over_50_mm": _above(size, 50),
        "grade_3": _above(grade, 2),
        "log_nodes": _log(number(row, "nodes")),
        "log_progesterone_receptor": _log(number(row, "pgr")),
        "log_oestrogen_receptor": _log(number(row, "er")),
        "hormone_therapy": number(row, "hormon"),
    }


def _above(value: float, limit: float) -> float:
    return float(value > limit) if value == value else NAN


def _log(value: float) -> float:
    return log1p(value) if value >= 0 else NAN


KEYS = tuple(features({}))


def matrix(rows: Sequence[Row]) -> Floats:
    """The rows of the model, in the order of `KEYS`."""
    return as_matrix(features, rows)


def read_table(path: Path) -> Iterator[list[Row]]:
    """The rows of a file with the columns of either table."""
    return read_rows(path, NEEDED)


def read(path: Path) -> Iterator[Batch]:
    """The patients of a file, each with the treatment that it tells."""
    return as_batches(read_table(path), ("pid",), matrix)

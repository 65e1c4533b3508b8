"""Pancreatitis after ERCP in people at raised risk, with rectal indomethacin or placebo: a trial.

The columns are those of the trial's public table.

Source: Elmunzer et al, N Engl J Med 2012;366:1414-1422.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .predictors import Batch
from .rows import as_batches, as_matrix
from .tables import NAN, Row, number, read_rows, word

NAME = "pancreatitis_after_ercp"
NEEDED = ("age", "gender", "risk", "rx")
SIGNS = ("sod", "pep", "recpanc", "psphinc", "difcan", "pdstent")

Floats = NDArray[np.float64]


def features(row: Row) -> dict[str, float]:
    """What is known at the end of the procedure; NaN where it is not."""
    told = {"age": number(row, "age"), "risk": number(row, "risk")}
    told["female"] = _starts(word(row, "gender"), "1")
    told |= {sign: _starts(word(row, sign), "1") for sign in SIGNS}
    return told | {"indomethacin": _starts(word(row, "rx"), "1")}


def _starts(told: str, with_this: str) -> float:
    return float(told.startswith(with_this)) if told else NAN


KEYS = tuple(features({}))


def matrix(rows: Sequence[Row]) -> Floats:
    """The rows of the model, in the order of `KEYS`."""
    return as_matrix(features, rows)


def read_table(path: Path) -> Iterator[list[Row]]:
    """The rows of a file with the columns of the trial."""
    return read_rows(path, NEEDED)


def read(path: Path) -> Iterator[Batch]:
    """The people of a file, each with the treatment that it tells."""
    return as_batches(read_table(path), ("id",), matrix)

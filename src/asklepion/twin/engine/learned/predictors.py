"""Which models can be asked on the command line, and how each reads a file."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from . import icu, sepsis
from .icu.reading import TAKES as ICU_TAKES
from .model import open_model
from .sepsis.reading import TAKES as SEPSIS_TAKES

BATCH = 500  # stays or patients


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Some rows of a file with the ids they go by there."""

    ids: list[str]
    rows: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Predictor:
    """A model and the files it is asked about.

    Args:
        takes: what a file has to be, in one line.
        read: its rows, batch by batch; raises `Incorrect` on a file of another kind.
    """

    name: str
    takes: str
    read: Callable[[Path], Iterator[Batch]]


def _read_stays(path: Path) -> Iterator[Batch]:
    stays = icu.read_stays(path)
    while some := list(islice(stays, BATCH)):
        rows = np.array([list(icu.features(stay).values()) for stay in some], np.float64)
        yield Batch(ids=[stay.id for stay in some], rows=rows)


def _read_hours(path: Path) -> Iterator[Batch]:
    patients, keys = sepsis.read_patients(path), open_model("sepsis").keys
    while some := list(islice(patients, BATCH)):
        rows = np.concatenate([sepsis.features(one, keys) for one in some])
        yield Batch(ids=[name for one in some for name in one.names], rows=rows)


PREDICTORS: Mapping[str, Predictor] = {
    each.name: each
    for each in (
        Predictor(name="icu_death", takes=ICU_TAKES, read=_read_stays),
        Predictor(name="icu_stay", takes=ICU_TAKES, read=_read_stays),
        Predictor(name="sepsis", takes=SEPSIS_TAKES, read=_read_hours),
    )
}

"""Which models can be asked on the command line, and how each reads a file."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


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


PREDICTORS: Mapping[str, Predictor] = {each.name: each for each in tuple[Predictor, ...](())}

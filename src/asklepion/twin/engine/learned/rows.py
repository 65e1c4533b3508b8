"""Rows of a table as rows of a model, in batches that keep their ids."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from .predictors import Batch
from .tables import Row, word

Floats = NDArray[np.float64]


def as_matrix(features: Callable[[Row], Mapping[str, float]], rows: Sequence[Row]) -> Floats:
    """The features of each row, in the order in which they are told."""
    told = [list(features(row).values()) for row in rows]
    return np.array(told, np.float64).reshape(len(rows), len(features({})))


def as_batches(
    tables: Iterable[Sequence[Row]],
    ids: Sequence[str],
    matrix: Callable[[Sequence[Row]], Floats],
) -> Iterator[Batch]:
    """The rows of a table for a model.

    Args:
        ids: the columns that may name a row, the first that does; else it is called by its place.
    """
    count = 0
    for rows in tables:
        names = [
            next(filter(None, (word(row, id) for id in ids)), str(count + at))
            for at, row in enumerate(rows, 1)
        ]
        count += len(rows)
        yield Batch(ids=names, rows=matrix(rows))

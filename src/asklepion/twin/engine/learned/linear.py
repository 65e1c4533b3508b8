"""A weighted sum of features: what is missing adds nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Linear:
    """A linear score of features, each held within its limits and counted from its mean.

    Args:
        mean: where each feature adds nothing; a missing one is taken to lie there.
        coefficient: per unit of the feature.
        low: what lies lower counts as this; high: likewise above.
        intercept: the score of the mean row.
    """

    mean: Floats
    coefficient: Floats
    low: Floats
    high: Floats
    intercept: float

    @classmethod
    def read(cls, arrays: Mapping[str, NDArray[np.generic]], prefix: str) -> "Linear":
        """The one that lies under a prefix of an archive of arrays."""
        return cls(
            mean=arrays[f"{prefix}.mean"].astype(np.float64),
            coefficient=arrays[f"{prefix}.coefficient"].astype(np.float64),
            low=arrays[f"{prefix}.low"].astype(np.float64),
            high=arrays[f"{prefix}.high"].astype(np.float64),
            intercept=float(arrays[f"{prefix}.intercept"].astype(np.float64)),
        )

    def write(self, prefix: str) -> dict[str, NDArray[np.generic]]:
        """The same, to be kept."""
        intercept: NDArray[np.generic] = np.asarray(self.intercept, np.float64)
        return {
            f"{prefix}.mean": self.mean,
            f"{prefix}.coefficient": self.coefficient,
            f"{prefix}.low": self.low,
            f"{prefix}.high": self.high,
            f"{prefix}.intercept": intercept,
        }

    def score(self, rows: Floats) -> Floats:
        """The score of each row, shape (n,)."""
        return self._terms(rows).sum(axis=1) + self.intercept

    def explain(self, row: Floats) -> tuple[float, Floats]:
        """The score of the mean row, and what each feature adds to it."""
        return self.intercept, self._terms(row[None, :])[0]

    def _terms(self, rows: Floats) -> Floats:
        known = np.where(np.isnan(rows), self.mean, np.clip(rows, self.low, self.high))
        return (known - self.mean) * self.coefficient

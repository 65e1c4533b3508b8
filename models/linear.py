"""Penalised regression as the twin reads it: logistic of outcomes, plain of quantities."""
# scikit-learn has no complete types.
# pyright: reportMissingImports=false, reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false, reportMissingTypeStubs=false

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asklepion.twin.engine.learned.linear import Linear

Floats = NDArray[np.float64]
TAILS = (0.005, 0.995)  # what lies beyond counts as these


def fit(rows: Floats, outcome: Floats, *, strength: float = 0.01) -> Linear:
    """Fit a ridge to an outcome; what is missing lies at the mean."""
    from sklearn.linear_model import LogisticRegression  # only here: a quantity needs it not

    scaled = _scale(rows)
    model = LogisticRegression(C=strength, max_iter=2000).fit(scaled.design, outcome)
    return scaled.told(model.coef_[0], float(model.intercept_[0]))


def fit_quantity(rows: Floats, quantity: Floats, *, penalty: float) -> Linear:
    """Fit a ridge to a quantity; what is missing lies at the mean."""
    scaled, mean = _scale(rows), float(quantity.mean())
    design = scaled.design - scaled.design.mean(axis=0)
    inner = design.T @ design + penalty * np.eye(design.shape[1])
    line = np.linalg.solve(inner, design.T @ (quantity - mean))
    return scaled.told(line, mean - float(scaled.design.mean(axis=0) @ line))


@dataclass(frozen=True, kw_only=True)
class _Scaled:
    """Rows held within their tails, counted from their mean in their own spread."""

    design: Floats
    used: NDArray[np.bool_]
    mean: Floats
    scale: Floats
    low: Floats
    high: Floats

    def told(self, line: Floats, intercept: float) -> Linear:
        """A line of the design as one of the rows."""
        return Linear(
            mean=self.mean,
            coefficient=line * self.used / self.scale,
            low=self.low,
            high=self.high,
            intercept=intercept,
        )


def _scale(rows: Floats) -> _Scaled:
    filled = np.where(np.isfinite(rows).any(axis=0), rows, 0.0)  # never measured: no quantile
    low, high = np.nanquantile(filled, TAILS, axis=0)
    held = np.clip(filled, low, high)
    mean, scale = np.nanmean(held, axis=0), np.nanstd(held, axis=0)
    used = scale > 1e-9
    scale = np.where(used, scale, 1.0)
    design = np.nan_to_num((held - mean) / scale) * used
    return _Scaled(design=design, used=used, mean=mean, scale=scale, low=low, high=high)

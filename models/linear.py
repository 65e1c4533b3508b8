"""Penalised logistic regression as the twin reads it."""
# scikit-learn has no complete types.
# pyright: reportMissingImports=false, reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false, reportMissingTypeStubs=false

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from asklepion.twin.engine.learned.linear import Linear

Floats = NDArray[np.float64]
TAILS = (0.005, 0.995)  # what lies beyond counts as these


def fit(rows: Floats, outcome: Floats, *, strength: float = 0.01) -> Linear:
    """Fit a ridge; what is missing lies at the mean."""
    filled = np.where(np.isfinite(rows).any(axis=0), rows, 0.0)  # never measured: no quantile
    low, high = np.nanquantile(filled, TAILS, axis=0)
    held = np.clip(filled, low, high)
    mean, scale = np.nanmean(held, axis=0), np.nanstd(held, axis=0)
    used = scale > 1e-9
    scale = np.where(used, scale, 1.0)
    design = np.nan_to_num((held - mean) / scale) * used
    model = LogisticRegression(C=strength, max_iter=2000).fit(design, outcome)
    return Linear(
        mean=mean,
        coefficient=model.coef_[0] * used / scale,
        low=low,
        high=high,
        intercept=float(model.intercept_[0]),
    )

"""CatBoost, and its trees as the arrays that the twin reads."""
# CatBoost has no complete types.
# pyright: reportMissingImports=false, reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false, reportMissingTypeStubs=false

import json
import tempfile
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from catboost import CatBoost, EFstrType, Pool
from numpy.typing import NDArray

from asklepion.twin.engine.learned.trees import Trees

Floats = NDArray[np.float64]


class Fitted(Protocol):
    """What we use of a model of CatBoost's."""

    def predict(self, data: Any, *, prediction_type: str) -> Any:
        """Its sum of trees, or what follows."""
        ...

    def get_feature_importance(self, data: Any, *, type: Any) -> Any:
        """What each input adds."""
        ...

    def save_model(self, fname: str, *, format: str) -> None:
        """Write it down."""
        ...


USUAL: dict[str, Any] = {"thread_count": 1, "verbose": False, "allow_writing_files": False}


def fit(rows: Floats, outcome: Floats, *, weight: Floats | None = None, **how: Any) -> Fitted:
    """Fit trees; `how` are CatBoost's own parameters (loss_function, iterations, depth, …)."""
    model: Any = CatBoost({**USUAL, **how})
    model.fit(Pool(rows.astype(np.float32), outcome, weight=weight))
    return model


def trees_of(model: Fitted) -> Trees:
    """Its trees; they score as it does (`score` against `predict_raw`, `explain` against SHAP)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        model.save_model(str(path), format="json")
        told: dict[str, Any] = json.loads(path.read_text())
    told_trees: list[dict[str, Any]] = told["oblivious_trees"]
    depth = max(1, max(len(tree["splits"] or ()) for tree in told_trees))
    count, leaves = len(told_trees), 1 << depth
    feature = np.zeros((count, depth), np.int16)
    border = np.full((count, depth), np.inf, np.float32)
    values, weights = np.zeros((count, leaves), np.float32), np.zeros((count, leaves), np.float32)
    for at, tree in enumerate(told_trees):
        for level, split in enumerate(tree["splits"] or ()):
            feature[at, level] = split["float_feature_index"]
            border[at, level] = split["border"]
        values[at, : len(tree["leaf_values"])] = tree["leaf_values"]
        weights[at, : len(tree["leaf_weights"])] = tree["leaf_weights"]
    scale, bias = told["scale_and_bias"]
    return Trees(
        feature=feature,
        border=border,
        leaves=values * np.float32(scale),
        weights=weights,
        bias=float(bias[0] if isinstance(bias, list) else bias),
    )


def predict_raw(model: Fitted, rows: Floats) -> Floats:
    """CatBoost's own sum of trees."""
    return np.asarray(model.predict(rows.astype(np.float32), prediction_type="RawFormulaVal"))


def shap(model: Fitted, rows: Floats) -> Floats:
    """CatBoost's own Shapley values; the last column is the base."""
    pool = Pool(rows.astype(np.float32))
    return np.asarray(model.get_feature_importance(pool, type=EFstrType.ShapValues))

"""Oblivious trees as arrays: their sum, and how much each feature adds to it.

In an oblivious tree all nodes of one level ask the same question, so a tree of depth d is d
questions and 2^d leaves. Missing values answer no (CatBoost's "Min").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
CHUNK = 2_000_000  # answers held at once


@dataclass(frozen=True, kw_only=True)
class Trees:
    """A sum of trees of one depth d.

    Args:
        feature: which feature each level asks for, shape (trees, d).
        border: yes where the feature lies above it; infinite for a level that asks nothing.
        leaves: value by answers, bit j for level j, shape (trees, 2^d).
        weights: how much of the training data fell there, same shape.
        bias: added to the sum.
    """

    feature: NDArray[np.int16]
    border: NDArray[np.float32]
    leaves: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: float = 0.0

    @classmethod
    def read(cls, arrays: Mapping[str, NDArray[np.generic]], prefix: str) -> "Trees":
        """The trees that lie under a prefix of an archive of arrays."""
        return cls(
            feature=arrays[f"{prefix}.feature"].astype(np.int16),
            border=arrays[f"{prefix}.border"].astype(np.float32),
            leaves=arrays[f"{prefix}.leaves"].astype(np.float32),
            weights=arrays[f"{prefix}.weights"].astype(np.float32),
            bias=float(arrays[f"{prefix}.bias"].astype(np.float64)),
        )

    def write(self, prefix: str) -> dict[str, NDArray[np.generic]]:
        """The same, to be kept."""
        bias: NDArray[np.generic] = np.asarray(self.bias, np.float64)
        return {
            f"{prefix}.feature": self.feature,
            f"{prefix}.border": self.border,
            f"{prefix}.leaves": self.leaves,
            f"{prefix}.weights": self.weights,
            f"{prefix}.bias": bias,
        }

    @property
    def depth(self) -> int:
        """How many questions each tree asks."""
        return self.feature.shape[1]

    def score(self, rows: Floats) -> Floats:
        """The sum for each row, shape (n,)."""
        step = max(1, CHUNK // max(1, self.feature.size))
        parts = [self._score(rows[at : at + step]) for at in range(0, len(rows), step)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _score(self, rows: Floats) -> Floats:
        leaf = self._answers(rows) @ (1 << np.arange(self.depth))
        values = self.leaves[np.arange(len(self.leaves)), leaf]
        return values.sum(axis=1, dtype=np.float64) + self.bias

    def _answers(self, rows: Floats) -> NDArray[np.bool_]:
        single = rows.astype(np.float32)  # as it was trained: a border divides single floats
        return single[:, self.feature] > self.border

    def explain(self, row: Floats) -> tuple[float, Floats]:
        """The mean over the training data, and what each feature adds: they sum to the score.

        Source: Lundberg et al, Nat Mach Intell 2020;2:56-67 (path-dependent TreeSHAP); for trees
        of equal questions every set of known features is one pass through the levels.
        """
        known = self._known(row)
        terms = np.zeros(row.shape[0])
        for trees, features, matrix in self._patterns:
            np.add.at(terms, features, known[trees] @ matrix.T)
        return float(known[:, 0].sum()) + self.bias, terms

    def _known(self, row: Floats) -> Floats:
        """The value of each tree when only some levels are known, by set: shape (trees, 2^d).

        Level j is bit d-1-j of the set. The last level is taken for the root, as CatBoost does.
        """
        answers = self._answers(row[None, :])[0].astype(np.intp)
        values = self.leaves.astype(np.float64)[:, None, :]
        weights = self.weights.astype(np.float64)
        for level in range(self.depth):
            half = weights.shape[1] // 2
            pair = values.reshape(len(values), -1, half, 2)
            weight = weights.reshape(-1, half, 2)
            total = weight.sum(axis=2, keepdims=True)
            share = np.divide(weight, total, out=np.full_like(weight, 0.5), where=total > 0)
            mean = (pair * share[:, None]).sum(axis=3)
            taken = np.take_along_axis(pair, answers[:, level, None, None, None], axis=3)[..., 0]
            values = np.stack([mean, taken], axis=2).reshape(len(pair), -1, half)
            weights = total[..., 0]
        return values[:, :, 0]

    @cached_property
    def _patterns(self) -> list[tuple[NDArray[np.intp], NDArray[np.int16], Floats]]:
        """The trees by which of their levels ask for the same feature, with Shapley's weights."""
        of: dict[tuple[int, ...], list[int]] = {}
        for tree, features in enumerate(self.feature.tolist()):
            seen = list(dict.fromkeys(features))
            of.setdefault(tuple(seen.index(each) for each in features), []).append(tree)
        found: list[tuple[NDArray[np.intp], NDArray[np.int16], Floats]] = []
        for pattern, trees in of.items():
            first = [pattern.index(group) for group in range(max(pattern) + 1)]
            index = np.array(trees, np.intp)
            found.append((index, self.feature[index][:, first], _shapley(pattern)))
        return found


@lru_cache(maxsize=512)
def _shapley(pattern: tuple[int, ...]) -> Floats:
    """Weights of the values by set for each group of levels, shape (groups, 2^d)."""
    depth, groups = len(pattern), max(pattern) + 1
    bits = [0] * groups
    for level, group in enumerate(pattern):
        bits[group] |= 1 << (depth - 1 - level)
    matrix = np.zeros((groups, 1 << depth))
    for group in range(groups):
        others = [each for each in range(groups) if each != group]
        for size in range(groups):
            weight = factorial(size) * factorial(groups - size - 1) / factorial(groups)
            for chosen in combinations(others, size):
                known = sum(bits[each] for each in chosen)
                matrix[group, known | bits[group]] += weight
                matrix[group, known] -= weight
    return matrix

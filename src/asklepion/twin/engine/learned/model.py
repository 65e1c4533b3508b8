"""One learned model: what it predicts, how sure it is, why, and when it keeps silent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...model import Need, Why
from .artefacts import Artefact, find_artefact
from .linear import Linear
from .trees import Trees

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def logistic(score: Floats) -> Floats:
    """The probability of log-odds."""
    return 1 / (1 + np.exp(-np.clip(score, -40, 40)))


LINKS: Mapping[str, Callable[[Floats], Floats]] = {
    "logistic": logistic,
    "identity": lambda score: score,
    "exp": lambda score: np.exp(np.clip(score, -40, 40)),
    "expm1": lambda score: np.expm1(np.clip(score, -40, 40)),
    "hazard": lambda score: -np.expm1(-np.exp(np.clip(score, -40, 5))),
}


@dataclass(frozen=True, kw_only=True)
class Predicted:
    """Predictions of many rows; where it abstained the three numbers are NaN."""

    value: Floats
    low: Floats
    high: Floats
    abstained: Flags


@dataclass(frozen=True, kw_only=True)
class Term:
    """What one feature adds to the score; of a missing one, that it is missing."""

    key: str
    value: float
    adds: float


@dataclass(frozen=True, kw_only=True)
class Explained:
    """A score in terms: base and all terms sum to it."""

    base: float
    score: float
    terms: tuple[Term, ...]  # by size, largest first


class Head:
    """A weighted sum of members, calibrated."""

    def __init__(self, told: Mapping[str, Any], arrays: Mapping[str, NDArray[np.generic]]) -> None:
        kinds: dict[str, type[Trees] | type[Linear]] = {"trees": Trees, "linear": Linear}
        self._members: list[tuple[float, Trees | Linear]] = [
            (float(each["weight"]), kinds[each["kind"]].read(arrays, each["arrays"]))
            for each in told["members"]
        ]
        self._slope = float(told["slope"])
        self._intercept = float(told["intercept"])
        self.link = LINKS[told["link"]]

    def score(self, rows: Floats) -> Floats:
        """The score of each row."""
        total = sum((weight * member.score(rows) for weight, member in self._members), np.zeros(1))
        return self._intercept + self._slope * total

    def explain(self, row: Floats) -> tuple[float, Floats]:
        """Base and terms, which sum to the score."""
        base, terms = 0.0, np.zeros(len(row))
        for weight, member in self._members:
            its_base, its_terms = member.explain(row)
            base, terms = base + weight * its_base, terms + weight * its_terms
        return self._intercept + self._slope * base, self._slope * terms


class Learned:
    """A model that was fitted, ready to predict."""

    def __init__(self, artefact: Artefact) -> None:
        spec = artefact.spec
        features: list[dict[str, Any]] = spec["features"]
        self.name = artefact.name
        self.version = artefact.version
        self.card = artefact.card
        self.kind: str = spec["kind"]
        self.unit: str = spec["unit"]
        self.keys: tuple[str, ...] = tuple(each["key"] for each in features)
        self.facts: dict[str, Any] = spec.get("facts", {})
        self.golden: list[dict[str, Any]] = spec.get("golden", [])
        self.edges: list[list[float]] = [each.get("edges", []) for each in features]
        self.usual: list[list[float]] = [each.get("shares", []) for each in features]
        self._low = _numbers([each["low"] for each in features])
        self._high = _numbers([each["high"] for each in features])
        self._needed: list[list[str]] = spec["limits"]["needed"]
        self._ranges: dict[str, tuple[float, float]] = spec["limits"]["ranges"]
        self._most_strange: int = spec["limits"]["strange"]
        self._interval: dict[str, Any] = spec["interval"]
        self._heads = {name: Head(told, artefact.arrays) for name, told in spec["heads"].items()}
        self.main = "risk" if self.kind == "probability" else "middle"

    def row(self, features: Mapping[str, float]) -> Floats:
        """A row of features by name; what is not named is not known."""
        return np.array([features.get(key, np.nan) for key in self.keys], np.float64)

    def score(self, rows: Floats, head: str = "") -> Floats:
        """The score of each row before its link: log-odds, for a probability."""
        return self._heads[head or self.main].score(rows)

    def linked(self, score: Floats) -> Floats:
        """What a score of the main head says, in the model's unit."""
        return self._heads[self.main].link(score)

    def has(self, head: str) -> bool:
        """Whether it has such a head."""
        return head in self._heads

    def predict(self, rows: Floats) -> Predicted:
        """Predict each row, or abstain."""
        score = self.score(rows)
        value = self._heads[self.main].link(score)
        low, high = self._bounds(rows, score)
        if self.kind == "quantity":
            value, low, high = np.maximum(value, 0), np.maximum(low, 0), np.maximum(high, 0)
        low, high = np.minimum(low, value), np.maximum(high, value)
        silent = self.abstains(rows)
        blank = np.where(silent, np.nan, 0.0)
        return Predicted(value=value + blank, low=low + blank, high=high + blank, abstained=silent)

    def _bounds(self, rows: Floats, score: Floats) -> tuple[Floats, Floats]:
        told = self._interval
        if told["kind"] == "table":
            at = _numbers(told["score"])
            return (
                np.interp(score, at, _numbers(told["low"])),
                np.interp(score, at, _numbers(told["high"])),
            )
        below, above = self._margins(rows)
        ends = self._heads["low"], self._heads["high"]
        low, high = (end.score(rows) for end in ends)
        if told.get("space") == "score":
            return ends[0].link(low - below), ends[1].link(high + above)
        return ends[0].link(low) - below, ends[1].link(high) + above

    def _margins(self, rows: Floats) -> tuple[Floats, Floats]:
        """What each row's kind needs on both sides; a kind that training did not know, the usual.

        Source: Vovk et al, Algorithmic Learning in a Random World 2005 (Mondrian conformal).
        """
        told = self._interval
        below = np.full(len(rows), float(told["below"]))
        above = np.full(len(rows), float(told["above"]))
        if "by" in told:
            kind = rows[:, self.keys.index(told["by"])]
            for each, margins in told["groups"].items():
                of = kind == float(each)
                below[of], above[of] = float(margins["below"]), float(margins["above"])
        return below, above

    def abstains(self, rows: Floats) -> Flags:
        """Where it cannot tell: too little is known, or the row is unlike all it has learned."""
        known = ~np.isnan(rows)
        silent = self._strange(rows).sum(axis=1) > self._most_strange
        for group in self._needed:
            silent |= ~known[:, [self.keys.index(key) for key in group]].any(axis=1)
        for key, (low, high) in self._ranges.items():
            column = rows[:, self.keys.index(key)]
            silent |= (column < low) | (column > high)
        return silent

    def _strange(self, rows: Floats) -> Flags:
        return (rows < self._low) | (rows > self._high)

    def needs(self, row: Floats) -> tuple[Need, ...]:
        """Why it abstains on a row; nothing where it does not."""
        found: list[Need] = []
        for group in self._needed:
            if all(np.isnan(row[self.keys.index(key)]) for key in group):
                found.append(Need(key=group[0], why=Why.MISSING))
        for key, (low, high) in self._ranges.items():
            value = row[self.keys.index(key)]
            if value < low or value > high:  # a missing one does neither
                found.append(Need(key=key, why=Why.OUTSIDE, low=low, high=high))
        strange = np.flatnonzero(self._strange(row[None, :])[0])
        if len(strange) > self._most_strange:
            found += [self._outside(int(index)) for index in strange]
        return tuple(found)

    def _outside(self, index: int) -> Need:
        low, high = float(self._low[index]), float(self._high[index])
        return Need(key=self.keys[index], why=Why.OUTSIDE, low=low, high=high)

    def explain(self, row: Floats, head: str = "") -> Explained:
        """Why the score of a row is what it is."""
        base, adds = self._heads[head or self.main].explain(row)
        order = np.argsort(-np.abs(adds), kind="stable")
        terms = tuple(
            Term(key=self.keys[at], value=float(row[at]), adds=float(adds[at]))
            for at in map(int, order)
        )
        return Explained(base=base, score=base + float(adds.sum()), terms=terms)


@lru_cache(maxsize=32)
def open_model(name: str) -> Learned:
    """A model by name, opened once.

    Raises:
        NotFound: it is not there.
        Fault: it is not the one that its card describes.
    """
    return Learned(find_artefact(name))


def _numbers(told: Sequence[float | None]) -> Floats:
    """Numbers of JSON; null is not known, and so bounds nothing."""
    return np.array([np.nan if each is None else each for each in told], np.float64)

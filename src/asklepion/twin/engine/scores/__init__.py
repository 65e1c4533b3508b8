"""Published clinical scores, each written once from its paper.

`SCORES` has them by name. Each is a function of plain keywords that returns its result or `Cannot`
with every need, and never raises on a value: `SCORES["CURB-65"](confusion=True, urea=9, ...)`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from . import (
    anaesthesia,
    apache,
    bedside,
    bleeding,
    chest_pain,
    clots,
    coma,
    comorbidity,
    framingham,
    infection,
    kidneys,
    liver,
    meld,
    metabolism,
    mica,
    pce,
    pneumonia,
    possum,
    readmission,
    score2,
    strokes,
)
from .inputs import fold
from .score import Score
from .tell import answer, describe

_MODULES = (
    bedside, pce, score2, framingham, strokes, bleeding, clots, chest_pain, infection, pneumonia,
    apache, coma, kidneys, liver, meld, metabolism, comorbidity, anaesthesia, possum, mica,
    readmission,
)  # fmt: skip

SCORES: Mapping[str, Score[Any]] = MappingProxyType(
    {score.name: score for module in _MODULES for score in module.ALL}
)


def find_score(name: str) -> Score[Any] | None:
    """The score of this name, written in any way, or nothing."""
    wanted = fold(name)
    return next((score for key, score in SCORES.items() if fold(key) == wanted), None)


__all__ = ["SCORES", "Score", "answer", "describe", "find_score"]

"""Intervals that hold their share within each kind of people, not only over all of them.

Source: Vovk et al, Algorithmic Learning in a Random World 2005 (Mondrian conformal prediction).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .intervals import conformal

Floats = NDArray[np.float64]


def conformal_by(
    outcome: Floats, low: Floats, high: Floats, *, by: str, kind: Floats
) -> dict[str, Any]:
    """Margins on the score that hold 80 % within each kind that has at least 50 people."""
    usual = conformal(outcome, low, high)
    groups = {
        f"{each:g}": {end: told[end] for end in ("below", "above")}
        for each in np.unique(kind)
        if (kind == each).sum() >= 50
        for told in [conformal(outcome[kind == each], low[kind == each], high[kind == each])]
    }
    return {**usual, "space": "score", "by": by, "groups": groups}


def held(interval: Mapping[str, Any], kind: Floats) -> tuple[Floats, Floats]:
    """The margins below and above for each row of a kind."""
    usual = {end: interval[end] for end in ("below", "above")}
    mine = [interval["groups"].get(f"{each:g}", usual) for each in kind]
    return (
        np.array([each["below"] for each in mine], np.float64),
        np.array([each["above"] for each in mine], np.float64),
    )

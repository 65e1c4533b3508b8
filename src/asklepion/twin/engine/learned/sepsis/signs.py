"""Signs that clinicians look at together: ratios, and the points of published scores."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from .columns import earlier, faded, highest, lowest, points, summed

Floats = NDArray[np.float64]
AIR = 0.21  # the share of oxygen that is breathed where nobody tells
DAY = 24
BELOW = 1e-6  # "less than" an edge


def signs(now: Mapping[str, Floats], last: Mapping[str, Floats]) -> Iterator[tuple[str, Floats]]:
    """All of them, in each hour.

    Args:
        now: what was measured in each hour; last: what was known last.
    """
    yield from _ratios(now, last)
    sirs = _sirs(last)
    yield "SIRS", sirs
    yield "SIRS.faded", faded(sirs, 6)
    yield "SIRS.hours12", summed((sirs >= 2).astype(np.float64), 12)
    yield "quick", (last["SBP"] <= 100).astype(np.float64) + (last["Resp"] >= 22)
    yield "organs", _organs(last)
    breathing, failure = _failure(now, last)
    yield "sofa", failure
    yield "sofa.breathing", breathing
    yield "sofa.rise", failure - lowest(failure, DAY)
    yield "sofa.rise6", failure - earlier(failure, 6)
    yield "sofa.most", np.maximum.accumulate(failure)
    warning = _warning(last)
    yield "news", warning
    yield "news.max6", highest(warning, 6)
    yield "news.change6", warning - earlier(warning, 6)
    yield "news.faded", faded(warning, 6)


def _ratios(now: Mapping[str, Floats], last: Mapping[str, Floats]) -> Iterator[tuple[str, Floats]]:
    yield "BUN_Cr", last["BUN"] / last["Creatinine"]
    yield "SF", last["O2Sat"] / last["FiO2"]
    yield "gap", last["Chloride"] + last["HCO3"]
    yield "rox", _saturation(last) / last["Resp"]
    yield "shock.of_mean", last["HR"] / last["MAP"]
    yield "shock.from_faded", faded(now["shock"], 3) - faded(now["shock"], DAY)
    yield "HR.beyond_fever", last["HR"] - 10 * (last["Temp"] - 37)


def _saturation(last: Mapping[str, Floats]) -> Floats:
    return last["O2Sat"] / np.where(np.isnan(last["FiO2"]), AIR, last["FiO2"])


def _sirs(last: Mapping[str, Floats]) -> Floats:
    """Signs of inflammation.

    Source: Bone et al, Chest 1992;101:1644-1655.
    """
    return (
        ((last["Temp"] > 38) | (last["Temp"] < 36)).astype(np.float64)
        + (last["HR"] > 90)
        + ((last["Resp"] > 20) | (last["PaCO2"] < 32))
        + ((last["WBC"] > 12) | (last["WBC"] < 4))
    )


def _organs(last: Mapping[str, Floats]) -> Floats:
    return (
        (last["Platelets"] < 150).astype(np.float64)
        + (last["Platelets"] < 100)
        + (last["Bilirubin_total"] >= 1.2)
        + (last["Bilirubin_total"] >= 2)
        + (last["Creatinine"] >= 1.2)
        + (last["Creatinine"] >= 2)
        + (last["MAP"] < 70)
        + (last["Lactate"] > 2)
    )


def _failure(now: Mapping[str, Floats], last: Mapping[str, Floats]) -> tuple[Floats, Floats]:
    """Points for breathing, and for all organs that these data know; what is not known has none.

    Breathing is judged by the oximeter, as where no blood gas is at hand; no drugs, no coma scale.

    Source: Vincent et al, Intensive Care Med 1996;22:707-710 (SOFA).
    """
    breathing = _from(_saturation(last), (67, 142, 221, 302), (4, 3, 2, 1, 0))
    pressure = lowest(now["MAP"], 3)
    whole = (
        breathing
        + _from(last["Platelets"], (20, 50, 100, 150), (4, 3, 2, 1, 0))
        + _from(last["Bilirubin_total"], (1.2, 2, 6, 12), (0, 1, 2, 3, 4))
        + _from(last["Creatinine"], (1.2, 2, 3.5, 5), (0, 1, 2, 3, 4))
        + (pressure < 70)
    )
    return breathing, whole


def _from(values: Floats, edges: tuple[float, ...], worth: tuple[float, ...]) -> Floats:
    """Points by bands that begin with their edge."""
    return points(values, tuple(edge - BELOW for edge in edges), worth)


def _warning(last: Mapping[str, Floats]) -> Floats:
    """Points of NEWS2 but for consciousness, which is not told; oxygen counts where it is given.

    Source: Royal College of Physicians, National Early Warning Score (NEWS) 2, 2017.
    """
    return (
        points(last["Resp"], (8, 11, 20, 24), (3, 1, 0, 2, 3))
        + points(last["O2Sat"], (91, 93, 95), (3, 2, 1, 0))
        + points(last["SBP"], (90, 100, 110, 219), (3, 2, 1, 0, 3))
        + points(last["HR"], (40, 50, 90, 110, 130), (3, 1, 0, 1, 2, 3))
        + points(last["Temp"], (35, 36, 38, 39), (3, 1, 0, 1, 2))
        + 2.0 * (last["FiO2"] > AIR)
    )

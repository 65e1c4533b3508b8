"""National Early Warning Score 2: how ill is an adult now, from seven bedside observations.

Source: Royal College of Physicians. National Early Warning Score (NEWS) 2: Standardising the
assessment of acute-illness severity in the NHS. London: RCP, 2017. The RCP lets everybody use it
and asks to be named.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..model import Cannot, Need, Why, cannot
from ..wire import Source
from .checks import Bounds, need_answer

SOURCE = Source(
    citation="Royal College of Physicians. National Early Warning Score (NEWS) 2. "
    "London: RCP, 2017.",
    url="https://www.rcp.ac.uk/resources/national-early-warning-score-news-2/",
)

BOUNDS: Mapping[str, Bounds] = {
    "respiratory_rate": Bounds(possible=(0, 100), unit="/min"),
    "spo2": Bounds(possible=(20, 100), unit="%"),
    "sbp": Bounds(possible=(20, 350), unit="mm[Hg]"),
    "heart_rate": Bounds(possible=(0, 350), unit="/min"),
    "temperature_c": Bounds(possible=(20, 46), unit="Cel"),
}
AGE = Bounds(possible=(0, 130), valid=(16, 130), unit="a")

# The chart of the RCP: each band ends at its first number and scores its second.
Chart = tuple[tuple[float, int], ...]
END = math.inf
RESPIRATORY_RATE: Chart = ((8, 3), (11, 1), (20, 0), (24, 2), (END, 3))
SPO2_SCALE_1: Chart = ((91, 3), (93, 2), (95, 1), (END, 0))
SPO2_SCALE_2_AIR: Chart = ((83, 3), (85, 2), (87, 1), (END, 0))
SPO2_SCALE_2_OXYGEN: Chart = ((83, 3), (85, 2), (87, 1), (92, 0), (94, 1), (96, 2), (END, 3))
SBP: Chart = ((90, 3), (100, 2), (110, 1), (219, 0), (END, 3))
HEART_RATE: Chart = ((40, 3), (50, 1), (90, 0), (110, 1), (130, 2), (END, 3))
TEMPERATURE: Chart = ((35.0, 3), (36.0, 1), (38.0, 0), (39.0, 1), (END, 2))

CONSCIOUSNESS: Mapping[str, str] = {
    "a": "A",
    "alert": "A",
    "c": "C",
    "confusion": "C",
    "v": "V",
    "voice": "V",
    "p": "P",
    "pain": "P",
    "u": "U",
    "unresponsive": "U",
}


class Band(StrEnum):
    """Clinical risk, and with it how soon a person must be looked at."""

    LOW = "low"  # 0-4, no single parameter at 3
    LOW_MEDIUM = "low_medium"  # 0-4, a single parameter at 3
    MEDIUM = "medium"  # 5-6
    HIGH = "high"  # 7 and more


@dataclass(frozen=True, kw_only=True)
class News2:
    """A score, and how it came about.

    Args:
        total: 0 to 20.
        points: what each input scored, by its name.
        red: the inputs that scored 3 all by themselves.
        band: clinical risk.
        spo2_scale: 1, or 2 for people with hypercapnic respiratory failure.
    """

    total: int
    points: Mapping[str, int]
    red: tuple[str, ...]
    band: Band
    spo2_scale: int


def news2(  # as many inputs as the chart has lines
    *,
    respiratory_rate: float | None,
    spo2: float | None,
    supplemental_o2: bool | None,
    sbp: float | None,
    heart_rate: float | None,
    acvpu: str | None,
    temperature_c: float | None,
    spo2_scale: int = 1,
    age: float | None = None,
) -> News2 | Cannot:
    """Score seven observations made at one time.

    Numbers are first rounded to what the chart resolves: whole ones, temperature to a tenth.

    Args:
        respiratory_rate: breaths [/min].
        spo2: peripheral oxygen saturation [%].
        supplemental_o2: true while oxygen is given, false on room air.
        sbp: systolic blood pressure [mm[Hg]].
        heart_rate: [/min].
        acvpu: "A" alert, "C" new confusion, "V" voice, "P" pain, "U" unresponsive.
        temperature_c: [Cel].
        spo2_scale: 2 only if a competent clinician has decided so (target 88-92 %).
        age: [a]; below 16 there is no score. Not checked when left out.

    Returns:
        The score, or all that is needed for one.
    """
    numbers = {
        "respiratory_rate": respiratory_rate,
        "spo2": spo2,
        "sbp": sbp,
        "heart_rate": heart_rate,
        "temperature_c": temperature_c,
    }
    needs = [BOUNDS[key].need(key, value) for key, value in numbers.items()]
    needs.append(need_answer("supplemental_o2", supplemental_o2))
    needs.append(_need_consciousness(acvpu))
    needs.append(None if spo2_scale in (1, 2) else Need(key="spo2_scale", why=Why.IMPOSSIBLE))
    needs.append(None if age is None else AGE.need("age", age))
    if unmet := cannot(needs):
        return unmet
    seen = {key: value for key, value in numbers.items() if value is not None}
    points = {key: _points(key, value, supplemental_o2, spo2_scale) for key, value in seen.items()}
    points["supplemental_o2"] = 2 if supplemental_o2 else 0
    points["acvpu"] = 0 if CONSCIOUSNESS[str(acvpu).strip().lower()] == "A" else 3
    return _sum_up(points, spo2_scale)


def points_range(
    key: str, low: float, high: float, *, supplemental_o2: bool, spo2_scale: int
) -> tuple[int, int]:
    """Fewest and most points of one measured input anywhere between two values."""
    chart = _chart(key, supplemental_o2, spo2_scale)
    step = 0.1 if key == "temperature_c" else 1.0
    low, high = _rounded(key, low), _rounded(key, high)
    # Every band that the range touches shows at its ends or just past a band's edge inside it.
    edges = [edge + step for edge, _ in chart if low < edge + step <= high]
    found = [_look_up(chart, _rounded(key, at)) for at in (low, high, *edges)]
    return min(found), max(found)


def nearest_zero(key: str, value: float, *, supplemental_o2: bool, spo2_scale: int) -> float:
    """The value nearest to this one at which the input would score nothing."""
    chart = _chart(key, supplemental_o2, spo2_scale)
    step = 0.1 if key == "temperature_c" else 1.0
    start = -math.inf
    for edge, points in chart:
        if points == 0:
            break
        start = edge + step
    else:
        raise AssertionError(key)
    return round(min(max(_rounded(key, value), start), edge), 1)


def _points(key: str, value: float, supplemental_o2: bool | None, scale: int) -> int:
    return _look_up(_chart(key, bool(supplemental_o2), scale), _rounded(key, value))


def _chart(key: str, supplemental_o2: bool, scale: int) -> Chart:
    match key:
        case "respiratory_rate":
            return RESPIRATORY_RATE
        case "sbp":
            return SBP
        case "heart_rate":
            return HEART_RATE
        case "temperature_c":
            return TEMPERATURE
        case _ if scale == 1:
            return SPO2_SCALE_1
        case _:
            return SPO2_SCALE_2_OXYGEN if supplemental_o2 else SPO2_SCALE_2_AIR


def _look_up(chart: Chart, value: float) -> int:
    return next(points for edge, points in chart if value <= edge)


def _rounded(key: str, value: float) -> float:
    """To the chart's resolution, halves upwards, as one writes on paper."""
    if key == "temperature_c":
        return math.floor(round(value * 10, 6) + 0.5) / 10
    return math.floor(value + 0.5)


def _sum_up(points: Mapping[str, int], scale: int) -> News2:
    total = sum(points.values())
    red = tuple(key for key, value in points.items() if value == 3)
    return News2(total=total, points=points, red=red, band=_band(total, red), spo2_scale=scale)


def _band(total: int, red: tuple[str, ...]) -> Band:
    if total >= 7:
        return Band.HIGH
    if total >= 5:
        return Band.MEDIUM
    return Band.LOW_MEDIUM if red else Band.LOW


def _need_consciousness(acvpu: object) -> Need | None:
    if acvpu is None:
        return Need(key="acvpu", why=Why.MISSING)
    known = str(acvpu).strip().lower() in CONSCIOUSNESS
    return None if known else Need(key="acvpu", why=Why.IMPOSSIBLE)

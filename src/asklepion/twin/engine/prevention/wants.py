"""What to measure so that a risk becomes known better, and how much narrower its range would be.

The logarithm of PREVENT's odds is a sum of one function of each input, so the range over inputs
that nobody knows lies where each by itself is at its own extreme.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from ...model import Sex, Why
from ...wire import Want
from ..card_prevent import BENDS, MEASURED, Reading, candidates_of
from ..cards import LABEL, answer, number
from ..prevent import BOUNDS, Factors, choose_model, risks
from ..spread import SPREADS

OUTLOOK, TITLE = "total_cvd", "twin.prevention.total_cvd"
REPEATS = 4  # independent readings have half the error of one
WANTED = ("egfr", *MEASURED, "smoking")
MIDDLE = {"sbp": 120.0, "total_c": 200.0, "hdl_c": 50.0, "egfr": 90.0, "bmi": 25.0}
GRID = 5  # values of an unknown input for which the range afterwards is computed


@dataclass(frozen=True)
class Range:
    """Between which shares a risk may lie [%]."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """How far apart they are."""
        return self.high - self.low


def repeat_wants(person: Factors) -> list[Want]:
    """How much narrower the range becomes when pressure is measured on several days."""
    now = range_of(person, candidates_of(person))
    low, high = SPREADS["sbp"].around(person.sbp)
    half = (high - low) / 2 / REPEATS**0.5
    bounds = BOUNDS["sbp"]
    values = [bounds.hold(person.sbp - half), person.sbp, bounds.hold(person.sbp + half)]
    bends = [bend for bend in BENDS["sbp"] if values[0] < bend < values[-1]]
    then = range_of(person, candidates_of(person) | {"sbp": [*values, *bends]})
    return [_want("sbp", "repeat", now, then)] if then.width < now.width else []


def measure_wants(reading: Reading) -> tuple[Range | None, list[Want]]:
    """The range while some inputs are not known, and how much each of them would narrow it.

    Nothing where anything else stands in the way: age, a value outside, something hidden.
    """
    lacking = [key for key in WANTED if reading.inputs[key].value is None]
    person = _supposed(reading)
    usual = {Why.MISSING, Why.TOO_OLD, Why.UNIT}
    if person is None or not lacking or any(reading.inputs[k].why not in usual for k in lacking):
        return None, []
    candidates = _candidates(person, lacking)
    now = range_of(person, candidates)
    wants = [
        _want(key, "tell" if key == "smoking" else "measure", now, _after(person, key, lacking))
        for key in lacking
    ]
    return now, sorted(wants, key=lambda want: want.then)


def _after(person: Factors, key: str, lacking: list[str]) -> Range:
    """The widest range that may be left once this one is known."""
    others = [other for other in lacking if other != key]
    found: list[Range] = []
    for value in _all_of(key):
        known = replace(person, **{key: value})
        candidates = _candidates(known, others)
        found.append(range_of(known, candidates))
    return max(found, key=lambda one: one.width)


def _all_of(key: str) -> list[float | bool]:
    if key == "smoking":
        return [False, True]
    low, high = BOUNDS[key].hold(-1e9), BOUNDS[key].hold(1e9)
    return [low + (high - low) * step / (GRID - 1) for step in range(GRID)]


def _candidates(person: Factors, lacking: list[str]) -> dict[str, list[float]]:
    """Values at which a risk may be least or greatest; of what is not known, any that there is."""
    known: dict[str, list[float]] = {
        key: values for key, values in candidates_of(person).items() if key not in lacking
    }
    for key in lacking:
        known[key] = [*_all_of(key), *BENDS.get(key, ())]
    return known


def range_of(person: Factors, candidates: Mapping[str, list[float]]) -> Range:
    """The least and the greatest overall risk [%]."""
    model = choose_model(person)
    low = high = person
    for key, values in candidates.items():
        tried = [replace(person, **{key: value}) for value in values]
        tried.sort(key=lambda one: risks(one, 10, model).total_cvd)
        low = replace(low, **{key: getattr(tried[0], key)})
        high = replace(high, **{key: getattr(tried[-1], key)})
    return Range(100 * risks(low, 10, model).total_cvd, 100 * risks(high, 10, model).total_cvd)


def _supposed(reading: Reading) -> Factors | None:
    """The person with something usual in place of what is not known."""
    inputs = reading.inputs
    age, sex = number(inputs["age"]), inputs["sex"].value
    told = {key: answer(inputs[key]) for key in ("dm", "bp_tx", "statin")}
    if age is None or not 30 <= age <= 79 or not isinstance(sex, str) or None in told.values():
        return None
    if answer(inputs["prior_cvd"]) is not False:
        return None
    values: dict[str, Any] = {key: number(inputs[key]) for key in MIDDLE}
    for key, value in values.items():
        if value is not None and BOUNDS[key].need(key, value) is not None:
            return None
    values = {key: MIDDLE[key] if value is None else value for key, value in values.items()}
    smokes = bool(answer(inputs["smoking"]))
    return Factors(age=age, sex=Sex(sex), smoking=smokes, **values, **cast(Any, told))


def _want(key: str, how: Literal["measure", "repeat", "tell"], now: Range, then: Range) -> Want:
    return Want(
        key=key,
        label_key=LABEL + key,
        how=how,
        outlook=OUTLOOK,
        title_key=TITLE,
        unit="%",
        now=now.width,
        then=min(then.width, now.width),
    )

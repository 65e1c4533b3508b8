"""The card of the kidneys: CKD-EPI 2021 from the latest creatinine."""

from datetime import datetime

from ..model import Cannot, Sex
from ..wire import Card, Change, Interval, Text
from . import ckd_epi as equation
from .cards import (
    LABEL,
    Frame,
    Known,
    as_inputs,
    exclusions,
    iso,
    limit,
    limit_old,
    limit_pregnancy,
    look_up,
    number,
    stated,
    with_exclusions,
)
from .chart import Chart
from .ckd_epi import CATEGORIES, Egfr, ckd_epi_2021, creatinine_at

UNIT = "mL/min/{1.73_m2}"
HORIZON = Text(key="twin.card.horizon.sample")
# In the validation of the equation at least 85 % of the estimates lay within 30 % of the measured
# rate (abstract of its paper). So the measured rate lies between estimate/1.3 and estimate/0.7.
P30 = 85


FRAME = Frame(id="egfr", unit=UNIT, digits=0, horizon=HORIZON, source=equation.SOURCE)


def egfr_card(chart: Chart, now: datetime) -> Card:
    """Estimate the filtration rate on the day when the blood was drawn."""
    creatinine = look_up(chart, "creatinine")
    age, sex = person_inputs(chart, creatinine.at or now)
    inputs = (creatinine, age, sex)
    result = estimate_from(creatinine, age, sex)
    limits = _limits(chart, creatinine.at, now)
    if cannot := with_exclusions(result, exclusions(chart)):
        return FRAME.refuse(cannot, inputs, limits)
    assert isinstance(result, Egfr)
    interval = Interval(
        low=result.value / 1.3,
        high=result.value / 0.7,
        meaning_key="twin.card.interval.p30",
        params={"share": P30},
    )
    return FRAME.compute(
        result.value,
        interval,
        band=Text(key=f"twin.band.kdigo.{result.category.lower()}"),
        inputs=as_inputs(inputs),
        limits=limits,
        would_change=_changes(age, sex, result),
        as_of=iso(creatinine.at),
    )


def estimate_from(creatinine: Known, age: Known, sex: Known) -> Egfr | Cannot:
    """The equation, fed with what is known."""
    told = sex.value if isinstance(sex.value, str) else None
    return ckd_epi_2021(creatinine=number(creatinine), age=number(age), sex=told)


def person_inputs(chart: Chart, at: datetime) -> tuple[Known, Known]:
    """Age at a moment, and sex."""
    sex = chart.person.sex
    return (
        stated(chart, "age", chart.person.age_at(at), "a"),
        stated(chart, "sex", None if sex is None else str(sex)),
    )


def _changes(age: Known, sex: Known, result: Egfr) -> list[Change]:
    """Which creatinine would move her into the next better and the next worse category."""
    years = number(age)
    assert years is not None
    place = [name for name, _ in CATEGORIES].index(result.category)
    # A category begins where the rate, rounded, reaches its least whole number.
    edges = [least - 0.5 for _, least in CATEGORIES]
    targets = [edges[place - 1]] if place > 0 else []
    if place + 1 < len(edges):
        targets.append(edges[place] - 0.01)
    return [
        Change(
            key="creatinine",
            label_key=LABEL + "creatinine",
            to=creatinine_at(target, years, Sex(str(sex.value))),
            to_key="",
            unit="mg/dL",
            value_then=target,
        )
        for target in targets
    ]


def _limits(chart: Chart, as_of: datetime | None, now: datetime) -> list[Text]:
    limits = [limit("judgement"), limit("egfr.steady"), limit("egfr.muscle"), limit("egfr.once")]
    return [*limits, *limit_pregnancy(chart), *limit_old(as_of, now)]

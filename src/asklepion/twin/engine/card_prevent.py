"""The cards of PREVENT: first heart attack, stroke or heart failure within 10 and 30 years."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ..model import Cannot, Need, Sex, Why
from ..wire import Card, Change, Interval, Part, Text
from . import prevent as equation
from .card_egfr import estimate_from, person_inputs
from .cards import (
    LABEL,
    OLD,
    VALUE,
    Frame,
    Known,
    answer,
    as_inputs,
    exclusions,
    iso,
    limit,
    limit_old,
    look_up,
    number,
    stated,
    with_exclusions,
)
from .chart import Chart, Said
from .ckd_epi import Egfr
from .codes import ANTIHYPERTENSIVE, DIABETES, PRIOR_CVD, STATIN, Group
from .prevent import BOUNDS, OPTIONAL, OUTCOMES, Factors, Prevent, prevent, risks
from .spread import SPREADS

MEASURED = ("sbp", "total_c", "hdl_c", "bmi")
TOGETHER = timedelta(days=5 * 365)  # guidelines repeat lipids every four to six years
EXTRA = timedelta(days=2 * 365)  # an optional input is used if it is not older than this
AVERAGED = timedelta(days=30)  # pressures of one month count as one: a single one misleads
ASCVD_LIMITS = ((3, "low"), (5, "borderline"), (10, "intermediate"))  # of ASCVD, per cent, 10 years
TREATMENT = 7.5  # per cent of total CVD within 10 years
CKD_EPI = "98979-8"  # the 2021 equation, which PREVENT was made with


def prevent_cards(chart: Chart, now: datetime) -> list[Card]:
    """Both horizons, from the same inputs."""
    inputs = _inputs(chart, now)
    return [_card(chart, inputs, years, now) for years in equation.AGE]


def _card(chart: Chart, inputs: Mapping[str, Known], years: int, now: datetime) -> Card:
    frame = Frame(
        id=f"prevent{years}",
        unit="%",
        digits=1,
        horizon=Text(key="twin.card.horizon.years", params={"years": years}),
        source=equation.SOURCE,
    )
    result = _compute(inputs, years)
    as_of = max((known.at for known in inputs.values() if known.at), default=None)
    limits = limits_of(chart, inputs, as_of, now)
    shown = list(inputs.values())
    if cannot := with_exclusions(result, exclusions(chart)):
        return frame.refuse(cannot, shown, limits)
    assert isinstance(result, Prevent)
    person = _factors(inputs)
    ranges = intervals(person, years, result.model)
    return frame.compute(
        100 * result.total_cvd,
        ranges["total_cvd"],
        band=_band("total_cvd", result),
        parts=[_part(outcome, result, ranges[outcome]) for outcome in OUTCOMES[1:]],
        inputs=as_inputs(shown),
        limits=limits,
        would_change=_changes(person, years, result),
        as_of=iso(as_of),
        version=f"PREVENT 2024 {result.model}",
    )


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the equation makes of a chart.

    Args:
        person: what it was computed of; nothing where it cannot be.
    """

    inputs: Mapping[str, Known]
    result: Prevent | Cannot
    person: Factors | None
    as_of: datetime | None


def read_prevent(chart: Chart, now: datetime, years: int = 10) -> Reading:
    """The equation with its inputs, for whoever changes one of them."""
    inputs = _inputs(chart, now)
    result = _compute(inputs, years)
    cannot = with_exclusions(result, exclusions(chart))
    return Reading(
        inputs=inputs,
        result=cannot or result,
        person=None if cannot else _factors(inputs),
        as_of=max((known.at for known in inputs.values() if known.at), default=None),
    )


def _inputs(chart: Chart, now: datetime) -> dict[str, Known]:
    newest = [reading.at for key in MEASURED if (reading := chart.latest(key))]
    as_of = max(newest, default=now)
    since = as_of - TOGETHER
    known = {key: look_up(chart, key, since=since) for key in MEASURED}
    known["sbp"] = _average(chart, known["sbp"])
    age, sex = person_inputs(chart, as_of)
    known["egfr"] = _filtration(chart, since)
    known |= {"age": age, "sex": sex, "smoking": look_up(chart, "smoking")}
    known["dm"] = stated(chart, "dm", _any(chart.conditions, DIABETES, "active"))
    known["bp_tx"] = stated(chart, "bp_tx", _any(chart.medicines, ANTIHYPERTENSIVE, "active"))
    known["statin"] = stated(chart, "statin", _any(chart.medicines, STATIN, "active"))
    known["prior_cvd"] = stated(chart, "prior_cvd", _any(chart.conditions, PRIOR_CVD, "ever"))
    for key in ("hba1c", "uacr"):
        extra = look_up(chart, key, since=as_of - EXTRA)
        if OPTIONAL[key].need(key, extra.value) is None:
            known[key] = extra
    return known


def _any(said: Sequence[Said], group: Group, when: str) -> bool:
    return any(
        group.holds(one.codings, one.text) for one in said if one.is_active or when == "ever"
    )


def _average(chart: Chart, newest: Known) -> Known:
    """The mean of a month's pressures, shown as of the newest of them."""
    if newest.at is None or number(newest) is None:
        return newest
    month = [r for r in chart.readings["sbp"] if r.at >= newest.at - AVERAGED]
    values = [float(r.value) for r in month if not isinstance(r.value, str)]
    mean = sum(values) / len(values)
    return replace(newest, value=mean, seen=mean)


def _filtration(chart: Chart, since: datetime) -> Known:
    """The filtration rate: computed from creatinine, or as reported where that is newer or all."""
    creatinine = look_up(chart, "creatinine", since=since)
    reported = look_up(chart, "egfr", since=since)
    is_newer = reported.at and creatinine.at and reported.at > creatinine.at
    if is_newer and reported.value is not None:
        return reported
    if creatinine.at is not None and creatinine.value is not None:
        estimate = estimate_from(creatinine, *person_inputs(chart, creatinine.at))
        if isinstance(estimate, Egfr):
            return replace(
                creatinine,
                key="egfr",
                value=estimate.value,
                seen=estimate.value,
                unit=BOUNDS["egfr"].unit,
            )
    if reported.value is None and creatinine.seen is not None:
        return replace(creatinine, key="egfr", value=None, seen=None, unit="")
    return reported


def _compute(inputs: Mapping[str, Known], years: int) -> Prevent | Cannot:
    values: dict[str, Any] = {
        key: number(inputs[key]) for key in ("age", "egfr", *MEASURED, *_extra(inputs))
    }
    values |= {key: answer(inputs[key]) for key in ("smoking", "dm", "bp_tx", "statin")}
    sex = inputs["sex"].value
    prior = answer(inputs["prior_cvd"])
    result = prevent(
        **values,
        sex=sex if isinstance(sex, str) else None,
        prior_cvd=bool(prior),
        horizon_years=years,
    )
    if prior is not None:
        return result
    unknown = Need(key="prior_cvd", why=Why.MISSING)
    return Cannot((*(result.needs if isinstance(result, Cannot) else ()), unknown))


def _extra(inputs: Mapping[str, Known]) -> list[str]:
    return [key for key in OPTIONAL if key in inputs]


def _factors(inputs: Mapping[str, Known]) -> Factors:
    keys = ["age", "egfr", *MEASURED, *_extra(inputs), "smoking", "dm", "bp_tx", "statin"]
    values: dict[str, Any] = {key: inputs[key].value for key in keys}
    return Factors(**values, sex=Sex(str(inputs["sex"].value)))


def intervals(person: Factors, years: int, model: str) -> dict[str, Interval]:
    """The risks that are possible when every measured value is off by as much as is allowed.

    The logarithm of the odds is a sum of one function of each measured input, monotonous between
    its bends. So its extremes lie where each input by itself is at its own extreme.
    """
    corners = {outcome: [person, person] for outcome in OUTCOMES}
    for key, values in candidates_of(person).items():
        tried = [risks(replace(person, **{key: value}), years, model) for value in values]
        for outcome, (low, high) in corners.items():
            by_risk = sorted(zip((getattr(t, outcome) for t in tried), values, strict=True))
            corners[outcome] = [
                replace(low, **{key: by_risk[0][1]}),
                replace(high, **{key: by_risk[-1][1]}),
            ]
    return {
        outcome: Interval(
            low=100 * getattr(risks(low, years, model), outcome),
            high=100 * getattr(risks(high, years, model), outcome),
            meaning_key="twin.card.interval.measurement_error",
        )
        for outcome, (low, high) in corners.items()
    }


BOUNDED = {key: bounds for key, bounds in {**BOUNDS, **OPTIONAL}.items() if key in SPREADS}
BENDS = {"sbp": (110.0,), "bmi": (30.0,), "egfr": (60.0,)}


def candidates_of(person: Factors) -> dict[str, list[float]]:
    """For each measured input, the values at which a risk may be least or greatest."""
    candidates: dict[str, list[float]] = {}
    for key, bounds in BOUNDED.items():
        value: float | None = getattr(person, key)
        if value is None:
            continue
        low, high = (bounds.hold(edge) for edge in SPREADS[key].around(value))
        bends = [bend for bend in BENDS.get(key, ()) if low < bend < high]
        candidates[key] = [low, value, high, *bends]
    return candidates


def _part(outcome: str, result: Prevent, interval: Interval) -> Part:
    return Part(
        key=outcome,
        label_key=f"twin.card.prevent.{outcome}",
        value=100 * getattr(result, outcome),
        interval=interval,
        band=_band(outcome, result),
    )


def _band(outcome: str, result: Prevent) -> Text | None:
    """What guidelines make of a risk; they have said so for ten years only.

    Total CVD: 2025 AHA/ACC guideline for high blood pressure. ASCVD: 2026 ACC/AHA guideline for
    dyslipidaemia.
    """
    if result.horizon_years != 10:
        return None
    if outcome == "total_cvd":
        side = "above" if 100 * result.total_cvd >= TREATMENT else "below"
        return Text(key=f"twin.band.prevent.total_cvd.{side}", params={"limit": TREATMENT})
    if outcome != "ascvd":
        return None
    name = next((name for edge, name in ASCVD_LIMITS if 100 * result.ascvd < edge), "high")
    return Text(key=f"twin.band.prevent.ascvd.{name}")


def _changes(person: Factors, years: int, result: Prevent) -> list[Change]:
    """The overall risk again with one thing that people can change."""
    wanted: dict[str, float | bool] = {}
    if person.smoking:
        wanted["smoking"] = False
    if person.sbp > 130:
        wanted["sbp"] = 130.0
    if person.total_c - person.hdl_c > 130:
        wanted["total_c"] = max(person.hdl_c + 130, 130.0)
    if person.hba1c is not None and person.dm and person.hba1c > 7:
        wanted["hba1c"] = 7.0
    return [
        Change(
            key=key,
            label_key=LABEL + key,
            to=to,
            to_key=f"{VALUE}no" if isinstance(to, bool) else "",
            unit="" if isinstance(to, bool) else {**BOUNDS, **OPTIONAL}[key].unit,
            value_then=100 * risks(replace(person, **{key: to}), years, result.model).total_cvd,
        )
        for key, to in wanted.items()
    ]


def limits_of(
    chart: Chart, inputs: Mapping[str, Known], as_of: datetime | None, now: datetime
) -> list[Text]:
    limits = [limit("judgement"), limit("prevent.population"), limit("prevent.model_error")]
    limits.append(limit("absent_means_no"))
    reported = chart.latest("egfr")
    if reported and reported.reference == inputs["egfr"].reference and reported.code != CKD_EPI:
        limits.append(limit("prevent.other_egfr"))
    pressure = number(inputs["sbp"])
    if pressure is not None and pressure > 180:
        limits.append(limit("prevent.high_sbp"))
    moments = [known.at for known in inputs.values() if known.at and known.value is not None]
    if moments and max(moments) - min(moments) > OLD:
        limits.append(limit("prevent.apart"))
    return [*limits, *limit_old(as_of, now)]

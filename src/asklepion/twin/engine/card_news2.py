"""The card of NEWS2: how ill is she now, from the latest vital signs."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from ..model import Bedside, Cannot, Why
from ..wire import Card, Change, Interval, Text
from . import news2 as equation
from .cards import (
    LABEL,
    VALUE,
    Frame,
    Known,
    answer,
    as_inputs,
    exclusions,
    iso,
    limit,
    limit_pregnancy,
    look_up,
    number,
    stated,
    with_exclusions,
)
from .chart import CLOCK_SKEW, Chart
from .news2 import News2, news2
from .spread import SPREADS

FRESH = timedelta(hours=12)  # the RCP's longest time between two sets of observations
APART = timedelta(hours=1)  # a set is taken at one time; beyond this the card says so
# Death, cardiac arrest or intensive care within a day is what the score was tested against.
# Smith GB, et al. Resuscitation 2013;84:465-470.
HORIZON = Text(key="twin.card.horizon.hours", params={"hours": 24})


FRAME = Frame(id="news2", unit="{score}", digits=0, horizon=HORIZON, source=equation.SOURCE)


def news2_card(chart: Chart, now: datetime, bedside: Bedside) -> Card:
    """Score the latest observations, if none is older than half a day."""
    inputs = _inputs(chart, now, bedside)
    score = partial(_score, inputs, scale=bedside.spo2_scale, age=chart.person.age_at(now))
    result = score({})
    limits = _limits(chart, inputs, bedside)
    if cannot := with_exclusions(result, exclusions(chart)):
        return FRAME.refuse(cannot, inputs, limits)
    assert isinstance(result, News2)
    return FRAME.compute(
        result.total,
        _interval(inputs, result),
        band=Text(key=f"twin.band.news2.{'zero' if result.total == 0 else result.band}"),
        inputs=as_inputs(inputs, points=result.points),
        limits=limits,
        would_change=_changes(inputs, result, score),
        as_of=iso(max(known.at for known in inputs if known.at)),
    )


def _inputs(chart: Chart, now: datetime, bedside: Bedside) -> Sequence[Known]:
    since = now - FRESH
    measured = [look_up(chart, key, since=since) for key in equation.BOUNDS]
    measured = [_not_tomorrow(known, now) for known in measured]
    oxygen: Known = look_up(chart, "supplemental_o2", since=since)
    alert: Known = look_up(chart, "acvpu", since=since)
    if bedside.supplemental_o2 is not None:
        oxygen = stated(Chart(), "supplemental_o2", bedside.supplemental_o2)
    if bedside.acvpu is not None:
        alert = stated(Chart(), "acvpu", bedside.acvpu)
    return (*measured, oxygen, alert)


def _not_tomorrow(known: Known, now: datetime) -> Known:
    """A reading from the future has a wrong clock, so nobody knows how fresh it is."""
    if known.at is None or known.at <= now + CLOCK_SKEW:
        return known
    return Known(
        key=known.key,
        seen=known.seen,
        unit=known.unit,
        at=known.at,
        reference=known.reference,
        why=Why.IMPOSSIBLE,
    )


def _score(
    inputs: Sequence[Known], changes: Mapping[str, Any], *, scale: int, age: float | None
) -> News2 | Cannot:
    by_key = {known.key: known for known in inputs}
    values: dict[str, Any] = {key: number(by_key[key]) for key in equation.BOUNDS}
    values["supplemental_o2"] = answer(by_key["supplemental_o2"])
    values["acvpu"] = by_key["acvpu"].value
    return news2(**(values | dict(changes)), spo2_scale=scale, age=age)


def _interval(inputs: Sequence[Known], result: News2) -> Interval:
    """The scores that are possible when every measured value is off by as much as is allowed."""
    low = high = result.points["supplemental_o2"] + result.points["acvpu"]
    oxygen = result.points["supplemental_o2"] > 0
    for known in inputs:
        value = number(known)
        if value is None:
            continue
        start, end = SPREADS[known.key].around(value)
        fewest, most = equation.points_range(
            known.key, start, end, supplemental_o2=oxygen, spo2_scale=result.spo2_scale
        )
        low, high = low + fewest, high + most
    return Interval(low=low, high=high, meaning_key="twin.card.interval.measurement_error")


def _changes(inputs: Sequence[Known], result: News2, score: Any) -> list[Change]:
    """What the score would be if one input that scores were as in health."""
    changes: list[Change] = []
    for known in inputs:
        if not result.points[known.key]:
            continue
        to, to_key = _healthy(known, result)
        then = score({known.key: to})
        assert isinstance(then, News2)
        shown = to if isinstance(to, float | bool) else 0.0
        changes.append(
            Change(
                key=known.key,
                label_key=LABEL + known.key,
                to=shown,
                to_key=to_key,
                unit=known.unit,
                value_then=then.total,
            )
        )
    return changes


def _healthy(known: Known, result: News2) -> tuple[float | bool | str, str]:
    value = number(known)
    if value is not None:
        oxygen = result.points["supplemental_o2"] > 0
        to = equation.nearest_zero(
            known.key, value, supplemental_o2=oxygen, spo2_scale=result.spo2_scale
        )
        return to, ""
    if known.key == "acvpu":
        return "A", f"{VALUE}acvpu.a"
    return False, f"{VALUE}no"


def _limits(chart: Chart, inputs: Sequence[Known], bedside: Bedside) -> list[Text]:
    limits = [limit("judgement"), limit("news2.adults"), limit("news2.oximeter")]
    limits.append(limit(f"news2.scale{bedside.spo2_scale}"))
    moments = [known.at for known in inputs if known.at and known.value is not None]
    if moments and max(moments) - min(moments) > APART:
        limits.append(limit("news2.apart"))
    if chart.person.born is None:
        limits.append(limit("age_unknown"))
    return [*limits, *limit_pregnancy(chart)]

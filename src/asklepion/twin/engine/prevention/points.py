"""FINDRISC from what a record tells: what nobody told is every answer at once, and so a range."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ...wire import Interval, Outlook, Text, Want
from ..cards import LABEL, exclusions
from ..chart import Chart
from ..criteria import DIABETIC, find, read_criterion
from ..measures import MEASURES
from ..scores.metabolism import FINDRISC, WAIST, findrisc

TITLE = "twin.prevention.findrisc"
ADULT = 18


def answers_of(chart: Chart, sex: str, now: datetime) -> dict[str, Sequence[Any]]:
    """Each input with every answer that it may have."""
    slim, wide = WAIST[sex]
    options: dict[str, Sequence[Any]] = {
        "waist_cm": (slim - 1, slim, wide + 1),
        "bmi": (24.0, 28.0, 31.0),
        "active_30_min": (True, False),
        "vegetables_daily": (True, False),
        "bp_medication": (False, True),
        "high_glucose_ever": (False, True),
        "family": ("none", "second_degree", "first_degree"),
    }
    for key in ("waist_cm", "bmi"):
        reading = chart.latest(key, since=now - MEASURES[key].fresh)
        if reading and key not in chart.hidden and isinstance(reading.value, float):
            options[key] = (reading.value,)
    for key in ("bp_medication", "high_glucose_ever"):
        if read_criterion(chart, key, now).value is True:
            options[key] = (True,)
    return options


def range_of(fixed: Mapping[str, Any], options: Mapping[str, Sequence[Any]]) -> list[float]:
    """Every sum of points that is possible; each input adds its own."""
    lowest = {key: values[0] for key, values in options.items()}
    base = findrisc(**fixed, **lowest)
    low = high = base.total
    for key, values in options.items():
        sums = [findrisc(**fixed, **lowest | {key: value}).total for value in values]
        low += min(sums) - base.total
        high += max(sums) - base.total
    return [low, high]


def points_outlook(chart: Chart, now: datetime) -> tuple[Outlook | None, list[Want]]:
    """The range of points, and how much narrower each answer would make it.

    Nothing for children, for somebody with diabetes, and where conditions may not be seen.
    """
    age, sex = chart.person.age_at(now), chart.person.sex
    hidden = {"age", "sex", "dm"} & (chart.hidden | chart.unread)
    if hidden or age is None or age < ADULT or sex is None:
        return None, []
    if find(chart, DIABETIC) or exclusions(chart):
        return None, []
    fixed, options = {"age": age, "sex": str(sex)}, answers_of(chart, str(sex), now)
    low, high = range_of(fixed, options)
    outlook = Outlook(
        id="findrisc",
        title_key=TITLE,
        horizon=Text(key="twin.card.horizon.from_now", params={"years": 10}),
        unit="{score}",
        value=low if low == high else None,
        interval=Interval(low=low, high=high, meaning_key="twin.card.interval.answers"),
        risk=Interval(
            low=100 * _risk(low), high=100 * _risk(high), meaning_key="twin.card.interval.answers"
        ),
        levers=[],
        together=None,
        source=FINDRISC.sources[0],
    )
    wants = [_want(key, fixed, options, high - low) for key in options if len(options[key]) > 1]
    return outlook, sorted(wants, key=lambda want: want.then)


def _want(
    key: str, fixed: Mapping[str, Any], options: Mapping[str, Sequence[Any]], width: float
) -> Want:
    widths = [
        high - low
        for value in options[key]
        for low, high in [range_of(fixed, {**options, key: (value,)})]
    ]
    return Want(
        key=key,
        label_key=LABEL + key,
        how="measure" if key in MEASURES else "tell",
        outlook="findrisc",
        title_key=TITLE,
        unit="{score}",
        now=width,
        then=max(widths),
    )


def _risk(points: float) -> float:
    """What the paper saw of people with so many points."""
    table = {0: 0.01, 7: 0.04, 12: 0.17, 15: 0.33, 21: 0.50}
    return table[max(least for least in table if least <= points)]

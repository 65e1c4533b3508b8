"""The vital signs with their recent course, for a screen that shows them live."""

from datetime import datetime

from asklepion.kit.clock import to_iso

from ..wire import Point, Vital
from .cards import LABEL
from .chart import Chart, Reading
from .measures import VITALS, Measure
from .rules import judge

LENGTH = 120  # readings of one course


def make_vitals(chart: Chart, now: datetime) -> list[Vital]:
    """Each vital sign that was ever measured."""
    return [
        _vital(chart, measure, list(readings), now)
        for measure in VITALS
        if (readings := chart.readings.get(measure.key))
    ]


def _vital(chart: Chart, measure: Measure, readings: list[Reading], now: datetime) -> Vital:
    latest = readings[0]
    judgement = judge(latest, chart.person.sex, now)
    return Vital(
        key=measure.key,
        label_key=LABEL + measure.key,
        unit=measure.unit,
        digits=measure.digits,
        latest=_point(latest),
        series=[_point(reading) for reading in reversed(readings[:LENGTH])],
        state=judgement.state,
        rule=judgement.rule,
        source=judgement.source,
    )


def _point(reading: Reading) -> Point:
    return Point(at=to_iso(reading.at), value=float(reading.value), reference=reading.reference)

"""One alert in full: its readings as the asker may see them now, beside what is usual for her."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from asklepion.kit.clock import Clock, to_iso
from asklepion.records import Asking, Category, Permit, Records

from ...engine.alerting import Sample, Usual, make_usual
from ...engine.alerting.rules import BY_KEY, NEWS2
from ...engine.alerting.texts import limit_key
from ...engine.cards import LABEL
from ...engine.chart import Chart, Reading
from ...engine.measures import MEASURES
from ...engine.questions import MOST
from ...wire import Alert, AlertChart, AlertSheet, Point, Text
from ..looking import Looking
from .listening import Listening
from .values import VIA, Alarm

LENGTH = 120  # readings of one course
MOST_CHARTS = 5


class Sheets:
    """Reads what an alert rests on, in the asker's own name."""

    def __init__(
        self, *, records: Records, clock: Clock, listening: Listening, emergency: str = ""
    ) -> None:
        self._looking = Looking(records)
        self._clock = clock
        self._listening = listening
        self._emergency = emergency

    async def make(self, asking: Asking, alarm: Alarm, alert: Alert, permit: Permit) -> AlertSheet:
        """The sheet of an alert that the caller is told of."""
        rule = BY_KEY[alarm.told.rule]
        keys = [key for key in rule.measures if key in MEASURES]
        measured = dict.fromkeys(keys, MOST)
        chart = await self._looking.chart(replace(asking, via=VIA), alarm.patient, measured, [])
        rests = frozenset(alarm.told.references)
        shown = [key for key in keys if any(r.reference in rests for r in _of(chart, key))]
        known = {} if Category.VITALS in permit.partial else self._listening.usual_of(alarm.patient)
        now = self._clock.now()
        charts = [_chart(key, _of(chart, key), known, now) for key in (shown or keys)]
        return AlertSheet(
            alert=alert,
            charts=[one for one in charts if one.series][:MOST_CHARTS],
            sources=list(rule.sources),
            limits=[self._call(), *(Text(key=limit_key(one)) for one in _limits(rule.key))],
        )

    def _call(self) -> Text:
        """What it is not, and whom to call."""
        if not self._emergency:
            return Text(key=limit_key("no_emergency"))
        return Text(key=limit_key("call"), params={"number": self._emergency})


def _of(chart: Chart, key: str) -> Sequence[Reading]:
    return chart.readings.get(key, ())


def _limits(rule: str) -> tuple[str, ...]:
    own = ("news2_least",) if rule == NEWS2.key else ("usual",) if rule.startswith("usual") else ()
    return ("not_diagnosis", *own, "device")


def _chart(
    key: str, readings: Sequence[Reading], known: Mapping[str, Usual], now: datetime
) -> AlertChart:
    samples = [Sample(one.at, float(one.value), one.reference) for one in readings]
    usual = known.get(key) or make_usual(key, samples, now)
    band = usual.band(now) if usual else None
    measure = MEASURES[key]
    return AlertChart(
        key=key,
        label_key=LABEL + key,
        unit=measure.unit,
        digits=measure.digits,
        series=[
            Point(at=to_iso(one.at), value=one.value, reference=one.reference)
            for one in reversed(samples[:LENGTH])
        ],
        low=round(band[0], 2) if band else None,
        high=round(band[1], 2) if band else None,
        days=usual.days if usual else 0,
    )

"""Everything about prevention on one page."""

from dataclasses import dataclass
from datetime import datetime

from ...model import Cannot
from ...wire import Due, Interval, Outlook, Prevention, Text
from .. import prevent as equation
from ..card_prevent import limits_of, read_prevent
from ..cards import as_missing, iso, limit
from ..chart import Chart
from ..futures.effects import effects
from ..futures.people import likely
from ..prevent import Prevent
from .european import european as european_outlook
from .european import used
from .levers import outlooks
from .points import points_outlook
from .wants import OUTLOOK, TITLE, measure_wants, repeat_wants


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Whose prevention it is, and what is due for her."""

    patient: str
    due: list[Due]


def make_prevention(chart: Chart, subject: Subject, now: datetime, region: str = "") -> Prevention:
    """What lowers her risk most, what trials say, what to measure, and what is due.

    Args:
        region: of SCORE2, which then goes before PREVENT where it fits; empty: PREVENT alone.
    """
    reading = read_prevent(chart, now)
    points, wants = points_outlook(chart, now)
    found = [points] if points else []
    result, person = reading.result, reading.person
    if isinstance(result, Prevent) and person:
        found = [*outlooks(likely(person, result.model)), *found]
        wants = [*repeat_wants(person), *wants]
        offered = effects(chart, now, result, person)
    else:
        range, lacking = measure_wants(reading)
        if range:
            found = [_unknown(range.low, range.high), *found]
        wants, offered = [*lacking, *wants], effects(chart, now, None, None)
    european = european_outlook(chart, now, region) if region else None
    prevent = next((one for one in found if one.id == OUTLOOK), None)
    if european:
        found = [european, *found]
    return Prevention(
        patient=subject.patient,
        state="computed" if found else "cannot",
        ask="",
        used=used(european, region, prevent),
        outlooks=found,
        effects=[effect for effect in offered if effect.state == "computed"],
        wants=wants,
        missing=as_missing(result, reading.inputs.values()) if isinstance(result, Cannot) else [],
        due=subject.due,
        limits=[
            *limits_of(chart, reading.inputs, reading.as_of, now),
            limit("prevention.association"),
        ],
        as_of=iso(reading.as_of),
    )


def ask_first(subject: Subject, ask: str) -> Prevention:
    """What is due, and no probability before a clinician has said what she thinks.

    Args:
        ask: the card of which she says it.
    """
    return Prevention(
        patient=subject.patient,
        state="asked_first",
        ask=ask,
        used=None,
        outlooks=[],
        effects=[],
        wants=[],
        missing=[],
        due=subject.due,
        limits=[],
        as_of=None,
    )


def _unknown(low: float, high: float) -> Outlook:
    """The risk while something is not known: a range without a number in it."""
    return Outlook(
        id=OUTLOOK,
        title_key=TITLE,
        horizon=Text(key="twin.card.horizon.years", params={"years": 10}),
        unit="%",
        value=None,
        interval=Interval(low=low, high=high, meaning_key="twin.card.interval.unknown"),
        risk=None,
        levers=[],
        together=None,
        source=equation.SOURCE,
    )

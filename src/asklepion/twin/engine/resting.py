"""The pulse at rest, as near as the record comes to it, and what it rests on."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from statistics import median_low

from ..wire import Text
from .cards import Known, found, look_up
from .chart import Chart, Reading
from .checks import is_number
from .simulation_words import SIMULATION

PULSE, AT_REST = "heart_rate", "resting_heart_rate"
LEAST = 10  # readings of which a low one is taken, so that two lie below it; of fewer the latest
SHARE = 0.2  # of the readings lie below the one that is taken
READ = 500  # newest pulses that are looked at


def pulse_at_rest(chart: Chart, since: datetime) -> tuple[Known, Text | None]:
    """The pulse to begin with, and in words how it was found.

    The middle one of those measured as pulse at rest; else, of enough pulses, one that about a
    fifth lies below, since most people's day is not rest; else the latest, whatever she did then.

    Args:
        since: what is older says nothing of now.
    """
    resting = _readings(chart, AT_REST, since)
    if resting:
        return _taken(resting, median_low), _text("resting", n=len(resting))
    pulses = _readings(chart, PULSE, since)
    if len(pulses) >= LEAST:
        days = len({one.at.date() for one in pulses})
        return _taken(pulses, _low), _text("low", n=len(pulses), days=days)
    known = look_up(chart, PULSE, since=since)
    return known, None if known.value is None else _text("latest")


def told_pulse() -> Text:
    """That the pulse was told now."""
    return _text("told")


def _readings(chart: Chart, key: str, since: datetime) -> list[Reading]:
    if PULSE in chart.hidden or key in chart.hidden:
        return []
    found = chart.readings.get(key, ())
    return [one for one in found if one.at >= since and is_number(one.value)]


def _taken(readings: Sequence[Reading], choose: Callable[[list[float]], float]) -> Known:
    value = choose([float(one.value) for one in readings])
    first = next(one for one in readings if one.value == value)
    return replace(found(first), key=PULSE)


def _low(values: list[float]) -> float:
    return sorted(values)[int(SHARE * len(values))]


def _text(name: str, **params: str | float) -> Text:
    return Text(key=f"{SIMULATION}pulse.{name}", params=dict(params))

"""What is usual for one person at this time of day, from her own last weeks.

Hours, not readings, are counted: a sensor that speaks every second weighs no more than one that
speaks every hour. The middle is the median, the spread 1.4826 times the median distance from it
(the standard deviation, were it a bell), so that a few bad days move neither. Each quarter of the
day has a middle of its own where enough days are known of it: a heart that beats slowly at night
is not a slow heart.

Source: Leys C, et al. J Exp Soc Psychol 2013;49:764-766 (median and median distance).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from ..spread import SPREADS, Spread
from .series import Sample

WEEKS = timedelta(days=28)
RECENT = timedelta(hours=6)  # what is judged is not what it is judged by
LEAST_DAYS = 5
LEAST_HOURS = 10
QUARTER_HOURS = 6
NORMAL = 1.4826  # from a median distance to a standard deviation
USUAL_SPANS = 2.5  # spreads on either side: where an alert is over again
DOMESTIC: Mapping[str, Spread] = {  # beside what devices are allowed to be off by
    "weight": Spread(absolute=0.5),
    "glucose": Spread(share=0.15),  # ISO 15197
}


@dataclass(frozen=True, kw_only=True)
class Usual:
    """The usual of one measure.

    Args:
        middle: over the whole day.
        quarters: of each quarter of the day that is known well enough, by its number.
        spread: one standard deviation, and never less than half of what a device may be off by.
        hours: how many hours it rests on.
        days: on how many days.
    """

    middle: float
    quarters: Mapping[int, float]
    spread: float
    hours: int
    days: int
    zone: str = "UTC"

    def middle_at(self, at: datetime) -> float:
        """What is usual at this time of day."""
        return self.quarters.get(_quarter(at, ZoneInfo(self.zone)), self.middle)

    def distance(self, value: float, at: datetime) -> float:
        """How far from usual, in spreads; below zero where it is less."""
        return (value - self.middle_at(at)) / self.spread

    def band(self, at: datetime) -> tuple[float, float]:
        """Between which values she usually is at this time of day."""
        middle, reach = self.middle_at(at), USUAL_SPANS * self.spread
        return middle - reach, middle + reach


def make_usual(
    key: str, samples: Iterable[Sample], now: datetime, zone: str = "UTC"
) -> Usual | None:
    """What is usual, or nothing where too little is known."""
    where = ZoneInfo(zone)
    hours = _hours([one for one in samples if now - WEEKS <= one.at <= now - RECENT], where)
    days = {at.date() for at in hours}
    if len(days) < LEAST_DAYS or len(hours) < LEAST_HOURS:
        return None
    middle = median(hours.values())
    quarters = _quarters(hours)
    apart = [
        abs(value - quarters.get(at.hour // QUARTER_HOURS, middle)) for at, value in hours.items()
    ]
    low, high = SPREADS.get(key, DOMESTIC.get(key, Spread())).around(middle)
    spread = max(NORMAL * median(apart), (high - low) / 4, 1e-6)
    return Usual(
        middle=middle,
        quarters=quarters,
        spread=spread,
        hours=len(hours),
        days=len(days),
        zone=zone,
    )


def _hours(samples: Sequence[Sample], zone: ZoneInfo) -> dict[datetime, float]:
    """The median of each hour in which anything was read, by its beginning where she is."""
    found: dict[datetime, list[float]] = {}
    for one in samples:
        hour = one.at.astimezone(zone).replace(minute=0, second=0, microsecond=0)
        found.setdefault(hour, []).append(one.value)
    return {hour: median(values) for hour, values in found.items()}


def _quarters(hours: Mapping[datetime, float]) -> dict[int, float]:
    values: dict[int, list[float]] = {}
    days: dict[int, set[object]] = {}
    for at, value in hours.items():
        quarter = at.hour // QUARTER_HOURS
        values.setdefault(quarter, []).append(value)
        days.setdefault(quarter, set()).add(at.date())
    return {q: median(values[q]) for q in values if len(days[q]) >= LEAST_DAYS}


def _quarter(at: datetime, zone: ZoneInfo) -> int:
    return at.astimezone(zone).hour // QUARTER_HOURS

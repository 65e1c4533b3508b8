"""Readings in the order of their time, as far back as the rules look, and no further."""

from bisect import bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from statistics import median

from ..chart import read_readings
from ..fhir import Resource

LOOKS_BACK = timedelta(days=4)  # the longest that any rule asks for
DENSE = timedelta(seconds=10)  # what comes faster is thinned once it is old
NEW = timedelta(minutes=5)  # and is kept whole until then
MOST = 2000  # of one measure, and twice that before it is thinned
_at = attrgetter("at")


@dataclass(frozen=True, slots=True)
class Sample:
    """One reading of one measure.

    Args:
        value: in the measure's unit; of what is answered in words, how much it counts.
        reference: the Observation that it stands in.
    """

    at: datetime
    value: float
    reference: str = ""


class Series:
    """The readings of one measure."""

    def __init__(self) -> None:
        self._samples: list[Sample] = []

    @property
    def latest(self) -> Sample | None:
        """The newest reading."""
        return self._samples[-1] if self._samples else None

    def add(self, sample: Sample) -> None:
        """Take one in at its own time, whenever it comes."""
        if not self._samples or sample.at >= self._samples[-1].at:
            self._samples.append(sample)
        else:
            insort(self._samples, sample, key=_at)
        if len(self._samples) > 2 * MOST:
            self._thin(self._samples[-1].at)

    def _thin(self, now: datetime) -> None:
        """Of what lies minutes back, one in ten seconds is enough; of days back, nothing."""
        kept: list[Sample] = []
        for sample in self._samples:
            if sample.at < now - LOOKS_BACK:
                continue
            if sample.at > now - NEW or not kept or sample.at - kept[-1].at >= DENSE:
                kept.append(sample)
        self._samples = kept[-MOST:]

    def between(self, start: datetime, end: datetime) -> list[Sample]:
        """Those after `start` and not after `end`."""
        first = bisect_right(self._samples, start, key=_at)
        last = bisect_right(self._samples, end, key=_at)
        return self._samples[first:last]

    def level(self, end: datetime, window: timedelta) -> tuple[float, tuple[str, ...]] | None:
        """The median of the newest readings within a window, and what it rests on."""
        last = self.latest
        if last is None:
            return None
        found = self.between(min(last.at, end) - window, end)
        if not found:
            return None
        return median(one.value for one in found), tuple(one.reference for one in found[-3:])


# What is answered in words becomes a number: anything above nothing counts.
ALERT = "A"


def samples_of(observations: Iterable[Resource]) -> list[tuple[str, Sample]]:
    """Every reading that these tell, by measure, oldest first."""
    readings, _ = read_readings(observations)
    found: list[tuple[str, Sample]] = []
    for key, those in readings.items():
        for one in those:
            value = float(one.value != ALERT) if isinstance(one.value, str) else float(one.value)
            found.append((key, Sample(one.at, value, one.reference)))
    return sorted(found, key=lambda pair: pair[1].at)

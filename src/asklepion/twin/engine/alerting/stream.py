"""The watch over one person's readings: levels, persistence, hysteresis, one alert a rule."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from ..news2 import points_range
from .baseline import Usual
from .rules import FRESH, NEWS2, RULES, WEIGHT_GAIN, Rule, Severity
from .series import Sample, Series

EVERY = timedelta(seconds=2)  # of the readings' own time: no measure is looked at more often
LATE = timedelta(hours=12)  # what comes later than this speaks of the past alone
GOES_ON = timedelta(minutes=5)  # so often an open alert is told that it goes on
MISSES = 2  # so many levels in a row must be lower before what lasted begins anew
MOST_REFERENCES = 10
RED = 3  # points of one input by itself
THREE_DAYS = timedelta(days=3)
HALF_DAY = timedelta(hours=12)

Kind = Literal["raised", "graver", "goes_on", "cleared"]


@dataclass(frozen=True, kw_only=True)
class Change:
    """What became of one rule.

    Args:
        references: the Observations that it rests on, newest last.
        at: the time of the newest of them.
    """

    rule: str
    kind: Kind
    severity: Severity
    at: datetime
    references: tuple[str, ...]


@dataclass(frozen=True)
class Level:
    """Where a rule's value stands now."""

    value: float
    references: tuple[str, ...]


@dataclass
class Lasting:
    """Something that must last before it is told."""

    since: datetime
    times: int = 1
    misses: int = 0
    counted_at: datetime | None = None

    def count(self, at: datetime) -> None:
        """Found once more; readings of one moment count as one."""
        if at - (self.counted_at or self.since) >= EVERY:
            self.times, self.counted_at = self.times + 1, at
        self.misses = 0

    def miss(self, at: datetime) -> bool:
        """Not found; whether that was too often by now."""
        if at - (self.counted_at or self.since) >= EVERY:
            self.misses, self.counted_at = self.misses + 1, at
        return self.misses >= MISSES


@dataclass
class Phase:
    """Where one rule stands."""

    severity: Severity | None = None  # of the alert that is open
    lasting: dict[Severity, Lasting] = field(default_factory=dict[Severity, Lasting])
    calm: Lasting | None = None
    looked_at: dict[str, datetime] = field(default_factory=dict[str, datetime])  # by measure
    told_at: datetime | None = None


class Stream:
    """Hears readings of one person and says when an alert begins, grows, goes on and ends."""

    def __init__(
        self,
        usual: Mapping[str, Usual] | None = None,
        open: Mapping[str, Severity] | None = None,
        *,
        judged_until: Mapping[str, datetime] | None = None,
        left_out: Collection[str] = (),
    ) -> None:
        """Begin, perhaps with alerts that are open already.

        Args:
            judged_until: of a rule, until when readings were judged by it before.
            left_out: rules that are not for this person.
        """
        self.usual = dict(usual or {})
        self._judged_until = dict(judged_until or {})
        self._rules = tuple(rule for rule in RULES if rule.key not in left_out)
        self._series: dict[str, Series] = {}
        self._phases = {rule.key: Phase() for rule in self._rules}
        for rule, severity in (open or {}).items():
            if rule in self._phases:
                self._phases[rule].severity = severity

    @property
    def open(self) -> Mapping[str, Severity]:
        """The alerts that are open."""
        found = ((key, phase.severity) for key, phase in self._phases.items())
        return {key: severity for key, severity in found if severity}

    def remember(self, samples: Iterable[tuple[str, Sample]]) -> None:
        """Take in what was before, without judging it."""
        for key, sample in samples:
            self._series.setdefault(key, Series()).add(sample)

    def hear(self, key: str, sample: Sample) -> list[Change]:
        """Take one reading in; what it changes."""
        series = self._series.setdefault(key, Series())
        newest = series.latest
        series.add(sample)
        if newest and sample.at < newest.at:  # it fills a gap: the newest was judged already
            return []
        return [
            change
            for rule in self._rules
            if key in rule.measures and (change := self._look(rule, key, sample.at))
        ]

    def settle(self, rule: str) -> None:
        """An alert was ended by somebody else."""
        if rule in self._phases:
            self._phases[rule] = Phase()

    def _look(self, rule: Rule, key: str, at: datetime) -> Change | None:
        until = self._judged_until.get(rule.key)
        if until and at <= until:
            return None
        phase = self._phases[rule.key]
        before = phase.looked_at.get(key)
        if before and at - before < EVERY:
            return None
        phase.looked_at[key] = at
        level = self._level(rule, at)
        return None if level is None else _step(rule, phase, level, at)

    def _level(self, rule: Rule, at: datetime) -> Level | None:
        if rule is NEWS2:
            return self._news2(at)
        if rule is WEIGHT_GAIN:
            return self._gain(at)
        if rule.is_plain:
            return self._plain(rule, at)
        (key,) = rule.measures
        usual, series = self.usual.get(key), self._series.get(key)
        found = series.level(at, rule.window) if usual and series else None
        if not usual or not found:
            return None
        distance = usual.distance(found[0], at)
        return Level(abs(distance) if rule.side == 0 else rule.side * distance, found[1])

    def _news2(self, at: datetime) -> Level | None:
        """NEWS2 of what is fresh: at least this much, since what is not known can only add."""
        seen: dict[str, tuple[float, tuple[str, ...]]] = {}
        for key, fresh in FRESH.items():
            series = self._series.get(key)
            latest = series.latest if series else None
            if series and latest and latest.at >= at - fresh:
                found = series.level(latest.at, NEWS2.window)
                if found:
                    seen[key] = found
        if not seen.keys() - {"supplemental_o2"}:
            return None
        oxygen = seen.pop("supplemental_o2", None)
        points = {
            key: _points(key, value, bool(oxygen and oxygen[0])) for key, (value, _) in seen.items()
        }
        total = sum(points.values()) + (2 if oxygen and oxygen[0] else 0)
        total = max(total, 5) if RED in points.values() else total
        told = [key for key, score in points.items() if score] or list(points)
        rests = [reference for key in told for reference in seen[key][1][-1:]]
        return Level(total, tuple(dict.fromkeys(rests))[-MOST_REFERENCES:])

    def _plain(self, rule: Rule, at: datetime) -> Level | None:
        """The value itself, of whichever of the rule's measures was read last."""
        known = [one for key in rule.measures if (one := self._series.get(key)) and one.latest]
        newest = max(known, key=lambda one: one.latest.at if one.latest else at, default=None)
        found = newest.level(at, rule.window) if newest else None
        return Level(rule.side * found[0], found[1]) if found else None

    def _gain(self, at: datetime) -> Level | None:
        """Kilograms gained since her lowest of the three days before."""
        series = self._series["weight"]
        now = series.level(at, WEIGHT_GAIN.window)
        before = series.between(at - THREE_DAYS - HALF_DAY, at - HALF_DAY)
        if not now or not before:
            return None
        lowest = min(before, key=lambda one: one.value)
        return Level(now[0] - lowest.value, (lowest.reference, *now[1]))


def _points(key: str, value: float, oxygen: bool) -> int:
    if key == "acvpu":
        return RED if value else 0
    return points_range(key, value, value, supplemental_o2=oxygen, spo2_scale=1)[1]


def _step(rule: Rule, phase: Phase, level: Level, at: datetime) -> Change | None:
    reached = _reached(rule, phase, level.value, at)

    def told(kind: Kind, severity: Severity) -> Change:
        phase.told_at = at
        return Change(
            rule=rule.key,
            kind=kind,
            severity=severity,
            at=at,
            references=level.references[-MOST_REFERENCES:],
        )

    if reached and (phase.severity is None or reached > phase.severity):
        kind: Kind = "raised" if phase.severity is None else "graver"
        phase.severity, phase.calm = reached, None
        return told(kind, reached)
    if phase.severity is None:
        return None
    if _is_calm(rule, phase, level.value, at):
        ended, phase.severity = phase.severity, None
        phase.lasting, phase.calm = {}, None
        return told("cleared", ended)
    if phase.calm is None and (phase.told_at is None or at - phase.told_at >= GOES_ON):
        return told("goes_on", phase.severity)
    return None


def _reached(rule: Rule, phase: Phase, value: float, at: datetime) -> Severity | None:
    """The gravest that has lasted long enough."""
    reached: Severity | None = None
    for severity, from_level in sorted(rule.raises.items()):
        lasting = phase.lasting.get(severity)
        if value >= from_level:
            if lasting is None:
                lasting = phase.lasting[severity] = Lasting(at)
            else:
                lasting.count(at)
            if lasting.times >= rule.times and at - lasting.since >= rule.lasts_for(severity):
                reached = severity
        elif lasting and lasting.miss(at):
            del phase.lasting[severity]
    return reached


def _is_calm(rule: Rule, phase: Phase, value: float, at: datetime) -> bool:
    if value >= rule.clear:
        phase.calm = None
        return False
    if phase.calm is None:
        phase.calm = Lasting(at)
    else:
        phase.calm.count(at)
    return phase.calm.times >= rule.times and at - phase.calm.since >= rule.calm

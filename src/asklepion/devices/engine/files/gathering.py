"""What was found in a file as readings: plausible ones, whole days, and a tally of the rest."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from ...model import AHEAD, DAILY, KINDS, Kind, Reading, Unfit
from ..readings import require_plausible
from .shapes import Found, Part, Sample
from .units import rounded

MOST_DAYS = 200_000  # totals that are summed at the same time: ten sources for fifty years
MOST_NAMES = 200  # of what was not understood
OTHERS = "…"


@dataclass(frozen=True, slots=True)
class Filed:
    """One reading of a file, and what measured it."""

    kind: Kind
    reading: Reading
    source: str
    is_told: bool = False
    day: date | None = None  # of a total


@dataclass(slots=True)
class _Sum:
    start: datetime
    amount: float


@dataclass(kw_only=True)
class Gatherer:
    """Goes through what a file holds.

    Args:
        now: nothing was measured later.
    """

    now: datetime
    unknown: Counter[str] = field(default_factory=Counter[str])  # what nobody here understands
    refused: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    _sums: dict[tuple[str, str, date], _Sum] = field(
        default_factory=dict[tuple[str, str, date], _Sum]
    )

    def take(self, found: Iterable[Found]) -> Iterator[Filed]:
        """The readings among these; totals wait for the end."""
        for each in found:
            if isinstance(each, Sample):
                filed = self._sample(each)
                if filed is not None:
                    yield filed
            elif isinstance(each, Part):
                self._add(each)
            elif each.why:
                self.refuse(each.what, each.why)
            else:
                self.unknown[self._name(self.unknown, each.what)] += 1

    def totals(self) -> Iterator[Filed]:
        """The totals of all days, once everything was taken."""
        for (name, source, day), summed in sorted(self._sums.items()):
            kind = DAILY[name]
            values: dict[str, float | str] = {kind.parts[0].key: rounded(summed.amount)}
            reading = Reading(at=summed.start, values=values)
            if self._is_good(kind, reading):
                yield Filed(kind, reading, source, day=day)
        self._sums.clear()

    def refuse(self, what: str, why: str) -> None:
        """Count one that is not taken."""
        names = {name for name, _ in self.refused}
        is_new = what not in names and len(names) >= MOST_NAMES
        self.refused[OTHERS if is_new else what, why] += 1

    def _sample(self, sample: Sample) -> Filed | None:
        kind = KINDS[sample.kind]
        reading = Reading(at=sample.at, values=dict(sample.values))
        if not self._is_good(kind, reading):
            return None
        return Filed(kind, reading, sample.source, sample.is_told)

    def _add(self, part: Part) -> None:
        if part.amount < 0:
            self.refuse(part.kind, "implausible")
            return
        key = (part.kind, part.source, part.day)
        known = self._sums.get(key)
        if known is None:
            if len(self._sums) >= MOST_DAYS:
                self.refuse(part.kind, "many")
                return
            self._sums[key] = _Sum(part.start, part.amount)
        else:
            whole = max(known.amount, part.amount)
            known.amount = whole if part.is_whole else known.amount + part.amount

    def _is_good(self, kind: Kind, reading: Reading) -> bool:
        if reading.at > self.now + AHEAD:
            self.refuse(kind.name, "clock")
            return False
        try:
            require_plausible(kind, reading)
        except Unfit as error:
            self.refuse(kind.name, error.why)
            return False
        return True

    @staticmethod
    def _name(known: Counter[str], name: str) -> str:
        return name if name in known or len(known) < MOST_NAMES else OTHERS

"""Time is handed in, never looked up."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class StoppedClock:
    """A clock that shows what it is told: for tests, demonstrations and replays."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def to_us(moment: datetime) -> int:
    """Microseconds since 1970 in UTC: how every table keeps a moment."""
    return (moment - EPOCH) // MICROSECOND


def from_us(us: int) -> datetime:
    """The moment that `to_us` made a number of."""
    return EPOCH + us * MICROSECOND


def to_iso(moment: datetime) -> str:
    """A FHIR instant with milliseconds, such as 2026-03-01T08:30:00.250Z."""
    return (
        moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
    )

"""Something planned: where, when, how long, for whom, and for how many."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Audience(StrEnum):
    """For whom something is planned."""

    ALL = "all"
    PATIENTS = "patient"  # the names of roles
    CLINICIANS = "clinician"
    FRIENDS = "friends"  # those who are friends with whoever planned it


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing planned in one place."""

    id: str
    place: str
    title: str
    starts_at: datetime
    minutes: int
    audience: Audience
    capacity: int  # 0: as many as the place holds
    account: str  # who planned it
    at: datetime  # planned, or last changed
    cancelled_at: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(minutes=self.minutes)

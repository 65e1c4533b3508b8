"""A report of somebody: why, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Why(StrEnum):
    """Why somebody is reported."""

    INSULT = "insult"
    HARASSMENT = "harassment"
    THREAT = "threat"
    SEXUAL = "sexual"
    CHILD = "child"  # a child is in danger
    PRETENDING = "pretending"  # to be somebody else
    OTHER = "other"


class Outcome(StrEnum):
    """What moderators decided."""

    OPEN = "open"
    ACTED = "acted"
    NO_BREACH = "no-breach"
    UNCLEAR = "unclear"


@dataclass(frozen=True, kw_only=True)
class Report:
    """One report, without the minute that was sealed with it."""

    id: str
    number: str  # as people read it to each other
    place: str
    reporter: str
    about: str
    why: Why
    at: datetime
    outcome: Outcome = Outcome.OPEN
    answer: str = ""
    answered_at: datetime | None = None

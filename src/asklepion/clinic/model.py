"""Values and rules of a visit: who is seen by whom, what is asked for, what stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from asklepion.kit.errors import Conflict, Incorrect
from asklepion.records import Category

ROOMS = ("consulting-room-1", "consulting-room-2", "consulting-room-3")
LONGEST = timedelta(hours=8)  # no visit's access stands longer than a working day
LONGEST_REASON = 500  # characters
LONGEST_NOTE = 20_000  # characters

# What a general consultation asks for until the doctor says otherwise.
USUAL_CATEGORIES = (
    Category.DEMOGRAPHICS,
    Category.VITALS,
    Category.LABORATORY,
    Category.CONDITIONS,
    Category.MEDICINES,
    Category.ALLERGIES,
)
USUAL_MINUTES = 60


class Answer(StrEnum):
    """What became of the doctor's request."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    ENDED = "ended"  # taken back, run out, or the visit is over


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What the doctor asks to see, for how long, and why."""

    categories: tuple[Category, ...] = USUAL_CATEGORIES
    minutes: int = USUAL_MINUTES
    reason: str = ""  # the doctor's own words; empty for a general consultation

    def __post_init__(self) -> None:
        if not self.categories:
            raise Incorrect("The request names no category.", hint="Name what you need to see.")
        if not 1 <= self.minutes <= LONGEST // timedelta(minutes=1):
            raise Incorrect("The request's time is out of range.", hint="Ask for 1 to 480 minutes.")
        if len(self.reason) > LONGEST_REASON:
            raise Incorrect("The reason is too long.", hint=f"Use {LONGEST_REASON} characters.")

    def require_covers(self, allowed: Sequence[Category], time: timedelta) -> None:
        """Take as an answer only what was asked for, or a part of it, and not for ever.

        Raises:
            Incorrect: more than was asked, nothing at all, or too long.
        """
        if not allowed or not set(allowed) <= set(self.categories):
            raise Incorrect("These are not the categories asked for.", hint="Choose among them.")
        if not timedelta() < time <= LONGEST:
            raise Incorrect("The end lies in the past or too far off.", hint="Allow up to 8 hours.")


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One patient in one consulting room, from walking in to leaving."""

    id: str
    room: str
    patient: str  # Patient/…
    patient_account: str
    clinician: str | None = None  # Practitioner/…
    clinician_account: str | None = None
    ask: Ask = field(default_factory=Ask)
    answer: Answer = Answer.OPEN
    consent: str | None = None  # id of the FHIR Consent that stands
    granted: tuple[Category, ...] = ()
    until: datetime | None = None
    why_alone: str = ""  # licence: the doctor's does not stand any more
    opened_at: datetime
    closed_at: datetime | None = None

    def needs_clinician(self) -> str:
        """The clinician's reference.

        Raises:
            Conflict: nobody is there yet.
        """
        if self.clinician is None:
            raise Conflict("No doctor is in the room yet.", hint="Wait until one has come in.")
        return self.clinician


@dataclass(frozen=True, kw_only=True)
class Room:
    """One consulting room and who sees patients in it."""

    id: str
    clinician: str | None = None
    clinician_account: str | None = None
    visit: str | None = None


class Company(Protocol):
    """Where the people are, and the way out: the world's part in a visit."""

    def accounts_in(self, place: str) -> Iterable[str]:
        """The accounts of those in a place."""
        ...

    def expel(self, account: str, place: str) -> bool:
        """Send somebody out of a place; whether they were in it."""
        ...


@dataclass(frozen=True)
class VisitChanged:
    """Told whenever a visit opens, changes or closes."""

    visit: str
    patient_account: str
    clinician_account: str | None
    room: str = ""

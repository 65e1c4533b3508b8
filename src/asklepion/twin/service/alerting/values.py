"""The values of alerts, and who they are to the house."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from asklepion.identity import Caller, Role
from asklepion.kit.errors import Incorrect
from asklepion.records import Asking

from ...engine.alerting import Severity
from ...wire import AlertWish

VIA = "alerts"
WATCH = "watch"  # who the house is in her log while it watches
LONGEST_NOTE = 500  # characters
MOST_FIRST = 20
GRAVE_WITHIN = timedelta(minutes=5)
LAST_TIER = 2
ESCALATES_MIN = (5, 240)

Act = Literal["looking", "no_problem", "snooze"]
Word = Literal["notice", "urgent", "grave"]
WORDS: dict[Severity, Word] = {
    Severity.NOTICE: "notice",
    Severity.URGENT: "urgent",
    Severity.GRAVE: "grave",
}


class Told(msgspec.Struct, kw_only=True):
    """What is sealed of an alert: which rule, how grave, what it rests on. No value."""

    rule: str
    severity: int
    at: str  # of the newest reading
    references: list[str]
    end: str = ""  # better, silent or off


class Said(msgspec.Struct, kw_only=True):
    """What is sealed of an answer."""

    name: str
    person: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """One alert, opened."""

    id: str
    patient: str
    told: Told
    tier: int
    raised_at: datetime
    changed_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None

    @property
    def severity(self) -> Severity:
        """How soon somebody should look."""
        return Severity(self.told.severity)


def in_her_name(patient: str) -> Asking:
    """The house watches over a patient for herself: it sees what she sees, and she sees that."""
    roles = frozenset({Role.PATIENT})
    caller = Caller(account=WATCH, name=WATCH, roles=roles, person=patient)
    return Asking(caller=caller, purpose="PATRQT", via=VIA)


def person_of(caller: Caller) -> str:
    """Whose wishes the caller's are."""
    return caller.person or f"account/{caller.account}"


def require_wish(wish: AlertWish) -> None:
    """Let no wish past that cannot be kept.

    Raises:
        Incorrect: a time, a zone or a number is none.
    """
    if wish.zone not in available_timezones():
        raise Incorrect("There is no such time zone.", hint="Send an IANA name, as Asia/Shanghai.")
    if bool(wish.quiet_from) != bool(wish.quiet_until):
        raise Incorrect("A quiet time has two ends.", hint="Send both, or neither.")
    if wish.quiet_from:
        for end in (wish.quiet_from, wish.quiet_until):
            _time(end)
    least, most = ESCALATES_MIN
    if not least <= wish.escalate_min <= most:
        raise Incorrect("That is no time to wait.", hint=f"{least} to {most} minutes.")
    if len(wish.first) > MOST_FIRST:
        raise Incorrect("Too many are told first.", hint=f"Name at most {MOST_FIRST}.")
    if not all(one.startswith("Practitioner/") for one in wish.first):
        raise Incorrect("Only clinicians are told first.", hint="Send Practitioner/….")


def is_quiet(wish: AlertWish, now: datetime) -> bool:
    """Whether it is somebody's quiet time where they are."""
    if not wish.quiet_from:
        return False
    at = now.astimezone(ZoneInfo(wish.zone)).time()
    start, end = _time(wish.quiet_from), _time(wish.quiet_until)
    return start <= at < end if start <= end else at >= start or at < end


def _time(text: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").replace(tzinfo=UTC).time()
    except ValueError as error:
        raise Incorrect("That is no time of day.", hint="Send it as 22:00.") from error


def escalates_at(severity: Severity, wish: AlertWish, now: datetime) -> datetime | None:
    """When the next people are told, unless somebody answers; what has time has time."""
    wait = timedelta(minutes=wish.escalate_min)
    match severity:
        case Severity.NOTICE:
            return None
        case Severity.URGENT:
            return now + wait
        case Severity.GRAVE:
            return now + min(wait, GRAVE_WITHIN)

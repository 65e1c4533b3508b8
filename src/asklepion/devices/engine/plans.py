"""Plans of what is measured when: slots in her own time zone, and which of them were kept.

A slot is when one measurement is due, with a time around it in which it counts: four hours to
either side, and never beyond the middle between two slots, so that no reading counts twice. Times
are those on the clock of the person's zone: eight in the morning stays eight when clocks change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo, available_timezones

from asklepion.kit.clock import to_iso
from asklepion.kit.errors import Incorrect

from ..model import KINDS, Code, Kind

AROUND = timedelta(hours=4)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # as FHIR calls them
MOST_TIMES = 12  # a day
MOST_DAYS = 366
ZONE = "urn:asklepion:time-zone"  # an IANA name, on the plan whose times are of that zone
PLANNED = tuple(kind for kind in KINDS if kind not in ("check-in", "bmi"))
CATEGORY = {"system": "urn:asklepion:plans", "code": "home-measurements"}

State = Literal["ahead", "due", "overdue", "done", "missed"]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is measured when.

    Args:
        times: on the clock of `zone`, in order.
        days: of the week, Monday is 0; empty: every day.
        until: the last day; nothing where it has no end.
    """

    id: str
    kind: str
    times: tuple[time, ...]
    days: frozenset[int]
    start: date
    until: date | None
    zone: str
    author: str = ""  # a reference
    author_name: str = ""
    made_at: datetime | None = None  # on its first day: what was due before is no part of it


@dataclass(frozen=True)
class Slot:
    """One measurement that is due, and the time in which a reading counts for it."""

    due_at: datetime
    opens_at: datetime
    closes_at: datetime

    def state(self, is_done: bool, now: datetime) -> State:
        """Where it stands."""
        if is_done:
            return "done"
        if now < self.opens_at:
            return "ahead"
        if now >= self.closes_at:
            return "missed"
        return "due" if now <= self.due_at else "overdue"


@dataclass(frozen=True, kw_only=True)
class Adherence:
    """How a plan fares: of the slots that are over, how many were kept."""

    done: int
    missed: int
    last_missed_at: datetime | None  # when the last of those in a row since the last kept was due
    now: Slot | None  # which is open and not kept yet
    next: Slot | None  # which comes after


def require_plan(plan: Plan) -> None:
    """Let no plan past that cannot be kept.

    Raises:
        Incorrect: it names no kind that can be planned, no time, or a zone that is none.
    """
    if plan.kind not in PLANNED:
        raise Incorrect("That cannot be planned.", hint=f"Known: {[*PLANNED]}.")
    if not 1 <= len(plan.times) <= MOST_TIMES or len(set(plan.times)) != len(plan.times):
        raise Incorrect("A plan has one to twelve times a day.", hint="Each once, as 08:00.")
    require_zone(plan.zone)
    if plan.until and not timedelta() <= plan.until - plan.start <= timedelta(days=MOST_DAYS):
        raise Incorrect("A plan ends after it begins.", hint="Within a year.")


def require_zone(zone: str) -> None:
    """Let no time zone past that there is none of.

    Raises:
        Incorrect: there is none.
    """
    if zone not in available_timezones():
        raise Incorrect("There is no such time zone.", hint="Send an IANA name, as Asia/Shanghai.")


def slots_of(plan: Plan, start: datetime, end: datetime) -> list[Slot]:
    """Every slot that is due between two moments, oldest first."""
    zone = ZoneInfo(plan.zone)
    first = max(start.astimezone(zone).date() - timedelta(days=1), plan.start)
    last = end.astimezone(zone).date() + timedelta(days=1)
    last = min(last, plan.until) if plan.until else last
    dues: list[datetime] = []
    # A day more on either side, so that the middles between slots are those of the whole plan.
    day = max(first - timedelta(days=1), plan.start)
    while day <= last:
        if not plan.days or day.weekday() in plan.days:
            dues += [datetime.combine(day, at, zone).astimezone(UTC) for at in plan.times]
        day += timedelta(days=1)
    begins = plan.made_at or datetime.min.replace(tzinfo=UTC)
    dues = sorted({due for due in dues if due >= begins})
    return [slot for n in range(len(dues)) if start <= (slot := _slot(dues, n)).due_at <= end]


def _slot(dues: Sequence[datetime], n: int) -> Slot:
    due = dues[n]
    before = (due - dues[n - 1]) / 2 if n else AROUND
    after = (dues[n + 1] - due) / 2 if n + 1 < len(dues) else AROUND
    return Slot(due, due - min(before, AROUND), due + min(after, AROUND))


def span_of(resource: Mapping[str, Any]) -> tuple[datetime, datetime] | None:
    """From when to when a reading is, as FHIR's search has it; a day lasts a day in UTC."""
    if period := resource.get("effectivePeriod"):
        start, end = (_span(period.get(each)) for each in ("start", "end"))
        return (start[0], end[1]) if start and end else start or end
    return _span(resource.get("effectiveDateTime") or resource.get("effectiveInstant"))


def _span(text: object) -> tuple[datetime, datetime] | None:
    try:
        at = datetime.fromisoformat(str(text))
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        is_day = len(str(text)) == len("2026-03-01")
        return at, at + timedelta(days=1, microseconds=-1) if is_day else at
    except (ValueError, OverflowError):
        return None


def weigh(slots: Sequence[Slot], done: Mapping[datetime, bool], now: datetime) -> Adherence:
    """How a plan fares.

    Args:
        done: for each slot, by when it is due, whether a reading counts for it.
    """
    states = [(slot, slot.state(done.get(slot.due_at, False), now)) for slot in slots]
    missed_last: datetime | None = None
    for slot, state in states:
        if state == "done":
            missed_last = None
        elif state == "missed":
            missed_last = missed_last or slot.due_at
    return Adherence(
        done=sum(state == "done" for _, state in states),
        missed=sum(state == "missed" for _, state in states),
        last_missed_at=missed_last,
        now=next((slot for slot, state in states if state in ("due", "overdue")), None),
        next=next((slot for slot, state in states if state == "ahead"), None),
    )


# As FHIR has it


def make_care_plan(plan: Plan, patient: str, created_at: datetime) -> dict[str, Any]:
    """The plan as a CarePlan. https://hl7.org/fhir/R4/careplan.html"""
    kind = KINDS[plan.kind]
    repeat: dict[str, Any] = {
        "frequency": len(plan.times),
        "period": 1,
        "periodUnit": "d",
        "timeOfDay": [f"{at:%H:%M:%S}" for at in sorted(plan.times)],
    }
    if plan.days:
        repeat |= {"dayOfWeek": [DAYS[day] for day in sorted(plan.days)]}
    period = {"start": plan.start.isoformat()}
    detail = {
        "kind": "ServiceRequest",
        "code": {
            "coding": [
                {"system": one.system, "code": one.code, "display": one.display}
                for one in codes_of(kind)
            ]
        },
        "status": "scheduled",
        "scheduledTiming": {"repeat": repeat},
    }
    return {
        "resourceType": "CarePlan",
        "status": "active",
        "intent": "plan",
        "category": [{"coding": [CATEGORY]}],
        "title": codes_of(kind)[0].display,
        "subject": {"reference": patient},
        "period": period | ({"end": plan.until.isoformat()} if plan.until else {}),
        "created": to_iso(created_at),
        "extension": [{"url": ZONE, "valueCode": plan.zone}],
        **({"author": {"reference": plan.author}} if plan.author else {}),
        "activity": [{"detail": detail}],
    }


def read_care_plan(resource: Mapping[str, Any]) -> list[Plan]:
    """The plans in a CarePlan that we can follow; none of what is over, or says no times."""
    if resource.get("status") != "active":
        return []
    zones = [e.get("valueCode") for e in resource.get("extension", ()) if e.get("url") == ZONE]
    zone = str(next(iter(zones), "UTC"))
    if zone not in available_timezones():
        return []
    period = resource.get("period", {})
    start, until = _day(period.get("start")), _day(period.get("end"))
    author = resource.get("author", {})
    found: list[Plan] = []
    for activity in resource.get("activity", ()):
        detail = activity.get("detail", {})
        repeat = detail.get("scheduledTiming", {}).get("repeat", {})
        kind = _kind_of(detail.get("code", {}))
        told = {at for one in repeat.get("timeOfDay", ()) if (at := _time(one)) is not None}
        times = tuple(sorted(told))[:MOST_TIMES]  # whoever else wrote it may have told more
        if kind and times and start:
            days = frozenset(DAYS.index(d) for d in repeat.get("dayOfWeek", ()) if d in DAYS)
            found.append(
                Plan(
                    id=str(resource.get("id", "")),
                    kind=kind,
                    times=times,
                    days=days,
                    start=start,
                    until=until,
                    zone=zone,
                    author=str(author.get("reference", "")),
                    author_name=str(author.get("display", "")),
                    made_at=_made_at(resource, start, zone),
                )
            )
    return found


def codes_of(kind: Kind) -> tuple[Code, ...]:
    """The codes under which readings of a kind stand; of a pressure, the panel's."""
    if kind.panel:
        return (kind.panel,)
    return tuple(code for part in kind.parts for code in part.codes)


def _kind_of(concept: Mapping[str, Any]) -> str:
    codings = cast(Sequence[Mapping[str, Any]], concept.get("coding", ()))
    told = {(one.get("system"), one.get("code")) for one in codings}

    def has(kind: Kind) -> bool:
        return bool(told & {(code.system, code.code) for code in codes_of(kind)})

    return next((name for name in PLANNED if has(KINDS[name])), "")


def _made_at(resource: Mapping[str, Any], start: date, zone: str) -> datetime | None:
    """When it was made, where that was on its first day."""
    try:
        made = datetime.fromisoformat(str(resource.get("created", "")))
    except ValueError:
        return None
    is_first = made.tzinfo is not None and made.astimezone(ZoneInfo(zone)).date() == start
    return made.astimezone(UTC) if is_first else None


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def _time(text: object) -> time | None:
    try:
        return time.fromisoformat(str(text)[:8])
    except ValueError:
        return None

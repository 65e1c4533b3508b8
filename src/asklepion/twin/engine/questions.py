"""What is asked of a record, so that no value hides behind another and no list ends unseen.

Of each measure the newest few readings are asked for by themselves: a thousand of one kind push
none of another off the page. Where none of the few can be read, many more are asked for. Lists
without an order (conditions, medicines) are read page after page, and one that still goes on
after that is called cut: what was not found in it is not known to be absent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache

from asklepion.kit.clock import to_iso

from .chart import UNUSABLE, read_readings
from .criteria import BY_CONDITIONS, BY_MEDICINES
from .fhir import Resource, inner
from .measures import BEDSIDE, CONSCIOUSNESS_CODES, SMOKING_CODE, codes_of
from .timeline import KINDS, codes_in, midnight, moment_on_line

FEW = 8  # newest readings of a measure that are asked for first
MOST = 1000  # resources on one page
PAGES = 5  # of a list; no question follows more
DATED_PAGE = 200  # resources of one kind and page of the timeline
ROUNDS = 7  # further looks for one page of the timeline, where readings fill it
MEDICINES = ("MedicationRequest", "MedicationStatement")
# Where something lies on the timeline, as a parameter to search and sort by; the others are few.
DATED = {
    "Observation": "date",
    "Encounter": "date",
    "Procedure": "date",
    "MedicationRequest": "authoredon",
    "Immunization": "date",
    "DiagnosticReport": "date",
    "DocumentReference": "date",
}
# The inputs that a list tells of, and which nobody knows to be absent while it goes on.
TOLD_BY = {
    "Condition": BY_CONDITIONS | {"dm", "prior_cvd", "pregnancy"},
    **dict.fromkeys(MEDICINES, BY_MEDICINES | {"bp_tx", "statin"}),
}
USABLE = ("status:not", ",".join(UNUSABLE))
ANSWERED_CODES = {
    "smoking": (SMOKING_CODE,),
    "acvpu": CONSCIOUSNESS_CODES,
    "supplemental_o2": tuple(code for code in BEDSIDE if code not in CONSCIOUSNESS_CODES),
}


@dataclass(frozen=True, kw_only=True)
class Question:
    """One search in the record, and how far its pages are followed.

    Args:
        count: resources on the first page; later pages hold as many as a page can.
        pages: how many are read at most.
        until: the measure of which one readable value is enough; without it, nothing is.
    """

    type: str
    params: tuple[tuple[str, str], ...] = ()
    count: int = MOST
    pages: int = 1
    until: str = ""


@dataclass(kw_only=True)
class Answer:
    """What was found to a question so far."""

    question: Question
    entries: list[Resource] = field(default_factory=list[Resource])
    included: list[Resource] = field(default_factory=list[Resource])
    pages: int = 0
    next: str | None = None  # cursor of the page that follows

    @property
    def is_open(self) -> bool:
        """Whether another page is to be asked for."""
        if self.pages == 0:
            return True
        return self.is_cut and self.pages < min(self.question.pages, PAGES)

    @property
    def is_cut(self) -> bool:
        """Whether something that is wanted may lie behind what was read."""
        until = self.question.until
        return self.next is not None and not (until and until in read_readings(self.entries)[0])

    def search(self, patient: str) -> tuple[str, Sequence[tuple[str, str]]]:
        """The search for the next page."""
        asked = self.question
        whose = () if asked.type == "Patient" else (("patient", patient),)
        cursor = () if self.next is None else (("_cursor", self.next),)
        count = MOST if self.pages else asked.count
        return asked.type, (*asked.params, *whose, *cursor, ("_count", str(count)))

    def take(
        self, entries: Iterable[Resource], included: Iterable[Resource], next: str | None
    ) -> None:
        """Add one page."""
        self.entries.extend(entries)
        self.included.extend(included)
        self.next = next
        self.pages += 1


def person(patient: str) -> Question:
    """The person herself."""
    return Question(type="Patient", params=(("_id", patient.partition("/")[2]),), count=1)


@cache
def latest(key: str, count: int = FEW) -> Question:
    """The newest readings of a measure, or of what answers for one."""
    params = (("code", ",".join(codes_for(key))), USABLE, ("_sort", "-date"))
    return Question(type="Observation", params=params, count=count, pages=2, until=key)


def undated(keys: Iterable[str]) -> Question:
    """Readings that only say when they were released: no order by date has them."""
    return undated_of(",".join(code for key in keys for code in codes_for(key)))


def undated_of(codes: str) -> Question:
    """Readings of these codes that only say when they were released."""
    sort = ("_sort", "-_lastUpdated")
    params = (("code", codes), USABLE, ("date:missing", "true"), sort)
    return Question(type="Observation", params=params)


@cache
def codes_for(key: str) -> tuple[str, ...]:
    """Every code that a measure, or what answers for one, is searched by."""
    if key in ANSWERED_CODES:
        return ANSWERED_CODES[key]
    return codes_of("sbp", "dbp") if key == "sbp" else codes_of(key)  # measured together


def conditions() -> Question:
    """Every condition."""
    return Question(type="Condition", pages=PAGES)


def medicines() -> list[Question]:
    """Every medicine that is taken now."""
    return [Question(type=type, params=(("status", "active"),), pages=PAGES) for type in MEDICINES]


def happened(before: datetime | None) -> list[Question]:
    """What lies on the timeline before a moment, newest first where that can be asked."""
    return [_happened(type, before) for type in (*KINDS, "Observation")]


def _happened(type: str, before: datetime | None) -> Question:
    name = DATED.get(type)
    if name is None:
        return Question(type=type, pages=PAGES)
    params = [("_sort", f"-{name}")]
    if type == "DocumentReference":
        params.append(("_include", "DocumentReference:author"))
    if before is not None:
        params.append((name, f"lt{to_iso(before)}"))
    count = MOST if type == "Observation" else DATED_PAGE
    return Question(type=type, params=tuple(params), count=count)


def beyond(readings: Sequence[Resource]) -> tuple[list[Question], date | None, frozenset[str]]:
    """What is asked next where a page of readings ends within a day.

    Mostly that day anew from its end. Where it alone fills the page, with readings of few measures,
    the newest of each of them is known already: then for the day's others, for what was read in
    visits, and for the days before.

    Returns:
        The questions, the last of which goes on; that crowded day, and what is left out of it.
    """
    moments = [at for one in readings if (at := moment_on_line(one))]
    oldest, newest = min(moments), max(moments)
    day = midnight(oldest)
    if newest >= day + timedelta(days=1):
        return [_happened("Observation", day + timedelta(days=1))], None, frozenset()
    seen = frozenset(code for one in readings if _is_outside(one) for code in codes_in(one))
    within = (("date", f"ge{to_iso(day)}"), ("date", f"le{to_iso(oldest)}"), ("_sort", "-date"))
    others = (("code:not", ",".join(sorted(seen))),) if seen else ()
    asked = [
        Question(type="Observation", params=(*others, *within)),
        Question(type="Observation", params=(("encounter:missing", "false"), *within)),
        _happened("Observation", day),
    ]
    return asked, day.date(), seen


def _is_outside(reading: Resource) -> bool:
    """Whether a reading was taken in no visit."""
    return not inner(reading, "encounter").get("reference")

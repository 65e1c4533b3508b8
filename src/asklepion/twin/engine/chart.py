"""A patient's chart: what her FHIR resources say, in our names and units.

Nothing here judges. What cannot be read (no value, a unit of another quantity) is remembered as
unreadable, so that a card can say so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ..model import Sex
from .checks import read_sex
from .codes import CONSCIOUSNESS, SMOKES, YES_NO
from .fhir import (
    NOTHING,
    Coding,
    Resource,
    codes_of_concept,
    inner,
    medicine_of,
    moment_of,
    read_codings,
    read_moment,
    read_text,
)
from .measures import (
    BY_CODE,
    CONSCIOUSNESS_CODES,
    ON_OXYGEN_CODE,
    OXYGEN_FLOW_CODE,
    OXYGEN_SHARE_CODE,
    PANELS,
    SMOKING_CODE,
    Measure,
)

UNUSABLE = ("entered-in-error", "cancelled", "registered", "unknown")
BIRTH_SEX = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
SEVERE = "24484000"  # SNOMED CT
ROOM_AIR = 21.5  # % oxygen; what is set above it is given


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One measured value.

    Args:
        value: in the measure's unit; true or false, or "A" … "U", where it is no number.
        low: what the laboratory itself calls the lowest normal value, where it says so.
        high: likewise the highest.
        code: the code under which it was found.
    """

    key: str
    value: float | bool | str
    unit: str
    at: datetime
    reference: str
    low: float | None = None
    high: float | None = None
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class Said:
    """A condition or a medicine: something with a name, since when, and whether it still is.

    Args:
        is_severe: the record itself calls it severe.
    """

    codings: tuple[Coding, ...]
    text: str
    at: datetime | None
    is_active: bool
    reference: str
    is_severe: bool = False


@dataclass(frozen=True, kw_only=True)
class Person:
    """What the equations need to know about a patient herself."""

    sex: Sex | None = None
    born: date | None = None
    is_dead: bool = False

    def age_at(self, moment: datetime) -> int | None:
        """Completed years of life at a moment."""
        if self.born is None:
            return None
        day = moment.date()
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Everything read for one question, newest first.

    Args:
        unreadable: measures that were found, but in no form that can be used.
        hidden: inputs that the patient has not let the caller see.
        unread: inputs of which only a "yes" is known, since more was closed, or goes on beyond what
            was read.
    """

    person: Person = Person()
    readings: Mapping[str, Sequence[Reading]] = field(default_factory=dict[str, list[Reading]])
    unreadable: frozenset[str] = frozenset()
    conditions: Sequence[Said] = ()
    medicines: Sequence[Said] = ()
    hidden: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()

    def latest(self, key: str, *, since: datetime | None = None) -> Reading | None:
        """The newest reading of a measure, if it is not older than `since`."""
        found = next(iter(self.readings.get(key, ())), None)
        return None if found is None or (since and found.at < since) else found


# The elements of a Patient that the next function reads.
OF_A_PERSON = ("extension", "gender", "birthDate", "deceasedDateTime", "deceasedBoolean")


def read_person(patient: Resource) -> Person:
    """What the Patient resource says."""
    told = [
        extension.get("valueCode")
        for extension in patient.get("extension", ())
        if extension.get("url") == BIRTH_SEX
    ]
    sex = next((read_sex(code) for code in told if read_sex(code)), read_sex(patient.get("gender")))
    born = read_moment(patient.get("birthDate"))
    dead = bool(patient.get("deceasedDateTime")) or patient.get("deceasedBoolean") is True
    return Person(sex=sex, born=born.date() if born else None, is_dead=dead)


Named = tuple[str, Reading | None]  # a measure, and its reading if it can be used


class ReadOnce:
    """Reads observations, each once however often it is asked for."""

    def __init__(self) -> None:
        # Each is kept beside what was read of it: so its number stays its own.
        self._known: dict[int, tuple[Resource, list[Named]]] = {}

    def read(self, observation: Resource) -> list[Named]:
        """The readings in one observation."""
        known = self._known.get(id(observation))
        if known is None:
            known = self._known[id(observation)] = observation, _named(observation)
        return known[1]


def read_readings(
    observations: Iterable[Resource], once: ReadOnce | None = None
) -> tuple[dict[str, list[Reading]], frozenset[str]]:
    """The readings by their measure, newest first, and the measures with something unreadable.

    Args:
        once: knows what was read of these already.
    """
    found: dict[str, list[Reading]] = {}
    unreadable: set[str] = set()
    read = once.read if once else _named
    for observation in observations:
        for key, reading in read(observation):
            if reading is None:
                unreadable.add(key)
            else:
                found.setdefault(key, []).append(reading)
    for readings in found.values():
        readings.sort(key=lambda reading: reading.at, reverse=True)
    return found, frozenset(unreadable - found.keys())


def _named(observation: Resource) -> list[Named]:
    at = read_moment(moment_of(observation))
    if observation.get("status") in UNUSABLE or at is None:
        return []
    return _readings(observation, at)


def _readings(observation: Resource, at: datetime) -> list[Named]:
    reference = f"Observation/{observation.get('id', '')}"
    parts: list[Resource] = [observation]
    if {coding.code for coding in read_codings(observation.get("code"))} & set(PANELS):
        parts = observation.get("component", [])
    return [found for part in parts for found in _reading(part, at, reference)]


def _reading(part: Resource, at: datetime, reference: str) -> list[Named]:
    for coding in read_codings(part.get("code")):
        if measure := BY_CODE.get(coding.code):
            return [(measure.key, _number(part, measure, coding.code, at, reference))]
        if key := ANSWERS.get(coding.code):
            value = _answer(part, coding.code)
            reading = None
            if value is not None:
                reading = Reading(
                    key=key, value=value, unit="", at=at, reference=reference, code=coding.code
                )
            return [(key, reading)]
    return []


ANSWERS: Mapping[str, str] = {
    SMOKING_CODE: "smoking",
    **dict.fromkeys(CONSCIOUSNESS_CODES, "acvpu"),
    **dict.fromkeys((OXYGEN_FLOW_CODE, OXYGEN_SHARE_CODE, ON_OXYGEN_CODE), "supplemental_o2"),
}


def _number(
    part: Resource, measure: Measure, code: str, at: datetime, reference: str
) -> Reading | None:
    value = _quantity(inner(part, "valueQuantity"), measure)
    if value is None or inner(part, "valueQuantity").get("comparator"):
        return None  # "less than 5" is a fact, but no number to compute with
    normal: Resource = next(iter(part.get("referenceRange", ())), NOTHING)
    return Reading(
        key=measure.key,
        value=value,
        unit=measure.unit,
        at=at,
        reference=reference,
        low=_quantity(inner(normal, "low"), measure),
        high=_quantity(inner(normal, "high"), measure),
        code=code,
    )


def _quantity(quantity: Resource, measure: Measure) -> float | None:
    if quantity.get("value") is None:
        return None
    unit = quantity.get("code") or quantity.get("unit") or ""
    return measure.convert(float(quantity["value"]), unit)


def _answer(part: Resource, code: str) -> bool | str | None:
    if code in (OXYGEN_FLOW_CODE, OXYGEN_SHARE_CODE):
        value = inner(part, "valueQuantity").get("value")
        least = 0 if code == OXYGEN_FLOW_CODE else ROOM_AIR
        return None if value is None else float(value) > least
    answers: Mapping[str, bool | str] = {**SMOKES, **CONSCIOUSNESS, **YES_NO}
    codings = read_codings(part.get("valueCodeableConcept"))
    return next((answers[coding.code] for coding in codings if coding.code in answers), None)


def read_conditions(resources: Iterable[Resource]) -> list[Said]:
    """Conditions that were not refuted or entered in error, newest first."""
    found: list[Said] = []
    for resource in resources:
        if is_refuted(resource):
            continue
        status = codes_of_concept(resource.get("clinicalStatus"))
        ended = resource.get("abatementDateTime") or resource.get("abatementPeriod")
        at = read_moment(resource.get("onsetDateTime") or resource.get("recordedDate"))
        is_active = not ended and not status & {"inactive", "remission", "resolved"}
        found.append(_said(resource, resource.get("code"), at, is_active))
    return _newest_first(found)


def is_refuted(condition: Resource) -> bool:
    """Whether somebody took a condition back: it was refuted, or entered in error."""
    told = codes_of_concept(condition.get("verificationStatus"))
    return bool(told & {"refuted", "entered-in-error"})


def read_medicines(resources: Iterable[Resource]) -> list[Said]:
    """Medicines ordered or stated, newest first."""
    found: list[Said] = []
    for resource in resources:
        if resource.get("status") in UNUSABLE:
            continue
        at = read_moment(resource.get("authoredOn") or moment_of(resource))
        is_active = resource.get("status") == "active"
        found.append(_said(resource, medicine_of(resource), at, is_active))
    return _newest_first(found)


def _said(resource: Resource, concept: Any, at: datetime | None, is_active: bool) -> Said:
    return Said(
        codings=read_codings(concept),
        text=read_text(concept),
        at=at,
        is_active=is_active,
        reference=f"{resource.get('resourceType', '')}/{resource.get('id', '')}",
        is_severe=SEVERE in codes_of_concept(resource.get("severity")),
    )


def _newest_first(found: list[Said]) -> list[Said]:
    return sorted(found, key=lambda said: said.at or LONG_AGO, reverse=True)


LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


def is_fresh(at: datetime, now: datetime, for_how_long: timedelta) -> bool:
    """Whether something measured then still speaks for now; the future counts as a wrong clock."""
    return now - for_how_long <= at <= now + CLOCK_SKEW


CLOCK_SKEW = timedelta(minutes=10)  # by which a home device's clock may run ahead

"""What a narrative says of one resource: what it is, in what detail, and when."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple, cast

from .words import say, says

Json = dict[str, Any]
DIGITS = 4  # of a long number, as it is shown; what is handed over keeps all
WRITTEN = {
    "mm[Hg]": "mmHg",
    "m[IU]/L": "mIU/L",
    "kg/m2": "kg/m²",
    "Cel": "°C",
}  # UCUM, as people do
PLAIN = 6  # characters of a number that is shown as it was said


class Line(NamedTuple):
    """One line of a narrative; any part may be empty."""

    what: str
    details: str
    when: str


def line_of(resource: Json, others: Mapping[str, Json], language: str) -> Line:
    """The line for one resource.

    Args:
        others: by reference, what it may point to, such as a Medication.
    """
    what = _what(resource, others) or say("uncoded", language)
    details = [part for part in _details(resource, language) if part]
    return Line(what, "; ".join(dict.fromkeys(details)), when_of(resource, language))


def words_of(concept: Any) -> str:
    """A CodeableConcept in words: its text, a display, or at least a code."""
    if not isinstance(concept, dict):
        return ""
    held = cast(Json, concept)
    if held.get("text"):
        return str(held["text"])
    codings = cast(list[Json], held.get("coding") or [])
    shown = [it["display"] for it in codings if it.get("display")]
    codes = [it["code"] for it in codings if it.get("code")]
    return str((shown or codes or [""])[0])


def code_in(concept: Any) -> str:
    """The first code of a CodeableConcept."""
    return next((str(it.get("code", "")) for it in codings_of(concept)), "")


def codings_of(concept: Any) -> Iterator[Json]:
    """Every coding of a CodeableConcept, or of several."""
    for one in cast(list[Any], concept if isinstance(concept, list) else [concept]):
        if isinstance(one, dict):
            yield from (it for it in cast(Json, one).get("coding") or () if it)


def _what(resource: Json, others: Mapping[str, Json]) -> str:
    match resource["resourceType"]:
        case "MedicationRequest" | "MedicationStatement":
            return words_of(resource.get("medicationCodeableConcept")) or _named(
                resource.get("medicationReference"), others
            )
        case "Immunization":
            return words_of(resource.get("vaccineCode"))
        case "DeviceUseStatement":
            return _named(resource.get("device"), others)
        case "CarePlan":
            title = resource.get("title") or resource.get("description")
            return str(title or _several(resource.get("category")))
        case "Consent":
            return _several(resource.get("category"))
        case "ImmunizationRecommendation":
            wanted = cast(list[Json], resource.get("recommendation") or [])
            return ", ".join(filter(None, (_several(it.get("vaccineCode")) for it in wanted)))
        case _:
            return words_of(resource.get("code"))


def _several(concepts: Any) -> str:
    return ", ".join(filter(None, map(words_of, cast(list[Any], concepts or []))))


def _named(reference: Any, others: Mapping[str, Json]) -> str:
    held = cast(Json, reference) if isinstance(reference, dict) else {}
    other = others.get(str(held.get("reference", "")), {})
    named = words_of(other.get("code")) or words_of(other.get("type"))
    return named or str(held.get("display", ""))


def _details(resource: Json, language: str) -> Iterator[str]:
    match resource["resourceType"]:
        case "Observation":
            yield value_words(resource, language)
            for part in resource.get("component") or ():
                yield f"{words_of(part.get('code'))} {value_words(part, language)}"
            yield range_words(resource, language)
            yield _status(str(resource.get("status", "")), language)
        case "AllergyIntolerance":
            yield _known(resource.get("criticality"), language)
            reactions = cast(list[Json], resource.get("reaction") or [])
            yield ", ".join(filter(None, (_several(it.get("manifestation")) for it in reactions)))
            yield from _statuses(resource, language)
        case "MedicationRequest":
            yield from (str(it.get("text", "")) for it in resource.get("dosageInstruction") or ())
            yield _status(str(resource.get("status", "")), language)
        case "MedicationStatement":
            yield from (str(it.get("text", "")) for it in resource.get("dosage") or ())
            yield _status(str(resource.get("status", "")), language)
        case "DiagnosticReport":
            yield str(resource.get("conclusion", ""))
            yield _status(str(resource.get("status", "")), language)
        case "Condition":
            yield words_of(resource.get("severity"))
            yield from _statuses(resource, language)
        case "CarePlan":
            for activity in cast(list[Json], resource.get("activity") or []):
                yield words_of(cast(Json, activity.get("detail") or {}).get("code"))
        case _:
            return


def _statuses(resource: Json, language: str) -> Iterator[str]:
    for name in ("clinicalStatus", "verificationStatus"):
        yield _status(code_in(resource.get(name)), language)


_SPOKEN = """
    inactive resolved remission recurrence relapse on-hold intended preliminary unconfirmed
    provisional differential
"""
SPOKEN = frozenset(_SPOKEN.split())


def _status(code: str, language: str) -> str:
    """What is worth telling of a status: that it is the usual one is not."""
    return say(code, language) if code in SPOKEN else ""


def _known(code: Any, language: str) -> str:
    return say(code, language) if isinstance(code, str) and says(code) else ""


# Values


def value_words(held: Json, language: str) -> str:
    """The value of an Observation, or of a component of it, in words."""
    for name, value in held.items():
        if not name.startswith("value"):
            continue
        match name:
            case "valueQuantity":
                return quantity_words(value)
            case "valueCodeableConcept":
                return words_of(value)
            case "valueRange":
                return f"{quantity_words(value.get('low'))} – {quantity_words(value.get('high'))}"
            case "valueRatio":
                sides = (value.get("numerator"), value.get("denominator"))
                return " : ".join(map(quantity_words, sides))
            case "valuePeriod" | "valueSampledData":
                return ""
            case "valueDateTime":
                return day(str(value))
            case _:
                return number_words(value) if is_number(value) else str(value)
    if held.get("dataAbsentReason"):
        return words_of(held["dataAbsentReason"]) or say("absent", language)
    return ""


def quantity_words(quantity: Any) -> str:
    """An amount with its unit."""
    if not isinstance(quantity, dict):
        return ""
    held = cast(Json, quantity)
    sign = str(held.get("comparator", ""))
    unit = str(held.get("unit") or held.get("code") or "")
    unit = WRITTEN.get(unit, unit)
    return f"{sign}{number_words(held.get('value', ''))} {unit}".strip()


def is_number(value: Any) -> bool:
    """Whether this is a number, and no truth."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def number_words(value: Any) -> str:
    """A number with as many digits as anybody reads."""
    if not is_number(value):
        return str(value)
    said = str(value)
    if isinstance(value, int) or (len(said) <= PLAIN and "e" not in said.lower()):
        return said
    if abs(value) >= 10**DIGITS:
        return f"{value:.0f}"
    shown = format(Decimal(f"{value:.{DIGITS}g}"), "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def range_words(resource: Json, language: str) -> str:
    """Where its value is expected."""
    for held in cast(list[Json], resource.get("referenceRange") or []):
        sides = [quantity_words(held.get(side)) for side in ("low", "high")]
        words = str(held.get("text") or " – ".join(filter(None, sides)))
        if words:
            return say("range", language, range=words)
    return ""


# Moments

MOMENTS = (
    *("onsetDateTime", "effectiveDateTime", "performedDateTime", "occurrenceDateTime"),
    *("timingDateTime", "authoredOn", "dateTime", "date", "recordedDate", "dateAsserted"),
    *("created", "issued"),
)
PERIODS = (
    *("onsetPeriod", "effectivePeriod", "performedPeriod", "timingPeriod", "period"),
    "abatementPeriod",
)


def moment_of(resource: Json) -> str:
    """When it was, as it was said; empty where nobody said."""
    for name in MOMENTS:
        if isinstance(resource.get(name), str):
            return str(resource[name])
    for name in PERIODS:
        period = cast(Json, resource.get(name) or {})
        if period.get("start") or period.get("end"):
            return str(period.get("start") or period.get("end"))
    return ""


def when_of(resource: Json, language: str) -> str:
    """When it was, in words."""
    for name in PERIODS:
        period = cast(Json, resource.get(name) or {})
        if period.get("start") and period.get("end"):
            return f"{day(str(period['start']))} – {day(str(period['end']))}"
        if period.get("start"):
            return say("since", language, when=day(str(period["start"])))
        if period.get("end"):
            return say("until", language, when=day(str(period["end"])))
    return day(moment_of(resource))


def day(moment: str) -> str:
    """The day of a moment, as exactly as it was said."""
    return moment[:10]

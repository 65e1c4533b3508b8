"""Reading FHIR R4 as parsed JSON: concepts, moments, and what may be absent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Resource = Mapping[str, Any]
NOTHING: Resource = {}


@dataclass(frozen=True)
class Coding:
    """One code of a concept, and how the record words it."""

    system: str
    code: str
    display: str = ""


def inner(resource: Resource, *names: str) -> Resource:
    """An element within, or an empty one."""
    for name in names:
        resource = resource.get(name) or NOTHING
    return resource


def read_name(resource: Resource) -> str:
    """What a person or an organisation is called; empty if nobody says."""
    named = resource.get("name") or ""
    if isinstance(named, str):
        return named
    name: Resource = named[0]
    if given := name.get("text"):
        return str(given)
    own, family = [*name.get("given", ())], str(name.get("family", ""))
    if family[:1] >= "\u2e80":  # Chinese, Japanese, Korean: the family comes first
        return family + "".join(own)
    return " ".join(part for part in (*name.get("prefix", ()), *own, family) if part)


def read_codings(concept: Resource | None) -> tuple[Coding, ...]:
    """The codes of a CodeableConcept."""
    return tuple(
        Coding(coding.get("system", ""), coding.get("code", ""), coding.get("display", ""))
        for coding in (concept or NOTHING).get("coding", ())
    )


def read_text(concept: Resource | None) -> str:
    """How a CodeableConcept is to be called."""
    if given := (concept or NOTHING).get("text"):
        return str(given)
    return next((coding.display for coding in read_codings(concept) if coding.display), "")


def codes_of_concept(concept: Resource | None) -> set[str]:
    """The codes of a CodeableConcept without their systems."""
    return {coding.code for coding in read_codings(concept)}


def medicine_of(resource: Resource) -> Resource:
    """The concept of a medicine, also where it stands in a contained Medication."""
    if concept := resource.get("medicationCodeableConcept"):
        return concept
    wanted = inner(resource, "medicationReference")
    contained: Resource
    for contained in resource.get("contained", ()):
        if wanted.get("reference") == f"#{contained.get('id')}":
            return inner(contained, "code")
    return {"text": wanted.get("display", "")}


def moment_of(resource: Resource) -> str | None:
    """When something was found or given, as FHIR says it."""
    period = inner(resource, "effectivePeriod")
    return (
        resource.get("effectiveDateTime")
        or resource.get("effectiveInstant")
        or period.get("end")
        or period.get("start")
        or resource.get("issued")
    )


def read_moment(text: object) -> datetime | None:
    """A FHIR date, dateTime or instant in UTC; a partial one as its beginning."""
    if not isinstance(text, str):
        return None
    try:
        if len(text) <= len("2026-03-01"):
            year, month, day = (int(part) for part in (*text.split("-"), "1", "1")[:3])
            return datetime(year, month, day, tzinfo=UTC)
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None

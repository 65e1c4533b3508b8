"""A life as a line: what happened, newest first. Measurements of one day and visit are one entry.

A page ends at a moment, not after a number of things: so nothing is shown twice and nothing is
left out, also while new readings arrive.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from asklepion.kit.clock import to_iso

from ..wire import Entry, Measured, Timeline
from .fhir import (
    NOTHING,
    Resource,
    inner,
    medicine_of,
    moment_of,
    read_codings,
    read_moment,
    read_name,
    read_text,
)
from .measures import BY_CODE

LABEL = "twin.input."
KIND = "twin.kind."
SHOWN = 12  # values of one entry, the newest of each; the rest is counted
UNUSABLE = ("entered-in-error", "cancelled")
Crowded = Mapping[date, frozenset[str]]
WHOLE: Crowded = {}  # every day


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How one type of resource is read as something that happened."""

    name: str
    at: Callable[[Resource], object]
    text: Callable[[Resource], str]
    until: Callable[[Resource], object] = lambda _: None


def _period(name: str, end: str) -> Callable[[Resource], object]:
    return lambda resource: inner(resource, name).get(end)


def _first(*names: str) -> Callable[[Resource], object]:
    return lambda resource: next((resource[name] for name in names if name in resource), None)


def _code(name: str) -> Callable[[Resource], str]:
    return lambda resource: read_text(resource.get(name))


def _visit(resource: Resource) -> str:
    kinds = [read_text(concept) for concept in resource.get("type", ())]
    return next((kind for kind in kinds if kind), inner(resource, "class").get("display", ""))


def _performed(resource: Resource) -> object:
    return resource.get("performedDateTime") or inner(resource, "performedPeriod").get("start")


def _plan(resource: Resource) -> str:
    named = [read_text(concept) for concept in resource.get("category", ())]
    return resource.get("title") or ", ".join(name for name in named if name)


def _imaging(resource: Resource) -> str:
    series: Sequence[Resource] = resource.get("series", ())
    said = [resource.get("description", "")]
    said += [inner(one, "bodySite").get("display", "") for one in series]
    said += [inner(one, "modality").get("display", "") for one in series]
    return next((words for words in said if words), "")


def _document(resource: Resource) -> str:
    return resource.get("description") or read_text(resource.get("type"))


KINDS: Mapping[str, Kind] = {
    "Condition": Kind(
        name="condition",
        at=_first("onsetDateTime", "recordedDate"),
        until=_first("abatementDateTime"),
        text=_code("code"),
    ),
    "AllergyIntolerance": Kind(
        name="allergy", at=_first("onsetDateTime", "recordedDate"), text=_code("code")
    ),
    "Encounter": Kind(
        name="visit", at=_period("period", "start"), until=_period("period", "end"), text=_visit
    ),
    "Procedure": Kind(
        name="procedure",
        at=_performed,
        until=_period("performedPeriod", "end"),
        text=_code("code"),
    ),
    "MedicationRequest": Kind(
        name="medicine", at=_first("authoredOn"), text=lambda r: read_text(medicine_of(r))
    ),
    "MedicationStatement": Kind(
        name="medicine", at=moment_of, text=lambda r: read_text(medicine_of(r))
    ),
    "Immunization": Kind(
        name="immunisation", at=_first("occurrenceDateTime"), text=_code("vaccineCode")
    ),
    "DiagnosticReport": Kind(name="report", at=moment_of, text=_code("code")),
    "ImagingStudy": Kind(name="imaging", at=_first("started"), text=_imaging),
    "CarePlan": Kind(
        name="plan", at=_period("period", "start"), until=_period("period", "end"), text=_plan
    ),
    "DocumentReference": Kind(name="document", at=_first("date"), text=_document),
    "Composition": Kind(name="document", at=_first("date"), text=lambda r: r.get("title", "")),
}
# What a group of observations is called, by their category.
GROUPS: Mapping[str, str] = {
    "vital-signs": "vitals",
    "laboratory": "results",
    "social-history": "social",
    "survey": "survey",
    "imaging": "imaging",
    "exam": "exam",
}


def make_entries(
    resources: Iterable[Resource],
    names: Mapping[str, str] = NOTHING,
    crowded: Crowded = WHOLE,
) -> list[Entry]:
    """Everything that has a date, newest first.

    Args:
        names: what authors are called, by their reference.
        crowded: days of which not all readings were fetched, outside of visits and of these codes.
    """
    entries: list[Entry] = []
    observations: dict[tuple[str, str, str], list[tuple[datetime, Resource]]] = {}
    for resource in resources:
        if resource.get("status") in UNUSABLE:
            continue
        if resource.get("resourceType") == "Observation":
            if at := read_moment(moment_of(resource)):
                observations.setdefault(_group(resource, at), []).append((at, resource))
        elif entry := _entry(resource, names):
            entries.append(entry)
    for (kind, day, visit), group in observations.items():
        wanting = frozenset[str]() if visit else crowded.get(date.fromisoformat(day), frozenset())
        has_more = any(wanting.intersection(codes_in(reading)) for _, reading in group)
        entries.append(_measurements(kind, group, has_more=has_more))
    return sorted(entries, key=lambda entry: (entry.at, entry.id), reverse=True)


def moment_on_line(resource: Resource) -> datetime | None:
    """Where on the line a resource lies."""
    type = resource.get("resourceType", "")
    if type == "Observation":
        return read_moment(moment_of(resource))
    kind = KINDS.get(type)
    return read_moment(kind.at(resource)) if kind else None


def page(
    resources: Sequence[Resource],
    *,
    oldest: datetime | None,
    count: int,
    is_whole: bool = True,
    names: Mapping[str, str] = NOTHING,
    crowded: Crowded = WHOLE,
) -> Timeline:
    """One page of what was fetched.

    Args:
        oldest: how far back what was fetched reaches without a gap; nothing where it is all.
        count: how many entries are enough; the day they end in is finished.
        is_whole: whether everything that has no order by date was fetched.
        names: what authors are called, by their reference.
        crowded: days of which not all readings were fetched, as `make_entries`.
    """
    moments = [at for resource in resources if (at := moment_on_line(resource))]
    since = _complete_since(moments, oldest)
    entries = make_entries((r for r in resources if _is_since(r, since)), names, crowded)
    if len(entries) > count:
        last = read_moment(entries[count - 1].at)
        assert last is not None
        day = midnight(last)
        kept = make_entries((r for r in resources if _is_since(r, day)), names, crowded)
        if len(kept) < len(entries):
            return Timeline(entries=kept, before=to_iso(day), is_whole=is_whole)
    return Timeline(entries=entries, before=iso_or_none(since), is_whole=is_whole)


def _complete_since(moments: Sequence[datetime], oldest: datetime | None) -> datetime | None:
    """From when on nothing is missing: by whole days, or else by the moment, where days are full.

    At the oldest moment itself something may be missing: only some of what happened then may
    have been fetched.
    """
    if oldest is None:
        return None
    tomorrow = midnight(oldest) + timedelta(days=1)
    for since in (tomorrow, oldest + timedelta(milliseconds=1)):
        if any(at >= since for at in moments):
            return since
    return oldest


def midnight(at: datetime) -> datetime:
    """When the day of a moment began."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def iso_or_none(at: datetime | None) -> str | None:
    return None if at is None else to_iso(at)


def _is_since(resource: Resource, moment: datetime | None) -> bool:
    at = moment_on_line(resource)
    return at is not None and (moment is None or at >= moment)


def codes_in(resource: Resource) -> frozenset[str]:
    """The codes of what was measured."""
    return frozenset(coding.code for coding in read_codings(resource.get("code")))


def _group(resource: Resource, at: datetime) -> tuple[str, str, str]:
    categories = [
        coding.code for concept in resource.get("category", ()) for coding in read_codings(concept)
    ]
    kind = next((GROUPS[code] for code in categories if code in GROUPS), "measurements")
    return kind, at.date().isoformat(), inner(resource, "encounter").get("reference", "")


def _entry(resource: Resource, names: Mapping[str, str]) -> Entry | None:
    kind = KINDS.get(resource.get("resourceType", ""))
    at = read_moment(kind.at(resource)) if kind else None
    if kind is None or at is None:
        return None
    reference = f"{resource['resourceType']}/{resource.get('id', '')}"
    note = read_note(resource)
    return Entry(
        id=reference,
        kind="note" if note else kind.name,
        kind_key=KIND + ("note" if note else kind.name),
        at=to_iso(at),
        until=iso_or_none(read_moment(kind.until(resource))),
        text=kind.text(resource),
        note=note,
        author=read_authors(resource, names),
        values=[],
        count=1,
        has_more=False,
        references=[reference],
    )


def read_authors(resource: Resource, names: Mapping[str, str]) -> str:
    """Who wrote a document, as it was signed, or else by their own names."""
    authors: Sequence[Resource] | Resource = resource.get("author", ())
    if isinstance(authors, Mapping):
        return ""  # of a CarePlan, who is responsible
    contained: Sequence[Resource] = resource.get("contained", ())
    known = {**names, **{f"#{one.get('id')}": read_name(one) for one in contained}}
    signed = [one.get("display") or known.get(one.get("reference", ""), "") for one in authors]
    return ", ".join(name for name in signed if name)


def read_note(resource: Resource) -> str:
    """The words of a note that lies in the record as plain text."""
    for content in resource.get("content", ()):
        attachment = inner(content, "attachment")
        if not str(attachment.get("contentType", "")).startswith("text/plain"):
            continue
        try:
            words = base64.b64decode(attachment.get("data") or "", validate=True)
        except binascii.Error:
            continue
        if words:
            return words.decode("utf-8", "replace")
    return ""


def _measurements(kind: str, group: list[tuple[datetime, Resource]], *, has_more: bool) -> Entry:
    group = sorted(group, key=lambda pair: pair[0], reverse=True)
    references = [f"Observation/{resource.get('id', '')}" for _, resource in group]
    newest: dict[str, Measured] = {}
    for _, resource in group:
        for value in _values(resource):
            newest.setdefault(value.text, value)
    return Entry(
        id=references[0],
        kind=kind,
        kind_key=KIND + kind,
        at=to_iso(group[0][0]),
        until=None,
        text="",
        note="",
        author="",
        values=list(newest.values())[:SHOWN],
        count=len(group),
        has_more=has_more,
        references=references[:SHOWN],
    )


def _values(resource: Resource) -> list[Measured]:
    parts: Sequence[Resource] = resource.get("component") or (resource,)
    return [value for part in parts if (value := _value(part))]


def _value(part: Resource) -> Measured | None:
    text = read_text(part.get("code"))
    measures = (BY_CODE.get(coding.code) for coding in read_codings(part.get("code")))
    label = next((LABEL + measure.key for measure in measures if measure), "")
    if (quantity := inner(part, "valueQuantity")).get("value") is not None:
        unit = quantity.get("code") or quantity.get("unit") or ""
        return Measured(text=text, label_key=label, value=float(quantity["value"]), unit=unit)
    said = read_text(part.get("valueCodeableConcept")) or part.get("valueString", "")
    return Measured(text=text, label_key=label, value=str(said), unit="") if said else None

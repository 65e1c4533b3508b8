"""Whose fact it is, and of which kind."""

from collections.abc import Iterator
from functools import cache
from typing import Any, cast

from . import tables
from .parameters import parameters_of
from .references import references_in
from .walk import Walk, compile_way

# Types outside the official compartment that may hold what is known about one person all the same.
PERSONAL = frozenset(
    [
        "Binary",
        "Bundle",
        "CatalogEntry",
        "Contract",
        "Device",
        "DeviceMetric",
        "EnrollmentResponse",
        "EpisodeOfCare",
        "GuidanceResponse",
        "Linkage",
        "MessageHeader",
        "OperationOutcome",
        "Parameters",
        "PaymentNotice",
        "PaymentReconciliation",
        "Subscription",
        "Task",
        "TestReport",
        "VerificationResult",
    ]
)

MERGED = ("replaces", "replaced-by")  # links between what were two records of one person


def patients_of(resource: dict[str, Any]) -> set[str]:
    """The patients in whose compartment it lies, as references such as Patient/1.

    A Patient lies in its own. Empty for what is about nobody, such as an Organization; but see
    `may_be_personal`. Another server's patient, named by a full address, is none of ours. With more
    than one, each must have allowed what is done with it. Of a type outside the official
    compartment (Task, Device, Bundle, …) every patient it names counts. A Patient that was merged
    with another names it, and is still about one.

    Source: https://hl7.org/fhir/R4/compartmentdefinition-patient.html
    """
    type = resource["resourceType"]
    if type == "Patient" and isinstance(resource.get("link"), list):
        links = cast(list[dict[str, Any]], resource["link"])
        resource = {**resource, "link": [it for it in links if it.get("type") not in MERGED]}
    if type in tables.compartment():
        found = {text for walk in _walks(type) for text in _patients(walk(resource))}
    else:
        found = {text for text in map(_patient, _references_deep(resource)) if text}
    if type == "Patient" and "id" in resource:
        found.add(f"Patient/{resource['id']}")
    return found


def may_be_personal(type: str) -> bool:
    """True where a resource of this type is about some person even if it names no patient.

    An Observation of somebody yet unknown is not for everybody to read, as an Organization is.
    """
    return type in tables.compartment() or type in PERSONAL


@cache
def _walks(type: str) -> tuple[Walk, ...]:
    parameters = parameters_of(type)
    walks: list[Walk] = []
    for code in tables.compartment()[type]:
        for one in parameters[code].same or (code,):
            walks += [compile_way(way) for way in parameters[one].ways]
    return tuple(walks)


def _patients(references: list[Any]) -> Iterator[str]:
    for reference in references:
        patient = _patient(reference.get("reference", ""))
        if patient:
            yield patient


def _patient(text: str) -> str | None:
    """Patient/1 of Patient/1 and of its versions; another server's Patient/1 is somebody else."""
    text = text.partition("/_history/")[0]
    type, _, id = text.partition("/")
    return text if type == "Patient" and id and "/" not in id else None


def _references_deep(resource: dict[str, Any]) -> set[str]:
    """Its references, and the patients that lie inside a Bundle or in Parameters."""
    found = references_in(resource)
    if resource["resourceType"] in ("Bundle", "Parameters"):
        found |= {f"Patient/{it['id']}" for it in _inside(resource) if _is_patient(it)}
    return found


def _inside(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        it = cast(dict[str, Any], value)
        yield it
        for inner in it.values():
            if isinstance(inner, dict | list):
                yield from _inside(inner)
    elif isinstance(value, list):
        for inner in cast(list[Any], value):
            yield from _inside(inner)


def _is_patient(value: dict[str, Any]) -> bool:
    return value.get("resourceType") == "Patient" and isinstance(value.get("id"), str)

"""Resources as they stand in a summary: without what leads out of it, with what the guide asks.

What must be there and is not is said to be unknown, never made up.
"""

from collections.abc import Iterator, Set
from typing import Any, cast

Json = dict[str, Any]

ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
UNKNOWN: Json = {"extension": [{"url": ABSENT, "valueCode": "unknown"}]}
ATTACHED_MOST = 65_536  # characters of an attachment in base64
# Of where a resource came from; whoever reads a summary cannot follow it.
LEFT_OUT = ("text", "photo", "implicitRules")
# What points out of the summary without a name says nothing there.
_WAYS_OUT = """
    encounter context basedOn partOf derivedFrom reasonReference supportingInformation
    supportingInfo addresses goal careTeam insurance eventHistory detectedIssue replaces focus
    priorPrescription imagingStudy generalPractitioner managingOrganization link
"""
WAYS_OUT = frozenset(_WAYS_OUT.split())
# The element that the guide wants of each type, by the first word of its name, and how to say that
# it is unknown: {} stands for an element, "" for a value.
WANTED: dict[str, tuple[tuple[str, Any], ...]] = {
    "Condition": (("code", {}),),
    "AllergyIntolerance": (("code", {}),),
    "Medication": (("code", {}),),
    "MedicationStatement": (("effective", "effectiveDateTime"),),
    "Immunization": (("occurrence", "occurrenceDateTime"),),
    "Procedure": (("code", {}), ("performed", "performedDateTime")),
    "DeviceUseStatement": (("timing", "timingDateTime"),),
    "DiagnosticReport": (("effective", "effectiveDateTime"),),
    "Observation": (("effective", "effectiveDateTime"), ("performer", [])),
    "Patient": (("name", []), ("birthDate", "birthDate")),
    "Practitioner": (("name", []),),
    "Organization": (("name", "name"),),
}


def shaped(resource: Json, present: Set[str]) -> Json:
    """A copy of a resource for a summary.

    Args:
        present: references to everything that is in the summary.
    """
    kept = cast(Json, _pruned({k: v for k, v in resource.items() if k not in LEFT_OUT}, present))
    meta = {k: v for k, v in cast(Json, kept.pop("meta", {})).items() if k in META}
    made = {"resourceType": resource["resourceType"], "id": resource["id"]}
    made |= {"meta": meta} if meta else {}
    made |= {k: v for k, v in kept.items() if k not in made}
    _fill(made)
    return made


META = ("versionId", "lastUpdated", "security")


def _fill(resource: Json) -> None:
    for name, how in WANTED.get(resource["resourceType"], ()):
        if any(_is_of(key, name) for key in resource):
            continue
        if isinstance(how, str):
            resource[f"_{how}"] = UNKNOWN
        else:
            resource[name] = [UNKNOWN] if isinstance(how, list) else UNKNOWN
    if resource["resourceType"] == "Patient":
        _require_name(resource)


def _is_of(key: str, name: str) -> bool:
    """Whether a property is this element: effectiveDateTime is effective[x]."""
    plain = key.removeprefix("_")
    return plain == name or (plain.startswith(name) and plain[len(name) :][:1].isupper())


def _require_name(patient: Json) -> None:
    """The guide wants some part of a name to be there."""
    names = cast(list[Json], patient["name"])
    if not any({"text", "family", "given", "_text"} & it.keys() for it in names):
        patient["name"] = [{"_text": UNKNOWN}, *(it for it in names if it != UNKNOWN)]


def _pruned(value: Any, present: Set[str]) -> Any:
    """The same without references that lead out, or None where nothing is left."""
    if isinstance(value, list):
        several = [_pruned(it, present) for it in cast(list[Any], value)]
        return [it for it in several if it is not None] or None
    if not isinstance(value, dict):
        return value
    held = cast(Json, value)
    reference = held.get("reference")
    if isinstance(reference, str) and not reference.startswith("#") and reference not in present:
        held = {k: v for k, v in held.items() if k != "reference"} | _typed(reference)
        return held
    if isinstance(held.get("data"), str) and len(held["data"]) > ATTACHED_MOST:
        held = {k: v for k, v in held.items() if k not in ("data", "size", "hash")}
    made: Json = {}
    for name, inner in held.items():
        kept = _pruned(inner, present)
        if name in WAYS_OUT:
            kept = _speaking(kept)
        if kept is not None:
            made[name] = kept
    return made or None


def _typed(reference: str) -> Json:
    """What can still be said of a reference that is cut."""
    type = reference.split("|")[0].split("/")[-2] if "/" in reference else ""
    return {"type": type} if type[:1].isupper() and type.isalpha() else {"type": "Resource"}


def _speaking(value: Any) -> Any:
    """References that still point somewhere or have a name."""
    if isinstance(value, list):
        return [it for it in map(_speaking, cast(list[Any], value)) if it is not None] or None
    if (
        isinstance(value, dict)
        and {"reference", "display", "identifier"} & cast(Json, value).keys()
    ):
        return cast(Json, value)
    return None


def references_of(value: Any) -> Iterator[str]:
    """Every literal reference in a resource."""
    if isinstance(value, list):
        for it in cast(list[Any], value):
            yield from references_of(it)
    elif isinstance(value, dict):
        held = cast(Json, value)
        if isinstance(held.get("reference"), str):
            yield held["reference"]
        for it in held.values():
            if isinstance(it, dict | list):
                yield from references_of(it)

"""A part of a resource: its summary, its text, or some elements, marked as not the whole.

Source: https://hl7.org/fhir/R4/search.html#summary and #elements
"""

from functools import cache
from typing import Any, cast

from ..wire import View
from . import tables
from .schema import json_names
from .tables import Element

SUBSETTED = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
}
ALWAYS = frozenset({"resourceType", "id", "meta", "implicitRules"})


def subset(resource: dict[str, Any], view: View) -> dict[str, Any]:
    """A copy with what the view shows; what must be there stays; the resource if that is all."""
    type = resource["resourceType"]
    elements = {name.partition(".")[0] for name in view.elements}
    elements |= {  # Patient.name, as well as name
        name.split(".")[1] for name in view.elements if name.startswith(f"{type}.")
    }
    if not view.summary and not elements:
        return resource
    shown = resource
    if view.summary:
        shown = _summary(type, shown, view.summary)
    if elements:
        shown = {
            key: value
            for key, value in shown.items()
            if key in ALWAYS or _is_wanted(type, key, elements)
        }
    meta: dict[str, Any] = resource.get("meta", {})
    tags = [tag for tag in meta.get("tag", ()) if not _is_mark(tag)]
    first = {"resourceType": type, **({"id": resource["id"]} if "id" in resource else {})}
    return {**first, **shown, "meta": {**meta, "tag": [*tags, SUBSETTED]}}


def is_subset(resource: dict[str, Any]) -> bool:
    """True for what says of itself that it is only a part."""
    meta: Any = resource.get("meta")
    tags: Any = cast(dict[str, Any], meta).get("tag") if isinstance(meta, dict) else None
    return isinstance(tags, list) and any(_is_mark(tag) for tag in cast(list[Any], tags))


def _is_mark(tag: Any) -> bool:
    if not isinstance(tag, dict):
        return False
    it = cast(dict[str, Any], tag)
    return (it.get("system"), it.get("code")) == tuple(SUBSETTED.values())


def _summary(type: str, resource: dict[str, Any], summary: str) -> dict[str, Any]:
    if summary == "data":
        return {key: value for key, value in resource.items() if key != "text"}
    if summary == "text":
        return {
            key: value
            for key, value in resource.items()
            if key in ALWAYS or key == "text" or _is_wanted(type, key, set())
        }
    return _true(type, resource)


def _true(node: str, value: dict[str, Any]) -> dict[str, Any]:
    """The elements of a node that belong to its summary, and in these theirs."""
    known = elements_of(node)
    shown: dict[str, Any] = {}
    for key, inner in value.items():
        element = known.get(key.removeprefix("_"))
        if element is None:
            if key in ALWAYS:
                shown[key] = inner
            continue
        if not (element.is_summary or element.least):
            continue
        below = element.types[0]
        if below.startswith("@") and isinstance(inner, list):
            several = cast(list[dict[str, Any]], inner)
            shown[key] = [_true(below[1:], it) for it in several]
        elif below.startswith("@") and isinstance(inner, dict):
            shown[key] = _true(below[1:], cast(dict[str, Any], inner))
        else:
            shown[key] = inner
    return shown


def _is_wanted(type: str, key: str, names: set[str]) -> bool:
    element = elements_of(type).get(key.removeprefix("_"))
    if element is None:
        return False
    name = element.name.removesuffix("[x]")
    return bool(element.least) or name in names or key.removeprefix("_") in names


@cache
def elements_of(node: str) -> dict[str, Element]:
    """The elements of a type or of an element by the JSON names they may have."""
    return {name: it for it in tables.nodes().get(node, ()) for name, _ in json_names(it)}

"""How resources point at each other, and how to turn the pointers."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from asklepion.kit.errors import Incorrect

URN = re.compile(r"urn:(?:uuid|oid):[0-9A-Za-z.-]+")


def references_in(resource: dict[str, Any]) -> set[str]:
    """Every literal reference in it (Reference.reference), as written; those to # left out.

    Raises:
        Incorrect: it is nested too deeply to be a resource.
    """
    try:
        return {text for text in _references(resource) if not text.startswith("#")}
    except RecursionError as error:
        raise _too_deep() from error


def is_conditional(reference: str) -> bool:
    """True for one by search, such as Practitioner?identifier=…, which must be resolved first."""
    type, mark, query = reference.partition("?")
    return bool(mark and query) and type.isalpha()


def rewrite_references(resource: dict[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    """A copy in which every reference found in the mapping is replaced.

    Also replaces urn: texts elsewhere (uri elements, links in the narrative), as transactions ask.
    https://hl7.org/fhir/R4/http.html#trules

    Raises:
        Incorrect: it is nested too deeply to be a resource.
    """
    try:
        return _rewritten(resource, mapping)
    except RecursionError as error:
        raise _too_deep() from error


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in cast(dict[str, Any], value).items():
            if key == "reference" and isinstance(inner, str):
                yield inner
            elif isinstance(inner, dict | list):
                yield from _references(inner)
    elif isinstance(value, list):
        for inner in cast(list[Any], value):
            if isinstance(inner, dict | list):
                yield from _references(inner)


def _rewritten(value: dict[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    copy: dict[str, Any] = {}
    for key, inner in value.items():
        if (
            type(inner) is str
        ):  # the order and `type` rather than isinstance: imports spend long here
            if key == "reference" or inner.startswith("urn:"):
                inner = mapping.get(inner, inner)
            elif key == "div":
                inner = URN.sub(lambda found: mapping.get(found[0], found[0]), inner)
        elif type(inner) is dict:
            inner = _rewritten(cast(dict[str, Any], inner), mapping)
        elif type(inner) is list:
            inner = _rewritten_list(cast(list[Any], inner), mapping)
        copy[key] = inner
    return copy


def _rewritten_list(values: list[Any], mapping: Mapping[str, str]) -> list[Any]:
    copy: list[Any] = []
    for inner in values:
        if type(inner) is dict:
            inner = _rewritten(cast(dict[str, Any], inner), mapping)
        elif type(inner) is list:
            inner = _rewritten_list(cast(list[Any], inner), mapping)
        elif type(inner) is str and inner.startswith("urn:"):
            inner = mapping.get(inner, inner)
        copy.append(inner)
    return copy


def _too_deep() -> Incorrect:
    return Incorrect("The resource is nested too deeply.", hint="Send it in FHIR R4's own shape.")

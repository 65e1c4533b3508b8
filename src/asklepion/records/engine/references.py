"""How resources point at each other, and how to turn the pointers."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from asklepion.kit.errors import Incorrect

LINK = re.compile(r"""(\b(?:href|src)\s*=\s*)(["'])(.*?)\2""")
ATTACHMENT = frozenset({"contentType", "size", "hash", "creation"})  # what tells one from others


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


def rewrite_references(
    resource: dict[str, Any], mapping: Mapping[str, str], base: str = ""
) -> dict[str, Any]:
    """A copy in which every reference found in the mapping is replaced.

    Also replaces the addresses of attachments, links in the narrative, and urn: texts wherever
    they stand, as transactions ask. https://hl7.org/fhir/R4/http.html#trules

    Args:
        base: where the resource comes from, such as http://a.example/fhir/; what it refers to
            without an address is there too.

    Raises:
        Incorrect: it is nested too deeply to be a resource.
    """
    try:
        return _rewritten(resource, _Pointed(mapping, base))
    except RecursionError as error:
        raise _too_deep() from error


class _Pointed:
    """Where pointers will point."""

    __slots__ = ("_base", "_mapping")

    def __init__(self, mapping: Mapping[str, str], base: str) -> None:
        self._mapping = mapping
        self._base = base

    def turn(self, text: str) -> str:
        """The new pointer, or the old one."""
        found = self._mapping.get(text)
        if found is None and self._base and not text.startswith(("#", "urn:", "http")):
            found = self._mapping.get(self._base + text)
        return text if found is None else found

    def turn_links(self, div: str) -> str:
        """A narrative whose links point there."""
        return LINK.sub(lambda it: f"{it[1]}{it[2]}{self.turn(it[3])}{it[2]}", div)


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


def _rewritten(value: dict[str, Any], to: _Pointed) -> dict[str, Any]:
    copy: dict[str, Any] = {}
    for key, inner in value.items():
        if (
            type(inner) is str
        ):  # the order and `type` rather than isinstance: imports spend long here
            if key == "reference" or inner.startswith("urn:"):
                inner = to.turn(inner)
            elif key == "div":
                inner = to.turn_links(inner)
            elif key == "url" and not ATTACHMENT.isdisjoint(value):
                inner = to.turn(inner)
        elif type(inner) is dict:
            inner = _rewritten(cast(dict[str, Any], inner), to)
        elif type(inner) is list:
            inner = _rewritten_list(cast(list[Any], inner), to)
        copy[key] = inner
    return copy


def _rewritten_list(values: list[Any], to: _Pointed) -> list[Any]:
    copy: list[Any] = []
    for inner in values:
        if type(inner) is dict:
            inner = _rewritten(cast(dict[str, Any], inner), to)
        elif type(inner) is list:
            inner = _rewritten_list(cast(list[Any], inner), to)
        elif type(inner) is str and inner.startswith("urn:"):
            inner = to.turn(inner)
        copy.append(inner)
    return copy


def _too_deep() -> Incorrect:
    return Incorrect("The resource is nested too deeply.", hint="Send it in FHIR R4's own shape.")

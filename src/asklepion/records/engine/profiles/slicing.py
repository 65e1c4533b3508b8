"""Which slice an item belongs to. Source: https://hl7.org/fhir/R4/profiling.html#discriminator"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from ..fhirpath import Environment, Node, compile_path
from .spots import Spot

Json = dict[str, Any]

STEP = re.compile(r"\.(?![^(]*\))")
EXTENSION = re.compile(r"extension\('([^']*)'\)")
TYPED = re.compile(r"ofType\((\w+)\)")
BY_URL: list[Json] = [{"type": "value", "path": "url"}]
BY_TYPE: list[Json] = [{"type": "type", "path": "$this"}]


class Asked(NamedTuple):
    """What slicing asks about an item; None means that it cannot be told."""

    fits: Callable[[Spot, Node], bool | None]  # what is asked at a place
    has_type: Callable[[Spot, Node], bool | None]
    keeps_profile: Callable[[Spot, Node], bool | None]
    environment: Environment


def discriminators(spot: Spot, base: Spot | None) -> tuple[list[Json], str]:
    """How the slices of an element are told apart, and whether others may stand beside them."""
    slicing = spot.element.get("slicing") or (base.element.get("slicing") if base else None)
    if slicing:
        return slicing.get("discriminator", []), slicing.get("rules", "open")
    if spot.name in ("extension", "modifierExtension"):
        return BY_URL, "open"
    return (BY_TYPE if spot.name.endswith("[x]") else []), "open"


def belongs(slice: Spot, told_by: list[Json], item: Node, asked: Asked) -> bool | None:
    """Whether an item is of a slice; None if that cannot be told."""
    answer: bool | None = True if told_by else None
    for one in told_by:
        here = _one(slice, one["type"], one["path"], item, asked)
        if here is False:
            return False
        answer = None if here is None else answer
    return answer


def _one(slice: Spot, kind: str, path: str, item: Node, asked: Asked) -> bool | None:
    if path == "url" and item.shape.name == "Extension":
        return _by_url(slice, item)
    spot = _below(slice, path)
    values = [it for it in compile_path(path).evaluate(item, asked.environment)]
    nodes = [it for it in values if isinstance(it, Node)]
    match kind:
        case "exists":
            if spot is None:
                return None
            return not nodes if spot.element.get("max") == "0" else bool(nodes)
        case "value" | "pattern":
            return _by_value(slice, path, spot, nodes, item, asked)
        case "type" | "profile" if not nodes:
            return None if path.endswith("resolve()") else False
        case "type":
            return None if spot is None else _any(asked.has_type(spot, it) for it in nodes)
        case "profile":
            return None if spot is None else _any(asked.keeps_profile(spot, it) for it in nodes)
        case _:
            return None


def _by_value(
    slice: Spot, path: str, spot: Spot | None, nodes: list[Node], item: Node, asked: Asked
) -> bool | None:
    """By what is fixed at the path's end, or at an element on the way to it."""
    if spot is not None and spot.is_telling:
        return _any(asked.fits(spot, it) for it in nodes)
    steps = STEP.split(path)
    for count in range(len(steps) - 1, 0, -1):
        above = ".".join(steps[:count])
        spot = _below(slice, above)
        if spot is not None and spot.value is not None:
            found = compile_path(above).evaluate(item, asked.environment)
            return _any(asked.fits(spot, it) for it in found if isinstance(it, Node))
    if slice.value is not None:
        return asked.fits(slice, item)
    return None


def _any(answers: Any) -> bool | None:
    answer: bool | None = False
    for one in answers:
        if one:
            return True
        answer = None if one is None else answer
    return answer


def _by_url(slice: Spot, item: Node) -> bool | None:
    """Extensions are told apart by the address of the profile their type names."""
    urls = [url.partition("|")[0] for it in slice.types for url in it.get("profile", [])]
    below = slice.children.get("url")
    if below is not None and below.value is not None:
        urls.append(below.value[1])
    if not urls:
        return None
    return isinstance(item.value, dict) and item.value.get("url") in urls  # pyright: ignore


def _below(spot: Spot, path: str) -> Spot | None:
    """The place a discriminator's path leads to."""
    here: Spot | None = spot
    for step in STEP.split(path):
        if here is None:
            return None
        if step in ("$this", "resolve()"):
            continue
        if match := EXTENSION.fullmatch(step):
            slices = here.children.get("extension", Spot("", "")).slices.values()
            here = next((it for it in slices if _names(it, match[1])), None)
        elif match := TYPED.fullmatch(step):
            slices = [it for it in here.slices.values() if _is(it, match[1])]
            here = slices[0] if slices else here
        else:
            here = here.children.get(step) or here.children.get(step + "[x]")
    return here


def _names(slice: Spot, url: str) -> bool:
    return any(it.partition("|")[0] == url for one in slice.types for it in one.get("profile", []))


def _is(slice: Spot, type: str) -> bool:
    return any(it.get("code") == type for it in slice.types)

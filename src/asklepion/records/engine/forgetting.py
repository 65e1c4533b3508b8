"""Somebody taken out of what is about others: pure, on parsed JSON."""

from collections.abc import Callable
from functools import cache
from typing import Any, cast

from . import tables
from .parameters import parameters_of

Json = dict[str, Any]

ERASED = "erased"  # stands where a reference to somebody erased stood


def forget(resource: Json, reference: str) -> Json | None:
    """The resource without a person; nothing where it does not name her.

    Each Reference to her becomes one that says only that somebody was erased, without id,
    identifier or display; a member of a Group is taken out with all that is said of it; so is the
    narrative, which repeats in words what the elements say.

    Args:
        reference: such as Patient/1; absolute and versioned references to it count as well.
    """
    seen = [0]

    def names(value: Any) -> bool:
        text: Any = cast(Json, value).get("reference") if isinstance(value, dict) else None
        return isinstance(text, str) and _points_to(text, reference)

    if resource.get("resourceType") == "Group":
        members = resource.get("member", [])
        stay = [m for m in members if not names(m.get("entity"))]
        seen[0] += len(members) - len(stay)
        resource = {k: v for k, v in resource.items() if k != "member"}
        if stay:
            resource["member"] = stay
        if seen[0]:
            resource["quantity"] = len(stay)
    clean = _replace(resource, names, seen)
    if not seen[0]:
        return None
    return {key: value for key, value in clean.items() if key != "text"}


def _points_to(text: str, reference: str) -> bool:
    plain = text.partition("/_history/")[0]
    return plain == reference or plain.endswith(f"/{reference}")


def _replace(value: Any, names: Callable[[Any], bool], seen: list[int]) -> Any:
    if isinstance(value, dict):
        if names(value):
            seen[0] += 1
            return {"display": ERASED}
        held = cast(Json, value)
        return {key: _replace(each, names, seen) for key, each in held.items()}
    if isinstance(value, list):
        return [_replace(each, names, seen) for each in cast(list[Any], value)]
    return value


@cache
def params_to(type: str) -> tuple[int, ...]:
    """The numbers of every search parameter whose rows may point to this type."""
    numbers = {
        parameter.number
        for each in tables.resource_types()
        for parameter in parameters_of(each).values()
        if parameter.kind == "reference" and (not parameter.targets or type in parameter.targets)
    }
    return tuple(sorted(numbers))

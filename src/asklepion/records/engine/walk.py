"""Ways through a resource's JSON: the search parameters' expressions, compiled once."""

from collections.abc import Callable
from typing import Any, cast

from .tables import Way

Json = Any
Walk = Callable[[dict[str, Any]], list[Json]]


def compile_way(way: Way) -> Walk:
    """A function that finds every value at the end of a way.

    The filter is nothing, a resource type that a reference must point to, or [step, key, value]:
    after that many steps go on only where the object holds this.
    """
    keys, end, *rest = way
    if end == "@exists":
        return _deceased
    keep = rest[0] if rest else None
    if isinstance(keep, str):
        return _to_type(_walk(tuple(keys)), keep)
    if keep is None and len(keys) == 1:
        return _step(keys[0])
    if keep is None and len(keys) == 2 and not keys[0].endswith("[0]"):
        return _two_steps(*keys)
    return _walk(tuple(keys), keep)


def _step(key: str) -> Walk:
    def step(resource: dict[str, Any]) -> list[Json]:
        value: Json = resource.get(key)
        if value is None:
            return []
        if isinstance(value, list):
            return [it for it in cast(list[Json], value) if it is not None]
        return [value]

    return step


def _two_steps(first: str, second: str) -> Walk:
    outer, inner = _step(first), _step(second)

    def step(resource: dict[str, Any]) -> list[Json]:
        here = outer(resource)
        if len(here) == 1:
            return inner(here[0])
        return [value for it in here for value in inner(it)]

    return step


def _walk(keys: tuple[str, ...], keep: list[Any] | None = None) -> Walk:
    steps = [(key.removesuffix("[0]"), key.endswith("[0]")) for key in keys]
    at, held, value_held = keep or (-1, "", "")

    def walk(resource: dict[str, Any]) -> list[Json]:
        here: list[Json] = [resource]
        for number, (key, is_first) in enumerate(steps, start=1):
            there: list[Json] = []
            for it in here:
                value: Json = it.get(key)
                if isinstance(value, list):
                    several = cast(list[Json], value)[: 1 if is_first else None]
                    there += [one for one in several if one is not None]
                elif value is not None:
                    there.append(value)
            if number == at:
                there = [it for it in there if it.get(held) == value_held]
            if not there:
                return there
            here = there
        return here

    return walk


def _to_type(walk: Walk, type: str) -> Walk:
    def only(resource: dict[str, Any]) -> list[Json]:
        return [it for it in walk(resource) if type_referred(it) == type]

    return only


def type_referred(reference: dict[str, Any]) -> str | None:
    """The type a Reference points to, as far as it says."""
    text = reference.get("reference")
    if isinstance(text, str):
        parts = text.partition("/_history/")[0].split("/")
        if len(parts) >= 2 and parts[-2][:1].isupper():
            return parts[-2]
    return reference.get("type")


def _deceased(resource: dict[str, Any]) -> list[Json]:
    dead = "deceasedDateTime" in resource or resource.get("deceasedBoolean") is True
    return [dead]

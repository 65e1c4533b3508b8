"""FHIRPath Patch: changes told in a Parameters resource.

Source: https://hl7.org/fhir/R4/fhirpatch.html
"""

import copy
from typing import Any, cast

from asklepion.kit.errors import Incorrect

from .jsonpatch import OPERATIONS_MOST, PatchError
from .paths import Place, children_of, find_places, json_keys
from .subset import elements_of

HINT = "Read the resource and try again."


def apply_fhirpath_patch(resource: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
    """A changed copy of a resource.

    Args:
        parameters: a valid Parameters resource whose parts are operations.

    Raises:
        Incorrect: an operation or its path cannot be read.
        PatchError: an operation does not fit the resource.
    """
    changed = copy.deepcopy(resource)
    operations: list[Any] = parameters.get("parameter", [])
    if len(operations) > OPERATIONS_MOST:
        raise Incorrect(f"The patch has more than {OPERATIONS_MOST} operations.", hint="Split it.")
    for number, operation in enumerate(operations, start=1):
        _Operation(number, operation).carry_out(changed)
    return _without_empty(changed)


def _without_empty(it: dict[str, Any]) -> dict[str, Any]:
    """What a deletion left empty is gone as well: FHIR knows no empty elements."""
    kept: dict[str, Any] = {}
    for key, value in it.items():
        if isinstance(value, dict):
            value = _without_empty(cast(dict[str, Any], value))
        elif isinstance(value, list):
            several = cast(list[dict[str, Any]], value)
            value = [_without_empty(each) if isinstance(each, dict) else each for each in several]  # pyright: ignore[reportUnnecessaryIsInstance]
        if value not in ({}, []):
            kept[key] = value
    return kept


class _Operation:
    """One parameter named operation."""

    def __init__(self, number: int, parameter: dict[str, Any]) -> None:
        self._number = number
        parts: list[dict[str, Any]] = parameter.get("part", [])
        self._parts = {part.get("name", ""): part for part in parts}
        if parameter.get("name") != "operation":
            raise self._unreadable("is not named operation")

    def carry_out(self, resource: dict[str, Any]) -> None:
        """Change the resource."""
        path = self._text("path")
        match self._text("type"):
            case "add":
                self._add(self._one(resource, path), self._text("name"))
            case "insert":
                whole, parent, key = self._list(resource, path)
                at = self._whole("index", most=len(whole))
                _insert(parent, key, at, self._value(_below(resource, path)))
            case "delete":
                found = find_places(resource, path)
                if len(found) > 1:
                    raise self._wrong("points to more than one place")
                for place in found:
                    _delete(place)
            case "replace":
                self._replace(self._one(resource, path))
            case "move":
                whole, parent, key = self._list(resource, path)
                last = len(whole) - 1
                start = self._whole("source", most=last)
                _move(parent, key, start, self._whole("destination", most=last))
            case _:
                raise self._unreadable("is none of add, insert, delete, replace and move")

    # ------------------------------------------------------------ what it says

    def _unreadable(self, why: str) -> Incorrect:
        return Incorrect(
            f"Operation {self._number} of the patch {why}.", hint="See FHIRPath Patch."
        )

    def _wrong(self, why: str) -> PatchError:
        return PatchError(f"Operation {self._number} of the patch {why}.", hint=HINT)

    def _text(self, name: str) -> str:
        part = self._parts.get(name, {})
        for key in ("valueString", "valueCode"):
            if isinstance(part.get(key), str):
                return part[key]
        raise self._unreadable(f"has no {name}")

    def _whole(self, name: str, *, most: int) -> int:
        number = self._parts.get(name, {}).get("valueInteger")
        if not isinstance(number, int):
            raise self._unreadable(f"has no {name}")
        if not 0 <= number <= most:
            raise self._wrong(f"has a {name} that is not there")
        return number

    def _value(self, node: str) -> tuple[str, Any]:
        """The type it is written as, as in valueQuantity, and the value."""
        part = self._parts.get("value")
        if part is None:
            raise self._unreadable("has no value")
        return self._of(part, node)

    def _of(self, part: dict[str, Any], node: str) -> tuple[str, Any]:
        for key, value in part.items():
            if key.startswith("value") and key != "value":
                return key.removeprefix("value"), copy.deepcopy(value)
        if "resource" in part:
            return "Resource", copy.deepcopy(part["resource"])
        inner: list[dict[str, Any]] = part.get("part", [])
        if not inner:
            raise self._unreadable("has a value that is empty")
        made: dict[str, Any] = {}
        for each in inner:
            place = Place(made, node)
            self._put(place, each.get("name", ""), each)
        return "", made

    # ------------------------------------------------------------ what it does

    def _one(self, resource: dict[str, Any], path: str) -> Place:
        found = find_places(resource, path)
        if len(found) != 1:
            raise self._wrong("does not point to exactly one place")
        return found[0]

    def _add(self, place: Place, name: str) -> None:
        if "value" not in self._parts:
            raise self._unreadable("has no value")
        if not isinstance(place.value, dict):
            raise self._wrong("adds to what has no elements")
        self._put(place, name, self._parts["value"])

    def _put(self, place: Place, name: str, part: dict[str, Any]) -> None:
        """Set an element that is not there, or append to one that repeats."""
        keys = json_keys(place, name)
        kind, value = self._of(part, keys[0][1])
        key = _key(keys, name, kind)
        holder = cast(dict[str, Any], place.value)
        if elements_of(place.node)[key].is_many:
            holder.setdefault(key, []).append(value)
            _keep_beside(holder, key, len(holder[key]) - 1)
        elif next(children_of(place, name), None) is not None:
            raise self._wrong("adds what is already there")
        else:
            holder[key] = value

    def _replace(self, place: Place) -> None:
        if place.parent is None:
            raise self._wrong("replaces the whole resource")
        kind, value = self._value(place.node)
        if place.index is not None:
            place.parent[place.key][place.index] = value
            _forget_beside(place.parent, place.key, place.index)
            return
        plain = next(
            (place.key.removesuffix(kind_of) for kind_of in [_suffix(place)] if kind_of), place.key
        )
        order = list(place.parent)
        _delete(place)
        key = plain + kind if plain != place.key else place.key
        place.parent[key] = value
        for after in order[order.index(place.key) + 1 :]:  # keep the order of the elements
            if after in place.parent:
                place.parent[after] = place.parent.pop(after)

    def _list(self, resource: dict[str, Any], path: str) -> tuple[list[Any], dict[str, Any], str]:
        """The one list that a path points to."""
        found = find_places(resource, path)
        homes = {(id(place.parent), place.key) for place in found}
        first = found[0] if found else None
        if first is None or len(homes) != 1 or first.index is None or first.parent is None:
            raise self._wrong("does not point to a list")
        return first.parent[first.key], first.parent, first.key


def _below(resource: dict[str, Any], path: str) -> str:
    return find_places(resource, path)[0].node


def _suffix(place: Place) -> str:
    """Of a choice, the type in its JSON name: Quantity of valueQuantity."""
    kind = place.node[:1].upper() + place.node[1:]
    return kind if place.key.endswith(kind) and place.key != kind else ""


def _key(keys: list[tuple[str, str]], name: str, kind: str) -> str:
    """The JSON name for a value of this type."""
    wanted = [key for key, _ in keys if key in (name, name + kind)]
    return wanted[-1] if wanted else keys[0][0]


def _insert(parent: dict[str, Any], key: str, at: int, value: tuple[str, Any]) -> None:
    parent[key].insert(at, value[1])
    beside = parent.get(f"_{key}")
    if isinstance(beside, list):
        cast(list[Any], beside).insert(at, None)


def _move(parent: dict[str, Any], key: str, start: int, end: int) -> None:
    for name in (key, f"_{key}"):
        values = parent.get(name)
        if isinstance(values, list):
            several = cast(list[Any], values)
            several.insert(end, several.pop(start))


def _delete(place: Place) -> None:
    if place.parent is None:
        raise PatchError("The patch would delete the whole resource.", hint="Use DELETE.")
    for name in (place.key, f"_{place.key}"):
        if name not in place.parent:
            continue
        if place.index is None:
            del place.parent[name]
            continue
        values: list[Any] = place.parent[name]
        del values[place.index]
        if not any(value is not None for value in values):
            del place.parent[name]


def _keep_beside(parent: dict[str, Any], key: str, at: int) -> None:
    beside = parent.get(f"_{key}")
    if isinstance(beside, list):
        cast(list[Any], beside).insert(at, None)


def _forget_beside(parent: dict[str, Any], key: str, at: int) -> None:
    beside = parent.get(f"_{key}")
    if isinstance(beside, list):
        values = cast(list[Any], beside)
        values[at] = None
        if not any(value is not None for value in values):
            del parent[f"_{key}"]

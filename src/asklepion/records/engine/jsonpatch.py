"""JSON Patch, RFC 6902, on parsed JSON."""

import copy
import re
from collections.abc import Callable
from typing import Any, cast

from asklepion.kit.errors import Incorrect

OPERATIONS_MOST = 500
COPIED_MOST = 100_000  # values that `copy` and `move` may handle in all

Json = Any
INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


class PatchError(Incorrect):
    """The patch does not fit what it is meant for; it has the number of its operation."""

    status, issue = 422, "processing"


def apply_json_patch(document: Json, patch: Json) -> Json:
    """A changed copy of a document.

    Raises:
        Incorrect: the patch is none.
        PatchError: an operation does not fit the document.

    Source: https://www.rfc-editor.org/rfc/rfc6902
    """
    if not isinstance(patch, list):
        raise Incorrect("The patch is no list.", hint="Send operations as RFC 6902 has them.")
    operations = cast(list[Any], patch)
    if len(operations) > OPERATIONS_MOST:
        raise Incorrect(f"The patch has more than {OPERATIONS_MOST} operations.", hint="Split it.")
    work = _Work(copy.deepcopy(document))
    for number, operation in enumerate(operations, start=1):
        work.carry_out(number, operation)
    return work.document


class _Work:
    """A document while it is being changed."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self._number = 0
        self._copied = 0
        self._operations: dict[str, Callable[[dict[str, Any], list[str]], None]] = {
            "add": lambda op, path: self._add(path, self._value(op)),
            "remove": lambda op, path: self._remove(path),
            "replace": self._replace,
            "move": self._move,
            "copy": lambda op, path: self._add(path, self._copy(self._get(self._from(op)))),
            "test": self._test,
        }

    def carry_out(self, number: int, operation: Json) -> None:
        """One operation."""
        self._number = number
        op = cast(dict[str, Any], operation) if isinstance(operation, dict) else {}
        name = op.get("op")
        act = self._operations.get(name) if isinstance(name, str) else None
        if act is None:
            raise self._wrong("is none of add, remove, replace, move, copy and test")
        act(op, self._pointer(op, "path"))

    def _wrong(self, why: str) -> PatchError:
        return PatchError(
            f"Operation {self._number} of the patch {why}.", hint="Read the resource and try again."
        )

    def _pointer(self, op: dict[str, Any], name: str) -> list[str]:
        """Source: https://www.rfc-editor.org/rfc/rfc6901"""
        text = op.get(name)
        if not isinstance(text, str) or (text and not text.startswith("/")):
            raise self._wrong(f"has no {name} such as /name/0/family")
        return [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]]

    def _from(self, op: dict[str, Any]) -> list[str]:
        return self._pointer(op, "from")

    def _value(self, op: dict[str, Any]) -> Json:
        if "value" not in op:
            raise self._wrong("has no value")
        return copy.deepcopy(op["value"])

    def _copy(self, value: Json) -> Json:
        self._copied += _size(value)
        if self._copied > COPIED_MOST:
            raise self._wrong("copies too much")
        return copy.deepcopy(value)

    def _index(self, values: list[Any], key: str, *, end: int) -> int:
        if not INDEX.fullmatch(key) or int(key) >= end:
            raise self._wrong("has a place that is not there")
        return int(key)

    def _get(self, path: list[str]) -> Json:
        here = self.document
        for key in path:
            if isinstance(here, list):
                values = cast(list[Any], here)
                here = values[self._index(values, key, end=len(values))]
            elif isinstance(here, dict) and key in here:
                here = cast(dict[str, Any], here)[key]
            else:
                raise self._wrong("has a place that is not there")
        return here

    def _add(self, path: list[str], value: Json) -> None:
        if not path:
            self.document = value
            return
        parent, key = self._get(path[:-1]), path[-1]
        if isinstance(parent, list):
            values = cast(list[Any], parent)
            at = len(values) if key == "-" else self._index(values, key, end=len(values) + 1)
            values.insert(at, value)
        elif isinstance(parent, dict):
            parent[key] = value
        else:
            raise self._wrong("has a place that is not there")

    def _remove(self, path: list[str]) -> None:
        if not path:
            raise self._wrong("would remove everything")
        self._get(path)
        parent = self._get(path[:-1])
        del parent[int(path[-1]) if isinstance(parent, list) else path[-1]]

    def _replace(self, op: dict[str, Any], path: list[str]) -> None:
        value = self._value(op)
        self._get(path)
        if not path:
            self.document = value
            return
        parent = self._get(path[:-1])
        parent[int(path[-1]) if isinstance(parent, list) else path[-1]] = value

    def _move(self, op: dict[str, Any], path: list[str]) -> None:
        start = self._from(op)
        if path[: len(start)] == start and len(path) > len(start):
            raise self._wrong("moves something into itself")
        value = self._copy(self._get(start))
        if start == path:
            return
        self._remove(start)
        self._add(path, value)

    def _test(self, op: dict[str, Any], path: list[str]) -> None:
        if not _equal(self._get(path), self._value(op)):
            raise self._wrong("tests for what is not so")


def _equal(a: Json, b: Json) -> bool:
    """Equal as JSON: 1 and 1.0 are, 1 and true are not."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, dict) and isinstance(b, dict):
        one, other = cast(dict[str, Any], a), cast(dict[str, Any], b)
        return one.keys() == other.keys() and all(_equal(one[k], other[k]) for k in one)
    if isinstance(a, list) and isinstance(b, list):
        ones, others = cast(list[Any], a), cast(list[Any], b)
        same = len(ones) == len(others)
        return same and all(_equal(x, y) for x, y in zip(ones, others, strict=True))
    return type(a) is type(b) and a == b if isinstance(a, str) else bool(a == b)


def _size(value: Json) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(_size, cast(dict[str, Any], value).values()))
    if isinstance(value, list):
        return 1 + sum(map(_size, cast(list[Any], value)))
    return 1

"""Sorting by what the index does not tell: codes, names of references and addresses.

The index has only keyed hashes of these, so that it tells nobody's diagnosis by itself; they are
sorted by what stands in the resources.
"""

from collections.abc import Sequence
from functools import cmp_to_key
from typing import Any

from ..wire import Value
from .parameters import Parameter, common_parameter, own_rows
from .values import codings_of, numbers_of, reference_of, spans_of, strings_of, uris_of
from .walk import compile_way


class Ordering:
    """Sorts resources of some types by several parameters.

    Args:
        keys: names of parameters, each with whether it goes down.
        base: our own FHIR address.
    """

    def __init__(self, types: Sequence[str], keys: Sequence[tuple[str, bool]], base: str) -> None:
        self._keys = [(self._parameter(types, code), is_down) for code, is_down in keys]
        self._codes = [code for code, _ in keys]
        self._base = base

    @staticmethod
    def _parameter(types: Sequence[str], code: str) -> Parameter | None:
        return None if code in ("_id", "_lastUpdated") else common_parameter(types, code)

    def entry(self, rid: int, updated_at: int, resource: dict[str, Any]) -> list[Value | None]:
        """A row's rid, and what it is sorted by; nothing where it has no such value."""
        found: list[Value | None] = [rid]
        for code, (parameter, is_down) in zip(self._codes, self._keys, strict=True):
            if code == "_id":
                found.append(resource["id"])
            elif code == "_lastUpdated":
                found.append(updated_at)
            elif parameter is not None:
                values = self._values(parameter, resource)
                best = (max if is_down else min)(values, default=None, key=_comparable)
                found.append(best)
        return found

    def sorted(self, entries: Sequence[Sequence[Value | None]]) -> list[Sequence[Value | None]]:
        """All of them in order; what has no value comes last, and equals in the order of rid."""
        return sorted(entries, key=cmp_to_key(self._compare))

    def after(
        self, entries: Sequence[Sequence[Value | None]], last: Sequence[Value | None]
    ) -> list[Sequence[Value | None]]:
        """Those that come after one that may no longer be there."""
        return [it for it in entries if self._compare(it, last) > 0]

    def _compare(self, one: Sequence[Value | None], other: Sequence[Value | None]) -> int:
        for (_, is_down), a, b in zip(self._keys, one[1:], other[1:], strict=True):
            if a is None or b is None:
                if a is not b:
                    return 1 if a is None else -1
                continue
            if sign := _sign(_comparable(a), _comparable(b)):
                return -sign if is_down else sign
        return _sign(one[0], other[0])

    def _values(self, parameter: Parameter, resource: dict[str, Any]) -> list[Value]:
        type = resource["resourceType"]
        each = [it for it in parameter.of_types or (parameter,) if it.type == type]
        found: list[Value] = []
        for one in each:
            for row in own_rows(one):
                for way in row.ways:
                    values = compile_way(way)(resource)
                    found += self._of(one, values, way[1])
        return found

    def _of(self, parameter: Parameter, values: list[Any], end: str) -> list[Value]:
        match parameter.kind:
            case "token":
                codings = [c for value in values for c in codings_of(value, end) if c[1]]
                return [f"{code.lower()} {system}" for system, code in codings]
            case "reference":
                texts = [t for value in values for t in reference_of(value, end, self._base)]
                only = f"{parameter.only}/" if parameter.only else ""
                return [text for text in texts if text.startswith(only)]
            case "uri":
                return [text for value in values for text in uris_of(value, end)]
            case "date":
                return [lo for lo, _ in spans_of(values, end)]
            case "string":
                return [words for value in values for words, _ in strings_of(value, end)]
            case _:
                return [amount for value in values for amount, _ in numbers_of(value, end)]


def _comparable(value: Value) -> bytes | float | int:
    return value.encode(errors="surrogatepass") if isinstance(value, str) else value


def _sign(a: Any, b: Any) -> int:
    return (a > b) - (a < b)

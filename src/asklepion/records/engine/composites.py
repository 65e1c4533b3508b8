"""Composite parameters: values that stand together in one element."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .keys import FIELD, TokenKeys
from .parameters import Parameter
from .rows import Rows
from .values import Json, codings_of, numbers_of, reference_of, spans_of, strings_of
from .walk import Walk, compile_way

Ends = tuple[tuple[Walk, str], ...]


@dataclass(frozen=True)
class Composite:
    """One composite parameter at one place; its first component is a token.

    The others are one value, or two numbers: the first and last place of a piece of DNA.
    """

    number: int
    root: Walk
    first: Ends
    is_outside: bool  # the first is found from the resource, not from the element
    others: tuple[Ends, ...]
    kind: str  # of the second: token, reference, quantity, string, date; or range


def composites_of(parameter: Parameter) -> Iterator[tuple[str, Composite]]:
    """Each with the element in which it may be found."""
    if not parameter.parts:
        return
    first, *others = (
        tuple((compile_way(way), way[1]) for way in part.ways) for part in parameter.parts
    )
    kind = "range" if len(others) > 1 else parameter.parts[1].kind
    for root in parameter.roots:
        walk = compile_way((root, "", None)) if root else _itself
        composite = Composite(
            parameter.number, walk, first, parameter.parts[0].is_outside, tuple(others), kind
        )
        names = {root[0]} if root else {way[0][0] for way in parameter.parts[1].ways}
        for name in sorted(names):
            yield name, composite


def _itself(resource: dict[str, Any]) -> list[Json]:
    return [resource]


def add_composite(
    keys: TokenKeys,
    base: str,
    rows: Rows,
    it: Composite,
    node: dict[str, Any],
    resource: dict[str, Any],
) -> None:
    """The rows of one element in which the values stand together."""
    # The second component first: it is the one that most resources do not have.
    second = [(value, end) for walk, end in it.others[0] for value in walk(node)]
    if not second:
        return
    start = resource if it.is_outside else node
    values = [(value, end) for walk, end in it.first for value in walk(start)]
    codings = [coding for value, end in values for coding in codings_of(value, end) if coding[1]]
    if it.kind in ("string", "date", "range"):
        _add_beside(keys, rows, it, codings, second, node)
        return
    first = {code for _, code in codings}
    for value, end in second:
        if it.kind == "quantity":
            for amount, units in numbers_of(value, end):
                pairs = [keys.pair(it.number, a, b) for a in first for b in ("", *units)]
                rows.quantities.update((key, amount) for key in pairs)
        else:
            if end == "Reference":
                others = list(reference_of(value, end, base))
            else:
                others = [code.lower() for _, code in codings_of(value, end) if code]
            rows.tokens.update(keys.pair(it.number, a, b) for a in first for b in others)


def _add_beside(
    keys: TokenKeys,
    rows: Rows,
    it: Composite,
    codings: list[tuple[str, str]],
    second: list[tuple[Json, str]],
    node: dict[str, Any],
) -> None:
    """Texts, spans of time and ranges, kept under the code they belong to."""
    params = [keys.beside(it.number, form) for coding in codings for form in forms(*coding)]
    last = [value for walk, _ in it.others[-1] for value in walk(node)]
    for value, end in second:
        for param in params:
            if it.kind == "string":
                rows.strings.update((param, words) for words, _ in strings_of(value, end))
            elif it.kind == "date":
                rows.dates.update((param, *span) for span in spans_of([value], end))
            else:
                rows.dates.update((param, int(value), int(other)) for other in last)


def forms(system: str, code: str) -> tuple[str, str]:
    """A code alone, and with its system."""
    return code, f"{system}{FIELD}{code}"

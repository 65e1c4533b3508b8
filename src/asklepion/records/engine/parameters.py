"""The search parameters of each type, and the numbers their rows carry in the index."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import Any

from . import tables
from .asked import NotUnderstood, shown
from .tables import Way

DEFINITIONS = "http://hl7.org/fhir/SearchParameter/"


@dataclass(frozen=True)
class Part:
    """One component of a composite parameter."""

    kind: str
    ways: tuple[Way, ...]
    is_outside: bool = False  # its ways begin at the resource, not where the composite's do


@dataclass(frozen=True)
class Parameter:
    """One search parameter of one type."""

    type: str
    code: str
    kind: str  # token, string, date, reference, quantity, number, uri, composite, special
    definition: str
    number: int  # the same in every installation and every later version
    ways: tuple[Way, ...] = ()
    same: tuple[str, ...] = ()  # it has no rows of its own: these parameters' rows are its rows
    only: str = ""  # of those rows, the ones that point to this type
    targets: tuple[str, ...] = ()  # types it may point to; empty is any
    roots: tuple[tuple[str, ...], ...] = ()  # of a composite: where its components start
    parts: tuple[Part, ...] = ()
    of_types: tuple["Parameter", ...] = ()  # of several types at once: that of each

    @property
    def is_canonical(self) -> bool:
        """True where it points to others by their canonical addresses."""
        return self.kind == "reference" and {end for _, end, _ in self.ways} == {"canonical"}


@cache
def parameters_of(type: str) -> dict[str, Parameter]:
    """By code, every parameter a type can be searched by."""
    table = tables.search()
    rows = {**table["Resource"], **table[type]}
    return {code: _parameter(type, code, rows[code]) for code in sorted(rows)}


@cache
def number_of(type: str, code: str) -> int:
    """31 bits that stand for a parameter in the index; a test sees that no two are alike."""
    digest = blake2b(f"{type}.{code}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") & 0x7FFF_FFFF


def _parameter(type: str, code: str, row: dict[str, Any]) -> Parameter:
    return Parameter(
        type=type,
        code=code,
        kind=row["kind"],
        definition=DEFINITIONS + row["id"],
        number=number_of(type, code),
        ways=_ways(row.get("ways", ())),
        same=tuple(row.get("same", ())),
        only=row.get("only", ""),
        targets=tuple(row.get("targets", ())),
        roots=tuple(tuple(root) for root in row.get("roots", ())),
        parts=tuple(
            Part(kind, _ways(ways), bool(rest)) for kind, ways, *rest in row.get("parts", ())
        ),
    )


def _ways(rows: Any) -> tuple[Way, ...]:
    return tuple((tuple(keys), end, rest[0] if rest else None) for keys, end, *rest in rows)


def is_type(name: str) -> bool:
    """True for a resource type of R4 one can keep, such as Patient."""
    return name in tables.resource_types()


@cache
def _names(type: str) -> frozenset[str]:
    return frozenset(parameters_of(type))


def parameter_names(type: str) -> frozenset[str]:
    """What a type can be searched by; nothing if there is no such type."""
    return _names(type) if is_type(type) else frozenset()


def find_parameter(type: str, code: str) -> Parameter:
    """A type's parameter by name.

    Raises:
        NotUnderstood: there is none, or it is not searched by here.
    """
    if code not in parameter_names(type):
        raise NotUnderstood(
            f"{type} has no search parameter {shown(code)}.",
            hint="See the CapabilityStatement at /fhir/R4/metadata.",
        )
    return parameters_of(type)[code]


def common_parameter(types: Sequence[str], code: str) -> Parameter:
    """The parameter of that name which every one of these types has.

    Raises:
        NotUnderstood: one of them has none, or another kind of it.
    """
    found = [find_parameter(type, code) for type in types]
    first = found[0]
    if len(found) == 1:
        return first
    if len({it.kind for it in found}) > 1 or first.kind in ("composite", "special"):
        raise NotUnderstood(
            f"{shown(code)} is not one parameter of all these types.", hint="Search in one type."
        )
    return Parameter(
        type="",
        code=code,
        kind=first.kind,
        definition=first.definition,
        number=0,
        ways=tuple(dict.fromkeys(way for it in found for way in it.ways)),
        only=next((it.only for it in found if it.only), ""),
        targets=tuple(dict.fromkeys(each for it in found for each in it.targets)),
        of_types=tuple(found),
    )


@cache
def written_in(type: str) -> tuple[int, ...]:
    """The numbers under which the words of a type's resources are kept, wherever they stand."""
    kinds = ("token", "string")
    known = parameters_of(type).values()
    rows = [it.number for it in known if it.kind in kinds and it.ways]
    return (number_of(type, "_content"), number_of(type, "_text"), *rows)


def own_rows(parameter: Parameter) -> list[Parameter]:
    """The parameters in whose rows this one is found: mostly itself."""
    if parameter.of_types:
        return [row for it in parameter.of_types for row in own_rows(it)]
    known = parameters_of(parameter.type)
    return [known[code] for code in parameter.same] or [parameter]


@cache
def part_of(type: str) -> Parameter | None:
    """The parameter by which a thing of a type says which other of its type it is part of."""
    for code in ("partof", "part-of"):
        parameter = parameters_of(type).get(code)
        if parameter and type in parameter.targets:
            return parameter
    return None

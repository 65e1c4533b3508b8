"""The search parameters of each type, and the numbers their rows carry in the index."""

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import Any

from asklepion.kit.errors import Unsupported

from . import tables
from .asked import NotUnderstood, shown
from .tables import Way

DEFINITIONS = "http://hl7.org/fhir/SearchParameter/"


@dataclass(frozen=True)
class Part:
    """One component of a composite parameter."""

    kind: str
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Parameter:
    """One search parameter of one type."""

    type: str
    code: str
    kind: str  # token, string, date, reference, quantity, number, uri, composite
    definition: str
    number: int  # the same in every installation and every later version
    ways: tuple[Way, ...] = ()
    same: tuple[str, ...] = ()  # it has no rows of its own: these parameters' rows are its rows
    only: str = ""  # of those rows, the ones that point to this type
    targets: tuple[str, ...] = ()  # types it may point to; empty is any
    roots: tuple[tuple[str, ...], ...] = ()  # of a composite: where its components start
    parts: tuple[Part, ...] = ()


@cache
def parameters_of(type: str) -> dict[str, Parameter]:
    """By code, every parameter a type can be searched by."""
    table = tables.search()
    rows = {**table["Resource"], **table[type]}
    return {code: _parameter(type, code, rows[code]) for code in sorted(rows)}


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
        parts=tuple(Part(kind, _ways(ways)) for kind, ways in row.get("parts", ())),
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


def own_rows(parameter: Parameter) -> list[Parameter]:
    """The parameters in whose rows this one is found: mostly itself."""
    known = parameters_of(parameter.type)
    return [known[code] for code in parameter.same] or [parameter]


def component_of(parameter: Parameter, number: int) -> Parameter:
    """The parameter of its own that finds a component of a composite one."""
    part = parameter.parts[number]
    ways = {(*parameter.roots[0], *keys) for keys, _, _ in part.ways}
    for other in parameters_of(parameter.type).values():
        if other.kind == part.kind and {keys for keys, _, _ in other.ways} & ways:
            return other
    raise Unsupported(
        f"{parameter.code} is not searched by here.", hint="Use its components one by one."
    )

"""What a bulk export is asked for, read from its parameters and turned into searches.

Source: https://hl7.org/fhir/uv/bulkdata/STU2/export.html
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from asklepion.identity import Caller
from asklepion.kit.errors import Incorrect, Unsupported

from ...engine import View, is_type
from ...engine.asked import NotUnderstood, shown
from ...engine.compartment import PERSONAL
from ...engine.dates import span_of
from ...engine.parameters import parameters_of
from ...engine.tables import compartments
from ..searching import Params, Wanted

NDJSON = ("application/fhir+ndjson", "application/ndjson", "ndjson")
REFUSED = ("includeAssociatedData",)  # known to the standard, and not done here
# Say how an answer looks, not what is meant: a filter must not hold them.
OF_ANSWERS = frozenset(
    {"_include", "_revinclude", "_sort", "_count", "_cursor", "_summary", "_elements"}
    | {"_total", "_type", "_format", "_pretty", "_contained"}
)
FILTERS_MOST = 50
PAGE = "500"
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
ELEMENT = re.compile(r"(?:([A-Z][A-Za-z]{1,63})\.)?([a-z][A-Za-z]{0,63})")
NEXT_FILTER = re.compile(r",(?=[A-Z][A-Za-z]+\?)")


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One export as it was asked for; everything that is needed to go on after a restart."""

    caller: Caller
    purpose: str
    visit: str | None
    request: str  # the address that was asked
    level: str  # system, patient, group
    types: tuple[str, ...] = ()  # empty: all
    filters: tuple[tuple[str, str], ...] = ()  # type, query
    since: str = ""
    elements: tuple[str, ...] = ()
    names_patients: bool = False  # only those that are kept beside the job
    left_out: tuple[str, ...] = ()

    @property
    def view(self) -> View:
        """How much of each resource is shown."""
        return View("", self.elements)

    def view_of(self, type: str) -> View:
        """How much of a resource of this type is shown; elements of other types say nothing."""
        mine = [e for e in self.elements if "." not in e or e.startswith(f"{type}.")]
        return View("", tuple(mine))

    def keeps(self, type: str, is_about_somebody: bool) -> bool:
        """Whether what was found belongs to it.

        At the level of patients what is about nobody comes only where its type is named.
        """
        if self.types and type not in self.types:
            return False
        return self.level == "system" or is_about_somebody or type in self.types


@dataclass(kw_only=True)
class _Reading:
    """Parameters, while they are read."""

    is_lenient: bool
    types: list[str] = field(default_factory=list[str])
    filters: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    since: str = ""
    elements: list[str] = field(default_factory=list[str])
    patients: list[str] = field(default_factory=list[str])
    left_out: list[str] = field(default_factory=list[str])

    def take(self, name: str, value: str) -> None:
        match name:
            case "_outputFormat":
                if value.partition(";")[0].strip().replace(" ", "+") not in NDJSON:
                    raise Unsupported("Files are NDJSON only.", hint=f"Say {NDJSON[0]}.")
            case "_since":
                self._since(value)
            case "_type":
                self._types(value)
            case "_typeFilter":
                self.filters += [_filter(each) for each in NEXT_FILTER.split(value)]
            case "_elements":
                self._elements(value)
            case "patient":
                self.patients.append(_patient(value))
            case "_format" | "_pretty" | "visit":
                return
            case _:
                self._refuse(name)

    def _since(self, value: str) -> None:
        if self.since or "T" not in value or span_of(value) is None:
            raise Incorrect("_since is no instant.", hint="Write one as 2026-03-01T12:00:00Z.")
        self.since = value

    def _types(self, value: str) -> None:
        named = [name for name in value.split(",") if name]
        unknown = [name for name in named if not is_type(name)]
        if unknown and not self.is_lenient:
            raise Incorrect("_type names what is no type of FHIR R4.", hint="Check its spelling.")
        self.left_out += ["_type"] if unknown else []
        self.types += [name for name in named if is_type(name)]

    def _elements(self, value: str) -> None:
        for each in value.split(","):
            if not ELEMENT.fullmatch(each):
                hint = "Write Patient.name or name, with commas between them."
                raise Incorrect("_elements cannot be read.", hint=hint)
            self.elements.append(each)

    def _refuse(self, name: str) -> None:
        if not self.is_lenient:
            why = "is not done here" if name in REFUSED else "is not understood"
            kind = Unsupported if name in REFUSED else NotUnderstood
            raise kind(
                f"{shown(name)} {why}.",
                hint="Leave it out, or send Prefer: handling=lenient.",
            )
        self.left_out.append(shown(name))


def read_asked(params: Params, *, is_lenient: bool) -> _Reading:
    """What the parameters of a kick-off say.

    Raises:
        Incorrect: one cannot be read, or is not understood.
        Unsupported: one is understood, but not done here.
    """
    read = _Reading(is_lenient=is_lenient)
    for name, value in params:
        read.take(name, value)
    if len(read.filters) > FILTERS_MOST:
        raise Incorrect("There are too many filters.", hint=f"Send at most {FILTERS_MOST}.")
    if read.types and any(type not in read.types for type, _ in read.filters):
        raise Incorrect("A filter is of a type that _type leaves out.", hint="Name it in _type.")
    return read


def _filter(text: str) -> tuple[str, str]:
    type, mark, query = text.partition("?")
    if not mark or not query or not is_type(type):
        raise Incorrect("A filter cannot be read.", hint="Write Observation?status=final.")
    names = {name.partition(":")[0] for name, _ in _pairs(query)}
    if names & OF_ANSWERS or not names:
        raise Incorrect(
            "A filter holds what is no filter.", hint="Leave out _include, _sort, _count and such."
        )
    return type, query


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True)


def _patient(value: str) -> str:
    id = value.removeprefix("Patient/")
    if not ID.fullmatch(id):
        raise Incorrect("A patient is no reference.", hint="Send Patient/ and the id.")
    return f"Patient/{id}"


def searches(ask: Ask, patients: Sequence[str]) -> list[Wanted]:
    """The searches whose pages, one after the other, are what was asked for."""
    common = [("_count", PAGE)]
    if ask.since:
        common.append(("_lastUpdated", f"ge{ask.since}"))
    filtered = {type for type, _ in ask.filters}
    rest = [type for type in ask.types if type not in filtered]
    if not ask.names_patients:
        return list(_of_everybody(ask, rest, common))
    found = [one for who in patients for one in _of_one(ask, rest, common, who)]
    named = [type for type in rest if type not in _inside() and type not in PERSONAL]
    if named:
        found.append(Wanted(type="", params=[("_type", ",".join(named)), *common]))
    return found


def _of_everybody(ask: Ask, rest: Sequence[str], common: Params) -> Iterator[Wanted]:
    if rest or not ask.types:
        narrowed = [("_type", ",".join(rest))] if rest else []
        yield Wanted(type="", params=[*narrowed, *common])
    for type, query in ask.filters:
        yield Wanted(type=type, params=[*_pairs(query), *common])


def _of_one(ask: Ask, rest: Sequence[str], common: Params, who: str) -> Iterator[Wanted]:
    id = who.removeprefix("Patient/")
    filtered = {type for type, _ in ask.filters}
    inside = [type for type in rest if type in _inside()]
    if (not ask.types or "Patient" in rest) and "Patient" not in filtered:
        yield Wanted(type="Patient", params=[("_id", id), *common])
    if inside or not ask.types:
        narrowed = [("_type", ",".join(inside))] if inside else []
        yield Wanted(type="", params=[*narrowed, *common], compartment=("Patient", id))
    for type, name in _beside():
        if (not ask.types or type in rest) and type not in filtered:
            yield Wanted(type=type, params=[(name, who), *common])
    for type, query in ask.filters:
        asked = [*_pairs(query), *common]
        if type == "Patient":
            yield Wanted(type=type, params=[*asked, ("_id", id)])
        elif type in _inside():
            yield Wanted(type=type, params=asked, compartment=("Patient", id))
        else:
            names = dict(_beside())
            yield Wanted(type=type, params=[*asked, (names[type], who)] if type in names else asked)


def _inside() -> frozenset[str]:
    """Types of the patient compartment."""
    return frozenset(compartments()["Patient"])


def _beside() -> list[tuple[str, str]]:
    """Types outside it that may be about a patient all the same, and by which parameter."""
    found: list[tuple[str, str]] = []
    for type in sorted(PERSONAL - _inside()):
        known = parameters_of(type)
        name = next((n for n in ("patient", "subject") if n in known), None)
        if name:
            found.append((type, name))
    return found

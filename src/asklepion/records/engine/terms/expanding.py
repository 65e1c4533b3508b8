"""Which codes a value set holds, and whether one is among them.

Source: https://hl7.org/fhir/R4/valueset.html#compositions
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

import re2  # pyright: ignore[reportMissingTypeStubs]

from asklepion.kit.errors import Incorrect, Unsupported

from .. import tables
from .held import Terms
from .systems import Coding, Concept, System

Json = dict[str, Any]

CODES_MOST = 100_000  # of one value set
DEPTH_MOST = 8  # value sets within each other
PATTERN_MOST = 1_000  # characters


class TooCostly(Unsupported):
    """There are more codes than are told at once."""

    issue = "too-costly"


class Unknowable(Unsupported):
    """What is asked cannot be told with what is held here; the answer may be yes or no."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One code of a value set, with what the value set itself says of it."""

    system: str
    code: str
    display: str = ""
    concept: Concept | None = None  # as its system has it, if that is here
    names: tuple[Json, ...] = ()
    version: str = ""

    @property
    def is_abstract(self) -> bool:
        """It groups others, and is no answer by itself."""
        return self.concept is not None and self.concept.is_abstract

    @property
    def is_inactive(self) -> bool:
        """It is not to be used any more."""
        return self.concept is not None and self.concept.is_inactive


@dataclass(kw_only=True)
class _Use:
    """What was needed: told with an expansion."""

    systems: dict[str, str] = field(default_factory=dict[str, str])
    left: int = CODES_MOST


def expand(terms: Terms, value_set: Json) -> tuple[list[Member], dict[str, str]]:
    """Every code of a value set, in its order, and the systems they came from by version.

    Raises:
        Unknowable: part of it is not held here.
        TooCostly: there are too many.
        Incorrect: it cannot be read.
    """
    use = _Use()
    try:
        return list(_of(terms, value_set, use, DEPTH_MOST).values()), use.systems
    except (KeyError, TypeError, AttributeError) as error:
        raise Incorrect("A value set that is asked for cannot be read.") from error


def is_member(terms: Terms, value_set: Json, coding: Coding) -> Member | None:
    """The code as a member of a value set; None if it is none.

    Without a system, the code of any system.

    Raises:
        Unknowable: it may be one, but what would tell is not held here.
        Incorrect: the value set cannot be read.
    """
    try:
        return _found(terms, value_set, coding, DEPTH_MOST)
    except (KeyError, TypeError, AttributeError) as error:
        raise Incorrect("A value set that is asked for cannot be read.") from error


# ---------------------------------------------------------------- all of them

Members = dict[tuple[str, str], Member]


def _of(terms: Terms, value_set: Json, use: _Use, depth: int) -> Members:
    compose: Json = value_set.get("compose") or {}
    if depth == 0:
        raise Unknowable("Value sets stand in each other too deeply.")
    if not compose.get("include"):
        return _stored(value_set.get("expansion") or {})
    try:
        found = _composed(terms, compose, use, depth)
    except Unknowable:
        found = _official(value_set)  # R4 publishes what some of its own come to
        if not found:
            raise
    if compose.get("inactive") is False:
        found = {key: it for key, it in found.items() if not it.is_inactive}
    return found


def _composed(terms: Terms, compose: Json, use: _Use, depth: int) -> Members:
    out: set[tuple[str, str]] = set()
    for part in compose.get("exclude", ()):
        out |= _part(terms, part, use, depth).keys()
    found: Members = {}
    for part in compose["include"]:
        for key, it in _part(terms, part, use, depth).items():
            if key not in out:
                found.setdefault(key, it)
    return found


def _official(value_set: Json) -> Members:
    known = tables.extensible_codes().get(str(value_set.get("url", "")))
    name = str(value_set.get("url", "")).removeprefix("http://hl7.org/fhir/ValueSet/")
    return {
        (system, code): Member(system=system, code=code)
        for system, codes in (known or tables.codes().get(name) or {}).items()
        for code in codes
    }


def _stored(expansion: Json) -> Members:
    found: Members = {}
    waiting: list[Json] = list(reversed(expansion.get("contains", [])))
    while waiting:
        it = waiting.pop()
        if "code" in it:
            system, code = it.get("system", ""), it["code"]
            concept = Concept(
                code=code,
                display=it.get("display", ""),
                is_abstract=bool(it.get("abstract")),
                is_inactive=bool(it.get("inactive")),
                names=tuple(it.get("designation", ())),
            )
            found[system, code] = Member(
                system=system, code=code, display=concept.display, concept=concept
            )
        waiting += reversed(it.get("contains", []))
    return found


def _part(terms: Terms, part: Json, use: _Use, depth: int) -> Members:
    """What is in each of the things that one include names."""
    found: Members | None = None
    if part.get("system"):
        found = {(it.system, it.code): it for it in _of_system(terms, part)}
        system = terms.system(_canonical(part))
        use.systems[part["system"]] = system.version if system is not None else ""
        use.left -= len(found)
        if use.left < 0:
            raise TooCostly(f"The value set has more than {CODES_MOST} codes.")
    for url in part.get("valueSet", ()):
        inner = _of(terms, _value_set(terms, url), use, depth - 1)
        both = found if found is not None else inner
        found = {key: it for key, it in both.items() if key in inner}
    if found is None:
        raise Incorrect("A part of the value set names no code system and no value set.")
    return found


def _canonical(part: Json) -> str:
    return part["system"] + (f"|{part['version']}" if part.get("version") else "")


def _value_set(terms: Terms, url: str) -> Json:
    found = terms.definition("ValueSet", url)
    if found is None:
        raise Unknowable(f"The value set {url[:200]} is not here.", hint="Install its package.")
    return found


def _of_system(terms: Terms, part: Json) -> Iterator[Member]:
    url = part["system"]
    system = terms.system(_canonical(part))
    if listed := part.get("concept"):
        system = system or terms.system(url)  # another version tells what a code is called
        for it in listed:
            concept = system.find(it["code"]) if system is not None else None
            yield Member(
                system=url,
                code=it["code"],
                display=it.get("display", ""),
                concept=concept,
                names=tuple(it.get("designation", ())),
            )
        return
    whole = _whole(system, url)
    test = _tests(whole, part.get("filter", ()))
    for concept in whole.concepts.values():
        if test(concept):
            yield Member(system=url, code=concept.code, concept=concept)


def _whole(system: System | None, url: str) -> System:
    if system is None or not system.is_complete:
        raise Unknowable(
            f"The code system {url[:200]} is not here in full, or in another version.",
            hint="Install a package that holds all of it.",
        )
    return system


# ---------------------------------------------------------------- one of them


def _found(terms: Terms, value_set: Json, coding: Coding, depth: int) -> Member | None:
    compose: Json = value_set.get("compose") or {}
    if depth == 0:
        raise Unknowable("Value sets stand in each other too deeply.")
    if not compose.get("include"):
        return _pick(_stored(value_set.get("expansion") or {}), coding)
    doubt: Unknowable | None = None
    found: Member | None = None
    for part in compose["include"]:
        try:
            found = _in_part(terms, part, coding, depth)
        except Unknowable as error:  # another part may still hold it
            doubt = error
        if found is not None:
            break
    if found is None and doubt is not None:
        return _in_official(value_set, coding, doubt)
    if found is None or (compose.get("inactive") is False and found.is_inactive):
        return None
    named = Coding(found.system, found.code)
    if any(_in_part(terms, part, named, depth) for part in compose.get("exclude", ())):
        return None
    return found


def _in_official(value_set: Json, coding: Coding, doubt: Unknowable) -> Member | None:
    official = _official(value_set)
    if not official:
        raise doubt
    return _pick(official, coding)


def _pick(members: Members, coding: Coding) -> Member | None:
    if coding.system:
        return members.get((coding.system, coding.code))
    return next((it for (_, code), it in members.items() if code == coding.code), None)


def _in_part(terms: Terms, part: Json, coding: Coding, depth: int) -> Member | None:
    found: Member | None = None
    if url := part.get("system"):
        if coding.system not in ("", url):
            return None
        found = _in_system(terms, part, coding.code)
        if found is None:
            return None
        coding = Coding(url, found.code)
    for each in part.get("valueSet", ()):
        inner = _found(terms, _value_set(terms, each), coding, depth - 1)
        if inner is None:
            return None
        found = found or inner
    if found is None:
        raise Incorrect("A part of the value set names no code system and no value set.")
    return found


def _in_system(terms: Terms, part: Json, code: str) -> Member | None:
    url = part["system"]
    if part.get("concept"):
        members = _of_system(terms, part)
        return next((it for it in members if it.code == code), None)
    system = terms.system(_canonical(part))
    concept = system.find(code) if system is not None else None
    if concept is None:
        _whole(system, url)  # only what is here in full has no other codes
        return None
    if part.get("filter") and not _tests(_whole(system, url), part["filter"])(concept):
        return None
    return Member(system=url, code=concept.code, concept=concept)


# ---------------------------------------------------------------- filters

Test = Callable[[Concept], bool]


def _tests(system: System, filters: Any) -> Test:
    """All filters as one. https://hl7.org/fhir/R4/valueset-filter-operator.html"""
    tests = [_test(system, it) for it in filters]
    return lambda concept: all(test(concept) for test in tests)


def _test(system: System, it: Json) -> Test:
    name, op, value = str(it["property"]), str(it["op"]), str(it["value"])
    if name in ("concept", "code", system.name) and op in _HIERARCHY:
        return _HIERARCHY[op](system, value)
    match op:
        case "=":
            return lambda concept: value in _values(system, concept, name)
        case "in" | "not-in":
            wanted = {each.strip() for each in value.split(",")}
            is_in = op == "in"
            return lambda concept: (
                any(each in wanted for each in _values(system, concept, name)) == is_in
            )
        case "exists":
            return lambda concept: (str(bool(_values(system, concept, name))).lower()) == value
        case "regex":
            pattern = _pattern(value)
            return lambda concept: any(
                pattern.fullmatch(each) for each in _values(system, concept, name)
            )
        case _:
            raise Unknowable(f"A filter with {op[:20]} on {name[:60]} is not done here.")


def _within(system: System, value: str) -> Test:
    inside = {value, *system.descendants(value)}
    return lambda concept: concept.code in inside


def _below(system: System, value: str) -> Test:
    inside = set(system.descendants(value))
    return lambda concept: concept.code in inside


def _not_within(system: System, value: str) -> Test:
    inside = {value, *system.descendants(value)}
    return lambda concept: concept.code not in inside


def _generalizes(system: System, value: str) -> Test:
    above = {value, *system.ancestors(value)}
    return lambda concept: concept.code in above


_HIERARCHY: dict[str, Callable[[System, str], Test]] = {
    "is-a": _within,
    "descendent-of": _below,
    "is-not-a": _not_within,
    "generalizes": _generalizes,
}


def _values(system: System, concept: Concept, name: str) -> list[str]:
    match name:
        case "code" | "concept":
            return [concept.code]
        case "display":
            return [concept.display]
        case "parent":
            return list(concept.parents)
        case "child":
            return list(system.below.get(concept.code, ()))
        case "inactive":
            return [str(concept.is_inactive).lower()]
        case _:
            return [
                _text(value)
                for property in concept.properties
                if property.get("code") == name
                for key, value in property.items()
                if key.startswith("value")
            ]


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return str(cast(Json, value).get("code", ""))
    return str(value).lower() if isinstance(value, bool) else str(value)


@lru_cache(maxsize=256)
def _pattern(text: str) -> Any:
    if len(text) > PATTERN_MOST:
        raise Incorrect("The pattern of a filter is too long.")
    options: Any = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(text, options=options)  # pyright: ignore
    except re2.error as error:  # pyright: ignore[reportUnknownMemberType,reportUnknownVariableType]
        raise Unknowable("The pattern of a filter is none that is done here.") from error

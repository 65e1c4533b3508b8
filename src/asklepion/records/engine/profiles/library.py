"""The definitions of installed packages: profiles, and the codes of value sets."""

from collections.abc import Iterable
from typing import Any, cast

from .. import tables
from ..rules import is_in
from .spots import Profile

Json = dict[str, Any]
VALUE_SET = "http://hl7.org/fhir/ValueSet/"
DEPTH_MOST = 8  # value sets within each other


class Library:
    """Definitions by their canonical address, with and without their version.

    Without a version the greatest one is meant.
    """

    def __init__(self, definitions: Iterable[Json] = ()) -> None:
        self._found: dict[tuple[str, str], Json] = {}
        self._profiles: dict[str, Profile | None] = {}
        self._codes: dict[str, tables.Systems | None] = {}
        for it in sorted(definitions, key=lambda it: _order(str(it.get("version", "")))):
            url, version = it["url"], it.get("version")
            self._found[it["resourceType"], url] = it
            if version:
                self._found[it["resourceType"], f"{url}|{version}"] = it

    @property
    def is_empty(self) -> bool:
        """True if nothing is installed."""
        return not self._found

    def definition(self, type: str, canonical: str) -> Json | None:
        """The definition at an address; with a version, that one and no other."""
        return self._found.get((type, canonical))

    def all(self, type: str) -> list[Json]:
        """Every definition of a type, the greatest version of each."""
        return [it for (kind, url), it in self._found.items() if kind == type and "|" not in url]

    def _find(self, type: str, canonical: str) -> Json | None:
        exact = self._found.get((type, canonical))
        return exact or self._found.get((type, canonical.partition("|")[0]))

    def profile(self, canonical: str) -> Profile | None:
        """The profile at an address, if it is installed."""
        if canonical not in self._profiles:
            it = self._find("StructureDefinition", canonical)
            self._profiles[canonical] = Profile(it) if it is not None else None
        return self._profiles[canonical]

    def codes(self, canonical: str) -> tables.Systems | None:
        """The codes of a value set by system; None if not all of them are known here."""
        if canonical not in self._codes:
            self._codes[canonical] = self._codes_of(canonical, DEPTH_MOST)
        return self._codes[canonical]

    def member_of(self, item: Any, canonical: str) -> bool | None:
        """Whether a code is one of a value set; None if that cannot be told."""
        systems = self.codes(canonical)
        return None if systems is None else is_in(item, systems)

    def _codes_of(self, canonical: str, depth: int) -> tables.Systems | None:
        url = canonical.partition("|")[0]
        value_set = self._find("ValueSet", canonical)
        if value_set is None or depth == 0:
            known = tables.codes().get(url.removeprefix(VALUE_SET))
            return known or tables.extensible_codes().get(url)
        compose = cast(Json, value_set.get("compose", {}))
        if not compose:
            return _expanded(value_set.get("expansion", {}))
        found: dict[str, set[str]] = {}
        for include in compose.get("include", []):
            part = self._part(include, depth)
            if part is None:
                return None
            for system, codes in part.items():
                found.setdefault(system, set()).update(codes)
        for exclude in compose.get("exclude", []):
            part = self._part(exclude, depth)
            if part is None:
                return None
            for system, codes in part.items():
                found.get(system, set()).difference_update(codes)
        return {system: sorted(codes) for system, codes in found.items()}

    def _part(self, include: Json, depth: int) -> tables.Systems | None:
        """What one include or exclude means: the codes that are in each of its parts."""
        if include.get("filter"):
            return None
        parts: list[tables.Systems | None] = [
            self._codes_of(url, depth - 1) for url in include.get("valueSet", [])
        ]
        if system := include.get("system"):
            if concepts := include.get("concept"):
                parts.append({system: [it["code"] for it in concepts]})
            else:
                parts.append(self._system(system))
        if not parts or any(it is None for it in parts):
            return None
        first, *others = cast(list[tables.Systems], parts)
        for other in others:
            first = {
                system: [it for it in codes if it in other.get(system, ())]
                for system, codes in first.items()
            }
        return first

    def _system(self, url: str) -> tables.Systems | None:
        system = self._find("CodeSystem", url)
        if system is None or system.get("content") != "complete":
            return None
        codes: list[str] = []
        level: list[Json] = system.get("concept", [])
        while level:
            codes += [it["code"] for it in level]
            level = [below for it in level for below in it.get("concept", [])]
        return {url: codes}


def _expanded(expansion: Json) -> tables.Systems | None:
    level: list[Json] = expansion.get("contains", [])
    found: tables.Systems = {}
    while level:
        for it in level:
            if "code" in it and not it.get("abstract"):
                found.setdefault(it.get("system", ""), []).append(it["code"])
        level = [below for it in level for below in it.get("contains", [])]
    return found or None


def _order(version: str) -> list[tuple[int, str]]:
    """Numbers by their size: 2.10 is above 2.9."""
    parts = version.replace("-", ".").split(".")
    return [(int(it) if it.isdecimal() else -1, it) for it in parts]

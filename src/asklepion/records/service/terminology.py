"""Terminology: what codes mean, which belong together, and what is one in another system."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from asklepion.kit.clock import Clock, to_iso
from asklepion.kit.errors import Incorrect, NotFound, Unsupported

from ..engine import tables
from ..engine.profiles import Library
from ..engine.terms import (
    Coding,
    Concept,
    Match,
    Member,
    System,
    Terms,
    TooCostly,
    Unknowable,
    Verdict,
    check_code,
    display_of,
    expand,
    names_inside,
    translate,
)
from ..model import Asking, Resource
from . import capability
from .reading import Reader
from .searching import Searcher, Wanted

AT_ONCE = 1_000  # codes in one answer, unless fewer are asked for
KEPT_MOST = 50  # definitions kept here that one question needs
MAPS_MOST = 50
VIA = "terminology"


@dataclass(frozen=True, kw_only=True)
class Which:
    """A definition: by its address, by its id here, or as it is sent along."""

    type: str
    url: str = ""
    version: str = ""
    id: str = ""
    resource: Resource | None = None

    @property
    def canonical(self) -> str:
        """Address and version as one."""
        return f"{self.url}|{self.version}" if self.version else self.url


@dataclass(frozen=True, kw_only=True)
class Page:
    """Which part of an expansion is wanted, and how.

    Args:
        text: what stands in the code or in one of its names.
        is_for_choosing: leave out codes that only group others.
        languages: in which names are wanted, the dearest first.
    """

    text: str = ""
    offset: int = 0
    count: int | None = None
    is_active_only: bool = False
    is_for_choosing: bool = False
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Expansion:
    """Some of a value set's codes."""

    value_set: Resource
    members: list[Member]
    total: int
    systems: dict[str, str]  # those the codes came from, with their versions
    at: str


class Terminology:
    """Answers from what is kept here and the caller may see, from packages, and from R4 itself."""

    def __init__(
        self,
        *,
        clock: Clock,
        searcher: Searcher,
        reader: Reader,
        library: Callable[[], Library],
    ) -> None:
        self._clock = clock
        self._searcher = searcher
        self._reader = reader
        self._library = library

    def official(self) -> Terms:
        """What packages and R4 itself hold, whoever asks."""
        return Terms(self._library())

    def capability(self, routes: frozenset[tuple[str, str]]) -> Resource:
        """The TerminologyCapabilities. Takes its time: not for the event loop.

        Args:
            routes: method and path, below our FHIR address, of everything that is served.
        """
        return capability.terminology(self._clock, routes, self.official())

    async def expand(self, asking: Asking, which: Which, page: Page) -> Expansion:
        """The codes of a value set. https://hl7.org/fhir/R4/valueset-operation-expand.html

        Raises:
            NotFound: there is no such value set, or not for this caller.
            Unknowable: part of it is not held here.
            TooCostly: there are more than are told at once, and no count is asked for.
        """
        value_set, terms = await self._held(asking, which)
        members, systems = await asyncio.to_thread(expand, terms, value_set)
        found = [it for it in members if not (page.is_active_only and it.is_inactive)]
        if page.is_for_choosing:
            found = [it for it in found if not it.is_abstract]
        if page.text:
            found = [it for it in found if _has(it, page.text)]
        if page.count is None and len(found) > AT_ONCE:
            raise TooCostly(
                f"The value set has more than {AT_ONCE} codes.", hint="Ask with filter, or count."
            )
        end = page.offset + (AT_ONCE if page.count is None else min(page.count, AT_ONCE))
        return Expansion(
            value_set=value_set,
            members=found[page.offset : end],
            total=len(found),
            systems=systems,
            at=to_iso(self._clock.now()),
        )

    async def check(
        self,
        asking: Asking,
        which: Which,
        codings: Sequence[Coding],
        *,
        languages: Sequence[str] = (),
        with_abstract: bool = True,
    ) -> Verdict:
        """Whether a code belongs to a value set or a code system.

        Raises:
            NotFound: there is no such value set, or not for this caller.
            Unknowable: what would tell is not held here.
        """
        if which.type == "ValueSet":
            value_set, terms = await self._held(asking, which)
            return await asyncio.to_thread(
                check_code,
                terms,
                codings,
                value_set=value_set,
                languages=languages,
                with_abstract=with_abstract,
            )
        system, terms = await self._system(asking, which)
        url = system.url if system is not None else which.url
        codings = [it for it in codings if it.system in ("", url)]
        return check_code(terms, codings, system=system, languages=languages)

    async def lookup(self, asking: Asking, system: str, code: str) -> tuple[System, Concept]:
        """What is held here of a code.

        Args:
            system: its address, perhaps with a version.

        Raises:
            NotFound: the system is held in full, and has no such code.
            Unknowable: the system is not held in full, and the code is not among what is.
        """
        held, _ = await self._system(asking, Which(type="CodeSystem", url=system))
        concept = held.find(code) if held is not None else None
        if held is None or (concept is None and not held.is_complete):
            raise Unknowable(
                "The code system is not here, or not in full: nothing can be told of this code.",
                hint="Install a package that holds it.",
            )
        if concept is None:
            raise NotFound("The code system holds no such code.", hint="Check the code.")
        return held, concept

    async def subsumes(self, asking: Asking, which: Which, one: str, other: str) -> str:
        """How two codes of a system stand to each other.

        Raises:
            Unknowable: the system is not held in full.
            NotFound: it holds no such code.
        """
        system, _ = await self._system(asking, which)
        if system is None or not system.is_complete:
            raise Unknowable("The code system is not here in full.", hint="Install its package.")
        first, second = system.find(one), system.find(other)
        if first is None or second is None:
            raise NotFound("The code system does not hold both codes.", hint="Check the codes.")
        return system.subsumes(first.code, second.code)

    async def translate(
        self,
        asking: Asking,
        which: Which,
        codings: Sequence[Coding],
        *,
        target: str = "",
        between: tuple[str, str] = ("", ""),
        is_reverse: bool = False,
    ) -> list[Match]:
        """What a code is in another system, by one map, or by all that are held here.

        Args:
            target: only codes of this system.
            between: only maps from this value set to that.

        Raises:
            NotFound: there is no such map, or not for this caller.
        """
        if which.url or which.id or which.resource is not None:
            held, _ = await self._held(asking, which)
            maps: Iterable[Resource] = [held]
        else:
            maps = await self._maps(asking, codings, is_reverse)
        maps = [it for it in maps if _is_between(it, between)]
        return await asyncio.to_thread(
            translate, maps, codings, target=target, is_reverse=is_reverse
        )

    async def _maps(
        self, asking: Asking, codings: Sequence[Coding], is_reverse: bool
    ) -> list[Resource]:
        """Every map that is held here and may say something of these codes."""
        name = "target-code" if is_reverse else "source-code"
        wanted = [
            Wanted(
                type="ConceptMap",
                params=[(name, _escaped(it.system, it.code)), ("_count", str(MAPS_MOST))],
            )
            for it in codings
        ]
        pages = await self._searcher.search_all(replace(asking, via=VIA), wanted)
        rows = {row.rid: row for page in pages for row in page.rows}
        found = [orjson.loads(row.body) for row in rows.values()]
        kept = {("ConceptMap", str(it.get("url") or it["id"])): it for it in found}
        await asyncio.to_thread(tables.terms)
        return list(Terms(self._library(), kept).maps())

    async def _system(self, asking: Asking, which: Which) -> tuple[System | None, Terms]:
        """A code system as far as it is held here; None: not at all."""
        if which.id or which.resource is not None:
            held, terms = await self._held(asking, which)
            url = str(held.get("url", ""))
            return Terms(kept={("CodeSystem", url): held}).system(url), terms
        if not which.url:
            raise Incorrect("No code system is named.", hint="Send url or system.")
        terms = await self._terms(asking, [("CodeSystem", which.canonical)])
        return await asyncio.to_thread(terms.system, which.canonical), terms

    async def _held(self, asking: Asking, which: Which) -> tuple[Resource, Terms]:
        """A definition, and everything it is made of."""
        if which.resource is not None:
            found = which.resource
            if found.get("resourceType") != which.type:
                raise Incorrect(f"What is sent along is no {which.type}.")
        elif which.id:
            asking = replace(asking, via=VIA)
            found = orjson.loads((await self._reader.read(asking, which.type, which.id)).body)
        elif which.url:
            terms = await self._terms(asking, [(which.type, which.canonical)])
            return self._there(terms, which), terms
        else:
            raise Incorrect(f"No {which.type} is named.", hint="Send url, or the resource itself.")
        return found, await self._terms(asking, _inside(found))

    @staticmethod
    def _there(terms: Terms, which: Which) -> Resource:
        found = terms.definition(which.type, which.canonical)
        if found is None:
            raise NotFound(f"There is no such {which.type}.", hint="Install its package.")
        return found

    async def _terms(self, asking: Asking, names: Sequence[tuple[str, str]]) -> Terms:
        """All that is held under these addresses, and of what that is made of."""
        asking = replace(asking, via=VIA)
        await asyncio.to_thread(tables.terms)  # read once, when first needed
        kept: dict[tuple[str, str], Resource] = {}
        library = self._library()
        seen: set[tuple[str, str]] = set()
        waiting = list(dict.fromkeys(names))
        while waiting:
            if len(seen) + len(waiting) > KEPT_MOST:
                raise Unsupported(
                    f"This is made of more than {KEPT_MOST} value sets and code systems.",
                    hint="Ask about one of its parts.",
                )
            seen.update(waiting)
            wanted = [Wanted(type=type, params=_by_address(name)) for type, name in waiting]
            pages = await self._searcher.search_all(asking, wanted)
            for key, page in zip(waiting, pages, strict=True):
                if page.rows:
                    kept[key] = orjson.loads(page.rows[0].body)
            terms = Terms(library, kept)
            inside = [
                inner
                for type, name in waiting
                if type == "ValueSet" and (it := terms.definition(type, name)) is not None
                for inner in _inside(it)
            ]
            waiting = [it for it in dict.fromkeys(inside) if it not in seen]
        return Terms(library, kept)


def _is_between(it: Resource, between: tuple[str, str]) -> bool:
    return all(
        not wanted or wanted in (it.get(f"{name}Uri"), it.get(f"{name}Canonical"))
        for name, wanted in zip(("source", "target"), between, strict=True)
    )


def _inside(resource: Resource) -> list[tuple[str, str]]:
    try:
        found = list(names_inside(resource))
        if not all(isinstance(name, str) for _, name in found):
            raise TypeError
        return found
    except (TypeError, AttributeError, KeyError) as error:
        raise Incorrect("A value set that is asked for cannot be read.") from error


def _by_address(canonical: str) -> list[tuple[str, str]]:
    url, _, version = canonical.partition("|")
    params = [("url", _escaped(url)), ("_sort", "-_lastUpdated"), ("_count", "1")]
    return [*params, ("version", _escaped(version))] if version else params


def _escaped(*parts: str) -> str:
    plain = [
        part.replace("\\", "\\\\").replace(",", "\\,").replace("$", "\\$").replace("|", "\\|")
        for part in parts
    ]
    return "|".join(plain)


def _has(member: Member, text: str) -> bool:
    """Whether each word of a text stands in the code or in one of its names."""
    concept = member.concept
    names: list[Any] = [member.code, member.display, *(it.get("value") for it in member.names)]
    if concept is not None:
        names += [concept.display, *(it.get("value") for it in concept.names)]
    whole = " ".join(str(it) for it in names if it).casefold()
    return all(word in whole for word in text.casefold().split())


__all__ = ["Expansion", "Page", "Terminology", "Which", "display_of"]

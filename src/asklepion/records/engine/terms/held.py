"""Which definitions are held here: kept by somebody, of an installed package, or of FHIR R4."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, cast

from .. import tables
from ..profiles import Library
from .systems import System, system_in_table, system_of

Json = dict[str, Any]

TYPES = {"CodeSystem": "systems", "ValueSet": "sets", "ConceptMap": "maps"}


class Terms:
    """Definitions by their canonical address; what was kept counts before packages, then R4.

    Args:
        kept: resources by type and address, with or without `|version`.
    """

    def __init__(
        self, library: Library | None = None, kept: Mapping[tuple[str, str], Json] | None = None
    ) -> None:
        self._library = library or Library()
        self._kept = kept or {}
        self._systems: dict[str, System | None] = {}

    def definition(self, type: str, canonical: str) -> Json | None:
        """The resource at an address; of R4's own, what tables.terms() says of it.

        With a version only that one is meant.
        """
        url, _, version = canonical.partition("|")
        for key in (canonical, url):
            kept = self._kept.get((type, key))
            if kept is not None and (not version or kept.get("version") == version):
                return kept
        found = self._library.definition(type, canonical)
        if found is not None:
            return found
        row = tables.terms()[TYPES[type]].get(url)
        if row is None or (version and row.get("version") != version):
            return None
        return {"resourceType": type, "url": url} | row

    def system(self, canonical: str) -> System | None:
        """The code system at an address, if anything of it is held here."""
        if canonical not in self._systems:
            self._systems[canonical] = self._made(canonical)
        return self._systems[canonical]

    def _made(self, canonical: str) -> System | None:
        it = self.definition("CodeSystem", canonical)
        if it is None:
            return None
        if "concepts" in it:
            return _of_table(it["url"])
        return system_of(it)

    def maps(self) -> Iterator[Json]:
        """Every concept map that is held here."""
        seen: set[str] = set()
        kept = [it for (type, _), it in self._kept.items() if type == "ConceptMap"]
        for it in (*kept, *self._library.all("ConceptMap"), *tables.terms()["maps"].values()):
            url = str(it.get("url") or it.get("id", ""))
            if url not in seen:
                seen.add(url)
                yield it

    def systems(self) -> list[tuple[str, str, str]]:
        """Address, version and content of every code system that is held here."""
        found: dict[str, tuple[str, str, str]] = {}
        rows = cast(dict[str, Json], tables.terms()["systems"])
        for url, row in rows.items():
            found[url] = (url, row.get("version", ""), row.get("content", "complete"))
        for it in self._library.all("CodeSystem"):
            found[it["url"]] = (it["url"], it.get("version", ""), it.get("content", "complete"))
        return [found[url] for url in sorted(found)]


@lru_cache(maxsize=2048)
def _of_table(url: str) -> System:
    return system_in_table(url, tables.terms()["systems"][url])


def names_inside(resource: Json) -> Iterable[tuple[str, Any]]:
    """Type and address of every definition that a value set or a concept map is made of."""
    compose: Any = resource.get("compose")
    if isinstance(compose, dict):
        held = cast(Json, compose)
        for part in [*held.get("include", ()), *held.get("exclude", ())]:
            if system := part.get("system"):
                yield "CodeSystem", system + (f"|{part['version']}" if "version" in part else "")
            yield from (("ValueSet", url) for url in part.get("valueSet", ()))

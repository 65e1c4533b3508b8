"""What a code is in another system. https://hl7.org/fhir/R4/conceptmap.html"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from asklepion.kit.errors import Incorrect, Unsupported

from .systems import Coding

Json = dict[str, Any]

# Read backwards, what was wider is narrower.
REVERSED = {
    "wider": "narrower",
    "narrower": "wider",
    "subsumes": "specializes",
    "specializes": "subsumes",
}
NO_MATCH = ("unmatched", "disjoint")


@dataclass(frozen=True, kw_only=True)
class Match:
    """One code that a map leads to."""

    equivalence: str
    coding: Coding
    source: str  # the map's address

    @property
    def is_match(self) -> bool:
        """False for what the map says has no counterpart."""
        return self.equivalence not in NO_MATCH


def translate(
    maps: Iterable[Json], codings: Sequence[Coding], *, target: str = "", is_reverse: bool = False
) -> list[Match]:
    """Everything these maps say of these codes.

    Args:
        target: only codes of this system.
        is_reverse: from what the maps lead to, back.

    Raises:
        Incorrect: a map cannot be read.
    """
    try:
        found = [
            match
            for it in maps
            for coding in codings
            for match in (_back(it, coding) if is_reverse else _through(it, coding))
            if not target or match.coding.system == target
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise Incorrect("A concept map that is asked for cannot be read.") from error
    return list(dict.fromkeys(found))


def _through(it: Json, coding: Coding) -> Iterator[Match]:
    url = str(it.get("url", ""))
    for group in it.get("group", ()):
        if coding.system and group.get("source", coding.system) != coding.system:
            continue
        system = group.get("target", "")
        is_there = False
        for element in group.get("element", ()):
            if element.get("code") != coding.code:
                continue
            is_there = True
            for target in element.get("target", ()):
                to = Coding(system, target.get("code", ""), target.get("display", ""))
                yield Match(equivalence=target["equivalence"], coding=to, source=url)
        if not is_there and "unmapped" in group:
            yield from _unmapped(group["unmapped"], system, coding, url)


def _unmapped(said: Json, system: str, coding: Coding, url: str) -> Iterator[Match]:
    match said.get("mode"):
        case "provided":
            yield Match(equivalence="equal", coding=Coding(system, coding.code), source=url)
        case "fixed":
            to = Coding(system, said.get("code", ""), said.get("display", ""))
            yield Match(equivalence="inexact", coding=to, source=url)
        case _:
            raise Unsupported("This map leads to another one for such a code.")


def _back(it: Json, coding: Coding) -> Iterator[Match]:
    url = str(it.get("url", ""))
    for group in it.get("group", ()):
        if coding.system and group.get("target", coding.system) != coding.system:
            continue
        for element in group.get("element", ()):
            for target in element.get("target", ()):
                if target.get("code") == coding.code:
                    said = str(target["equivalence"])
                    to = Coding(
                        group.get("source", ""), element["code"], element.get("display", "")
                    )
                    yield Match(equivalence=REVERSED.get(said, said), coding=to, source=url)

"""Which codes belong to a value set, as far as that is written down in full."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from asklepion.kit.errors import Unsupported

from . import tables
from .asked import Asked, shown, split, unescape

BASE = "http://hl7.org/fhir/ValueSet/"
CODES_MOST = 4000  # of one value set in a search
DEPTH_MOST = 8  # value sets inside value sets

Coding = tuple[str, str]  # system and code


class ValueSets:
    """Those of the official definitions that elements are bound to, and those that are kept here.

    Args:
        kept: ValueSet resources by their canonical address.
    """

    def __init__(self, kept: Mapping[str, dict[str, Any]] | None = None) -> None:
        self._kept = kept or {}

    def codings(self, asked: Asked, url: str) -> list[Coding]:
        """Every coding of the value set at that address.

        Raises:
            Unsupported: it is not here, or not written down code by code.
        """
        found = list(dict.fromkeys(self._find(asked, url, DEPTH_MOST)))
        if len(found) > CODES_MOST:
            raise self._refuse(asked, f"has more than {CODES_MOST} codes")
        return found

    def _find(self, asked: Asked, url: str, depth: int) -> Iterator[Coding]:
        plain = url.partition("|")[0]
        kept = self._kept.get(url) or self._kept.get(plain)
        if depth == 0:
            raise self._refuse(asked, "holds others too deeply")
        if kept:
            yield from self._of(asked, kept, depth)
            return
        known = tables.codes().get(plain.removeprefix(BASE)) if plain.startswith(BASE) else None
        if known is None:
            raise self._refuse(asked, "is not here")
        for system, codes in known.items():
            yield from ((system, code) for code in codes)

    def _of(self, asked: Asked, it: dict[str, Any], depth: int) -> Iterator[Coding]:
        if "expansion" in it:
            yield from _contained(it["expansion"].get("contains", []))
            return
        compose: dict[str, Any] = it.get("compose", {})
        out = {
            coding
            for part in compose.get("exclude", [])
            for coding in self._part(asked, part, depth)
        }
        for part in compose.get("include", []):
            yield from (coding for coding in self._part(asked, part, depth) if coding not in out)

    def _part(self, asked: Asked, part: dict[str, Any], depth: int) -> list[Coding]:
        """Codes that are listed; with value sets, only those that all of these hold too."""
        if part.get("filter") or not ("concept" in part or "valueSet" in part):
            raise self._refuse(asked, "is not written down code by code")
        system: str = part.get("system", "")
        sets = [set(self._find(asked, url, depth - 1)) for url in part.get("valueSet", [])]
        listed = [(system, concept["code"]) for concept in part.get("concept", [])]
        first = listed if "concept" in part else sorted(sets[0])
        return [coding for coding in first if all(coding in each for each in sets)]

    @staticmethod
    def _refuse(asked: Asked, why: str) -> Unsupported:
        return Unsupported(
            f"The value set of {shown(asked.name)} {why}.",
            hint="Keep a ValueSet here with its codes listed, or write the codes one by one.",
        )


def _contained(items: Sequence[Any]) -> Iterator[Coding]:
    for item in items:
        it = cast(dict[str, Any], item)
        if "code" in it and not it.get("abstract"):
            yield it.get("system", ""), it["code"]
        yield from _contained(it.get("contains", ()))


def value_sets_asked(params: Sequence[tuple[str, str]]) -> list[str]:
    """The addresses of the value sets that a search names."""
    return [
        unescape(text)
        for name, value in params
        if name.endswith((":in", ":not-in"))
        for text in split(value, ",")
    ]


def value_sets_inside(value_set: dict[str, Any]) -> list[str]:
    """The addresses of the value sets that one is made of."""
    compose: dict[str, Any] = value_set.get("compose", {})
    parts = [*compose.get("include", ()), *compose.get("exclude", ())]
    return [url for part in parts for url in part.get("valueSet", ())]

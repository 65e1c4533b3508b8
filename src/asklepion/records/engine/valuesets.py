"""Which codes belong to a value set, as far as that is written down in full."""

from collections.abc import Mapping, Sequence
from typing import Any

from asklepion.kit.errors import Unsupported

from .asked import Asked, shown, split, unescape
from .profiles import Library
from .terms import Terms, TooCostly, Unknowable, expand

CODES_MOST = 4000  # of one value set in a search

Coding = tuple[str, str]  # system and code


class ValueSets:
    """Those that are kept here, those of installed packages, and R4's own.

    Args:
        kept: ValueSet resources by their canonical address.
        library: what is installed.
    """

    def __init__(
        self, kept: Mapping[str, dict[str, Any]] | None = None, library: Library | None = None
    ) -> None:
        held = {("ValueSet", url): it for url, it in (kept or {}).items()}
        self._terms = Terms(library, held)

    def codings(self, asked: Asked, url: str) -> list[Coding]:
        """Every coding of the value set at that address.

        Raises:
            Unsupported: it is not here, not to be told code by code, or too large.
        """
        value_set = self._terms.definition("ValueSet", url)
        if value_set is None:
            raise self._refuse(asked, "is not here")
        try:
            members, _ = expand(self._terms, value_set)
        except Unknowable as error:
            raise self._refuse(asked, "cannot be written down code by code here") from error
        except TooCostly:
            members = []
        if not members or len(members) > CODES_MOST:
            raise self._refuse(asked, f"has none or more than {CODES_MOST} codes")
        return [(it.system, it.code) for it in members if not it.is_abstract]

    def related(self, asked: Asked, system: str, code: str, *, is_above: bool) -> list[Coding]:
        """A code and every one below it, or above it, in its code system.

        Raises:
            Unsupported: the code system is not here in full.
        """
        held = self._terms.system(system)
        if held is None or not held.is_complete:
            raise Unsupported(
                f"{shown(asked.name)} needs a code system that is not here in full.",
                hint="Write the codes one by one, or use :in with a value set.",
            )
        concept = held.find(code)
        if concept is None:
            return []
        walk = held.ancestors if is_above else held.descendants
        found = [concept.code, *walk(concept.code)]
        if len(found) > CODES_MOST:
            raise Unsupported(
                f"{shown(asked.name)} means more than {CODES_MOST} codes.",
                hint="Name a code that is further down.",
            )
        return [(system, each) for each in found]

    @staticmethod
    def _refuse(asked: Asked, why: str) -> Unsupported:
        return Unsupported(
            f"The value set of {shown(asked.name)} {why}.",
            hint="Keep a ValueSet here with its codes listed, or write the codes one by one.",
        )


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

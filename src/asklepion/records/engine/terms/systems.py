"""One code system: its codes, what each is called, and which is a kind of which."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from asklepion.kit.errors import Incorrect

Json = dict[str, Any]

CONCEPTS_MOST = 500_000
PARENTS = ("parent", "subsumedBy")
NOT_CHOSEN = ("notSelectable", "abstract")
RETIRED = ("retired", "inactive")


class Coding(NamedTuple):
    """A code and its system; the system empty if none is said."""

    system: str
    code: str
    display: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Concept:
    """One code of a system."""

    code: str
    display: str = ""
    definition: str = ""
    parents: tuple[str, ...] = ()
    is_abstract: bool = False  # it groups others, and is no answer by itself
    is_inactive: bool = False
    names: tuple[Json, ...] = ()  # designations: language, use, value
    properties: tuple[Json, ...] = ()


def is_language(has: str, wanted: str) -> bool:
    """True if a text in one language serves who wants another: zh serves zh-CN, and zh-CN zh."""
    one, other = has.lower().split("-"), wanted.lower().split("-")
    least = min(len(one), len(other))
    return bool(has) and one[:least] == other[:least]


@dataclass(frozen=True, kw_only=True)
class System:
    """A code system as far as it is held here."""

    url: str
    version: str = ""
    name: str = ""
    content: str = "complete"  # or fragment, example, supplement, not-present
    is_case_sensitive: bool = True
    concepts: Mapping[str, Concept] = field(default_factory=dict[str, Concept])
    below: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    folded: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def is_complete(self) -> bool:
        """True if a code that is not here is none."""
        return self.content == "complete"

    def find(self, code: str) -> Concept | None:
        """The concept of a code, if it is held here."""
        found = self.concepts.get(code)
        if found is None and not self.is_case_sensitive:
            return self.concepts.get(self.folded.get(code.casefold(), ""))
        return found

    def descendants(self, code: str) -> Iterator[str]:
        """Every code that is a kind of this one, once."""
        return _reached(code, self._below)

    def ancestors(self, code: str) -> Iterator[str]:
        """Every code that this one is a kind of, once."""
        return _reached(code, self._above)

    def _below(self, code: str) -> tuple[str, ...]:
        return self.below.get(code, ())

    def _above(self, code: str) -> tuple[str, ...]:
        return self.concepts[code].parents if code in self.concepts else ()

    def subsumes(self, one: str, other: str) -> str:
        """Their relation as FHIR names it, for two codes that are here."""
        if one == other:
            return "equivalent"
        if other in self.descendants(one):
            return "subsumes"
        return "subsumed-by" if one in self.descendants(other) else "not-subsumed"


def _reached(start: str, step: Callable[[str], tuple[str, ...]]) -> Iterator[str]:
    seen = {start}
    waiting = list(step(start))
    while waiting:
        code = waiting.pop()
        if code not in seen:
            seen.add(code)
            yield code
            waiting += step(code)


def system_of(resource: Json) -> System:
    """A CodeSystem resource as a system.

    Raises:
        Incorrect: it cannot be read.
    """
    try:
        concepts = list(_concepts(resource))
    except (KeyError, TypeError, AttributeError) as error:
        raise Incorrect("A code system that is asked for cannot be read.") from error
    return _made(
        concepts,
        url=str(resource.get("url", "")),
        version=str(resource.get("version", "")),
        name=str(resource.get("name") or resource.get("title") or ""),
        content=str(resource.get("content", "complete")),
        is_case_sensitive=resource.get("caseSensitive") is not False,
    )


def _concepts(resource: Json) -> Iterator[Concept]:
    """Every concept, each after what it stands in; by a list, as they may be nested deeply."""
    said: dict[str, list[str]] = {}
    waiting: list[tuple[Json, str]] = [(it, "") for it in reversed(resource.get("concept", []))]
    rows: list[tuple[Json, str]] = []
    while waiting:
        it, parent = waiting.pop()
        rows.append((it, parent))
        if len(rows) > CONCEPTS_MOST:
            raise Incorrect(f"A code system has {CONCEPTS_MOST} codes at most here.")
        for property in it.get("property", ()):
            if property.get("code") == "child":
                said.setdefault(str(property.get("valueCode")), []).append(it["code"])
        waiting += [(below, it["code"]) for below in reversed(it.get("concept", []))]
    for it, parent in rows:
        properties: list[Json] = it.get("property", [])
        parents = [parent] if parent else []
        parents += [str(p.get("valueCode")) for p in properties if p.get("code") in PARENTS]
        yield Concept(
            code=it["code"],
            display=it.get("display", ""),
            definition=it.get("definition", ""),
            parents=tuple(dict.fromkeys([*parents, *said.get(it["code"], ())])),
            is_abstract=any(
                p.get("code") in NOT_CHOSEN and p.get("valueBoolean") is True for p in properties
            ),
            is_inactive=any(_is_retired(p) for p in properties),
            names=tuple(it.get("designation", ())),
            properties=tuple(properties),
        )


def _is_retired(property: Json) -> bool:
    if property.get("code") == "status":
        return property.get("valueCode") in RETIRED
    return property.get("code") == "inactive" and property.get("valueBoolean") is True


def system_in_table(url: str, row: Json) -> System:
    """A system of FHIR R4 itself, from tables.terms()."""
    rows = cast(list[list[Any]], row["concepts"])
    said: dict[str, list[str]] = {}
    for code, *_, below in rows:
        for child in below:
            said.setdefault(child, []).append(code)
    concepts = [
        Concept(
            code=code,
            display=display,
            parents=tuple(dict.fromkeys([*parents, *said.get(code, ())])),
            is_abstract="a" in flags,
            is_inactive="r" in flags,
            names=tuple({"language": language, "value": value} for language, value in names),
        )
        for code, display, parents, flags, names, _ in rows
    ]
    return _made(
        concepts,
        url=url,
        version=row.get("version", ""),
        name=row.get("name", ""),
        content=row.get("content", "complete"),
        is_case_sensitive=row.get("caseSensitive") is not False,
    )


def _made(concepts: Iterable[Concept], **said: Any) -> System:
    by_code = {it.code: it for it in concepts}
    below: dict[str, list[str]] = {}
    for it in by_code.values():
        for parent in it.parents:
            below.setdefault(parent, []).append(it.code)
    folded = {} if said["is_case_sensitive"] else {code.casefold(): code for code in by_code}
    return System(
        concepts=by_code,
        below={code: tuple(them) for code, them in below.items()},
        folded=folded,
        **said,
    )

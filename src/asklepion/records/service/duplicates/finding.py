"""`$match`: whom the caller may see that may be the person described, and how sure that is.

Source: https://hl7.org/fhir/R4/patient-operation-match.html
"""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import orjson

from asklepion.kit.errors import Incorrect

from ...engine.likeness import Grade, Likeness, Traits, compare, traits_of
from ...engine.words import normalise
from ...model import Asking, Resource
from ...store.rows import Row
from ..parts import Parts
from ..searching import Params, Searcher, Wanted

VIA = "match"
CANDIDATES_MOST = 500  # that are compared
BLOCK = "200"  # candidates that one trait brings
TRAITS_MOST = 4  # of each kind that candidates are looked for by
COUNT, COUNT_MOST = 20, 100
MARKS = re.compile(r"([\\,$|])")  # what a search value must have a backslash before


@dataclass(frozen=True, slots=True)
class Match:
    """One Patient, and how likely it is the one that was described."""

    row: Row
    likeness: Likeness


class Finder:
    """Looks for people by a description."""

    def __init__(self, parts: Parts, searcher: Searcher) -> None:
        self._parts = parts
        self._searcher = searcher

    async def match(
        self,
        asking: Asking,
        described: Resource,
        *,
        is_certain_only: bool = False,
        count: int = COUNT,
    ) -> list[Match]:
        """Patients whom the caller may see, the likeliest first; none that is certainly another.

        Args:
            described: a Patient, as much of one as is known.
            is_certain_only: one, of whom it is certain, or nobody.

        Raises:
            Incorrect: nothing is described by which anybody could be found.
        """
        asking = replace(asking, via=VIA)
        wanted = [Wanted(type="Patient", params=params) for params in _ways(described)]
        if not wanted:
            raise Incorrect(
                "Nothing is described by which to find anybody.",
                hint="Give a name, a birth date, a telephone or an identifier.",
            )
        parts = self._parts
        sight = parts.releasing.sight(asking)
        async with parts.db.read() as tx:
            looks = [await self._searcher.look(tx, one, sight) for one in wanted]
            found = {row.rid: row for look in looks for row in look.rows}
            some = list(found.values())[:CANDIDATES_MOST]
            weighed = await parts.releasing.weigh(tx, asking, sight, some)
            opened = await parts.releasing.look(weighed.allowed)
            ranked = await asyncio.to_thread(_ranked, traits_of(described), opened)
            chosen = _certain(ranked) if is_certain_only else ranked[: max(1, count)]
            likely = {row.rid: likeness for row, likeness in chosen}
            shown = [row for row in weighed.allowed if row.rid in likely]
            weighed = await parts.releasing.weigh(tx, asking, sight, shown)
        allowed = {row.rid: row for row in await parts.releasing.release("search", weighed)}
        return [Match(allowed[rid], likely[rid]) for rid in likely if rid in allowed]


def _ranked(described: Traits, opened: Sequence[Row]) -> list[tuple[Row, Likeness]]:
    compared = [(row, compare(described, traits_of(orjson.loads(row.body)))) for row in opened]
    found = [each for each in compared if each[1].grade != Grade.NOT]
    return sorted(found, key=lambda each: (-each[1].bits, each[0].id))


def _certain(ranked: Sequence[tuple[Row, Likeness]]) -> list[tuple[Row, Likeness]]:
    """The one of whom it is certain, unless another is at least probable."""
    likely = [each for each in ranked if each[1].grade in (Grade.CERTAIN, Grade.PROBABLE)]
    return likely if len(likely) == 1 and likely[0][1].grade == Grade.CERTAIN else []


def _ways(described: Resource) -> list[Params]:
    """The searches by which somebody like this is found."""
    return [[(name, value), ("_count", BLOCK)] for name, value in _values(described)]


def _values(described: Resource) -> Iterator[tuple[str, str]]:
    born = described.get("birthDate")
    if isinstance(born, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", born):
        yield "birthdate", born
    for name in _some(described, "name"):
        family, text = name.get("family"), name.get("text")
        if isinstance(family, str) and normalise(family):
            yield "family", _escaped(family)
        elif isinstance(text, str) and normalise(text):
            yield "name", _escaped(text)
    for telecom in _some(described, "telecom"):
        value = telecom.get("value")
        if telecom.get("system") in ("phone", "email") and isinstance(value, str) and value.strip():
            yield str(telecom["system"]), _escaped(value)
    for each in _some(described, "identifier"):
        system, value = each.get("system"), each.get("value")
        if isinstance(system, str) and isinstance(value, str) and value.strip():
            yield "identifier", f"{_escaped(system)}|{_escaped(value)}"


def _some(described: Resource, name: str) -> list[Mapping[str, Any]]:
    held: Any = described.get(name)
    listed = cast(list[Any], held) if isinstance(held, list) else []
    return [cast(Mapping[str, Any], it) for it in listed if isinstance(it, dict)][:TRAITS_MOST]


def _escaped(value: str) -> str:
    return MARKS.sub(r"\\\1", value.strip())[:200]

"""References that have to be found out first: by search, or by an id whose type nobody told."""

from collections.abc import Iterable, Mapping
from typing import Any, cast
from urllib.parse import parse_qsl

from asklepion.kit.db import Tx
from asklepion.kit.errors import HouseError

from ..engine import compile_search, is_conditional, is_type
from ..engine.tables import resource_types
from ..model import Asking, Resource
from ..store import rows, search
from .parts import Parts

MOST_KNOWN = 20_000  # answers remembered within one import
URN_UUID = "urn:uuid:"


class Pointers:
    """Finds what references point to, among what the caller may see; remembers what it found."""

    def __init__(self, parts: Parts, asking: Asking) -> None:
        self._parts = parts
        self._asking = asking
        self._known: dict[str, str] = {}

    async def resolve(self, tx: Tx, references: Iterable[str]) -> dict[str, str]:
        """What each points to, for those that point to exactly one thing."""
        found: dict[str, str] = {}
        for reference in sorted(set(references)):
            target = self._known.get(reference) or await self._find(tx, reference)
            if target:
                found[reference] = target
                if len(self._known) < MOST_KNOWN:
                    self._known[reference] = target
        return found

    async def _find(self, tx: Tx, reference: str) -> str | None:
        if is_conditional(reference):
            return await self._search(tx, reference)
        return await self._find_urn(tx, reference.removeprefix(URN_UUID))

    async def _search(self, tx: Tx, reference: str) -> str | None:
        type, _, query = reference.partition("?")
        if not is_type(type):
            return None
        params = [*parse_qsl(query), ("_count", "2")]
        parts = self._parts
        try:
            plan = compile_search(type, params, indexer=parts.indexer, now=parts.clock.now())
        except HouseError:
            return None
        sight = parts.releasing.sight(self._asking)
        page, _, _ = await search.find_page(tx, plan, sight)
        return page[0].reference if len(page) == 1 else None

    async def _find_urn(self, tx: Tx, id: str) -> str | None:
        key_of = self._parts.indexer.key_of
        keys = [key_of(type, id) for type in sorted(resource_types())]
        found = [row for row in (await rows.find(tx, keys)).values() if row.id == id]
        sight = self._parts.releasing.sight(self._asking)
        weighed = await self._parts.releasing.weigh(tx, self._asking, sight, found)
        return weighed.allowed[0].reference if len(weighed.allowed) == 1 else None


def is_open(reference: str) -> bool:
    """True for a reference that says by search, or without a type, what it points to."""
    return reference.startswith(URN_UUID) or is_conditional(reference)


def as_identifiers(resource: Resource, unknown: Iterable[str]) -> Resource:
    """A copy in which references by an identifier we do not know say so: nothing is lost.

    https://hl7.org/fhir/R4/references.html#logical
    """
    turned = {each: logical for each in unknown if (logical := _logical(each))}
    return cast(Resource, _turn(resource, turned)) if turned else resource


def _logical(reference: str) -> Mapping[str, Any] | None:
    type, _, query = reference.partition("?")
    params = parse_qsl(query)
    if not is_conditional(reference) or len(params) != 1 or params[0][0] != "identifier":
        return None
    system, mark, value = params[0][1].rpartition("|")
    identifier = {"system": system, "value": value} if mark and system else {"value": value}
    return {"type": type, "identifier": identifier} if value else None


def _turn(value: Any, turned: Mapping[str, Mapping[str, Any]]) -> Any:
    if isinstance(value, list):
        return [_turn(inner, turned) for inner in cast(list[Any], value)]
    if not isinstance(value, dict):
        return value
    it = cast(dict[str, Any], value)
    reference = it.get("reference")
    if isinstance(reference, str) and reference in turned:
        return {k: v for k, v in it.items() if k != "reference"} | dict(turned[reference])
    return {key: _turn(inner, turned) for key, inner in it.items()}

"""Much at once, made by another room: kept in one transaction, told of as an import."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from asklepion.identity import Role
from asklepion.kit.errors import NotFound

from ..model import Act, Asking, Resource
from ..store import rows as rows_of
from .drafting import encode
from .importing import Importer
from .parts import Parts
from .sources import decode
from .units import Item, Unit, draft_all
from .written import State

DELETED = "deleted"


@dataclass(frozen=True, kw_only=True)
class Brought:
    """What became of resources that a room brought, by their ids."""

    states: Mapping[str, str]  # new, changed, same, deleted, refused

    def count(self, state: str) -> int:
        """How many came out so."""
        return sum(each == state for each in self.states.values())


class Bringer:
    """Takes in what other rooms make of files."""

    def __init__(self, parts: Parts, importer: Importer) -> None:
        self._parts = parts
        self._importer = importer

    def admitted(self, asking: Asking) -> AbstractContextManager[None]:
        """While this is open, somebody brings one file; see `Records.admitted`."""
        return self._importer.admitted(asking)

    async def require(self, asking: Asking, patient: str) -> None:
        """Let only those on who may write what this patient tells, and an operator.

        Raises:
            NotFound: somebody else asks, or there is no such patient.
        """
        asking.caller.require_known()
        if not asking.caller.has(Role.OPERATOR):
            await self._parts.releasing.require(asking, patient, Act.CORRECT)
            return
        key = self._parts.indexer.key_of("Patient", patient.removeprefix("Patient/"))
        async with self._parts.db.read() as tx:
            row = (await rows_of.find(tx, [key])).get(key)
        if row is None or row.deleted:
            raise NotFound(f"There is no {patient}.", hint="Bring her Patient in first.")

    async def keep(self, asking: Asking, resources: Sequence[Resource]) -> Brought:
        """Keep resources under ids that a room made.

        What was deleted does not come back, also where it was an import that was undone. What
        differs only in its `meta`, or is a Quantity with a smaller value than the one here,
        stays as it is.

        Raises:
            Unauthenticated: a stranger asks.
            Overtaken: somebody else wrote the same at the same time; try again.
        """
        asking.caller.require_known()
        asking = replace(asking, via="import")
        held = await self._held(resources)
        unit = Unit(file="")
        states = {
            it["id"]: DELETED if held.get(it["id"]) == {} else State.SAME.value for it in resources
        }
        for place, resource in enumerate(resources, start=1):
            old = held.get(resource["id"])
            if old is None or (old and not _is_settled(old, resource)):
                unit.items.append(Item(place, "", resource))
        await asyncio.to_thread(draft_all, unit, self._parts.drafter, {})
        for each in await self._importer.keep(asking, unit):
            states[each.draft.id] = each.state.value
        for each in unit.refused:
            states[resources[each.entry - 1]["id"]] = State.REFUSED.value
        return Brought(states=states)

    async def _held(self, resources: Sequence[Resource]) -> dict[str, Resource]:
        """What of these is here, by its id; nothing in it where it was deleted.

        Nothing of it is handed out: it only decides what is written.
        """
        key_of = self._parts.indexer.key_of
        keys = {key_of(it["resourceType"], it["id"]): it["id"] for it in resources}
        async with self._parts.db.read() as tx:
            found = await rows_of.find(tx, list(keys))
        here = [row for row in found.values() if not row.deleted]
        held: dict[str, Resource] = {keys[key]: {} for key in found}
        for row in await self._parts.releasing.look(here):
            held[row.id] = decode(row.body)
        return held


def _is_settled(old: Resource, new: Resource) -> bool:
    """Whether what is here stays as it is."""
    told: Resource = decode(encode(new))
    before, after = ({k: v for k, v in it.items() if k != "meta"} for it in (old, told))
    values = [it.get("valueQuantity", {}).get("value") for it in (before, after)]
    return before == after or (None not in values and values[0] > values[1])

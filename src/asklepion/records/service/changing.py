"""Create, update, patch, delete: by id, or by a search."""

import asyncio
from datetime import datetime
from typing import Any, cast

import orjson

from asklepion.identity import Role
from asklepion.kit.clock import from_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Forbidden, Incorrect

from ..engine import apply_patch, is_subset, is_type
from ..model import Asking, Kept, Resource, Stale
from ..store.rows import Row
from .absent import not_found
from .books import Entry
from .deciding import Thing, why_not_write
from .drafting import Draft
from .matching import Changed, Matching
from .parts import Parts
from .reading import Reader
from .searching import Params
from .sources import decode
from .written import Done, State, denials_for, entries_for

HINT = "Ask the patient, or an operator."


class Changer:
    """Everything that changes one resource."""

    def __init__(
        self, parts: Parts, reader: Reader, matching: Matching, *, deletes_most: int
    ) -> None:
        """Args:
        deletes_most: resources that one conditional delete may take.
        """
        self.deletes_most = deletes_most
        self._parts = parts
        self._reader = reader
        self._matching = matching

    async def create(
        self,
        asking: Asking,
        resource: Resource,
        *,
        id: str | None = None,
        if_none_exist: Params | None = None,
        action: str = "write",
        tx: Tx | None = None,
    ) -> Kept:
        """Keep a new resource.

        Args:
            id: chosen by a room of this house, so that sending twice keeps once.
            if_none_exist: a search; what it finds is returned instead.
            tx: a transaction that is open already.
        """
        asking.caller.require_known()
        type = type_of(resource)
        chosen = id or self._parts.ids.new()
        if if_none_exist is None:
            draft = self._draft({**resource, "id": chosen})
            return await self._keep(asking, draft, action, tx=tx)

        async def once() -> Kept:
            found = await self._matching.find_one(asking, type, if_none_exist)
            if found:
                return as_kept(found, is_new=False)
            draft = self._draft({**resource, "id": chosen})
            return await self._keep(asking, draft, action, absent=if_none_exist)

        return await self._matching.repeat(once)

    async def update(
        self,
        asking: Asking,
        resource: Resource,
        *,
        if_match: int | None = None,
        is_new_only: bool = False,
        absent: Params | None = None,
        action: str = "write",
    ) -> Kept:
        """Keep the next version of a resource; operators may also bring in new ones.

        Args:
            is_new_only: only where there is none yet (If-None-Match: *).
            absent: only if nothing matches this search by now.

        Raises:
            NotFound: it is not there, or not for this caller.
            Stale: it is no longer the version the caller meant.
        """
        asking.caller.require_known()
        type = type_of(resource)
        if is_subset(resource):
            raise Incorrect("This is only a part of a resource.", hint="Send the whole of it.")
        draft = self._draft(resource)
        if not may_bring_in(asking):
            await self._reader.find_to_change(asking, action, type, draft.id)
        return await self._keep(
            asking, draft, action, if_match, is_new_only=is_new_only, absent=absent
        )

    async def update_where(
        self, asking: Asking, params: Params, resource: Resource, *, if_match: int | None = None
    ) -> Kept:
        """Keep the next version of the one resource that matches, or a new one if none does.

        https://hl7.org/fhir/R4/http.html#cond-update

        Raises:
            Stale: several match.
            Incorrect: the resource has another id than the one that matches.
        """
        type = type_of(resource)

        async def once() -> Kept:
            found = await self._matching.find_one(asking, type, params)
            if found is None and "id" not in resource:
                new = {**resource, "id": self._parts.ids.new()}
                return await self._keep(asking, self._draft(new), "write", absent=params)
            if found is None:
                return await self.update(asking, resource, if_match=if_match, absent=params)
            matched = with_id_of(found, resource)
            meant = found.version if if_match is None else if_match
            return await self.update(asking, matched, if_match=meant)

        return await self._matching.repeat(once, is_ours=if_match is None)

    async def patch(
        self, asking: Asking, type: str, id: str, patch: Any, *, if_match: int | None = None
    ) -> Kept:
        """Change parts of a resource that the caller may see.

        Args:
            patch: a JSON Patch, or a Parameters resource as FHIRPath Patch has it.

        Raises:
            NotFound, Gone: it is not there, or not for this caller.
            Incorrect: the patch does not fit, or what comes of it is not FHIR R4.
            Stale: it is no longer the version the caller meant.
        """

        async def once() -> Kept:
            row, changed = await self.patched(asking, type, id, patch, if_match)
            return await self.update(asking, changed, if_match=row.version)

        return await self._matching.repeat(once, is_ours=if_match is None)

    async def patched(
        self, asking: Asking, type: str, id: str, patch: Any, if_match: int | None = None
    ) -> tuple[Row, Resource]:
        """A resource as it is, and as a patch would make it; raises as `patch` does."""
        row = await self._reader.read(asking, type, id)
        if if_match is not None and row.version != if_match:
            raise stale()
        return row, await asyncio.to_thread(_patched, row.body, patch)

    async def patch_where(
        self, asking: Asking, type: str, params: Params, patch: Any, *, if_match: int | None = None
    ) -> Kept:
        """Change parts of the one resource that matches. Raises as `patch`; Stale for several."""
        found = await self._matching.find_one(asking, type, params)
        if found is None:
            raise not_found(type)
        return await self.patch(asking, type, found.id, patch, if_match=if_match)

    def _draft(self, resource: Resource) -> Draft:
        return self._parts.drafter.draft(resource)

    async def _keep(
        self,
        asking: Asking,
        draft: Draft,
        action: str,
        if_match: int | None = None,
        *,
        is_new_only: bool = False,
        absent: Params | None = None,
        tx: Tx | None = None,
    ) -> Kept:
        parts = self._parts
        async with parts.writer.changing(tx) as inside:
            if absent is not None:
                await self._matching.require_none(inside, asking, draft.type, absent)
            (done,) = await parts.writer.keep(inside, asking, [draft])
            if done.row and done.state != State.REFUSED:
                check_version(done, if_match, is_new_only=is_new_only)
                await parts.writer.tell_kept(inside, [done])
                await parts.books.write(inside, entries_for(asking, action, [done]))
        if done.row is None:
            if tx is None:  # what stands in an open transaction goes with the error
                await parts.books.keep(denials_for(asking, action, [done]))
            raise Forbidden(f"This {draft.type} may not be kept: {done.reason}.", hint=HINT)
        return as_kept(done.row, is_new=done.state == State.NEW)

    async def delete_where(
        self, asking: Asking, type: str, params: Params, *, if_match: int | None = None
    ) -> int:
        """Delete what matches, all of it or nothing; returns how many.

        https://hl7.org/fhir/R4/http.html#3.1.0.7.1

        Raises:
            Stale: more match than one conditional delete may take.
            Forbidden: the caller may see one of them, but not delete it.
        """
        asking.caller.require_known()
        found = await self._matching.find(asking, type, params, self.deletes_most)
        if not found:
            return 0
        if if_match is not None and any(row.version != if_match for row in found):
            raise stale()
        reason, denied = "", list[Entry]()
        try:
            async with self._parts.writer.changing() as tx:
                entries: list[Entry] = []
                for row in found:
                    reason, told = await self.delete_in(tx, asking, row)
                    if reason:
                        denied = told
                        raise _Refused
                    entries += told
                await self._parts.books.write(tx, entries)
        except _Refused:
            await self._parts.books.keep(denied)
            raise Forbidden(f"This {type} may not be deleted: {reason}.", hint=HINT) from None
        return len(found)

    async def delete(
        self, asking: Asking, type: str, id: str, *, if_match: int | None = None
    ) -> None:
        """Delete a resource; its versions stay, for those who may see them.

        Raises:
            NotFound: it is not there, or not for this caller.
            Forbidden: the caller may see it, but not delete it.
            Stale: it is no longer the version the caller meant.
        """
        asking.caller.require_known()
        row = await self.find_to_delete(asking, type, id, if_match)
        if row.deleted:
            return
        async with self._parts.writer.changing() as tx:
            reason, entries = await self.delete_in(tx, asking, row)
            if not reason:
                await self._parts.books.write(tx, entries)
        if reason:
            await self._parts.books.keep(entries)
            raise Forbidden(f"This {type} may not be deleted: {reason}.", hint=HINT)

    async def delete_in(self, tx: Tx, asking: Asking, row: Row) -> tuple[str, list[Entry]]:
        """Delete inside a transaction, if it may be; returns why not, and what to write down."""
        parts = self._parts
        sight = parts.releasing.sight(asking, "d")
        things, standing = await parts.releasing.consider(tx, sight, [row])
        thing = things[row.rid, row.version]
        reason = why_not_write(asking, thing, thing, standing)
        scoping = parts.releasing.scoping
        if await scoping.outside(tx, sight.scope, [row], parts.releasing.look):
            reason = "the app was not given that"
        if not reason:
            await parts.writer.delete(tx, row, asking.caller)
        return reason, _deletion(asking, row, thing, "deny" if reason else "permit")

    async def find_to_delete(
        self, asking: Asking, type: str, id: str, if_match: int | None = None
    ) -> Row:
        """The row a deletion is meant for; raises as `delete` does."""
        if not asking.caller.has(Role.OPERATOR) or asking.caller.app:
            row = await self._reader.find_to_change(asking, "delete", type, id)
        else:
            row = await self._reader.find_unseen(type, id)
        if row is None:
            raise not_found(type)
        if if_match is not None and row.version != if_match:
            raise stale()
        return row


class _Refused(Exception):
    """One of several may not be deleted, so that none is."""


def _patched(body: bytes, patch: Any) -> Resource:
    return apply_patch(decode(body), patch)


def with_id_of(found: Row, resource: Resource) -> Resource:
    """The resource under the id of the one that a search found.

    Raises:
        Incorrect: it has another.
    """
    if resource.get("id", found.id) != found.id:
        raise Incorrect("The body has another id than what matches.", hint="Leave its id out.")
    return {**resource, "id": found.id}


def may_bring_in(asking: Asking) -> bool:
    """Whether the caller chooses ids, and writes what she need not be able to see."""
    return asking.caller.has(Role.OPERATOR) or asking.caller.has(Role.DEVICE)


def type_of(resource: Resource) -> str:
    """The resource's type.

    Raises:
        Incorrect: it has none that FHIR R4 knows.
    """
    held = cast(object, resource)
    type = resource.get("resourceType") if isinstance(held, dict) else None
    if not isinstance(type, str) or not is_type(type):
        raise Incorrect("The body is no FHIR R4 resource.", hint="Give it a resourceType of R4.")
    return type


def check_version(done: Done, if_match: int | None, *, is_new_only: bool = False) -> None:
    """Raises Stale if what was changed is not the version that was meant."""
    if is_new_only and done.state != State.NEW:
        raise Stale("It is there already.", hint="Read it, and update it instead.")
    if if_match is None or done.row is None:
        return
    before = done.row.version - (0 if done.state == State.SAME else 1)
    if before != if_match:
        raise stale()


def stale() -> Stale:
    """It is another version now."""
    return Changed("It was changed meanwhile.", hint="Read it again and repeat the change.")


def _deletion(asking: Asking, row: Row, thing: Thing, outcome: str) -> list[Entry]:
    entries = [
        Entry(asking=asking, action="delete", outcome=outcome, patient=patient)
        for patient in sorted(thing.patients) or [""]
    ]
    for entry in entries:
        entry.add_row(row)
    return entries


def as_kept(row: Row, *, is_new: bool) -> Kept:
    """One stored version as others see it."""
    at: datetime = from_us(row.updated_at)
    return Kept(
        type=row.type,
        id=row.id,
        version=row.version,
        at=at,
        is_new=is_new,
        resource=orjson.loads(row.body),
    )

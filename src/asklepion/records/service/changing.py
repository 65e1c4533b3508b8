"""Create, update, delete: one resource at a time."""

from datetime import datetime
from typing import cast

import orjson

from asklepion.identity import Role
from asklepion.kit.clock import from_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Forbidden, Incorrect

from ..engine import is_type
from ..model import Asking, Kept, Resource, Stale
from ..store.rows import Row
from .books import Entry
from .deciding import Thing, why_not_write
from .drafting import Draft
from .parts import Parts
from .reading import Reader
from .searching import Params, Searcher, not_found
from .writing import Done, State, denials_for, entries_for

HINT = "Ask the patient, or an operator."


class Changer:
    """Everything that changes one resource."""

    def __init__(self, parts: Parts, reader: Reader, searcher: Searcher) -> None:
        self._parts = parts
        self._reader = reader
        self._searcher = searcher

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
        if if_none_exist is not None:
            found = await self._searcher.search(asking, type, [*if_none_exist, ("_count", "2")])
            if len(found.rows) > 1:
                raise Stale("More than one resource matches.", hint="Search more narrowly.")
            if found.rows:
                return as_kept(found.rows[0], is_new=False)
        draft = self._parts.drafter.draft({**resource, "id": id or self._parts.ids.new()})
        return await self._keep(asking, draft, action, tx=tx)

    async def update(
        self,
        asking: Asking,
        resource: Resource,
        *,
        if_match: int | None = None,
        action: str = "write",
    ) -> Kept:
        """Keep the next version of a resource; operators may also bring in new ones.

        Raises:
            NotFound: it is not there, or not for this caller.
            Stale: it is no longer the version the caller meant.
        """
        asking.caller.require_known()
        type = type_of(resource)
        draft = self._parts.drafter.draft(resource)
        if not may_bring_in(asking):
            await self._reader.find_to_change(asking, action, type, draft.id)
        return await self._keep(asking, draft, action, if_match)

    async def _keep(
        self,
        asking: Asking,
        draft: Draft,
        action: str,
        if_match: int | None = None,
        tx: Tx | None = None,
    ) -> Kept:
        parts = self._parts
        async with parts.writer.changing(tx) as inside:
            (done,) = await parts.writer.keep(inside, asking, [draft])
            if done.row and done.state != State.REFUSED:
                check_version(done, if_match)
                await parts.writer.tell_kept(inside, [done])
                await parts.books.write(inside, entries_for(asking, action, [done]))
        if done.row is None:
            if tx is None:  # what stands in an open transaction goes with the error
                await parts.books.keep(denials_for(asking, action, [done]))
            raise Forbidden(f"This {draft.type} may not be kept: {done.reason}.", hint=HINT)
        return as_kept(done.row, is_new=done.state == State.NEW)

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
        thing = (await parts.releasing.things(tx, [row]))[row.rid, row.version]
        sight = parts.releasing.sight(asking)
        standing = await parts.releasing.standing(tx, sight, thing.patients)
        reason = why_not_write(asking, thing, thing, standing)
        if not reason:
            await parts.writer.delete(tx, row)
        return reason, _deletion(asking, row, thing, "deny" if reason else "permit")

    async def find_to_delete(
        self, asking: Asking, type: str, id: str, if_match: int | None = None
    ) -> Row:
        """The row a deletion is meant for; raises as `delete` does."""
        if not asking.caller.has(Role.OPERATOR):
            row = await self._reader.find_to_change(asking, "delete", type, id)
        else:
            row = await self._reader.find_unseen(type, id)
        if row is None:
            raise not_found(type)
        if if_match is not None and row.version != if_match:
            raise stale()
        return row


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


def check_version(done: Done, if_match: int | None) -> None:
    """Raises Stale if what was changed is not the version that was meant."""
    if if_match is None or done.row is None:
        return
    before = done.row.version - (0 if done.state == State.SAME else 1)
    if before != if_match:
        raise stale()


def stale() -> Stale:
    """It is another version now."""
    return Stale("It was changed meanwhile.", hint="Read it again and repeat the change.")


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

"""The rows behind places in the making: who may touch them, and how they change."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import msgspec

from asklepion.identity import Caller, Role
from asklepion.kit.clock import Clock, to_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Conflict, Incorrect, NotFound
from asklepion.kit.ids import Ids

from ...model import Access, Place, changes_between, flaws_of, may_know, read_file
from ...store import places as store
from ...store.places import AssetRow, PlaceRow, VersionRow
from ..files import find_file
from ..world import World
from . import values
from .assets import Assets
from .reserved import leave_to_operators, without_reserved
from .showing import known_places
from .values import Draft

NO_PLACE = "There is no such place in the making."


class Drafts:
    """What every verb of making needs, within its transaction."""

    def __init__(self, *, world: World, clock: Clock, ids: Ids, assets: Assets) -> None:
        self._world = world
        self._clock = clock
        self._ids = ids
        self._assets = assets

    def new_id(self) -> str:
        """An id for a new place."""
        return values.PREFIX + self._ids.new().replace("-", "")[-12:]

    def now_us(self) -> int:
        """This moment."""
        return to_us(self._clock.now())

    async def editable(
        self, tx: Tx, caller: Caller, id: str, *, also_archived: bool = False
    ) -> PlaceRow:
        """A place that the caller may edit.

        Raises:
            NotFound: there is none.
        """
        values.require_maker(caller)
        row = await store.find(tx, id)
        is_there = row is not None and (also_archived or not row.archived_at)
        if row is None or not is_there or not values.may_edit(caller, row):
            raise NotFound(NO_PLACE, hint="GET /api/world/making lists yours.")
        return row

    async def to_change(
        self, tx: Tx, caller: Caller, id: str, *, also_archived: bool = False
    ) -> PlaceRow:
        """The same, which nobody else changes before this transaction ends.

        Raises:
            NotFound: as `editable`.
        """
        await tx.lock(f"world place {id}")
        return await self.editable(tx, caller, id, also_archived=also_archived)

    async def told(self, tx: Tx, caller: Caller, row: PlaceRow) -> Draft:
        """A draft as its editor is told of it."""
        place = read_file(row.draft.encode())
        files = {asset.hash: asset.triangles for asset in await store.assets_of(tx, row.id)}
        known = await known_places(tx, self._world)
        flaws = await asyncio.to_thread(
            flaws_of, place, known=known, files=files, has_gatekeeper=False
        )
        return Draft(
            place=place,
            revision=row.revision,
            shown=row.shown,
            editors=tuple(Role(role) for role in row.editors.split()),
            flaws=tuple(flaws),
            is_mine=row.account == caller.account,
        )

    def checked(self, caller: Caller, place: Place, row: PlaceRow) -> Place:
        """A file that may be the draft of this place.

        Raises:
            Incorrect, Forbidden: it may not.
        """
        if place.id != row.id or place.copies:
            raise Incorrect(f"id: this is the draft of {row.id}.", hint="Leave id and copies.")
        leave_to_operators(caller, place, read_file(row.draft.encode()))
        return values.named(place, place.name_key, place.about_key)

    async def copied(self, tx: Tx, caller: Caller, of: str, id: str) -> Place:
        """A copy of any place that the caller may know of.

        Raises:
            NotFound: there is none.
        """
        row = await store.find(tx, of)
        if row and not row.archived_at and values.may_edit(caller, row):
            return as_copy(read_file(row.draft.encode()), caller, id)
        if row and row.shown and not row.archived_at:
            version = await store.find_version(tx, of, row.shown)
            shown = values.shown_file(version.body) if version else None
            if shown and may_know(shown, caller):
                return as_copy(shown, caller, id)
        found = None if row else find_file(of)
        if not found:
            raise NotFound("There is no such place to copy.", hint="GET /api/world/places")
        return as_copy(found, caller, id)

    async def add(self, tx: Tx, caller: Caller, place: Place) -> None:
        """Keep a new place.

        Raises:
            Conflict: there are too many.
        """
        await self.require_room(tx, caller.account)
        await store.add(
            tx,
            PlaceRow(
                id=place.id,
                account=caller.account,
                editors="",
                draft=text_of(place),
                revision=1,
                shown=0,
                changed_at=self.now_us(),
                archived_at=0,
            ),
        )

    async def require_room(self, tx: Tx, account: str) -> None:
        """Let nobody have too many places; the longest archived go for good.

        Raises:
            Conflict: there are too many.
        """
        await tx.lock("world places")
        rows = await store.all_places(tx)
        standing = [row for row in rows if not row.archived_at]
        own = [row for row in standing if row.account == account]
        if len(standing) >= values.MOST_PLACES or len(own) >= values.MOST_OF_ONE:
            raise Conflict(
                "There are too many places.",
                hint=f"At most {values.MOST_OF_ONE} of one, {values.MOST_PLACES} of the house.",
            )
        for id in (await store.archived_ids(tx))[: len(rows) - values.MOST_KEPT + 1]:
            if len(rows) >= values.MOST_KEPT:
                await store.drop(tx, id)

    async def change(self, tx: Tx, row: PlaceRow, **changes: object) -> PlaceRow:
        """Keep a place with these changes.

        Raises:
            Conflict: another did so at the same moment.
        """
        fields = {"revision": row.revision + 1, "changed_at": self.now_us()} | changes
        changed = row._replace(**fields)
        if not await store.change(tx, changed, revision=row.revision):
            raise Conflict("Somebody changed this place at the same moment.", hint="Read it again.")
        return changed

    async def require_showable(self, tx: Tx, caller: Caller, row: PlaceRow, place: Place) -> None:
        """Let visitors see nothing that only operators say, unless one of them shows it.

        Raises:
            Forbidden: it says more than the version that is shown.
        """
        version = await store.find_version(tx, row.id, row.shown)
        before = read_file(version.body.encode()) if version else values.empty_room(row.id)
        leave_to_operators(caller, place, before)

    async def add_version(
        self, tx: Tx, caller: Caller, row: PlaceRow, place: Place, note: str
    ) -> int:
        """Keep what visitors see from now on; returns its number."""
        versions = await store.versions_of(tx, row.id)
        number = versions[0].number + 1 if versions else 1
        before = next((v for v in versions if v.number == row.shown), None)
        old = read_file(before.body.encode()) if before else None
        await store.add_version(
            tx,
            VersionRow(
                place=row.id,
                number=number,
                account=caller.account,
                made_at=self.now_us(),
                note=note,
                changes=msgspec.json.encode(changes_between(old, place)).decode(),
                body=text_of(place),
            ),
        )
        await store.drop_versions(tx, row.id, number - values.MOST_VERSIONS + 1)
        return number

    async def keep_assets(self, tx: Tx, id: str, assets: Iterable[AssetRow], draft: Place) -> None:
        """Let models belong to a place.

        Raises:
            Conflict: there are too many.
        """
        spare = {model.file for model in draft.models}
        if shown := self._world.place(id):
            spare |= {model.file for model in shown.models}
        await self._assets.keep(tx, assets, spare=frozenset(spare))


def makes(caller: Caller) -> bool:
    """Whether a caller makes places at all."""
    return bool(caller.roles & set(values.MAKERS)) and not caller.app


def text_of(place: Place) -> str:
    """A place file as it is kept."""
    return msgspec.json.encode(place).decode()


def as_copy(place: Place, caller: Caller, id: str) -> Place:
    """The same, as a place of one's own: whoever keeps the gate of the other does not keep this."""
    visitors = place.visitors
    if place.access is Access.GUARDED and not visitors:
        visitors = values.MAKERS
    doors = tuple(door for door in place.doors if door.to != id)
    mine = without_reserved(place, caller)
    return msgspec.structs.replace(mine, id=id, copies=0, visitors=visitors, doors=doors)

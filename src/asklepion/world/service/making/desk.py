"""The verbs of making places: begin, save, show, bring back, put away, carry elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping

import msgspec

from asklepion.identity import AccountClosed, Caller, Role
from asklepion.kit.errors import Forbidden, Incorrect, NotFound
from asklepion.kit.ids import Ids

from ...engine.parcel import Parcel, pack, unpack
from ...model import may_know, read_file
from ...store import places as store
from ...store.places import AssetRow, PlaceRow
from ..shelf import Cellar
from ..visit import tidy
from ..world import World
from . import values
from .assets import Assets
from .drafts import Drafts, as_copy, makes, text_of
from .showing import Showing
from .values import Begun, Draft, Listed, Shown

Names = Callable[[Iterable[str]], Awaitable[Mapping[str, str]]]


class Making:
    """Places of one's own. Whoever may not edit one learns nothing of its draft."""

    def __init__(self, cellar: Cellar, *, world: World, ids: Ids, names: Names) -> None:
        """Args:
        names: what the people behind some accounts are called.
        """
        self._db = cellar.db
        self._world = world
        self._names = names
        self._assets = Assets(cellar)
        self._drafts = Drafts(world=world, clock=cellar.clock, ids=ids, assets=self._assets)
        self._showing = Showing(cellar.db, world)

    async def start(self) -> None:
        """Let the made places be there."""
        await self._assets.start()
        await self._showing.start()

    async def stop(self) -> None:
        """Look after them no more."""
        await self._showing.stop()

    # --- drafts

    async def list(self, caller: Caller) -> list[Listed]:
        """Every place that the caller may edit, archived or not, the newest first.

        Raises:
            Unauthenticated, Forbidden: they make no places.
        """
        values.require_maker(caller)
        async with self._db.read() as tx:
            rows = [r for r in await store.all_places(tx) if values.may_edit(caller, r)]
        names = await self._names(row.account for row in rows if row.account)
        return [_listed(row, caller, names) for row in reversed(rows)]

    async def begin(self, caller: Caller, wish: Begun) -> str:
        """Begin a place: an empty room, or a copy; returns its id.

        Raises:
            Unauthenticated, Forbidden: they make no places, or may not copy that one.
            NotFound: there is nothing to copy.
            Incorrect: the name is none.
            Conflict: there are too many.
        """
        values.require_maker(caller)
        id = self._drafts.new_id()
        async with self._db.begin() as tx:
            place = values.empty_room(id)
            assets: list[AssetRow] = []
            if wish.copy_of:
                place = await self._drafts.copied(tx, caller, wish.copy_of, id)
                seen = {model.file for model in place.models}
                assets = [a for a in await store.assets_of(tx, wish.copy_of) if a.hash in seen]
            await self._drafts.add(tx, caller, values.named(place, wish.name, wish.about))
            await self._drafts.keep_assets(tx, id, [a._replace(place=id) for a in assets], place)
        return id

    async def read(self, caller: Caller, id: str) -> Draft:
        """A draft, and what is wrong with it.

        Raises:
            NotFound: there is none, or none that this caller may edit.
        """
        async with self._db.read() as tx:
            row = await self._drafts.editable(tx, caller, id)
            return await self._drafts.told(tx, caller, row)

    async def save(self, caller: Caller, id: str, body: bytes, *, revision: int) -> Draft:
        """Keep a draft as it is now; visitors see nothing of it yet.

        Args:
            revision: of the draft that was changed.

        Raises:
            NotFound: as `read`.
            Conflict: somebody saved since.
            Incorrect: it is no place file.
            Forbidden: it says what only operators say.
        """
        values.require_maker(caller)
        place = await asyncio.to_thread(read_file, body)
        async with self._db.begin() as tx:
            row = await self._drafts.to_change(tx, caller, id)
            values.require_revision(row, revision)
            place = self._drafts.checked(caller, place, row)
            row = await self._drafts.change(tx, row, draft=text_of(place))
            return await self._drafts.told(tx, caller, row)

    async def let_edit(self, caller: Caller, id: str, roles: Iterable[Role]) -> None:
        """Say which roles may edit a place besides its maker and operators.

        Raises:
            NotFound: as `read`.
            Forbidden: only its maker and operators decide that.
            Incorrect: whoever is this makes no places.
        """
        wanted = sorted(set(roles))
        if not set(wanted) <= set(values.MAKERS):
            raise Incorrect("roles: not all of these make places.", hint=", ".join(values.MAKERS))
        async with self._db.begin() as tx:
            row = await self._drafts.to_change(tx, caller, id)
            if row.account != caller.account and not caller.has(Role.OPERATOR):
                raise Forbidden("Only its maker decides who may edit it.", hint="Ask them.")
            await self._drafts.change(tx, row, editors=" ".join(wanted), revision=row.revision)

    # --- versions

    async def publish(self, caller: Caller, id: str, *, revision: int, note: str = "") -> int:
        """Show visitors the draft from now on; returns the number of the version.

        Raises:
            NotFound, Conflict: as `save`.
            Incorrect: something is wrong with it; the message names each path.
            Forbidden: it says what only operators say, and visitors were not shown that yet.
        """
        note = tidy(note)[: values.MOST_NOTE]
        async with self._db.begin() as tx:
            row = await self._drafts.to_change(tx, caller, id)
            values.require_revision(row, revision)
            draft = await self._drafts.told(tx, caller, row)
            if draft.flaws:
                told = " ".join(map(str, draft.flaws[:12]))
                raise Incorrect(f"The place cannot be shown yet. {told}", hint="Mend these first.")
            await self._drafts.require_showable(tx, caller, row, draft.place)
            number = await self._drafts.add_version(tx, caller, row, draft.place, note)
            row = await self._drafts.change(tx, row, shown=number, revision=row.revision)
        await self._showing.show([row])
        return number

    async def versions(self, caller: Caller, id: str) -> list[Shown]:
        """Every version that visitors were shown, the newest first.

        Raises:
            NotFound: as `read`.
        """
        async with self._db.read() as tx:
            row = await self._drafts.editable(tx, caller, id)
            rows = await store.versions_of(tx, id)
        names = await self._names(v.account for v in rows if v.account)
        return [
            Shown(
                number=v.number,
                maker=names.get(v.account, ""),
                made_at=v.made_at,
                note=v.note,
                changes=v.changes.encode(),
                is_current=v.number == row.shown and not row.archived_at,
            )
            for v in rows
        ]

    async def bring_back(self, caller: Caller, id: str, number: int, *, revision: int) -> Draft:
        """Let the draft be as an older version was; visitors see it when it is published.

        Raises:
            NotFound: as `read`, or there is no such version.
            Conflict: somebody saved since.
            Forbidden: as `save`.
        """
        async with self._db.begin() as tx:
            row = await self._drafts.to_change(tx, caller, id)
            values.require_revision(row, revision)
            version = await store.find_version(tx, id, number)
            if not version:
                raise NotFound("There is no such version.", hint="The oldest go after 200.")
            place = self._drafts.checked(caller, read_file(version.body.encode()), row)
            row = await self._drafts.change(tx, row, draft=text_of(place))
            return await self._drafts.told(tx, caller, row)

    async def archive(self, caller: Caller, id: str, *, is_archived: bool = True) -> None:
        """Put a place away, or take it out again; who is in it goes out.

        Raises:
            NotFound: as `read`.
            Conflict: there are too many to take it out again.
        """
        async with self._db.begin() as tx:
            row = await self._drafts.to_change(tx, caller, id, also_archived=True)
            if bool(row.archived_at) == is_archived:
                return
            if not is_archived:
                await self._drafts.require_room(tx, row.account)
            at = self._drafts.now_us() if is_archived else 0
            row = await self._drafts.change(tx, row, archived_at=at, revision=row.revision)
        await self._showing.show([row])

    # --- models

    async def bring_model(self, caller: Caller, id: str, name: str, body: bytes) -> AssetRow:
        """Keep a model for a place to show.

        Raises:
            NotFound: as `read`.
            Unsupported, Incorrect: it is no model that can be shown here.
            Conflict: the place has too many.
        """
        values.require_maker(caller)
        async with self._db.read() as tx:
            row = await self._drafts.editable(tx, caller, id)
        asset = await self._assets.examine(id, tidy(name)[:80], body)
        async with self._assets.storing([body]) as tx:
            row = await self._drafts.to_change(tx, caller, id)
            await self._drafts.keep_assets(tx, id, [asset], read_file(row.draft.encode()))
        return asset

    async def models(self, caller: Caller, id: str) -> list[AssetRow]:
        """The models that came with a place.

        Raises:
            NotFound: as `read`.
        """
        async with self._db.read() as tx:
            await self._drafts.editable(tx, caller, id)
            return await store.assets_of(tx, id)

    async def read_model(self, caller: Caller, id: str, hash: str) -> bytes:
        """A model's bytes: for whoever may edit the place, or know of it once it is shown.

        Raises:
            Unauthenticated: a stranger asks.
            NotFound: there is none for this caller.
        """
        caller.require_known()
        async with self._db.read() as tx:
            row = await store.find(tx, id)
            held = {asset.hash for asset in await store.assets_of(tx, id)}
        shown = self._world.place(id)
        is_shown = bool(shown) and any(m.file == hash for m in shown.models)
        may_see = bool(shown) and is_shown and may_know(shown, caller)
        may_edit = row is not None and makes(caller) and values.may_edit(caller, row)
        if hash not in held or not (may_see or may_edit):
            raise NotFound("There is no such model.", hint="Go where it is shown.")
        return await self._assets.read(hash)

    # --- from house to house

    async def pack(self, caller: Caller, id: str) -> bytes:
        """A draft with its models in one file.

        Raises:
            NotFound: as `read`.
        """
        async with self._db.read() as tx:
            row = await self._drafts.editable(tx, caller, id)
            held = {asset.hash for asset in await store.assets_of(tx, id)}
        place = read_file(row.draft.encode())
        wanted = sorted({m.file for m in place.models} & held)
        bodies = {hash: await self._assets.read(hash) for hash in wanted}
        text = msgspec.json.format(row.draft.encode(), indent=2)
        return await asyncio.to_thread(pack, Parcel(place=text, assets=bodies))

    async def unpack(self, caller: Caller, body: bytes) -> str:
        """Begin a place as a parcel has it; returns its id. Of what is refused nothing is kept.

        Raises:
            Unauthenticated, Forbidden: they make no places.
            Incorrect, Unsupported: it is no parcel, or holds what may not be shown.
            Conflict: there are too many places, or models.
        """
        values.require_maker(caller)
        parcel = await asyncio.to_thread(unpack, body)
        place = await asyncio.to_thread(read_file, parcel.place)
        id = self._drafts.new_id()
        place = values.named(as_copy(place, caller, id), place.name_key, place.about_key)
        names = {model.file: model.name for model in place.models}
        wanted = {hash: parcel.assets[hash] for hash in names if hash in parcel.assets}
        if len(wanted) < len(parcel.assets):
            raise Incorrect("It holds models that the place does not show.", hint="Export again.")
        assets = [await self._assets.examine(id, names[h], body) for h, body in wanted.items()]
        async with self._assets.storing(wanted.values()) as tx:
            await self._drafts.add(tx, caller, place)
            await self._drafts.keep_assets(tx, id, assets, place)
        return id

    async def hear_closed(self, event: AccountClosed) -> None:
        """An account was closed: what it made stays, and says no more whose it was."""
        async with self._db.begin() as tx:
            await store.forget_account(tx, event.account)


def _listed(row: PlaceRow, caller: Caller, names: Mapping[str, str]) -> Listed:
    place = read_file(row.draft.encode())
    return Listed(
        id=row.id,
        name=place.name_key,
        about=place.about_key,
        maker=names.get(row.account, ""),
        is_mine=row.account == caller.account,
        revision=row.revision,
        shown=row.shown,
        changed_at=row.changed_at,
        is_archived=bool(row.archived_at),
    )

"""The made places that visitors see: kept in step with the database, doors and all."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

import msgspec

from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import HouseError
from asklepion.kit.log import get_log

from ...model import Door, Place, complete
from ...store import places as store
from ...store.places import PlaceRow
from ..world import World
from .values import shown_file

log = get_log(__name__)

LOOK_S = 2.0  # how often changes of other processes are looked for
SLACK_US = 10_000_000  # clocks of other machines may be late by so much
UNSHOWN = "world.closed.unshown"


class Showing:
    """Puts made places into the world, and takes them out."""

    def __init__(self, db: Database, world: World) -> None:
        self._db = db
        self._world = world
        self._versions: dict[str, int] = {}
        self._files: dict[str, Place] = {}  # as their files have them
        self._standing: dict[str, Place] = {}  # as they stand in the world
        self._one_at_a_time = asyncio.Lock()
        self._seen_us = 0
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Show what is to be shown, then look for changes now and then."""
        async with self._db.read() as tx:
            rows = await store.all_places(tx)
        await self.show(rows)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Look no more."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def show(self, rows: Iterable[PlaceRow]) -> None:
        """Let the world have these places as their rows say."""
        async with self._one_at_a_time:
            for row in rows:
                self._seen_us = max(self._seen_us, row.changed_at)
                await self._read(row)
            await self._stand()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                async with self._db.read() as tx:
                    rows = await store.changed_since(tx, self._seen_us - SLACK_US)
                await self.show(row for row in rows if self._is_news(row))
            except Exception as error:
                log.fault("made places not looked at", error)

    def _is_news(self, row: PlaceRow) -> bool:
        wanted = 0 if row.archived_at else row.shown
        return self._versions.get(row.id, 0) != wanted

    async def _read(self, row: PlaceRow) -> None:
        if row.archived_at or not row.shown:
            self._versions.pop(row.id, None)
            self._files.pop(row.id, None)
            return
        if self._versions.get(row.id) == row.shown:
            return
        async with self._db.read() as tx:
            version = await store.find_version(tx, row.id, row.shown)
        if not version:
            return
        try:
            self._files[row.id] = shown_file(version.body)
        except HouseError as error:  # by an older or a newer house
            log.fault("a made place cannot be shown", error, place=row.id)
            return
        self._versions[row.id] = row.shown

    async def _stand(self) -> None:
        for id in set(self._standing) - set(self._files):
            del self._standing[id]
            self._world.hide_place(id)
        for id, file in self._files.items():
            place = complete(self._lettered(file))
            if self._standing.get(id) != place:
                self._standing[id] = place
                await self._world.show_place(place)

    def _lettered(self, place: Place) -> Place:
        doors = tuple(self._door(door) for door in place.doors)
        return msgspec.structs.replace(place, doors=doors)

    def _door(self, door: Door) -> Door:
        """A door is called what it leads to; one that leads to nothing shown is closed."""
        if door.to is None:
            return door
        there = self._files.get(door.to) or self._world.place(door.to)
        if there:
            return msgspec.structs.replace(door, label_key=there.name_key)
        reason = door.closed_reason_key or UNSHOWN
        return msgspec.structs.replace(door, to=None, closed_reason_key=reason)


async def known_places(tx: Tx, world: World) -> set[str]:
    """The ids of every place that a door may lead to: those of the house, and made ones."""
    return {id for id in world.place_ids() if not id.startswith("place-")} | (
        await store.standing_ids(tx)
    )

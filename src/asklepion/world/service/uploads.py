"""The files that things show: brought to a place, sealed under the key of whoever brought them."""

import asyncio
from collections.abc import Callable
from functools import partial

from asklepion.identity import Caller
from asklepion.kit.clock import to_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Conflict, Forbidden, NotFound
from asklepion.kit.log import get_log

from ..engine.shown import look
from ..model import Access, Place
from ..store import things as store
from ..store.things import FileRow
from ..wire import ThingRight
from .rights import rights
from .room import patient_of
from .shelf import NO_FILE, Cellar, Shelf
from .things import LooseThings

log = get_log(__name__)

MOST_FILES = 60  # of one account
MOST_BYTES = 64 * 1024 * 1024
UNSHOWN_US = 3_600_000_000  # so long a file may lie before a thing shows it
TOO_MUCH = "You have brought too many files."
LESS = "Take some things away; what nothing shows goes an hour after it was brought."


class Uploads:
    """The verbs of files."""

    def __init__(
        self,
        cellar: Cellar,
        *,
        things: LooseThings,
        find_place: Callable[[str], Place],
        new_id: Callable[[], str],
    ) -> None:
        self._cellar = cellar
        self._shelf = Shelf(cellar)
        self._things = things
        self._find_place = find_place
        self._new_id = new_id
        self._places: dict[str, str] = {}  # where each file was brought
        self.brought: Callable[[str, str], None] | None = None  # told of each file and its place
        self.elsewhere: Callable[[str], str] | None = None  # the place of an account, elsewhere
        self.is_worker = False  # another process looks after what belongs to nothing
        things.show_files(self.knows, self.clear)

    async def start(self) -> None:
        """Take away what belongs to nothing: brought and shown by no thing, or half written."""
        if self.is_worker:
            async with self._cellar.db.read() as tx:
                self._places = {row.id: row.place for row in await store.all_files(tx)}
            return
        async with self._cellar.db.begin() as tx:
            known = await store.all_files(tx)
            shown = await store.shown_in(tx)
            stray = [row.id for row in known if row.id not in shown]
            for id in stray:
                await store.drop_file(tx, id)
        self._places = {row.id: row.place for row in known if row.id in shown}
        count = await self._shelf.sweep(set(self._places))
        if count:
            log.info("stray files of things removed", count=count)

    async def bring(self, caller: Caller, place: str, body: bytes) -> str:
        """Keep a file where one is, for things there to show; returns its id.

        Raises:
            Forbidden: one is not there, or may make nothing there.
            Unsupported, Incorrect: it is nothing that things show.
            Conflict: one has brought too much.
        """
        caller.require_known()
        key = self._key_of(caller, place)
        type = await asyncio.to_thread(look, body)
        patient = patient_of(caller)
        row = FileRow(
            id=self._new_id(),
            account=caller.account,
            patient=patient,
            place=key,
            type=type,
            size=len(body),
            stored_at=to_us(self._cellar.clock.now()),
        )
        await self._make_room(row)
        try:
            await self._shelf.put(row.id, patient, body)
            async with self._cellar.db.begin() as tx:
                await tx.lock(f"world files {row.account}")
                if await _is_too_much(tx, row):
                    raise Conflict(TOO_MUCH, hint=LESS)
                await store.add_file(tx, row)
        except BaseException:
            self._unlink([row.id])
            raise
        self.learn(row.id, key)
        if self.brought:
            self.brought(row.id, key)
        return row.id

    async def read(self, caller: Caller, id: str) -> tuple[str, bytes]:
        """A file's type and its bytes, for whoever may be where it was brought.

        Raises:
            NotFound: there is none, or none for this caller.
        """
        caller.require_known()
        async with self._cellar.db.read() as tx:
            row = await store.find_file(tx, id)
        if row is None or not self._may_see(caller, row):
            raise NotFound(NO_FILE, hint="Go where it is shown.")
        return row.type, await self._shelf.read(id)

    def knows(self, id: str, key: str) -> bool:
        """Whether a file was brought to that place."""
        return self._places.get(id) == key

    def learn(self, id: str, key: str) -> None:
        """Know from now on where a file was brought."""
        self._places[id] = key

    async def clear(self, key: str) -> None:
        """Take away what was brought to a place that keeps nothing, once it is empty."""
        async with self._cellar.db.begin() as tx:
            gone = await store.drop_files_in(tx, key)
        await asyncio.to_thread(self._unlink, gone)

    async def forget(self, tx: Tx, patient: str) -> None:
        """Take away the files of a patient who is erased; their rows go with her things."""
        gone = await store.file_ids_of(tx, patient)
        tx.after_commit(partial(self._unlink, gone))

    # The parts

    async def _make_room(self, row: FileRow) -> None:
        """Take away what its bringer left lying and nothing shows, if there is no room else.

        Raises:
            Conflict: there is no room even so.
        """
        async with self._cellar.db.read() as tx:
            if not await _is_too_much(tx, row):
                return
        if self._things.keeping:
            await self._things.keeping.flush()
        async with self._cellar.db.begin() as tx:
            await tx.lock(f"world files {row.account}")
            shown = await store.shown_in(tx) | self._things.shown()
            old = await store.files_before(tx, row.account, row.stored_at - UNSHOWN_US)
            gone = [id for id in old if id not in shown]
            for id in gone:
                await store.drop_file(tx, id)
            if await _is_too_much(tx, row):
                raise Conflict(TOO_MUCH, hint=LESS)
        await asyncio.to_thread(self._unlink, gone)

    def _key_of(self, caller: Caller, place: str) -> str:
        self._find_place(place)
        afar = self.elsewhere(caller.account) if self.elsewhere else ""
        for key in (*self._things.keys_of(caller.account), *([afar] if afar else [])):
            if key.partition(":")[0] == place:
                may = self._rights_in(caller, key) or frozenset()
                if ThingRight.MAKE in may:
                    return key
        raise Forbidden("You are not there, or may bring nothing.", hint="Go there first.")

    def _may_see(self, caller: Caller, row: FileRow) -> bool:
        place, _, home = row.place.partition(":")
        is_open = self._find_place(place).access is Access.ALL
        is_own = home != "" and home == caller.account
        return is_open or is_own or self._rights_in(caller, row.place) is not None

    def _rights_in(self, caller: Caller, key: str) -> frozenset[ThingRight] | None:
        """What somebody may do in a place where they are; None where they are not."""
        if self.elsewhere and self.elsewhere(caller.account) == key:
            place, _, home = key.partition(":")
            return rights(self._find_place(place), caller, home)
        return self._things.is_in(caller.account, key)

    def _unlink(self, ids: list[str]) -> None:
        for id in ids:
            self._places.pop(id, None)
        self._shelf.remove(ids)


async def _is_too_much(tx: Tx, row: FileRow) -> bool:
    count, size = await store.files_of(tx, row.account)
    return count >= MOST_FILES or size + row.size > MOST_BYTES

"""The models that come with made places: sealed under the house's key, one file for each."""

import asyncio
import hashlib
import os
import secrets
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from asklepion.kit.clock import to_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Conflict, NotFound, Unsupported
from asklepion.kit.log import get_log

from ...engine.shown import GLB, look, triangles
from ...store import places as store
from ...store.places import AssetRow
from ..shelf import HOUSE, NUMBER, Cellar

log = get_log(__name__)

LOCK = "world models"  # whoever has it alone says which files belong to a place
MOST_FILES = 24  # of one place
MOST_BYTES = 14 * 1024 * 1024  # of one place, so that it fits into one parcel
MOST_OF_HOUSE = 1024 * 1024 * 1024


class Assets:
    """Keeps models by what they are: the same file twice is one."""

    def __init__(self, cellar: Cellar) -> None:
        self._cellar = cellar

    async def start(self) -> None:
        """Take away files that belong to no place."""
        async with self._cellar.db.begin() as tx:
            await tx.lock(LOCK)
            count = await asyncio.to_thread(self._sweep, await store.asset_hashes(tx))
        if count:
            log.info("stray models of places removed", count=count)

    async def examine(self, place: str, name: str, body: bytes) -> AssetRow:
        """What a file is as a model of a place; it is not kept yet.

        Raises:
            Unsupported, Incorrect: it is no model, or one that cannot be shown here.
        """
        kind = await asyncio.to_thread(look, body)
        if kind != GLB:
            raise Unsupported("This is no model.", hint="Send one GLB file (glTF 2.0, binary).")
        count = await asyncio.to_thread(triangles, body)
        return AssetRow(
            place=place,
            hash=hashlib.sha256(body).hexdigest(),
            name=name,
            size=len(body),
            triangles=count,
            stored_at=to_us(self._cellar.clock.now()),
        )

    @asynccontextmanager
    async def storing(self, bodies: Iterable[bytes]) -> AsyncGenerator[Tx]:
        """A transaction to `keep` rows in; once it is kept, the bytes lie where they are read.

        Where it fails, no file stays behind that belongs to no place.
        """
        drafts: dict[str, Path] = {}
        try:
            await self._lay_down(bodies, drafts)
            async with self._cellar.db.begin() as tx:
                yield tx
                await tx.lock(LOCK)
                for hash, draft in drafts.items():
                    draft.replace(self._path(hash))
        except BaseException:
            await self._forget_unless_kept(drafts)
            raise

    async def keep(self, tx: Tx, rows: Iterable[AssetRow], *, spare: frozenset[str]) -> None:
        """Let models belong to a place; where there is no room, those that nothing shows go.

        Args:
            spare: hashes that something still shows.

        Raises:
            Conflict: there is no room even so.
        """
        await tx.lock(LOCK)
        for row in rows:
            held = {r.hash: r for r in await store.assets_of(tx, row.place)} | {row.hash: row}
            if _is_too_much(held.values()):
                for hash in set(held) - spare - {row.hash}:
                    await store.drop_asset(tx, row.place, hash)
                    del held[hash]
            house = await store.asset_bytes(tx) + row.size
            if _is_too_much(held.values()) or house > MOST_OF_HOUSE:
                raise Conflict(
                    "This place has too many models.",
                    hint=f"At most {MOST_FILES} files, {MOST_BYTES} bytes together.",
                )
            await store.keep_asset(tx, row)

    async def read(self, hash: str) -> bytes:
        """The bytes of a model.

        Raises:
            NotFound: they are gone.
        """
        gone = NotFound("There is no such model.", hint="It may have been taken away.")
        try:
            sealed = await asyncio.to_thread(self._path(hash).read_bytes)
        except FileNotFoundError as error:
            raise gone from error
        number = sealed[:NUMBER]
        key = (await self._cellar.vault.by_id([int.from_bytes(number)])).get(int.from_bytes(number))
        if key is None:
            raise gone
        return key.open(sealed[NUMBER:], number + hash.encode())

    async def _lay_down(self, bodies: Iterable[bytes], drafts: dict[str, Path]) -> None:
        """Seal bytes and write them beside where they will lie."""
        key = (await self._cellar.vault.current([HOUSE]))[HOUSE]
        number = key.id.to_bytes(NUMBER)
        for body in bodies:
            hash = hashlib.sha256(body).hexdigest()
            drafts[hash] = self._path(hash).with_suffix(f".{secrets.token_hex(8)}.new")
            sealed = number + key.seal(body, number + hash.encode())
            await asyncio.to_thread(_write, drafts[hash], sealed)

    async def _forget_unless_kept(self, drafts: Mapping[str, Path]) -> None:
        """Take away what was put down and then belonged to nothing after all."""
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
        async with self._cellar.db.begin() as tx:
            await tx.lock(LOCK)
            for hash in set(drafts) - await store.asset_hashes(tx):
                self._path(hash).unlink(missing_ok=True)

    def _path(self, hash: str) -> Path:
        return self._cellar.folder / hash[:2] / f"{hash}.sealed"

    def _sweep(self, kept: set[str]) -> int:
        stray = [path for path in self._cellar.folder.glob("*/*") if path.stem not in kept]
        for path in stray:
            path.unlink(missing_ok=True)
        return len(stray)


def _is_too_much(rows: Iterable[AssetRow]) -> bool:
    held = list(rows)
    return len(held) > MOST_FILES or sum(row.size for row in held) > MOST_BYTES


def _write(path: Path, sealed: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())

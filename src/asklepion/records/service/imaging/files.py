"""Sealed files: one for each object, under its patient's key, there as a whole or not at all."""

import asyncio
import os
import time
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path

from ..sealing import Texts

SUFFIX = ".image"
HELD_MOST = 128 * 1024 * 1024  # bytes of objects that stay open between two of their frames
FORGOTTEN_S = 3600.0  # a file of nothing may be one that is just being kept


class Files:
    """A folder of sealed files.

    Args:
        folder: made when the first file comes.
    """

    def __init__(self, folder: Path, texts: Texts) -> None:
        self._folder = folder
        self._texts = texts
        self._held: OrderedDict[str, bytes] = OrderedDict()

    def _path(self, id: str) -> Path:
        return self._folder / id[-2:] / f"{id}{SUFFIX}"

    async def write(self, id: str, owner: str, raw: bytes) -> None:
        """Keep an object; it is on the disk when this returns."""
        sealed = await self._texts.seal(owner, raw, _context(id, owner))

        def keep() -> None:
            path = self._path(id)
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = path.with_suffix(".new")
            with draft.open("wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
            _sync(path.parent)

        await asyncio.to_thread(keep)

    async def read(self, id: str, owner: str) -> bytes | None:
        """An object; nothing where it was erased meanwhile.

        Raises:
            Fault: it was altered, or its key is lost.
        """
        if id in self._held:
            self._held.move_to_end(id)
            return self._held[id]
        try:
            sealed = await asyncio.to_thread(self._path(id).read_bytes)
        except FileNotFoundError:
            return None
        raw = await self._texts.open(sealed, _context(id, owner))
        if raw is not None:
            self._hold(id, raw)
        return raw

    def _hold(self, id: str, raw: bytes) -> None:
        self._held[id] = raw
        while len(self._held) > 1 and sum(map(len, self._held.values())) > HELD_MOST:
            self._held.popitem(last=False)

    def forget(self, ids: Iterable[str]) -> None:
        """Take files away."""
        for id in ids:
            self._held.pop(id, None)
            self._path(id).unlink(missing_ok=True)

    def ids(self) -> list[str]:
        """Every file that is there."""
        return [path.stem for path in self._folder.glob(f"*/*{SUFFIX}")]

    async def sweep(self, known: set[str]) -> int:
        """Take away what belongs to nothing: stopped in the midst of keeping, or of erasing."""

        def clear() -> int:
            count, before = 0, time.time() - FORGOTTEN_S
            for path in self._folder.glob("*/*"):
                is_draft = path.suffix != SUFFIX
                if (is_draft or path.stem not in known) and path.stat().st_mtime < before:
                    path.unlink(missing_ok=True)
                    count += 1
            return count

        return await asyncio.to_thread(clear)


def _context(id: str, owner: str) -> str:
    return f"image/{id}/{owner}"


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

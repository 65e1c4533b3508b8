"""A folder of files, each sealed under the key of whoever it is of, and bound to its name."""

import asyncio
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from asklepion.kit.clock import Clock
from asklepion.kit.db import Database
from asklepion.kit.errors import NotFound
from asklepion.kit.vault import Vault

HOUSE = "house"  # whose key seals what belongs to no patient
NUMBER = 8  # bytes of a key's number before what it seals
NO_FILE = "There is no such file."


@dataclass(frozen=True, kw_only=True)
class Cellar:
    """Where files are kept, and under whose keys."""

    db: Database
    vault: Vault
    folder: Path
    clock: Clock


class Shelf:
    """The files of one folder, by their ids."""

    def __init__(self, cellar: Cellar) -> None:
        self._vault = cellar.vault
        self._folder = cellar.folder

    async def put(self, id: str, owner: str, body: bytes) -> None:
        """Keep a file.

        Args:
            owner: the patient whose key seals it; empty: the house's.
        """
        name = owner or HOUSE
        data_key = (await self._vault.current([name]))[name]
        number = data_key.id.to_bytes(NUMBER)
        sealed = number + data_key.seal(body, number + id.encode())
        await asyncio.to_thread(self._write, id, sealed)

    async def read(self, id: str) -> bytes:
        """A file's bytes.

        Raises:
            NotFound: there is none, or its key is gone.
        """
        try:
            sealed = await asyncio.to_thread(self._path(id).read_bytes)
        except FileNotFoundError as error:
            raise NotFound(NO_FILE, hint="It may have been taken away.") from error
        number = sealed[:NUMBER]
        found = await self._vault.by_id([int.from_bytes(number)])
        data_key = found.get(int.from_bytes(number))
        if data_key is None:
            raise NotFound(NO_FILE, hint="It was erased.")
        return data_key.open(sealed[NUMBER:], number + id.encode())

    def remove(self, ids: Iterable[str]) -> None:
        """Take files away."""
        for id in ids:
            self._path(id).unlink(missing_ok=True)

    async def sweep(self, kept: set[str]) -> int:
        """Take away what is none of these, or half written; returns how many."""
        return await asyncio.to_thread(self._sweep, kept)

    def _path(self, id: str) -> Path:
        return self._folder / id[-2:] / f"{id}.sealed"

    def _write(self, id: str, sealed: bytes) -> None:
        path = self._path(id)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_suffix(".new")
        with draft.open("wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    def _sweep(self, kept: set[str]) -> int:
        def is_kept(path: Path) -> bool:
            return path.suffix == ".sealed" and path.stem in kept

        stray = [path for path in self._folder.glob("*/*") if not is_kept(path)]
        for path in stray:
            path.unlink(missing_ok=True)
        return len(stray)

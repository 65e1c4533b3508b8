"""Sealing and opening: what is stored is nobody's to read without its owner's key.

`Bodies` alone turns stored rows into texts. It is handed to what releases, writes, erases and seals
anew, and to nothing else: whoever only finds rows holds bytes that mean nothing.
"""

import asyncio
from collections.abc import Sequence

from asklepion.kit.errors import Fault
from asklepion.kit.vault import DataKey, Vault

from ..engine import bodies
from ..store.rows import NOBODY, SEVERAL, UNKNOWN, Row

LARGE = 256 * 1024  # bytes that are sealed or opened beside the house's own work
HOUSE = "house"  # owns what is about nobody, or about somebody nobody named


def owner_of(row: Row) -> str:
    """Whose key seals a row.

    The patient's; of what is about several, a key of its own, so that it can go without any of
    them; of what is nobody's, the house's.
    """
    if row.patient in (NOBODY, UNKNOWN):
        return HOUSE
    return row.reference if row.patient == SEVERAL else row.patient


def _context(row: Row) -> str:
    return f"{row.type}/{row.id}/{row.version}/{owner_of(row)}"


class Bodies:
    """Seals rows to be stored, and opens stored ones."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def seal(self, rows: Sequence[Row]) -> list[Row]:
        """The same rows with sealed bodies; keys are made where there are none."""
        owners = {owner_of(row) for row in rows if row.body}
        keys = await self._vault.current(owners) if owners else {}
        return [
            row._replace(body=bodies.seal(keys[owner_of(row)], row.body, _context(row)))
            if row.body
            else row
            for row in rows
        ]

    async def open(self, rows: Sequence[Row]) -> list[Row]:
        """The same rows with their texts, without those whose key was destroyed meanwhile.

        Raises:
            Fault: a body was altered or put in another's place, or its key is lost.
        """
        ids = {bodies.key_of(row.body) for row in rows if row.body}
        keys = await self._vault.by_id(ids) if ids else {}
        opened: list[Row] = []
        for row in rows:
            id = bodies.key_of(row.body) if row.body else 0
            if not row.body:
                opened.append(row)
            elif id in keys:
                text = bodies.open_sealed(keys[id], row.body, _context(row))
                opened.append(row._replace(body=text))
            else:
                require_destroyed(self._vault, id)
        return opened


class Lines:
    """Seals and opens lines of the access log, each under the key of the patient it is about."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def keys(self, patients: set[str]) -> dict[str, DataKey]:
        """The key for each patient; the house's for nobody, and for those of whom nothing is kept.

        No key is made for a name that somebody merely asked for.
        """
        known = await self._vault.known(patients - {""})
        house = (await self._vault.current([HOUSE]))[HOUSE]
        return {patient: known.get(patient, house) for patient in patients}

    async def open(self, blobs: Sequence[tuple[bytes, str]]) -> list[bytes | None]:
        """The text of each blob with its context; nothing where its key was destroyed.

        Raises:
            Fault: one was altered or put in another's place, or its key is lost.
        """
        keys = await self._vault.by_id({bodies.key_of(blob) for blob, _ in blobs})
        texts: list[bytes | None] = []
        for blob, context in blobs:
            key = keys.get(bodies.key_of(blob))
            if key is None:
                require_destroyed(self._vault, bodies.key_of(blob))
            texts.append(bodies.open_sealed(key, blob, context) if key else None)
        return texts


class Texts:
    """Seals and opens what is kept beside the resources: endpoints, images."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def seal(self, owner: str, text: bytes, context: str) -> bytes:
        """The text under its owner's key, or the house's where the owner is empty."""
        owner = owner or HOUSE
        key = (await self._vault.current([owner]))[owner]
        if len(text) < LARGE:
            return bodies.seal(key, text, context)
        return await asyncio.to_thread(bodies.seal, key, text, context)

    async def open(self, blob: bytes, context: str) -> bytes | None:
        """The text again; nothing where its key was destroyed.

        Raises:
            Fault: it was altered or put in another's place, or its key is lost.
        """
        number = bodies.key_of(blob)
        key = (await self._vault.by_id([number])).get(number)
        if key is None:
            require_destroyed(self._vault, number)
            return None
        if len(blob) < LARGE:
            return bodies.open_sealed(key, blob, context)
        return await asyncio.to_thread(bodies.open_sealed, key, blob, context)


def require_destroyed(vault: Vault, key: int) -> None:
    """Let nobody take a key that was lost for one that was destroyed.

    Raises:
        Fault: it was not destroyed, and still is not here.
    """
    if not vault.is_destroyed(key):
        hint = "Restore the keys folder from your backup of it."
        raise Fault("The key of something stored is missing.", hint=hint)

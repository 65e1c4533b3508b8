"""What is stored of links, sealed under the key of the patient whose they are."""

import asyncio
from typing import Any

import orjson

from asklepion.identity import Caller
from asklepion.kit.clock import Clock, from_us, to_us
from asklepion.kit.ids import Ids
from asklepion.kit.vault import DataKey, Vault

from ...engine.bodies import seal
from ...model import Asking
from ...store.links import FileRow, LinkRow, OpeningRow
from ..sealing import Lines
from .values import VIA, Opening, unknown


class Sealed:
    """Seals and opens what rows of links hold."""

    def __init__(self, vault: Vault, clock: Clock, ids: Ids) -> None:
        self._vault = vault
        self._lines = Lines(vault)
        self._clock = clock
        self._ids = ids

    async def link(self, patient: str, id: str, content: dict[str, Any]) -> bytes:
        """What a link's own row holds; the first thing of a patient makes her key."""
        key = (await self._vault.current([patient]))[patient]
        return await _sealed(key, orjson.dumps(content), f"link/{id}")

    async def file(self, patient: str, id: str, number: int, text: bytes) -> FileRow:
        """One file of a link."""
        key = (await self._vault.current([patient]))[patient]
        return FileRow(
            id, number, patient, len(text), await _sealed(key, text, f"link/{id}/{number}")
        )

    async def opening(self, row: LinkRow, name: str, *, is_opened: bool) -> OpeningRow:
        """That somebody opened a link, or tried.

        Raises:
            NotFound: the patient was erased a moment ago.
        """
        key = (await self._vault.known([row.patient])).get(row.patient)
        if key is None:
            raise unknown()
        id, now = self._ids.new(), to_us(self._clock.now())
        text = orjson.dumps({"recipient": name, "is_opened": is_opened})
        return OpeningRow(id, row.id, row.patient, now, await _sealed(key, text, f"opening/{id}"))

    async def content(self, row: LinkRow) -> dict[str, Any]:
        """What a link's own row holds. Raises as `text`."""
        return orjson.loads(await self._open(row.body, f"link/{row.id}"))

    async def text(self, file: FileRow) -> bytes:
        """A file as it is handed out.

        Raises:
            NotFound: the patient was erased a moment ago.
            Fault: it was altered.
        """
        return await self._open(file.body, f"link/{file.link}/{file.number}")

    async def opened(self, row: OpeningRow) -> Opening:
        """Who opened a link, or tried. Raises as `text`."""
        held = orjson.loads(await self._open(row.body, f"opening/{row.id}"))
        return Opening(at=from_us(row.at), **held)

    async def _open(self, blob: bytes, context: str) -> bytes:
        (text,) = await self._lines.open([(blob, context)])
        if text is None:
            raise unknown()
        return text


async def _sealed(key: DataKey, text: bytes, context: str) -> bytes:
    return await asyncio.to_thread(seal, key, text, context)


def recipient_of(row: LinkRow, name: str) -> Asking:
    """Whoever opens a link, as they say they are: nobody has looked."""
    return Asking(caller=Caller(account=f"link-{row.id}", name=name), purpose="PATRQT", via=VIA)

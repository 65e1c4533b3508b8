"""A zip that is sent while it is written."""

import asyncio
import zipfile
from collections.abc import AsyncGenerator, Iterable, Iterator
from typing import Any

BLOCK = 256 * 1024  # bytes of the zip that are handed on at once


class Sink:
    """What a zip is written into, to be handed on: it goes only forward."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._position = 0

    def write(self, data: Any) -> int:
        """Take bytes in."""
        self._waiting += data
        self._position += len(data)
        return len(data)

    def tell(self) -> int:
        """How many bytes there were."""
        return self._position

    def flush(self) -> None:
        """Nothing waits but for being taken."""

    def close(self) -> None:
        """Nothing is open."""

    @property
    def size(self) -> int:
        """Bytes that wait."""
        return len(self._waiting)

    def taken(self) -> bytes:
        """The bytes that wait; they do so no longer."""
        data = bytes(self._waiting)
        self._waiting.clear()
        return data


class Members:
    """Writes the files of a zip, one after the other, in a thread, and hands the bytes on."""

    def __init__(self, archive: zipfile.ZipFile, sink: Sink, moment: tuple[int, ...]) -> None:
        self._archive = archive
        self._sink = sink
        self._moment = moment

    async def write(self, name: str, parts: Iterable[bytes]) -> AsyncGenerator[bytes]:
        """One file."""
        steps = self._steps(name, parts)
        while (piece := await asyncio.to_thread(next, steps, None)) is not None:
            if piece:
                yield piece

    async def write_all(
        self, files: Iterator[tuple[str, Iterable[bytes]]]
    ) -> AsyncGenerator[bytes]:
        """Several files."""
        while (one := await asyncio.to_thread(next, files, None)) is not None:
            async for piece in self.write(*one):
                yield piece

    def _steps(self, name: str, parts: Iterable[bytes]) -> Iterator[bytes]:
        info = zipfile.ZipInfo(name, self._moment[:6])  # pyright: ignore[reportArgumentType]
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        with self._archive.open(info, "w", force_zip64=True) as member:
            for part in parts:
                member.write(part)
                if self._sink.size >= BLOCK:
                    yield self._sink.taken()
        yield self._sink.taken() if self._sink.size >= BLOCK else b""

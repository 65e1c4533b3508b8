"""A file on its way in: received piece by piece, and gone when its import is over."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from .errors import Incorrect

BLOCK = 1024 * 1024  # bytes gathered before they are written


class TooLong(Incorrect):
    """The file is larger than one import takes."""

    status, issue = 413, "too-long"


class Closing(StreamingResponse):
    """A stream, and what has to be closed after it, also when nobody waited for it."""

    def __init__(
        self,
        parts: AsyncIterator[bytes],
        stack: ExitStack,
        *,
        media_type: str = "application/x-ndjson",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(parts, media_type=media_type, headers=headers)
        self._stack = stack

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._stack:
            await super().__call__(scope, receive, send)


async def receive(request: Request, folder: Path, most: int) -> Path:
    """The body in a file of its own.

    Raises:
        TooLong: it has more bytes than `most`.
    """
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > most:
        raise _too_long(most)
    handle, path = await asyncio.to_thread(_open, folder)
    try:
        await _fill(handle, request, most)
    except BaseException:
        _forget(path)
        raise
    finally:
        os.close(handle)
    return path


def _open(folder: Path) -> tuple[int, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder)
    return handle, Path(name)


def _forget(path: Path) -> None:
    path.unlink()


async def _fill(handle: int, request: Request, most: int) -> None:
    size = 0
    waiting = bytearray()
    async for part in request.stream():
        size += len(part)
        waiting += part
        if size > most:
            raise _too_long(most)
        if len(waiting) >= BLOCK:
            await asyncio.to_thread(_write, handle, waiting)
            waiting = bytearray()
    await asyncio.to_thread(_write, handle, waiting)


def _too_long(most: int) -> TooLong:
    return TooLong(f"The file is larger than {most} bytes.", hint="Send it in parts.")


def _write(handle: int, text: bytearray) -> None:
    view = memoryview(text)
    while view:
        view = view[os.write(handle, view) :]

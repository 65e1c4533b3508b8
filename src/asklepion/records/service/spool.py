"""Records on their way out, too many for the memory: in a file without a name, under a key that
nobody keeps. When it is closed, or the house is killed, nothing of them can be read.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

BLOCK = 128 * 1024  # bytes gathered before they are sealed
SIZE = 4  # bytes that tell a length
NONCE = 12


class Spool:
    """Takes records in, one after the other, and gives them back in that order.

    Args:
        folder: where the file is made.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._file: BinaryIO | None = None
        self._waiting = bytearray()
        self._blocks = 0
        self.count = 0
        self.size = 0  # bytes of all records

    def add(self, record: bytes) -> None:
        """Take one in."""
        self._waiting += len(record).to_bytes(SIZE, "big") + record
        self.count += 1
        self.size += len(record)
        if len(self._waiting) >= BLOCK:
            self._seal()

    def records(self) -> Iterator[bytes]:
        """All of them, as often as one asks."""
        if self._file:
            self._file.seek(0)
            for number in range(self._blocks):
                length = int.from_bytes(self._file.read(SIZE), "big")
                sealed = self._file.read(length)
                yield from _cut(self._cipher.decrypt(_nonce(number), sealed, None))
            self._file.seek(0, 2)
        yield from _cut(bytes(self._waiting))

    def close(self) -> None:
        """Forget everything."""
        if self._file:
            self._file.close()
        self._waiting.clear()

    def _seal(self) -> None:
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 closed by close
        sealed = self._cipher.encrypt(_nonce(self._blocks), bytes(self._waiting), None)
        self._file.write(len(sealed).to_bytes(SIZE, "big") + sealed)
        self._blocks += 1
        self._waiting.clear()


def _nonce(number: int) -> bytes:
    return number.to_bytes(NONCE, "big")  # each key seals one file, each number once


def _cut(block: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(block):
        length = int.from_bytes(block[at : at + SIZE], "big")
        yield block[at + SIZE : at + SIZE + length]
        at += SIZE + length

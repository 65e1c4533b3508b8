"""Seals: each stored row carries a hash of itself, made with a key that is not in the database.

The tree shows that the log only grew; a seal shows which row is not as it was written.
"""

import struct
from hashlib import blake2b

from ..model import CheckpointRow, Head

SEAL_BYTES = 16


class Seals:
    """Makes the seal of a row of each of the four tables."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def leaf(self, index: int, commitment: bytes) -> bytes:
        """Of a leaf; its hash follows from its commitment."""
        return self._make(b"ledger_leaf", struct.pack(">q", index) + commitment)

    def node(self, level: int, index: int, value: bytes) -> bytes:
        """Of a complete subtree."""
        return self._make(b"ledger_node", struct.pack(">qq", level, index) + value)

    def checkpoint(self, row: CheckpointRow) -> bytes:
        """Of a checkpoint that was signed."""
        numbers = struct.pack(">qqq", row.number, row.size, row.signed_at)
        return self._make(b"ledger_checkpt", numbers + row.root + row.note.encode())

    def head(self, head: Head) -> bytes:
        """Of the one row that says how far the log has come."""
        numbers = struct.pack(">qq", head.size, head.checkpoints)
        return self._make(b"ledger_head", numbers + b"".join(head.peaks))

    def _make(self, table: bytes, row: bytes) -> bytes:
        return blake2b(row, digest_size=SEAL_BYTES, key=self._key, person=table).digest()

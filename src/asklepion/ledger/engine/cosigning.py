"""Cosignatures: others say that they saw this state of the log, and that it grew from the last.

Source: https://c2sp.org/tlog-cosignature (Ed25519, version 1) and https://c2sp.org/tlog-witness.
"""

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from asklepion.kit.errors import Incorrect

from ..model import HASH_BYTES, Checkpoint
from . import note

COSIGNATURE = b"\x04"  # the note format's number for this kind of signature
STAMP_BYTES = 8  # before the signature: the moment it was made [s since 1970]
MOST_PROOF = 63  # hashes in one request
MOST_REQUEST = 16 * 1024  # bytes of one request
OLD = re.compile(r"old (0|[1-9][0-9]{0,17})")


@dataclass(frozen=True)
class WitnessKey(note.Verifier):
    """The public half of a witness's key."""

    KIND: ClassVar[bytes] = COSIGNATURE

    def has_signed(self, text: str, signature: bytes) -> bool:
        """Whether these bytes are this witness's moment and cosignature of the text."""
        if len(signature) <= STAMP_BYTES:
            return False
        at_s = stamp_of(signature)
        return at_s < 2**63 and super().has_signed(_message(text, at_s), signature[STAMP_BYTES:])

    def seen_at(self, checkpoint: str) -> int | None:
        """When this witness first cosigned a note [s since 1970]; nothing if it never did.

        Raises:
            Incorrect: it is not a signed note.
        """
        if not note.is_signed_by(checkpoint, self):
            return None
        return min(
            stamp_of(signature[4:])
            for name, signature in note.signatures(checkpoint)
            if name == self.name and signature[:4] == self.key_hash
        )


def stamp_of(signature: bytes) -> int:
    """The moment that a cosignature carries [s since 1970]."""
    return struct.unpack(">Q", signature[:STAMP_BYTES])[0]


class WitnessSigner:
    """Cosigns checkpoints of other people's logs."""

    def __init__(self, seed: bytes, name: str = "") -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        public = self._key.public_key().public_bytes_raw()
        self.key = WitnessKey(name or f"asklepion.local/witness-{public.hex()[:12]}", public)
        if not note.ORIGIN.fullmatch(self.key.name):
            raise Incorrect(
                "A witness's name may only hold visible ASCII characters, and no plus sign.",
                hint="Give a host name and a path, such as library.example/witness.",
            )

    def cosign(self, checkpoint: str, at_s: int) -> str:
        """The line to add to a note; `at_s` is the moment [s since 1970]."""
        signature = self._key.sign(_message(note.signed_text(checkpoint), at_s).encode())
        whole = self.key.key_hash + struct.pack(">Q", at_s) + signature
        return f"{note.DASH} {self.key.name} {note.to_base64(whole)}\n"


def _message(text: str, at_s: int) -> str:
    return f"cosignature/v1\ntime {at_s}\n{text}"


def cosigned_by(checkpoint: str, lines: str, key: WitnessKey) -> str | None:
    """Of the lines that a witness answered with, the one that is its cosignature of this note."""
    for line in lines.splitlines(keepends=True):
        try:
            if key.seen_at(f"{note.signed_text(checkpoint)}\n{line}") is not None:
                return line
        except Incorrect:
            continue  # what others may have put there is none of our business
    return None


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a log asks a witness: to cosign a checkpoint that grew from one of an older size."""

    old: int
    proof: Sequence[bytes]
    checkpoint: Checkpoint

    def __str__(self) -> str:
        steps = "".join(f"{note.to_base64(step)}\n" for step in self.proof)
        return f"old {self.old}\n{steps}\n{self.checkpoint.note}"

    @classmethod
    def read(cls, body: bytes) -> Self:
        """The request that a body holds.

        Raises:
            Incorrect: it is none.
        """
        if len(body) > MOST_REQUEST:
            raise Incorrect("The request is far too long.")
        try:
            head, gap, checkpoint = body.decode().partition("\n\n")
        except UnicodeDecodeError:
            raise Incorrect("The request is no text.") from None
        first, *steps = head.split("\n")
        old = OLD.fullmatch(first)
        if not gap or not old or len(steps) > MOST_PROOF:
            raise Incorrect(
                "It is no request to a witness.", hint="See https://c2sp.org/tlog-witness."
            )
        proof = [note.from_base64(step) for step in steps]
        if any(len(step) != HASH_BYTES for step in proof):
            raise Incorrect(f"A hash of the proof does not have {HASH_BYTES} bytes.")
        read = note.read_checkpoint(checkpoint, more=True)
        return cls(old=int(old[1]), proof=proof, checkpoint=read)

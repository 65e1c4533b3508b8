"""Signed checkpoints that any C2SP tool can read.

Source: https://c2sp.org/signed-note and https://c2sp.org/tlog-checkpoint.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import ClassVar, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from asklepion.kit.errors import Incorrect

from ..model import HASH_BYTES, Checkpoint

ED25519 = b"\x01"  # the note format's number for this kind of signature
DASH = "\u2014"
MOST_CHARACTERS = 4096  # of a note that we read
ORIGIN = re.compile(r"[!-*,-~]{1,200}")  # visible ASCII without a plus sign
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")  # all but the line's end
SIZE = re.compile(r"0|[1-9][0-9]{0,17}")


def to_base64(value: bytes) -> str:
    """Standard base64 with its padding."""
    return base64.b64encode(value).decode()


def from_base64(text: str) -> bytes:
    """The bytes of a base64 text that is written in the one right way.

    Raises:
        Incorrect: it is not base64, or not as `to_base64` would have written it.
    """
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Incorrect("It is not base64.") from error
    if to_base64(value) != text:
        raise Incorrect("It is not base64 in its only right form.")
    return value


@dataclass(frozen=True)
class Verifier:
    """The public half of a signer: its name, and its key."""

    KIND: ClassVar[bytes] = ED25519

    name: str
    public: bytes

    @property
    def key_hash(self) -> bytes:
        """The four bytes by which a signature says whose it is."""
        return hashlib.sha256(self.name.encode() + b"\n" + self.KIND + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_hash.hex()}+{to_base64(self.KIND + self.public)}"

    @classmethod
    def read(cls, text: str) -> Self:
        """The verifier that a `name+hash+key` text stands for.

        Raises:
            Incorrect: it is damaged, or of another kind.
        """
        name, _, rest = text.partition("+")
        key_hash, _, encoded = rest.partition("+")
        if not ORIGIN.fullmatch(name):
            raise Incorrect("The verifier key has no readable name.")
        key = from_base64(encoded)
        if key[:1] != cls.KIND or len(key) != 33:
            raise Incorrect(f"The verifier key is not one of kind {cls.KIND.hex()}.")
        verifier = cls(name, key[1:])
        if verifier.key_hash.hex() != key_hash:
            raise Incorrect("The verifier key's name, hash and key do not belong together.")
        return verifier

    def has_signed(self, text: str, signature: bytes) -> bool:
        """Whether these bytes are this signer's signature of the text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer:
    """Signs checkpoints of one log."""

    def __init__(self, seed: bytes, origin: str = "") -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        public = self._key.public_key().public_bytes_raw()
        self.verifier = Verifier(origin or f"asklepion.local/{public.hex()[:12]}", public)
        if not ORIGIN.fullmatch(self.verifier.name):
            raise Incorrect(
                "The log's origin may only hold visible ASCII characters, and no plus sign.",
                hint="Give the house's own host name and a path, such as clinic.example/log.",
            )

    def sign(self, size: int, root: bytes) -> Checkpoint:
        """A checkpoint of the log at this size."""
        name = self.verifier.name
        text = f"{name}\n{size}\n{to_base64(root)}\n"
        signature = to_base64(self.verifier.key_hash + self._key.sign(text.encode()))
        note = f"{text}\n{DASH} {name} {signature}\n"
        return Checkpoint(origin=name, size=size, root=root, note=note)


def read_checkpoint(note: str, *, more: bool = False) -> Checkpoint:
    """What a note says, whoever may have signed it.

    Args:
        more: the text may hold further lines, as other people's logs write them.

    Raises:
        Incorrect: it is not a signed note, or its text is not a checkpoint.
    """
    lines = signed_text(note).split("\n")
    is_long = len(lines) > 4 and not (more and all(lines[3:-1]))
    if len(lines) < 4 or is_long or not ORIGIN.fullmatch(lines[0]) or not SIZE.fullmatch(lines[1]):
        raise Incorrect("The note's text is not an origin, a size and a root.")
    root = from_base64(lines[2])
    if len(root) != HASH_BYTES:
        raise Incorrect(f"The checkpoint's root has {len(root)} bytes, not {HASH_BYTES}.")
    return Checkpoint(origin=lines[0], size=int(lines[1]), root=root, note=note)


def signatures(note: str) -> list[tuple[str, bytes]]:
    """Each signature of a note: the signer's name, and its key's hash with the signature.

    Raises:
        Incorrect: a signature line is damaged.
    """
    lines = note[len(signed_text(note)) + 1 :].removesuffix("\n").split("\n")
    found: list[tuple[str, bytes]] = []
    for line in lines:
        match line.split(" "):
            case [dash, name, encoded] if dash == DASH and ORIGIN.fullmatch(name):
                found.append((name, from_base64(encoded)))
            case _:
                raise Incorrect("A signature line of the note cannot be read.")
    return found


def is_signed_by(note: str, verifier: Verifier) -> bool:
    """Whether a note has this verifier's signature; those of others are passed over.

    Raises:
        Incorrect: it is not a signed note.
    """
    text = signed_text(note)
    own = [
        signature[4:]
        for name, signature in signatures(note)
        if name == verifier.name and signature[:4] == verifier.key_hash
    ]
    return bool(own) and all(verifier.has_signed(text, signature) for signature in own)


def signed_text(note: str) -> str:
    """The signed part of a note, with the line end that closes it.

    Raises:
        Incorrect: it is not a signed note.
    """
    text, gap, rest = note.rpartition("\n\n")
    if not gap or not rest.endswith("\n") or len(note) > MOST_CHARACTERS:
        raise Incorrect("It is not a signed note.")
    if CONTROL.search(note):
        raise Incorrect("The note holds control characters.")
    return text + "\n"

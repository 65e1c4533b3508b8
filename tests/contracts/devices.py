"""A device with a passkey, as a contract sees it."""

import base64
import json
from hashlib import sha256

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from asklepion.ledger.engine.abi import PasskeyPoint, assertion_signature

USER_PRESENT, USER_VERIFIED, BACKUP_ELIGIBLE, BACKED_UP = 0x01, 0x04, 0x08, 0x10
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Device:
    """Signs assertions with a P-256 key of its own; everything about them may be bent."""

    def __init__(self, number: int) -> None:
        self._key = ec.derive_private_key(number, ec.SECP256R1())
        numbers = self._key.public_key().public_numbers()
        self.key = PasskeyPoint(numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big"))

    def sign(
        self,
        digest: bytes,
        *,
        flags: int = USER_PRESENT | USER_VERIFIED,
        kind: str = "webauthn.get",
        claims: PasskeyPoint | None = None,
    ) -> bytes:
        """An assertion over a digest, as an account takes it.

        Args:
            digest: to become the challenge.
            flags: of the authenticator.
            kind: of the ceremony.
            claims: the key it says it was made with, if not its own.
        """
        client = json.dumps(
            {
                "type": kind,
                "challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
                "origin": "https://house.example",
                "crossOrigin": False,
            },
            separators=(",", ":"),
        ).encode()
        authenticator = sha256(b"house.example").digest() + bytes([flags]) + bytes(4)
        signed = self._key.sign(authenticator + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return assertion_signature(claims or self.key, authenticator, client, signed)


def malleable(signature: bytes) -> bytes:
    """The same assertion with the other of its two equal signatures."""
    at = 64  # after the key's id and r
    s = int.from_bytes(signature[at : at + 32], "big")
    return signature[:at] + (ORDER - s).to_bytes(32, "big") + signature[at + 32 :]


def twin(signature: bytes) -> bytes:
    """The same for a signature in DER."""
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, ORDER - s)

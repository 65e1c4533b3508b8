"""What is kept of a device's secret: enough to know it again each way it is shown, never itself."""

import base64
import hmac
import os
from dataclasses import dataclass, field
from hashlib import pbkdf2_hmac, sha1, sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from asklepion.kit.errors import Fault

NONCE = 12  # bytes
SALT = 12
ROUNDS = 101  # Mosquitto's own; the secret is as long as a key, so that nobody guesses it


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What stands in the device's row."""

    hash: bytes = field(repr=False)  # by which it signs in
    nightscout: bytes = field(repr=False)  # by which a header of Nightscout's is known
    signing: bytes = field(repr=False)  # sealed: what it signs with
    mosquitto: str = field(repr=False)  # as Mosquitto keeps a password


class Secrets:
    """Makes these, and knows them again.

    Args:
        key: of this house; without it nothing in the database tells anything.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._sealing = AESGCM(hmac.digest(key, b"signing", "sha256"))

    def keep(self, device: str, secret: str) -> Kept:
        """All that is kept of a new secret."""
        nonce = os.urandom(NONCE)
        sealed = self._sealing.encrypt(nonce, signing_key(secret), device.encode())
        return Kept(
            hash=self.hash(secret),
            nightscout=self.nightscout(sha1(secret.encode()).hexdigest()),
            signing=nonce + sealed,
            mosquitto=mosquitto_password(secret, os.urandom(SALT)),
        )

    def hash(self, secret: str) -> bytes:
        """By which a secret is known again."""
        return hmac.digest(self._key, secret.encode(), "sha256")

    def nightscout(self, shown: str) -> bytes:
        """By which the SHA-1 of a secret is known again."""
        return hmac.digest(self._key, b"nightscout/" + shown.lower().encode(), "sha256")

    def open_signing(self, device: str, sealed: bytes) -> bytes:
        """What a device signs with.

        Raises:
            Fault: the row was changed, or the house's key was.
        """
        try:
            return self._sealing.decrypt(sealed[:NONCE], sealed[NONCE:], device.encode())
        except InvalidTag as error:
            raise Fault(f"The key of device {device} does not open.") from error


def signing_key(secret: str) -> bytes:
    """What a device signs with: not the secret, which lets it in elsewhere."""
    return sha256(secret.encode()).digest()


def mosquitto_password(secret: str, salt: bytes) -> str:
    """A password as `mosquitto_passwd` writes it (PBKDF2 with SHA-512).

    Source: https://mosquitto.org/man/mosquitto_passwd-1.html
    """
    made = pbkdf2_hmac("sha512", secret.encode(), salt, ROUNDS)
    return f"$7${ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(made).decode()}"

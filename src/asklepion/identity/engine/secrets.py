"""Passwords and tokens: what is kept of them so that nobody can read them back."""

import hmac
import secrets
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LONGEST_TOKEN = 200  # characters of a credential that is looked at


class Passwords:
    """Hashes passwords slowly on purpose (Argon2id, RFC 9106); call it from a thread."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher

    @cached_property
    def _decoy(self) -> str:
        return self._hasher.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """What is kept of a password."""
        return self._hasher.hash(password)

    def is_right(self, password: str, kept: str | None) -> bool:
        """Whether it is the password; where there is none it takes the same time to say no."""
        decoy = self._decoy  # made for everybody's first attempt alike
        try:
            self._hasher.verify(kept or decoy, password)
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether it was made with less, or other, work than is asked for today."""
        return self._hasher.check_needs_rehash(kept)


class Tokens:
    """Makes tokens nobody can guess, and the keyed hashes that are kept of them."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def new(self) -> str:
        """A token of 256 random bits."""
        return secrets.token_urlsafe(32)

    def kept(self, kind: str, token: str) -> bytes:
        """What is kept of a token; one kind is never good for another."""
        return hmac.digest(self._key, f"{kind}:{token}".encode(errors="replace"), "sha256")

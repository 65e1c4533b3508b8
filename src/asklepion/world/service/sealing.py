"""What workers trust each other by: tickets, keys to come back with, and sealed words.

All of it rests on one secret in the house's folder of keys. Tickets are sealed (AES-256-GCM), so
that nobody makes one, and nobody who sees an address learns whose it is.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from asklepion.identity import Caller
from asklepion.kit.clock import Clock, to_us

from .tickets import GOOD_FOR_S, MOST, Shown

NONCE = 12  # bytes
MAC = 16  # bytes of what is kept of a code: nobody guesses 128 bits
GOOD_FOR_US = int(timedelta(seconds=GOOD_FOR_S) / timedelta(microseconds=1))


class Secret:
    """Seals and opens what one worker tells another.

    Args:
        key: 32 bytes, the same for every worker of a house.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._cipher = AESGCM(hashlib.sha256(b"world seal " + key).digest())

    @property
    def house(self) -> str:
        """What tells this house from others on the same bus."""
        return hashlib.sha256(b"world house " + self._key).hexdigest()[:16]

    def seal(self, text: bytes, context: str) -> bytes:
        """The same, for nobody else to read or to make."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._cipher.encrypt(nonce, text, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes | None:
        """What was sealed for this; None where it was not."""
        try:
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], context.encode())
        except (InvalidTag, ValueError):
            return None

    def key_of(self, account: str, who: str) -> str:
        """What one comes back with whose line broke, to whichever worker."""
        return f"{who}.{self._code(account, who)}"

    def who_of(self, account: str, key: str) -> str:
        """Whom such a key stands for; empty where it is none of this account's."""
        who, _, code = key.rpartition(".")
        is_good = hmac.compare_digest(_plain(code), _plain(self._code(account, who)))
        return who if is_good else ""

    def _code(self, account: str, who: str) -> str:
        text = _plain(f"back {account} {who}")
        return _text(hmac.digest(self._key, text, "sha256")[:MAC])


class _Ticket(msgspec.Struct, frozen=True, array_like=True):
    """What is sealed in one."""

    caller: Caller
    origin: str
    look: str
    came_from: str
    given_us: int


class SealedTickets:
    """Tickets for any worker: each good in one of them, once, for half a minute.

    Args:
        worker: whose visitors these are that show one here.
    """

    def __init__(self, secret: Secret, clock: Clock, worker: str) -> None:
        self._secret = secret
        self._clock = clock
        self._worker = worker
        self._used: dict[bytes, int] = {}  # until when each could be shown again
        self._dropped: dict[str, int] = {}  # accounts, and when they were let in no more

    def give(self, worker: str, shown: Shown, origin: str) -> str:
        """A ticket for a worker.

        Args:
            origin: of the page that asks, as its browser says; empty where there is none.

        Raises:
            Unauthenticated: a stranger asks.
        """
        shown.caller.require_known()
        body = _Ticket(shown.caller, origin, shown.look, shown.came_from, self._now())
        return _text(self._secret.seal(msgspec.msgpack.encode(body), f"ticket {worker}"))

    def take(self, ticket: str, origin: str) -> Shown | None:
        """What it says; None if it is nobody's, used, old, another worker's or another page's."""
        sealed = _bytes(ticket)
        body = self._secret.open(sealed, f"ticket {self._worker}")
        if body is None:
            return None
        found = msgspec.msgpack.decode(body, type=_Ticket)
        now, until = self._now(), found.given_us + GOOD_FOR_US
        if now > until or sealed in self._used:
            return None
        self._note(sealed, until, now)
        gone_at = self._dropped.get(found.caller.account)
        if origin != found.origin or (gone_at is not None and found.given_us <= gone_at):
            return None
        return Shown(found.caller, found.look, found.came_from)

    def drop(self, account: str) -> None:
        """Let an account in no more with what it was given."""
        now = self._now()
        self._dropped = {a: at for a, at in self._dropped.items() if at + GOOD_FOR_US > now}
        self._dropped[account] = now

    def _note(self, ticket: bytes, until: int, now: int) -> None:
        if len(self._used) >= MOST:
            self._used = {t: u for t, u in self._used.items() if u > now}
        self._used[ticket] = until

    def _now(self) -> int:
        return to_us(self._clock.now())


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def _plain(text: str) -> bytes:
    return text.encode(errors="replace")


def _bytes(text: str) -> bytes:
    """What was written so; nothing where it was written in another way that stands for the same."""
    try:
        value = urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
    except ValueError:
        return b""
    return value if _text(value) == text else b""

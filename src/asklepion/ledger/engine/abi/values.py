"""What goes into our contracts and comes out; field by field in the order of their structs.

Addresses are 20 bytes, hashes 32, times whole seconds since 1970.
"""

import secrets
from typing import NamedTuple

FOREVER = 2**64 - 1  # as notAfter or deadline: no end


class Grant(NamedTuple):
    """Consent.Grant: what a subject signs to allow something."""

    record: bytes
    subject: bytes
    scope: bytes
    not_before: int
    not_after: int
    nonce: int
    deadline: int


class Revoke(NamedTuple):
    """Consent.Revoke: what a subject signs to end it."""

    record: bytes
    subject: bytes
    nonce: int
    deadline: int


class ConsentState(NamedTuple):
    """Consent.state: what is known of a record; all zero where there is none."""

    subject: bytes
    scope: bytes
    not_before: int
    not_after: int
    revoked: bool


class Head(NamedTuple):
    """Anchor.head: a log as it was last anchored; all zero where it never was."""

    size: int
    anchored_at: int
    root: bytes


class Status(NamedTuple):
    """StatusRegistry.latest: the newest version of a list; all zero where there is none."""

    epoch: int
    published_at: int
    digest: bytes


class PasskeyPoint(NamedTuple):
    """PasskeyAccount.Key: the public key of one device, a point on P-256."""

    x: bytes
    y: bytes


class Guard(NamedTuple):
    """PasskeyAccount.Guard: who may give an account back, and how."""

    guardians: tuple[bytes, ...]
    threshold: int
    delay_s: int


class Call(NamedTuple):
    """PasskeyAccount.Call: one call of a batch."""

    target: bytes
    value: int
    data: bytes


class Execute(NamedTuple):
    """What a device key signs for a batch."""

    calls: tuple[Call, ...]
    nonce: int
    deadline: int


class Approve(NamedTuple):
    """What a guardian signs for a new key."""

    x: bytes
    y: bytes
    round: int
    voice: int  # how often the guardian spoke in this round
    deadline: int


class Voice(NamedTuple):
    """PasskeyAccount.voiceOf: what a guardian said in a round."""

    key_id: bytes
    spoken: int  # how often; the next signature must carry this number


class Recovery(NamedTuple):
    """PasskeyAccount.recovery: all zero where none runs."""

    key_id: bytes
    ready_at: int
    lapses_at: int
    approvals: int


class ForwardRequest(NamedTuple):
    """What a signer signs for the forwarder."""

    sender: bytes
    to: bytes
    value: int
    gas: int
    nonce: int
    deadline: int
    data: bytes


class ForwardRequestData(NamedTuple):
    """What the forwarder is handed: the same without the nonce, which it knows, and signed."""

    sender: bytes
    to: bytes
    value: int
    gas: int
    deadline: int
    data: bytes
    signature: bytes


def new_record(subject: bytes) -> bytes:
    """A fresh record id for Consent; it ends in its subject, so that nobody else can take it."""
    return secrets.token_bytes(12) + subject

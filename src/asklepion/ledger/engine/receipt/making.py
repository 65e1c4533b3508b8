"""Writes receipts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...model import FORMAT, FORMAT_1, Checkpoint, Event
from .. import note


@dataclass(frozen=True)
class Earlier:
    """A checkpoint that somebody holds, and the proof that the log only grew since."""

    checkpoint: Checkpoint
    proof: Sequence[bytes]


def make_receipt(
    event: Event,
    key: bytes,
    index: int,
    proof: Sequence[bytes],
    signed: tuple[Checkpoint, str],
    *,
    earlier: Earlier | None = None,
    more: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Write a receipt.

    Args:
        signed: the checkpoint, with its cosignatures, and its signer's verifier key.
        earlier: what whoever asks holds already.
        more: `consent` and `chain`, as their own checks want them.
    """
    checkpoint, verifier = signed
    made: dict[str, Any] = {
        "format": FORMAT,
        **_common(event, key, index, proof),
        "checkpoint": checkpoint.note,
        "verifier": verifier,
        "witnesses": list(checkpoint.witnesses),
    }
    if earlier:
        steps = [note.to_base64(step) for step in earlier.proof]
        made["earlier"] = {"checkpoint": earlier.checkpoint.note, "proof": steps}
    return made | dict(more or {})


def make_receipt_1(
    event: Event, key: bytes, index: int, proof: Sequence[bytes], signed: tuple[Checkpoint, str]
) -> dict[str, Any]:
    """Write a receipt of the first form, as exports of whole lists hold them."""
    checkpoint, verifier = signed
    return {
        "format": FORMAT_1,
        **_common(event, key, index, proof),
        "checkpoint": checkpoint.note,
        "verifier": verifier,
    }


def _common(event: Event, key: bytes, index: int, proof: Sequence[bytes]) -> dict[str, Any]:
    return {
        "event": dict(event),
        "key": note.to_base64(key),
        "index": index,
        "proof": [note.to_base64(step) for step in proof],
    }

"""Receipts: everything needed to see, without us, that an event stands in the log.

A receipt is a JSON object with exactly these members:

    format      "asklepion-receipt/1"
    event       what happened, in words and codes
    key         the secret it was committed with, base64
    index       its place in the log, from 0
    proof       hashes that lead from there to the root, base64, from the leaf upwards
    checkpoint  the log's size and root, signed (https://c2sp.org/tlog-checkpoint), by one signer
    verifier    that signer's public key, as name+hash+base64 (https://c2sp.org/signed-note)
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from asklepion.kit.errors import HouseError, Incorrect

from ..model import FORMAT, HASH_BYTES, Check, Checkpoint, Event, State, Verdict
from . import merkle, note
from .commitment import commit

MEMBERS = {"format", "event", "key", "index", "proof", "checkpoint", "verifier"}
MOST_BYTES = 1 << 20  # of a receipt's text


def make_receipt(
    event: Event, key: bytes, index: int, proof: Sequence[bytes], signed: tuple[Checkpoint, str]
) -> dict[str, Any]:
    """Write a receipt; `signed` is the checkpoint and its signer's verifier key."""
    checkpoint, verifier = signed
    return {
        "format": FORMAT,
        "event": dict(event),
        "key": note.to_base64(key),
        "index": index,
        "proof": [note.to_base64(step) for step in proof],
        "checkpoint": checkpoint.note,
        "verifier": verifier,
    }


def read_receipt(text: str | bytes) -> Any:
    """The JSON value of a receipt's text, for `verify_receipt`.

    Raises:
        Incorrect: it is not JSON, is far too long, or says one thing twice.
    """
    if len(text) > MOST_BYTES:
        raise Incorrect("The file is far too long for a receipt.")
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Incorrect(
            "The file is not a receipt: it cannot be read as JSON.",
            hint="Download the receipt again and keep the file as it is.",
        ) from error


def verify_receipt(receipt: Any, *, trusted: str | None = None) -> Verdict:
    """Check everything that a receipt claims; whatever it is given, it answers.

    Args:
        receipt: what `read_receipt` read.
        trusted: the house's verifier key, known from elsewhere than the receipt.
    """
    return _Verification(receipt, trusted).verdict()


@dataclass(frozen=True)
class _Parts:
    event: Event
    key: bytes
    index: int
    proof: list[bytes]
    checkpoint: Checkpoint
    verifier: note.Verifier


class _Verification:
    def __init__(self, receipt: Any, trusted: str | None) -> None:
        self._receipt = receipt
        self._trusted = trusted
        self._checks: list[Check] = []

    def verdict(self) -> Verdict:
        parts = self._look("form", self._form)
        for name, look in (
            ("signature", self._signature),
            ("inclusion", self._inclusion),
            ("signer", self._signer),
        ):
            if parts is None:
                words = "Not looked at, since the receipt cannot be read."
                self._checks.append(Check(name, "not made", words))
            else:
                self._look(name, lambda look=look: look(parts))
        return Verdict(tuple(self._checks))

    def _look(self, name: str, look: Callable[[], tuple[State, str, Any]]) -> Any:
        try:
            state, words, result = look()
        except HouseError as error:
            state, words, result = "failed", error.message, None
        self._checks.append(Check(name, state, words))
        return result

    def _form(self) -> tuple[State, str, _Parts | None]:
        parts = _read_parts(self._receipt)
        return "passed", f"It is a whole receipt of the form {FORMAT}.", parts

    def _signature(self, parts: _Parts) -> tuple[State, str, None]:
        checkpoint, verifier = parts.checkpoint, parts.verifier
        if checkpoint.origin != verifier.name:
            return "failed", "The checkpoint is of another log than the key.", None
        if len(note.signatures(checkpoint.note)) != 1:
            return "failed", "The checkpoint does not have exactly one signature.", None
        if not note.is_signed_by(checkpoint.note, verifier):
            return "failed", "The checkpoint was not signed with the receipt's key.", None
        words = f"The log {checkpoint.origin} signed that it held {checkpoint.size} entries."
        return "passed", words, None

    def _inclusion(self, parts: _Parts) -> tuple[State, str, None]:
        leaf = merkle.leaf_hash(commit(parts.event, parts.key))
        size, root = parts.checkpoint.size, parts.checkpoint.root
        if not merkle.is_included(parts.index, size, leaf, parts.proof, root):
            words = (
                "This event, with this key, at this place, is not in the log that was signed:"
                " the event, key, index, proof or checkpoint was altered."
            )
            return "failed", words, None
        return "passed", f"Exactly this event is entry {parts.index} of that log.", None

    def _signer(self, parts: _Parts) -> tuple[State, str, None]:
        if self._trusted is None:
            words = (
                "Nobody but the receipt itself vouches for its signer. Compare"
                f" {parts.verifier} with the key that the house publishes, or give it as --key."
            )
            return "not made", words, None
        if str(note.Verifier.read(self._trusted.strip())) != str(parts.verifier):
            return "failed", "It was signed with another key than the one you trust.", None
        return "passed", "It was signed with the key you trust.", None


def _read_parts(receipt: Any) -> _Parts:
    if not isinstance(receipt, dict):
        raise Incorrect("It is not a receipt.")
    members = cast(dict[Any, Any], receipt)
    if set(members) != MEMBERS or members["format"] != FORMAT:
        raise Incorrect(f"It is not a receipt of the form {FORMAT}.")
    index, event, proof = members["index"], members["event"], members["proof"]
    if type(index) is not int or index < 0:
        raise Incorrect("The receipt's index is not a whole number.")
    if not isinstance(event, dict):
        raise Incorrect("The receipt's event is not an object.")
    if not isinstance(proof, list) or len(cast(list[Any], proof)) > merkle.MOST_STEPS:
        raise Incorrect("The receipt's proof is not a list of hashes.")
    parts = _Parts(
        event=cast(Event, event),
        key=_bytes("key", members["key"]),
        index=index,
        proof=[_bytes("proof", step) for step in cast(list[Any], proof)],
        checkpoint=note.read_checkpoint(_text("checkpoint", members["checkpoint"])),
        verifier=note.Verifier.read(_text("verifier", members["verifier"])),
    )
    commit(parts.event, parts.key)  # says what in it can never have been committed
    return parts


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise Incorrect(f"The receipt's {name} is not a text.")
    return value


def _bytes(name: str, value: Any) -> bytes:
    found = note.from_base64(_text(name, value))
    if len(found) != HASH_BYTES:
        raise Incorrect(f"The receipt's {name} does not have {HASH_BYTES} bytes.")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice")
    return members


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")

"""Checks receipts, and says of each check what was seen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from asklepion.kit.errors import HouseError

from ...model import FORMAT_1, Check, State, Verdict
from .. import merkle, note
from ..commitment import commit
from ..consent import look_at_passkey
from ..cosigning import WitnessKey
from . import extra
from .reading import MORE, Parts, read_parts

Seen = tuple[State, str]

# What reading may stumble over where somebody wrote what no house ever would.
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)
UNREAD = "It cannot be read: no house ever wrote it like that."


@dataclass(frozen=True, kw_only=True)
class Known:
    """What whoever checks knows from elsewhere than the receipt."""

    key: str | None = None  # of the house
    witnesses: Sequence[str] = ()  # keys
    quorum: int | None = None  # how many of these are enough; all where nothing is said
    held: Any = None  # an older receipt
    passkeys: Sequence[str] = ()  # of the person whose consent it is


def verify_receipt(
    receipt: Any,
    *,
    trusted: str | None = None,
    witnesses: Sequence[str] = (),
    quorum: int | None = None,
    held: Any = None,
    passkeys: Sequence[str] = (),
) -> Verdict:
    """Check everything that a receipt claims; whatever it is given, it answers.

    Args:
        receipt: what `read_receipt` read.
        trusted: the house's verifier key, known from elsewhere than the receipt.
        witnesses: the keys of witnesses, known from elsewhere.
        quorum: how many of these must have cosigned; all, where nothing is said.
        held: an older receipt of the same house, to see that its log only grew since.
        passkeys: what the person's passkeys look like, known from elsewhere.
    """
    known = Known(
        key=trusted, witnesses=witnesses, quorum=quorum, held=held, passkeys=tuple(passkeys)
    )
    return _Verification(receipt, known).verdict()


class _Verification:
    def __init__(self, receipt: Any, known: Known) -> None:
        self._receipt = receipt
        self._known = known
        self._checks: list[Check] = []

    def verdict(self) -> Verdict:
        parts = self._form()
        looks: list[tuple[str, Callable[[Parts], Seen]]] = [
            ("signature", self._signature),
            ("inclusion", self._inclusion),
            ("signer", self._signer),
        ]
        if parts and (parts.earlier or self._known.held is not None):
            looks.insert(2, ("growth", self._growth))
        if parts and (parts.format != FORMAT_1 or self._known.witnesses):
            looks.append(("witnesses", self._witnesses))
        for name, look in looks:
            self._look(name, look, parts)
        for name in MORE:
            if parts and name in parts.more:
                self._look(name, lambda parts, name=name: extra.look_at(name, parts), parts)
        if parts and ("consent" in parts.more or self._known.passkeys):
            self._look("passkey", self._passkey, parts)
        return Verdict(tuple(self._checks))

    def _look(self, name: str, look: Callable[[Parts], Seen], parts: Parts | None) -> None:
        try:
            if parts is None:
                state, words = "not made", "Not looked at, since the receipt cannot be read."
            else:
                state, words = look(parts)
        except HouseError as error:
            state, words = "failed", error.message
        except UNREADABLE:
            state, words = "failed", UNREAD
        self._checks.append(Check(name, state, words))

    def _form(self) -> Parts | None:
        try:
            parts = read_parts(self._receipt)
        except HouseError as error:
            self._checks.append(Check("form", "failed", error.message))
            return None
        except UNREADABLE:
            self._checks.append(Check("form", "failed", UNREAD))
            return None
        words = f"It is a whole receipt of the form {parts.format}."
        self._checks.append(Check("form", "passed", words))
        return parts

    def _signature(self, parts: Parts) -> Seen:
        checkpoint, verifier = parts.checkpoint, parts.verifier
        if checkpoint.origin != verifier.name:
            return "failed", "The checkpoint is of another log than the key."
        if len(note.signatures(checkpoint.note)) != 1 + len(parts.witnesses):
            return "failed", "The checkpoint does not have exactly the signatures it should have."
        if not note.is_signed_by(checkpoint.note, verifier):
            return "failed", "The checkpoint was not signed with the receipt's key."
        words = f"The log {checkpoint.origin} signed that it held {checkpoint.size} entries."
        return "passed", words

    def _inclusion(self, parts: Parts) -> Seen:
        leaf = merkle.leaf_hash(commit(parts.event, parts.key))
        size, root = parts.checkpoint.size, parts.checkpoint.root
        if not merkle.is_included(parts.index, size, leaf, parts.proof, root):
            words = (
                "This event, with this key, at this place, is not in the log that was signed:"
                " the event, key, index, proof or checkpoint was altered."
            )
            return "failed", words
        return "passed", f"Exactly this event is entry {parts.index} of that log."

    def _growth(self, parts: Parts) -> Seen:
        new = parts.checkpoint
        held = None if self._known.held is None else read_parts(self._known.held)
        if held and (held.verifier != parts.verifier or held.checkpoint.origin != new.origin):
            return "failed", "The older receipt is of another log."
        old = held.checkpoint if held else None
        if held and old and not note.is_signed_by(old.note, held.verifier):
            return "failed", "The older receipt's state of the log is not signed."
        if old and (old.size, old.root) == (new.size, new.root):
            return "passed", "Both receipts are of the same state of the log."
        if parts.earlier is None:
            words = "The receipt does not say how the log grew from the older one; ask for one"
            return "failed", f"{words} since {old.size if old else 0} entries."
        was = parts.earlier.checkpoint
        if old and (old.size, old.root) != (was.size, was.root):
            return "failed", "The receipt goes on from another state than the older receipt's."
        if was.origin != new.origin or not note.is_signed_by(was.note, parts.verifier):
            return "failed", "The earlier state of the log is not signed with the receipt's key."
        roots = (was.root, new.root)
        if not merkle.is_consistent(was.size, new.size, *roots, parts.earlier.proof):
            words = f"The log does not begin with the {was.size} entries that it held earlier:"
            return "failed", f"{words} entries were altered or taken away."
        return "passed", f"The log only grew: from {was.size} to {new.size} entries."

    def _witnesses(self, parts: Parts) -> Seen:
        seen = {key: key.seen_at(parts.checkpoint.note) for key in parts.witnesses}
        false = [key.name for key, at_s in seen.items() if at_s is None]
        if false:
            return "failed", f"The cosignature of {', '.join(false)} is not genuine."
        told = ", ".join(f"{key.name} ({_moment(at_s or 0)})" for key, at_s in seen.items())
        if not self._known.witnesses:
            if not told:
                return "not made", "No witness outside the house has cosigned this state."
            words = f"Cosigned by {told}. Nobody but the receipt vouches for their keys: give those"
            return "not made", f"{words} you trust as --witness."
        trusted = {WitnessKey.read(each.strip()) for each in self._known.witnesses}
        count = len(trusted & seen.keys())
        wanted = len(trusted) if self._known.quorum is None else self._known.quorum
        words = f"{count} of the {len(trusted)} witnesses you trust cosigned this state"
        if count < max(1, wanted):
            return "failed", f"{words}, not {max(1, wanted)}."
        return "passed", f"{words}: {told}."

    def _passkey(self, parts: Parts) -> Seen:
        if "consent" not in parts.more:
            return "failed", "It is no receipt of a consent: no passkey signed it."
        return look_at_passkey(parts.more["consent"], parts.event, self._known.passkeys)

    def _signer(self, parts: Parts) -> Seen:
        if self._known.key is None:
            words = (
                "Nobody but the receipt itself vouches for its signer. Compare"
                f" {parts.verifier} with the key that the house publishes, or give it as --key."
            )
            return "not made", words
        if str(note.Verifier.read(self._known.key.strip())) != str(parts.verifier):
            return "failed", "It was signed with another key than the one you trust."
        return "passed", "It was signed with the key you trust."


def _moment(at_s: int) -> str:
    try:
        return f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%d %H:%M} UTC"
    except (OverflowError, ValueError, OSError):
        return "at no moment that is counted"

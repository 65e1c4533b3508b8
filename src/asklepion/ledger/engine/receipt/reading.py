"""Reads receipts of both forms; whatever is in them was written by strangers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from asklepion.kit.errors import Incorrect

from ...model import FORMAT, FORMAT_1, HASH_BYTES, Checkpoint, Event
from .. import merkle, note
from ..commitment import commit
from ..cosigning import WitnessKey
from .making import Earlier

OF_BOTH = {"format", "event", "key", "index", "proof", "checkpoint", "verifier"}
MORE = ("consent", "chain")  # members with checks of their own
MOST_BYTES = 1 << 20  # of a receipt's text
MOST_WITNESSES = 16


@dataclass(frozen=True)
class Parts:
    """A receipt, read."""

    format: str
    event: Event
    key: bytes
    index: int
    proof: list[bytes]
    checkpoint: Checkpoint
    verifier: note.Verifier
    witnesses: list[WitnessKey] = field(default_factory=list[WitnessKey])
    earlier: Earlier | None = None
    more: Mapping[str, Any] = field(default_factory=dict[str, Any])


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


def read_parts(receipt: Any) -> Parts:
    """What a receipt holds.

    Raises:
        Incorrect: it is none, or not one of a form that we know.
    """
    if not isinstance(receipt, dict):
        raise Incorrect("It is not a receipt.")
    members = cast(dict[str, Any], receipt)
    form = members.get("format")
    known = {
        FORMAT_1: (OF_BOTH, set[str]()),
        FORMAT: (OF_BOTH | {"witnesses"}, {"earlier", *MORE}),
    }
    must, may = known.get(form, (None, None)) if isinstance(form, str) else (None, None)
    if must is None or may is None or not must <= set(members) <= must | may:
        raise Incorrect(f"It is not a receipt of the form {FORMAT} or {FORMAT_1}.")
    index, event = members["index"], members["event"]
    if type(index) is not int or index < 0:
        raise Incorrect("The receipt's index is not a whole number.")
    parts = Parts(
        format=cast(str, form),
        event=cast(Event, _object("The receipt's event", event)),
        key=_bytes("key", members["key"]),
        index=index,
        proof=_proof(members["proof"]),
        checkpoint=note.read_checkpoint(_text("checkpoint", members["checkpoint"])),
        verifier=note.Verifier.read(_text("verifier", members["verifier"])),
        witnesses=_witnesses(members.get("witnesses", [])),
        earlier=_earlier(members["earlier"]) if "earlier" in members else None,
        more={name: members[name] for name in MORE if name in members},
    )
    commit(parts.event, parts.key)  # says what in it can never have been committed
    return parts


def _object(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Incorrect(f"{name} is not an object.")
    return cast(dict[str, Any], value)


def _witnesses(value: Any) -> list[WitnessKey]:
    if not isinstance(value, list) or len(cast(list[Any], value)) > MOST_WITNESSES:
        raise Incorrect("The receipt's witnesses are not a list of keys.")
    keys = [WitnessKey.read(_text("witness", each)) for each in cast(list[Any], value)]
    if len(set(keys)) != len(keys):
        raise Incorrect("The receipt names a witness twice.")
    return keys


def _earlier(value: Any) -> Earlier:
    members = _object("The receipt's earlier state", value)
    if set(members) != {"checkpoint", "proof"}:
        raise Incorrect("The receipt's earlier state is not a checkpoint and a proof.")
    checkpoint = note.read_checkpoint(_text("earlier state", members["checkpoint"]))
    return Earlier(checkpoint, _proof(members["proof"]))


def _proof(value: Any) -> list[bytes]:
    if not isinstance(value, list) or len(cast(list[Any], value)) > merkle.MOST_STEPS:
        raise Incorrect("The receipt's proof is not a list of hashes.")
    return [_bytes("proof", step) for step in cast(list[Any], value)]


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

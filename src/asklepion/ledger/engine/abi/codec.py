"""Calls, answers, events and errors as the chain's bytes and back, by what the compiler says."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError, EncodingError

from ....kit.errors import Fault
from .artefacts import Artefact, artefact, names
from .signing import keccak

_PANICS = {
    0x01: "an assertion failed",
    0x11: "a number left its bounds",
    0x12: "a division by zero",
    0x21: "no such choice",
    0x32: "an index beyond the end",
    0x41: "too much memory",
}
_COMMON: list[dict[str, Any]] = [
    {"type": "error", "name": "Error", "inputs": [{"name": "message", "type": "string"}]},
    {"type": "error", "name": "Panic", "inputs": [{"name": "code", "type": "uint256"}]},
]


@dataclass(frozen=True)
class Event:
    """What a contract told."""

    name: str
    args: dict[str, Any]


@dataclass(frozen=True)
class Failure:
    """Why a contract refused."""

    name: str
    args: dict[str, Any]

    def __str__(self) -> str:
        if self.name == "Error":
            return str(self.args["message"])
        if self.name == "Panic":
            return _PANICS.get(self.args["code"], f"panic {self.args['code']:#x}")
        told = ", ".join(
            f"{name} {it.hex() if isinstance(it, bytes) else it}" for name, it in self.args.items()
        )
        return f"{self.name}({told})"


class Contract:
    """Speaks with one of our contracts. Addresses go in and come out as 20 bytes."""

    def __init__(self, it: Artefact) -> None:
        self.artefact = it
        self._functions = {e["name"]: e for e in it.abi if e["type"] == "function"}
        self._events = {_selector(e, 32): e for e in it.abi if e["type"] == "event"}
        self._errors = {_selector(e, 4): e for e in [*_COMMON, *it.abi] if e["type"] == "error"}
        self._topics = {e["name"]: topic for topic, e in self._events.items()}

    def init_code(self, *args: Any) -> bytes:
        """What a transaction without a recipient carries, to deploy it."""
        made = [e for e in self.artefact.abi if e["type"] == "constructor"]
        return self.artefact.bytecode + _encode(made[0]["inputs"] if made else [], args)

    def call(self, function: str, *args: Any) -> bytes:
        """What a transaction or a reading call carries."""
        entry = self._function(function)
        return _selector(entry, 4) + _encode(entry["inputs"], args)

    def read_call(self, data: bytes) -> tuple[str, tuple[Any, ...]] | None:
        """Which function a call is of, and with what; nothing, if it is of none."""
        for name, entry in self._functions.items():
            if _selector(entry, 4) == data[:4]:
                try:
                    return name, _decode(entry["inputs"], data[4:])
                except Fault:
                    return None
        return None

    def result(self, function: str, output: bytes) -> Any:
        """What a call returned: one value, or a tuple of several; a struct is a tuple.

        Raises:
            Fault: it is not what this function returns; nothing stands at that address, perhaps.
        """
        values = _decode(self._function(function)["outputs"], output)
        return values[0] if len(values) == 1 else values

    def topic(self, event: str) -> bytes:
        """The first topic of an event's log lines."""
        if event not in self._topics:
            raise Fault(f"{self.artefact.name} tells no {event}.")
        return self._topics[event]

    def event(self, topics: Sequence[bytes], data: bytes) -> Event | None:
        """Read one log line; nothing, if the contract tells no such event."""
        entry = self._events.get(topics[0]) if topics else None
        if entry is None:
            return None
        indexed = [it for it in entry["inputs"] if it["indexed"]]
        plain = [it for it in entry["inputs"] if not it["indexed"]]
        if len(topics) != len(indexed) + 1:
            return None
        found = dict(zip((it["name"] for it in plain), _decode(plain, data), strict=True))
        for it, topic in zip(indexed, topics[1:], strict=True):
            found[it["name"]] = _decode([it], topic)[0]
        return Event(entry["name"], {it["name"]: found[it["name"]] for it in entry["inputs"]})

    def failure(self, data: bytes) -> Failure | None:
        """Read why it refused; nothing, if it gave no reason that it knows."""
        entry = self._errors.get(data[:4])
        if entry is None:
            return None
        values = _decode(entry["inputs"], data[4:])
        return Failure(
            entry["name"],
            dict(zip((it["name"] for it in entry["inputs"]), values, strict=True)),
        )

    def _function(self, name: str) -> dict[str, Any]:
        if name not in self._functions:
            raise Fault(f"{self.artefact.name} has no function {name}.")
        return self._functions[name]


@cache
def contract(name: str) -> Contract:
    """One of our contracts, by name.

    Raises:
        NotFound: there is no contract of this name.
    """
    return Contract(artefact(name))


def read_failure(data: bytes) -> Failure | None:
    """Read why a contract refused, whichever of ours it was."""
    for name in names():
        try:
            if found := contract(name).failure(data):
                return found
        except Fault:
            continue
    return None


def _kind(it: dict[str, Any]) -> str:
    """A parameter's type as selectors spell it."""
    kind: str = it["type"]
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(map(_kind, it['components']))}){kind.removeprefix('tuple')}"


def _selector(entry: dict[str, Any], length: int) -> bytes:
    kinds = ",".join(map(_kind, entry["inputs"]))
    return keccak(f"{entry['name']}({kinds})".encode())[:length]


def _encode(inputs: list[dict[str, Any]], args: tuple[Any, ...]) -> bytes:
    try:
        return encode([_kind(it) for it in inputs], args)
    except (EncodingError, ValueError, TypeError) as error:
        raise Fault("The arguments are not what the contract takes.", hint=str(error)) from error


def _decode(outputs: list[dict[str, Any]], data: bytes) -> tuple[Any, ...]:
    try:
        values = decode([_kind(it) for it in outputs], data)
    except (DecodingError, OverflowError) as error:
        raise Fault("The answer is not what the contract gives.") from error
    return tuple(_plain(it["type"], it, value) for it, value in zip(outputs, values, strict=True))


def _plain(kind: str, it: dict[str, Any], value: Any) -> Any:
    """Addresses as bytes, however deep; eth-abi gives them as text."""
    if kind.endswith("]"):
        inner = kind[: kind.rindex("[")]
        return tuple(_plain(inner, it, each) for each in value)
    if kind == "tuple":
        parts = zip(it["components"], value, strict=True)
        return tuple(_plain(part["type"], part, each) for part, each in parts)
    return bytes.fromhex(value[2:]) if kind == "address" else value

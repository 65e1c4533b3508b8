"""What JSON-RPC's parameters mean, and how its errors are told. https://www.jsonrpc.org/specification"""

import re
from dataclasses import dataclass
from typing import Any, cast

from asklepion.kit.errors import Busy, Conflict, Fault, HouseError, Incorrect, NotFound, Unsupported

from ...model import Reverted

PARSE, INVALID, NO_METHOD, PARAMETERS, INTERNAL = -32700, -32600, -32601, -32602, -32603
REFUSED, NOT_FOUND, UNSUPPORTED, TOO_MUCH, REVERTED = -32000, -32001, -32004, -32005, 3
TAGS = ("latest", "pending", "safe", "finalized")  # one block follows the other here, for good
QUANTITY = re.compile(r"0x(0|[1-9a-fA-F][0-9a-fA-F]{0,63})\Z")
DATA = re.compile(r"0x([0-9a-fA-F]{2})*\Z")
MOST_OF_ONE = 64  # addresses or topics at one place of a filter


class RpcError(Exception):
    """An error with JSON-RPC's code."""

    def __init__(self, code: int, message: str, data: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data

    def as_json(self) -> dict[str, Any]:
        """As it is given out."""
        told: dict[str, Any] = {"code": self.code, "message": self.message}
        return told if self.data is None else told | {"data": self.data}


def translated(error: HouseError) -> RpcError:
    """An error of the house as wallets know it."""
    if isinstance(error, Reverted):
        data = f"0x{error.data.hex()}"
        return RpcError(REVERTED if error.data else REFUSED, error.message, data)
    for kind, code in (
        (NotFound, NOT_FOUND),
        (Busy, TOO_MUCH),
        (Unsupported, UNSUPPORTED),
        (Incorrect, REFUSED),
        (Conflict, REFUSED),
        (Fault, INTERNAL),
    ):
        if isinstance(error, kind):
            return RpcError(code, _as_known(error.message))
    return RpcError(INTERNAL, "Something went wrong on our side.")


def _as_known(message: str) -> str:
    """The words that wallets look for, in front of ours."""
    for ours, known in (
        ("There are insufficient funds", "insufficient funds for gas * price + value"),
        ("The nonce is too low", "nonce too low"),
        ("The replacement transaction is underpriced", "replacement transaction underpriced"),
        ("The fee is too low", "max fee per gas less than block base fee"),
        ("The gas is too low", "intrinsic gas too low"),
    ):
        if message.startswith(ours):
            return f"{known}: {message}"
    return message


def wrong(what: str) -> RpcError:
    """A parameter that cannot be understood."""
    return RpcError(PARAMETERS, f"Invalid parameters: {what}.")


def quantity(value: Any, what: str = "a quantity") -> int:
    """A number such as 0x1f."""
    if isinstance(value, str) and QUANTITY.match(value):
        return int(value, 16)
    raise wrong(f"{what} is written as 0x1f")


def data(value: Any, what: str = "data", length: int | None = None) -> bytes:
    """Bytes such as 0x00ff."""
    if not isinstance(value, str) or not DATA.match(value):
        raise wrong(f"{what} is written as 0x00ff")
    found = bytes.fromhex(value[2:])
    if length is not None and len(found) != length:
        raise wrong(f"{what} has {length} bytes")
    return found


def address(value: Any) -> bytes:
    """An address."""
    return data(value, "an address", 20)


def word(value: Any) -> int:
    """A place in storage: a quantity, or a word with its zeros."""
    if isinstance(value, str) and re.fullmatch(r"0x[0-9a-fA-F]{1,64}", value):
        return int(value, 16)
    raise wrong("a place in storage is written as 0x1f")


def hash_of(value: Any) -> bytes:
    """A hash."""
    return data(value, "a hash", 32)


def truth(value: Any) -> bool:
    """Yes or no."""
    if isinstance(value, bool):
        return value
    raise wrong("that is true or false")


@dataclass(frozen=True)
class Tag:
    """Which block is meant: its number or its hash, or the newest."""

    number: int | None = None
    hash: bytes | None = None
    is_pending: bool = False


def tag(value: Any) -> Tag:
    """A block's tag, number, or hash. https://eips.ethereum.org/EIPS/eip-1898"""
    if value is None or value in TAGS:
        return Tag(is_pending=value == "pending")
    if value == "earliest":
        return Tag(number=0)
    if isinstance(value, dict):
        told = cast(dict[str, Any], value)
        if "blockHash" in told:
            return Tag(hash=hash_of(told["blockHash"]))
        return tag(told.get("blockNumber"))
    return Tag(number=min(quantity(value, "a block"), 2**63 - 1))


def message(value: Any, most_gas: int) -> dict[str, Any]:
    """What somebody wants carried out without a signature."""
    if not isinstance(value, dict):
        raise wrong("a call is an object")
    told = cast(dict[str, Any], value)
    given = told.get("input", told.get("data"))
    to = told.get("to")
    gas = told.get("gas")
    return {
        "sender": address(told["from"]) if told.get("from") else bytes(20),
        "to": address(to) if to else None,
        "data": b"" if given is None else data(given),
        "value": quantity(told.get("value") or "0x0", "a value"),
        "gas": most_gas if gas is None else min(quantity(gas, "gas"), most_gas),
        "access": tuple(_access(each) for each in told.get("accessList") or ()),
    }


def _access(value: Any) -> tuple[bytes, tuple[int, ...]]:
    if not isinstance(value, dict):
        raise wrong("an access list holds objects")
    told = cast(dict[str, Any], value)
    keys = told.get("storageKeys", [])
    if not isinstance(keys, list):
        raise wrong("storageKeys is a list")
    return address(told.get("address")), tuple(word(key) for key in cast(list[Any], keys))


def many(value: Any, most: int) -> list[Any]:
    """A list, or nothing instead of an empty one."""
    if value is None:
        return []
    if not isinstance(value, list) or len(cast(list[Any], value)) > most:
        raise wrong(f"a list of at most {most}")
    return cast(list[Any], value)


def places(value: Any, length: int) -> list[bytes]:
    """Any of these, this one, or whatever is there."""
    if value is None:
        return []
    many = cast(list[Any], value) if isinstance(value, list) else [value]
    if len(many) > MOST_OF_ONE:
        raise wrong(f"a filter names at most {MOST_OF_ONE} at one place")
    return [data(each, "a filter", length) for each in many]

"""What the compiler made of our contracts, as `make contracts` wrote it."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ....kit.errors import NotFound

_FOLDER = "artefacts"


@dataclass(frozen=True, kw_only=True)
class Artefact:
    """One compiled contract."""

    name: str
    compiler: str
    openzeppelin: str
    sources: dict[str, str]  # path in contracts/, SHA-256 in hex
    abi: list[dict[str, Any]]
    bytecode: bytes  # runs once and returns what is deployed; the constructor's arguments follow it
    deployed: bytes  # with zeros where the constructor writes
    immutables: tuple[int, ...]  # where it writes 32 bytes each

    def is_deployed_as(self, code: bytes) -> bool:
        """Whether this contract's code stands at an address, whatever its constructor wrote."""
        if len(code) != len(self.deployed):
            return False
        theirs = bytearray(code)
        for start in self.immutables:
            theirs[start : start + 32] = bytes(32)
        return bytes(theirs) == self.deployed


def names() -> list[str]:
    """The contracts there are."""
    folder = files("asklepion.ledger") / _FOLDER
    return sorted(it.name.removesuffix(".json") for it in folder.iterdir())


@cache
def artefact(name: str) -> Artefact:
    """Read one.

    Raises:
        NotFound: there is no contract of this name.
    """
    file = files("asklepion.ledger") / _FOLDER / f"{name}.json"
    if not file.is_file():
        raise NotFound(f"There is no contract {name}.", hint=f"There are {', '.join(names())}.")
    held: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return Artefact(
        name=held["contract"],
        compiler=held["compiler"],
        openzeppelin=held["openzeppelin"],
        sources=held["sources"],
        abi=held["abi"],
        bytecode=bytes.fromhex(held["bytecode"][2:]),
        deployed=bytes.fromhex(held["deployedBytecode"][2:]),
        immutables=tuple(held["immutables"]),
    )

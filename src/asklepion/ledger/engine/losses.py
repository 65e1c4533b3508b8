"""What a restore lost, as an operator acknowledges it: block by block, each with its hash.

An acknowledgement speaks of the blocks that it names. Whatever else does not fit stays a fault,
also of the same chain and at the same number.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..model import Block


@dataclass(frozen=True)
class Lost:
    """A leaf of the log says that the chain had this block; it has not."""

    leaf: int
    block: int
    hash: str  # hex


@dataclass(frozen=True)
class Acknowledgement:
    """When, by which leaf, and of what."""

    leaf: int
    at: str
    lost: frozenset[Lost]


def loss_event(name: str, head: Block, lost: Iterable[Lost], at: str) -> dict[str, Any]:
    """What the log is told: to where the chain was put back, and what it lost by that."""
    id, _, genesis = name.partition("/")
    return {
        "kind": "restored",
        "chain": int(id),
        "genesis": genesis,
        "block": head.number,
        "hash": head.hash.hex(),
        "lost": [{"leaf": it.leaf, "block": it.block, "hash": it.hash} for it in lost],
        "at": at,
    }


def acknowledgement_in(event: Mapping[str, Any], leaf: int) -> Acknowledgement:
    """What such an event acknowledges.

    Raises:
        ValueError, KeyError, TypeError: it is none.
    """
    if event["kind"] != "restored":
        raise ValueError("another kind of event")
    lost = frozenset(Lost(it["leaf"], it["block"], it["hash"]) for it in event["lost"])
    return Acknowledgement(leaf, event["at"], lost)

"""What log and chain tell each other."""

from hashlib import sha256
from typing import Any

from ..model import Block


def log_id(verifier_key: str) -> bytes:
    """By what the chain knows a log, and who keeps it: the hash of its public key."""
    return sha256(verifier_key.encode()).digest()


def chain_name(id: int, genesis: Block) -> str:
    """By what the log knows a chain: its number, and its first block."""
    return f"{id}/{genesis.hash.hex()}"


def head_event(name: str, head: Block, at: str) -> dict[str, Any]:
    """What the log is told of a chain."""
    id, _, genesis = name.partition("/")
    return {
        "kind": "chain",
        "chain": int(id),
        "genesis": genesis,
        "block": head.number,
        "hash": head.hash.hex(),
        "state_root": head.state_root.hex(),
        "at": at,
    }

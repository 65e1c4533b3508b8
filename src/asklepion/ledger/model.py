"""Values of the ledger: signed states, what an audit finds, what a check of a receipt says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from asklepion.kit.errors import Conflict

FORMAT = "asklepion-receipt/2"
FORMAT_1 = "asklepion-receipt/1"
HASH_BYTES = 32  # of SHA-256: every commitment, leaf, node and root
KEY_BYTES = 32  # of the secret that one event is committed with

Event = Mapping[str, Any]  # only text, whole numbers, booleans, nothing, lists and objects of these


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """What the log stood at: its size and root, signed. https://c2sp.org/tlog-checkpoint"""

    origin: str
    size: int
    root: bytes
    note: str  # the whole signed note, as it is handed out
    signed_at: datetime | None = None  # known to the house alone: the note does not say
    witnesses: tuple[str, ...] = ()  # keys of those whose cosignatures stand in the note


@dataclass(frozen=True, kw_only=True)
class Head:
    """How far the log has come: enough to add to it without reading anything else."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()  # hashes of the complete subtrees, largest first
    checkpoints: int = 0  # how many were signed


@dataclass(frozen=True, kw_only=True)
class CheckpointRow:
    """A checkpoint as it is stored."""

    number: int  # from 0, without gaps
    size: int
    root: bytes
    note: str
    signed_at: int  # [microseconds since 1970]


# The chain's values. An address has 20 bytes and a hash 32; amounts are in wei.

ZERO = bytes(20)


@dataclass(frozen=True, kw_only=True)
class Block:
    """A block of the chain."""

    number: int
    hash: bytes
    parent: bytes
    timestamp: int  # [s since 1970]
    state_root: bytes
    transactions_root: bytes
    receipts_root: bytes
    gas_used: int
    gas_limit: int
    base_fee: int
    transactions: tuple[bytes, ...]  # their hashes


@dataclass(frozen=True, kw_only=True)
class Log:
    """Something that a contract told."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes
    block: int
    transaction: bytes
    index: int  # within its block


@dataclass(frozen=True, kw_only=True)
class Mined:
    """What became of a transaction."""

    transaction: bytes
    block: int
    block_hash: bytes
    index: int
    sender: bytes
    to: bytes | None
    contract: bytes | None  # that it made
    status: bool  # false: it was taken back, and paid for
    gas_used: int
    logs: tuple[Log, ...]


class Reverted(Conflict):
    """A contract refused, or ran out of gas.

    Args:
        data: what it said, ABI-encoded.
    """

    def __init__(self, message: str, *, data: bytes = b"", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.data = data


@dataclass(frozen=True, kw_only=True)
class Followed:
    """A log that a witness follows, and the last it saw of it."""

    origin: str
    verifier: str  # of the log's own signatures
    size: int = 0
    root: bytes = b""
    note: str = ""  # nothing was cosigned yet where this is empty
    seen_at: int = 0  # [s since 1970]


@dataclass(frozen=True)
class Cosignature:
    """What one witness put below one of our checkpoints."""

    size: int
    witness: str  # its key, as name+hash+key
    line: str


@dataclass(frozen=True)
class WitnessState:
    """What one of our witnesses said last."""

    witness: str  # its key, as name+hash+key
    size: int = 0  # that it cosigned last
    refused: str = ""  # why, where it refuses our log
    evidence: str = ""  # what it saw of us before: a note that we signed
    told_at: int = 0  # [us since 1970]


@dataclass(frozen=True)
class Finding:
    """One stored row, or an unbroken run of them, that is not as it was written."""

    table: str
    row: str  # "17", or "17 to 29"
    what: str

    def __str__(self) -> str:
        return f"{self.table} {self.row}: {self.what}"


@dataclass(frozen=True)
class Acknowledged:
    """A finding that an operator acknowledged as lost in a restore: dated, and no new fault."""

    finding: Finding
    at: str  # ISO 8601
    leaf: int  # of the log, where that stands

    def __str__(self) -> str:
        return f"{self.finding} (acknowledged loss of {self.at}, leaf {self.leaf})"


ESSENTIAL = ("form", "signature", "inclusion")  # checks without which a receipt says nothing
State = Literal["passed", "failed", "not made"]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at, and what was seen, in words."""

    name: str
    state: State
    words: str

    @property
    def holds(self) -> bool:
        """It was looked at, and is as it should be."""
        return self.state == "passed"


@dataclass(frozen=True)
class Verdict:
    """What can be said about a receipt."""

    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        """Nothing failed; what may not have been looked at is whose the keys are, and extras."""
        return not self.failed and all(c.holds for c in self.checks if c.name in ESSENTIAL)

    @property
    def is_trusted(self) -> bool:
        """It holds, and was signed with a key that was known from elsewhere."""
        return self.holds and all(c.holds for c in self.checks if c.name == "signer")

    @property
    def failed(self) -> tuple[str, ...]:
        """The names of the checks that failed."""
        return tuple(c.name for c in self.checks if c.state == "failed")

    def as_json(self) -> dict[str, Any]:
        """The same for scripts."""
        checks = [{"name": c.name, "state": c.state, "words": c.words} for c in self.checks]
        return {"holds": self.holds, "is_trusted": self.is_trusted, "checks": checks}

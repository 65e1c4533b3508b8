"""Ledger: proof that nothing which happened can be changed unseen.

Promises: every event committed here can be proved to stand where it stood, offline and without us;
any stored row that was altered, removed or added is named by `Ledger.verify`.
Never: holds personal data, or a plain hash of it. A leaf is a keyed commitment; without its key it
tells nothing, so what is erased with its key is gone.
"""

from .engine.commitment import canonical, commit, commit_text
from .engine.merkle import is_consistent, is_included, leaf_hash
from .engine.receipt import (
    draw_code,
    is_packed,
    pack_receipt,
    read_receipt,
    unpack_receipt,
    verify_receipt,
)
from .model import (
    ZERO,
    Block,
    Check,
    Checkpoint,
    Finding,
    Followed,
    Log,
    Mined,
    Reverted,
    Verdict,
)
from .service import Ledger, Witness, Witnesses, open_witness, read_witnesses
from .service.chain import (
    Chain,
    EmbeddedChain,
    RemoteChain,
    back_up_chain,
    chain_of,
    restore_chain,
)
from .store import MIGRATIONS, OWNED

__all__ = [
    "MIGRATIONS",
    "OWNED",
    "ZERO",
    "Block",
    "Chain",
    "Check",
    "Checkpoint",
    "EmbeddedChain",
    "Finding",
    "Followed",
    "Ledger",
    "Log",
    "Mined",
    "RemoteChain",
    "Reverted",
    "Verdict",
    "Witness",
    "Witnesses",
    "back_up_chain",
    "canonical",
    "chain_of",
    "commit",
    "commit_text",
    "draw_code",
    "is_consistent",
    "is_included",
    "is_packed",
    "leaf_hash",
    "open_witness",
    "pack_receipt",
    "read_receipt",
    "read_witnesses",
    "restore_chain",
    "unpack_receipt",
    "verify_receipt",
]

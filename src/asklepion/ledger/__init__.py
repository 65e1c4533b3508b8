"""Ledger: proof that nothing which happened can be changed unseen.

Promises: every event committed here can be proved to stand where it stood, offline and without us;
any stored row that was altered, removed or added is named by `Ledger.verify`.
Never: holds personal data, or a plain hash of it. A leaf is a keyed commitment; without its key it
tells nothing, so what is erased with its key is gone.
"""

from .engine.commitment import canonical, commit, commit_text
from .engine.merkle import is_consistent, is_included, leaf_hash
from .engine.receipt import read_receipt, verify_receipt
from .model import ZERO, Block, Check, Checkpoint, Finding, Log, Mined, Reverted, Verdict
from .service import Ledger
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
    "Ledger",
    "Log",
    "Mined",
    "RemoteChain",
    "Reverted",
    "Verdict",
    "back_up_chain",
    "canonical",
    "chain_of",
    "commit",
    "commit_text",
    "is_consistent",
    "is_included",
    "leaf_hash",
    "read_receipt",
    "restore_chain",
    "verify_receipt",
]

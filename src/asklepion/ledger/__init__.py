"""Ledger: proof that nothing which happened can be changed unseen.

Promises: every event committed here can be proved to stand where it stood, offline and without us;
any stored row that was altered, removed or added is named by `Ledger.verify`.
Never: holds personal data, or a plain hash of it. A leaf is a keyed commitment; without its key it
tells nothing, so what is erased with its key is gone.
"""

from .engine.commitment import canonical, commit, commit_text
from .engine.consent import act_in as act_in_event
from .engine.consent import look_at_consent
from .engine.merkle import is_consistent, leaf_hash
from .engine.pairwise import Domain as PairwiseDomain
from .engine.pairwise import Grant, Revoke, checksummed
from .engine.pairwise import address_of as pairwise_address
from .engine.pairwise import key_from as pairwise_key
from .engine.pairwise import sign as pairwise_sign
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
    Acknowledged,
    Block,
    Check,
    Checkpoint,
    Finding,
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
from .service.contracts import Contracts, Health, Outcome, check_on_chain
from .store import MIGRATIONS, OWNED

__all__ = [
    "MIGRATIONS",
    "OWNED",
    "ZERO",
    "Acknowledged",
    "Block",
    "Chain",
    "Check",
    "Checkpoint",
    "Contracts",
    "EmbeddedChain",
    "Finding",
    "Grant",
    "Health",
    "Ledger",
    "Log",
    "Mined",
    "Outcome",
    "PairwiseDomain",
    "RemoteChain",
    "Reverted",
    "Revoke",
    "Verdict",
    "Witness",
    "Witnesses",
    "act_in_event",
    "back_up_chain",
    "canonical",
    "chain_of",
    "check_on_chain",
    "checksummed",
    "commit",
    "commit_text",
    "draw_code",
    "is_consistent",
    "is_packed",
    "leaf_hash",
    "look_at_consent",
    "open_witness",
    "pack_receipt",
    "pairwise_address",
    "pairwise_key",
    "pairwise_sign",
    "read_receipt",
    "read_witnesses",
    "restore_chain",
    "unpack_receipt",
    "verify_receipt",
]

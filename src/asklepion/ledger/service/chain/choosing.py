"""Which chain a house has: its own, or another's."""

from pathlib import Path
from urllib.parse import urlsplit

from asklepion.kit.clock import Clock
from asklepion.kit.errors import Incorrect
from asklepion.kit.keys import Keys

from .embedded import EmbeddedChain
from .remote import RemoteChain

ACCOUNTS = ("chain-admin", "chain-relayer")  # who can pay from the first block on
MOST_ID = 2**53 - 1  # that every wallet can count to


def chain_of(
    path: Path,
    *,
    url: str,
    chain_id: int,
    confirmations: int,
    keys: Keys,
    clock: Clock,
    mines: bool,
) -> EmbeddedChain | RemoteChain:
    """The chain that the settings name; it is opened when it is started, or first used.

    Args:
        path: where the house's own chain lies.
        url: of another chain's node; empty for the house's own.
        mines: whether this process may make blocks.

    Raises:
        Incorrect: a setting cannot be used.
    """
    if not 0 < chain_id <= MOST_ID:
        raise Incorrect(f"ASKLEPION_CHAIN_ID is {chain_id}.", hint="Give a number above 0.")
    if not url:
        accounts = [keys.key(name) for name in ACCOUNTS]
        return EmbeddedChain(path, chain_id=chain_id, clock=clock, accounts=accounts, mines=mines)
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        hint = "Give the address of a node's JSON-RPC, beginning with http:// or https://."
        raise Incorrect("ASKLEPION_CHAIN_URL is no address.", hint=hint)
    return RemoteChain(url, chain_id=chain_id, confirmations=confirmations)

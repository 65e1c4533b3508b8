"""The chain: what every backend can do, ours inside the house, and any other by its address."""

from .choosing import chain_of
from .copies import back_up_chain, restore_chain
from .embedded import EmbeddedChain
from .protocol import Chain
from .remote import RemoteChain
from .rpc import Rpc

__all__ = [
    "Chain",
    "EmbeddedChain",
    "RemoteChain",
    "Rpc",
    "back_up_chain",
    "chain_of",
    "restore_chain",
]

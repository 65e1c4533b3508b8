"""The chain: what every backend can do, ours inside the house, and any other by its address."""

from .choosing import chain_of
from .embedded import EmbeddedChain
from .protocol import Chain, Topics
from .remote import RemoteChain

__all__ = ["Chain", "EmbeddedChain", "RemoteChain", "Topics", "chain_of"]

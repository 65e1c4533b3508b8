"""Accounts of the chain: whose address belongs to a key."""

from coincurve import PublicKey
from eth_hash.auto import keccak


def address_of(secret: bytes) -> bytes:
    """The address of a secp256k1 key."""
    return keccak(PublicKey.from_valid_secret(secret).format(compressed=False)[1:])[-20:]

"""A key for each relation, from one secret: who is shown one cannot tell it from a stranger's.

The keys need not be kept: whoever has the secret makes them again, and when it is destroyed they
are all gone.
"""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from . import base64url
from .did import Jwk

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256


def p256(secret: bytes, relation: str) -> Jwk:
    """The private key of P-256 for one relation, as a JWK.

    Source: FIPS 186-5, A.2.1: 48 bytes leave no bias worth the name.
    """
    number = int.from_bytes(_derive(secret, f"p256:{relation}", 48)) % (ORDER - 1) + 1
    public = ec.derive_private_key(number, ec.SECP256R1()).public_key().public_numbers()
    parts = {"x": public.x, "y": public.y, "d": number}
    told = {name: base64url.encode(part.to_bytes(32)) for name, part in parts.items()}
    return {"kty": "EC", "crv": "P-256", **told}


def ed25519(secret: bytes, relation: str) -> Jwk:
    """The private key of Ed25519 for one relation, as a JWK."""
    seed = _derive(secret, f"ed25519:{relation}", 32)
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    told = {"x": base64url.encode(public), "d": base64url.encode(seed)}
    return {"kty": "OKP", "crv": "Ed25519", **told}


def public(jwk: Jwk) -> Jwk:
    """The public part of a private JWK."""
    return {name: jwk[name] for name in ("kty", "crv", "x", "y") if name in jwk}


def _derive(secret: bytes, info: str, size: int) -> bytes:
    kdf = HKDF(hashes.SHA256(), size, b"asklepion pairwise 1", info.encode())
    return kdf.derive(secret)

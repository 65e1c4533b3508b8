"""Signed JSON: ES256, ES256K and Ed25519, nothing else. https://www.rfc-editor.org/rfc/rfc7515

Of ES256 both forms of a signature are taken (r, s and r, n-s): JOSE asks for neither, half of all
signers write the second, and nothing here is told apart by its signature. What must be one of a
kind says so itself, by a nonce. ES256K (https://www.rfc-editor.org/rfc/rfc8812) is read, in its
one form (low s), and never written.
"""

import hashlib
import json
from typing import Any, cast

from coincurve import PublicKey as Secp256k1
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from . import base64url, strict
from .did import Jwk
from .errors import Unproven

ES256, ES256K, ED25519 = "ES256", "ES256K", "Ed25519"
ALGORITHMS = (ES256, ED25519, ES256K)
LARGEST = 262_144  # characters of one signed text
P256 = ec.SECP256R1()
SHA256 = ec.ECDSA(hashes.SHA256())


def algorithm_of(jwk: Jwk) -> str:
    """By which algorithm a key signs.

    Raises:
        Unproven: by none that is used here.
    """
    kind = (jwk.get("kty"), jwk.get("crv"))
    if kind == ("EC", "P-256"):
        return ES256
    if kind == ("OKP", "Ed25519"):
        return ED25519
    if kind == ("EC", "secp256k1"):
        return ES256K
    raise Unproven("algorithm", "Keys of that kind do not sign here.")


def sign(header: dict[str, Any], payload: dict[str, Any], key: Jwk) -> str:
    """A signed text in its compact form; the header's alg is the key's."""
    header = {"alg": algorithm_of(key), **header}
    text = f"{_packed(header)}.{_packed(payload)}"
    return f"{text}.{base64url.encode(sign_raw(text.encode(), key))}"


def sign_raw(octets: bytes, key: Jwk) -> bytes:
    """A signature's 64 bytes.

    Raises:
        Unproven: keys of that kind do not sign here.
    """
    secret, kind = base64url.decode(key["d"]), algorithm_of(key)
    if kind == ED25519:
        return Ed25519PrivateKey.from_private_bytes(secret).sign(octets)
    if kind != ES256:
        raise Unproven("algorithm", "Keys of that kind do not sign here.")
    private = ec.derive_private_key(int.from_bytes(secret), P256)
    r, s = decode_dss_signature(private.sign(octets, SHA256))
    return r.to_bytes(32) + s.to_bytes(32)


def read(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and payload of a signed text whose signature nobody has looked at yet.

    Raises:
        Unproven: it has not that form.
    """
    parts = text.split(".")
    if len(parts) != 3 or len(text) > LARGEST:
        raise Unproven("form", "That is no signed text.")
    try:
        header, payload = (_unpacked(part) for part in parts[:2])
    except (ValueError, RecursionError) as error:
        raise Unproven("form", "That is no signed text.") from error
    if "crit" in header or header.get("b64", True) is not True:
        raise Unproven("form", "The signed text asks for what is not done here.")
    return header, payload


def verify(text: str, key: Jwk, *, typ: tuple[str, ...]) -> dict[str, Any]:
    """The payload of a signed text.

    Args:
        key: what it must be signed with, whatever the text itself says.
        typ: what it may say that it is, so that one kind never passes for another.

    Raises:
        Unproven: it is not signed with this key, or is of another kind.
    """
    header, payload = read(text)
    if str(header.get("typ", "")).lower().removeprefix("application/") not in typ:
        raise Unproven("form", "The signed text is of another kind.")
    expected = algorithm_of(key)
    said = header.get("alg")
    if said != expected and not (expected == ED25519 and said == "EdDSA"):
        raise Unproven("algorithm", "The signed text names another algorithm than its key's.")
    signed, _, signature = text.rpartition(".")
    try:
        octets = base64url.decode(signature)
    except ValueError as error:
        raise Unproven("signature", "The signature cannot be read.") from error
    if not is_signed(signed.encode(), octets, key):
        raise Unproven("signature", "The signature is not good.")
    return payload


def is_signed(octets: bytes, signature: bytes, key: Jwk) -> bool:
    """Whether 64 bytes are the key's signature.

    Raises:
        Unproven: the key is none of a kind that signs here.
    """
    kind = algorithm_of(key)
    if len(signature) != 64:
        return False
    try:
        x = base64url.decode(key["x"])
        if kind == ED25519:
            Ed25519PublicKey.from_public_bytes(x).verify(signature, octets)
            return True
        y = base64url.decode(key["y"])
        if kind == ES256K:
            return _is_signed_secp256k1(octets, signature, b"\4" + x + y)
        numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), P256)
        r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
        numbers.public_key().verify(encode_dss_signature(r, s), octets, SHA256)
    except (InvalidSignature, ValueError, KeyError, TypeError):
        return False
    return True


def _is_signed_secp256k1(octets: bytes, signature: bytes, key: bytes) -> bool:
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    digest = hashlib.sha256(octets).digest()
    try:
        return Secp256k1(key).verify(encode_dss_signature(r, s), digest, hasher=None)
    except Exception:  # coincurve raises a bare Exception for what is no signature or no key
        return False


def _packed(value: dict[str, Any]) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return base64url.encode(text.encode())


def _unpacked(part: str) -> dict[str, Any]:
    found: Any = strict.loads(base64url.decode(part))
    if not isinstance(found, dict):
        raise ValueError("no object")
    return cast(dict[str, Any], found)

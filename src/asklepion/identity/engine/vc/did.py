"""Names that are their own key. https://w3c-ccg.github.io/did-key-spec/"""

from typing import Any

from coincurve import PublicKey as Secp256k1
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from . import base58, base64url
from .errors import Unproven

Jwk = dict[str, Any]

PREFIX = "did:key:"
LONGEST = 1600  # characters of an identifier
ED25519, X25519, SECP256K1, BLS_G2 = 0xED, 0xEC, 0xE7, 0xEB
P256, P384, P521, RSA = 0x1200, 0x1201, 0x1202, 0x1205
CURVES: dict[int, tuple[str, ec.EllipticCurve]] = {
    P256: ("P-256", ec.SECP256R1()),
    P384: ("P-384", ec.SECP384R1()),
    P521: ("P-521", ec.SECP521R1()),
}
SIZES = {ED25519: 32, X25519: 32, SECP256K1: 33, BLS_G2: 96, P256: 33, P384: 49, P521: 67}
CONTEXTS = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"]
FIELD = 2**255 - 19  # of Curve25519


def decode(did: str) -> tuple[int, bytes]:
    """Which kind of key a did:key is (its multicodec), and the key.

    Raises:
        Unproven: it is none, or of a kind that is not known here.
    """
    wrong = Unproven("issuer", "That is no key's name that is known here.")
    if not did.startswith(PREFIX + "z") or len(did) > LONGEST:
        raise wrong
    return decode_multikey(did.removeprefix(PREFIX))


def decode_multikey(text: str) -> tuple[int, bytes]:
    """The same of the key alone, as `publicKeyMultibase` holds it.

    Raises:
        Unproven: as above.
    """
    wrong = Unproven("issuer", "That is no key that is known here.")
    try:
        octets = base58.decode(text.removeprefix("z")) if text.startswith("z") else b""
        codec, used = _read_varint(octets)
    except (ValueError, IndexError) as error:
        raise wrong from error
    key = octets[used:]
    if codec != RSA and len(key) != SIZES.get(codec, -1):
        raise wrong
    return codec, key


def jwk_of(did: str) -> Jwk:
    """The public key of a did:key, as a JWK. https://www.rfc-editor.org/rfc/rfc7517

    Raises:
        Unproven: it is none, or of a kind that we cannot use.
    """
    return jwk_of_multikey(did.removeprefix(PREFIX)) if decode(did) else {}


def jwk_of_multikey(text: str) -> Jwk:
    """The public key of a `publicKeyMultibase`.

    Raises:
        Unproven: as above.
    """
    codec, key = decode_multikey(text)
    try:
        return _jwk(codec, key)
    except ValueError as error:
        raise Unproven("issuer", "That key is no point of its curve.") from error


def _jwk(codec: int, key: bytes) -> Jwk:
    if codec in (ED25519, X25519):
        curve = "Ed25519" if codec == ED25519 else "X25519"
        return {"kty": "OKP", "crv": curve, "x": base64url.encode(key)}
    if codec == SECP256K1:
        x, y = Secp256k1(key).point()
        return _ec_jwk("secp256k1", x, y, 32)
    if codec in CURVES:
        name, curve = CURVES[codec]
        numbers = ec.EllipticCurvePublicKey.from_encoded_point(curve, key).public_numbers()
        return _ec_jwk(name, numbers.x, numbers.y, (curve.key_size + 7) // 8)
    if codec == RSA:
        public = serialization.load_der_public_key(key)
        if not isinstance(public, rsa.RSAPublicKey):
            raise ValueError("no RSA key")
        numbers = public.public_numbers()
        return {"kty": "RSA", "n": _number(numbers.n), "e": _number(numbers.e)}
    raise Unproven("issuer", "Keys of that kind are not used here.")


def did_of(jwk: Jwk) -> str:
    """The did:key of a public JWK.

    Raises:
        Unproven: there is none for such a key.
    """
    return PREFIX + multikey_of(jwk)


def multikey_of(jwk: Jwk) -> str:
    """A public JWK as `publicKeyMultibase`.

    Raises:
        Unproven: there is no form for such a key.
    """
    try:
        codec, key = _raw(jwk)
    except (KeyError, ValueError, TypeError) as error:
        raise Unproven("issuer", "That is no public key that is known here.") from error
    return "z" + base58.encode(_varint(codec) + key)


def _raw(jwk: Jwk) -> tuple[int, bytes]:
    kind = jwk.get("crv") or jwk["kty"]
    if kind in ("Ed25519", "X25519"):
        key = base64url.decode(jwk["x"])
        if len(key) != 32:
            raise ValueError("not 32 bytes")
        return (ED25519 if kind == "Ed25519" else X25519), key
    if kind == "RSA":
        e, n = (int.from_bytes(base64url.decode(jwk[part])) for part in ("e", "n"))
        encoding, form = serialization.Encoding.DER, serialization.PublicFormat.PKCS1
        return RSA, rsa.RSAPublicNumbers(e, n).public_key().public_bytes(encoding, form)
    x, y = (int.from_bytes(base64url.decode(jwk[part])) for part in ("x", "y"))
    if kind == "secp256k1":
        return SECP256K1, Secp256k1.from_point(x, y).format()
    for codec, (name, curve) in CURVES.items():
        if kind == name:
            public = ec.EllipticCurvePublicNumbers(x, y, curve).public_key()
            encoding = serialization.Encoding.X962
            form = serialization.PublicFormat.CompressedPoint
            return codec, public.public_bytes(encoding, form)
    raise ValueError("no such curve")


def document_of(did: str) -> dict[str, Any]:
    """What a did:key says about itself. https://www.w3.org/TR/did-1.0/

    Raises:
        Unproven: it is none that can be used.
    """
    codec, key = decode(did)
    name = did.removeprefix(PREFIX)
    id = f"{did}#{name}"
    method = {"id": id, "type": "Multikey", "controller": did, "publicKeyMultibase": name}
    told: dict[str, Any] = {"@context": CONTEXTS, "id": did, "verificationMethod": [method]}
    if codec == X25519:
        return {**told, "keyAgreement": [id]}
    signs = ("authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation")
    told |= {purpose: [id] for purpose in signs}
    if codec == ED25519:
        agreed = "z" + base58.encode(_varint(X25519) + to_x25519(key))
        method = {"id": f"{did}#{agreed}", "type": "Multikey", "controller": did}
        told["keyAgreement"] = [{**method, "publicKeyMultibase": agreed}]
    return told


def to_x25519(key: bytes) -> bytes:
    """The key to agree upon a secret with, from one to sign with.

    Source: RFC 7748, section 4.1: u = (1 + y) / (1 - y).
    """
    y = int.from_bytes(key, "little") & ((1 << 255) - 1)
    u = (1 + y) * pow(1 - y, -1, FIELD) % FIELD
    return u.to_bytes(32, "little")


def _ec_jwk(curve: str, x: int, y: int, size: int) -> Jwk:
    x_text, y_text = (base64url.encode(number.to_bytes(size)) for number in (x, y))
    return {"kty": "EC", "crv": curve, "x": x_text, "y": y_text}


def _number(value: int) -> str:
    return base64url.encode(value.to_bytes((value.bit_length() + 7) // 8))


def _varint(value: int) -> bytes:
    """https://github.com/multiformats/unsigned-varint"""
    octets = b""
    while value > 0x7F:
        octets += bytes([value & 0x7F | 0x80])
        value >>= 7
    return octets + bytes([value])


def _read_varint(octets: bytes) -> tuple[int, int]:
    value = 0
    for place in range(3):
        value |= (octets[place] & 0x7F) << 7 * place
        if not octets[place] & 0x80:
            if octets[: place + 1] != _varint(value):
                raise ValueError("a number written longer than need be")
            return value, place + 1
    raise ValueError("no such codec")

"""P-256 signatures checked on the chain. https://eips.ethereum.org/EIPS/eip-7951"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

ADDRESS = (0x100).to_bytes(20, "big")
GAS = 6900
INPUT_BYTES = 160  # of the digest, r, s, and the key's x and y
YES = (1).to_bytes(32, "big")
NO = b""

_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_SIGNED = ec.ECDSA(Prehashed(hashes.SHA256()))


def verify(data: bytes) -> bytes:
    """What the precompiled contract answers: one as a word, or nothing; it never reverts."""
    if len(data) != INPUT_BYTES:
        return NO
    digest = data[:32]
    r, s, x, y = (int.from_bytes(data[at : at + 32], "big") for at in range(32, INPUT_BYTES, 32))
    if not (0 < r < _N and 0 < s < _N):
        return NO
    try:
        key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        key.verify(encode_dss_signature(r, s), digest, _SIGNED)
    except (InvalidSignature, ValueError):
        return NO
    return YES

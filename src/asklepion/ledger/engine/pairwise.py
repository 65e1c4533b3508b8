"""What a person signs for the chain: typed data, addresses, and signatures that recover to them.

The same for the contract Consent as `engine.abi` does for all of them, but quick to import: it is
used with every consent, and by whoever checks a receipt. Only static fields are used, each one
word of 32 bytes.

Source: https://eips.ethereum.org/EIPS/eip-712; low s as in https://eips.ethereum.org/EIPS/eip-2
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import coincurve
from eth_hash.auto import keccak

from asklepion.kit.errors import Incorrect

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141  # of secp256k1
NAME, VERSION = "Asklepion Consent", "1"
DOMAIN = keccak(
    b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
)
GRANT = keccak(
    b"Grant(bytes32 record,address subject,bytes32 scope,uint64 notBefore,uint64 notAfter,"
    b"uint256 nonce,uint64 deadline)"
)
REVOKE = keccak(b"Revoke(bytes32 record,address subject,uint256 nonce,uint64 deadline)")
GRANT_CALL = keccak(b"grant((bytes32,address,bytes32,uint64,uint64,uint256,uint64),bytes)")[:4]
REVOKE_CALL = keccak(b"revoke((bytes32,address,uint256,uint64),bytes)")[:4]


@dataclass(frozen=True)
class Domain:
    """Where a signature counts: one contract of one chain."""

    chain: int
    contract: bytes

    @property
    def separator(self) -> bytes:
        """The domain's own hash."""
        return _separator(self.chain, self.contract)


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Consent.Grant: that somebody said something; moments are seconds since 1970."""

    record: bytes
    subject: bytes
    scope: bytes
    not_before: int
    not_after: int
    nonce: int
    deadline: int

    def digest(self, domain: Domain) -> bytes:
        """What is signed."""
        return _digest(domain, GRANT, self._words())

    def _words(self) -> list[bytes]:
        numbers = (self.not_before, self.not_after, self.nonce, self.deadline)
        return [self.record, _address(self.subject), self.scope, *map(_number, numbers)]

    def call(self, signature: bytes) -> bytes:
        """The call that puts it on the chain."""
        return _call(GRANT_CALL, self._words(), signature)


@dataclass(frozen=True, kw_only=True)
class Revoke:
    """Consent.Revoke: that it stands no more."""

    record: bytes
    subject: bytes
    nonce: int
    deadline: int

    def digest(self, domain: Domain) -> bytes:
        """What is signed."""
        return _digest(domain, REVOKE, self._words())

    def _words(self) -> list[bytes]:
        return [self.record, _address(self.subject), *map(_number, (self.nonce, self.deadline))]

    def call(self, signature: bytes) -> bytes:
        """The call that puts it on the chain."""
        return _call(REVOKE_CALL, self._words(), signature)


def key_from(secret: bytes) -> bytes:
    """A secret key from 32 uniform bytes."""
    return (int.from_bytes(secret, "big") % (ORDER - 1) + 1).to_bytes(32, "big")


def address_of(key: bytes) -> bytes:
    """The address of a secret key."""
    return _address_of(coincurve.PrivateKey(key).public_key)


def sign(key: bytes, digest: bytes) -> bytes:
    """r, s and v (27 or 28) of a digest; the same each time (RFC 6979)."""
    private = coincurve.PrivateKey(key)
    signed = private.sign_recoverable(digest, hasher=None)  # pyright: ignore[reportUnknownMemberType]
    return signed[:64] + bytes([27 + signed[64]])


def signer_of(digest: bytes, signature: bytes) -> bytes:
    """The address whose key made this signature.

    Raises:
        Incorrect: it is no signature, or the second form that everybody can make of one.
    """
    if len(signature) != 65 or signature[64] not in (27, 28):
        raise Incorrect("The signature does not have 65 bytes, or ends wrongly.")
    if int.from_bytes(signature[32:64], "big") > ORDER // 2:
        raise Incorrect("The signature is not in its one allowed form.")
    try:
        rs = signature[:64] + bytes([signature[64] - 27])
        return _address_of(coincurve.PublicKey.from_signature_and_message(rs, digest, hasher=None))
    except Exception as error:  # coincurve raises what its C library does
        raise Incorrect("The signature is of no key.") from error


def checksummed(address: bytes) -> str:
    """An address as people write it. https://eips.ethereum.org/EIPS/eip-55"""
    plain = address.hex()
    hashed = keccak(plain.encode()).hex()
    mixed = (c.upper() if int(h, 16) > 7 else c for c, h in zip(plain, hashed, strict=False))
    return "0x" + "".join(mixed)


def _address_of(public: coincurve.PublicKey) -> bytes:
    return keccak(public.format(compressed=False)[1:])[12:]


@lru_cache(maxsize=8)
def _separator(chain: int, contract: bytes) -> bytes:
    words = (keccak(NAME.encode()), keccak(VERSION.encode()), _number(chain), _address(contract))
    return keccak(DOMAIN + b"".join(words))


def _digest(domain: Domain, kind: bytes, words: Sequence[bytes]) -> bytes:
    return keccak(b"\x19\x01" + domain.separator + keccak(kind + b"".join(words)))


def _call(selector: bytes, words: Sequence[bytes], signature: bytes) -> bytes:
    """A call with one struct and one `bytes`, whose place is told after the struct."""
    place = _number(32 * (len(words) + 1))
    padded = signature + bytes(-len(signature) % 32)
    return selector + b"".join(words) + place + _number(len(signature)) + padded


def _address(value: bytes) -> bytes:
    if len(value) != 20:
        raise Incorrect("An address does not have 20 bytes.")
    return value.rjust(32, b"\0")


def _number(value: int) -> bytes:
    return value.to_bytes(32, "big")

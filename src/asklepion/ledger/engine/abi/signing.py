"""Keys, addresses, signatures and transactions of an EVM chain; secp256k1 by libsecp256k1."""

from typing import NamedTuple

import rlp  # pyright: ignore[reportMissingTypeStubs]
from coincurve import PrivateKey, PublicKey
from eth_hash.auto import keccak as _keccak

from ....kit.errors import Incorrect

_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_FEE_MARKET = b"\x02"  # EIP-2718 type of an EIP-1559 transaction


def keccak(content: bytes) -> bytes:
    """Keccak-256."""
    return _keccak(content)


def address_of(secret: bytes) -> bytes:
    """The account that a private key speaks for."""
    return _address(PrivateKey(secret).public_key)


def checksum(address: bytes) -> str:
    """An address as people write it, mistakes showing. EIP-55."""
    letters = address.hex()
    marks = keccak(letters.encode()).hex()
    return "0x" + "".join(
        letter.upper() if int(mark, 16) > 7 else letter
        for letter, mark in zip(letters, marks, strict=False)
    )


def sign(secret: bytes, digest: bytes) -> bytes:
    """Sign a digest: r, s in the lower half, v of 27 or 28. The same every time (RFC 6979)."""
    key = PrivateKey(secret)
    signature = key.sign_recoverable(digest, hasher=None)  # pyright: ignore[reportUnknownMemberType]
    return signature[:64] + bytes([27 + signature[64]])


def recover(digest: bytes, signature: bytes) -> bytes:
    """The account that signed a digest.

    Raises:
        Incorrect: it is no signature, or the malleable twin of one.
    """
    if len(signature) != 65 or signature[64] not in (27, 28):
        raise Incorrect("It is not a signature.")
    if int.from_bytes(signature[32:64], "big") > _ORDER // 2:
        raise Incorrect("The signature is malleable: its s is in the upper half.")
    try:
        key = PublicKey.from_signature_and_message(
            signature[:64] + bytes([signature[64] - 27]), digest, hasher=None
        )
    except Exception as error:  # coincurve raises a bare Exception for a point off the curve
        raise Incorrect("It is not a signature.") from error
    return _address(key)


def created_address(sender: bytes, nonce: int) -> bytes:
    """Where a contract is that this account makes with this nonce."""
    return keccak(_rlp([sender, _quantity(nonce)]))[12:]


def create2_address(maker: bytes, salt: bytes, init_code: bytes) -> bytes:
    """Where a contract is that another makes with this salt. EIP-1014."""
    return keccak(b"\xff" + maker + salt + keccak(init_code))[12:]


class Transaction(NamedTuple):
    """A transaction before it is signed. EIP-1559."""

    chain_id: int
    nonce: int
    tip: int  # highest tip per gas [wei]
    fee: int  # highest price per gas, tip included [wei]
    gas: int
    to: bytes  # empty to make a contract
    value: int
    data: bytes


def sign_transaction(secret: bytes, it: Transaction) -> bytes:
    """A transaction as a node takes it."""
    fields: list[bytes | list[bytes]] = [
        part if isinstance(part, bytes) else _quantity(part) for part in it
    ]
    fields.append([])  # no access list
    signature = sign(secret, keccak(_FEE_MARKET + _rlp(fields)))
    r, s = (int.from_bytes(signature[at : at + 32], "big") for at in (0, 32))
    fields += [_quantity(signature[64] - 27), _quantity(r), _quantity(s)]
    return _FEE_MARKET + _rlp(fields)


def _address(key: PublicKey) -> bytes:
    return keccak(key.format(compressed=False)[1:])[12:]


def _quantity(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _rlp(fields: list[bytes | list[bytes]]) -> bytes:
    return bytes(rlp.encode(fields))  # pyright: ignore

"""What is signed for our contracts, by EIP-712. https://eips.ethereum.org/EIPS/eip-712

`typed_data` is the same as JSON, for a wallet that shows it (`eth_signTypedData_v4`).
"""

from typing import Any, NamedTuple, cast

from eth_abi.abi import encode

from .signing import checksum, keccak
from .values import Approve, Execute, ForwardRequest, Grant, Revoke

Message = Grant | Revoke | Execute | Approve | ForwardRequest

CONSENT_DOMAIN = "Asklepion Consent"
PASSKEY_DOMAIN = "Asklepion Passkey Account"
FORWARDER_DOMAIN = "Asklepion Forwarder"

_DOMAIN_TYPE = "string name,string version,uint256 chainId,address verifyingContract"
# The structs as the contracts spell them; the values hold the same fields in the same order.
_TYPES = {
    "EIP712Domain": _DOMAIN_TYPE,
    "Grant": "bytes32 record,address subject,bytes32 scope,uint64 notBefore,uint64 notAfter,"
    "uint256 nonce,uint64 deadline",
    "Revoke": "bytes32 record,address subject,uint256 nonce,uint64 deadline",
    "Execute": "Call[] calls,uint256 nonce,uint64 deadline",
    "Call": "address target,uint256 value,bytes data",
    "Approve": "bytes32 x,bytes32 y,uint256 round,uint64 voice,uint64 deadline",
    "ForwardRequest": "address from,address to,uint256 value,uint256 gas,uint256 nonce,"
    "uint48 deadline,bytes data",
    "PersonalSign": "bytes prefixed",
}


class Domain(NamedTuple):
    """For which contract on which chain something is signed; for no other it counts."""

    name: str
    chain_id: int
    contract: bytes
    version: str = "1"


def digest(domain: Domain, message: Message) -> bytes:
    """What to sign."""
    return _digest(domain, _struct_hash(type(message).__name__, message))


def personal_digest(domain: Domain, hash: bytes) -> bytes:
    """What a passkey signs so that its account vouches for a hash (ERC-1271, by ERC-7739).

    Args:
        domain: the account's own.
        hash: what is asked of the account, such as the digest of a grant.
    """
    return _digest(domain, keccak(_type_hash("PersonalSign") + hash))


def typed_data(domain: Domain, message: Message) -> dict[str, Any]:
    """The same for a wallet to show and sign."""
    name = type(message).__name__
    return {
        "types": {
            it: [{"type": kind, "name": field} for kind, field in _fields(it)]
            for it in ("EIP712Domain", *_referred(name))
        },
        "primaryType": name,
        "domain": _as_json("EIP712Domain", _domain_values(domain)),
        "message": _as_json(name, message),
    }


def _digest(domain: Domain, struct: bytes) -> bytes:
    return keccak(b"\x19\x01" + _struct_hash("EIP712Domain", _domain_values(domain)) + struct)


def _domain_values(domain: Domain) -> tuple[Any, ...]:
    return (domain.name, domain.version, domain.chain_id, domain.contract)


def _fields(name: str) -> list[tuple[str, str]]:
    """Type and name of each field."""
    return [cast(tuple[str, str], tuple(it.split(" "))) for it in _TYPES[name].split(",")]


def _referred(name: str) -> list[str]:
    """A struct, then those within it."""
    inner = [kind.removesuffix("[]") for kind, _ in _fields(name)]
    return [name, *(it for it in inner if it in _TYPES)]


def _type_hash(name: str) -> bytes:
    return keccak("".join(f"{it}({_TYPES[it]})" for it in _referred(name)).encode())


def _struct_hash(name: str, values: tuple[Any, ...]) -> bytes:
    kinds, words = ["bytes32"], [_type_hash(name)]
    for (kind, _), value in zip(_fields(name), values, strict=True):
        if kind.removesuffix("[]") in _TYPES:
            inner = kind.removesuffix("[]")
            kind, value = "bytes32", keccak(b"".join(_struct_hash(inner, it) for it in value))
        elif kind in ("bytes", "string"):
            kind, value = "bytes32", keccak(value.encode() if kind == "string" else value)
        kinds.append(kind)
        words.append(value)
    return keccak(encode(kinds, words))


def _as_json(name: str, values: tuple[Any, ...]) -> dict[str, Any]:
    return {
        field: _json_of(kind, value)
        for (kind, field), value in zip(_fields(name), values, strict=True)
    }


def _json_of(kind: str, value: Any) -> Any:
    if kind.removesuffix("[]") in _TYPES:
        return [_as_json(kind.removesuffix("[]"), it) for it in value]
    if kind == "address":
        return checksum(value)
    if kind.startswith("bytes"):
        return f"0x{value.hex()}"
    # A number above 2**53 would lose its end in JavaScript; wallets take text.
    return str(value) if kind.startswith("uint") else value

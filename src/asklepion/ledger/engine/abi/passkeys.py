"""What a passkey account needs from a browser's assertion, and where such an account is."""

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from eth_abi.abi import encode

from ....kit.errors import Incorrect
from .signing import create2_address, keccak
from .values import Guard, PasskeyPoint

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
# ERC-1167, as OpenZeppelin's Clones write it: the implementation's address stands between.
_CLONE = (
    bytes.fromhex("3d602d80600a3d3981f3363d3d373d3d3d363d73"),
    bytes.fromhex("5af43d82803e903d91602b57fd5bf3"),
)


def key_id(key: PasskeyPoint) -> bytes:
    """The id by which accounts know a key."""
    return keccak(key.x + key.y)


def assertion_signature(
    key: PasskeyPoint, authenticator_data: bytes, client_data: bytes, signature: bytes
) -> bytes:
    """An assertion as `PasskeyAccount` takes it, for `execute`, `approve` and ERC-1271.

    Args:
        key: of the device that signed.
        authenticator_data: as the browser gave it.
        client_data: clientDataJSON, byte for byte; its challenge is the digest.
        signature: DER, as the browser gave it. Half of all have s in the upper half, which
            contracts refuse: the other of the two equal ones is taken.

    Raises:
        Incorrect: it is not an assertion.
    """
    try:
        r, s = decode_dss_signature(signature)
        places = client_data.index(b'"challenge":"'), client_data.index(b'"type":"')
        text = client_data.decode()
    except ValueError as error:
        raise Incorrect("It is not an assertion of a passkey.") from error
    s = min(s, _ORDER - s)
    return key_id(key) + encode(
        ["bytes32", "bytes32", "uint256", "uint256", "bytes", "string"],
        [r.to_bytes(32, "big"), s.to_bytes(32, "big"), *places, authenticator_data, text],
    )


def account_address(
    factory: bytes,
    implementation: bytes,
    keys: Sequence[PasskeyPoint],
    guard: Guard,
    salt: bytes,
) -> bytes:
    """Where `PasskeyAccounts` makes, or has made, the account with these keys and guardians.

    Args:
        factory: the address of `PasskeyAccounts`.
        implementation: what it answers to `implementation()`.
        keys: the account's first.
        guard: its first guardians.
        salt: 32 bytes that tell accounts of the same keys and guardians apart.
    """
    bound = keccak(
        encode(["(bytes32,bytes32)[]", "(address[],uint8,uint64)", "bytes32"], [keys, guard, salt])
    )
    before, after = _CLONE
    return create2_address(factory, bound, before + implementation + after)

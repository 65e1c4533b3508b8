"""A transaction's signature, looked at without an EVM."""

from typing import Any

import rlp  # pyright: ignore[reportMissingTypeStubs]

from asklepion.kit.errors import Incorrect

HALF_N = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0  # of secp256k1
TYPED_MOST = 0x7F  # the first byte of a transaction of a type; others are a list in RLP
_rlp: Any = rlp


def refuse_malleable(raw: bytes) -> None:
    """Refuse the other of the two signatures that fit. https://eips.ethereum.org/EIPS/eip-2

    Raises:
        Incorrect: it is that one, or none at all.
    """
    try:
        fields = _rlp.decode(raw[1:] if raw[0] <= TYPED_MOST else raw)
        s = int.from_bytes(fields[-1], "big")
    except (rlp.RLPException, IndexError, TypeError) as error:
        raise Incorrect("That is no signed transaction.") from error
    if not 0 < s <= HALF_N:
        raise Incorrect("The transaction's signature is malleable.", hint="Sign it with a low s.")

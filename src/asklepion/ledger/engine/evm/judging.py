"""What a signed transaction must be, as far as that needs no state."""

from typing import Any

import rlp  # pyright: ignore[reportMissingTypeStubs]
from eth_utils.exceptions import ValidationError

from asklepion.kit.errors import HouseError, Incorrect, Unsupported

from .codec import decode_transaction, floor_of
from .pool import Pending
from .signature import refuse_malleable

BLOCK_GAS = 30_000_000
CODE_MOST = 49_152  # bytes of what makes a contract. https://eips.ethereum.org/EIPS/eip-3860
BLOBS = 3  # a type
NONCES = 2**64 - 1


def read_transaction(raw: bytes, chain_id: int) -> Pending:
    """A signed transaction.

    Raises:
        Incorrect: no block of this chain could ever hold it.
        Unsupported: it carries blobs.
    """
    try:
        transaction = decode_transaction(raw)
        refuse_malleable(raw)
        if transaction.encode() != raw:
            raise Incorrect("The transaction is not encoded as it must be.")
        _judge(transaction, raw[0], chain_id)
        sender = transaction.sender
    except HouseError:
        raise
    except (ValidationError, rlp.RLPException, ValueError, TypeError, IndexError) as error:
        raise Incorrect("That is no signed transaction.") from error
    except Exception as error:  # py-evm raises whatever it stumbles upon
        raise Incorrect("The transaction's signature is not valid.") from error
    return Pending(
        raw=raw,
        hash=transaction.hash,
        sender=sender,
        nonce=transaction.nonce,
        gas=transaction.gas,
        max_fee=transaction.max_fee_per_gas,
        tip=transaction.max_priority_fee_per_gas,
        decoded=transaction,
    )


def _judge(transaction: Any, first: int, chain_id: int) -> None:
    """Refuse what no block of this chain could ever hold."""
    if first == BLOBS:
        raise Unsupported("This chain holds no blobs.", hint="Send the data itself.")
    if transaction.chain_id != chain_id:
        raise Incorrect(f"It is signed for another chain than {chain_id}.", hint="Sign it anew.")
    transaction.validate()
    if transaction.max_priority_fee_per_gas > transaction.max_fee_per_gas:
        raise Incorrect("The tip is larger than the whole fee.")
    if transaction.nonce >= NONCES:
        raise Incorrect("The nonce is too large.")
    if not transaction.to and len(transaction.data) > CODE_MOST:
        raise Incorrect(f"What makes a contract has at most {CODE_MOST} bytes.")
    if transaction.gas > BLOCK_GAS:
        raise Incorrect(f"A block holds no more than {BLOCK_GAS} gas.", hint="Give it less gas.")
    needed = max(transaction.intrinsic_gas, floor_of(transaction.data))
    if transaction.gas < needed:
        raise Incorrect(f"The gas is too low: at least {needed} are needed.")

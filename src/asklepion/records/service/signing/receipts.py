"""What a receipt says beyond the log: who signed, for which contract, and where that stands.

consent   salt, signature and contract; and what a passkey signed, where one did
chain     the transaction that put it on the chain
"""

import base64
from typing import Any

import orjson

from asklepion.identity import Proof
from asklepion.ledger import Outcome, checksummed

from .values import Body


def consent_member(body: Body, proof: dict[str, Any] | None) -> dict[str, Any]:
    """For the receipt's own check; see `ledger.engine.receipt.consent`."""
    if body.domain is None:
        raise ValueError("nothing was signed yet")
    member: dict[str, Any] = {
        "chain": body.domain.chain,
        "contract": checksummed(body.domain.contract),
        "digest": "0x" + body.act.digest(body.domain).hex(),
        "signature": "0x" + body.signature.hex(),
        "custody": "house",
    }
    if body.salt:
        member["salt"] = _b64(body.salt)
    if proof:
        member["passkey"] = proof
    return member


def chain_member(body: Body, outcome: Outcome) -> dict[str, Any]:
    """Where on the chain it stands."""
    return {
        "block": outcome.block,
        "transaction": "0x" + outcome.transaction.hex(),
    }


def proof_text(proof: Proof) -> bytes:
    """What a passkey signed, as it is sealed and as it stands in receipts."""
    return orjson.dumps(
        {
            "x": _b64(proof.public_key_x),
            "y": _b64(proof.public_key_y),
            "authenticator_data": _b64(proof.authenticator_data),
            "client_data": _b64(proof.client_data_json),
            "r": _b64(proof.r),
            "s": _b64(proof.s),
        }
    )


def _b64(value: bytes) -> str:
    return base64.b64encode(value).decode()

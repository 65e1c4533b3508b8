"""What anybody may ask of the log: its signed state, its key, and that it only ever grew."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import PlainTextResponse

from asklepion.kit.clock import to_iso
from asklepion.kit.http import room

from ..engine.note import to_base64
from ..service import Ledger

router = APIRouter(prefix="/api/ledger", tags=["ledger"])

Here = Annotated[Ledger, Depends(room(Ledger))]
Size = Annotated[int, Query(ge=1, lt=2**63)]

FRESH = timedelta(seconds=1)  # strangers cannot make the house sign more often than this


@router.get("/checkpoint", response_model=None)
async def checkpoint(ledger: Here, request: Request) -> dict[str, Any] | Response:
    """Read the newest signed checkpoint; as the bare note where text/plain is asked for.

    https://c2sp.org/tlog-checkpoint
    """
    newest = await ledger.checkpoint(not_older_than=FRESH)
    if "text/plain" in request.headers.get("accept", ""):
        return PlainTextResponse(newest.note)
    return {
        "origin": newest.origin,
        "size": newest.size,
        "root": to_base64(newest.root),
        "note": newest.note,
        "signed_at": to_iso(newest.signed_at) if newest.signed_at else None,
    }


@router.get("/key")
async def key(ledger: Here) -> dict[str, str]:
    """Read the public key of the checkpoints. https://c2sp.org/signed-note"""
    return {"origin": ledger.origin, "key": ledger.verifier_key}


@router.get("/consistency")
async def consistency(ledger: Here, old: Size, new: Size) -> dict[str, Any]:
    """Prove that the log of `new` leaves begins with the whole one of `old`.

    https://www.rfc-editor.org/rfc/rfc9162#section-2.1.4
    """
    proof = await ledger.consistency(old, new)
    return {"old": old, "new": new, "proof": [to_base64(step) for step in proof]}


@router.get("/size")
async def size(ledger: Here) -> dict[str, int]:
    """Read how many leaves the log has."""
    return {"size": await ledger.size()}

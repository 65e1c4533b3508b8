"""What somebody signed: shown, proved, and signed with a passkey of theirs."""

from typing import Annotated, Any, cast

import orjson
from fastapi import APIRouter, Query, Request, Response

from asklepion.kit.clock import to_iso
from asklepion.kit.errors import Incorrect
from asklepion.kit.http import root_of
from asklepion.ledger import draw_code, pack_receipt

from ..service.signing import NEWEST, Shown, Signed
from .asking import Asks, Here
from .consenting import choice_json

router = APIRouter()

# One of the signatures about a Consent, by its id; none: the newest.
Which = Annotated[str, Query(pattern="^[A-Za-z0-9-]{0,64}$")]
BODY_MOST = 16_384  # bytes of a passkey's answer


@router.get("/patients/{id}/signed")
async def signed(
    id: str,
    asks: Asks,
    records: Here,
    before: Annotated[int, Query(ge=0, lt=2**62)] = NEWEST,
    count: Annotated[int, Query(ge=1, le=100)] = 50,
) -> list[dict[str, Any]]:
    """What was signed in her name, newest first; for her, and who decides in her place.

    `before` is a place in the log: only what began before it.
    """
    found = await records.signed.of(asks, f"Patient/{id}", before=before, count=count)
    return [_shown(each) for each in found]


@router.get("/consents/{id}/receipt")
async def receipt(
    id: str,
    asks: Asks,
    records: Here,
    signature: Which = "",
    since: Annotated[int | None, Query(ge=1, lt=2**53)] = None,
) -> dict[str, Any]:
    """The proof of what was signed about a Consent: log, signatures, place on the chain."""
    return await records.signed.receipt(asks, id, signature, since)


@router.get("/consents/{id}/receipt/codes")
async def receipt_codes(
    id: str,
    asks: Asks,
    records: Here,
    signature: Which = "",
) -> list[dict[str, str]]:
    """The same as QR codes: their texts, and pictures as SVG."""
    made = pack_receipt(await records.signed.receipt(asks, id, signature))
    return [{"text": text, "svg": draw_code(text)} for text in made]


@router.get("/consents/{id}/standing")
async def standing(id: str, asks: Asks, records: Here, signature: Which = "") -> dict[str, Any]:
    """What the chain itself says now: granted, revoked, expired, unknown, or another's (other)."""
    return await records.signed.standing(asks, id, signature)


@router.post("/consents/{id}/passkey/options")
async def ask_passkey(
    id: str, asks: Asks, records: Here, request: Request, signature: Which = ""
) -> dict[str, Any]:
    """What the browser is to ask a passkey, so that she signs what she said herself."""
    return await records.signed.ask(asks, id, signature, here=root_of(request))


@router.post("/consents/{id}/passkey", status_code=204, response_model=None)
async def sign(
    id: str, asks: Asks, records: Here, request: Request, signature: Which = ""
) -> Response:
    """Keep her passkey's signature beside what she said. The body is a PublicKeyCredential."""
    body = await request.body()
    try:
        answer = orjson.loads(body) if len(body) <= BODY_MOST else None
    except orjson.JSONDecodeError:
        answer = None
    if not isinstance(answer, dict):
        raise Incorrect("The body is no answer of a passkey.", hint="Send it as JSON.")
    told = cast(dict[str, Any], answer)
    await records.signed.prove(asks, id, told, signature, here=root_of(request))
    return Response(status_code=204)


def _shown(shown: Shown) -> dict[str, Any]:
    return {
        "consent": shown.consent,
        "choice": choice_json(shown.choice),
        "begun": _signed(shown.begun),
        "ended": _signed(shown.ended) if shown.ended else None,
        "until": to_iso(shown.until),
        "is_over": shown.is_over,
    }


def _signed(it: Signed) -> dict[str, Any]:
    return {
        "id": it.id,
        "leaf": it.leaf,
        "at": to_iso(it.at),
        "by": it.by,
        "is_herself": it.is_herself,
        "is_mine": it.is_mine,
        "has_proof": it.has_proof,
        "state": it.state,
        "block": it.block if it.block >= 0 else None,
        "why": it.why or None,
    }

"""Erasure over HTTP: asked for with the id typed again, shown to operators, proved to anybody."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from asklepion.kit.clock import to_iso
from asklepion.kit.errors import Incorrect

from ..model import Erasure, Ground
from .asking import Asks, Here

router = APIRouter()


class Wish(BaseModel):
    """Who is to be erased, typed once more, and why."""

    confirm: str
    ground: str = Ground.WITHDRAWN


@router.post("/patients/{id}/erase", response_model=None)
async def erase(
    id: str, asks: Asks, records: Here, request: Request, response: Response
) -> dict[str, Any]:
    """Erase a patient: by herself or an operator; nothing brings her back.

    The body is `{"confirm": the id once more, "ground": "withdrawn"}`. Answers 200 with the
    receipt, or 202 with the day on which the law lets it be done.
    """
    try:
        wish = Wish.model_validate_json(await request.body())
        ground = Ground(wish.ground)
    except ValueError as error:
        hint = f"Send confirm and ground; grounds: {', '.join(Ground)}."
        raise Incorrect("The wish cannot be read.", hint=hint) from error
    if wish.confirm != id:
        raise Incorrect("The id was typed otherwise.", hint="Type the patient's id once more.")
    erasure = await records.erase(asks, f"Patient/{id}", ground)
    if erasure.state != "done":
        response.status_code = 202
        return {"erasure": told(erasure), "receipt": None}
    return {"erasure": told(erasure), "receipt": await records.erasure_receipt(erasure.id)}


@router.get("/erasures")
async def erasures(asks: Asks, records: Here) -> list[dict[str, Any]]:
    """What is due when, and what is done; for operators."""
    return [told(each) for each in await records.erasures(asks)]


@router.get("/erasures/{id}/receipt")
async def receipt(id: str, asks: Asks, records: Here) -> dict[str, Any]:
    """The proof that an erasure was carried out; checked offline by `asklepion verify`."""
    return await records.erasure_receipt(id)


@router.delete("/erasures/{id}", status_code=204, response_model=None)
async def cancel(id: str, asks: Asks, records: Here) -> Response:
    """Take back an erasure that is not due yet; by the patient or an operator."""
    await records.cancel_erasure(asks, id)
    return Response(status_code=204)


def told(erasure: Erasure) -> dict[str, Any]:
    """One erasure as JSON."""
    moments = ("asked_at", "due_at", "done_at", "swept_at")
    held = asdict(erasure)
    return held | {name: held[name] and to_iso(held[name]) for name in moments}

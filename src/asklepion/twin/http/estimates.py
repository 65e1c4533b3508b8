"""A clinician's own estimates: given, scored, and how they fared."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel, Field

from .asking import Asks, Here, Who, as_json, patient_of

router = APIRouter()


class Guess(BaseModel):
    """What a clinician thinks before she sees a number."""

    card: str = Field(max_length=64)
    share: float | None = Field(
        description="Of 100 people like this one; null for 'I would rather not say'.",
        ge=0,
        le=100,
        allow_inf_nan=False,
    )


class Came(BaseModel):
    """What came of it."""

    happened: bool
    on: date | None = None


@router.get("/calibration")
async def calibration(who: Who, twin: Here) -> Response:
    """How one's own estimates fared beside the model's; for nobody else's eyes."""
    return as_json(await twin.estimates.calibration(who))


@router.get("/{id}/estimates")
async def estimates(id: str, asks: Asks, twin: Here) -> Response:
    """What was thought of her: to herself everything, to a clinician her own."""
    return as_json(await twin.estimates.of(asks, patient_of(id)))


@router.post("/{id}/estimates")
async def give(id: str, asks: Asks, twin: Here, guess: Guess) -> Response:
    """Say what one thinks, or that one would rather not, and see the card with its number."""
    card = await twin.estimates.give(asks, patient_of(id), guess.card, guess.share)
    return as_json(card)


@router.post("/{id}/estimates/{estimate}/outcome")
async def outcome(
    id: str, estimate: Annotated[str, Path(max_length=64)], asks: Asks, twin: Here, came: Came
) -> Response:
    """Say what came of one of one's own estimates."""
    told = await twin.estimates.tell_outcome(
        asks, patient_of(id), estimate, happened=came.happened, on=came.on
    )
    return as_json(told)

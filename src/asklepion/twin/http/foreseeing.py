"""Prevention, two futures side by side, and the report."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field, StrictBool, StrictFloat, StrictInt

from ..engine.report.printing import printed
from .asking import Asks, Here, Who, as_json, patient_of

router = APIRouter()


class Chosen(BaseModel):
    """One set of choices."""

    choices: dict[str, StrictBool | StrictInt | StrictFloat] = Field(
        default_factory=dict[str, Any], max_length=12
    )
    treatments: list[str] = Field(default_factory=list[str], max_length=12)


class Two(BaseModel):
    """Two sets of choices."""

    a: Chosen = Chosen()
    b: Chosen = Chosen()


@router.get("/{id}/prevention")
async def prevention(id: str, asks: Asks, twin: Here) -> Response:
    """What lowers her risk most, and which screenings and vaccinations are due."""
    return as_json(await twin.foreseeing.prevention(asks, patient_of(id)))


@router.post("/{id}/futures")
async def futures(id: str, asks: Asks, twin: Here, two: Two) -> Response:
    """Two sets of choices and what may follow from each; nothing of it is kept."""
    a, b = two.a.model_dump(), two.b.model_dump()
    return as_json(await twin.foreseeing.futures(asks, patient_of(id), a, b))


@router.get("/{id}/report.pdf")
async def report(
    id: str,
    who: Who,
    asks: Asks,
    twin: Here,
    language: Annotated[str, Query(pattern="^(en|zh-CN)?$")] = "",
) -> Response:
    """One page for a doctor (A4), in the language asked for or the caller's own."""
    wanted = language or ("zh-CN" if who.language.startswith("zh") else "en")
    made = await twin.reporting.of(asks, patient_of(id), wanted)
    headers = {"content-disposition": 'inline; filename="twin-report.pdf"'}
    page = await asyncio.to_thread(printed, made)
    return Response(page, media_type="application/pdf", headers=headers)

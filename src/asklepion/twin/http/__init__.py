"""Translation only: HTTP in, verb, HTTP out."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from fastapi.responses import Response

from asklepion.kit.errors import Incorrect
from asklepion.records import Asking

from ..model import Bedside
from . import estimates, foreseeing
from .asking import Asks, Here, Who, as_json, patient_of

router = APIRouter(prefix="/api/twin", tags=["twin"])


@router.get("/{id}/cards")
async def cards(
    id: str,
    asks: Asks,
    twin: Here,
    acvpu: Annotated[str | None, Query(pattern="^[ACVPU]$")] = None,
    oxygen: bool | None = None,
    spo2_scale: Annotated[int, Query(ge=1, le=2)] = 1,
) -> Response:
    """The risk cards; consciousness and oxygen may be told as one sees them now."""
    bedside = Bedside(acvpu=acvpu, supplemental_o2=oxygen, spo2_scale=spo2_scale)
    return as_json(await twin.cards(asks, patient_of(id), bedside=bedside))


@router.get("/{id}/predictions")
async def predictions(id: str, asks: Asks, twin: Here) -> Response:
    """The cards of the learned models, for clinicians: predictions, or what they need."""
    return as_json(await twin.predictions(asks, patient_of(id)))


@router.get("/{id}/refresh")
async def refresh(id: str, asks: Asks, twin: Here) -> Response:
    """Cards, scores, predictions, body and prevention, from one look at the record."""
    return as_json(await twin.refresh(asks, patient_of(id)))


@router.get("/{id}/nightly")
async def nightly(
    id: str,
    asks: Asks,
    twin: Here,
    or_nothing: Annotated[bool, Query(description="null instead of 404.")] = False,
) -> Response:
    """What was computed last night, and how it changed; for whoever may see all it rests on."""
    tell = twin.nightly.telling.find if or_nothing else twin.nightly.of
    return as_json(await tell(asks, patient_of(id)))


@router.get("/overnight")
async def overnight(who: Who, twin: Here) -> Response:
    """Whose numbers changed last night, of all who named this clinician; who did most, first."""
    return as_json(await twin.nightly.overnight(Asking(caller=who, purpose="TREAT")))


@router.get("/{id}/scores")
async def scores(id: str, asks: Asks, twin: Here) -> Response:
    """The published scores, each with what the record tells of its inputs."""
    return as_json(await twin.scores(asks, patient_of(id)))


@router.post("/{id}/scores/{name}")
async def score(
    id: str,
    name: str,
    asks: Asks,
    twin: Here,
    told: Annotated[dict[str, Any], Body(description="What is known now, by the inputs' names.")],
) -> Response:
    """One score with what one knows now, which goes before the record; nothing of it is kept."""
    return as_json(await twin.score(asks, patient_of(id), name, told))


@router.post("/{id}/simulation")
async def simulation(
    id: str,
    asks: Asks,
    twin: Here,
    wish: Annotated[dict[str, Any], Body(description="What happens: kind, length, events, told.")],
) -> Response:
    """What may follow in a model calibrated to this person; nothing of it is kept."""
    return as_json(await twin.simulation(asks, patient_of(id), wish))


@router.get("/{id}/body")
async def body(id: str, asks: Asks, twin: Here) -> Response:
    """The organs with what is known of each."""
    return as_json(await twin.body(asks, patient_of(id)))


@router.get("/{id}/timeline")
async def timeline(
    id: str,
    asks: Asks,
    twin: Here,
    before: datetime | None = None,
    count: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """What happened, newest first: one page."""
    page = await twin.timeline(asks, patient_of(id), before=_moment(before), count=count)
    return as_json(page)


@router.get("/{id}/vitals")
async def vitals(id: str, asks: Asks, twin: Here) -> Response:
    """Each vital sign: the latest reading and the recent ones."""
    return as_json(await twin.vitals(asks, patient_of(id)))


def _moment(before: datetime | None) -> datetime | None:
    """The moment in UTC.

    Raises:
        Incorrect: it has no zone, or lies outside the years that calendars have.
    """
    if before is None:
        return None
    if before.tzinfo is None:
        raise Incorrect("`before` has no time zone.", hint="Add Z or an offset such as +08:00.")
    try:
        return before.astimezone(UTC)
    except OverflowError as error:
        raise Incorrect(
            "`before` is no moment.", hint="Send it as 2026-03-01T12:00:00Z."
        ) from error


for part in (estimates, foreseeing):
    router.include_router(part.router)

"""Translation only: HTTP in, verb, HTTP out."""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Body, Depends, Header, Query
from fastapi.responses import Response

from asklepion.identity import Caller
from asklepion.kit.errors import Incorrect
from asklepion.kit.http import caller, room
from asklepion.records import Asking, require_named

from ..model import Bedside
from ..service import Twin

router = APIRouter(prefix="/api/twin", tags=["twin"])

Who = Annotated[Caller, Depends(caller)]
Here = Annotated[Twin, Depends(room(Twin))]
Visit = Annotated[str | None, Query(description="The visit this belongs to.")]
Purpose = Annotated[str, Header(alias="X-Purpose-Of-Use", description="Why one asks.")]


def asking(id: str, who: Who, visit: Visit = None, purpose: Purpose = "") -> Asking:
    """Who asks about this patient, why, and in which visit; a stranger gets no further."""
    who.require_known()
    is_relative = (who.person or "").startswith("RelatedPerson/")
    usual = "FAMRQT" if is_relative else "PATRQT" if who.person == _patient(id) else "TREAT"
    require_named(purpose)
    return Asking(caller=who, purpose=(purpose or usual)[:64], visit=visit)


Asks = Annotated[Asking, Depends(asking)]


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
    return _json(await twin.cards(asks, _patient(id), bedside=bedside))


@router.get("/{id}/predictions")
async def predictions(id: str, asks: Asks, twin: Here) -> Response:
    """The cards of the learned models, for clinicians: predictions, or what they need."""
    return _json(await twin.predictions(asks, _patient(id)))


@router.get("/{id}/scores")
async def scores(id: str, asks: Asks, twin: Here) -> Response:
    """The published scores, each with what the record tells of its inputs."""
    return _json(await twin.scores(asks, _patient(id)))


@router.post("/{id}/scores/{name}")
async def score(
    id: str,
    name: str,
    asks: Asks,
    twin: Here,
    told: Annotated[dict[str, Any], Body(description="What is known now, by the inputs' names.")],
) -> Response:
    """One score with what one knows now, which goes before the record; nothing of it is kept."""
    return _json(await twin.score(asks, _patient(id), name, told))


@router.get("/{id}/body")
async def body(id: str, asks: Asks, twin: Here) -> Response:
    """The organs with what is known of each."""
    return _json(await twin.body(asks, _patient(id)))


@router.get("/{id}/timeline")
async def timeline(
    id: str,
    asks: Asks,
    twin: Here,
    before: datetime | None = None,
    count: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """What happened, newest first: one page."""
    page = await twin.timeline(asks, _patient(id), before=_moment(before), count=count)
    return _json(page)


@router.get("/{id}/vitals")
async def vitals(id: str, asks: Asks, twin: Here) -> Response:
    """Each vital sign: the latest reading and the recent ones."""
    return _json(await twin.vitals(asks, _patient(id)))


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


def _patient(id: str) -> str:
    return f"Patient/{id}"


def _json(value: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")

"""Translation only: HTTP in, verb, HTTP out."""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from asklepion.identity import Caller
from asklepion.kit.errors import Incorrect
from asklepion.kit.http import caller, room
from asklepion.records import Asking

from .model import Bedside
from .service import Twin

router = APIRouter(prefix="/api/twin", tags=["twin"])

Who = Annotated[Caller, Depends(caller)]
Here = Annotated[Twin, Depends(room(Twin))]
Visit = Annotated[str | None, Query(description="The visit this belongs to.")]


@router.get("/{id}/cards")
async def cards(
    id: str,
    who: Who,
    twin: Here,
    visit: Visit = None,
    acvpu: Annotated[str | None, Query(pattern="^[ACVPU]$")] = None,
    oxygen: bool | None = None,
    spo2_scale: Annotated[int, Query(ge=1, le=2)] = 1,
) -> Response:
    """The risk cards; consciousness and oxygen may be told as one sees them now."""
    bedside = Bedside(acvpu=acvpu, supplemental_o2=oxygen, spo2_scale=spo2_scale)
    return _json(await twin.cards(_asking(who, id, visit), _patient(id), bedside=bedside))


@router.get("/{id}/body")
async def body(id: str, who: Who, twin: Here, visit: Visit = None) -> Response:
    """The organs with what is known of each."""
    return _json(await twin.body(_asking(who, id, visit), _patient(id)))


@router.get("/{id}/timeline")
async def timeline(
    id: str,
    who: Who,
    twin: Here,
    visit: Visit = None,
    before: datetime | None = None,
    count: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """What happened, newest first: one page."""
    asking = _asking(who, id, visit)
    page = await twin.timeline(asking, _patient(id), before=_moment(before), count=count)
    return _json(page)


@router.get("/{id}/vitals")
async def vitals(id: str, who: Who, twin: Here, visit: Visit = None) -> Response:
    """Each vital sign: the latest reading and the recent ones."""
    return _json(await twin.vitals(_asking(who, id, visit), _patient(id)))


def _asking(who: Caller, id: str, visit: str | None) -> Asking:
    who.require_known()
    purpose = "PATRQT" if who.person == _patient(id) else "TREAT"
    return Asking(caller=who, purpose=purpose, visit=visit)


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

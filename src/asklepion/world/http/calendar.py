"""Translation only: what is planned, who comes, and the same for calendar programs."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from asklepion.identity import Caller
from asklepion.kit.clock import to_iso
from asklepion.kit.http import caller, known, room, root_of

from ..model import Audience
from ..service import Company, Listed, Plan

router = APIRouter(prefix="/api/world", tags=["world"])
Who = Annotated[Caller, Depends(caller)]
Here = Annotated[Company, Depends(room(Company))]
KNOWN = [Depends(known)]
FEED = "/api/world/calendar"


class PlanBody(BaseModel):
    """What a host wants to take place."""

    place: str
    title: str
    starts_at: datetime
    minutes: int
    audience: Audience = Audience.ALL
    capacity: int = 0


class ComingBody(BaseModel):
    """Whether one comes."""

    coming: bool


class OffBody(BaseModel):
    """Whether it is cancelled."""

    off: bool


@router.get("/events", dependencies=KNOWN)
async def list_events(who: Who, company: Here) -> list[dict[str, Any]]:
    """What is to come and meant for the caller, the next first."""
    return [_view(each) for each in await company.calendar.list_events(who)]


@router.post("/events", status_code=201, dependencies=KNOWN)
async def plan(body: PlanBody, who: Who, company: Here) -> dict[str, str]:
    """A host lets something take place."""
    event = await company.calendar.plan(who, Plan(**body.model_dump()))
    return {"id": event.id}


@router.put("/events/{id}/coming", status_code=204, dependencies=KNOWN)
async def set_coming(id: str, body: ComingBody, who: Who, company: Here) -> None:
    """Say that one comes, or does not."""
    if body.coming:
        await company.calendar.come(who, id)
    else:
        await company.calendar.stay_away(who, id)


@router.put("/events/{id}/off", status_code=204, dependencies=KNOWN)
async def set_off(id: str, body: OffBody, who: Who, company: Here) -> None:
    """Cancel it, or take that back."""
    await company.calendar.cancel(who, id, off=body.off)


@router.get("/events/{id}/event.ics", dependencies=KNOWN)
async def read_file(id: str, request: Request, who: Who, company: Here) -> Response:
    """One event for a calendar program."""
    return _calendar(await company.calendar.one_as_file(who, id, root_of(request)))


@router.post("/calendar", status_code=201, dependencies=KNOWN)
async def open_feed(request: Request, who: Who, company: Here) -> dict[str, str]:
    """An address that a calendar program follows; it ends the one before."""
    secret = await company.calendar.open_feed(who)
    return {"url": f"{root_of(request)}{FEED}/{secret}.ics"}


@router.get("/calendar/{secret}.ics")
async def read_feed(secret: str, request: Request, company: Here) -> Response:
    """What whoever has this address comes to; calendar programs cannot sign in."""
    return _calendar(await company.calendar.read_feed(secret, root_of(request)))


def _calendar(body: bytes) -> Response:
    headers = {"cache-control": "private, no-store", "referrer-policy": "no-referrer"}
    return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)


def _view(listed: Listed) -> dict[str, Any]:
    event = listed.event
    return {
        "id": event.id,
        "place": event.place,
        "title": event.title,
        "starts_at": to_iso(event.starts_at),
        "ends_at": to_iso(event.ends_at),
        "audience": event.audience,
        "capacity": event.capacity,
        "by": listed.by,
        "coming": listed.coming,
        "is_coming": listed.is_coming,
        "is_ours": listed.is_ours,
        "is_off": event.cancelled_at is not None,
    }

"""Translation only: HTTP in, verb, HTTP out."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from asklepion.identity import Caller
from asklepion.kit.clock import to_iso
from asklepion.kit.errors import Incorrect
from asklepion.kit.http import caller, end_of, event_stream, known, room
from asklepion.records import Category

from .model import Ask, Visit
from .service import Clinic

router = APIRouter(prefix="/api/clinic", tags=["clinic"], dependencies=[Depends(known)])

Who = Annotated[Caller, Depends(caller)]
Here = Annotated[Clinic, Depends(room(Clinic))]


class Entering(BaseModel):
    """Which consulting room to walk into."""

    room: str


class AskBody(BaseModel):
    """What the doctor asks to see."""

    categories: list[str]
    minutes: int
    reason: str = ""


class GrantBody(BaseModel):
    """What the patient allows, until when."""

    categories: list[str]
    until: datetime


class NoteBody(BaseModel):
    """The doctor's note, plain text."""

    text: str


@router.get("/rooms")
async def rooms(who: Who, clinic: Here) -> list[dict[str, Any]]:
    """The consulting rooms, who attends them, and whether a visit goes on."""
    found = await clinic.rooms(who)
    names = await clinic.names(*(each.clinician_account for each in found))
    return [
        {
            "id": each.id,
            "clinician": names.get(each.clinician_account or ""),
            "clinician_account": each.clinician_account,
            "is_mine": each.clinician_account == who.account,
            "is_busy": each.visit is not None,
        }
        for each in found
    ]


@router.post("/visits")
async def enter(body: Entering, who: Who, clinic: Here) -> dict[str, Any]:
    """Walk into a consulting room: a patient's visit opens, a clinician attends the room."""
    return {"visit": await _view(clinic, who, await clinic.enter(who, body.room))}


@router.delete("/attendance", status_code=204)
async def leave(who: Who, clinic: Here) -> None:
    """A clinician leaves the room he attends."""
    await clinic.leave(who)


@router.post("/rooms/{room}/release", status_code=204)
async def release(room: str, who: Who, clinic: Here) -> None:
    """An operator makes a room free again: its visit is closed, and nobody attends it."""
    await clinic.release(who, room)


@router.get("/visits/current")
async def current(who: Who, clinic: Here) -> dict[str, Any]:
    """The caller's open visit, or null."""
    return {"visit": await _view(clinic, who, await clinic.current(who))}


@router.post("/visits/{id}/ask")
async def ask(id: str, body: AskBody, who: Who, clinic: Here) -> dict[str, Any]:
    """Ask the patient for access."""
    wanted = Ask(categories=_categories(body.categories), minutes=body.minutes, reason=body.reason)
    return {"visit": await _view(clinic, who, await clinic.ask(who, id, wanted))}


@router.post("/visits/{id}/grant")
async def grant(id: str, body: GrantBody, who: Who, clinic: Here) -> dict[str, Any]:
    """Allow what was asked for, or a part of it."""
    visit = await clinic.grant(who, id, _categories(body.categories), end_of(body.until))
    return {"visit": await _view(clinic, who, visit)}


@router.post("/visits/{id}/refuse")
async def refuse(id: str, who: Who, clinic: Here) -> dict[str, Any]:
    """Say no."""
    return {"visit": await _view(clinic, who, await clinic.refuse(who, id))}


@router.post("/visits/{id}/revoke")
async def revoke(id: str, who: Who, clinic: Here) -> dict[str, Any]:
    """Take back what was allowed, at once."""
    return {"visit": await _view(clinic, who, await clinic.revoke(who, id))}


@router.post("/visits/{id}/notes", status_code=201)
async def write_note(id: str, body: NoteBody, who: Who, clinic: Here) -> dict[str, str]:
    """Write a note into the patient's record."""
    return {"reference": await clinic.write_note(who, id, body.text)}


@router.post("/visits/{id}/close")
async def close(id: str, who: Who, clinic: Here) -> dict[str, Any]:
    """End the visit."""
    return {"visit": await _view(clinic, who, await clinic.close(who, id))}


@router.get("/live")
async def live(who: Who, clinic: Here) -> StreamingResponse:
    """The caller's visit, again at every change, as server-sent events."""
    news = clinic.watch(who)
    first = await anext(news)  # whatever speaks against it is said before the answer begins

    async def items() -> AsyncIterator[dict[str, Any]]:
        try:
            yield {"kind": "visit", "visit": await _view(clinic, who, first)}
            async for visit in news:
                yield {"kind": "visit", "visit": await _view(clinic, who, visit)}
        finally:
            await news.aclose()

    return event_stream(items())


def _categories(names: list[str]) -> tuple[Category, ...]:
    known = {category.name.lower(): category for category in Category}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Incorrect("There is no such category.", hint=f"Known: {', '.join(known)}.")
    return tuple(known[name] for name in names)


async def _view(clinic: Clinic, who: Caller, visit: Visit | None) -> dict[str, Any] | None:
    if visit is None:
        return None
    names = await clinic.names(visit.patient_account, visit.clinician_account)
    return {
        "id": visit.id,
        "room": visit.room,
        "my_part": "patient" if visit.patient_account == who.account else "clinician",
        "patient": visit.patient,
        "patient_name": names.get(visit.patient_account, ""),
        "clinician_name": names.get(visit.clinician_account or ""),
        "clinician_account": visit.clinician_account,
        "ask": {
            "categories": [category.name.lower() for category in visit.ask.categories],
            "minutes": visit.ask.minutes,
            "reason": visit.ask.reason,
        },
        "answer": visit.answer,
        "why_alone": visit.why_alone,
        "granted": [category.name.lower() for category in visit.granted],
        "until": visit.until and to_iso(visit.until),
        "opened_at": to_iso(visit.opened_at),
        "closed_at": visit.closed_at and to_iso(visit.closed_at),
    }

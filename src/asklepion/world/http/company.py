"""Translation only: blocks, friends, following, one's own wishes, children, and invitations."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from asklepion.identity import Caller
from asklepion.kit.clock import to_iso
from asklepion.kit.http import caller, known, room, root_of

from ..engine import picture
from ..model import Act, Followers, Report, Why
from ..service import Company

router = APIRouter(prefix="/api/world", tags=["world"], dependencies=[Depends(known)])
Who = Annotated[Caller, Depends(caller)]
Here = Annotated[Company, Depends(room(Company))]


class SelfBody(BaseModel):
    """What somebody sets for themselves; what is left out stays."""

    bubble: bool | None = None
    followers: Followers | None = None
    in_photos: bool | None = None


class ShowBody(BaseModel):
    """Whether a friend sees where one is."""

    shows: bool


class InviteBody(BaseModel):
    """Where to come."""

    place: str


class FollowBody(BaseModel):
    """Walk after them, or have them walk after one no more."""

    on: bool = True


class ReportBody(BaseModel):
    """Why somebody is reported."""

    why: Why


class AppealBody(BaseModel):
    """Why what a host did was wrong."""

    words: str


class ChildBody(BaseModel):
    """How the world treats somebody in whose place one decides."""

    is_child: bool
    phrases_only: bool = False


@router.get("/company")
async def read_company(who: Who, company: Here) -> dict[str, Any]:
    """All that stands between the caller and others."""
    mine = company.world.ties.self_of(who.account)
    return {
        "self": {
            "bubble": mine.has_bubble,
            "followers": mine.followers,
            "is_child": mine.is_child,
            "phrases_only": mine.phrases_only,
            "in_photos": mine.in_photos,
        },
        "blocked": [asdict(each) for each in await company.people.blocked(who)],
        "friends": [asdict(each) for each in await company.people.friends(who)],
        "children": [asdict(c) for c in await company.people.children(who)],
        "acts": [act_view(act) for act in await company.order.mine(who)],
        "reports": [report_view(report) for report in await company.reports.mine(who)],
    }


@router.put("/company/self", status_code=204)
async def set_self(body: SelfBody, who: Who, company: Here) -> None:
    """Say whether strangers keep their distance, who may follow, and if one is in photos."""
    await company.people.set_self(
        who, bubble=body.bubble, followers=body.followers, in_photos=body.in_photos
    )


@router.put("/children/{patient}", status_code=204)
async def set_child(patient: str, body: ChildBody, who: Who, company: Here) -> None:
    """A guardian or an operator says that somebody is a child."""
    await company.people.set_child(
        who, patient, is_child=body.is_child, phrases_only=body.phrases_only
    )


@router.post("/people/{id}/block", status_code=204)
async def block(id: str, who: Who, company: Here) -> None:
    """Be gone to somebody, and they to oneself."""
    await company.people.block(who, id)


@router.delete("/blocks/{id}", status_code=204)
async def unblock(id: str, who: Who, company: Here) -> None:
    """Take a block back."""
    await company.people.unblock(who, id)


@router.post("/people/{id}/ask", status_code=204)
async def ask(id: str, who: Who, company: Here) -> None:
    """Ask somebody to be friends."""
    await company.people.ask(who, id)


@router.post("/friends/{id}/accept", status_code=204)
async def accept(id: str, who: Who, company: Here) -> None:
    """Say yes to one who asked."""
    await company.people.accept(who, id)


@router.delete("/friends/{id}", status_code=204)
async def end(id: str, who: Who, company: Here) -> None:
    """Be friends no more, or say no."""
    await company.people.end(who, id)


@router.put("/friends/{id}", status_code=204)
async def show(id: str, body: ShowBody, who: Who, company: Here) -> None:
    """Let a friend see where one is, or not."""
    await company.people.show(who, id, shows=body.shows)


@router.post("/friends/{id}/invite", status_code=204)
async def invite(id: str, body: InviteBody, who: Who, company: Here) -> None:
    """Ask a friend to come to a place."""
    await company.people.invite(who, id, body.place)


@router.get("/people/{id}/mark")
async def mark(id: str, who: Who, company: Here) -> dict[str, str]:
    """What stands for somebody here between the caller and them, also the next time."""
    return {"mark": company.people.mark(who, id)}


@router.post("/people/{id}/follow", status_code=204)
async def follow(id: str, body: FollowBody, who: Who, company: Here) -> None:
    """Walk after somebody; or have them walk after one no more."""
    if body.on:
        company.people.follow(who, id)
    else:
        company.people.shake_off(who, id)


@router.post("/people/{id}/report", status_code=201)
async def report(id: str, body: ReportBody, who: Who, company: Here) -> dict[str, Any]:
    """Report somebody who is here; the last minute of the place is sealed."""
    return report_view(await company.reports.report(who, id, body.why))


@router.post("/acts/{id}/appeal", status_code=204)
async def appeal(id: str, body: AppealBody, who: Who, company: Here) -> None:
    """Say why what a host did to the caller was wrong."""
    await company.order.appeal(who, id, body.words)


@router.get("/places/{place}/invitation")
async def invitation(place: str, request: Request, who: Who, company: Here) -> dict[str, str]:
    """A link to a place, and the same as a picture; whoever uses it is let in as anybody is."""
    found = company.world.read_place(who, place)
    url = f"{root_of(request)}/#/{found.id}"
    return {"url": url, "svg": picture(url)}


@router.post("/places/{place}/photo")
async def photograph(place: str, who: Who, company: Here) -> dict[str, list[str]]:
    """May one take a photo here? Yes, with these drawn as plain figures."""
    return {"plain": company.people.photograph(who, place)}


def act_view(act: Act) -> dict[str, Any]:
    """What a host did, without accounts."""
    return {
        "id": act.id,
        "deed": act.deed,
        "place": act.place,
        "reason": act.reason,
        "at": to_iso(act.at),
        "until": act.until and to_iso(act.until),
        "lifted_at": act.lifted_at and to_iso(act.lifted_at),
        "appeal": act.appeal,
        "every_s": act.every_s,
    }


def report_view(report: Report) -> dict[str, Any]:
    """A report, without accounts."""
    return {
        "id": report.id,
        "number": report.number,
        "place": report.place,
        "why": report.why,
        "at": to_iso(report.at),
        "outcome": report.outcome,
        "answer": report.answer,
        "answered_at": report.answered_at and to_iso(report.answered_at),
    }

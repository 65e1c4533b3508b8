"""Translation only: what hosts do and read, and the reports that operators look into."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from asklepion.identity import Caller
from asklepion.kit.http import caller, known, room

from ..model import Act, Deed, Outcome, Report
from ..service import Company, Wish
from .company import act_view, report_view

router = APIRouter(prefix="/api/world", tags=["world"], dependencies=[Depends(known)])
Who = Annotated[Caller, Depends(caller)]
Here = Annotated[Company, Depends(room(Company))]


class ActBody(BaseModel):
    """What a host wants done."""

    deed: Deed
    who: str = ""
    reason: str = ""
    minutes: int | None = None
    every_s: int = 0


class AnswerBody(BaseModel):
    """What became of a report."""

    outcome: Outcome
    words: str = ""


@router.get("/places/{place}/order")
async def read_order(place: str, who: Who, company: Here) -> dict[str, Any]:
    """Who is in a place, and what its hosts did: for its hosts."""
    acts = await company.order.acts(who, place)
    names = await company.people.names(a for act in acts for a in (act.account, act.by) if a)
    now = company.now()
    return {
        "people": [
            {"who": v.who, "name": v.name, "is_host": v.is_host, "is_silent": v.is_silent}
            for v in company.order.present(who, place)
            if v.account != who.account
        ],
        "acts": [_act(act, names) | {"stands": act.stands(now)} for act in acts],
    }


@router.post("/places/{place}/order", status_code=201)
async def act(place: str, body: ActBody, who: Who, company: Here) -> dict[str, Any]:
    """Send somebody out, keep them out, take the word from them, or slow the chat down."""
    return act_view(await company.order.act(who, place, Wish(**body.model_dump())))


@router.post("/acts/{id}/lift", status_code=204)
async def lift(id: str, who: Who, company: Here) -> None:
    """Take back what a host did."""
    await company.order.lift(who, id)


@router.get("/reports")
async def reports(who: Who, company: Here) -> list[dict[str, Any]]:
    """Every report, without what was sealed: for operators."""
    found = await company.reports.all(who)
    names = await company.people.names(a for r in found for a in (r.reporter, r.about))
    return [_report(report, names) for report in found]


@router.post("/reports/{id}/open")
async def open_minute(id: str, who: Who, company: Here) -> dict[str, Any]:
    """The sealed minute, opened; that it was read is kept first."""
    minute = await company.reports.open(who, id)
    report = minute.report
    speakers = [of for did in minute.parts.values() for _, of, _ in did.typed]
    known = [*minute.parts, *speakers, report.reporter, report.about]
    names = await company.people.names(known)
    return {
        "report": _report(report, names),
        "people": [
            asdict(did)
            | {
                "name": names[account],
                "is_reported": account == report.about,
                "typed": [(ago, names[of], words) for ago, of, words in did.typed],
            }
            for account, did in minute.parts.items()
        ],
    }


@router.post("/reports/{id}/answer", status_code=204)
async def answer(id: str, body: AnswerBody, who: Who, company: Here) -> None:
    """Say what became of a report; the reporter hears."""
    await company.reports.answer(who, id, body.outcome, body.words)


def _act(act: Act, names: dict[str, str]) -> dict[str, Any]:
    named = {"name": names.get(act.account, ""), "by": names.get(act.by, "")}
    return act_view(act) | named


def _report(report: Report, names: dict[str, str]) -> dict[str, Any]:
    named = {"reporter": names[report.reporter], "about": names[report.about]}
    return report_view(report) | named

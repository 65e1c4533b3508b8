"""Guardians: whom one trusts, and whom one guards."""

from typing import Any

from fastapi import APIRouter

from asklepion.kit.clock import from_us, to_iso

from .answers import Answered, Email, Kept, Root
from .doors import progress
from .routes import Body, Here, Id, Known, Text

router = APIRouter()


class Threshold(Body):
    """How many guardians must agree."""

    needed: int


class Heard(Body):
    """The code that a guardian heard from whom she guards."""

    code: Text


class Agreed(Heard, Answered):
    """What a guardian signed."""


@router.get("/guardians")
async def guardians(who: Known, identity: Here) -> dict[str, Any]:
    """Read who guards one's way back in, whom one guards, and who of those asks."""
    found, needed, rehearsed = await identity.guardians.of(who)
    return {
        "needed": needed,
        "rehearsed_at": _moment(rehearsed),
        "delay_h": identity.recovering.delay_h,
        "guardians": [
            {"email": each.email, "name": each.name, "accepted_at": _moment(each.accepted_at)}
            for each in found
        ],
        "wards": [
            {"account": each.account, "name": each.name, "accepted_at": _moment(each.accepted_at)}
            for each in await identity.guardians.wards(who)
        ],
        "wishes": [
            {
                "account": each.ward,
                "name": each.name,
                "started_at": to_iso(each.started_at),
                "is_agreed": each.is_agreed,
            }
            for each in await identity.recovering.wishes(who)
        ],
    }


def _moment(us: int) -> str | None:
    return to_iso(from_us(us)) if us else None


@router.post("/guardians", status_code=204)
async def ask(body: Email, who: Known, identity: Here, session: Kept) -> None:
    """Ask somebody to be a guardian; whether she has an account here is not told."""
    await identity.guardians.ask(who, session, body.email)


@router.post("/guardians/removal", status_code=204)
async def drop(body: Email, who: Known, identity: Here, session: Kept) -> None:
    """Somebody is no guardian any more."""
    await identity.guardians.drop(who, session, body.email)


@router.put("/guardians/needed", status_code=204)
async def need(body: Threshold, who: Known, identity: Here, session: Kept) -> None:
    """Say how many must agree."""
    await identity.guardians.need(who, session, body.needed)


@router.post("/guardians/rehearsal", status_code=204)
async def rehearse(who: Known, identity: Here) -> None:
    """Remember that one went through it with one's guardians; nothing changes."""
    await identity.guardians.rehearse(who)


@router.post("/wards/{id}", status_code=204)
async def accept(id: Id, who: Known, identity: Here, session: Kept) -> None:
    """Guard somebody's way back in."""
    await identity.guardians.accept(who, session, id)


@router.delete("/wards/{id}", status_code=204)
async def leave(id: Id, who: Known, identity: Here) -> None:
    """Guard somebody no longer, or say no."""
    await identity.guardians.leave(who, id)


@router.post("/wards/{id}/recovery/options")
async def to_agree(id: Id, body: Heard, who: Known, identity: Here, here: Root) -> dict[str, Any]:
    """What a guardian's browser is asked, so that she signs that she agrees."""
    return await identity.recovering.to_agree(who, id, body.code, here=here)


@router.post("/wards/{id}/recovery")
async def agree(id: Id, body: Agreed, who: Known, identity: Here, here: Root) -> dict[str, Any]:
    """Agree, by a passkey's signature over the request."""
    answer = body.credential.answer
    return progress(await identity.recovering.agree(who, id, body.code, answer, here=here))


@router.delete("/recovery/{id}", status_code=204)
async def cancel(id: Id, who: Known, identity: Here) -> None:
    """Object to being replaced: the request is over."""
    await identity.recovering.cancel(who, id)

"""Closing accounts, and inviting anew who lost every key: operators', and one's own."""

from typing import Any

from fastapi import APIRouter

from asklepion.kit.clock import to_iso

from .answers import Kept, Root
from .keys import link_told
from .routes import Body, Here, Id, Known, Operator, Text, closing_told

router = APIRouter()


class Why(Body):
    """Why somebody is invited anew: how it is known who she is."""

    reason: Text


class Close(Why):
    """Why an account is closed, and whether nobody comes in from now on."""

    at_once: bool = False


class Goodbye(Body):
    """Why one closes one's own account, if one says so."""

    reason: Text = ""


@router.post("/accounts/{id}/closing", status_code=201)
async def close(
    id: Id, body: Close, who: Operator, identity: Here, session: Kept
) -> dict[str, Any]:
    """Close somebody's account after the delay, in which she is told. Operators only."""
    closing = await identity.closings.begin(
        who, session, id, body.reason, at_once=body.at_once
    )  # fmt: skip
    return closing_told(closing)


@router.delete("/accounts/{id}/closing", status_code=204)
async def stop(id: Id, who: Operator, identity: Here, session: Kept) -> None:
    """Call it off: she keeps her account. Operators only."""
    await identity.closings.stop(who, session, id)


@router.get("/accounts/{id}/acts")
async def acts(id: Id, who: Operator, identity: Here) -> list[dict[str, Any]]:
    """Read what was done with an account, by whom and why, and where the ledger has it."""
    return [act.told() | {"leaf": act.leaf} for act in await identity.closings.acts(who, id)]


@router.post("/accounts/{id}/return", status_code=201)
async def invite_anew(
    id: Id, body: Why, who: Operator, identity: Here, session: Kept, here: Root
) -> dict[str, Any]:
    """A new invitation for somebody who lost every key, good after the delay. Operators only."""
    link, told = await identity.returning.ask(who, session, id, body.reason)
    return link_told(link, f"{here}/#/welcome") | {"ready_at": to_iso(told.ready_at)}


@router.delete("/accounts/{id}/return", status_code=204)
async def stop_return(id: Id, who: Operator, identity: Here) -> None:
    """Let it be good no more. Operators only."""
    await identity.returning.stop(who, id)


# One's own


@router.post("/closing", status_code=201)
async def close_own(body: Goodbye, who: Known, identity: Here, session: Kept) -> dict[str, Any]:
    """Close one's own account after the delay."""
    return closing_told(await identity.closings.begin_own(who, session, body.reason))


@router.delete("/closing", status_code=204)
async def keep_own(who: Known, identity: Here) -> None:
    """Keep one's own account, whoever wants to close it."""
    await identity.closings.keep(who)


@router.delete("/return", status_code=204)
async def object_to_return(who: Known, identity: Here) -> None:
    """Say that one did not ask to be invited anew: that link is good no more."""
    await identity.returning.object(who)

"""Credentials: what one holds and shows; what the house issues; what others are asked to show."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from asklepion.kit.clock import to_iso
from asklepion.kit.http import end_of

from ..engine.pictures import picture
from ..engine.vc.kinds import Kind
from ..engine.vc.status import Status
from ..service import NewCredential
from ..service.vc.values import Card, Line, Link
from .answers import Root
from .routes import After, Body, Here, Id, Known, Text

router = APIRouter(tags=["credentials"])

Long = Annotated[str, Field(max_length=16_384)]
Names = Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=40)]
Accounts = Annotated[
    list[Annotated[str, Field(max_length=64)]], Query(max_length=200, default_factory=list)
]


class Issuing(Body):
    """What is to be issued, and to whom."""

    kind: Kind
    account: Text = ""
    email: Text = ""
    claims: dict[str, Any]
    until: datetime
    since: datetime | None = None


class State(Body):
    """What becomes of something issued."""

    state: Annotated[str, Field(pattern="^(valid|revoked|suspended)$")]


class Showing(Body):
    """Which claims to show by a link, and for how long."""

    claims: Names
    minutes: int = 10
    whole: bool = False  # a document is shown whole or not at all


class Paper(Body):
    """The text of a credential that comes as a file."""

    document: Annotated[str, Field(max_length=262_144)]


class Offer(Body):
    """The text of an offer, and the digits that came with it."""

    offer: Long
    pin: Text = ""


class Asking(Body):
    """Which claims of which kind of credential to ask for."""

    kind: Kind
    claims: Names


class Wanted(Body):
    """The text of somebody's request."""

    request: Long


class Answer(Body):
    """Which credential to show for each that is asked for."""

    ticket: Text
    chosen: Annotated[dict[str, Text], Field(max_length=20)]


class Question(Body):
    """Something fresh that the answer must be about."""

    nonce: Annotated[str, Field(min_length=16, max_length=200)]


# What one holds


@router.get("/credentials")
async def cards(who: Known, identity: Here) -> list[dict[str, Any]]:
    """Read what one holds, the newest first."""
    return [_card(card) for card in await identity.credentials.holding.cards(who)]


@router.get("/credentials/history")
async def history(who: Known, identity: Here) -> list[dict[str, Any]]:
    """Read what one showed, to whom and when."""
    return [
        {
            "id": each.id,
            "credential": each.credential,
            "at": to_iso(each.at),
            "to": each.to,
            "how": each.how,
            "claims": each.names,
        }
        for each in await identity.credentials.holding.history(who)
    ]


@router.get("/credentials/links")
async def links(who: Known, identity: Here) -> list[dict[str, Any]]:
    """Read which links still show something."""
    return [_link(link) for link in await identity.credentials.holding.links(who)]


@router.delete("/credentials/links/{id}", status_code=204)
async def end_link(id: Id, who: Known, identity: Here) -> None:
    """Take a link back, at once."""
    await identity.credentials.holding.end_link(who, id)


@router.post("/credentials/receive", status_code=201)
async def receive(body: Offer, who: Known, identity: Here, here: Root) -> dict[str, Any]:
    """Take up an offer of this house or another."""
    card = await identity.credentials.receiving.receive(who, body.offer, body.pin, here=here)
    return _card(card)


@router.post("/credentials/files", status_code=201)
async def keep(body: Paper, who: Known, identity: Here) -> dict[str, Any]:
    """Hold a credential that comes as a file, if it is proven and stands."""
    return _card(await identity.credentials.papers.keep(who, body.document))


@router.post("/credentials/consider")
async def consider(body: Wanted, who: Known, identity: Here, here: Root) -> dict[str, Any]:
    """Read who asks for what, and with what it could be answered; nothing is shown yet."""
    asked = await identity.credentials.answering.consider(who, body.request, here=here)
    return {
        "ticket": asked.ticket,
        "who": asked.who,
        "is_here": asked.is_here,
        "is_enough": asked.is_enough,
        "choices": [
            {"wanted": each.wanted, "card": _card(each.card), "claims": each.names}
            for each in asked.choices
        ],
    }


@router.post("/credentials/answer", status_code=204)
async def answer(body: Answer, who: Known, identity: Here, here: Root) -> None:
    """Show what was asked for, and nothing else."""
    await identity.credentials.answering.answer(who, body.ticket, body.chosen, here=here)


@router.post("/credentials/{id}/links", status_code=201)
async def show(id: Id, body: Showing, who: Known, identity: Here, here: Root) -> dict[str, Any]:
    """Show some claims by a link, which is told this once, with its picture."""
    holding = identity.credentials.holding
    link = await holding.link(who, id, body.claims, body.minutes, whole=body.whole)
    address = f"{here}/show#{link.token}"
    return {**_link(link), "address": address, "qr": picture(address)}


@router.post("/credentials/{id}/offer", status_code=201)
async def offer(id: Id, who: Known, identity: Here, here: Root) -> dict[str, Any]:
    """Offer a copy to an app outside; the digits are told this once."""
    offered = await identity.credentials.offering.offer(who, id, here=here)
    told = {"uri": offered.uri, "pin": offered.pin, "minutes": offered.minutes}
    return {**told, "qr": picture(offered.uri)}


@router.get("/credentials/{id}/file")
async def file(id: Id, who: Known, identity: Here) -> Response:
    """Take a badge along, in the form of Open Badges 3.0; a document as it was taken in."""
    found = await identity.credentials.holding.file(who, id)
    if not isinstance(found, str):
        return JSONResponse(found, headers=_saved_as("badge.json"))
    if found.startswith("{"):
        return Response(found, media_type="application/vc", headers=_saved_as("credential.json"))
    return Response(found, media_type="application/vc+jwt", headers=_saved_as("credential.jwt"))


@router.delete("/credentials/{id}", status_code=204)
async def drop(id: Id, who: Known, identity: Here) -> None:
    """Hold a credential no more."""
    await identity.credentials.holding.drop(who, id)


# What the house issues


@router.get("/issued")
async def register(who: Known, identity: Here, before: After = "") -> list[dict[str, Any]]:
    """Read what was issued: all of it for operators, for educators their own."""
    found = await identity.credentials.issuing.register(who, before=before)
    return [_line(line) for line in found]


@router.post("/issued", status_code=201)
async def issue(body: Issuing, who: Known, identity: Here, here: Root) -> dict[str, Any]:
    """Issue a licence or a membership (operators), or a badge (educators)."""
    new = NewCredential(
        kind=body.kind,
        account=body.account,
        email=body.email,
        told=body.claims,
        until=end_of(body.until),
        since=body.since and end_of(body.since),
    )
    return _line(await identity.credentials.issuing.issue(who, new, here=here))


@router.patch("/issued/{id}")
async def change(id: Id, body: State, who: Known, identity: Here) -> dict[str, Any]:
    """Revoke for good, suspend, or let stand again."""
    state = Status[body.state.upper()]
    return _line(await identity.credentials.issuing.change(who, id, state))


@router.post("/issuer/rotate", status_code=201)
async def rotate(who: Known, identity: Here) -> dict[str, str]:
    """Sign with new keys from now on. Operators only."""
    return {"key": await identity.credentials.issuers.rotate(who)}


# What others are asked to show


@router.post("/requests", status_code=201)
async def ask(body: Asking, who: Known, identity: Here, here: Root) -> dict[str, Any]:
    """Ask somebody to show some claims."""
    request = await identity.credentials.requesting.ask(who, body.kind, body.claims, here=here)
    told = {"id": request.id, "uri": request.uri, "expires_at": to_iso(request.expires_at)}
    return {**told, "qr": picture(request.uri)}


@router.get("/requests/{id}")
async def asked(id: str, who: Known, identity: Here, here: Root) -> dict[str, Any]:
    """Read what was shown."""
    request = await identity.credentials.requesting.read(who, id, here=here)
    shown = None if request.shown is None else [each.as_json() for each in request.shown]
    return {"id": request.id, "expires_at": to_iso(request.expires_at), "shown": shown}


# Marks


@router.get("/marks")
async def marks(who: Known, identity: Here, account: Accounts) -> list[str]:
    """Read which of these accounts hold a licence that stands now."""
    return sorted(await identity.credentials.licences.licensed(account))


@router.post("/marks/{account}")
async def mark(
    account: Id, body: Question, who: Known, identity: Here, here: Root
) -> dict[str, str]:
    """Read a clinician's licence so that one can verify it oneself."""
    mark = identity.credentials.licences.mark
    return {"presentation": await mark(who, account, here, body.nonce), "audience": here}


def _saved_as(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}


def _card(card: Card) -> dict[str, Any]:
    return {
        "id": card.id,
        "kind": card.kind,
        "vct": card.vct,
        "issuer": card.issuer,
        "is_here": card.is_here,
        "claims": card.claims,
        "state": card.state,
        "since": to_iso(card.since),
        "until": to_iso(card.until),
        "received_at": to_iso(card.received_at),
        "has_file": card.has_file,
        "is_document": card.is_document,
        "is_trusted": card.is_trusted,
    }


def _link(link: Link) -> dict[str, Any]:
    return {
        "id": link.id,
        "credential": link.credential,
        "claims": link.names,
        "expires_at": to_iso(link.expires_at),
        "opened": link.opened,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "kind": line.kind,
        "account": line.account,
        "name": line.name,
        "claims": line.claims,
        "state": line.state.name.lower(),
        "since": to_iso(line.since),
        "until": to_iso(line.until),
        "issued_at": to_iso(line.issued_at),
        "copies": line.copies,
    }

"""Links over HTTP: the patient's own, and the protocol by which anybody opens one.

https://hl7.org/fhir/uv/smart-health-cards-and-links/STU1/links-specification.html
"""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from asklepion.kit.clock import to_iso
from asklepion.kit.errors import HouseError, Incorrect
from asklepion.kit.http import end_of, outcome

from ..service.links import Link, LinkOver, Wish, WrongPasscode
from .asking import PREFIX, Asks, Here, base_of

router = APIRouter()

PATH = "/api/records/shl/"  # opened from the pages of any site, without a session
JOSE = "application/jose"
BODY_MOST = 4096  # bytes of what somebody who opens a link says


class Wanted(BaseModel):
    """How a link is to be."""

    until: datetime
    label: str = Field("", max_length=80)
    passcode: str = Field("", max_length=64)
    opens_most: int = 0
    files: list[str] = Field(["summary", "pdf"], max_length=3)
    direct: bool = False
    long_term: bool = False
    language: str = Field("", max_length=16)


class Recipient(BaseModel):
    """Who opens a link, and with which passcode."""

    recipient: str = Field(max_length=1000)
    passcode: str = Field("", max_length=64)
    embeddedLengthMax: int | None = Field(None, ge=0)


@router.post("/patients/{id}/links", status_code=201)
async def give(id: str, asks: Asks, records: Here, request: Request) -> dict[str, Any]:
    """Make a SMART Health Link; its key is in this answer and nowhere else.

    The body is `{"until", "label", "passcode", "opens_most", "files", "direct", "language"}`; files
    are summary, pdf and record.
    """
    try:
        wanted = Wanted.model_validate_json(await request.body())
    except ValueError as error:
        raise Incorrect(
            "The wish cannot be read.", hint="Send until, and what to share."
        ) from error
    wish = Wish(
        until=end_of(wanted.until),
        label=wanted.label,
        passcode=wanted.passcode,
        opens_most=wanted.opens_most,
        kinds=tuple(wanted.files),
        is_direct=wanted.direct,
        is_long_term=wanted.long_term,
        language=wanted.language,
    )
    house = base_of(request).removesuffix(PREFIX)
    given = await records.links.give(asks, f"Patient/{id}", wish, house=house)
    told = {"shlink": given.shlink, "url": given.url, "qr": given.qr}
    return {"link": _told(given.link)} | told


@router.get("/patients/{id}/links")
async def given(id: str, asks: Asks, records: Here) -> list[dict[str, Any]]:
    """Every link that the patient made, and who opened it; for her and who decides in her place."""
    return [_told(link) for link in await records.links.list(asks, f"Patient/{id}")]


@router.delete("/patients/{id}/links/{link}", status_code=204, response_model=None)
async def end(id: str, link: str, asks: Asks, records: Here) -> Response:
    """End a link; nobody can open it when this answers."""
    await records.links.end(asks, f"Patient/{id}", link)
    return Response(status_code=204)


def _told(link: Link) -> dict[str, Any]:
    held = asdict(link) | {"made_at": to_iso(link.made_at), "until": to_iso(link.until)}
    held["openings"] = [asdict(it) | {"at": to_iso(it.at)} for it in link.openings]
    return held


# Whoever holds a link; from any site, since a link is its own permission


async def _said(request: Request) -> Recipient:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_MOST:
            raise ValueError
    return Recipient.model_validate_json(body)


def _for_all(response: Response) -> Response:
    response.headers["access-control-allow-origin"] = "*"
    response.headers["cache-control"] = "no-store"
    return response


def _refused(error: HouseError) -> Response:
    """Why a link does not open, as its protocol wants it said."""
    if isinstance(error, WrongPasscode):
        told: dict[str, Any] = {"remainingAttempts": error.remaining}
    else:
        told = outcome(error.issue, error.message, error.hint)
        if isinstance(error, LinkOver):
            told["issue"][0]["details"]["coding"] = [{"code": error.reason}]
    return _for_all(JSONResponse(told, error.status))


@router.post("/shl/{secret}", response_model=None)
async def manifest(request: Request, secret: str, records: Here) -> Response:
    """Open a link: its manifest, for whoever says who they are.

    The body is `{"recipient", "passcode", "embeddedLengthMax"}`.
    """
    try:
        said = await _said(request)
    except ValueError:
        return _refused(Incorrect("Nobody says who opens this.", hint="Send recipient."))
    try:
        told = await records.links.open(
            secret,
            recipient=said.recipient,
            passcode=said.passcode,
            embedded_most=said.embeddedLengthMax,
        )
    except HouseError as error:
        return _refused(error)
    for file in told["files"]:
        if "location" in file:
            file["location"] = f"{request.url.replace(query='')}/files/{file['location']}"
    return _for_all(JSONResponse(told))


@router.get("/shl/{secret}", response_model=None)
async def direct(
    secret: str, records: Here, recipient: Annotated[str, Query(max_length=1000)] = ""
) -> Response:
    """The one file of a link that has no manifest (flag U)."""
    try:
        text = await records.links.open_direct(secret, recipient=recipient)
    except HouseError as error:
        return _refused(error)
    return _for_all(Response(text, media_type=JOSE))


@router.get("/shl/{secret}/files/{ticket}", response_model=None)
async def file(secret: str, ticket: str, records: Here) -> Response:
    """A file that a manifest named; its address is good for five minutes."""
    try:
        text = await records.links.file(secret, ticket)
    except HouseError as error:
        return _refused(error)
    return _for_all(Response(text, media_type=JOSE))


async def _may_come() -> Response:
    """A browser asks whether another site's page may open a link."""
    headers = {
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": "content-type",
        "access-control-max-age": "600",
    }
    return _for_all(Response(status_code=204, headers=headers))


for _path in ("/shl/{secret}", "/shl/{secret}/files/{ticket}"):
    router.api_route(_path, methods=["OPTIONS"], include_in_schema=False)(_may_come)

"""What apps outside, other houses and anybody who verifies ask, without signing in."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import Field, ValidationError

from asklepion.kit.errors import Incorrect, NotFound
from asklepion.kit.http import caller

from ..engine.vc import strict
from ..engine.vc.did import PREFIX
from ..model import Caller
from ..service import Refusal
from .answers import Address, Root
from .credentials import Question
from .doorkeepers import bearer_token
from .routes import Body, Here
from .smart import LARGEST, read_form

router = APIRouter(tags=["credentials"])

Who = Annotated[Caller, Depends(caller)]
Secret = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
List = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}(\.(revocation|suspension))?$")]
Name = Annotated[str, Query(max_length=1600)]
FRESH = {"cache-control": "public, max-age=30"}
NEVER = {"cache-control": "no-store"}
LONGEST = 262_144  # characters of what is shown
MOST = LONGEST + 2048  # bytes of a request about it


class Opening(Question):
    """The secret of a link, and who wants to be shown what it shows."""

    token: Annotated[str, Field(max_length=200)]
    audience: Annotated[str, Field(max_length=500)]


class Checking(Body):
    """Something that was shown; and to whom, and in answer to what, where that is to be proven."""

    presentation: Annotated[str, Field(max_length=LONGEST)] | dict[str, Any]
    audience: Annotated[str, Field(max_length=500)] = ""
    nonce: Annotated[str, Field(max_length=200)] = ""


CHECKED = {
    "requestBody": {
        "content": {"application/json": {"schema": Checking.model_json_schema()}},
        "required": True,
    }
}


async def _checking(request: Request) -> Checking:
    """What is to be checked; no JSON that others could read otherwise.

    Raises:
        Incorrect: it is larger than any, or no such JSON.
    """
    content = await request.body()
    if len(content) > MOST:  # before it is read: of JSON a little can become much
        hint = f"Send at most {MOST} bytes."
        raise Incorrect("The request is larger than anything that is checked here.", hint=hint)
    try:
        found = strict.loads(content)
    except (ValueError, RecursionError) as error:
        hint = "Send each name once, and no numbers that are none."
        raise Incorrect("The request is no JSON that all read alike.", hint=hint) from error
    try:
        return Checking.model_validate(found)
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
        raise RequestValidationError(faults) from error


@router.get("/.well-known/did.json")
async def did_document(identity: Here) -> JSONResponse:
    """The keys of this house. https://w3c-ccg.github.io/did-method-web/"""
    document = await identity.credentials.issuers.document()
    if document is None:
        hint = "Set ASKLEPION_ADDRESS to its https address."
        raise NotFound("This house has no address of its own.", hint=hint)
    return JSONResponse(document, headers=FRESH, media_type="application/did+json")


@router.get("/.well-known/openid-credential-issuer")
async def issuer_metadata(identity: Here, here: Root) -> JSONResponse:
    """What an app needs to know before it takes up an offer. OpenID4VCI 1.0, 12.2"""
    return JSONResponse(identity.credentials.offering.metadata(here), headers=FRESH)


@router.get("/.well-known/oauth-authorization-server")
async def server_metadata(identity: Here, here: Root) -> JSONResponse:
    """Where an app exchanges its code. https://www.rfc-editor.org/rfc/rfc8414"""
    return JSONResponse(identity.credentials.offering.server(here), headers=FRESH)


@router.get("/api/identity/status/{list}")
async def status_list(list: List, identity: Here, here: Root) -> Response:
    """Which credentials still stand; nobody can tell from it whose."""
    text, kind = await identity.credentials.lists.publish(list, here)
    return Response(text, media_type=kind, headers=FRESH)


@router.get("/api/identity/issuers")
async def issuer(who: Who, identity: Here, did: Name, kid: Name = "") -> JSONResponse:
    """The key of an issuer; one that this house does not know is asked for the signed in only."""
    issuers = identity.credentials.issuers
    key = await issuers.key_of(did, kid, may_ask=who.is_known)
    is_here = await issuers.is_own(did)
    told = {
        "jwk": key,
        "is_here": is_here,
        "is_trusted": is_here or issuers.is_trusted(did),
        "is_self_named": did.startswith(PREFIX),
    }
    return JSONResponse(told, headers=NEVER)


@router.post("/api/identity/verify", openapi_extra=CHECKED)
async def verify(
    body: Annotated[Checking, Depends(_checking)], who: Who, identity: Here
) -> dict[str, Any]:
    """What something shown proves, as this house sees it: for those who cannot look themselves.

    An SD-JWT VC as it is shown; or a credential or presentation of the W3C, as JSON or compact.
    """
    examine = identity.credentials.proving.examine
    verdict = await examine(
        body.presentation, audience=body.audience, nonce=body.nonce, may_ask=who.is_known
    )
    return verdict.as_json()


@router.post("/api/identity/showings/open")
async def open_showing(body: Opening, identity: Here, here: Root) -> dict[str, str]:
    """What a link shows, made for this reader and this question alone."""
    if body.audience != here:
        raise NotFound("This link is for another reader.", hint=f"Open it at {here}.")
    shown = await identity.credentials.holding.open_link(body.token, here, body.nonce)
    return {"presentation": shown}


@router.post("/api/identity/vci/token")
async def vci_token(request: Request, identity: Here) -> JSONResponse:
    """Exchange a pre-authorised code and its digits for a token. OpenID4VCI 1.0, 6"""

    async def work() -> dict[str, Any]:
        return await identity.credentials.offering.exchange(await read_form(request))

    return await _answered(work)


@router.post("/api/identity/vci/nonce")
async def vci_nonce(identity: Here) -> JSONResponse:
    """Something fresh to sign. OpenID4VCI 1.0, 7"""
    return JSONResponse({"c_nonce": identity.credentials.offering.nonce()}, headers=NEVER)


@router.post("/api/identity/vci/credential")
async def vci_credential(request: Request, identity: Here, here: Root) -> JSONResponse:
    """Give the credential to the app that proves its key. OpenID4VCI 1.0, 8"""

    async def work() -> dict[str, Any]:
        token = bearer_token(request.headers) or ""
        content = await request.body()
        try:
            body: Any = json.loads(content) if len(content) <= LARGEST else None
        except (ValueError, RecursionError) as error:
            raise Refusal("invalid_credential_request", "Send JSON.") from error
        return await identity.credentials.offering.credential(token, body, here=here)

    return await _answered(work)


@router.get("/api/identity/requests/{id}/object")
async def request_object(id: Secret, identity: Here, here: Root) -> PlainTextResponse:
    """What is asked for, signed. OpenID4VP 1.0, 5"""
    text = await identity.credentials.requesting.object(id, here=here)
    return PlainTextResponse(text, headers=NEVER, media_type="application/oauth-authz-req+jwt")


@router.post("/api/identity/requests/{id}/answer")
async def request_answer(
    id: Secret, request: Request, identity: Here, address: Address
) -> JSONResponse:
    """Take what an app shows. OpenID4VP 1.0, 8.2"""

    async def work() -> dict[str, Any]:
        form = await read_form(request, most=262_144)
        return await identity.credentials.requesting.answer(id, form, address=address)

    return await _answered(work)


async def _answered(work: Any) -> JSONResponse:
    try:
        return JSONResponse(await work(), headers=NEVER)
    except Refusal as refusal:
        told = {"error": refusal.error, "error_description": refusal.description}
        return JSONResponse(told, refusal.status, NEVER)

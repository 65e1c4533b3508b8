"""What apps ask of the house. https://hl7.org/fhir/smart-app-launch/STU2.2/"""

from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from asklepion.kit.http import room, root_of

from ..engine.keysets import ALGORITHMS
from ..service import (
    ALGORITHM,
    AUTHORIZE,
    FHIR,
    INTROSPECT,
    JWKS,
    REVOKE,
    TOKEN,
    Identity,
    Refusal,
)

router = APIRouter(tags=["smart"])

Here = Annotated[Identity, Depends(room(Identity))]

FORM = "application/x-www-form-urlencoded"
LARGEST = 32_768  # bytes of a form
PROOFS = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
# https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html#capability-sets
CAPABILITIES = [
    *("launch-ehr", "launch-standalone"),
    *("client-public", "client-confidential-symmetric", "client-confidential-asymmetric"),
    *("sso-openid-connect", "context-banner", "context-ehr-patient", "context-ehr-encounter"),
    *("context-standalone-patient", "permission-offline", "permission-online"),
    *("permission-patient", "permission-user", "permission-v1", "permission-v2"),
]
SCOPES = [
    *("openid", "fhirUser", "profile", "launch", "launch/patient", "launch/encounter"),
    *("offline_access", "online_access", "patient/*.cruds", "user/*.cruds", "system/*.cruds"),
]


def root(request: Request) -> str:
    """The address of this house: as it was told, or as it is called."""
    return root_of(request)


Root = Annotated[str, Depends(root)]


@router.get(f"{FHIR}/.well-known/smart-configuration")
async def configuration(here: Root) -> JSONResponse:
    """What apps need to know before they ask.

    https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html#using-well-known
    """
    return JSONResponse(
        {
            **_discovery(here),
            "introspection_endpoint": here + INTROSPECT,
            "revocation_endpoint": here + REVOKE,
            "capabilities": CAPABILITIES,
        }
    )


@router.get("/.well-known/openid-configuration")
async def openid(here: Root) -> JSONResponse:
    """The same for OpenID Connect. https://openid.net/specs/openid-connect-discovery-1_0.html"""
    return JSONResponse(
        {
            **_discovery(here),
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "claims_supported": ["iss", "sub", "aud", "exp", "iat", "nonce", "fhirUser", "name"],
        }
    )


def _discovery(here: str) -> dict[str, Any]:
    return {
        "issuer": here,
        "jwks_uri": here + JWKS,
        "authorization_endpoint": here + AUTHORIZE,
        "token_endpoint": here + TOKEN,
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "token_endpoint_auth_methods_supported": PROOFS,
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "scopes_supported": SCOPES,
    }


@router.get(JWKS)
async def jwks(identity: Here) -> JSONResponse:
    """The key by which the house says who somebody is."""
    return JSONResponse(await identity.apps.signing.public())


@router.post(TOKEN)
async def token(request: Request, identity: Here, here: Root) -> JSONResponse:
    """Exchange a code, a refresh token or a signed statement for an access token."""

    async def work(form: dict[str, str], basic: str) -> Any:
        return await identity.apps.exchanging.exchange(form, basic, here=here)

    return await _answered(request, work)


@router.post(INTROSPECT)
async def introspect(request: Request, identity: Here, here: Root) -> JSONResponse:
    """Say what one of the app's own tokens is good for. RFC 7662"""

    async def work(form: dict[str, str], basic: str) -> Any:
        return await identity.apps.connections.introspect(form, basic, here=here)

    return await _answered(request, work)


@router.post(REVOKE)
async def revoke(request: Request, identity: Here) -> JSONResponse:
    """Take back one of the app's own tokens. RFC 7009"""

    async def work(form: dict[str, str], basic: str) -> Any:
        await identity.apps.connections.revoke(form, basic)
        return {}

    return await _answered(request, work)


async def _answered(request: Request, work: Any) -> JSONResponse:
    """An answer that nobody keeps, or the error in the words of OAuth."""
    headers = {"cache-control": "no-store", "pragma": "no-cache"}
    try:
        scheme, _, basic = request.headers.get("authorization", "").partition(" ")
        proof = basic.strip() if scheme.lower() == "basic" else ""
        return JSONResponse(await work(await read_form(request), proof), headers=headers)
    except Refusal as refusal:
        if refusal.status == 401 and "authorization" in request.headers:
            headers["www-authenticate"] = 'Basic realm="apps"'
        told = {"error": refusal.error, "error_description": refusal.description}
        return JSONResponse(told, refusal.status, headers)


async def read_form(request: Request, *, most: int = LARGEST) -> dict[str, str]:
    """The form, each name once. https://www.rfc-editor.org/rfc/rfc6749#section-3.2

    Raises:
        Refusal: it is none, larger than so many bytes, or says something twice.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    wrong = Refusal("invalid_request", f"Send a form, {FORM}, with each name once.")
    if kind != FORM or len(body) > most:
        raise wrong
    try:
        found = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=30)
    except ValueError as error:
        raise wrong from error
    form = dict(found)
    if len(form) < len(found) or any("\0" in value for value in form.values()):
        raise wrong
    return {name: value for name, value in form.items() if value}

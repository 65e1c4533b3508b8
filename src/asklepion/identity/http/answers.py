"""What browsers and wallets send, as far as it is looked at."""

from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from asklepion.kit.http import root_of

from .doorkeepers import bearer_token, session_cookie
from .routes import Body, Here, Text

Part = Annotated[str, Field(max_length=32_768)]  # base64url


class Response(BaseModel):
    """A device's answer. https://www.w3.org/TR/webauthn-3/#sctn-parseRequestOptionsFromJSON"""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    clientDataJSON: Part
    authenticatorData: Part | None = None
    attestationObject: Part | None = None
    signature: Part | None = None
    userHandle: Part | None = None


class Credential(BaseModel):
    """What `PublicKeyCredential.toJSON` gives; the rest of it is not looked at."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    id: Part
    rawId: Part
    type: Annotated[str, Field(max_length=20)]
    response: Response

    @property
    def answer(self) -> dict[str, Any]:
        """As the verbs take it."""
        return self.model_dump(exclude_none=True)


class Answered(Body):
    """A device's answer."""

    credential: Credential


class Named(Answered):
    """A new passkey, and how its device is called."""

    name: Text


class Email(Body):
    """An e-mail address."""

    email: Text


class Token(Body):
    """The secret part of a one-time link, or what it was exchanged for."""

    token: Text


class Chosen(Body):
    """A wallet's address, and the chain that it is on."""

    address: Text
    chain: int


class Signed(Body):
    """A message, and a wallet's signature of it."""

    message: Annotated[str, Field(max_length=4_000)]
    signature: Text


def _root(request: Request) -> str:
    return root_of(request)


def _session(request: Request, identity: Here) -> bytes:
    if bearer_token(request.headers) is not None:
        return b""  # it alone says who calls: a cookie beside it may be somebody else's
    return identity.kept_session(session_cookie(request.headers))


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


Root = Annotated[str, Depends(_root)]
Kept = Annotated[bytes, Depends(_session)]
Address = Annotated[str, Depends(_address)]

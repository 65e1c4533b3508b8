"""An invented app that people connect to the house, as its makers would write it."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import FastAPI
from httpx import AsyncClient, Response
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from .conftest import knock

BACK = "https://charts.example/back"
LAUNCH = "https://charts.example/launch"
HERE = "http://localhost"
FHIR = f"{HERE}/fhir/R4"
TOKEN = "/api/smart/token"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LABORATORY = "category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory"
ALL = (
    "openid fhirUser profile launch launch/patient launch/encounter offline_access online_access"
    " patient/*.cruds user/*.cruds"
)


def challenge(verifier: str) -> str:
    """What PKCE tells first of what it tells later."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(kw_only=True)
class Chart:
    """One app: what the house calls it, and what it holds."""

    app: FastAPI
    id: str
    secret: str = ""
    key: RSAKey | ECKey | None = None
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = "s-1"

    def query(self, scope: str, **other: str) -> str:
        """What it writes into the address of the page where people decide."""
        asked = {
            "response_type": "code",
            "client_id": self.id,
            "redirect_uri": BACK,
            "scope": scope,
            "state": self.state,
            "aud": FHIR,
            "code_challenge": challenge(self.verifier),
            "code_challenge_method": "S256",
        } | other
        return urlencode({name: value for name, value in asked.items() if value})

    async def ask(self, person: AsyncClient, scope: str, **other: str) -> Response:
        """What the page asks the house before it shows anything."""
        body = {"query": self.query(scope, **other)}
        return await person.post("/api/identity/apps/ask", json=body)

    async def decided(
        self, person: AsyncClient, scope: str, *, patient: str = "", only: str = "", **other: str
    ) -> dict[str, str]:
        """What the app gets back once the person has said yes to all, or to some."""
        body = {
            "query": self.query(scope, **other),
            "scopes": (only or scope).split(),
            "patient": patient,
        }
        answer = await person.post("/api/identity/apps/decide", json=body)
        assert answer.status_code == 200, answer.text
        redirect = answer.json()["redirect"]
        assert redirect.startswith(f"{BACK}?")
        query = urlsplit(str(redirect)).query
        return {name: value[0] for name, value in parse_qs(query).items()}

    async def send(self, form: dict[str, str], path: str = TOKEN) -> Response:
        """A form to the house, proved as this app proves itself."""
        async with knock(self.app) as door:
            return await door.post(path, data=self.proof() | form)

    def proof(self, **claims: Any) -> dict[str, str]:
        """How it proves that it is itself."""
        if self.key is not None:
            return {"client_assertion_type": ASSERTION, "client_assertion": self.sign(**claims)}
        if self.secret:
            return {"client_id": self.id, "client_secret": self.secret}
        return {"client_id": self.id}

    def sign(self, **claims: Any) -> str:
        """A signed statement that it is itself; at noon on the first of March."""
        assert self.key is not None
        alg = "RS384" if isinstance(self.key, RSAKey) else "ES384"
        told: dict[str, Any] = {"iss": self.id, "sub": self.id, "aud": HERE + TOKEN}
        told |= {"jti": secrets.token_hex(8), "exp": 1772366400 + 120} | claims
        return jwt.encode({"alg": alg, "kid": self.key.kid}, told, self.key, [alg])

    async def exchange(self, code: str, **other: str) -> Response:
        """Bring a code to the token endpoint."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": BACK,
            "code_verifier": self.verifier,
        } | other
        return await self.send({name: value for name, value in form.items() if value})

    async def connect(self, person: AsyncClient, scope: str, **other: Any) -> dict[str, Any]:
        """All of it: ask, be allowed, exchange; returns the answer of the token endpoint."""
        back = await self.decided(person, scope, **other)
        assert back["state"] == self.state
        assert back["iss"] == HERE
        answer = await self.exchange(back["code"])
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def again(self, token: str, **other: str) -> Response:
        """Bring a refresh token to the token endpoint."""
        return await self.send({"grant_type": "refresh_token", "refresh_token": token} | other)


async def let_in(
    app: FastAPI, operator: AsyncClient, *, method: str = "none", scopes: str = ALL, **other: Any
) -> Chart:
    """Have the operator let the app in."""
    key: RSAKey | ECKey | None = None
    body: dict[str, Any] = {
        "name": "Growth Charts",
        "publisher": "Invented Apps",
        "method": method,
        "redirects": [BACK],
        "launch_url": LAUNCH,
        "scopes": scopes,
    }
    if method == "private_key_jwt":
        key = ECKey.generate_key("P-384", auto_kid=True)
        body["jwks"] = {"keys": [key.as_dict(private=False)]}
    answer = await operator.post("/api/identity/apps/clients", json=body | other)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    return Chart(app=app, id=told["id"], secret=told["secret"], key=key)


async def let_in_service(
    app: FastAPI, operator: AsyncClient, person: str, scopes: str = "system/*.rs"
) -> Chart:
    """Have the operator let a service in that acts for itself."""
    return await let_in(
        app,
        operator,
        method="private_key_jwt",
        scopes=scopes,
        redirects=[],
        launch_url="",
        person=person,
    )

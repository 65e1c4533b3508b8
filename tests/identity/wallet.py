"""A small app that holds credentials, by other hands: joserfc and the standards alone."""

import base64
import hashlib
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from httpx import AsyncClient, Response
from joserfc import jws
from joserfc.jwk import ECKey

GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"


def b64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def payload_of(jwt: str) -> dict[str, Any]:
    return json.loads(unb64(jwt.split(".")[1]))


@dataclass
class Wallet:
    """Fetches a credential by OpenID4VCI and shows it by OpenID4VP.

    Args:
        now: what its clock shows, in seconds since 1970.
    """

    http: AsyncClient
    now: float = field(default_factory=time.time)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    credential: str = ""

    def signed(
        self, header: dict[str, Any], claims: dict[str, Any], key: ECKey | None = None
    ) -> str:
        told = {"alg": "ES256", **header}
        return jws.serialize_compact(told, json.dumps(claims), key or self.key, ["ES256"])

    @property
    def public(self) -> dict[str, Any]:
        told = self.key.as_dict(private=False)
        return {name: told[name] for name in ("kty", "crv", "x", "y")}

    # Taking up an offer

    @staticmethod
    def read_offer(uri: str) -> dict[str, Any]:
        return json.loads(parse_qs(urlsplit(uri).query)["credential_offer"][0])

    async def token(self, offer: dict[str, Any], pin: str) -> Response:
        server = (await self.http.get("/.well-known/oauth-authorization-server")).json()
        assert server["issuer"] == offer["credential_issuer"]
        code = offer["grants"][GRANT]["pre-authorized_code"]
        form = {"grant_type": GRANT, "pre-authorized_code": code, "tx_code": pin}
        return await self.http.post(server["token_endpoint"], data=form)

    async def nonce(self) -> str:
        metadata = (await self.http.get("/.well-known/openid-credential-issuer")).json()
        return (await self.http.post(metadata["nonce_endpoint"])).json()["c_nonce"]

    def proof(self, audience: str, nonce: str, **changes: Any) -> str:
        header = {"typ": changes.pop("typ", "openid4vci-proof+jwt"), "jwk": self.public}
        claims = {"aud": audience, "iat": int(self.now), "nonce": nonce, **changes}
        return self.signed(header, claims)

    async def ask(self, token: str, kind: str, proof: str) -> Response:
        metadata = (await self.http.get("/.well-known/openid-credential-issuer")).json()
        body = {"credential_configuration_id": kind, "proofs": {"jwt": [proof]}}
        headers = {"authorization": f"Bearer {token}"}
        return await self.http.post(metadata["credential_endpoint"], json=body, headers=headers)

    async def take(self, uri: str, pin: str) -> str:
        """The whole way from an offer to a credential."""
        offer = self.read_offer(uri)
        token = (await self.token(offer, pin)).json()["access_token"]
        proof = self.proof(offer["credential_issuer"], await self.nonce())
        kind = offer["credential_configuration_ids"][0]
        answer = await self.ask(token, kind, proof)
        self.credential = answer.json()["credentials"][0]["credential"]
        return self.credential

    # Showing

    async def read_request(self, uri: str) -> dict[str, Any]:
        query = parse_qs(urlsplit(uri).query)
        text = (await self.http.get(query["request_uri"][0])).text
        claims = payload_of(text)
        assert claims["client_id"] == query["client_id"][0]
        return claims

    def shown(self, names: list[str], request: dict[str, Any], **changes: Any) -> str:
        """Some claims, with everything in them, bound to a request."""
        jwt, *rest = self.credential.split("~")
        texts = [text for text in rest if text]
        contents = {text: json.loads(unb64(text)) for text in texts}
        elements = [text for text, content in contents.items() if len(content) == 2]
        named = [t for t, content in contents.items() if len(content) == 3 and content[1] in names]
        chosen = named + (elements if "languages" in names else [])
        body = "~".join([jwt, *chosen, ""])
        claims = {
            "aud": request["client_id"],
            "nonce": request["nonce"],
            "iat": int(self.now),
            "sd_hash": b64(hashlib.sha256(body.encode()).digest()),
            **{name: value for name, value in changes.items() if name != "key"},
        }
        return body + self.signed({"typ": "kb+jwt"}, claims, changes.get("key"))

    async def answer(self, request: dict[str, Any], text: str, **changes: str) -> Response:
        wanted = request["dcql_query"]["credentials"][0]["id"]
        form = {"vp_token": json.dumps({wanted: [text]}), "state": request["state"], **changes}
        return await self.http.post(request["response_uri"], data=form)

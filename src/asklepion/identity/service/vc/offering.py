"""Offering a credential to an app outside. https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0.html"""

import json
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlencode

from asklepion.kit.clock import to_us
from asklepion.kit.errors import Conflict
from asklepion.kit.log import get_log

from ...engine.vc import did, jose
from ...engine.vc.did import Jwk
from ...engine.vc.errors import Unproven
from ...engine.vc.kinds import VCTS, Kind
from ...model import Caller
from ...store import accounts, apps, closing, issued
from ...store import asking as store
from ..apps.desk import Refusal
from .desk import Desk
from .holding import Holding
from .issuing import CHANGING, Issuing

log = get_log(__name__)

TOKEN, NONCE, CREDENTIAL = (
    f"/api/identity/vci/{name}" for name in ("token", "nonce", "credential")
)
GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
SCHEME = "openid-credential-offer://"
PROOF = "openid4vci-proof+jwt"
GOOD, TOKEN_GOOD = timedelta(minutes=10), timedelta(minutes=5)
NONCE_S, FRESH_S = 300, 300
TRIES = 5  # of the six digits; then the offer is dead
CODE, PIN, ACCESS, CHALLENGE = "vci-code", "vci-pin", "vci-token", "vci-nonce"  # kinds of tokens
DIGITS = 6


@dataclass(frozen=True, kw_only=True)
class Offered:
    """An offer, as its holder takes it to the app; the digits are told this once."""

    uri: str
    pin: str = field(repr=False)
    minutes: int


class Offering:
    """The house as an issuer towards apps that hold credentials."""

    def __init__(self, desk: Desk, issuing: Issuing, holding: Holding) -> None:
        self._desk = desk
        self._issuing = issuing
        self._holding = holding

    async def offer(self, caller: Caller, id: str, *, here: str) -> Offered:
        """Offer a copy of one's own credential to an app outside.

        Raises:
            NotFound: it is not the caller's.
            Conflict: this house did not issue it, or it does not stand.
        """
        held = await self._holding.find(caller, id)
        card = await self._holding.card(held)
        if not held.issued or card.state != "valid":
            hint = "Ask who issued it."
            raise Conflict("This house cannot offer that credential.", hint=hint)
        now, code = self._desk.clock.now(), self._desk.tokens.new()
        pin = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        offer = store.Offer(
            id=secrets.token_urlsafe(16),
            code=self._desk.tokens.kept(CODE, code),
            pin=self._desk.tokens.kept(PIN, f"{code}:{pin}"),
            account=caller.account,
            issued=held.issued,
            kind=held.kind,
            tries=0,
            is_used=0,
            expires_at=to_us(now + GOOD),
        )
        async with self._desk.db.begin() as tx:
            await store.forget_the_past(tx, now)
            await store.add_offer(tx, offer)
        told = self._told(held.kind, code, here)
        uri = (
            SCHEME + "?" + urlencode({"credential_offer": json.dumps(told, separators=(",", ":"))})
        )
        await self._holding.tell(caller.account, id, to="", how="app", names=())
        return Offered(uri=uri, pin=pin, minutes=GOOD // timedelta(minutes=1))

    def _told(self, kind: str, code: str, here: str) -> dict[str, Any]:
        pin = {"input_mode": "numeric", "length": DIGITS}
        return {
            "credential_issuer": here,
            "credential_configuration_ids": [kind],
            "grants": {GRANT: {"pre-authorized_code": code, "tx_code": pin}},
        }

    # What apps ask

    def metadata(self, here: str) -> dict[str, Any]:
        """What an app needs to know before it asks."""
        return {
            "credential_issuer": here,
            "credential_endpoint": here + CREDENTIAL,
            "nonce_endpoint": here + NONCE,
            "display": [{"name": "Asklepion", "locale": "en"}],
            "credential_configurations_supported": {
                str(kind): {
                    "format": "dc+sd-jwt",
                    "vct": vct,
                    "scope": str(kind),
                    "cryptographic_binding_methods_supported": ["jwk", "did:key"],
                    "credential_signing_alg_values_supported": [jose.ES256],
                    "proof_types_supported": {
                        "jwt": {"proof_signing_alg_values_supported": [*jose.ALGORITHMS, "EdDSA"]}
                    },
                    "credential_metadata": {"display": DISPLAY[kind]},
                }
                for kind, vct in VCTS.items()
            },
        }

    def server(self, here: str) -> dict[str, Any]:
        """Where an app exchanges its code. https://www.rfc-editor.org/rfc/rfc8414"""
        return {
            "issuer": here,
            "token_endpoint": here + TOKEN,
            "grant_types_supported": [GRANT],
            "token_endpoint_auth_methods_supported": ["none"],
            "response_types_supported": [],
            "pre-authorized_grant_anonymous_access_supported": True,
        }

    async def exchange(self, form: dict[str, str]) -> dict[str, Any]:
        """A token for a code and its six digits, once.

        Raises:
            Refusal: it is not good, or not any more.
        """
        if form.get("grant_type") != GRANT:
            raise Refusal("unsupported_grant_type", "Send a pre-authorised code.")
        code, pin = form.get("pre-authorized_code", ""), form.get("tx_code", "")
        if not code or not pin:
            raise Refusal("invalid_request", "Send the code, and the digits that the person has.")
        now, token = self._desk.clock.now(), self._desk.tokens.new()
        kept = self._desk.tokens.kept
        async with self._desk.db.begin() as tx:  # counted also where it fails
            offer = await store.try_offer(tx, kept(CODE, code), now)
        is_right = offer is not None and secrets.compare_digest(
            offer.pin, kept(PIN, f"{code}:{pin}")
        )
        if offer is None or offer.tries > TRIES or not is_right:
            log.info("offer refused", tries=offer.tries if offer else 0)
            raise Refusal("invalid_grant", "It is not good, or not any more.")
        async with self._desk.db.begin() as tx:
            if not await store.use_offer(tx, offer.id):
                raise Refusal("invalid_grant", "It is not good, or not any more.")
            await store.add_token(tx, kept(ACCESS, token), offer.id, now + TOKEN_GOOD)
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": int(TOKEN_GOOD.total_seconds()),
        }

    def nonce(self) -> str:
        """Something fresh for an app to sign; it is kept by nobody until it is used."""
        text = f"{secrets.token_urlsafe(16)}.{int(self._desk.now_s) + NONCE_S}"
        return f"{text}.{self._desk.tokens.kept(CHALLENGE, text).hex()}"

    def _is_nonce(self, nonce: Any) -> bool:
        text, _, mac = nonce.rpartition(".") if isinstance(nonce, str) else ("", "", "")
        expected = self._desk.tokens.kept(CHALLENGE, text).hex()
        if not secrets.compare_digest(mac.encode(errors="replace"), expected.encode()):
            return False
        return int(text.rpartition(".")[2]) > self._desk.now_s

    async def credential(self, token: str, body: Any, *, here: str) -> dict[str, Any]:
        """The credential, bound to the app's own key.

        Raises:
            Refusal: the token, what is asked for, or the proof is not good.
        """
        kept = self._desk.tokens.kept(ACCESS, token)
        async with self._desk.db.read() as tx:
            offer = await store.find_token(tx, kept, self._desk.clock.now())
        if offer is None:
            raise Refusal("invalid_token", "The token is not good, or not any more.", 401)
        asked = cast(dict[str, Any], body) if isinstance(body, dict) else {}
        if asked.get("credential_configuration_id") != offer.kind:
            raise Refusal("unknown_credential_configuration", "That was not offered.")
        key, nonce = self._proven(asked.get("proofs"), here)
        async with self._desk.db.begin() as tx:
            await tx.lock(CHANGING)  # no copy is made beside a revocation
            until = self._desk.clock.now() + timedelta(seconds=NONCE_S)
            if not await apps.is_new_assertion(tx, self._desk.tokens.kept(CHALLENGE, nonce), until):
                raise Refusal("invalid_nonce", "The nonce was used before. Ask for another.")
            if not await store.use_token(tx, kept):
                raise Refusal("invalid_token", "The token was used before.", 401)
            line = await issued.find(tx, offer.issued)
            account = await accounts.find(tx, offer.account)
            is_shut = await closing.is_shut(tx, offer.account, self._desk.clock.now())
            if line is None or account is None or is_shut:
                raise Refusal("credential_request_denied", "There is no such credential any more.")
            try:
                copy = await self._issuing.copy(tx, line, account)
            except Conflict as error:
                raise Refusal("credential_request_denied", error.message) from error
            claims = await self._issuing.opened(copy)
            text = await self._issuing.sign(copy, claims or {}, key, here)
        log.info("credential given to an app", id=copy.id)
        return {"credentials": [{"credential": text}]}

    def _proven(self, proofs: Any, here: str) -> tuple[Jwk, str]:
        """The app's key, and the nonce that it signed."""
        wrong = Refusal("invalid_proof", "Send one proof, a JWT signed with the app's own key.")
        found: Any = cast(dict[str, Any], proofs).get("jwt") if isinstance(proofs, dict) else None
        if not isinstance(found, list) or len(cast(list[Any], found)) != 1:
            raise wrong
        text = str(cast(list[Any], found)[0])
        try:
            header, _ = jose.read(text)
            key = _key_of(header)
            claims = jose.verify(text, key, typ=(PROOF,))
        except Unproven as error:
            raise wrong from error
        at = claims.get("iat")
        is_fresh = isinstance(at, int | float) and abs(self._desk.now_s - at) <= FRESH_S
        if claims.get("aud") != here or not is_fresh:
            raise wrong
        if not self._is_nonce(claims.get("nonce")):
            raise Refusal("invalid_nonce", "The nonce is not ours, or too old. Ask for another.")
        return key, claims["nonce"]


DISPLAY: dict[Kind, list[dict[str, str]]] = {
    Kind.LICENCE: [
        {"name": "Clinician's licence", "locale": "en"},
        {"name": "执业许可", "locale": "zh-CN"},
    ],
    Kind.BADGE: [{"name": "Badge", "locale": "en"}, {"name": "徽章", "locale": "zh-CN"}],
    Kind.MEMBERSHIP: [
        {"name": "Membership", "locale": "en"},
        {"name": "会员资格", "locale": "zh-CN"},
    ],
}


def _key_of(header: dict[str, Any]) -> Jwk:
    """The key that a proof names, its public parts alone."""
    jwk, kid = header.get("jwk"), header.get("kid")
    if isinstance(jwk, dict):
        told = cast(Jwk, jwk)
        if "d" in told:
            raise Unproven("form", "A proof tells a secret.")
        return {name: told[name] for name in ("kty", "crv", "x", "y") if name in told}
    return did.jwk_of(str(kid).partition("#")[0])

"""The token endpoint: from a code, a refresh token or a signed statement to an access token."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from asklepion.kit.clock import from_us, to_us
from asklepion.kit.db import Tx
from asklepion.kit.log import get_log

from ...engine import scopes as words
from ...engine.secrets import LONGEST_TOKEN
from ...model import Account, Client, Grant, Method
from ...store import accounts, apps, closing
from ...store.apps import ACCESS as ACCESS_KIND
from ...store.apps import REFRESH, CodeRow, TokenRow
from .authorizing import AUTH_CODE
from .desk import (
    ACCESS,
    ACCESS_TOKEN,
    FHIR,
    REFRESH_TOKEN,
    SERVICE,
    UNUSED,
    Desk,
    Refusal,
    bad_client,
    bad_grant,
)
from .proving import Proving
from .signing import Signing

log = get_log(__name__)

VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
Form = Mapping[str, str]


class Exchanging:
    """Gives tokens for what was given."""

    def __init__(self, desk: Desk, proving: Proving, signing: Signing) -> None:
        self._desk = desk
        self._proving = proving
        self._signing = signing

    async def exchange(self, form: Form, basic: str = "", *, here: str) -> dict[str, Any]:
        """The answer of the token endpoint. https://www.rfc-editor.org/rfc/rfc6749#section-5

        Args:
            basic: what stands behind "Basic" in the Authorization header.
            here: the address of this house.

        Raises:
            Refusal: the app is not itself, or what it holds is not good.
        """
        client = await self._proving.client(form, basic)
        match form.get("grant_type"):
            case "authorization_code":
                return await self._by_code(client, form, here)
            case "refresh_token":
                return await self._again(client, form)
            case "client_credentials":
                return await self._for_itself(client, form)
            case _:
                raise Refusal("unsupported_grant_type", "That is no way to get a token here.")

    # A code

    async def _by_code(self, client: Client, form: Form, here: str) -> dict[str, Any]:
        kept = self._desk.tokens.kept(AUTH_CODE, form.get("code", "")[:LONGEST_TOKEN])
        now = self._desk.clock.now()
        async with self._desk.db.begin() as tx:
            code, is_first = await apps.use_code(tx, kept) or (None, False)
            grant = await apps.find_grant(tx, code.grant) if code else None
            account = await accounts.find(tx, grant.account) if grant else None
            if code is None or grant is None or account is None:
                raise bad_grant()
            if await closing.is_shut(tx, account.id, now):
                raise bad_grant()
            answer: dict[str, Any] = {}
            if is_first and grant.client == client.id and _fits(code, form, now):
                await apps.forget_the_past(tx, now)
                answer = await self._tokens(tx, grant, grant.scopes)
            else:  # it got about: whatever was given for it is taken back
                await apps.end_grant(tx, grant.id)
        if not answer:
            log.warn("code refused", client=client.id, account=grant.account)
            raise bad_grant()
        if words.OPENID in grant.scopes:
            told = self._identity(account, client, grant, code.nonce, here)
            answer["id_token"] = await self._signing.sign(told)
        log.info("app connected", client=client.id, account=grant.account)
        return answer

    def _identity(
        self, account: Account, client: Client, grant: Grant, nonce: str, here: str
    ) -> dict[str, Any]:
        """Who the person is. https://openid.net/specs/openid-connect-core-1_0.html#IDToken"""
        now = int(self._desk.clock.now().timestamp())
        claims: dict[str, Any] = {"iss": here, "sub": account.id, "aud": client.id}
        claims |= {"iat": now, "exp": now + int(ACCESS.total_seconds())}
        if nonce:
            claims["nonce"] = nonce
        if words.FHIR_USER in grant.scopes and account.person:
            claims["fhirUser"] = f"{here}{FHIR}/{account.person}"
        if words.PROFILE in grant.scopes:
            claims["name"] = account.name
        return claims

    # Once more

    async def _again(self, client: Client, form: Form) -> dict[str, Any]:
        kept = self._desk.tokens.kept(REFRESH, form.get("refresh_token", "")[:LONGEST_TOKEN])
        now = self._desk.clock.now()
        async with self._desk.db.begin() as tx:
            token = await apps.find_token(tx, kept)
            grant = await apps.find_grant(tx, token.grant) if token else None
            if token is None or grant is None or token.kind != REFRESH or grant.client != client.id:
                raise bad_grant()
            given = token.scopes.split()
            asked = tuple(form.get("scope", "").split()) or tuple(given)
            if not set(asked) <= set(given):
                raise Refusal("invalid_scope", "That is more than was given.")
            is_over = from_us(token.expires_at) <= now or grant.ends_at <= now
            if grant.session and not await apps.has_session(tx, grant.session, now):
                is_over = True
            if await closing.is_shut(tx, grant.account, now):
                is_over = True
            answer: dict[str, Any] = {}
            if not is_over and await apps.use_token(tx, kept):
                await apps.forget_the_past(tx, now)
                answer = await self._tokens(tx, grant, asked, tuple(given))
            else:  # a copy of it was used before, by whomever: neither goes on
                await apps.end_grant(tx, grant.id)
        if not answer:
            log.warn("refresh refused", client=client.id, account=grant.account)
            raise bad_grant()
        return answer

    # Without a person

    async def _for_itself(self, client: Client, form: Form) -> dict[str, Any]:
        """https://hl7.org/fhir/smart-app-launch/STU2.2/backend-services.html"""
        if client.method != Method.KEYS or not client.account:
            raise Refusal("unauthorized_client", "This app acts for people, not for itself.")
        asked = words.split_scopes(form.get("scope", ""))
        given = tuple(
            text
            for text in words.within(asked, client.scopes)
            if text.startswith(f"{words.SYSTEM}/") and self._desk.can_keep(text)
        )
        if not given:
            raise Refusal("invalid_scope", "Nothing was asked for that may be asked for.")
        now = self._desk.clock.now()
        grant = Grant(
            id=self._desk.ids.new(),
            client=client.id,
            account=client.account,
            scopes=given,
            created_at=now,
            ends_at=now + SERVICE,
        )
        async with self._desk.db.begin() as tx:
            await apps.forget_the_past(tx, now)
            if await accounts.find(tx, client.account) is None:
                raise bad_client()
            if await closing.is_shut(tx, client.account, now):
                raise bad_client()
            await apps.add_grant(tx, grant)
            return await self._access(tx, grant, given, SERVICE)

    # Tokens

    async def _tokens(
        self, tx: Tx, grant: Grant, scopes: tuple[str, ...], whole: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """Everything that an app is given for a person's word.

        Args:
            whole: what the next refresh token is good for; else the same as the access token.
        """
        now = self._desk.clock.now()
        answer = await self._access(tx, grant, scopes, ACCESS)
        until = now + ACCESS
        if words.OFFLINE in grant.scopes or grant.session:
            token = REFRESH_TOKEN + self._desk.tokens.new()
            until = now + UNUSED
            row = TokenRow(grant.id, REFRESH, " ".join(whole or scopes), to_us(until), 0)
            await apps.add_token(tx, self._desk.tokens.kept(REFRESH, token), row)
            answer["refresh_token"] = token
        await apps.prolong_grant(tx, grant.id, until)
        if grant.patient:
            answer |= {"patient": grant.patient.partition("/")[2], "need_patient_banner": True}
        if grant.encounter:
            answer["encounter"] = grant.encounter
        return answer

    async def _access(
        self, tx: Tx, grant: Grant, scopes: tuple[str, ...], lasts: timedelta
    ) -> dict[str, Any]:
        token = ACCESS_TOKEN + self._desk.tokens.new()
        until = to_us(self._desk.clock.now() + lasts)
        row = TokenRow(grant.id, ACCESS_KIND, " ".join(scopes), until, 0)
        await apps.add_token(tx, self._desk.tokens.kept(ACCESS_KIND, token), row)
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": int(lasts.total_seconds()),
            "scope": " ".join(scopes),
        }


def _fits(code: CodeRow, form: Form, now: datetime) -> bool:
    """Whether whoever brings the code is whoever asked for it. RFC 7636, section 4.6."""
    verifier = form.get("code_verifier", "")
    if not VERIFIER.fullmatch(verifier) or from_us(code.expires_at) <= now:
        return False
    digest = hashlib.sha256(verifier.encode()).digest()
    made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    is_same_place = hmac.compare_digest(
        form.get("redirect_uri", "").encode(), code.redirect.encode()
    )
    return is_same_place and hmac.compare_digest(made, code.challenge)

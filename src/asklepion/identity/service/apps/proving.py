"""How an app proves at the token endpoint that it is itself."""

import asyncio
import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import unquote_plus

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from asklepion.kit.clock import from_us
from asklepion.kit.errors import Incorrect

from ...engine.keysets import ALGORITHMS, read_keys
from ...engine.secrets import LONGEST_TOKEN
from ...model import Client, Method
from ...store import apps
from ..outside import Unfit
from .clients import CLIENT_SECRET
from .desk import TOKEN, Desk, Refusal, bad_client
from .publishing import Published

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST = 8192  # characters of an assertion
LASTS = timedelta(minutes=5)  # the longest that an assertion may be good
SKEW = timedelta(seconds=30)  # how far another clock may be off
Form = Mapping[str, str]


class Proving:
    """Finds out which app asks, and whether it is."""

    def __init__(self, desk: Desk, published: Published) -> None:
        self._desk = desk
        self._published = published

    async def client(self, form: Form, basic: str = "", *, is_proved: bool = False) -> Client:
        """The app that sent a form.

        Args:
            basic: what stands behind "Basic" in the Authorization header.
            is_proved: an app that cannot keep a secret is not enough.

        Raises:
            Refusal: it did not prove itself, by the way that it was let in with.
        """
        ways = [bool(basic), "client_secret" in form, "client_assertion" in form]
        if sum(ways) > 1:
            raise Refusal("invalid_request", "The app proves itself in two ways.")
        if "client_assertion" in form:
            return await self._by_assertion(form)
        if basic:
            id, secret = _basic(basic)
        else:
            id, secret = form.get("client_id", ""), form.get("client_secret", "")
        client = await self._find(id)
        if form.get("client_id", id) != id or client is None:
            raise bad_client()
        if client.method == Method.NONE and not any(ways) and not is_proved:
            return client
        if client.method != Method.SECRET or not 0 < len(secret) <= LONGEST_TOKEN:
            raise bad_client()
        kept = self._desk.tokens.kept(CLIENT_SECRET, secret)
        if not hmac.compare_digest(kept, client.secret):
            raise bad_client()
        return client

    async def _find(self, id: str) -> Client | None:
        if not 0 < len(id) <= LONGEST_TOKEN:
            return None
        async with self._desk.db.read() as tx:
            return await apps.find_client(tx, id)

    async def _by_assertion(self, form: Form) -> Client:
        """By a signed statement. https://www.rfc-editor.org/rfc/rfc7523#section-3"""
        text = form["client_assertion"]
        if form.get("client_assertion_type") != ASSERTION or len(text) > LONGEST:
            raise bad_client()
        header, claimed = _parts(text)
        id = claimed.get("iss")
        client = await self._find(id) if isinstance(id, str) else None
        if client is None or client.method != Method.KEYS or form.get("client_id", id) != id:
            raise bad_client()
        if header.get("alg") not in ALGORITHMS:
            raise bad_client()
        if header.get("jku", client.jwks_uri) != client.jwks_uri:  # not where an operator said
            raise bad_client()
        keys = await self._keys(client, str(header.get("kid", "")))
        claims = await asyncio.to_thread(_verified, text, keys, str(header.get("kid", "")))
        until = self._require_claims(client, claims)
        kept = self._desk.tokens.kept("assertion", f"{client.id}:{claims['jti']}")
        async with self._desk.db.begin() as tx:
            if not await apps.is_new_assertion(tx, kept, until + SKEW):
                raise bad_client()
        return client

    async def _keys(self, client: Client, kid: str) -> KeySet:
        try:
            if not client.jwks_uri:
                return read_keys(json.loads(client.jwks))
            keys = read_keys(await self._published.keys(client.jwks_uri))
            if all(key.kid != kid for key in keys):
                keys = read_keys(await self._published.keys(client.jwks_uri, is_missing=True))
        except (Incorrect, Unfit) as error:
            raise bad_client() from error
        return keys

    def _require_claims(self, client: Client, claims: Mapping[str, Any]) -> datetime:
        """Until when it is good.

        Raises:
            Refusal: it is not by this app, not for this house, or not of now.
        """
        now = self._desk.clock.now()
        audience = claims.get("aud")
        meant = cast(list[Any], audience) if isinstance(audience, list) else [audience]
        # Where the house is not told its address, the one it was called by when the app was let
        # in counts: the address of this request is whatever its sender wrote into it.
        here = (self._desk.address or client.address) + TOKEN
        if claims.get("iss") != client.id or claims.get("sub") != client.id or here not in meant:
            raise bad_client()
        until, jti = _moment(claims.get("exp")), claims.get("jti")
        if until is None or not now - SKEW < until <= now + LASTS + SKEW:
            raise bad_client()
        for name in ("iat", "nbf"):
            begin = _moment(claims[name]) if name in claims else now
            if begin is None or begin > now + SKEW:
                raise bad_client()
        if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_TOKEN:
            raise bad_client()
        return until


def _basic(text: str) -> tuple[str, str]:
    """Id and secret. https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1"""
    try:
        id, _, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise bad_client() from error
    return unquote_plus(id), unquote_plus(secret)


def _parts(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims as they are said, not yet believed."""
    try:
        parts = [
            json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
            for part in text.split(".")[:2]
        ]
        header, claims = parts
    except (ValueError, RecursionError) as error:
        raise bad_client() from error
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise bad_client()
    return cast(dict[str, Any], header), cast(dict[str, Any], claims)


def _verified(text: str, keys: KeySet, kid: str) -> Mapping[str, Any]:
    """The claims, signed by one of these keys, and by no other way of signing than ours."""
    try:
        key = next(key for key in keys if key.kid == kid)
        return jwt.decode(text, key, algorithms=list(ALGORITHMS)).claims
    except (StopIteration, JoseError, ValueError, TypeError) as error:
        raise bad_client() from error


def _moment(value: Any) -> datetime | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 < value < 1e11:
        return None
    return from_us(int(value * 1_000_000))

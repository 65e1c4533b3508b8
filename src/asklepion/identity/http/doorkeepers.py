"""Two ASGI middlewares: one finds out who calls, one turns away what another site sent."""

import time
from collections.abc import Iterable
from functools import partial
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from asklepion.kit.http import Outcome, outcome

from ..model import Caller
from ..service import INTROSPECT, JWKS, REVOKE, TOKEN, Identity

COOKIE = "asklepion_session"
SAFE = {"GET", "HEAD", "OPTIONS"}
PORTS = {"http": 80, "https": 443}

AGAIN_S = 10.0  # how long a line may say and hear things before it is asked again who it is
ENDED: dict[str, Message] = {
    "http": {"type": "http.response.body", "body": b"", "more_body": False},
    "websocket": {"type": "websocket.close", "code": 4401, "reason": "stranger"},
}

# What an app's token opens, and nothing else: FHIR, and of its operations these.
APPS_REACH = "/fhir/R4"
APPS_RUN = frozenset({"$everything", "$validate"})
NOT_FOR_APPS = "Subscription"  # it would go on when the app's token is over
# Where apps prove themselves by what they send: no cookie counts, so any page may send it.
BY_PROOF = (TOKEN, INTROSPECT, REVOKE)
# What a page of another origin may read: apps that live in a browser. Never with a cookie.
SHARED = (
    *(APPS_REACH, JWKS, "/.well-known/openid-configuration", "/.well-known/did.json"),
    *("/.well-known/openid-credential-issuer", "/.well-known/oauth-authorization-server"),
    *BY_PROOF,
)
# Where apps that hold credentials come: they too prove themselves by what they send.
HOLDERS = ("/api/identity/vci/", "/api/identity/requests/")
SHARED_BELOW = (f"{APPS_REACH}/", "/api/identity/status/", *HOLDERS)
CORS_HEADERS = "authorization, content-type, accept, prefer, if-match, if-none-match, if-none-exist"

_Place = tuple[str, str, int]  # scheme, host, port


def session_cookie(headers: Headers) -> str | None:
    """The session's token in a request's cookies."""
    for line in headers.getlist("cookie"):
        for part in line.split(";"):
            name, _, value = part.strip().partition("=")
            if name == COOKIE:
                return value.strip('"')
    return None


def bearer_token(headers: Headers) -> str | None:
    """The bearer token of a request. https://www.rfc-editor.org/rfc/rfc6750#section-2.1"""
    scheme, _, token = headers.get("authorization", "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


class SessionEnded(Exception):
    """Whoever held this line is signed in no more."""


class Recognise:
    """Finds out who calls, for requests and sockets, before anything else is done.

    A line that stays open is asked again, before more is said on it or heard: when a session ends,
    by signing out elsewhere, by a new password or by its time, every line that it opened ends too.
    """

    def __init__(self, app: ASGIApp, *, identity: Identity) -> None:
        self._app = app
        self._identity = identity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ENDED:
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        asked = partial(
            self._identity.recognise, cookie=session_cookie(headers), bearer=bearer_token(headers)
        )
        caller = scope.setdefault("state", {})["caller"] = await asked()
        if not caller.is_known:
            return await self._app(scope, receive, send)
        if caller.app is not None and not is_open_to_apps(scope["path"]):
            return await _bar(scope, receive, send)
        asked_at = time.monotonic()

        async def ask_again() -> None:
            nonlocal asked_at
            if time.monotonic() - asked_at < AGAIN_S:
                return
            asked_at = time.monotonic()
            if not is_still(await asked(), caller):
                await send(ENDED[scope["type"]])
                raise SessionEnded

        async def hear() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive":
                await ask_again()
            return message

        async def say(message: Message) -> None:
            if message["type"] in ("http.response.body", "websocket.send"):
                await ask_again()
            await send(message)

        try:
            await self._app(scope, hear, say)
        except* SessionEnded:
            pass


def is_still(now: Caller, then: Caller) -> bool:
    """Whether somebody is who they were when they came, and may still be all that they were."""
    is_same_person = not then.person or now.person == then.person  # it may come, but not change
    return now.account == then.account and is_same_person and now.roles >= then.roles


def is_open_to_apps(path: str) -> bool:
    """Whether an app's token counts at an address: what nobody named is closed to it."""
    if path != APPS_REACH and not path.startswith(f"{APPS_REACH}/"):
        return False
    parts = path.removeprefix(APPS_REACH).split("/")
    if parts[1:2] == [NOT_FOR_APPS]:
        return False
    return all(part in APPS_RUN for part in parts if part.startswith("$"))


async def _bar(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        return await send({"type": "websocket.close", "code": 1008})
    body = outcome("forbidden", "An app may not do that.", "Ask FHIR below /fhir/R4.")
    await Outcome(body, 403)(scope, receive, send)


class Share:
    """Lets pages of other origins read what apps need. https://fetch.spec.whatwg.org/#http-cors-protocol

    Without credentials: what such a page asks with comes from its own hands, never from a cookie.

    Args:
        also: further paths, of other rooms.
    """

    def __init__(self, app: ASGIApp, *, also: tuple[str, ...] = ()) -> None:
        self._app = app
        self._also = also

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._is_shared(scope["path"]):
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        if headers.get("origin") is None:
            return await self._app(scope, receive, send)
        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            told = {
                "access-control-allow-origin": "*",
                "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
                "access-control-allow-headers": CORS_HEADERS,
                "access-control-max-age": "600",
                "vary": "origin",
            }
            return await Response(status_code=204, headers=told)(scope, receive, send)

        async def shared(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    (b"access-control-allow-origin", b"*"),
                    (b"access-control-expose-headers", b"etag, last-modified, location"),
                    (b"vary", b"origin"),
                ]
            await send(message)

        await self._app(scope, receive, shared)

    def _is_shared(self, path: str) -> bool:
        return path in (*SHARED, *self._also) or path.startswith(SHARED_BELOW)


class SameOrigin:
    """Turns away what another site made a browser send.

    Whatever changes something, and every socket, must come from a page of this house where it comes
    from a browser. A bearer token proves that by itself: no other site can send it.

    Args:
        origins: further origins that are this house's own, such as https://clinic.example.
        for_all: path prefixes below which nobody's session counts, so that any site may call them.
        at: paths, and nothing below them, of which the same is true.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        origins: Iterable[str] = (),
        for_all: tuple[str, ...] = (),
        at: tuple[str, ...] = (),
    ) -> None:
        self._app = app
        self._for_all = for_all
        self._at = at
        self._own = {place for origin in origins if (place := _place(origin))}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in SAFE:
            return await self._app(scope, receive, send)
        if scope["type"] == "http" and self._for_all and scope["path"].startswith(self._for_all):
            return await self._app(scope, receive, send)
        if scope["type"] == "http" and scope["path"] in self._at:
            return await self._app(scope, receive, send)
        if scope["type"] not in ("http", "websocket") or self._is_ours(scope):
            return await self._app(scope, receive, send)
        if scope["type"] == "websocket":  # refused before it opens: HTTP 403
            return await send({"type": "websocket.close", "code": 1008})
        hint = "Use the house's own pages, or a bearer token."
        body = outcome("forbidden", "The request came from another site.", hint)
        await JSONResponse(body, 403)(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        if bearer_token(headers) is not None:
            return True
        is_proven = scope["path"] in BY_PROOF or scope["path"].startswith(HOLDERS)
        if scope["type"] == "http" and is_proven:
            return True
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if origin is None and site is None:
            return session_cookie(headers) is None  # no browser, and nothing of a browser's
        place = None if origin is None else _place(origin)
        if place in self._own:
            return True
        if origin is not None and not _is_at(place, headers.get("host", ""), scope["scheme"]):
            return False
        return site in (None, "same-origin", "none")


def _is_at(place: _Place | None, host: str, scheme: str) -> bool:
    """Whether a page came from the host that was called, and not less safely than it was called.

    A proxy may have taken the encryption off on the way, so a safer page is as good.
    """
    if place is None or (scheme in ("https", "wss") and place[0] != "https"):
        return False
    return place == _place(f"{place[0]}://{host}")


def _place(origin: str) -> _Place | None:
    """Scheme, host and port; an origin that is opaque or broken is nowhere."""
    try:
        parts = urlsplit(origin)
        port = parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    return (parts.scheme, parts.hostname.casefold(), port) if parts.hostname else None

"""Asking somebody to show something. https://openid.net/specs/openid-4-verifiable-presentations-1_0.html"""

import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from asklepion.kit.clock import from_us, to_iso, to_us
from asklepion.kit.errors import Incorrect, NotFound
from asklepion.kit.log import get_log

from ...engine.limits import PER_READER, neighbourhood
from ...engine.vc import dcql, jose, strict
from ...engine.vc.errors import Unproven
from ...engine.vc.kinds import VCTS, Kind
from ...model import Caller
from ...store import accounts
from ...store import asking as store
from ..apps.desk import Refusal
from .desk import Desk, owner_of
from .issuers import Issuers
from .proving import Proving
from .values import Verdict

log = get_log(__name__)

REQUESTS = "/api/identity/requests/"
SCHEME = "openid4vp://authorize"
DID, REDIRECT = "decentralized_identifier:", "redirect_uri:"
TYPE = "oauth-authz-req+jwt"
ANYBODY = "https://self-issued.me/v2"  # whom a request is for that anybody may answer
OPEN, KEPT = timedelta(minutes=10), timedelta(hours=1)
NAMES_MOST = 20
# What is said of the state of something real; whatever else fails is no answer at all.
SAID = frozenset({"", "expired", "early", "revoked", "suspended", "status"})


@dataclass(frozen=True, kw_only=True)
class Request:
    """What somebody is asked to show, as whoever asks sees it."""

    id: str
    uri: str
    expires_at: datetime
    shown: tuple[Verdict, ...] | None = field(default=None, repr=False)  # none: not yet


class Requesting:
    """The house as a reader of what others show."""

    def __init__(self, desk: Desk, issuers: Issuers, proving: Proving) -> None:
        self._desk = desk
        self._issuers = issuers
        self._proving = proving

    async def ask(self, caller: Caller, kind: Kind, names: list[str], *, here: str) -> Request:
        """Ask for some claims of a kind of credential.

        Raises:
            Incorrect: nothing is asked for, or too much.
        """
        caller.require_known()
        if not 0 < len(names) <= NAMES_MOST:
            raise Incorrect("Nothing is asked for.", hint="Choose a claim or more.")
        claims = [{"path": [name, None] if name == "languages" else [name]} for name in names]
        wanted = {
            "id": str(kind),
            "format": dcql.FORMAT,
            "meta": {"vct_values": [VCTS[kind]]},
            "claims": claims,
        }
        try:
            dcql.query_of({"credentials": [wanted]})
        except Unproven as error:
            raise Incorrect(error.message) from error
        issuer, _, _ = await self._issuers.signer()
        now = self._desk.clock.now()
        request = store.Request(
            id=secrets.token_urlsafe(16),
            account=caller.account,
            nonce=secrets.token_urlsafe(24),
            state=secrets.token_urlsafe(16),
            client=DID + issuer,
            query=json.dumps({"credentials": [wanted]}),
            created_at=to_us(now),
            expires_at=to_us(now + OPEN),
            answered_at=0,
            body=b"",
        )
        async with self._desk.db.begin() as tx:
            await store.forget_the_past(tx, now)
            await store.add_request(tx, request)
        return await self._view(request, here)

    async def read(self, caller: Caller, id: str, *, here: str) -> Request:
        """What became of a request of one's own.

        Raises:
            NotFound: it is another's, or over.
        """
        caller.require_known()
        request = await self._find(id)
        if request.account != caller.account:
            raise NotFound("There is no such request.")
        return await self._view(request, here)

    async def _find(self, id: str) -> store.Request:
        async with self._desk.db.read() as tx:
            request = await store.find_request(tx, id, self._desk.clock.now())
        if request is None:
            raise NotFound("There is no such request, or not any more.")
        return request

    async def _view(self, request: store.Request, here: str) -> Request:
        where = f"{here}{REQUESTS}{request.id}/object"
        uri = f"{SCHEME}?{urlencode({'client_id': request.client, 'request_uri': where})}"
        shown: tuple[Verdict, ...] | None = None
        if request.answered_at:
            body = await self._desk.open(request.body, f"answer {request.id}")
            shown = tuple(_verdict(each) for each in json.loads(body or b"[]"))
        return Request(id=request.id, uri=uri, expires_at=from_us(request.expires_at), shown=shown)

    # What apps ask

    async def object(self, id: str, *, here: str) -> str:
        """The request, signed by the house, so that an app knows who asks.

        Raises:
            NotFound: it is over.
        """
        request = await self._find(id)
        if request.answered_at:
            raise NotFound("It was answered.")
        _, kid, key = await self._issuers.signer()
        formats = {"sd-jwt_alg_values": [*jose.ALGORITHMS], "kb-jwt_alg_values": [*jose.ALGORITHMS]}
        claims = {
            "iss": request.client,
            "aud": ANYBODY,
            "iat": int(self._desk.now_s),
            "exp": request.expires_at // 1_000_000,
            "response_type": "vp_token",
            "response_mode": "direct_post",
            "client_id": request.client,
            "response_uri": f"{here}{REQUESTS}{id}/answer",
            "nonce": request.nonce,
            "state": request.state,
            "dcql_query": json.loads(request.query),
            "client_metadata": {"vp_formats_supported": {dcql.FORMAT: formats}},
        }
        return jose.sign({"typ": TYPE, "kid": kid}, claims, key)

    async def answer(self, id: str, form: dict[str, str], *, address: str = "") -> dict[str, Any]:
        """Take what an app shows, once.

        Args:
            address: from which it comes; empty: from somebody who is signed in here.

        Raises:
            Busy: too much came from there that other houses had to be asked for.
            NotFound: the request is over.
            Refusal: it is no answer to this request.
        """
        request = await self._find(id)
        if not secrets.compare_digest(
            form.get("state", "").encode(errors="replace"), request.state.encode()
        ):
            raise Refusal("invalid_request", "The state is not this request's.")
        texts = self._texts(form.get("vp_token", ""), request)
        for text in texts:
            await self._count(text, address)
        verdicts = [
            await self._proving.prove(text, audience=request.client, nonce=request.nonce)
            for text in texts
        ]
        for verdict in verdicts:
            if verdict.why not in SAID:
                log.info("answer refused", why=verdict.why)
                raise Refusal("invalid_request", f"What was shown proves nothing: {verdict.why}.")
        self._require_asked(request, verdicts)
        async with self._desk.db.begin() as tx:
            account = await accounts.find(tx, request.account)
            if account is None:
                raise NotFound("There is no such request, or not any more.")
            text = json.dumps([_json(verdict) for verdict in verdicts]).encode()
            body = await self._desk.seal(owner_of(account), text, f"answer {id}")
            now = self._desk.clock.now()
            if not await store.answer_request(tx, id, body, now, now + KEPT):
                raise Refusal("invalid_request", "It was answered before.")
        return {}

    async def _count(self, text: str, address: str) -> None:
        """Let no stranger send the house to ask others again and again."""
        try:
            issuer = str(jose.read(text.partition("~")[0])[1].get("iss", ""))
        except Unproven:  # nobody will be asked
            return
        is_known = self._issuers.is_trusted(issuer) or await self._issuers.is_own(issuer)
        if address and not is_known:
            await self._desk.trying.begin((PER_READER, neighbourhood(address)))

    def _texts(self, token: str, request: store.Request) -> list[str]:
        try:
            found: Any = strict.loads(token)
        except (ValueError, RecursionError) as error:
            raise Refusal("invalid_request", "The vp_token is no JSON.") from error
        wanted = dcql.query_of(json.loads(request.query)).credentials[0].id
        shown: Any = cast(dict[str, Any], found).get(wanted) if isinstance(found, dict) else None
        several = cast(list[Any], shown) if isinstance(shown, list) else []
        if len(several) != 1 or not isinstance(several[0], str):
            raise Refusal("invalid_request", "What was asked for is not in it.")
        return [several[0]]

    def _require_asked(self, request: store.Request, verdicts: list[Verdict]) -> None:
        wanted = dcql.query_of(json.loads(request.query)).credentials[0]
        for verdict in verdicts:
            if wanted.paths({**verdict.claims, "vct": verdict.vct}) is None:
                raise Refusal("invalid_request", "What was shown is not what was asked for.")


def _json(verdict: Verdict) -> dict[str, Any]:
    return {
        "why": verdict.why,
        "issuer": verdict.issuer,
        "is_here": verdict.is_here,
        "is_trusted": verdict.is_trusted,
        "kind": verdict.kind,
        "vct": verdict.vct,
        "claims": verdict.claims,
        "until": verdict.until and to_iso(verdict.until),
        "checked_at": to_iso(verdict.checked_at),
    }


def _verdict(told: dict[str, Any]) -> Verdict:
    until, kind = told["until"], told["kind"]
    values: dict[str, Any] = {
        **told,
        "kind": Kind(kind) if kind else None,
        "until": until and datetime.fromisoformat(until),
        "checked_at": datetime.fromisoformat(told["checked_at"]),
    }
    return Verdict(**values)

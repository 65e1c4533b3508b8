"""Receiving a credential from another house, as an app that holds credentials does."""

from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from asklepion.kit.db import Tx
from asklepion.kit.errors import Conflict, Forbidden, Incorrect
from asklepion.kit.log import get_log

from ...engine.vc import jose, pairwise, sdjwt, strict
from ...engine.vc.errors import Unproven
from ...engine.vc.status import Status
from ...model import Caller
from ...store import accounts
from ..outside import Letter, Reach, Unfit, as_json, form
from .desk import Desk
from .holding import Holding
from .home import Home
from .issuing import CHANGING
from .lists import Lists
from .offering import GRANT, PROOF
from .proving import Proving
from .values import Card

log = get_log(__name__)

LONGEST = 16_384  # characters of an offer
CANNOT = "That offer cannot be taken up."


class Receiving:
    """Takes up offers for those who hold their credentials here."""

    def __init__(
        self, desk: Desk, holding: Holding, proving: Proving, lists: Lists, home: Home
    ) -> None:
        self._desk = desk
        self._holding = holding
        self._proving = proving
        self._lists = lists
        self._home = home

    async def receive(self, caller: Caller, offer: str, pin: str, *, here: str) -> Card:
        """Take up an offer, look at what was given, and hold it.

        Args:
            offer: the text behind its QR code.
            pin: the digits that came with it, if any.

        Raises:
            Incorrect: it is no offer, or what was given proves nothing.
            Forbidden: the digits are wrong, or the offer is over.
            Conflict: the other house is not to be reached.
        """
        caller.require_known()
        reach = self._home.reach(here)
        try:
            told = await self._read(offer, reach)
            return await self._fetch(caller, told, pin, reach)
        except Unfit as error:
            hint = "Check it, or try again later."
            raise Conflict("The other house is not to be reached.", hint=hint) from error
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            raise Incorrect(CANNOT, hint="Ask for another.") from error

    async def _read(self, offer: str, reach: Reach) -> dict[str, Any]:
        text = offer.strip()
        if len(text) > LONGEST:
            raise Incorrect(CANNOT, hint="It is very long.")
        query = parse_qs(urlsplit(text).query) if not text.startswith("{") else {}
        if uri := query.get("credential_offer_uri"):
            return (await reach(Letter(address=uri[0]))).json()
        inner = query.get("credential_offer", [text])[0]
        try:
            return strict.loads(inner)
        except (ValueError, RecursionError) as error:
            raise Incorrect("That is no offer.", hint="Copy the whole text.") from error

    async def _fetch(self, caller: Caller, told: Any, pin: str, reach: Reach) -> Card:
        issuer = str(told["credential_issuer"]).rstrip("/")
        grant = told["grants"][GRANT]
        wanted = str(told["credential_configuration_ids"][0])
        metadata = await _metadata(issuer, "openid-credential-issuer", reach)
        if str(metadata["credential_issuer"]).rstrip("/") != issuer:
            raise Incorrect(CANNOT, hint="Its issuer calls itself otherwise.")
        server = (metadata.get("authorization_servers") or [issuer])[0]
        found = await _metadata(str(server), "oauth-authorization-server", reach)
        values = {"grant_type": GRANT, "pre-authorized_code": str(grant["pre-authorized_code"])}
        if "tx_code" in grant:
            values["tx_code"] = pin.strip()
        reply = await reach(form(str(found["token_endpoint"]), values))
        if reply.status != 200:
            hint = "Check the digits, or ask for another."
            raise Forbidden("The offer was refused.", hint=hint)
        token = str(reply.json()["access_token"])
        return await self._claim(caller, issuer, wanted, metadata, token, reach)

    async def _claim(
        self,
        caller: Caller,
        issuer: str,
        wanted: str,
        metadata: dict[str, Any],
        token: str,
        reach: Reach,
    ) -> Card:
        nonce = ""
        if metadata.get("nonce_endpoint"):
            reply = await reach(Letter(address=str(metadata["nonce_endpoint"]), method="POST"))
            nonce = str(reply.json()["c_nonce"])
        id = self._desk.ids.new()
        async with self._desk.db.begin() as tx:
            account = await accounts.find(tx, caller.account)
            if account is None:
                raise Forbidden("Only people hold credentials.")
            key = await self._holding.key(tx, account, id)
        header = {"typ": PROOF, "jwk": pairwise.public(key)}
        claims = {
            "aud": issuer,
            "iat": int(self._desk.now_s),
            **({"nonce": nonce} if nonce else {}),
        }
        body = {
            "credential_configuration_id": wanted,
            "proofs": {"jwt": [jose.sign(header, claims, key)]},
        }
        endpoint = str(metadata["credential_endpoint"])
        reply = await reach(as_json(endpoint, body, bearer=token))
        if reply.status != 200:
            raise Forbidden("The credential was refused.", hint="Ask for another offer.")
        text = str(reply.json()["credentials"][0]["credential"])
        proven = await self._require_ours(text, pairwise.public(key))
        async with self._desk.db.begin() as tx:
            await tx.lock(CHANGING)
            issued = await self._line(tx, proven, account.id)
            held = await self._holding.keep(tx, account, id=id, text=text, issued=issued)
        log.info("credential received", credential=id)
        return await self._holding.card(held)

    async def _line(self, tx: Tx, claims: dict[str, Any], account: str) -> str:
        """The line of our own register that this is a copy of, if it is about the same account."""
        line = await self._lists.line_of(tx, claims)
        if line is None or line.account != account:
            return ""
        if line.state != Status.VALID:
            raise Incorrect("What was given proves nothing.", hint="It does not stand any more.")
        return line.parent or line.id

    async def _require_ours(self, text: str, key: dict[str, str]) -> dict[str, Any]:
        """Hold nothing that proves nothing, or that is bound to another's key."""
        try:
            claims = await self._proving.require(text)
        except Unproven as error:
            raise Incorrect("What was given proves nothing.", hint=error.message) from error
        confirmed: Any = claims.get("cnf")
        jwk: Any = cast(dict[str, Any], confirmed).get("jwk") if isinstance(confirmed, dict) else {}
        if {name: jwk.get(name) for name in key} != key or sdjwt.parse(text).binding:
            raise Incorrect("What was given is bound to another's key.")
        return claims


async def _metadata(issuer: str, name: str, reach: Reach) -> dict[str, Any]:
    """https://www.rfc-editor.org/rfc/rfc8414#section-3.1"""
    parts = urlsplit(issuer)
    where = f"{parts.scheme}://{parts.netloc}/.well-known/{name}{parts.path.rstrip('/')}"
    reply = await reach(Letter(address=where))
    if reply.status != 200:
        raise Unfit("no metadata")
    return reply.json()

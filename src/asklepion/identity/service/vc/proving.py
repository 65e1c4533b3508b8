"""Proving: what something that was shown is worth."""

from functools import partial
from typing import Any

from asklepion.kit.clock import from_us

from ...engine.vc import jose, sdjwt
from ...engine.vc.did import Jwk
from ...engine.vc.errors import Unproven
from ...engine.vc.kinds import kind_of
from ...engine.vc.status import Status
from .desk import Desk
from .examining import Examining, Looking
from .holding import FOREVER
from .issuers import Issuers
from .kept import readable
from .lists import Lists
from .values import Verdict

SD_JWT = "sd-jwt"
BOUND = {"binding": "stale", "audience": "", "nonce": ""}  # and what else each fails by
STEPS = ("form", "signature", *BOUND, "time", "status")


class Proving:
    """Looks at the issuer's signature, the holder's proof, the time, the state, in this order."""

    def __init__(self, desk: Desk, issuers: Issuers, lists: Lists) -> None:
        self._desk = desk
        self._issuers = issuers
        self._lists = lists

    async def prove(self, text: str, *, audience: str, nonce: str, may_ask: bool = True) -> Verdict:
        """What a presentation proves; `why` says why not.

        Args:
            audience: to whom it must have been shown.
            nonce: the question that it must answer.
            may_ask: whether the house goes and asks an issuer whom it does not know.
        """
        looking = Looking(self._desk.clock, SD_JWT)
        try:
            with looking.at("form"):
                sdjwt.parse(text)
            with looking.at("signature") as by:
                claims = await self._claims(text, may_ask=may_ask)
                by.append(str(claims.get("iss", "")))
            looking.tell(**await self._told(claims))
            self._require_bound(looking, text, audience=audience, nonce=nonce)
            with looking.at("time"):
                sdjwt.require_in_force(claims, self._desk.now_s)
            with looking.at("status"):
                _require_standing(await self._lists.state_of(claims, may_ask=may_ask))
        except Unproven as error:
            return looking.end(error.why, STEPS)
        return looking.end("", STEPS)

    def _require_bound(self, looking: Looking, text: str, *, audience: str, nonce: str) -> None:
        """By its holder, for us, for this question; told one by one."""
        failed: Unproven | None = None
        try:
            sdjwt.verify_binding(text, audience=audience, nonce=nonce, now_s=self._desk.now_s)
        except Unproven as error:
            failed = error
        for what in BOUND:
            with looking.at(what):
                if failed and failed.why in (what, BOUND[what]):
                    raise failed

    async def examine(
        self, given: Any, *, audience: str = "", nonce: str = "", may_ask: bool = True
    ) -> Verdict:
        """What anything shown proves: a part of an SD-JWT VC, or a document in any of its forms.

        Args:
            given: its text, or the JSON of a document.
            audience: to whom it must have been shown; of a document it may be empty.
            nonce: the question that it must answer; likewise.
            may_ask: whether the house goes and asks an issuer whom it does not know.
        """
        if isinstance(given, str) and "~" in given and not given.lstrip().startswith("{"):
            return await self.prove(given, audience=audience, nonce=nonce, may_ask=may_ask)
        examining = Examining(
            self._desk.clock,
            partial(_key_of, self._issuers, may_ask),
            partial(self._lists.state_of_document, may_ask=may_ask),
            self._known,
        )
        return await examining.examine(given, audience=audience, nonce=nonce)

    async def _known(self, issuer: str) -> tuple[bool, bool]:
        return await self._issuers.is_own(issuer), self._issuers.is_trusted(issuer)

    async def _claims(self, text: str, *, may_ask: bool) -> dict[str, Any]:
        """What its issuer signed, whether it is still in force or not."""
        parts = sdjwt.parse(text)
        header, payload = jose.read(parts.jwt)
        issuer = payload.get("iss")
        if not isinstance(issuer, str):
            raise Unproven("issuer", "It names no issuer.")
        kid = header.get("kid", "")
        if not isinstance(kid, str):
            raise Unproven("issuer", "It names no key.")
        key = await self._issuers.key_of(issuer, kid, may_ask=may_ask)
        signed = jose.verify(parts.jwt, key, typ=sdjwt.TYPES)
        return sdjwt.open_claims(signed, parts.disclosures).claims

    async def require(self, text: str) -> dict[str, Any]:
        """The claims of a credential that is to be kept: signed, in force, and standing.

        Raises:
            Unproven: it is not.
        """
        claims = await self._claims(text, may_ask=True)
        sdjwt.require_in_force(claims, self._desk.now_s)
        _require_standing(await self._lists.state_of(claims))
        return claims

    async def _told(self, claims: dict[str, Any]) -> dict[str, Any]:
        issuer, until = str(claims.get("iss", "")), claims.get("exp")
        is_here, is_trusted = await self._known(issuer)
        moment = until if isinstance(until, int | float) and 0 < until < FOREVER else None
        return {
            "issuer": issuer,
            "is_here": is_here,
            "is_trusted": is_here or is_trusted,
            "kind": kind_of(claims.get("vct")),
            "vct": str(claims.get("vct", "")),
            "claims": readable(claims),
            "until": None if moment is None else from_us(int(moment * 1_000_000)),
        }


async def _key_of(issuers: Issuers, may_ask: bool, issuer: str, kid: str, purpose: str) -> Jwk:
    return await issuers.key_of(issuer, kid, may_ask=may_ask, purpose=purpose)


def _require_standing(state: Status) -> None:
    if state != Status.VALID:
        raise Unproven(state.name.lower(), "It does not stand any more.")

"""Proving: what something that was shown is worth."""

from dataclasses import replace
from typing import Any

from asklepion.kit.clock import from_us

from ...engine.vc import jose, sdjwt
from ...engine.vc.errors import Unproven
from ...engine.vc.kinds import kind_of
from ...engine.vc.status import Status
from .desk import Desk
from .holding import FOREVER, readable
from .issuers import Issuers
from .lists import Lists
from .values import Verdict


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
        verdict = Verdict(checked_at=self._desk.clock.now())
        try:
            claims = await self._claims(text, may_ask=may_ask)
            verdict = await self._told(claims)
            sdjwt.verify_binding(text, audience=audience, nonce=nonce, now_s=self._desk.now_s)
            sdjwt.require_in_force(claims, self._desk.now_s)
            state = await self._lists.state_of(claims, may_ask=may_ask)
        except Unproven as error:
            return replace(verdict, why=error.why)
        if state != Status.VALID:
            return replace(verdict, why=state.name.lower())
        return verdict

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
        state = await self._lists.state_of(claims)
        if state != Status.VALID:
            raise Unproven(state.name.lower(), "It does not stand any more.")
        return claims

    async def _told(self, claims: dict[str, Any]) -> Verdict:
        issuer, until = str(claims.get("iss", "")), claims.get("exp")
        is_here = await self._issuers.is_own(issuer)
        moment = until if isinstance(until, int | float) and 0 < until < FOREVER else None
        return Verdict(
            issuer=issuer,
            is_here=is_here,
            is_trusted=is_here or self._issuers.is_trusted(issuer),
            kind=kind_of(claims.get("vct")),
            vct=str(claims.get("vct", "")),
            claims=readable(claims),
            until=None if moment is None else from_us(int(moment * 1_000_000)),
            checked_at=self._desk.clock.now(),
        )

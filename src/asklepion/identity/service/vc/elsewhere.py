"""What others publish: their keys, and the lists that say what became of what they issued."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, cast
from urllib.parse import urlsplit

from asklepion.kit.clock import Clock

from ...engine.keysets import LARGEST
from ...engine.vc import did, didweb, documents, jose, status
from ...engine.vc.did import Jwk
from ...engine.vc.documents import ASSERTION
from ...engine.vc.errors import Unproven
from ...engine.vc.status import Status
from ...engine.vc.statuses import Place, places_of, read_list
from ...engine.vc.vcdm import Document
from ..apps.publishing import Published
from ..outside import Letter, Reach, Reply, Unfit
from .signed import require_signed

TTL_S = 30  # how long a list may be taken as it is
TOKENS, BITS = "statuslist+jwt", "vc+jwt"
KNOWN_MOST = 200  # lists held at once
AGAIN = "Try again later."


class Elsewhere:
    """Finds the keys and the lists of issuers elsewhere, and remembers them for a little while.

    Args:
        reach: how other houses are reached.
    """

    def __init__(self, clock: Clock, reach: Reach) -> None:
        self._clock = clock
        self._reach = reach
        self._published = Published(clock, self._fetch)
        self._known: dict[tuple[str, str], tuple[float, Any]] = {}

    async def _fetch(self, address: str) -> Any:
        reply = await self._reach(Letter(address=address, most=LARGEST))
        if reply.status != 200:
            raise Unfit("not there")
        return reply.json()

    # Keys

    async def key_of(self, issuer: str, kid: str, purpose: str = ASSERTION) -> Jwk:
        """The public key of an issuer.

        Args:
            kid: the key's name; may be empty where there is only one.
            purpose: what a did:web must name it for.

        Raises:
            Unproven: it is not to be had, or the issuer has none of that name.
        """
        if issuer.startswith(did.PREFIX):
            return key_in_name(issuer, kid)
        try:
            return await self._asked(issuer, kid, purpose)
        except (Unfit, ValueError) as error:
            raise Unproven("issuer", "The issuer's key is not to be had.", hint=AGAIN) from error

    async def _asked(self, issuer: str, kid: str, purpose: str) -> Jwk:
        if issuer.startswith(didweb.PREFIX):
            pick = partial(didweb.key_in, name=issuer, method=kid, purpose=purpose)
            return await self._found(didweb.address_of(issuer), pick)
        parts = urlsplit(issuer)
        where = f"{parts.scheme}://{parts.netloc}/.well-known/jwt-vc-issuer{parts.path.rstrip('/')}"
        return await self._found(where, partial(_in_metadata, issuer=issuer, kid=kid))

    async def _found(self, where: str, pick: Callable[[Any], Jwk]) -> Jwk:
        try:
            return pick(await self._published.keys(where))
        except Unproven:  # it may be new
            return pick(await self._published.keys(where, is_missing=True))

    # Lists

    async def state_of(self, issuer: str, document: Document, *, may_ask: bool = True) -> Status:
        """What became of a document, as its issuer says now.

        Raises:
            Unproven: its issuer does not say.
        """
        found = [
            await self.state_at(issuer, place, may_ask=may_ask) for place in places_of(document)
        ]
        return worst_of(found)

    async def state_at(self, issuer: str, place: Place, *, may_ask: bool) -> Status:
        """What one entry of one list says."""
        if place.purpose:
            list = await self._bits(place.uri, issuer, may_ask=may_ask)
            return read_list(list, place)
        tokens = await self.tokens(place.uri, issuer, may_ask=may_ask)
        return status_of(status.read_token(tokens, place.entry))

    async def tokens(self, uri: str, issuer: str, *, may_ask: bool) -> Any:
        """A Token Status List of an issuer: its `status_list`.

        Args:
            may_ask: whether one goes and asks for what is not known.

        Raises:
            Unproven: it is not to be had, out of date, or another's.
        """

        async def read(reply: Reply) -> Any:
            header, payload = jose.read(reply.text)
            if payload.get("iss", issuer) != issuer or payload.get("sub") != uri:
                raise Unproven("status", "The status list is another's.")
            key = await self.key_of(issuer, str(header.get("kid", "")))
            told = jose.verify(reply.text, key, typ=(TOKENS,))
            until = told.get("exp")
            if isinstance(until, int | float) and self._clock.now().timestamp() >= until:
                raise Unproven("status", "The status list is out of date.")
            return told.get("status_list")

        letter = Letter(address=uri, accept=f"application/{TOKENS}")
        return await self._remembered(issuer, letter, read, may_ask=may_ask)

    async def _bits(self, uri: str, issuer: str, *, may_ask: bool) -> Document:
        """A list of the W3C, which is itself a credential of the same issuer."""

        async def read(reply: Reply) -> Document:
            try:
                return await self._list_in(reply.text, issuer)
            except Unproven as error:  # of the list, not of what is looked up in it
                raise Unproven("status", "The status list is another's, or is over.") from error

        letter = Letter(address=uri, accept=f"application/{BITS}, application/vc")
        return await self._remembered(issuer, letter, read, may_ask=may_ask)

    async def _list_in(self, text: str, issuer: str) -> Document:
        secured = documents.read(text)
        if secured.is_presentation or secured.who != issuer:
            raise Unproven("issuer", "It is by somebody else.")
        await require_signed(secured, self.key_of)
        secured.require_in_force(self._clock.now().timestamp())
        return secured.document

    async def _remembered(
        self,
        issuer: str,
        letter: Letter,
        read: Callable[[Reply], Awaitable[Any]],
        *,
        may_ask: bool,
    ) -> Any:
        name = (issuer, letter.address)
        known, now = self._known.get(name), self._clock.now().timestamp()
        if known and 0 <= now - known[0] < TTL_S:
            return known[1]
        if not may_ask:
            hint = "Sign in to have it asked."
            raise Unproven("issuer", "We do not know this issuer.", hint=hint)
        try:
            reply = await self._reach(letter)
        except Unfit as error:
            raise Unproven("status", "Its state is not to be had.", hint=AGAIN) from error
        if reply.status != 200:
            raise Unproven("status", "Its state is not to be had.", hint=AGAIN)
        told = await read(reply)
        self._known.pop(name, None)
        while len(self._known) >= KNOWN_MOST:
            self._known.pop(next(iter(self._known)))
        self._known[name] = (now, told)
        return told


def key_in_name(issuer: str, kid: str) -> Jwk:
    """The key of a did:key, which needs nobody.

    Raises:
        Unproven: it is none, or another's key is named.
    """
    if kid.partition("#")[0] not in ("", issuer):
        raise Unproven("issuer", "The key is not the issuer's.")
    return did.jwk_of(issuer)


def status_of(number: int) -> Status:
    """A state of a Token Status List; what is not known here does not stand."""
    return Status(number) if number in tuple(Status) else Status.REVOKED


def worst_of(found: list[Status]) -> Status:
    """Of several states the one that counts."""
    return next(
        (each for each in (Status.REVOKED, Status.SUSPENDED) if each in found), Status.VALID
    )


def _in_metadata(told: Any, issuer: str, kid: str) -> Jwk:
    """https://datatracker.ietf.org/doc/draft-ietf-oauth-sd-jwt-vc/ (JWT VC Issuer Metadata)"""
    wrong = Unproven("issuer", "The issuer does not name that key.")
    if not isinstance(told, dict) or cast(dict[str, Any], told).get("issuer") != issuer:
        raise wrong
    jwks = cast(dict[str, Any], told).get("jwks")
    keys: Any = cast(dict[str, Any], jwks).get("keys") if isinstance(jwks, dict) else None
    several = cast(list[Any], keys)[:20] if isinstance(keys, list) else []
    fits = [
        cast(Jwk, each)
        for each in several
        if isinstance(each, dict) and (not kid or cast(Jwk, each).get("kid") == kid)
    ]
    if len(fits) != 1:
        raise wrong
    return fits[0]

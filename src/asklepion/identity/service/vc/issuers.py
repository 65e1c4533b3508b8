"""Who issues: this house by its own keys, and others by theirs."""

from typing import Any

from asklepion.kit.errors import Incorrect
from asklepion.kit.log import get_log

from ...engine.vc import did, didweb, pairwise
from ...engine.vc.did import Jwk
from ...engine.vc.documents import ASSERTION
from ...engine.vc.errors import Unproven
from ...model import Caller, Role
from ...store import issued as store
from .desk import Desk
from .elsewhere import Elsewhere, key_in_name

log = get_log(__name__)

SECRET = "identity-issuer"  # the key's name in the keys folder
FIRST = 1
VISIBLE = 100  # generations of keys that a house has at most


class Issuers:
    """Knows the house's own keys, and finds those of others."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._known: list[int] = []
        self.outside = Elsewhere(desk.clock, desk.reach)

    # This house

    async def generations(self) -> list[int]:
        """The generations of the house's keys, the newest first."""
        if not self._known:
            async with self._desk.db.read() as tx:
                self._known = await store.generations(tx) or [FIRST]
        return self._known

    async def rotate(self, caller: Caller) -> str:
        """Sign with new keys from now on; what older ones signed stays good. Operators only.

        Returns:
            The new key's name.
        """
        caller.require(Role.OPERATOR)
        async with self._desk.db.begin() as tx:
            await tx.lock("identity.issuer")
            newest, *_ = await store.generations(tx) or [FIRST]
            if newest >= VISIBLE:
                raise Incorrect("There are too many keys.", hint="Start another house.")
            for number in (newest, newest + 1):
                await store.add_generation(tx, number, self._desk.clock.now())
        self._known = []
        log.info("issuer's keys rotated", by=caller.account)
        return _kid("p256", newest + 1)

    def _key(self, kind: str, number: int) -> Jwk:
        make = {"p256": pairwise.p256, "ed25519": pairwise.ed25519}[kind]
        return make(self._desk.keys.key(SECRET), f"issuer:{number}")

    async def signer(self, kind: str = "p256", number: int = 0) -> tuple[str, str, Jwk]:
        """Who the house is as an issuer, the key's name, and the key to sign with.

        Args:
            number: the key's generation; 0 for the newest.
        """
        number = number or (await self.generations())[0]
        key = self._key(kind, number)
        if self._desk.address.startswith("https://"):
            name = didweb.did_of(self._desk.address)
            return name, f"{name}#{_kid(kind, number)}", key
        name = did.did_of(pairwise.public(key))
        return name, f"{name}#{name.removeprefix(did.PREFIX)}", key

    async def keys(self) -> dict[str, Jwk]:
        """All the house's public keys by name, the newest first."""
        return {
            _kid(kind, number): pairwise.public(self._key(kind, number))
            for number in await self.generations()
            for kind in ("p256", "ed25519")
        }

    async def document(self) -> dict[str, Any] | None:
        """What the house says about itself as did:web; nothing where it has no https address."""
        if not self._desk.address.startswith("https://"):
            return None
        return didweb.document_of(didweb.did_of(self._desk.address), await self.keys())

    async def is_own(self, issuer: str) -> bool:
        """Whether this house is the issuer, by whichever of its names."""
        if self._desk.address and issuer == didweb.did_of(self._desk.address):
            return True
        return any(issuer == did.did_of(key) for key in (await self.keys()).values())

    def is_trusted(self, issuer: str) -> bool:
        """Whether an issuer elsewhere is one whose licences count here."""
        return issuer in self._desk.trusted

    # Anybody

    async def key_of(
        self, issuer: str, kid: str, *, may_ask: bool = True, purpose: str = ASSERTION
    ) -> Jwk:
        """The public key of an issuer.

        Args:
            kid: the key's name; may be empty where there is only one.
            purpose: what a did:web must name it for.
            may_ask: whether the house goes and asks an issuer whom it does not know.

        Raises:
            Unproven: it is not to be had, or the issuer has none of that name.
        """
        if issuer.startswith(did.PREFIX):
            return key_in_name(issuer, kid)
        if await self.is_own(issuer):
            document = didweb.document_of(issuer, await self.keys())
            return didweb.key_in(document, issuer, kid)
        if not may_ask and not self.is_trusted(issuer):
            raise Unproven(
                "issuer", "We do not know this issuer.", hint="Sign in to have it asked."
            )
        return await self.outside.key_of(issuer, kid, purpose)


def _kid(kind: str, number: int) -> str:
    return f"{kind}-{number}"

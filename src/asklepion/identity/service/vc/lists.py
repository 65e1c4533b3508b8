"""Which credentials still stand: our own lists, published, and those of others, asked for."""

import asyncio
import hashlib
import secrets
from collections.abc import Iterable
from typing import Any, cast

from asklepion.kit.clock import to_iso
from asklepion.kit.db import Tx
from asklepion.kit.errors import NotFound
from asklepion.kit.log import get_log

from ...engine.vc import jose, status
from ...engine.vc.errors import Unproven
from ...engine.vc.status import Status
from ...engine.vc.statuses import PURPOSES, Place, places_of
from ...engine.vc.vcdm import Document
from ...store import issued as store
from ...store.issued import Issued
from .desk import Desk
from .elsewhere import BITS, TOKENS, TTL_S, status_of, worst_of
from .issuers import Issuers

log = get_log(__name__)

PATH = "/api/identity/status/"
LASTS_S = 86_400  # and then it is no list of ours any more
CONTEXT = ["https://www.w3.org/ns/credentials/v2"]
MOST = 1 << 31  # entries that any list may have


class Lists:
    """Gives each credential a random place in a list, and says what became of it."""

    def __init__(self, desk: Desk, issuers: Issuers) -> None:
        self._desk = desk
        self._issuers = issuers
        self._changed: set[str] = set()
        self._has_changed = asyncio.Event()

    # Ours

    async def take(self, tx: Tx) -> tuple[str, int]:
        """A random place in a list, that tells nothing of when it was taken."""
        await tx.lock("identity.list")
        generation = (await self._issuers.generations())[0]
        list = await store.newest_list(tx, generation)
        entry = status.free_entry(await store.taken(tx, list)) if list else None
        if list is None or entry is None:
            list, entry = secrets.token_urlsafe(12), secrets.randbelow(status.LENGTH)
            await store.add_list(tx, list, generation, self._desk.clock.now())
        await store.add_entry(tx, list, entry)
        return list, entry

    def claim(self, list: str, entry: int, here: str) -> dict[str, Any]:
        """Where a credential says that its state is to be read."""
        return {"status_list": {"idx": entry, "uri": f"{here}{PATH}{list}"}}

    def entries(self, list: str, entry: int, here: str) -> list[dict[str, Any]]:
        """The same in the form of the W3C: one for each purpose."""
        return [
            {
                "id": f"{here}{PATH}{list}.{purpose}#{entry}",
                "type": "BitstringStatusListEntry",
                "statusPurpose": purpose,
                "statusListIndex": str(entry),
                "statusListCredential": f"{here}{PATH}{list}.{purpose}",
            }
            for purpose in PURPOSES
        ]

    async def publish(self, name: str, here: str) -> tuple[str, str]:
        """A list, signed, and its media type.

        Args:
            name: of the list; with `.revocation` or `.suspension`, as a credential of the W3C.

        Raises:
            NotFound: there is none.
        """
        id, _, purpose = name.partition(".")
        async with self._desk.db.read() as tx:
            found, marked = await store.find_list(tx, id), await store.marked(tx, id)
        if found is None or purpose not in ("", *PURPOSES):
            raise NotFound("There is no such status list.")
        issuer, kid, key = await self._issuers.signer(number=found[1])
        now = int(self._desk.now_s)
        common = {"iat": now, "exp": now + LASTS_S, "iss": issuer}
        if not purpose:
            told = status.encode_tokens(status.pack(marked))
            claims = {**common, "sub": f"{here}{PATH}{id}", "ttl": TTL_S, "status_list": told}
            return jose.sign({"typ": TOKENS, "kid": kid}, claims, key), f"application/{TOKENS}"
        document = self._bitstring(name, marked, here, issuer)
        return jose.sign(
            {"typ": BITS, "kid": kid}, {**document, **common}, key
        ), f"application/{BITS}"

    def _bitstring(
        self, name: str, marked: dict[int, int], here: str, issuer: str
    ) -> dict[str, Any]:
        purpose = name.partition(".")[2]
        bits = status.bits_of(e for e, state in marked.items() if state == PURPOSES[purpose])
        where, now = f"{here}{PATH}{name}", self._desk.clock.now()
        return {
            "@context": CONTEXT,
            "id": where,
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": issuer,
            "validFrom": to_iso(now),
            "credentialSubject": {
                "id": f"{where}#list",
                "type": "BitstringStatusList",
                "statusPurpose": purpose,
                "encodedList": status.encode(bits),
                "ttl": TTL_S * 1000,
            },
        }

    async def tell(self, list: str) -> None:
        """Tell whoever keeps digests of lists that one has changed."""
        async with self._desk.db.read() as tx:
            epoch, _ = await store.find_list(tx, list) or (0, 0)
            packed = status.pack(await store.marked(tx, list))
        for told in self._desk.told:
            try:
                await told(
                    f"{self._desk.address}{PATH}{list}", epoch, hashlib.sha256(packed).digest()
                )
            except Exception as error:  # the list itself is published all the same
                log.fault("status list not told", error, list=list)

    def note(self, lists: Iterable[str]) -> None:
        """Have it told soon that lists have changed, where nobody can wait for it."""
        self._changed.update(lists)
        self._has_changed.set()

    async def run(self) -> None:
        """Tell of lists that were noted, for ever."""
        while True:
            await self._has_changed.wait()
            await self.tell_noted()

    async def tell_noted(self) -> None:
        """Tell of each list that was noted."""
        self._has_changed.clear()
        while self._changed:
            list = self._changed.pop()
            try:
                await self.tell(list)
            except Exception as error:  # its next change tells of this one too
                log.fault("status list not read", error, list=list)

    # Anybody's

    async def state_of(self, claims: dict[str, Any], *, may_ask: bool = True) -> Status:
        """What became of a credential, as its issuer says now.

        Raises:
            Unproven: its issuer does not say.
        """
        if claims.get("status") is None:
            return Status.VALID  # its issuer keeps no list: it ends by its time alone
        entry, uri = _place_of(claims)
        if not isinstance(entry, int) or isinstance(entry, bool) or not isinstance(uri, str):
            raise Unproven("status", "How to read its state is not said in a way we know.")
        issuer = str(claims.get("iss", ""))
        if not 0 <= entry < MOST:
            raise Unproven("status", "A status list has no such entry.")
        if await self._issuers.is_own(issuer):
            return await self._own(uri, entry)
        return status_of(status.read_token(await self._theirs(uri, issuer, may_ask=may_ask), entry))

    async def ask(self, issuer: str, uri: str) -> None:
        """Have another's list at hand, so that what it says of several costs one question.

        Raises:
            Unproven: it is not to be had.
        """
        if uri and not await self._issuers.is_own(issuer):
            await self._theirs(uri, issuer, may_ask=True)

    async def line_of(self, tx: Tx, claims: dict[str, Any]) -> Issued | None:
        """The line of our register that a credential is, if the house issued it."""
        entry, uri = _place_of(claims)
        if not isinstance(entry, int) or not isinstance(uri, str) or PATH not in uri:
            return None
        if not 0 <= entry < MOST or not await self._issuers.is_own(str(claims.get("iss", ""))):
            return None
        return await store.find_by_entry(tx, uri.rpartition(PATH)[2], entry)

    async def _own(self, uri: str, entry: int) -> Status:
        id = uri.rpartition(PATH)[2]
        async with self._desk.db.read() as tx:
            state = await store.find_entry(tx, id, entry)
        if state is None:
            raise Unproven("status", "The house knows nothing of this credential.")
        return Status(state)

    async def _theirs(self, uri: str, issuer: str, *, may_ask: bool) -> Any:
        is_asked = may_ask or self._issuers.is_trusted(issuer)
        return await self._issuers.outside.tokens(uri, issuer, may_ask=is_asked)

    # Of documents

    async def state_of_document(
        self, issuer: str, document: Document, *, may_ask: bool = True
    ) -> Status:
        """What became of a credential that is a document, as its issuer says now.

        Raises:
            Unproven: its issuer does not say.
        """
        if await self._issuers.is_own(issuer):
            return worst_of([await self._own_place(place) for place in places_of(document)])
        is_asked = may_ask or self._issuers.is_trusted(issuer)
        return await self._issuers.outside.state_of(issuer, document, may_ask=is_asked)

    async def _own_place(self, place: Place) -> Status:
        list, _, purpose = place.uri.rpartition(PATH)[2].partition(".")
        if purpose != place.purpose:
            raise Unproven("status", "The status list is another than is named.")
        state = await self._own(list, place.entry)
        return state if not purpose or state == PURPOSES[purpose] else Status.VALID

    async def line_of_document(self, tx: Tx, issuer: str, document: Document) -> Issued | None:
        """The line of our register that a document is, if the house issued it."""
        places = places_of(document)
        if not places or not await self._issuers.is_own(issuer):
            return None
        list = places[0].uri.rpartition(PATH)[2].partition(".")[0]
        return await store.find_by_entry(tx, list, places[0].entry)


def _place_of(claims: dict[str, Any]) -> tuple[Any, Any]:
    """Which entry of which list says what became of a credential, as it says itself."""
    told = claims.get("status")
    found: Any = cast(dict[str, Any], told).get("status_list") if isinstance(told, dict) else None
    place = cast(dict[str, Any], found) if isinstance(found, dict) else {}
    return place.get("idx"), place.get("uri")


def list_of(claims: dict[str, Any]) -> str:
    """The address of the list that says what became of a credential; empty if it names none."""
    _, uri = _place_of(claims)
    return uri if isinstance(uri, str) else ""

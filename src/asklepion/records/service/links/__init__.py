"""SMART Health Links: a patient gives her summary to whoever holds a link, until she ends it.

The files are sealed under a key that is only in the link: it is made here, told once and kept
nowhere. So a link shows the record as it was when the link was made, and the house itself cannot
read what it hands out. They are sealed once more under the patient's own key, and go with it.
Source: https://hl7.org/fhir/uv/smart-health-cards-and-links/STU1/links-specification.html
"""

from typing import Any

from asklepion.kit.clock import to_us
from asklepion.kit.db import Tx
from asklepion.kit.vault import Vault

from ...model import Asking, Forgotten
from ...store import links
from ..everything import Everything
from ..parts import Parts
from ..summarising import Summaries
from .giving import Giver
from .opening import Opener
from .passcodes import Passcodes
from .sealed import Sealed
from .values import TICKET_S, Given, Link, LinkOver, Opening, TooOften, Wish, WrongPasscode

__all__ = ["Given", "Link", "LinkOver", "Links", "Opening", "TooOften", "Wish", "WrongPasscode"]


class Links:
    """Makes links, lists and ends them, and opens them for whoever holds one."""

    def __init__(
        self,
        parts: Parts,
        summaries: Summaries,
        everything: Everything,
        *,
        vault: Vault,
        key: bytes,
    ) -> None:
        self._parts = parts
        sealed, passcodes = Sealed(vault, parts.clock, parts.ids), Passcodes()
        self._giver = Giver(parts, summaries, everything, sealed, passcodes)
        self._opener = Opener(parts, sealed, passcodes, key)

    async def give(self, asking: Asking, patient: str, wish: Wish, *, house: str) -> Given:
        """Make a link to what the patient has at present; the key is told this once.

        Args:
            house: our address, such as https://house.example.

        Raises:
            NotFound: somebody else asks.
            Incorrect: the wish cannot be met as it stands.
            Conflict: there are too many open links.
        """
        return await self._giver.give(asking, patient, wish, house=house)

    async def list(self, asking: Asking, patient: str) -> list[Link]:
        """Every link that a patient made, newest first, with who opened it.

        Raises:
            NotFound: somebody else asks.
        """
        return await self._giver.list(asking, patient)

    async def end(self, asking: Asking, patient: str, id: str) -> None:
        """End a link: its files are gone when this returns, also where it was over before.

        Raises:
            NotFound: it is not the patient's, or somebody else asks.
        """
        await self._giver.end(asking, patient, id)

    async def open(
        self, secret: str, *, recipient: str, passcode: str = "", embedded_most: int | None = None
    ) -> dict[str, Any]:
        """The manifest of a link's files; the patient reads that `recipient` opened it.

        Raises:
            NotFound: there is no such link.
            LinkOver: it is over, and why.
            WrongPasscode: as it says; after the last try the link is over.
            TooOften: it was asked for too often.
        """
        return await self._opener.open(
            secret, recipient=recipient, passcode=passcode, embedded_most=embedded_most
        )

    async def open_direct(self, secret: str, *, recipient: str) -> bytes:
        """The one file of a link that has no manifest. Raises as `open`."""
        return await self._opener.open_direct(secret, recipient=recipient)

    async def file(self, secret: str, ticket: str) -> bytes:
        """One file that a manifest named, by the address it was named with.

        Raises:
            NotFound: the address is none of ours, or its time is over, or the link's.
        """
        return await self._opener.file(secret, ticket)

    async def sweep(self) -> int:
        """Take away the files of links that nobody can open any more; returns how many."""
        now = to_us(self._parts.clock.now())
        before = now - TICKET_S * 1_000_000
        async with self._parts.db.read() as tx:
            if not await links.is_any_over(tx, now, before):
                return 0
        async with self._parts.db.begin() as tx:
            return await links.sweep(tx, now, before)

    async def forget(self, tx: Tx, patient: str) -> Forgotten:
        """Take away everything about the links of somebody who is erased."""
        return Forgotten(rows=await links.forget(tx, patient))

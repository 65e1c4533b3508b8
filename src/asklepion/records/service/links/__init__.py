"""SMART Health Links: a patient gives her summary to whoever holds a link, until she ends it.

The files are sealed under a key that is only in the link: it is made here, told once and kept
nowhere. So a link shows the record as it was when the link was made, and the house itself cannot
read what it hands out. They are sealed once more under the patient's own key, and go with it.
Source: https://hl7.org/fhir/uv/smart-health-cards-and-links/STU1/links-specification.html
"""

from asklepion.kit.clock import to_us
from asklepion.kit.db import Tx
from asklepion.kit.vault import Vault

from ...model import Forgotten
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
        giver = Giver(parts, summaries, everything, sealed, passcodes)
        opener = Opener(parts, sealed, passcodes, key)
        self.give, self.list, self.end = giver.give, giver.list, giver.end
        self.open, self.open_direct, self.file = opener.open, opener.open_direct, opener.file

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

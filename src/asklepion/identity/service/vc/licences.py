"""Licences: who may work as a clinician here, now."""

import asyncio
from datetime import timedelta

from asklepion.kit.clock import from_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Forbidden, NotFound
from asklepion.kit.log import get_log

from ...engine.vc import sdjwt
from ...engine.vc.errors import Unproven
from ...engine.vc.kinds import MARK, Kind
from ...engine.vc.sdjwt import Path
from ...engine.vc.status import Status
from ...model import Caller
from ...store import held as store
from ...store.held import Held
from .desk import Desk, LicenceEnded
from .holding import Holding
from .issuers import Issuers
from .lists import Lists

log = get_log(__name__)

LOOK_S = 20.0  # between two looks at what others issued
STALE = timedelta(hours=1)  # for so long another's silence is borne
ACCOUNTS_MOST = 200
NO_LICENCE = "You have no valid licence here."
HINT = "Ask an operator to issue it, or add it in “My credentials” if another house did."


class Licences:
    """Knows whose licence stands."""

    def __init__(self, desk: Desk, issuers: Issuers, lists: Lists, holding: Holding) -> None:
        self._desk = desk
        self._issuers = issuers
        self._lists = lists
        self._holding = holding

    async def licensed(self, accounts: list[str]) -> set[str]:
        """Those of these accounts that hold a licence which stands now."""
        now = self._desk.clock.now()
        async with self._desk.db.read() as tx:
            found = await store.in_force(tx, Kind.LICENCE, accounts[:ACCOUNTS_MOST], now)
        return {held.account for held in found if self._counts(held)}

    async def has_standing(self, tx: Tx, account: str) -> bool:
        """Whether an account has a licence left that counts here, as this transaction sees it."""
        found = await store.in_force(tx, Kind.LICENCE, [account], self._desk.clock.now())
        return any(self._counts(held) for held in found)

    async def tell_if_ended(self, tx: Tx, account: str) -> None:
        """Tell whoever lets clinicians work when one has no licence left."""
        if self._desk.events and not await self.has_standing(tx, account):
            await self._desk.events.tell(tx, LicenceEnded(account))

    def _counts(self, held: Held) -> bool:
        if held.issued:
            return True
        is_known = self._desk.clock.now() - from_us(held.checked_at) < STALE
        return is_known and self._issuers.is_trusted(held.issuer)

    async def require(self, caller: Caller) -> None:
        """Let nobody work as a clinician whose licence does not stand.

        Raises:
            Forbidden: there is none, it has run out, was suspended or revoked.
        """
        if caller.account not in await self.licensed([caller.account]):
            raise Forbidden(NO_LICENCE, hint=HINT)

    async def mark(self, caller: Caller, account: str, audience: str, nonce: str) -> str:
        """What anybody here may check of a clinician's licence, made for this reader alone.

        The newest licence is shown also where it stands no more, so that one sees why.

        Raises:
            NotFound: there is no such clinician, or no licence.
        """
        caller.require_known()
        async with self._desk.db.read() as tx:
            found = await store.held_by(tx, account, Kind.LICENCE)
        standing = [held for held in found if self._stands(held)]
        if not found:
            raise NotFound("There is no licence to be checked.")
        held = (standing or found)[0]
        claims = sdjwt.peek(await self._holding.text(held)).claims
        paths: list[Path] = [(name, None) if name == "languages" else (name,) for name in MARK]
        shown = [path for path in paths if path[0] in claims]
        return await self._holding.present(held, shown, audience, nonce)

    def _stands(self, held: Held) -> bool:
        now = self._desk.clock.now()
        is_in_time = from_us(held.since_at) <= now < from_us(held.until_at)
        return held.state == Status.VALID and is_in_time and self._counts(held)

    # What others issued

    async def run(self) -> None:
        """Ask again and again what became of licences that others issued."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.look()
            except Exception as error:  # the next look is due in a moment
                log.fault("licences not looked at", error)

    async def look(self) -> None:
        """Ask their issuers what became of licences held here; whose ended is told."""
        async with self._desk.db.read() as tx:
            found = await store.from_elsewhere(tx, Kind.LICENCE, self._desk.clock.now())
        for held in found:
            if not self._issuers.is_trusted(held.issuer):
                continue
            try:
                claims = sdjwt.peek(await self._holding.text(held)).claims
                state = await self._lists.state_of(claims)
            except Unproven as error:
                log.info("licence not looked at", credential=held.id, why=error.why)
                await self._tell_if_stale(held)
                continue
            await self._keep(held, state)

    async def _keep(self, held: Held, state: Status) -> None:
        now = self._desk.clock.now()
        async with self._desk.db.begin() as tx:
            await store.change_state(tx, held.id, state, now)
            if held.state == Status.VALID and state != Status.VALID:
                await self.tell_if_ended(tx, held.account)

    async def _tell_if_stale(self, held: Held) -> None:
        """Another's silence was borne long enough."""
        late = self._desk.clock.now() - from_us(held.checked_at) - STALE
        if not timedelta() <= late < timedelta(seconds=3 * LOOK_S) or self._desk.events is None:
            return
        if held.account not in await self.licensed([held.account]):
            async with self._desk.db.begin() as tx:
                await self._desk.events.tell(tx, LicenceEnded(held.account))

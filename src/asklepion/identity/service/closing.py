"""Close an account: told, a time to call it off, then shut for good.

begin ──► told; she or an operator may call it off ──► the delay is over: closed
   └ at once ──► suspended: nobody comes in, everything open ends ──► the delay is over: closed

Closing an account erases nobody: her record and her consents stay as they are.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from asklepion.kit.clock import from_us, to_iso, to_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Conflict, Forbidden, NotFound
from asklepion.kit.events import Events
from asklepion.kit.log import get_log

from ..engine import rules
from ..model import Account, Caller, Role
from ..store import accounts, apps, asking, guardians, keys, links, recoveries, wallets
from ..store import closing as store
from ..store.closing import ActRow, ClosingRow
from ..store.held import drop_showings
from .acting import LOCK, Acts, is_over
from .keys import Guardians, KeyDesk
from .vc import VerifiableCredentials

log = get_log(__name__)

LOOK_S = 15.0  # between two looks at whose time is over; nobody comes in meanwhile
CONSOLE = "console"  # whoever sits at the house's own command line
NOBODY = b""  # no session stays
NO_ACCOUNT = "There is no such account."


@dataclass(frozen=True)
class AccountClosed:
    """Told whenever an account was closed, with the person that it spoke as, if any."""

    account: str
    person: str


@dataclass(frozen=True, kw_only=True)
class Closing:
    """How far the closing of an account is."""

    state: str  # closing, suspended, closed
    reason: str
    by: str  # how whoever asked for it is called; empty: at the house's own command line
    is_own: bool  # she asked for it herself
    asked_at: datetime
    ends_at: datetime


class Closings:
    """The verbs about closing accounts."""

    def __init__(
        self,
        desk: KeyDesk,
        acts: Acts,
        guardians: Guardians,
        credentials: VerifiableCredentials,
        events: Events | None,
    ) -> None:
        self._desk = desk
        self._acts = acts
        self._guardians = guardians
        self._credentials = credentials
        self._events = events

    # Begin

    async def begin(
        self, caller: Caller, session: bytes, account: str, reason: str, *, at_once: bool = False
    ) -> Closing:
        """Close somebody's account; by an operator.

        Args:
            reason: why; she reads it, and whoever looks at the ledger later.
            at_once: nobody comes in from now on; it is closed after the delay all the same. Not
                where somebody speaks as a patient: nobody is shut out of her own record unheard.

        Raises:
            Forbidden: the caller is no operator, or did not prove just now that it is really them.
            NotFound: there is no such account.
            Conflict: it is closing already, or the last operator's; or it may not be at once.
        """
        reason = rules.reason_of(reason)
        async with self._desk.db.begin() as tx:
            await self.require_operator(tx, caller, session)
            found = await accounts.find(tx, account)
            if found is None:
                raise NotFound(NO_ACCOUNT)
            if at_once and (found.person or "").startswith("Patient/"):
                raise Conflict(
                    "She speaks for her own record, and must have time to object.",
                    hint="Close it without doing so at once.",
                )
            row = await self._begin(tx, caller, found, reason, at_once=at_once)
            told = await self._told(tx, row)
        await self._publish()
        return told

    async def begin_own(self, caller: Caller, session: bytes, reason: str = "") -> Closing:
        """Close one's own account.

        Raises:
            Forbidden: they did not prove just now that it is really them.
            Conflict: it is closing already, or the last operator's.
        """
        async with self._desk.db.begin() as tx:
            account = await self._desk.account(tx, caller)
            await self._desk.require_fresh(tx, caller, session)
            reason = rules.reason_of(reason) if reason.strip() else ""
            row = await self._begin(tx, caller, account, reason)
            return await self._told(tx, row)

    async def _begin(
        self, tx: Tx, caller: Caller, account: Account, reason: str, *, at_once: bool = False
    ) -> ClosingRow:
        await tx.lock(LOCK)
        now = self._desk.clock.now()
        held = await store.find(tx, account.id)
        if held and not (at_once and not held.is_suspended and not is_over(held, now)):
            is_closed = account.is_closed or is_over(held, now)
            what = "closed" if is_closed else "closing"
            raise Conflict(f"This account is {what} already.")
        if Role.OPERATOR in account.roles and not await store.operators(tx, account.id):
            raise Conflict(
                "This is the last operator's account: nobody could run the house.",
                hint="Let another operator in first.",
            )
        ends = now + self._desk.delay
        row = held or ClosingRow(
            account=account.id,
            is_suspended=0,
            reason=reason,
            asked_by=caller.account,
            asked_at=to_us(now),
            ends_at=to_us(ends),
            closed_at=0,
        )
        if held is None:
            await store.add(tx, row)
            await self._tell_her(tx, row)
            await self._acts.note(
                tx, "account closing", account.id, by=caller.account, reason=reason
            )
        if await store.drop_return(tx, account.id):
            await self._acts.note(tx, "new invitation stopped", account.id, by=caller.account)
        if at_once:
            row = row._replace(is_suspended=1)
            await self._suspend(tx, caller, account, reason)
        kind = "closing-other-own" if caller.account == account.id else "closing-other"
        await self._acts.tell_operators(tx, kind, account.id, but=caller.account)
        return row

    async def _suspend(self, tx: Tx, caller: Caller, account: Account, reason: str) -> None:
        had = await self._credentials.licences.has_standing(tx, account.id)
        await store.suspend(tx, account.id)
        await self._end_open(tx, account.id)
        lines = await self._credentials.suspend(tx, account.id)
        await store.keep_lines(tx, account.id, lines)
        if had:
            await self._credentials.licences.tell_if_ended(tx, account.id)
        await self._acts.note(tx, "account suspended", account.id, by=caller.account, reason=reason)

    async def _end_open(self, tx: Tx, account: str) -> None:
        """End whatever was opened: sessions, tokens, apps, links, and who asks to come back in."""
        await accounts.end_sessions(tx, account, NOBODY)
        await apps.forget_account(tx, account)
        await asking.forget_account(tx, account)
        await links.drop_links(tx, account)
        await drop_showings(tx, account)
        await recoveries.cancel_all(tx, account)

    # Call it off

    async def stop(self, caller: Caller, session: bytes, account: str) -> None:
        """Let somebody keep her account; by an operator. What was suspended stands again.

        Raises:
            Forbidden: the caller is no operator, or did not prove just now that it is really them.
            NotFound: it is not closing, or closed already.
        """
        async with self._desk.db.begin() as tx:
            await self.require_operator(tx, caller, session)
            await self._stop(tx, caller, account)
        await self._publish()

    async def keep(self, caller: Caller) -> None:
        """Keep one's own account, whoever wants to close it.

        Raises:
            NotFound: it is not closing.
        """
        caller.require_known()
        async with self._desk.db.begin() as tx:
            await self._stop(tx, caller, caller.account)

    async def _stop(self, tx: Tx, caller: Caller, account: str) -> None:
        await tx.lock(LOCK)
        held = await store.find(tx, account)
        if held is None or not await store.drop(tx, account, self._desk.clock.now()):
            raise NotFound("This account is not closing, or is closed already.")
        await self._credentials.reinstate(tx, await store.take_lines(tx, account))
        await self._acts.tell(tx, account, "closing-stopped")
        if held.asked_by not in (caller.account, account, CONSOLE):
            await self._acts.tell(tx, held.asked_by, "closing-other-stopped", account)
        await self._acts.note(tx, "account kept", account, by=caller.account)

    async def begin_anew(self) -> None:
        """Give everybody whose account closes the whole delay again, and tell her.

        After a backup was read: it does not know who kept her account since.
        """
        async with self._desk.db.begin() as tx:
            await tx.lock(LOCK)
            ends = self._desk.clock.now() + self._desk.delay
            for row in await store.begin_anew(tx, ends):
                await self._tell_her(tx, row)

    async def _tell_her(self, tx: Tx, row: ClosingRow) -> None:
        kind = "closing-own" if row.asked_by == row.account else "closing-begun"
        await self._acts.tell(tx, row.account, kind, to_iso(from_us(row.ends_at)))

    # See

    async def of(self, caller: Caller) -> Closing | None:
        """How far the closing of one's own account is."""
        caller.require_known()
        async with self._desk.db.read() as tx:
            row = await store.find(tx, caller.account)
            return await self._told(tx, row) if row else None

    async def all(self, caller: Caller) -> dict[str, Closing]:
        """Every account that is closing, suspended or closed; for operators."""
        caller.require(Role.OPERATOR)
        async with self._desk.db.read() as tx:
            rows = await store.all_of(tx)
            return {account: await self._told(tx, row) for account, row in rows.items()}

    async def acts(self, caller: Caller, account: str = "") -> list[ActRow]:
        """What was done with an account, or with all of them, by whom and why; for operators."""
        caller.require(Role.OPERATOR)
        async with self._desk.db.read() as tx:
            return await store.acts(tx, account)

    async def _told(self, tx: Tx, row: ClosingRow) -> Closing:
        by = await accounts.find(tx, row.asked_by)
        state = "suspended" if row.is_suspended else "closing"
        return Closing(
            state="closed" if is_over(row, self._desk.clock.now()) else state,
            reason=row.reason,
            by=by.name if by else "",
            is_own=row.asked_by == row.account,
            asked_at=from_us(row.asked_at),
            ends_at=from_us(row.ends_at),
        )

    async def require_operator(self, tx: Tx, caller: Caller, session: bytes) -> None:
        """Let nobody past but an operator who proved just now that it is really them.

        Raises:
            Forbidden: it is somebody else, or they did not.
        """
        caller.require(Role.OPERATOR)
        if caller.app is not None:
            raise Forbidden("An app may not do that.")
        if caller.account != CONSOLE:
            await self._desk.require_fresh(tx, caller, session)

    # The end

    async def run(self) -> None:
        """Close again and again whatever is due."""
        while True:
            try:
                await self.close_due()
            except Exception as error:  # the next look is due in a moment
                log.fault("accounts not closed", error)
            await asyncio.sleep(LOOK_S)

    async def close_due(self) -> int:
        """Take away what accounts hold whose time is over; returns how many there were."""
        async with self._desk.db.read() as tx:
            found = await store.due(tx, self._desk.clock.now())
        count = 0
        for row in found:
            try:
                count += await self._close(row)
            except Exception as error:  # of this one; the others are closed all the same
                log.fault("account not closed", error, account=row.account)
        await self._publish()
        return count

    async def _close(self, row: ClosingRow) -> bool:
        """Take away every key, role for others and credential; name, record and consents stay."""
        async with self._desk.db.begin() as tx:
            await tx.lock(LOCK)
            account = await accounts.find(tx, row.account)
            if account is None or not await store.finish(tx, row.account, self._desk.clock.now()):
                return False
            await tx.lock("identity.guardians")
            wards = await self._guardians.guarded(tx, account.id)
            await self._end_open(tx, account.id)
            await keys.end_account(tx, account.id)
            await wallets.forget_account(tx, account.id)
            await guardians.end_account(tx, account.id, account.email)
            await self._guardians.lost(tx, wards, account.id)
            await store.take_lines(tx, account.id)
            await self._credentials.close(tx, account.id)
            await store.mark_account(tx, account.id)
            if self._events:
                await self._events.tell(tx, AccountClosed(account.id, account.person or ""))
            await self._acts.note(
                tx, "account closed", account.id, by=row.asked_by, reason=row.reason
            )  # fmt: skip
        return True

    async def _publish(self) -> None:
        """Tell whoever publishes them which status lists changed."""
        await self._credentials.tell_changed()

"""Who lost every key, and has no guardian who could help: an operator invites her anew.

ask (an operator saw her in person) ──► she is told on whatever is still signed in, and the other
operators; the delay ──► nobody objects, nobody comes in with an old key ──► the link is good
    ──► a new passkey; every old key, session and app ends
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from asklepion.kit.clock import from_us, to_iso, to_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Conflict, Forbidden, Gone, NotFound
from asklepion.kit.log import get_log

from ..engine import rules
from ..model import Account, Caller, Role, Session, Way
from ..store import accounts, links
from ..store import closing as store
from ..store.closing import ReturnRow
from .acting import LOCK, Acts, require_staying
from .closing import NO_ACCOUNT, Closings
from .keys import Devices, KeyDesk, Link, Passkeys
from .keys.enrolling import start_anew
from .keys.passkeys import Answer

log = get_log(__name__)

RETURN = "return"  # a kind of link, and what a passkey is made for
MARK = "back."  # what its token begins with, so that it is told from a first invitation
COMING = timedelta(days=7)  # how long it is good, once it is
OVER = "This link was used, or is over."


@dataclass(frozen=True, kw_only=True)
class Return:
    """How far a new invitation is."""

    reason: str
    by: str  # how whoever asked for it is called; empty: at the house's own command line
    asked_at: datetime
    ready_at: datetime
    expires_at: datetime


class Returning:
    """The verbs about new invitations to accounts that were in use."""

    def __init__(
        self, desk: KeyDesk, acts: Acts, closings: Closings, passkeys: Passkeys, devices: Devices
    ) -> None:
        self._desk = desk
        self._acts = acts
        self._closings = closings
        self._passkeys = passkeys
        self._devices = devices

    async def ask(
        self, caller: Caller, session: bytes, account: str, reason: str
    ) -> tuple[Link, Return]:
        """A link by which somebody who lost every key comes back in, good after the delay; once.

        Args:
            reason: how the caller made sure who she is; she reads it, and who looks later.

        Raises:
            Forbidden: the caller is no operator, asks for themselves, or did not prove just now
                that it is really them.
            NotFound: there is no such account.
            Conflict: it closes; or has one already; or she was never in.
        """
        reason, desk = rules.reason_of(reason), self._desk
        async with desk.db.begin() as tx:
            await tx.lock("identity.ways")
            await tx.lock(LOCK)
            await self._closings.require_operator(tx, caller, session)
            if caller.account == account:
                raise Forbidden("You are in already.", hint="Add a device under “My keys”.")
            found = await accounts.find(tx, account)
            if found is None:
                raise NotFound(NO_ACCOUNT)
            await require_staying(tx, account)
            if not await self._devices.has_way_in(tx, found):
                raise Conflict("She has never been in.", hint="Make her first invitation instead.")
            await store.forget_the_past(tx, desk.clock.now())
            link, row = await self._keep(tx, caller, found, reason)
            told = await self._told(tx, row)
        return link, told

    async def _keep(
        self, tx: Tx, caller: Caller, account: Account, reason: str
    ) -> tuple[Link, ReturnRow]:
        desk, now, token = self._desk, self._desk.clock.now(), MARK + self._desk.tokens.new()
        ready = now + desk.delay
        row = ReturnRow(
            account=account.id,
            id=desk.ids.new(),
            reason=reason,
            asked_by=caller.account,
            asked_at=to_us(now),
            ready_at=to_us(ready),
            expires_at=to_us(ready + COMING),
        )
        if not await store.add_return(tx, row, desk.kept(RETURN, token)):
            raise Conflict("She is invited anew already.", hint="Stop that first.")
        await self._acts.tell(tx, account.id, "return-asked", to_iso(ready))
        await self._acts.tell_operators(tx, "return-other", account.id, but=caller.account)
        await self._acts.note(tx, "invited anew", account.id, by=caller.account, reason=reason)
        return Link(id=row.id, token=token, expires_at=ready + COMING), row

    async def stop(self, caller: Caller, account: str) -> None:
        """Let a new invitation be good no more; by an operator.

        Raises:
            Forbidden: the caller is no operator.
            NotFound: there is none.
        """
        caller.require(Role.OPERATOR)
        await self._stop(caller, account)

    async def object(self, caller: Caller) -> None:
        """Say that one did not ask to be invited anew: the link is good no more.

        Raises:
            NotFound: there is none.
        """
        caller.require_known()
        await self._stop(caller, caller.account)

    async def _stop(self, caller: Caller, account: str) -> None:
        async with self._desk.db.begin() as tx:
            if not await store.drop_return(tx, account):
                raise NotFound("There is no new invitation, or not any more.")
            await self._acts.tell(tx, account, "return-stopped")
            await self._acts.note(tx, "new invitation stopped", account, by=caller.account)

    # See

    async def of(self, caller: Caller) -> Return | None:
        """The new invitation to one's own account, if there is one."""
        caller.require_known()
        async with self._desk.db.read() as tx:
            now = self._desk.clock.now()
            row = await store.find_return(tx, "account", caller.account, now)
            return await self._told(tx, row) if row else None

    async def all(self, caller: Caller) -> dict[str, Return]:
        """Every new invitation that is not over, by account; for operators."""
        caller.require(Role.OPERATOR)
        async with self._desk.db.read() as tx:
            rows = await store.returns(tx, self._desk.clock.now())
            return {account: await self._told(tx, row) for account, row in rows.items()}

    async def _told(self, tx: Tx, row: ReturnRow) -> Return:
        by = await accounts.find(tx, row.asked_by)
        return Return(
            reason=row.reason,
            by=by.name if by else "",
            asked_at=from_us(row.asked_at),
            ready_at=from_us(row.ready_at),
            expires_at=from_us(row.expires_at),
        )

    # Whoever holds the link

    @staticmethod
    def is_one(token: str) -> bool:
        """Whether a token is one of a new invitation, and none of a first one."""
        return token.startswith(MARK)

    async def read(self, token: str, *, here: str) -> tuple[Account, dict[str, Any]]:
        """Who is invited, and what her browser is asked.

        Raises:
            Gone: the link was used or stopped, or is over, or there is none.
            Forbidden: it is not good yet.
            Conflict: the account closes.
        """
        async with self._desk.db.read() as tx:
            row, account = await self._find(tx, token)
            options = await self._passkeys.to_make(tx, account, RETURN, row.id, here=here)
            return account, options | {"excludeCredentials": []}  # these are lost, and end

    async def accept(self, token: str, answer: Answer, *, name: str, here: str) -> Session:
        """Let her go on with a new passkey; every other key, session and app of hers ends.

        Raises:
            Gone: the link was used or stopped, or is over, or there is none.
            Forbidden: it is not good yet.
            Conflict: the account closes.
            Incorrect: it is no passkey that we can use.
        """
        desk = self._desk
        async with desk.db.begin() as tx:
            await tx.lock("identity.ways")
            await tx.lock(LOCK)
            row, account = await self._find(tx, token)
            question = (RETURN, row.id)
            key = await self._passkeys.made(tx, account, answer, question, name=name, here=here)
            if not await store.drop_return(tx, account.id):
                raise _over()
            await start_anew(tx, key, drops_old=True)
            await links.drop_printed(tx, account.id)  # the sheet may lie where the old keys do
            await desk.tell(tx, account.id, "returned", key.name)
            await self._acts.note(tx, "came back invited anew", account.id, by=account.id)
            return await desk.open(tx, account, Way.PASSKEY)

    async def _find(self, tx: Tx, token: str) -> tuple[ReturnRow, Account]:
        now = self._desk.clock.now()
        row = await store.find_return(tx, "hash", self._desk.kept(RETURN, token), now)
        account = await accounts.find(tx, row.account) if row else None
        if row is None or account is None:
            raise _over()
        await require_staying(tx, account.id)
        if row.ready_at > to_us(now):
            raise Forbidden(
                "This link is not good yet: there is time to object.",
                hint=f"Come in after {to_iso(from_us(row.ready_at))}.",
            )
        return row, account


def _over() -> Gone:
    return Gone(OVER, hint="Ask an operator for a new one.")

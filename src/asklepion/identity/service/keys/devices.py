"""One-time links: a second device of somebody who is in, and the first of somebody invited."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from asklepion.kit.clock import from_us, to_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Conflict, Forbidden, Gone, NotFound
from asklepion.kit.log import get_log

from ...engine.codes import new_signs
from ...model import Account, Caller, Role, Session, Way
from ...store import accounts, links
from ...store import keys as store
from ..acting import LOCK, require_staying
from .desk import KeyDesk
from .passkeys import Answer, Passkeys

log = get_log(__name__)

DEVICE, INVITATION = "device", "invitation"  # kinds of links, and of what is made through them
GOOD = {DEVICE: timedelta(minutes=10), INVITATION: timedelta(days=7)}
NEW, OPENED, CONFIRMED = "new", "opened", "confirmed"
CLAIM = "claim"
NONE = b""


@dataclass(frozen=True, kw_only=True)
class Link:
    """A new one-time link; its token is shown this once."""

    id: str
    token: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Pairing:
    """How far a second device is; the number that it shows is one of `choices`."""

    state: str
    choices: tuple[str, ...]
    expires_at: datetime


class Devices:
    """The verbs about one-time links."""

    def __init__(self, desk: KeyDesk, passkeys: Passkeys) -> None:
        self._desk = desk
        self._passkeys = passkeys

    # A second device

    async def link(self, caller: Caller, session: bytes) -> Link:
        """A link for one more device of the caller's, good once and for ten minutes.

        Raises:
            Forbidden: they did not prove just now that it is really them.
        """
        async with self._desk.db.begin() as tx:
            account = await self._desk.account(tx, caller)
            await self._desk.require_fresh(tx, caller, session)
            return await self._new(tx, account, DEVICE)

    async def open(self, token: str) -> tuple[str, str]:
        """Open such a link on the other device.

        Returns:
            A claim, by which that device is known, and the number that it is to show.

        Raises:
            Gone: it was opened already, or is over, or there is none.
        """
        claim, signs = self._desk.tokens.new(), new_signs()
        async with self._desk.db.begin() as tx:
            row = await self._find(tx, "hash", self._desk.kept(DEVICE, token), DEVICE)
            kept = self._desk.kept(CLAIM, claim)
            if not await links.move_link(tx, row.id, NEW, OPENED, kept, signs):
                raise _gone()
        return claim, signs.split()[0]

    async def look(self, caller: Caller, id: str) -> Pairing:
        """How far the other device is, for whoever made the link.

        Raises:
            NotFound: the link was used, or is over.
        """
        async with self._desk.db.read() as tx:
            row = await self._own(tx, caller, id)
        return Pairing(
            state=row.state,
            choices=tuple(sorted(row.sign.split())),
            expires_at=from_us(row.expires_at),
        )

    async def confirm(self, caller: Caller, id: str, sign: str) -> None:
        """Say which number the other device shows; a wrong one ends the link.

        Raises:
            NotFound: the link was used, or is over.
            Forbidden: the other device shows another number.
        """
        async with self._desk.db.begin() as tx:
            row = await self._own(tx, caller, id)
            if row.state != OPENED:
                raise Conflict("No other device has opened the link.", hint="Open it there first.")
            is_right = row.sign.split()[0] == sign
            if is_right:
                await links.move_link(tx, row.id, OPENED, CONFIRMED, row.claim, row.sign)
            else:
                await links.drop_link(tx, row.id)
        if not is_right:
            raise Forbidden("That is not the number.", hint="Make a new link, and look again.")

    async def stop(self, caller: Caller, id: str) -> None:
        """End a link before it was used."""
        async with self._desk.db.begin() as tx:
            await links.drop_link(tx, (await self._own(tx, caller, id)).id)

    async def wait(self, claim: str, *, here: str) -> dict[str, Any] | None:
        """What the other device's browser is asked, once it was confirmed; nothing before.

        Raises:
            Gone: the number was not the same, or the time is over.
        """
        async with self._desk.db.read() as tx:
            row = await self._find(tx, "claim", self._desk.kept(CLAIM, claim), DEVICE)
            if row.state != CONFIRMED:
                return None
            return await self._to_make(tx, row, here=here)

    async def join(self, claim: str, answer: Answer, *, name: str, here: str) -> Session:
        """Keep the other device's passkey, and let it in.

        Raises:
            Gone: it was not confirmed, or the time is over.
            Incorrect: it is no passkey that we can use.
        """
        async with self._desk.db.begin() as tx:
            row = await self._find(tx, "claim", self._desk.kept(CLAIM, claim), DEVICE)
            if row.state != CONFIRMED:
                raise _gone()
            return await self._use(tx, row, answer, name=name, here=here)

    async def _own(self, tx: Tx, caller: Caller, id: str) -> links.LinkRow:
        caller.require_known()
        row = await links.find_link(tx, "id", id, self._desk.clock.now())
        if row is None or (row.account, row.kind) != (caller.account, DEVICE):
            raise NotFound("There is no such link, or not any more.")
        return row

    # An invitation

    async def invite(self, caller: Caller, account: str) -> Link:
        """A link by which somebody who was never here makes her first passkey; operators only.

        Raises:
            Forbidden: the caller is no operator.
            NotFound: there is no such account.
            Conflict: she has a way in already: an operator opens nobody's account; or it closes.
        """
        caller.require(Role.OPERATOR)
        async with self._desk.db.begin() as tx:
            await tx.lock("identity.ways")
            await tx.lock(LOCK)
            found = await accounts.find(tx, account)
            if found is None:
                raise NotFound("There is no such account.")
            await require_staying(tx, account)
            if await self.has_way_in(tx, found):
                raise Conflict("She has a way in already.", hint="Her guardians can help her.")
            link = await self._new(tx, found, INVITATION)
        log.info("invited", account=account, by=caller.account)
        return link

    async def awaited(self, caller: Caller) -> frozenset[str]:
        """Who was let in and cannot come in yet: accounts without passkey and password."""
        caller.require(Role.OPERATOR)
        async with self._desk.db.read() as tx:
            return await store.without_way_in(tx)

    async def has_way_in(self, tx: Tx, account: Account) -> bool:
        """Whether somebody can come in at all."""
        if account.is_closed:
            return False
        found = await accounts.find_by_email(tx, account.email)
        return bool(found and found[1]) or bool(await store.passkeys(tx, account.id))

    async def read(self, token: str, *, here: str) -> tuple[Account, dict[str, Any]]:
        """Who is invited, and what her browser is asked.

        Raises:
            Gone: the link was used, or is over, or there is none.
        """
        async with self._desk.db.read() as tx:
            row = await self._find(tx, "hash", self._desk.kept(INVITATION, token), INVITATION)
            account = await self._account(tx, row)
            return account, await self._to_make(tx, row, here=here)

    async def accept(self, token: str, answer: Answer, *, name: str, here: str) -> Session:
        """Keep her first passkey, and let her in; the link is used up.

        Raises:
            Gone: the link was used, or is over, or there is none.
            Incorrect: it is no passkey that we can use.
        """
        async with self._desk.db.begin() as tx:
            await tx.lock("identity.ways")
            row = await self._find(tx, "hash", self._desk.kept(INVITATION, token), INVITATION)
            if await self.has_way_in(tx, await self._account(tx, row)):
                raise _gone()
            return await self._use(tx, row, answer, name=name, here=here)

    # Both

    async def _new(self, tx: Tx, account: Account, kind: str) -> Link:
        desk, token, id = self._desk, self._desk.tokens.new(), self._desk.ids.new()
        until = desk.clock.now() + GOOD[kind]
        row = links.LinkRow(id, kind, account.id, NEW, desk.kept(CLAIM, id), "", to_us(until))
        await links.add_link(tx, desk.kept(kind, token), row)
        return Link(id=id, token=token, expires_at=until)

    async def _find(self, tx: Tx, column: str, value: bytes, kind: str) -> links.LinkRow:
        row = await links.find_link(tx, column, value, self._desk.clock.now())
        if row is None or row.kind != kind:
            raise _gone()
        return row

    async def _account(self, tx: Tx, row: links.LinkRow) -> Account:
        account = await accounts.find(tx, row.account)
        if account is None:
            raise _gone()
        return account

    async def _to_make(self, tx: Tx, row: links.LinkRow, *, here: str) -> dict[str, Any]:
        account = await self._account(tx, row)
        return await self._passkeys.to_make(tx, account, row.kind, row.id, here=here)

    async def _use(
        self, tx: Tx, row: links.LinkRow, answer: Answer, *, name: str, here: str
    ) -> Session:
        account = await self._account(tx, row)
        question = (row.kind, row.id)
        key = await self._passkeys.keep(tx, account, answer, question, name=name, here=here)
        if not await links.drop_link(tx, row.id):
            raise _gone()
        await self._desk.tell(tx, account.id, "passkey-added", key.name)
        log.info("passkey added", account=account.id, by=row.kind)
        return await self._desk.open(tx, account, Way.PASSKEY)


def _gone() -> Gone:
    return Gone("This link was used, or is over.", hint="Ask for a new one.")

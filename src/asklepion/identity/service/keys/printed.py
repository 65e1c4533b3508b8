"""The printed code: one sheet of paper by which somebody comes back in, once."""

from datetime import datetime, timedelta
from typing import Any

from asklepion.kit.clock import from_us, to_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Forbidden, Gone, NotFound, Unauthenticated
from asklepion.kit.log import get_log

from ...engine import rules
from ...engine.codes import PRINTED, new_code, typed
from ...engine.limits import PER_ACCOUNT, PER_ADDRESS, PER_CODE, neighbourhood
from ...model import Caller, Session, Way
from ...store import accounts, guardians, links
from ...store import keys as store
from ..credentials import as_typed
from . import enrolling
from .desk import KeyDesk
from .passkeys import Answer, Passkeys

log = get_log(__name__)

GROUP = 5
TICKET = timedelta(minutes=10)  # from typing the code until the new passkey is made
KIND = "printed"  # of a one-time link, and of what is made through it
OPENED = "opened"
WRONG = "The e-mail address or the code is wrong."


class Printed:
    """The verbs about the printed code."""

    def __init__(self, desk: KeyDesk, passkeys: Passkeys) -> None:
        self._desk = desk
        self._passkeys = passkeys

    async def make(self, caller: Caller, session: bytes) -> str:
        """A new code, shown this once; one made before is good no longer.

        Raises:
            Forbidden: the caller did not prove just now that it is really them.
        """
        desk = self._desk
        async with desk.db.read() as tx:
            account = await desk.account(tx, caller)
            await desk.require_fresh(tx, caller, session)
        code = new_code(PRINTED, GROUP)
        hashed = await desk.hash(typed(code))
        row = links.PrintedRow(desk.ids.new(), hashed, to_us(desk.clock.now()))
        async with desk.db.begin() as tx:
            await links.keep_printed(tx, account.id, row)
            await desk.tell(tx, account.id, "code-made")
        log.info("printed code made", account=account.id)
        return code

    async def drop(self, caller: Caller, session: bytes) -> None:
        """The caller's code is good no longer."""
        async with self._desk.db.begin() as tx:
            await self._desk.require_fresh(tx, caller, session)
            row = await links.printed(tx, caller.account)
            if row is None or not await links.use_printed(tx, caller.account, row.id):
                raise NotFound("There is no printed code.")
            await self._desk.tell(tx, caller.account, "code-dropped")

    async def made_at(self, caller: Caller) -> datetime | None:
        """When the caller's code was made; nothing where there is none."""
        async with self._desk.db.read() as tx:
            row = await links.printed(tx, caller.account)
        return from_us(row.created_at) if row else None

    async def rehearse(self, caller: Caller, code: str) -> None:
        """Try the code out: nothing changes but that the house remembers when it was tried.

        Raises:
            Forbidden: it is not the caller's code.
            Busy: it was wrong too often.
        """
        desk, own = self._desk, (PER_ACCOUNT, caller.account)
        caller.require_known()
        await desk.trying.begin(own)
        async with desk.db.read() as tx:
            row = await links.printed(tx, caller.account)
        if not await desk.is_right(typed(code), row.hash if row else None):
            raise Forbidden("That is not your code.", hint="Look again, or make a new one.")
        async with desk.db.begin() as tx:
            await desk.trying.succeeded(tx, own)
            await guardians.keep_rehearsal(tx, caller.account, desk.clock.now())

    # Coming back in

    async def begin(
        self, email: str, code: str, *, here: str, address: str
    ) -> tuple[str, dict[str, Any]]:
        """Take a code, and say what the browser is asked so that a new passkey takes its place.

        Returns:
            A ticket for `finish`, and the question.

        Raises:
            Unauthenticated: there is no such account, or that is not its code; in the same words.
            Busy: too many attempts for this account or from this address.
        """
        desk, email = self._desk, as_typed(email)
        own, shared = (PER_CODE, email), (PER_ADDRESS, neighbourhood(address))
        await desk.trying.begin(own, shared)
        async with desk.db.read() as tx:
            account = await desk.find_by_email(tx, email)
            row = await links.printed(tx, account.id) if account else None
        is_right = await desk.is_right(typed(code), row.hash if row else None)
        if account is None or row is None or not is_right:
            raise Unauthenticated(WRONG, hint="Check both and try again.")
        ticket, id = desk.tokens.new(), desk.ids.new()
        until = to_us(desk.clock.now() + TICKET)
        link = links.LinkRow(id, KIND, account.id, OPENED, desk.kept("claim", id), row.id, until)
        async with desk.db.begin() as tx:
            await desk.trying.succeeded(tx, own, shared)
            await links.add_link(tx, desk.kept(KIND, ticket), link)
            question = await self._passkeys.to_make(tx, account, KIND, id, here=here)
        return ticket, question

    async def finish(
        self, ticket: str, answer: Answer, *, name: str, drops_old: bool, here: str
    ) -> Session:
        """Let her go on with a new passkey: the code is used up, every session and app ends.

        Args:
            drops_old: her other passkeys and her password end too.

        Raises:
            Gone: the ticket is over, or the code was used meanwhile.
            Incorrect: it is no passkey that we can use.
        """
        desk = self._desk
        over = Gone("That took too long, or the code was used already.", hint="Begin again.")
        async with desk.db.begin() as tx:
            link = await links.find_link(tx, "hash", desk.kept(KIND, ticket), desk.clock.now())
            account = await accounts.find(tx, link.account) if link and link.kind == KIND else None
            if link is None or account is None:
                raise over
            question = (KIND, link.id)
            key = await self._passkeys.made(tx, account, answer, question, name=name, here=here)
            is_first = await links.use_printed(tx, account.id, link.sign)
            if not await links.drop_link(tx, link.id) or not is_first:
                raise over
            await enrolling.start_anew(tx, key, drops_old=drops_old)
            await desk.tell(tx, account.id, "code-used", key.name)
            return await desk.open(tx, account, Way.PASSKEY)


class Passwords:
    """The verbs about having a password at all."""

    def __init__(self, desk: KeyDesk) -> None:
        self._desk = desk

    async def has(self, caller: Caller) -> bool:
        """Whether the caller has a password."""
        async with self._desk.db.read() as tx:
            return await self._kept(tx, caller) is not None

    async def drop(self, caller: Caller, session: bytes) -> None:
        """Go without a password, once there is another way back in.

        Raises:
            Forbidden: the caller did not prove just now that it is really them; or there are
                neither two passkeys, nor one and a printed code.
        """
        desk = self._desk
        async with desk.db.begin() as tx:
            await tx.lock("identity.ways")
            await desk.require_fresh(tx, caller, session)
            count = len(await store.passkeys(tx, caller.account))
            has_code = await links.printed(tx, caller.account) is not None
            if count < 2 and not (count == 1 and has_code):
                raise Forbidden(
                    "You could not come back in.",
                    hint="First add a second passkey, or print a code.",
                )
            await accounts.change_password(tx, caller.account, "")
            await desk.tell(tx, caller.account, "password-dropped")
        log.info("password dropped", account=caller.account)

    async def make(self, caller: Caller, session: bytes, password: str) -> None:
        """A password beside one's passkeys, where there is none.

        Raises:
            Forbidden: the caller did not prove just now that it is really them; or there is one.
            Incorrect: it is not good enough.
        """
        desk = self._desk
        async with desk.db.read() as tx:
            account = await desk.account(tx, caller)
            await desk.require_fresh(tx, caller, session)
            if await self._kept(tx, caller) is not None:
                raise Forbidden("You have a password.", hint="Change it instead.")
        password = rules.password_of(password, unlike=(account.email, account.name))
        hashed = await desk.hash(password)
        async with desk.db.begin() as tx:
            await accounts.change_password(tx, account.id, hashed)
            await desk.tell(tx, account.id, "password-made")

    async def _kept(self, tx: Tx, caller: Caller) -> str | None:
        account = await self._desk.account(tx, caller)
        found = await accounts.find_by_email(tx, account.email)
        return found[1] if found else None

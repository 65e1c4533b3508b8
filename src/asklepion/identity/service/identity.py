"""The whole of identity, and the opening of a new house."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from argon2 import PasswordHasher

from asklepion.kit.clock import Clock
from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import Conflict, Forbidden, Gone
from asklepion.kit.events import Events
from asklepion.kit.ids import Ids
from asklepion.kit.keys import Keys
from asklepion.kit.log import get_log

from ..engine import rules
from ..engine.secrets import LONGEST_TOKEN
from ..model import STRANGER, Account, Caller, Role
from ..store import accounts as store
from .accounts import Accounts
from .apps import Apps
from .apps.desk import ACCESS_TOKEN, Desk
from .apps.publishing import Fetch
from .closing import Closings
from .credentials import COOKIE, Credentials
from .keys import (
    Devices,
    Guardians,
    KeyDesk,
    Notices,
    Passkeys,
    Passwords,
    Printed,
    Recovering,
    Wallets,
)
from .outside import reach as reach_outside
from .returning import Returning
from .vc import Reach, VerifiableCredentials

log = get_log(__name__)

RECOVERY_DELAY = timedelta(hours=48)
OPENING = timedelta(days=1)  # how long the link for the first operator is good
FIRST = "opening"  # a kind of token


class Identity(Credentials, Accounts):
    """Knows who is calling.

    Args:
        address: of this house, such as https://house.example; empty: as each request calls it.
        fetch: how a key set is read that an app publishes.
        recovery_delay: from the last guardian's yes until somebody is back in; and until an account
            is closed, or a new invitation to it is good.
        events: whom what happens is told to.
        licence_issuers: others whose licences count here.
        reach: how other houses are reached.
    """

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        ids: Ids,
        keys: Keys,
        hasher: PasswordHasher | None = None,
        address: str = "",
        fetch: Fetch | None = None,
        recovery_delay: timedelta = RECOVERY_DELAY,
        events: Events | None = None,
        licence_issuers: Iterable[str] = (),
        reach: Reach = reach_outside,
    ) -> None:
        super().__init__(db=db, clock=clock, ids=ids, keys=keys, hasher=hasher)
        desk = Desk(db=db, clock=clock, ids=ids, keys=keys, tokens=self._tokens, address=address)
        self.apps = Apps(desk, fetch)
        self._desk = KeyDesk(
            db=db,
            clock=clock,
            ids=ids,
            tokens=self._tokens,
            trying=self._trying,
            hash=self._hash,
            is_right=self._is_right,
            delay=recovery_delay,
            acts=self.acts,
        )
        self.passkeys = Passkeys(self._desk)
        self.notices = Notices(self._desk)
        self.devices = Devices(self._desk, self.passkeys)
        self.printed = Printed(self._desk, self.passkeys)
        self.passwords = Passwords(self._desk)
        self.guardians = Guardians(self._desk)
        self.recovering = Recovering(self._desk, self.passkeys, self.guardians)
        self.wallets = Wallets(self._desk)
        self.credentials = VerifiableCredentials(
            db=db,
            clock=clock,
            ids=ids,
            keys=keys,
            tokens=self._tokens,
            trying=self._trying,
            events=events,
            address=address,
            trusted=licence_issuers,
            reach=reach,
        )
        self.closings = Closings(self._desk, self.acts, self.guardians, self.credentials, events)
        self.returning = Returning(
            self._desk, self.acts, self.closings, self.passkeys, self.devices
        )  # fmt: skip

    async def recognise(self, *, cookie: str | None = None, bearer: str | None = None) -> Caller:
        """Whoever holds this credential; a bearer token, where there is one, counts alone."""
        if bearer is not None and bearer.startswith(ACCESS_TOKEN):
            is_short = len(bearer) <= LONGEST_TOKEN
            return await self.apps.connections.recognise(bearer) if is_short else STRANGER
        return await super().recognise(cookie=cookie, bearer=bearer)

    async def forget(self, tx: Tx, person: str) -> tuple[dict[str, int], tuple[str, ...]]:
        """Take away the account of a person who is erased, as `Accounts.forget`, and what it held.

        Returns:
            How many rows of which table, and the accounts.
        """
        held, wards = Counter[str](), list[str]()
        for account in await self.speaking_as(tx, person):
            if account.is_patient_alone:
                held.update(await self.credentials.forget(tx, account.id))
                wards += await self.guardians.guarded(tx, account.id)
            else:  # it stays, with its badges and licences
                await self.credentials.keep_without_person(tx, account)
        gone, accounts = await super().forget(tx, person)
        await self.guardians.lost(tx, wards)
        return gone | held, accounts

    def kept_session(self, cookie: str | None) -> bytes:
        """What is kept of a session's token; nothing where there is none."""
        is_one = cookie and len(cookie) <= LONGEST_TOKEN
        return self._tokens.kept(COOKIE, cookie) if cookie and is_one else b""

    @staticmethod
    def console() -> Caller:
        """The operator at this machine's own command line."""
        return Caller(account="console", name="console", roles=frozenset({Role.OPERATOR}))

    async def opening_link(self) -> str | None:
        """A one-time token to create the first operator, good for a day; nothing once there is one.

        A token made before is good no longer.
        """
        token = self._tokens.new()
        async with self._db.begin() as tx:
            if await store.has_operator(tx):
                return None
            until = self._clock.now() + OPENING
            await store.keep_opening(tx, self._tokens.kept(FIRST, token), until)
        return token

    async def open(
        self, token: str, *, email: str, password: str, name: str, language: str = "en"
    ) -> Account:
        """Create the first operator with the one-time token.

        Raises:
            Gone: there is an operator already.
            Forbidden: the token is wrong, or a day old.
            Incorrect: something about the account cannot be.
        """
        async with self._db.read() as tx:  # before the work of hashing is done for a stranger
            await self._require_opening(tx, token)
        account = self._account(email, name, (Role.OPERATOR,), language=language)
        password = rules.password_of(password, unlike=(account.email, account.name))
        hashed = await self._hash(password)
        async with self._db.begin() as tx:
            await tx.lock("identity.opening")
            await self._require_opening(tx, token)
            if not await store.add_account(tx, account, hashed):
                raise Conflict("That e-mail address already has an account.", hint="Use another.")
            await store.end_opening(tx)
        log.info("house opened", account=account.id)
        return account

    async def _require_opening(self, tx: Tx, token: str) -> None:
        if await store.has_operator(tx):
            raise Gone("This house has been opened already.", hint="Sign in.")
        if not await store.is_opening(tx, self._tokens.kept(FIRST, token), self._clock.now()):
            raise Forbidden(
                "This link is not good, or not any more.",
                hint="Start the house again: it prints a new one.",
            )

"""The whole of identity, and the opening of a new house."""

from datetime import timedelta

from asklepion.kit.db import Tx
from asklepion.kit.errors import Conflict, Forbidden, Gone
from asklepion.kit.log import get_log

from .. import store
from ..engine import rules
from ..model import Account, Caller, Role
from .accounts import Accounts
from .credentials import Credentials

log = get_log(__name__)

OPENING = timedelta(days=1)  # how long the link for the first operator is good
FIRST = "opening"  # a kind of token


class Identity(Credentials, Accounts):
    """Knows who is calling."""

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

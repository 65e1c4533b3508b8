"""Recognise, sign in and out, change a password, make a script's token."""

from datetime import timedelta

from asklepion.kit.errors import Forbidden, Incorrect, NotFound, Unauthenticated
from asklepion.kit.log import get_log

from ..engine import rules
from ..engine.limits import PER_ACCOUNT, PER_ADDRESS, PER_EMAIL, neighbourhood
from ..engine.secrets import LONGEST_TOKEN
from ..model import STRANGER, Caller, Notice, Session, Way
from ..store import accounts as store
from ..store import apps, closing, keys, links
from . import fresh
from .acting import SUSPENDED
from .ground import Ground

log = get_log(__name__)

IDLE = timedelta(hours=12)  # a session ends when nothing was asked for so long
LONGEST = timedelta(days=30)  # and after this in any case
BEARER = timedelta(days=90)  # a script's token
RENEWAL = timedelta(minutes=10)  # how stale a session's end may be, so that reading seldom writes
COOKIE, SCRIPT = "cookie", "bearer"  # kinds of tokens

WRONG = "The e-mail address or the password is wrong."


class Credentials(Ground):
    """The verbs about passwords, sessions and tokens."""

    async def recognise(self, *, cookie: str | None = None, bearer: str | None = None) -> Caller:
        """Whoever holds this credential; a bearer token, where there is one, counts alone."""
        kind, token = (COOKIE, cookie) if bearer is None else (SCRIPT, bearer)
        if not token or len(token) > LONGEST_TOKEN:
            return STRANGER
        now = self._clock.now()
        kept = self._tokens.kept(kind, token)
        async with self._db.read() as tx:
            found = await store.find_session(tx, kept, now)
        if found is None:
            return STRANGER
        account, since, until = found
        longer = min(now + IDLE, since + LONGEST)
        if kind == COOKIE and longer - until >= RENEWAL:
            async with self._db.begin() as tx:
                await store.prolong_session(tx, kept, longer)
        return account.caller

    async def sign_in(self, email: str, password: str, *, address: str) -> Session:
        """Open a session.

        Args:
            address: where the attempt comes from, for counting failures.

        Raises:
            Unauthenticated: there is no such account, or that is not its password.
            Forbidden: it is suspended or closed.
            Busy: too many attempts for this account or from this address.
        """
        email, password = as_typed(email), rules.typed_password(password)
        own, shared = (PER_EMAIL, email), (PER_ADDRESS, neighbourhood(address))
        await self._trying.begin(own, shared)
        async with self._db.read() as tx:
            account, kept = await store.find_by_email(tx, email) or (None, None)
        is_right = await self._is_right(password, kept)
        if account is None or kept is None or not is_right:
            log.info("sign-in refused", account=account.id if account else None)
            raise Unauthenticated(WRONG, hint="Check both and try again.")
        is_outdated = self._passwords.is_outdated(kept)
        renewed = await self._hash(password) if is_outdated else None
        now, token = self._clock.now(), self._tokens.new()
        async with self._db.begin() as tx:
            await self.acts.admit(tx, account)
            await self._trying.succeeded(tx, own, shared)
            await store.forget_the_past(tx, now, now - PER_EMAIL.window)
            if renewed:
                await store.change_password(tx, account.id, renewed)
            hashed = self._tokens.kept(COOKIE, token)
            await store.add_session(tx, hashed, COOKIE, account.id, (now, now + IDLE))
            await keys.open_session(tx, hashed, Way.PASSWORD, now)
        log.info("signed in", account=account.id)
        return Session(token=token, caller=account.caller, expires_at=now + LONGEST)

    async def sign_out(self, cookie: str | None) -> None:
        """End a session; nothing happens where there is none."""
        if cookie and len(cookie) <= LONGEST_TOKEN:
            kept = self._tokens.kept(COOKIE, cookie)
            async with self._db.begin() as tx:
                await apps.end_grants(tx, "session", kept)
                await store.end_session(tx, kept)

    async def change_password(
        self, caller: Caller, *, old: str, new: str, cookie: str | None = None
    ) -> None:
        """Change one's own password; every session, token and app but the caller's cookie ends.

        Raises:
            Forbidden: that is not the old password; or there is a passkey, and they did not prove
                by it just now that it is really them.
            Incorrect: the new one is not good enough.
            Busy: the old one was wrong too often.
        """
        caller.require_known()
        stays = self._tokens.kept(COOKIE, cookie or "")
        async with self._db.read() as tx:
            account = await store.find(tx, caller.account)
            found = account and await store.find_by_email(tx, account.email)
            proven = await fresh.freshness(tx, caller.account, stays, self._clock.now())
        if not found:
            raise Forbidden("Only people change their passwords.")
        if proven == (False, True):
            raise fresh.stale(has_passkey=True)
        account, kept = found
        password = rules.password_of(new, unlike=(account.email, account.name))
        own = (PER_ACCOUNT, account.id)
        await self._trying.begin(own)
        if not await self._is_right(rules.typed_password(old), kept):
            raise Forbidden("That is not your present password.", hint="Type it again.")
        hashed = await self._hash(password)
        async with self._db.begin() as tx:
            await self._trying.succeeded(tx, own)
            await store.change_password(tx, account.id, hashed)
            await store.end_sessions(tx, account.id, stays)
            await apps.end_grants(tx, "account", account.id)
            await links.drop_links(tx, account.id)
            told = Notice(id=self._ids.new(), kind="password-changed", at=self._clock.now())
            await keys.tell(tx, account.id, told)
        log.info("password changed", account=account.id)

    async def token(self, email: str) -> str:
        """A new bearer token for scripts, good for 90 days; whoever has it acts as this account.

        Raises:
            NotFound: no account has this e-mail address.
            Forbidden: it is suspended.
        """
        now, token = self._clock.now(), self._tokens.new()
        async with self._db.begin() as tx:
            found = await store.find_by_email(tx, as_typed(email))
            if found is None:
                raise NotFound("No account has that e-mail address.", hint="Create it first.")
            if await closing.is_shut(tx, found[0].id, now):
                raise Forbidden(SUSPENDED, hint="Let its owner keep it first.")
            kept = self._tokens.kept(SCRIPT, token)
            await store.add_session(tx, kept, SCRIPT, found[0].id, (now, now + BEARER))
            await keys.open_session(tx, kept, Way.TOKEN, now)
        log.info("token made", account=found[0].id)
        return token


def as_typed(email: str) -> str:
    """An address in its one right form; what cannot be one is counted, and found nowhere."""
    try:
        return rules.email_of(email)
    except Incorrect:
        return ascii(email[: rules.LONGEST_EMAIL])  # a database may not take it as it is

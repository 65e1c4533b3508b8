"""What every verb about keys stands on: challenges, sessions, notices, and who proved what when."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asklepion.kit.clock import Clock
from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import Forbidden, Incorrect, Unauthenticated
from asklepion.kit.ids import Ids

from ...engine import rules
from ...engine.limits import PER_EMAIL
from ...engine.secrets import LONGEST_TOKEN, Tokens
from ...model import Account, Caller, Notice, Session, Way
from ...store import accounts, apps, guardians, keys
from .. import fresh
from ..acting import Acts
from ..credentials import COOKIE, IDLE, LONGEST
from ..trying import Trying

CHALLENGE = timedelta(minutes=5)  # how long a device may take to answer
LONGEST_DEVICE = 60  # characters of a device's name
NONCE, MOMENT, MARK = 16, 8, 32  # bytes of a challenge: chance, its end, and that it is ours

OVER = "That took too long, or was used already."


@dataclass(kw_only=True)
class KeyDesk:
    """The tools of the verbs about keys.

    Args:
        hash: of a password or code, slowly; off the event loop.
        is_right: whether a password or code is the one of a hash.
        delay: between the last guardian's yes and the new key's being good; and before an account
            is closed, or a new invitation to it is good.
    """

    db: Database
    clock: Clock
    ids: Ids
    tokens: Tokens
    trying: Trying
    hash: Callable[[str], Awaitable[str]]
    is_right: Callable[[str, str | None], Awaitable[bool]]
    delay: timedelta
    acts: Acts

    # Challenges. A stranger may ask for one, so that none is kept before it is answered.

    def challenge(self, purpose: str, about: str = "") -> bytes:
        """A new challenge, good for minutes, once, and for this alone."""
        until = int((self.clock.now() + CHALLENGE).timestamp())
        head = secrets.token_bytes(NONCE) + until.to_bytes(MOMENT)
        return head + self._mark(head, purpose, about)

    async def spend(self, tx: Tx, challenge: bytes, purpose: str, about: str = "") -> None:
        """Use a challenge up.

        Raises:
            Forbidden: it is none of ours, for something or somebody else, over, or was used.
        """
        head, mark = challenge[: NONCE + MOMENT], challenge[NONCE + MOMENT :]
        is_ours = len(mark) == MARK and secrets.compare_digest(
            mark, self._mark(head, purpose, about)
        )
        if not is_ours:
            raise Forbidden(OVER, hint="Try again.")
        until = datetime.fromtimestamp(int.from_bytes(head[NONCE:]), UTC)
        kept = self.tokens.kept("spent", challenge.hex())
        if until <= self.clock.now() or not await apps.is_new_assertion(tx, kept, until):
            raise Forbidden(OVER, hint="Try again.")

    def _mark(self, head: bytes, purpose: str, about: str) -> bytes:
        return self.tokens.kept(f"challenge {purpose}", f"{head.hex()} {about}")

    # Sessions

    async def open(self, tx: Tx, account: Account, way: Way) -> Session:
        """Open a session for somebody who has proved in this way who they are.

        Raises:
            Forbidden: the account is suspended or closed.
        """
        await self.acts.admit(tx, account)
        now, token = self.clock.now(), self.tokens.new()
        kept = self.tokens.kept(COOKIE, token)
        await accounts.forget_the_past(tx, now, now - PER_EMAIL.window)
        await keys.forget_the_past(tx, now)
        await guardians.forget_the_past(tx, now)
        await accounts.add_session(tx, kept, COOKIE, account.id, (now, now + IDLE))
        await keys.open_session(tx, kept, way, now)
        return Session(token=token, caller=account.caller, expires_at=now + LONGEST)

    async def freshness(self, tx: Tx, caller: Caller, session: bytes) -> tuple[bool, bool]:
        """Whether somebody proved just now who they are, and whether it takes a passkey."""
        return await fresh.freshness(tx, caller.account, session, self.clock.now())

    async def require_fresh(self, tx: Tx, caller: Caller, session: bytes) -> None:
        """Let nobody past who did not prove just now that it is really them.

        Raises:
            Forbidden: they did not; or only by a password, where they have a passkey.
        """
        is_fresh, has_passkey = await self.freshness(tx, caller, session)
        if not is_fresh:
            raise fresh.stale(has_passkey=has_passkey)

    # People

    async def account(self, tx: Tx, caller: Caller) -> Account:
        """The account of whoever calls.

        Raises:
            Forbidden: it is no person's.
        """
        caller.require_known()
        found = await accounts.find(tx, caller.account)
        if found is None:
            raise Forbidden("Only people have keys.")
        return found

    async def find_by_email(self, tx: Tx, email: str) -> Account | None:
        """The account with an address as somebody typed it."""
        try:
            found = await accounts.find_by_email(tx, rules.email_of(email))
        except Incorrect:
            return None
        return found[0] if found else None

    def handle(self, whose: str) -> bytes:
        """By what a device knows whose its key is; the same for ever, and it says nothing."""
        return self.tokens.kept("handle", whose)

    async def tell(self, tx: Tx, account: str, kind: str, about: str = "") -> None:
        """Tell somebody what became of her keys.

        Args:
            about: a device of hers, a moment, or an account: never somebody else's name, which
                would stay here when she is forgotten.
        """
        notice = Notice(id=self.ids.new(), kind=kind, about=about, at=self.clock.now())
        await keys.tell(tx, account, notice)

    def kept(self, kind: str, token: str) -> bytes:
        """What is kept of a link's token or of a claim.

        Raises:
            Unauthenticated: it is longer than any.
        """
        if len(token) > LONGEST_TOKEN:
            raise Unauthenticated("This link is not good.", hint="Ask for a new one.")
        return self.tokens.kept(kind, token)


def device_name(text: str) -> str:
    """A device's name as its owner calls it.

    Raises:
        Incorrect: it is empty or too long.
    """
    name = rules.name_of(text)
    if len(name) > LONGEST_DEVICE:
        raise Incorrect(f"A device's name has at most {LONGEST_DEVICE} characters.")
    return name

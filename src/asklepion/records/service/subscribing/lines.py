"""Open sockets, and for which subscriptions each of them listens."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from asklepion.kit.clock import Clock
from asklepion.kit.errors import Busy

MOST_WAITING = 200  # messages that a slow reader may be behind, before the line is cut
MOST_LINES = 8  # open at once for one account
MOST_TOKENS = 50  # good at once for one account
TOKEN_GOOD = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Token:
    """Lets whoever sends it listen for these, once."""

    token: str
    account: str
    subscriptions: tuple[str, ...]
    until: datetime


class Line:
    """One open socket: what it has still to say."""

    def __init__(self) -> None:
        self.account = ""  # of whoever was bound first
        self.is_over = False
        self._waiting: asyncio.Queue[str | None] = asyncio.Queue()

    def say(self, text: str) -> None:
        """Have this said; a line that reads too slowly is cut instead."""
        if self.is_over:
            return
        if self._waiting.qsize() >= MOST_WAITING:
            return self.end()
        self._waiting.put_nowait(text)

    def end(self) -> None:
        """Nothing more is said once what waits was."""
        self.is_over = True
        self._waiting.put_nowait(None)

    async def next(self) -> str | None:
        """What is to be said next; nothing when it is over."""
        return await self._waiting.get()


class Lines:
    """Who listens for what, in this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tokens: dict[str, Token] = {}
        self._bound: dict[str, set[Line]] = {}  # by subscription

    def token(self, account: str, subscriptions: tuple[str, ...]) -> Token:
        """A token for some of an account's subscriptions.

        Raises:
            Busy: it has too many that were not used.
        """
        now = self._clock.now()
        self._tokens = {k: v for k, v in self._tokens.items() if v.until > now}
        if sum(each.account == account for each in self._tokens.values()) >= MOST_TOKENS:
            raise Busy("Too many tokens are not used yet.", hint="Use one, or wait minutes.")
        token = Token(
            token=secrets.token_urlsafe(32),
            account=account,
            subscriptions=subscriptions,
            until=now + TOKEN_GOOD,
        )
        self._tokens[token.token] = token
        return token

    def take(self, text: str) -> Token | None:
        """What a token stands for; it is good once."""
        token = self._tokens.pop(text, None)
        return token if token and token.until > self._clock.now() else None

    def bind(self, line: Line, account: str, subscription: str) -> bool:
        """Let a line listen; false where the account has too many, or it is another's line."""
        if line.account not in ("", account):
            return False
        lines = {each for some in self._bound.values() for each in some}
        if line not in lines and sum(e.account == account for e in lines) >= MOST_LINES:
            return False
        line.account = account
        self._bound.setdefault(subscription, set()).add(line)
        return True

    def is_bound(self, subscription: str) -> bool:
        """Whether anybody listens for it."""
        return bool(self._bound.get(subscription))

    def say(self, subscription: str, text: str) -> bool:
        """Say this to everybody who listens for it; whether anybody does."""
        lines = [line for line in self._bound.get(subscription, ()) if not line.is_over]
        for line in lines:
            line.say(text)
        return bool(lines)

    def cut(self, subscription: str) -> None:
        """Nobody listens for it any more; a line that listens for nothing else ends."""
        for line in self._bound.pop(subscription, set()):
            if not any(line in some for some in self._bound.values()):
                line.end()

    def forget(self, line: Line) -> None:
        """A socket was closed."""
        line.is_over = True
        for subscription, lines in list(self._bound.items()):
            lines.discard(line)
            if not lines:
                del self._bound[subscription]

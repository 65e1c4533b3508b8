"""Counts who tries a password, in the database, so that a restart forgets nothing."""

from asklepion.kit.clock import Clock
from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import Busy
from asklepion.kit.log import get_log

from ..engine.limits import Limit, in_words
from ..engine.secrets import Tokens
from ..store import accounts as store

log = get_log(__name__)

Trier = tuple[Limit, str]  # how often may try, and who: an address, an account


class Trying:
    """Every attempt counts as a failure until it succeeds, so that many at once gain nothing."""

    def __init__(self, db: Database, clock: Clock, tokens: Tokens) -> None:
        self._db = db
        self._clock = clock
        self._tokens = tokens

    async def begin(self, *triers: Trier) -> None:
        """Count one attempt.

        Raises:
            Busy: there were too many; the hint says how long to wait.
        """
        now = self._clock.now()
        async with self._db.begin() as tx:
            await tx.lock("identity.attempt")
            for limit, who in triers:
                since = now - limit.window
                kept = self._tokens.kept(limit.kind, who)
                failures, first = await store.count_attempt(tx, kept, now, since)
                if failures > limit.failures:  # and this attempt is taken back, with the block
                    log.warn("too many attempts", per=limit.kind)
                    wait = in_words(first + limit.window - now)
                    raise Busy("There were too many attempts.", hint=f"Try again in {wait}.")

    async def succeeded(self, tx: Tx, own: Trier, shared: Trier | None = None) -> None:
        """Forget the failures of whoever it was, and this attempt where others share the count."""
        await tx.lock("identity.attempt")
        await store.forget_attempts(tx, self._tokens.kept(own[0].kind, own[1]))
        if shared:
            await self.forgiven(tx, shared)

    async def forgiven(self, tx: Tx, shared: Trier) -> None:
        """Take this attempt back where others share the count."""
        await store.forgive(tx, self._tokens.kept(shared[0].kind, shared[1]), 1)

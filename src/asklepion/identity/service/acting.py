"""What is done with accounts is written down, with who did it and why, and stands in the ledger."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from asklepion.kit.clock import Clock, to_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Conflict, Forbidden
from asklepion.kit.ids import Ids
from asklepion.kit.log import get_log

from ..model import Account, Notice
from ..store import closing as store
from ..store import keys
from ..store.closing import ActRow

log = get_log(__name__)

# Writes an event in the ledger within a transaction; gives its place, and the key that opens it.
Write = Callable[[Tx, Mapping[str, Any]], Awaitable[tuple[int, bytes]]]
NOWHERE = -1  # the place of what no ledger has

LOCK = "identity.closing"  # held by whoever begins or ends a closing, or counts on there being none
SUSPENDED = "This account is suspended."


class Acts:
    """Writes down what is done with accounts, and lets in whoever may come in."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._write: Write | None = None

    def write_with(self, write: Write) -> None:
        """Have each act stand in the ledger too."""
        self._write = write

    async def places(self, tx: Tx, low: int, high: int) -> set[int]:
        """The places in the ledger from one up to, and without, another that an act is about."""
        return await store.places(tx, low, high)

    async def leaves_of(self, tx: Tx, accounts: Iterable[str]) -> list[int]:
        """The places in the ledger of everything that was done with these accounts."""
        rows = [row for each in accounts for row in await store.acts(tx, each)]
        return [row.leaf for row in rows if row.leaf != NOWHERE]

    async def note(self, tx: Tx, kind: str, account: str, *, by: str, reason: str = "") -> None:
        """Write down what is done, with the change itself.

        Args:
            by: the account of whoever does it.
        """
        id, now = self._ids.new(), self._clock.now()
        row = ActRow(id, account, kind, by, reason, to_us(now), NOWHERE, b"")

        async def keep() -> None:  # last of all: nobody else writes in the ledger meanwhile
            written = row
            if self._write:
                leaf, key = await self._write(tx, row.told())
                written = row._replace(leaf=leaf, key=key)
            await store.add_act(tx, written)

        tx.at_end(keep)
        log.info(kind, account=account, by=by)

    async def tell(self, tx: Tx, account: str, kind: str, about: str = "") -> None:
        """Tell somebody what becomes of her account."""
        notice = Notice(id=self._ids.new(), kind=kind, about=about, at=self._clock.now())
        await keys.tell(tx, account, notice)

    async def tell_operators(self, tx: Tx, kind: str, account: str, *, but: str) -> None:
        """Tell the other operators what becomes of an account.

        Also those whose own accounts close: else whoever closed them would act unseen.

        Args:
            but: the account of whoever does it.
        """
        for each in await store.operators_to_tell(tx, but, self._clock.now()):
            if each != account:
                await self.tell(tx, each, kind, account)

    async def admit(self, tx: Tx, account: Account) -> None:
        """Let nobody in whose account is shut; whoever can come in needs no new invitation.

        Raises:
            Forbidden: the account is suspended or closed.
        """
        closing, now = await store.find(tx, account.id), self._clock.now()
        if closing and is_over(closing, now):
            raise Forbidden("This account is closed.", hint="Ask an operator of this house.")
        if closing and closing.is_suspended:
            raise Forbidden(SUSPENDED, hint="Ask an operator of this house.")
        if await store.drop_return(tx, account.id):
            await self.tell(tx, account.id, "return-ended")
            await self.note(tx, "new invitation ended", account.id, by=account.id)


async def require_staying(tx: Tx, account: str) -> None:
    """Let nothing new be made for an account that closes; whoever writes holds the lock.

    Raises:
        Conflict: it closes, or is closed.
    """
    if await store.find(tx, account):
        raise Conflict("This account is closing, or closed.", hint="Call that off first.")


def is_over(row: store.ClosingRow, now: datetime) -> bool:
    """Whether an account's time is over."""
    return row.ends_at <= to_us(now)

"""What every part of the subscriptions works with: their bodies, their makers, their ends."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from asklepion.identity import Caller, Role
from asklepion.kit.clock import to_us
from asklepion.kit.db import Tx
from asklepion.kit.log import get_log

from ...model import Asking, Resource
from ...store import Sight, rows
from ...store import subscriptions as store
from ...store.rows import SEVERAL, Row
from ...store.subscriptions import OFF, EventRow, SubscriptionRow
from ..deciding import me_of
from ..granting import Granter
from ..parts import Parts
from ..sealing import Texts
from ..searching import Searcher, Wanted
from .lines import Lines
from .wishes import Wish, read_wish

log = get_log(__name__)

VIA = "subscription"
CACHE_MOST = 5000

Callers = Callable[[str], Awaitable[Caller | None]]


@dataclass(frozen=True, kw_only=True)
class Held:
    """What is sealed of a subscription."""

    resource: Resource  # without secrets
    headers: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]], repr=False)
    purpose: str = "TREAT"
    visit: str | None = None
    base: str = ""  # our FHIR address, as its maker called it


async def _nobody(account: str) -> Caller | None:
    return None


class Ground:
    """The tools.

    Args:
        texts: seals subscriptions.
    """

    def __init__(
        self, parts: Parts, *, texts: Texts, searcher: Searcher, granter: Granter, lines: Lines
    ) -> None:
        self.parts = parts
        self.lines = lines
        self.callers: Callers = _nobody
        self._texts = texts
        self._searcher = searcher
        self._granter = granter
        self._wishes: dict[tuple[str, int], Wish] = {}

    @property
    def now_at(self) -> int:
        """The present moment [µs]."""
        return to_us(self.parts.clock.now())

    # Sealed

    async def seal(self, row: SubscriptionRow, held: Held) -> SubscriptionRow:
        """The row with what belongs in it."""
        text = orjson.dumps(
            {
                "resource": held.resource,
                "headers": held.headers,
                "purpose": held.purpose,
                "visit": held.visit,
                "base": held.base,
            }
        )
        return row._replace(body=await self._texts.seal(row.owner, text, _context(row)))

    async def open(self, row: SubscriptionRow) -> Held | None:
        """What is in it; nothing where the key is gone with its owner."""
        text = await self._texts.open(row.body, _context(row))
        if text is None:
            return None
        held: dict[str, Any] = orjson.loads(text)
        headers = [(name, value) for name, value in held.pop("headers")]
        return Held(**held, headers=headers)

    async def wish(self, row: SubscriptionRow, held: Held | None = None) -> Wish | None:
        """What it asks for; read once for each version."""
        key = row.id, row.version
        if key not in self._wishes:
            held = held or await self.open(row)
            if held is None:
                return None
            if len(self._wishes) >= CACHE_MOST:
                self._wishes.clear()
            self._wishes[key] = read_wish(held.resource, 0)
        return self._wishes[key]

    # Whose

    async def asking(self, row: SubscriptionRow, held: Held) -> Asking | None:
        """The subscriber as he is now; nothing where his account is gone or is somebody else's."""
        caller = await self.callers(row.account)
        if caller is None or not caller.is_known or caller.has(Role.DEVICE):
            return None
        return Asking(caller=caller, purpose=held.purpose, visit=held.visit, via=VIA)

    async def stands(self, patient: str, asking: Asking) -> bool:
        """Whether what is about one patient alone is open to the subscriber at all."""
        if not patient or me_of(asking.caller) == patient:
            return True
        return await self._granter.permits(asking, patient) is not None

    async def end(self, tx: Tx, row: SubscriptionRow, reason: str) -> None:
        """Turn one off; what it had still to tell is told to nobody."""
        changed = await store.change(
            tx, row, status=OFF, reason=reason, changed_at=self.now_at, failures=0
        )
        if changed:
            await store.drop_waiting(tx, row.id)
            tx.after_commit(lambda: self.lines.cut(row.id))
            log.info("subscription ended", id=row.id, reason=reason)

    def forget(self, ids: Sequence[str]) -> None:
        """Nothing of these stays in memory, and nobody listens for them."""
        self._wishes.clear()
        for id in ids:
            self.lines.cut(id)

    # What it may be told

    async def matching(
        self, tx: Tx, wish: Wish, sight: Sight, key: int, reference: str
    ) -> Row | None:
        """A resource as it is now, if it is what is asked for and this sight shows it."""
        type, _, id = reference.partition("/")
        params = wish.query(type)
        if params is None:
            return None
        if params:
            wanted = Wanted(type=type, params=[*params, ("_id", id), ("_count", "1")])
            row = next(iter((await self._searcher.look(tx, wanted, sight)).rows), None)
        else:  # everything of that type; whether it may be seen is decided by whoever asks
            row = (await rows.find(tx, [key])).get(key)
        if row is None or row.deleted or row.reference != reference:
            return None
        is_hers = not wish.patients or row.patient in (*wish.patients, SEVERAL)
        return row if is_hers else None

    async def compile(self, wish: Wish, asking: Asking) -> None:
        """Refuse what no search could be made of.

        Raises:
            Incorrect, Unsupported: as a search does.
        """
        sight = self.parts.releasing.sight(asking)
        types = {of for of, _ in wish.filters if of}
        types |= {wish.topic.type} if wish.topic and wish.topic.type else set()
        async with self.parts.db.read() as tx:
            for type in sorted(types):
                params = wish.query(type) or ()
                await self._searcher.compile(tx, Wanted(type=type, params=list(params)), sight)

    def key_of(self, event: EventRow) -> int:
        """The key of the resource that an event is about."""
        return self.parts.indexer.key_of(*event.reference.split("/", 1))


def _context(row: SubscriptionRow) -> str:
    return f"subscription/{row.id}/{row.version}"

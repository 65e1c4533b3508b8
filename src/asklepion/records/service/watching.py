"""What is new in one record, as it happens, for as long as it may be seen."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Any

import orjson

from asklepion.kit.errors import Busy

from ..model import (
    Asking,
    ConsentChanged,
    ConsentEnded,
    ConsentGranted,
    GlassBroken,
    PatientErased,
    Permit,
    RecordImported,
    ResourceKept,
)
from ..store import rows
from .books import code_of
from .deciding import PRACTITIONERS, actor_of
from .granting import Granter
from .parts import Parts
from .releasing import Weighed

TICK_S = 0.25  # how often a stream looks at the clock
MOST_WAITING = 500  # resources a slow reader may be behind, before it is told to read all again
ERASED = "erased"  # why a stream ends when there is nobody any more
MOST_STREAMS = 32  # open at once for one account


class Watch:
    """What one stream has still to tell."""

    def __init__(self, actor: str) -> None:
        self.actor = actor
        self.news = asyncio.Event()
        self.why = ""  # a consent ended, told why
        self.is_behind = False
        self._waiting: dict[str, None] = {}
        self._notices: list[dict[str, Any]] = []  # for the patient and who decides for her

    def tell(self, notice: dict[str, Any]) -> None:
        """Something she is to know at once."""
        self._notices = [*self._notices, notice][-MOST_WAITING:]
        self.news.set()

    def notices(self) -> list[dict[str, Any]]:
        """What she is to know since the last time."""
        notices, self._notices = self._notices, []
        return notices

    def push(self, reference: str) -> None:
        """One resource is new; twice the same is told once."""
        self._waiting[reference] = None
        if len(self._waiting) > MOST_WAITING:
            self.fall_behind()
        self.news.set()

    def fall_behind(self) -> None:
        """Too much is new to tell each."""
        self._waiting.clear()
        self.is_behind = True
        self.news.set()

    def take(self) -> tuple[list[str], bool]:
        """What is new since the last time, and whether there was too much."""
        waiting, self._waiting = list(self._waiting), {}
        is_behind, self.is_behind = self.is_behind, False
        return waiting, is_behind


class Watching:
    """Hands what happened in the house to whoever watches and may see it."""

    def __init__(self, parts: Parts, granter: Granter) -> None:
        self._parts = parts
        self._granter = granter
        self._watches: dict[str, set[Watch]] = {}  # by patient
        self._streams: dict[str, int] = {}  # by account
        parts.events.on(ResourceKept, self._hear_kept)
        parts.events.on(RecordImported, self._hear_imported)
        parts.events.on(ConsentGranted, self._hear_consent)
        parts.events.on(ConsentEnded, self._hear_consent)
        parts.events.on(GlassBroken, self._hear_broken)
        parts.events.on(ConsentChanged, self._hear_changed)
        parts.events.on(PatientErased, self._hear_erased)

    async def _hear_kept(self, event: ResourceKept) -> None:
        for watch in self._watches.get(event.patient or "", ()):
            watch.push(event.reference)

    async def _hear_imported(self, event: RecordImported) -> None:
        for watch in self._watches.get(event.patient, ()):
            watch.fall_behind()

    async def _hear_consent(self, event: ConsentGranted | ConsentEnded) -> None:
        is_of_many = not event.actor.startswith(PRACTITIONERS)  # an organization, a group, anybody
        for watch in self._watches.get(event.patient, ()):
            if is_of_many or watch.actor == event.actor:
                watch.why = event.why if isinstance(event, ConsentEnded) else ""
                watch.news.set()

    async def _hear_changed(self, event: ConsentChanged) -> None:
        for watch in self._watches.get(event.patient, ()):
            watch.news.set()

    async def _hear_broken(self, event: GlassBroken) -> None:
        for watch in self._watches.get(event.patient, ()):
            watch.tell({"kind": "emergency", "id": event.id})

    async def _hear_erased(self, event: PatientErased) -> None:
        for watch in self._watches.get(event.patient, ()):
            watch.why = ERASED
            watch.news.set()

    async def watch(self, asking: Asking, patient: str) -> AsyncGenerator[dict[str, Any]]:
        """Items as they come: permit, resource, deleted, resync, and last of all ended.

        Raises:
            Unauthenticated: a stranger asks.
            Busy: the account watches too much at once.
        """
        asking.caller.require_known()
        account = asking.caller.account
        if self._streams.get(account, 0) >= MOST_STREAMS:
            raise Busy("Too many streams are open.", hint="Close some of your windows.")
        watch = Watch(actor_of(asking.caller))
        self._streams[account] = self._streams.get(account, 0) + 1
        self._watches.setdefault(patient, set()).add(watch)
        try:
            async for item in self._items(asking, patient, watch):
                yield item
        finally:
            self._forget(account, patient, watch)

    def _forget(self, account: str, patient: str, watch: Watch) -> None:
        self._streams[account] -= 1
        if not self._streams[account]:
            del self._streams[account]
        self._watches[patient].discard(watch)
        if not self._watches[patient]:
            del self._watches[patient]

    async def _items(
        self, asking: Asking, patient: str, watch: Watch
    ) -> AsyncGenerator[dict[str, Any]]:
        known: Permit | None = None
        while True:
            permit = await self._granter.permits(asking, patient)
            if permit is None or watch.why == ERASED:
                yield {"kind": "ended", "why": self._why(watch, known)}
                return
            if permit != known:
                known = permit
                yield _told(permit)
            notices = watch.notices()
            if notices and await self._granter.decides(asking, patient):
                for notice in notices:
                    yield notice
            waiting, is_behind = watch.take()
            if is_behind:
                yield {"kind": "resync"}
            for item in await self._release(asking, patient, waiting):
                yield item
            await self._wait(watch, permit.until)

    def _why(self, watch: Watch, known: Permit | None) -> str:
        if known is None:
            return "not allowed"
        return watch.why or ("expired" if self._parts.clock.now() >= known.until else "revoked")

    async def _wait(self, watch: Watch, until: datetime) -> None:
        """Until there is news, or the permit's time is over."""
        while not watch.news.is_set() and self._parts.clock.now() < until:
            try:
                async with asyncio.timeout(TICK_S):
                    await watch.news.wait()
            except TimeoutError:
                continue
        watch.news.clear()

    async def _release(
        self, asking: Asking, patient: str, references: list[str]
    ) -> list[dict[str, Any]]:
        """Those of these resources that may be seen now, each decided afresh."""
        if not references:
            return []
        parts = self._parts
        keys = [parts.indexer.key_of(*reference.split("/", 1)) for reference in references]
        async with parts.db.read() as tx:
            found = list((await rows.find(tx, keys)).values())
            sight = parts.releasing.sight(asking)
            first = await parts.releasing.weigh(tx, asking, sight, found, [patient])
            # What this stream would not have shown is not asked for either.
            weighed: Weighed = await parts.releasing.weigh(tx, asking, sight, first.allowed)
        if not weighed.allowed:
            return []
        return [
            {"kind": "deleted", "reference": row.reference}
            if row.deleted
            else {"kind": "resource", "resource": orjson.loads(row.body)}
            for row in await parts.releasing.release("read", weighed)
        ]


def _told(permit: Permit) -> dict[str, Any]:
    return {
        "kind": "permit",
        "categories": [code_of(category) for category in sorted(permit.categories)],
        "until": permit.until.isoformat().replace("+00:00", "Z"),
        "visit": permit.visit,
        "consent": permit.consent or None,
    }

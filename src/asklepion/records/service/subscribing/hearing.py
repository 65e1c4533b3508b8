"""From what happened in the house to what subscriptions have to tell, kept before it is forgotten.

What happened comes from the outbox, which was written with the resource: killed in the midst, it
comes again, and what was written down already stays as it is.
"""

from collections.abc import Sequence

import orjson

from asklepion.kit.db import Tx
from asklepion.kit.errors import HouseError

from ...model import ConsentChanged, ConsentEnded, Resource, ResourceImported, ResourceKept
from ...store import rows
from ...store import subscriptions as store
from ...store.rows import Row
from ...store.subscriptions import EventRow, SubscriptionRow
from .ground import Ground, log
from .wishes import Wish

MOST_WAITING = 5000  # resources one subscription may be behind, before it is turned off


class Hearing:
    """Listens."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        events = ground.parts.events
        events.on(ResourceKept, self._hear_kept)
        events.on(ResourceImported, self._hear_kept)
        events.on(ConsentEnded, self._hear_consent)
        events.on(ConsentChanged, self._hear_consent)

    async def _hear_kept(self, event: ResourceKept | ResourceImported) -> None:
        ground = self._ground
        async with ground.parts.db.read() as tx:
            listening = await store.find_listening(tx, event.patient or "")
            if not listening:
                return
            found: list[EventRow] = []
            for row in listening:
                try:
                    heard = await self._heard(tx, row, event)
                except HouseError as error:  # this one cannot be told; others can
                    log.fault("subscription cannot be heard", error, id=row.id)
                    continue
                found += [heard] if heard else []
        if not found:
            return
        async with ground.parts.db.begin() as tx:
            await store.add_events(tx, found)
            for row in listening:
                if await store.count_waiting(tx, row.id) > MOST_WAITING:
                    await ground.end(tx, row, "behind")

    async def _heard(
        self, tx: Tx, row: SubscriptionRow, event: ResourceKept | ResourceImported
    ) -> EventRow | None:
        """What one subscription is to tell of it: only what its maker might see at this moment."""
        ground, reference = self._ground, event.reference
        type = reference.partition("/")[0]
        held = await ground.open(row)
        wish = await ground.wish(row, held) if held else None
        if held is None or wish is None or wish.query(type) is None:
            return None
        asking = await ground.asking(row, held)
        if asking is None:
            return None
        key = ground.parts.indexer.key_of(*reference.split("/", 1))
        sight = ground.parts.releasing.sight(asking)
        found = await ground.matching(tx, wish, sight, key, reference)
        if found is None or not await self._happened(tx, wish, key, event.version):
            return None
        if found.version == event.version and found.updated_at < row.made_at:
            return None  # it was so before anybody asked
        weighed = await ground.parts.releasing.weigh(tx, asking, sight, [found])
        if not weighed.allowed:
            return None
        return EventRow(
            position=0,
            subscription=row.id,
            reference=reference,
            version=event.version,
            patient=found.patient,
            made_at=found.updated_at if found.version == event.version else ground.now_at,
            number=0,
            told=0,
        )

    async def _happened(self, tx: Tx, wish: Wish, key: int, version: int) -> bool:
        """Whether the version came into a state that the topic waits for; nobody is shown it."""
        if wish.topic is None or not wish.topic.states:
            return True
        now = await rows.find_version(tx, key, version)
        before = await rows.find_version(tx, key, version - 1) if version > 1 else None
        texts = await self._texts([row for row in (now, before) if row and row.body])
        return version in texts and wish.topic.happened(texts[version], texts.get(version - 1))

    async def _texts(self, found: Sequence[Row]) -> dict[int, Resource]:
        opened = await self._ground.parts.releasing.look(found)
        return {row.version: orjson.loads(row.body) for row in opened}

    async def _hear_consent(self, event: ConsentEnded | ConsentChanged) -> None:
        """What stood on that consent alone ends with it, whoever it was given to."""
        ground = self._ground
        async with ground.parts.db.read() as tx:
            standing = await store.find_standing_on(tx, event.patient)
        for row in standing:
            held = await ground.open(row)
            asking = await ground.asking(row, held) if held else None
            if asking is None or not await ground.stands(row.patient, asking):
                async with ground.parts.db.begin() as tx:
                    await ground.end(tx, row, "consent" if asking else "account")

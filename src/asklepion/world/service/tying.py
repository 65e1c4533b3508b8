"""What is kept of blocks, friends, wishes and acts, brought to where people are moved."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from asklepion.kit.clock import Clock
from asklepion.kit.db import Database
from asklepion.kit.log import get_log

from ..model import Act, Self, Ties
from ..store import people as store

if TYPE_CHECKING:
    from .world import World

log = get_log(__name__)

AGAIN_S = 0.5


@dataclass(frozen=True, kw_only=True)
class Found:
    """All of it, as the database has it."""

    blocks: list[tuple[str, str]]
    friends: list[tuple[str, str, bool]]
    selves: dict[str, Self]
    acts: list[Act]

    def fill(self, ties: Ties) -> None:
        """Put it in place of what was known so far."""
        ties.clear()
        for account, other in self.blocks:
            ties.block(account, other)
        for account, other, shows in self.friends:
            ties.friends[(account, other)] = shows
        ties.selves.update(self.selves)
        ties.acts.update({act.id: act for act in self.acts})

    def is_known(self, ties: Ties) -> bool:
        """Whether nothing of it is news."""
        blocks = {(one, other) for one, others in ties.blocks.items() for other in others}
        friends = {(one, other): shows for one, other, shows in self.friends}
        acts = {act.id: act for act in self.acts}
        same = (set(self.blocks), friends, self.selves, acts)
        return same == (blocks, ties.friends, ties.selves, ties.acts)


async def find_ties(db: Database, now: datetime) -> Found:
    """Read all that stands at this moment."""
    async with db.read() as tx:
        return Found(
            blocks=await store.all_blocks(tx),
            friends=await store.all_friends(tx),
            selves=await store.all_selves(tx),
            acts=[act for act in await store.acts_that_may_stand(tx, now) if act.stands(now)],
        )


class Knowing:
    """What a worker knows of how people stand to each other: heard as it changes, and read anew."""

    def __init__(self, world: World, db: Database, clock: Clock) -> None:
        self.heard = 0  # changes so far
        self._world = world
        self._db = db
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    async def read(self) -> None:
        """Read all of it; once more if something changed meanwhile."""
        while True:
            heard = self.heard
            found = await find_ties(self._db, self._clock.now())
            if heard == self.heard:
                return self._world.know_anew(found)

    def read_again(self) -> None:
        """Some word may be lost: read all of it soon."""
        self.heard += 1  # what is being read may be older
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._read_until_done())

    def stop(self) -> None:
        """Read no more."""
        if self._task:
            self._task.cancel()

    async def _read_until_done(self) -> None:
        while True:
            try:
                return await self.read()
            except Exception as error:  # the database may be back in a moment
                log.fault("how people stand to each other was not read", error)
                await asyncio.sleep(AGAIN_S)

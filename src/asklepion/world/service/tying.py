"""What is kept of blocks, friends, wishes and acts, brought to where people are moved."""

from dataclasses import dataclass
from datetime import datetime

from asklepion.kit.db import Database

from ..model import Act, Self, Ties
from ..store import people as store


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


async def find_ties(db: Database, now: datetime) -> Found:
    """Read all that stands at this moment."""
    async with db.read() as tx:
        return Found(
            blocks=await store.all_blocks(tx),
            friends=await store.all_friends(tx),
            selves=await store.all_selves(tx),
            acts=[act for act in await store.acts_that_may_stand(tx, now) if act.stands(now)],
        )

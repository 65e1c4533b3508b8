"""Avatars that people bring: looked at, sealed, worn, and shown to those who are with them."""

import asyncio
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from asklepion.identity import AccountClosed, Caller
from asklepion.kit.clock import from_us, to_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Conflict, Forbidden, NotFound
from asklepion.kit.log import get_log
from asklepion.records import Forgotten

from ..engine.vrm import AvatarFacts, examine_avatar
from ..model.look import AVATAR_SIGNS
from ..store import avatars as store
from ..store.avatars import AvatarRow
from .looks import Looks
from .room import patient_of
from .shelf import Cellar, Shelf
from .world import World

log = get_log(__name__)

MOST_KEPT = 3  # of one account
UNDO_US = 600_000_000  # so long one that was put away can be taken out again
NO_AVATAR = "There is no such avatar."


@dataclass(frozen=True, kw_only=True)
class Avatar:
    """One avatar as its owner sees it."""

    id: str
    name: str
    authors: Sequence[str]
    licence: dict[str, str | bool]
    size: int
    triangles: int
    height_m: float
    is_worn: bool
    dropped_at: datetime | None


class Avatars:
    """The verbs of avatars that people bring."""

    def __init__(
        self,
        cellar: Cellar,
        *,
        world: World,
        looks: Looks,
        new_id: Callable[[], str] | None = None,
    ) -> None:
        self._cellar = cellar
        self._shelf = Shelf(cellar)
        self._world = world
        self._looks = looks
        self._new_id = new_id or partial(secrets.token_hex, AVATAR_SIGNS // 2)

    async def start(self) -> None:
        """Take away what belongs to nobody, and what was put away long ago."""
        if self._world.uploads and self._world.uploads.is_worker:
            return  # another process looks after it
        async with self._cellar.db.begin() as tx:
            await store.purge(tx, self._now() - UNDO_US)
            kept = await store.all_ids(tx)
        if count := await self._shelf.sweep(kept):
            log.info("stray avatars removed", count=count)

    async def stop(self) -> None:
        """Nothing goes on by itself."""

    async def list(self, caller: Caller) -> Sequence[Avatar]:
        """The caller's own, the oldest first; also what can still be taken out again.

        Raises:
            Unauthenticated: a stranger asks.
        """
        caller.require_known()
        async with self._cellar.db.begin() as tx:
            await self._purge(tx)
            rows = await store.avatars_of(tx, caller.account)
        return [_avatar(row) for row in rows]

    async def bring(self, caller: Caller, body: bytes, *, is_permitted: bool) -> Avatar:
        """Keep an avatar of one's own; it is not worn yet.

        Args:
            is_permitted: the caller says that they made it, or that its author lets them wear it.

        Raises:
            Unauthenticated: a stranger asks.
            Unsupported, Incorrect: it is no avatar that can be worn here.
            Forbidden: its author lets not everybody wear it.
            Conflict: one has as many as one may.
        """
        caller.require_known()
        facts = await asyncio.to_thread(examine_avatar, body)
        if not facts.is_for_everyone and not is_permitted:
            raise Forbidden(
                f"Only {', '.join(facts.authors)}, or whom they permit, may wear this avatar.",
                hint="Say that you made it, or have the permission; or choose another.",
            )
        row = self._row(caller, facts, len(body))
        await self._require_room(row.account)
        try:
            await self._shelf.put(row.id, row.patient, body)
            async with self._cellar.db.begin() as tx:
                await tx.lock(f"world avatars {row.account}")
                await self._require_room_in(tx, row.account)
                await store.add(tx, row)
        except BaseException:
            self._shelf.remove([row.id])
            raise
        return _avatar(row)

    async def wear(self, caller: Caller, id: str) -> None:
        """Be seen in this avatar from now on.

        Raises:
            Unauthenticated, NotFound: it is not the caller's.
        """
        async with self._cellar.db.begin() as tx:
            row = await self._own(tx, caller, id)
            if row.dropped_at:
                raise NotFound(NO_AVATAR, hint="Take it out again first.")
            await store.wear(tx, caller.account, id)
        await self._looks.show_again(caller)

    async def take_off(self, caller: Caller) -> None:
        """Be seen in one's ordinary look again.

        Raises:
            Unauthenticated: a stranger asks.
        """
        caller.require_known()
        async with self._cellar.db.begin() as tx:
            await store.wear(tx, caller.account, "")
        await self._looks.show_again(caller)

    async def drop(self, caller: Caller, id: str) -> None:
        """Put an avatar away; for ten minutes it can be taken out again.

        Raises:
            Unauthenticated, NotFound: it is not the caller's.
        """
        async with self._cellar.db.begin() as tx:
            row = await self._own(tx, caller, id)
            await self._purge(tx)
            await store.set_dropped(tx, id, self._now())
            await self._keep_few(tx, caller.account)
            if row.is_worn:
                await store.wear(tx, caller.account, "")
        await self._looks.show_again(caller)

    async def take_out(self, caller: Caller, id: str) -> None:
        """Have an avatar again that was put away.

        Raises:
            Unauthenticated, NotFound: it is not the caller's, or gone.
            Conflict: one has as many as one may.
        """
        async with self._cellar.db.begin() as tx:
            await self._purge(tx)
            row = await self._own(tx, caller, id)
            if row.dropped_at:
                await tx.lock(f"world avatars {row.account}")
                await self._require_room_in(tx, row.account)
                await store.set_dropped(tx, id, 0)

    async def read(self, caller: Caller, id: str) -> bytes:
        """An avatar's bytes, for its owner, and for whoever sees it worn where they are.

        Raises:
            Unauthenticated: a stranger asks.
            NotFound: there is none, or none for this caller.
        """
        caller.require_known()
        async with self._cellar.db.read() as tx:
            row = await store.find(tx, id)
        if row is None or not self._may_see(caller, row):
            raise NotFound(NO_AVATAR, hint="It is shown to those who are with its owner.")
        return await self._shelf.read(id)

    async def forget(self, tx: Tx, patient: str) -> Forgotten:
        """Take away the avatars of a patient who is erased."""
        gone = await store.forget_patient(tx, patient)
        tx.after_commit(partial(self._shelf.remove, gone))
        return Forgotten(rows={"world_avatar": len(gone)})

    async def hear_closed(self, event: AccountClosed) -> None:
        """Take away the avatars of an account that was closed."""
        async with self._cellar.db.begin() as tx:
            gone = await store.forget_account(tx, event.account)
            tx.after_commit(partial(self._shelf.remove, gone))

    async def follow(
        self, tx: Tx, old: str, new: str, only: Sequence[str] | None = None
    ) -> Sequence[str]:
        """Let avatars of one patient be another's, whose record she is part of now, or again."""
        return await store.hand_over(tx, old, new, only)

    # The parts

    def _may_see(self, caller: Caller, row: AvatarRow) -> bool:
        if row.account == caller.account:
            return True
        ties = self._world.ties
        if not row.is_worn or row.dropped_at or ties.are_apart(caller.account, row.account):
            return False
        if ties.self_of(caller.account).is_child:
            return False
        wearer, looker = (self._world.visit_of(one) for one in (row.account, caller.account))
        place = self._world.place_of(wearer) if wearer else None
        if not wearer or not looker or not place or not place.allows_own_avatars:
            return False
        return wearer.hall != "" and wearer.hall == looker.hall

    def _row(self, caller: Caller, facts: AvatarFacts, size: int) -> AvatarRow:
        about = {"authors": facts.authors, "licence": facts.licence}
        return AvatarRow(
            id=self._new_id(),
            account=caller.account,
            patient=patient_of(caller),
            name=facts.name,
            about=json.dumps(about, ensure_ascii=False),
            size=size,
            triangles=facts.triangles,
            height_mm=round(facts.height_m * 1000),
            is_worn=0,
            stored_at=self._now(),
            dropped_at=0,
        )

    async def _require_room(self, account: str) -> None:
        async with self._cellar.db.read() as tx:
            await self._require_room_in(tx, account)

    async def _require_room_in(self, tx: Tx, account: str) -> None:
        rows = await store.avatars_of(tx, account)
        if sum(not row.dropped_at for row in rows) >= MOST_KEPT:
            raise Conflict(
                f"You have {MOST_KEPT} avatars; no more are kept.",
                hint="Delete one of them first.",
            )

    async def _own(self, tx: Tx, caller: Caller, id: str) -> AvatarRow:
        caller.require_known()
        row = await store.find(tx, id)
        if row is None or row.account != caller.account:
            raise NotFound(NO_AVATAR, hint="GET /api/world/avatars lists your own.")
        return row

    async def _keep_few(self, tx: Tx, account: str) -> None:
        """Of many that were put away, only the last can be taken out again."""
        away = [row for row in await store.avatars_of(tx, account) if row.dropped_at]
        away.sort(key=lambda row: row.dropped_at)
        if gone := [row.id for row in away[:-MOST_KEPT]]:
            await store.drop(tx, gone)
            tx.after_commit(partial(self._shelf.remove, gone))

    async def _purge(self, tx: Tx) -> None:
        gone = await store.purge(tx, self._now() - UNDO_US)
        if gone:
            tx.after_commit(partial(self._shelf.remove, gone))

    def _now(self) -> int:
        return to_us(self._cellar.clock.now())


def _avatar(row: AvatarRow) -> Avatar:
    about: dict[str, Any] = json.loads(row.about)
    return Avatar(
        id=row.id,
        name=row.name,
        authors=about["authors"],
        licence=about["licence"],
        size=row.size,
        triangles=row.triangles,
        height_m=row.height_mm / 1000,
        is_worn=bool(row.is_worn) and not row.dropped_at,
        dropped_at=from_us(row.dropped_at) if row.dropped_at else None,
    )

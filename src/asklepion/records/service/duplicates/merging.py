"""Two records that are one person's become one, and two again if that was wrong.

merge    ──► one transaction: what was the other's points to the survivor and is sealed under her
             key; the other's Patient is inactive and says by whom it was replaced; what the other
             allowed ends, what she denied stays denied; what was done to which version is kept
unmerge  ──► one transaction: each version goes back; what came since stays, unless it is named

Older versions stay with whom they were about. So nobody reads another's past by a merge, and an
unmerge finds everything where it was.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import orjson

from asklepion.identity import Role
from asklepion.kit.clock import to_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Conflict, Incorrect, NotFound
from asklepion.kit.log import get_log

from ...engine import references_in, rewrite_references
from ...engine.forgetting import params_to
from ...model import Asking, RecordImported, Resource
from ...store import duplicates, erasures, permits, rows, search
from ...store.duplicates import (
    DISMISSED,
    ENDED,
    JOINED,
    MERGED,
    MOVED,
    STANDS,
    SURVIVOR,
    MergeRow,
    MovedRow,
)
from ...store.rows import SEVERAL, Row
from ..books import Entry
from ..drafting import Draft, Drafter
from ..parts import Parts
from ..resealing import LOCK as RESEALING
from ..writing import ERASING
from .queue import is_merged

log = get_log(__name__)

VIA, OPERATIONS = "duplicates", "HOPERAT"
PERMITTING = ("Consent", "RelatedPerson")  # say who may see her record, or stand in for her
TAKEN_MOST = 200  # resources that one unmerge may be told to take along


class Reason(StrEnum):
    """Why two records are held for one person's."""

    NUMBER = "number"  # the same number in a register
    DOCUMENT = "document"  # she showed a document
    HERSELF = "herself"  # she said so
    CLINIC = "clinic"  # the clinic that entered her says so


# In an open transaction: whose it was, whose it will be, and which alone, if not all; says which.
Follow = Callable[[Tx, str, str, Sequence[str] | None], Awaitable[Sequence[str]]]
HasAccount = Callable[[Tx, str], Awaitable[bool]]
ACCOUNTS = "accounts"  # the room that also says whether somebody can sign in


@dataclass(frozen=True, kw_only=True)
class Merge:
    """One merge as operators see it."""

    id: str
    survivor: str
    merged: str
    reason: str
    made_at: int
    undone_at: int
    moved: int = 0
    left: tuple[str, ...] = ()  # after an unmerge: what could not be told apart any more


@dataclass(kw_only=True)
class _Turning:
    """What is to be written, and how it came to that."""

    wanted: list[tuple[Row, Resource]] = field(default_factory=list[tuple[Row, Resource]])
    pairs: list[tuple[Row, Draft]] = field(default_factory=list[tuple[Row, Draft]])
    how: dict[int, str] = field(default_factory=dict[int, str])

    def add(self, row: Row, resource: Resource, how: str) -> None:
        """Let a row become this resource."""
        self.wanted.append((row, resource))
        self.how[row.rid] = how

    async def draft(self, drafter: Drafter) -> None:
        """Make drafts of everything, beside the house's own work."""
        self.pairs = await asyncio.to_thread(self._drafted, drafter)

    def _drafted(self, drafter: Drafter) -> list[tuple[Row, Draft]]:
        return [(row, drafter.draft(resource)) for row, resource in self.wanted]


class Merger:
    """Makes one patient of two, and two of one."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._has_account: HasAccount | None = None
        self._rooms: dict[str, Follow] = {}

    def introduce(self, follow: Follow, has_account: HasAccount) -> None:
        """Let accounts follow a merge, and hear whether somebody can sign in."""
        self._has_account = has_account
        self._rooms[ACCOUNTS] = follow

    def also_follow(self, room: str, follow: Follow) -> None:
        """Have another room let what it keeps of one patient be another's, in one transaction."""
        self._rooms[room] = follow

    # Merged

    async def merge(
        self,
        asking: Asking,
        survivor: str,
        merged: str,
        reason: str,
        *,
        has_confirmed_accounts: bool = False,
    ) -> Merge:
        """Make one record of two; by an operator.

        Args:
            survivor: who stays, such as Patient/1.
            merged: who becomes part of her.
            has_confirmed_accounts: it is known that both can sign in. The merged one's account
                then keeps speaking as her, and sees of her record only what is left.

        Raises:
            NotFound: one of them is not there.
            Conflict: one of them was merged already, is to be erased, or both have accounts.
        """
        asking.caller.require(Role.OPERATOR)
        asking = replace(asking, via=VIA, purpose=OPERATIONS)
        reason = _reason(reason)
        parts = self._parts
        async with parts.writer.changing() as tx:
            for lock in (RESEALING, ERASING):
                await tx.lock(lock)
            one, other = await self._find_both(tx, survivor, merged)
            if not has_confirmed_accounts:
                await self._require_one_account(tx, survivor, merged)
            turning = await self._turned(tx, one, other)
            written = await parts.writer.turn(tx, turning.pairs, "merged")
            await self._leave(tx, written, merged, turning)
            merge = MergeRow(
                id=parts.ids.new(),
                survivor=survivor,
                merged=merged,
                reason=reason,
                actor=asking.caller.account,
                followed=json.dumps(await self._follow(tx, merged, survivor)),
                state=STANDS,
                made_at=to_us(parts.clock.now()),
                undone_at=0,
            )
            moved = [
                MovedRow(merge.id, row.rid, survivor, row.version - 1, row.version, how)
                for row in written
                if (how := turning.how[row.rid])
            ]
            await duplicates.add_merge(tx, merge, moved)
            await duplicates.decide(
                tx, one.rid, other.rid, JOINED, asking.caller.account, merge.made_at
            )
            await self._tell(tx, asking, "merge", merge, written)
        log.info("patients merged", id=merge.id, count=len(moved))
        return _shown(merge, len(moved))

    async def _find_both(self, tx: Tx, survivor: str, merged: str) -> tuple[Row, Row]:
        """The two Patients, with their texts."""
        if survivor == merged:
            raise Incorrect("They are the same record.", hint="Name two.")
        keys = [self._parts.indexer.key_of(*who.split("/", 1)) for who in (survivor, merged)]
        found = await rows.find(tx, keys)
        both = [found[key] for key in keys if key in found and not found[key].deleted]
        both = [row for row in both if row.patient == row.reference]
        if len(both) != 2:
            raise NotFound("There is no such patient.", hint="Check both ids.")
        opened = await self._parts.releasing.look(both)
        if any(is_merged(orjson.loads(row.body)) for row in opened):
            raise Conflict("One of them was merged already.", hint="Undo that merge first.")
        for who in (survivor, merged):
            if await erasures.find_of_patient(tx, who):
                raise Conflict("One of them is to be erased.", hint="Wait, or take that back.")
        return opened[0], opened[1]

    async def _require_one_account(self, tx: Tx, survivor: str, merged: str) -> None:
        """Nobody reads another's past because two records were made one."""
        has = self._has_account
        if has and await has(tx, survivor) and await has(tx, merged):
            raise Conflict(
                "Both can sign in: the survivor would read what was the other's.",
                hint="Make sure that they are one person, then confirm it.",
            )

    async def _follow(
        self, tx: Tx, old: str, new: str, only: Mapping[str, Sequence[str]] | None = None
    ) -> dict[str, list[str]]:
        """Let accounts and devices follow; says which did."""
        return {
            room: list(await follow(tx, old, new, None if only is None else only.get(room, ())))
            for room, follow in sorted(self._rooms.items())
        }

    async def _turned(self, tx: Tx, one: Row, other: Row) -> _Turning:
        survivor, merged = one.reference, other.reference
        turning = _Turning()
        mapping = {merged: survivor}
        for row in await self._opened(tx, other):
            resource: Resource = orjson.loads(row.body)
            if row.type == "Consent" and row.patient == merged:
                await self._consent(tx, turning, row, resource, mapping)
            if row.type in PERMITTING:  # also another patient's: nobody inherits what it opens
                continue
            changed = rewrite_references(resource, mapping)
            if row.rid not in (one.rid, other.rid) and changed != resource:
                turning.add(row, changed, MOVED)
        held = orjson.loads(one.body)
        links = [*held.get("link", []), _link(merged, "replaces")]
        turning.add(one, {**held, "link": links}, SURVIVOR)
        held = orjson.loads(other.body)
        links = [*held.get("link", []), _link(survivor, "replaced-by")]
        turning.add(other, {**held, "active": False, "link": links}, MERGED)
        await turning.draft(self._parts.drafter)
        return turning

    async def _opened(self, tx: Tx, other: Row) -> list[Row]:
        """Whatever is about the merged one, alone or with others, or points to her; as texts."""
        merged = other.reference
        found = [row for row in await duplicates.rows_of(tx, merged) if row.rid != other.rid]
        found += [row for row in await erasures.shared_with(tx, merged) if not row.deleted]
        pointing = await erasures.pointing_to(tx, other.key, params_to("Patient"), merged)
        found += [row for row in pointing if not row.deleted]
        return await self._parts.releasing.look(list({row.rid: row for row in found}.values()))

    async def _consent(
        self, tx: Tx, turning: _Turning, row: Row, resource: Resource, mapping: Mapping[str, str]
    ) -> None:
        """What she denied stays denied for the survivor; what she allowed is over."""
        stands = await permits.find_of_consent(tx, row.id)
        if not stands:
            return  # it opened nothing, and is a thing of the past
        denial = _only_denial(resource)
        if denial or all(rule.is_denial for rule in stands):
            turning.add(row, rewrite_references(denial or resource, mapping), MOVED)
        else:
            turning.add(row, {**resource, "status": "inactive"}, ENDED)

    async def _leave(self, tx: Tx, written: Sequence[Row], patient: str, turning: _Turning) -> None:
        """Somebody is no party any more to what is about several others now."""
        stays = {row.rid: draft.thing.parties for row, draft in turning.pairs}
        left = [
            row.rid for row in written if row.patient == SEVERAL and patient not in stays[row.rid]
        ]
        await duplicates.drop_party(tx, left, patient)

    async def _tell(
        self, tx: Tx, asking: Asking, action: str, merge: MergeRow, written: Sequence[Row]
    ) -> None:
        """Write it in the lists of both, and of others whom something is about as well."""
        both = (merge.survivor, merge.merged)
        made = {who: Entry(asking=asking, action=action, patient=who) for who in both}
        things = await self._parts.releasing.things(tx, written)
        for row in written:
            patients = things[row.rid, row.version].patients
            for who in patients - set(both):
                made.setdefault(who, Entry(asking=asking, action="write", patient=who))
            for who in patients | set(both):
                made[who].add_row(row)
        for who in both:
            await self._parts.events.tell(tx, RecordImported(who, len(written)))
        await self._parts.books.write(tx, list(made.values()))

    # Undone

    async def unmerge(self, asking: Asking, id: str, *, take: Iterable[str] = ()) -> Merge:
        """Make two of one again: what was moved goes back, what came since stays.

        Args:
            take: references of what came since, and is the other's.

        Raises:
            NotFound: there is no such merge.
            Conflict: it was undone, or a later merge has to be undone first.
            Incorrect: something that is to go along is not the survivor's, or was there before.
        """
        asking.caller.require(Role.OPERATOR)
        asking = replace(asking, via=VIA, purpose=OPERATIONS)
        wanted = list(dict.fromkeys(take))
        if len(wanted) > TAKEN_MOST:
            raise Incorrect("That is too much to take along.", hint=f"At most {TAKEN_MOST}.")
        parts = self._parts
        async with parts.writer.changing() as tx:
            for lock in (RESEALING, ERASING):
                await tx.lock(lock)
            merge = await self._find_merge(tx, id)
            turning, left = await self._turned_back(tx, merge)
            for row, resource in await self._taken(tx, merge, wanted):
                turning.add(row, resource, MOVED)
            await turning.draft(parts.drafter)
            written = await parts.writer.turn(tx, turning.pairs, "unmerged")
            await self._leave(tx, written, merge.survivor, turning)
            await duplicates.end_merge(tx, id, to_us(parts.clock.now()))
            followed: dict[str, list[str]] = json.loads(merge.followed)
            await self._follow(tx, merge.survivor, merge.merged, followed)
            await self._part(tx, asking, merge)
            await self._tell(tx, asking, "unmerge", merge, written)
            now = await duplicates.find_merge(tx, id) or merge
        log.info("patients parted", id=id, count=len(written))
        return replace(_shown(now, len(written)), left=tuple(left))

    async def _find_merge(self, tx: Tx, id: str) -> MergeRow:
        merge = await duplicates.find_merge(tx, id)
        if merge is None:
            raise NotFound("There is no such merge.", hint="Look at the list again.")
        if merge.state != STANDS:
            raise Conflict("It was undone already.", hint="Look at the list again.")
        later = await duplicates.standing_merges(tx, merge.survivor)
        if any((it.made_at, it.id) > (merge.made_at, merge.id) for it in later):
            raise Conflict("A later merge stands on this one.", hint="Undo the later one first.")
        return merge

    async def _turned_back(self, tx: Tx, merge: MergeRow) -> tuple[_Turning, list[str]]:
        """What goes back, and the references of what cannot be told apart any more."""
        turning, left = _Turning(), list[str]()
        moved = {it.rid: it for it in await duplicates.moved_by(tx, merge.id) if it.how != ENDED}
        present = await search.find_rows(tx, list(moved))
        old = await erasures.versions_of(tx, list(moved))
        before = [row for row in old if row.version == moved[row.rid].before]
        texts = {row.rid: row for row in await self._parts.releasing.look(before)}
        live = [row for row in present.values() if not row.deleted]
        for row in await self._parts.releasing.look(live):
            then = orjson.loads(texts[row.rid].body) if row.rid in texts else None
            resource = _back(row, moved[row.rid], merge, then)
            if resource is None:
                left.append(row.reference)
            else:
                turning.add(row, resource, moved[row.rid].how)
        left += [row.reference for row in present.values() if row.deleted]
        return turning, sorted(left)

    async def _taken(
        self, tx: Tx, merge: MergeRow, wanted: Sequence[str]
    ) -> list[tuple[Row, Resource]]:
        keys = [self._parts.indexer.key_of(*each.split("/", 1)) for each in wanted if "/" in each]
        known = {it.rid for it in await duplicates.moved_by(tx, merge.id)}
        found = [row for row in (await rows.find(tx, keys)).values() if not row.deleted]
        found = [row for row in found if row.patient == merge.survivor and row.rid not in known]
        first = await self._first(tx, found)
        if len(found) != len(wanted) or any(at <= merge.made_at for at in first.values()):
            raise Incorrect(
                "Something that is to go along is not the survivor's, or was there before.",
                hint="Name what came after the merge, such as Observation/1.",
            )
        back = {merge.survivor: merge.merged}
        opened = await self._parts.releasing.look(found)
        return [(row, rewrite_references(orjson.loads(row.body), back)) for row in opened]

    async def _first(self, tx: Tx, found: Sequence[Row]) -> dict[int, int]:
        """When each was first kept [µs]."""
        first = {row.rid: row.updated_at for row in found}
        for row in await erasures.versions_of(tx, list(first)):
            first[row.rid] = min(first[row.rid], row.updated_at)
        return first

    async def _part(self, tx: Tx, asking: Asking, merge: MergeRow) -> None:
        """They are two people: nobody is asked about them again."""
        keys = [
            self._parts.indexer.key_of(*w.split("/", 1)) for w in (merge.survivor, merge.merged)
        ]
        found = list((await rows.find(tx, keys)).values())
        if len(found) == 2:
            by, at = asking.caller.account, to_us(self._parts.clock.now())
            await duplicates.decide(tx, found[0].rid, found[1].rid, DISMISSED, by, at)

    # Shown and forgotten

    async def merges(self, asking: Asking) -> list[Merge]:
        """Merges, newest first; for operators."""
        asking.caller.require(Role.OPERATOR)
        async with self._parts.db.read() as tx:
            return [
                _shown(row, len(await duplicates.moved_by(tx, row.id)))
                for row in await duplicates.merges(tx, 100)
            ]


def _back(row: Row, moved: MovedRow, merge: MergeRow, then: Resource | None) -> Resource | None:
    """How a resource reads after an unmerge; nothing where that cannot be told any more.

    Args:
        then: as it read before the merge.
    """
    if row.version == moved.after and then is not None:
        return then
    held: Resource = orjson.loads(row.body)
    if moved.how == SURVIVOR:
        return _unlinked(held, merge.merged, "replaces")
    if moved.how == MERGED:
        free = _unlinked(held, merge.survivor, "replaced-by")
        was: Any = then.get("active") if then else None
        bare = {key: value for key, value in free.items() if key != "active"}
        return bare if was is None else {**bare, "active": was}
    if then is None or merge.survivor in references_in(then):
        return None
    return rewrite_references(held, {merge.survivor: merge.merged})


def _only_denial(consent: Resource) -> Resource | None:
    """A Consent that denies, without the exceptions it makes; nothing where it permits."""
    provision: Any = consent.get("provision", {})
    if provision.get("type") != "deny":
        return None
    inner = [it for it in provision.get("provision", []) if it.get("type") == "deny"]
    bare = {key: value for key, value in provision.items() if key != "provision"}
    return {**consent, "provision": {**bare, "provision": inner} if inner else bare}


def _link(to: str, type: str) -> dict[str, Any]:
    return {"other": {"reference": to}, "type": type}


def _unlinked(patient: Resource, to: str, type: str) -> Resource:
    links = [it for it in patient.get("link", []) if it != _link(to, type)]
    bare = {key: value for key, value in patient.items() if key != "link"}
    return {**bare, "link": links} if links else bare


def _reason(reason: str) -> str:
    try:
        return Reason(reason)
    except ValueError as error:
        raise Incorrect("The reason is not known.", hint=f"Say {', '.join(Reason)}.") from error


def _shown(row: MergeRow, moved: int) -> Merge:
    return Merge(
        id=row.id,
        survivor=row.survivor,
        merged=row.merged,
        reason=row.reason,
        made_at=row.made_at,
        undone_at=row.undone_at,
        moved=moved,
    )

"""Keeping resources: decided, written with their index, compiled if they are Consents, told."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, replace

import orjson
from sqlalchemy.exc import IntegrityError

from asklepion.identity import Caller, Role
from asklepion.kit.clock import Clock, to_us
from asklepion.kit.db import Database, Tx
from asklepion.kit.events import Events

from ..model import (
    Act,
    Asking,
    Overtaken,
    RecordImported,
    Resource,
    ResourceImported,
    ResourceKept,
)
from ..store import permits, rows, subscriptions
from ..store.rows import Row, Writing
from .aliases import Aliases
from .deciding import Standing, Thing, is_forged, is_plan, why_not_write
from .drafting import Draft
from .releasing import Releasing
from .ruling import Ruler
from .sealing import Bodies
from .written import Done, State

BY_MESSAGE = "hl7"  # the way of a sender
ERASING = "records.erasing"  # lock: many may write, or one may be erased


@dataclass(frozen=True, slots=True)
class Wish:
    """One draft, and who wants it kept."""

    asking: Asking
    draft: Draft


Numbered = tuple[int, Wish]
Version = tuple[int, bytes]  # rid and digest


@dataclass(frozen=True, kw_only=True, slots=True)
class _Manner:
    """How drafts are kept; see `Writer.keep`."""

    is_import: bool = False
    why_ended: str = "revoked"
    by: Caller | None = None


class Writer:
    """Writes drafts in a transaction that somebody else opened, and tells what it did."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        events: Events,
        releasing: Releasing,
        bodies: Bodies,
        ruler: Ruler,
        aliases: Aliases,
    ) -> None:
        self._db = db
        self._ruler = ruler
        self._bodies = bodies
        self._aliases = aliases
        self._clock = clock
        self._events = events
        self._releasing = releasing

    @asynccontextmanager
    async def changing(self, tx: Tx | None = None) -> AsyncGenerator[Tx]:
        """A transaction, or the one that is open; whoever comes second to a resource is told so.

        Raises:
            Overtaken: somebody else changed the same thing meanwhile.
        """
        try:
            async with nullcontext(tx) if tx else self._db.begin() as inside:
                yield inside
        except IntegrityError as error:
            raise changed_meanwhile() from error

    async def keep(
        self,
        tx: Tx,
        asking: Asking,
        drafts: Sequence[Draft],
        *,
        is_import: bool = False,
        why_ended: str = "revoked",
        by: Caller | None = None,
    ) -> list[Done]:
        """Write what may be written; the answer has one item for each draft, in order.

        Args:
            is_import: what was here in any earlier version is left as it is, Consents open
                nothing, and one event tells of everything about one patient.
            why_ended: told of what a Consent allowed before and does not any more.
            by: who says what Consents say; the caller, where nobody is named.
        """
        wishes = [Wish(asking, draft) for draft in drafts]
        manner = _Manner(is_import=is_import, why_ended=why_ended, by=by)
        return await self._keep_all(tx, wishes, manner)

    async def keep_all(self, tx: Tx, wishes: Sequence[Wish]) -> list[Done]:
        """Write what many want, each for itself; the answer has one item for each, in order."""
        return await self._keep_all(tx, wishes, _Manner())

    async def _keep_all(self, tx: Tx, wishes: Sequence[Wish], manner: _Manner) -> list[Done]:
        await tx.lock(ERASING, shared=True)
        done: dict[int, Done] = {}
        waiting: list[Numbered] = list(enumerate(wishes))
        while waiting:  # one that repeats has to wait for the one before
            wave = list({wish.draft.key: (n, wish) for n, wish in reversed(waiting)}.values())
            groups = _by_asking(wave)
            before = [await self._before(tx, asking, group) for asking, group in groups]
            done |= await self._keep(tx, groups, manner)
            await self._mark(tx, [done[number] for number, _ in wave])
            for (asking, group), known in zip(groups, before, strict=True):
                present = [done[number] for number, _ in group]
                saying = replace(asking, caller=manner.by) if manner.by else asking
                await self._rule(tx, saying, present, manner)
                kept = [each.draft for each in present if each.state != State.REFUSED]
                await self._aliases.note(tx, asking, kept, known)
            waiting = [(number, wish) for number, wish in waiting if number not in done]
        return [done[number] for number in range(len(wishes))]

    async def _before(
        self, tx: Tx, asking: Asking, group: Sequence[Numbered]
    ) -> dict[int, Resource]:
        """Patients as they are, where a message brings them up to date: it vouches for what it
        says itself, not for a number that the patient wrote there.
        """
        if asking.via != BY_MESSAGE:
            return {}
        keys = [wish.draft.key for _, wish in group if wish.draft.type == "Patient"]
        found = [row for row in (await rows.find(tx, keys)).values() if row.body]
        return {row.key: orjson.loads(row.body) for row in await self._bodies.open(found)}

    async def _keep(
        self, tx: Tx, groups: Sequence[tuple[Asking, Sequence[Numbered]]], manner: _Manner
    ) -> dict[int, Done]:
        """Decide upon each by who asks for it, and write all at once."""
        drafts = [wish.draft for _, group in groups for _, wish in group]
        old = await rows.find(tx, [draft.key for draft in drafts])
        earlier = await _earlier(tx, drafts, old) if manner.is_import else set[Version]()
        done: dict[int, Done] = {}
        for asking, group in groups:
            judged = await self._judge(tx, asking, [wish.draft for _, wish in group], old, earlier)
            done |= zip([number for number, _ in group], judged, strict=True)
        await self._write(tx, done.values())
        return await self._opened(done)

    async def _judge(
        self,
        tx: Tx,
        asking: Asking,
        drafts: Sequence[Draft],
        old: Mapping[int, Row],
        earlier: set[Version],
    ) -> list[Done]:
        """What is to become of the drafts that one asks for; nothing is written yet."""
        here = [old[draft.key] for draft in drafts if draft.key in old]
        patients = {patient for draft in drafts for patient in draft.thing.patients}
        sight = self._releasing.sight(asking)
        known, standing = await self._releasing.consider(tx, sight, here, patients)
        things = {rid: thing for (rid, _), thing in known.items()}
        barred = await self._barred(tx, asking, here)
        done: list[Done] = []
        for draft in drafts:
            row = old.get(draft.key)
            thing = things.get(row.rid) if row else None
            why_not = self._releasing.scoping.why_not_write(asking.caller, draft, row)
            if why_not or (row and row.rid in barred):
                reason = why_not or "the app was not given that"
                done.append(Done(draft, State.REFUSED, reason=reason))
                continue
            before = await self._plan_before(draft, row)
            done.append(self._decide(asking, draft, row, thing, standing, earlier, before))
        return done

    async def _plan_before(self, draft: Draft, row: Row | None) -> Resource | None:
        """The plan that is there, whose author may stay; nothing of it is handed out."""
        if row is None or row.deleted or not is_plan(draft.thing):
            return None
        opened = await self.look(row)
        return orjson.loads(opened.body) if opened else None

    async def _barred(self, tx: Tx, asking: Asking, old: Sequence[Row]) -> set[int]:
        """What is there already, and not for the caller's app to change."""
        scoping = self._releasing.scoping
        narrowing = scoping.narrowing(asking.caller, "u")
        present = [row for row in old if not row.deleted]
        out = await scoping.outside(tx, narrowing, present, self._releasing.look)
        return {rid for rid, _ in out}

    async def _opened(self, done: dict[int, Done]) -> dict[int, Done]:
        """With the texts of what was there already: whoever may write the same knows it."""
        same = [each.row for each in done.values() if each.row and each.state == State.SAME]
        texts = {row.rid: row for row in await self._bodies.open(same)}
        return {
            n: replace(d, row=texts[d.row.rid]) if d.row and d.row.rid in texts else d
            for n, d in done.items()
        }

    async def look(self, row: Row) -> Row | None:
        """A stored row as text, for a decision about it; nothing of it is handed out."""
        opened = await self._bodies.open([row])
        return opened[0] if opened else None

    def _decide(
        self,
        asking: Asking,
        draft: Draft,
        row: Row | None,
        thing: Thing | None,
        standing: Standing,
        earlier: set[Version],
        before: Resource | None,
    ) -> Done:
        if row and row.reference != draft.reference:  # two ids with one key: once in an age
            return Done(draft, State.REFUSED, reason="its id cannot be kept here; choose another")
        is_same = row and not row.deleted and row.digest == draft.digest
        account = asking.caller.account
        if row and thing and is_same and (standing.sees(thing) or row.author == account):
            return Done(draft, State.SAME, row)
        reason = why_not_write(asking, draft.thing, thing, standing)
        if not reason and is_forged(asking, draft.thing, draft.resource, before):
            reason = "it names another author than you"
        if reason:
            return Done(draft, State.REFUSED, reason=reason)
        if row and (is_same or (not row.deleted and (row.rid, draft.digest) in earlier)):
            return Done(draft, State.SAME, row)
        at = self._clock.now()
        of = draft.thing
        permit = standing.permit_for(of.patient, replace(of, author=account))
        rid, version = (row.rid, row.version + 1) if row else (0, 1)
        writing = draft.write(rid=rid, version=version, at=at, author=account)
        state = State.CHANGED if row else State.NEW
        decides = bool(standing.acts(of.patient) & Act.DECIDE)
        return Done(draft, state, writing.row, permit=permit, decides=decides)

    async def _write(self, tx: Tx, done: Iterable[Done]) -> None:
        """In the order of their keys, so that two who write the same never wait for each other."""
        ordered = sorted(
            (each for each in done if each.row and each.state in (State.NEW, State.CHANGED)),
            key=lambda each: each.draft.key,
        )
        sealed = await self._bodies.seal([each.row for each in ordered if each.row])
        writings = {
            state: [
                Writing(row, each.draft.index, tuple(each.draft.thing.parties))
                for each, row in zip(ordered, sealed, strict=True)
                if each.state == state
            ]
            for state in (State.NEW, State.CHANGED)
        }
        await rows.insert(tx, writings[State.NEW])
        if not await rows.replace(tx, writings[State.CHANGED]):
            raise changed_meanwhile()

    async def turn(self, tx: Tx, pairs: Sequence[tuple[Row, Draft]], why_ended: str) -> list[Row]:
        """Write the next versions of resources whose patient became another; authors stay.

        A Consent that came to something comes to what it says now. Nothing else becomes a rule.

        Raises:
            Overtaken: one is not at the version that was looked at.
        """
        at = self._clock.now()
        writings = [
            draft.write(rid=row.rid, version=row.version + 1, at=at, author=row.author)
            for row, draft in pairs
        ]
        sealed = await self._bodies.seal([writing.row for writing in writings])
        ready = [replace(w, row=row) for w, row in zip(writings, sealed, strict=True)]
        if not await rows.replace(tx, ready):
            raise changed_meanwhile()
        about = [
            (row, draft.resource, draft.thing.patients)
            for (_, draft), row in zip(pairs, sealed, strict=True)
        ]
        await self._ruler.mark_new(tx, about)
        for _, draft in pairs:
            if draft.type == "Consent" and await permits.find_of_consent(tx, draft.id):
                await self._ruler.take_consent(tx, draft.resource, stands=True, why_ended=why_ended)
        return sealed

    async def delete(self, tx: Tx, row: Row, by: Caller | None = None) -> Row:
        """Write that a resource is no more; its versions stay."""
        await tx.lock(ERASING, shared=True)
        gone = row._replace(
            version=row.version + 1,
            updated_at=to_us(self._clock.now()),
            deleted=1,
            digest=b"",
            body=b"",
        )
        if not await rows.replace(tx, [Writing(gone, None)]):
            raise changed_meanwhile()
        await self._ruler.forget(tx, row, by)
        return gone

    # What it comes to

    async def _mark(self, tx: Tx, done: Iterable[Done]) -> None:
        """Mark what was written and narrow parts of Consents are about."""
        marked = [(row, each.draft.resource, each.draft.thing.patients) for each, row in _new(done)]
        await self._ruler.mark_new(tx, marked)

    async def _rule(self, tx: Tx, asking: Asking, done: Iterable[Done], manner: _Manner) -> None:
        """Turn what was written into rules; Consents only where one wrote them who decides."""
        for each, row in _new(done):
            is_carer = not each.decides and not asking.caller.has(Role.OPERATOR)
            if each.draft.type == "Patient" and is_carer:
                continue  # by another birth date he would let parents stand in for her
            if each.draft.type != "Consent":
                await self._ruler.take(tx, each.draft.resource, row.patient)
                continue
            stands = each.decides and not manner.is_import
            await self._ruler.take_consent(
                tx, each.draft.resource, stands=stands, why_ended=manner.why_ended, by=asking.caller
            )

    async def expire(self, tx: Tx) -> int:
        """Take away rules whose time is over, and tell; returns how many."""
        return await self._ruler.expire(tx)

    # What is told

    async def tell_kept(self, tx: Tx, done: Iterable[Done]) -> None:
        """Tell of each resource that is new or changed."""
        await self._tell_each(tx, ResourceKept, done)

    async def _tell_each(
        self, tx: Tx, kind: type[ResourceKept] | type[ResourceImported], done: Iterable[Done]
    ) -> None:
        events = [
            kind(each.draft.reference, patient, row.category, row.version)
            for each, row in _new(done)
            for patient in sorted(each.draft.thing.patients) or [None]
        ]
        await self._events.tell_all(tx, events)

    async def tell_imported(self, tx: Tx, done: Sequence[Done]) -> None:
        """Tell once for each patient that much is new; and of each, if anybody subscribes."""
        if await subscriptions.is_any_open(tx):
            await self._tell_each(tx, ResourceImported, done)
        counts: dict[str, int] = {}
        for each in done:
            if each.state in (State.NEW, State.CHANGED):
                for patient in each.draft.thing.patients:
                    counts[patient] = counts.get(patient, 0) + 1
        for patient, count in sorted(counts.items()):
            await self._events.tell(tx, RecordImported(patient, count))


def _by_asking(wave: Iterable[Numbered]) -> list[tuple[Asking, list[Numbered]]]:
    """What each asks for, whoever asks several times in one breath once."""
    groups: dict[int, tuple[Asking, list[Numbered]]] = {}
    for number, wish in wave:
        groups.setdefault(id(wish.asking), (wish.asking, []))[1].append((number, wish))
    return list(groups.values())


def _new(done: Iterable[Done]) -> list[tuple[Done, Row]]:
    """What was written, each with its row."""
    return [
        (each, each.row) for each in done if each.row and each.state in (State.NEW, State.CHANGED)
    ]


async def _earlier(tx: Tx, drafts: Iterable[Draft], old: Mapping[int, Row]) -> set[Version]:
    changed = [old[d.key] for d in drafts if d.key in old and old[d.key].digest != d.digest]
    return await rows.find_old_digests(tx, [row.rid for row in changed if row.version > 1])


def changed_meanwhile() -> Overtaken:
    """Two wrote the same at once; this one was second."""
    return Overtaken("It was changed by somebody else meanwhile.", hint="Read it and try again.")

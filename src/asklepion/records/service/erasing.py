"""Erasing somebody: her rows, her keys, then the proof; what is begun is ended, whatever happens.

asked ──► due later, while the law has the record kept ──► due
due   ──► one transaction: her rows are gone from every room, others' name her no more
      ──► her keys are destroyed: no backup opens for her any more
      ──► one transaction: what was destroyed stands in the ledger, without her name
"""

import json
import secrets
from collections.abc import Awaitable, Callable, Sequence, Set
from datetime import datetime
from typing import Any

import orjson

from asklepion.identity import Caller, Role
from asklepion.kit.clock import from_us, to_iso, to_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Conflict, NotFound
from asklepion.kit.log import get_log
from asklepion.kit.vault import Vault
from asklepion.ledger import Finding, Ledger, canonical, commit

from ..engine import forget, params_to
from ..model import Asking, Erasure, Forgotten, Ground, PatientErased, Resource
from ..store import duplicates, erasures
from ..store.erasures import DONE, DUE, GONE, ErasureRow
from ..store.rows import SEVERAL, Row, Writing
from ..store.sealed import keep_bodies
from .absent import not_found
from .books import KEY_BYTES, Entry
from .deciding import me_of
from .drafting import encode, whose
from .parts import Parts
from .resealing import LOCK as RESEALING
from .sealing import Bodies, owner_of
from .signing import Graves
from .writing import ERASING

log = get_log(__name__)

TABLE = "records_erasure"
STATES = {DUE: "scheduled", GONE: "begun", DONE: "done"}
HOUSE_ASKS = Asking(caller=Caller(account="house", name="house"), purpose="HOPERAT", via="erasure")
Forget = Callable[[Tx, str], Awaitable[Forgotten]]


class Eraser:
    """Takes a patient out of the house.

    Args:
        retention_years: how long after its last entry a record must be kept.
    """

    def __init__(
        self,
        parts: Parts,
        *,
        vault: Vault,
        bodies: Bodies,
        ledger: Ledger,
        graves: Graves,
        retention_years: int = 0,
    ) -> None:
        self._parts = parts
        self._vault = vault
        self._bodies = bodies
        self._ledger = ledger
        self._graves = graves
        self._years = retention_years
        self._rooms: list[Forget] = []

    def also(self, forget: Forget) -> None:
        """Have another room take away what it keeps of somebody, in the same transaction."""
        self._rooms.append(forget)

    # Asked for

    async def erase(self, asking: Asking, patient: str, ground: Ground) -> Erasure:
        """Erase a patient now, or write down when that may be."""
        asking.caller.require_known()
        is_operator = asking.caller.has(Role.OPERATOR)
        if not is_operator and me_of(asking.caller) != patient:
            raise not_found("Patient")
        async with self._parts.db.begin() as tx:
            await tx.lock(ERASING)
            is_hers = me_of(asking.caller) == patient
            row = await self._asked(tx, asking, patient, ground, is_hers)
            # Whoever was merged with her is the same person: one is not erased without the other.
            kin = await duplicates.merged_with(tx, patient)
            parts = [await self._asked(tx, asking, other, ground, is_hers) for other in kin]
        if row.due_at > to_us(self._parts.clock.now()):
            log.info("erasure scheduled", id=row.id)
            return as_erasure(row)
        for part in parts:  # what a stop leaves of them is due at the next start
            if part.due_at <= to_us(self._parts.clock.now()):
                await self._carry_out(part)
        return as_erasure(await self._carry_out(row))

    async def _asked(
        self, tx: Tx, asking: Asking, patient: str, ground: Ground, is_hers: bool
    ) -> ErasureRow:
        """The erasure that was asked for and not begun, now or before."""
        row = await erasures.find_of_patient(tx, patient)
        if row is None:
            row = await self._ask(tx, asking, patient, ground, is_hers)
            await erasures.keep(tx, row)
        return row

    async def _ask(
        self, tx: Tx, asking: Asking, patient: str, ground: Ground, is_hers: bool
    ) -> ErasureRow:
        last = await erasures.last_entry(tx, patient)
        if last is None and not await self._vault.known([patient]):
            raise not_found("Patient")
        now = to_us(self._parts.clock.now())
        return ErasureRow(
            id=self._parts.ids.new(),
            state=DUE,
            patient=patient,
            ground=ground,
            asked_by="patient" if is_hers else "operator",
            actor="" if is_hers else asking.caller.account,
            asked_at=now,
            due_at=self._due(last, now),
        )

    def _due(self, last: int | None, now: int) -> int:
        if last is None or not self._years:
            return now
        return max(now, to_us(years_after(from_us(last), self._years)))

    async def cancel(self, asking: Asking, id: str) -> None:
        """Take back an erasure that was not begun; by the patient or an operator."""
        asking.caller.require_known()
        async with self._parts.db.begin() as tx:
            row = await erasures.find(tx, id)
            mine = row and row.patient and row.patient == me_of(asking.caller)
            if row is None or not (mine or asking.caller.has(Role.OPERATOR)):
                raise NotFound("There is no such erasure.", hint="Check its id.")
            if not await erasures.drop(tx, id):
                raise Conflict("It was carried out already.", hint="Nothing can bring it back.")
            for other in await duplicates.merged_with(tx, row.patient):
                kin = await erasures.find_of_patient(tx, other)
                if kin:
                    await erasures.drop(tx, kin.id)

    # Carried out

    async def carry_out_due(self) -> int:
        """End what was begun, and begin what is due; returns how many are done now."""
        now = to_us(self._parts.clock.now())
        async with self._parts.db.read() as tx:
            waiting = await erasures.find_unfinished(tx, now)
        done = 0
        for row in waiting:
            if row.state == DUE:
                async with self._parts.db.begin() as tx:
                    due_at = self._due(await erasures.last_entry(tx, row.patient), now)
                    row = row._replace(due_at=due_at)
                    await erasures.keep(tx, row)
            if row.due_at <= now:
                try:
                    await self._carry_out(row)
                    done += 1
                except Conflict:  # somebody else is at it
                    continue
        return done

    async def _carry_out(self, row: ErasureRow) -> ErasureRow:
        patient = row.patient
        if row.state == DUE:
            row = await self._destroy_rows(row)
        await self._vault.destroy(json.loads(row.keys))
        row = await self._prove(row, patient)
        await self._parts.db.forget_log()
        log.info("patient erased", id=row.id)
        return row

    async def _destroy_rows(self, row: ErasureRow) -> ErasureRow:
        parts, patient = self._parts, row.patient
        counts: dict[str, int] = {}
        async with parts.writer.changing() as tx:
            for lock in (RESEALING, ERASING):
                await tx.lock(lock)
            if (await erasures.find(tx, row.id) or row).state != DUE:
                raise Conflict("It is being erased already.", hint="Look again in a moment.")
            keys = await self._vault.condemn(patient)
            keys += await self._leave_others(tx, patient, counts)
            erasures.add(counts, await self._destroy_resources(tx, patient))
            counts["kit_outbox"] = await parts.events.forget(tx, patient)
            accounts: list[str] = []
            leaves: list[int] = []
            for forget_in in self._rooms:
                forgotten = await forget_in(tx, patient)
                erasures.add(counts, forgotten.rows)
                accounts += forgotten.accounts
                leaves += forgotten.leaves
            await self._graves.bury(tx, leaves)
            name = f"erased-{row.id}"
            counts["records_access"] = await parts.books.bury(tx, patient, accounts, name)
            row = row._replace(
                state=GONE, patient="", keys=json.dumps(keys), destroyed=json.dumps(counts)
            )
            await erasures.keep(tx, row)
            await parts.events.tell(tx, PatientErased(patient))
        return row

    async def _destroy_resources(self, tx: Tx, patient: str) -> dict[str, int]:
        counts = await erasures.destroy_resources(tx, await erasures.rids_of(tx, patient))
        erasures.add(counts, await erasures.destroy_rest(tx, patient))
        return counts

    async def _prove(self, row: ErasureRow, patient: str) -> ErasureRow:
        """Write in the ledger what was destroyed."""
        now = self._parts.clock.now()
        event = self._event(row, now)
        key = secrets.token_bytes(KEY_BYTES)
        async with self._parts.db.begin() as tx:
            await tx.lock(ERASING)
            known = await erasures.find(tx, row.id)
            if known and known.state == DONE:  # somebody else was quicker
                return known
            if patient:  # a look that was under way may have been written down meanwhile
                await self._parts.books.bury(tx, patient, (), f"erased-{row.id}-late")
            (leaf,) = await self._ledger.append(tx, [commit(event, key)])
            done = row._replace(
                state=DONE, done_at=to_us(now), leaf=leaf, event=canonical(event), key=key
            )
            await erasures.keep(tx, done)
        return done

    def _event(self, row: ErasureRow, now: datetime) -> dict[str, Any]:
        return {
            "kind": "erasure",
            "id": row.id,
            "ground": row.ground,
            "asked_by": row.asked_by,
            "actor": row.actor,
            "asked_at": to_iso(from_us(row.asked_at)),
            "erased_at": to_iso(now),
            "keys_destroyed": [f"{key:016x}" for key in json.loads(row.keys)],
            "rows_destroyed": {k: v for k, v in json.loads(row.destroyed).items() if v},
        }

    # What is about others as well

    async def _leave_others(self, tx: Tx, patient: str, counts: dict[str, int]) -> list[int]:
        """Take her out of what names her beside others; returns the keys that go with it.

        A Group stays, without her. Anything else that is about her and others is destroyed with
        her, and the others' lists of accesses say so. What only points to her points to nobody.
        """
        shared = await erasures.shared_with(tx, patient)
        doomed = [r for r in shared if r.patient == SEVERAL and (r.type != "Group" or r.deleted)]
        gone = {row.rid for row in doomed}
        keys = [key for row in shared for key in await self._vault.condemn(row.reference)]
        target = self._parts.indexer.key_of(*patient.split("/", 1))
        pointing = await erasures.pointing_to(tx, target, params_to("Patient"), patient)
        stay = {row.rid: row for row in (*shared, *pointing) if row.rid not in gone}
        condemned = {row.reference for row in shared}
        await self._rewrite(tx, list(stay.values()), patient, condemned)
        await self._tell_others(tx, doomed, patient)
        erasures.add(counts, await erasures.destroy_resources(tx, sorted(gone)))
        counts["rewritten"] = len(stay)
        return keys

    async def _rewrite(
        self, tx: Tx, found: Sequence[Row], patient: str, condemned: Set[str]
    ) -> None:
        """Keep these as they read without her, in every version, under keys that stay."""
        for row in await self._bodies.open(found):
            resource = forget(orjson.loads(row.body), patient) if row.body else None
            if resource is not None:
                draft = self._parts.drafter.draft(resource)
                (sealed,) = await self._bodies.seal([self._without(row, resource)])
                writing = Writing(sealed, draft.index, tuple(sorted(draft.thing.parties)))
                await erasures.rewrite_present(tx, writing, patient)
            elif row.body and owner_of(row) in condemned:
                await keep_bodies(tx, await self._bodies.seal([row]), is_old=False)
        old = await erasures.versions_of(tx, [row.rid for row in found])
        for row in await self._bodies.open([row for row in old if row.patient != patient]):
            resource = forget(orjson.loads(row.body), patient) if row.body else None
            if resource is not None and row.patient == SEVERAL and row.type != "Group":
                await erasures.destroy_version(tx, row)
            elif resource is not None:
                (sealed,) = await self._bodies.seal([self._without(row, resource)])
                await erasures.rewrite_version(tx, sealed)
            elif row.body and owner_of(row) in condemned:
                await keep_bodies(tx, await self._bodies.seal([row]), is_old=True)

    def _without(self, row: Row, resource: Resource) -> Row:
        digest = self._parts.drafter.digest(resource)
        return row._replace(patient=whose(resource)[0], digest=digest, body=encode(resource))

    async def _tell_others(self, tx: Tx, doomed: Sequence[Row], patient: str) -> None:
        """Write in the others' lists that something about them was destroyed with somebody."""
        things = await self._parts.releasing.things(tx, doomed)
        told: dict[str, Entry] = {}
        for row in doomed:
            for other in things[row.rid, row.version].patients - {patient}:
                entry = told.setdefault(
                    other, Entry(asking=HOUSE_ASKS, action="erase", patient=other)
                )
                entry.add_row(row)
        await self._parts.books.write(tx, list(told.values()))

    # Shown and checked

    async def all(self, asking: Asking) -> list[Erasure]:
        """What is due and what is done, in the order in which it was asked for; for operators."""
        asking.caller.require(Role.OPERATOR)
        return [as_erasure(row) for row in await self._all()]

    async def receipt(self, id: str) -> dict[str, Any]:
        """The proof of what was destroyed; names nobody, so whoever knows its id may have it."""
        async with self._parts.db.read() as tx:
            row = await erasures.find(tx, id)
        if row is None or row.state != DONE:
            raise NotFound("There is no such erasure.", hint="Check its id.")
        return await self._ledger.receipt(row.leaf, json.loads(row.event), row.key)

    async def verify(self) -> list[Finding]:
        """Every erasure that is not as the ledger has it."""
        return [
            Finding(TABLE, row.id, f"does not match leaf {row.leaf}")
            for row in await self._all()
            if row.state == DONE and not await self._agrees(row)
        ]

    async def _all(self) -> list[ErasureRow]:
        found: list[ErasureRow] = []
        async with self._parts.db.read() as tx:
            while page := await erasures.find_all(tx, after=found[-1].id if found else ""):
                found += page
        return found

    async def _agrees(self, row: ErasureRow) -> bool:
        try:
            event = json.loads(row.event)
            is_in_ledger = commit(event, row.key) == await self._ledger.leaf(row.leaf)
            return is_in_ledger and event == self._event(row, from_us(row.done_at))
        except (ValueError, TypeError, KeyError):
            return False

    # Traces

    async def sweep(self) -> bool:
        """Rewrite the database's files if an erasure left traces; whether all are out."""
        async with self._parts.db.read() as tx:
            oldest = await erasures.oldest_unswept(tx)
        if oldest is None:
            return True
        before = to_us(self._parts.clock.now())
        is_clean = await self._parts.db.sweep()
        async with self._parts.db.begin() as tx:
            at = to_us(self._parts.clock.now())
            await erasures.keep_swept(tx, at, before)
        return is_clean


def as_erasure(row: ErasureRow) -> Erasure:
    """One stored erasure as it is shown."""
    return Erasure(
        id=row.id,
        state=STATES[row.state],
        patient=row.patient,
        ground=Ground(row.ground),
        asked_by=row.asked_by,
        asked_at=from_us(row.asked_at),
        due_at=from_us(row.due_at),
        done_at=from_us(row.done_at) if row.done_at else None,
        swept_at=from_us(row.swept_at) if row.swept_at else None,
        destroyed=json.loads(row.destroyed),
    )


def years_after(at: datetime, years: int) -> datetime:
    """The same day so many years later; 1 March for 29 February."""
    try:
        return at.replace(year=at.year + years)
    except ValueError:
        return at.replace(year=at.year + years, month=3, day=1)

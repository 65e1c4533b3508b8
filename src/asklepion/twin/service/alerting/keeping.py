"""Keeps alerts and what is said to them: sealed under the patient's key, each act in her log."""

import hmac
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec import structs

from asklepion.identity import Role
from asklepion.kit.clock import Clock, to_iso
from asklepion.kit.db import Database, Tx
from asklepion.kit.ids import Ids
from asklepion.kit.keys import Keys
from asklepion.kit.log import get_log
from asklepion.records import Asking, Category, Records

from ...engine.alerting import Change, Severity
from ...engine.alerting.rules import BY_KEY, DAY, GLUCOSE_HIGH, GLUCOSE_LOW, GLUCOSE_LOW_SENSOR
from ...store import alerts as store
from ...store.alerts import AlertRow, AnswerRow
from ...wire import AlertWish
from ..sealing import Sealing
from .bells import Bells
from .values import LAST_TIER, Act, Alarm, Said, Told, escalates_at, in_her_name, person_of

log = get_log(__name__)

T = TypeVar("T")

OF_GLUCOSE = (GLUCOSE_LOW.key, GLUCOSE_LOW_SENSOR.key, GLUCOSE_HIGH.key)
SILENT = min(rule.silent for rule in BY_KEY.values())


class Keeping:
    """The alerts of the house."""

    def __init__(
        self, *, db: Database, clock: Clock, ids: Ids, keys: Keys, records: Records, bells: Bells
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._vault = keys.vault
        self._sealing = Sealing(keys.vault)
        self._key = keys.key("twin-alerts")
        self._records = records
        self._bells = bells

    # What the watch says

    async def take(self, patient: str, change: Change) -> None:
        """Keep what became of one rule: one open alert for it, and never two."""
        async with self._db.begin() as tx:
            await self._records.acts.hold(tx)
            if not await self._vault.known([patient]):
                return  # erased while it was looked at
            wish = await self.wish_of(patient, tx)
            if not wish.is_on:
                return  # switched off meanwhile
            row = await store.find_open(tx, patient, self._mark(patient, change.rule))
            if row is None and change.kind == "cleared":
                return
            row = await self._changed(row, patient, change, wish)
            await store.keep(tx, row)
            if change.kind != "goes_on":
                act = "alert-end" if change.kind == "cleared" else "alert"
                await self._write(tx, in_her_name(patient), row, act, change.references)
                tx.after_commit(lambda: self._bells.ring(patient))
        if change.kind != "goes_on":
            log.info("alert", id=row.id, kind=change.kind)

    async def _changed(
        self, row: AlertRow | None, patient: str, change: Change, wish: AlertWish
    ) -> AlertRow:
        now = self._clock.now()
        told = Told(
            rule=change.rule,
            severity=change.severity,
            at=to_iso(change.at),
            references=list(change.references),
            end="better" if change.kind == "cleared" else "",
        )
        is_new = row is None
        id = self._ids.new() if row is None else row.id
        row = row or AlertRow(
            id=id,
            patient=patient,
            mark=self._mark(patient, change.rule),
            told=b"",
            tier=0,
            raised_at=now,
            changed_at=now,
        )
        row = replace(row, told=await self.seal(patient, told, f"alert {id}"), changed_at=now)
        if is_new or change.kind == "graver":  # an answer was to what it was then
            until = escalates_at(change.severity, wish, now)
            return replace(row, tier=0, answered_at=None, escalates_at=until)
        return replace(row, ended_at=now) if change.kind == "cleared" else row

    async def sweep(self) -> list[tuple[str, str]]:
        """Tell the next people of what nobody answers; end what nobody can say goes on.

        Returns:
            Patient and rule of each alert that ended.
        """
        now = self._clock.now()
        async with self._db.read() as tx:
            waiting = await store.unanswered(tx, now)
            silent = await store.unheard(tx, now - SILENT)
        ended: list[tuple[str, str]] = []
        for row in waiting:
            try:
                await self._escalate(row.id, now)
            except Exception as error:  # one alert that cannot be read stops no other
                log.fault("alert not escalated", error, id=row.id)
        for row in silent:
            try:
                if one := await self._end_silent(row.id, now):
                    ended.append(one)
            except Exception as error:
                log.fault("silent alert not ended", error, id=row.id)
        return ended

    async def note_day(self, patient: str, day: int) -> None:
        """Somebody was watched over on this day, counted from 1970."""
        async with self._db.begin() as tx:
            await self._records.acts.hold(tx)
            if await self._vault.known([patient]):  # not erased meanwhile
                await store.note_day(tx, patient, day)

    async def end(self, patient: str, rules: Collection[str]) -> None:
        """End what is open by rules that are not for this person any more."""
        if rules:
            async with self._db.begin() as tx:
                await self._end_off(tx, in_her_name(patient), patient, rules)

    async def _end_off(
        self, tx: Tx, asking: Asking, patient: str, only: Collection[str] | None = None
    ) -> None:
        now = self._clock.now()
        for row in await store.all_open(tx, patient):
            told = await self.open(row)
            if told and (only is None or told.rule in only):
                await self._end(tx, asking, row, told, "off", now)

    async def _escalate(self, id: str, now: datetime) -> None:
        async with self._db.begin() as tx:
            await self._records.acts.hold(tx)
            row = await store.find(tx, id)
            if row is None or row.ended_at or row.answered_at or not row.escalates_at:
                return
            told = await self.open(row)
            if told is None:
                return
            wish = await self.wish_of(row.patient, tx)
            tier = row.tier + 1
            until = escalates_at(Severity(told.severity), wish, now) if tier < LAST_TIER else None
            await store.keep(tx, replace(row, tier=tier, escalates_at=until))
            await self._write(tx, in_her_name(row.patient), row, "alert-escalate", told.references)
            tx.after_commit(lambda: self._bells.ring(row.patient))
        log.info("alert escalated", id=id)

    async def _end_silent(self, id: str, now: datetime) -> tuple[str, str] | None:
        async with self._db.begin() as tx:
            await self._records.acts.hold(tx)
            row = await store.find(tx, id)
            told = await self.open(row) if row and not row.ended_at else None
            if row is None or told is None:
                return None
            rule = BY_KEY.get(told.rule)
            if now - row.changed_at < (rule.silent if rule else DAY):
                return None
            await self._end(tx, in_her_name(row.patient), row, told, "silent", now)
        return row.patient, told.rule

    async def _end(
        self, tx: Tx, asking: Asking, row: AlertRow, told: Told, end: str, now: datetime
    ) -> None:
        sealed = await self.seal(row.patient, structs.replace(told, end=end), f"alert {row.id}")
        await store.keep(tx, replace(row, told=sealed, ended_at=now, escalates_at=None))
        await self._write(tx, asking, row, "alert-end", told.references)
        tx.after_commit(lambda: self._bells.ring(row.patient))

    # What people say

    async def answer(
        self,
        asking: Asking,
        alarm: Alarm,
        act: Act,
        *,
        note: str = "",
        until: datetime | None = None,
    ) -> None:
        """Write down what somebody who was told says to it."""
        now, caller = self._clock.now(), asking.caller
        id = self._ids.new()
        said = Said(name=caller.name, person=caller.person or "", note=note)
        row = AnswerRow(
            id=id,
            alert=alarm.id,
            patient=alarm.patient,
            account=caller.account,
            act=act,
            told=await self.seal(alarm.patient, said, f"answer {id}"),
            at=now,
            until=until,
        )
        # She alone cannot answer for those who are to help her in what is urgent.
        counts = caller.has(Role.CLINICIAN) or alarm.severity is Severity.NOTICE
        async with self._db.begin() as tx:
            await self._records.acts.hold(tx)
            kept = await store.find(tx, alarm.id)
            if kept is None:
                return
            await store.answer(tx, row)
            if act != "snooze" and counts:
                kept = replace(kept, answered_at=kept.answered_at or now, escalates_at=None)
                await store.keep(tx, kept)
            name = "alert-snooze" if act == "snooze" else "alert-answer"
            await self._write(tx, asking, kept, name, alarm.told.references, act=act)
            tx.after_commit(lambda: self._bells.ring(alarm.patient))

    async def _write(
        self,
        tx: Tx,
        asking: Asking,
        row: AlertRow,
        action: str,
        references: Sequence[str],
        **detail: str,
    ) -> None:
        told = await self.open(row)
        is_glucose = told is not None and told.rule in OF_GLUCOSE
        await self._records.acts.write(
            tx,
            asking,
            row.patient,
            action,
            about=references,
            category=Category.LABORATORY if is_glucose else Category.VITALS,
            detail={"alert": row.id, **detail},
        )

    # What somebody wishes

    async def wish_of(self, person: str, tx: Tx | None = None) -> AlertWish:
        """How somebody wants to be told."""
        return await self.find_wish(person, tx) or AlertWish()

    async def find_wish(self, person: str, tx: Tx | None = None) -> AlertWish | None:
        """The same, or nothing where nobody ever said."""
        if tx is not None:
            text = await store.find_wish(tx, person)
        else:
            async with self._db.read() as inside:
                text = await store.find_wish(inside, person)
        return None if text is None else msgspec.json.decode(text, type=AlertWish)

    async def keep_wish(self, asking: Asking, wish: AlertWish) -> None:
        """Remember how somebody wants to be told; a patient's is in her log.

        With the watch, what is open ends: nobody would look any more whether it goes on.
        """
        person = person_of(asking.caller)
        async with self._db.begin() as tx:
            await store.keep_wish(tx, person, msgspec.json.encode(wish).decode())
            if person.startswith("Patient/"):
                is_on = "on" if wish.is_on else "off"
                detail = {"watch": is_on}
                await self._records.acts.write(tx, asking, person, "alert-wish", detail=detail)
                if not wish.is_on:
                    await self._end_off(tx, asking, person)
        self._bells.ring(person)

    # What there is

    async def alarms(self, rows: Sequence[AlertRow]) -> list[Alarm]:
        """Alerts, opened; those of somebody who is erased are gone."""
        found = [(row, await self.open(row)) for row in rows]
        return [
            Alarm(
                id=row.id,
                patient=row.patient,
                told=told,
                tier=row.tier,
                raised_at=row.raised_at,
                changed_at=row.changed_at,
                answered_at=row.answered_at,
                ended_at=row.ended_at,
            )
            for row, told in found
            if told
        ]

    async def open(self, row: AlertRow) -> Told | None:
        """What an alert says."""
        return await self._open(row.told, f"alert {row.id}", Told)

    async def said(self, row: AnswerRow) -> Said | None:
        """What somebody said."""
        return await self._open(row.told, f"answer {row.id}", Said)

    async def standing(
        self, patient: str, since: datetime
    ) -> tuple[dict[str, Severity], dict[str, datetime]]:
        """Where a patient's alerts stand: what is open, and until when each rule was judged.

        Args:
            since: what ended before is left out.
        """
        async with self._db.read() as tx:
            rows = [
                *await store.all_open(tx, patient),
                *await store.ended_since(tx, patient, since),
            ]
        alarms = await self.alarms(rows)
        judged: dict[str, datetime] = {}
        for one in alarms:
            at = max(one.changed_at, one.ended_at or one.changed_at)
            judged[one.told.rule] = max(at, judged.get(one.told.rule, at))
        return {one.told.rule: one.severity for one in alarms if not one.ended_at}, judged

    # Whose it is

    async def follow(
        self, tx: Tx, old: str, new: str, only: Sequence[str] | None = None
    ) -> Sequence[str]:
        """Let alerts of one patient be another's, whose record she is part of now, or again."""
        rows, answers = await store.of_patient(tx, old, only)
        moved: list[AlertRow] = []
        for row in rows:
            told = await self.open(row)
            if told is None:
                continue
            mark = self._mark(new, told.rule)
            twin = await store.find_open(tx, new, mark)
            ended = row.ended_at or (self._clock.now() if twin else None)  # one for each rule
            sealed = await self.seal(new, told, f"alert {row.id}")
            moved.append(replace(row, patient=new, mark=mark, told=sealed, ended_at=ended))
        said = [
            replace(one, patient=new, told=await self.seal(new, opened, f"answer {one.id}"))
            for one in answers
            if (opened := await self.said(one))
        ]
        await store.hand_over(tx, moved, said)
        if only is None:
            await self._follow_wish(tx, old, new)
        return [row.id for row in moved]

    async def _follow_wish(self, tx: Tx, old: str, new: str) -> None:
        """Whoever said "do not watch over me" said it for all of her record."""
        other, hers = await self.find_wish(old, tx), await self.find_wish(new, tx)
        if other is None:
            return
        wish = structs.replace(hers, is_on=hers.is_on and other.is_on) if hers else other
        await store.keep_wish(tx, new, msgspec.json.encode(wish).decode())
        if not wish.is_on:
            await self._end_off(tx, in_her_name(new), new)

    # Sealing

    def _mark(self, patient: str, rule: str) -> bytes:
        return hmac.digest(self._key, f"{patient} {rule}".encode(), "sha256")

    async def seal(self, patient: str, what: Told | Said, context: str) -> bytes:
        """It under the patient's key; opens only in its own place."""
        return await self._sealing.seal(patient, msgspec.json.encode(what), context)

    async def _open(self, blob: bytes, context: str, kind: type[T]) -> T | None:
        text = await self._sealing.open(blob, context)
        return None if text is None else msgspec.json.decode(text, type=kind)

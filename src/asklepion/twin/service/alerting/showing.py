"""What somebody is shown of alerts: only those that rest on readings which they may see."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from msgspec import structs

from asklepion.identity import Role
from asklepion.kit.clock import Clock, to_iso
from asklepion.kit.db import Database
from asklepion.records import Asking, Category, Permit, Records

from ...engine.alerting import Severity
from ...engine.alerting.texts import about_key, end_key, title_key
from ...engine.fhir import read_name
from ...store import alerts as store
from ...store.alerts import AnswerRow
from ...wire import Alert, AlertAnswer
from .keeping import Keeping
from .values import VIA, WORDS, Alarm, is_quiet, person_of

SHOWN_AFTER = timedelta(hours=24)  # so long an alert that ended is still shown
RESTS_ON = frozenset({Category.VITALS, Category.LABORATORY})  # glucose is a laboratory's


class Showing:
    """Decides for each asker, at the moment of asking, which alerts there are."""

    def __init__(self, *, db: Database, clock: Clock, records: Records, keeping: Keeping) -> None:
        self._db = db
        self._clock = clock
        self._records = records
        self._keeping = keeping

    async def patients(self, asking: Asking) -> list[str]:
        """Of whom there may be something to show: herself, and whoever has an open alert."""
        async with self._db.read() as tx:
            waiting = await store.patients_open(tx)
        me = asking.caller.person or ""
        own = [me] if me.startswith("Patient/") else []
        return list(dict.fromkeys([*own, *waiting]))

    async def permit(self, asking: Asking, patient: str) -> Permit | None:
        """What the caller may see of a patient, if anything that alerts rest on is among it."""
        permit = await self._records.permits(asking, patient)
        return permit if permit and RESTS_ON & set(permit.categories) else None

    async def of(self, asking: Asking, patient: str) -> list[tuple[Alarm, Alert]]:
        """A patient's alerts that the caller is told of, newest first; one look, one log line."""
        if await self.permit(asking, patient) is None:
            return []
        now = self._clock.now()
        async with self._db.read() as tx:
            rows = await store.all_open(tx, patient)
            rows += await store.ended_since(tx, patient, now - SHOWN_AFTER)
            answers = await store.answers_of(tx, patient)
        alarms = [one for one in await self._keeping.alarms(rows) if one.told.references]
        is_hers = await self._records.consents.decides(asking, patient)
        if not is_hers and not await self._is_told(asking, patient):
            alarms = [one for one in alarms if one.tier > 0]
        if not alarms:
            return []
        name, seen = await self._seen(asking, patient, alarms)
        mine = await self._keeping.wish_of(person_of(asking.caller))
        is_quiet_now = is_quiet(mine, now)
        shown: list[tuple[Alarm, Alert]] = []
        for alarm in alarms:
            if is_hers or seen.issuperset(alarm.told.references):
                said = [one for one in answers if one.alert == alarm.id]
                view = await self._view(asking, alarm, name, said)
                is_grave = alarm.severity is Severity.GRAVE  # comes through
                rings = is_grave or not is_quiet_now
                shown.append((alarm, structs.replace(view, is_quiet=not rings)))
        return shown

    async def _is_told(self, asking: Asking, patient: str) -> bool:
        """Whether the caller is among those who are told first."""
        wish = await self._keeping.wish_of(patient)
        is_clinician = asking.caller.has(Role.CLINICIAN)
        return is_clinician and (not wish.first or asking.caller.person in wish.first)

    async def _seen(
        self, asking: Asking, patient: str, alarms: Sequence[Alarm]
    ) -> tuple[str, frozenset[str]]:
        """Her name, and which of the Observations the caller may see."""
        ids = {ref.partition("/")[2] for one in alarms for ref in one.told.references}
        whose = ("patient", patient)
        count = ("_count", str(len(ids)))
        searches = [
            ("Observation", [("_id", ",".join(sorted(ids))), whose, count]),
            ("Patient", [("_id", patient.partition("/")[2])]),
        ]
        found, people = await self._records.search_all(replace(asking, via=VIA), searches)
        name = next((read_name(one) for one in people.entries), "")
        return name, frozenset(f"Observation/{one['id']}" for one in found.entries)

    async def _view(
        self, asking: Asking, alarm: Alarm, name: str, said: Sequence[AnswerRow]
    ) -> Alert:
        now, account = self._clock.now(), asking.caller.account
        answers = [one for row in said if (one := await self._answer(row, alarm, account))]
        snoozes = [row.until for row in said if row.account == account and row.until]
        snoozed = max(snoozes, default=None)
        is_answered = bool(alarm.answered_at)
        return Alert(
            id=alarm.id,
            patient=alarm.patient,
            name=name,
            is_mine=asking.caller.person == alarm.patient,
            rule=alarm.told.rule,
            title_key=title_key(alarm.told.rule),
            about_key=about_key(alarm.told.rule),
            severity=WORDS[alarm.severity],
            state="ended" if alarm.ended_at else "answered" if is_answered else "open",
            raised_at=to_iso(alarm.raised_at),
            changed_at=to_iso(alarm.changed_at),
            ended_at=_iso(alarm.ended_at),
            end_key=end_key(alarm.told.end),
            is_unanswered=alarm.tier > 0 and not is_answered and not alarm.ended_at,
            is_quiet=False,
            snoozed_until=_iso(snoozed) if snoozed and snoozed > now else None,
            answers=answers,
            references=list(alarm.told.references),
        )

    async def _answer(self, row: AnswerRow, alarm: Alarm, account: str) -> AlertAnswer | None:
        said = await self._keeping.said(row)
        if said is None or row.act == "snooze":
            return None
        return AlertAnswer(
            act="no_problem" if row.act == "no_problem" else "looking",
            name=said.name,
            note=said.note,
            at=to_iso(row.at),
            is_me=row.account == account,
            is_patient=said.person == alarm.patient,
        )


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else to_iso(moment)

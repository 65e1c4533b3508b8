"""The verbs of alerts: watch over, tell, answer, put off, count."""

from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta

from asklepion.identity import Role
from asklepion.kit.clock import Clock
from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import Forbidden, Incorrect, NotFound
from asklepion.kit.events import Events
from asklepion.kit.ids import Ids
from asklepion.kit.keys import Keys
from asklepion.records import (
    Asking,
    ConsentChanged,
    ConsentEnded,
    ConsentGranted,
    Forgotten,
    GlassBroken,
    PatientErased,
    RecordImported,
    Records,
    Resource,
    ResourceKept,
)

from ...engine.alerting import Severity
from ...store import alerts as store
from ...wire import Alert, AlertFigures, AlertNews, AlertSheet, AlertWish
from .bells import Bells
from .keeping import Keeping
from .listening import Listening
from .sheets import Sheets
from .showing import Showing
from .values import LONGEST_NOTE, Act, Alarm, person_of, require_wish

__all__ = ["Alerts"]

GONE = "There is no such alert."
SNOOZE_MOST = timedelta(hours=12)
SNOOZE_GRAVE = timedelta(minutes=30)
FIGURES_DAYS = 30


class Alerts:
    """Watches over readings from home, and tells those whom consent lets see them."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        ids: Ids,
        keys: Keys,
        events: Events,
        records: Records,
        emergency_number: str = "",
    ) -> None:
        self._db = db
        self._clock = clock
        self._records = records
        self._bells = Bells()
        self._keeping = Keeping(
            db=db, clock=clock, ids=ids, keys=keys, records=records, bells=self._bells
        )
        self._listening = Listening(clock=clock, records=records, keeping=self._keeping)
        self._showing = Showing(db=db, clock=clock, records=records, keeping=self._keeping)
        self._sheets = Sheets(
            records=records, clock=clock, listening=self._listening, emergency=emergency_number
        )
        events.on(ResourceKept, self._listening.hear_kept)
        events.on(RecordImported, self._listening.hear_imported)
        events.on(PatientErased, self._listening.hear_erased)
        for kind in (ConsentGranted, ConsentEnded, ConsentChanged, GlassBroken):
            events.on(kind, self._hear_consent)

    async def start(self) -> None:
        """Begin to watch."""
        await self._listening.start()

    async def stop(self) -> None:
        """Watch no more."""
        await self._listening.stop()

    def hear(self, patient: str, observations: Sequence[Resource]) -> None:
        """Readings that were just kept; whoever keeps them need not wait."""
        self._listening.hear(patient, observations)

    async def sweep(self) -> None:
        """Tell the next people of what nobody answered, and end what is silent."""
        await self._listening.sweep()

    async def _hear_consent(
        self, event: ConsentGranted | ConsentEnded | ConsentChanged | GlassBroken
    ) -> None:
        self._bells.ring(event.patient)

    # Telling

    async def list(self, asking: Asking) -> list[Alert]:
        """Every alert that the caller is told of: her own, or of those who let him see."""
        asking.caller.require_known()
        found = [
            view
            for patient in await self._showing.patients(asking)
            for _, view in await self._showing.of(asking, patient)
        ]
        return sorted(found, key=lambda one: one.raised_at, reverse=True)

    async def watch(self, asking: Asking) -> AsyncGenerator[AlertNews]:
        """All alerts of each patient, again whenever they change or consent does.

        Raises:
            Unauthenticated: a stranger asks.
            Busy: the account listens too often at once.
        """
        asking.caller.require_known()
        told: set[str] = set()
        async with self._bells.open(asking.caller.account) as bell:
            yield AlertNews(kind="listening")
            waiting = await self._showing.patients(asking)
            while True:
                for patient in waiting:
                    alerts = [view for _, view in await self._showing.of(asking, patient)]
                    if alerts or patient in told:  # of others, not even that there is nothing
                        told = told | {patient} if alerts else told - {patient}
                        yield AlertNews(kind="alerts", patient=patient, alerts=alerts)
                waiting = await bell.wait()
                if not waiting:
                    yield AlertNews(kind="quiet")

    async def read(self, asking: Asking, id: str) -> AlertSheet:
        """One alert with the readings that it rests on.

        Raises:
            NotFound: there is none, or none that the caller is told of.
        """
        alarm, alert = await self._find(asking, id)
        permit = await self._showing.permit(asking, alarm.patient)
        if permit is None:
            raise NotFound(GONE)
        return await self._sheets.make(asking, alarm, alert, permit)

    # Answering

    async def answer(self, asking: Asking, id: str, act: Act, note: str = "") -> Alert:
        """Say that one looks at it, or that it is no problem; everybody who is told sees that.

        Raises:
            NotFound: there is none, or none that the caller is told of.
            Incorrect: the note is too long.
        """
        if len(note) > LONGEST_NOTE:
            raise Incorrect("The note is too long.", hint=f"Up to {LONGEST_NOTE} characters.")
        alarm, _ = await self._find(asking, id)
        await self._keeping.answer(asking, alarm, act, note=note.strip())
        return (await self._find(asking, id))[1]

    async def snooze(self, asking: Asking, id: str, minutes: int) -> Alert:
        """Let it ring no more for the caller, for some time; others are told as before.

        Raises:
            NotFound: as `answer`.
            Incorrect: it is too long; what is grave is put off for half an hour at most.
        """
        alarm, _ = await self._find(asking, id)
        wait = timedelta(minutes=minutes)
        most = SNOOZE_GRAVE if alarm.severity is Severity.GRAVE else SNOOZE_MOST
        if not timedelta(0) < wait <= most:
            hint = f"At most {most // timedelta(minutes=1)} minutes."
            raise Incorrect("It cannot be put off for so long.", hint=hint)
        until = self._clock.now() + wait
        await self._keeping.answer(asking, alarm, "snooze", until=until)
        return (await self._find(asking, id))[1]

    async def _find(self, asking: Asking, id: str) -> tuple[Alarm, Alert]:
        asking.caller.require_known()
        async with self._db.read() as tx:
            row = await store.find(tx, id)
        found = await self._showing.of(asking, row.patient) if row else []
        for alarm, alert in found:
            if alarm.id == id:
                return alarm, alert
        raise NotFound(GONE, hint="Look at /api/twin/alerts.")

    # Wishes and figures

    async def wish(self, asking: Asking) -> AlertWish:
        """How the caller wants to be watched over and told."""
        asking.caller.require_known()
        return await self._keeping.wish_of(person_of(asking.caller))

    async def keep_wish(self, asking: Asking, wish: AlertWish) -> AlertWish:
        """Remember it; who switches her watch off is watched over no more from now on.

        Raises:
            Incorrect: it cannot be kept.
        """
        asking.caller.require_known()
        require_wish(wish)
        before = await self._keeping.find_wish(person_of(asking.caller))
        await self._keeping.keep_wish(asking, wish)
        person = asking.caller.person or ""
        if person.startswith("Patient/"):
            if not wish.is_on:
                self._listening.forget(person)
            elif before is None or not before.is_on:
                await self._listening.begin(person)
        return wish

    async def figures(self, asking: Asking, days: int = FIGURES_DAYS) -> AlertFigures:
        """How often the watch rings, and how often for nothing: one's own, or for an operator all.

        Raises:
            Forbidden: the caller is neither.
        """
        asking.caller.require_known()
        person = asking.caller.person or ""
        is_patient = person.startswith("Patient/") and not asking.caller.has(Role.OPERATOR)
        if not is_patient and not asking.caller.has(Role.OPERATOR):
            raise Forbidden("These figures are an operator's.", hint="Ask an operator.")
        since = self._clock.now() - timedelta(days=days)
        async with self._db.read() as tx:
            watched, raised, answered, none = await store.count(
                tx, since, person if is_patient else ""
            )
        return AlertFigures(
            days=days,
            patient_days=watched,
            raised=raised,
            answered=answered,
            no_problem=none,
            per_patient_day=round(raised / watched, 3) if watched else None,
            no_problem_share=round(none / answered, 3) if answered else None,
        )

    # Whose they are

    async def forget(self, tx: Tx, patient: str) -> Forgotten:
        """Take away everything of a patient who is erased."""
        tx.after_commit(lambda: self._listening.forget(patient))
        return Forgotten(rows=await store.forget(tx, patient))

    async def follow(
        self, tx: Tx, old: str, new: str, only: Sequence[str] | None = None
    ) -> Sequence[str]:
        """Let alerts of one patient be another's, whose record she is part of now, or again."""
        for patient in (old, new):
            tx.after_commit(lambda patient=patient: self._listening.forget(patient))
        return await self._keeping.follow(tx, old, new, only)

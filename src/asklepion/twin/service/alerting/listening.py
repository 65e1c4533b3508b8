"""Listens to readings as they are kept, and watches over each person whose devices send them.

devices ──► hear(): the Observations as they were kept ─┐
records ──► ResourceKept of a person who is watched ────┼─► one worker ─► Stream ─► Keeping
start, or the first reading ──► one look at her record ─┘
"""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from asklepion.kit.clock import Clock, to_iso, to_us
from asklepion.kit.log import get_log
from asklepion.records import Category, PatientErased, RecordImported, Records, ResourceKept

from ...engine.alerting import Sample, Stream, Usual, left_out, make_usual, samples_of
from ...engine.alerting.baseline import QUARTER_HOURS, WEEKS
from ...engine.alerting.rules import USUAL_OF, WATCHED
from ...engine.alerting.stream import LATE
from ...engine.chart import CLOCK_SKEW, read_conditions, read_person
from ...engine.fhir import NOTHING, Resource
from ...engine.questions import MOST, Question, codes_for, person
from ...store.alerts import DAY_US
from .keeping import Keeping
from .timers import Timers
from .values import in_her_name

log = get_log(__name__)

MOST_STREAMS = 5000  # people watched at once in memory; those heard of longest ago are read anew
MOST_WAITING = 2000  # Observations of one person that may wait; then her record is read anew
SOON_S = 1.0  # what devices hand over is heard before what records tell of is looked for
SWEEP_S = 5.0
BREATH_S = 0.1  # at most between two looks
LOOKED_ANEW = timedelta(hours=24)  # so often what is usual is read again
RECENT = timedelta(hours=2)  # of what was before, this is judged again: a restart forgets nothing
MOST_HEARD = 8000  # readings remembered of one person, or half, so that nothing counts twice
A_QUARTER = 2  # readings of each quarter of a day, where a record holds more than a page
CATCH_UP = 200
CATCH_UP_S = 600.0  # a look at what came by another way, at most so often for one person
IMPORTED_S = 20.0  # without a further part, an import is over
MOST_HANDED = 20_000  # references that devices handed over, remembered until records tell of them


class Heard:
    """Readings that were heard, as numbers made of their names: the newest few thousand."""

    def __init__(self) -> None:
        self._new, self._old = set[int](), set[int]()

    def __contains__(self, name: tuple[str, str]) -> bool:
        number = hash(name)  # two names with one number: not in the life of this house
        return number in self._new or number in self._old

    def add(self, name: tuple[str, str]) -> None:
        """Remember one; half of the rest goes where there are too many."""
        self._new.add(hash(name))
        if len(self._new) > MOST_HEARD // 2:
            self._new, self._old = set[int](), self._new


@dataclass
class Watched:
    """One person who is watched over."""

    stream: Stream
    read_at: datetime
    heard: Heard = field(default_factory=Heard)
    day: int = 0
    caught_up_s: float = -math.inf  # by the loop's clock

    def is_new(self, reference: str, key: str) -> bool:
        """Whether this reading was not heard yet; it is now."""
        if (reference, key) in self.heard:
            return False
        self.heard.add((reference, key))
        return True

    def knows(self, reference: str) -> bool:
        """Whether anything of this Observation was heard."""
        return any((reference, key) in self.heard for key in WATCHED)


@dataclass
class Waiting:
    """What is still to be heard of one person."""

    observations: list[Resource] = field(default_factory=list[Resource])
    is_missing: bool = False  # something came by another way
    is_behind: bool = False  # her record is to be read anew


class Listening:
    """One worker, so that one person's readings are heard in their order."""

    def __init__(self, *, clock: Clock, records: Records, keeping: Keeping) -> None:
        self._clock = clock
        self._records = records
        self._keeping = keeping
        self._watched: OrderedDict[str, Watched] = OrderedDict()
        self._waiting: dict[str, Waiting] = {}
        self._handed: OrderedDict[str, None] = OrderedDict()
        self._catching = Timers(self._want_catch_up)
        self._importing = Timers(self._fall_behind)
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to listen, and to look after what nobody answers."""
        loops = (self._listen_for_ever(), self._sweep_for_ever())
        self._tasks = [asyncio.create_task(work) for work in loops]

    async def stop(self) -> None:
        """Listen no more."""
        self._catching.clear()
        self._importing.clear()
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        self._tasks = []

    # What is told

    def hear(self, patient: str, observations: Sequence[Resource]) -> None:
        """Readings of one person that were just kept."""
        self._handed.update((f"Observation/{one.get('id')}", None) for one in observations)
        while len(self._handed) > MOST_HANDED:
            self._handed.popitem(last=False)
        waiting = self._waiting.setdefault(patient, Waiting())
        if len(waiting.observations) + len(observations) > MOST_WAITING:
            waiting.observations, waiting.is_behind = [], True
        else:
            waiting.observations += observations
        self._news.set()

    async def hear_kept(self, event: ResourceKept) -> None:
        """Something came into a record by whatever way."""
        is_reading = event.category in (Category.VITALS, Category.LABORATORY)
        if not event.patient or not is_reading or event.patient not in self._watched:
            return
        if event.reference.startswith("Observation/"):
            loop = asyncio.get_running_loop()
            loop.call_later(SOON_S, self._miss, event.patient, event.reference)

    def _miss(self, patient: str, reference: str) -> None:
        """What no device has handed over by now came by another way."""
        watched = self._watched.get(patient)
        if watched is None or reference in self._handed or watched.knows(reference):
            return
        if patient not in self._catching:  # what comes until then is found by the same look
            passed_s = asyncio.get_running_loop().time() - watched.caught_up_s
            self._catching.set(patient, max(0.0, CATCH_UP_S - passed_s))

    def _want_catch_up(self, patient: str) -> None:
        if watched := self._watched.get(patient):
            watched.caught_up_s = asyncio.get_running_loop().time()
            self._waiting.setdefault(patient, Waiting()).is_missing = True
            self._news.set()

    async def hear_imported(self, event: RecordImported) -> None:
        """Much came at once: what is usual may be otherwise. It comes in parts: look once."""
        if event.patient in self._watched:
            self._importing.set(event.patient, IMPORTED_S)

    def _fall_behind(self, patient: str) -> None:
        self._waiting.setdefault(patient, Waiting()).is_behind = True
        self._news.set()

    async def hear_erased(self, event: PatientErased) -> None:
        """Somebody is gone."""
        self.forget(event.patient)

    def forget(self, patient: str) -> None:
        """Watch over somebody no more; begin anew when her devices speak again."""
        self._watched.pop(patient, None)
        self._waiting.pop(patient, None)
        self._catching.cancel(patient)
        self._importing.cancel(patient)

    def settle(self, patient: str, rule: str) -> None:
        """An alert was ended by somebody else."""
        if watched := self._watched.get(patient):
            watched.stream.settle(rule)

    def usual_of(self, patient: str) -> dict[str, Usual]:
        """What is usual for somebody, as far as the watch knows."""
        watched = self._watched.get(patient)
        return dict(watched.stream.usual) if watched else {}

    async def begin(self, patient: str) -> None:
        """Watch over somebody from now on, who asked for it."""
        self._fall_behind(patient)

    # The worker

    async def _listen_for_ever(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            waiting, self._waiting = self._waiting, {}
            for patient, what in waiting.items():
                try:
                    await self._take(patient, what)
                except Exception as error:
                    # She is watched anew from her record with the next reading.
                    self._watched.pop(patient, None)
                    log.fault("alerts not computed", error)

    async def _sweep_for_ever(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            await self.sweep()

    async def sweep(self) -> None:
        """Look once after what nobody answers, and what is silent."""
        try:
            for patient, rule in await self._keeping.sweep():
                self.settle(patient, rule)
        except Exception as error:
            log.fault("alerts not swept", error)

    async def _take(self, patient: str, waiting: Waiting) -> None:
        watched = self._watched.get(patient)
        is_old = watched is not None and self._clock.now() - watched.read_at > LOOKED_ANEW
        is_looked = watched is None or is_old or waiting.is_behind
        if watched is None or is_looked:
            if not (await self._keeping.wish_of(patient)).is_on:
                return self.forget(patient)
            began = time.perf_counter()
            watched = await self._look(patient)
            # After a start everybody is looked at anew: readings are kept all the same meanwhile.
            await asyncio.sleep(min(time.perf_counter() - began, BREATH_S))
        found = list(waiting.observations)
        if waiting.is_missing and not is_looked:
            found += await self._catch_up(patient)
        await self._hear(patient, watched, samples_of(found))

    async def _hear(
        self, patient: str, watched: Watched, samples: Iterable[tuple[str, Sample]]
    ) -> None:
        now = self._clock.now()
        for key, sample in samples:
            if sample.at > now + CLOCK_SKEW:  # a wrong clock: later true ones would look old
                continue
            if key not in WATCHED or not watched.is_new(sample.reference, key):
                continue
            if sample.at < now - LATE:
                watched.stream.remember([(key, sample)])
                continue
            for change in watched.stream.hear(key, sample):
                await self._keeping.take(patient, change)
        await self._note_day(patient, watched, to_us(now) // DAY_US)

    async def _note_day(self, patient: str, watched: Watched, day: int) -> None:
        if watched.day != day:
            watched.day = day
            await self._keeping.note_day(patient, day)

    # Her record

    async def _look(self, patient: str) -> Watched:
        """Read what a person's stream begins with: one look, one line in her log."""
        now = self._clock.now()
        wish = await self._keeping.wish_of(patient)
        readings, out = await self._read(patient, now)
        samples = [pair for pair in samples_of(readings) if pair[1].at <= now + CLOCK_SKEW]
        usual: dict[str, Usual] = {}
        for key in USUAL_OF:
            those = [sample for name, sample in samples if name == key]
            if known := make_usual(key, those, now, wish.zone):
                usual[key] = known
        await self._keeping.end(patient, out)
        open_rules, judged_until = await self._keeping.standing(patient, now - RECENT)
        # What was judged once is not judged again: an alert that is over would begin anew.
        stream = Stream(usual, open_rules, judged_until=judged_until, left_out=out)
        before = self._watched.get(patient)
        watched = Watched(stream, now, caught_up_s=before.caught_up_s if before else -math.inf)
        self._watched[patient] = watched
        self._watched.move_to_end(patient)
        if len(self._watched) > MOST_STREAMS:
            self._watched.popitem(last=False)
        old = [(k, one) for k, one in samples if k in WATCHED and one.at < now - RECENT]
        for key, one in old[-MOST_HEARD // 4 :]:
            watched.is_new(one.reference, key)
        stream.remember(old)
        await self._hear(patient, watched, [pair for pair in samples if pair[1].at >= now - RECENT])
        return watched

    async def _read(self, patient: str, now: datetime) -> tuple[list[Resource], frozenset[str]]:
        """Her readings of four weeks, and which rules are not for her."""
        asking = in_her_name(patient)
        span = (("date", f"ge{to_iso(now - WEEKS)}"), ("date", f"le{to_iso(now + CLOCK_SKEW)}"))
        asked = [Question(type="Observation", params=params_of(key, *span)) for key in WATCHED]
        searches = [_search(one, patient, MOST) for one in asked]
        about = [_search(one, patient, MOST) for one in (person(patient), CONDITIONS)]
        people, said, *answers = await self._records.search_all(asking, [*about, *searches])
        whose = read_person(next(iter(people.entries), NOTHING))
        out = left_out(whose, read_conditions(said.entries), now)
        found = [one for answer in answers for one in answer.entries]
        cut = [
            (key, answer.entries[-1])
            for key, answer in zip(WATCHED, answers, strict=True)
            if answer.next and key in USUAL_OF
        ]
        sample = [
            _search(Question(type="Observation", params=params_of(key, *span)), patient, A_QUARTER)
            for key, _ in cut
            for span in _quarters(now)
        ]
        if sample:
            more = await self._records.search_all(asking, sample)
            found += [one for answer in more for one in answer.entries]
        return list({one["id"]: one for one in found}.values()), out

    async def _catch_up(self, patient: str) -> list[Resource]:
        """The newest of what is watched."""
        now = self._clock.now()
        span = (("date", f"ge{to_iso(now - LATE)}"), ("date", f"le{to_iso(now + CLOCK_SKEW)}"))
        codes = ",".join(dict.fromkeys(code for key in WATCHED for code in codes_for(key)))
        params = (("code", codes), *span, ("_sort", "-date"))
        asked = Question(type="Observation", params=params)
        (found,) = await self._records.search_all(
            in_her_name(patient), [_search(asked, patient, CATCH_UP)]
        )
        return [*found.entries]


CONDITIONS = Question(type="Condition", params=(("_sort", "-_lastUpdated"),))


def params_of(key: str, *spans: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """How one measure is asked for, newest first."""
    return (("code", ",".join(codes_for(key))), *spans, ("_sort", "-date"))


def _search(asked: Question, patient: str, count: int) -> tuple[str, list[tuple[str, str]]]:
    whose = [] if asked.type == "Patient" else [("patient", patient)]
    return asked.type, [*asked.params, *whose, ("_count", str(count))]


def _quarters(now: datetime) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """Every quarter of every day of the last weeks."""
    step = timedelta(hours=QUARTER_HOURS)
    count = WEEKS // step
    starts = [now - WEEKS + number * step for number in range(count)]
    return [(("date", f"ge{to_iso(at)}"), ("date", f"lt{to_iso(at + step)}")) for at in starts]

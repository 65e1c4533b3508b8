"""The verbs of the twin. Records decide who may see what; what they hide is said, not guessed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from asklepion.identity import Caller, Role
from asklepion.kit.clock import Clock
from asklepion.kit.errors import Forbidden, Incorrect, NotFound
from asklepion.records import Asking, Category, Records

from .engine.body import make_body
from .engine.card_egfr import egfr_card
from .engine.card_news2 import news2_card
from .engine.card_prevent import prevent_cards
from .engine.card_scores import find_shown, make_score, make_scores, measures_of
from .engine.chart import Chart, read_conditions, read_medicines, read_person, read_readings
from .engine.criteria import BY_CONDITIONS, BY_MEDICINES
from .engine.fhir import NOTHING, Resource, read_name
from .engine.measures import LABS, VITALS
from .engine.questions import (
    DATED,
    FEW,
    MEDICINES,
    ROUNDS,
    TOLD_BY,
    Answer,
    Question,
    beyond,
    conditions,
    happened,
    latest,
    medicines,
    person,
    undated,
)
from .engine.score_words import SHOWN
from .engine.timeline import Crowded, moment_on_line, page
from .engine.vitals import LENGTH, make_vitals
from .model import USUAL_SCALE, Bedside
from .wire import Body, Card, Scored, Timeline, Vital

PRESSURES = 100  # newest readings that are averaged at most
NEWS2_MEASURED = ("heart_rate", "respiratory_rate", "spo2", "temperature_c")
PREVENT_MEASURED = ("creatinine", "egfr", "total_c", "hdl_c", "bmi", "hba1c", "uacr", "smoking")
# What an input needs to be seen, and so which inputs are hidden when it is not.
NEEDS_CATEGORY: Mapping[str, Category] = {
    **{measure.key: Category.VITALS for measure in VITALS},
    **{measure.key: Category.LABORATORY for measure in LABS},
    **dict.fromkeys(("inr", "urea"), Category.LABORATORY),
    "waist_cm": Category.VITALS,
    **dict.fromkeys(BY_CONDITIONS, Category.CONDITIONS),
    **dict.fromkeys(BY_MEDICINES, Category.MEDICINES),
    **dict.fromkeys(("acvpu", "supplemental_o2"), Category.VITALS),
    **dict.fromkeys(("dm", "prior_cvd", "pregnancy"), Category.CONDITIONS),
    **dict.fromkeys(("bp_tx", "statin"), Category.MEDICINES),
    **dict.fromkeys(("age", "sex"), Category.DEMOGRAPHICS),
    "smoking": Category.SOCIAL,
}


class Twin:
    """Reads a patient's record and says what follows from it."""

    def __init__(self, *, records: Records, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    async def cards(
        self, asking: Asking, patient: str, *, bedside: Bedside | None = None
    ) -> list[Card]:
        """The risk cards: NEWS2, eGFR, PREVENT in 10 and in 30 years.

        Args:
            patient: a reference, such as "Patient/1".
            bedside: what the caller sees of her now, for NEWS2.

        Raises:
            Forbidden: somebody else than a clinician decides on the second scale for oxygen.
            NotFound: there is no such patient, or none that the caller may know of.
        """
        bedside = bedside or Bedside()
        if bedside.spo2_scale != USUAL_SCALE:
            _require_clinician(asking.caller)
        now = self._clock.now()
        asking = replace(asking, via="risk cards")
        keys = (*NEWS2_MEASURED, "acvpu", "supplemental_o2", *PREVENT_MEASURED)
        measured = dict.fromkeys(keys, FEW) | {"sbp": PRESSURES}
        lists = [conditions(), *medicines()]
        chart = await self._chart(asking, patient, measured, lists)
        return [
            news2_card(chart, now, bedside),
            egfr_card(chart, now),
            *prevent_cards(chart, now),
        ]

    async def scores(self, asking: Asking, patient: str) -> list[Scored]:
        """Every score that is shown, with what the record tells; nothing is assumed.

        Raises:
            NotFound: there is no such patient, or none that the caller may know of.
        """
        chart = await self._score_chart(asking, patient, *SHOWN)
        return make_scores(chart, patient, self._clock.now())

    async def score(
        self, asking: Asking, patient: str, name: str, told: Mapping[str, object]
    ) -> Scored:
        """One score, with what is told now; nothing of that is kept.

        Args:
            told: by any of the inputs' names; it goes before the record, and `None` takes away
                what the record says.

        Raises:
            Incorrect: the score has no such input.
            NotFound: there is no such score, no such patient, or none that the caller may know of.
        """
        score = find_shown(name)
        if score is None:
            raise NotFound("There is no such score here.", hint=f"One of: {', '.join(SHOWN)}.")
        if score.read(told).unknown:
            keys = ", ".join(one.key for one in score.inputs)
            raise Incorrect(
                f"{score.name} does not ask for all that was told.", hint=f"It asks for: {keys}."
            )
        chart = await self._score_chart(asking, patient, score.name)
        return make_score(chart, score, patient, self._clock.now(), told)

    async def _score_chart(self, asking: Asking, patient: str, *names: str) -> Chart:
        asking = replace(asking, via="risk cards")
        keys = measures_of(*names) - {"dbp"}  # comes with sbp
        measured = dict.fromkeys(sorted(keys), FEW)
        return await self._chart(asking, patient, measured, [conditions(), *medicines()])

    async def body(self, asking: Asking, patient: str) -> Body:
        """The organs with what is known of each.

        Raises:
            NotFound: there is no such patient, or none that the caller may know of.
        """
        asking = replace(asking, via="body")
        keys = (*NEWS2_MEASURED, "sbp", "bmi", *(lab.key for lab in LABS))
        chart = await self._chart(asking, patient, dict.fromkeys(keys, FEW), [conditions()])
        return make_body(chart, patient, self._clock.now())

    async def vitals(self, asking: Asking, patient: str) -> list[Vital]:
        """Each vital sign: the latest reading and the recent ones.

        Raises:
            NotFound: there is no such patient, or none that the caller may know of.
        """
        asking = replace(asking, via="vitals")
        keys = [measure.key for measure in VITALS if measure.key != "dbp"]  # comes with sbp
        chart = await self._chart(asking, patient, dict.fromkeys(keys, LENGTH), [])
        return make_vitals(chart, self._clock.now())

    async def timeline(
        self, asking: Asking, patient: str, *, before: datetime | None = None, count: int = 100
    ) -> Timeline:
        """What happened, newest first: one page.

        Args:
            before: only what lies before this moment.
            count: how many entries are enough; the day they end in is finished.

        Raises:
            NotFound: there is no such patient, or none that the caller may know of.
        """
        asking = replace(asking, via="timeline")
        await self._look(asking, patient)
        answers = await self._ask(asking, patient, happened(before))
        crowded: dict[date, frozenset[str]] = {}
        for _ in range(ROUNDS):
            stream, told = answers[-1], _page(answers, before, count, crowded)
            if not stream.is_cut or len(told.entries) >= count:
                return told
            # A day full of readings of few measures hides nothing else, nor what was before.
            asked, day, seen = beyond(stream.entries)
            more = await self._ask(asking, patient, asked)
            if any(answer.is_cut for answer in more[:-1]):
                return told
            if day:
                crowded[day] = seen
            stream.next = None
            answers += more
        return _page(answers, before, count, crowded)

    async def _chart(
        self,
        asking: Asking,
        patient: str,
        measured: Mapping[str, int],
        lists: Sequence[Question],
    ) -> Chart:
        """What the record says.

        Args:
            measured: of which measures, and how many of the newest readings.
            lists: what is read to its end, if that can be.
        """
        hidden, partly = await self._look(asking, patient)
        readings = [latest(key, count) for key, count in measured.items()]
        asked = [person(patient), *readings, undated(measured), *lists]
        answers = await self._ask(asking, patient, asked)
        # What she hid or showed while we read: an empty answer is no "no".
        now_hidden, now_partly = await self._look(asking, patient)
        return _read_chart(answers, hidden | now_hidden, partly | now_partly)

    async def _look(self, asking: Asking, patient: str) -> tuple[frozenset[str], frozenset[str]]:
        """Which inputs are hidden from the caller, and of which something may be.

        Raises:
            NotFound: everything is.
        """
        permit = await self._records.permits(asking, patient)
        if permit is None:
            # Records says no in its own words, and writes down that somebody tried.
            await self._records.read(asking, *patient.split("/", 1))
            return frozenset(), frozenset()
        needs = NEEDS_CATEGORY.items()
        hidden = frozenset(key for key, category in needs if category not in permit.categories)
        return hidden, frozenset(key for key, category in needs if category in permit.partial)

    async def _ask(
        self, asking: Asking, patient: str, questions: Iterable[Question]
    ) -> list[Answer]:
        """All questions as one look at the record, which is one entry in its log.

        Pages that follow are further looks, each with its own entry.
        """
        answers = [Answer(question=question) for question in questions]
        while asked := [answer for answer in answers if answer.is_open]:
            searches = [answer.search(patient) for answer in asked]
            found = await self._records.search_all(asking, searches)
            for answer, one in zip(asked, found, strict=True):
                answer.take(one.entries, one.included, one.next)
        return answers


def _require_clinician(caller: Caller) -> None:
    caller.require_known()
    if not caller.has(Role.CLINICIAN):
        raise Forbidden(
            "Only a clinician decides on the second scale for oxygen.",
            hint="Leave the scale out, or ask your clinician.",
        )


def _read_chart(answers: Sequence[Answer], hidden: frozenset[str], partly: frozenset[str]) -> Chart:
    found: dict[str, list[Resource]] = {}
    for answer in answers:
        found.setdefault(answer.question.type, []).extend(answer.entries)
    readings, unreadable = read_readings(found.get("Observation", ()))
    cut = {answer.question.type for answer in answers if answer.is_cut}
    return Chart(
        person=read_person(next(iter(found.get("Patient", ())), NOTHING)),
        readings=readings,
        unreadable=unreadable,
        conditions=read_conditions(found.get("Condition", ())),
        medicines=read_medicines(one for type in MEDICINES for one in found.get(type, ())),
        hidden=hidden,
        unread=partly.union(key for type in cut for key in TOLD_BY.get(type, ())),
    )


def _page(
    answers: Sequence[Answer], before: datetime | None, count: int, crowded: Crowded
) -> Timeline:
    dated = [answer for answer in answers if answer.question.type in DATED]
    oldest = [at for answer in dated if answer.is_cut and (at := _oldest(answer.entries))]
    found = {(r["resourceType"], r["id"]): r for answer in answers for r in answer.entries}
    included = [one for answer in answers for one in answer.included]
    return page(
        [resource for resource in found.values() if _lies_before(resource, before)],
        oldest=max(oldest, default=None),
        count=count,
        is_whole=not any(answer.is_cut for answer in answers if answer not in dated),
        names={f"{one['resourceType']}/{one['id']}": read_name(one) for one in included},
        crowded=crowded,
    )


def _lies_before(resource: Mapping[str, Any], before: datetime | None) -> bool:
    at = moment_on_line(resource)
    return before is None or (at is not None and at < before)


def _oldest(entries: Sequence[Mapping[str, Any]]) -> datetime | None:
    return min((at for entry in entries if (at := moment_on_line(entry))), default=None)

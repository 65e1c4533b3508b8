"""The verbs of the twin. Records decide who may see what; what they hide is said, not guessed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from asklepion.kit.clock import Clock, to_iso
from asklepion.records import Asking, Category, Found, Records

from .engine.body import make_body
from .engine.card_egfr import egfr_card
from .engine.card_news2 import news2_card
from .engine.card_prevent import prevent_cards
from .engine.chart import Chart, read_conditions, read_medicines, read_person, read_readings
from .engine.fhir import NOTHING, Resource
from .engine.measures import (
    BEDSIDE,
    CONSCIOUSNESS_CODES,
    LABS,
    MEASURES,
    SMOKING_CODE,
    VITALS,
    codes_of,
)
from .engine.timeline import KINDS, moment_on_line, page
from .engine.vitals import LENGTH, make_vitals
from .model import Bedside
from .wire import Body, Card, Timeline, Vital

MOST = 1000  # resources of one kind that one question reads
PRESSURES = 100  # readings that are averaged at most
MEDICINES = ("MedicationRequest", "MedicationStatement")
# Where something lies on the timeline, as a parameter to search and sort by; the others are few.
DATED: Mapping[str, str] = {
    "Observation": "date",
    "Encounter": "date",
    "Procedure": "date",
    "MedicationRequest": "authoredon",
    "Immunization": "date",
    "DiagnosticReport": "date",
    "DocumentReference": "date",
}
# What an input needs to be seen, and so which inputs are hidden when it is not.
NEEDS_CATEGORY: Mapping[str, Category] = {
    **{measure.key: Category.VITALS for measure in VITALS},
    **{measure.key: Category.LABORATORY for measure in LABS},
    **dict.fromkeys(("acvpu", "supplemental_o2"), Category.VITALS),
    **dict.fromkeys(("dm", "prior_cvd", "pregnancy"), Category.CONDITIONS),
    **dict.fromkeys(("bp_tx", "statin"), Category.MEDICINES),
    **dict.fromkeys(("age", "sex"), Category.DEMOGRAPHICS),
    "smoking": Category.SOCIAL,
}


@dataclass(frozen=True)
class Question:
    """One search in the record."""

    type: str
    params: tuple[tuple[str, str], ...] = ()
    count: int = MOST


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
            NotFound: there is no such patient, or none that the caller may know of.
        """
        now = self._clock.now()
        asking = replace(asking, via="risk cards")
        questions = [
            *(_latest(MEASURES[key].codes) for key in NEWS2_MEASURED),
            _latest(CONSCIOUSNESS_CODES),
            _latest([code for code in BEDSIDE if code not in CONSCIOUSNESS_CODES]),
            _latest(codes_of("sbp"), PRESSURES),
            _latest((*codes_of("bmi", *(lab.key for lab in LABS)), SMOKING_CODE), MOST),
        ]
        chart = await self._chart(asking, patient, questions, medicines=True)
        return [
            news2_card(chart, now, bedside or Bedside()),
            egfr_card(chart, now),
            *prevent_cards(chart, now),
        ]

    async def body(self, asking: Asking, patient: str) -> Body:
        """The organs with what is known of each.

        Raises:
            NotFound: there is no such patient, or none that the caller may know of.
        """
        asking = replace(asking, via="body")
        questions = [
            *(_latest(MEASURES[key].codes) for key in NEWS2_MEASURED),
            _latest(codes_of("sbp"), 1),
            _latest(codes_of("bmi", *(lab.key for lab in LABS)), MOST),
        ]
        chart = await self._chart(asking, patient, questions, medicines=False)
        return make_body(chart, patient, self._clock.now())

    async def vitals(self, asking: Asking, patient: str) -> list[Vital]:
        """Each vital sign: the latest reading and the recent ones.

        Raises:
            NotFound: there is no such patient, or none that the caller may know of.
        """
        asking = replace(asking, via="vitals")
        keys = [measure.key for measure in VITALS if measure.key not in ("sbp", "dbp")]
        questions = [_latest(MEASURES[key].codes, LENGTH) for key in keys]
        questions.append(_latest(codes_of("sbp", "dbp"), LENGTH))
        chart = await self._chart(asking, patient, questions, conditions=False)
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
        questions = [_before(type, before) for type in KINDS]
        questions.append(_before("Observation", before))
        answers = await self._ask(asking, patient, questions)
        oldest = [at for found in answers if found.next and (at := _oldest(found.entries))]
        resources = [r for found in answers for r in found.entries if _lies_before(r, before)]
        return page(resources, oldest=max(oldest, default=None), count=count)

    async def _chart(
        self,
        asking: Asking,
        patient: str,
        questions: Sequence[Question],
        *,
        conditions: bool = True,
        medicines: bool = False,
    ) -> Chart:
        hidden = await self._look(asking, patient)
        types = ["Condition"] * conditions + list(MEDICINES) * medicines
        asked = [*questions, *(Question(type) for type in types)]
        about = Question("Patient", (("_id", patient.partition("/")[2]),), 1)
        answers = await self._ask(asking, patient, [about, *asked])
        by_type: dict[str, list[Resource]] = {}
        for question, found in zip([about, *asked], answers, strict=True):
            by_type.setdefault(question.type, []).extend(found.entries)
        readings, unreadable = read_readings(by_type.get("Observation", ()))
        return Chart(
            person=read_person(next(iter(by_type.get("Patient", ())), NOTHING)),
            readings=readings,
            unreadable=unreadable,
            conditions=read_conditions(by_type.get("Condition", ())),
            medicines=read_medicines(
                resource for type in MEDICINES for resource in by_type.get(type, ())
            ),
            hidden=hidden,
        )

    async def _look(self, asking: Asking, patient: str) -> frozenset[str]:
        """Which inputs are hidden from the caller.

        Raises:
            NotFound: everything is.
        """
        permit = await self._records.permits(asking, patient)
        if permit is None:
            # Records says no in its own words, and writes down that somebody tried.
            await self._records.read(asking, *patient.split("/", 1))
            return frozenset()
        return frozenset(
            key for key, category in NEEDS_CATEGORY.items() if category not in permit.categories
        )

    async def _ask(
        self, asking: Asking, patient: str, questions: Iterable[Question]
    ) -> list[Found]:
        """All questions as one look at the record, which is one entry in its log."""
        searches: list[tuple[str, Sequence[tuple[str, str]]]] = []
        for question in questions:
            whose = () if question.type == "Patient" else (("patient", patient),)
            count = ("_count", str(question.count))
            searches.append((question.type, (*question.params, *whose, count)))
        return await self._records.search_all(asking, searches)


NEWS2_MEASURED = ("heart_rate", "respiratory_rate", "spo2", "temperature_c")


def _latest(codes: Iterable[str], count: int = 1) -> Question:
    return Question("Observation", (("code", ",".join(codes)), ("_sort", "-date")), count)


def _before(type: str, before: datetime | None) -> Question:
    name = DATED.get(type)
    if name is None:
        return Question(type)
    params = [("_sort", f"-{name}")]
    if before is not None:
        params.append((name, f"lt{to_iso(before)}"))
    return Question(type, tuple(params), MOST if type == "Observation" else 200)


def _lies_before(resource: Mapping[str, Any], before: datetime | None) -> bool:
    at = moment_on_line(resource)
    return before is None or (at is not None and at < before)


def _oldest(entries: Sequence[Mapping[str, Any]]) -> datetime | None:
    return min((at for entry in entries if (at := moment_on_line(entry))), default=None)

"""Prevention and futures: what a choice may change, for whoever may see it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from asklepion.kit.clock import Clock
from asklepion.kit.errors import Incorrect
from asklepion.records import Asking

from ..engine.card_prevent import read_prevent
from ..engine.chart import Chart
from ..engine.futures.choices import CARD, Choices, make_futures
from ..engine.futures.choices import ask_first as ask_futures
from ..engine.prevent import Prevent
from ..engine.prevention.advice import Subject, make_prevention
from ..engine.prevention.advice import ask_first as ask_prevention
from ..engine.prevention.due import make_due, read_history
from ..engine.prevention.rules import RULES
from ..engine.questions import FEW, PAGES, Question, conditions, medicines
from ..wire import Futures, Prevention
from .estimating import Estimates
from .looking import Looking

PRESSURES = 100
MEASURED = (
    *("creatinine", "egfr", "total_c", "hdl_c", "ldl_c", "bmi", "hba1c", "uacr", "smoking"),
    *("glucose", "lvef", "waist_cm"),
)
HISTORY = ("Immunization", "Procedure", "Observation")
SEEN_AS = {
    "Immunization": "vaccinations",
    "Procedure": "procedures",
    "Observation": "results",
}


def _history() -> list[Question]:
    codes = sorted({code for rule in RULES for code in rule.loinc})
    return [
        Question(type="Immunization", pages=PAGES),
        Question(type="Procedure", pages=PAGES),
        Question(type="Observation", params=(("code", ",".join(codes)),), pages=PAGES),
    ]


class Foreseeing:
    """Answers what may be prevented and what may follow from a choice.

    Args:
        estimates: whoever is asked first gets no probability before she has answered.
    """

    def __init__(self, *, looking: Looking, estimates: Estimates, clock: Clock) -> None:
        self._looking = looking
        self._estimates = estimates
        self._clock = clock

    async def prevention(self, asking: Asking, patient: str) -> Prevention:
        """What lowers her risk most, and what is due.

        Raises:
            NotFound: there is no such patient, or none that the caller may know of.
        """
        asking, now = replace(asking, via="risk cards"), self._clock.now()
        lists = [conditions(), *medicines()]
        chart, answers = await self._looking.chart_and(
            asking, patient, _measured(), lists, _history()
        )
        cut = {SEEN_AS[answer.question.type] for answer in answers if answer.is_cut}
        done = [one for answer in answers for one in answer.entries]
        history = read_history(done, chart.hidden | chart.unread | cut)
        subject = Subject(patient=patient, due=make_due(chart, history, now))
        if await self._is_asked_of(asking, patient, chart):
            return ask_prevention(subject)
        return make_prevention(chart, subject, now)

    async def futures(
        self, asking: Asking, patient: str, a: Mapping[str, Any], b: Mapping[str, Any]
    ) -> Futures:
        """Two sets of choices, and what may follow from each.

        Args:
            a, b: `choices` by the equation's inputs, and `treatments` by the trials' keys.

        Raises:
            Incorrect: something cannot be chosen.
            NotFound: there is no such patient, or none that the caller may know of.
        """
        asking, now = replace(asking, via="risk cards"), self._clock.now()
        chosen = [_choices(each) for each in (a, b)]
        lists = [conditions(), *medicines()]
        chart = await self._looking.chart(asking, patient, _measured(), lists)
        if await self._is_asked_of(asking, patient, chart):
            return ask_futures(patient)
        return make_futures(chart, patient, now, *chosen)

    async def is_held(self, asking: Asking, patient: str) -> bool:
        """Whether the caller is asked for her own estimate of the next ten years first."""
        if await self._estimates.opens(asking, patient, CARD):
            return False
        asking = replace(asking, via="risk cards")
        lists = [conditions(), *medicines()]
        chart = await self._looking.chart(asking, patient, _measured(), lists)
        return await self._is_asked_of(asking, patient, chart)

    async def _is_asked_of(self, asking: Asking, patient: str, chart: Chart) -> bool:
        """Whether there is a probability that the caller is asked for first."""
        if await self._estimates.opens(asking, patient, CARD):
            return False
        return isinstance(read_prevent(chart, self._clock.now()).result, Prevent)


def _measured() -> dict[str, int]:
    return dict.fromkeys(MEASURED, FEW) | {"sbp": PRESSURES}


def _choices(told: Mapping[str, Any]) -> Choices:
    choices = Choices(values=told["choices"], treatments=told["treatments"])
    if wrong := choices.wrong():
        raise Incorrect(
            f"{wrong[:40]!r} cannot be chosen like this.",
            hint="See `offers` for what can be chosen, and between which values.",
        )
    return choices

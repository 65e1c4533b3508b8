"""The report of one patient, with no number on it that its reader may not see yet."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from asklepion.kit.clock import Clock
from asklepion.records import Asking

from ..engine.chart import read_person
from ..engine.fhir import NOTHING, read_name
from ..engine.questions import person
from ..engine.report.printing import Report
from ..wire import Card
from .foreseeing import Foreseeing
from .looking import Looking

Cards = Callable[[Asking, str], Awaitable[list[Card]]]


class Reporting:
    """Gathers what goes on the page.

    Args:
        cards: a patient's cards as the caller may see them.
    """

    def __init__(
        self, *, looking: Looking, cards: Cards, foreseeing: Foreseeing, clock: Clock
    ) -> None:
        self._looking = looking
        self._cards = cards
        self._foreseeing = foreseeing
        self._clock = clock

    async def of(self, asking: Asking, patient: str, language: str) -> Report:
        """Everything on one page; in her log it is a reading.

        Raises:
            NotFound: there is no such patient, or none that the caller may know of.
        """
        asking, now = replace(asking, via="risk cards"), self._clock.now()
        cards = await self._cards(asking, patient)
        prevention = await self._foreseeing.prevention(asking, patient)
        (answer,) = await self._looking.ask(asking, patient, [person(patient)])
        found = next(iter(answer.entries), NOTHING)
        about = read_person(found)
        return Report(
            name=read_name(found),
            sex=about.sex or "",
            age=about.age_at(now),
            day=now.date().isoformat(),
            language=language,
            cards=cards,
            prevention=prevention,
        )

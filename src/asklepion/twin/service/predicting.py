"""Predictions by learned models, for clinicians: each from the record itself, or what it needs."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from asklepion.identity import Role
from asklepion.kit.clock import Clock
from asklepion.kit.errors import Forbidden
from asklepion.records import Asking, Records

from ..engine.card_icu import Ward, intensive_cards
from ..engine.card_readmission import Discharged, readmission_cards
from ..engine.chart import Chart
from ..engine.fhir import Resource
from ..engine.questions import MOST, USABLE, Question, conditions
from ..engine.watched import PANELS, VENTILATION_CODE, WATCHED, read_watched
from ..wire import Card
from .looking import Looking

MOST_PAGES = 3  # of one measure: two days of a pulse that is kept minute by minute


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What was read of a record for predictions.

    Args:
        chart: the person and her conditions, with what is hidden.
        found: the answers to what the kinds asked for besides, by resource type.
    """

    chart: Chart
    found: dict[str, list[Resource]]
    now: datetime


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of prediction that is made of a record.

    Args:
        asks: what it reads besides the person and her conditions.
        cards: its cards; pure, called on a thread of its own.
    """

    name: str
    asks: Callable[[], Sequence[Question]]
    cards: Callable[[Seen], Sequence[Card]]


def _ask_watched() -> list[Question]:
    """The newest readings, each measure by itself: none pushes another off its page."""
    asked = [*(one.measure.codes for one in WATCHED), PANELS, (VENTILATION_CODE,)]
    return [
        Question(
            type="Observation",
            params=(("code", ",".join(each)), USABLE, ("_sort", "-date")),
            count=MOST,
            pages=MOST_PAGES,
        )
        for each in asked
    ]


def _intensive(seen: Seen) -> list[Card]:
    found = read_watched(seen.found.get("Observation", ()))
    return intensive_cards(Ward(chart=seen.chart, found=found, now=seen.now))


def _ask_stays() -> list[Question]:
    """Stays and visits, and what was found, done and given in them; newest first."""
    dated = {"Encounter": "-date", "Procedure": "-date", "MedicationRequest": "-authoredon"}
    lists = [Question(type=type, params=(("_sort", by),)) for type, by in dated.items()]
    return [conditions(), *lists]


def _discharged(seen: Seen) -> list[Card]:
    return readmission_cards(Discharged(chart=seen.chart, found=seen.found, now=seen.now))


# A model that reads more of a record adds its kind here.
KINDS: tuple[Kind, ...] = (
    Kind(name="intensive care", asks=_ask_watched, cards=_intensive),
    Kind(name="after a stay", asks=_ask_stays, cards=_discharged),
)


class Predicting:
    """Reads a record as far as the models need it, and lets them speak."""

    def __init__(self, *, records: Records, clock: Clock) -> None:
        self._clock = clock
        self._looking = Looking(records)

    async def predictions(self, asking: Asking, patient: str) -> list[Card]:
        """The cards of the learned models; each predicts, or says what it needs.

        Raises:
            Forbidden: somebody else than a clinician asks.
            NotFound: there is no such patient, or none that the caller may know of.
        """
        asking.caller.require_known()
        if not asking.caller.has(Role.CLINICIAN):
            raise Forbidden(
                "Predictions by learned models are for clinicians.",
                hint="Ask your clinician to look at them with you.",
            )
        asking = replace(asking, via="risk cards")
        chart = await self._looking.chart(asking, patient, {"heart_rate": 1}, [conditions()])
        asked = [question for kind in KINDS for question in kind.asks()]
        found: dict[str, list[Resource]] = {}
        for answer in await self._looking.ask(asking, patient, asked):
            found.setdefault(answer.question.type, []).extend(answer.entries)
        seen = Seen(chart=chart, found=_each_once(found), now=self._clock.now())
        return await asyncio.to_thread(_make, seen)


def _each_once(found: dict[str, list[Resource]]) -> dict[str, list[Resource]]:
    """What answers to two questions is read once."""
    return {
        type: list({one.get("id", at): one for at, one in enumerate(entries)}.values())
        for type, entries in found.items()
    }


def _make(seen: Seen) -> list[Card]:
    return [card for kind in KINDS for card in kind.cards(seen)]

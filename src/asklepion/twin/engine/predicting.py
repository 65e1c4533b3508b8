"""Predictions by learned models: what they read of a record, and the cards they make of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from asklepion.kit.clock import to_iso

from ..wire import Card
from .asking import Seen, Wish
from .card_icu import Ward, intensive_cards
from .card_readmission import Discharged, readmission_cards
from .questions import MOST, USABLE, Question, conditions, undated_of
from .watched import PANELS, VENTILATION_CODE, WATCHED, read_watched

MOST_PAGES = 3  # of one measure: two days of a pulse that is kept minute by minute
# So long a stay is looked back at: else whatever was ever measured would be read each time.
LONGEST = timedelta(days=60)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of prediction that is made of a record.

    Args:
        asks: what it reads besides the person and her conditions, now.
        cards: its cards.
    """

    name: str
    asks: Callable[[datetime], Sequence[Question]]
    cards: Callable[[Seen, datetime], Sequence[Card]]


def _ask_watched(now: datetime) -> list[Question]:
    """The newest readings, each measure by itself: none pushes another off its page."""
    asked = [",".join(codes) for codes in (*(one.measure.codes for one in WATCHED), *OTHERS)]
    since = ("date", f"ge{to_iso(now - LONGEST)}")
    dated = [
        Question(
            type="Observation",
            params=(("code", codes), USABLE, since, ("_sort", "-date")),
            count=MOST,
            pages=MOST_PAGES,
        )
        for codes in asked
    ]
    return [*dated, undated_of(",".join(asked))]


OTHERS = (PANELS, (VENTILATION_CODE,))


def _intensive(seen: Seen, now: datetime) -> list[Card]:
    found = read_watched(seen.found.get("Observation", ()))
    return intensive_cards(Ward(chart=seen.chart, found=found, now=now))


def _ask_stays(now: datetime) -> list[Question]:
    """Stays and visits, and what was found, done and given in them; newest first."""
    dated = {"Encounter": "-date", "Procedure": "-date", "MedicationRequest": "-authoredon"}
    lists = [Question(type=type, params=(("_sort", by),)) for type, by in dated.items()]
    return [conditions(), *lists]


def _discharged(seen: Seen, now: datetime) -> list[Card]:
    return readmission_cards(Discharged(chart=seen.chart, found=seen.found, now=now))


# A model that reads more of a record adds its kind here.
KINDS: tuple[Kind, ...] = (
    Kind(name="intensive care", asks=_ask_watched, cards=_intensive),
    Kind(name="after a stay", asks=_ask_stays, cards=_discharged),
)


def predicting(now: datetime) -> Wish:
    """What the learned models want to know."""
    return Wish(
        measured={"heart_rate": 1},
        lists=[conditions()],
        more=[question for kind in KINDS for question in kind.asks(now)],
    )


def make_predictions(seen: Seen, now: datetime) -> list[Card]:
    """The cards of the learned models; each predicts, or says what it needs."""
    return [card for kind in KINDS for card in kind.cards(seen, now)]

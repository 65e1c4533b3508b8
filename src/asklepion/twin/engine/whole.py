"""All that the twin says of one person, made of one look at her record."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ..model import Bedside
from ..wire import Body, Card, Prevention, Scored
from .asking import Seen, Wish
from .body import make_body
from .card_egfr import egfr_card
from .card_news2 import news2_card
from .card_prevent import prevent_cards, read_prevent
from .card_score2 import CARD as SCORE2
from .card_score2 import score2_card
from .card_scores import make_scores, measures_of
from .chart import Chart
from .futures.choices import CARD as PREVENT
from .measures import LABS
from .predicting import make_predictions, predicting
from .prevent import Prevent
from .prevention.advice import Subject, make_prevention
from .prevention.advice import ask_first as ask_prevention
from .prevention.due import make_due, read_history
from .prevention.rules import RULES
from .questions import FEW, PAGES, Question, conditions, medicines
from .score_words import SHOWN

PRESSURES = 100  # newest readings that are averaged at most
FIGURE = ("bmi", "weight", "height_m")
NEWS2_MEASURED = ("heart_rate", "respiratory_rate", "spo2", "temperature_c")
PREVENT_MEASURED = ("creatinine", "egfr", "total_c", "hdl_c", "bmi", "hba1c", "uacr", "smoking")
FORESEEN = (
    *("creatinine", "egfr", "total_c", "hdl_c", "ldl_c", "bmi", "hba1c", "uacr", "smoking"),
    *("glucose", "lvef", "waist_cm"),
)
HIDDEN_AS = {
    "Immunization": "vaccinations",
    "Procedure": "procedures",
    "Observation": "results",
}


def _few(*keys: str) -> dict[str, int]:
    return dict.fromkeys(keys, FEW)


def scoring(*names: str) -> Wish:
    """What these scores want to know."""
    keys = measures_of(*names) - {"dbp"}  # comes with sbp
    return Wish(measured=_few(*sorted(keys)), lists=[conditions(), *medicines()])


def _history() -> list[Question]:
    codes = sorted({code for rule in RULES for code in rule.loinc})
    return [
        Question(type="Immunization", pages=PAGES),
        Question(type="Procedure", pages=PAGES),
        Question(type="Observation", params=(("code", ",".join(codes)),), pages=PAGES),
    ]


CARDS = Wish(
    measured=_few(*NEWS2_MEASURED, "acvpu", "supplemental_o2", *PREVENT_MEASURED)
    | {"sbp": PRESSURES},
    lists=[conditions(), *medicines()],
)
SCORES = scoring(*SHOWN)
BODY = Wish(
    measured=_few(*NEWS2_MEASURED, "sbp", *FIGURE, *(lab.key for lab in LABS)),
    lists=[conditions()],
)
AHEAD = Wish(measured=_few(*FORESEEN) | {"sbp": PRESSURES}, lists=[conditions(), *medicines()])
PREVENTION = replace(AHEAD, more=_history())


def make_cards(chart: Chart, now: datetime, bedside: Bedside | None = None) -> list[Card]:
    """NEWS2, eGFR, PREVENT in 10 and in 30 years."""
    return [
        news2_card(chart, now, bedside or Bedside()),
        egfr_card(chart, now),
        *prevent_cards(chart, now),
    ]


def alone(chart: Chart, now: datetime, region: str) -> list[Card]:
    """The card of SCORE2, where it foretells the next ten years and PREVENT does not."""
    if isinstance(read_prevent(chart, now).result, Prevent):
        return []
    card = score2_card(chart, now, region)
    return [card] if card else []


def asked_for(chart: Chart, now: datetime, region: str) -> str:
    """The card with the risk of the next ten years that a clinician is asked for first, or none."""
    if isinstance(read_prevent(chart, now).result, Prevent):
        return PREVENT
    return SCORE2 if alone(chart, now, region) else ""


def prevention_of(
    seen: Seen, patient: str, now: datetime, *, ask: str = "", region: str = ""
) -> Prevention:
    """What may be prevented, and what is due.

    Args:
        ask: the card of which the caller says first what she thinks; no number may lead past that.
        region: of SCORE2, where the house named one.
    """
    chart = seen.chart
    cut = {HIDDEN_AS[answer.question.type] for answer in seen.more if answer.is_cut}
    done = [one for answer in seen.more for one in answer.entries]
    history = read_history(done, chart.hidden | chart.unread | cut)
    subject = Subject(patient=patient, due=make_due(chart, history, now))
    return ask_prevention(subject, ask) if ask else make_prevention(chart, subject, now, region)


@dataclass(frozen=True, kw_only=True)
class Whole:
    """Everything with its numbers; who may see which of them is decided by the service.

    Args:
        predictions: none where nobody asked for them.
        ahead: what prevention is made of.
        ask: the card of the next ten years that a clinician is asked for first; empty: none.
    """

    cards: list[Card]
    scores: list[Scored]
    predictions: list[Card]
    body: Body
    ahead: Seen
    ask: str


def whole_of(now: datetime, *, foretells: bool) -> list[Wish]:
    """What has to be known for everything.

    Args:
        foretells: with the learned models, which are for clinicians.
    """
    return [CARDS, SCORES, BODY, PREVENTION, *([predicting(now)] if foretells else [])]


def make_whole(patient: str, seen: Sequence[Seen], now: datetime, region: str = "") -> Whole:
    """Everything, from what the record says to the wishes of `whole_of`."""
    cards, scores, body, ahead, *foretold = seen
    return Whole(
        cards=[*make_cards(cards.chart, now), *alone(cards.chart, now, region)],
        scores=make_scores(scores.chart, patient, now),
        predictions=[card for one in foretold for card in make_predictions(one, now)],
        body=make_body(body.chart, patient, now),
        ahead=ahead,
        ask=asked_for(ahead.chart, now, region),
    )

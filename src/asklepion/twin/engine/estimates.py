"""A clinician's own estimate beside the model's: what is asked first, and how both fared.

Scores are the Brier score (Brier, Mon Weather Rev 1950;78:1-3) and the share that it happened to
among those who were given about the same probability, with Wilson's interval (J Am Stat Assoc
1927;22:209-212).
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import msgspec

from asklepion.kit.errors import Conflict, Incorrect

from ..wire import Calibration, Card, CardEstimate, Forecast, Forecaster, Interval
from .chart import Chart
from .codes import PRIOR_CVD, Group
from .criteria import STROKE

SHARE = "%"  # the unit of a card that is a probability
LONGEST = timedelta(days=30)  # an answer opens the card it was given for no longer than that,
LEAST_OPEN = timedelta(hours=1)  # nor than the card's horizon; but so long in any case
STAY = timedelta(days=90)  # so long an outcome is waited for where the horizon is a stay's end
STAY_CARDS = frozenset({"icu_death"})  # that it did not happen is known on the day of discharge
STAY_LEAST = timedelta(days=1)
LEAST = 5  # patients of whom the outcome is known, before anything is said of how one fares
EDGES = (0, 5, 10, 20, 40, 100)  # of the groups in which forecasts are compared with outcomes
Z = 1.959963984540054  # of a 95 % interval
# What a card foretells, as conditions say it.
INFARCTION_OR_STROKE = replace(
    STROKE,
    snomed=STROKE.snomed | {"22298006", "401303003", "401314000"},
    icd10=("I21", "I22", "I60", "I61", "I63", "I64"),
    words=(*STROKE.words, "myocardial infarction"),
)
OUTCOMES: Mapping[str, Group] = {
    **dict.fromkeys(("prevent10", "prevent30"), PRIOR_CVD),
    "score2": INFARCTION_OR_STROKE,
}


class Thought(msgspec.Struct, frozen=True, kw_only=True):
    """What is sealed of an estimate.

    Args:
        share: what she thought [%]; nothing where she would rather not say.
        until: the end of the horizon.
        meaning_key: what the model's interval means.
    """

    share: float | None
    model_share: float
    model_low: float
    model_high: float
    version: str
    as_of: str
    until: str
    meaning_key: str = "twin.card.interval.measurement_error"  # all there was, before it was kept


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is sealed of an outcome.

    Args:
        on: the day it happened on; where it did not, the day of discharge if that decided it.
        reference: the entry of the record that says so; empty where a clinician did.
    """

    happened: bool
    on: str | None = None
    reference: str = ""
    by: str = ""


def is_probability(card: Card) -> bool:
    """Whether a card's number is one that a clinician is asked for first."""
    return card.unit == SHARE and card.state == "computed"


def ask_first(card: Card) -> Card:
    """The card without its number and without anything the number could be guessed from."""
    return msgspec.structs.replace(
        card,
        state="asked_first",
        value=None,
        interval=None,
        band=None,
        parts=[],
        would_change=[],
        reasons=[],
        inputs=[msgspec.structs.replace(one, points=None) for one in card.inputs],
        version="",
    )


def hold(cards: Sequence[Card], given: Mapping[str, CardEstimate]) -> list[Card]:
    """The cards as one clinician may see them: a number only beside her own."""
    return [
        card
        if not is_probability(card)
        else msgspec.structs.replace(card, estimate=given[card.id])
        if card.id in given
        else ask_first(card)
        for card in cards
    ]


def ends_at(card: Card, as_of: datetime) -> datetime:
    """The end of a card's horizon; a stay in hospital has none of its own."""
    if card.id in STAY_CARDS:
        return as_of + STAY
    params = {key: float(value) for key, value in card.horizon.params.items()}
    days = 365.25 * params.get("years", 0) + params.get("days", 0)
    return as_of + timedelta(days=days, hours=params.get("hours", 0))


def time_of(card: str, thought: Thought) -> tuple[datetime, datetime]:
    """From when until when something was foretold."""
    since, until = datetime.fromisoformat(thought.as_of), datetime.fromisoformat(thought.until)
    return since, max(until, since + STAY) if card in STAY_CARDS else until


def stands_until(card: str, thought: Thought, at: datetime) -> datetime:
    """How long an answer that was given at a moment opens its card; then she is asked again."""
    since, until = time_of(card, thought)
    return at + max(LEAST_OPEN, min(LONGEST, until - since))


def outcome_day(
    card: str, thought: Thought, happened: bool, on: date | None, now: datetime
) -> date | None:
    """The day that decides an outcome: when it happened, or when a stay ended without it.

    Where it did not happen and the time is over, there is none.

    Raises:
        Conflict: it may happen yet.
        Incorrect: the day is missing, or lies outside that time.
    """
    since, until = time_of(card, thought)
    first, last = since.date(), min(until, now).date()
    if not happened:
        if now >= until:
            return None
        if card not in STAY_CARDS or now < since + STAY_LEAST:
            raise Conflict("It may happen yet.", hint="Say so when the time is over.")
        first = (since + STAY_LEAST).date()
    if on is None or not first <= on <= last:
        raise Incorrect(
            "The day lies outside the time that was foretold.",
            hint=f"Give a day from {first} to {last}"
            + (": the day of discharge." if not happened else "."),
        )
    return on


def find_outcome(chart: Chart, card: str, thought: Thought, now: datetime) -> Known | None:
    """What the record says came of it; nothing while it cannot say.

    That it happened is known at once, that it did not only when the time is over, and only to
    somebody who may see every condition.
    """
    group = OUTCOMES.get(card)
    if group is None or "prior_cvd" in chart.hidden:
        return None
    since, until = datetime.fromisoformat(thought.as_of), datetime.fromisoformat(thought.until)
    for said in reversed(chart.conditions):
        is_within = said.at is not None and since < said.at <= min(until, now)
        if is_within and said.at and group.holds(said.codings, said.text):
            day = said.at.date().isoformat()
            return Known(happened=True, on=day, reference=said.reference)
    if now < until or "prior_cvd" in chart.unread:
        return None
    undated = any(
        said.at is None and group.holds(said.codings, said.text) for said in chart.conditions
    )
    return None if undated else Known(happened=False)


@dataclass(frozen=True)
class Pair:
    """What was foretold by both [%], and whether it happened."""

    doctor: float
    model: float
    happened: bool


def calibrate(pairs: Sequence[Pair], *, waiting: int, declined: int) -> Calibration:
    """How doctor, model and the mean of both fared; nothing of fewer than a handful."""
    enough = len(pairs) >= LEAST
    shares = {
        "doctor": [pair.doctor for pair in pairs],
        "model": [pair.model for pair in pairs],
        "both": [(pair.doctor + pair.model) / 2 for pair in pairs],
    }
    happened = [pair.happened for pair in pairs]
    return Calibration(
        scored=len(pairs),
        waiting=waiting,
        declined=declined,
        least=LEAST,
        forecasters=[forecaster(who, told, happened) for who, told in shares.items()]
        if enough
        else [],
    )


def forecaster(who: str, told: Sequence[float], happened: Sequence[bool]) -> Forecaster:
    """One who foretold, against what happened."""
    both = list(zip(told, happened, strict=True))
    brier = sum((share / 100 - did) ** 2 for share, did in both) / len(both)
    groups: list[Forecast] = []
    for low, high in itertools.pairwise(EDGES):
        inside = [
            (share, did) for share, did in both if low <= share < high or share == high == 100
        ]
        if inside:
            count, hits = len(inside), sum(did for _, did in inside)
            groups.append(
                Forecast(
                    low=low,
                    high=high,
                    count=count,
                    told=sum(share for share, _ in inside) / count,
                    happened=100 * hits / count,
                    interval=wilson(hits, count),
                )
            )
    return Forecaster(who=who, brier=brier, groups=groups)


def wilson(hits: int, count: int) -> Interval:
    """Between which shares [%] the true one lies, 95 times in a hundred."""
    share, z2 = hits / count, Z * Z
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = Z / (1 + z2 / count) * math.sqrt(share * (1 - share) / count + z2 / (4 * count**2))
    low = 0.0 if hits == 0 else 100 * max(0.0, middle - half)
    high = 100.0 if hits == count else 100 * min(1.0, middle + half)
    return Interval(low=low, high=high, meaning_key="twin.card.interval.chance")

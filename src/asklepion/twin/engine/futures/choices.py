"""Two sets of choices and what may follow from each, tier by tier."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ...model import Cannot
from ...wire import Amount, Associated, Future, Futures, Offer, Text
from .. import prevent as equation
from ..card_prevent import Reading, limits_of, read_prevent
from ..cards import LABEL, as_missing, iso, limit
from ..chart import Chart
from ..checks import is_number
from ..prevent import BOUNDS, OPTIONAL, OUTCOMES, Factors, Prevent
from ..prevention.levers import GOALS
from .effects import TREATMENT, effects
from .people import amount, likely, shares
from .population import Whom, needs_of
from .trials import BY_KEY, TRIALS

CARD = "prevent10"  # whose number is asked for first
HORIZON = Text(key="twin.future.horizon.years", params={"years": 10})
MOST = 6  # treatments in one future


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What is chosen for one future.

    Args:
        values: what is changed, by the equation's inputs; true or false for smoking.
        treatments: keys of `TRIALS`.
    """

    values: Mapping[str, float | bool]
    treatments: Sequence[str]

    def wrong(self) -> str:
        """What of it cannot be chosen; empty where all can."""
        for key, value in self.values.items():
            if key == "smoking":
                if not isinstance(value, bool):
                    return key
                continue
            bounds = {**BOUNDS, **OPTIONAL}.get(key)
            if key not in GOALS or bounds is None or not is_number(value):
                return key
            if bounds.need(key, value):
                return key
        unknown = [key for key in self.treatments if key not in BY_KEY]
        if unknown or len(self.treatments) > MOST:
            return next(iter(unknown), "treatments")
        return ""


def make_futures(chart: Chart, patient: str, now: datetime, a: Choices, b: Choices) -> Futures:
    """Both futures, of one person as she is now."""
    reading = read_prevent(chart, now)
    missing = (
        as_missing(reading.result, reading.inputs.values())
        if isinstance(reading.result, Cannot)
        else []
    )
    return Futures(
        patient=patient,
        state="computed",
        ask="",
        horizon=HORIZON,
        a=_future(chart, now, reading, a),
        b=_future(chart, now, reading, b),
        offers=offers(chart, now, reading),
        missing=missing,
        limits=[
            *limits_of(chart, reading.inputs, reading.as_of, now),
            limit("future.tiers"),
        ],
        source=equation.SOURCE,
        as_of=iso(reading.as_of),
    )


def ask_first(patient: str) -> Futures:
    """Nothing yet: a clinician says first what she thinks."""
    return Futures(
        patient=patient,
        state="asked_first",
        ask=CARD,
        horizon=HORIZON,
        a=None,
        b=None,
        offers=[],
        missing=[],
        limits=[],
        source=equation.SOURCE,
        as_of=None,
    )


def _future(chart: Chart, now: datetime, reading: Reading, choices: Choices) -> Future:
    result, person = reading.result, reading.person
    found = result if isinstance(result, Prevent) else None
    treatments = list(dict.fromkeys(choices.treatments))
    return Future(
        choices=dict(choices.values),
        treatments=treatments,
        association=_association(person, found, choices.values) if person and found else [],
        trials=effects(chart, now, found, person, treatments),
        simulation=None,
    )


def _association(
    person: Factors, found: Prevent, values: Mapping[str, float | bool]
) -> list[Associated]:
    who = likely(person, found.model, found.horizon_years)

    def change(one: Factors) -> Factors:
        known = {key: value for key, value in values.items() if getattr(one, key) is not None}
        return replace(one, **known)

    before, after = who.risks(), who.risks(change)
    return [_associated(outcome, before, after, bool(values)) for outcome in OUTCOMES]


def _associated(
    outcome: str, before: Sequence[Prevent], after: Sequence[Prevent], is_changed: bool
) -> Associated:
    now, then = shares(before, outcome), shares(after, outcome)
    less: Amount = amount([a - b for a, b in zip(now, then, strict=True)])
    return Associated(
        outcome=outcome,
        label_key=f"twin.future.outcome.{outcome}",
        amount=amount(then),
        less=less if is_changed else None,
    )


def offers(chart: Chart, now: datetime, reading: Reading) -> list[Offer]:
    """What can be chosen, and what of it somebody speaks for."""
    person = reading.person
    found = [_goal_offer(key, person) for key in GOALS] if person else []
    whom = Whom(chart=chart, now=now, person=person)
    found += [
        Offer(
            key=trial.key,
            label_key=TREATMENT + trial.key,
            tier="trial",
            now=None,
            to=None,
            low=None,
            high=None,
            unit="",
            is_for_her=not needs_of(whom, trial.population),
        )
        for trial in TRIALS
    ]
    return found


def _goal_offer(key: str, person: Factors) -> Offer:
    goal, bounds = GOALS[key], {**BOUNDS, **OPTIONAL}.get(key)
    now: float | bool | None = getattr(person, key)
    low, high = (bounds.valid or bounds.possible) if bounds else (None, None)
    return Offer(
        key=key,
        label_key=LABEL + key,
        tier="association",
        now=now,
        to=goal.to(person),
        low=low,
        high=high,
        unit=bounds.unit if bounds else "",
        is_for_her=now is not None and goal.is_for(person),
    )

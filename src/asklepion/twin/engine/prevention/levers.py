"""What people can change, to which goal, and what an equation says of those who have got there.

An association: people with the other value have this risk on average. What a medicine does is told
by trials alone (engine/futures), and never here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ...wire import Lever, Outlook, Source, Text
from .. import prevent as equation
from ..cards import LABEL, VALUE
from ..futures.people import Likely, amount, shares
from ..prevent import BOUNDS, OPTIONAL, Factors, Prevent

OUTCOMES = ("total_cvd", "ascvd", "heart_failure")
LEAST = 0.05  # of a hundred: what changes less is not worth naming
NON_HDL, PRESSURE, HBA1C = 130.0, 130.0, 7.0
WEIGHT = 0.93  # of the present weight, the goal of the Diabetes Prevention Program
SLIM = 25.0  # kg/m2: nobody is told to weigh less


@dataclass(frozen=True, kw_only=True)
class Goal:
    """One thing that can be changed.

    Args:
        key: the input of the equation.
        to: the value to get to; the same value where there is nothing to change.
    """

    key: str
    to: Callable[[Factors], float | bool | None]
    source: Source

    def reach(self, person: Factors) -> Factors:
        """The same person, there."""
        return replace(person, **{self.key: self.to(person)})

    def is_for(self, person: Factors) -> bool:
        """Whether there is anything to change."""
        return self.to(person) != getattr(person, self.key)


def _hba1c(person: Factors) -> float | None:
    is_high = person.dm and person.hba1c is not None and person.hba1c > HBA1C
    return HBA1C if is_high else person.hba1c


GOALS: Mapping[str, Goal] = {
    goal.key: goal
    for goal in (
        Goal(
            key="smoking",
            to=lambda person: False,
            source=Source(
                citation="US Preventive Services Task Force. Interventions for tobacco smoking "
                "cessation in adults. JAMA 2021;325:265-279.",
                url="https://doi.org/10.1001/jama.2020.25019",
            ),
        ),
        Goal(
            key="sbp",
            to=lambda person: min(person.sbp, PRESSURE),
            source=Source(
                citation="Jones DW, Ferdinand KC, Taler SJ, et al. 2025 AHA/ACC guideline for the "
                "prevention, detection, evaluation and management of high blood pressure in "
                "adults. Circulation 2025;152:e114-e218.",
                url="https://doi.org/10.1161/CIR.0000000000001356",
            ),
        ),
        Goal(
            key="total_c",
            to=lambda person: min(person.total_c, BOUNDS["total_c"].hold(person.hdl_c + NON_HDL)),
            source=Source(
                citation="Grundy SM, Stone NJ, Bailey AL, et al. 2018 AHA/ACC guideline on the "
                "management of blood cholesterol. Circulation 2019;139:e1082-e1143.",
                url="https://doi.org/10.1161/CIR.0000000000000625",
            ),
        ),
        Goal(
            key="bmi",
            to=lambda person: min(person.bmi, max(SLIM, WEIGHT * person.bmi)),
            source=Source(
                citation="Diabetes Prevention Program Research Group. Reduction in the incidence "
                "of type 2 diabetes with lifestyle intervention or metformin. N Engl J Med "
                "2002;346:393-403.",
                url="https://doi.org/10.1056/NEJMoa012512",
            ),
        ),
        Goal(
            key="hba1c",
            to=_hba1c,
            source=Source(
                citation="American Diabetes Association. Glycemic goals and hypoglycemia: "
                "Standards of Care in Diabetes 2025. Diabetes Care 2025;48(suppl 1):S128-S145.",
                url="https://doi.org/10.2337/dc25-S006",
            ),
        ),
    )
}


def outlooks(who: Likely) -> list[Outlook]:
    """The outcomes of PREVENT with what would lower each, strongest first."""
    before = who.risks()
    after = {goal.key: who.risks(goal.reach) for goal in GOALS.values() if goal.is_for(who.person)}
    return [_outlook(who, outcome, before, after) for outcome in OUTCOMES]


def _outlook(
    who: Likely, outcome: str, before: Sequence[Prevent], after: Mapping[str, Sequence[Prevent]]
) -> Outlook:
    now = shares(before, outcome)
    found = [_lever(who, GOALS[key], now, shares(then, outcome)) for key, then in after.items()]
    levers = sorted((one for one in found if one), key=lambda one: one.less.value, reverse=True)
    together = all_at_once(who, [GOALS[lever.key] for lever in levers], outcome)
    return Outlook(
        id=outcome,
        title_key=f"twin.prevention.{outcome}",
        horizon=Text(key="twin.card.horizon.years", params={"years": who.years}),
        unit="%",
        value=now[0],
        interval=amount(now).interval,
        risk=None,
        levers=levers,
        together=amount(together) if levers else None,
        source=equation.SOURCE,
    )


def all_at_once(who: Likely, goals: Sequence[Goal], outcome: str) -> list[float]:
    """The shares when every goal is reached at once, hers first [%]."""

    def reach(person: Factors) -> Factors:
        for goal in goals:
            person = goal.reach(person)
        return person

    return shares(who.risks(reach), outcome)


def _lever(who: Likely, goal: Goal, before: Sequence[float], then: Sequence[float]) -> Lever | None:
    less = [now - later for now, later in zip(before, then, strict=True)]
    if less[0] < LEAST:
        return None
    to = goal.to(who.person)
    assert to is not None
    is_answer = isinstance(to, bool)
    return Lever(
        key=goal.key,
        label_key=LABEL + goal.key,
        now=getattr(who.person, goal.key),
        to=to,
        to_key=f"{VALUE}no" if is_answer else "",
        unit="" if is_answer else {**BOUNDS, **OPTIONAL}[goal.key].unit,
        then=amount(then),
        less=amount(less),
        say=Text(
            key=f"twin.prevention.say.{goal.key}",
            params={"now": round(before[0], 1), "then": round(then[0], 1), "years": who.years},
        ),
        source=goal.source,
    )

"""SCORE2 and SCORE2-OP as an outlook, in a house that named its risk region.

They and PREVENT foretell different things (heart failure is in PREVENT alone) for different people.
One of them is used first, by a rule that is told; what they say is never put together.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product

from ...wire import Lever, Outlook, Text
from ..card_prevent import read_prevent
from ..cards import LABEL, VALUE, answer, exclusions, number
from ..chart import Chart
from ..futures.people import amount
from ..prevent import BOUNDS
from ..scores.score import Risk, Score
from ..scores.score2 import SCORE2, SCORE2_OP
from ..spread import SPREADS
from .healthy import is_apparently_healthy
from .levers import GOALS, LEAST, NON_HDL, PRESSURE

USED = "twin.prevention.used."
YEARS = 10
OLD = 70  # from this age on it is SCORE2-OP
LIMITS = {"sbp": (80.0, 250.0), "total_c": (20.0, 2000.0), "hdl_c": (1.0, 300.0)}
MEASURED = tuple(LIMITS)
READS = (*MEASURED, "creatinine", "egfr", "smoking", "age", "sex", "dm", "prior_cvd")


@dataclass(frozen=True, kw_only=True)
class Somebody:
    """Whom the equations speak of; pressure in mmHg, cholesterol in mg/dL."""

    age: float
    sex: str
    smoking: bool
    sbp: float
    total_c: float
    hdl_c: float
    dm: bool


Change = Callable[[Somebody], Somebody]
CHANGES: Mapping[str, Change] = {
    "smoking": lambda one: replace(one, smoking=False),
    "sbp": lambda one: replace(one, sbp=min(one.sbp, PRESSURE)),
    "total_c": lambda one: replace(one, total_c=min(one.total_c, one.hdl_c + NON_HDL)),
}


def european(chart: Chart, now: datetime, region: str) -> Outlook | None:
    """What SCORE2, or from 70 years on SCORE2-OP, foretells, and what would lower it.

    Nothing where it was not made for somebody like this, or where something is not known.
    """
    person = _person(chart, now)
    if person is None:
        return None
    score = SCORE2_OP if person.age >= OLD else SCORE2
    if _share(score, region, person) is None:
        return None
    everybody = [person, *_corners(person)]

    def shares(change: Change = lambda one: one) -> list[float]:
        return [_share(score, region, change(one)) or 0.0 for one in everybody]

    before = shares()
    levers = [
        lever
        for key, change in CHANGES.items()
        if change(person) != person and (lever := _lever(key, person, before, shares(change)))
    ]
    levers.sort(key=lambda one: one.less.value, reverse=True)
    id = "score2_op" if score is SCORE2_OP else "score2"
    return Outlook(
        id=id,
        title_key=f"twin.prevention.{id}",
        horizon=Text(key="twin.card.horizon.years", params={"years": YEARS}),
        unit="%",
        value=before[0],
        interval=amount(before).interval,
        risk=None,
        levers=levers,
        together=amount(shares(_all([lever.key for lever in levers]))) if levers else None,
        source=score.sources[0],
    )


def used(european: Outlook | None, region: str, prevent: Outlook | None) -> Text | None:
    """Which of them is used first, and by which rule; nothing where neither speaks.

    Args:
        prevent: with no number in it, or none at all, SCORE2 speaks alone.
    """
    if european is not None:
        has_number = prevent is not None and prevent.value is not None
        return Text(key=f"{USED}{'score2' if has_number else 'score2_alone'}.{region}")
    if prevent is None:
        return None
    return Text(key=f"{USED}{'prevent_instead' if region else 'prevent'}")


def _person(chart: Chart, now: datetime) -> Somebody | None:
    known = read_prevent(chart, now).inputs
    values = {key: number(known[key]) for key in ("age", *MEASURED)}
    smoking, dm, prior = (answer(known[key]) for key in ("smoking", "dm", "prior_cvd"))
    sex = known["sex"].value
    if exclusions(chart) or prior is not False or smoking is None or dm is None:
        return None
    if not is_apparently_healthy(chart, known["egfr"]):
        return None
    if not isinstance(sex, str) or any(value is None for value in values.values()):
        return None
    numbers = {key: value for key, value in values.items() if value is not None}
    return Somebody(sex=sex, smoking=smoking, dm=dm, **numbers)


def _share(score: Score[Risk], region: str, one: Somebody) -> float | None:
    """The risk of ten years [%]; nothing outside of what it was made for."""
    found = score(
        region=region,
        age=one.age,
        sex=one.sex,
        smoker=one.smoking,
        sbp=one.sbp,
        total_c=one.total_c,
        hdl_c=one.hdl_c,
        diabetes=one.dm,
    )
    return 100 * found.share if isinstance(found, Risk) else None


def _corners(person: Somebody) -> Sequence[Somebody]:
    """Everybody whom somebody measured like this may be, within what the equations take."""
    around = [
        [min(max(edge, LIMITS[key][0]), LIMITS[key][1]) for edge in edges]
        for key in MEASURED
        for edges in [SPREADS[key].around(getattr(person, key))]
    ]
    return [
        replace(person, **dict(zip(MEASURED, values, strict=True))) for values in product(*around)
    ]


def _all(keys: Sequence[str]) -> Change:
    def change(one: Somebody) -> Somebody:
        for key in keys:
            one = CHANGES[key](one)
        return one

    return change


def _lever(
    key: str, person: Somebody, before: Sequence[float], then: Sequence[float]
) -> Lever | None:
    less = [now - later for now, later in zip(before, then, strict=True)]
    if less[0] < LEAST:
        return None
    to = getattr(CHANGES[key](person), key)
    is_answer = isinstance(to, bool)
    return Lever(
        key=key,
        label_key=LABEL + key,
        now=getattr(person, key),
        to=to,
        to_key=f"{VALUE}no" if is_answer else "",
        unit="" if is_answer else BOUNDS[key].unit,
        then=amount(then),
        less=amount(less),
        say=Text(
            key=f"twin.prevention.say.{key}",
            params={"now": round(before[0], 1), "then": round(then[0], 1), "years": YEARS},
        ),
        source=GOALS[key].source,
    )

"""What a treatment did in trials, put on the risk that somebody has without it.

The risk without treatment is hers as she is now. No number of an equation with another value in
place of hers comes in here: that would be an association, and a trial is none.
"""

from collections.abc import Sequence
from datetime import datetime

from ...model import Cannot, Need
from ...wire import Amount, Effect, Harm, Interval, Text
from ..card_prevent import intervals
from ..cards import as_missing, limit
from ..chart import Chart
from ..criteria import read_criterion
from ..prevent import Factors, Prevent
from ..scores import SCORES
from ..scores.score import Points
from .people import CHANCE
from .population import Whom, needs_of
from .trials import AF_RATES, BY_KEY, TRIALS, Damage, Ratio, Trial

MMOL = 0.02586  # mmol/L of LDL cholesterol in a mg/dL
OUTCOME = "twin.future.outcome."
TREATMENT = "twin.future.treatment."


def effects(
    chart: Chart,
    now: datetime,
    prevent: Prevent | None,
    person: Factors | None,
    treatments: Sequence[str] | None = None,
) -> list[Effect]:
    """What each treatment did, or why no trial speaks for her."""
    whom = Whom(chart=chart, now=now, person=person)
    wanted = TRIALS if treatments is None else [BY_KEY[key] for key in treatments]
    return [
        _effect(whom, trial, ratio, prevent, needs)
        for trial in wanted
        for needs in [needs_of(whom, trial.population)]
        for ratio in (trial.ratios[:1] if needs else trial.ratios)
    ]


def _effect(
    whom: Whom, trial: Trial, ratio: Ratio, prevent: Prevent | None, needs: list[Need]
) -> Effect:
    said = None if needs else _numbers(whom, trial, ratio, prevent)
    power = _power(whom, trial, ratio) if said else 1.0
    value, low, high = (part**power for part in (ratio.value, ratio.low, ratio.high))
    baseline, then, less, treated = said or (None, None, None, None)
    return Effect(
        treatment=trial.key,
        title_key=TREATMENT + trial.key,
        outcome=ratio.outcome,
        outcome_key=OUTCOME + ratio.outcome,
        state="computed" if said else "refused",
        horizon=_horizon(trial),
        ratio=_amount(value, low, high) if said else None,
        baseline=baseline,
        then=then,
        less=less,
        treated=treated,
        harms=[_harm(damage) for damage in trial.harms],
        missing=as_missing(Cannot(tuple(needs)), ()),
        limits=[limit(f"trial.{name}") for name in ("population", *trial.limits)],
        source=trial.source,
    )


Numbers = tuple[Amount, Amount, Amount, Amount | None]


def _numbers(whom: Whom, trial: Trial, ratio: Ratio, prevent: Prevent | None) -> Numbers:
    """The risk without and with it, the difference, and how many are treated for one."""
    baseline = _baseline(whom, trial, ratio, prevent)
    power = _power(whom, trial, ratio)

    def after(share: float, by: float) -> float:
        by = by**power
        return share * by if ratio.is_risk else 100 * (1 - (1 - share / 100) ** by)

    lowest, highest = baseline.interval.low, baseline.interval.high
    then = _amount(
        after(baseline.value, ratio.value), after(lowest, ratio.low), after(highest, ratio.high)
    )
    differences = [
        share - after(share, by) for share in (lowest, highest) for by in (ratio.low, ratio.high)
    ]
    less = _amount(baseline.value - then.value, min(differences), max(differences))
    return baseline, then, less, _treated(less)


def _treated(less: Amount) -> Amount | None:
    """So many are treated for one who is spared; nothing where nobody may be."""
    if less.value <= 0 or less.interval.low <= 0:
        return None
    return _amount(100 / less.value, 100 / less.interval.high, 100 / less.interval.low)


def _power(whom: Whom, trial: Trial, ratio: Ratio) -> float:
    """How many times over the ratio acts: a larger fall of LDL cholesterol counts more."""
    if ratio.per != "ldl":
        return 1.0
    return trial.ldl * (whom.measured("ldl_c") or 0.0) * MMOL


def _baseline(whom: Whom, trial: Trial, ratio: Ratio, prevent: Prevent | None) -> Amount:
    if ratio.baseline == "arm":
        assert trial.arm
        return _amount(trial.arm.share, trial.arm.low, trial.arm.high)
    if ratio.baseline == "af":
        rate = AF_RATES[af_points(whom.chart, whom.now)]
        return _amount(rate, rate, rate)
    assert prevent
    assert whom.person
    range = intervals(whom.person, prevent.horizon_years, prevent.model)[ratio.baseline]
    return _amount(100 * getattr(prevent, ratio.baseline), range.low, range.high)


def af_points(chart: Chart, now: datetime) -> int:
    """CHA2DS2-VASc of what the record tells; what it does not tell counts as "no"."""
    score = SCORES["CHA2DS2-VASc"]
    told = {
        one.key: True for one in score.inputs if read_criterion(chart, one.key, now).value is True
    }
    sex, age = chart.person.sex, chart.person.age_at(now)
    found = score(age=age, sex=str(sex), **told)
    assert isinstance(found, Points)
    return int(found.total)


def _amount(value: float, low: float, high: float) -> Amount:
    return Amount(value=value, interval=Interval(low=low, high=high, meaning_key=CHANCE))


def _horizon(trial: Trial) -> Text:
    if trial.arm:
        return Text(key="twin.future.horizon.months", params={"months": trial.arm.months})
    return Text(key="twin.future.horizon.years", params={"years": trial.years})


def _harm(damage: Damage) -> Harm:
    ratio = damage.ratio
    return Harm(
        key=damage.key,
        label_key=f"twin.future.harm.{damage.key}",
        extra=damage.extra,
        low=damage.low,
        high=damage.high,
        ratio_value=ratio[0] if ratio else None,
        ratio=Interval(low=ratio[1], high=ratio[2], meaning_key=CHANCE) if ratio else None,
        period=Text(
            key=f"twin.future.period.{damage.period}",
            params={"n": damage.count} if damage.count else {},
        ),
        source=damage.source,
    )

"""Published scores for one person: what her record tells of their inputs, and what they find.

What the record does not tell is not told. Where a score has a rule for that (it counts as "no"),
the rule is followed only when somebody asks for this one score, and the answer names what was
assumed; what is hidden, unread, too old or in no unit that can be read is never assumed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any, cast

from msgspec import structs

from ..model import Cannot, Need, Why
from ..wire import Interval, Option, Scored, ScoreInput, ScoreResult, Text
from .cards import VALUE, WHY, Known, as_missing, exclusions, iso, limit, limit_old, look_up, stated
from .chart import CLOCK_SKEW, Chart
from .criteria import DIABETIC, PRIOR, SIGNS, Sign, find, read_criterion
from .measures import DAY, MEASURES
from .score_words import (
    INPUT,
    PERSON,
    SCORE,
    SHOWN,
    band_key,
    horizon_key,
    option_key,
    shown_inputs,
    title_key,
)
from .scores import SCORES, Score
from .scores.inputs import Answer, Choice, Criterion, Input, Number, fold
from .scores.score import Estimate, Points, Reading, Result, Risk
from .spread import SPREADS

Told = Mapping[str, object]

ADULT, OLDEST = 18, 130  # [a]
# How long a value speaks for the present, where the question asks for less or more than usual. An
# acute illness is judged by its own day. MELD: OPTN policy 9 takes no results older than a month.
# Lipids: guidelines repeat them every four to six years.
FRESH: Mapping[str, Mapping[str, timedelta]] = {
    "CURB-65": dict.fromkeys(("urea", "sbp", "dbp"), DAY),
    "qSOFA": {"sbp": DAY},
    "MELD-3.0": dict.fromkeys(("bilirubin", "inr", "creatinine", "sodium", "albumin"), 30 * DAY),
    "FIB-4": dict.fromkeys(("ast", "alt", "platelets"), 365 * DAY),
    "RCRI": {"creatinine": 90 * DAY},
    "ARISCAT": {"haemoglobin": 90 * DAY},
    "SCORE2": dict.fromkeys(("total_c", "hdl_c"), 5 * 365 * DAY),
    "PCE": dict.fromkeys(("total_c", "hdl_c"), 5 * 365 * DAY),
}
# Not for those to whom it has happened, and not for a pregnancy.
NOT_WITH: Mapping[str, Mapping[str, Sign]] = {
    "SCORE2": {"prior_cvd": PRIOR},
    "PCE": {"prior_cvd": PRIOR},
    "FINDRISC": {"dm": DIABETIC},
}
NOT_PREGNANT = NOT_WITH.keys()
NOT_IF: Mapping[str, str] = {"SCORE2": "diabetes"}  # an input of its own says so
# The same ten years of the heart as PREVENT's: of a clinician's own estimate they are asked first.
ASKED_FIRST = frozenset({"SCORE2", "PCE"})
DIGITS = {"%": 1, "{score}": 0}


def measures_of(*names: str) -> set[str]:
    """Which readings these scores ask for."""
    keys = {one.key for name in names for one in SCORES[name].inputs}
    beside = {SIGNS[key].measure for key in keys if key in SIGNS} - {""}
    return (keys & MEASURES.keys()) | beside


def find_shown(name: str) -> Score[Any] | None:
    """The score of this name that is shown, written in any way, or nothing."""
    return next((SCORES[each] for each in SHOWN if fold(each) == fold(name)), None)


def make_scores(chart: Chart, patient: str, now: datetime) -> list[Scored]:
    """Every score that is shown, with what the record tells, and nothing assumed."""
    return [make_score(chart, SCORES[name], patient, now) for name in SHOWN]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One score with all that is known of its inputs.

    Args:
        known: what the record tells, by key.
        told: what somebody tells now, by any of the inputs' names; `None` for "not known".
        is_asked: somebody asked for this one score, and may be told what was assumed.
    """

    score: Score[Any]
    known: Mapping[str, Known]
    told: Told
    is_asked: bool

    def says(self, key: str) -> bool:
        """Whether somebody says something of an input now, be it that it is not known."""
        return any(self._is_of(name, key) for name in self.told)

    def tells(self, key: str) -> bool:
        """Whether somebody tells its value now."""
        return any(
            value is not None and self._is_of(name, key) for name, value in self.told.items()
        )

    def _is_of(self, name: str, key: str) -> bool:
        found = self.score.known.get(fold(name))
        return found is not None and found[0].key == key

    def of_record(self) -> Mapping[str, float | bool | str]:
        """What counts of the record, by key.

        What is told goes before what it would follow from, and before what would follow from it.
        """
        record = {
            key: one.value
            for key, one in self.known.items()
            if one.value is not None and not self.says(key)
        }
        rules = [one for one in self.score.inputs if isinstance(one, Criterion)]
        for rule in rules:
            if self.tells(rule.key):
                for key in rule.of:
                    record.pop(key, None)
        for rule in rules:
            if all(key in record or self.tells(key) for key in rule.of):
                record.pop(rule.key, None)
        return record


def make_score(
    chart: Chart, score: Score[Any], patient: str, now: datetime, told: Told | None = None
) -> Scored:
    """One score.

    Args:
        told: what somebody tells now, by any of the inputs' names; it goes before the record, and
            `None` takes away what the record says. Without it nothing is assumed.
    """
    known = {one.key: _look_up(chart, score, one, patient, now) for one in shown_inputs(score)}
    asked = Asked(score=score, known=known, told=told or {}, is_asked=told is not None)
    record = asked.of_record()
    reading = score.read(
        {**record, **{name: value for name, value in asked.told.items() if value is not None}}
    )
    found = score.find(reading)
    needs = list(found.needs) if isinstance(found, Cannot) else []
    needs += _unassumed(asked, reading, needs)
    needs += _not_for(asked, chart, reading, now, {need.key for need in needs})
    refused = Cannot(tuple(needs)) if needs else None
    as_of = max((at for key in record if (at := _measured_at(known[key]))), default=None)
    left = [one for key, one in known.items() if not asked.says(key)]
    return Scored(
        name=score.name,
        title_key=title_key(score, "title"),
        about_key=title_key(score, "about"),
        range_key=title_key(score, "range"),
        organ=score.organ,
        organ_key=f"twin.organ.{score.organ}",
        horizon=Text(key=horizon_key(score)),
        state="cannot" if refused else "computed",
        result=None if refused else _result(score, found, reading),
        inputs=[_input(asked, one, record, reading, needs) for one in shown_inputs(score)],
        missing=as_missing(refused, left) if refused else [],
        sources=list(score.sources),
        limits=[limit("judgement"), *limit_old(as_of, now)],
        as_of=iso(as_of),
    )


def ask_first(scored: Scored) -> Scored:
    """A score whose result would answer what she is asked first: without that result."""
    if scored.name not in ASKED_FIRST or scored.result is None:
        return scored
    return structs.replace(scored, state="asked_first", result=None)


def _measured_at(known: Known) -> datetime | None:
    """When it was measured; that a condition began says nothing of how fresh a score is."""
    return known.at if (known.reference or "").startswith("Observation/") else None


def _look_up(chart: Chart, score: Score[Any], one: Input, patient: str, now: datetime) -> Known:
    """What the record tells of one input."""
    key = one.key
    if key in PERSON:
        sex = chart.person.sex
        value = chart.person.age_at(now) if key == "age" else sex and sex.value
        known = stated(chart, key, value, "a" if key == "age" else "")
        return known if known.value is None else replace(known, reference=patient)
    if not isinstance(one, Number) or key not in MEASURES:
        return read_criterion(chart, key, now)
    fresh = FRESH.get(score.name, {}).get(key, MEASURES[key].fresh)
    known = look_up(chart, key, since=now - fresh)
    if known.at and known.at > now + CLOCK_SKEW:
        known = replace(known, value=None, why=Why.IMPOSSIBLE)  # a wrong clock
    return replace(known, unit=one.unit)


def _unassumed(asked: Asked, reading: Reading, needs: Sequence[Need]) -> list[Need]:
    """What may not be taken for a "no": what is closed and, where nobody asked, what is untold."""
    lacking = {need.key for need in needs}
    found: list[Need] = []
    for one in shown_inputs(asked.score):
        known = asked.known[one.key]
        if one.key in lacking or not isinstance(one, Answer | Criterion):
            continue
        is_closed = known.value is None and known.why is not Why.MISSING
        is_assumed = one.key in reading.assumed and (is_closed or not asked.is_asked)
        if is_assumed or (is_closed and isinstance(one, Criterion) and lacking & {*one.of}):
            why = Why.MISSING if known.value is not None else known.why
            found.append(Need(key=one.key, why=why))
    return found


def _not_for(
    asked: Asked, chart: Chart, reading: Reading, now: datetime, lacking: set[str]
) -> list[Need]:
    """Why this person is, or may be, someone whom the score was not made for."""
    name = asked.score.name
    needs = [n for n in exclusions(chart) if name in NOT_PREGNANT or n.key != "pregnancy"]
    for key, sign in NOT_WITH.get(name, {}).items():
        if key in chart.hidden:
            needs += [] if asked.is_asked else [Need(key=key, why=Why.NOT_ALLOWED)]
        elif find(chart, sign):
            needs.append(Need(key=key, why=Why.EXCLUDED))
        elif key in chart.unread and not asked.is_asked:
            needs.append(Need(key=key, why=Why.UNREAD))
    key = NOT_IF.get(name, "")
    if reading.values.get(key) is True and key not in lacking:
        needs.append(Need(key=key, why=Why.EXCLUDED))
    own = None if "age" in chart.hidden else chart.person.age_at(now)
    age = reading.values.get("age", own)
    if isinstance(age, int | float) and age < ADULT and "age" not in lacking:
        needs.append(Need(key="age", why=Why.OUTSIDE, low=ADULT, high=OLDEST, unit="a"))
    return needs


def _input(
    asked: Asked,
    one: Input,
    record: Mapping[str, object],
    reading: Reading,
    needs: Iterable[Need],
) -> ScoreInput:
    key, known = one.key, asked.known[one.key]
    why = next((need.why for need in needs if need.key == key), None)
    if asked.tells(key):
        origin, value = "told", reading.values.get(key)
    elif key in record:
        origin, value = "record", record[key]
    elif key in reading.assumed and why is None:
        origin, value = "assumed", reading.values[key]
    elif isinstance(one, Criterion) and key in reading.values.keys() - {*reading.assumed}:
        origin, value = "follows", reading.values[key]
    else:
        origin, value = "none", None if asked.says(key) else known.seen
        closed = known.value is None and known.why is not Why.MISSING and not asked.says(key)
        why = known.why if closed else why
    is_of_record = origin == "record" or (origin == "none" and value is not None)
    is_number = isinstance(one, Number)
    low, high = (one.valid or one.possible) if is_number else (None, None)
    return ScoreInput(
        key=key,
        label_key=INPUT + key,
        kind="number" if is_number else "choice" if isinstance(one, Choice) else "answer",
        needed=one.needed,
        unit=one.unit if is_number and one.unit != "1" else "",
        low=low,
        high=high,
        whole=is_number and one.whole,
        options=_options(one),
        of=list(one.of) if isinstance(one, Criterion) else [],
        origin=origin,
        value=cast("float | bool | str | None", value),
        value_key=_value_key(key, value),
        at=iso(known.at) if is_of_record else None,
        reference=known.reference if is_of_record else None,
        why_key=WHY + why if why and origin != "assumed" else "",
    )


def _options(one: Input) -> list[Option]:
    if not isinstance(one, Choice):
        return []
    return [Option(value=value, label_key=option_key(one.key, value)) for value in one.options]


def _value_key(key: str, value: object) -> str:
    if isinstance(value, bool):
        return VALUE + ("yes" if value else "no")
    return option_key(key, value) if isinstance(value, str) else ""


def _result(score: Score[Any], found: object, reading: Reading) -> ScoreResult:
    value, unit = _value(found)
    said: Mapping[str, object] = cast("Result", found).say()
    band = str(said.get("band", ""))
    risk = found.risk if isinstance(found, Points) else None
    return ScoreResult(
        value=value,
        unit="" if unit == "1" else unit,
        digits=DIGITS.get(unit, 2),
        interval=_interval(score, reading),
        band=Text(key=band_key(score, band)) if band else None,
        risk=None
        if risk is None
        else Text(key=f"{SCORE}risk", params={"share": round(100 * risk, 4)}),
    )


def _value(found: object) -> tuple[float, str]:
    match found:
        case Points():
            return found.total, "{score}"
        case Risk():
            return 100 * found.share, "%"
        case Estimate():
            return found.value, found.unit
        case _:
            raise TypeError(f"A result that cannot be shown: {type(found).__name__}.")


def _interval(score: Score[Any], reading: Reading) -> Interval | None:
    """The results that are possible when every measured value is off by as much as is allowed.

    Each score that is shown rises or falls with each measured input while the others stay, so its
    extremes lie where every input is at one of its own.
    """
    values = {
        key: value
        for key, value in reading.values.items()
        if not _follows(score, key, reading.values)
    }
    ranges: dict[str, tuple[float, ...]] = {}
    for one in score.inputs:
        value = values.get(one.key)
        if isinstance(one, Number) and one.key in SPREADS and isinstance(value, int | float):
            low, high = (one.bounds.hold(edge) for edge in SPREADS[one.key].around(value))
            ranges[one.key] = (low, high)
    if not ranges:
        return None
    corners = [
        score(**(values | dict(zip(ranges, corner, strict=True))))
        for corner in product(*ranges.values())
    ]
    possible = [_value(each)[0] for each in corners if not isinstance(each, Cannot)]
    return Interval(
        low=min(possible),
        high=max(possible),
        meaning_key="twin.card.interval.measurement_error",
    )


def _follows(score: Score[Any], key: str, values: Mapping[str, object]) -> bool:
    one = score.known[fold(key)][0]
    return isinstance(one, Criterion) and all(values.get(of) is not None for of in one.of)

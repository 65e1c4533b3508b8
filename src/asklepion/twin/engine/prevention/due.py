"""What is due: the rules for somebody like her, against what her record shows was done.

What the record does not show is called "nothing in the record", never "not done"; where the caller
may not see it, nobody can tell.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from ...wire import Due, Text
from ..cards import exclusions
from ..chart import Chart
from ..codes import DIABETES
from ..fhir import Resource, codes_of_concept
from ..timeline import moment_on_line
from .rules import RULES, Rule

KEY = "twin.due."
USELESS = {"entered-in-error", "not-done", "cancelled", "preparation"}
# Stool tests are repeated every year, colonoscopy every ten.
YEARLY = frozenset({"29771-3", "57905-2", "58453-2"})
EVERY_THREE = frozenset({"77353-1"})


@dataclass(frozen=True, kw_only=True)
class Done:
    """Something that was done."""

    code: str
    at: datetime
    reference: str


@dataclass(frozen=True, kw_only=True)
class History:
    """What was done, by code, newest first, and what of it may not be seen.

    Args:
        hidden: "vaccinations", "procedures", "results".
        cut: likewise, where the list goes on.
    """

    done: Mapping[str, list[Done]]
    hidden: frozenset[str] = frozenset()


def read_history(resources: Iterable[Resource], hidden: frozenset[str]) -> History:
    """What Immunizations, Procedures and Observations show."""
    found: dict[str, list[Done]] = {}
    for one in resources:
        at = moment_on_line(one)
        if at is None or one.get("status") in USELESS:
            continue
        reference = f"{one.get('resourceType', '')}/{one.get('id', '')}"
        for code in codes_of_concept(one.get("vaccineCode") or one.get("code")):
            found.setdefault(code, []).append(Done(code=code, at=at, reference=reference))
    for each in found.values():
        each.sort(key=lambda one: one.at, reverse=True)
    return History(done=found, hidden=hidden)


def make_due(chart: Chart, history: History, now: datetime) -> list[Due]:
    """Every rule that is for her; what is due stands first."""
    age, sex = chart.person.age_at(now), chart.person.sex
    if age is None or {"age", "sex"} & chart.hidden or exclusions(chart):
        return []
    found = [
        _due(rule, chart, history, now)
        for rule in RULES
        if rule.ages[0] <= age <= rule.ages[1] and rule.sex in ("", str(sex)) and _fits(rule, chart)
    ]
    order = ("due", "cannot_tell", "done")
    return sorted(found, key=lambda one: order.index(one.state))


def _fits(rule: Rule, chart: Chart) -> bool:
    if rule.least_bmi:
        weight = chart.latest("bmi")
        if weight is None or float(weight.value) < rule.least_bmi:
            return False
    if rule.not_with == "dm":
        return not any(
            said.is_active and DIABETES.holds(said.codings, said.text) for said in chart.conditions
        )
    return True


def _due(rule: Rule, chart: Chart, history: History, now: datetime) -> Due:
    last = _last(rule, chart, history)
    next_at = _after(last.at.date(), _months(rule, last)) if last and rule.months else None
    is_done = last is not None and (next_at is None or next_at > now.date())
    state = "done" if is_done else "cannot_tell" if _is_hidden(rule, chart, history) else "due"
    params: dict[str, str | float] = {}
    if last:
        params["at"] = last.at.date().isoformat()
    return Due(
        key=rule.key,
        kind=rule.kind,
        title_key=f"{KEY}{rule.key}",
        say=Text(key=f"{KEY}say.{'again' if state == 'due' and last else state}", params=params),
        state=state,
        last_at=last.at.date().isoformat() if last else None,
        reference=last.reference if last else None,
        next_at=next_at.isoformat() if next_at else None,
        by=rule.by,
        source=rule.source,
        since=rule.since,
    )


def _last(rule: Rule, chart: Chart, history: History) -> Done | None:
    found = [
        done
        for code in (*rule.loinc, *rule.snomed, *rule.cvx)
        for done in history.done.get(code, ())[:1]
    ]
    for key in rule.measures:
        reading = chart.latest(key)
        if reading and key not in chart.hidden:
            found.append(Done(code=key, at=reading.at, reference=reading.reference))
    # What keeps longest counts: a colonoscopy of five years ago before a stool test of two.
    return max(found, key=lambda done: _after(done.at.date(), _months(rule, done)), default=None)


def _months(rule: Rule, done: Done) -> int:
    if done.code in YEARLY:
        return 12
    return 36 if done.code in EVERY_THREE else rule.months


def _is_hidden(rule: Rule, chart: Chart, history: History) -> bool:
    wants = {
        "vaccinations": bool(rule.cvx),
        "procedures": bool(rule.snomed),
        "results": bool(rule.loinc),
    }
    if any(wanted and name in history.hidden for name, wanted in wants.items()):
        return True
    return bool(rule.measures) and all(key in chart.hidden for key in rule.measures)


def _after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    try:
        return day.replace(year=day.year + years, month=month + 1)
    except ValueError:
        return day.replace(year=day.year + years, month=month + 1, day=28)

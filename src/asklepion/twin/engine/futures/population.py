"""For whom a trial speaks: the needs that stand in the way for everybody else."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ...model import Need, Why
from ..cards import exclusions, look_up, number
from ..chart import Chart, Said
from ..codes import DIABETES, STATIN, Group
from ..criteria import HEART_FAILURE, HIGH_GLUCOSE
from ..measures import MEASURES
from ..prevent import Factors
from .groups import ANTICOAGULANT, ATRIAL_FIBRILLATION, METFORMIN, MITRAL_STENOSIS, SGLT2, TYPE_1
from .groups import VALVE as MECHANICAL

LOWEST_PRESSURE = 130.0  # [mm[Hg]]: ten less is not below 120
OLDEST_STATIN = 75  # [a]: from there on the trials' evidence before a first event is weak


@dataclass(frozen=True, kw_only=True)
class Whom:
    """Somebody whom a trial may speak for.

    Args:
        person: what PREVENT was computed of; nothing where it cannot be.
    """

    chart: Chart
    now: datetime
    person: Factors | None

    @property
    def age(self) -> int | None:
        """Her age now [a]."""
        return self.chart.person.age_at(self.now)

    def measured(self, key: str) -> float | None:
        """The newest value that still speaks for now."""
        return number(look_up(self.chart, key, since=self.now - MEASURES[key].fresh))

    def lacks(self, key: str) -> Need:
        """A measure that is wanted."""
        known = look_up(self.chart, key, since=self.now - MEASURES[key].fresh)
        return Need(key=key, why=known.why)

    def has(self, group: Group) -> bool | None:
        """Whether a condition of hers is one of these; nothing where that may not be seen."""
        return self._any("prior_cvd", self.chart.conditions, group)

    def takes(self, group: Group) -> bool | None:
        """Whether she takes one of these; nothing where that may not be seen."""
        return self._any("statin", self.chart.medicines, group)

    def _any(self, gate: str, said: Sequence[Said], group: Group) -> bool | None:
        if gate in self.chart.hidden:
            return None
        if any(one.is_active and group.holds(one.codings, one.text) for one in said):
            return True
        return None if gate in self.chart.unread else False


def needs_of(whom: Whom, population: str) -> list[Need]:
    """Everything that stands between her and a trial."""
    return [*exclusions(whom.chart), *RULES[population](whom)]


def _must(key: str, answer: bool | None, wanted: bool, whom: Whom) -> list[Need]:
    if answer is wanted:
        return []
    if answer is None:
        is_hidden = {"prior_cvd", "statin"} & whom.chart.hidden
        return [Need(key=key, why=Why.NOT_ALLOWED if is_hidden else Why.UNREAD)]
    return [Need(key=key, why=Why.MISSING if wanted else Why.EXCLUDED)]


def _risk(whom: Whom) -> list[Need]:
    """The equation's own risk is the baseline: nothing without it."""
    return [] if whom.person else [Need(key="prevent10", why=Why.MISSING)]


def _statin(whom: Whom) -> list[Need]:
    needs = _risk(whom)
    needs += _must("statin", whom.takes(STATIN), False, whom)
    if whom.age is not None and whom.age > OLDEST_STATIN:
        needs.append(Need(key="age", why=Why.OUTSIDE, low=18, high=OLDEST_STATIN, unit="a"))
    if whom.measured("ldl_c") is None:
        needs.append(whom.lacks("ldl_c"))
    return needs


def _pressure(whom: Whom) -> list[Need]:
    needs = _risk(whom)
    if whom.person and whom.person.sbp < LOWEST_PRESSURE:
        needs.append(Need(key="sbp", why=Why.OUTSIDE, low=LOWEST_PRESSURE, high=200, unit="mm[Hg]"))
    return needs


def _heart_failure(whom: Whom, low: float, high: float) -> list[Need]:
    needs = _must("heart_failure", whom.has(HEART_FAILURE), True, whom)
    needs += _must("type_1_diabetes", whom.has(TYPE_1), False, whom)
    needs += _must("sglt2", whom.takes(SGLT2), False, whom)
    pumping, filtration = whom.measured("lvef"), whom.measured("egfr")
    if pumping is None:
        needs.append(whom.lacks("lvef"))
    elif not low < pumping <= high:
        needs.append(Need(key="lvef", why=Why.OUTSIDE, low=low, high=high, unit="%"))
    if filtration is not None and filtration < 30:
        unit = MEASURES["egfr"].unit
        needs.append(Need(key="egfr", why=Why.OUTSIDE, low=30, high=140, unit=unit))
    return needs


def _fibrillation(whom: Whom) -> list[Need]:
    needs = _must("atrial_fibrillation", whom.has(ATRIAL_FIBRILLATION), True, whom)
    needs += _must("mitral_stenosis", whom.has(MITRAL_STENOSIS), False, whom)
    needs += _must("mechanical_valve", whom.has(MECHANICAL), False, whom)
    needs += _must("anticoagulant", whom.takes(ANTICOAGULANT), False, whom)
    if whom.age is None or whom.chart.person.sex is None:
        needs.append(Need(key="age" if whom.age is None else "sex", why=Why.MISSING))
    return needs


def _prediabetes(whom: Whom) -> list[Need]:
    needs = _must("dm", whom.has(DIABETES), False, whom)
    hba1c, bmi = whom.measured("hba1c"), whom.measured("bmi")
    is_raised = hba1c is not None and 5.7 <= hba1c < 6.5
    if not is_raised:
        needs += _must("high_glucose_ever", whom.has(HIGH_GLUCOSE), True, whom)
    if bmi is None:
        needs.append(whom.lacks("bmi"))
    elif bmi < 24:
        needs.append(Need(key="bmi", why=Why.OUTSIDE, low=24, high=150, unit="kg/m2"))
    if whom.age is not None and whom.age < 25:
        needs.append(Need(key="age", why=Why.OUTSIDE, low=25, high=130, unit="a"))
    return needs


def _metformin(whom: Whom) -> list[Need]:
    return [*_prediabetes(whom), *_must("metformin", whom.takes(METFORMIN), False, whom)]


RULES: Mapping[str, Callable[[Whom], list[Need]]] = {
    "statin": _statin,
    "pressure": _pressure,
    "hf_reduced": lambda whom: _heart_failure(whom, 0, 40),
    "hf_preserved": lambda whom: _heart_failure(whom, 40, 100),
    "af": _fibrillation,
    "prediabetes": _prediabetes,
    "prediabetes_metformin": _metformin,
}

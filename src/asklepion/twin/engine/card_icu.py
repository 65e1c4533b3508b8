"""The cards of intensive care: death in hospital, days in hospital, sepsis within hours.

They speak only where a record is kept as it is in intensive care: the pulse without a gap for long
enough, and each of a few measures often enough. Anywhere else they say what is missing.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from msgspec import structs

from ..model import Need, Why
from ..wire import Card, Source, Text
from .card_learned import Asked, learned_card
from .cards import Frame, Known, exclusions, limit, stated
from .chart import CLOCK_SKEW, Chart
from .learned import artefact_names, icu, sepsis
from .learned.model import Floats, open_model
from .measures import MEASURES
from .watched import BY_KEY, Found, watched_since

HOUR = timedelta(hours=1)
WINDOW = icu.HOURS * HOUR
WATCHED_H = 42  # of the 48 hours, at least
RECENT = 12 * HOUR
SEPSIS_WATCHED_H = 6
# How often each has to be known: in the window of the stay, and in the last hours for sepsis.
# Where one stands for another, either counts.
OFTEN: Mapping[str, int] = {
    **{"heart_rate": 24, "sbp": 12, "temperature_c": 4, "coma_scale": 2, "creatinine": 1}
}
OFTEN_SEPSIS: Mapping[str, int] = {
    **{"heart_rate": 4, "sbp": 4, "respiratory_rate": 4, "temperature_c": 1}
}
SAME: Mapping[str, tuple[str, ...]] = {"sbp": ("sbp", "sbp_invasive", "map", "map_invasive")}
STAY = Text(key="twin.card.horizon.hospital_stay")

SILVA = Source(
    citation="Silva I, et al. Comput Cardiol 2012;39:245-248 (data)",
    url="https://physionet.org/content/challenge-2012/1.0.0/",
)
REYNA = Source(
    citation="Reyna MA, et al. Crit Care Med 2020;48:210-217 (data)",
    url="https://physionet.org/content/challenge-2019/1.0.0/",
)
DEATH = Frame(id="icu_death", unit="%", digits=0, horizon=STAY, source=SILVA)
DAYS = Frame(id="icu_stay", unit="d", digits=0, horizon=STAY, source=SILVA)
SEPSIS = Frame(
    id="sepsis",
    unit="%",
    digits=1,
    horizon=Text(key="twin.card.horizon.hours", params={"hours": 6}),
    source=REYNA,
)


@dataclass(frozen=True, kw_only=True)
class Ward:
    """What a record says of a stay in intensive care, up to now."""

    chart: Chart
    found: Sequence[Found]
    now: datetime

    @property
    def since(self) -> datetime | None:
        """Since when the pulse has been watched without a gap."""
        return watched_since(self.found, self.now)

    def within(self, span: timedelta) -> list[Found]:
        """The readings of the stay in the last hours, none of them from before it."""
        since = self.since
        if since is None:
            return []
        start = max(since, self.now - span)
        return [one for one in self.found if start <= one.at <= self.now + CLOCK_SKEW]


def intensive_cards(of: Ward) -> list[Card]:
    """The cards of all models of intensive care that are here."""
    here = artefact_names()
    return [*icu_cards(of, here), *([sepsis_card(of)] if SEPSIS.id in here else [])]


def icu_cards(of: Ward, here: Container[str]) -> list[Card]:
    """Death in hospital, and days there for those who survive."""
    found = of.within(WINDOW)
    needs = _needs(of, found, OFTEN, WATCHED_H)
    row = stay_row(of, found)
    cards: list[Card] = []
    for frame in (each for each in (DEATH, DAYS) if each.id in here):
        limits = [limit("judgement"), limit("icu.one_hospital"), limit("icu.recorded")]
        limits += [limit("icu.survivors")] if frame is DAYS else []
        asked = _asked(of, found, row, needs, limits)
        cards.append(learned_card(frame, open_model(frame.id), asked))
    return cards


def sepsis_card(of: Ward) -> Card:
    """The chance that this hour lies within six of the onset of sepsis, or after it."""
    found = of.within(RECENT)
    needs = _needs(of, found, OFTEN_SEPSIS, SEPSIS_WATCHED_H)
    model = open_model("sepsis")
    limits = [limit("judgement"), limit("sepsis.one_hospital"), limit("sepsis.not_out")]
    limits += [limit("icu.recorded")]
    asked = _asked(of, found, sepsis_row(of), needs, limits)
    card = learned_card(SEPSIS, model, asked)
    if card.value is None:
        return card
    side = "above" if card.value / 100 >= model.facts["threshold"] else "below"
    alarmed = model.card["figures"]["alarmed_without_sepsis"]["value"]
    band = Text(key=f"twin.band.sepsis.{side}", params={"share": round(100 * alarmed)})
    return structs.replace(card, band=band)


def stay_row(of: Ward, found: Iterable[Found]) -> Floats:
    """The features of the last 48 hours, as if they were the first of the stay."""
    told = [("Age", 0.0, _number(of.chart.person.age_at(of.now)))]
    if of.chart.person.sex is not None:
        told.append(("Gender", 0.0, float(of.chart.person.sex == "male")))
    start = of.now - WINDOW
    for one in found:
        minute = min(max((one.at - start) / timedelta(minutes=1), 0.0), 60.0 * icu.HOURS)
        name = "MechVent" if one.key == "ventilation" else BY_KEY[one.key].icu
        if name:
            told.append((name, round(minute), one.value))
    stay = icu.make_stay("", [each for each in told if not np.isnan(each[2])])
    return np.array(list(icu.features(stay).values()), np.float64)


def sepsis_row(of: Ward) -> Floats:
    """The features of this hour, from the stay's beginning on."""
    since, model = of.since, open_model("sepsis")
    if since is None:
        return np.full(len(model.keys), np.nan)
    length = int((of.now - since) / HOUR) + 1
    cells: dict[str, list[list[float]]] = {}
    for one in of.within(of.now - since):
        name = "" if one.key == "ventilation" else BY_KEY[one.key].sepsis
        if name:
            hour = min(max(int((one.at - since) / HOUR), 0), length - 1)
            cells.setdefault(name, [[] for _ in range(length)])[hour].append(one.value)
    table = {
        name: np.array([float(np.median(cell)) if cell else np.nan for cell in column])
        for name, column in cells.items()
    }
    usual = model.edges[model.keys.index("HospAdmTime")]
    person = of.chart.person
    table |= {
        "Age": np.full(length, _number(person.age_at(of.now))),
        "Gender": np.full(length, float(person.sex == "male") if person.sex else np.nan),
        "HospAdmTime": np.full(length, usual[len(usual) // 2]),  # nobody knows: as for most
        "ICULOS": np.arange(1.0, length + 1),
    }
    return sepsis.features(sepsis.make_hours("", table), model.keys)[-1]


def _number(value: int | None) -> float:
    return np.nan if value is None else float(value)


def _needs(
    of: Ward, found: Sequence[Found], often: Mapping[str, int], watched_h: int
) -> list[Need]:
    """What a record lacks to be judged as one of intensive care."""
    hidden = [key for key in ("age", *often) if key in of.chart.hidden]
    if hidden:
        return [Need(key=key, why=Why.NOT_ALLOWED) for key in hidden]
    needs = exclusions(of.chart)
    age = of.chart.person.age_at(of.now)
    if age is None:
        needs.append(Need(key="age", why=Why.MISSING))
    elif age < 18:
        needs.append(Need(key="age", why=Why.OUTSIDE, low=18))
    since = of.since
    hours = 0.0 if since is None else (of.now - since) / HOUR
    if hours < watched_h:
        needs.append(Need(key="watched", why=Why.TOO_FEW, low=watched_h, unit="h"))
    for key, least in often.items():
        known = sum(one.key in SAME.get(key, (key,)) for one in found)
        if known < least:
            needs.append(Need(key=key, why=Why.TOO_FEW, low=least))
    return needs


def _asked(
    of: Ward, found: Sequence[Found], row: Floats, needs: list[Need], limits: list[Text]
) -> Asked:
    newest = {one.key: one for one in found}  # oldest first
    inputs: list[Known] = [stated(of.chart, "age", of.chart.person.age_at(of.now), "a")]
    for key, one in newest.items():
        if key != "ventilation":
            inputs.append(_known(one))
    as_of = max((one.at for one in found), default=None)
    return Asked(row=row, inputs=inputs, needs=needs, limits=limits, input_of=input_of, as_of=as_of)


def _known(one: Found) -> Known:
    unit = BY_KEY[one.key].measure.unit
    return Known(
        key=one.key, value=one.value, seen=one.value, unit=unit, at=one.at, reference=one.reference
    )


# How somebody is watched is a reason of its own: it says how ill others thought the person was.
ATTENTION = frozenset(
    {"moments", "measures", "invasive", "labs", "vitals", "known", "count", "since", "day"}
    | {"recent", "ever", "panels", "draws", "kinds", "new"}
)
INPUTS: Mapping[str, str] = {
    **{one.icu: key for key, one in BY_KEY.items() if one.icu},
    **{one.sepsis: key for key, one in BY_KEY.items() if one.sepsis},
    **{"SBP": "sbp", "DBP": "dbp", "MAP": "map", "NIMAP": "map", "PP": "pulse_pressure"},
    **{"Age": "age", "male": "sex", "Gender": "sex", "BMI": "weight", "unit": "unit"},
    **{"shock": "shock_index", "PF": "oxygenation", "SF": "oxygenation", "SaO2": "spo2"},
    **{"BUN_Cr": "bun", "gap": "hco3", "MechVent": "ventilation", "Urine": "urine"},
    **{"Unit1": "unit", "HospAdmTime": "watched", "ICULOS": "watched"},
    **{"hours_in_hospital": "watched", "SIRS": "sirs", "quick": "sbp", "organs": "organ_signs"},
    **{"sofa": "organ_signs", "news": "early_warning", "rox": "oxygenation"},
}
REASONS = (
    *("average", "others", "attention", "ventilation", "watched", "unit", "shock_index"),
    *("oxygenation", "pulse_pressure", "sirs", "organ_signs", "early_warning"),
)
INPUT_KEYS = frozenset({*REASONS, *(key for key in BY_KEY if key not in MEASURES)})


def input_of(feature: str) -> str:
    """The input that a feature belongs to."""
    name, *rest = feature.split(".")
    if name == "MechVent":
        return "ventilation"
    if ATTENTION & {name, *rest[:1]}:
        return "attention"
    return INPUTS[name]
